"""A database of an older program is brought up to date with all that is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

import store
from pipeline.records import Phrase, Transcript, Turn, Word
from store import database
from store.database import open_database
from store.decisions import history
from store.results import latest_clustering, latest_coding, latest_transcript
from store.review_items import find_items

WORDS = [{"text": "Jeg", "start": 1.0, "end": 1.5, "probability": 0.9}]
TURNS = [
    {"speaker": "interviewer", "text": "Hva?", "start": None, "end": None, "words": []},
    {"speaker": "respondent", "text": "Jeg ser folk.\0", "start": 1.0, "end": 2.0, "words": WORDS},
]
ABOUT = {"id": "kari", "role": "", "sector": "", "chain": "", "language": "nb"}
PHRASE = {"interview": "kari", "turn": 1, "start": 4, "end": 12, "text": "ser folk"}
GROUNDS = {"precedents": [], "wording": [], "unsure": True, "categories": [], "safe": False}
ROWS = (
    ("projects", {"id": 1, "name": "Butikk", "roles": [], "learns_from": []}),
    (
        "interviews",
        {"id": 1, "project_id": 1, "name": "kari", "kind": "audio", "sha256": "a", "extension": ".mp3"}
        | dict.fromkeys(("role", "chain", "interviewer", "pseudonym", "consent"), ""),
    ),
    ("transcripts", {"id": 1, "interview_id": 1, "version": 1, "key": "k", "data": ABOUT | {"turns": TURNS}}),
    ("codings", {"id": 1, "transcript_id": 1, "key": "k", "revision": "r"}),
    (
        "suggestions",
        {"coding_id": 1, "ordinal": 0, "turn": 1, "start": 4, "end": 12, "text": "ser folk", "category": "task"}
        | {"probability": 0.9, "positions": [], "proxy": None, "grounds": GROUNDS},
    ),
    ("clusterings", {"id": 1, "project_id": 1, "key": "k", "tried": [], "reason": "", "shift": 0}),
    (
        "candidates",
        {"clustering_id": 1, "ordinal": 0, "cid": "c1", "name": "Se folk", "positions": [], "interviews": ["kari"]}
        | {"phrases": [PHRASE], "chains": [], "weight": 0.5},
    ),
    (
        "decisions",
        {"project_id": 1, "interview_id": 1, "turn": 1, "start": 4, "end": 12, "text": "ser folk", "action": "reject"}
        | {"category": "", "positions": [], "note": "", "person": "Kari", "id": 1},
    ),
)
WITHOUT_CREATED = ("suggestions", "candidates")


@pytest.fixture
def upgraded(url: str) -> sessionmaker[Session]:
    """What opening makes of a database that revision 0003 filled."""
    engine = database._engine(database._parse(url))
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for table, values in ROWS:
            given = values if table in WITHOUT_CREATED else values | {"created": "2025-01-01 00:00:00+00:00"}
            names = ", ".join(f'"{name}"' for name in given)
            places = ", ".join(f":{name}" for name in given)
            plain = {name: json.dumps(v) if isinstance(v, (list, dict)) else v for name, v in given.items()}
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), plain)
    engine.dispose()
    return open_database(url)


def test_everything_is_there_after_an_upgrade(upgraded: sessionmaker[Session]) -> None:
    """Transcripts with their words, codings, candidates with their phrases and decisions are what they were."""
    with upgraded() as session:
        transcript, coding, clustering = (
            find(session, 1) for find in (latest_transcript, latest_coding, latest_clustering)
        )
        (decision,) = history(session, 1)
    upgraded.kw["bind"].dispose()
    said = (Turn("interviewer", "Hva?"), Turn("respondent", "Jeg ser folk.\0", 1.0, 2.0, (Word("Jeg", 1.0, 1.5, 0.9),)))
    assert transcript
    assert coding
    assert clustering
    assert transcript.transcript == Transcript("kari", said)
    assert clustering.candidates[0].phrases == (Phrase(**PHRASE),) == (coding.suggestions[0].phrase,)
    assert (decision.choice.action, decision.choice.person, decision.batch) == ("reject", "Kari", None)


def test_upgraded_database_knows_what_there_is_to_review(upgraded: sessionmaker[Session]) -> None:
    """What was coded and decided before the upgrade is there to review after it."""
    with upgraded() as session:
        (item,) = find_items(session, 1)
    upgraded.kw["bind"].dispose()
    assert (item.phrase, item.state, item.person, item.unsure) == (Phrase(**PHRASE), "rejected", "Kari", True)


def test_decisions_are_still_append_only(upgraded: sessionmaker[Session]) -> None:
    """The triggers that guard decisions are there after the table got its new column."""
    with upgraded() as session:
        for statement in ("UPDATE decisions SET batch = 'x'", "DELETE FROM decisions"):
            with pytest.raises(IntegrityError, match="append-only"):
                session.execute(text(statement))
            session.rollback()
    upgraded.kw["bind"].dispose()
