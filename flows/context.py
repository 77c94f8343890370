"""What a run works with: settings, sessions, the profile of models, and who is told of progress."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings, read_settings
from store.database import open_database


class Reporter(Protocol):
    """Told of progress; shows it or stays silent."""

    def interview_started(self, name: str, kind: str) -> None: ...

    def sound(self, name: str, done: float, total: float) -> None: ...

    def coding_started(self, name: str) -> None: ...

    def interview_done(self, name: str, failed: str) -> None: ...


class SilentReporter:
    """For workers and tests."""

    def interview_started(self, name: str, kind: str) -> None: ...

    def sound(self, name: str, done: float, total: float) -> None: ...

    def coding_started(self, name: str) -> None: ...

    def interview_done(self, name: str, failed: str) -> None: ...


@dataclass(frozen=True)
class Context:
    """One run's surroundings. A worker on another machine makes its own from its environment."""

    settings: Settings
    sessions: sessionmaker[Session]
    profile: str = "bundled"
    reporter: Reporter = field(default_factory=SilentReporter)


_CURRENT: ContextVar[Context | None] = ContextVar("context", default=None)


def use_context(context: Context) -> None:
    """Make this the context of the flows that run from here."""
    _CURRENT.set(context)


def current_context() -> Context:
    """The context that was set, or one from the environment."""
    context = _CURRENT.get()
    if context is None:
        settings = read_settings()
        context = Context(settings, open_database(settings.database))
        _CURRENT.set(context)
    return context
