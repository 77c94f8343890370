"""What people decided on which phrases belong together, as groups of rows that clustering must respect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Identity


@dataclass(frozen=True)
class Together:
    """These phrases belong to one candidate."""

    phrases: tuple[Identity, ...]


@dataclass(frozen=True)
class Apart:
    """No phrase of `one` belongs to the same candidate as a phrase of `other`."""

    one: tuple[Identity, ...]
    other: tuple[Identity, ...]


Constraint = Together | Apart


@dataclass(frozen=True)
class Links:
    """Constraints on n rows: a group number for each row [n], from 0 without gaps, and pairs of groups apart [p, 2]."""

    groups: np.ndarray
    apart: np.ndarray

    @property
    def count(self) -> int:
        """How many groups there are."""
        return int(self.groups.max(initial=-1)) + 1


def no_links(count: int) -> Links:
    """Every row is free."""
    return Links(np.arange(count), np.zeros((0, 2), int))


def resolve(constraints: Sequence[Constraint], identities: Sequence[Identity]) -> Links:
    """The constraints, oldest first, on the rows of these phrases; phrases that are no longer there are passed over.

    Where two contradict one another the newer holds: an older `Together` keeps its phrases in as few groups as the
    newer ones allow, and of an older `Apart` those pairs are left out that the newer ones put together.
    """
    rows = {identity: row for row, identity in enumerate(identities)}
    groups = _Groups(len(identities))
    for constraint in reversed(constraints):
        if isinstance(constraint, Together):
            groups.put_together(_known(rows, constraint.phrases))
        else:
            groups.keep_apart(_known(rows, constraint.one), _known(rows, constraint.other))
    return groups.links()


def _known(rows: dict[Identity, int], phrases: Iterable[Identity]) -> list[int]:
    return [rows[phrase] for phrase in phrases if phrase in rows]


class _Groups:
    """Groups of rows that grow, each known by one of its rows, and the groups that each must never join."""

    def __init__(self, count: int) -> None:
        self.above = list(range(count))
        self.vetoes: list[set[int]] = [set() for _ in range(count)]

    def of(self, row: int) -> int:
        while self.above[row] != row:
            self.above[row] = self.above[self.above[row]]
            row = self.above[row]
        return row

    def put_together(self, rows: list[int]) -> None:
        """Each row joins the first group of these rows that it may be in."""
        opened: list[int] = []
        for row in rows:
            own = self.of(row)
            home = next((group for group in opened if group not in self.vetoes[own]), None)
            if home is None:
                opened.append(own)
            elif home != own:
                self._join(home, own)

    def _join(self, home: int, gone: int) -> None:
        self.above[gone] = home
        for other in self.vetoes[gone]:
            self.vetoes[other].remove(gone)
            self.vetoes[other].add(home)
        self.vetoes[home] |= self.vetoes[gone]
        self.vetoes[gone] = set()

    def keep_apart(self, one: list[int], other: list[int]) -> None:
        left, right = {self.of(row) for row in one}, {self.of(row) for row in other}
        for a in left:
            for b in right - {a}:
                self.vetoes[a].add(b)
                self.vetoes[b].add(a)

    def links(self) -> Links:
        roots = [self.of(row) for row in range(len(self.above))]
        known, groups = np.unique(np.array(roots, int), return_inverse=True)
        pairs = [(a, b) for a in known for b in self.vetoes[a] if a < b]
        return Links(groups, np.searchsorted(known, np.array(pairs, int).reshape(-1, 2)))
