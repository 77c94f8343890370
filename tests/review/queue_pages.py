"""Help for the queue's tests: a person at the queue, who presses buttons by what they send."""

from __future__ import annotations

import re
from html import unescape

from fastapi.testclient import TestClient
from review_pages import Forms, marked

QUEUE = "/prosjekt/Butikk/ko"
BULK = "/prosjekt/Butikk/ko/samlet"
PART = {"HX-Request": "true"}


def shown(text: str) -> str:
    """The phrase that the page asks about, or nothing at the end of the queue."""
    return next(iter(marked(text.partition('<div id="naa">')[2].partition('<div id="neste"')[0])), "")


def brought(text: str) -> str:
    """The phrase on the card that an answer holds, or nothing."""
    return next(iter(marked(text)), "")


def place_of(text: str) -> str:
    """Where an answer's card is to stand."""
    return re.findall(r'data-place="(\w+)"', text)[0]


def said(text: str) -> str:
    """What an answer tells."""
    return unescape(re.findall(r'data-said="([^"]*)"', text)[0])


class Reviewer:
    """Somebody at the queue without scripts, or with them where `part` is asked for."""

    def __init__(self, client: TestClient, name: str = "") -> None:
        self.client = client
        if name:
            self.client.post("/hvem", data={"navn": name, "tilbake": "/"})

    def see(self, address: str = QUEUE) -> str:
        return self.client.get(address).text

    def form(self, address: str = QUEUE) -> dict[str, str]:
        """The fields of the card that is shown."""
        text = self.see(address)
        return Forms("<main" + text.partition('<div id="naa">')[2] + "</main>").found[0]

    def last(self, address: str = QUEUE) -> dict[str, str]:
        """The fields of the form that undoes."""
        text = self.see(address)
        return Forms("<main" + text.partition('<div id="sist"')[2].partition("</div>")[0] + "</main>").found[0]

    def send(self, form: dict[str, str], handling: str, address: str = QUEUE, part: bool = False, **fields: str):
        headers = PART if part else {}
        data = form | {"handling": handling} | fields
        return self.client.post(address, data=data, headers=headers, follow_redirects=False)

    def press(self, handling: str, address: str = QUEUE, part: bool = False, **fields: str):
        """A button of the card that is shown."""
        return self.send(self.form(address), handling, address, part, **fields)
