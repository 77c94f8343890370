from __future__ import annotations

import re

import pytest
from accessibility import barriers
from playwright.sync_api import Page, expect
from review_pages import PROJECT, SEEN, phrase_of
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from pipeline.change import Change
from pipeline.change_ties import Tie
from pipeline.records import identity_of
from store.changes import save_reading, save_ties
from store.projects import project_named
from store.tables import TranscriptRow

HERE = f"/prosjekt/{PROJECT}/endring"


@pytest.fixture
def told(sessions: sessionmaker[Session], page: Page) -> Page:
    """At the page, with one change in each direction."""
    with sessions.begin() as session:
        grows, fades = (Change(phrase_of(words), way) for words, way in ((SEEN, "grows"), ("Det er travelt", "fades")))
        save_reading(session, session.scalars(select(TranscriptRow.id)).one(), "r", [fades, grows])
        ties = {identity_of(one.phrase): Tie(identity_of(phrase_of(SEEN)), "within") for one in (grows, fades)}
        save_ties(session, project_named(session, PROJECT).id, "t", ties)
    page.goto(HERE)
    return page


def test_number_is_opened_by_keyboard(told: Page, trouble: list[str]) -> None:
    """A number is reached and opened by keyboard, and from its quotes Tab goes on to the interview."""
    told.get_by_role("link", name=re.compile("Se folk: vokser – vis sitatene")).focus()
    told.keyboard.press("Enter")
    expect(told.get_by_role("heading", name="Se folk: vokser")).to_be_in_viewport()
    told.keyboard.press("Tab")
    expect(told.get_by_role("link", name="Lukk sitatene")).to_be_focused()
    told.keyboard.press("Tab")
    told.keyboard.press("Enter")
    expect(told.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    assert "/intervju/kari?utsagn=" in told.url
    assert trouble == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (768, "light")])
def test_nothing_is_in_the_way(told: Page, width: int, scheme: str) -> None:
    """No barrier, wide or narrow, light or dark, and nothing wider than the page; the picture has a name."""
    told.set_viewport_size({"width": width, "height": 900})
    told.emulate_media(color_scheme=scheme)
    told.goto(f"{HERE}?kompetanse=c1&retning=fades")
    assert barriers(told) == []
    assert told.evaluate("document.documentElement.scrollWidth") <= width
    expect(told.get_by_role("img", name="Forventet endring: intervjuer for hver kompetanse")).to_be_visible()
