"""What only a browser can show of the proxies: keys, focus, no reload, printing, and a file to save."""

from __future__ import annotations

from pathlib import Path

import pytest
from accessibility import barriers
from playwright.sync_api import Browser, Page, expect
from review_pages import PROJECT
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Label, Phrase, Proxy, Suggestion, Transcript, Turn
from store.interviews import Source, add_interview
from store.projects import project_named
from store.results import save_coding, save_transcript

PROXIES = f"/prosjekt/{PROJECT}/erstatningsord"
WORDS = ("full av energi", "aldri sur", "veldig strukturert")


@pytest.fixture(autouse=True)
def material(sessions: sessionmaker[Session]) -> None:
    """Three more traits, of ola, that stand for high pace."""
    answer, coded = ", ".join(WORDS) + ".", []
    for words in WORDS:
        start = answer.index(words)
        proxy = Proxy("trait", "Holde høyt tempo", f"Hva gjorde du da du var {words}?", "working_fast", "jobber fort")
        phrase = Phrase("ola", 0, start, start + len(words), words)
        coded.append(Suggestion(phrase, Label("trait", 0.9, (), proxy)))
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        source = Source("ola", "transcript", "b" * 64, ".txt", role="selger", chain="Sør")
        interview = add_interview(session, project.id, source).interview
        stored = save_transcript(session, interview.id, "k", Transcript("ola", (Turn("respondent", answer),)))
        save_coding(session, stored.id, "k", "r", coded)


def be_kari(page: Page) -> None:
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").fill("Kari")
    page.get_by_role("button", name="Fortsett").click()
    page.wait_for_url("**/")


def test_verdicts_by_keys_alone(page: Page, trouble: list[str]) -> None:
    """a, i and b give verdicts and go on to the next, z takes them back one by one, and the page is never reloaded."""
    be_kari(page)
    page.goto(PROXIES)
    page.evaluate("window.stays = true")
    cards = page.locator(".proxy-card")
    page.keyboard.press("j")
    expect(cards.nth(0)).to_be_focused()
    page.keyboard.press("a")
    expect(cards.nth(0)).to_contain_text("Står for Holde høyt tempo")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("i")
    expect(cards.nth(1)).to_contain_text("Ikke erstatningsord")
    expect(cards.nth(2)).to_be_focused()
    page.keyboard.press("n")
    page.keyboard.type("Mener orden.")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.type("Holde orden")
    page.keyboard.press("Enter")
    expect(cards.nth(2)).to_contain_text("Står for Holde orden")
    expect(cards.nth(2)).to_contain_text("Mener orden.")
    expect(page.locator("#framdrift")).to_contain_text("1 igjen · 3 vurdert")
    for left, nth in ((2, 2), (3, 1)):
        page.keyboard.press("z")
        expect(page.locator("#framdrift")).to_contain_text(f"{left} igjen")
        expect(cards.nth(nth)).to_be_focused()
    assert page.evaluate("window.stays")
    assert trouble == []


def test_conflict_is_told_and_nothing_changes(page: Page, browser: Browser, address: str) -> None:
    """Who judges what somebody has judged meanwhile reads who did, and the card stays as it was."""
    be_kari(page)
    page.goto(PROXIES)
    with browser.new_context(base_url=address, locale="nb-NO") as other:
        ola = other.new_page()
        ola.goto("/hvem")
        ola.get_by_label("Navnet ditt").fill("Ola")
        ola.get_by_role("button", name="Fortsett").click()
        ola.wait_for_url("**/")
        ola.goto(PROXIES)
        ola.keyboard.press("i")
        expect(ola.locator(".proxy-card").first).to_contain_text("Vurder på nytt")
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("Ola har vurdert dette siden du åpnet siden")
    expect(page.locator(".proxy-card").first).to_contain_text("Står trolig for")


def test_questions_are_chosen_edited_and_taken_along(page: Page) -> None:
    """A question that is not ticked is left out on paper and in the file; an edited one is as it was edited."""
    be_kari(page)
    page.goto(f"{PROXIES}/sporsmal?uvurderte=ja")
    page.get_by_label("Ta med spørsmålet bak «aldri sur»").uncheck()
    page.get_by_label("Spørsmålet bak «full av energi»", exact=True).fill("Fortell om en travel dag?")
    expect(page.locator("#avkrysset")).to_have_text("3 av 4 tas med")
    page.emulate_media(media="print")
    expect(page.locator("textarea:visible")).to_have_count(3)
    expect(page.get_by_role("button", name="Tekstfil")).to_be_hidden()
    page.emulate_media(media="screen")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Tekstfil").click()
    text = Path(saving.value.path()).read_text(encoding="utf-8")
    assert saving.value.suggested_filename == f"Spørsmål {PROJECT}.txt"
    assert "☐ Fortell om en travel dag?" in text
    assert "aldri sur" not in text


def test_result_is_downloaded(page: Page) -> None:
    """The results' page gives the file with the words that were said."""
    be_kari(page)
    page.goto(f"/prosjekt/{PROJECT}/resultat")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Last ned CSV").click()
    assert "full av energi" in Path(saving.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(browser: Browser, address: str, scheme: str) -> None:
    """axe finds nothing serious or critical on the three pages, judged and not, and nothing is wider than a tablet."""
    size = {"width": 768, "height": 1024}
    with browser.new_context(base_url=address, locale="nb-NO", color_scheme=scheme, viewport=size) as context:
        page = context.new_page()
        be_kari(page)
        page.goto(PROXIES)
        assert barriers(page) == []
        page.keyboard.press("a")
        expect(page.locator(".proxy-card").first).to_contain_text("Vurder på nytt")
        for where in (
            f"{PROXIES}?vis=alle",
            f"{PROXIES}/sporsmal",
            f"{PROXIES}?slag=task",
            f"/prosjekt/{PROJECT}/resultat",
        ):
            page.goto(where)
            assert barriers(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 768
