"""How far two people who code the same phrases agree: percent, Cohen's kappa and Krippendorff's alpha, with intervals.

All three are of a table that counts what the first (rows) and the second (columns) said, so that a bootstrap draws a
table anew and never a list of phrases. The formulas stand here, for two coders and names without an order: scikit-learn
has kappa but no alpha, and `krippendorff`, the package for alpha, is under a licence that this program does not have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 1000  # tables of the bootstrap
WITHIN = (2.5, 97.5)  # percentiles of a 95 % interval
Interval = tuple[float, float]
Table = np.ndarray  # counts, (…, names, names)


@dataclass(frozen=True)
class Agreement:
    """How far two coders agree on `items` phrases. None where it is not defined, as kappa where only one name is used.

    `share` alike, 0–1; `kappa` and `alpha` beyond chance, 1 is full and 0 none. Intervals are 95 % of a bootstrap.
    """

    items: int
    share: float | None = None
    kappa: float | None = None
    alpha: float | None = None
    kappa_within: Interval | None = None
    alpha_within: Interval | None = None


@dataclass(frozen=True)
class Specific:
    """One name: how often the first used it, the second, and both of the same phrase; how far they agree on it, 0–1.

    `share` is the proportion of specific agreement: of all that either called so, counted once for each of the two,
    what both did. None where nobody used the name.
    """

    name: str
    first: int
    second: int
    both: int
    share: float | None


def table_of(counts: Mapping[tuple[str, str], int], names: Sequence[str]) -> Table:
    """The table of what was said, in the order of the names; what is none of them is left out."""
    place = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(names), len(names)), dtype=np.int64)
    for (first, second), number in counts.items():
        if first in place and second in place:
            table[place[first], place[second]] += number
    return table


def agreement_of(table: Table) -> Agreement:
    """All measures of a table; the same table gives the same intervals."""
    items = int(table.sum())
    if not items:
        return Agreement(0)
    drawn = _drawn_anew(table, items)
    return Agreement(
        items=items,
        share=float(np.trace(table)) / items,
        kappa=_defined(cohens_kappa(table)),
        alpha=_defined(krippendorffs_alpha(table)),
        kappa_within=_within(cohens_kappa(drawn)),
        alpha_within=_within(krippendorffs_alpha(drawn)),
    )


def specific_of(table: Table, names: Sequence[str]) -> tuple[Specific, ...]:
    """How far the two agree on each name."""
    first, second, both = table.sum(1), table.sum(0), np.diag(table)
    return tuple(
        Specific(name, int(a), int(b), int(c), 2 * int(c) / int(a + b) if a + b else None)
        for name, a, b, c in zip(names, first, second, both, strict=True)
    )


def cohens_kappa(table: Table) -> np.ndarray:
    """Cohen's kappa of each table; not a number where chance alone would have both say the same."""
    items = table.sum((-2, -1))
    seen = np.trace(table, axis1=-2, axis2=-1) / items
    chance = (table.sum(-1) * table.sum(-2)).sum(-1) / items**2
    return _beyond(1 - seen, 1 - chance)


def krippendorffs_alpha(table: Table) -> np.ndarray:
    """Krippendorff's alpha of each table, for names without an order and two coders who both said something."""
    items = table.sum((-2, -1))
    values = 2 * items
    used = table.sum(-1) + table.sum(-2)
    unlike = 1 - np.trace(table, axis1=-2, axis2=-1) / items
    by_chance = (values**2 - (used**2).sum(-1)) / (values * (values - 1))
    return _beyond(unlike, by_chance)


def _beyond(seen: np.ndarray, by_chance: np.ndarray) -> np.ndarray:
    """1 − disagreement seen / disagreement by chance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(by_chance > 0, 1 - seen / by_chance, np.nan)


def _drawn_anew(table: Table, items: int) -> Table:
    """Tables of as many phrases, drawn from those there are, with a seed of its own lest the page flicker."""
    places = np.flatnonzero(table)
    shares = table.ravel()[places] / items
    drawn = np.zeros((DRAWS, table.size), dtype=np.int64)
    drawn[:, places] = np.random.default_rng(items).multinomial(items, shares, DRAWS)
    return drawn.reshape(DRAWS, *table.shape)


def _within(values: np.ndarray) -> Interval | None:
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.percentile(known, WITHIN)
    return float(low), float(high)


def _defined(value: np.ndarray) -> float | None:
    return None if np.isnan(value) else float(value)
