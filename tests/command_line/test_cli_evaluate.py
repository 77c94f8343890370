"""`evaluate`: on a folder of labelled material, on what the last training kept, and what it says of bad folders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_terminal import SECRET, Terminal, assert_one_line, tone, write_sound
from fake_models import FakeModels

from balansekunst import evaluate
from corpora import LabelledPhrase
from evaluation import measures
from evaluation.evidence import Evidence, Judged
from evaluation.kept import evidence_path, write_evidence
from evaluation.measures import SUITES
from models.loaders import revision_of
from pipeline.records import Grounds, Label

PHRASES = """phrase\tcategory\tposition\trole\thard\tstands_for
hjelper kunden\tcompetence\tpeople\tkokk\t0\t
rydder lageret\tcompetence\tpace\tvert\t0\t
blid\ttrait\t\tvert\t1\thjelp
"""
INTERVIEW = """# id: kari
# role: kokk

I: Hva gjør du?
R: Jeg {hjelper kunden|competence|people|hjelp}. Så {rydder jeg|task||orden} lageret til det {blir kveld|task||}.
"""
SAID = "Hva gjør du? Jeg hjelper kunden. Jeg rydder lager."  # one word otherwise than the fake hears it


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer draws than in earnest: intervals are not what is tested here."""
    monkeypatch.setattr(measures, "BOOTSTRAPS", 50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table of phrases, an interview, and a recording with its words."""
    folder = tmp_path / "merket"
    folder.mkdir()
    (folder / "utsagn.tsv").write_text(PHRASES, encoding="utf-8")
    (folder / "kari.txt").write_text(INTERVIEW, encoding="utf-8")
    (folder / "opptak.txt").write_text(SAID, encoding="utf-8")
    write_sound(folder / "opptak.wav", tone())
    return folder


def values(data: dict) -> dict[str, float | None]:
    return {figure["what"]: figure["value"] for figure in data["figures"]}


# A folder


def test_folder_is_measured(cli: Terminal, fakes: FakeModels, folder: Path) -> None:
    """The fake takes everything for a competence at the first point, and every sentence for a phrase.

    Of three competences, a trait and two tasks the competences are found: F1 of the competences is 6/9, the mean 2/9.
    Of three places two are right. Two spans in one sentence are one find, and strictly none. One word of nine is
    heard wrong.
    """
    result = cli("evaluate", "--data", folder, "--json")
    assert (result.code, result.err) == (0, "")
    found = values(result.json())
    assert found["kategori, makro-F1"] == pytest.approx(2 / 9)
    assert found["… av disse de vanskelige"] == 0
    assert found["plassering, først av seks"] == pytest.approx(2 / 3)
    assert found["erstatningsord funnet, F1"] == 0
    assert found["utsagn funnet, dekning"] == pytest.approx(2 / 3)
    assert found["… presisjon"] == 1
    assert found["… samme kategori der funnet"] == 0.5
    assert found["… dekning, strengt"] == pytest.approx(1 / 3)
    assert found["… presisjon, strengt"] == 0.5
    assert found["ordfeilrate"] == pytest.approx(1 / 9)


def test_report_is_for_people(cli: Terminal, fakes: FakeModels, folder: Path) -> None:
    """Without `--json` there is a Norwegian report with the folder's and the model's name."""
    result = cli("evaluate", "--data", folder)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("# Kvaliteten på forslagene\n\nGrunnlag: mappen merket. Modell: fake-1.\n")
    assert "| ordfeilrate | 0.11 | 0.11–0.11 |  | 9 | 1 |\n" in result.out
    assert "- kari: «rydder jeg» (oppgave)" in result.out


def test_what_is_not_known_is_null(cli: Terminal, fakes: FakeModels, folder: Path) -> None:
    """No suggestion is as sure as the program's own threshold: JSON has null there, the report a dash."""
    found = values(cli("evaluate", "--data", folder, "--json", "--suite", "category").json())
    assert found["andel over programmets egen grense"] == 0
    assert found["… presisjon der"] is None
    report = cli("evaluate", "--data", folder, "--suite", "category")
    assert "| … presisjon der | – | – | 0.95 | 6 | 2 |\n" in report.out
    assert (report.code, report.err) == (0, "")


@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite != "clusters"])
def test_one_suite_alone(cli: Terminal, fakes: FakeModels, folder: Path, suite: str) -> None:
    """`--suite` gives that suite's figures, and nobody listens to a recording for another's."""
    data = cli("evaluate", "--data", folder, "--suite", suite, "--json").json()
    assert {figure["suite"] for figure in data["figures"]} == {suite}
    assert ("load_speech" in fakes.since()) == (suite == "speech")


def test_every_suite_can_be_asked_for() -> None:
    """The option's choices are the suites, and all of them."""
    assert [suite.value for suite in evaluate.Suite] == ["all", *SUITES]


def test_report_is_written_to_a_file(cli: Terminal, fakes: FakeModels, folder: Path, tmp_path: Path) -> None:
    """`-o` writes there and nothing to standard output."""
    result = cli("evaluate", "--data", folder, "--json", "-o", tmp_path / "ny" / "mål.json")
    assert (result.code, result.out) == (0, "")
    assert json.loads((tmp_path / "ny" / "mål.json").read_text(encoding="utf-8"))["origin"] == "mappen merket"


def test_phrases_alone_are_enough(cli: Terminal, fakes: FakeModels, folder: Path) -> None:
    """Suites of which the folder has no material are left out."""
    for path in folder.glob("*.[tw][xa]*"):
        path.unlink()
    data = cli("evaluate", "--data", folder, "--json").json()
    assert {figure["suite"] for figure in data["figures"]} == {"category", "position", "proxies"}
    assert data["mistakes"]


# What training kept


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Evidence of the bundled embedding model, in a place of its own."""
    monkeypatch.setattr("models.heads.TRAINED", tmp_path / "trained")
    path = evidence_path(revision_of("embedding"))
    assert path.parent == tmp_path / "trained"
    judged = Judged(LabelledPhrase("blid", "trait", "", "kokk"), Label("task", 0.9, grounds=Grounds(safe=True)))
    write_evidence(Evidence("holdt utenfor", "prøve", (judged,)), path)
    return path


def test_held_out_evidence_is_told_without_models(cli: Terminal, fakes: FakeModels, kept: Path) -> None:
    """What training kept is told of as it is; no model is loaded for it."""
    fakes.forbid()
    result = cli("evaluate", "--suite", "category", "--json")
    assert (result.code, result.err) == (0, "")
    data = result.json()
    assert (data["origin"], data["revision"]) == ("prøve", "holdt utenfor")
    assert values(data)["andel over programmets egen grense"] == 1
    assert values(data)["… presisjon der"] == 0


def test_sample_recording_is_heard(cli: Terminal, fakes: FakeModels, kept: Path) -> None:
    """Speech is not kept: the sample recording is heard anew, against what its script says."""
    (row,) = cli("evaluate", "--suite", "speech", "--json").json()["figures"]
    assert fakes.since() == {"load_speech"}
    assert (row["what"], row["groups"]) == ("ordfeilrate", 1)
    assert 0.5 < row["value"] <= 1  # the fake hears nine words whatever is said
    assert row["items"] > 50


def test_missing_evidence_is_told_of(cli: Terminal, fakes: FakeModels, kept: Path) -> None:
    """Where nothing was kept, the line says how to get it."""
    kept.unlink()
    assert_one_line(cli("evaluate"), 2, kept.name, "det er ikke målt noe", "make heads")


# What cannot be used


def test_bad_folders_give_one_line(cli: Terminal, fakes: FakeModels, tmp_path: Path) -> None:
    """A missing, empty or unlabelled folder ends with code 2 before any model is loaded."""
    assert_one_line(cli("evaluate", "--data", tmp_path / "borte"), 2, tmp_path / "borte", "mappen finnes ikke")
    empty = tmp_path / "tom"
    empty.mkdir()
    assert_one_line(cli("evaluate", "--data", empty), 2, empty, "fant ingen merkede data")
    (empty / "notat.txt").write_text(f"Om {SECRET}.", encoding="utf-8")
    assert_one_line(cli("evaluate", "--data", empty, "--json"), 2, empty, "fant ingen merkede data")
    assert not fakes.loaded


BAD = {
    "unknown category": ("a.tsv", "phrase\tcategory\nblid\ttrait\nrydde\toppgave\n", "a.tsv, linje 3: oppgave"),
    "ragged line": ("a.tsv", f"phrase\tcategory\n{SECRET}\n", "a.tsv, linje 2"),
    "unknown place": ("a.tsv", "phrase\tcategory\tposition\nlytte\tcompetence\tnord\n", "a.tsv, linje 2: nord"),
    "interview without id": ("a.txt", f"# role: kokk\n\nR: {SECRET}.\n", "er ikke et merket intervju"),
    "empty file": ("a.tsv", "", "filen er tom"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_file_is_named(cli: Terminal, fakes: FakeModels, folder: Path, kind: str) -> None:
    """One file that cannot be understood ends with code 2, its name and place; nothing is measured without it."""
    name, content, told = BAD[kind]
    (folder / name).write_text(content, encoding="utf-8")
    assert_one_line(cli("evaluate", "--data", folder), 2, folder / name, told)
    assert not fakes.loaded


def test_bad_recording_is_named(cli: Terminal, fakes: FakeModels, folder: Path) -> None:
    """A recording that cannot be read, or holds no speech, ends with code 2 and its name."""
    write_sound(folder / "opptak.wav", np.zeros(16_000, np.float32))
    assert_one_line(cli("evaluate", "--data", folder, "--suite", "speech"), 2, "opptak.wav", "ingen tale ble funnet")
    (folder / "opptak.wav").write_bytes(b"RIFF")
    assert_one_line(cli("evaluate", "--data", folder, "--suite", "speech"), 2, "opptak.wav")


def test_unknown_suite_is_wrong_use(cli: Terminal) -> None:
    """A suite that is not there ends with code 2 and the option's name."""
    assert_one_line(cli("evaluate", "--suite", "alt"), 2, "--suite", "ugyldig verdi")
