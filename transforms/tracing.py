"""The rules that decide, run with weights that remember their names.

To say why a page was read as it was, nothing is worked out anew: the very functions that decide are run a second time
(the same code objects), in copies of their modules in which each weight is a `Score`. A `Score` is a float that knows
what it was made of, so whatever the rules add up tells afterwards which weights are in it and how much each gave. The
sums are the same to the last bit, a rule that is changed or added is explained without a word of code here, and a page
that nobody asks about is read by the plain modules at their own speed.

    before  GAP_JOINS + WORD_CUT * cuts_a_word("学", "习")           0.8
    after   the same sum: breaks.GAP_JOINS -0.7, breaks.WORD_CUT 1.5
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from transforms import (
    articles,
    blocks,
    breaks,
    confidence,
    heading_cuts,
    headings,
    old_print,
    order,
    page,
    rows,
    stories,
)

MODULES = (rows, breaks, old_print, blocks, order, articles, heading_cuts, headings, stories, confidence, page)

NAMED = (
    "articles._habit",
    "articles._first_habit",
    "articles._no_lead",
    "order._habit",
    "headings._cues",
    "heading_cuts._last_words",
    "heading_cuts._first_words",
)
"""Functions whose result is evidence by itself, not a sum of weights: it takes the function's name."""

WEIGHTS = "weights"
"""Functions of that name give weights, or tuples of them, by the names of their evidence."""

UNNAMED = "other"
TINY = 1e-9

Tap = Callable[..., Any]
"""What is called in place of a function: with the function itself, then with its arguments."""


@dataclass(frozen=True, slots=True)
class Term:
    """A weight by its name, and what it gave to a sum."""

    name: str
    value: float


class Score(float):
    """A number that remembers what it was made of: `parts` are the numbers added up, each with its factor; a weight,
    which has none, has a name. Of a product the first factor that has a name names it: WIDTH_STEP * 3.0."""

    __slots__ = ("name", "parts")
    name: str
    parts: tuple[tuple[float, Score], ...]

    def __new__(cls, value: float, name: str = "", parts: tuple[tuple[float, Score], ...] = ()) -> Score:
        score = super().__new__(cls, value)
        score.name = name
        score.parts = parts
        return score

    def __add__(self, other: float) -> Score:
        return Score(float.__add__(self, other), parts=((1.0, self), *_part(other)))

    def __radd__(self, other: float) -> Score:
        return Score(float.__radd__(self, other), parts=(*_part(other), (1.0, self)))

    def __sub__(self, other: float) -> Score:
        return Score(float.__sub__(self, other), parts=((1.0, self), *_part(other, -1.0)))

    def __rsub__(self, other: float) -> Score:
        return Score(float.__rsub__(self, other), parts=(*_part(other), (-1.0, self)))

    def __neg__(self) -> Score:
        return Score(float.__neg__(self), parts=((-1.0, self),))

    def __mul__(self, other: float) -> Score:
        return Score(float.__mul__(self, other), parts=((float(other), self),))

    def __rmul__(self, other: float) -> Score:
        return Score(float.__rmul__(self, other), parts=((float(other), self),))

    def __truediv__(self, other: float) -> Score:
        return Score(float.__truediv__(self, other), parts=((1.0 / other, self),))


def _part(number: float, factor: float = 1.0) -> tuple[tuple[float, Score], ...]:
    """A number as part of a sum; a plain 0 is none."""
    if isinstance(number, Score):
        return ((factor, number),)
    return ((factor, Score(number)),) if number else ()


def terms_of(score: float) -> tuple[Term, ...]:
    """What a score was made of, each name once, in the order in which the rules came to them; 0 is left out.

    >>> terms_of(2 * Score(1.5, "WORD_CUT") - Score(0.7, "GAP") + Score(0.5, "WORD_CUT"))
    (Term(name='WORD_CUT', value=3.5), Term(name='GAP', value=-0.7))
    """
    found: dict[str, float] = {}
    waiting = list(_part(score))
    while waiting:
        factor, part = waiting.pop()
        if part.parts:
            waiting += [(factor * own, inner) for own, inner in reversed(part.parts)]
        else:
            name = part.name or UNNAMED
            found[name] = found.get(name, 0.0) + factor * float(part)
    return tuple(Term(name, value) for name, value in found.items() if abs(value) > TINY)


def traced(taps: Mapping[str, Tap]) -> SimpleNamespace:
    """Copies of `MODULES`, by their short names, whose weights are scores. A tap stands in for the function that its
    name says, such as `blocks._gather`, wherever that module calls it."""
    spaces = {module.__name__: dict(vars(module)) for module in MODULES}
    for name, space in spaces.items():
        short = name.rpartition(".")[2]
        for key, value in vars_of(space):
            space[key] = _twin(f"{short}.{key}", value, spaces)
            tap = taps.get(f"{short}.{key}")
            if tap is not None:
                space[key] = _tapped(tap, space[key])
        space["sum"] = _sum
    named = {name.rpartition(".")[2]: SimpleNamespace(**space) for name, space in spaces.items()}
    for space in spaces.values():
        imported = [key for key, value in space.items() if isinstance(value, ModuleType) and key in named]
        space.update({key: named[key] for key in imported})
    return SimpleNamespace(**named)


def vars_of(space: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The names of a module that are its own or its imports', not the interpreter's."""
    return [(key, value) for key, value in space.items() if not key.startswith("__")]


def _twin(name: str, value: Any, spaces: Mapping[str, dict[str, Any]]) -> Any:
    """A value of a module as its copy has it: a weight with its name, a function that sees the copies."""
    if _is_weight(name, value):
        return Score(value, name)
    module, _, key = name.partition(".")
    if key.strip("_") == WEIGHTS and callable(value):
        return lambda: {each: _named(weight, f"{module}.{each}") for each, weight in value().items()}
    if not isinstance(value, FunctionType) or value.__module__ not in spaces:
        return value
    twin = FunctionType(value.__code__, spaces[value.__module__], value.__name__, value.__defaults__, value.__closure__)
    twin.__kwdefaults__ = value.__kwdefaults__
    return _tapped(_as_evidence(name), twin) if name in NAMED else twin


def _named(weight: Any, name: str) -> Any:
    """A weight, or each of several, with the name of its evidence."""
    return Score(weight, name) if type(weight) is float else type(weight)(*(_named(each, name) for each in weight))


def _is_weight(name: str, value: Any) -> bool:
    return type(value) is float and name.partition(".")[2].isupper()


def _as_evidence(name: str) -> Tap:
    return lambda call, *arguments: Score(float(call(*arguments)), name)


def _tapped(tap: Tap, call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: tap(call, *arguments)


def _sum(numbers: Iterable[Any], start: Any = 0) -> Any:
    """As the built-in `sum`, which rounds plain floats with more care than others."""
    added = list(numbers)
    if not any(isinstance(number, Score) for number in added):
        return builtins.sum(added, start)
    plain = [float(number) if isinstance(number, Score) else number for number in added]
    parts = tuple(part for number in (start, *added) for part in _part(number))
    return Score(builtins.sum(plain, start), parts=parts)
