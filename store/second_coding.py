"""Second coding: a share of the phrases, coded anew by two people, each blind to all others. Added, never changed.

While the round is open each of the two may say something else of a phrase; the newest holds. What was said is for
nobody to see till somebody closes the round: from then on nothing is added to it, and what the two said differently
of is settled by decisions as any other (`store.decisions`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, insert, literal, or_, select
from sqlalchemy.orm import Session, aliased

from pipeline.errors import InputError
from pipeline.records import Identity, Phrase
from store.choices import COMPETENCE, check_person, check_target
from store.database import insert_once
from store.projection import AT_ONCE, batches, lock_interviews
from store.tables import (
    AssignmentRow,
    CodedPairRow,
    CodingRoundRow,
    DecisionRow,
    InterviewRow,
    ReviewItemRow,
    RoundClosingRow,
    SecondCodingRow,
)

SPAN = ("interview_id", "turn", "start", "end")
Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Selection:
    """What a round is drawn from: all there is to review, or what a role, a chain or an interview says."""

    role: str = ""
    chain: str = ""
    interview: str = ""


EVERYTHING = Selection()


@dataclass(frozen=True)
class CodingRound:
    """A share, 0–1, of a selection's phrases drawn by `seed` for two people; `person` began it, `created` in UTC.

    `closed_by` and `closed`, when, are empty while the round is open.
    """

    id: int
    project_id: int
    share: float
    people: tuple[str, str]
    seed: str
    person: str
    created: datetime
    selection: Selection = EVERYTHING
    closed_by: str = ""
    closed: datetime | None = None


@dataclass(frozen=True)
class SecondCoding:
    """What one of the two said of a phrase; `created` in UTC."""

    id: int
    phrase: Phrase
    person: str
    category: str
    positions: tuple[str, ...]
    created: datetime


@dataclass(frozen=True)
class Assigned:
    """A phrase of a round by its number, and what the one who asks says of it, or None."""

    number: int
    interview_id: int
    phrase: Phrase
    said: SecondCoding | None


@dataclass(frozen=True)
class Advance:
    """How many phrases a round has, how many each of the two has coded, and how many both."""

    phrases: int
    coded: tuple[int, int]
    both: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to code."""
        return self.both == self.phrases


class Said(NamedTuple):
    """A category, and the first position if there is one."""

    category: str
    position: str


@dataclass(frozen=True)
class Disagreement:
    """What the first and the second said of a phrase, by its number; `settled` by a decision since the round closed.

    `item_id` is None where there is nothing left to review at the span: its interview has been corrected or removed.
    """

    number: int
    phrase: Phrase
    said: tuple[Said, Said]
    item_id: int | None
    settled: bool


def start_round(
    session: Session,
    project_id: int,
    share: float,
    people: tuple[str, str],
    person: str,
    seed: str = "",
    selection: Selection = EVERYTHING,
) -> CodingRound:
    """Assigns a share of what there is to review to both people; with the same seed the same phrases.

    InputError: the share is not within 0–1, the two are not two, nobody is named, or there is nothing to review.
    """
    first, second = (name.strip() for name in people)
    check_person(person)
    if not 0 < share <= 1:
        raise InputError("andelen må være større enn 0 og høyst 1", str(share), "Velg for eksempel 0.1.")
    if not first or not second or first == second:
        raise InputError("det må være to ulike personer", f"{first}, {second}", "Oppgi to navn.")
    items = _draw(session, project_id, selection, share, seed := seed or uuid4().hex)
    if not items:
        raise InputError("det er ingen utsagn å kode i utvalget", str(project_id), "Velg et annet, eller kod først.")
    drawn_from = {"role": selection.role, "chain": selection.chain, "interview": selection.interview}
    row = CodingRoundRow(
        project_id=project_id, share=share, first=first, second=second, seed=seed, person=person.strip(), **drawn_from
    )
    session.add(row)
    session.flush()
    _assign(session, row, items)
    return _round(row, None)


def count_drawable(session: Session, project_id: int, selection: Selection = EVERYTHING) -> int:
    """How many phrases a round may be drawn from."""
    return session.scalars(_drawable(project_id, selection, func.count())).one()


def rounds_of(session: Session, project_id: int) -> tuple[CodingRound, ...]:
    """The project's rounds, oldest first."""
    rows = _rounds(project_id).order_by(CodingRoundRow.id)
    return tuple(_round(row, closing) for row, closing in session.execute(rows))


def round_numbered(session: Session, project_id: int, round_id: int) -> CodingRound:
    """The project's round of this number. InputError where there is none."""
    found = session.execute(_rounds(project_id).where(CodingRoundRow.id == round_id)).first()
    if found is None:
        raise InputError("runden finnes ikke i prosjektet", str(round_id), "Velg en av rundene på siden.")
    return _round(*found)


def close_round(session: Session, project_id: int, round_id: int, person: str) -> CodingRound:
    """Nobody codes in the round from now on. InputError: nobody is named, or there is no such open round."""
    check_person(person)
    round_numbered(session, project_id, round_id)
    _lock(session, round_id)
    if insert_once(session, RoundClosingRow, round_id=round_id, person=person.strip()) is None:
        raise InputError("runden er alt lukket", str(round_id), "Last siden på nytt.")
    closed = round_numbered(session, project_id, round_id)
    _keep_pairs(session, closed)
    return closed


def assigned(session: Session, round_id: int, person: str, limit: int | None = None) -> tuple[Phrase, ...]:
    """What the person has yet to code of the round, as it was said; nothing for anybody else."""
    if not _takes_part(session, round_id, person):
        return ()
    rows = _uncoded(round_id, person).order_by(AssignmentRow.id).limit(limit)
    return tuple(_phrase(row, interview) for row, interview in session.execute(rows))


def next_assigned(session: Session, round_id: int, person: str, after: int = 0) -> Assigned | None:
    """What the person has yet to code: the first after this number, or else the first; None where nothing is left."""
    if not _takes_part(session, round_id, person):
        return None
    rows = _uncoded(round_id, person).order_by(AssignmentRow.id <= after, AssignmentRow.id)
    found = session.execute(rows.limit(1)).first()
    return Assigned(found[0].id, found[0].interview_id, _phrase(*found), None) if found else None


def assignment_numbered(session: Session, round_id: int, person: str, number: int) -> Assigned | None:
    """A phrase of the round and what the person says of it; None where it is not theirs."""
    rows = _assignments(round_id).where(AssignmentRow.id == number)
    found = session.execute(rows).first() if _takes_part(session, round_id, person) else None
    if found is None:
        return None
    row, interview = found
    return Assigned(row.id, row.interview_id, _phrase(row, interview), _said_by(session, row, interview, person))


def last_coded(session: Session, round_id: int, person: str, before: int | None = None) -> int | None:
    """The number of the phrase that the person coded last, or last before that coding; None where there is none."""
    row = SecondCodingRow
    rows = select(AssignmentRow.id).join(row, _of_assignment(row)).where(row.round_id == round_id, row.person == person)
    if before is not None:
        rows = rows.where(row.id < before)
    return session.scalar(rows.where(_holding(row)).order_by(row.id.desc()).limit(1))


def code_blind(
    session: Session, round_id: int, identity: Identity, person: str, category: str, positions: tuple[str, ...] = ()
) -> SecondCoding:
    """Writes down what the person says of a phrase of the round, unless they say so already.

    InputError: no such category or position, the phrase is not assigned to the person, or the round is closed.
    """
    check_target(category, positions)
    if not category:
        raise InputError("kategorien mangler", "kategori", "Velg en kategori.")
    found = _assigned(session, round_id, identity) if _takes_part(session, round_id, person) else None
    if found is None:
        raise InputError("utsagnet er ikke tildelt deg", identity.interview, "Velg et utsagn på siden.")
    _lock(session, round_id)
    if _is_closed(session, round_id):
        raise InputError("runden er lukket", str(round_id), "Se på det dere var uenige om.")
    said = _said_by(session, found, identity.interview, person)
    if said and (said.category, said.positions) == (category, tuple(positions)):
        return said
    span = {name: getattr(found, name) for name in SPAN}
    row = SecondCodingRow(round_id=round_id, **span, person=person, category=category, positions=list(positions))
    session.add(row)
    session.flush()
    return _coding(row, _phrase(found, identity.interview))


def codings_of(session: Session, round_id: int) -> tuple[SecondCoding, ...]:
    """All that the two say in the round, by phrase as it was said."""
    rows = select(SecondCodingRow, AssignmentRow, InterviewRow.name)
    rows = rows.join(AssignmentRow, _of_assignment(SecondCodingRow))
    rows = rows.join(InterviewRow, InterviewRow.id == AssignmentRow.interview_id)
    found = rows.where(SecondCodingRow.round_id == round_id, _holding(SecondCodingRow))
    ordered = session.execute(found.order_by(AssignmentRow.id, SecondCodingRow.id))
    return tuple(_coding(row, _phrase(assignment, name)) for row, assignment, name in ordered)


def count_assigned(session: Session, round_id: int) -> int:
    """How many phrases the round has."""
    return session.scalars(select(func.count()).select_from(AssignmentRow).filter_by(round_id=round_id)).one()


def advance_of(session: Session, coding_round: CodingRound) -> Advance:
    """How far the two have come."""
    coders = select(func.min(SecondCodingRow.person), func.count(SecondCodingRow.person.distinct()))
    coders = coders.where(SecondCodingRow.round_id == coding_round.id)
    spans = coders.group_by(*(getattr(SecondCodingRow, name) for name in SPAN)).subquery()
    person, people = spans.columns
    counted: Counter[str] = Counter()
    both = 0
    for one, number, many in session.execute(select(person, people, func.count()).group_by(person, people)):
        if number == 2:
            both += many
        else:
            counted[one] += many
    first, second = coding_round.people
    return Advance(count_assigned(session, coding_round.id), (counted[first] + both, counted[second] + both), both)


def pairs_of(session: Session, coding_round: CodingRound) -> dict[tuple[Said, Said], int]:
    """What the first and the second say of a phrase, and of how many phrases, where both have said something."""
    if coding_round.closed:
        row = CodedPairRow
        kept: list[Any] = [row.first_category, row.first_position, row.second_category, row.second_position]
        counted = select(*kept, func.count()).where(row.round_id == coding_round.id).group_by(*kept)
    else:
        said = list(_paired(coding_round).subquery().columns)[1:]
        counted = select(*said, func.count()).group_by(*said)
    found = map(tuple, session.execute(counted))
    return {(Said(a, x), Said(b, y)): number for a, x, b, y, number in found}


def find_disagreements(
    session: Session, coding_round: CodingRound, limit: int, offset: int = 0
) -> tuple[Disagreement, ...]:
    """A page of what the two said different things of in a closed round, as it was said."""
    rows = _differing(coding_round).order_by(CodedPairRow.assignment_id).limit(limit).offset(offset)
    return tuple(_disagreement(*found) for found in session.execute(rows))


def next_disagreement(session: Session, coding_round: CodingRound, after: int = 0) -> Disagreement | None:
    """The first unsettled one after this number, or else the first of all; None where nothing is left to decide on."""
    number = CodedPairRow.assignment_id
    left = _differing(coding_round).where(~_settled(coding_round), ReviewItemRow.id.is_not(None)).order_by(number)
    found = session.execute(left.where(number > after).limit(1)).first() or session.execute(left.limit(1)).first()
    return _disagreement(*found) if found else None


def disagreement_numbered(session: Session, coding_round: CodingRound, number: int) -> Disagreement | None:
    """What the two said of the phrase with this number; None where they agreed on it or it is not in the round."""
    found = session.execute(_differing(coding_round).where(CodedPairRow.assignment_id == number)).first()
    return _disagreement(*found) if found else None


def count_disagreements(session: Session, coding_round: CodingRound) -> tuple[int, int]:
    """How many phrases the two said different things of in a closed round, and how many of these are settled."""
    pair, item = CodedPairRow, ReviewItemRow
    differ = select(func.count()).where(pair.round_id == coding_round.id, ~pair.alike)
    decided = select(func.count()).select_from(pair).join(AssignmentRow, AssignmentRow.id == pair.assignment_id)
    decided = decided.join(item, _same_words()).where(pair.round_id == coding_round.id, ~pair.alike)
    alone = exists().where(DecisionRow.id == item.decision_id, DecisionRow.batch.is_(None))
    settled = decided.where(item.decided > coding_round.closed, alone)
    return session.scalars(differ).one(), session.scalars(settled).one() if coding_round.closed else 0


def _drawable(project_id: int, selection: Selection, *columns: Any) -> Query:
    """By the interviews even where all are meant: their index has the phrases in order."""
    given = {"role": selection.role, "chain": selection.chain, "name": selection.interview}
    ids = select(InterviewRow.id).where(InterviewRow.project_id == project_id)
    ids = ids.filter_by(**{name: value for name, value in given.items() if value})
    return select(*columns).select_from(ReviewItemRow).where(ReviewItemRow.interview_id.in_(ids))


def _draw(session: Session, project_id: int, selection: Selection, share: float, seed: str) -> list[int]:
    """Of each interview its share, at random: the ids, by interview and as it was said."""
    item = ReviewItemRow
    counts = session.execute(
        _drawable(project_id, selection, item.interview_id, func.count()).group_by(item.interview_id)
    )
    sizes = dict(sorted((interview_id, number) for interview_id, number in counts))
    place = func.row_number().over(order_by=(item.interview_id, item.turn, item.start, item.end)) - 1
    # Counted off by the database: to fetch the others would take longer.
    listed = _drawable(project_id, selection, item.id, place.label("place")).subquery().columns
    drawn = select(listed.id).order_by(listed.place)
    places = batches(_places(sizes, share, seed), 15 * AT_ONCE)
    return [number for some in places for number in session.scalars(drawn.where(listed.place.in_(some)))]


def _places(sizes: dict[int, int], share: float, seed: str) -> Iterator[int]:
    """Places in the list of all phrases: evenly spread over the interviews, random within each."""
    total = sum(sizes.values())
    number = max(1, round(share * total)) if total else 0
    even = [(2 * i + 1) * total // (2 * number) for i in range(number)]
    taken, ends = 0, accumulate(sizes.values())
    for (interview_id, size), end in zip(sizes.items(), ends, strict=True):
        here = next((i for i in range(taken, number) if even[i] >= end), number) - taken
        yield from sorted(end - size + place for place in Random(f"{seed} {interview_id}").sample(range(size), here))
        taken += here


def _assign(session: Session, row: CodingRoundRow, items: list[int]) -> None:
    """In the order that the phrases were said in, so that the numbers are too."""
    item = ReviewItemRow
    columns = [getattr(item, name) for name in (*SPAN, "text")]
    for some in batches(items, AT_ONCE):
        chosen = select(literal(row.id), *columns).where(item.id.in_(some)).order_by(*columns[:-1])
        session.execute(insert(AssignmentRow).from_select(["round_id", *SPAN, "text"], chosen))


def _lock(session: Session, round_id: int) -> None:
    """Whoever codes in the round and whoever closes it wait for one another."""
    lock_interviews(session, [])  # SQLite's one writer at a time
    session.execute(select(CodingRoundRow.id).where(CodingRoundRow.id == round_id).with_for_update())


def _takes_part(session: Session, round_id: int, person: str) -> bool:
    row = session.get(CodingRoundRow, round_id)
    return row is not None and person in (row.first, row.second)


def _is_closed(session: Session, round_id: int) -> bool:
    return session.scalar(select(RoundClosingRow.id).where(RoundClosingRow.round_id == round_id)) is not None


def _rounds(project_id: int) -> Select[CodingRoundRow, RoundClosingRow]:
    rows = select(CodingRoundRow, RoundClosingRow)
    rows = rows.outerjoin(RoundClosingRow, RoundClosingRow.round_id == CodingRoundRow.id)
    return rows.where(CodingRoundRow.project_id == project_id)


def _same_span(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(*(getattr(one, name) == getattr(other, name) for name in SPAN))


def _of_assignment(row: Any) -> ColumnElement[bool]:
    return and_(row.round_id == AssignmentRow.round_id, _same_span(row, AssignmentRow))


def _holding(row: Any) -> ColumnElement[bool]:
    """That the person has said nothing newer of the phrase."""
    newer = aliased(SecondCodingRow)
    same = and_(newer.round_id == row.round_id, _same_span(newer, row), newer.person == row.person)
    return ~exists().where(same, newer.id > row.id)


def _first(row: Any) -> ColumnElement[str]:
    """The first position, or nothing."""
    return func.coalesce(row.positions[0].as_string(), "")


def _assignments(round_id: int) -> Select[AssignmentRow, str]:
    rows = select(AssignmentRow, InterviewRow.name).join(InterviewRow, InterviewRow.id == AssignmentRow.interview_id)
    return rows.where(AssignmentRow.round_id == round_id)


def _uncoded(round_id: int, person: str) -> Select[AssignmentRow, str]:
    coded = exists().where(_of_assignment(SecondCodingRow), SecondCodingRow.person == person)
    return _assignments(round_id).where(~coded)


def _assigned(session: Session, round_id: int, identity: Identity) -> AssignmentRow | None:
    span = {"turn": identity.turn, "start": identity.start, "end": identity.end}
    rows = select(AssignmentRow).filter_by(round_id=round_id, **span)
    return session.scalar(rows.join(InterviewRow).where(InterviewRow.name == identity.interview))


def _said_by(session: Session, of: AssignmentRow, interview: str, person: str) -> SecondCoding | None:
    row = SecondCodingRow
    rows = select(row).where(row.round_id == of.round_id, _same_span(row, of), row.person == person)
    found = session.scalar(rows.order_by(row.id.desc()).limit(1))
    return _coding(found, _phrase(of, interview)) if found else None


def _paired(coding_round: CodingRound) -> Query:
    """By the number of the phrase what the first and the second say of it now, where both have said something."""
    one, other = aliased(SecondCodingRow), aliased(SecondCodingRow)
    first, second = coding_round.people
    columns = (one.category.label("a"), _first(one).label("x"), other.category.label("b"), _first(other).label("y"))
    rows = select(AssignmentRow.id.label("number"), *columns).select_from(one).join(AssignmentRow, _of_assignment(one))
    rows = rows.join(other, and_(_of_assignment(other), other.person == second))
    return rows.where(one.round_id == coding_round.id, one.person == first, _holding(one), _holding(other))


def _keep_pairs(session: Session, coding_round: CodingRound) -> None:
    number, a, x, b, y = _paired(coding_round).subquery().columns
    alike = and_(a == b, or_(a != COMPETENCE, x == y))
    kept = (number, literal(coding_round.id), a, x, b, y, alike)
    names = ("assignment_id", "round_id", "first_category", "first_position", "second_category", "second_position")
    session.execute(insert(CodedPairRow).from_select([*names, "alike"], select(*kept)))


def _differing(coding_round: CodingRound) -> Query:
    """What they said different things of, with the phrase and what holds for it now."""
    pair, item = CodedPairRow, ReviewItemRow
    said = (pair.first_category, pair.first_position, pair.second_category, pair.second_position)
    rows = select(AssignmentRow, InterviewRow.name, *said, item.id, _settled(coding_round)).select_from(pair)
    rows = rows.join(AssignmentRow, AssignmentRow.id == pair.assignment_id)
    rows = rows.join(InterviewRow, InterviewRow.id == AssignmentRow.interview_id)
    rows = rows.outerjoin(item, _same_words()).outerjoin(DecisionRow, DecisionRow.id == item.decision_id)
    return rows.where(pair.round_id == coding_round.id, ~pair.alike)


def _same_words() -> ColumnElement[bool]:
    """That there is something to review at the span, in the words that were assigned."""
    return and_(_same_span(ReviewItemRow, AssignmentRow), ReviewItemRow.text == AssignmentRow.text)


def _settled(coding_round: CodingRound) -> ColumnElement[bool]:
    """That somebody has decided on the phrase, by itself, since the round was closed, and the decision stands."""
    if coding_round.closed is None:
        return false()
    since = and_(DecisionRow.created > coding_round.closed, DecisionRow.batch.is_(None))
    return func.coalesce(since, false())


def _disagreement(
    row: AssignmentRow, interview: str, a: str, x: str, b: str, y: str, item_id: int | None, settled: bool
) -> Disagreement:
    return Disagreement(row.id, _phrase(row, interview), (Said(a, x), Said(b, y)), item_id, bool(settled))


def _phrase(row: AssignmentRow, interview: str) -> Phrase:
    return Phrase(interview, row.turn, row.start, row.end, row.text)


def _round(row: CodingRoundRow, closing: RoundClosingRow | None) -> CodingRound:
    return CodingRound(
        id=row.id,
        project_id=row.project_id,
        share=row.share,
        people=(row.first, row.second),
        seed=row.seed,
        person=row.person,
        created=row.created,
        selection=Selection(row.role, row.chain, row.interview),
        closed_by=closing.person if closing else "",
        closed=closing.created if closing else None,
    )


def _coding(row: SecondCodingRow, phrase: Phrase) -> SecondCoding:
    return SecondCoding(row.id, phrase, row.person, row.category, tuple(row.positions), row.created)
