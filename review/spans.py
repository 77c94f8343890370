"""Phrases that people cut themselves: one that was missed, and one whose borders were wrong.

A span is exact, in code points of a turn of the newest transcript, without space or punctuation around it, and in the
words of whoever was interviewed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.records import RESPONDENT, Identity, Phrase, identity_of
from review.deciding import check_seen, in_force, record
from review.errors import Conflict, Refused, Stale
from review.forms import Asked
from review.language import _
from review.material import NONE, find_item_or_refuse, load_items
from store.decisions import (
    REJECT,
    RELABEL,
    Choice,
    Decision,
    Undone,
    decide,
    decide_all,
    history,
    history_of,
    undo_batch,
)
from store.interviews import Interview
from store.projection import lock_interviews
from store.review_items import item_of
from store.spoken import SpokenTurn, newest_version, spoken_turns

OF_WORDS = "LNM"  # Unicode's letters, numbers and the marks upon them


@dataclass(frozen=True)
class Span:
    """What a person marked in a turn of this version, and the words that they saw there."""

    version: int
    turn: int
    start: int
    end: int
    words: str


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without space and punctuation at its ends; empty where it has no word."""
    while start < end and not _is_of_word(text[start]):
        start += 1
    while end > start and not _is_of_word(text[end - 1]):
        end -= 1
    return start, end


def phrase_at(session: Session, interview: Interview, span: Span) -> Phrase:
    """The phrase that the span marks. Stale: other words are there by now. Refused: no phrase can be there."""
    turn = turn_at(session, interview, span.version, span.turn)
    if not 0 <= span.start <= span.end <= len(turn.text) or turn.text[span.start : span.end] != span.words:
        raise Stale(_("ordene er endret siden du åpnet siden"), interview.name, _("Last siden på nytt."))
    if turn.speaker != RESPONDENT:
        what = _("bare det informanten sier, kan være et utsagn")
        raise Refused(what, interview.name, _("Er de to forvekslet, kan du bytte dem for hele intervjuet."))
    start, end = trim(turn.text, span.start, span.end)
    if start == end:
        raise Refused(_("det er ikke merket noe ord"), interview.name, _("Merk det som ble sagt, og prøv igjen."))
    return Phrase(interview.name, span.turn, start, end, turn.text[start:end])


def turn_at(session: Session, interview: Interview, version: int, number: int) -> SpokenTurn:
    """A turn of the newest transcript. Stale: that is not the version that the page showed. Refused: no such turn."""
    newest = newest_version(session, interview.id)
    if newest is None or newest.version != version:
        raise Stale(_("utskriften er endret siden du åpnet siden"), interview.name, _("Last siden på nytt."))
    found = spoken_turns(session, newest.transcript_id, [number]) if 0 <= number < 2**31 else ()
    if not found:
        which = _("%(interview)s, replikk %(turn)s", interview=interview.name, turn=number)
        raise Refused(_("replikken finnes ikke"), which, _("Last siden på nytt."))
    return found[0]


def add_phrase(session: Session, interview: Interview, phrase: Phrase, choice: Choice) -> Decision:
    """A phrase that nobody had found, as the person says it is. Conflict: somebody has decided on it meanwhile."""
    lock_interviews(session, [interview.id])
    known = item_of(session, interview.project_id, identity_of(phrase))
    if known:
        item = load_items(session, interview.project_id, [known])[0]
        return record(session, interview.project_id, item, Asked(choice, None))
    return decide(session, interview.project_id, phrase, choice)


def move_borders(session: Session, interview: Interview, old: Identity, phrase: Phrase, asked: Asked) -> None:
    """The old phrase is rejected and the new one is what the old one was: one batch, to be undone together.

    `asked` holds the person and note, and which decision they saw on the old phrase. Sent twice it is done once.
    Conflict: somebody has decided on one of the two meanwhile. Refused: it is the same phrase, or no longer coded.
    """
    lock_interviews(session, [interview.id])
    if identity_of(phrase) == old:
        raise Refused(_("grensene er som før"), interview.name, _("Flytt en av dem til et annet ord."))
    item = find_item_or_refuse(session, interview.project_id, old)
    was, now = (in_force(history_of(session, interview.project_id, one)) for one in (old, identity_of(phrase)))
    person, note = asked.choice.person, asked.choice.note
    if was and now and was.batch and was.batch == now.batch and was.choice == Choice(REJECT, person, note=note):
        return
    check_seen(was, asked, item)
    if now:
        raise Conflict(asked.choice, now, interview.name, item.anchor)
    if item.category == NONE:
        raise Refused(_("utsagnet er tatt ut av kodingen"), interview.name, _("Si først hva det er."))
    found = Choice(RELABEL, person, item.category, item.positions, note)
    decide_all(session, interview.project_id, [(item.phrase, Choice(REJECT, person, note=note)), (phrase, found)])


def undo_act(session: Session, interview: Interview, batch: str, person: str) -> tuple[Identity | None, Undone]:
    """Undoes what was decided with one act. The first of its phrases that there is still to review, and what was done.

    Refused: the interview has no such batch.
    """
    made = history(session, interview.project_id, batch=batch, interview=interview.name, limit=2) if batch else ()
    if not made:
        raise Refused(_("det finnes ikke noe slikt å angre"), interview.name, _("Last siden på nytt."))
    undone = undo_batch(session, interview.project_id, batch, person)
    there = (one.identity for one in made if item_of(session, interview.project_id, one.identity))
    return next(there, None), undone


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in OF_WORDS
