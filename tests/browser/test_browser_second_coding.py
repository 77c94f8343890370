from __future__ import annotations

import pytest
from accessibility import barriers
from playwright.sync_api import Page, expect
from review_pages import HUMOUR, PROJECT, SCRIPT, SEEN, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import identity_of
from store.decisions import current_decisions
from store.projects import project_named
from store.second_coding import close_round, code_blind, codings_of, start_round

ROUNDS = f"/prosjekt/{PROJECT}/dobbeltkoding"
FIRST = {SEEN: "people", SCRIPT: "people", HUMOUR: "pace"}


@pytest.fixture
def begun(sessions: sessionmaker[Session], page: Page) -> Page:
    """A round for Kari and Ola, and Kari at a page."""
    with sessions.begin() as session:
        start_round(session, project_named(session, PROJECT).id, 1, ("Kari", "Ola"), "Anne")
    page.context.request.post("/hvem", form={"navn": "Kari", "tilbake": "/"})
    return page


def code_for(sessions: sessionmaker[Session], person: str, position: str = "") -> None:
    with sessions.begin() as session:
        for words, other in FIRST.items():
            code_blind(session, 1, identity_of(phrase_of(words)), person, "competence", (position or other,))


def test_round_is_coded_by_keys(begun: Page, sessions: sessionmaker[Session], trouble: list[str]) -> None:
    """Numbers and letters code, s skips, z goes back to one's own answer; focus and what is read aloud follow."""
    begun.goto(f"{ROUNDS}/1/kode")
    marked, told = begun.locator("mark"), begun.locator("[data-told]")
    begun.keyboard.press("1")
    expect(marked).to_have_text(SCRIPT)
    expect(told).to_have_text("1 av 3 kodet")
    expect(begun.locator("[data-card]")).to_be_focused()
    begun.keyboard.press("s")
    expect(marked).to_have_text(HUMOUR)
    begun.keyboard.press("e")
    expect(marked).to_have_text(SCRIPT)
    begun.keyboard.press("z")
    expect(begun.get_by_text("Du svarte egenskap")).to_be_visible()
    begun.keyboard.press("o")
    expect(marked).to_have_text(SCRIPT)
    begun.keyboard.press("7")
    expect(begun.get_by_role("heading", name="Du er ferdig")).to_be_visible()
    with sessions.begin() as session:
        said = {one.phrase.text: (one.category, one.positions) for one in codings_of(session, 1)}
    assert said == {
        SEEN: ("competence", ("people",)),
        SCRIPT: ("competence", ("people+technology",)),
        HUMOUR: ("task", ()),
    }
    assert trouble == []


def test_disagreements_are_settled_by_keys(begun: Page, sessions: sessionmaker[Session], trouble: list[str]) -> None:
    """a and b take over an answer, z takes it back, and at the end nothing is left."""
    code_for(sessions, "Kari", "presence")
    code_for(sessions, "Ola")
    with sessions.begin() as session:
        close_round(session, project_named(session, PROJECT).id, 1, "Anne")
    begun.goto(f"{ROUNDS}/1/uenighet")
    marked = begun.locator("mark")
    expect(marked).to_have_text(SEEN)
    begun.keyboard.press("b")
    expect(marked).to_have_text(SCRIPT)
    begun.keyboard.press("z")
    expect(marked).to_have_text(SEEN)
    begun.keyboard.press("n")
    begun.keyboard.type("a b r: bare ord")
    begun.keyboard.press("Escape")
    begun.keyboard.press("a")
    expect(marked).to_have_text(SCRIPT)
    begun.keyboard.press("4")
    expect(marked).to_have_text(HUMOUR)
    begun.keyboard.press("r")
    expect(begun.get_by_role("heading", name="Ingen uenigheter igjen")).to_be_visible()
    with sessions.begin() as session:
        made = current_decisions(session, project_named(session, PROJECT).id)
    chosen = {one.phrase.text: (one.choice.action, one.choice.positions, one.choice.note) for one in made.values()}
    note = "Avgjort etter dobbeltkoding, runde 1."
    assert chosen == {
        SEEN: ("move", ("presence",), "a b r: bare ord"),
        SCRIPT: ("move", ("routines",), note),
        HUMOUR: ("reject", (), note),
    }
    assert trouble == []


def test_nothing_stands_in_anybodys_way(begun: Page, sessions: sessionmaker[Session]) -> None:
    """axe finds nothing serious or critical while the round is open or when it is closed; all fits a tablet."""
    begun.set_viewport_size({"width": 768, "height": 1024})

    def look(*addresses: str) -> None:
        for address in addresses:
            begun.goto(address)
            assert barriers(begun) == []
            assert begun.evaluate("document.documentElement.scrollWidth") <= 768

    look(ROUNDS, f"{ROUNDS}/1", f"{ROUNDS}/1/kode")
    code_for(sessions, "Kari", "presence")
    code_for(sessions, "Ola")
    with sessions.begin() as session:
        close_round(session, project_named(session, PROJECT).id, 1, "Anne")
    look(ROUNDS, f"{ROUNDS}/1", f"{ROUNDS}/1/uenighet")
