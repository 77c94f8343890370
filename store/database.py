"""Opens the database, SQLite or PostgreSQL by URL, and brings its tables up to date.

The functions of `store` take a session and write, but never commit: `with sessions.begin() as session:` does,
for all that belongs together. Under SQLite the first write holds the only write lock until then, so no model
work belongs inside.
"""

from __future__ import annotations

import errno
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from pipeline.errors import InputError, WorkError
from store import projection
from store.tables import Numbered, ProjectionRow

BUSY_MS = 30_000  # how long a writer waits for another one before it gives up
MIGRATION_LOCK = 7_236_511  # any number that no other program locks in the same PostgreSQL database
FULL_DISK = {"SQLITE_FULL", "53100"}
UNWRITABLE = {"SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE"}
BUSY = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "55P03"}
PRAGMAS = (f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "foreign_keys = ON")
URL_HINT = "Bruk sqlite:///STI/balansekunst.db eller postgresql://BRUKER@VERT/NAVN i BALANSEKUNST_DATABASE."


def open_database(url: str) -> sessionmaker[Session]:
    """Sessions on the database at `url`, with its tables made or brought up to date.

    InputError: the URL is no URL of ours, or nothing usable answers there. WorkError: full disk, or locked
    for more than half a minute; the sessions raise it too, from any statement.
    """
    place = _parse(url)
    _make_folder(place)
    engine = _engine(place)
    try:
        _migrate(engine)
        _project(engine)
    except CommandError as error:
        engine.dispose()
        what = f"databasen er laget av en annen utgave av programmet ({error})"
        raise InputError(what, _shown(place), "Oppgrader programmet.") from error
    except DBAPIError as error:
        engine.dispose()
        cause = str(error.orig).strip().splitlines()[0]
        raise InputError(f"databasen kan ikke åpnes ({cause})", _shown(place), URL_HINT) from error
    return sessionmaker(engine)


def insert_once(session: Session, table: type[Numbered], **values: Any) -> int | None:
    """The new row's id, or None where a unique constraint says that it is there already, whoever wrote it."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return session.scalar(insert(table).values(**values).on_conflict_do_nothing().returning(table.id))


def _parse(url: str) -> URL:
    try:
        place = make_url(url)
    except ArgumentError:
        raise InputError("dette er ingen databaseadresse", _without_password(url), URL_HINT) from None
    if place.drivername in ("postgres", "postgresql"):
        place = place.set(drivername="postgresql+psycopg")
    if place.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise InputError(f"databasetypen {place.drivername} støttes ikke", _shown(place), URL_HINT)
    return place


def _make_folder(place: URL) -> None:
    if _in_memory(place) or place.get_backend_name() != "sqlite":
        return
    folder = Path(str(place.database)).parent
    try:
        # Interviews are personal data: a folder made here is its owner's alone.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full_disk(str(folder)) from error
        what = f"mappen til databasen kan ikke lages ({error.strerror})"
        raise InputError(what, str(folder), "Velg en mappe du kan skrive i.") from error


def _engine(place: URL) -> Engine:
    options: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False, allow_nan=False)}
    # A connection that was lost while nobody used it is replaced before anybody notices.
    options["pool_pre_ping"] = place.get_backend_name() != "sqlite"
    if _in_memory(place):
        # One connection for all threads, since a second connection would be a second, empty database.
        options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    try:
        engine = create_engine(place, **options)
    except ModuleNotFoundError as error:
        raise InputError(
            f"PostgreSQL trenger pakken {error.name}", _shown(place), "Kjør pip install 'psycopg[binary]'."
        ) from error
    if place.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "handle_error", partial(_raise_work_error, place))
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
        connection.rollback()
        _lock(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _project(engine: Engine) -> None:
    """Makes the projection anew where it was made by other rules: by another program, or never."""
    with engine.connect() as connection:
        if _projected(connection) == projection.VERSION:
            return
        connection.rollback()
        _lock(connection)
        if _projected(connection) != projection.VERSION:
            with Session(connection, join_transaction_mode="conditional_savepoint") as session:
                projection.rebuild_all(session)
                session.merge(ProjectionRow(name=projection.NAME, version=projection.VERSION))
                session.commit()
        connection.commit()


def _projected(connection: Connection) -> int | None:
    return connection.scalar(select(ProjectionRow.version).where(ProjectionRow.name == projection.NAME))


def _lock(connection: Connection) -> None:
    """Two processes that open an empty database at once must not both make its tables."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")


def _raise_work_error(place: URL, context: ExceptionContext) -> None:
    """Turns a full disk, an endless wait or a lost connection into words for people, in whichever statement it is."""
    known = _work_error(context.original_exception, place)
    if context.is_disconnect:
        known = WorkError("forbindelsen til databasen ble brutt", _shown(place), "Se til at den går, og kjør på nytt.")
    if known:
        raise known from context.original_exception


def _work_error(error: BaseException, place: URL) -> WorkError | None:
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if code in FULL_DISK:
        return full_disk(_shown(place))
    if code in BUSY:
        return WorkError("databasen er opptatt av noen andre", _shown(place), "Vent litt og kjør på nytt.")
    if code in UNWRITABLE:  # a quota, or a disk that gives up
        return WorkError("databasen kan ikke skrives", _shown(place), "Se til disken og kvoten, og kjør på nytt.")
    return None


def full_disk(which: str) -> WorkError:
    """The error for a disk without room, the same wherever it is met."""
    return WorkError("disken er full", which, "Frigjør plass og kjør på nytt; det som er gjort, er bevart.")


def _in_memory(place: URL) -> bool:
    return place.get_backend_name() == "sqlite" and place.database in (None, "", ":memory:")


def _shown(place: URL) -> str:
    return place.render_as_string(hide_password=True)


def _without_password(url: str) -> str:
    return re.sub(r":[^:@/]*@", ":***@", url)
