"""Runs the command line, and makes the files that it is fed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from balansekunst.main import main

RATE = 16_000
SECRET = "hemmeligord"  # stands in every transcript that is handed in, and must not be told in any message


@dataclass(frozen=True)
class Result:
    """How a command ended. `errors` are the lines on stderr that the program says something is wrong with."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("balansekunst: ")]

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Terminal:
    """Runs `balansekunst ARGUMENTS` in this process."""

    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]
    folder: Path

    def __call__(self, *arguments: object) -> Result:
        self.monkeypatch.setattr(sys, "argv", ["balansekunst", *map(str, arguments)])
        self.capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capfd.readouterr()
        return Result(int(ended.value.code or 0), out, err)

    def project(self, *files: Path, name: str = "Butikk") -> str:
        """A project with these files in it."""
        assert self("project", "new", name, "--role", "butikksjef").code == 0
        if files:
            assert self("add", name, *files).code == 0
        return name


def assert_one_line(result: Result, code: int, *parts: object) -> None:
    """One line that says what, which and what next, and nothing else on stderr."""
    assert result.code == code, result.err
    assert "Traceback" not in result.err
    assert SECRET not in result.err + result.out
    assert len(result.err.splitlines()) == 1, result.err
    line = result.err.strip()
    assert line.startswith("balansekunst: ")
    assert line.endswith(".")
    for part in parts:
        assert str(part) in line


def tone(seconds: float = 12.0, pitch: float = 220.0) -> np.ndarray:
    """A sound that is no silence, [n] float32."""
    return (0.3 * np.sin(2 * np.pi * pitch * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def write_sound(path: Path, sound: np.ndarray, codec: str = "pcm_s16le", picture: bool = False) -> Path:
    """Mono [n] or two channels [2, n], with moving pictures beside them where asked for."""
    channels = np.atleast_2d(sound)
    layout = "stereo" if len(channels) == 2 else "mono"
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=RATE, layout=layout)
        if picture:
            _write_pictures(file)
        interleaved = np.ascontiguousarray((channels * 32767).astype(np.int16).T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="s16", layout=layout)
        frame.rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return path


def write_silent_film(path: Path) -> Path:
    """Moving pictures without an audio track."""
    with av.open(str(path), "w") as file:
        _write_pictures(file)
    return path


def _write_pictures(file: av.container.OutputContainer) -> None:
    film = file.add_stream("mpeg4", rate=10)
    film.width, film.height, film.pix_fmt = 64, 64, "yuv420p"
    for _ in range(10):
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        for packet in film.encode(frame):
            file.mux(packet)
    for packet in film.encode(None):
        file.mux(packet)


def write_interview(path: Path, *answers: str) -> Path:
    """A transcript in the form that the file's name asks for: JSON, or lines of text."""
    answers = answers or (f"Jeg hjelper kunden. Jeg rydder {SECRET}.",)
    if path.suffix == ".json":
        turns = [{"speaker": "interviewer", "text": "Hva gjør du?"}]
        turns += [{"speaker": "respondent", "text": answer} for answer in answers]
        path.write_text(json.dumps({"turns": turns}, ensure_ascii=False), encoding="utf-8")
    else:
        path.write_text("I: Hva gjør du?\n" + "".join(f"R: {a}\n" for a in answers), encoding="utf-8")
    return path
