"""`make benchmark`: how fast figures are read, beside jieba's words and a bare search for numerals over the same text.

Each round runs in a process of its own, so that nothing is remembered from the one before; within it the three take
turns over the articles. What counts is the ratio within a round: machines differ, and are busy.

    before  seeds/*.txt, and the pages of ../shared/bench where they lie beside the checkout
    after   figures      1,200,000 characters a second    0.4 times as fast as words
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.seeds import BENCHES, SEEDS, sources_below
from transforms import words
from transforms.document import Source
from transforms.figures.reader import read_figures
from transforms.page import read_page

PAGES = BENCHES / "pages"
ROUNDS = 5
LEAST = 200_000
"""Characters of a round: fewer are read as often as it takes, for a process is slow at first."""
PARTS = ("figures", "words", "numerals")
REFERENCE = date(2024, 11, 20)
_NUMERAL = re.compile(r"[0-9]+(?:\.[0-9]+)?[%万亿]*|[零一二两三四五六七八九十百千万亿]{2,}")


@dataclass(frozen=True)
class Speeds:
    """Seconds that each part of a round took over so many characters in so many figures."""

    characters: int
    figures: int
    seconds: dict[str, float]


def articles(folders: Sequence[Path]) -> list[list[str]]:
    """The sentences of each article of the pages below the folders, each article once."""
    found: dict[tuple[str, ...], None] = {}
    for folder in folders:
        for name, data in sources_below(folder).items():
            for article in read_page(Source(source_path=name, document_id=name, data=data)).articles:
                found.setdefault(tuple(sentence.text for sentence in article.sentences))
    return [list(sentences) for sentences in found]


def measure(texts: Sequence[list[str]]) -> Speeds:
    """One round in this process; the dictionary is read before the clock runs."""
    words.cut("三台县新增三台机床")
    read_figures(["三台县新增三台机床，产值3亿元。"], REFERENCE)
    seconds = dict.fromkeys(PARTS, 0.0)
    figures = 0
    again = -(-LEAST // count(texts))
    for sentences in [*texts] * again:
        at = [process_time()]
        figures += sum(map(len, read_figures(sentences, REFERENCE)))
        at.append(process_time())
        words.cut_each(sentences)
        at.append(process_time())
        for sentence in sentences:
            _NUMERAL.findall(sentence)
        at.append(process_time())
        for part, begin, end in zip(PARTS, at, at[1:]):
            seconds[part] += end - begin
    return Speeds(count(texts) * again, figures, seconds)


def count(texts: Sequence[list[str]]) -> int:
    """The characters of all texts together."""
    return sum(len(sentence) for sentences in texts for sentence in sentences)


def rounds(texts: Sequence[list[str]], number: int) -> list[Speeds]:
    """So many rounds, one after the other, each in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return [pool.submit(measure, texts).result() for _ in range(number)]


def table(measured: Sequence[Speeds]) -> str:
    """The medians as a table, with the range of the ratios within a round."""
    first = measured[0]
    size = f"{first.characters:,} characters, {first.figures:,} figures"
    lines = [f"{size}; medians of {len(measured)} rounds on one core"]
    for part in PARTS:
        speed = median(one.characters / one.seconds[part] for one in measured)
        ratios = sorted(one.seconds["words"] / one.seconds[part] for one in measured)
        compared = f"{median(ratios):.1f} times as fast as words ({ratios[0]:.1f} to {ratios[-1]:.1f})"
        lines.append(f"  {part:9} {speed:>12,.0f} characters a second   {'' if part == 'words' else compared}".rstrip())
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the rounds and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how many rounds (default {ROUNDS})")
    parser.add_argument("--seeds-only", action="store_true", help="leave out the benches beside the checkout")
    options = parser.parse_args(arguments)
    folders = [SEEDS] if options.seeds_only or not PAGES.is_dir() else [SEEDS, PAGES]
    print(table(rounds(articles(folders), options.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
