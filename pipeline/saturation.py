"""How soon further interviews stop bringing anything new: the curve of what each is the first to tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

ORDERS = 200  # random orders that the mean and the band are of
SEED = 2018  # any number: the same interviews give the same curve every time
BAND = (5, 95)  # percentiles
LAST = 3  # interviews that together bring less than one new where a project is saturated
FEWEST = 2 * LAST  # interviews before anything can be said of it

Told = tuple[frozenset[str], ...]  # what each interview tells of


@dataclass(frozen=True)
class Step:
    """The curve after one more interview: what it is the first to tell of, and how many are told of by then.

    `mean` is how many so many interviews tell of in random orders, `low` to `high` what nine of ten orders keep within.
    """

    new: frozenset[str]
    told: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Saturation:
    """The curve. `lately` is how many new the last interviews bring together, `next` the last one, in random orders."""

    steps: tuple[Step, ...]
    lately: float
    next: float

    @property
    def known(self) -> bool:
        """Whether there are interviews enough to say anything."""
        return len(self.steps) >= FEWEST

    @property
    def reached(self) -> bool:
        """Whether the last interviews together bring less than one new."""
        return self.known and self.lately < 1


@lru_cache(maxsize=32)  # a page asks for the same curve again and again
def saturation(told: Told) -> Saturation:
    """The curve of interviews in their order, each with the names of what it tells of."""
    orders = _in_random_orders(told)
    means = orders.mean(axis=0) if len(told) else np.zeros(0)
    low, high = np.percentile(orders, BAND, axis=0) if len(told) else (means, means)
    seen: frozenset[str] = frozenset()
    steps = []
    for i, names in enumerate(told):
        new, seen = names - seen, seen | names
        steps.append(Step(new, len(seen), float(means[i]), float(low[i]), float(high[i])))
    return Saturation(tuple(steps), _brought(told, LAST), _brought(told, 1))


def _in_random_orders(told: Told) -> np.ndarray:
    """Cumulative numbers [orders, interviews] of what is told of."""
    tellers = _tellers(told)
    random = np.random.default_rng(SEED)
    places = np.argsort(random.random((ORDERS, len(told))), axis=1)  # where each interview stands in each order
    firsts = [places[:, numbers].min(axis=1) for numbers in tellers]
    found = np.zeros((ORDERS, len(told)), int)
    for first in firsts:
        found[np.arange(ORDERS), first] += 1
    return found.cumsum(axis=1)


def _brought(told: Told, last: int) -> float:
    """How many are told of by nobody but the last interviews of a random order, on the average of all orders."""
    number = len(told)
    return sum(_all_among(len(tellers), min(last, number), number) for tellers in _tellers(told))


def _all_among(some: int, last: int, number: int) -> float:
    """How likely it is that some of a number of interviews all stand among the last of a random order."""
    chance = 1.0
    for i in range(some):
        chance *= max(0, last - i) / (number - i)
    return chance


def _tellers(told: Told) -> Sequence[list[int]]:
    """For each that is told of the numbers of the interviews that do."""
    names = sorted(frozenset().union(*told))
    return [[i for i, tells in enumerate(told) if name in tells] for name in names]
