"""What the log of a Prefect run says of the pages: each that is not whole by its name, each rule that failed."""

from __future__ import annotations

from prefect import get_run_logger

from flows.jobs import BatchResult


def tell(result: BatchResult) -> None:
    """Into the log of the run that this is called in."""
    logger = get_run_logger()
    for source in result.read:
        if source.error:
            logger.warning("%s: %s: %s", source.path, source.status, source.error)
    for failure in result.failures:
        logger.error("%s", failure)
