"""Help for the tests of the key competences' pages: three candidates of two interviews, and their forms."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from fastapi.testclient import TestClient
from review_pages import PROJECT
from sqlalchemy.orm import Session, sessionmaker

from pipeline.edits import written
from pipeline.records import (
    Candidate,
    Clustering,
    Label,
    Phrase,
    Placement,
    Suggestion,
    Title,
    Transcript,
    Trial,
    Turn,
    identity_of,
)
from store.candidate_choices import CandidateChoice, choices_of
from store.candidate_decisions import CandidateDecision, candidate_history
from store.clusterings import latest_clustering, save_clustering
from store.interviews import Source, add_interview
from store.projects import project_named
from store.results import save_coding, save_transcript

HERE = f"/prosjekt/{PROJECT}/nokkelkompetanser"
COMPARE = f"{HERE}/sammenlign"
TOLD = {
    "see": ("ser den enkelte", "møter folk med et smil", "hører <b>etter</b>"),
    "calm": ("roer ned en sint kunde", "holder hodet kaldt"),
    "sell": ("selger mer enn før", "finner det kunden trenger", "kjenner varene"),
}
NAMES = {"see": "Se folk", "calm": "Holde roen", "sell": "Selge"}
PLACES = {"see": "people", "calm": "pace", "sell": "routines"}
ANSWER = ". ".join(text for texts in TOLD.values() for text in texts)


def phrase(text: str, interview: str) -> Phrase:
    start = ANSWER.index(text)
    return Phrase(interview, 1, start, start + len(text), text)


def value(text: str, interview: str = "siri") -> str:
    """What a form calls the phrase."""
    return written(identity_of(phrase(text, interview)))


def candidates() -> tuple[Candidate, ...]:
    """`see` and `calm` are told in both interviews, `sell` in jonas's alone; `sell` has a name that fits few."""
    made = []
    for id, texts in TOLD.items():
        interviews = ("jonas",) if id == "sell" else ("jonas", "siri")
        phrases = tuple(phrase(text, name) for text in texts for name in reversed(interviews))
        titles = (Title("Kjenne varene", 0.4), Title("Selge", 0.2)) if id == "sell" else (Title(NAMES[id], 0.9),)
        place, chains = (Placement(PLACES[id], 0.8),), ("Nord", "Sør")[: len(interviews)]
        made.append(
            Candidate(id, NAMES[id], place, interviews, phrases, chains, 0.3, titles, (1,) if id == "see" else ())
        )
    return tuple(made)


def gather(session: Session, key: str = "0" * 64) -> None:
    """The candidates as the newest of the project."""
    tried = (Trial(2, 0.31), Trial(3, 0.42))
    project = project_named(session, PROJECT)
    save_clustering(session, project.id, key, Clustering(candidates(), tried, "apart", -1))


def fill_candidates(sessions: sessionmaker[Session]) -> None:
    """Two more interviews in the project, coded and gathered."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        for number, name in enumerate(("jonas", "siri")):
            source = Source(name, "transcript", f"{number + 5:064x}", ".txt", role="butikksjef", chain="Nord")
            interview = add_interview(session, project.id, source).interview
            turns = (Turn("interviewer", "Hva gjør du?"), Turn("respondent", ANSWER))
            stored = save_transcript(session, interview.id, "k", Transcript(name, turns))
            coded = [
                Suggestion(phrase(text, name), Label("competence", 0.9, (Placement(PLACES[id], 0.8),)))
                for id, texts in TOLD.items()
                for text in texts
            ]
            save_coding(session, stored.id, "k", "r", coded)
        gather(session)


class Cards(HTMLParser):
    """The candidates of a page: what forms call each, and the fields of the form that chooses it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.seen: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-value" in given:
            self.values[given["data-id"]] = given["data-value"]
        if "data-seen" in given:
            self.seen[given["data-seen"]] = given["value"]


class Chooser:
    """A person at the pages of key competences."""

    def __init__(self, client: TestClient, name: str = "") -> None:
        self.client = client
        if name:
            client.post("/hvem", data={"navn": name, "tilbake": "/"})

    def see(self, address: str = HERE) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200
        return answer.text

    def cards(self) -> Cards:
        return Cards(self.see())

    def send(self, act: str, part: bool = False, **fields: Any):
        headers = {"hx-request": "true"} if part else {}
        return self.client.post(f"{HERE}/{act}", data=fields, headers=headers, follow_redirects=False)

    def edit(self, act: str, *ids: str, part: bool = False, **fields: Any):
        """An edit of these candidates as the page shows them now."""
        values = self.cards().values
        if "til" in fields:
            fields["til"] = values[fields["til"]]
        return self.send(act, part, kandidat=[values[id] for id in ids], **fields)

    def choose(self, id: str, valgt: str = "ja", **fields: Any):
        cards = self.cards()
        return self.send("velg", kandidat=cards.values[id], sett=cards.seen[id], valgt=valgt, **fields)


class KeptCandidates:
    """What the store holds of candidates, seen past the pages."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions

    def now(self) -> dict[str, Candidate]:
        with self.sessions.begin() as session:
            stored = latest_clustering(session, project_named(session, PROJECT).id)
        assert stored is not None
        return {candidate.id: candidate for candidate in stored.candidates}

    def history(self) -> tuple[CandidateDecision, ...]:
        with self.sessions.begin() as session:
            return candidate_history(session, project_named(session, PROJECT).id)

    def choices(self) -> dict[str, CandidateChoice]:
        with self.sessions.begin() as session:
            return choices_of(session, project_named(session, PROJECT).id)
