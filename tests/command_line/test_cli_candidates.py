"""`balansekunst candidates`: list, merge, split, rename, undo. Fake models, and the flow without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_terminal import Terminal, assert_one_line, write_interview
from fake_models import FakeModels

from flows.context import Context
from flows.steps import RunSummary

WORK = "Jeg hjelper kunden. Jeg rydder lageret. Du teller kassen. Vi baker brødet. Hun selger sko. Han henter varene."


@pytest.fixture
def project(
    cli: Terminal, fakes: FakeModels, monkeypatch: pytest.MonkeyPatch, prefect_home: Path, tmp_path: Path
) -> str:
    """A project that has run, with two candidates of six phrases."""
    import flows.project as flow
    from flows.context import use_context

    for task in ("transcribe", "code", "gather"):
        monkeypatch.setattr(flow, task, getattr(flow, task).fn)

    def start(context: Context, project: str) -> RunSummary:
        use_context(context)
        return flow.run_project.fn(project)

    monkeypatch.setattr("balansekunst.projects.start_project", start)
    name = cli.project()
    assert cli("add", name, write_interview(tmp_path / "kari.txt", WORK), "--chain", "Nord").code == 0
    assert cli("run", name).code == 0
    return name


def listed(cli: Terminal, project: str) -> dict[str, Any]:
    return cli("candidates", "list", project, "--json").json()


def address(phrase: dict[str, Any]) -> str:
    return ":".join(str(phrase[key]) for key in ("interview", "turn", "start", "end"))


def test_list_shows_candidates_with_their_grounds(cli: Terminal, project: str) -> None:
    """The list has each candidate with coverage, weight and quotes, and the numbers tried; so has `export`."""
    found = listed(cli, project)
    assert found["number"]["reason"] == "little"
    assert [trial["clusters"] for trial in found["number"]["tried"]] == [2]
    one, other = found["candidates"]
    assert {"id", "name", "coverage", "interviews", "chains", "weight", "positions", "quotes", "phrases"} == set(one)
    assert (one["coverage"], one["chains"]) == (1, ["Nord"])
    assert one["weight"] + other["weight"] == pytest.approx(1)
    assert all(quote in one["phrases"] for quote in one["quotes"])
    exported = cli("export", project).json()
    assert all(exported[key] == found[key] for key in ("number", "candidates"))


def test_run_status_and_list_say_why_so_many(cli: Terminal, project: str) -> None:
    """What people see says how many candidates there are and why."""
    for command in (("run", project), ("status", project), ("candidates", "list", project)):
        assert "2 kandidater til nøkkelkompetanser, siden det er for få utsagn" in cli(*command).out


def test_phrases_are_listed_with_the_address_to_split_by(cli: Terminal, project: str) -> None:
    """With --phrases each phrase stands with the address that `split` takes."""
    shown = cli("candidates", "list", project, "--phrases").out
    for candidate in listed(cli, project)["candidates"]:
        for phrase in candidate["phrases"]:
            assert f"{address(phrase)}  {phrase['text']}" in shown


def test_merged_candidates_are_one_until_it_is_undone(cli: Terminal, project: str) -> None:
    """`merge` makes one candidate at once, `list` tells who did it, and `undo` brings both back."""
    before = listed(cli, project)["candidates"]
    first, second = (candidate["id"] for candidate in before)
    result = cli("candidates", "merge", project, first, second, "--person", "Kari", "--name", "Drive butikk")
    assert result.code == 0
    assert "Angre: balansekunst candidates undo Butikk 1" in result.out
    found = listed(cli, project)
    assert [(c["id"], c["name"]) for c in found["candidates"]] == [(first, "Drive butikk")]
    (decision,) = found["decisions"]
    assert decision["candidates"] == [first, second]
    assert (decision["action"], decision["person"], decision["stands"]) == ("merge", "Kari", True)
    assert cli("candidates", "undo", project, 1, "--person", "Ola").code == 0
    after = listed(cli, project)
    assert after["candidates"] == before
    assert [one["stands"] for one in after["decisions"]] == [False, True]


def test_split_and_rename(cli: Terminal, project: str) -> None:
    """`split` takes phrases out as a candidate of its own, and `rename` gives it another name."""
    whole = listed(cli, project)["candidates"][0]
    out = whole["phrases"][0]
    taken = ["--phrase", address(out), "--person", "Kari", "--name", "For seg"]
    assert cli("candidates", "split", project, whole["id"], *taken).code == 0
    (new,) = (c for c in listed(cli, project)["candidates"] if c["name"] == "For seg")
    assert [phrase["text"] for phrase in new["phrases"]] == [out["text"]]
    assert cli("candidates", "rename", project, new["id"], "Se den enkelte", "--person", "Kari").code == 0
    names = {c["id"]: c["name"] for c in listed(cli, project)["candidates"]}
    assert (len(names), names[new["id"]], names[whole["id"]]) == (3, "Se den enkelte", whole["name"])
    assert "For seg" in cli("candidates", "list", project).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("merge", "Butikk", "borte", "også", "--person", "Kari"), "borte"),
        (("rename", "Butikk", "borte", "Navn", "--person", "Kari"), "borte"),
        (("split", "Butikk", "borte", "--phrase", "kari:1", "--person", "Kari"), "kari:1"),
        (("undo", "Butikk", "7", "--person", "Kari"), "7"),
        (("merge", "Butikk", "borte", "også"), "--person"),
        (("list", "Ingen"), "Ingen"),
    ],
)
def test_what_cannot_be_decided_is_told_in_one_line(
    cli: Terminal, project: str, arguments: tuple[str, ...], told: str
) -> None:
    """A candidate, phrase, decision or project that is not there, or nobody to decide, ends with code 2."""
    assert_one_line(cli("candidates", *arguments), 2, told)
    assert listed(cli, project)["decisions"] == []


def test_decision_by_nobody_is_refused(cli: Terminal, project: str) -> None:
    """An empty person is refused, and nothing is written down."""
    first = listed(cli, project)["candidates"][0]["id"]
    assert_one_line(cli("candidates", "rename", project, first, "Nytt", "--person", " "), 2, "mangler navn")
    assert listed(cli, project)["decisions"] == []


def test_project_that_has_not_run_has_none(cli: Terminal, fakes: FakeModels) -> None:
    """Before the first run the list is empty, and there is nothing to decide on."""
    project = cli.project()
    assert listed(cli, project)["candidates"] == []
    assert "Ingen kandidater" in cli("candidates", "list", project).out
    assert_one_line(cli("candidates", "rename", project, "a", "B", "--person", "Kari"), 2, "run Butikk")


def test_moved_phrases_are_where_they_came_to(cli: Terminal, project: str) -> None:
    """`move` takes phrases to another candidate, and `list` tells who did it."""
    home, to = sorted(listed(cli, project)["candidates"], key=lambda c: -len(c["phrases"]))
    moved = home["phrases"][-1]
    result = cli("candidates", "move", project, home["id"], to["id"], "--phrase", address(moved), "--person", "Kari")
    assert result.code == 0
    found = {candidate["id"]: candidate for candidate in listed(cli, project)["candidates"]}
    assert moved["text"] in [phrase["text"] for phrase in found[to["id"]]["phrases"]]
    assert f"flyttet til {to['id']}, {home['id']}" in cli("candidates", "list", project).out


def test_chosen_candidate_keeps_its_texts(cli: Terminal, project: str) -> None:
    """`choose` says why and what, keeps what is not said anew, and can be taken back."""
    id = listed(cli, project)["candidates"][0]["id"]
    by = ("--person", "Kari")
    assert "Valgt i alt: 1." in cli("candidates", "choose", project, id, *by, "--why", "Derfor.").out
    assert cli("candidates", "choose", project, id, *by, "--what", "Dette.").code == 0
    assert listed(cli, project)["choices"][id] == {"chosen": True, "why": "Derfor.", "what": "Dette.", "person": "Kari"}
    assert "✓" in cli("candidates", "list", project).out
    assert "ikke lenger valgt. Valgt i alt: 0." in cli("candidates", "choose", project, id, *by, "--no-longer").out
    assert listed(cli, project)["choices"][id]["why"] == "Derfor."


def test_unknown_candidate_is_not_chosen(cli: Terminal, project: str) -> None:
    """A candidate that is not there, or nobody to choose it, ends with code 2, and nothing is written down."""
    id = listed(cli, project)["candidates"][0]["id"]
    assert_one_line(cli("candidates", "choose", project, "borte", "--person", "Kari"), 2, "borte")
    assert_one_line(cli("candidates", "choose", project, id, "--person", " "), 2, "mangler navn")
    assert listed(cli, project)["choices"] == {}
