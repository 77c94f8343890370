from __future__ import annotations

import pytest
from accessibility import barriers
from playwright.sync_api import Browser, BrowserContext, Page, expect
from review_pages import PROJECT
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Transcript, Turn
from store.interviews import Source, add_interview
from store.progress import LISTENING, clear, report
from store.projects import project_named
from store.results import save_transcript

OVERVIEW = f"/prosjekt/{PROJECT}"


@pytest.fixture
def ola(sessions: sessionmaker[Session]) -> int:
    """The number of an interview that a run somewhere is listening to."""
    with sessions.begin() as session:
        source = Source("ola", "audio", "b" * 64, ".mp3", role="butikksjef")
        number = add_interview(session, project_named(session, PROJECT).id, source).interview.id
        report(session, number, LISTENING, 60, 240)
    return number


def test_run_is_followed_to_its_end(page: Page, sessions: sessionmaker[Session], ola: int, trouble: list[str]) -> None:
    """Progress moves, stages change and the end is told without anybody doing anything at the page."""
    page.goto(OVERVIEW)
    running = page.get_by_role("region", name="En kjøring pågår")
    expect(running).to_contain_text("ola hørt 1:00 av 4:00")
    with sessions.begin() as session:
        report(session, ola, LISTENING, 120, 240)
    expect(running).to_contain_text("hørt 2:00 av 4:00")
    with sessions.begin() as session:
        save_transcript(session, ola, "k", Transcript("ola", (Turn("respondent", "Ja."),)))
        clear(session, ola)
    expect(page.get_by_role("status")).to_contain_text("Kjøringen er ferdig")
    expect(page.get_by_role("link", name="1 Skrevet ut")).to_be_visible()
    expect(page.get_by_role("region", name="En kjøring pågår")).to_have_count(0)
    assert trouble == []


def test_project_is_made_by_keyboard(page: Page) -> None:
    """Who says their name makes a project with the keyboard alone; a fault stands at the form, which has the focus."""
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").press_sequentially("Kari")
    page.keyboard.press("Enter")
    page.get_by_text("Nytt prosjekt").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(PROJECT)
    page.keyboard.press("Tab")
    page.keyboard.type("renholder")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Det finnes alt et prosjekt med dette navnet")
    expect(page.get_by_label("Navn", exact=True)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("Renhold")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Renhold")).to_be_visible()
    expect(page.get_by_role("link", name="Legg til de første")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(browser: Browser, address: str, ola: int, scheme: str) -> None:
    """axe finds nothing serious while a run goes on, with the numbers of the curve open, nor at the form's fault."""
    with browser.new_context(base_url=address, locale="nb-NO", color_scheme=scheme) as context:
        _say_who(context, address)
        page = context.new_page()
        page.goto(OVERVIEW)
        page.get_by_text("Tallene, og slik er de regnet ut").click()
        assert barriers(page) == []
        page.goto("/")
        page.get_by_text("Nytt prosjekt").click()
        page.get_by_label("Navn", exact=True).fill(PROJECT)
        page.get_by_label("Roller som skal beskrives").fill("renholder")
        page.get_by_role("button", name="Lag prosjektet").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert barriers(page) == []


def _say_who(context: BrowserContext, address: str) -> None:
    context.add_cookies([{"name": "hvem", "value": "Kari", "url": address}])
