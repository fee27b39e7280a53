"""What `banmian history`, `rollback` and `expire` say.

before  Entry(snapshot=2, state="current", created="2024-11-20T08:00:00+00:00", pages=2, …)
after   snapshot  state    published (UTC)      until  pages  articles  sentences  figures  digest
               2  current  2024-11-20 08:00:00             2        11        257      272  83e0c1f2a9b4
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime

from flows import mirrors
from flows.mirrors import Location
from flows.tables import aligned
from warehouse.history import CURRENT, Entry, Expired

COLUMNS = ("snapshot", "state", "published (UTC)", "until", "pages", "articles", "sentences", "figures", "digest")
WORDS = ("state", "published (UTC)", "until", "digest")
"""The columns that hold words, not numbers."""


def now() -> datetime:
    """The time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def as_json(entries: Iterable[Entry]) -> Iterator[str]:
    """A JSON object for each snapshot."""
    return (json.dumps(asdict(entry), ensure_ascii=False) for entry in entries)


def as_table(entries: list[Entry], root: Location) -> str:
    """A line for each snapshot, and where the current one lies."""
    rows = [COLUMNS, *(_cells(entry) for entry in entries)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = aligned(rows, widths, [column not in WORDS for column in COLUMNS])
    where = next((mirrors.current(root, one.snapshot) for one in entries if one.state == CURRENT), str(root))
    return "\n".join([*lines, f"The current one lies in {where}; `banmian rollback N` goes back to one."])


def _cells(entry: Entry) -> tuple[str, ...]:
    counts = (entry.rows.get(table, 0) for table in ("article", "sentence", "figure"))
    times = (_shown(entry.created), _shown(entry.until or ""))
    return (
        str(entry.snapshot),
        entry.state,
        *times,
        f"{entry.pages:,}",
        *(f"{count:,}" for count in counts),
        entry.digest[:12],
    )


def _shown(time: str) -> str:
    """2024-11-20T08:00:00+00:00 without what is the same in all lines."""
    return time.removesuffix("+00:00").removesuffix("Z").replace("T", " ")


def of_expiry(done: Expired, older_than: str, dry_run: bool) -> str:
    """What was removed, or would be."""
    verb = "Would remove" if dry_run else "Removed"
    if done.removed:
        lines = [f"{verb} {_listed(done.removed)}, {done.bytes:,} bytes that no other snapshot shares"]
    else:
        lines = [f"Nothing to remove: no snapshot stopped being current more than {older_than} ago"]
    if done.in_use:
        lines.append(f"Kept {_listed(done.in_use)}, which a reader has open")
    return "\n".join(lines)


def _listed(ids: tuple[int, ...]) -> str:
    return f"snapshot{'s' if len(ids) > 1 else ''} {', '.join(map(str, ids))}"
