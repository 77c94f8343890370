from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_review_colours import LIGHT, colour

from review.figure import (
    FONTS,
    INKS,
    ON_PAPER,
    WIDTH,
    Figure,
    Named,
    figure_of,
    largest_share,
    picture_of,
    png_of,
)

COUNTS = {("people",): 6, ("technology",): 2, ("people+technology",): 1, ("pace", "people"): 1}
SVG = "{http://www.w3.org/2000/svg}"


def picture(names: dict[str, list[str]] | None = None, title: str = "Balansemodellen: Butikk") -> ElementTree.Element:
    made = picture_of(figure_of(COUNTS, ON_PAPER), Named(title, "Rolle: butikksjef", names or {}, "Fot."))
    return ElementTree.fromstring(made)


def texts(svg: ElementTree.Element) -> list[str]:
    return [(one.text or "").strip() for one in svg.iter(f"{SVG}text")]


def circles(figure: Figure, dimension: int = 0) -> list[tuple[float, float, float]]:
    return [tuple(asdict(one.circle).values()) for one in figure.dimensions[dimension].positions]


def test_counts_and_shares_are_of_all_that_is_placed() -> None:
    """A phrase with two positions counts at both, once in the whole; a dimension's share is of phrases."""
    figure = figure_of(COUNTS)
    people, balance, technology = figure.dimensions[0].positions
    assert figure.total == 10
    assert [(one.count, one.share) for one in (people, balance, technology)] == [
        (7, "70\xa0%"),
        (1, "10\xa0%"),
        (2, "20\xa0%"),
    ]
    assert [one.share for one in figure.dimensions] == ["100\xa0%", "0\xa0%", "10\xa0%"]
    assert figure.count_at("pace") == 1


def test_nothing_has_no_share() -> None:
    """Where nothing is placed there are no shares, no circles, and level beams."""
    figure = figure_of({})
    assert {one.share for one in figure.dimensions} == {"–"}
    assert {(y, r) for number in range(3) for _x, y, r in circles(figure, number)} == {(figure.drawing.middle, 0)}


def test_area_is_in_proportion_to_the_count() -> None:
    """The largest circle has the whole radius, and one of a quarter as many has half of it."""
    (_, _, first), _, (_, _, other) = circles(figure_of({("people",): 8, ("technology",): 2}))
    assert (first, other) == (26, 13)


def test_beam_tilts_to_the_heavier_side() -> None:
    """The end with more goes down, the other as much up, and the balance stays where it is."""
    figure = figure_of({("people",): 3, ("technology",): 1})
    (_, left, _), (_, middle, _), (_, right, _) = circles(figure)
    assert (left - middle, right - middle) == (7, -7)
    assert middle == figure.drawing.middle


def test_figures_to_compare_have_circles_of_one_measure() -> None:
    """With the same largest share, a circle of the same share is as large in both, whatever the counts."""
    few, many = {("people",): 1, ("pace",): 1}, {("people",): 50, ("pace",): 30, ("presence",): 20}
    most = max(map(largest_share, (few, many)))
    assert circles(figure_of(few, most=most))[0][2] == circles(figure_of(many, most=most))[0][2]


def test_picture_tells_all_in_words() -> None:
    """Title, selection, counts, shares and names stand in the picture; its description has the numbers too."""
    svg = picture({"people": ["Se folk"], "pace": ["Holde roen"]})
    found = texts(svg)
    for text in (
        "Balansemodellen: Butikk",
        "Rolle: butikksjef",
        "Mennesker",
        "7 · 70\xa0%",
        "• Se folk",
        "• Holde roen",
    ):
        assert text in found
    told = svg.findtext(f"{SVG}desc")
    assert told
    assert "Mennesker–Teknologi 100\xa0%: Mennesker 7 (70\xa0%)" in told


def test_long_and_many_names_find_room() -> None:
    """Long names are broken into lines, the picture grows with them, and beyond twelve the rest are counted."""
    long = "Finne roen i møte med krevende kunder og samtidig holde køen i gang når det er travlest"
    svg = picture({"people": [long, *(f"Kompetanse {number}" for number in range(20))]})
    lines = texts(svg)
    assert max(len(line) for line in lines if "Fot" not in line) <= 45
    assert "• og 9 til" in lines
    assert float(svg.attrib["height"]) > float(picture().attrib["height"]) + 12 * 17


@pytest.mark.parametrize("text", ["<b>&", "a\x00b\x0bc", "\"'»]]>"])
def test_any_text_makes_a_picture(text: str) -> None:
    """Whatever a project or a competence is called, the picture is XML, and pixels can be made of it."""
    svg = picture_of(figure_of(COUNTS, ON_PAPER), Named(text, text, {"people": [text]}, text))
    ElementTree.fromstring(svg)
    assert png_of(svg).startswith(b"\x89PNG")


def test_png_has_the_size_of_the_picture() -> None:
    """There is a pixel for each unit of the picture."""
    svg = picture_of(figure_of(COUNTS, ON_PAPER), Named("Tittel", "", {}, ""))
    width, height = struct.unpack(">II", png_of(svg)[16:24])
    assert (width, height) == (WIDTH, float(ElementTree.fromstring(svg).attrib["height"]))


@pytest.mark.parametrize("letters", ["æøå", "ÆØÅ", "čž", "Żół"])
def test_png_has_letters_for_names(letters: str) -> None:
    """Each letter is drawn as itself: neither missing nor as what the fonts lack."""

    def drawn(text: str) -> bytes:
        return png_of(picture_of(figure_of({}, ON_PAPER), Named(text, "", {}, "")))

    shown = [drawn(letter) for letter in letters]
    assert len({drawn("漢"), *shown}) == 1 + len(letters)
    assert drawn("") not in shown


def test_inks_are_those_of_the_pages() -> None:
    """The picture has the colours of the pages in light."""
    for name, ink in INKS.items():
        for part, digits in asdict(ink).items():
            assert digits == f"#{colour(f'{name}/{part}', LIGHT)}"


def test_fonts_are_as_their_readme_says() -> None:
    """The fonts are unchanged since they were taken in."""
    readme = (Path(FONTS[0]).parent / "README.md").read_text(encoding="utf-8")
    sums = dict(re.findall(r"`(\S+\.ttf)`.*`(\w{64})`", readme))
    assert sums == {Path(font).name: hashlib.sha256(Path(font).read_bytes()).hexdigest() for font in FONTS}
