"""Undoes an act of the history by a new one, as long as it still holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from pipeline.corrections import Correction
from review.access import Visitor, check_add, check_correct, check_decide
from review.deciding import record
from review.errors import NotFound, Refused, Stale
from review.forms import Asked
from review.language import _
from review.material import LONGEST_NUMBER, find_item_or_refuse
from store.candidate_choices import choice_history, choose
from store.candidate_decisions import undo_candidates
from store.decisions import UNDO, Choice, decisions_numbered, undo_batch
from store.history import BATCH, CANDIDATE, CHOICE, CORRECTION, DECISION, DETAILS, PROXY, SPEAKERS
from store.history_details import (
    choices_numbered,
    corrections_numbered,
    details_numbered,
    edits_numbered,
    swaps_numbered,
    verdicts_numbered,
)
from store.interview_details import Details, change_details, details_of
from store.interviews import interview_named
from store.projects import Project
from store.proxy_verdicts import undo_verdict
from store.shown import turns_at
from store.speakers import swap_speakers
from store.spoken import newest_version
from store.transcript_edits import TranscriptEdit, correct

Undoing = Callable[[Session, Project, int, str], None]


def undo(session: Session, project: Project, what: str, visitor: Visitor) -> None:
    """Undoes `decision:12`, or the batch `batch:NAME`.

    NotFound: the project has no such act. Stale: something newer holds. Conflict: somebody decided meanwhile.
    """
    kind, _colon, which = what.partition(":")
    check_undo(visitor, kind)
    if kind == BATCH and which.isalnum():
        undo_batch(session, project.id, which, visitor.person)
        return
    if kind not in UNDOERS or not (which.isascii() and which.isdigit() and int(which[:18]) < LONGEST_NUMBER):
        raise NotFound(_("det finnes ingen slik handling"), what, _("Gå tilbake til historikken."))
    UNDOERS[kind](session, project, int(which), visitor.person)


def check_undo(visitor: Visitor, kind: str) -> None:
    """What may be undone by whom is what may be done by whom."""
    checks = {CORRECTION: check_correct, SPEAKERS: check_correct, DETAILS: check_add}
    checks.get(kind, check_decide)(visitor)


def _decision(session: Session, project: Project, number: int, person: str) -> None:
    made = decisions_numbered(session, project.id, [number]).get(number)
    if made is None:
        raise _missing(number)
    item = find_item_or_refuse(session, project.id, made.identity)
    record(session, project.id, item, Asked(Choice(UNDO, person, undoes=number), number))


def _candidate(session: Session, project: Project, number: int, person: str) -> None:
    known = edits_numbered(session, project.id, [number]).get(number)
    if known is None:
        raise _missing(number)
    if known.stands:  # sent twice, it is undone once
        undo_candidates(session, project.id, number, person)


def _choice(session: Session, project: Project, number: int, person: str) -> None:
    """As it was before: chosen or not, with the texts of then."""
    known = choices_numbered(session, project.id, [number]).get(number)
    if known is None:
        raise _missing(number)
    if not known.holds:
        raise _stale(known.name or known.candidate)
    earlier = [one for one in choice_history(session, project.id, known.candidate) if one.id < number]
    chosen, why, what = (earlier[-1].chosen, earlier[-1].why, earlier[-1].what) if earlier else (False, "", "")
    choose(session, project.id, known.candidate, chosen, person, why, what)


def _verdict(session: Session, project: Project, number: int, person: str) -> None:
    known = verdicts_numbered(session, project.id, [number]).get(number)
    if known is None:
        raise _missing(number)
    if not known.holds and not known.undone:
        raise _stale(known.phrase.interview)
    undo_verdict(session, project.id, number, person)


def _correction(session: Session, project: Project, number: int, person: str) -> None:
    """The words that stood there before, in the newest transcript."""
    known = corrections_numbered(session, project.id, [number]).get(number)
    if known is None:
        raise _missing(number)
    interview = interview_named(session, project.id, known.interview)
    version, one = newest_version(session, interview.id), known.correction
    end = one.start + len(one.replacement)
    turn = turns_at(session, version.transcript_id, [one.turn]).get(one.turn) if version else None
    if version is None or turn is None or not known.holds or turn.text[one.start : end] != one.replacement:
        raise _stale(known.interview)
    back = Correction(one.turn, one.start, end, known.before)
    correct(session, interview, TranscriptEdit(version.version, back, _("Angret en rettelse.")), person)


def _swap(session: Session, project: Project, number: int, person: str) -> None:
    known = swaps_numbered(session, project.id, [number]).get(number)
    if known is None:
        raise _missing(number)
    interview = interview_named(session, project.id, known.interview)
    version = newest_version(session, interview.id)
    if version is None or not known.holds:
        raise _stale(known.interview)
    swap_speakers(session, interview, version.version, person)


def _detail(session: Session, project: Project, number: int, person: str) -> None:
    known = details_numbered(session, project.id, [number]).get(number)
    if known is None:
        raise _missing(number)
    if not known.holds:
        raise _stale(known.interview)
    interview = interview_named(session, project.id, known.interview)
    change_details(session, interview, _as_before(details_of(interview), known.field, known.before), person)


def _as_before(details: Details, field: str, before: str) -> Details:
    if field == "held":
        return replace(details, held=date.fromisoformat(before) if before else None)
    return replace(details, **{field: before})  # type: ignore[arg-type] # all others are text


def _missing(number: int) -> Refused:
    return NotFound(_("det finnes ingen slik handling"), str(number), _("Gå tilbake til historikken."))


def _stale(which: str) -> Refused:
    return Stale(_("noe nyere gjelder nå"), which, _("Last historikken på nytt."))


UNDOERS: Mapping[str, Undoing] = {
    DECISION: _decision,
    CANDIDATE: _candidate,
    CHOICE: _choice,
    PROXY: _verdict,
    CORRECTION: _correction,
    SPEAKERS: _swap,
    DETAILS: _detail,
}
