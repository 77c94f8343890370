from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from accessibility import barriers
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from queue_pages import BULK, QUEUE
from review_pages import HUMOUR, PROJECT, SCRIPT, SEEN, Kept, add_many, phrase_of, suggestions
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from corpora import RECORDINGS
from pipeline.records import Phrase, Suggestion, Transcript, Turn, Word
from store.decisions import Choice, decide
from store.interviews import Source, add_interview
from store.projects import project_named
from store.recordings import save
from store.results import save_coding, save_transcript

KEEP_PLAYERS = "window.made = []; const Old = Audio; Audio = function () { made.push(new Old()); return made.at(-1); }"
TOO_LONG = "[...document.querySelectorAll('#naa button')].filter(b => b.scrollWidth > b.clientWidth).length"
SUREST = f"{QUEUE}?rekkefolge=sikre"


@pytest.fixture
def kept(sessions: sessionmaker[Session]) -> Kept:
    return Kept(sessions)


@pytest.fixture
def queue(page: Page) -> Page:
    """Kari at the queue, the surest first."""
    say_who(page)
    page.goto(SUREST)
    expect(page.get_by_role("button", name="Taster")).to_be_visible()  # the scripts run
    return page


def say_who(page: Page) -> None:
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").fill("Kari")
    page.get_by_role("button", name="Fortsett").click()


def asks_about(page: Page, words: str) -> None:
    """The card that is shown is of this phrase."""
    expect(page.locator("#naa mark")).to_have_text(words)


def decided(page: Page, number: int) -> None:
    """The answer to so many decisions has come."""
    expect(page.locator("#framdrift")).to_contain_text(f"{number} avgjort")


def test_all_is_done_by_keys(queue: Page, kept: Kept, trouble: list[str]) -> None:
    """Accept, a position, a category; then all of it undone, one by one; no page is loaded, no complaint made."""
    queue.evaluate("window.sameStill = true")
    queue.keyboard.press("Enter")
    asks_about(queue, HUMOUR)
    queue.keyboard.press("o")
    asks_about(queue, SCRIPT)
    queue.keyboard.press("9")
    expect(queue.get_by_role("heading", name="Her er det ikke flere utsagn")).to_be_visible()
    decided(queue, 3)
    assert [one.choice for one in kept.history()] == [
        Choice("approve", "Kari", "competence", ("people",)),
        Choice("relabel", "Kari", "task"),
        Choice("move", "Kari", "competence", ("pace+presence",)),
    ]
    for words in (SCRIPT, HUMOUR, SEEN):
        queue.keyboard.press("z")
        asks_about(queue, words)
    decided(queue, 0)
    assert kept.in_force() == []
    assert queue.evaluate("sameStill")
    assert trouble == []


def test_keys_pressed_before_the_answer_wait(queue: Page, kept: Kept) -> None:
    """The next card is there before the answer; a key pressed on it waits its turn, once, and is not lost."""
    held: list[Route] = []
    queue.route("**/ko*", lambda route: held.append(route))
    queue.keyboard.press("1")
    asks_about(queue, HUMOUR)
    queue.keyboard.press("o")
    queue.keyboard.press("u")
    asks_about(queue, HUMOUR)
    assert (len(held), kept.history()) == (1, ())
    held[0].continue_()
    asks_about(queue, SCRIPT)
    held[1].continue_()
    decided(queue, 2)
    assert [one.choice.category for one in kept.history()] == ["competence", "task"]


def test_focus_stays_and_what_was_done_is_told(queue: Page) -> None:
    """After a decision the next card has the focus, and its words and what is left are told."""
    queue.keyboard.press("r")
    asks_about(queue, HUMOUR)
    expect(queue.locator("#naa article")).to_be_focused()
    expect(queue.locator("#sagt")).to_have_text("Forkastet. 2 igjen.")


def test_held_key_decides_once(queue: Page, kept: Kept) -> None:
    """The repeats of a key that is held down decide nothing."""
    queue.keyboard.down("r")
    for _ in range(5):
        queue.keyboard.down("r")  # a key that is down already repeats
    queue.keyboard.up("r")
    decided(queue, 1)
    assert len(kept.history()) == 1


def test_writing_is_no_deciding(queue: Page, kept: Kept) -> None:
    """`n` opens the note, where letters and digits are text; Esc leads back, and the note goes with the decision."""
    queue.keyboard.press("n")
    expect(queue.get_by_label("Notat til avgjørelsen").first).to_be_focused()
    queue.keyboard.type("arz 1")
    queue.keyboard.press("Escape")
    expect(queue.locator("#naa article")).to_be_focused()
    assert kept.history() == ()
    queue.keyboard.press("Control+a")
    queue.keyboard.press("a")
    decided(queue, 1)
    assert [one.choice.note for one in kept.history()] == ["arz 1"]


def test_competence_leads_to_the_positions(queue: Page, kept: Kept) -> None:
    """`k` on a trait leads to the positions, where Tab and Enter choose one."""
    queue.goto(f"{QUEUE}?kategori=trait")
    queue.keyboard.press("k")
    expect(queue.locator("#naa .positions button").first).to_be_focused()
    queue.keyboard.press("Tab")
    queue.keyboard.press("Tab")
    queue.keyboard.press("Enter")
    decided(queue, 0)
    expect(queue.locator("#sist")).to_contain_text("satt til Teknologi")
    assert kept.history()[0].choice == Choice("relabel", "Kari", "competence", ("technology",))


def test_skip_brings_it_last(queue: Page, kept: Kept) -> None:
    """`s` goes on without a decision, and what was skipped comes after the rest."""
    queue.keyboard.press("s")
    asks_about(queue, HUMOUR)
    queue.keyboard.press("a")
    asks_about(queue, SCRIPT)
    queue.keyboard.press("a")
    asks_about(queue, SEEN)
    decided(queue, 2)
    assert len(kept.history()) == 2


def test_conflict_comes_back_with_both(queue: Page, sessions: sessionmaker[Session], kept: Kept) -> None:
    """Somebody else was first: both decisions are shown, Enter decides nothing, and one's own can be set instead."""
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(SEEN), Choice("reject", "Ola"))
    queue.keyboard.press("5")
    expect(queue.get_by_role("heading", name="Noen kom deg i forkjøpet")).to_be_visible()
    expect(queue.locator("#naa")).to_contain_text("Forkastet av Ola")
    expect(queue.locator("#naa article")).to_be_focused()
    queue.keyboard.press("Enter")
    assert len(kept.history()) == 1
    assert barriers(queue) == []
    queue.get_by_role("button", name="Sett mitt valg i stedet").click()
    asks_about(queue, HUMOUR)
    expect(queue.locator("#sist")).to_contain_text("flyttet til Tempo")
    assert [one.choice for one in kept.in_force()] == [Choice("move", "Kari", "competence", ("pace",))]


def test_lost_server_brings_the_card_back(queue: Page, kept: Kept) -> None:
    """What could not be sent is told, and the card is there again to be decided on."""
    queue.context.set_offline(True)
    queue.keyboard.press("a")
    expect(queue.get_by_role("alert")).to_contain_text("Fikk ikke kontakt med programmet")
    asks_about(queue, SEEN)
    queue.context.set_offline(False)
    queue.keyboard.press("a")
    asks_about(queue, HUMOUR)
    decided(queue, 1)
    assert len(kept.history()) == 1


def test_all_works_without_scripts(browser: Browser, address: str, kept: Kept) -> None:
    """Without scripts the same buttons decide, skip and undo, page by page."""
    with browser.new_context(base_url=address, locale="nb-NO", java_script_enabled=False) as context:
        page = context.new_page()
        say_who(page)
        page.goto(SUREST)
        page.locator("#naa").get_by_role("button", name="Godkjenn").click()
        asks_about(page, HUMOUR)
        page.get_by_role("button", name="Hopp over").first.click()
        asks_about(page, SCRIPT)
        page.get_by_role("button", name="Angre").click()
        asks_about(page, SEEN)
    assert [one.choice.action for one in kept.history()] == ["approve", "undo"]


def test_phrase_is_heard_and_stops(page: Page, settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Space plays the phrase alone: the sound begins before it and stops after it; space stops it too."""
    add_recording(sessions, settings)
    say_who(page)
    page.add_init_script(KEEP_PLAYERS)
    page.goto(f"{QUEUE}?intervju=opptak")
    page.get_by_role("button", name="Hør utsagnet").wait_for()
    page.keyboard.press(" ")
    wait_until(page, "made[0].currentTime > 2.6")
    wait_until(page, "made[0].paused")
    assert 3.9 < page.evaluate("made[0].currentTime") < 5.5


def wait_until(page: Page, condition: str) -> None:
    """Playwright's own waiting evaluates text in the page, which the Content-Security-Policy forbids."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(condition)


def add_recording(sessions: sessionmaker[Session], settings: Settings) -> None:
    """The bundled recording, with a phrase that is said from 3 to 3.6 seconds."""
    path = Path(shutil.copy(RECORDINGS / "opptak_butikkmedarbeider.opus", settings.home))
    sha256 = save(path, settings.recordings)
    with sessions.begin() as session:
        source = Source("opptak", "audio", sha256, ".opus")
        interview = add_interview(session, project_named(session, PROJECT).id, source).interview
        words = tuple(Word(word, 2.0 + i, 2.6 + i, 0.9) for i, word in enumerate(["jeg", "ordner", "alt"]))
        turn = Turn("respondent", "jeg ordner alt", 2.0, 4.6, words)
        stored = save_transcript(session, interview.id, "k", Transcript("opptak", (turn,)))
        label = suggestions()[0].label
        save_coding(session, stored.id, "k", "r", [Suggestion(Phrase("opptak", 0, 4, 10, "ordner"), label)])


def test_many_are_accepted_and_undone(page: Page, sessions: sessionmaker[Session], kept: Kept) -> None:
    """A selection without one of it is accepted with one press, and undone with another."""
    add_many(sessions, 60)
    say_who(page)
    page.goto(f"{BULK}?fra=0&intervju=ola")
    button = page.get_by_role("button", name=re.compile(r"^Godkjenn \d+ forslag$"))
    number = int(re.findall(r"\d+", button.inner_text())[0])
    page.get_by_role("checkbox", name=re.compile("^Utelat")).first.check()
    expect(button).to_have_text(f"Godkjenn {number - 1} forslag")
    button.click()
    expect(page.get_by_role("button", name=f"Angre alle {number - 1}")).to_be_visible()
    assert len(kept.in_force()) == number - 1
    page.get_by_role("button", name="Angre alle").click()
    expect(page.locator("#melding")).to_contain_text(f"{number - 1} godkjenninger er angret.")
    assert kept.in_force() == []


@pytest.fixture
def narrow(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 768, "height": 1024})
    return page


@pytest.mark.parametrize("where", [SUREST, f"{QUEUE}?vis=avgjort", f"{BULK}?fra=0", f"{QUEUE}?kategori=trait"])
def test_pages_fit_a_tablet(narrow: Page, where: str) -> None:
    """At 768 pixels nothing has to be scrolled sideways, and no button's text leaves its button."""
    say_who(narrow)
    narrow.goto(where)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 768
    assert narrow.evaluate(TOO_LONG) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", [SUREST, f"{QUEUE}?vis=avgjort", f"{QUEUE}?kategori=trait&fra=1", f"{BULK}?fra=0"])
def test_nothing_stands_in_anybodys_way(browser: Browser, address: str, where: str, scheme: str) -> None:
    """axe finds nothing serious or critical: with a card, at the end, with a proxy, and in the list; folded out."""
    with browser.new_context(base_url=address, locale="nb-NO", color_scheme=scheme) as context:
        page = context.new_page()
        say_who(page)
        page.goto(where)
        for summary in page.locator("summary:visible").all():
            summary.click()
        assert barriers(page) == []
