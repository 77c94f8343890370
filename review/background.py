"""Runs a project beside the web server: a process of its own, which goes on when the server stops."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from balansekunst.settings import Settings

RUN = (sys.executable, "-m", "balansekunst", "run")
GENTLE = 10  # niceness: pages come before background work
TAIL = 8192  # bytes of a log that may hold its last lines
TRIES, PAUSE = 5, 0.02  # somebody who only asks holds the lock for no longer than this, in seconds


@dataclass(frozen=True)
class BackgroundWork:
    """Starts `command PROJECT`. A lock in the settings' home tells that one runs: it goes when the process does."""

    settings: Settings
    command: tuple[str, ...] = RUN

    def ask_for(self, project: str) -> None:
        """Starts a run, or another when the one that goes on is over: it may be past taking in what is new."""
        self._asked(project).touch()
        self.start(project)

    def start(self, project: str) -> bool:
        """Starts a run of the project, unless one goes on; whether it was started."""
        with self._lock_file(project) as lock:
            if not _take(lock):
                return False
            self._asked(project).unlink(missing_ok=True)
            with _private(self._path(project, "log"), os.O_TRUNC) as log:
                process = subprocess.Popen(
                    [*self.command, project],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    env=os.environ | self._environment(),
                    start_new_session=True,
                    pass_fds=(lock,),  # the lock is the child's from here on
                )
        with suppress(ProcessLookupError):  # it was quick
            os.setpriority(os.PRIO_PROCESS, process.pid, GENTLE)
        threading.Thread(target=self._follow, args=(process, project), daemon=True).start()
        return True

    def is_running(self, project: str) -> bool:
        """Whether a run of the project that was started here goes on, by this server or an earlier one."""
        if not self._path(project, "lock").exists():
            return False
        with self._lock_file(project) as lock:
            return not _free(lock)

    def last_lines(self, project: str, number: int = 10) -> tuple[str, ...]:
        """The end of what the last run wrote on stderr: progress and problems, never words of an interview."""
        path = self._path(project, "log")
        if not path.exists():
            return ()
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - TAIL))
            return tuple(log.read().decode(errors="replace").splitlines()[-number:])

    def _follow(self, process: subprocess.Popen[bytes], project: str) -> None:
        """Waits, or the process would stay as a zombie."""
        process.wait()
        if self._asked(project).exists():
            self.start(project)

    def _asked(self, project: str) -> Path:
        """A file that is there while somebody has asked for a run that has not begun."""
        path = self._path(project, "asked")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def _environment(self) -> dict[str, str]:
        here = self.settings
        return {
            "BALANSEKUNST_HOME": str(here.home),
            "BALANSEKUNST_DATABASE": here.database,
            "BALANSEKUNST_RECORDINGS": here.recordings,
        }

    def _path(self, project: str, kind: str) -> Path:
        """A project's name may hold what a file's name may not."""
        name = hashlib.sha256(f"{self.settings.database}\n{project}".encode()).hexdigest()[:16]
        return self.settings.home / "runs" / f"{name}.{kind}"

    @contextmanager
    def _lock_file(self, project: str) -> Iterator[int]:
        path = self._path(project, "lock")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _private(path) as lock:
            yield lock


@contextmanager
def _private(path: Path, flags: int = 0) -> Iterator[int]:
    """The file, made where it was missing, for its owner alone."""
    opened = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)
    try:
        yield opened
    finally:
        os.close(opened)


def _take(lock: int) -> bool:
    for _ in range(TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE)
        else:
            return True
    return False


def _free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
