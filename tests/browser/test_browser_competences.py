from __future__ import annotations

import re

import pytest
from accessibility import barriers
from competence_pages import COMPARE, HERE, KeptCandidates, fill_candidates
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.orm import Session, sessionmaker


@pytest.fixture
def stored(sessions: sessionmaker[Session]) -> KeptCandidates:
    fill_candidates(sessions)
    return KeptCandidates(sessions)


@pytest.fixture
def kari(stored: KeptCandidates, page: Page) -> Page:
    """Kari at the cards."""
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").fill("Kari")
    page.get_by_role("button", name="Fortsett").click()
    page.goto(HERE)
    return page


def card(page: Page, id: str) -> Locator:
    return page.locator(f"#k-{id}")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('[data-id]')?.dataset.id ?? ''"))


def drag(page: Page, what: Locator, to: Locator) -> None:
    """Dragged by a mouse in steps, as people do."""
    what.hover()
    page.mouse.down()
    for height in (20, 24):  # on the way the browser asks where it would drop
        to.hover(position={"x": 60, "y": height})
    page.mouse.up()


def test_candidates_are_chosen_by_keyboard(kari: Page, trouble: list[str], stored: KeptCandidates) -> None:
    """Arrows go between cards, `v` chooses and goes on to the next, and the counter and the screen reader are told."""
    card(kari, "see").focus()
    kari.keyboard.press("ArrowRight")
    assert focused(kari) == "calm"
    kari.keyboard.press("ArrowLeft")
    for number in (1, 2):
        kari.keyboard.press("v")
        expect(kari.locator(".count strong")).to_have_text(str(number))
        expect(kari.get_by_role("status").first).to_contain_text("Valgt.")
    expect(card(kari, "sell")).to_be_focused()
    assert {id for id, choice in stored.choices().items() if choice.chosen} == {"see", "calm"}
    assert trouble == []


def test_marked_cards_are_merged_and_undone_by_keyboard(kari: Page, stored: KeptCandidates) -> None:
    """`x` marks, `g` goes to the name, Enter merges, and `z` brings both back."""
    card(kari, "see").focus()
    kari.keyboard.press("x")
    kari.keyboard.press("ArrowRight")
    kari.keyboard.press("x")
    expect(kari.locator("[data-count]")).to_have_text("2")
    card(kari, "see").focus()
    kari.keyboard.press("g")
    name = kari.get_by_label("Navn på den sammenslåtte")
    expect(name).to_have_value("Se folk")
    name.fill("Møte folk")
    kari.keyboard.press("Enter")
    expect(card(kari, "see").get_by_role("heading")).to_have_text("Møte folk")
    expect(card(kari, "calm")).to_have_count(0)
    expect(card(kari, "see")).to_be_focused()
    kari.keyboard.press("z")
    expect(card(kari, "calm")).to_be_visible()
    assert [decision.stands for decision in stored.history()] == [False, True]


def test_marks_stay_when_another_card_is_chosen(kari: Page) -> None:
    """Choosing brings new cards, and those that were marked still are."""
    card(kari, "see").get_by_role("checkbox").check()
    card(kari, "sell").get_by_role("button", name="Velg Selge").click()
    expect(kari.locator(".count strong")).to_have_text("1")
    expect(card(kari, "see").get_by_role("checkbox")).to_be_checked()


def test_name_is_given_by_keyboard(kari: Page, stored: KeptCandidates) -> None:
    """`r` opens the field with the name selected; Enter saves, and focus is on the card again."""
    card(kari, "calm").focus()
    kari.keyboard.press("r")
    kari.keyboard.type("Roe ned")
    kari.keyboard.press("Enter")
    expect(card(kari, "calm").get_by_role("heading")).to_have_text("Roe ned")
    expect(card(kari, "calm")).to_be_focused()


def test_quote_is_collected_and_text_saved(kari: Page, stored: KeptCandidates) -> None:
    """A press beside a quote adds it to why or what, what is written is saved on leaving, and saves do not collide."""
    card(kari, "see").get_by_role("button", name="Velg Se folk").click()
    it = card(kari, "see")
    it.get_by_role("button", name=re.compile("hvorfor av «ser den enkelte»")).click()
    expect(it.locator(".lagret")).to_have_text("✓ Lagret")
    expect(it.get_by_label("Hvorfor er den viktig?")).to_have_value("«ser den enkelte»")
    it.get_by_label("Hva går den ut på?").fill("Å se hver og en.")
    with kari.expect_response("**/begrunn"):
        kari.keyboard.press("Tab")
    choice = stored.choices()["see"]
    assert (choice.why, choice.what, choice.person) == ("«ser den enkelte»", "Å se hver og en.", "Kari")
    it.get_by_role("button", name="Valgt Se folk").click()
    expect(kari.locator(".count strong")).to_have_text("0")


def test_quote_is_dragged_to_another_card(kari: Page, stored: KeptCandidates) -> None:
    """A quote that is dropped on another card is moved there."""
    drag(kari, card(kari, "see").locator("[data-phrase]").first, card(kari, "sell"))
    expect(kari.get_by_role("status").first).to_contain_text("1 utsagn flyttet til «Selge».")
    assert len(stored.now()["sell"].phrases) == 4


def test_marked_phrases_are_moved_by_keyboard(kari: Page, stored: KeptCandidates, trouble: list[str]) -> None:
    """In a comparison arrows go between phrases and columns, `x` marks, and `f` leads to where to move them."""
    kari.goto(f"{COMPARE}?kandidat=see&kandidat=calm")
    kari.locator("#k-see .medlemmer input").first.focus()
    kari.keyboard.press("x")
    kari.keyboard.press("ArrowDown")
    kari.keyboard.press("x")
    kari.keyboard.press("ArrowRight")
    assert focused(kari) == "calm"
    kari.keyboard.press("ArrowLeft")
    kari.keyboard.press("f")
    expect(kari.locator("#k-see select")).to_be_focused()
    kari.keyboard.press("Tab")
    kari.keyboard.press("Enter")
    expect(kari.get_by_role("status").first).to_contain_text("2 utsagn flyttet til «Holde roen».")
    assert focused(kari) == "see"
    assert len(stored.now()["calm"].phrases) == 6
    assert trouble == []


def test_phrase_is_dragged_to_another_column(kari: Page, stored: KeptCandidates) -> None:
    """All that are marked go with the one that is dragged."""
    kari.goto(f"{COMPARE}?kandidat=see&kandidat=calm")
    rows = kari.locator("#k-see .medlemmer li")
    rows.nth(0).get_by_role("checkbox").check()
    rows.nth(3).get_by_role("checkbox").check()
    drag(kari, rows.nth(0).locator(".kilde"), card(kari, "calm"))
    expect(kari.get_by_role("status").first).to_contain_text("2 utsagn flyttet til «Holde roen».")
    assert len(stored.now()["see"].phrases) == 4


def test_suggested_half_is_marked_and_taken_out(kari: Page, stored: KeptCandidates) -> None:
    """What the program would take out may be marked, looked at, and taken out under a name."""
    kari.goto(f"{COMPARE}?kandidat=see")
    kari.get_by_role("button", name="Merk dem").click()
    expect(kari.locator("#k-see .medlemmer :checked")).to_have_count(1)
    kari.get_by_label("Navn på det som tas ut").fill("For seg")
    kari.keyboard.press("Enter")
    expect(kari.get_by_role("heading", name="For seg")).to_be_visible()
    assert "For seg" in {candidate.name for candidate in stored.now().values()}


def test_conflict_is_told_and_the_cards_stay(kari: Page, context, stored: KeptCandidates) -> None:
    """Who merges what somebody else has changed is told so in the frame, with a way to see what holds."""
    other = context.new_page()
    other.goto(HERE)
    other.locator("#k-see").focus()
    other.keyboard.press("r")
    other.keyboard.type("Se den enkelte")
    other.keyboard.press("Enter")
    expect(other.locator("#k-see h3")).to_have_text("Se den enkelte")
    for id in ("see", "calm"):
        card(kari, id).get_by_role("checkbox").check()
    kari.get_by_role("button", name="Slå sammen").click()
    expect(kari.get_by_role("alert")).to_contain_text("endret siden du åpnet siden")
    expect(card(kari, "calm")).to_be_visible()
    kari.get_by_role("link", name="Last siden på nytt").click()
    expect(card(kari, "see").get_by_role("heading")).to_have_text("Se den enkelte")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(browser: Browser, address: str, stored: KeptCandidates, scheme: str) -> None:
    """axe finds nothing serious or critical on the cards, chosen and edited, nor in a comparison, in light or dark."""
    screen = {"width": 1280, "height": 1600}  # both cards are in sight
    with browser.new_context(base_url=address, locale="nb-NO", color_scheme=scheme, viewport=screen) as context:
        page = context.new_page()
        page.goto(HERE)
        assert barriers(page) == []
        page.goto("/hvem")
        page.get_by_label("Navnet ditt").fill("Kari")
        page.get_by_role("button", name="Fortsett").click()
        page.goto(HERE)
        card(page, "see").get_by_role("button", name="Velg Se folk").click()
        expect(card(page, "calm")).to_be_focused()
        expect(page.get_by_text("avgjort")).to_have_count(3)  # what comes later would move the cards
        drag(page, card(page, "calm").locator("[data-phrase]").first, card(page, "sell"))
        expect(page.locator(".waits")).to_be_visible()
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        assert barriers(page) == []
        page.goto(f"{COMPARE}?kandidat=see&kandidat=calm")
        assert barriers(page) == []


@pytest.mark.parametrize("where", [HERE, f"{COMPARE}?kandidat=see&kandidat=calm&kandidat=sell"])
def test_pages_fit_a_tablet(kari: Page, where: str) -> None:
    """At 768 pixels nothing has to be scrolled sideways."""
    kari.set_viewport_size({"width": 768, "height": 1024})
    kari.goto(where)
    assert kari.evaluate("document.documentElement.scrollWidth") <= 768
