"""Expected change as a picture: for each competence bars from a middle line, what fades to the left, the rest right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.change_counts import CompetenceChange
from pipeline.change_matching import FADES, GROWS, NEW

WIDTH, TOP, ROW, BOTTOM = 760, 26, 44, 8  # of the picture, in its own units
MIDDLE, LEFT, RIGHT = 470, 160, 250  # the line, and room for bars on both sides of it, their numbers included
NUMBER = 26  # room for a number beside a bar
LONGEST = 36  # characters of a name


@dataclass(frozen=True)
class Bar:
    """A bar; `number` interviews, written at `at`, at the end that `anchor` says."""

    direction: str
    x: float
    y: float
    width: float
    number: int
    at: float
    anchor: str


@dataclass(frozen=True)
class Line:
    """A competence in the picture."""

    name: str
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Picture:
    """The whole picture, ready to print."""

    height: int
    middle: int
    lines: tuple[Line, ...]


def picture_of(rows: Sequence[CompetenceChange], titles: Sequence[str]) -> Picture:
    """The picture of these competences, by their titles, in their order; all bars to one scale."""
    unit = _unit(rows)
    lines = (_line(row, title, i, unit) for i, (row, title) in enumerate(zip(rows, titles, strict=True)))
    return Picture(TOP + ROW * len(rows) + BOTTOM, MIDDLE, tuple(lines))


def _unit(rows: Sequence[CompetenceChange]) -> float:
    """The width of one interview."""
    left = max((_number(row, FADES) for row in rows), default=0)
    right = max((_number(row, direction) for row in rows for direction in (GROWS, NEW)), default=0)
    return min((LEFT - NUMBER) / max(left, 1), (RIGHT - NUMBER) / max(right, 1))


def _line(row: CompetenceChange, title: str, number: int, unit: float) -> Line:
    top = TOP + ROW * number
    bars = (_left(row, top + 13, unit), _right(row, GROWS, top + 5, unit), _right(row, NEW, top + 22, unit))
    return Line(_short(title), top + 26, tuple(bar for bar in bars if bar.number))


def _left(row: CompetenceChange, y: float, unit: float) -> Bar:
    width = round(_number(row, FADES) * unit, 1)
    return Bar(FADES, round(MIDDLE - width, 1), y, width, _number(row, FADES), round(MIDDLE - width - 5, 1), "end")


def _right(row: CompetenceChange, direction: str, y: float, unit: float) -> Bar:
    width = round(_number(row, direction) * unit, 1)
    return Bar(direction, MIDDLE, y, width, _number(row, direction), round(MIDDLE + width + 5, 1), "start")


def _number(row: CompetenceChange, direction: str) -> int:
    return len(row.counts[direction].interviews)


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"
