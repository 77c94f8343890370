"""Progress and results in the terminal: rich where somebody looks, plain lines where a program reads."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

QUIET_SECONDS = 10.0  # between two plain progress lines
WINDOWS_SECONDS = 600.0  # the time left is told from the windows finished in so long: each may take a minute

# No markup: names of files and words of people may hold square brackets and colons.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)


class SpeedColumn(ProgressColumn):
    """How many seconds of sound are done for each second that passes."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.0f}× sanntid" if speed else "")


class SoundColumn(ProgressColumn):
    """Minutes of sound done and in all."""

    def render(self, task: Task) -> Text:
        return Text(f"{clock(task.completed)}/{clock(task.total or 0)}")


def clock(seconds: float) -> str:
    """75.2 → `1:15`; from an hour on `1:02:03`."""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}" if minutes >= 60 else f"{minutes}:{second:02}"


class TerminalReporter(AbstractContextManager["TerminalReporter"]):
    """Shows interviews done of a run, and for a recording: sound done, speed, time left. On stderr."""

    def __init__(self, interviews: int, console: Console = err) -> None:
        self.console, self.interviews, self.finished = console, interviews, 0
        self.live = console.is_terminal
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            SoundColumn(),
            SpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not self.live,
            speed_estimate_period=WINDOWS_SECONDS,
        )
        self.tasks: dict[str, object] = {}
        self.said = 0.0

    def __enter__(self) -> TerminalReporter:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def interview_started(self, name: str, kind: str) -> None:
        """A new interview; its bar comes with the first sound."""
        self.said = time.monotonic()

    def sound(self, name: str, done: float, total: float) -> None:
        """Seconds of sound done of a recording."""
        if self.live:
            self._bar(name, done, total)
        elif time.monotonic() - self.said >= QUIET_SECONDS or done >= total:
            self.said = time.monotonic()
            self.console.print(f"{name}: {clock(done)} av {clock(total)}", soft_wrap=True)

    def _bar(self, name: str, done: float, total: float) -> None:
        if name not in self.tasks:
            # What was done before counts for no speed: a recording may go on from where it was cut off.
            self.tasks[name] = self.progress.add_task(name, total=total, completed=done)  # type: ignore[arg-type]
        self.progress.update(self.tasks[name], completed=done)  # type: ignore[arg-type]

    def coding_started(self, name: str) -> None:
        """Nothing is shown of it: it takes seconds where a recording takes minutes."""

    def interview_done(self, name: str, failed: str) -> None:
        """An interview ended, well or with a reason."""
        self.finished += 1
        if name in self.tasks:
            self.progress.remove_task(self.tasks.pop(name))  # type: ignore[arg-type]
        result = f"feilet: {failed}" if failed else "ferdig"
        self.console.print(f"[{self.finished}/{self.interviews}] {name}: {result}", soft_wrap=True)


def told_of_files(done: int, total: int) -> None:
    """How many files of a folder are checked: a line that goes away where somebody looks."""
    if err.is_terminal:
        err.print(f"Kontrollert {done} av {total} filer", end="\n" if done == total else "\r", style="dim")


def fail(message: str) -> None:
    """One line on stderr for people."""
    print(f"balansekunst: {message}", file=sys.stderr)
