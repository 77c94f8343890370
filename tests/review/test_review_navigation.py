from __future__ import annotations

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from review_pages import BASE, PEOPLE, SEEN, Browser
from sqlalchemy.orm import Session, sessionmaker
from starlette.routing import Match

import review.app
from balansekunst.settings import Settings
from review import addresses
from review.app import PAGES, create_app
from review.navigation import ENTRIES, module_of
from store.projects import create_project

ODD = "a/b ?&#%æ"


def test_navigation_stands_on_every_page_of_a_project(client: TestClient) -> None:
    """Each page within a project has the project's navigation, and pages outside have none."""
    for address, stands in [("/prosjekt/Butikk", True), (PEOPLE, True), ("/", False), ("/hvem", False)]:
        assert ('aria-label="Prosjektet Butikk"' in client.get(address).text) is stands


def test_only_pages_that_exist_are_linked(client: TestClient) -> None:
    """Every link of the navigation leads to a page, and each page of a project has its entry."""
    text = client.get("/prosjekt/Butikk").text.partition('<nav class="project"')[2].partition("</nav>")[0]
    shown = [entry for entry in ENTRIES if f'href="{entry.address("Butikk")}"' in text]
    assert {entry.module for entry in shown} == {entry.module for entry in ENTRIES} & {
        module_of(module.__name__) for module in PAGES
    }
    assert [client.get(entry.address("Butikk")).status_code for entry in shown] == [200] * len(shown)


def test_page_itself_is_marked(client: TestClient) -> None:
    """The page one is at is marked as such, and no other."""
    text = client.get("/prosjekt/Butikk").text
    assert '<a href="/prosjekt/Butikk" aria-current="page">Oversikt</a>' in text
    assert text.count('aria-current="page"') == 1


def test_page_that_is_not_there_has_no_navigation(client: TestClient) -> None:
    """A project that does not exist has no pages to go to."""
    assert 'class="project"' not in client.get("/prosjekt/Finnes-ikke").text


def test_project_with_any_name_has_its_pages(
    client: TestClient, sessions: sessionmaker[Session], settings: Settings
) -> None:
    """A name with slash and signs leads to the project's own pages, from the navigation too."""
    with sessions.begin() as session:
        create_project(session, ODD, ("butikksjef",))
    text = client.get(addresses.project_address(ODD)).text
    assert f'href="{addresses.project_address(ODD)}" aria-current="page"' in text


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (addresses.upload_address("A"), "/prosjekt/A/intervjuer"),
        (addresses.interview_address("A", "ko", "u1"), "/prosjekt/A/intervju/ko#u1"),
        (addresses.queue_address("A", rolle="butikksjef", side=0), "/prosjekt/A/ko?rolle=butikksjef"),
        (addresses.balance_address("A"), "/prosjekt/A/balanse"),
        (addresses.competences_address("A", "k1"), "/prosjekt/A/nokkelkompetanser#k1"),
        (addresses.proxies_address("A"), "/prosjekt/A/erstatningsord"),
        (addresses.second_coding_address("A"), "/prosjekt/A/dobbeltkoding"),
        (addresses.history_address("A"), "/prosjekt/A/historikk"),
        (addresses.results_address("A"), "/prosjekt/A/resultat"),
    ],
)
def test_every_page_has_an_address(address: str, path: str) -> None:
    """Each page's address is made in one place; what is not asked for is left out."""
    assert address == path


def test_projects_own_page_comes_last() -> None:
    """The project's own address takes in all longer ones, so it is tried after them."""

    def takes(router: APIRouter, path: str) -> bool:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        return any(route.matches(scope)[0] == Match.FULL for route in router.routes)

    assert takes(review.app.overview.router, PEOPLE)
    assert PAGES[-1] is review.app.overview


def test_refused_form_leads_back_to_its_page(kari: Browser) -> None:
    """A form whose address is no page leads back to the page that sent it, and never to another site."""
    sender, elsewhere = f"{BASE}/prosjekt/Butikk?a=1", "http://ondt.example/prosjekt/Butikk"
    refused = [kari.client.post("/sprak", headers={"referer": referer}).text for referer in (sender, elsewhere)]
    assert ['href="/prosjekt/Butikk?a=1">Tilbake til siden' in text for text in refused] == [True, False]
    assert "ondt.example" not in refused[1]


def test_refusal_of_a_part_is_a_part(client: TestClient, settings: Settings) -> None:
    """Where HTMX asked, the answer is a message without a page around it, with the status of the error."""
    headers = {"hx-request": "true", "referer": f"{BASE}/prosjekt/Butikk"}
    answer = client.get("/prosjekt/Finnes-ikke", headers=headers)
    assert answer.status_code == 404
    assert answer.text.startswith('<div class="warning">')
    assert "Prosjektet finnes ikke" in answer.text


def test_nameless_part_leads_to_who(client: TestClient, kari: Browser) -> None:
    """Where HTMX sends a decision without a name, the message links to the question who one is, and back."""
    form = kari.form(SEEN) | {"handling": "godkjenn"}
    client.cookies.clear()
    answer = client.post(PEOPLE, data=form, headers={"hx-request": "true", "referer": f"{BASE}{PEOPLE}"})
    assert answer.status_code == 403
    assert f'href="/hvem?tilbake={PEOPLE.replace("/", "%2F")}"' in answer.text


def test_stale_part_leads_back_to_its_page(kari: Browser, ola: Browser) -> None:
    """Where HTMX sends a decision after somebody else's, the message says so and offers the page anew."""
    form = kari.form(SEEN) | {"handling": "godkjenn"}
    ola.decide(SEEN, "forkast")
    answer = kari.client.post(PEOPLE, data=form, headers={"hx-request": "true", "referer": f"{BASE}{PEOPLE}"})
    assert answer.status_code == 409
    assert f'<a href="{PEOPLE}">Last siden på nytt</a>' in answer.text


def test_application_takes_the_pages_in_its_list(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """The application knows its pages by their modules' names, which the navigation asks for."""
    assert create_app(sessions, settings).state.pages == {module_of(module.__name__) for module in PAGES}
