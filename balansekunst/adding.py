"""How a file becomes an interview of a project, from the command line or from a page: checked whole, kept, added."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.audio import measure
from pipeline.errors import InputError
from pipeline.transcript_files import SUFFIXES, read_transcript
from store.interview_details import Details
from store.interviews import AUDIO, TRANSCRIPT, Added, Source, add_interview
from store.recordings import save


@dataclass(frozen=True)
class Checked:
    """Recording or transcript, its length where it has times, and what a transcript file itself says."""

    kind: str
    seconds: float | None
    role: str = ""
    chain: str = ""


def hand_in(
    sessions: sessionmaker[Session],
    settings: Settings,
    project_id: int,
    path: Path,
    details: Details,
    stem: str = "",
    person: str = "",
) -> Added:
    """The interview with this content: a new one, named after `stem` or the file, or the one that has it already.

    InputError for content that cannot be used; then nothing is kept.
    """
    found = check_file(path)
    sha256 = save(path, settings.recordings)
    source = source_of(path, found, sha256, details, stem or path.stem, person)
    with sessions.begin() as session:
        return add_interview(session, project_id, source)


def source_of(path: Path, found: Checked, sha256: str, details: Details, stem: str, person: str = "") -> Source:
    """What is added of a file that was checked and kept: people's word goes before the file's own."""
    known = replace(details, role=details.role or found.role, chain=details.chain or found.chain)
    return Source(
        stem=stem,
        kind=found.kind,
        sha256=sha256,
        extension=path.suffix.lower(),
        **asdict(known),
        seconds=found.seconds,
        added_by=person,
    )


def check_file(path: Path) -> Checked:
    """What the file is, read to its end. InputError where it is neither a whole recording nor a transcript."""
    if path.suffix.lower() in SUFFIXES:
        transcript = read_transcript(path)
        ends = [turn.end for turn in transcript.turns if turn.end is not None]
        return Checked(TRANSCRIPT, max(ends, default=None), transcript.role, transcript.chain)
    length = measure(path)
    if length.cut_short:
        what = f"opptaket er kuttet etter {length.seconds:.0f} sekunder"
        raise InputError(what, str(path), "Hent hele filen, eller lagre den på nytt i et lydprogram hvis dette er alt.")
    return Checked(AUDIO, length.seconds)


def read_day(written: str) -> date | None:
    """`2026-11-02`; None for nothing. InputError for what is no day, or one that has not come."""
    if not written.strip():
        return None
    try:
        day = datetime.strptime(written.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise InputError("er ikke en dato", written, "Skriv år-måned-dag, for eksempel 2026-11-02.") from None
    if day > date.today():
        raise InputError("dagen er ikke kommet ennå", written, "Oppgi dagen intervjuet ble holdt.")
    return day
