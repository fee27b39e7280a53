"""`python -m benchmarks.hostile`: inputs made to be slow, each in three sizes: does the time stay in proportion?

Each page is read in a process of its own with a limit of time and of memory. Time for each character is compared
between a size and four times that size: in proportion is 1, with the square of the length 4.

    before  "“" * 2_500, 5_000 and 10_000
    after   opening quotes   10,000 characters  0.02 s 0.04 s 0.09 s   x 1.1
"""

from __future__ import annotations

import argparse
import cProfile
import multiprocessing
import pstats
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path

from flows.batch import warm
from transforms.document import Source
from transforms.page import read_page
from transforms.words import tag

FACTOR = 0.02
SECONDS = 60.0
GIGABYTES = 8
TIMES = (1, 2, 4)
"""How often the least size is taken; the last is what a case is named by."""
MOST = 1.6
"""How many times as long a character may take in the largest page as in the smallest."""
TELLING = 0.05
"""Seconds below which a page's time says nothing."""
SHOWN = 6
TOO_LONG, TOO_MUCH = "too long", "too much memory"

PROSE = "活动中，市图书馆为乡村儿童送去了精选的150册少儿图书。这些图书，都是广大市民所捐赠，涵盖科普、历史等领域。"
ROW = "活动中，市图书馆为乡村儿童 盖科普、文学、历史、艺术等多个 的每一片土地，点亮"
LINE = "活动中市图书馆为乡村儿童送去了精"


def repeated(pattern: str) -> Callable[[int], str]:
    """So many characters of a pattern."""
    return lambda size: "".join(islice(cycle(pattern), size))


def rows(*lines: str) -> Callable[[int], str]:
    """So many lines."""
    return lambda size: "\n".join(islice(cycle(lines), size))


def numbered(form: str, between: str = "\n") -> Callable[[int], str]:
    """So many lines or pieces, each with its number."""
    return lambda size: between.join(form.format(number) for number in range(size))


def around(before: str, pattern: str, behind: str) -> Callable[[int], str]:
    """So many characters of a pattern with something before and behind."""
    return lambda size: before + repeated(pattern)(size) + behind


@dataclass(frozen=True)
class Case:
    """A page of any size. `largest` is the size that must be read in proportion: characters, lines or pieces."""

    make: Callable[[int], str]
    largest: int


MEGA = 1_000_000
CASES: Mapping[str, Case] = {
    # From the issue.
    "a line of prose": Case(repeated(PROSE), 16 * MEGA),  # 50 MB in UTF-8
    "lines of one character": Case(rows(*LINE), 100_000),
    "opening quotes": Case(repeated("“"), 10_000),
    "a run of digits": Case(repeated("1234567890"), MEGA),
    # One thing over and over, in one line.
    "one character": Case(repeated("人"), MEGA),
    "one word": Case(repeated("中华人民共和国"), MEGA),
    "a rare character": Case(repeated("龘"), MEGA),
    "Latin letters": Case(repeated("abcdefghij"), MEGA),
    "Latin words": Case(repeated("words and blanks "), MEGA),
    "opening brackets": Case(repeated("（"), MEGA),
    "closing brackets": Case(repeated("）"), MEGA),
    "brackets in pairs": Case(repeated("（）"), MEGA),
    "titles never closed": Case(repeated("《书"), MEGA),
    "quotes in pairs": Case(repeated("“好”"), MEGA),
    "full stops": Case(repeated("。"), MEGA),
    "commas": Case(repeated("，"), MEGA),
    "dashes": Case(repeated("—"), MEGA),
    "middle dots": Case(repeated("·"), MEGA),
    "blanks": Case(around("人", " ", "人"), MEGA),
    "letter-spaced": Case(repeated("滨 "), MEGA),
    "full-width blanks": Case(around("人", "\u3000", "人"), MEGA),
    "ordinals": Case(repeated("第一。"), MEGA),
    "ordinals without stops": Case(repeated("第"), MEGA),
    "Chinese numerals": Case(repeated("一二三四五六七八九十百千万亿"), MEGA),
    "ten thousands": Case(repeated("万"), MEGA),
    "points in a number": Case(repeated("1.2"), MEGA),
    "groups of digits": Case(repeated("1,234"), MEGA),
    "percentages": Case(repeated("增长3.5%，"), MEGA),
    "years": Case(repeated("2024年"), MEGA),
    "dates": Case(repeated("2024年5月10日至"), MEGA),
    "fractions": Case(repeated("1/3"), MEGA),
    "colons": Case(repeated("12:30"), MEGA),
    "amounts": Case(repeated("分别为3亿元、4亿元、"), MEGA),
    "names behind a role": Case(around("本报讯（记者 ", "王健 ", "报道）近日"), MEGA),
    "a credit never closed": Case(around("（记者", "王健、", ""), MEGA),
    "a jump line in pieces": Case(repeated("下转第"), MEGA),
    "sentences": Case(repeated("今天的报纸出版。"), MEGA),
    "traditional characters": Case(repeated("圖書館為鄉村兒童送去圖書。"), MEGA),
    "NUL and friends": Case(around("人", "\x0b", "人"), MEGA),
    # One thing over and over, line by line.
    "lines of a column": Case(rows(LINE), 100_000),
    "lines that differ": Case(numbered("活动中市图书馆为乡村儿{}"), 100_000),
    "paragraphs": Case(rows(LINE + "精选的少儿图书。", ""), 100_000),
    "pieces that end nowhere": Case(rows(LINE, LINE, ""), 100_000),
    "pieces that differ": Case(numbered("活动中市图书馆为乡村儿{0}\n送去了精选的图书和第{0}本", "\n\n"), 50_000),
    "articles": Case(numbered("第{0}次捐赠活动举行\n\n本报讯（记者 王健）近日，第{0}次活动举行。", "\n\n"), 20_000),
    "articles that jump": Case(numbered("第{0}次捐赠活动举行\n\n近日，活动（下转第{0}版）", "\n\n"), 20_000),
    "articles without headlines": Case(numbered("本报讯（记者 王健）近日，第{0}次活动举行。", "\n\n"), 20_000),
    "quotes opened by line": Case(rows("“图书出版"), 100_000),
    "blank lines": Case(around("人", "\n", "人"), MEGA),
    "headlines": Case(rows("图书馆捐赠活动举行", ""), 100_000),
    "headlines in a row": Case(rows("图书馆捐赠活动举行"), 100_000),
    "credits": Case(rows("（通讯员 卢青 摄影）"), 100_000),
    "bylines": Case(rows("本报讯（记者 王健 报道）近日，图书出版。"), 100_000),
    "wire lines": Case(rows("新华社北京5月29日电", "近日，图书出版。"), 100_000),
    "jump lines": Case(rows("（下转第二版）", "（上接第一版）"), 100_000),
    "salutations": Case(rows("各位领导、各位嘉宾：", "大家好！"), 100_000),
    "names": Case(rows("王小明", "李晓旭"), 100_000),
    "furniture": Case(rows("责任编辑：王健", "电话：3152627"), 100_000),
    "bullets": Case(rows("●图书出版。"), 100_000),
    "digits by line": Case(rows("1234567890"), 100_000),
    "rows of columns": Case(rows(ROW), 20_000),
    "wide and narrow": Case(rows(LINE, LINE[:6], LINE * 3), 100_000),
    "opening and closing": Case(rows("“图书", "图书”"), 100_000),
    "dashes by line": Case(rows("——在大会上的讲话"), 100_000),
    "numbered points": Case(numbered("第{}，出版图书。"), 100_000),
}


# --- one page -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """How reading a page went: seconds of the processor and megabytes, or why there are none."""

    seconds: float = 0.0
    megabytes: float = 0.0
    trouble: str = ""

    def __str__(self) -> str:
        return self.trouble or f"{self.seconds:.2f} s"


def prepare() -> None:
    """Loads all that the children would load, the tagger as well, which few pages need."""
    warm()
    tag(PROSE)


def read(text: str, limit: float = SECONDS) -> Reading:
    """Reads a page in a child of this process, which has the dictionaries already."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_read, args=[text, theirs], daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(limit):
            return Reading(trouble=TOO_LONG)
        found: Reading = ours.recv()
        return found
    except EOFError:
        return Reading(trouble="ended before its time")
    finally:
        child.kill()
        child.join()
        ours.close()


def _read(text: str, line: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES << 30, GIGABYTES << 30))
    source = Source("0" * 16, "page", text.encode())
    began = time.process_time()
    try:
        read_page(source)
        seconds = time.process_time() - began
        line.send(Reading(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3))
    except MemoryError:
        line.send(Reading(trouble=TOO_MUCH))
    except Exception as error:
        line.send(Reading(trouble=f"{type(error).__name__}: {error}"[:60]))


# --- one case -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Growth:
    """A case's sizes and how each was read."""

    name: str
    sizes: tuple[int, ...]
    readings: tuple[Reading, ...]

    @property
    def ratio(self) -> float | None:
        """How many times as long a character takes in the largest page as in the smallest; None where nobody knows."""
        first, last = self.readings[0], self.readings[-1]
        if first.trouble or last.trouble or last.seconds < TELLING:
            return None
        return last.seconds / self.sizes[-1] / (max(first.seconds, 1e-3) / self.sizes[0])

    @property
    def is_in_proportion(self) -> bool:
        """Whether all were read, and the time grew with the size alone."""
        return not any(one.trouble for one in self.readings) and (self.ratio or 0.0) <= MOST

    def __str__(self) -> str:
        ratio = f"x {self.ratio:.2f}" if self.ratio is not None else "-"
        most = max(one.megabytes for one in self.readings)
        times = "".join(f"{reading!s:>12}" for reading in self.readings)
        return f"{self.name:<27}{self.sizes[-1]:>12,}{times}{ratio:>9}{most:>8.0f} MB" + (
            "" if self.is_in_proportion else "   NOT IN PROPORTION"
        )


def grow(name: str, case: Case, factor: float, limit: float) -> Growth:
    """Reads a case's pages, from the smallest on until one takes too long."""
    sizes = tuple(max(4, round(case.largest * factor * times / TIMES[-1])) for times in TIMES)
    readings: list[Reading] = []
    for size in sizes:
        gone = next((one for one in readings if one.trouble), None)
        readings.append(gone or read(case.make(size), limit))
    return Growth(name, sizes, tuple(readings))


def hot(case: Case, size: int) -> Iterator[str]:
    """The functions whose own time grows most from a page to one of four times its size."""
    less, more = (_own_seconds(case.make(times * size)) for times in (TIMES[0], TIMES[-1]))
    gained = sorted(more, key=lambda function: more[function] - 4 * less.get(function, 0.0), reverse=True)
    for function in gained[:SHOWN]:
        yield f"    {less.get(function, 0.0):8.3f} s {more[function]:8.3f} s  {function}"


def _own_seconds(text: str) -> dict[str, float]:
    profile = cProfile.Profile()
    profile.runcall(read_page, Source("0" * 16, "page", text.encode()))
    found = pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]  # it has no other door
    return {f"{Path(file).name}:{line} {name}": own for (file, line, name), (_, _, own, _, _) in found}


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads all cases, prints a line for each; 1 where one is not in proportion."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__.split("\n", 1)[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help="names of cases (default: all)")
    parser.add_argument(
        "--factor", type=float, default=FACTOR,
        help="how large, as a share of the sizes that must be read in proportion (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that a page may take (default: %(default)s)")
    parser.add_argument("--where", action="store_true", help="profile the cases that are not in proportion")
    options = parser.parse_args(arguments)
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are: {', '.join(CASES)}")
    prepare()
    bad = 0
    print(f"{'case':<27}{'up to':>12}{'n':>12}{'2n':>12}{'4n':>12}{'growth':>9}")
    for name in options.cases or CASES:
        growth = grow(name, CASES[name], options.factor, options.seconds)
        print(growth, flush=True)
        bad += not growth.is_in_proportion
        if options.where and not growth.is_in_proportion and not growth.readings[0].trouble:
            print("\n".join(hot(CASES[name], growth.sizes[0])), flush=True)
    print(f"{bad} of {len(options.cases or CASES)} not in proportion: a character takes more than {MOST} times as long")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
