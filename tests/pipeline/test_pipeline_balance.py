from __future__ import annotations

import pytest

from pipeline.balance import DIMENSIONS, NORWEGIAN, POINTS, POSITIONS, dimension_of, norwegian, points_of
from pipeline.records import CATEGORIES, INTERVIEWER, RESPONDENT


def test_nine_positions() -> None:
    """The model has three dimensions of two points, and the balance of each: nine different positions."""
    assert (len(DIMENSIONS), len(POINTS), len(set(POSITIONS))) == (3, 6, 9)
    assert POSITIONS[6:] == ("people+technology", "flexibility+routines", "pace+presence")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("people", "Mennesker"),
        ("people+technology", "Mennesker–Teknologi"),
        ("pace+presence", "Tempo–Tilstedeværelse"),
        ("trait", "egenskap"),
    ],
)
def test_norwegian_names(name: str, word: str) -> None:
    """A position or category has a Norwegian word, a balance that of both its points."""
    assert norwegian(name) == word


def test_everything_shown_has_a_norwegian_word() -> None:
    """Each point, category and speaker has a Norwegian word."""
    assert {*POINTS, *CATEGORIES, INTERVIEWER, RESPONDENT} <= set(NORWEGIAN)


@pytest.mark.parametrize("position", POSITIONS)
def test_position_belongs_to_one_dimension(position: str) -> None:
    """A position's points are points of its dimension: one for a point, both for the balance."""
    dimension = dimension_of(position)
    assert set(points_of(position)) <= set(dimension.points)
    assert (points_of(position) == dimension.points) == (position == dimension.balance)


@pytest.mark.parametrize("wrong", ["", "People", "people+pace", "technology+people", "mennesker"])
def test_anything_else_is_no_position(wrong: str) -> None:
    """Another word, or a balance across dimensions or turned around, is an error that names it."""
    with pytest.raises(ValueError, match="is no position") as error:
        points_of(wrong)
    assert repr(wrong) in str(error.value)
