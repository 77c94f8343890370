"""How well change is heard: `python -m evaluation.change` measures on sentences that no rule was tuned on."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from corpora.change import HELD_OUT, PARTS, ChangeSentence, read_change
from models.loaders import load_grammar
from pipeline.change import find_changes
from pipeline.phrases import Grammar
from pipeline.records import RESPONDENT, Transcript, Turn


@dataclass(frozen=True)
class Heard:
    """A sentence with the direction that was heard in it, empty for none."""

    sentence: ChangeSentence
    direction: str


@dataclass(frozen=True)
class Hearing:
    """How many of the sentences that tell of change were found, and how many found ones do; and the directions."""

    found: int
    wrong: int
    missed: int
    directed: int

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.found / max(self.found + self.missed, 1)

    @property
    def direction(self) -> float:
        """Of the changes found, the share that goes the right way."""
        return self.directed / max(self.found, 1)


def hear(sentences: Sequence[ChangeSentence], grammar: Grammar) -> list[Heard]:
    """Each sentence as a turn of its own."""
    turns = tuple(Turn(RESPONDENT, one.text) for one in sentences)
    directions: dict[int, str] = {}
    for change in find_changes(Transcript("change", turns), grammar):
        directions.setdefault(change.phrase.turn, change.direction)
    return [Heard(one, directions.get(i, "")) for i, one in enumerate(sentences)]


def measure(heard: Sequence[Heard]) -> Hearing:
    """The figures of what was heard."""
    found = [one for one in heard if one.sentence.direction and one.direction]
    return Hearing(
        found=len(found),
        wrong=sum(bool(one.direction) and not one.sentence.direction for one in heard),
        missed=sum(bool(one.sentence.direction) and not one.direction for one in heard),
        directed=sum(one.direction == one.sentence.direction for one in found),
    )


def table(part: str, heard: Sequence[Heard]) -> str:
    """The figures as lines, and each sentence that was taken for something else."""
    figures = measure(heard)
    lines = [
        f"{part}: {len(heard)} setninger, {figures.found + figures.missed} om endring",
        f"presisjon {figures.precision:.2f} ({figures.found} av {figures.found + figures.wrong})",
        f"dekning {figures.recall:.2f} ({figures.found} av {figures.found + figures.missed})",
        f"retning {figures.direction:.2f} ({figures.directed} av {figures.found})",
    ]
    return "\n".join([*lines, *(_fault(one) for one in heard if one.direction != one.sentence.direction)])


def _fault(one: Heard) -> str:
    return f"  {one.sentence.direction or '–'} → {one.direction or '–'}: {one.sentence.text}"


def main() -> None:
    """Measure on one part of the sentences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="bundled")
    parser.add_argument("--part", default=HELD_OUT, choices=PARTS)
    chosen = parser.parse_args()
    print(table(chosen.part, hear(read_change(chosen.part), load_grammar(chosen.profile))))


if __name__ == "__main__":
    main()
