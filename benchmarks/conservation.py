"""Proves against the sources that nothing is lost, nothing counted twice, and each offset leads to what it promises.

The warehouse checks its tables before it publishes them; this looks at what was published, with the sources in hand,
and shares no code with those checks.

    before  source 滨州⏎电话, article holds [0, 2), residue holds [2, 4)
    after   characters 4, once 3, faults {"character lost": 1}
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.reading import Row, Tables, decoded

KEYS = {"document": "document_id", "article": "article_id", "sentence": "sentence_id", "figure": "figure_id"}
PARENTS = (
    ("article", "document"),
    ("sentence", "article"),
    ("figure", "sentence"),
    ("figure", "article"),
    ("residue", "document"),
)
HEADING_ROLES = ("kicker", "headline", "subheadline")


@dataclass(frozen=True, slots=True)
class Account:
    """The sources' characters that are not blank, those that just one row holds, and the faults by what they are."""

    characters: int
    once: int
    faults: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.once / self.characters if self.characters else 1.0

    @property
    def by_kind(self) -> dict[str, int]:
        return dict(Counter(fault.split(":")[0] for fault in self.faults))


def account(tables: Tables, sources: Mapping[str, bytes]) -> Account:
    """Checks all rows against the sources, given by `source_path`. A quarantined page has no text to account for."""
    texts = {
        row["document_id"]: decoded(row, sources[row["source_path"]])
        for row in tables["document"]
        if row["status"] != "quarantined"
    }
    faults = list(_key_faults(tables))
    if faults:  # what follows trusts the keys
        return Account(sum(_visible(text) for text in texts.values()), 0, tuple(faults))
    held = _held(tables)
    characters = once = 0
    for row in tables["document"]:
        if (text := texts.get(row["document_id"])) is not None:
            counts = _counts(text, held[row["document_id"]])
            seen = [count for mark, count in zip(text, counts) if not blank(mark)]
            characters += len(seen)
            once += seen.count(1)
            faults += [f"character {_fate(count)}: {row['source_path']}" for count in seen if count != 1]
    faults += _content_faults(tables, texts)
    return Account(characters, once, tuple(faults))


def blank(mark: str) -> bool:
    """Whitespace, control and format characters."""
    return mark.isspace() or unicodedata.category(mark) in ("Cc", "Cf")


def _fate(count: int) -> str:
    return "held twice" if count else "lost"


def _visible(text: str) -> int:
    return sum(not blank(mark) for mark in text)


def _held(tables: Tables) -> defaultdict[str, list[tuple[int, int]]]:
    held: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in tables["article"]:
        held[row["document_id"]] += [(span["start"], span["end"]) for span in row["raw_spans"]]
    for row in tables["residue"]:
        held[row["document_id"]].append((row["raw_start"], row["raw_end"]))
    return held


def _counts(text: str, spans: list[tuple[int, int]]) -> list[int]:
    """For each character how many rows hold it."""
    steps = [0] * (len(text) + 1)
    for start, end in spans:
        steps[min(start, len(text))] += 1
        steps[min(end, len(text))] -= 1
    counts, now = [], 0
    for step in steps[:-1]:
        now += step
        counts.append(now)
    return counts


def _key_faults(tables: Tables) -> Iterator[str]:
    for table, key in KEYS.items():
        often = [value for value, count in Counter(row[key] for row in tables[table]).items() if count > 1]
        yield from (f"key not unique: {value}" for value in often)
    for table, parent in PARENTS:
        known = {row[KEYS[parent]] for row in tables[parent]}
        lost = [row[KEYS[parent]] for row in tables[table] if row[KEYS[parent]] not in known]
        yield from (f"key leads nowhere: {table} to {parent} {value}" for value in lost)


def _content_faults(tables: Tables, texts: Mapping[str, str]) -> Iterator[str]:
    documents = {row["document_id"]: row for row in tables["document"]}
    articles = {row["article_id"]: row for row in tables["article"]}
    sentences = {row["sentence_id"]: row for row in tables["sentence"]}
    for row in tables["residue"]:
        if texts[row["document_id"]][row["raw_start"] : row["raw_end"]] != row["text"]:
            yield f"residue is not what the source says: {row['text'][:20]}"
    for row in tables["sentence"]:
        article = articles[row["article_id"]]
        yield from _place_faults(row, article)
        simplified = documents[article["document_id"]]["script"] == "simplified"
        yield from _evidence_faults("sentence", row, row["text"], texts[article["document_id"]], simplified)
    for row in tables["figure"]:
        sentence = sentences[row["sentence_id"]]
        if sentence["text"][row["start"] : row["end"]] != row["surface"]:
            yield f"figure not at its offsets: {row['surface']}"
        if not _within(row, sentence["raw_start"], sentence["raw_end"]):
            yield f"figure outside its sentence: {row['surface']}"
        text = texts[articles[row["article_id"]]["document_id"]]
        yield from _evidence_faults("figure", row, row["surface"], text, False)


def _place_faults(row: Row, article: Row) -> Iterator[str]:
    name = row["text"][:20]
    if row["role"] not in HEADING_ROLES and article["text"][row["start"] : row["end"]] != row["text"]:
        yield f"sentence not at its offsets: {name}"
    if "".join(row["tokens"]) != row["text"]:
        yield f"tokens don't join: {name}"
    spans = article["raw_spans"]
    if not spans or not _within(row, min(span["start"] for span in spans), max(span["end"] for span in spans)):
        yield f"sentence outside its article: {name}"


def _evidence_faults(what: str, row: Row, text: str, source: str, han: bool) -> Iterator[str]:
    """The raw stretch holds each letter of the row's text and has no blank at its ends.

    `han`: whether the Han must be the same too, which they are not where traditional text was converted.
    """
    raw = source[row["raw_start"] : row["raw_end"]]
    if not raw or blank(raw[0]) or blank(raw[-1]):
        yield f"{what} with a blank at an end of its evidence: {text[:20]}"
    missing = _letters(text, han) - _letters(raw, han)
    if missing.total() > _radicals(raw, text):
        yield f"{what} is not what the source says: {text[:20]}"


def _letters(text: str, han: bool) -> Counter[str]:
    folded = unicodedata.normalize("NFKC", text)
    return Counter(letter for letter in folded if letter.isalnum() and (han or letter.isascii()))


def _radicals(raw: str, text: str) -> int:
    """The radicals of `raw` that stand for a character of `text` other than the one that NFKC makes of them.

    It leaves those of U+2E80 to U+2EFF as they are (⺠ for 民), and others it turns into old forms (⼾ into 戶 for 户).
    Which character such a radical stands for is not checked here.
    """
    radicals = [mark for mark in raw if "\u2e80" <= mark <= "\u2fdf"]
    return sum(unicodedata.normalize("NFKC", mark) not in text for mark in radicals)


def _within(row: Row, start: int, end: int) -> bool:
    return bool(start <= row["raw_start"] < row["raw_end"] <= end)
