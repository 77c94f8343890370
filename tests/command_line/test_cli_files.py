"""Files in, files out: transcribe, code, classify and cluster, on fake models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_terminal import Terminal, tone, write_interview, write_sound
from fake_models import SAID, FakeModels

from balansekunst import __version__
from pipeline.records import CATEGORIES


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "opptak.wav", tone())


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_transcript_has_the_fields_of_the_design(cli: Terminal, fakes: FakeModels, recording: Path) -> None:
    """The JSON of `transcribe` has id, role, sector, chain, language and turns with timed words."""
    result = cli("transcribe", recording, "--role", "butikksjef", "--chain", "Nord", "--sector", "varehandel")
    transcript = result.json()
    turns = transcript.pop("turns")
    assert transcript == {
        "id": "opptak",
        "role": "butikksjef",
        "sector": "varehandel",
        "chain": "Nord",
        "language": "nb",
    }
    assert {frozenset(turn) for turn in turns} == {frozenset(("speaker", "text", "start", "end", "words"))}
    assert {frozenset(w) for t in turns for w in t["words"]} == {frozenset(("text", "start", "end", "probability"))}
    assert " ".join(turn["text"] for turn in turns) == SAID


def test_progress_goes_to_stderr_alone(cli: Terminal, fakes: FakeModels, recording: Path) -> None:
    """Standard output holds the result and nothing else."""
    result = cli("transcribe", recording)
    assert result.json()["id"] == "opptak"
    assert result.err == "opptak: 0:03 av 0:12\nopptak: 0:12 av 0:12\n"


@pytest.mark.parametrize(
    ("form", "sign"), [("json", '"turns"'), ("vtt", "WEBVTT\n"), ("srt", "00:00:00,000 --> "), ("txt", "R: ")]
)
def test_transcript_is_written_in_each_format(
    cli: Terminal, fakes: FakeModels, recording: Path, tmp_path: Path, form: str, sign: str
) -> None:
    """Each format of the design is written, to a folder that is made for it, and read back by `code`."""
    target = tmp_path / "ny mappe" / f"ut.{form}"
    assert cli("transcribe", recording, "--format", form, "-o", target).code == 0
    assert sign in target.read_text(encoding="utf-8")
    assert cli("code", target).code == 0


def test_channels_tell_the_speakers_apart(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """Where each speaker has a channel, the louder channel at each word decides."""
    left = tone()
    left[3 * 16_000 :] = 0
    right = tone(pitch=330) - tone(pitch=330) * (left != 0)
    turns = cli("transcribe", write_sound(tmp_path / "to.wav", np.stack([left, right]))).json()["turns"]
    assert [turn["speaker"] for turn in turns] == ["interviewer", "respondent"]
    assert turns[0]["text"] == "Hva gjør du?"


def test_speakers_can_be_swapped(cli: Terminal, fakes: FakeModels, recording: Path) -> None:
    """`--swap-speakers` exchanges interviewer and respondent."""
    before = [turn["speaker"] for turn in cli("transcribe", recording).json()["turns"]]
    after = [turn["speaker"] for turn in cli("transcribe", recording, "--swap-speakers").json()["turns"]]
    assert [{"interviewer", "respondent"} - {speaker} for speaker in before] == [{s} for s in after]


def test_coded_line_has_the_fields_of_the_design(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A line of `code` has the phrase's identity, its text and its label."""
    source = write_interview(tmp_path / "kari.json", "Jeg hjelper kunden. Jeg rydder lageret.")
    assert cli("code", source, "--role", "butikksjef", "-o", tmp_path / "ut.jsonl").code == 0
    first, second = lines_of(tmp_path / "ut.jsonl")
    fields = "interview turn start end text category probability positions proxy grounds"
    assert set(first) == set(fields.split())
    assert (first["interview"], first["turn"], first["start"]) == ("kari", 1, 0)
    assert first["category"] in CATEGORIES
    assert set(first["positions"][0]) == {"position", "probability"}
    assert second["text"] == "Jeg rydder lageret"


def test_spans_are_exact_in_code_points(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A span counts letters as people do, also after æ, ø, å, a letter in two parts and a sign beyond 16 bits."""
    answer = "Jeg hører på 🙂 gode ra\u030ad. Så rydder jeg på lageret."
    source = write_interview(tmp_path / "kari.json", answer)
    assert cli("code", source, "--all", "-o", tmp_path / "ut.jsonl").code == 0
    composed = "Jeg hører på 🙂 gode råd. Så rydder jeg på lageret."
    lines = lines_of(tmp_path / "ut.jsonl")
    assert len(lines) == 2
    assert all(composed[line["start"] : line["end"]] == line["text"] for line in lines)


def test_many_transcripts_make_one_file(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """All transcripts of a command go to one file, in the order they were given."""
    sources = [write_interview(tmp_path / f"{name}.txt", f"Jeg hjelper {name}.") for name in ("b", "a")]
    assert cli("code", *sources, "-o", tmp_path / "ut.jsonl").code == 0
    assert [line["interview"] for line in lines_of(tmp_path / "ut.jsonl")] == ["b", "a"]


def test_phrases_are_classified_row_by_row(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """`classify` writes a line for each row, in order, without a span."""
    table = tmp_path / "utsagn.tsv"
    table.write_text("nr\tphrase\n1\trydder lageret\n2\thjelper kunden\n", encoding="utf-8")
    result = cli("classify", table)
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [line["text"] for line in lines] == ["rydder lageret", "hjelper kunden"]
    assert set(lines[0]) == {"text", "category", "probability", "positions", "proxy", "grounds"}


@pytest.mark.parametrize(("count", "expected"), [("1", 1), ("2", 2), ("auto", 1)])
def test_coded_files_are_gathered(cli: Terminal, fakes: FakeModels, tmp_path: Path, count: str, expected: int) -> None:
    """`cluster` gathers the competences of several files into as many candidates as were asked for."""
    coded = []
    for name in ("nord", "vest"):
        source = write_interview(tmp_path / f"{name}.txt", f"Jeg hjelper kunden {name}. Alle rydder lageret {name}.")
        coded.append(tmp_path / f"{name}.jsonl")
        assert cli("code", source, "-o", coded[-1]).code == 0
    found = cli("cluster", *coded, "--clusters", count).json()["candidates"]
    assert len(found) == expected
    assert sum(len(candidate["phrases"]) for candidate in found) == 4
    assert {name for candidate in found for name in candidate["interviews"]} == {"nord", "vest"}
    assert all(candidate["coverage"] == len(candidate["interviews"]) for candidate in found)


def test_file_appears_whole(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """No half file is left beside the result."""
    source = write_interview(tmp_path / "a.txt")
    assert cli("code", source, "-o", tmp_path / "ut.jsonl").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "ut.jsonl"]


def test_version_is_shown(cli: Terminal) -> None:
    """`--version` prints the version and nothing else."""
    result = cli("--version")
    assert (result.code, result.out, result.err) == (0, f"{__version__}\n", "")


def test_help_is_in_norwegian_and_names_every_command(cli: Terminal) -> None:
    """`--help` names the commands that scripts depend on."""
    result = cli("--help")
    names = "transcribe code classify cluster project add run status export review models demo"
    assert result.code == 0
    assert "kompetansestandarder" in result.out
    assert [name for name in names.split() if name not in result.out] == []


def test_no_command_shows_the_help(cli: Terminal) -> None:
    """Without a command the help is shown, with the code for wrong use and no further line."""
    result = cli()
    assert (result.code, result.err) == (2, "")
    assert "transcribe" in result.out
