"""What a person does at the interview's page: each act writes it down and gives back what the page then shows."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from pipeline.corrections import Correction, correct_phrase
from pipeline.records import Identity, Phrase, identity_of
from review.access import check_name
from review.deciding import record
from review.errors import Refused, Stale
from review.forms import Asked, DecisionForm, identity_from, read_asked, read_note, read_seen
from review.interview_forms import BordersForm, NewForm, SpeakersForm, WordForm, read_choice, read_mark, unfold
from review.interview_view import Answer, Done, answer_of, back_fields
from review.language import _
from review.material import find_item_or_refuse
from review.spans import Span, add_phrase, move_borders, phrase_at, turn_at, undo_act
from review.wording import describe
from store.decisions import REJECT, Choice
from store.interview_details import change_details, details_of, last_change
from store.interviews import Interview
from store.projection import lock_interviews
from store.projects import Project
from store.review_items import item_of
from store.spoken import SpokenTurn
from store.transcript_edits import TranscriptEdit, correct


def decide_phrase(session: Session, project: Project, interview: Interview, form: DecisionForm, person: str) -> Answer:
    """The decision on a phrase of this interview, as the lists and the queue write it."""
    sent = unfold(form)
    if sent.intervju != interview.name:
        raise Refused(_("utsagnet er i et annet intervju"), sent.intervju, _("Last siden på nytt."))
    item = find_item_or_refuse(session, project.id, identity_from(sent))
    made = record(session, project.id, item, read_asked(sent, person, item))
    return _answer(session, project, interview, item.identity, Done(describe(made.choice)))


def add_missed(session: Session, project: Project, interview: Interview, form: NewForm, person: str) -> Answer:
    """A phrase that the model missed."""
    choice = read_choice(form.valg, form.notat, person)
    phrase = phrase_at(session, interview, form.span)
    made = add_phrase(session, interview, phrase, choice)
    return _answer(session, project, interview, made.identity, Done(_("«%(words)s» er lagt til", words=phrase.text)))


def correct_borders(session: Session, project: Project, interview: Interview, form: BordersForm, person: str) -> Answer:
    """A phrase with other borders."""
    old = read_mark(interview.name, form.utsagn)
    if old is None:
        raise Refused(_("utsagnet finnes ikke"), form.utsagn, _("Last siden på nytt."))
    phrase = phrase_at(session, interview, Span(form.versjon, old.turn, form.fra, form.til, form.ord))
    choice = Choice(REJECT, person, note=read_note(form.notat))
    move_borders(session, interview, old, phrase, Asked(choice, read_seen(form.sett)))
    return _answer(session, project, interview, identity_of(phrase), Done(_("grensene er rettet")))


def take_back(session: Session, project: Project, interview: Interview, batch: str, person: str) -> Answer:
    """Undoes what was decided with one act; what somebody else has decided since is left alone, and told."""
    phrase, undone = undo_act(session, interview, batch, person)
    since = undone.decided_since
    told = _("angret; %(count)s avgjort av andre siden er latt i fred", count=len(since)) if since else _("angret")
    turns = [one.phrase.turn for one in (*undone.undos, *since)]
    return answer_of(session, project, interview, phrase, turns or [phrase.turn] if phrase else turns, Done(told))


def correct_words(session: Session, project: Project, interview: Interview, form: WordForm, person: str) -> Answer:
    """Other words in a turn. The phrase that is open beside follows its text."""
    turn = turn_at(session, interview, form.versjon, form.replikk)
    correction = Correction(form.replikk, form.fra, form.til, " ".join(form.ny.split()))
    edit = TranscriptEdit(form.versjon, correction, read_note(form.notat))
    version = correct(session, interview, edit, person)
    before, after = turn.text[form.fra : form.til], correction.replacement
    said = turn.text[: form.fra] + after + turn.text[form.til :]
    phrase = _followed(session, read_mark(interview.name, form.utsagn), turn, correction, said, project)
    back = back_fields(version, form.replikk, form.fra, after, before)
    return answer_of(session, project, interview, phrase, [form.replikk], Done(_told(before, after), "rett", back))


def name_speakers(session: Session, interview: Interview, form: SpeakersForm, person: str) -> None:
    """What the two are called, in the whole interview. Stale: somebody changed what is known of it meanwhile."""
    lock_interviews(session, [interview.id])
    wanted = replace(details_of(interview), interviewer=_name(form.intervjuer), pseudonym=_name(form.informant))
    if wanted == details_of(interview):
        return
    if last_change(session, interview.id) != form.sett:
        what = _("opplysningene om intervjuet er endret siden du åpnet siden")
        raise Stale(what, interview.name, _("Last siden på nytt."))
    change_details(session, interview, wanted, person)


def _name(sent: str) -> str:
    name = " ".join(sent.split())
    if name:
        check_name(name)
    return name


def _told(before: str, after: str) -> str:
    if not after.strip():
        return _("«%(before)s» er tatt bort", before=before.strip())
    if not before.strip():
        return _("«%(after)s» er satt inn", after=after.strip())
    return _("«%(before)s» er rettet til «%(after)s»", before=before, after=after)


def _followed(
    session: Session, phrase: Identity | None, turn: SpokenTurn, correction: Correction, said: str, project: Project
) -> Identity | None:
    """The phrase where it is after the correction, if there is still something to review in it."""
    if phrase is None:
        return None
    if phrase.turn == turn.number:
        words = turn.text[phrase.start : phrase.end]
        moved = correct_phrase(Phrase(*phrase, words), correction, said)
        phrase = identity_of(moved) if moved else None
    return phrase if phrase and item_of(session, project.id, phrase) else None


def _answer(session: Session, project: Project, interview: Interview, phrase: Identity, done: Done) -> Answer:
    """Without the phrase where there is nothing left to review in it: it was added, and that is undone."""
    there = phrase if item_of(session, project.id, phrase) else None
    return answer_of(session, project, interview, there, [phrase.turn], done)
