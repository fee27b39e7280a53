"""`banmian build`: from the options of the command line to the summary and the exit code."""

from __future__ import annotations

import argparse
import os
import sys
import time

from flows import mirrors, nursery, pool, progress, server, summary, terminal
from flows.build import Outcome, build, in_threads, plan_for
from flows.errors import NothingSettled, UsageError
from flows.parameters import BuildParameters, from_options
from flows.plan import Plan, with_former
from flows.runners import runner_for
from flows.running import Interrupted, interruptible
from warehouse.errors import NoWarehouse
from warehouse.parquet import layout


def build_command(options: argparse.Namespace) -> int:
    """Builds and prints the summary; 1 where this run put a page into quarantine or could not finish one."""
    parameters = from_options(BuildParameters, options)
    began = time.monotonic()
    work = _Work(parameters, options.inline)
    try:
        with terminal.shown():
            outcome = interruptible(work.run, work.stop, work.trouble)
    except Interrupted as error:
        print(f"banmian: {error}", file=sys.stderr)
        return error.code
    except NothingSettled as nothing:
        print(f"banmian: {nothing}")
        return 0
    except server.ServerLost as error:
        print(f"banmian: {error}", file=sys.stderr, flush=True)
        pool.remove_traces()
        os._exit(1)  # Prefect's threads would look for the server for many seconds more, and complain at length
    for failure in outcome.failures:
        print(failure, file=sys.stderr)
    print(summary.of_build(outcome, parameters, time.monotonic() - began))
    return 1 if outcome.quarantined or outcome.failures else 0


class _Work:
    """The build, through Prefect where there is something to do; `stop` ends what it has started beside itself."""

    def __init__(self, parameters: BuildParameters, inline: bool) -> None:
        self.parameters = parameters
        self.inline = inline
        self.server: server.EmbeddedServer | None = None
        self.answered = False
        """Whether our server did so once."""

    def run(self) -> Outcome:
        configured = server.configured_url()
        if self.parameters.runner == "workers" and (self.inline or not configured):
            raise UsageError("--runner workers needs a Prefect server: set PREFECT_API_URL, and leave --inline out")
        plan: Plan | None = None
        if self.inline or not configured:
            plan = plan_for(self.parameters)
            # An embedded server would be started for nobody to see that there was nothing to do.
            if self.inline or self._is_current(plan):
                return build(self.parameters, runner_for(self.parameters, in_threads), plan)
            self.server = server.start()
        if self.parameters.runner == "processes":
            nursery.start()
        return self._through_prefect(configured, plan)

    def _is_current(self, plan: Plan) -> bool:
        """Whether the warehouse holds just this already, as far as its manifest tells."""
        try:
            manifest = mirrors.manifest(self.parameters.warehouse)
        except NoWarehouse:
            return False
        if plan.anew or manifest.layout != layout():
            return False
        return with_former(plan, manifest).digests == manifest.digests

    def _through_prefect(self, configured: str | None, plan: Plan | None) -> Outcome:
        progress.phase("starting Prefect", 0)
        os.environ.setdefault(*server.HEARTBEAT)
        from flows.flow import run  # takes two seconds, in which the server starts

        if self.server:
            self.server.wait()
            self.answered = True
        elif configured:
            server.require(configured)
        return run(self.parameters, plan)

    def trouble(self) -> server.ServerLost | None:
        """Why it makes no sense to go on: Prefect would wait for minutes for a server that is no more."""
        return self.server.loss() if self.server and self.answered else None

    def stop(self) -> None:
        if self.server:
            self.server.stop()
