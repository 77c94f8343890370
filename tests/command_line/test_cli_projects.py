"""Projects from the command line: new, list, add, run, status, export. Fake models, and the flow without a server."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from cli_terminal import SECRET, Terminal, tone, write_interview, write_sound
from fake_models import FakeModels

from flows.context import Context
from flows.steps import RunSummary
from pipeline.errors import WorkError
from pipeline.records import Phrase, Suggestion
from store.database import open_database
from store.decisions import Choice, decide
from store.interviews import list_interviews
from store.projects import project_named
from store.results import latest_coding


@pytest.fixture
def plain_flow(fakes: FakeModels, monkeypatch: pytest.MonkeyPatch, prefect_home: Path) -> FakeModels:
    """`run` calls the flow's own function; tests/flows has the server."""
    import flows.project as flow
    from flows.context import use_context

    for task in ("transcribe", "code", "gather"):
        monkeypatch.setattr(flow, task, getattr(flow, task).fn)

    def start(context: Context, project: str) -> RunSummary:
        use_context(context)
        return flow.run_project.fn(project)

    monkeypatch.setattr("balansekunst.projects.start_project", start)
    return fakes


def test_new_project_is_listed(cli: Terminal) -> None:
    """A project is listed with its roles and how many interviews it has."""
    assert cli("project", "new", "Butikk", "--role", "butikksjef", "--role", "mellomleder").code == 0
    assert cli("project", "list", "--json").json() == [
        {"name": "Butikk", "roles": ["butikksjef", "mellomleder"], "interviews": 0}
    ]


@pytest.mark.parametrize("name", ["kjede [b]", "kjede [/b]", "a :smile: b"])
def test_names_are_shown_as_they_are(cli: Terminal, tmp_path: Path, name: str) -> None:
    """Square brackets and colons in names are no formatting, neither of a project nor of an interview."""
    cli.project(write_interview(tmp_path / f"{name.replace('/', '')}.txt"), name=name)
    assert name in cli("project", "list").out
    assert name.replace("/", "") in cli("status", name).out


def test_what_is_known_is_kept_with_the_interview(cli: Terminal, tmp_path: Path) -> None:
    """Role, chain, pseudonym and consent that are given at `add` come out again."""
    project = cli.project()
    path = write_interview(tmp_path / "kari.txt")
    known = ["--role", "butikksjef", "--chain", "Nord", "--pseudonym", "K1", "--consent", "2025-01-02"]
    assert cli("add", project, path, *known, "--interviewer", "Ola").code == 0
    (interview,) = cli("export", project).json()["interviews"]
    assert interview.pop("sha256")
    assert interview == {
        "name": "kari",
        "kind": "transcript",
        "role": "butikksjef",
        "chain": "Nord",
        "pseudonym": "K1",
        "consent": "2025-01-02",
    }


def test_day_of_the_interview_is_kept(cli: Terminal, tmp_path: Path) -> None:
    """The day given at `add` is kept; what is no day, or has not come, is refused in one line and nothing is added."""
    project, path = cli.project(), write_interview(tmp_path / "kari.txt")
    for day in ("2.11.2025", "2999-01-01"):
        refused = cli("add", project, path, "--date", day)
        assert (refused.code, len(refused.errors)) == (2, 1)
        assert day in refused.err
    assert cli("add", project, path, "--date", "2025-11-02").code == 0
    sessions = open_database(f"sqlite:///{tmp_path / 'hjem' / 'balansekunst.db'}")
    with sessions.begin() as session:
        (interview,) = list_interviews(session, project_named(session, project).id)
    assert interview.held == date(2025, 11, 2)
    assert interview.seconds is None  # a text without times


def test_transcript_tells_its_own_role_where_nobody_did(cli: Terminal, tmp_path: Path) -> None:
    """Role and chain in the file are used unless they are given."""
    path = tmp_path / "kari.json"
    turns = [{"speaker": "respondent", "text": "Jeg hjelper kunden."}]
    path.write_text(json.dumps({"role": "kokk", "chain": "Nord", "turns": turns}), encoding="utf-8")
    project = cli.project()
    assert cli("add", project, path, "--chain", "Sør").code == 0
    (state,) = cli("status", project, "--json").json()
    assert (state["role"], state["chain"]) == ("kokk", "Sør")


def test_long_names_stay_on_their_line(cli: Terminal, tmp_path: Path) -> None:
    """A program that reads the output finds a file's line whole, however long its name is."""
    path = write_interview(tmp_path / f"{'langt-' * 20}navn.txt")
    project = cli.project()
    result = cli("add", project, path)
    assert result.out.splitlines() == [f"{path}: lagt til som «{path.stem}»"]


def test_run_takes_every_interview_through(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """A recording and a transcript are queued before `run`, and coded after it, with suggestions."""
    files = write_sound(tmp_path / "lyd.wav", tone()), write_interview(tmp_path / "tekst.txt")
    project = cli.project(*files)
    assert {state["state"] for state in cli("status", project, "--json").json()} == {"queued"}
    result = cli("run", project)
    assert result.code == 0
    assert "2 intervjuer kodet nå, 0 var ferdige, 0 feilet." in result.out
    states = cli("status", project, "--json").json()
    assert [(s["state"], s["suggestions"] > 0, s["decisions"]) for s in states] == [("coded", True, 0)] * 2


def test_second_run_loads_no_model(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """`run` on a finished project says that all was done, without loading anything."""
    project = cli.project(write_interview(tmp_path / "a.txt"))
    assert cli("run", project).code == 0
    plain_flow.forbid()
    result = cli("run", project)
    assert result.code == 0
    assert "0 intervjuer kodet nå, 1 var ferdige, 0 feilet." in result.out


def test_swapped_speakers_are_coded_anew(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """Where the roles were told wrong a person swaps them, and the next run codes the other voice, and keeps to it."""
    project = cli.project(write_interview(tmp_path / "a.txt", "Jeg teller kassen."))
    assert cli("swap-speakers", project, "a").code == 2
    assert cli("run", project).code == 0
    assert cli("swap-speakers", project, "a").code == 0
    assert cli("status", project, "--json").json()[0]["state"] == "transcribed"
    assert cli("run", project).code == 0
    said = {phrase["text"] for phrase in cli("export", project).json()["phrases"]}
    assert not any("kassen" in text for text in said)
    assert "1 var ferdige" in cli("run", project).out


def test_bad_interview_does_not_stop_the_others(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """A silent recording fails with its reason in `status`; the code is 1 and the other interview is coded."""
    silent = write_sound(tmp_path / "stille.wav", tone() * 0)
    project = cli.project(silent, write_interview(tmp_path / "god.txt"))
    result = cli("run", project)
    assert result.code == 1
    assert result.errors == ["balansekunst: stille: ingen tale ble funnet. Hør etter om det er lyd i filen."]
    bad, good = cli("status", project, "--json").json()
    assert (bad["state"], bad["what"]) == ("failed", "ingen tale ble funnet")
    assert bad["next"]
    assert good["state"] == "coded"
    assert "ingen tale" in cli("status", project).out.replace("\n", " ")


def test_status_tells_what_a_person_should_look_at(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """An interview that went well and is odd is coded for programs; people see that it needs them, and why."""
    project = cli.project(write_sound(tmp_path / "lyd.wav", tone()))
    assert cli("run", project).code == 0
    (state,) = cli("status", project, "--json").json()
    assert (state["state"], state["attention"]) == ("coded", ["few_words", "one_speaker"])
    told = cli("status", project).out
    assert "trenger tilsyn" in told.replace("\n", " ")
    assert "lyd: nesten ingen ord. Hør på opptaket" in told
    assert "lyd: bare én stemme. Se i transkripsjonen" in told


def test_no_words_of_an_interview_are_told(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """What `run` and `status` print holds no word that was said, also where a step fails unexpectedly."""
    project = cli.project(write_interview(tmp_path / "a.txt"), write_interview(tmp_path / "b.txt", f"{SECRET} x."))
    suggest = type(plain_flow.made["load_labeller"]).suggest

    def stumble(labeller: object, phrases: tuple[Phrase, ...], role: str) -> tuple[Suggestion, ...]:
        if SECRET in phrases[0].text:
            raise ValueError(f"cannot label {phrases[0].text}")
        return suggest(labeller, phrases, role)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(plain_flow.made["load_labeller"]), "suggest", stumble)
        result = cli("run", project)
    assert result.code == 1
    assert "uventet feil (ValueError)" in result.err
    told = result.out + result.err + cli("status", project).out + cli("status", project, "--json").out
    assert SECRET not in told


def test_full_disk_in_a_run_keeps_what_was_done(
    cli: Terminal, plain_flow: FakeModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up part-way gives code 1; the next run does the rest alone."""
    project = cli.project(
        write_interview(tmp_path / "a.txt"), write_interview(tmp_path / "b.txt", "Jeg teller kassen.")
    )

    def fill(interview: object) -> None:
        raise WorkError("disken er full", "x", "Frigjør plass og kjør på nytt.")

    import flows.project as flow

    transcribe = flow.transcribe
    with monkeypatch.context() as patch:
        patch.setattr(flow, "transcribe", lambda i: fill(i) if i.name == "b" else transcribe(i))
        assert cli("run", project).code == 1
    result = cli("run", project)
    assert result.code == 0
    assert "1 intervjuer kodet nå, 1 var ferdige, 0 feilet." in result.out


def test_export_has_every_phrase_and_candidate(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """The JSON export names project, roles, interviews, phrases with exact spans, candidates and their number."""
    answer = "Jeg hjelper kunden. Jeg rydder lageret."
    project = cli.project(write_interview(tmp_path / "a.txt", answer))
    cli("run", project)
    exported = cli("export", project).json()
    kinds = {"project", "roles", "interviews", "phrases", "number", "candidates"}
    assert set(exported) == kinds | {"expected_change", "key_competences", "proxy_verdicts", "second_coding"}
    assert (exported["project"], exported["roles"]) == ("Butikk", ["butikksjef"])
    assert [answer[p["start"] : p["end"]] for p in exported["phrases"]] == [p["text"] for p in exported["phrases"]]
    assert {p["decision"] for p in exported["phrases"]} == {None}
    assert exported["candidates"]


def test_export_as_csv_opens_in_a_spreadsheet(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """The CSV has a mark for UTF-8 and a row for each phrase, and runs no formula."""
    project = cli.project(write_interview(tmp_path / "a.txt", "=SUM(A1) rydder lageret på hylla."))
    cli("run", project)
    assert cli("export", project, "--format", "csv", "-o", tmp_path / "ut.csv").code == 0
    content = (tmp_path / "ut.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 1
    assert "på hylla" in rows[0]["utsagn"]
    assert not any(cell.startswith(("=", "+", "@")) for cell in rows[0].values())


def test_decisions_outlive_a_run_and_come_out(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """What a person decided stands in the export beside a newer model's suggestion, and counts in `status`."""
    project = cli.project(write_interview(tmp_path / "a.txt"))
    cli("run", project)
    sessions = open_database(f"sqlite:///{tmp_path / 'hjem' / 'balansekunst.db'}")
    with sessions.begin() as session:
        known = project_named(session, project)
        phrase = latest_coding(session, 1).suggestions[0].phrase
        decide(session, known.id, phrase, Choice("reject", "Kari", note="utenfor rollen"))
    plain_flow.revision = "newer"
    assert "1 intervjuer kodet nå" in cli("run", project).out
    first, *rest = cli("export", project).json()["phrases"]
    assert first["decision"]["action"] == "reject"
    assert first["decision"]["person"] == "Kari"
    assert [p["decision"] for p in rest] == [None] * len(rest)
    assert cli("status", project, "--json").json()[0]["decisions"] == 1


def test_project_is_told_what_to_learn_from(cli: Terminal) -> None:
    """`learn` names all the projects to learn from beside its own; without any it is its own decisions alone."""
    for name in ("Butikk", "Lager"):
        cli.project(name=name)
    assert "av «Lager»" in cli("project", "learn", "Butikk", "--from", "Lager").out
    assert "alene" in cli("project", "learn", "Butikk").out
    refused = cli("project", "learn", "Butikk", "--from", "Ingen")
    assert refused.code == 2
    assert "Ingen: prosjektet finnes ikke" in refused.err


def test_everything_is_kept_under_the_home(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """Database and recordings lie in BALANSEKUNST_HOME, which is its owner's alone."""
    cli("run", cli.project(write_interview(tmp_path / "a.txt")))
    home = tmp_path / "hjem"
    assert {"balansekunst.db", "recordings"} <= {path.name for path in home.iterdir()}
    assert home.stat().st_mode & 0o077 == 0


def test_change_is_told_of_in_the_terminal(cli: Terminal, plain_flow: FakeModels, tmp_path: Path) -> None:
    """`change` shows what grows, in which interviews, as a table and as JSON; or says that nothing is told."""
    project = cli.project(write_interview(tmp_path / "a.txt", "Det blir stadig mer netthandel. Jeg hjelper kunden."))
    assert "Ingenting er fortalt om endring ennå." in cli("change", project).out
    cli("run", project)
    shown = cli("change", project, "--quotes").out
    assert "Vokser" in shown
    assert "«Det blir stadig mer netthandel» (a, replikk 1)" in " ".join(shown.split())
    found = cli("change", project, "--json").json()
    assert [one["grows"]["interviews"] for one in found["competences"]] == [["a"]]
    assert [one["direction"] for one in found["changes"]] == ["grows"]
    assert "for Nord ennå" in cli("change", project, "--chain", "Nord").out


def test_change_of_an_unknown_project_is_refused(cli: Terminal) -> None:
    """A project that is not there is bad input."""
    assert cli("change", "Borte").code == 2
