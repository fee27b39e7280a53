"""Sets paragraphs as a compositor does, so that a test can say what a page was before it was torn to lines."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transforms.lines import printed_width

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
NEVER_FIRST = "，。、；：！？”’）》】…%"
NEVER_LAST = "“‘（《【"
_PIECE = re.compile(rf"[{NEVER_LAST}]*(?:[0-9A-Za-z.®+/\-]+|.)[{NEVER_FIRST}]*")
INDENT = 2
COLUMN = 17


def pieces(text: str) -> list[str]:
    """What a line's end never parts: a number or a word of letters, else one character, with the marks bound to it."""
    return _PIECE.findall(text)


def set_paragraph(text: str, measure: int = COLUMN) -> list[str]:
    """The lines of a paragraph in a column; the first is narrower by an indent, which the text layer has lost."""
    lines = [""]
    for piece in pieces(text):
        room = measure - INDENT * (len(lines) == 1)
        if lines[-1] and printed_width(lines[-1] + piece) > room:
            lines.append("")
        lines[-1] += piece
    return lines


def set_column(paragraphs: Sequence[str], measure: int = COLUMN) -> str:
    """Paragraphs one below the other with no blank line between them."""
    return "\n".join("\n".join(set_paragraph(paragraph, measure)) for paragraph in paragraphs)


@dataclass(frozen=True)
class Told:
    """An article of the seeds as the gold tells it."""

    kind: str
    headline: str | None
    paragraphs: tuple[str, ...]


def seed_articles() -> list[Told]:
    """The articles of both seeds, in the order of their pages."""
    pages: list[dict[str, Any]] = json.loads((SEEDS / "gold" / "seeds_articles.json").read_text(encoding="utf-8"))
    told = [article for page in pages for article in page["articles"]]
    return [Told(article["kind"], article["headline"], tuple(article["paragraphs"])) for article in told]
