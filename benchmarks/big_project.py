"""A project of 500 interviews and 100,000 phrases to review, a third of them decided: the same each time.

What people say is put together of the corpora's phrases. Written with bulk inserts, then projected by the program's
own `rebuild`. Fifty words around each phrase have times, as in a recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from corpora import KeyCompetence, LabelledPhrase, read_key_competences, read_phrases
from pipeline.balance import POINTS
from pipeline.change_matching import DIRECTIONS
from pipeline.proxies import COULD_STAND_IN
from store.database import open_database
from store.projection import rebuild
from store.projects import create_project, project_named
from store.second_coding import SPAN, close_round, start_round
from store.tables import (
    AssignmentRow,
    CandidateRow,
    ChangeReadingRow,
    ChangeRow,
    ChangeTieRow,
    ChangeTyingRow,
    ClusteringRow,
    CodingRow,
    DecisionRow,
    InterviewRow,
    MemberRow,
    SecondCodingRow,
    SuggestionRow,
    TranscriptRow,
    TurnRow,
)

PROJECT = "Måling"
ROLES, CHAINS = ("butikkmedarbeider", "mellomleder", "butikksjef"), ("Nord", "Sør", "Øst", "Vest")
PEOPLE = ("Kari", "Ola", "Anne")
INTERVIEWS, PHRASES, NOTHING = 500, 200, 40  # phrases to review in each interview, and those of category none
AROUND = ("ja", "det", "er", "jo", "slik", "at", "jeg", "da", "liksom", "må", "si", "vi", "her", "hos", "oss", "altså")
DECIDED = 3  # every third is decided
CANDIDATES = 13
CHANGES = 12  # in each interview
COMPETENCES = tuple(read_key_competences().values())
A_MINUTE = 150  # words


def make(path: Path) -> None:
    """The database at `path`, unless it is there; whole or not at all."""
    if path.exists():
        return
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    sessions = open_database(f"sqlite:///{part}")
    with sessions.begin() as session:
        project_id = create_project(session, PROJECT, ROLES).id
        spoken = read_phrases()
        for number in range(1, INTERVIEWS + 1):
            _interview(session, project_id, number, spoken)
        _candidates(session, project_id)
        _changes(session, project_id)
        rebuild(session, project_id)
    sessions.kw["bind"].dispose()  # takes the write-ahead log into the file
    part.rename(path)


def code_twice(session: Session) -> None:
    """Three rounds of second coding, of 5,000 phrases each: closed, half coded, and one that Kari has not begun."""
    project_id = project_named(session, PROJECT).id
    for people, share in ((("Kari", "Ola"), 1.0), (("Ola", "Anne"), 0.5), (("Kari", "Ola"), 0.0)):
        begun = start_round(session, project_id, 0.05, people, "Anne", seed=f"{people} {share}")
        random = Random(begun.id)
        spans = [AssignmentRow.interview_id, AssignmentRow.turn, AssignmentRow.start, AssignmentRow.end]
        phrases = session.execute(select(*spans).where(AssignmentRow.round_id == begun.id).order_by(AssignmentRow.id))
        said = [
            {"round_id": begun.id, "person": person, **_said(random, same), **dict(zip(SPAN, span, strict=True))}
            for span in phrases.all()[: int(share * 5000)]
            for same in [random.random()]
            for person in people
        ]
        if said:
            session.execute(insert(SecondCodingRow), said)
        if share == 1:
            close_round(session, project_id, begun.id, "Anne")


def _said(random: Random, same: float) -> dict[str, Any]:
    """What a coder says: seven of ten times what the phrase's own number makes both say."""
    mine = Random(same) if random.random() < 0.7 else random
    category = mine.choice(("competence", "competence", "trait", "task", "none"))
    return {"category": category, "positions": [mine.choice(POINTS)] if category == "competence" else []}


def _interview(session: Session, project_id: int, number: int, spoken: tuple[LabelledPhrase, ...]) -> None:
    """One interview: number, transcript and coding share their id, since nothing else is in the database."""
    random = Random(number)
    said = random.choices(spoken, k=PHRASES + NOTHING)
    about = {"role": ROLES[number % 3], "chain": CHAINS[number % 4], "interviewer": "Per"}
    source = {"kind": "audio", "sha256": f"{number:064x}", "extension": ".mp3", "pseudonym": "", "consent": "ja"}
    name = {"id": number, "project_id": project_id, "name": f"intervju-{number:03}"}
    session.execute(insert(InterviewRow), [{**name, **about, **source}])
    data = {"id": name["name"], "role": about["role"], "sector": "handel", "chain": about["chain"], "language": "nb"}
    transcript = {"id": number, "interview_id": number, "version": 1, "key": "k", "data": data}
    session.execute(insert(TranscriptRow), [transcript])
    session.execute(insert(CodingRow), [{"id": number, "transcript_id": number, "key": "k", "revision": "r"}])
    turns, spans = _turns(said, random)
    session.execute(insert(TurnRow), [{"transcript_id": number, "ordinal": i} | turn for i, turn in enumerate(turns)])
    suggestions = [_suggestion(number, i, phrase, spans[i], random) for i, phrase in enumerate(said)]
    session.execute(insert(SuggestionRow), suggestions)
    session.execute(insert(DecisionRow), list(_decisions(project_id, suggestions, random)))


def _turns(said: list[LabelledPhrase], random: Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Question and answer by turns, four phrases an answer, and where each phrase stands."""
    turns: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    clock = 0.0
    for first in range(0, len(said), 4):
        text = ""
        for phrase in said[first : first + 4]:
            text += " ".join(random.choices(AROUND, k=25)) + " "
            words = phrase.text.strip()
            spans.append({"turn": len(turns) + 1, "start": len(text), "end": len(text) + len(words), "text": words})
            text += words + ". " + " ".join(random.choices(AROUND, k=25)) + ". "
        turns.append(_turn("interviewer", "Hvordan gjorde du det, helt konkret?", clock))
        turns.append(_turn("respondent", text.strip(), turns[-1]["end"]))
        clock = turns[-1]["end"]
    return turns, spans


def _turn(speaker: str, text: str, start: float) -> dict[str, Any]:
    step = 60 / A_MINUTE
    times = [(start + i * step, start + (i + 0.9) * step) for i in range(len(text.split()))]
    words = [
        {"text": word, "start": round(begin, 2), "end": round(end, 2), "probability": 0.9}
        for word, (begin, end) in zip(text.split(), times, strict=True)
    ]
    return {"speaker": speaker, "text": text, "start": start, "end": words[-1]["end"], "words": words}


def _suggestion(
    coding_id: int, ordinal: int, phrase: LabelledPhrase, span: dict[str, Any], random: Random
) -> dict[str, Any]:
    category = phrase.category if phrase.category != "none" else "competence"
    category = "none" if ordinal % (PHRASES + NOTHING) >= PHRASES else category
    probability = round(0.4 + 0.6 * random.random(), 4)
    places = random.sample(POINTS, k=6) if category == "competence" else []
    shares = sorted((random.random() for _ in places), reverse=True)
    positions = [
        {"position": place, "probability": round(share / sum(shares), 4)}
        for place, share in zip(places, shares, strict=True)
    ]
    near = {"phrase": phrase.text, "category": category, "position": phrase.position, "role": phrase.role}
    grounds = {
        "precedents": [near | {"similarity": 0.9}] * 3,
        "wording": phrase.text.split()[:3],
        "unsure": probability < 0.6,
        "categories": [category],
        "safe": probability > 0.95,
    }
    proxy = _proxy(category, COMPETENCES[(7 * ordinal + coding_id) % len(COMPETENCES)])
    proxy = proxy if category in COULD_STAND_IN else None
    label = {"category": category, "probability": probability, "positions": positions, "proxy": proxy}
    return {"coding_id": coding_id, "ordinal": ordinal, **span, **label, "grounds": grounds}


def _proxy(kind: str, competence: KeyCompetence) -> dict[str, str]:
    about = {"stands_for": competence.name, "competence": competence.id, "wording": competence.meaning}
    return {"kind": kind, "question": "Hva gjorde du?", **about}


def _decisions(project_id: int, suggestions: list[dict[str, Any]], random: Random) -> Iterator[dict[str, Any]]:
    for suggestion in suggestions[:PHRASES:DECIDED]:
        yield {
            "project_id": project_id,
            "interview_id": suggestion["coding_id"],
            **{name: suggestion[name] for name in ("turn", "start", "end", "text")},
            **_choice(suggestion, random.choices(("approve", "reject", "move"), (8, 1, 1))[0]),
            "note": "",
            "person": random.choice(PEOPLE),
        }


def _choice(suggestion: dict[str, Any], action: str) -> dict[str, Any]:
    first = [place["position"] for place in suggestion["positions"][:1]]
    if action == "reject":
        return {"action": action, "category": "", "positions": []}
    if action == "move":
        return {"action": action, "category": "competence", "positions": ["pace+presence", *first]}
    return {"action": action, "category": suggestion["category"], "positions": first}


def _candidates(session: Session, project_id: int) -> None:
    """Candidates of 3,000 phrases each."""
    values = {"id": 1, "project_id": project_id, "key": "k", "tried": [], "reason": "", "shift": 0}
    session.execute(insert(ClusteringRow), [values])
    names = [f"intervju-{number:03}" for number in range(1, INTERVIEWS + 1)]
    for ordinal in range(CANDIDATES):
        about = {"cid": f"c{ordinal}", "name": f"Kompetanse {ordinal}", "interviews": names, "chains": list(CHAINS)}
        place = [{"position": POINTS[ordinal % 6], "probability": 0.7}]
        members = list(_members(session, ordinal))
        places = [[1, ordinal, None, [], [len(members), len(members) // 2, len(members)]]]
        known = {"positions": place, "weight": 0.1, "places": places}
        session.execute(insert(CandidateRow), [{"clustering_id": 1, "ordinal": ordinal, **about, **known}])
        session.execute(insert(MemberRow), members)


def _changes(session: Session, project_id: int) -> None:
    """Twelve changes in each interview, told in the words of phrases and tied to them."""
    session.execute(insert(ChangeTyingRow), [{"id": 1, "project_id": project_id, "key": "k"}])
    phrases = select(*(getattr(SuggestionRow, name) for name in ("coding_id", "turn", "start", "end", "text")))
    for number in range(1, INTERVIEWS + 1):
        every = SuggestionRow.ordinal % (PHRASES // CHANGES) == 0
        found = session.execute(phrases.where(SuggestionRow.coding_id == number, every).limit(CHANGES)).mappings()
        spans = [{name: row[name] for name in ("turn", "start", "end")} | {"text": row["text"]} for row in found]
        session.execute(insert(ChangeReadingRow), [{"id": number, "transcript_id": number, "key": "k"}])
        owned = [{"reading_id": number, "ordinal": i} for i in range(len(spans))]
        told = [
            own | span | {"direction": DIRECTIONS[(i + number) % 3], "cues": span["text"].split()[:2]}
            for i, (own, span) in enumerate(zip(owned, spans, strict=True))
        ]
        session.execute(insert(ChangeRow), told)
        tie = {"tying_id": 1, "way": "within", "interview": f"intervju-{number:03}"}
        places = ({name: span[name] for name in ("turn", "start", "end")} for span in spans)
        session.execute(insert(ChangeTieRow), [own | tie | at for own, at in zip(owned, places, strict=True)])


def _members(session: Session, candidate: int) -> Iterator[dict[str, Any]]:
    found = session.execute(
        SuggestionRow.__table__.select()
        .where(SuggestionRow.category == "competence", SuggestionRow.ordinal % CANDIDATES == candidate)
        .order_by(SuggestionRow.coding_id, SuggestionRow.ordinal)
        .limit(3000)
    )
    for ordinal, row in enumerate(found.mappings()):
        owner = {"clustering_id": 1, "candidate": candidate, "ordinal": ordinal}
        span = {name: row[name] for name in ("turn", "start", "end", "text")}
        known = {"share": 1 / 80, "half": ordinal % 2}
        yield {**owner, "interview": f"intervju-{row['coding_id']:03}", **span, **known}
