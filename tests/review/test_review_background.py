from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from balansekunst.settings import Settings
from review.background import RUN, BackgroundWork

# Says who it is, and goes on until the file that its project is named after is there.
WAITS = """
import os, sys, time
from pathlib import Path
own_session = os.getsid(0) == os.getpid()
print("startet", sys.argv[1], os.environ["BALANSEKUNST_DATABASE"], own_session, file=sys.stderr, flush=True)
print("dette er resultatet")
while not Path(os.environ["BALANSEKUNST_HOME"], "slutt").exists():
    time.sleep(0.01)
print("ferdig", file=sys.stderr)
"""


@pytest.fixture
def work(settings: Settings) -> BackgroundWork:
    return BackgroundWork(settings, (sys.executable, "-c", WAITS))


def end(settings: Settings) -> None:
    (settings.home / "slutt").touch()


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns when it holds; fails after ten seconds."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_run_is_started_and_told_of(work: BackgroundWork, settings: Settings) -> None:
    """A run gets the project's name and the server's database, in a session of its own, and is told of till it ends."""
    assert not work.is_running("Butikk")
    assert work.start("Butikk")
    wait_until(lambda: work.last_lines("Butikk") == (f"startet Butikk {settings.database} True",))
    assert work.is_running("Butikk")
    end(settings)
    wait_until(lambda: not work.is_running("Butikk"))
    assert work.last_lines("Butikk", 1) == ("ferdig",)


def test_second_run_of_a_project_is_refused(work: BackgroundWork, settings: Settings) -> None:
    """While a project runs it is not started again, by another server neither; another project is."""
    other = BackgroundWork(settings, work.command)
    assert [work.start("Butikk"), work.start("Butikk"), other.start("Butikk"), other.start("Skole")] == [
        True, False, False, True,
    ]  # fmt: skip
    end(settings)
    wait_until(lambda: not work.is_running("Butikk") and not work.is_running("Skole"))
    assert work.start("Butikk")


def test_run_that_was_asked_for_follows_the_one_that_goes_on(settings: Settings) -> None:
    """What is added while a run goes on gets a run of its own when that is over, once however often it was asked."""
    counting = f"print(end='.', file=open({str(settings.home / 'runs.txt')!r}, 'a'))" + WAITS
    counted = BackgroundWork(settings, (sys.executable, "-c", counting))
    for _ in range(3):
        counted.ask_for("Butikk")
    wait_until((settings.home / "runs.txt").exists)
    end(settings)
    wait_until(lambda: (settings.home / "runs.txt").read_text() == "..")
    wait_until(lambda: not counted.is_running("Butikk"))
    assert (settings.home / "runs.txt").read_text() == ".."


def test_run_outlives_its_server(settings: Settings) -> None:
    """When the server that started it is killed the run goes on, and the next server knows of it."""
    server = f"""
import os, signal
from pathlib import Path
from balansekunst.settings import Settings
from review.background import BackgroundWork
settings = Settings(Path({str(settings.home)!r}), {settings.database!r}, "")
BackgroundWork(settings, {(sys.executable, "-c", WAITS)!r}).start("Butikk")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", server], check=False)
    assert BackgroundWork(settings).is_running("Butikk")
    end(settings)
    wait_until(lambda: not BackgroundWork(settings).is_running("Butikk"))


def test_asking_does_not_stand_in_the_way(work: BackgroundWork, settings: Settings) -> None:
    """A project that was asked about can be started right after."""
    end(settings)
    work.start("Butikk")
    wait_until(lambda: not work.is_running("Butikk"))
    assert [work.is_running("Butikk"), work.start("Butikk")] == [False, True]


def test_log_holds_the_last_run_and_is_private(work: BackgroundWork, settings: Settings) -> None:
    """The log begins anew with each run, holds stderr only, and only its owner may read it."""
    end(settings)
    for _run in range(2):
        assert work.start("Butikk")
        wait_until(lambda: not work.is_running("Butikk"))
    assert len(work.last_lines("Butikk", 100)) == 2
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (settings.home / "runs").iterdir()}
    assert modes == {0o600}


def test_long_log_is_read_from_its_end(work: BackgroundWork, settings: Settings) -> None:
    """Of a long log only the last lines are read."""
    talkative = BackgroundWork(settings, (sys.executable, "-c", "import sys; sys.stderr.write('linje\\n' * 100_000)"))
    talkative.start("Butikk")
    wait_until(lambda: not talkative.is_running("Butikk"))
    assert talkative.last_lines("Butikk", 3) == ("linje",) * 3


def test_nothing_is_known_of_a_project_that_never_ran(work: BackgroundWork, settings: Settings) -> None:
    """A project that was never run does not run, has no lines, and leaves no file; its name may be anything."""
    assert (work.is_running("a/../b"), work.last_lines("a/../b")) == (False, ())
    assert not (settings.home / "runs").exists()


def test_command_that_is_not_there_leaves_nothing_running(settings: Settings, tmp_path: Path) -> None:
    """Where the command cannot be started the error comes through, and the project is free."""
    work = BackgroundWork(settings, (str(tmp_path / "finnes-ikke"),))
    with pytest.raises(FileNotFoundError):
        work.start("Butikk")
    assert not work.is_running("Butikk")


def test_usual_command_is_there() -> None:
    """What is started outside of tests is this program's own command."""
    answer = subprocess.run([*RUN, "--help"], capture_output=True, check=True, env=os.environ | {"COLUMNS": "80"})
    assert b"balansekunst run" in answer.stdout
