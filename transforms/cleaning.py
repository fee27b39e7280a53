"""All of the cleaning, in the order in which its steps need each other.

Look-alike characters first, for every later rule knows only the plain ones; then the blanks, for marks are judged by
their neighbours; then the marks, and blanks and marks again as long as one shows another to be idle or half-width; the
script last, for its phrases must not be parted.

    before  省发展改革委介绍,“童书漂流　书润乡梦”送去 150 册,⽐去年增⻓ ３．７％.
    after   省发展改革委介绍，“童书漂流 书润乡梦”送去150册，比去年增长3.7%。
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import cache

from transforms import characters, punctuation, script
from transforms.alignment import Aligned
from transforms.characters import fold, spell_out, without_invisible
from transforms.punctuation import widen
from transforms.quotes import may_be_reversed
from transforms.script import simplify, simplify_characters
from transforms.spacing import close_certain, close_up

MOST_TURNS = 8
_TIDIED = frozenset(" \n")


def clean(text: Aligned) -> Aligned:
    """A paragraph joined from its lines as normalised text, without blanks at its ends; a clean one stays as it is.

    Every character that is not blank stays or becomes another one at its place, but for the dots that a row of dots has
    beyond the two characters of an ellipsis, and for ligatures, which become several at theirs.
    """
    found = characters.kinds(_doubtful(), text.text)
    if not found.isdisjoint(characters.triggers()):
        return simplify(_settle(_folded(text).strip(), close_up, widen))
    if not found.isdisjoint(_TIDIED):
        text = _settle(text.strip(), close_up, widen)
    elif found or _has_odd_marks(text.text):  # without blanks and look-alikes, as most are, marks alone can change
        text = _settle(text, widen)
    return text if found.isdisjoint(script.triggers()) else simplify(text)


def _has_odd_marks(text: str) -> bool:
    """Whether a text has what only marks together tell: rows of dots, and double quotes out of turn."""
    return punctuation.has_dots(text) or may_be_reversed(text)


def _settle(text: Aligned, *steps: Callable[[Aligned], Aligned]) -> Aligned:
    """Some steps in turn until none of them changes anything; each only widens or drops, so there are few turns."""
    idle = 0
    for step in itertools.islice(itertools.cycle(steps), MOST_TURNS * len(steps)):
        before, text = text, step(text)
        idle = idle + 1 if text.text == before.text else 0
        if idle == len(steps):
            break
    return text


def clean_line(line: Aligned) -> Aligned:
    """A printed line without what only the line itself can tell to be idle: letter-spacing and blanks beside marks.

    Blanks at its ends and doubtful ones inside stay, to be judged when the lines of the paragraph are joined.
    """
    return close_certain(_folded(line))


def read_line(line: Aligned) -> tuple[Aligned, str]:
    """A printed line as `clean_line` gives it, and its text as decisions read it: with full-width marks and simplified
    characters. Most lines hold nothing that any rule could change, which one search tells."""
    text = line.text
    if is_clean(text):
        return line, text
    clean = clean_line(line) if _untidy().search(text) else line
    return clean, simplify_characters(widen(clean).text)


def is_clean(text: str) -> bool:
    """Whether a printed line holds nothing that any rule could change."""
    return not (_doubtful().search(text) or _has_odd_marks(text))


@cache
def _doubtful() -> re.Pattern[str]:
    return characters.any_of(doubtful())


@cache
def doubtful() -> frozenset[str]:
    """Every character by itself by which a rule of cleaning can fire, blanks among them; but for double quotes, which
    change only where they `may_be_reversed`."""
    return _TIDIED | characters.triggers() | (punctuation.triggers() - frozenset("“”")) | script.triggers()


@cache
def _untidy() -> re.Pattern[str]:
    """Every character by itself by which `clean_line` can change a line."""
    return characters.any_of(_untidy_characters())


@cache
def _untidy_characters() -> frozenset[str]:
    return _TIDIED | characters.triggers()


def _folded(text: Aligned) -> Aligned:
    return spell_out(without_invisible(text.with_text(fold(text.text)), text.text))
