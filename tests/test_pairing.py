"""The best whole pairing is the best of all there are, also where the best pair first would miss it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.pairing import Paired, best_pairs, priced_pairs

Gains = dict[tuple[str, int], float]


def best_by_trying(gains: Gains, lefts: tuple[str, ...]) -> float:
    if not lefts:
        return 0.0
    first, *rest = lefts
    found = best_by_trying(gains, tuple(rest))
    for (left, right), gain in gains.items():
        if left == first:
            others = {pair: other for pair, other in gains.items() if pair[1] != right}
            found = max(found, gain + best_by_trying(others, tuple(rest)))
    return found


def test_the_best_pair_is_given_up_for_the_best_whole() -> None:
    assert best_pairs({("a", 1): 3.0, ("a", 2): 2.0, ("b", 1): 2.0}) == {1: "b", 2: "a"}


def test_nothing_is_paired_that_gains_nothing() -> None:
    assert best_pairs({("a", 1): 0.0, ("b", 1): -1.0}) == {}
    assert best_pairs({}) == {}


SOME_GAINS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 4)),
    st.floats(-1.0, 9.0).map(lambda gain: round(gain, 3)),
    max_size=12,
)


def prices_hold(gains: Gains, paired: Paired[str, int]) -> bool:
    """Whether no pair gains more than its two are worth, partners just that, and only partners are worth anything."""
    for (left, right), gain in gains.items():
        worth = paired.of_left.get(left, 0.0) + paired.of_right.get(right, 0.0)
        if worth < gain - 1e-9 or (paired.partners.get(right) == left and worth > gain + 1e-9):
            return False
    lefts = set(paired.partners.values())
    idle = [worth for left, worth in paired.of_left.items() if left not in lefts]
    idle += [worth for right, worth in paired.of_right.items() if right not in paired.partners]
    return not any(abs(worth) > 1e-9 for worth in idle)


@given(SOME_GAINS)
def test_nothing_gains_more_than_both_are_worth(gains: Gains) -> None:
    assert prices_hold(gains, priced_pairs(gains))


@given(st.dictionaries(st.tuples(st.sampled_from("abcd"), st.integers(1, 4)), st.floats(0.1, 9.0), max_size=12))
def test_no_pairing_gains_more(gains: Gains) -> None:
    pairs = best_pairs(gains)
    assert len(set(pairs.values())) == len(pairs)
    total = sum(gains[left, right] for right, left in pairs.items())
    assert abs(total - best_by_trying(gains, tuple("abcd"))) < 1e-6
