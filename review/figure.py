"""The balance model as a figure: three beams that tilt to the heavier side, with circles as large as the counts.

The page draws it small; `picture_of` draws it to be taken out, and `png_of` makes pixels of that.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import resvg_py

from pipeline.balance import DIMENSIONS, POSITIONS, Dimension
from review.language import _
from review.pages import TEMPLATES
from review.wording import percent, term

FONTS = tuple(str(Path(__file__).parent / "fonts" / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"))
WIDTH, MARGIN = 1080, 40
TOP, BOTTOM = 104, 56  # above the first dimension and below the last
HEADING, LABEL, LINE, BELOW = 34, 46, 17, 22  # heights: a dimension's title, a position's, a line of a name, the rest
LETTERS, NAMES = 40, 12  # in a line, and of key competences at a position
Counts = Mapping[tuple[str, ...], int]


@dataclass(frozen=True)
class Ink:
    """The colours of a dimension on paper: lines, areas and text; `static/colours.css` has the same for light pages."""

    strong: str
    pale: str
    deep: str


INKS = {
    "green": Ink("#2f7d55", "#e8f4ed", "#1e5c3d"),
    "yellow": Ink("#a67c00", "#fdf3cf", "#6b5200"),
    "magenta": Ink("#b8326f", "#fceaf2", "#8c1f51"),
}


@dataclass(frozen=True)
class Drawing:
    """How large a beam is drawn: the room for it, its circles at most, and how far its ends go up or down."""

    width: float
    radius: float
    tilt: float
    end: float  # where the outer circles are, as a part of the width

    @property
    def height(self) -> float:
        return 2 * (self.radius + self.tilt) + 4

    @property
    def middle(self) -> float:
        return self.height / 2


ON_PAGE = Drawing(400, 26, 14, 0.2)
ON_PAPER = Drawing(WIDTH - 2 * MARGIN, 34, 16, 1 / 6)


@dataclass(frozen=True)
class Circle:
    """As large as a count: its area is in proportion. Without a radius where there is nothing."""

    x: float
    y: float
    r: float


@dataclass(frozen=True)
class PositionView:
    """A position of the figure; `share` of all placed, in words."""

    name: str
    title: str
    count: int
    share: str
    circle: Circle


@dataclass(frozen=True)
class DimensionView:
    """A dimension: a point, the balance, the other point. `share` is of what has any position of it."""

    colour: str
    title: str
    contributes_to: str
    share: str
    positions: tuple[PositionView, PositionView, PositionView]


@dataclass(frozen=True)
class Figure:
    """What holds positions, and the three beams; the shares may add up to more than all, since it may hold several."""

    total: int
    dimensions: tuple[DimensionView, ...]
    drawing: Drawing

    def count_at(self, name: str) -> int:
        """How many hold a position."""
        return next(one.count for dimension in self.dimensions for one in dimension.positions if one.name == name)


@dataclass(frozen=True)
class Named:
    """What a picture says of itself, and the names at each position."""

    title: str
    subtitle: str
    names: Mapping[str, Sequence[str]]
    footnote: str


@dataclass(frozen=True)
class Row:
    """A dimension of a picture from `top` on, and below each position its names, each in lines."""

    top: float
    height: float
    dimension: DimensionView
    columns: tuple[tuple[tuple[str, ...], ...], ...]


def figure_of(counts: Counts, drawing: Drawing = ON_PAGE, most: float = 0.0) -> Figure:
    """The figure of how many hold each combination of positions; `most` is the share of the largest circle there is.

    Figures with the same `most` can be compared; without it the largest circle of this one sets the size.
    """
    most = most or largest_share(counts)
    dimensions = tuple(_dimension(one, counts, most, drawing) for one in DIMENSIONS)
    return Figure(sum(counts.values()), dimensions, drawing)


def largest_share(counts: Counts) -> float:
    """The share of the position that most hold, 0 where there is nothing."""
    total = sum(counts.values())
    return max(_holding(counts, [name]) for name in POSITIONS) / total if total else 0.0


def picture_of(figure: Figure, named: Named) -> str:
    """The figure as SVG to stand alone: with title, counts, shares and names. `figure` is drawn `ON_PAPER`."""
    rows: list[Row] = []
    for dimension in figure.dimensions:
        rows.append(_row(dimension, named.names, rows[-1].top + rows[-1].height if rows else TOP))
    return TEMPLATES.get_template("balance_picture.svg").render(
        title=_printable(named.title),
        subtitle=_printable(named.subtitle),
        footnote=_printable(named.footnote),
        told=". ".join(_told(dimension) for dimension in figure.dimensions),
        between=_("Balansen"),
        drawing=figure.drawing,
        rows=rows,
        inks=INKS,
        width=WIDTH,
        height=round(rows[-1].top + rows[-1].height + BOTTOM),
        margin=MARGIN,
        heading=HEADING,
        label=LABEL,
        line=LINE,
    )


def png_of(svg: str) -> bytes:
    """The picture in pixels, the same on every machine: with the fonts that lie here, and no others."""
    return resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=list(FONTS))


def _holding(counts: Counts, wanted: Sequence[str]) -> int:
    return sum(number for names, number in counts.items() if not set(names).isdisjoint(wanted))


def _dimension(dimension: Dimension, counts: Counts, most: float, drawing: Drawing) -> DimensionView:
    first, second = dimension.points
    names, total = (first, dimension.balance, second), sum(counts.values())
    left, balance, right = (_holding(counts, [name]) for name in names)
    slope = (right - left) / (right + left) * drawing.tilt if left + right else 0.0
    places = (drawing.end, -slope), (0.5, 0.0), (1 - drawing.end, slope)

    def position(name: str, count: int, place: tuple[float, float]) -> PositionView:
        x, down = place
        radius = drawing.radius * (count / total / most) ** 0.5 if total else 0.0
        circle = Circle(round(x * drawing.width, 1), round(drawing.middle + down, 1), round(radius, 1))
        return PositionView(name, term(name), count, _share(count, total), circle)

    one, middle, other = map(position, names, (left, balance, right), places)
    return DimensionView(
        colour=dimension.colour,
        title=term(dimension.balance),
        contributes_to=_(dimension.contributes_to),
        share=_share(_holding(counts, names), total),
        positions=(one, middle, other),
    )


def _share(count: int, total: int) -> str:
    return percent(count / total) if total else "–"


def _row(dimension: DimensionView, names: Mapping[str, Sequence[str]], top: float) -> Row:
    """With the height that the names need."""
    columns = tuple(tuple(map(_lines, _some(names.get(one.name, ())))) for one in dimension.positions)
    most = max(sum(map(len, column)) for column in columns)
    return Row(top, HEADING + ON_PAPER.height + LABEL + LINE * most + BELOW, dimension, columns)


def _some(names: Sequence[str]) -> list[str]:
    left = len(names) - NAMES
    return [*names[:NAMES], _("og %(count)s til", count=left)] if left > 0 else list(names)


def _lines(name: str) -> tuple[str, ...]:
    return tuple(textwrap.wrap(_printable(name), LETTERS))


def _told(dimension: DimensionView) -> str:
    """The same in words, for who cannot see the picture."""
    counts = ", ".join(f"{one.title} {one.count} ({one.share})" for one in dimension.positions)
    return f"{dimension.title} {dimension.share}: {counts}"


def _printable(text: str) -> str:
    """Without what an XML file may not hold."""
    return "".join(letter for letter in text if letter.isprintable())
