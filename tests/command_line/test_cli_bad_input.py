"""What cannot be used gives one line that says what, which and what next; the rest of a batch goes on."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_terminal import (
    SECRET,
    Terminal,
    assert_one_line,
    tone,
    write_interview,
    write_silent_film,
    write_sound,
)
from fake_models import FakeModels

FULL = Path("/dev/full")


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def text_named_mp3(path: Path) -> Path:
    path.write_text(f"Dette er bare tekst om {SECRET}.\n" * 200, encoding="utf-8")
    return path


def noise_named_mp3(path: Path) -> Path:
    path.write_bytes(np.random.default_rng(0).integers(0, 256, 5000, np.uint8).tobytes())
    return path


UNUSABLE = {
    "missing": (lambda path: path, "borte.mp3", "finnes ikke"),
    "folder": (lambda path: path.mkdir() or path, "mappe.mp3", "finnes ikke"),
    "empty": (empty, "tom.mp3", "filen er tom"),
    "text": (text_named_mp3, "tekst.mp3", "er ikke et opptak som kan leses"),
    "no audio track": (write_silent_film, "film.mp4", "har ikke noe lydspor"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_unusable_recording_is_not_transcribed(cli: Terminal, fakes: FakeModels, tmp_path: Path, kind: str) -> None:
    """A missing, empty, wrong or soundless file ends with code 2, and loads no model."""
    make, name, what = UNUSABLE[kind]
    path = make(tmp_path / name)
    assert_one_line(cli("transcribe", path, "-o", tmp_path / "ut.json"), 2, path, what)
    assert not (tmp_path / "ut.json").exists()
    assert not fakes.loaded


@pytest.mark.parametrize("kind", UNUSABLE)
def test_unusable_recording_is_not_added_and_the_rest_is(cli: Terminal, tmp_path: Path, kind: str) -> None:
    """Of two files the bad one gets a line, the good one is added, and the code says part-way."""
    make, name, what = UNUSABLE[kind]
    path, good = make(tmp_path / name), write_sound(tmp_path / "god.wav", tone(1))
    project = cli.project()
    assert_one_line(cli("add", project, path, good), 1, path, what)
    assert [state["name"] for state in cli("status", project, "--json").json()] == ["god"]


@pytest.mark.parametrize("kind", UNUSABLE)
def test_batch_of_bad_files_alone_is_bad_input(cli: Terminal, tmp_path: Path, kind: str) -> None:
    """Where nothing could be added the code is 2."""
    make, name, _ = UNUSABLE[kind]
    assert_one_line(cli("add", cli.project(), make(tmp_path / name)), 2, name)


def test_noise_is_told_of_without_a_traceback(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """Bytes that are nothing at all give one line, whatever the decoder makes of them."""
    path = noise_named_mp3(tmp_path / "støy.mp3")
    result = cli("transcribe", path)
    assert result.code in (1, 2)
    assert len(result.errors) == 1
    assert "Traceback" not in result.err


@pytest.fixture
def cut_mp3(tmp_path: Path) -> Path:
    whole = write_sound(tmp_path / "hel.mp3", tone(20), "libmp3lame").read_bytes()
    path = tmp_path / "kuttet.mp3"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def test_truncated_mp3_is_transcribed_so_far(cli: Terminal, fakes: FakeModels, tmp_path: Path, cut_mp3: Path) -> None:
    """What is left of a truncated file is written, and the line says where it ends; code 1."""
    result = cli("transcribe", cut_mp3, "-o", tmp_path / "ut.json")
    assert result.code == 1
    assert [line for line in result.errors if str(cut_mp3) in line and "kuttet etter" in line] == result.errors
    assert json.loads((tmp_path / "ut.json").read_text(encoding="utf-8"))["turns"]


def test_truncated_mp3_is_not_added(cli: Terminal, cut_mp3: Path) -> None:
    """A project takes whole recordings only, since nobody looks at the line after a batch."""
    assert_one_line(cli("add", cli.project(), cut_mp3), 2, cut_mp3, "kuttet etter")


def test_film_with_sound_is_taken(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A video file with an audio track is a recording."""
    film = write_sound(tmp_path / "film.mp4", tone(), "aac", picture=True)
    result = cli("transcribe", film, "--format", "txt")
    assert result.code == 0
    assert "Jeg hjelper kunden." in result.out
    assert cli("add", cli.project(), film).code == 0


def test_silence_is_told_of(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A recording without speech ends with code 2 and writes nothing."""
    path = write_sound(tmp_path / "stille.wav", tone() * 0)
    assert_one_line(cli("transcribe", path, "-o", tmp_path / "ut.json"), 2, path, "ingen tale")
    assert not (tmp_path / "ut.json").exists()


@pytest.mark.parametrize("language", ["xx", "norsk", ""])
def test_unknown_language_is_told_of(cli: Terminal, fakes: FakeModels, tmp_path: Path, language: str) -> None:
    """A code that the recogniser does not know is named, with codes that it knows."""
    path = write_sound(tmp_path / "lyd.wav", tone())
    assert_one_line(cli("transcribe", path, "--language", language), 2, f"{language}: er ikke et språk", "nb")


def test_unknown_model_is_told_of(cli: Terminal, tmp_path: Path) -> None:
    """A model that is not in the registry is named, with those that are."""
    path = write_sound(tmp_path / "lyd.wav", tone(1))
    assert_one_line(cli("transcribe", path, "--model", "hviske"), 2, "hviske: finnes ikke", "whisper-base")


def test_model_for_another_job_is_told_of(cli: Terminal, tmp_path: Path) -> None:
    """A model that does not listen is refused as a speech model, with those that do."""
    path = write_sound(tmp_path / "lyd.wav", tone(1))
    assert_one_line(cli("transcribe", path, "--model", "e5-small"), 2, "e5-small", "whisper-base")


BROKEN = {
    "broken JSON": ("a.json", f'{{"turns": [{{"text": "{SECRET}" '.encode(), "JSON-en er ødelagt i linje 1"),
    "JSON of something else": ("a.json", f'["{SECRET}"]'.encode(), "ikke en transkripsjon"),
    "JSON with a wrong field": (
        "a.json",
        f'{{"turns": [{{"speaker": "respondent", "text": "x", "start": "{SECRET}"}}]}}'.encode(),
        "turns.0.start",
    ),
    "wrong encoding": ("a.txt", f"R: Jeg gjør {SECRET}.".encode("latin-1"), "ikke UTF-8"),
    "wrong encoding in captions": ("a.vtt", f"WEBVTT\n\n{SECRET} gjør".encode("latin-1"), "ikke UTF-8"),
    "no captions": ("a.vtt", SECRET.encode(), "ødelagt"),
    "no document": ("a.docx", SECRET.encode(), "Word-dokument"),
    "no words": ("a.json", b'{"turns": []}', "ingen tekst"),
    "empty": ("a.txt", b"", "filen er tom"),
    "unknown form": ("a.pdf", SECRET.encode(), "transkriptformat"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_transcript_gets_a_line_and_the_rest_is_coded(
    cli: Terminal, fakes: FakeModels, tmp_path: Path, kind: str
) -> None:
    """The bad transcript is named with what is wrong, never with its words; the other one is coded."""
    name, content, what = BROKEN[kind]
    bad, good = tmp_path / name, write_interview(tmp_path / "god.txt", "Jeg hjelper kunden.")
    bad.write_bytes(content)
    result = cli("code", bad, good, "-o", tmp_path / "ut.jsonl")
    assert_one_line(result, 1, bad, what)
    lines = (tmp_path / "ut.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["interview"] for line in lines} == {"god"}


def test_lone_broken_transcript_is_bad_input(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """Where nothing could be coded the code is 2 and no file is written."""
    path = tmp_path / "a.json"
    path.write_text("{", encoding="utf-8")
    assert_one_line(cli("code", path, "-o", tmp_path / "ut.jsonl"), 2, path)
    assert not (tmp_path / "ut.jsonl").exists()


def test_unreadable_file_gets_a_line_and_the_rest_is_coded(
    cli: Terminal, fakes: FakeModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that this person may not read does not stop the others."""
    bad, good = write_interview(tmp_path / "låst.txt"), write_interview(tmp_path / "god.txt", "Jeg rydder lageret.")
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == bad:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert_one_line(cli("code", bad, good, "-o", tmp_path / "ut.jsonl"), 1, bad, "kan ikke åpnes")
    assert (tmp_path / "ut.jsonl").read_text(encoding="utf-8")


def test_same_content_is_coded_once(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """Of two transcripts with the same content the second is named beside the first."""
    first, second = write_interview(tmp_path / "a.txt"), write_interview(tmp_path / "b.txt")
    result = cli("code", first, second, "-o", tmp_path / "ut.jsonl")
    assert_one_line(result, 1, f"{second}: har samme innhold som {first}")


def test_same_content_is_added_once(cli: Terminal, tmp_path: Path) -> None:
    """A project has each recording once, and says under which name."""
    first = write_sound(tmp_path / "a.wav", tone(1))
    second = tmp_path / "b.wav"
    second.write_bytes(first.read_bytes())
    project = cli.project()
    assert_one_line(cli("add", project, first, second), 1, second, "samme innhold", "«a»")
    assert len(cli("status", project, "--json").json()) == 1


def test_same_coded_file_is_gathered_once(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A coded file that is handed in twice does not count twice."""
    coded = tmp_path / "a.jsonl"
    assert cli("code", write_interview(tmp_path / "a.txt", "Jeg hjelper kunden."), "-o", coded).code == 0
    result = cli("cluster", coded, coded, "-o", tmp_path / "ut.json")
    assert_one_line(result, 1, coded, "har samme innhold")
    (candidate,) = json.loads((tmp_path / "ut.json").read_text(encoding="utf-8"))["candidates"]
    assert len(candidate["phrases"]) == 1


@pytest.mark.parametrize("count", ["0", "-1", "tolv", "2.5", "²", ""])
def test_bad_number_of_clusters_is_told_of(cli: Terminal, fakes: FakeModels, tmp_path: Path, count: str) -> None:
    """Anything but `auto` or a whole number from 1 is named before any model is loaded."""
    coded = tmp_path / "a.jsonl"
    coded.write_text("", encoding="utf-8")
    assert_one_line(cli("cluster", coded, f"--clusters={count}"), 2, f"{count}: er ikke et antall klynger", "auto")
    assert not fakes.loaded


def test_line_that_is_no_coded_phrase_is_named(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A broken line of a coded file is named by its number, not by its words."""
    coded = tmp_path / "a.jsonl"
    coded.write_text(f'{{"text": "{SECRET}"}}\n', encoding="utf-8")
    assert_one_line(cli("cluster", coded), 2, coded, "linje 1 er ikke et kodet utsagn")


def test_phrases_without_their_column_are_told_of(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A table without the column `phrase` is refused, and told what the column is called."""
    table = tmp_path / "a.tsv"
    table.write_text("utsagn\nrydder lageret\n", encoding="utf-8")
    assert_one_line(cli("classify", table), 2, table, "«phrase»")


@pytest.mark.parametrize("command", [["status"], ["run"], ["export"], ["add", "fil.wav"]])
def test_unknown_project_is_told_of(cli: Terminal, command: list[str]) -> None:
    """A project that does not exist is named, with those that do."""
    cli.project(name="Butikk")
    name, *rest = command
    assert_one_line(cli(name, "Butik", *rest), 2, "Butik: prosjektet finnes ikke", "Butikk.")


def test_taken_project_name_is_told_of(cli: Terminal) -> None:
    """A second project of the same name is refused."""
    cli.project(name="Butikk")
    assert_one_line(cli("project", "new", "Butikk", "--role", "x"), 2, "Butikk: det finnes alt et prosjekt")


def test_run_without_interviews_is_told_of(cli: Terminal) -> None:
    """A project without interviews cannot be run; the line says how to add one."""
    assert_one_line(cli("run", cli.project()), 2, "ingen intervjuer", "balansekunst add")


def test_unknown_profile_is_told_of(cli: Terminal, tmp_path: Path) -> None:
    """A profile of models that does not exist is named, with those that do."""
    project = cli.project(write_interview(tmp_path / "a.txt"))
    assert_one_line(cli("run", project, "--profile", "beste"), 2, "beste: er ingen modellprofil", "bundled")


def test_unknown_export_format_is_told_of(cli: Terminal, tmp_path: Path) -> None:
    """A format that export does not write is named, with those that it does, and no file is made."""
    result = cli("export", cli.project(), "--format", "odt", "-o", tmp_path / "ut")
    assert_one_line(result, 2, "odt: er ikke et eksportformat", "csv")
    assert not (tmp_path / "ut").exists()


USAGE = {
    "unknown command": (["tull"], "tull"),
    "unknown option": (["status", "Butikk", "--tull"], "--tull: ukjent valg"),
    "missing argument": (["status"], "PROJECT: mangler"),
    "missing option": (["project", "new", "Butikk"], "--role: mangler"),
    "wrong format": (["transcribe", "a.wav", "--format", "pdf"], "--format: ugyldig verdi"),
    "wrong number": (["review", "--port", "abc"], "--port: ugyldig verdi"),
    "too much": (["project", "list", "x"], "x"),
}


@pytest.mark.parametrize("kind", USAGE)
def test_wrong_use_gives_one_line(cli: Terminal, kind: str) -> None:
    """Wrong use of the command line is told in one line that points to the help."""
    arguments, what = USAGE[kind]
    assert_one_line(cli(*arguments), 2, what, "--help")


def test_bad_database_address_is_told_of(cli: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that the program cannot use ends with code 2."""
    monkeypatch.setenv("BALANSEKUNST_DATABASE", "mysql://x:passord@vert/y")
    result = cli("project", "list")
    assert_one_line(result, 2, "mysql")
    assert "passord" not in result.err


def fill_the_disk(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "disk")


def test_full_disk_while_writing_leaves_no_half_file(
    cli: Terminal, fakes: FakeModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up ends with code 1, and the result that was there before stays."""
    source, target = write_interview(tmp_path / "a.txt"), tmp_path / "ut.jsonl"
    target.write_text("før", encoding="utf-8")
    monkeypatch.setattr(Path, "write_text", fill_the_disk)
    assert_one_line(cli("code", source, "-o", target), 1, "disken er full", "kjør på nytt")
    assert target.read_text(encoding="utf-8") == "før"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "ut.jsonl"]


def test_full_disk_while_adding_is_told_of(cli: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording that there is no room for is not added, and the code is 1."""
    project, path = cli.project(), write_sound(tmp_path / "a.wav", tone(1))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fill_the_disk)
        assert_one_line(cli("add", project, path), 1, path, "disken er full")
    assert cli("status", project, "--json").json() == []


@pytest.mark.skipif(not FULL.is_char_device(), reason="this system has no /dev/full")
@pytest.mark.parametrize("where", ["as standard output", "as a file"])
def test_full_device_is_told_of(cli: Terminal, where: str) -> None:
    """Output to a device without room ends with code 1 and one line, and the device stays a device."""
    project = cli.project()
    to_file = ["-o", str(FULL)] if where == "as a file" else []
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "balansekunst", "export", project, *to_file],
            stdout=full if not to_file else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "disken er full" in ended.stderr
    assert FULL.is_char_device()


def test_output_folder_in_place_of_a_file_is_told_of(cli: Terminal, tmp_path: Path) -> None:
    """A folder cannot be written to as a file, and the line names it."""
    assert_one_line(cli("export", cli.project(), "-o", tmp_path), 2, tmp_path, "kan ikke åpnes")


def test_reader_that_leaves_early_is_no_fault(cli: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `head` has read enough, nothing is said."""

    def leave(*_: Any, **__: Any) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("balansekunst.projects.write", leave)
    monkeypatch.setattr("balansekunst.main._forget_output", lambda: None)
    result = cli("export", cli.project())
    assert (result.code, result.err) == (1, "")


def test_interrupt_says_that_nothing_is_lost(cli: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with code 1 and one line."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("balansekunst.projects.interview_states", interrupt)
    assert_one_line(cli("status", cli.project()), 1, "avbrutt", "kjør på nytt")
