"""What people did is refused every change by the database itself, in every table of it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from store_examples import CHEERFUL, SEES, coded, phrase_of

from pipeline.corrections import Correction
from pipeline.edits import Edit
from pipeline.records import identity_of
from store.candidate_choices import choose
from store.candidate_decisions import decide_candidates
from store.decisions import Choice, decide
from store.interviews import Interview
from store.projects import Project
from store.proxy_verdicts import judge_proxy
from store.second_coding import assigned, close_round, code_blind, start_round
from store.transcript_edits import TranscriptEdit, correct

TABLES = (
    "decisions",
    "candidate_decisions",
    "candidate_choices",
    "proxy_verdicts",
    "coding_rounds",
    "assignments",
    "second_codings",
    "round_closings",
    "transcript_edits",
)


@pytest.fixture
def done(session: Session, project: Project, interview: Interview) -> Session:
    """A row in each of the tables."""
    coded(session, interview)
    decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    decide_candidates(session, project.id, Edit("rename", (), "Ny"), "Kari")
    choose(session, project.id, "c1", True, "Kari")
    judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Kari")
    blind = start_round(session, project.id, 1, ("Kari", "Ola"), "Per")
    phrase = assigned(session, blind.id, "Kari")[0]
    code_blind(session, blind.id, identity_of(phrase), "Kari", "task")
    close_round(session, project.id, blind.id, "Per")
    correct(session, interview, TranscriptEdit(1, Correction(1, 0, 3, "Eg")), "Kari")
    session.commit()
    return session


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_neither_changed_nor_removed(done: Session, table: str) -> None:
    """UPDATE, DELETE, and the engine's own way around them, REPLACE or TRUNCATE, fail; every row stays."""
    rows = done.execute(text(f"SELECT * FROM {table}")).all()
    sqlite = done.get_bind().dialect.name == "sqlite"
    around = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" if sqlite else f"TRUNCATE {table} CASCADE"
    done.rollback()
    for statement in (f"UPDATE {table} SET created = '2020-01-01'", f"DELETE FROM {table}", around):
        with pytest.raises(IntegrityError, match="append-only"):
            done.execute(text(statement))
        done.rollback()
    assert done.execute(text(f"SELECT * FROM {table}")).all() == rows != []
