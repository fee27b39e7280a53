"""`python -m benchmarks.corpus FOLDER`: as many pages as one likes, made from the two seeds, the same ones anywhere.

A page takes some articles of one seed, in an order of its own, and says other things: each word of an open class
(nouns, verbs, adjectives, names…) gives way to another of jieba's dictionary with the same tag and length, drawn by how
frequent it is there, the same one for the same word of an article; each number to another with as many digits. All else
stays: line ends, column widths, blanks, headings, bylines, jump lines, marks, words of no open class, units, and the
words by which an agency line, a byline or a speech is known. So a page makes about as much work as a real one and no
sense, and what is remembered of one text is of little use for the next.

    before  活动中，市图书馆为乡村儿童⏎送去了精选的 150 册少儿图书。
    after   公司中，市出版社为社会人民⏎发展了历史的 427 册教育工作。
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from random import Random

import jieba

from benchmarks.seeds import ARTICLES_GOLD, SEEDS
from transforms import lexicon
from transforms.words import tag

SEED = 1
OPEN_CLASSES = frozenset("nvaidljbz")
"""First letters of the tags whose words are replaced: nouns and names, verbs, adjectives, adverbs, idioms…"""
KEPT = (
    "agencies", "credit_roles", "credit_words", "entry_words", "furniture", "jump_words", "openers", "part_names",
    "salutations", "section_labels", "speech_nouns", "figures_classifiers", "figures_units", "figures_currencies",
    "figures_ordinals", "figures_qualifiers", "figures_directions", "figures_metric_verbs",
)  # fmt: skip
"""Tables of the lexicon whose words make a page what it is and stay."""
PAGES_AN_ISSUE = 8
FIRST_ISSUE = date(2000, 1, 1)
TAKEN = 0.75
"""How likely an article of the seed is on a page."""
LAST = {"年": 24, "月": 12, "日": 28}
"""The largest number that stands before a unit of time; of a year, its last two digits."""

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, eq=False)
class Choice:
    """Words to draw from, with how frequent they and all before them are together."""

    words: tuple[str, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Word:
    """A word of a seed; `choice` is what may stand for it, `unit` the unit of time behind a number."""

    text: str
    unit: str
    choice: Choice | None

    def varied(self, random: Random) -> str:
        """Another word of the same length, or this one."""
        if self.choice:
            return random.choices(self.choice.words, cum_weights=self.choice.weights)[0]
        return _other_number(self, random) if self.text[0].isdigit() and self.text.isascii() else self.text


@dataclass(frozen=True)
class Stretch:
    """An article of a seed or what stands between two: its text as printed, where its words stand in it, its words."""

    text: str
    places: tuple[int, ...]
    words: tuple[Word, ...]

    def varied(self, random: Random) -> str:
        """The same layout with other words; what comes again here comes again there, in headline and body too."""
        characters = list(self.text)
        others = {word: word.varied(random) for word in dict.fromkeys(self.words)}
        other = "".join(others[word] for word in self.words)
        for place, character in zip(self.places, other, strict=True):
            characters[place] = character
        return "".join(characters)


@dataclass(frozen=True)
class Model:
    """A seed as articles, and what else it prints."""

    articles: tuple[Stretch, ...]
    rest: tuple[Stretch, ...]

    def page(self, random: Random) -> str:
        """A page of some of the articles in a new order; stray lines stand where the seed has them, at the end."""
        taken = [article for article in self.articles if random.random() < TAKEN] or [random.choice(self.articles)]
        random.shuffle(taken)
        parts = [stretch.varied(random) for stretch in (*taken, *self.rest)]
        return "\n\n".join(parts) + "\n"


def _other_number(word: Word, random: Random) -> str:
    """A number with as many digits: a year for a year, a month for a month, a day for a day."""
    if word.text.isdigit():
        most = LAST.get(word.unit)
        if _YEAR.fullmatch(word.text):
            return f"20{random.randint(0, LAST['年']):02}"
        if most and len(word.text) <= len(str(most)):
            return str(random.randint(10 ** (len(word.text) - 1), min(most, 10 ** len(word.text) - 1)))
    return "".join(str(random.randint(1, 9)) if c.isdigit() and c != "0" else c for c in word.text)


@cache
def models() -> tuple[Model, ...]:
    """The seeds, cut into stretches where the gold says that articles begin and end."""
    gold = json.loads(ARTICLES_GOLD.read_text(encoding="utf-8"))
    return tuple(_model(path, gold) for path in sorted(SEEDS.glob("*.txt")))


def _model(path: Path, gold: Sequence[Mapping[str, object]]) -> Model:
    lines = path.read_text(encoding="utf-8").split("\n")
    (entry,) = [entry for entry in _entries(gold) if path.name.startswith(str(entry["doc"]).removesuffix(".txt"))]
    spans = sorted((start - 1, end) for article in entry["articles"] for start, end in article["lines"])
    edges = [0, *(edge for span in spans for edge in span), len(lines)]
    between = ("\n".join(lines[start:end]).strip("\n") for start, end in zip(edges[::2], edges[1::2]))
    return Model(
        tuple(_stretch("\n".join(lines[start:end]).strip("\n")) for start, end in spans),
        tuple(_stretch(text) for text in between if text.strip()),
    )


def _entries(gold: object) -> Iterator[dict[str, list[dict[str, list[tuple[int, int]]]]]]:
    yield from gold.values() if isinstance(gold, dict) else gold  # type: ignore[misc]


def _stretch(text: str) -> Stretch:
    places = tuple(place for place, character in enumerate(text) if not character.isspace())
    printed = "".join(text[place] for place in places)
    words: list[Word] = []
    end = 0
    for word, flag in zip(*tag(printed)):
        end += len(word)
        unit = printed[end : end + 1]
        words.append(Word(word, unit if unit in LAST else "", _choice(word, flag)))
    return Stretch(text, places, tuple(words))


def _choice(word: str, flag: str) -> Choice | None:
    if flag[:1] in OPEN_CLASSES and _HAN.fullmatch(word) and word not in _kept():
        return _choices().get((flag, len(word)))
    return None


@cache
def _choices() -> dict[tuple[str, int], Choice]:
    """jieba's words by tag and length."""
    found: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
    with jieba.Tokenizer().get_dict_file() as rows:
        for row in rows:
            word, frequency, flag = row.decode().split()
            if _HAN.fullmatch(word) and flag[:1] in OPEN_CLASSES:
                found[flag, len(word)].append((word, int(frequency)))
    return {
        key: Choice(tuple(word for word, _ in rows), tuple(accumulate(frequency for _, frequency in rows)))
        for key, rows in found.items()
    }


@cache
def _kept() -> frozenset[str]:
    return frozenset(cell for name in KEPT for row in lexicon.table(name) for cell in row.values())


# --- pages ----------------------------------------------------------------------------------------------------------


def pages(size: int, seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of pages, until they are `size` bytes or some more; a smaller corpus is a larger one's beginning.

    The names say publication, date and page as a build reads them.
    """
    done = number = 0
    while done < size:
        random = Random(f"{seed} {number}")
        data = random.choice(models()).page(random).encode()
        issue, page = divmod(number, PAGES_AN_ISSUE)
        yield f"daily/{FIRST_ISSUE + timedelta(days=issue)}/{page + 1:02}.txt", data
        done += len(data)
        number += 1


@dataclass(frozen=True)
class Written:
    """A corpus on the disk: how many pages, bytes, characters, and a digest of all."""

    pages: int
    bytes: int
    characters: int
    sha256: str


def write(folder: Path, size: int, seed: int = SEED) -> Written:
    """Writes the pages of a corpus below a folder."""
    digest = sha256()
    number = done = characters = 0
    for name, data in pages(size, seed):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest.update(name.encode() + data)
        number, done, characters = number + 1, done + len(data), characters + len(data.decode())
    return Written(number, done, characters, digest.hexdigest())


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes a corpus and says what it is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="where to write; it must not be there yet")
    parser.add_argument("--megabytes", type=float, default=4, help="how large (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="another number, other pages (default: %(default)s)")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True)
    found = write(options.folder, round(options.megabytes * 1e6), options.seed)
    print(f"{found.pages:,} pages, {found.bytes:,} bytes, {found.characters:,} characters, sha256 {found.sha256}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
