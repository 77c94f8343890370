from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from accessibility import barriers
from playwright.sync_api import Page, Route, expect
from review_pages import PROJECT

from balansekunst.settings import Settings
from review.background import BackgroundWork

LIST = f"/prosjekt/{PROJECT}/intervjuer"
NEW = f"{LIST}/nye"
PART = 4 * 1024**2
WHILE = 30_000  # ms that sending megabytes may take on a busy machine


@pytest.fixture
def background(settings: Settings) -> BackgroundWork:
    """Runs that last for some seconds and do nothing."""
    return BackgroundWork(settings, (sys.executable, "-c", "import time; time.sleep(3)"))


@pytest.fixture
def kari(page: Page) -> Page:
    """A page whose visitor has said who she is, at the form for new interviews."""
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").fill("Kari")
    page.get_by_role("button", name="Fortsett").click()
    page.goto(NEW)
    return page


def sound(path: Path, seconds: int) -> Path:
    """Noise in 48 kHz stereo: 192,000 bytes a second."""
    noise = np.random.default_rng(seconds).normal(size=seconds * 96_000) * 3000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(noise.astype("<i2").tobytes())
    return path


def text(path: Path, said: str) -> Path:
    path.write_text(f"I: Hva gjør du?\nR: {said}\n", encoding="utf-8")
    return path


def choose(page: Page, *paths: Path) -> None:
    page.get_by_label("Velg filer").set_input_files(paths)


def row(page: Page, name: str):
    return page.get_by_label("Valgte filer").get_by_role("listitem").filter(has_text=name)


def test_files_are_sent_and_followed(kari: Page, trouble: list[str], tmp_path: Path) -> None:
    """Several files with one consent: each tells what became of it, and the page follows the run that begins."""
    choose(kari, sound(tmp_path / "lyd.wav", 30), text(tmp_path / "per.txt", "Jeg rydder."))
    choose(kari, text(tmp_path / "kopi.txt", "Jeg rydder."), text(tmp_path / "tull.mp3", "Ikke lyd."))
    row(kari, "per.txt").get_by_label("Dekknavn").fill("K1")
    assert barriers(kari) == []
    kari.get_by_role("group", name="Gjelder alle filene").get_by_label("Samtykke").fill("2025-11-02")
    kari.get_by_role("button", name="Legg til").click()
    expect(row(kari, "lyd.wav")).to_contain_text("Lagt til som lyd", timeout=WHILE)
    expect(row(kari, "kopi.txt")).to_contain_text("Samme innhold er alt i prosjektet som per")
    expect(row(kari, "tull.mp3")).to_contain_text("Er ikke et opptak som kan leses")
    expect(kari.locator("#status")).to_have_text("2 av 4 filer er lagt til.", timeout=WHILE)
    expect(kari.locator("#folger")).to_contain_text("Kjøringen går i bakgrunnen")
    expect(kari.locator("#folger")).to_contain_text(
        "Ingen kjøring pågår.", timeout=WHILE
    )  # by events: nobody loads the page
    assert barriers(kari) == []
    assert [line for line in trouble if "400" not in line] == []
    kari.goto(LIST)
    expect(kari.get_by_role("row").filter(has_text="per")).to_contain_text("K1")


def test_nothing_is_sent_without_consent(kari: Page, tmp_path: Path) -> None:
    """The browser asks for the consent first, and not a byte leaves it."""
    sent: list[str] = []
    kari.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    choose(kari, text(tmp_path / "per.txt", "Jeg rydder."))
    kari.get_by_role("button", name="Legg til").click()
    expect(kari.get_by_role("group", name="Gjelder alle filene").get_by_label("Samtykke")).to_be_focused()
    assert sent == []


def test_upload_goes_on_after_a_lost_connection(kari: Page, tmp_path: Path) -> None:
    """A part that is lost on its way is sent again, and none that came is."""
    starts: list[str] = []

    def lose_the_second(route: Route) -> None:
        starts.append(route.request.url.partition("fra=")[2])
        if len(starts) == 2:
            route.abort()
        else:
            route.continue_()

    kari.route("**/opplasting/*?fra=*", lose_the_second)
    choose(kari, sound(tmp_path / "lyd.wav", 50))
    kari.get_by_role("group", name="Gjelder alle filene").get_by_label("Samtykke").fill("S-1")
    kari.get_by_role("button", name="Legg til").click()
    expect(row(kari, "lyd.wav")).to_contain_text("Lagt til som lyd", timeout=WHILE)
    assert starts == ["0", str(PART), str(PART), str(2 * PART)]


def test_upload_goes_on_after_the_page_was_closed(kari: Page, tmp_path: Path) -> None:
    """The same file chosen again goes on where it was."""
    starts: list[str] = []
    path = sound(tmp_path / "lyd.wav", 50)
    kari.route("**/opplasting/*?fra=4194304", lambda route: None)  # never answered
    choose(kari, path)
    kari.get_by_role("group", name="Gjelder alle filene").get_by_label("Samtykke").fill("S-1")
    kari.get_by_role("button", name="Legg til").click()
    expect(row(kari, "lyd.wav")).to_contain_text("Sender: 43 %", timeout=WHILE)
    kari.goto("about:blank")
    kari.unroute_all(behavior="ignoreErrors")
    kari.goto(NEW)
    expect(kari.get_by_text("43 % er sendt")).to_be_visible()
    kari.on(
        "request", lambda request: starts.append(request.url.partition("fra=")[2]) if "fra=" in request.url else None
    )
    choose(kari, path)
    kari.get_by_role("group", name="Gjelder alle filene").get_by_label("Samtykke").fill("S-1")
    kari.get_by_role("button", name="Legg til").click()
    expect(row(kari, "lyd.wav")).to_contain_text("Lagt til som lyd", timeout=WHILE)
    assert starts == [str(PART), str(2 * PART)]


def test_files_are_dropped(kari: Page) -> None:
    """Files dropped on their place are chosen; dropped beside it they do not take the page's place."""
    drop = """(selector) => {
      const data = new DataTransfer();
      data.items.add(new File(["I: Hei?\\nR: Jeg rydder.\\n"], "per.txt", { lastModified: 1 }));
      const event = (name) => new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true });
      const place = document.querySelector(selector);
      place.dispatchEvent(event("dragenter"));
      return place.dispatchEvent(event("drop"));
    }"""
    assert kari.evaluate(drop, "h1") is False  # the browser does not open the file
    expect(row(kari, "per.txt")).to_have_count(0)
    kari.evaluate(drop, "#slipp")
    expect(row(kari, "per.txt")).to_have_count(1)


def test_file_is_taken_away_by_keyboard(kari: Page, tmp_path: Path) -> None:
    """Enter on «Ta bort» removes the file, and focus goes to the next one's button, then to where files are chosen."""
    choose(kari, text(tmp_path / "a.txt", "a"), text(tmp_path / "b.txt", "b"))
    row(kari, "a.txt").get_by_role("button", name="Ta bort").press("Enter")
    expect(row(kari, "b.txt").get_by_role("button", name="Ta bort")).to_be_focused()
    kari.keyboard.press("Enter")
    expect(kari.get_by_label("Velg filer")).to_be_focused()


def test_file_has_details_of_its_own(kari: Page, tmp_path: Path) -> None:
    """What is given for one file goes before what is given for all."""
    choose(kari, text(tmp_path / "a.txt", "a"), text(tmp_path / "b.txt", "b"))
    row(kari, "b.txt").get_by_text("Annet for denne filen").click()
    row(kari, "b.txt").get_by_label("Kjede").fill("Sør")
    for_all = kari.get_by_role("group", name="Gjelder alle filene")
    for_all.get_by_label("Kjede").fill("Nord")
    for_all.get_by_label("Samtykke").fill("S-1")
    kari.get_by_role("button", name="Legg til").click()
    expect(kari.locator("#status")).to_have_text("2 av 2 filer er lagt til.", timeout=WHILE)
    kari.goto(f"{LIST}?sorter=navn")
    lines = kari.get_by_role("row")
    expect(lines.nth(1)).to_contain_text("Nord")
    expect(lines.nth(2)).to_contain_text("Sør")


def test_list_is_narrowed_without_losing_focus(kari: Page) -> None:
    """A choice in a filter changes the list and the address at once, and focus stays where it was."""
    kari.goto(LIST)
    chosen = kari.get_by_label("Tilstand")
    chosen.focus()
    chosen.select_option("coded")
    expect(kari.locator("#antall")).to_contain_text("1 av 1 intervjuer")
    assert "tilstand=coded" in kari.url
    expect(chosen).to_be_focused()
    kari.get_by_label("Navn eller dekknavn").fill("finnes ikke")
    expect(kari.get_by_text("Ingen intervjuer passer")).to_be_visible()
    assert barriers(kari) == []


@pytest.mark.parametrize("where", [LIST, NEW, f"{LIST}/om/kari"])
def test_pages_of_interviews_fit_a_tablet(kari: Page, where: str) -> None:
    """At 768 pixels nothing has to be scrolled sideways, and axe finds nothing serious."""
    kari.set_viewport_size({"width": 768, "height": 1024})
    kari.goto(where)
    assert kari.evaluate("document.documentElement.scrollWidth") <= 768
    assert barriers(kari) == []
