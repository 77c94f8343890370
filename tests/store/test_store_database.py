from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from pipeline.errors import InputError, WorkError
from store import database
from store.database import open_database
from store.projects import create_project, list_projects
from store.tables import Base, ProjectRow, now


def test_empty_database_gets_every_table(sessions: sessionmaker[Session]) -> None:
    """Opening an empty database makes all tables of the model."""
    tables = set(inspect(sessions.kw["bind"]).get_table_names())
    assert tables == {*Base.metadata.tables, "alembic_version"}


def test_migrations_agree_with_the_model(sessions: sessionmaker[Session]) -> None:
    """The migrated tables differ in nothing from the model."""
    with sessions.kw["bind"].connect() as connection:
        options = {"compare_type": True, "include_object": lambda *about: about[1] != "alembic_version"}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_check_constraints_agree_with_the_model(sessions: sessionmaker[Session]) -> None:
    """The migrated check constraints, which Alembic does not compare, have the model's names."""
    inspector = inspect(sessions.kw["bind"])
    for table in Base.metadata.tables.values():
        model = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        assert {one["name"] for one in inspector.get_check_constraints(table.name)} == model


def test_opening_again_keeps_what_is_there(url: str) -> None:
    """A second opening finds the first one's projects."""
    first = open_database(url)
    with first.begin() as session:
        create_project(session, "Butikk", ())
    first.kw["bind"].dispose()
    second = open_database(url)
    with second() as session:
        assert [project.name for project in list_projects(session)] == ["Butikk"]
    second.kw["bind"].dispose()


OPEN = "import sys; from store.database import open_database; open_database(sys.argv[1])"


def test_several_processes_open_an_empty_database_at_once(url: str) -> None:
    """Processes that open an empty database at the same time wait for one another, and all succeed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", OPEN, url]
    processes = [subprocess.Popen(command, env=environment) for _ in range(4)]
    assert [process.wait(timeout=60) for process in processes] == [0] * 4


def test_works_without_alembic_ini_in_any_folder(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The migrations are found from whatever folder the program is started in."""
    monkeypatch.chdir(tmp_path)
    open_database(url).kw["bind"].dispose()


def test_memory_database_is_one_for_all_sessions() -> None:
    """A SQLite database in memory is shared by every session of its sessionmaker."""
    sessions = open_database("sqlite://")
    with sessions.begin() as session:
        create_project(session, "Butikk", ())
    with sessions() as session:
        assert len(list_projects(session)) == 1


def test_sqlite_pragmas_hold_on_every_connection(tmp_path: Path) -> None:
    """SQLite runs in WAL mode, with foreign keys and a wait for locks."""
    sessions = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with sessions() as session:
        found = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "busy_timeout")]
    assert found == ["wal", 1, database.BUSY_MS]


def test_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """The folder made for an SQLite file is closed to other users of the machine."""
    open_database(f"sqlite:///{tmp_path / 'ny' / 'a.db'}")
    assert (tmp_path / "ny").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("tull", "tull"),
        ("", ""),
        ("mysql://vert/navn", "mysql"),
        ("sqlite+aiosqlite:///a.db", "aiosqlite"),
        ("postgresql://ola:hemmelig@127.0.0.1:1/ingen", "127.0.0.1:1"),
        ("postgresql:/ola:hemmelig@vert", "ola:***@vert"),
    ],
)
def test_bad_url_is_refused_by_name(url: str, named: str) -> None:
    """A URL that is none, is of another kind or where nobody answers is refused, without its password."""
    with pytest.raises(InputError) as caught:
        open_database(url)
    assert type(caught.value) is InputError
    assert named in str(caught.value)
    assert "hemmelig" not in str(caught.value)
    assert "sqlite:///" in caught.value.next


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """An SQLite path below a file is an InputError that names the folder."""
    (tmp_path / "fil").write_text("")
    with pytest.raises(InputError, match=r"fil/mappe"):
        open_database(f"sqlite:///{tmp_path / 'fil' / 'mappe' / 'a.db'}")


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file of something else is an InputError that names it, and is left as it was."""
    path = tmp_path / "brev.txt"
    path.write_text("Kjære deg, " * 100)
    with pytest.raises(InputError, match=r"brev\.txt"):
        open_database(f"sqlite:///{path}")
    assert path.read_text() == "Kjære deg, " * 100


def test_database_of_a_newer_program_is_refused(url: str) -> None:
    """A database with a migration that this program does not know is refused, and an upgrade asked for."""
    sessions = open_database(url)
    with sessions.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    sessions.kw["bind"].dispose()
    with pytest.raises(InputError, match="Oppgrader"):
        open_database(url)


def test_full_disk_in_a_statement_is_a_work_error(tmp_path: Path) -> None:
    """A statement that meets a full disk is a WorkError in Norwegian, and what was committed is kept."""
    sessions = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with sessions.begin() as session:
        create_project(session, "Butikk", ())
    with sessions() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        with pytest.raises(WorkError, match="disken er full"):
            create_project(session, "Stor", ("x" * 100_000,))
    with sessions() as session:
        assert [project.name for project in list_projects(session)] == ["Butikk"]


def test_full_disk_while_opening_is_a_work_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty database that finds no room for its tables is a WorkError in Norwegian."""
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "max_page_count = 3"))
    with pytest.raises(WorkError, match="disken er full"):
        open_database(f"sqlite:///{tmp_path / 'a.db'}")


def test_lock_held_too_long_is_a_work_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that waits in vain for another one gets a WorkError that says to try again."""
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "busy_timeout = 10"))
    sessions = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with sessions() as first, sessions() as second:
        create_project(first, "Butikk", ())
        with pytest.raises(WorkError, match="opptatt"):
            create_project(second, "Sykehjem", ())


def test_reading_first_does_not_spoil_a_later_write(sessions: sessionmaker[Session]) -> None:
    """A session that has read may write after another one has committed in between."""
    with sessions.begin() as slow:
        list_projects(slow)
        with sessions.begin() as quick:
            create_project(quick, "Butikk", ())
        create_project(slow, "Sykehjem", ())
    with sessions() as session:
        assert len(list_projects(session)) == 2


def test_rollback_takes_back_what_was_saved(sessions: sessionmaker[Session]) -> None:
    """Nothing of a session that ends in an error is kept."""
    with pytest.raises(RuntimeError), sessions.begin() as session:
        create_project(session, "Butikk", ())
        raise RuntimeError
    with sessions() as session:
        assert list_projects(session) == ()


def test_moment_without_time_zone_is_refused() -> None:
    """A moment without a time zone is a ValueError and is never guessed at."""
    sessions = open_database("sqlite://")
    with sessions() as session, pytest.raises(Exception, match="no time zone"):
        session.add(ProjectRow(name="Butikk", roles=[], created=now().replace(tzinfo=None)))
        session.flush()


def test_missing_value_is_refused_by_the_database(session: Session) -> None:
    """A column of the model that is not optional refuses NULL."""
    session.add(ProjectRow(name=None, roles=[]))
    with pytest.raises(IntegrityError):
        session.flush()
