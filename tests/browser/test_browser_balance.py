from __future__ import annotations

import pytest
from accessibility import barriers
from balance_pages import BALANCE
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from review_pages import PROJECT, SCRIPT, SEEN, Kept, add_many, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from store.decisions import Choice, decide
from store.projects import project_named

TOO_WIDE = (
    "[...document.querySelectorAll('.place :is(h2, .text, .source)')]"
    ".filter(one => one.scrollWidth > one.clientWidth + 1).length"
)


@pytest.fixture
def kept(sessions: sessionmaker[Session]) -> Kept:
    return Kept(sessions)


@pytest.fixture
def kari(page: Page) -> Page:
    """Kari at the balance model."""
    say_who(page)
    page.goto(BALANCE)
    expect(page.get_by_role("button", name="Taster")).to_be_visible()  # the scripts run
    return page


def say_who(page: Page, name: str = "Kari") -> None:
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").fill(name)
    page.get_by_role("button", name="Fortsett").click()


def place(page: Page, name: str) -> Locator:
    return page.locator(f'.place[data-drop="{name}"]')


def card(page: Page, words: str) -> Locator:
    return page.locator(".place .card", has_text=words)


def lies_at(page: Page, words: str, name: str) -> None:
    """The card is at this position, and the server has said so."""
    expect(place(page, name).locator("li:not(.waiting) .card", has_text=words)).to_be_visible()


def counted(page: Page, **numbers: int) -> None:
    """The figure and the headings count so many."""
    for name, number in numbers.items():
        for count in page.locator(f'[data-count="{name}"]').all():
            expect(count).to_have_text(str(number))


def moved_by(kept: Kept) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.choice.action, one.choice.positions) for one in kept.history()]


def test_cards_are_moved_and_brought_back_by_keys(kari: Page, kept: Kept, trouble: list[str]) -> None:
    """A digit moves the card that has the focus, which goes to the next one; `z` brings it back, and focus with it."""
    kari.evaluate("window.sameStill = true")
    card(kari, SEEN).focus()
    kari.keyboard.press("5")
    lies_at(kari, SEEN, "pace")
    expect(card(kari, SCRIPT)).to_be_focused()
    counted(kari, people=1, pace=1)
    expect(kari.locator("#sagt")).to_have_text("Flyttet til Tempo.")
    kari.keyboard.press("z")
    lies_at(kari, SEEN, "people")
    expect(card(kari, SEEN)).to_be_focused()
    counted(kari, people=2, pace=0)
    assert moved_by(kept) == [("move", ("pace",)), ("undo", ())]
    assert kari.evaluate("sameStill")
    assert trouble == []


def test_quick_keys_are_all_written(kari: Page, kept: Kept) -> None:
    """What is pressed before the answers come is done in its order, undos of it included."""
    card(kari, SEEN).focus()
    for key in ("5", "9", "z"):
        kari.keyboard.press(key)
    lies_at(kari, SEEN, "pace")
    lies_at(kari, SCRIPT, "people")
    assert moved_by(kept) == [("move", ("pace",)), ("move", ("pace+presence",)), ("undo", ())]


def test_menu_of_positions(kari: Page, kept: Kept) -> None:
    """Enter or `m` opens the positions, Esc leads back to the card; there a digit moves it, with the note."""
    card(kari, SEEN).focus()
    kari.keyboard.press("Enter")
    menu = kari.get_by_role("dialog", name=f"«{SEEN}»")
    expect(menu.get_by_role("button", name="Mennesker", exact=True)).to_be_focused()
    kari.keyboard.press("Escape")
    expect(card(kari, SEEN)).to_be_focused()
    kari.keyboard.press("m")
    menu.get_by_label("Notat til avgjørelsen").fill("Det er 5 av dem.")
    menu.get_by_role("button", name="Fleksibilitet", exact=True).focus()
    kari.keyboard.press("4")
    lies_at(kari, SEEN, "routines")
    assert [one.choice for one in kept.history()] == [
        Choice("move", "Kari", "competence", ("routines",), "Det er 5 av dem.")
    ]


def test_card_is_approved_and_rejected_from_the_menu(kari: Page, kept: Kept) -> None:
    """An approved card stays and says by whom; a rejected one is gone, and the focus is on what is left."""
    card(kari, SEEN).focus()
    kari.keyboard.press("a")
    expect(card(kari, SEEN)).to_contain_text("avgjort av Kari")
    expect(card(kari, SEEN)).to_be_focused()
    card(kari, SCRIPT).click()
    kari.keyboard.press("r")
    expect(card(kari, SCRIPT)).to_have_count(0)
    expect(card(kari, SEEN)).to_be_focused()
    assert [one.choice.action for one in kept.history()] == ["approve", "reject"]


def test_arrows_go_between_cards(kari: Page, sessions: sessionmaker[Session]) -> None:
    """Up and down within a position, left and right to the next that has cards; Tab stops once at each."""
    add_many(sessions, 3)
    kari.reload()
    place(kari, "people").locator(".card").first.focus()
    kari.keyboard.press("ArrowDown")
    expect(place(kari, "people").locator(".card").nth(1)).to_be_focused()
    kari.keyboard.press("ArrowRight")
    expect(place(kari, "pace").locator(".card").first).to_be_focused()
    kari.keyboard.press("ArrowRight")
    expect(place(kari, "people").locator(".card").nth(1)).to_be_focused()
    kari.keyboard.press("Tab")
    expect(place(kari, "pace").locator(".card").first).to_be_focused()


@pytest.mark.parametrize("target", ["#figur [data-drop=presence]", ".place[data-drop=presence]"])
def test_card_is_dragged(kari: Page, kept: Kept, trouble: list[str], target: str) -> None:
    """A card is dragged by the mouse to the figure or to another position, which shows that it would take it."""
    kari.set_viewport_size({"width": 1280, "height": 1600})
    card(kari, SEEN).hover()
    kari.mouse.down()
    kari.locator(target).hover()
    kari.locator(target).hover(position={"x": 20, "y": 20})
    expect(kari.locator(".over")).to_have_count(1)
    kari.mouse.up()
    lies_at(kari, SEEN, "presence")
    expect(kari.get_by_role("dialog")).to_have_count(0)
    assert moved_by(kept) == [("move", ("presence",))]
    assert trouble == []


def test_dragging_is_given_up(kari: Page, kept: Kept) -> None:
    """Esc while dragging, or letting go where the card lay or beside the positions, does nothing."""
    for keys, target in (("Escape", "#figur [data-drop=pace]"), ("", ".place[data-drop=people]"), ("", "h1")):
        card(kari, SEEN).hover()
        kari.mouse.down()
        kari.locator(target).hover()
        kari.locator(target).hover(position={"x": 9, "y": 9})
        if keys:
            kari.keyboard.press(keys)
        kari.mouse.up()
        expect(kari.locator(".ghost")).to_have_count(0)
    expect(kari.get_by_role("dialog")).to_have_count(0)
    assert kept.history() == ()


def test_card_is_dragged_by_a_finger(browser: Browser, address: str, kept: Kept) -> None:
    """A finger that holds a card takes it along; one that moves at once scrolls, and moves no card."""
    tablet = {"width": 768, "height": 1024}
    with browser.new_context(base_url=address, locale="nb-NO", viewport=tablet, has_touch=True) as context:
        context.set_default_timeout(30_000)
        page = context.new_page()
        say_who(page)
        page.goto(BALANCE)
        finger = context.new_cdp_session(page)

        def touch(kind: str, *points: tuple[float, float]) -> None:
            touched = [{"x": x, "y": y} for x, y in points]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

        def middle(of: Locator) -> tuple[float, float]:
            box = of.bounding_box()
            assert box
            return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

        for hold in (0, 600):
            touch("touchStart", middle(card(page, SEEN)))
            page.wait_for_timeout(hold)
            touch("touchMove", middle(page.locator("h1")))
            touch("touchMove", middle(page.locator("#figur [data-drop=pace]")))
            touch("touchEnd")
            assert page.locator(".ghost").count() == 0
            if not hold:
                page.wait_for_timeout(300)
                assert kept.history() == ()
        lies_at(page, SEEN, "pace")
        assert moved_by(kept) == [("move", ("pace",))]


def test_conflict_is_shown_and_settled(kari: Page, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """Who comes second sees both decisions and the card where it lies now, and may set their own in its place."""
    with sessions.begin() as session:
        project_id = project_named(session, PROJECT).id
        decide(session, project_id, phrase_of(SEEN), Choice("move", "Ola", "competence", ("pace",)))
    card(kari, SEEN).focus()
    kari.keyboard.press("6")
    shown = kari.get_by_role("dialog", name="Noen kom deg i forkjøpet")
    expect(shown).to_contain_text("Flyttet til Tempo av Ola")
    expect(shown.get_by_role("button", name="La det stå")).to_be_focused()
    lies_at(kari, SEEN, "pace")
    assert barriers(kari) == []
    shown.get_by_role("button", name="Sett mitt valg i stedet").click()
    lies_at(kari, SEEN, "presence")
    expect(shown).to_have_count(0)
    assert [(one.choice.person, one.choice.positions) for one in kept.in_force()] == [("Kari", ("presence",))]


def test_card_goes_back_where_nothing_was_written(kari: Page, kept: Kept) -> None:
    """Without contact the card goes back to its place, and the page says that nothing is saved."""

    def cut(route: Route) -> None:
        route.abort()

    kari.route("**/balanse*", cut)
    card(kari, SEEN).focus()
    kari.keyboard.press("5")
    expect(kari.get_by_role("alert")).to_contain_text("Ingenting er lagret")
    lies_at(kari, SEEN, "people")
    expect(card(kari, SEEN)).to_be_focused()
    assert kept.history() == ()


def test_more_cards_come_where_one_is(kari: Page, sessions: sessionmaker[Session]) -> None:
    """«Vis flere» brings what follows, each once, also after some were moved, and the focus goes on to the first."""
    add_many(sessions, 40)
    kari.reload()
    for words in ("utsagn000", "utsagn029"):
        card(kari, words).focus()
        kari.keyboard.press("1")
        lies_at(kari, words, "people")
    card(kari, SEEN).focus()
    kari.keyboard.press("5")
    lies_at(kari, SEEN, "pace")
    place(kari, "pace").get_by_role("link", name="Vis flere").click()
    expect(card(kari, "utsagn030")).to_be_focused()
    expect(place(kari, "pace").locator(".card")).to_have_count(39)
    expect(place(kari, "pace").get_by_role("link", name="Vis flere")).to_have_count(0)


def test_who_has_no_name_reads(page: Page, kept: Kept) -> None:
    """Without a name keys move nothing, and a card leads to the phrase in the queue, where everything of it stands."""
    page.goto(BALANCE)
    card(page, SEEN).focus()
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    expect(page.locator("#naa mark")).to_have_text(SEEN)
    assert kept.history() == ()


def test_page_works_without_scripts(browser: Browser, address: str, kept: Kept) -> None:
    """Without scripts a card leads to the queue, where it is moved, and the page undoes that."""
    with browser.new_context(base_url=address, locale="nb-NO", java_script_enabled=False) as context:
        context.set_default_timeout(30_000)
        page = context.new_page()
        say_who(page)
        page.goto(BALANCE)
        card(page, SEEN).click()
        page.get_by_role("button", name="Tempo").first.click()
        page.goto(BALANCE)
        expect(place(page, "pace")).to_contain_text(SEEN)
        page.get_by_role("button", name="Angre").click()
        expect(place(page, "people")).to_contain_text(SEEN)
        assert [one.choice.action for one in kept.history()] == ["move", "undo"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(browser: Browser, address: str, scheme: str) -> None:
    """axe finds nothing serious or critical: for a reader, with cards moved, in the menu, compared, on either level."""
    with browser.new_context(base_url=address, locale="nb-NO", color_scheme=scheme) as context:
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(BALANCE)
        assert barriers(page) == []
        say_who(page)
        page.goto(BALANCE)
        card(page, SEEN).focus()
        page.keyboard.press("5")
        lies_at(page, SEEN, "pace")
        assert barriers(page) == []
        card(page, SEEN).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert barriers(page) == []
        for query in ("rolle=butikksjef&mot=kjede:Nord", "niva=nokkel", "rolle=ingen"):
            page.goto(f"{BALANCE}?{query}")
            assert barriers(page) == []


@pytest.mark.parametrize("query", ["", "?niva=nokkel", "?rolle=butikksjef&mot=kjede:Nord"])
def test_page_fits_a_tablet(context: BrowserContext, query: str) -> None:
    """At 768 pixels nothing has to be scrolled sideways, and no name leaves its position."""
    page = context.new_page()
    page.set_viewport_size({"width": 768, "height": 1024})
    say_who(page)
    page.goto(f"{BALANCE}{query}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    assert page.evaluate(TOO_WIDE) == 0
