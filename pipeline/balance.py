"""The balance model: three dimensions of two points each, and the balance between the two: nine positions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dimension:
    """Two points, the colour of the report's figures, and what the balance contributes to (Norwegian, for pages)."""

    points: tuple[str, str]
    colour: str
    contributes_to: str

    @property
    def balance(self) -> str:
        return "+".join(self.points)


DIMENSIONS = (
    Dimension(("people", "technology"), "green", "ressursbruk"),
    Dimension(("flexibility", "routines"), "yellow", "produktivitet"),
    Dimension(("pace", "presence"), "magenta", "effektivitet"),
)
POINTS = tuple(point for dimension in DIMENSIONS for point in dimension.points)
POSITIONS = (*POINTS, *(dimension.balance for dimension in DIMENSIONS))

NORWEGIAN = {
    "people": "Mennesker",
    "technology": "Teknologi",
    "flexibility": "Fleksibilitet",
    "routines": "Rutiner",
    "pace": "Tempo",
    "presence": "Tilstedeværelse",
    "competence": "kompetanse",
    "trait": "egenskap",
    "task": "oppgave",
    "education": "utdanning",
    "title": "tittel",
    "none": "ingen",
    "interviewer": "intervjuer",
    "respondent": "informant",
}


def norwegian(name: str) -> str:
    """The Norwegian word for a position or category: `people+technology` → `Mennesker–Teknologi`."""
    return "–".join(NORWEGIAN[part] for part in name.split("+"))


def dimension_of(position: str) -> Dimension:
    """The dimension of a point or balance. ValueError for anything else."""
    for dimension in DIMENSIONS:
        if position in (*dimension.points, dimension.balance):
            return dimension
    raise ValueError(f"{position!r} is no position; the positions are {', '.join(POSITIONS)}")


def points_of(position: str) -> tuple[str, ...]:
    """The one or two points that a position names. ValueError for anything else."""
    dimension_of(position)
    return tuple(position.split("+"))
