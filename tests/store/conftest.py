"""The same specification on SQLite and, where BALANSEKUNST_TEST_POSTGRES has a URL, on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Grounds, Label, Phrase, Placement, Precedent, Proxy, Suggestion, Transcript, Turn
from store.database import open_database
from store.interviews import Interview, Source, add_interview
from store.projects import Project, create_project

POSTGRES = "BALANSEKUNST_TEST_POSTGRES"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind, gone after the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'mappe' / 'test.db'}"
        return
    if not os.environ.get(POSTGRES):
        pytest.skip(f"set {POSTGRES} to the URL of a PostgreSQL database to run this on it too")
    yield from _schema(os.environ[POSTGRES])


def _schema(url: str) -> Iterator[str]:
    """A schema of the test's own, so that tests neither meet nor leave anything in the database."""
    schema = f"test_{uuid4().hex}"
    admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    place = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    yield place.render_as_string(hide_password=False)
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


@pytest.fixture
def sessions(url: str) -> Iterator[sessionmaker[Session]]:
    opened = open_database(url)
    yield opened
    opened.kw["bind"].dispose()


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as opened:
        yield opened


@pytest.fixture
def project(session: Session) -> Project:
    return create_project(session, "Butikk", ("butikksjef", "butikkmedarbeider"))


@pytest.fixture
def interview(session: Session, project: Project) -> Interview:
    source = Source("kari", "audio", "a" * 64, ".mp3", role="butikksjef", chain="Nord", interviewer="Ola")
    return add_interview(session, project.id, source).interview


@pytest.fixture
def transcript() -> Transcript:
    turns = (
        Turn("interviewer", "Hva gjør du?", 0.0, 1.25),
        Turn("respondent", "Jeg får folk til å føle seg sett.", 1.25, 4.1),
    )
    return Transcript("kari", turns, role="butikksjef", sector="handel", chain="Nord")


@pytest.fixture
def phrase() -> Phrase:
    return Phrase("kari", 1, 4, 32, "får folk til å føle seg sett")


@pytest.fixture
def suggestion(phrase: Phrase) -> Suggestion:
    precedent = Precedent("se folk", "competence", "people", "butikksjef", 0.91)
    label = Label(
        category="competence",
        probability=0.1 + 0.2,
        positions=(Placement("people", 0.7), Placement("pace+presence", 0.3)),
        proxy=Proxy("trait", "kundeservice", "Hva gjorde du da?"),
        grounds=Grounds((precedent,), ("føle seg sett",), unsure=True),
    )
    return Suggestion(phrase, label)
