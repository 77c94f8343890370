"""A run's signs of life in the store, so that a page may follow a run that was started anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from sqlalchemy.orm import Session, sessionmaker

from flows.context import Reporter
from pipeline.errors import WorkError
from store.interviews import find_interview
from store.progress import CODING, LISTENING, STARTING, clear, report

PAUSE = 1.0  # seconds between two signs of the same interview


class StoreReporter(AbstractContextManager["StoreReporter"]):
    """Writes how far a project's interviews have come, no more than once a second each, and clears up behind itself.

    A sign that cannot be written, as where the database is busy or the disk full, is left out: the work goes on.
    """

    def __init__(
        self, sessions: sessionmaker[Session], project_id: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sessions, self.project_id, self.clock = sessions, project_id, clock
        self.said: dict[str, float] = {}  # by the name of an interview under way

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in tuple(self.said):
            self.interview_done(name, "")

    def interview_started(self, name: str, kind: str) -> None:
        """A new interview."""
        self._report(name, STARTING, 0.0, 0.0)

    def sound(self, name: str, done: float, total: float) -> None:
        """Seconds of sound done of a recording; the last ones are always said."""
        if done >= total or self.clock() - self.said.get(name, -PAUSE) >= PAUSE:
            self._report(name, LISTENING, done, total)

    def coding_started(self, name: str) -> None:
        """The interview is text by now, and its phrases are looked for."""
        self._report(name, CODING, 0.0, 0.0)

    def interview_done(self, name: str, failed: str) -> None:
        """An interview ended, well or with a reason: there is nothing to follow any more."""
        self.said.pop(name, None)
        self._write(name, clear)

    def _report(self, name: str, stage: str, done: float, total: float) -> None:
        self.said[name] = self.clock()
        self._write(name, lambda session, interview_id: report(session, interview_id, stage, done, total))

    def _write(self, name: str, write: Callable[[Session, int], None]) -> None:
        try:
            with self.sessions.begin() as session:
                interview = find_interview(session, self.project_id, name)
                if interview:
                    write(session, interview.id)
        except WorkError:
            pass


class Both:
    """Tells one reporter, then another."""

    def __init__(self, first: Reporter, second: Reporter) -> None:
        self.all = (first, second)

    def interview_started(self, name: str, kind: str) -> None:
        for one in self.all:
            one.interview_started(name, kind)

    def sound(self, name: str, done: float, total: float) -> None:
        for one in self.all:
            one.sound(name, done, total)

    def coding_started(self, name: str) -> None:
        for one in self.all:
            one.coding_started(name)

    def interview_done(self, name: str, failed: str) -> None:
        for one in self.all:
            one.interview_done(name, failed)
