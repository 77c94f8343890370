"""One phrase at a time: to code blind, and to settle what two people say different things of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.balance import dimension_of
from pipeline.records import CATEGORIES, Turn
from review.addresses import history_address, phrase_mark, second_coding_address, sound_address
from review.cards import Card, card_of, hidden_of
from review.language import _
from review.material import Item, load_items
from review.queue_cards import KEYS, ROWS, Clip, clip_of
from review.second_coding_view import Coder, said_in_words
from review.wording import Quote, describe, quote_in, term
from store.decisions import COMPETENCE
from store.interviews import AUDIO, find_interview
from store.projects import Project
from store.review_items import items_among
from store.second_coding import (
    Advance,
    Assigned,
    CodingRound,
    Disagreement,
    Said,
    advance_of,
    assignment_numbered,
    count_disagreements,
    disagreement_numbered,
    last_coded,
    next_assigned,
    next_disagreement,
)
from store.shown import turns_around, turns_at
from store.spoken import newest_version


@dataclass(frozen=True)
class Target:
    """What a phrase may be: a button and its key. `chosen` where one's own coding says so already."""

    value: str
    title: str
    key: str
    colour: str
    chosen: bool


@dataclass(frozen=True)
class BlindCard:
    """A phrase in its context and nothing of what anybody, or the model, says of it. `skip` is the way to the next."""

    number: int
    quote: Quote
    interview: str
    about: str
    clip: Clip | None
    positions: tuple[tuple[Target, ...], ...]
    categories: tuple[Target, ...]
    said: str
    skip: str


@dataclass(frozen=True)
class BlindView:
    """What a coder sees. Without a card they are done. `back` leads to what they coded before; `told` is read aloud."""

    address: str
    round: str
    number: int
    me: Coder
    other: Coder
    card: BlindCard | None
    back: str
    told: str


@dataclass(frozen=True)
class Answer:
    """What one of the two said, and the button that takes it over; `handling` is empty where it cannot be decided."""

    person: str
    text: str
    key: str
    handling: str


@dataclass(frozen=True)
class SettleCard:
    """A disagreement: both answers, what the model suggests and what holds now, and all that may be decided."""

    number: int
    card: Card
    answers: tuple[Answer, Answer]
    positions: tuple[tuple[Target, ...], ...]
    categories: tuple[Target, ...]
    skip: str
    history: str


@dataclass(frozen=True)
class Settled:
    """What was settled just now, to be undone."""

    number: int
    quote: str
    text: str
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SettleView:
    """The page of disagreements. Without a card there are none left to settle."""

    address: str
    round: str
    number: int
    left: int
    settled: int
    card: SettleCard | None
    last: Settled | None


def blind_page(
    session: Session, project: Project, coding_round: CodingRound, person: str, endre: int = 0, etter: int = 0
) -> BlindView:
    """The phrase to come back to, or else the next one to code."""
    found = assignment_numbered(session, coding_round.id, person, endre) if endre else None
    found = found or next_assigned(session, coding_round.id, person, etter)
    said = found.said if found else None
    before = last_coded(session, coding_round.id, person, said.id if said else None)
    advance = advance_of(session, coding_round)
    me, other = _coders(coding_round, advance, person)
    address = second_coding_address(project.name, coding_round.id, "kode")
    return BlindView(
        address=address,
        round=second_coding_address(project.name, coding_round.id),
        number=coding_round.id,
        me=me,
        other=other,
        card=_blind(session, project, coding_round, found) if found else None,
        back=second_coding_address(project.name, coding_round.id, "kode", endre=before) if before else "",
        told=_("%(coded)s av %(phrases)s kodet", coded=me.coded, phrases=advance.phrases),
    )


def settle_page(
    session: Session, project: Project, coding_round: CodingRound, nr: int = 0, etter: int = 0, sist: int = 0
) -> SettleView:
    """The disagreement asked for, or else the next one that nobody has settled."""
    found = disagreement_numbered(session, coding_round, nr) if nr else None
    found = found or next_disagreement(session, coding_round, etter)
    differ, settled = count_disagreements(session, coding_round)
    last = disagreement_numbered(session, coding_round, sist) if sist else None
    return SettleView(
        address=second_coding_address(project.name, coding_round.id, "uenighet"),
        round=second_coding_address(project.name, coding_round.id),
        number=coding_round.id,
        left=differ - settled,
        settled=settled,
        card=_settle(session, project, coding_round, found) if found else None,
        last=_last(session, project, last) if last else None,
    )


def _coders(coding_round: CodingRound, advance: Advance, person: str) -> tuple[Coder, Coder]:
    pair = [
        Coder(name, coded, advance.phrases - coded, round(100 * coded / max(1, advance.phrases)))
        for name, coded in zip(coding_round.people, advance.coded, strict=True)
    ]
    return (pair[0], pair[1]) if pair[0].name == person else (pair[1], pair[0])


def _blind(session: Session, project: Project, coding_round: CodingRound, found: Assigned) -> BlindCard:
    phrase, said = found.phrase, found.said
    interview = find_interview(session, project.id, phrase.interview)
    turns = _turns(session, found)
    turn = turns.get(phrase.turn)
    sounding = interview is not None and interview.kind == AUDIO and turn is not None
    chosen = Said(said.category, said.positions[0] if said.positions else "") if said else None
    about = (interview.role, interview.chain.replace("_", " ")) if interview else ()
    return BlindCard(
        number=found.number,
        quote=quote_in(turns, phrase),
        interview=phrase.interview,
        about=" · ".join(filter(None, about)),
        clip=clip_of(sound_address(project.name, phrase.interview), turn, phrase) if sounding and turn else None,
        positions=_positions("competence:", chosen),
        categories=_categories("", chosen),
        said=said_in_words(chosen) if chosen else "",
        skip=second_coding_address(project.name, coding_round.id, "kode", etter=found.number),
    )


def _turns(session: Session, found: Assigned) -> Mapping[int, Turn]:
    """The phrase's turn and the one before, in the interview's newest transcript."""
    version = newest_version(session, found.interview_id)
    return turns_at(session, version.transcript_id, (found.phrase.turn, found.phrase.turn - 1)) if version else {}


def _positions(prefix: str, chosen: Said | None) -> tuple[tuple[Target, ...], ...]:
    """The rows of the balance model: point, balance, point."""
    here = chosen.position if chosen else ""
    return tuple(
        tuple(
            Target(f"{prefix}{name}", term(name), KEYS[name], dimension_of(name).colour, name == here) for name in row
        )
        for row in ROWS
    )


def _categories(prefix: str, chosen: Said | None) -> tuple[Target, ...]:
    """A competence without a position among them: who does not know where it belongs says so."""
    here = chosen.category if chosen and not chosen.position else ""
    return tuple(Target(f"{prefix}{name}", term(name), KEYS[name], "", name == here) for name in CATEGORIES)


def _settle(session: Session, project: Project, coding_round: CodingRound, found: Disagreement) -> SettleCard | None:
    items = items_among(session, project.id, [found.item_id]) if found.item_id else ()
    if not items:
        return None
    (item,) = load_items(session, project.id, items)
    card = card_of(item, turns_around(session, items)[item.known.id])
    holds = Said(item.category, item.positions[0] if item.positions else "")
    decided, phrase = item.decision is not None and not item.rejected, found.phrase
    first, second = (
        Answer(person, said_in_words(said), key, _handling(said))
        for person, said, key in zip(coding_round.people, found.said, "ab", strict=True)
    )
    return SettleCard(
        number=found.number,
        card=card,
        answers=(first, second),
        positions=_positions("flytt ", holds if decided else None),
        categories=_categories("kategori ", holds if decided else None)[1:],
        skip=second_coding_address(project.name, coding_round.id, "uenighet", etter=found.number),
        history=history_address(
            project.name, intervju=phrase.interview, utsagn=phrase_mark(phrase.turn, phrase.start, phrase.end)
        ),
    )


def _handling(said: Said) -> str:
    """The queue's name for the decision; nothing for a competence without a position, which cannot be decided."""
    if said.category == COMPETENCE:
        return f"flytt {said.position}" if said.position else ""
    return f"kategori {said.category}"


def _last(session: Session, project: Project, found: Disagreement) -> Settled | None:
    items = items_among(session, project.id, [found.item_id]) if found.item_id else ()
    decided: list[Item] = [item for item in load_items(session, project.id, items) if item.decision]
    return next(
        (
            Settled(found.number, found.phrase.text, describe(item.decision.choice), hidden_of(item))
            for item in decided
            if item.decision
        ),
        None,
    )
