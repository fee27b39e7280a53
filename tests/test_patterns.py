"""No pattern of the rules can blow up: each one comes to the end of hostile strings in no time."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SEEDS = Path(__file__).parent.parent / "seeds"
LONG = 4_000
SECONDS = 1.0
"""Of the processor's time, for one pattern and one string: some thousand times what is usual. What only takes the
square of its length shows in `benchmarks.hostile`, where whole pages are read."""

MATCHED = {"transforms.figures.parts"}
"""Patterns that rules ask at a place, where a figure has begun, and never search for."""

# Imports all rules and reads the seeds, and says which patterns were compiled on the way.
RECORDER = """
import importlib, json, pkgutil, re, sys
from pathlib import Path

found, compiled = {}, re._compile

def recording(pattern, flags):
    frame = sys._getframe(1)
    while frame.f_globals["__name__"] == "re":
        frame = frame.f_back
    if frame.f_globals["__name__"].startswith("transforms"):
        made = compiled(pattern, flags)
        if isinstance(made.pattern, str):
            found[made.pattern] = (int(made.flags), frame.f_globals["__name__"])
    return compiled(pattern, flags)

re._compile = recording
import transforms
for module in pkgutil.walk_packages(transforms.__path__, "transforms."):
    importlib.import_module(module.name)
from transforms.document import Options, Source
from transforms.page import read_page
for path in sorted(Path(sys.argv[1]).glob("*.txt")):
    read_page(Source(path.name, path.name, path.read_bytes()), Options(pos=True))
print(json.dumps([(pattern, *rest) for pattern, rest in found.items()]))
"""

WRITTEN = (
    "人¦滨 ¦龘¦圖¦一¦第一¦万¦千百¦年¦2024年¦5月10日¦上午8时¦1¦1.¦1.2¦1,¦1,234¦3.5%¦1/3¦12:30¦-¦1-¦0543-¦"
    "a¦a ¦a.¦a's ¦A1¦http://a.¦a@¦(¦(a¦(1)¦+¦&¦_¦ ¦\u3000¦\t¦\n¦人\n¦\n\n¦，¦、¦。¦！？¦；¦：¦“¦”¦“好”¦‘¦'¦\"¦"
    "（¦）¦（）¦《¦《书》¦【¦「¦—¦——¦…¦...¦·¦•¦．¦。。。¦●¦■¦记者¦记者 王¦（记者 王健 ¦通讯员 王健 ¦本报讯¦电¦"
    "新华社北京5月¦下转¦（下转第¦上接第二版¦责任编辑：¦电话：1¦各位领导、¦同志们：¦说，¦他说：“¦超过¦约¦多¦分别为¦"
    "、3亿元¦增长¦元/吨¦摄氏度¦名¦至¦同比¦的¦在"
)
UNITS = WRITTEN.split("¦")


@pytest.fixture(scope="module")
def patterns() -> list[tuple[re.Pattern[str], str]]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RECORDER, SEEDS], capture_output=True, text=True, check=True
    )
    return [(re.compile(pattern, flags), module) for pattern, flags, module in json.loads(done.stdout)]


class TooSlow(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """A pattern has had its time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TooSlow after so much of the processor's time; patterns look for signals while they search."""

    def ring(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def slow_on(pattern: re.Pattern[str], text: str, searched: bool = True) -> bool:
    """Whether a pattern takes long for a text's beginning, for all of it, or to be found in it where it is searched."""
    try:
        with within(SECONDS):
            pattern.match(text)
            pattern.fullmatch(text)
            if searched:
                pattern.search(text)
    except TooSlow:
        return True
    return False


def test_a_pattern_that_blows_up_is_seen() -> None:
    assert slow_on(re.compile("(?:人+)+。"), "人" * 40)
    assert slow_on(re.compile("人*人*人*。"), "人" * LONG)
    assert not slow_on(re.compile("人+"), "人" * LONG)


def test_the_patterns_of_all_rooms_are_found(patterns: list[tuple[re.Pattern[str], str]]) -> None:
    assert len(patterns) > 300
    assert {"transforms.sentences", "transforms.marks", "transforms.figures.scan"} <= {module for _, module in patterns}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_pattern_blows_up(patterns: list[tuple[re.Pattern[str], str]]) -> None:
    """Each unit again and again, with an end that no pattern wants, and behind a beginning that may want it."""
    texts = [unit * (LONG // len(unit)) + "\x00" for unit in UNITS]
    slow = [
        f"{module}: {pattern.pattern[:200]} on {text[:6]!r} again and again"
        for pattern, module in patterns
        for text in texts
        if slow_on(pattern, text, module not in MATCHED)
    ]
    assert slow == []
