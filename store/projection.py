"""What there is to review, kept ready to ask: a projection of the newest codings and the decisions, never a fact.

A phrase is here if the newest coding of its interview finds more in it than `none`, or if a decision on it is in
force. `save_coding` and `decide` keep the projection in step in their own transaction; `rebuild` makes it anew from
the facts. It is no part of the migrations, since it follows the rules below: `store.database` rebuilds it when it
opens a database where it was made by another `VERSION` of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, and_, delete, exists, false, insert, select, update
from sqlalchemy.orm import Session, aliased

from pipeline.records import Identity, Label, Phrase, Placement
from pipeline.review_order import doubt, draw_of, is_unbiased
from store.among import among
from store.choices import APPROVE, COMPETENCE, MOVE, REJECT, RELABEL, UNDO
from store.tables import (
    CodingRow,
    DecisionRow,
    InterviewRow,
    ItemPositionRow,
    ProjectRow,
    ReviewItemRow,
    SuggestionRow,
    TranscriptRow,
)

NAME, VERSION = "review_items", 1
OPEN = "open"
STATES = {APPROVE: "approved", MOVE: "moved", RELABEL: "relabelled", REJECT: "rejected"}
REJECTED, DECIDED = STATES[REJECT], tuple(STATES.values())
NONE = "none"
AT_ONCE = 2000  # phrases in one statement: SQLite takes 32,766 values
SIGN = 2**63  # a draw has 64 bits, an integer of the database has a sign
T = TypeVar("T")


class Span(NamedTuple):
    """A phrase by the number of its interview, turn, and span in code points."""

    interview_id: int
    turn: int
    start: int
    end: int


@dataclass(frozen=True)
class _Said:
    """What the newest coding says of a phrase, and where it stands there."""

    coding_id: int
    ordinal: int
    text: str
    label: Label
    unsure: bool
    safe: bool
    proxy: str
    stands_for: str


def review_seed(project_id: int) -> str:
    """What the random tenth of a project is drawn by, for `pipeline.review_order`."""
    return f"project-{project_id}"


def rebuild_all(session: Session) -> None:
    """Makes the projection of every project anew."""
    for project_id in session.scalars(select(ProjectRow.id)).all():
        rebuild(session, project_id)


def rebuild(session: Session, project_id: int) -> None:
    """Makes the project's projection anew from the facts."""
    interviews = select(InterviewRow.id).where(InterviewRow.project_id == project_id).order_by(InterviewRow.id)
    for interview_id in session.scalars(interviews).all():
        refresh_interview(session, interview_id)


def refresh_interview(session: Session, interview_id: int) -> None:
    """Makes the interview's part anew: it has a new coding."""
    lock_interviews(session, [interview_id])
    said = _suggestions(session, [interview_id])
    decisions = _standing(session, select(DecisionRow).where(DecisionRow.interview_id == interview_id))
    session.execute(delete(ItemPositionRow).where(ItemPositionRow.item_id.in_(_ids_of(interview_id))))
    session.execute(delete(ReviewItemRow).where(ReviewItemRow.interview_id == interview_id))
    _add(session, [*said, *(span for span in decisions if span not in said)], said, decisions)


def refresh_phrases(session: Session, spans: Collection[Span]) -> None:
    """Brings these phrases in step with the decisions on them; what the coding says of them has not changed."""
    for some in batches(dict.fromkeys(spans), AT_ONCE):
        lock_interviews(session, {span.interview_id for span in some})
        known = _known(session, some)
        unknown = [span for span in some if span not in known]
        said = {span: one for span, (_, one) in known.items() if one} | _said_of(session, unknown)
        decisions = _standing(session, _decisions_on(some))
        _change(session, {span: row_id for span, (row_id, _) in known.items()}, said, decisions)
        _add(session, unknown, said, decisions)


def refresh_turn(session: Session, interview_id: int, turn: int, before: int, now: int) -> None:
    """Makes a turn's part anew: the coding `now` says, with the same numbers, what `before` said of all other turns."""
    row = ReviewItemRow
    here = (row.interview_id == interview_id, row.turn == turn)
    of_coding = update(row).where(row.interview_id == interview_id, row.coding_id == before, row.turn != turn)
    session.execute(of_coding.values(coding_id=now))
    session.execute(delete(ItemPositionRow).where(ItemPositionRow.item_id.in_(select(row.id).where(*here))))
    session.execute(delete(row).where(*here))
    rows = select(SuggestionRow).where(SuggestionRow.coding_id == now, SuggestionRow.turn == turn)
    found = session.scalars(rows.order_by(SuggestionRow.ordinal))
    said = {Span(interview_id, one.turn, one.start, one.end): _said(one) for one in found}
    in_turn = (DecisionRow.interview_id == interview_id, DecisionRow.turn == turn)
    decisions = _standing(session, select(DecisionRow).where(*in_turn))
    _add(session, [*said, *(span for span in decisions if span not in said)], said, decisions)


def lock_interviews(session: Session, interview_ids: Collection[int]) -> None:
    """Holds back whoever else would change these interviews till this transaction ends: first lock, then look.

    SQLite, which has one writer at a time, takes its lock for any change, even one that meets no row.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(update(InterviewRow).where(false()).values(name=""))
        return
    rows = select(InterviewRow.id).where(InterviewRow.id.in_(interview_ids)).order_by(InterviewRow.id)
    session.scalars(rows.with_for_update(key_share=True)).all()


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most this many."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def standing_decisions() -> Any:
    """Of `DecisionRow`: what is neither undone nor an undo. Of one phrase the newest of these holds."""
    undo = aliased(DecisionRow)
    return and_(DecisionRow.action != UNDO, ~exists().where(undo.undoes == DecisionRow.id))


def span_of(interview_id: int, phrase: Phrase | Identity) -> Span:
    """The phrase by the number of its interview."""
    return Span(interview_id, phrase.turn, phrase.start, phrase.end)


def _span_of(row: type[DecisionRow] | type[ReviewItemRow]) -> tuple[Any, ...]:
    return row.interview_id, row.turn, row.start, row.end


def _ids_of(interview_id: int) -> Select[int]:
    return select(ReviewItemRow.id).where(ReviewItemRow.interview_id == interview_id)


def _decisions_on(spans: Collection[Span]) -> Select[DecisionRow]:
    return select(DecisionRow).join(*among(_span_of(DecisionRow), spans))


def _standing(session: Session, decisions: Select[DecisionRow]) -> dict[Span, DecisionRow]:
    """Those in force of the decisions."""
    rows = session.scalars(decisions.where(standing_decisions()).order_by(DecisionRow.id))
    return {Span(row.interview_id, row.turn, row.start, row.end): row for row in rows}


def _newest_codings(session: Session, interview_ids: Collection[int]) -> dict[int, int]:
    """By coding the interview: the newest coding of the newest transcript that has one."""
    codings = select(TranscriptRow.interview_id, CodingRow.id).join(CodingRow)
    found = codings.where(TranscriptRow.interview_id.in_(interview_ids)).order_by(TranscriptRow.version, CodingRow.id)
    newest = {interview_id: coding_id for interview_id, coding_id in session.execute(found)}
    return {coding_id: interview_id for interview_id, coding_id in newest.items()}


def _suggestions(session: Session, interview_ids: Collection[int]) -> dict[Span, _Said]:
    """Everything that the newest codings of the interviews say, in order."""
    codings = _newest_codings(session, interview_ids)
    rows = select(SuggestionRow).where(SuggestionRow.coding_id.in_(codings))
    found = session.scalars(rows.order_by(SuggestionRow.coding_id, SuggestionRow.ordinal))
    return {Span(codings[row.coding_id], row.turn, row.start, row.end): _said(row) for row in found}


def _said_of(session: Session, spans: Collection[Span]) -> dict[Span, _Said]:
    """What the newest codings say of phrases that are not in the projection: perhaps that they are nothing."""
    if not spans:
        return {}
    said = _suggestions(session, {span.interview_id for span in spans})
    return {span: said[span] for span in spans if span in said}


def _known(session: Session, spans: Collection[Span]) -> dict[Span, tuple[int, _Said | None]]:
    """The projection's rows of these phrases by id, and what the coding says of each."""
    of_item = and_(SuggestionRow.coding_id == ReviewItemRow.coding_id, SuggestionRow.ordinal == ReviewItemRow.ordinal)
    rows = select(ReviewItemRow.id, *_span_of(ReviewItemRow), SuggestionRow).select_from(ReviewItemRow)
    rows = rows.outerjoin(SuggestionRow, of_item)
    found = session.execute(rows.join(*among(_span_of(ReviewItemRow), spans)))
    return {Span(*span): (row_id, _said(said) if said else None) for row_id, *span, said in found}


def _said(row: SuggestionRow) -> _Said:
    positions = tuple(Placement(one["position"], one["probability"]) for one in row.positions)
    grounds, proxy = row.grounds, row.proxy or {}
    return _Said(
        coding_id=row.coding_id,
        ordinal=row.ordinal,
        text=row.text,
        label=Label(row.category, row.probability, positions),
        unsure=grounds.get("unsure", False),
        safe=grounds.get("safe", False),
        proxy=proxy.get("kind", ""),
        stands_for=proxy.get("stands_for", ""),
    )


def _add(
    session: Session, spans: Iterable[Span], said: Mapping[Span, _Said], decisions: Mapping[Span, DecisionRow]
) -> None:
    """New rows for those of the phrases that there is something to review in."""
    named = _interviews(session, {span.interview_id for span in spans})
    listed = [span for span in spans if _is_listed(said.get(span), decisions.get(span))]
    rows = [_values(named[span.interview_id], span, said.get(span), decisions.get(span)) for span in listed]
    if not rows:
        return
    added = insert(ReviewItemRow).returning(ReviewItemRow.id, sort_by_parameter_order=True)
    ids = session.scalars(added, rows).all()
    _add_positions(session, zip(ids, rows, (said.get(span) for span in listed), strict=True))


def _change(
    session: Session,
    row_ids: Mapping[Span, int],
    said: Mapping[Span, _Said],
    decisions: Mapping[Span, DecisionRow],
) -> None:
    """The rows that are there as they should be now; those that there is nothing left to review in go."""
    if not row_ids:
        return
    session.execute(delete(ItemPositionRow).where(ItemPositionRow.item_id.in_(row_ids.values())))
    kept = [span for span in row_ids if _is_listed(said.get(span), decisions.get(span))]
    gone = row_ids.keys() - set(kept)
    if gone:
        session.execute(delete(ReviewItemRow).where(ReviewItemRow.id.in_([row_ids[span] for span in gone])))
    named = _interviews(session, {span.interview_id for span in kept})
    rows = [_values(named[span.interview_id], span, said.get(span), decisions.get(span)) for span in kept]
    ids = [row_ids[span] for span in kept]
    if rows:
        session.execute(update(ReviewItemRow), [{"id": row_id} | row for row_id, row in zip(ids, rows, strict=True)])
    _add_positions(session, zip(ids, rows, (said.get(span) for span in kept), strict=True))


def _add_positions(session: Session, rows: Iterable[tuple[int, dict[str, Any], _Said | None]]) -> None:
    values = [
        {"item_id": item_id, "position": position, "support": _support(said, position)}
        | {name: row[name] for name in ("project_id", "state", "drawn", "draw", "teaches")}
        for item_id, row, said in rows
        for position in dict.fromkeys(row["positions"].split())
    ]
    if values:
        session.execute(insert(ItemPositionRow), values)


def _support(said: _Said | None, position: str) -> float:
    placements = said.label.positions if said else ()
    return next((placement.probability for placement in placements if placement.position == position), 0.0)


def _interviews(session: Session, interview_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Project and name of each."""
    rows = select(InterviewRow.id, InterviewRow.project_id, InterviewRow.name)
    return {
        found_id: (project_id, name)
        for found_id, project_id, name in session.execute(rows.where(InterviewRow.id.in_(interview_ids)))
    }


def _is_listed(said: _Said | None, decision: DecisionRow | None) -> bool:
    return decision is not None or (said is not None and said.label.category != NONE)


def _values(named: tuple[int, str], span: Span, said: _Said | None, decision: DecisionRow | None) -> dict[str, Any]:
    """The row of a phrase of a project's interview of this name."""
    project_id, name = named
    row = {"project_id": project_id, **span._asdict(), **_says(said), **_holds(said, decision)}
    row["text"] = said.text if said else decision.text if decision else ""
    row["support"] = row["probability"] if row["suggested"] == row["category"] else 0.0
    identity, seed = Identity(name, *span[1:]), review_seed(project_id)
    row["drawn"] = said is not None and is_unbiased(identity, seed)
    row["draw"] = draw_of(identity, seed) - SIGN if row["drawn"] else 0
    return row


def _says(said: _Said | None) -> dict[str, Any]:
    """What the model says; nothing where only a decision knows the phrase."""
    label = said.label if said else Label("", 0.0)
    first = label.positions[0] if label.positions else Placement("", 0.0)
    return {
        "coding_id": said.coding_id if said else None,
        "ordinal": said.ordinal if said else None,
        "suggested": label.category,
        "probability": label.probability,
        "suggested_position": first.position,
        "position_probability": first.probability,
        "unsure": bool(said and said.unsure),
        "safe": bool(said and said.safe),
        "proxy": said.proxy if said else "",
        "stands_for": said.stands_for if said else "",
        "teaches": doubt(label) if said else 0.0,
    }


def _holds(said: _Said | None, decision: DecisionRow | None) -> dict[str, Any]:
    """What holds now. A rejected phrase stays where the model put it, to be found there and the rejection undone."""
    category = said.label.category if said else NONE
    if decision and decision.action != REJECT:
        category = decision.category
    positions = _positions(category, said, decision)
    return {
        "category": category,
        "position": positions[0] if positions else "",
        "positions": " ".join(positions),
        "state": STATES[decision.action] if decision else OPEN,
        "decision_id": decision.id if decision else None,
        "person": decision.person if decision else "",
        "decided": decision.created if decision else None,
    }


def _positions(category: str, said: _Said | None, decision: DecisionRow | None) -> tuple[str, ...]:
    if category != COMPETENCE:
        return ()
    if decision and decision.positions:
        return tuple(decision.positions)
    return tuple(placement.position for placement in (said.label.positions if said else ())[:1])
