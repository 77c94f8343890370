"""A newcomer's whole way through the application, on the bundled models: from a recording to the standard.

With BALANSEKUNST_PICTURES=FOLDER the pages are pictured on the way: `make pictures` renews those of the documents.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from corpora import INTERVIEWS, read_interview
from pipeline.transcript_files import to_json
from review.background import BackgroundWork
from store.database import open_database

pytestmark = pytest.mark.real
RECORDING = Path(__file__).parents[1] / "data" / "kort_intervju_mono.opus"
TOLD = ("kjede_a_butikksjef", "kjede_b_mellomleder", "kjede_c_butikkmedarbeider", "kjede_d_butikksjef")
RUN = 600_000  # ms that listening and coding may take on a busy machine
WANTED = 10


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    """A database that nobody has used."""
    opened = open_database(settings.database)
    yield opened
    opened.kw["bind"].dispose()


@pytest.fixture
def background(settings: Settings) -> BackgroundWork:
    """Runs as users have them."""
    return BackgroundWork(settings)


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A Norwegian visitor with a screen as most have it."""
    with browser.new_context(base_url=address, locale="nb-NO", viewport={"width": 1440, "height": 900}) as opened:
        opened.set_default_timeout(30_000)
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A short recording, and transcripts of interviews without their experts' marks."""
    written = []
    for name in TOLD:
        path = tmp_path / f"{name}.json"
        path.write_text(to_json(read_interview(INTERVIEWS / f"{name}.txt").transcript), encoding="utf-8")
        written.append(path)
    return [RECORDING, *written]


def picture(page: Page, name: str) -> None:
    """The page as it is seen, where pictures are asked for."""
    folder = os.environ.get("BALANSEKUNST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def go_to(page: Page, name: str) -> None:
    """By the navigation, as somebody who does not know the addresses; its keys work from then on."""
    page.get_by_role("navigation", name=re.compile("^Prosjektet")).get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name if name != "Oversikt" else "Butikk")
    page.wait_for_load_state("load")


def test_whole_way(page: Page, files: list[Path], trouble: list[str], tmp_path: Path) -> None:
    """A project is made, filled, heard, decided on by keys and in bulk, gathered, chosen from and taken out."""
    begin_a_project(page)
    hand_in(page, files)
    read_and_hear(page)
    decide_by_keys(page)
    accept_many_and_undo(page)
    move_in_the_model(page)
    names = choose_key_competences(page)
    picture_the_rest(page)
    standard = take_out(page, tmp_path)
    assert sorted(one["name"] for one in standard["key_competences"]) == sorted(names)
    assert {decided["person"] for decided in decisions(standard)} == {"Kari"}
    assert "Holde hodet kaldt" in names
    assert trouble == []


def begin_a_project(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Si hvem du er").click()
    page.get_by_label("Navnet ditt").fill("Kari")
    page.get_by_role("button", name="Fortsett").click()
    page.get_by_label("Navn", exact=True).fill("Butikk")
    page.get_by_label("Roller som skal beskrives").fill("butikksjef, mellomleder i butikk, butikkmedarbeider")
    page.get_by_role("button", name="Lag prosjektet").click()
    page.get_by_role("link", name="Legg til de første").click()


def hand_in(page: Page, files: list[Path]) -> None:
    """All files at once, with one consent; the run begins by itself, and the page follows it to its end."""
    page.get_by_label("Velg filer").set_input_files(files)
    about = page.get_by_role("group", name="Gjelder alle filene")
    about.get_by_label("Samtykke").fill("2026-11-02")
    page.get_by_role("button", name="Legg til", exact=True).click()
    expect(page.locator("#status")).to_have_text(f"{len(files)} av {len(files)} filer er lagt til.")
    expect(page.locator("#folger").get_by_text("Kodet")).to_have_count(len(files), timeout=RUN)
    expect(page.locator("#folger")).to_contain_text("Ferdig", timeout=RUN)  # by events: nobody loads the page


def read_and_hear(page: Page) -> None:
    """The recording's transcript beside its sound: a click on a word plays from there."""
    page.locator("#folger").get_by_role("link", name=RECORDING.stem).click()
    expect(page.locator("#replikker")).to_contain_text("folk")
    page.wait_for_load_state("load")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Stopp")).to_be_visible()
    page.keyboard.press(" ")
    page.keyboard.press("n")
    expect(page.locator("#panel h2").first).to_be_visible()
    picture(page, "intervju")


def decide_by_keys(page: Page) -> None:
    """Accept, place, call it a task, reject, take that back: each with one key."""
    go_to(page, "Gjennomgang")
    picture(page, "gjennomgang")
    progress = page.locator("#framdrift")
    for number, key in enumerate(("a", "6", "o", "r"), 1):
        page.keyboard.press(key)
        expect(progress).to_contain_text(f"{number} avgjort")
    page.keyboard.press("z")
    expect(progress).to_contain_text("3 avgjort")


def accept_many_and_undo(page: Page) -> None:
    """What is sure is accepted with one press, undone with another, and accepted again."""
    page.get_by_role("link", name="Godkjenn flere samlet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Godkjenn flere samlet")
    page.wait_for_load_state("load")
    accept = page.get_by_role("button", name=re.compile(r"^Godkjenn \d+ forslag$"))
    accept.click()
    page.get_by_role("button", name="Angre alle").click()
    expect(page.locator("#melding")).to_contain_text("godkjenninger er angret")
    accept.click()
    expect(page.get_by_role("button", name="Angre alle")).to_be_visible()


def move_in_the_model(page: Page) -> None:
    """A card of the balance model is moved to another position by its key, and lies there."""
    go_to(page, "Balansemodellen")
    card = page.locator('.place[data-drop="people"] .card').first
    words = card.locator(".text").inner_text()
    card.focus()
    page.keyboard.press("6")
    moved = page.locator('.place[data-drop="presence"] li:not(.waiting) .card', has_text=words)
    expect(moved.first).to_be_visible()
    picture(page, "balansemodellen")


def choose_key_competences(page: Page) -> list[str]:
    """Two candidates are merged under a name, ten are chosen, and it is said why; the chosen ones' names in order."""
    go_to(page, "Nøkkelkompetanser")
    cards = page.locator(".board .kort")
    for nth in (0, 1):
        cards.nth(nth).get_by_role("checkbox").first.check()
    page.get_by_label("Navn på den sammenslåtte").fill("Holde hodet kaldt")
    page.get_by_role("button", name="Slå sammen").click()
    expect(page.get_by_role("heading", name="Holde hodet kaldt")).to_be_visible()
    page.get_by_role("button", name="Velg Holde hodet kaldt").click()
    for number in range(1, WANTED + 1):
        if number > 1:
            page.locator(".kort:not(.er-valgt)").first.get_by_role("button", name=re.compile("^Velg")).click()
        expect(page.locator(".count strong")).to_have_text(str(number))
    expect(page.locator(".count")).to_contain_text("innenfor 10–15")
    first = page.locator(".kort.er-valgt").first
    first.get_by_role("button", name=re.compile("hvorfor av")).first.click()
    expect(first.locator(".lagret")).to_have_text("✓ Lagret")
    page.get_by_role("heading", level=1).scroll_into_view_if_needed()
    picture(page, "nokkelkompetanser")
    return page.locator(".kort.er-valgt h3").all_inner_texts()


def picture_the_rest(page: Page) -> None:
    """The pages that need nothing done."""
    go_to(page, "Erstatningsord")
    expect(page.locator(".proxy-card").first).to_be_visible()
    picture(page, "stedfortredere")
    go_to(page, "Oversikt")
    expect(page.get_by_role("heading", name="Metning")).to_be_visible()
    picture(page, "prosjekt")


def take_out(page: Page, folder: Path) -> dict[str, list[dict[str, object]]]:
    """The project's result as it is saved by the browser."""
    go_to(page, "Resultat")
    expect(page.locator(".result-competences tbody tr")).to_have_count(WANTED)
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned JSON").click()
    download.value.save_as(folder / "resultat.json")
    read: dict[str, list[dict[str, object]]] = json.loads((folder / "resultat.json").read_text(encoding="utf-8"))
    return read


def decisions(standard: dict[str, list[dict[str, object]]]) -> list[dict[str, str]]:
    """Those in force on phrases."""
    return [phrase["decision"] for phrase in standard["phrases"] if phrase["decision"]]  # type: ignore[misc]
