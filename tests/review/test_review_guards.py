from __future__ import annotations

import logging
import re

import pytest
from fastapi.testclient import TestClient
from review_pages import BASE, PEOPLE, SEEN, Browser, Kept
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.errors import WorkError
from review.app import create_app
from review.routes import lists


@pytest.mark.parametrize("address", ["/", PEOPLE, "/finnes-ikke", "/static/review.css", "/hvem"])
def test_every_answer_has_the_security_headers(client: TestClient, address: str) -> None:
    """Every answer, errors and files too, lets the browser load, run and send to this site only, nothing inline."""
    headers = client.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    sources = ("default-src", "script-src", "style-src", "media-src", "connect-src", "form-action")
    assert {policy[name] for name in sources} == {"'self'"}
    assert {policy[name] for name in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_are_not_kept_by_the_browser(client: TestClient) -> None:
    """Pages hold personal data, so the browser keeps none of them."""
    assert client.get(PEOPLE).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ["/", "/prosjekt/Butikk", PEOPLE, "/hvem", "/finnes-ikke"])
def test_pages_need_nothing_from_elsewhere(kari: Browser, address: str) -> None:
    """No page has inline scripts or styles, or an address outside this site."""
    text = kari.client.get(address).text
    assert re.findall(r"\sstyle=|<style|\son\w+=|hx-on|https?://", text) == []
    assert re.findall(r"<script(?! src=\"/static/)", text) == []


@pytest.mark.parametrize("host", ["ondt.example", "192.168.1.4:8000", "127.0.0.1.ondt.example", "", "[", "10.0.0.1"])
def test_foreign_host_is_refused(client: TestClient, host: str) -> None:
    """A request by a name that is not this machine's gets a plain 400."""
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "Adressen hører ikke til denne maskinen" in answer.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
def test_own_host_is_let_through(client: TestClient, host: str) -> None:
    """This machine's own names and addresses are let through, with or without a port."""
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://ondt.example", "null", "http://127.0.0.1:9999", "http://["])
def test_form_from_another_site_is_refused(kari: Browser, kept: Kept, origin: str) -> None:
    """A form that another site sends in somebody's name gets a plain 403 and stores nothing."""
    form = kari.form(SEEN) | {"handling": "godkjenn"}
    answer = kari.client.post(PEOPLE, data=form, headers={"origin": origin})
    assert answer.status_code == 403
    assert "Skjemaet kommer fra et annet nettsted" in answer.text
    assert kept.history() == ()


def test_own_form_is_let_through(kari: Browser, kept: Kept) -> None:
    """A form with this site's own origin is taken."""
    form = kari.form(SEEN) | {"handling": "godkjenn"}
    assert kari.client.post(PEOPLE, data=form, headers={"origin": BASE}).status_code == 200
    assert len(kept.history()) == 1


def test_fault_is_a_plain_page_and_its_words_are_not_logged(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the program gets a Norwegian 500, and the log says where it happened but quotes nothing."""

    said = "Kari sa noe " + "hemmelig"

    def fail(*_: object) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr(lists, "list_page", fail)
    with caplog.at_level(logging.DEBUG):
        answer = client.get(PEOPLE)
    assert answer.status_code == 500
    assert "Noe gikk galt hos oss" in answer.text
    assert "RuntimeError" in caplog.text
    assert said not in caplog.text + answer.text


def test_busy_database_is_a_plain_503(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is busy or full gets a page that says so and what to do."""

    def fail(*_: object) -> None:
        raise WorkError("databasen er opptatt av noen andre", "sqlite", "Vent litt og kjør på nytt.")

    monkeypatch.setattr(lists, "list_page", fail)
    answer = client.get(PEOPLE)
    assert answer.status_code == 503
    assert "Databasen er opptatt av noen andre" in answer.text


def test_nothing_said_is_logged(
    sessions: sessionmaker[Session], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Reading, deciding and failing leave no word of the transcript in any log."""
    with caplog.at_level(logging.DEBUG):
        kari = Browser(TestClient(create_app(sessions, settings), base_url=BASE), "Kari")
        kari.decide(SEEN, "godkjenn")
        kari.decide(SEEN, "flytt", plass="midten")
    assert "føle seg sett" not in caplog.text
