"""Sentences about change, and such that only sound like it: `direction` is `grows`, `fades`, `new` or `none`.

The rules were made while looking at `tuning.tsv`; `held_out.tsv` is to measure on. Neither is part of what models learn
from, nor of `corpora.checksum`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TUNING, HELD_OUT = PARTS = ("tuning", "held_out")
NONE = "none"


@dataclass(frozen=True)
class ChangeSentence:
    """A sentence with the direction of the change it tells of, empty for none."""

    text: str
    direction: str


def read_change(part: str) -> tuple[ChangeSentence, ...]:
    """The sentences of one of `PARTS`, in the order of the file."""
    _header, *lines = (HERE / f"{part}.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return tuple(ChangeSentence(text, "" if direction == NONE else direction) for direction, text in rows)
