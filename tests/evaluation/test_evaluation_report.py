"""The report: Norwegian lines for people, plain values for programs, and nothing that is not known told as a number."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from evidence_examples import WHOLE, coded, judged

from evaluation.evidence import Evidence
from evaluation.measures import SUITES
from evaluation.report import FEWEST, MISTAKES, as_data, as_markdown

NOTHING_SAFE = replace(WHOLE, phrases=WHOLE.phrases[1:])
ALL = list(SUITES)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer draws than in earnest: intervals are not what is tested here."""
    monkeypatch.setattr("evaluation.measures.BOOTSTRAPS", 20)


def row(lines: list[str], what: str) -> list[str]:
    """The cells of the row that begins with `what`."""
    (line,) = [line for line in lines if line.startswith(f"| {what} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def tables(lines: list[str]) -> list[list[str]]:
    """The lines of each table."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("|"):
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def test_report_says_what_it_is_of() -> None:
    """The first line names the material and the model."""
    assert as_markdown(WHOLE, ALL)[0] == "Grunnlag: to prøver. Modell: modell-1."


def test_row_tells_value_interval_target_and_numbers() -> None:
    """A row has value, interval, target, items and groups, with two decimals."""
    assert row(as_markdown(WHOLE, ALL), "ordfeilrate") == ["ordfeilrate", "0.40", "0.40–0.40", "", "5", "1"]
    assert row(as_markdown(WHOLE, ALL), "… justert Rand-indeks (ARI)")[1:] == ["1.00", "1.00–1.00", "0.45", "4", "1"]


def test_every_table_is_whole() -> None:
    """All lines of a table have as many cells as its head."""
    found = tables(as_markdown(replace(WHOLE, phrases=WHOLE.phrases * FEWEST), ALL))
    assert len(found) == 4
    for table in found:
        assert len({line.count("|") for line in table}) == 1


def test_unknown_is_told_as_a_dash() -> None:
    """Where nothing is above the program's threshold, the precision there is a dash, its interval too."""
    cells = row(as_markdown(NOTHING_SAFE, ["category"]), "… presisjon der")
    assert cells[1:3] == ["–", "–"]
    assert "nan" not in "\n".join(as_markdown(NOTHING_SAFE, ALL)).lower()


def test_unknown_is_null_for_programs() -> None:
    """JSON has no NaN; every figure has the same fields."""
    data = json.loads(json.dumps(as_data(NOTHING_SAFE, ALL), allow_nan=False))
    (unknown,) = [figure for figure in data["figures"] if figure["value"] is None]
    assert (unknown["what"], unknown["low"], unknown["high"]) == ("… presisjon der", None, None)
    fields = {"suite", "what", "value", "low", "high", "items", "groups", "target"}
    assert all(set(figure) == fields for figure in data["figures"])


def test_programs_get_all_that_is_told() -> None:
    """Figures of each suite, the tables with their classes, and the mistakes with their grounds."""
    data = json.loads(json.dumps(as_data(WHOLE, ALL), allow_nan=False))
    assert (data["origin"], data["revision"], data["roles"]) == ("to prøver", "modell-1", {})
    assert {figure["suite"] for figure in data["figures"]} == set(SUITES)
    assert len(data["confusion"]["classes"]) == len(data["confusion"]["counts"]) == 5
    assert sum(map(sum, data["confusion"]["counts"])) == 2
    assert len(data["points"]["classes"]) == len(data["points"]["counts"]) == 6
    (mistake,) = data["mistakes"]
    assert (mistake["truth"]["text"], mistake["label"]["category"]) == ("blid", "task")
    assert mistake["label"]["grounds"]["precedents"][0]["phrase"] == "hjelper gjester"


@pytest.mark.parametrize("suite", ALL)
def test_one_suite_tells_of_itself_alone(suite: str) -> None:
    """Whoever asks for one suite gets its rows, and no text of another's."""
    assert {figure["suite"] for figure in as_data(WHOLE, [suite])["figures"]} == {suite}
    text = "\n".join(as_markdown(WHOLE, [suite]))
    assert ("De sikreste feilene" in text) == (suite == "category")
    assert ("ikke ble funnet" in text) == (suite == "phrases")
    assert ("muntlige kompetanser" in text) == (suite == "position")


def test_roles_with_enough_phrases_have_a_line() -> None:
    """A role has a line from thirty phrases on; one without a name is told as that."""
    many = [judged("competence", "competence", role="") for _ in range(FEWEST)]
    few = [judged("trait", "task", role="vert") for _ in range(FEWEST - 1)]
    evidence = Evidence("m", "p", (*many, *few))
    lines = as_markdown(evidence, ["category", "proxies"])
    assert row(lines, "uten rolle") == ["uten rolle", "1.00"]
    assert not any(line.startswith("| vert") for line in lines)
    assert list(as_data(evidence, ["category"])["roles"]) == [""]


def test_role_without_a_figure_has_an_empty_cell() -> None:
    """A role that has no placed competences has nothing in the columns about places."""
    placed = judged("competence", "competence", role="kokk", position="people", points={"people": 1.0})
    evidence = Evidence("m", "p", (*[placed] * FEWEST, *[judged("trait", "trait", role="vert")] * FEWEST))
    lines = as_markdown(evidence, ["category", "position"])
    assert row(lines, "kokk") == ["kokk", "1.00", "1.00", "1.00", "1.00"]
    assert row(lines, "vert") == ["vert", "1.00", "", "", ""]


def test_mistakes_are_told_with_their_grounds() -> None:
    """What was said and how surely, what the expert says, the nearest precedent and the words that tipped it."""
    (line,) = [line for line in as_markdown(WHOLE, ["category"]) if line.startswith("- ")]
    assert line == (
        "- «blid»: oppgave 0.60, eksperten sier egenskap; ligner «hjelper gjester» (kompetanse); ord: hører"
    )


def test_no_more_mistakes_than_fit() -> None:
    """A dozen are told, of the category and of what was not found."""
    wrong = [judged("trait", "task") for _ in range(MISTAKES + 5)]
    unseen = [coded("Jeg er blid.", [("blid", "trait")], [], f"nr{i}") for i in range(MISTAKES + 5)]
    lines = as_markdown(Evidence("m", "p", tuple(wrong), tuple(unseen)), ["category", "phrases"])
    assert len([line for line in lines if line.startswith("- «hører")]) == MISTAKES
    assert len([line for line in lines if line.startswith("- nr")]) == MISTAKES


def test_what_was_not_found_is_told() -> None:
    """A span that nothing suggested matches is told of, by interview, in its words."""
    assert [line for line in as_markdown(WHOLE, ["phrases"]) if line.startswith("- ")] == ["- kari: «blid» (egenskap)"]


def test_same_words_twice_are_two_spans() -> None:
    """Of a wording said twice and found once, the other one is told of."""
    example = coded("Jeg rydder. Jeg er blid.", [("blid", "trait")], [])
    phrase, label = example.spans[0]
    again = replace(phrase, turn=3)
    found = coded("Jeg rydder. Jeg er blid.", [("blid", "trait")], [("blid", "trait")]).suggestions
    both = replace(example, spans=((phrase, label), (again, label)), suggestions=found)
    lines = as_markdown(Evidence("m", "p", interviews=(both,)), ["phrases"])
    assert [line for line in lines if line.startswith("- ")] == ["- kari: «blid» (egenskap)"]


def test_nothing_is_told_as_nothing() -> None:
    """Without any material there are heads of tables and no numbers, and no failure."""
    assert json.loads(json.dumps(as_data(Evidence("m", "p"), ALL), allow_nan=False))["figures"] == []
    assert len(tables(as_markdown(Evidence("m", "p"), ALL))) == 1
