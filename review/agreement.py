"""How far the two coders of a round agree: on the category, and on the place of what both call competence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from pipeline.agreement import Agreement, Specific, agreement_of, specific_of, table_of
from pipeline.balance import DIMENSIONS, POSITIONS, dimension_of
from pipeline.records import CATEGORIES
from store.decisions import COMPETENCE
from store.second_coding import CodingRound, Said, pairs_of, rounds_of

BALANCES = tuple(dimension.balance for dimension in DIMENSIONS)


@dataclass(frozen=True)
class Level:
    """What was compared: the names, how often each pair of them was said, row by row, and how far the two agree."""

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    agreement: Agreement
    specific: tuple[Specific, ...]


@dataclass(frozen=True)
class RoundAgreement:
    """How far the two agree on all that both have coded; `position` and `dimension` on what both place."""

    round: CodingRound
    category: Level
    position: Level
    dimension: Level


def agreement_in(session: Session, coding_round: CodingRound) -> RoundAgreement:
    """How far the two agree so far, or, of a closed round, agreed."""
    pairs = pairs_of(session, coding_round)
    placed = {pair: number for pair, number in pairs.items() if all(map(_is_placed, pair))}
    return RoundAgreement(
        round=coding_round,
        category=_level(pairs, lambda said: said.category, CATEGORIES),
        position=_level(placed, lambda said: said.position, POSITIONS),
        dimension=_level(placed, lambda said: dimension_of(said.position).balance, BALANCES),
    )


def latest_agreement(session: Session, project_id: int) -> RoundAgreement | None:
    """That of the round closed last, or None: what two people agree on in an open round is not for them to see."""
    closed = [one for one in rounds_of(session, project_id) if one.closed]
    return agreement_in(session, max(closed, key=lambda one: str(one.closed))) if closed else None


def _is_placed(said: Said) -> bool:
    return said.category == COMPETENCE and bool(said.position)


def _level(pairs: Mapping[tuple[Said, Said], int], name: Callable[[Said], str], names: tuple[str, ...]) -> Level:
    counts: Counter[tuple[str, str]] = Counter()
    for (first, second), number in pairs.items():
        counts[name(first), name(second)] += number
    table: np.ndarray = table_of(counts, names)
    rows = tuple(tuple(map(int, row)) for row in table)
    return Level(names, rows, agreement_of(table), specific_of(table, names))
