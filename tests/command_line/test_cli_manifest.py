"""A folder with a manifest: all of it is checked before anything is added, and every problem is told at once."""

from __future__ import annotations

import csv
import shutil
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cli_terminal import SECRET, Result, Terminal, tone, write_interview, write_sound

from corpora.composed import main as compose_folder
from store.database import open_database
from store.interviews import Interview, list_interviews
from store.projects import project_named

HEADER = ["file", "role", "chain", "pseudonym", "interviewer", "date", "consent"]
KARI = ["kari.json", "butikksjef", "Nord", "K1", "Anne", "2025-11-02", "2025-10-30"]
OLA = ["ola.json", "butikksjef", "Sør", "O1", "Bjørn", "2025-11-03", "skjema 14"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two transcripts that the lines above fit."""
    made = tmp_path / "opptak"
    made.mkdir()
    write_interview(made / "kari.json", f"Jeg hjelper kunden med {SECRET}.")
    write_interview(made / "ola.json", f"Jeg teller kassen med {SECRET}.")
    return made


def write_manifest(path: Path, *rows: list[str], header: list[str] | None = None, delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADER if header is None else header, *rows])
    return path


def changed(row: list[str], **values: str) -> list[str]:
    return [values.get(name, value) for name, value in zip(HEADER, row, strict=True)]


def interviews_in(tmp_path: Path, project: str) -> list[Interview]:
    sessions = open_database(f"sqlite:///{tmp_path / 'hjem' / 'balansekunst.db'}")
    with sessions.begin() as session:
        return list(list_interviews(session, project_named(session, project).id))


def assert_refused(result: Result, *lines: tuple[str, ...]) -> None:
    """Code 2, a line for each problem that holds these parts, in any order, and one that says how many."""
    assert result.code == 2, result.err
    assert "Traceback" not in result.err
    assert SECRET not in result.err + result.out
    *problems, total = result.err.splitlines()
    assert f"{len(lines)} feil, så ingenting er lagt til" in total
    assert len(problems) == len(lines), result.err
    for parts in lines:
        fitting = [line for line in problems if all(part in line for part in parts)]
        assert len(fitting) == 1, (parts, problems)
        assert fitting[0].endswith((".", "?"))


def test_folder_is_added_with_all_that_its_manifest_says(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    """The folder's own manifest is found; role, chain, pseudonym, interviewer, day and consent are kept."""
    write_manifest(folder / "manifest.csv", KARI, OLA)
    project = cli.project()
    result = cli("add", project, folder)
    assert result.code == 0
    assert "kari.json: lagt til som «kari»" in result.out
    assert "2 lagt til, 0 var der fra før." in result.out
    first, _ = interviews_in(tmp_path, project)
    assert (first.name, first.role, first.chain, first.pseudonym) == ("kari", "butikksjef", "Nord", "K1")
    assert (first.interviewer, first.held, first.consent) == ("Anne", date(2025, 11, 2), "2025-10-30")


def test_manifest_may_lie_elsewhere(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    """`--manifest` names the table; its files are looked for in the folder."""
    path = write_manifest(tmp_path / "liste.csv", KARI, OLA)
    assert cli("add", cli.project(), folder, "--manifest", path).code == 0


def test_the_same_again_is_harmless(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    """A second time each file is told to be there; nothing is added, the code is 0, and a new line is added alone."""
    write_manifest(folder / "manifest.csv", KARI)
    (folder / "ola.json").rename(tmp_path / "ola.json")
    project = cli.project()
    assert cli("add", project, folder).code == 0
    again = cli("add", project, folder)
    assert again.code == 0
    assert "kari.json: er alt i prosjektet som «kari»\n" in again.out
    assert "0 lagt til, 1 var der fra før." in again.out
    (tmp_path / "ola.json").rename(folder / "ola.json")
    write_manifest(folder / "manifest.csv", KARI, OLA)
    assert "1 lagt til, 1 var der fra før." in cli("add", project, folder).out
    assert [one.name for one in interviews_in(tmp_path, project)] == ["kari", "ola"]


def test_what_is_known_is_not_changed_by_a_manifest(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    """Where the manifest now says something else of an interview that is there, that is told and nothing changes."""
    write_manifest(folder / "manifest.csv", KARI, OLA)
    project = cli.project()
    assert cli("add", project, folder).code == 0
    write_manifest(folder / "manifest.csv", changed(KARI, chain="Vest"), OLA)
    again = cli("add", project, folder)
    assert again.code == 0
    assert [("ikke endret" in line) for line in again.out.splitlines()] == [True, False, False]
    assert interviews_in(tmp_path, project)[0].chain == "Nord"


EXCEL = {
    "norwegian names": {"header": ["fil", "rolle", "kjede", "dekknavn", "intervjuer", "dato", "samtykke"]},
    "capitals": {"header": [name.capitalize() for name in HEADER]},
    "semicolons": {"delimiter": ";"},
}


@pytest.mark.parametrize("kind", EXCEL)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_tables_of_spreadsheets_are_read(cli: Terminal, folder: Path, tmp_path: Path, kind: str, encoding: str) -> None:
    """Norwegian or English columns, commas or semicolons, each in the encodings that spreadsheets save."""
    path = write_manifest(folder / "manifest.csv", KARI, OLA, **EXCEL[kind])
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    project = cli.project()
    assert cli("add", project, folder).code == 0
    assert [one.chain for one in interviews_in(tmp_path, project)] == ["Nord", "Sør"]
    assert [one.interviewer for one in interviews_in(tmp_path, project)] == ["Anne", "Bjørn"]


def test_only_file_role_and_consent_are_needed(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    """The other columns may be missing or empty, in any order, and empty lines and columns are nothing."""
    rows = [["ja", "", "kari.json", "butikksjef"], ["", "", "", ""], ["ja", "", "ola.json", "butikksjef"]]
    write_manifest(folder / "manifest.csv", *rows, header=["samtykke", "", "fil", "rolle"], delimiter=";")
    project = cli.project()
    assert cli("add", project, folder).code == 0
    assert [(one.name, one.consent) for one in interviews_in(tmp_path, project)] == [("kari", "ja"), ("ola", "ja")]


def test_day_may_be_written_as_spreadsheets_do(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    """2.11.2025 is the second of November."""
    write_manifest(folder / "manifest.csv", changed(KARI, date="2.11.2025"), changed(OLA, date=""))
    project = cli.project()
    assert cli("add", project, folder).code == 0
    assert [one.held for one in interviews_in(tmp_path, project)] == [date(2025, 11, 2), None]


def test_names_are_compared_as_people_read_them(cli: Terminal, folder: Path) -> None:
    """A decomposed «å» on the disk, a backslash in the table and what systems leave in folders are no trouble."""
    (folder / "sør").mkdir()
    (folder / "ola.json").rename(folder / "sør" / unicodedata.normalize("NFD", "påske.json"))
    (folder / "kari.json").rename(folder / "sør" / "kari.json")
    for left in (".DS_Store", "Thumbs.db", "~$manifest.csv"):
        (folder / left).write_bytes(b"x")
    write_manifest(folder / "manifest.csv", changed(KARI, file="sør\\kari.json"), changed(OLA, file="sør/påske.json"))
    result = cli("add", cli.project(), folder)
    assert result.code == 0, result.err
    assert "som «påske»" in result.out


BAD_VALUES = {
    "role": ("role", "direktør", "rolle «direktør»: finnes ikke i prosjektet", "Rollene er butikksjef"),
    "no role": ("role", "", "rolle: mangler", "Fyll den ut"),
    "no consent": ("consent", " ", "samtykke: mangler", "Fyll den ut"),
    "consent refused": ("consent", "Nei", "samtykke «Nei»: er ikke et samtykke", "ta ut"),
    "no date": ("date", "2025-13-01", "dato «2025-13-01»: er ikke en dato", "år-måned-dag"),
    "a date in words": ("date", "i går", "dato «i går»: er ikke en dato", "år-måned-dag"),
    "a date to come": ("date", "2999-01-01", "dato «2999-01-01»: dagen er ikke kommet ennå", "holdt"),
    "same pseudonym": ("pseudonym", "K1", "dekknavn «K1»: er brukt i linje 2", "hver informant"),
    "far too long": ("chain", "x" * 201, "kjede «", "høyst 200"),
}


@pytest.mark.parametrize("kind", BAD_VALUES)
def test_unusable_value_is_told_with_its_line(cli: Terminal, folder: Path, kind: str) -> None:
    """The line, the column, the value and what to do; nothing is added, not even the lines that are right."""
    column, value, *parts = BAD_VALUES[kind]
    write_manifest(folder / "manifest.csv", KARI, changed(OLA, **{column: value}))
    project = cli.project()
    assert_refused(cli("add", project, folder), ("manifest.csv linje 3", *parts))
    assert cli("status", project, "--json").json() == []


def missing(folder: Path) -> None:
    (folder / "ola.json").unlink()


def renamed(folder: Path) -> None:
    (folder / "ola.json").rename(folder / "olaa.json")


def extra(folder: Path) -> None:
    write_interview(folder / "nils.txt")


def twin(folder: Path) -> None:
    shutil.copy(folder / "kari.json", folder / "ola.json")


def broken(folder: Path) -> None:
    (folder / "ola.json").write_text('{"turns": [', encoding="utf-8")


def empty(folder: Path) -> None:
    (folder / "ola.json").write_bytes(b"")


BAD_FILES: dict[str, tuple[Callable[[Path], object], list[tuple[str, ...]]]] = {
    "missing": (missing, [("linje 3, fil «ola.json»", "finnes ikke i mappen", "Sjekk navnet")]),
    "renamed": (
        renamed,
        [("linje 3, fil «ola.json»", "Mente du «olaa.json»?"), ("olaa.json", "står ikke i manifestet")],
    ),
    "not in the manifest": (extra, [("nils.txt", "står ikke i manifestet", "Skriv en linje")]),
    "same content": (twin, [("linje 3, fil «ola.json»", "har samme innhold som linje 2")]),
    "broken": (broken, [("linje 3, fil «ola.json»", "JSON-en er ødelagt i linje 1")]),
    "empty": (empty, [("linje 3, fil «ola.json»", "filen er tom")]),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_unusable_file_is_told_with_its_line(cli: Terminal, folder: Path, tmp_path: Path, kind: str) -> None:
    """What is wrong with a file is told where it is listed, and nothing is added or kept."""
    make, lines = BAD_FILES[kind]
    make(folder)
    write_manifest(folder / "manifest.csv", KARI, OLA)
    project = cli.project()
    assert_refused(cli("add", project, folder), *lines)
    assert cli("status", project, "--json").json() == []
    assert not list((tmp_path / "hjem").glob("recordings/*/*"))


def test_recordings_are_heard_to_their_end(cli: Terminal, folder: Path) -> None:
    """A whole recording is taken; one that is cut short, or is none, is told of with its line."""
    whole = write_sound(folder / "kari.mp3", tone(20), "libmp3lame").read_bytes()
    (folder / "ola.mp3").write_bytes(whole[: len(whole) // 2])
    (folder / "nils.mp3").write_bytes(b"ingen lyd her" * 400)
    for text in ("kari.json", "ola.json"):
        (folder / text).unlink()
    rows = [changed(KARI, file="kari.mp3"), changed(OLA, file="ola.mp3")]
    write_manifest(folder / "manifest.csv", *rows, changed(OLA, file="nils.mp3", pseudonym="N1"))
    assert_refused(
        cli("add", cli.project(), folder),
        ("linje 3, fil «ola.mp3»", "kuttet etter"),
        ("linje 4, fil «nils.mp3»", "er ikke et opptak som kan leses"),
    )


def test_two_lines_cannot_make_one_interview(cli: Terminal, folder: Path) -> None:
    """The same file twice, and two files that would give their interviews one name, are told of."""
    write_interview(folder / "kari.txt", "Jeg selger sko.")
    rows = [KARI, OLA, changed(OLA, pseudonym="O2"), changed(KARI, file="kari.txt", pseudonym="K2")]
    write_manifest(folder / "manifest.csv", *rows)
    assert_refused(
        cli("add", cli.project(), folder),
        ("linje 4, fil «ola.json»", "er samme fil som linje 3"),
        ("linje 5, fil «kari.txt»", "gir samme navn på intervjuet som linje 2"),
    )


def test_names_of_other_interviews_are_taken(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    """A pseudonym, or a file's name, that another interview has is told of, whatever else is wrong with the file."""
    other = write_interview(tmp_path / "ola.json", "Jeg rydder lageret.")
    project = cli.project()
    assert cli("add", project, other, "--pseudonym", "K1").code == 0
    write_manifest(folder / "manifest.csv", KARI, OLA)
    (folder / "kari.json").write_bytes(b"")
    assert_refused(
        cli("add", project, folder),
        ("linje 2, fil «kari.json»", "filen er tom"),
        ("linje 2, dekknavn «K1»", "er tatt i prosjektet"),
        ("linje 3, fil «ola.json»", "et annet intervju med dette navnet"),
    )


def test_every_problem_is_told_at_once(cli: Terminal, folder: Path) -> None:
    """Columns, values and files that are wrong are told together, each in a line of its own."""
    broken(folder)
    extra(folder)
    header = [*HEADER[:-1], "alder"]
    write_manifest(folder / "manifest.csv", changed(KARI, role="konge", date="x"), OLA, header=header)
    assert_refused(
        cli("add", cli.project(), folder),
        ("linje 1, kolonnen «alder»: er ukjent", "samtykke"),
        ("linje 1, kolonnen «samtykke»: mangler", "Legg den til"),
        ("linje 2, rolle «konge»",),
        ("linje 2, dato «x»",),
        ("linje 3, fil «ola.json»", "ødelagt"),
        ("nils.txt", "står ikke i manifestet"),
    )


def test_column_may_stand_only_once(cli: Terminal, folder: Path) -> None:
    """The same column in two languages is told of."""
    write_manifest(folder / "manifest.csv", [*KARI, "Sør"], [*OLA, "Sør"], header=[*HEADER, "kjede"])
    assert_refused(cli("add", cli.project(), folder), ("linje 1, kolonnen «kjede»: står flere ganger",))


def test_values_beside_the_columns_are_told_of(cli: Terminal, folder: Path) -> None:
    """A comma too many shifts the values: the line that has it is named."""
    write_manifest(folder / "manifest.csv", KARI, [*OLA, "og mer"])
    assert_refused(cli("add", cli.project(), folder), ("linje 3, «og mer»: står utenfor kolonnene", "anførselstegn"))


def test_line_numbers_are_those_of_the_file(cli: Terminal, folder: Path) -> None:
    """Empty lines and values of several lines count as an editor counts them."""
    text = 'fil,rolle,samtykke\n\n"kari.json","butikksjef","gitt\nmuntlig"\nola.json,konge,ja\n'
    (folder / "manifest.csv").write_text(text, encoding="utf-8")
    assert_refused(cli("add", cli.project(), folder), ("linje 5, rolle «konge»",))


UNREADABLE = {
    "empty": (b"", "filen er tom"),
    "blank": (b"\n\n", "manifestet er tomt"),
    "header alone": (b"fil,rolle,samtykke\n", "har ingen intervjuer"),
    "a spreadsheet's own format": (b"PK\x03\x04\0\0", "er ikke en CSV-fil"),
    "UTF-16": ("fil,rolle,samtykke\n".encode("utf-16"), "er ikke en CSV-fil"),
    "an open quotation mark": (b'fil,rolle,samtykke\n"kari.json,butikksjef,ja\n', "ødelagt fra linje 2"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable_manifest_is_told_of(cli: Terminal, folder: Path, kind: str) -> None:
    """A file that is no table, or an empty one, ends with code 2 and a line that names it."""
    content, what = UNREADABLE[kind]
    (folder / "manifest.csv").write_bytes(content)
    result = cli("add", cli.project(), folder)
    assert result.code == 2
    assert "Traceback" not in result.err
    assert any("manifest.csv" in line and what in line for line in result.errors)


def test_folder_without_a_manifest_is_told_of(cli: Terminal, folder: Path) -> None:
    """The folder is named, and what to do."""
    result = cli("add", cli.project(), folder)
    assert (result.code, len(result.errors)) == (2, 1)
    assert f"{folder}: mappen har ingen manifest.csv" in result.err


def test_manifest_goes_with_one_folder_alone(cli: Terminal, folder: Path) -> None:
    """Files beside the folder, a file for a folder, and what a manifest says given as options are refused."""
    path = write_manifest(folder / "manifest.csv", KARI, OLA)
    project = cli.project()
    for wrong in (
        [folder, folder / "ola.json", "--manifest", path],
        [folder / "ola.json", "--manifest", path],
        [folder, "--role", "butikksjef"],
        [folder, "--manifest", folder / "borte.csv"],
    ):
        result = cli("add", project, *wrong)
        assert (result.code, len(result.errors)) == (2, 1), result.err
    assert cli("status", project, "--json").json() == []


def test_unknown_project_is_told_before_any_work(cli: Terminal, folder: Path) -> None:
    """A project that is not there ends with code 2 and its name."""
    write_manifest(folder / "manifest.csv", KARI, OLA)
    result = cli("add", "Ingen", folder)
    assert result.code == 2
    assert "Ingen: prosjektet finnes ikke" in result.err


def test_file_that_changes_meanwhile_stops_everything(
    cli: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file is another one when it is to be kept, nothing is added and the code says part-way."""
    write_manifest(folder / "manifest.csv", KARI, OLA)
    project = cli.project()
    with monkeypatch.context() as patch:
        patch.setattr("balansekunst.folders.save", lambda path, root: "0" * 64)
        result = cli("add", project, folder)
    assert result.code == 1
    assert "filen endret seg etter kontrollen" in result.err
    assert cli("status", project, "--json").json() == []


def test_composed_interviews_are_taken_as_they_are_written(cli: Terminal, tmp_path: Path) -> None:
    """What `python -m corpora.composed` writes is added without a word of complaint, twice."""
    compose_folder([str(tmp_path / "ut"), "--number", "6", "--sentences", "30"])
    roles = ("butikkmedarbeider", "mellomleder i butikk", "butikksjef")
    assert cli("project", "new", "Handel", *[part for role in roles for part in ("--role", role)]).code == 0
    assert "6 lagt til, 0 var der" in cli("add", "Handel", tmp_path / "ut").out
    assert "0 lagt til, 6 var der" in cli("add", "Handel", tmp_path / "ut").out
