"""A transcript's turns ready to print: cut into marked phrases, with the moment when each word is said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.balance import dimension_of
from pipeline.records import INTERVIEWER, RESPONDENT
from review.addresses import phrase_mark
from review.language import N_, _
from review.wording import clock, targets, term
from store.interviews import Interview
from store.review_items import OPEN, REJECTED, ReviewItem
from store.spoken import SpokenTurn

WORD = re.compile(r"\S+")
CENTI = 100  # times of words are sent in hundredths of a second
STATES = {
    OPEN: N_("ikke avgjort"),
    REJECTED: N_("forkastet"),
    "approved": N_("godkjent"),
    "moved": N_("flyttet"),
    "relabelled": N_("satt av noen"),
}


@dataclass(frozen=True)
class Mark:
    """A phrase in the text. `style` are its classes; `anchor` is its id, empty but at its first piece."""

    phrase: str
    anchor: str
    style: str
    title: str


@dataclass(frozen=True)
class Piece:
    """Text of a turn, all in one phrase or in none."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True)
class TurnView:
    """A turn; `times` as `times_of` gives them, empty where they are unknown, or come later."""

    number: int
    speaker: str
    name: str
    moment: str
    start: float | None
    end: float | None
    times: str
    pieces: tuple[Piece, ...]


def turns_of(
    interview: Interview, spoken: Sequence[SpokenTurn], items: Iterable[ReviewItem]
) -> tuple[tuple[TurnView, ...], int]:
    """The turns with their phrases, and how many phrases are none of these turns' words."""
    by_turn: dict[int, list[ReviewItem]] = defaultdict(list)
    for item in items:
        by_turn[item.phrase.turn].append(item)
    views, placed = [], 0
    for turn in spoken:
        here = [item for item in by_turn.get(turn.number, ()) if _says(turn, item)]
        placed += len(here)
        views.append(_turn(interview, turn, here))
    return tuple(views), sum(map(len, by_turn.values())) - placed


def _says(turn: SpokenTurn, item: ReviewItem) -> bool:
    return turn.text[item.phrase.start : item.phrase.end] == item.phrase.text


def _turn(interview: Interview, turn: SpokenTurn, items: Sequence[ReviewItem]) -> TurnView:
    return TurnView(
        number=turn.number,
        speaker=turn.speaker,
        name=speaker_name(interview, turn.speaker),
        moment=clock(turn.start),
        start=turn.start,
        end=turn.end,
        times=times_of(turn),
        pieces=tuple(pieces_of(turn.text, items)),
    )


def times_of(turn: SpokenTurn) -> str:
    """When each word of the turn starts, and the last one ends, each from the one before, in hundredths of a second."""
    return " ".join(map(str, _steps(_moments(turn))))


def pieces_of(text: str, items: Sequence[ReviewItem]) -> Iterator[Piece]:
    """The text cut where phrases begin and end.

    Of phrases that share words the shorter one has them, so that both are seen; one that somebody rejected is seen
    only where no other is.
    """
    place, named = 0, set()
    for start, end, item in sorted(_free_spans(items), key=lambda span: span[:2]):
        if place < start:
            yield Piece(text[place:start])
        yield Piece(text[start:end], _mark(item, is_first=item.id not in named))
        named.add(item.id)
        place = end
    if place < len(text):
        yield Piece(text[place:])


def _free_spans(items: Iterable[ReviewItem]) -> list[tuple[int, int, ReviewItem]]:
    """Where each phrase is to be seen: no two share a word."""
    taken: list[tuple[int, int, ReviewItem]] = []
    for item in sorted(items, key=lambda one: (one.state == REJECTED, one.phrase.end - one.phrase.start)):
        free = [(item.phrase.start, item.phrase.end)]
        for start, end, _other in taken:
            free = [part for whole in free for part in _without(whole, start, end)]
        if item.state != REJECTED or free == [(item.phrase.start, item.phrase.end)]:
            taken += [(start, end, item) for start, end in free]
    return taken


def _without(whole: tuple[int, int], start: int, end: int) -> list[tuple[int, int]]:
    """What of a span lies before or after another one."""
    first, last = whole
    if end <= first or last <= start:
        return [whole]
    return [part for part in ((first, start), (end, last)) if part[0] < part[1]]


def _mark(item: ReviewItem, is_first: bool) -> Mark:
    phrase = item.phrase
    colour = dimension_of(item.positions[0]).colour if item.positions else ""
    style = " ".join(filter(None, (colour, item.category, "open" if item.state == OPEN else "decided", item.state)))
    return Mark(
        phrase=phrase_mark(phrase.turn, phrase.start, phrase.end),
        anchor=f"u{item.interview_id}-{phrase.turn}-{phrase.start}-{phrase.end}" if is_first else "",
        style=style,
        title=f"{targets(item.category, item.positions)}, {_(STATES[item.state])}",
    )


def _moments(turn: SpokenTurn) -> list[float]:
    """When each word of the text starts, and when the last one ends; empty where the times are not of this text."""
    if not turn.words:
        return []
    spans = [match.span() for match in WORD.finditer(turn.text)]
    starts = [start for _word, start, _end in turn.words]
    if len(starts) != len(spans):
        starts = _aligned(turn, spans)
    return [*starts, turn.words[-1][2]] if starts else []


def _aligned(turn: SpokenTurn, spans: Sequence[tuple[int, int]]) -> list[float]:
    """For each span of the text the start of the timed word that it begins in, or that is the next to come."""
    ends, place = [], 0
    for word, _start, _end in turn.words:
        found = turn.text.find(word.strip(), place)
        if found < 0:
            return []
        place = found + len(word.strip())
        ends.append(place)
    starts, timed = [], 0
    for start, _end in spans:
        while timed < len(ends) - 1 and ends[timed] <= start:
            timed += 1
        starts.append(turn.words[timed][1])
    return starts


def _steps(moments: Sequence[float]) -> Iterator[int]:
    """Each moment from the one before, in hundredths: few digits, for there are many."""
    before = 0
    for moment in moments:
        now = round(moment * CENTI)
        yield now - before
        before = now


def speaker_name(interview: Interview, speaker: str) -> str:
    """What the page calls a speaker: the name that is known of them, else what they are."""
    if speaker == INTERVIEWER:
        return interview.interviewer or term(INTERVIEWER).capitalize()
    return interview.pseudonym or term(RESPONDENT).capitalize()
