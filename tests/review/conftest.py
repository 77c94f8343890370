"""A project with one coded interview, and browsers at its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from review_pages import BASE, Browser, Kept, fill
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from review.app import create_app
from store.database import open_database


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    opened = open_database(f"sqlite:///{tmp_path / 'review.db'}")
    with opened.begin() as session:
        fill(session)
    yield opened
    opened.kw["bind"].dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, f"sqlite:///{tmp_path / 'review.db'}", str(tmp_path / "recordings"))


@pytest.fixture
def kept(sessions: sessionmaker[Session]) -> Kept:
    return Kept(sessions)


@pytest.fixture
def client(sessions: sessionmaker[Session], settings: Settings) -> TestClient:
    return TestClient(create_app(sessions, settings), base_url=BASE)


@pytest.fixture
def kari(client: TestClient) -> Browser:
    return Browser(client, "Kari")


@pytest.fixture
def ola(sessions: sessionmaker[Session], settings: Settings) -> Browser:
    return Browser(TestClient(create_app(sessions, settings), base_url=BASE), "Ola")


@pytest.fixture
def stranger(client: TestClient) -> Browser:
    return Browser(client)
