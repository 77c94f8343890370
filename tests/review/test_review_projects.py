from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from review_pages import BASE, SEEN, Browser, content_of
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from review.app import create_app
from store.database import open_database
from store.interviews import Source, add_interview, record_problem
from store.projects import create_project, find_project, list_projects, project_named

NEW = {"navn": "Renhold", "roller": "renholder, teamleder"}


def names(sessions: sessionmaker[Session]) -> list[str]:
    with sessions.begin() as session:
        return [project.name for project in list_projects(session)]


@pytest.fixture
def nothing(settings: Settings) -> TestClient:
    """An application without any project."""
    return TestClient(create_app(open_database("sqlite://"), settings), base_url=BASE)


def test_front_page_lists_projects_with_what_is_done(client: TestClient, kari: Browser) -> None:
    """A project stands with its interviews by stage, linked to their list, and how much of it is decided."""
    kari.decide(SEEN, "godkjenn")
    text = client.get("/").text
    assert '<a href="/prosjekt/Butikk">Butikk</a>' in text
    assert 'href="/prosjekt/Butikk/intervjuer?tilstand=reviewed">1 under gjennomgang</a>' in text
    assert "33\u00a0% avgjort: 1 av 3 forslag" in text


def test_front_page_tells_of_interviews_that_need_help(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A failed interview is counted and linked to on the front page."""
    with sessions.begin() as session:
        source = Source("ola", "audio", "b" * 64, ".mp3")
        interview = add_interview(session, project_named(session, "Butikk").id, source).interview
        record_problem(session, interview.id, "transcribe", "lydfilen er tom", "Legg den til på nytt.")
    assert 'tilstand=failed">1 trenger hjelp</a>' in client.get("/").text


def test_project_that_was_worked_on_last_comes_first(
    client: TestClient, kari: Browser, sessions: sessionmaker[Session]
) -> None:
    """A decision brings its project to the top of the list."""
    with sessions.begin() as session:
        create_project(session, "Sykehjem", ("leder",))
    before = client.get("/").text
    assert before.index(">Sykehjem<") < before.index(">Butikk<")
    kari.decide(SEEN, "godkjenn")
    after = client.get("/").text
    assert after.index(">Butikk<") < after.index(">Sykehjem<")


def test_front_page_without_projects_says_how_to_begin(nothing: TestClient) -> None:
    """An empty database gets the steps, and who has not said their name is asked for it."""
    text = nothing.get("/").text
    assert "Lag et prosjekt med rollene som skal beskrives." in text
    assert 'href="/hvem?tilbake=%2F">Si hvem du er</a>' in text
    assert 'name="roller"' not in text


def test_new_project_is_made_and_shown(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Name and roles make a project, and its own page follows, which says how to go on."""
    answer = kari.client.post("/", data=NEW, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/prosjekt/Renhold")
    with sessions.begin() as session:
        assert project_named(session, "Renhold").roles == ("renholder", "teamleder")
    text = kari.client.get("/prosjekt/Renhold").text
    assert "Prosjektet har ingen intervjuer ennå." in text
    assert 'href="/prosjekt/Renhold/intervjuer/nye"' in text


def test_roles_are_named_once_and_without_blanks(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Commas, semicolons and lines part the roles; what is empty or said twice is left out."""
    kari.client.post("/", data={"navn": "  Nord   øst ", "roller": "leder;  leder,\nassisterende   leder,,"})
    with sessions.begin() as session:
        found = find_project(session, "Nord øst")
    assert found
    assert found.roles == ("leder", "assisterende leder")


def test_same_project_is_not_made_twice(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A form that is sent again is refused, and what was written is still in it."""
    kari.client.post("/", data=NEW)
    answer = kari.client.post("/", data=NEW | {"roller": "en annen"})
    assert answer.status_code == 400
    assert "Det finnes alt et prosjekt med dette navnet: Renhold. Velg et annet navn." in answer.text
    assert 'value="en annen"' in answer.text
    assert names(sessions) == ["Butikk", "Renhold"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"navn": " "}, "Navnet mangler: Navn. Gi prosjektet et navn."),
        ({"navn": "x" * 81}, "Navnet er for langt: Navn. Bruk høyst 80 tegn."),
        ({"navn": "Nord\x00sør"}, "Navnet har tegn som ikke kan vises"),
        ({"navn": ".."}, "Navnet har ingen bokstaver eller tall"),
        ({"roller": " , "}, "Roller mangler: Roller. Skriv minst én rolle"),
        ({"roller": ",".join(f"rolle {i}" for i in range(21))}, "Det er for mange roller: 21 roller. Bruk høyst 20."),
        ({"roller": "x" * 81}, "Navnet er for langt: Roller."),
    ],
)
def test_project_that_cannot_be_is_refused(
    kari: Browser, sessions: sessionmaker[Session], changed: dict[str, str], told: str
) -> None:
    """Bad input is told of beside the form, and nothing is made."""
    answer = kari.client.post("/", data=NEW | changed)
    assert answer.status_code == 400
    assert told in answer.text
    assert names(sessions) == ["Butikk"]


def test_nobody_makes_a_project_without_a_name(stranger: Browser, sessions: sessionmaker[Session]) -> None:
    """Who has not said who they are is refused, and shown no form."""
    assert stranger.client.post("/", data=NEW).status_code == 403
    assert 'name="roller"' not in stranger.client.get("/").text
    assert names(sessions) == ["Butikk"]


def test_front_page_takes_no_other_method(client: TestClient) -> None:
    """The front page is read and written to by GET and POST alone."""
    assert client.put("/").status_code == 405
    assert client.delete("/").status_code == 405


def test_front_page_is_read_without_a_name(client: TestClient) -> None:
    """Whoever sits at the machine may read it, any number of times."""
    first, second = client.get("/"), client.get("/")
    assert first.status_code == 200
    assert first.text == second.text


def test_unknown_page_is_a_plain_404(client: TestClient) -> None:
    """An address outside the application gets a Norwegian page, not the framework's."""
    answer = client.get("/docs")
    assert answer.status_code == 404
    assert "Siden finnes ikke" in answer.text


@pytest.mark.parametrize("name", ["Nord/Sør", "50 % & <b>mer</b>?#", "Ærlig"])
def test_project_with_odd_name_is_found_and_escaped(kari: Browser, name: str) -> None:
    """Whatever a project's name holds, its address on the front page leads there and markup is text."""
    kari.client.post("/", data=NEW | {"navn": name})
    front = content_of(kari.client.get("/").text)
    addresses = [part.partition('"')[0] for part in front.split('<h2><a href="')[1:]]
    assert len(addresses) == 2
    assert [kari.client.get(address).status_code for address in addresses] == [200, 200]
    assert "<b>mer" not in front
