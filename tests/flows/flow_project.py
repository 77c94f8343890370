"""A project to run flows on."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fake_models import FakeModels

from flows.context import Context
from flows.steps import RunSummary
from store.interviews import AUDIO, TRANSCRIPT, Interview, InterviewState, Source, add_interview, interview_states
from store.projects import create_project, find_project
from store.recordings import save

NAME = "Butikk"
RATE = 16_000


@dataclass
class FlowProject:
    """Adds interviews, runs the flow, and tells how each interview stands."""

    context: Context
    fakes: FakeModels
    folder: Path
    flow: Callable[[str], RunSummary]

    def __post_init__(self) -> None:
        with self.context.sessions.begin() as session:
            self.id = create_project(session, NAME, ("butikksjef",)).id

    def add_text(self, name: str, answer: str = "", role: str = "") -> Interview:
        """An interview that is text already; each has words of its own."""
        path = self.folder / f"{name}.txt"
        path.write_text(
            f"I: Hva gjør du?\nR: {answer or f'Jeg hjelper {name}. Jeg rydder lageret.'}\n", encoding="utf-8"
        )
        return self._add(path, TRANSCRIPT, role)

    def add_sound(self, name: str, loud: bool = True) -> Interview:
        """Twelve seconds of a recording: a tone of its own, or silence."""
        path = self.folder / f"{name}.wav"
        pitch = 200 + len(list(self.folder.glob("*.wav")))
        sound = np.sin(2 * np.pi * pitch * np.arange(12 * RATE) / RATE) * (9000 if loud else 0)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(sound.astype("<i2").tobytes())
        return self._add(path, AUDIO, "")

    def _add(self, path: Path, kind: str, role: str) -> Interview:
        sha256 = save(path, self.context.settings.recordings)
        source = Source(path.stem, kind, sha256, path.suffix, role=role)
        with self.context.sessions.begin() as session:
            return add_interview(session, self.id, source).interview

    def run(self) -> RunSummary:
        return self.flow(NAME)

    def states(self) -> dict[str, InterviewState]:
        with self.context.sessions.begin() as session:
            known = find_project(session, NAME)
            assert known is not None
            return {state.name: state for state in interview_states(session, known.id)}
