from __future__ import annotations

from itertools import permutations

import pytest

from pipeline.saturation import FEWEST, saturation

A, B, C, AB, NONE = frozenset("a"), frozenset("b"), frozenset("c"), frozenset("ab"), frozenset[str]()


def test_each_interview_counts_what_it_is_first_to_tell_of() -> None:
    """What an earlier interview told of is no longer new, and the numbers add up."""
    steps = saturation((AB, B, NONE, C)).steps
    assert [step.new for step in steps] == [AB, NONE, NONE, C]
    assert [step.told for step in steps] == [2, 2, 2, 3]


def test_mean_is_near_that_of_every_order() -> None:
    """The mean of the random orders lies near the mean of all there are."""
    told = (AB, B, NONE, C)
    orders = list(permutations(told))
    exact = [sum(len(frozenset().union(*order[: n + 1])) for order in orders) / len(orders) for n in range(4)]
    assert [step.mean for step in saturation(told).steps] == pytest.approx(exact, abs=0.12)


def test_curve_is_the_same_every_time() -> None:
    """Nothing of it is left to chance, though the orders are random."""
    told = (AB, B, NONE, C, A, B)
    assert saturation.__wrapped__(told) == saturation.__wrapped__(told)


def test_band_holds_the_mean_and_closes_at_the_end() -> None:
    """The band lies around the mean, and with all interviews told there is one number left."""
    steps = saturation((A, B, C, AB, A, A)).steps
    assert all(step.low <= step.mean <= step.high for step in steps)
    assert (steps[-1].low, steps[-1].mean, steps[-1].high) == (3, 3, 3)


def test_last_interviews_bring_what_few_tell_of() -> None:
    """What one of six tells of is among the last three in half of all orders, and the last in a sixth."""
    found = saturation((C, A, A, A, A, A))
    assert found.lately == pytest.approx(0.5)
    assert found.next == pytest.approx(1 / 6)


def test_saturated_where_the_last_bring_less_than_one() -> None:
    """All tell of the same: saturated. Each tells of something of its own: not."""
    assert saturation((A,) * FEWEST).reached
    assert not saturation(tuple(frozenset({str(i)}) for i in range(FEWEST))).reached


def test_few_interviews_tell_nothing_of_saturation() -> None:
    """With fewer interviews than can be judged by, nothing is said of it."""
    found = saturation((A,) * (FEWEST - 1))
    assert (found.known, found.reached) == (False, False)


@pytest.mark.parametrize("told", [(), (NONE,), (NONE, NONE)])
def test_nothing_told_is_no_error(told: tuple[frozenset[str], ...]) -> None:
    """Without interviews, or without anything in them, the curve stays at nothing."""
    found = saturation(told)
    assert [step.told for step in found.steps] == [0] * len(told)
    assert (found.lately, found.next) == (0, 0)
