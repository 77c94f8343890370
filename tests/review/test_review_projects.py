from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from review_pages import BASE, HUMOUR, SEEN, TRAITS, Browser, add_many
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.records import identity_of
from pipeline.review_order import is_unbiased
from review.app import create_app
from store.database import open_database
from store.decisions import Choice, decide
from store.interviews import Source, add_interview, find_interview, record_problem
from store.lessons import review_seed
from store.projects import create_project, project_named
from store.results import latest_transcript, save_coding

RIGHT, WRONG = Choice("approve", "Kari", "competence", ("pace",)), Choice("move", "Kari", "competence", ("people",))
TRAIT = Choice("relabel", "Kari", "trait")


def test_front_page_lists_projects_with_counts(client: TestClient, kari: Browser) -> None:
    """The front page names each project, links to it, and counts interviews and decided phrases."""
    kari.decide(SEEN, "godkjenn")
    text = client.get("/").text
    assert '<a href="/prosjekt/Butikk">Butikk</a>' in text
    assert "<dt>Intervjuer</dt><dd>1</dd>" in text
    assert "<dt>Avgjorte utsagn</dt><dd>1</dd>" in text


def test_front_page_without_projects_says_how_to_make_one(settings: Settings) -> None:
    """An empty database gets the command that makes a project."""
    client = TestClient(create_app(open_database("sqlite://"), settings), base_url=BASE)
    assert "balansekunst project new" in client.get("/").text


@pytest.mark.parametrize("address", ["/", "/prosjekt/Butikk"])
def test_overviews_take_no_forms(client: TestClient, address: str) -> None:
    """A form sent to a page that only shows gets a Norwegian 405, with the methods that are allowed."""
    answer = client.post(address)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert "Siden kan ikke brukes på den måten" in answer.text


@pytest.mark.parametrize("address", ["/", "/prosjekt/Butikk"])
def test_overviews_are_read_without_a_name(client: TestClient, address: str) -> None:
    """Whoever sits at the machine may read the overviews without saying who they are, any number of times."""
    first, second = client.get(address), client.get(address)
    assert first.status_code == 200
    assert first.text == second.text


def test_project_page_shows_the_nine_positions(client: TestClient) -> None:
    """The balance model links to the lists of six points and three balances."""
    text = client.get("/prosjekt/Butikk").text
    positions = ("people", "technology", "flexibility", "routines", "pace", "presence")
    balances = ("people%2Btechnology", "flexibility%2Broutines", "pace%2Bpresence")
    assert [p for p in (*positions, *balances) if f'href="/prosjekt/Butikk/plass/{p}"' not in text] == []


def test_project_page_counts_suggestions_and_decisions(client: TestClient, kari: Browser) -> None:
    """A decision shows in the count of its position and of the project; what is `none` is not counted."""
    kari.decide(SEEN, "godkjenn")
    text = client.get("/prosjekt/Butikk").text
    assert "1 intervjuer,\n3 forslag, 1 avgjort." in text
    tile = text.partition('href="/prosjekt/Butikk/plass/people"')[2].partition("</a>")[0]
    assert "<strong>2</strong> forslag" in tile
    assert "1 avgjort" in tile


def test_project_page_shows_candidates_with_coverage_and_quote(client: TestClient) -> None:
    """A candidate stands with its name, position, how many interviews tell of it, and a quote."""
    text = client.get("/prosjekt/Butikk").text.partition('id="nokkel"')[2]
    assert "Se folk" in text
    assert "Mennesker" in text
    assert "1 av 1 intervjuer · 2 utsagn" in text
    assert f"«{SEEN}»" in text


def test_project_page_says_what_failed_and_what_next(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """An interview that failed shows what is wrong and what to do."""
    with sessions.begin() as session:
        project = project_named(session, "Butikk")
        source = Source("ola", "audio", "b" * 64, ".mp3")
        interview = add_interview(session, project.id, source).interview
        record_problem(session, interview.id, "transcribe", "lydfilen er tom", "Legg den til på nytt.")
    text = client.get("/prosjekt/Butikk").text
    assert "Trenger hjelp" in text
    assert "Lydfilen er tom. Legg den til på nytt." in text


def test_unknown_project_is_a_plain_404(client: TestClient) -> None:
    """A project that is not there gets a Norwegian 404 that names those that are."""
    answer = client.get("/prosjekt/Finnes%20ikke")
    assert answer.status_code == 404
    assert "Prosjektet finnes ikke" in answer.text
    assert "Prosjektene er: Butikk." in answer.text


def test_unknown_page_is_a_plain_404(client: TestClient) -> None:
    """An address outside the application gets a Norwegian page, not the framework's."""
    answer = client.get("/docs")
    assert answer.status_code == 404
    assert "Siden finnes ikke" in answer.text


@pytest.mark.parametrize("name", ["Nord/Sør", "50 % & <b>mer</b>?#", "Ærlig"])
def test_project_with_odd_name_is_found_and_escaped(
    client: TestClient, sessions: sessionmaker[Session], name: str
) -> None:
    """Whatever a project's name holds, its address on the front page leads there and markup is text."""
    with sessions.begin() as session:
        create_project(session, name, ("rolle",))
    front = client.get("/").text
    address = next(
        part.partition('"')[0]
        for part in front.split('href="')
        if "/prosjekt/" in part[:10] and "Butikk" not in part[:20]
    )
    assert client.get(address).status_code == 200
    assert "<b>mer" not in front


def test_dimension_share_leaves_rejected_phrases_out(client: TestClient, kari: Browser) -> None:
    """The share of a dimension is of the competences that nobody rejected."""
    kari.decide(HUMOUR, "flytt", TRAITS, plass="routines")
    assert "<strong>67\u00a0%</strong>" in client.get("/prosjekt/Butikk").text
    kari.decide(SEEN, "forkast")
    assert "<strong>67\u00a0%</strong>" not in client.get("/prosjekt/Butikk").text


def test_project_page_shows_what_was_taken_out(client: TestClient, kari: Browser) -> None:
    """The list of what people took out is linked only where it holds something, and has the phrase."""
    assert "/kategori/none" not in client.get("/prosjekt/Butikk").text
    kari.decide(SEEN, "kategori", kategori="none")
    assert "/kategori/none" in client.get("/prosjekt/Butikk").text
    assert SEEN in client.get("/prosjekt/Butikk/kategori/none").text


def test_decisions_survive_a_coding_without_suggestions(
    client: TestClient, kari: Browser, sessions: sessionmaker[Session]
) -> None:
    """What somebody decided on stays in its list when the newest coding no longer suggests it."""
    kari.decide(SEEN, "flytt", plass="pace")
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, "Butikk").id, "kari")
        stored = latest_transcript(session, interview.id) if interview else None
        assert stored
        save_coding(session, stored.id, "k2", "r2", ())
    text = client.get("/prosjekt/Butikk/plass/pace").text
    assert SEEN in text
    assert "Den nyeste kodingen foreslår ikke dette utsagnet. Avgjørelsen står." in text
    assert "0 forslag" in client.get("/prosjekt/Butikk/plass/people").text


def test_measured_quality_is_shown(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Agreement on the random tenth stands with its interval and the number of decisions, and what it is."""
    _decide(sessions, True, [RIGHT, RIGHT, WRONG, TRAIT])
    shown = client.get("/prosjekt/Butikk").text.partition('id="kvalitet"')[2].partition("</section>")[0]
    assert "Målt kvalitet" in shown
    assert "hvert tiende forslag, som er trukket ut tilfeldig" in shown
    assert _row("Kategori", "75", "30", "95", 4) in shown
    assert _row("Plass i balansemodellen", "67", "21", "94", 3) in shown


def test_position_without_decisions_is_left_out(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Where no decision on the random tenth can tell of positions, only the category is measured."""
    _decide(sessions, True, [TRAIT])
    text = client.get("/prosjekt/Butikk").text
    assert _row("Kategori", "0", "0", "79", 1) in text
    assert "Plass i balansemodellen" not in text


@pytest.mark.parametrize("choices", [[], [RIGHT, TRAIT]])
def test_nothing_measured_shows_nothing(
    client: TestClient, sessions: sessionmaker[Session], choices: list[Choice]
) -> None:
    """Without decisions, or with none on the random tenth, there is nothing about measured quality."""
    _decide(sessions, False, choices)
    assert "Målt kvalitet" not in client.get("/prosjekt/Butikk").text


def _row(title: str, share: str, low: str, high: str, decisions: int) -> str:
    cells = (f"{share}\u00a0%", f"{low}\u00a0% til {high}\u00a0%", str(decisions))
    return f'<th scope="row">{title}</th>' + "".join(f'<td class="number">{cell}</td>' for cell in cells)


def _decide(sessions: sessionmaker[Session], drawn: bool, choices: list[Choice]) -> None:
    """Decides on as many suggestions at `pace`, all of them in the random tenth or none."""
    many = add_many(sessions, 90)
    with sessions.begin() as session:
        project_id = project_named(session, "Butikk").id
        found = [s for s in many if is_unbiased(identity_of(s.phrase), review_seed(project_id)) == drawn]
        for suggestion, choice in zip(found, choices, strict=False):
            decide(session, project_id, suggestion.phrase, choice)
