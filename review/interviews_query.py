"""What the list of interviews is asked for: which of them, in what order, and which page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from review.stages import STAGES, stage_of
from store.interview_lines import InterviewLine

ADDED = "lagt-til"  # the usual order, the newest first
DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Staged:
    """An interview in a list, and its stage of `STAGES`."""

    line: InterviewLine
    stage: str


SORTS: dict[str, Callable[[Staged], Any]] = {
    "navn": lambda one: natural(one.line.name),
    "rolle": lambda one: one.line.role.casefold(),
    "kjede": lambda one: one.line.chain.casefold(),
    "dato": lambda one: one.line.held or date.min,
    "samtykke": lambda one: one.line.consent.casefold(),
    "lengde": lambda one: one.line.seconds or 0,
    "tilstand": lambda one: list(STAGES).index(one.stage),
    "avgjort": lambda one: one.line.decided / one.line.phrases if one.line.phrases else -1,
}


class ListedQuery(BaseModel):
    """The address of a page of the list; `lagret` is the interview whose details were saved just now."""

    side: int = Field(1, ge=1, le=10**6)
    rolle: str = ""
    kjede: str = ""
    tilstand: str = ""
    sok: str = ""
    sorter: str = ""
    synkende: bool = False
    lagret: str = ""

    @property
    def sort(self) -> str:
        """One of `SORTS`, or `ADDED` where the address names none that there is."""
        return self.sorter if self.sorter in SORTS else ADDED

    def asked(self, **other: object) -> dict[str, object]:
        """The query of the address with these in place of its own; a page and a message are not taken along."""
        kept: dict[str, object] = {name: getattr(self, name) for name in ("rolle", "kjede", "tilstand", "sok")}
        sort = {"sorter": self.sorter if self.sort != ADDED else "", "synkende": int(self.synkende)}
        return kept | sort | other


AskedListed = Annotated[ListedQuery, Query()]


def staged(lines: Sequence[InterviewLine], at_work: set[str]) -> list[Staged]:
    """The interviews with their stages; a run is at work on those named."""
    return [Staged(line, stage_of(line, line.name in at_work)) for line in lines]


def wanted(found: Sequence[Staged], asked: ListedQuery) -> list[Staged]:
    """Those that fit all that is asked, in the order asked for; of equals the one added last comes first."""
    word = asked.sok.strip().casefold()
    here = [one for one in reversed(found) if _fits(one, asked) and (not word or word in _searched(one.line))]
    return here if asked.sort == ADDED else sorted(here, key=SORTS[asked.sort], reverse=asked.synkende)


def natural(name: str) -> list[tuple[int, int, str]]:
    """`intervju-10` after `intervju-9`."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in DIGITS.split(name) if part]


def _fits(one: Staged, asked: ListedQuery) -> bool:
    line = one.line
    pairs = ((asked.rolle, line.role), (asked.kjede, line.chain), (asked.tilstand, one.stage))
    return all(not want or want == value for want, value in pairs)


def _searched(line: InterviewLine) -> str:
    return f"{line.name}\n{line.pseudonym}\n{line.interviewer}".casefold()
