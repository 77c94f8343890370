"""Help for the tests of the balance model's page: its cards, and a person who moves them."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from fastapi.testclient import TestClient
from review_pages import PROJECT

BALANCE = f"/prosjekt/{PROJECT}/balanse"
PART = {"HX-Request": "true"}


class Board(HTMLParser):
    """What lies at each position, by its words, with the fields of each card's form; and what the figure counts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cards: dict[str, dict[str, dict[str, str]]] = {}
        self.competences: dict[str, list[str]] = {}
        self.counts: dict[str, int] = {}
        self._place = self._count = ""
        self._form: dict[str, str] | None = None
        self._reads = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "section" and "data-drop" in given:
            self._place = given["data-drop"]
        self._place = given.get("data-at", self._place)
        if "card" in classes:
            self._form = json.loads(given.get("data-form", "{}"))
        self._reads = "text" in classes
        self._count = given.get("data-count", "") if tag == "strong" else self._count

    def handle_data(self, data: str) -> None:
        if self._reads and self._form:
            self.cards.setdefault(self._place, {})[data] = self._form
        elif self._reads:
            self.competences.setdefault(self._place, []).append(data)
        elif self._count and data.strip():
            self.counts[self._count] = int(data)
            self._count = ""
        self._reads = False

    def words(self) -> dict[str, list[str]]:
        return {place: list(cards) for place, cards in self.cards.items()}


class Mover:
    """Somebody at the balance model, without scripts, or with them where `part` is asked for."""

    def __init__(self, client: TestClient, name: str = "") -> None:
        self.client = client
        if name:
            client.post("/hvem", data={"navn": name, "tilbake": "/"})

    def see(self, address: str = BALANCE) -> Board:
        answer = self.client.get(address)
        assert answer.status_code == 200
        return Board(answer.text)

    def send(self, form: dict[str, str], handling: str, address: str = BALANCE, part: bool = False, **fields: Any):
        data = form | {"handling": handling} | fields
        return self.client.post(address, data=data, headers=PART if part else {}, follow_redirects=False)

    def do(self, words: str, place: str, handling: str, part: bool = False, **fields: Any):
        """A decision on the card with these words, as it lies at this position now."""
        return self.send(self.see().cards[place][words], handling, part=part, **fields)
