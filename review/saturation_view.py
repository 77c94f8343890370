"""The saturation curve as a picture with its numbers, ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from pipeline.records import Candidate
from pipeline.saturation import LAST, Saturation, Step, saturation
from review.addresses import interview_address
from review.language import _, locale_name, ngettext
from store.activity import coded_by
from store.clusterings import gathered_at
from store.projects import Project

WIDTH, HEIGHT = 560, 240  # of the picture, in its own units
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 12, 34  # room for numbers and titles of the axes
TICKS = 6  # at most, on each axis
ROWS = 20  # of the table, beside those where something new came
POINTS = 100  # of the picture, beside those


@dataclass(frozen=True)
class Tick:
    """A number on an axis, and where it stands."""

    at: float
    text: str


@dataclass(frozen=True)
class Row:
    """A line of the table. `new` are the names of what the interview is the first to tell of."""

    number: int
    interview: str
    address: str
    new: tuple[str, ...]
    told: int
    mean: str
    band: str


@dataclass(frozen=True)
class CurveView:
    """The picture by its paths, what it shows in words, and its numbers. `left_out` rows bring nothing new."""

    verdict: str
    reached: bool
    description: str
    observed: str
    mean: str
    band: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    rows: tuple[Row, ...]
    left_out: int


def curve_view(session: Session, project: Project, candidates: Sequence[Candidate]) -> CurveView | None:
    """The curve of the project's candidates over the interviews they were gathered from; None before there are any."""
    gathered = gathered_at(session, project.id)
    if not (gathered and candidates):
        return None
    interviews = coded_by(session, project.id, gathered)
    curve = saturation(tuple(_told_in(interviews, candidates)))
    names = {candidate.id: candidate.name for candidate in candidates}
    return _view(project.name, curve, interviews, names) if curve.steps else None


def _told_in(interviews: Sequence[str], candidates: Iterable[Candidate]) -> Iterable[frozenset[str]]:
    tellers = [(candidate.id, frozenset(candidate.interviews)) for candidate in candidates]
    return (frozenset(known for known, names in tellers if name in names) for name in interviews)


def _view(project: str, curve: Saturation, interviews: Sequence[str], names: dict[str, str]) -> CurveView:
    number, most = len(curve.steps), len(names)
    drawn = _some(curve.steps, POINTS)
    steps, xs = [curve.steps[i] for i in drawn], [_x(i + 1, number) for i in drawn]
    shown = _some(curve.steps, ROWS)
    return CurveView(
        verdict=_verdict(curve),
        reached=curve.reached,
        description=_description(curve),
        observed=_path(xs, [_y(step.told, most) for step in steps]),
        mean=_path(xs, [_y(step.mean, most) for step in steps]),
        band=_band(xs, steps, most),
        across=tuple(Tick(_x(i, number), str(i)) for i in _ticks(number)),
        up=tuple(Tick(_y(i, most), str(i)) for i in _ticks(most)),
        rows=tuple(_row(project, i, curve.steps[i], interviews[i], names) for i in shown),
        left_out=number - len(shown),
    )


def _verdict(curve: Saturation) -> str:
    """What the curve says, in a sentence."""
    if not curve.known:
        return _("For få intervjuer til å si om flere vil gi noe nytt.")
    values = {"last": LAST, "lately": _little(curve.lately), "next": _little(curve.next)}
    if curve.reached:
        return _("Mettet: i snitt ga de siste %(last)s intervjuene %(lately)s nye, det aller siste %(next)s.", **values)
    return _(
        "Ikke mettet: i snitt ga de siste %(last)s intervjuene %(lately)s nye, det aller siste %(next)s.", **values
    )


def _description(curve: Saturation) -> str:
    last = curve.steps[-1]
    first = ngettext(
        "%(num)s intervju forteller om %(told)s kandidater.",
        "%(num)s intervjuer forteller om %(told)s kandidater.",
        len(curve.steps),
        told=last.told,
    )
    half = next(i + 1 for i, step in enumerate(curve.steps) if step.told >= last.told / 2)
    return " ".join((first, _("Halvparten var fortalt etter intervju %(number)s.", number=half)))


def _some(steps: Sequence[Step], others: int) -> list[int]:
    """The first, the last, those with something new and those before them, and so many others evenly apart."""
    every = max(1, len(steps) // others)
    telling = {i for i, step in enumerate(steps) if step.new}
    before = {i - 1 for i in telling if i}
    return sorted(telling | before | set(range(0, len(steps), every)) | {len(steps) - 1})


def _row(project: str, i: int, step: Step, interview: str, names: dict[str, str]) -> Row:
    return Row(
        number=i + 1,
        interview=interview,
        address=interview_address(project, interview),
        new=tuple(sorted(names[one] for one in step.new)),
        told=step.told,
        mean=_number(step.mean),
        band=_("%(low)s til %(high)s", low=_number(step.low), high=_number(step.high)),
    )


def _x(number: int, most: int) -> float:
    """Interview 1 stands at the left; with a single one, too."""
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (number - 1) / max(1, most - 1), 1)


def _y(number: float, most: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / most, 1)


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    return "M" + " ".join(f"{x} {y}" for x, y in zip(xs, ys, strict=True))


def _band(xs: Sequence[float], steps: Sequence[Step], most: int) -> str:
    """Forth along the upper edge and back along the lower one."""
    upper, lower = ([_y(getattr(step, edge), most) for step in steps] for edge in ("high", "low"))
    return _path([*xs, *reversed(xs)], [*upper, *reversed(lower)]) + "Z"


def _ticks(most: int) -> list[int]:
    """Round numbers up to the most, the most itself, and no more than `TICKS` or so."""
    step = next(size for size in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, most) if most / size <= TICKS)
    return [number for number in range(step, most, step) if most - number >= step / 2] + [most]


def _number(value: float) -> str:
    """2.0 → `2`, 0.25 → `0,2` as the language writes it."""
    return _written(round(value, 1), locale_name())


@lru_cache(maxsize=10_000)  # a table has a hundred of them, and every page the same
def _written(value: float, locale: str) -> str:
    return format_decimal(value, format="0.#", locale=locale)


def _little(value: float) -> str:
    """As `_number`, but next to nothing is not nothing."""
    return _("under 0,1") if 0 < value < 0.05 else _number(value)
