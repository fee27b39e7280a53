"""The flow `read-shards`: what a worker of a work pool does with the orders of a build on another machine.

    before  .staging/orders/0003.json          some orders
    after   .staging/orders/0003.answers.json  as many answers, there whole or not at all

Its parameter is a path, since Prefect keeps parameters for ever and shows them to all. While it is at work it touches
0003.alive: a worker that is gone, and with it the run, can't tell anybody.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from prefect import flow

from flows import pool, wire
from flows.errors import BuildFailed
from flows.parameters import available_cores
from flows.run_log import tell
from flows.runners.elsewhere import Answer, Order, carry_out, staging_of

FOLDER = "orders"
BEAT_SECONDS = 5.0


def answers_to(orders: Path) -> Path:
    """Where the answers to some orders will be."""
    return orders.with_suffix(".answers.json")


def sign_of_life(orders: Path) -> Path:
    """The file that is touched while a worker is at work on some orders."""
    return orders.with_suffix(".alive")


@flow(name="read-shards", persist_result=False, description="Reads some shards for a build on another machine.")
def read_shards(orders: Path, jobs: int | None = None) -> None:
    """Carries out the orders in a file below a warehouse's staging folder; `jobs` processes (default: one a core)."""
    _require_ours(orders)
    with _alive(sign_of_life(orders)):
        given = wire.loads(tuple[Order, ...], orders.read_text(encoding="utf-8"))
        with pool.opened(min(jobs or available_cores(), len(given))):
            answers = _answers(given)
    for answer in answers:
        if answer.result:
            tell(answer.result)
    put(answers_to(orders), wire.dumps(answers))


def _answers(orders: Sequence[Order]) -> tuple[Answer, ...]:
    with ThreadPoolExecutor(pool.processes() + 1) as threads:
        try:
            return tuple(threads.map(carry_out, orders))
        except BaseException:  # above all where the run is cancelled: the threads would be waited for
            pool.give_up()
            raise


def _require_ours(orders: Path) -> None:
    """Raises BuildFailed for a file that no build has put there: whoever may start a run may name any path."""
    staging = staging_of(orders.parent)
    if orders.resolve() != staging / FOLDER / orders.name or orders.suffix != ".json":
        raise BuildFailed(f"{orders}: not the orders of a build")


def put(path: Path, text: str) -> None:
    """Writes a file that is there whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


@contextmanager
def _alive(sign: Path) -> Iterator[None]:
    """Touches a file every few seconds while the block lasts."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_SECONDS):
            with suppress(OSError):
                sign.touch()

    sign.touch()
    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        done.set()
