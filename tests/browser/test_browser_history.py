from __future__ import annotations

from accessibility import barriers
from playwright.sync_api import Page, expect
from review_pages import HUMOUR, PROJECT, SCRIPT, SEEN, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from store.decisions import Choice, current_decisions, decide, decide_all
from store.projects import project_named

HISTORY = f"/prosjekt/{PROJECT}/historikk"


def decide_some(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        project_id = project_named(session, PROJECT).id
        decide(session, project_id, phrase_of(SEEN), Choice("approve", "Anne", "competence", ("people",)))
        decide_all(session, project_id, [(phrase_of(one), Choice("reject", "Bo")) for one in (SCRIPT, HUMOUR)])


def test_batch_unfolds_where_it_stands(page: Page, sessions: sessionmaker[Session], trouble: list[str]) -> None:
    """A batch's decisions come below its line by the keyboard, each with its undo; the page stays where it was."""
    decide_some(sessions)
    page.context.request.post("/hvem", form={"navn": "Kari", "tilbake": "/"})
    page.goto(HISTORY)
    page.get_by_text("Vis alle 2").focus()
    page.keyboard.press("Enter")
    parts = page.locator(".unfolded .act")
    expect(parts).to_have_count(2)
    parts.first.get_by_role("button", name="Angre").click()
    expect(page.get_by_role("status")).to_contain_text("Angret.")
    expect(page).to_have_url(f"{page.url.partition('/prosjekt')[0]}{HISTORY}?gjort=1")
    with sessions.begin() as session:
        assert len(current_decisions(session, project_named(session, PROJECT).id)) == 2
    assert trouble == []


def test_nothing_stands_in_anybodys_way(page: Page, sessions: sessionmaker[Session]) -> None:
    """axe finds nothing serious or critical without acts, with them, and unfolded; all fits a tablet."""
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(HISTORY)
    assert barriers(page) == []
    decide_some(sessions)
    page.reload()
    page.get_by_text("Vis alle 2").click()
    expect(page.locator(".unfolded .act")).to_have_count(2)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
