"""Counts what is told of change: by competence and direction, and where it is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.change_matching import DIRECTIONS


class Told(Protocol):
    """A change that somebody told of; `candidate` is the id of the one that it concerns, or empty."""

    @property
    def direction(self) -> str: ...
    @property
    def interview(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def chain(self) -> str: ...
    @property
    def candidate(self) -> str: ...


@dataclass(frozen=True)
class Count:
    """How many changes there are, and where they are told: names of interviews, roles and chains, each once."""

    changes: int = 0
    interviews: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()


@dataclass(frozen=True)
class CompetenceChange:
    """What is told of a competence by direction; `candidate` and `name` are empty for what concerns none."""

    candidate: str
    name: str
    counts: Mapping[str, Count]

    @property
    def interviews(self) -> frozenset[str]:
        return frozenset(name for count in self.counts.values() for name in count.interviews)


def count_changes(told: Iterable[Told], names: Mapping[str, str]) -> tuple[CompetenceChange, ...]:
    """For each competence what grows, fades and is new, that of most interviews first, what concerns none last.

    `names` are those of the candidates by id.
    """
    groups: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        groups[one.candidate].append(one)
    found = [CompetenceChange(cid, names.get(cid, ""), count_directions(some)) for cid, some in groups.items()]
    return tuple(sorted(found, key=lambda one: (not one.candidate, -len(one.interviews), one.name)))


def count_directions(told: Iterable[Told]) -> dict[str, Count]:
    """How many changes there are in each direction."""
    ways: dict[str, list[Told]] = {direction: [] for direction in DIRECTIONS}
    for one in told:
        ways[one.direction].append(one)
    return {direction: _count(some) for direction, some in ways.items()}


def _count(told: Sequence[Told]) -> Count:
    return Count(
        len(told),
        _once(one.interview for one in told),
        _once(one.role for one in told),
        _once(one.chain for one in told),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))
