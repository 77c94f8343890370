from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from fastapi.testclient import TestClient
from review_pages import PEOPLE, SEEN, Browser

import review
from pipeline.balance import NORWEGIAN as TERMS
from review.language import LANGUAGES, _, choose_language, ngettext, speaking
from review.wording import day_and_time, percent, term

FOLDER = Path(review.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def texts() -> set[str]:
    """Every text of the pages as its source has it."""
    found = extract_from_dir(FOLDER, METHODS, {"**.html": {"silent": "false"}})
    return {
        text for _file, _line, message, *_ in found for text in (message if isinstance(message, tuple) else [message])
    }


def translated(name: str) -> set[str]:
    """Every text that a catalogue has an answer to."""
    with (FOLDER / "locale" / f"{name}.po").open("rb") as file:
        catalogue = read_po(file, locale=name)
    pairs = [(m.id, m.string) if isinstance(m.id, tuple) else ((m.id,), (m.string,)) for m in catalogue if m.id]
    return {text for ids, answers in pairs if all(answers) for text in ids}


@pytest.mark.parametrize("name", [name for name in LANGUAGES if name != "nb"])
def test_every_text_is_translated(name: str) -> None:
    """Each text of the pages, and each term of the balance model, stands in the catalogue."""
    assert sorted((texts() | set(TERMS.values())) - translated(name)) == []


def test_values_keep_their_names_in_translation() -> None:
    """A translation uses the named values of its source, and no others."""
    with (FOLDER / "locale" / "en.po").open("rb") as file:
        faults = [(message.id, list(message.check())) for message in read_po(file, locale="en")]
    assert [fault for fault in faults if fault[1]] == []


@pytest.mark.parametrize(
    ("cookie", "accepted", "expected"),
    [
        ("", "", "nb"),
        ("en", "nb", "en"),
        ("nb", "en", "nb"),
        ("de", "en-GB,en;q=0.8", "en"),
        ("", "de-DE, en;q=0.5", "en"),
        ("", "en;q=0.5, nb-NO", "nb"),
        ("", "nn-NO,en;q=0.9", "nb"),
        ("", "no", "nb"),
        ("", "de,fr", "nb"),
        ("", "en;q=0", "nb"),
        ("", "en;q=x;;,,", "nb"),
    ],
)
def test_language_is_chosen(cookie: str, accepted: str, expected: str) -> None:
    """What somebody chose comes before what the browser accepts, and Norwegian before what there is not."""
    assert choose_language(cookie, accepted) == expected


def test_page_follows_the_browser(client: TestClient) -> None:
    """A page says its language, and is in the one that the browser asks for."""
    english = client.get("/", headers={"accept-language": "en"}).text
    assert '<html lang="en">' in english
    assert "<h1>Projects</h1>" in english
    norwegian = client.get("/").text
    assert '<html lang="nb">' in norwegian
    assert "<h1>Prosjekter</h1>" in norwegian


def test_switch_comes_back_to_the_page(client: TestClient) -> None:
    """The switch leads back to where it was, and the choice holds from then on."""
    answer = client.post("/sprak", data={"sprak": "en", "tilbake": PEOPLE}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, PEOPLE)
    assert '<html lang="en">' in client.get(PEOPLE).text
    client.post("/sprak", data={"sprak": "nb", "tilbake": PEOPLE})
    assert '<html lang="nb">' in client.get(PEOPLE).text


def test_switch_stands_on_every_page_with_its_address(client: TestClient) -> None:
    """The switch knows the page it stands on, the question after `?` included."""
    assert f'name="tilbake" value="{PEOPLE}?rekkefolge=sikre"' in client.get(f"{PEOPLE}?rekkefolge=sikre").text


def test_switching_twice_is_harmless(client: TestClient) -> None:
    """The same choice sent again leads back all the same."""
    for _time in range(2):
        assert client.post("/sprak", data={"sprak": "en"}, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("chosen", ["", "de", "nb\n", "../en"])
def test_unknown_language_is_refused(client: TestClient, chosen: str) -> None:
    """A language that there is not gets a plain 400 and no cookie."""
    answer = client.post("/sprak", data={"sprak": chosen})
    assert answer.status_code == 400
    assert "Språket finnes ikke" in answer.text
    assert "set-cookie" not in answer.headers


def test_switch_leads_nowhere_else(client: TestClient) -> None:
    """An address outside this site leads to the front page instead."""
    form = {"sprak": "en", "tilbake": "https://ondt.example/"}
    assert client.post("/sprak", data=form, follow_redirects=False).headers["location"] == "/"


def test_switch_is_not_read(client: TestClient) -> None:
    """The switch only takes forms: reading it gets a 405."""
    assert client.get("/sprak").status_code == 405


def test_errors_follow_the_language(kari: Browser) -> None:
    """What a page refuses is said in the language of whoever asks."""
    form = kari.form(SEEN) | {"handling": "tull"}
    answer = kari.client.post(PEOPLE, data=form, headers={"accept-language": "en"})
    assert "Unknown action" in answer.text
    assert "Nothing has been changed." in answer.text


def test_values_and_plurals() -> None:
    """Values take their places by name, and the count chooses the text, in either language."""
    assert _("%(count)s tegn", count=3) == "3 tegn"
    assert [ngettext("%(num)s hund", "%(num)s hunder", n) for n in (1, 2)] == ["1 hund", "2 hunder"]
    with speaking("en"):
        assert _("%(count)s tegn", count=3) == "3 characters"


def test_moments_numbers_and_terms_follow_the_language() -> None:
    """Dates, percentages and positions are written as the language does."""
    noon = datetime(2026, 5, 4, 12, 0).astimezone(UTC)
    assert (day_and_time(noon), percent(0.614), term("pace")) == ("4. mai 2026, 12:00", "61\u00a0%", "Tempo")
    with speaking("en"):
        assert (day_and_time(noon), percent(0.614), term("people+technology")) == (
            "4 May 2026, 12:00",
            "61%",
            "People–Technology",
        )
