from __future__ import annotations

import re

import pytest
from accessibility import barriers
from playwright.sync_api import Browser, Page, expect
from review_pages import PEOPLE, PROJECT

PROJECT_PAGE = f"/prosjekt/{PROJECT}"
PAGES = ("/", "/hvem", PROJECT_PAGE, PEOPLE, "/finnes-ikke")


def test_front_page_opens_without_complaints(page: Page, trouble: list[str]) -> None:
    """The front page shows the project, loads HTMX and its own scripts, and the console stays empty."""
    page.goto("/")
    expect(page.get_by_role("link", name=PROJECT)).to_be_visible()
    expect(page.get_by_role("button", name="Taster")).to_be_visible()  # shown by a script
    assert page.evaluate("[htmx.config.allowEval, htmx.config.includeIndicatorStyles]") == [False, False]
    assert trouble == []


def test_language_is_switched_and_kept(page: Page) -> None:
    """The switch leads back to the page in English, and the next page is English too."""
    page.goto(PROJECT_PAGE)
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(re.compile(f"{PROJECT_PAGE}$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_navigation_shows_where_one_is(page: Page) -> None:
    """Within a project the navigation marks the page one is at."""
    page.goto(PROJECT_PAGE)
    navigation = page.get_by_role("navigation", name=f"Prosjektet {PROJECT}")
    expect(navigation.get_by_role("link", name="Oversikt")).to_have_attribute("aria-current", "page")


def test_keys_are_listed_by_a_key(page: Page) -> None:
    """`?` opens the list of keys, Esc closes it, and focus is back where it was."""
    page.goto("/")
    page.get_by_role("link", name=PROJECT).focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Taster")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Taster")).to_be_hidden()
    expect(page.get_by_role("link", name=PROJECT)).to_be_focused()


def test_keys_can_be_turned_off(page: Page) -> None:
    """Somebody who turns the keys off gets no dialog by `?`, on the next page either; the button still works."""
    page.goto("/")
    page.keyboard.press("?")
    page.get_by_label("Bruk taster på sidene").uncheck()
    page.keyboard.press("Escape")
    page.goto(PROJECT_PAGE)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Taster")).to_be_hidden()
    page.get_by_role("button", name="Taster").click()
    expect(page.get_by_role("dialog", name="Taster")).to_be_visible()


def test_keys_are_left_alone_where_somebody_writes(page: Page) -> None:
    """A question mark in a field is a question mark."""
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").press("?")
    expect(page.get_by_role("dialog", name="Taster")).to_be_hidden()
    expect(page.get_by_label("Navnet ditt")).to_have_value("?")


def test_refusal_of_a_part_stands_in_the_frame(page: Page) -> None:
    """What HTMX asks for and does not get is told in its place, and nothing else on the page changes."""
    page.goto("/")
    page.evaluate("htmx.ajax('GET', '/prosjekt/finnes-ikke', {target: 'h1'})")
    expect(page.get_by_role("alert")).to_contain_text("Prosjektet finnes ikke: finnes-ikke.")
    expect(page.get_by_role("heading", name="Prosjekter")).to_be_visible()


def test_lost_server_is_told(page: Page) -> None:
    """What HTMX cannot send is told in the same place."""
    page.goto("/")
    page.context.set_offline(True)
    page.evaluate("htmx.ajax('GET', '/', {target: 'h1'}).catch(() => null)")
    expect(page.get_by_role("alert")).to_contain_text("Fikk ikke kontakt med programmet")


def test_too_large_form_gets_its_page(page: Page) -> None:
    """A form that is far too large is answered by a page, not by a broken connection."""
    page.goto("/hvem")
    page.get_by_label("Navnet ditt").evaluate(
        "field => { field.removeAttribute('maxlength'); field.value = 'x'.repeat(4e6); field.form.submit(); }"
    )
    expect(page.get_by_role("heading", name="Det var for mye på én gang")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", PAGES)
def test_nothing_stands_in_anybodys_way(browser: Browser, address: str, where: str, scheme: str) -> None:
    """axe finds nothing serious or critical, in light or dark."""
    with browser.new_context(base_url=address, locale="nb-NO", color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(where)
        assert barriers(page) == []


@pytest.mark.parametrize("where", PAGES)
def test_pages_fit_a_tablet(page: Page, where: str) -> None:
    """At 768 pixels nothing has to be scrolled sideways."""
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(where)
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
