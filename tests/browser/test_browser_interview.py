from __future__ import annotations

import re
from pathlib import Path

import pytest
from accessibility import barriers
from playwright.sync_api import Browser, Page, expect
from review_pages import PROJECT
from sqlalchemy.orm import Session, sessionmaker

import corpora
from balansekunst.settings import Settings
from pipeline.records import Label, Phrase, Placement, Suggestion, Transcript, Turn, Word
from store.interviews import Source, add_interview
from store.projects import project_named
from store.recordings import save
from store.results import save_coding, save_transcript

RECORDING = Path(corpora.__file__).parent / "recordings" / "opptak_butikkmedarbeider.opus"
SPOKEN = (
    ("interviewer", 0.0, 3.5, "Hva gjør du på jobben?"),
    (
        "respondent",
        4.2,
        18.75,
        "Jeg sitter i kassen hver dag. Etter det setter jeg varer på plass. "
        "Det er en liten butikk, og vi er ti som jobber her.",
    ),
    ("interviewer", 19.45, 22.55, "Hva er du god til?"),
    (
        "respondent",
        23.25,
        36.02,
        "Du må ha godt humør. Jeg ser opp når jeg tar den første varen, og snakker med folk. Da blir de glade.",
    ),
)
CODED = {
    (1, "sitter i kassen hver dag"): Label("task", 0.9),
    (3, "ha godt humør"): Label("trait", 0.8),
    (3, "ser opp når jeg tar den første varen"): Label("competence", 0.9, (Placement("presence", 0.7),)),
}
SAMPLE = f"/prosjekt/{PROJECT}/intervju/opptak"
HEARD = "[...(CSS.highlights.get('spoken') ?? [])].map(range => range.toString()).join()"


def turn_of(speaker: str, start: float, end: float, text: str) -> Turn:
    """The turn with times for its words, made by hand: each as long as the others."""
    spoken = text.split()
    step = (end - start) / len(spoken)
    times = [round(start + i * step, 2) for i in range(len(spoken) + 1)]
    words = tuple(Word(word, times[i], times[i + 1], 0.9) for i, word in enumerate(spoken))
    return Turn(speaker, text, start, end, words)


@pytest.fixture
def sample(sessions: sessionmaker[Session], settings: Settings) -> str:
    """The bundled recording with its first turns and three phrases in them; its address."""
    add_sample(sessions, save(RECORDING, settings.recordings))
    return SAMPLE


def add_sample(sessions: sessionmaker[Session], sha256: str, extension: str = ".opus") -> None:
    turns = tuple(turn_of(*turn) for turn in SPOKEN)
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        interview = add_interview(session, project.id, Source("opptak", "audio", sha256, extension)).interview
        stored = save_transcript(session, interview.id, "k", Transcript("opptak", turns))
        coded = []
        for (turn, words), label in CODED.items():
            start = turns[turn].text.index(words)
            coded.append(Suggestion(Phrase("opptak", turn, start, start + len(words), words), label))
        save_coding(session, stored.id, "k", "r", coded)


@pytest.fixture
def kari(page: Page, sample: str) -> Page:
    """Kari at the interview's page, where the words' times have come."""
    return at_page(page)


def at_page(page: Page) -> Page:
    page.goto("/hvem?tilbake=/")
    page.get_by_label("Navnet ditt").fill("Kari")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Prosjekter")).to_be_visible()
    page.goto(SAMPLE)
    expect(page.locator("#t1")).to_have_attribute("data-times", re.compile(r"^420 "))
    return page


def word_in(page: Page, turn: int, word: str) -> dict[str, float]:
    """Where a word of a turn is on the screen."""
    find = """([turn, word]) => {
      const walker = document.createTreeWalker(document.querySelector(`#t${turn} .said`), NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.data.indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        const box = range.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2, right: box.right, left: box.left };
      }
    }"""
    found: dict[str, float] = page.evaluate(find, [turn, word])
    return found


def test_page_comes_without_complaints(page: Page, sample: str, trouble: list[str]) -> None:
    """The page, its sound and a phrase that is opened leave the console empty."""
    at_page(page)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="«sitter i kassen hver dag»")).to_be_visible()
    assert trouble == []


def test_space_plays_and_lights_the_word(kari: Page) -> None:
    """Space plays and stops; the word that is said is lit."""
    kari.keyboard.press(" ")
    kari.wait_for_function("() => document.querySelector('#lyd').currentTime > 0.3")
    expect(kari.get_by_role("button", name="Stopp")).to_be_visible()
    kari.wait_for_function(f"() => {HEARD}.length > 0")
    assert kari.evaluate(HEARD) in SPOKEN[0][3].split()
    kari.keyboard.press(" ")
    expect(kari.get_by_role("button", name="Spill")).to_be_visible()


def test_word_is_heard_by_a_click(kari: Page) -> None:
    """A click on a word plays from there, without reading the recording from its start."""
    place = word_in(kari, 3, "glade")
    kari.mouse.click(place["x"], place["y"])
    kari.wait_for_function("() => document.querySelector('#lyd').currentTime > 34")
    kari.wait_for_function(f"() => {HEARD} === 'glade.'")


def test_page_stops_following_when_somebody_scrolls(kari: Page) -> None:
    """The wheel turns following off, and its button turns it on again."""
    follow = kari.get_by_role("button", name="Følg med")
    expect(follow).to_have_attribute("aria-pressed", "true")
    kari.mouse.move(400, 500)
    kari.mouse.wheel(0, 50)
    expect(follow).to_have_attribute("aria-pressed", "false")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")


def test_phrases_are_decided_by_keys_alone(kari: Page) -> None:
    """n goes to the next undecided phrase, a accepts, a number moves, z undoes; focus stays in the text."""
    kari.keyboard.press("n")
    expect(kari.get_by_role("heading", name="«sitter i kassen hver dag»")).to_be_visible()
    kari.keyboard.press("a")
    expect(kari.locator("#gjort")).to_have_text(re.compile("Godkjent som oppgave"))
    expect(kari.locator("#t1 .phrase")).to_be_focused()
    kari.keyboard.press("n")
    expect(kari.get_by_role("heading", name="«ha godt humør»")).to_be_visible()
    kari.keyboard.press("1")
    expect(kari.locator("#t3 .phrase").first).to_have_class(re.compile("green competence decided"))
    kari.keyboard.press("z")
    expect(kari.locator("#t3 .phrase").first).to_have_class(re.compile("trait open"))
    expect(kari.locator("#tall")).to_have_text(re.compile("1 av 3 avgjort"))


def test_missed_phrase_is_marked_by_keyboard(kari: Page) -> None:
    """Arrows go word by word, Shift marks, m makes a phrase of it, and a number says where it belongs."""
    kari.locator("#t3 .said").focus()
    for _ in range(18):
        kari.keyboard.press("ArrowRight")
    expect(kari.locator("#ordet")).to_have_text("folk.")
    kari.keyboard.press("Shift+ArrowLeft")
    kari.keyboard.press("Shift+ArrowLeft")
    expect(kari.locator(".bubble")).to_be_visible()
    kari.keyboard.press("m")
    expect(kari.get_by_role("heading", name="Nytt utsagn")).to_be_focused()
    kari.keyboard.press("1")
    expect(kari.get_by_role("heading", name="«snakker med folk»")).to_be_visible()
    expect(kari.locator(".phrase", has_text="snakker med folk")).to_have_class(re.compile("green competence decided"))


def test_missed_phrase_is_marked_by_mouse(kari: Page) -> None:
    """A drag over words offers to make a phrase of them; not over the interviewer's."""
    first, last = word_in(kari, 0, "gjør"), word_in(kari, 0, "jobben")
    kari.mouse.move(first["left"] + 2, first["y"])
    kari.mouse.down()
    kari.mouse.move(last["right"] - 2, last["y"], steps=4)
    kari.mouse.up()
    kari.wait_for_timeout(100)
    expect(kari.locator(".bubble")).to_have_count(0)
    first, last = word_in(kari, 1, "liten"), word_in(kari, 1, "butikk")
    kari.mouse.move(first["left"] + 2, first["y"])
    kari.mouse.down()
    kari.mouse.move(last["right"] - 2, last["y"], steps=4)
    kari.mouse.up()
    kari.get_by_role("button", name="Nytt utsagn").click()
    kari.get_by_role("button", name="Rutiner", exact=False).first.click()
    expect(kari.get_by_role("heading", name="«liten butikk»")).to_be_visible()


def open_phrase(page: Page, words: str) -> None:
    page.locator(".phrase", has_text=words).click()
    expect(page.get_by_role("heading", name=f"«{words}»")).to_be_visible()
    expect(page.locator(".handle")).to_have_count(2)


def test_border_is_dragged(kari: Page) -> None:
    """A border that is dragged to another word makes another phrase; one undo brings the old one back."""
    open_phrase(kari, "ser opp når jeg tar den første varen")
    handle, place = kari.locator(".handle.end").bounding_box(), word_in(kari, 3, "folk")
    assert handle
    kari.mouse.move(handle["x"] + 12, handle["y"] + 12)
    kari.mouse.down()
    kari.mouse.move(place["x"], place["y"], steps=5)
    expect(kari.locator(".handle.end")).to_have_attribute("aria-valuetext", "folk.")
    kari.mouse.up()
    longer = "ser opp når jeg tar den første varen, og snakker med folk"
    expect(kari.get_by_role("heading", name=f"«{longer}»")).to_be_visible()
    kari.keyboard.press("z")
    expect(kari.get_by_role("heading", name="«ser opp når jeg tar den første varen»")).to_be_visible()
    expect(kari.locator("#t3 .phrase").last).to_have_class(re.compile("open"))


def test_border_is_moved_by_keyboard(kari: Page) -> None:
    """b goes to the borders, arrows move by a word, Esc leaves it, Enter saves."""
    open_phrase(kari, "ser opp når jeg tar den første varen")
    kari.keyboard.press("b")
    start = kari.get_by_role("slider", name="Hvor utsagnet begynner")
    expect(start).to_be_focused()
    kari.keyboard.press("ArrowRight")
    expect(start).to_have_attribute("aria-valuetext", "opp")
    kari.keyboard.press("Escape")
    expect(start).to_have_attribute("aria-valuetext", "ser")
    kari.keyboard.press("ArrowLeft")
    kari.keyboard.press("Enter")
    expect(kari.get_by_role("heading", name="«Jeg ser opp når jeg tar den første varen»")).to_be_visible()
    expect(kari.locator("#t3 .phrase").last).to_be_focused()


def test_word_is_corrected_in_place(kari: Page) -> None:
    """A double click opens a field for the word, Enter saves it, phrases stay with their words, z takes it back."""
    place = word_in(kari, 3, "Du")
    kari.mouse.dblclick(place["x"], place["y"])
    field = kari.get_by_label("Hva som ble sagt")
    expect(field).to_be_focused()
    expect(field).to_have_value("Du")
    field.fill("Man bør og")
    field.press("Enter")
    expect(kari.locator("#t3 .said")).to_have_text(re.compile("^Man bør og må ha godt humør"))
    expect(kari.locator("#t3 .said")).to_be_focused()
    expect(kari.locator("#t3 .phrase").first).to_have_text("ha godt humør")
    expect(kari.locator("#rettelser")).to_have_text("1 rettelse av utskriften")
    kari.keyboard.press("z")
    expect(kari.locator("#t3 .said")).to_have_text(re.compile("^Du må ha godt humør"))


def test_word_is_corrected_by_keyboard(kari: Page) -> None:
    """Enter on a word opens its field; Esc leaves it as it was, with focus on the word; an empty field takes it out."""
    kari.locator("#t1 .said").focus()
    kari.keyboard.press("ArrowRight")
    kari.keyboard.press("Enter")
    expect(kari.get_by_label("Hva som ble sagt")).to_have_value("Jeg")
    kari.keyboard.press("Escape")
    expect(kari.locator("#t1 .said")).to_be_focused()
    kari.keyboard.press("Enter")
    kari.get_by_label("Hva som ble sagt").fill("")
    kari.keyboard.press("Enter")
    expect(kari.locator("#t1 .said")).to_have_text(re.compile("^sitter i kassen"))


def test_only_what_is_chosen_is_marked(kari: Page) -> None:
    """Phrases that are not chosen lose their marks, and n passes them by; the address keeps the choice."""
    kari.get_by_label("Vis", exact=True).select_option("Egenskaper")
    kari.keyboard.press("Escape")
    assert kari.locator("#t1 .phrase").evaluate("e => getComputedStyle(e).textDecorationLine") == "none"
    kari.get_by_role("button", name="Neste").click()
    expect(kari.get_by_role("heading", name="«ha godt humør»")).to_be_visible()
    expect(kari).to_have_url(re.compile("vis=trait"))


def test_quicker_reviewer_is_told(kari: Page, sessions: sessionmaker[Session]) -> None:
    """Where another has decided since, the message says so and the panel shows what holds now."""
    kari.keyboard.press("n")
    expect(kari.get_by_role("heading", name="«sitter i kassen hver dag»")).to_be_visible()
    other = kari.context.new_page()
    other.goto(f"{SAMPLE}?utsagn=1-4-28")
    other.keyboard.press("r")
    expect(other.locator("#gjort")).to_have_text(re.compile("Forkastet"))
    kari.keyboard.press("a")
    expect(kari.get_by_role("alert").first).to_contain_text("annen avgjørelse")
    expect(kari.locator("#panel .decision")).to_contain_text("Forkastet")
    expect(kari.locator("#t1 .phrase")).to_have_class(re.compile("rejected"))


def test_recording_that_cannot_be_played_is_told(
    page: Page, sessions: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    """A recording that the browser does not know, or that is gone, is told of, and the text can be read."""
    strange = tmp_path / "opptak.wma"
    strange.write_bytes(b"ikke lyd" * 100)
    sha256 = save(strange, settings.recordings)
    add_sample(sessions, sha256, ".wma")
    page.goto(SAMPLE)
    expect(page.locator("#lyd-ukjent")).to_contain_text("WMA")
    expect(page.locator("#spiller")).to_be_hidden()
    (Path(settings.recordings) / sha256[:2] / f"{sha256}.wma").unlink()
    page.reload()
    expect(page.locator("#lyd-borte")).to_contain_text("sikkerhetskopi")
    expect(page.locator("#t1 .said")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way_at_an_interview(
    browser: Browser, address: str, sample: str, scheme: str
) -> None:
    """axe finds nothing serious, with no phrase open, with one open, and with words to make one of."""
    with browser.new_context(base_url=address, locale="nb-NO", color_scheme=scheme) as context:
        page = at_page(context.new_page())
        assert barriers(page) == []
        open_phrase(page, "ser opp når jeg tar den første varen")
        assert barriers(page) == []
        page.locator("#t1 .said").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("m")
        expect(page.get_by_role("heading", name="Nytt utsagn")).to_be_visible()
        assert barriers(page) == []


def test_interview_fits_a_tablet(kari: Page) -> None:
    """At 768 pixels nothing has to be scrolled sideways, with a phrase open."""
    kari.set_viewport_size({"width": 768, "height": 1024})
    open_phrase(kari, "ser opp når jeg tar den første varen")
    assert kari.evaluate("document.documentElement.scrollWidth") <= 768
    assert kari.evaluate("document.querySelector('#panel').scrollWidth <= document.querySelector('#panel').clientWidth")
