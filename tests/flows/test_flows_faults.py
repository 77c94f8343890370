"""What else may happen to a batch: a lost database, a full disk, a bad recording, a step that hangs, another clock."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from fake_models import FakeRecogniser
from flow_project import NAME, FlowProject
from sqlalchemy import event

from balansekunst.export import to_json
from balansekunst.settings import STARTING, Settings, read_settings
from flows.context import Context, SilentReporter, use_context
from flows.limits import TimeLimit, within
from flows.steps import unfinished
from pipeline.errors import InputError, WorkError
from store import tables
from store.database import open_database
from store.decisions import Choice, decide, history
from store.progress import ALIVE, progress_of, report
from store.projects import project_named
from store.results import latest_coding

TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")
TEXTS = ("anne", "berit", "kari")
LOST = "forbindelsen til databasen ble brutt"
RUNS = 6  # more are never needed after a fault is over
WHOLE: list[str] = []  # the export of an undisturbed run, made once for all tests


def fill(project: FlowProject) -> None:
    """Three transcripts and a recording, the first coded, with a decision that must not be lost."""
    project.add_text(TEXTS[0])
    project.run()
    with project.context.sessions.begin() as session:
        coding = latest_coding(session, 1)
        assert coding is not None
        decide(session, project.id, coding.suggestions[0].phrase, Choice("reject", "Kari"))
    for name in TEXTS[1:]:
        project.add_text(name)
    project.add_sound("lyd")


def export(project: FlowProject) -> str:
    with project.context.sessions.begin() as session:
        return TIMES.sub("", "".join(to_json(session, project_named(session, NAME))))


def run_until_done(project: FlowProject) -> str:
    """The export after as many runs as it takes; a run that stops with a reason is started again."""
    for _ in range(RUNS):
        try:
            project.run()
        except WorkError:
            continue
        if not unfinished(project.context, project.id):
            break
    assert {state.state for state in project.states().values()} == {"coded"}
    with project.context.sessions.begin() as session:
        assert [decision.choice.person for decision in history(session, project.id)] == ["Kari"]
    return export(project)


class Disconnecting:
    """Closes the connection under the n-th statement, once."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, connection: Any, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            connection.connection.dbapi_connection.close()


@pytest.fixture
def tried_again(monkeypatch: pytest.MonkeyPatch, project: FlowProject) -> None:
    """Steps are tried three times, as Prefect does with faults that may pass."""
    import flows.project as flow

    def thrice(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def tried(given: Any) -> Any:
            for _ in flow.RETRY_SECONDS:
                with suppress(WorkError):
                    return step(given)
            return step(given)

        return tried

    for name in ("transcribe", "code", "gather"):
        monkeypatch.setattr(flow, name, thrice(getattr(flow, name)))


@pytest.mark.usefixtures("tried_again")
@pytest.mark.parametrize("statement", [1, 8, 25, 41, 60, 75, 90, 110, 130])
def test_lost_connection_costs_nothing(project: FlowProject, statement: int, whole: str) -> None:
    """Wherever the database goes away, the work goes on, and the export is that of an undisturbed run."""
    fill(project)
    lost = Disconnecting(statement)
    event.listen(project.context.sessions.kw["bind"], "before_cursor_execute", lost)
    assert run_until_done(project) == whole
    assert lost.left <= 0


def test_lost_connection_is_told_of(project: FlowProject) -> None:
    """A lost connection is a fault that may pass, with what to do, not a fault of the program."""
    event.listen(project.context.sessions.kw["bind"], "before_cursor_execute", Disconnecting(1))
    with pytest.raises(WorkError, match=LOST):
        project.run()
    assert project.run().failed == {}


@pytest.fixture
def whole(tmp_path_factory: pytest.TempPathFactory, project: FlowProject) -> str:
    """The export of a batch that nothing happened to, beside the project that something happens to."""
    if WHOLE:
        return WHOLE[0]
    folder = tmp_path_factory.mktemp("whole")
    settings = Settings(folder, f"sqlite:///{folder / 'whole.db'}", str(folder / "recordings"))
    undisturbed = FlowProject(Context(settings, open_database(settings.database)), project.fakes, folder, project.flow)
    use_context(undisturbed.context)
    fill(undisturbed)
    WHOLE.append(run_until_done(undisturbed))
    undisturbed.context.sessions.kw["bind"].dispose()
    use_context(project.context)
    return WHOLE[0]


@contextmanager
def full_disk(project: FlowProject, pages: int) -> Iterator[None]:
    """The database may grow by so many pages and no more."""
    engine = project.context.sessions.kw["bind"]

    def limit(connection: Any, *_: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {size + pages}")

    with engine.connect() as connection:
        size = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    event.listen(engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(engine, "begin", limit)
        engine.dispose()


@pytest.mark.parametrize("pages", [0, 1, 2])
def test_full_disk_costs_nothing(project: FlowProject, pages: int, whole: str) -> None:
    """A run on a full disk says so and keeps what was done; with room again it goes on."""
    fill(project)
    with full_disk(project, pages):
        try:
            told = "".join(project.run().failed.values())
        except WorkError as error:
            told = str(error)
    assert "disken er full" in told
    assert "Frigjør plass og kjør på nytt" in told
    assert run_until_done(project) == whole


def test_one_bad_recording_in_ten(project: FlowProject) -> None:
    """A recording that was spoilt after it was added fails alone with its reason, and is done when it is back."""
    interviews = [project.add_sound(f"lyd-{number}") for number in range(10)]
    (path,) = Path(project.context.settings.recordings).rglob(f"{interviews[4].sha256}*")
    sound = path.read_bytes()
    path.write_bytes(sound[:5000])
    summary = project.run()
    assert list(summary.failed) == ["lyd-4"]
    assert len(summary.done) == 9
    assert project.states()["lyd-4"].next == "Hent filen fra en sikkerhetskopi."
    path.write_bytes(sound)
    assert project.run().done == ("lyd-4",)


class Hanging(FakeRecogniser):
    """Never comes back from its first window, until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def hear(self, *about: Any, **options: Any) -> Any:
        self.let_go.wait(60)
        return super().hear(*about, **options)


def test_hung_step_fails_alone(project: FlowProject, monkeypatch: pytest.MonkeyPatch, whole: str) -> None:
    """A recording on which the recogniser hangs fails with what to do; the rest is done, and later that one too."""
    fill(project)
    hanging = project.fakes.made["load_speech"] = Hanging()
    with monkeypatch.context() as patch:
        patch.setattr(Settings, "seconds_for", lambda *_: 2.0)
        summary = project.run()
    assert list(summary.failed) == ["lyd"]
    assert {name: state.state for name, state in project.states().items()} == {
        **dict.fromkeys(TEXTS, "coded"),
        "lyd": "failed",
    }
    assert project.states()["lyd"].what == "ble ikke ferdig på 1 minutter"
    assert "BALANSEKUNST_TIME_LIMIT" in project.states()["lyd"].next
    hanging.let_go.set()  # not before: what hung goes on, and saves the transcript after all
    project.fakes.made["load_speech"] = FakeRecogniser()
    assert run_until_done(project) == whole


def test_recogniser_that_hangs_is_loaded_anew(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a time limit the next recording gets a recogniser of its own, not one that is busy for ever."""
    dropped: list[bool] = []
    monkeypatch.setattr("flows.project.drop_speech", lambda: dropped.append(True))
    monkeypatch.setattr(Settings, "seconds_for", lambda *_: 2.0)
    hanging = project.fakes.made["load_speech"] = Hanging()
    project.add_sound("lyd")
    project.run()
    hanging.let_go.set()
    assert dropped == [True]


def test_within_gives_results_and_errors() -> None:
    """What is done in time gives what it gives, and raises what it raises, a time-out of its own among them."""
    assert within(10.0, lambda one, two: one + two, 1, two=2) == 3
    with pytest.raises(ZeroDivisionError):
        within(10.0, lambda: 1 / 0)

    def waits_in_vain() -> None:
        raise TimeoutError("slow")

    with pytest.raises(TimeoutError, match="slow"):
        within(10.0, waits_in_vain)


def test_time_limit_is_no_fault_that_may_pass() -> None:
    """What took too long is not tried again at once: that could hold the batch up three times as long."""
    with pytest.raises(TimeLimit) as error:
        within(0.01, threading.Event().wait, 5)
    assert not isinstance(error.value, (WorkError, ConnectionError, TimeoutError))


def test_limit_goes_by_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty minutes, and twice the recording's length unless somebody set another number."""
    assert read_settings().seconds_for(0) == STARTING == 1200
    assert read_settings().seconds_for(5400) == STARTING + 10800
    monkeypatch.setenv("BALANSEKUNST_TIME_LIMIT", "0,5")
    assert read_settings().seconds_for(5400) == STARTING + 2700


@pytest.mark.parametrize("written", ["mye", "0", "-1", "nan", "inf"])
def test_odd_limit_is_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    """A limit that is no positive number is bad input that names the variable."""
    monkeypatch.setenv("BALANSEKUNST_TIME_LIMIT", written)
    with pytest.raises(InputError, match="BALANSEKUNST_TIME_LIMIT"):
        read_settings()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Sets the clock that rows are dated by off from the machine's."""
    off = [timedelta()]

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz or UTC) + off[0]

    monkeypatch.setattr(tables, "datetime", Clock)
    return lambda by: off.__setitem__(0, by)


@pytest.mark.parametrize("hours", [-26, -1, 1, 26])
def test_moved_clock_changes_nothing(
    project: FlowProject, set_clock: Callable[[timedelta], None], hours: int, whole: str
) -> None:
    """A clock that is moved before the second interview of a run is over makes no difference to the export."""

    class Moving(SilentReporter):
        def coding_started(self, name: str) -> None:
            if name == TEXTS[1]:
                set_clock(timedelta(hours=hours))

    fill(project)
    use_context(replace(project.context, reporter=Moving()))
    assert run_until_done(project) == whole


@pytest.mark.parametrize("hours", [-1, 1])
def test_solved_problem_is_solved_by_any_clock(
    project: FlowProject, set_clock: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """What failed before the clock was set back and has succeeded since is not told of as failed."""
    project.add_text("kari")
    with monkeypatch.context() as patch:
        patch.setattr("flows.steps.code", lambda *_: 1 / 0)
        project.run()
    set_clock(timedelta(hours=hours))
    project.run()
    assert (project.states()["kari"].state, project.states()["kari"].what) == ("coded", "")


def test_problem_is_solved_where_all_was_saved_after_all(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answer to the last save was lost, the next run finds everything there and says so."""
    project.add_text("kari")

    def saved_but_lost(*given: Any) -> None:
        coding_step(*given)
        raise WorkError(LOST, "x", "Kjør på nytt.")

    import flows.project as flow

    coding_step = flow.coding_step
    with monkeypatch.context() as patch:
        patch.setattr(flow, "coding_step", saved_but_lost)
        project.run()
    assert project.states()["kari"].state == "failed"
    project.run()
    assert project.states()["kari"].state == "coded"
    assert unfinished(project.context, project.id) == []


def test_sign_from_before_the_clock_was_set_back_is_old(
    project: FlowProject, set_clock: Callable[[timedelta], None]
) -> None:
    """A run that was cut off before the clock was set back is not told of as going on for as long."""
    interview = project.add_text("kari")
    set_clock(2 * ALIVE)
    with project.context.sessions.begin() as session:
        report(session, interview.id, "coding", 0, 0)
        assert progress_of(session, project.id)
    set_clock(timedelta())
    with project.context.sessions.begin() as session:
        assert progress_of(session, project.id) == {}
