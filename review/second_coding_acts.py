"""What people do at second coding: start a round, code blind, close it, settle what two disagree on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pipeline.records import identity_of
from review.errors import NotFound, Refused, Stale
from review.language import _
from review.queue_acts import Done, act
from review.second_coding_forms import CodeForm, RoundForm, SettleForm, read_coding, read_round
from store.projects import Project
from store.second_coding import (
    CodingRound,
    assignment_numbered,
    close_round,
    code_blind,
    disagreement_numbered,
    start_round,
)


def start(session: Session, project: Project, form: RoundForm, person: str) -> CodingRound:
    """Draws a round."""
    wanted = read_round(session, project.id, form)
    return start_round(session, project.id, wanted.share, wanted.people, person, selection=wanted.selection)


def code(session: Session, coding_round: CodingRound, form: CodeForm, person: str) -> None:
    """Writes down what the person says of the phrase. Stale: somebody closed the round meanwhile."""
    if coding_round.closed:
        raise Stale(_("runden er lukket"), coding_round.closed_by, _("Se på runden: det du sa før, er med."))
    found = assignment_numbered(session, coding_round.id, person, form.nr)
    category, positions = read_coding(form, found)
    if found:
        code_blind(session, coding_round.id, identity_of(found.phrase), person, category, positions)


def close(session: Session, project: Project, coding_round: CodingRound, person: str) -> CodingRound:
    """Closes the round, once: who closes it after somebody else finds it closed."""
    return coding_round if coding_round.closed else close_round(session, project.id, coding_round.id, person)


def settle(session: Session, project: Project, coding_round: CodingRound, form: SettleForm, person: str) -> Done:
    """A decision as any other, with a note that says why it was made. Conflict: somebody else decided meanwhile."""
    if not coding_round.closed:
        raise Refused(_("runden er ikke lukket"), str(coding_round.id), _("Vent til begge er ferdige."))
    found = disagreement_numbered(session, coding_round, form.nr)
    if found is None or found.phrase.interview != form.intervju:
        raise NotFound(_("de to er ikke uenige om dette"), str(form.nr), _("Gå tilbake til runden."))
    note = form.notat.strip() or _("Avgjort etter dobbeltkoding, runde %(number)s.", number=coding_round.id)
    return act(session, project.id, person, form.model_copy(update={"notat": note}))
