"""Who speaks: interviewer and respondent exchanged in a whole interview, where the program took one for the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.corrections import swap
from pipeline.errors import InputError
from store.choices import check_person
from store.interviews import Interview
from store.projection import lock_interviews
from store.results import StoredTranscript, latest_transcript, save_transcript
from store.tables import SpeakerSwapRow


@dataclass(frozen=True)
class Swapped:
    """An exchange as it was written down; `created` in UTC."""

    from_version: int
    person: str
    created: datetime


def swap_speakers(session: Session, interview: Interview, from_version: int, person: str) -> StoredTranscript:
    """The interview's next version, with the two exchanged, still to be coded: it is other turns that answer now.

    InputError: nobody is named, there is no transcript, or it has been changed since.
    """
    check_person(person)
    lock_interviews(session, [interview.id])
    stored = latest_transcript(session, interview.id)
    if stored is None:
        raise InputError("intervjuet er ikke skrevet ut ennå", interview.name, "Vent til det er skrevet ut.")
    if stored.version != from_version:
        raise InputError("utskriften er endret siden", interview.name, "Last siden på nytt, og bytt igjen.")
    session.add(SpeakerSwapRow(interview_id=interview.id, from_version=from_version, person=person.strip()))
    exchanged = replace(stored.transcript, turns=swap(stored.transcript.turns))
    return save_transcript(session, interview.id, f"swapped {stored.version} of {stored.key}", exchanged)


def swaps_of(session: Session, interview_id: int) -> tuple[Swapped, ...]:
    """Every exchange in the interview, oldest first."""
    rows = select(SpeakerSwapRow).where(SpeakerSwapRow.interview_id == interview_id).order_by(SpeakerSwapRow.id)
    return tuple(Swapped(row.from_version, row.person, row.created) for row in session.scalars(rows))
