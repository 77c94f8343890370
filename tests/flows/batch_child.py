"""A batch in a process of its own, on fake models, killed wherever it is told to. The test starts it as a program.

`python batch_child.py HOME KILLS` runs the same twelve interviews twice: in HOME/whole without a fault, and in
HOME/killed as often as it takes, killed at KILLS points that lie evenly over what the first one did. On stdout it says
as JSON where it was killed, and what both exports are. Processes are forked, so that the imports are paid for once.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_models import FakeModels
from flow_project import NAME, FlowProject
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

import flows.project as flow
from balansekunst.export import to_json
from balansekunst.settings import Settings
from flows.context import Context, SilentReporter, use_context
from flows.steps import unfinished
from pipeline.transcribe import Window
from store.database import open_database
from store.decisions import Choice, decide, history
from store.interviews import interview_named
from store.projects import project_named
from store.results import latest_coding

WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")
SOUNDS, TEXTS = 4, 8
RUNS = 4  # more are never needed for what people decided meanwhile
FAKES = FakeModels()
# Who decides what, as soon as this many interviews are coded: the phrase is the first of that interview.
DECISIONS = {3: ("lyd-0", Choice("reject", "Kari")), 7: ("tekst-0", Choice("relabel", "Ola", "trait"))}


@dataclass
class Points(SilentReporter):
    """Every place where a run may be killed: its name is told once a run, and one of them is the end of it."""

    told: Callable[[str], None]
    done: Callable[[], None] = lambda: None
    interview: str = "run"
    written: str = "nothing"
    seen: set[str] = field(default_factory=set)

    def at(self, what: str) -> None:
        place = f"{self.interview}: {what}"
        if place not in self.seen:
            self.seen.add(place)
            self.told(place)

    def watch(self, engine: Engine, fakes: FakeModels) -> None:
        """What is written and committed, what is heard, and where steps begin and end."""
        for name in ("commit", "after_cursor_execute"):
            event.listen(engine, name, getattr(self, name))
        event.listen(Session, "after_commit", lambda _: self.at(f"committed {self.written}"))
        recogniser = fakes.made["load_speech"]
        recogniser.hear = self.heard(recogniser.hear)
        for step in ("transcribe", "code", "gather"):
            setattr(flow, step, self.around(step, getattr(flow, step).fn))

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def with_points(*given: Any, **named: Any) -> Any:
            if name == "gather":
                self.interview = "all"
            self.at(f"before {name}")
            result = call(*given, **named)
            self.at(f"after {name}")
            return result

        return with_points

    def heard(self, hear: Callable[..., Any]) -> Callable[..., Any]:
        def with_points(samples: Any, window: Window, **options: Any) -> Any:
            self.at(f"window from {window.span[0]}")
            return hear(samples, window, **options)

        return with_points

    def commit(self, *_: object) -> None:
        self.at(f"to be committed {self.written}")

    def after_cursor_execute(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if write := WRITES.match(statement):
            self.written = f"{write[1]} {write[2]}".lower()
            self.at(self.written)

    def interview_started(self, name: str, kind: str) -> None:
        self.interview = name

    def interview_done(self, name: str, failed: str) -> None:
        self.at("done")
        self.done()


def context_in(home: Path) -> Context:
    settings = Settings(home, f"sqlite:///{home / 'batch.db'}", str(home / "recordings"))
    return Context(settings, open_database(settings.database))


def fill(home: Path) -> None:
    """A project of recordings and transcripts that waits for its run."""
    home.mkdir()
    project = FlowProject(context_in(home), FAKES, home, flow.run_project.fn)
    for number in range(SOUNDS):
        project.add_sound(f"lyd-{number}")
    for number in range(TEXTS):
        project.add_text(f"tekst-{number}", f"Jeg hjelper kunde {number}. Jeg rydder hylle {number}. Jeg teller kassa.")


def run(home: Path, told: Callable[[str], None], person: bool = False) -> None:
    """One run with its points; with a person beside it who decides meanwhile."""
    context = context_in(home)
    points = Points(told, lambda: decide_meanwhile(home) if person else None)
    points.watch(context.sessions.kw["bind"], FAKES)
    use_context(Context(context.settings, context.sessions, reporter=points))
    flow.run_project.fn(NAME)


def decide_meanwhile(home: Path) -> None:
    """What people have to decide by now, and have not."""
    with context_in(home).sessions.begin() as session:
        project = project_named(session, NAME).id
        names = [f"lyd-{number}" for number in range(SOUNDS)] + [f"tekst-{number}" for number in range(TEXTS)]
        coded = sum(latest_coding(session, interview_named(session, project, name).id) is not None for name in names)
        decided = {decision.phrase.interview for decision in history(session, project)}
        for number, (name, choice) in DECISIONS.items():
            if coded >= number and name not in decided:
                coding = latest_coding(session, interview_named(session, project, name).id)
                assert coding
                decide(session, project, coding.suggestions[0].phrase, choice)


def run_until_done(home: Path, told: Callable[[str], None]) -> None:
    """Runs, of which the second codes anew by what people decided during the first."""
    for _ in range(RUNS):
        assert forked(lambda: run(home, told, person=True)) == 0
        context = context_in(home)
        with context.sessions.begin() as session:
            project = project_named(session, NAME).id
        left = unfinished(context, project)
        context.sessions.kw["bind"].dispose()
        if not left:
            return
    raise AssertionError(f"{left} is never done")


def forked(work: Callable[[], None]) -> int:
    """Does the work in a process of its own; the signal that ended it, or 0."""
    process = os.fork()
    if not process:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - this process ends here, whatever it was
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, ended = os.waitpid(process, 0)
    assert os.WIFSIGNALED(ended) or os.WEXITSTATUS(ended) == 0, "the batch failed; its traceback is above"
    return os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 0


def written_by(path: Path) -> Callable[[str], None]:
    """Writes a place down, on the disk before anything else happens."""

    def told(place: str) -> None:
        with path.open("a", encoding="utf-8") as lines:
            lines.write(place + "\n")

    return told


def dies_at(place: str) -> Callable[[str], None]:
    def told(here: str) -> None:
        if here == place:
            os.kill(os.getpid(), signal.SIGKILL)

    return told


def places_of(home: Path, number: int) -> list[str]:
    """So many of the places that the whole run came by, evenly from its first to its last."""
    places = list(dict.fromkeys((home / "places").read_text(encoding="utf-8").splitlines()))
    return [places[round(i * (len(places) - 1) / (number - 1))] for i in range(number)]


def export(home: Path) -> str:
    with context_in(home).sessions.begin() as session:
        return "".join(to_json(session, project_named(session, NAME)))


def main(home: Path, kills: int) -> None:
    FAKES.install(pytest.MonkeyPatch())
    whole, killed = home / "whole", home / "killed"
    for folder in (whole, killed):
        forked(lambda folder=folder: fill(folder))
    run_until_done(whole, written_by(whole / "places"))
    died = []
    for place in places_of(whole, kills):
        if forked(lambda place=place: run(killed, dies_at(place))) == signal.SIGKILL:
            died.append(place)
        forked(lambda: decide_meanwhile(killed))
    run_until_done(killed, lambda _: None)
    print(json.dumps({"died": died, "whole": export(whole), "killed": export(killed)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
