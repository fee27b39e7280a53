"""The commands of `banmian`, one module each: its options, and a function that carries it out.

What a command needs is imported when it is called, so that `banmian --help` answers at once.
"""

from __future__ import annotations

from flows.commands import (
    build,
    expire,
    export,
    figures,
    history,
    profile,
    report,
    rollback,
    serve,
    show,
    sql,
    status,
    verify,
    watch,
)

ALL = (build, show, profile, figures, status, report, sql, export, verify, history, rollback, expire, serve, watch)
"""In the order of `banmian --help`."""
