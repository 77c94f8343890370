"""Help for the tests: a project made with the store's functions, a person at the pages, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import (
    Candidate,
    Clustering,
    Grounds,
    Label,
    Phrase,
    Placement,
    Precedent,
    Proxy,
    Suggestion,
    Transcript,
    Turn,
)
from store.decisions import Decision, current_decisions, history
from store.interviews import Source, add_interview
from store.projects import create_project, project_named
from store.results import save_clustering, save_coding, save_transcript

BASE = "http://127.0.0.1:8000"
PROJECT = "Butikk"
PEOPLE = "/prosjekt/Butikk/plass/people"
TRAITS = "/prosjekt/Butikk/kategori/trait"
ANSWER = "Det er travelt. Jeg får folk til å føle seg sett, og <script>alert(1)</script> jeg er i godt humør. Ja."
SEEN, SCRIPT, HUMOUR, YES = "får folk til å føle seg sett", "<script>alert(1)</script>", "i godt humør", "Ja"


def phrase_of(words: str) -> Phrase:
    """The span of the words in the respondent's turn."""
    start = ANSWER.index(words)
    return Phrase("kari", 1, start, start + len(words), words)


def suggestions() -> tuple[Suggestion, ...]:
    """Two competences, one of them with markup, a trait, and one that the model leaves out."""
    likely = (Placement("people", 0.61), Placement("presence", 0.22), Placement("pace", 0.17))
    near = Precedent("ser hver enkelt", "competence", "people", "avdelingsleder", 0.91)
    seen = Label("competence", 0.92, likely, None, Grounds((near,), ("folk", "sett"), True, ("competence", "task")))
    script = Label("competence", 0.7, (Placement("people", 0.83),))
    proxy = Proxy("trait", "Yte god kundeservice", "Hva gjorde du helt konkret?", "service", "møter alle med et smil")
    trait = Label("trait", 0.8, (), proxy)
    labels = {SEEN: seen, SCRIPT: script, HUMOUR: trait, YES: Label("none", 0.99)}
    return tuple(Suggestion(phrase_of(words), label) for words, label in labels.items())


def marked(text: str) -> list[str]:
    """The phrases that a list shows, in its order."""
    return [unescape(part.partition("</mark>")[0]) for part in text.split("<mark>")[1:]]


def at_pace(i: int, word: str) -> Suggestion:
    """The i-th of ola's words as a competence at `pace`, less probable than the one before."""
    label = Label("competence", 0.9, (Placement("pace", 0.9 - i / 1000),))
    return Suggestion(Phrase("ola", 0, i * 10, i * 10 + 9, word), label)


def add_many(sessions: sessionmaker[Session], number: int) -> tuple[Suggestion, ...]:
    """An interview with ola, and its suggestions: this many competences at `pace`, the most probable first."""
    words = [f"utsagn{i:03d}" for i in range(number)]
    coded = tuple(at_pace(i, word) for i, word in enumerate(words))
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        interview = add_interview(session, project.id, Source("ola", "transcript", "b" * 64, ".txt")).interview
        turn = Turn("respondent", " ".join(words))
        stored = save_transcript(session, interview.id, "k", Transcript("ola", (turn,)))
        save_coding(session, stored.id, "k", "r", coded)
    return coded


class Browser:
    """A person at the pages, who fills in the form that a list shows for a phrase."""

    def __init__(self, client: TestClient, name: str = "") -> None:
        self.client = client
        if name:
            self.client.post("/hvem", data={"navn": name, "tilbake": "/"})

    def form(self, words: str, address: str = PEOPLE) -> dict[str, str]:
        """The hidden fields of the phrase's form in the list."""
        forms = Forms(self.client.get(address).text).found
        phrase = phrase_of(words)
        return next(f for f in forms if f.get("fra") == str(phrase.start))

    def send(self, form: dict[str, str], handling: str, address: str = PEOPLE, **fields: str):
        return self.client.post(address, data=form | {"handling": handling} | fields, follow_redirects=False)

    def decide(self, words: str, handling: str, address: str = PEOPLE, **fields: str):
        return self.send(self.form(words, address), handling, address, **fields)


def content_of(text: str) -> str:
    """What a page holds within its frame."""
    return text.partition("<main")[2].partition("</main>")[0]


class Forms(HTMLParser):
    """The hidden fields of every form in a page's content."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(content_of(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append({})
        if tag == "input" and given.get("type") == "hidden":
            self.found[-1][str(given["name"])] = given.get("value") or ""


class Kept:
    """What the store holds, seen past the pages."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions

    def history(self) -> tuple[Decision, ...]:
        with self.sessions.begin() as session:
            return history(session, project_named(session, PROJECT).id)

    def in_force(self) -> list[Decision]:
        with self.sessions.begin() as session:
            return list(current_decisions(session, project_named(session, PROJECT).id).values())


def fill(session: Session) -> None:
    """One project, one interview, its transcript, coding and candidate."""
    project = create_project(session, PROJECT, ("butikksjef",))
    source = Source("kari", "transcript", "a" * 64, ".txt", role="butikksjef", chain="Nord")
    interview = add_interview(session, project.id, source).interview
    turns = (Turn("interviewer", "Hva gjør du?"), Turn("respondent", ANSWER, 761.0, 790.0))
    stored = save_transcript(session, interview.id, "k1", Transcript("kari", turns))
    save_coding(session, stored.id, "k1", "r1", suggestions())
    seen = phrase_of(SEEN)
    candidate = Candidate("c1", "Se folk", (Placement("people", 0.7),), ("kari",), (seen, replace(seen, end=9)))
    save_clustering(session, project.id, "k1", Clustering((candidate,)))
