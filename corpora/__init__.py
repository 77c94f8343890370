"""Read the corpora: labelled phrases, key competences, and sample interviews with their experts' spans."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pipeline.records import INTERVIEWER, RESPONDENT, Phrase, Transcript, Turn

HERE = Path(__file__).parent
INTERVIEWS = HERE / "interviews"
RECORDINGS = HERE / "recordings"
SPEAKERS = {"I": INTERVIEWER, "R": RESPONDENT}
# Which field of work a file belongs to, by how its name begins. Evaluation never trains on the field that it tests.
FIELDS = {
    "retail": ("retail", "kjede", "opptak"),
    "health": ("health", "sykehjem", "renhold"),
    "education": ("education", "folkehogskole", "voksenopplaering", "verneombud"),
    "trades": ("trades", "kjokken", "lager", "frisor"),
    "public": ("public", "kommune"),
    "care": ("care",),
    "culture": ("culture",),
    "industry": ("industry",),
    "office": ("office",),
    "primary": ("primary",),
    "safety": ("safety",),
    "welfare": ("welfare",),
}
# Which fields are left out together when what is learnt from the rest is measured. The other fields always teach: a
# third of the material, which keeps training to an hour on two cores.
FOLDS: tuple[tuple[str, ...], ...] = (
    ("retail", "care", "public"),
    ("health", "industry", "welfare", "trades"),
)
MARK = re.compile(r"\{([^{}|]*)\|([^{}|]*)\|([^{}|]*)\|([^{}|]*)\}")


@dataclass(frozen=True)
class KeyCompetence:
    """A key competence with the position it usually takes; `meaning` says what it is in a few words."""

    id: str
    name: str
    position: str
    meaning: str


@dataclass(frozen=True)
class LabelledPhrase:
    """A wording with an expert's label. `key_competence` for competences, `stands_for` for what may be a proxy."""

    text: str
    category: str
    position: str = ""
    role: str = ""
    key_competence: str = ""
    style: str = "spoken"
    hard: bool = False
    stands_for: str = ""
    source: str = ""


@dataclass(frozen=True)
class AnnotatedInterview:
    """A transcript, and the spans that an expert coded in it with their labels."""

    transcript: Transcript
    spans: tuple[tuple[Phrase, LabelledPhrase], ...]


def field_of(source: str) -> str:
    """The field of work of a phrase's source: a phrase file's or an interview's name."""
    return next(field for field, beginnings in FIELDS.items() if source.startswith(beginnings))


@lru_cache(maxsize=1)
def read_key_competences() -> dict[str, KeyCompetence]:
    """All key competences by id."""
    rows = _rows((HERE / "key_competences.tsv").read_text(encoding="utf-8"))
    return {row["id"]: KeyCompetence(row["id"], row["name"], row["position"], row["meaning"]) for row in rows}


@lru_cache(maxsize=1)
def read_phrases(folder: Path = HERE / "phrases") -> tuple[LabelledPhrase, ...]:
    """The labelled phrases of every file, in the order of file names and lines."""
    paths = sorted(folder.glob("*.tsv"))
    return tuple(phrase for path in paths for phrase in parse_phrases(path.read_text(encoding="utf-8"), path.stem))


@lru_cache(maxsize=1)
def read_second_labels() -> tuple[LabelledPhrase, ...]:
    """The second pass: labels given without sight of the first ones, with the source of each phrase."""
    rows = _rows((HERE / "second_labels.tsv").read_text(encoding="utf-8"))
    return tuple(
        LabelledPhrase(
            row["phrase"],
            row["category"],
            row["position"],
            key_competence=row["key_competence"],
            stands_for=row["stands_for"],
            source=row["source"],
        )
        for row in rows
    )


def parse_phrases(table: str, source: str) -> tuple[LabelledPhrase, ...]:
    """The phrases of a table (LABELLING.md); all columns but `phrase` and `category` may be missing."""
    return tuple(
        LabelledPhrase(
            row["phrase"],
            row["category"],
            row.get("position", ""),
            row.get("role", ""),
            row.get("key_competence", ""),
            row.get("style", "spoken"),
            row.get("hard", "0") == "1",
            row.get("stands_for", ""),
            source,
        )
        for row in _rows(table)
    )


def _rows(table: str) -> list[dict[str, str]]:
    header, *lines = table.splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines if line]


def read_interview(path: Path) -> AnnotatedInterview:
    """An annotated script in a file."""
    return parse_interview(path.read_text(encoding="utf-8"))


def parse_interview(script: str) -> AnnotatedInterview:
    """An annotated script (LABELLING.md): header, then turns with `{words|category|position|id}` marks."""
    head, _, body = script.partition("\n\n")
    about = dict(_header_line(line) for line in head.splitlines())
    bare = Transcript(about["id"], (), about["role"], about.get("sector", ""), about.get("chain", ""))
    turns: list[Turn] = []
    spans: list[tuple[Phrase, LabelledPhrase]] = []
    for line in filter(str.strip, body.splitlines()):
        speaker, _, marked = line.partition(":")
        text, found = _unmark(marked.strip(), bare, len(turns))
        turns.append(Turn(SPEAKERS[speaker.strip()], text))
        spans += found
    return AnnotatedInterview(replace(bare, turns=tuple(turns)), tuple(spans))


def _header_line(line: str) -> tuple[str, str]:
    key, _, value = line.lstrip("# ").partition(":")
    return key.strip(), value.strip()


def _unmark(marked: str, transcript: Transcript, turn: int) -> tuple[str, list[tuple[Phrase, LabelledPhrase]]]:
    """The turn's text without marks, and the spans that the marks gave."""
    text, spans, at = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[at : match.start()]
        words, category, position, competence = match.groups()
        phrase = Phrase(transcript.id, turn, len(text), len(text) + len(words), words)
        told, proxy_for = (competence, "") if category == "competence" else ("", competence)
        label = LabelledPhrase(
            words, category, position, transcript.role, told, stands_for=proxy_for, source=transcript.id
        )
        spans.append((phrase, label))
        text, at = text + words, match.end()
    return text + marked[at:], spans


@lru_cache(maxsize=1)
def read_interviews(folder: Path = INTERVIEWS) -> tuple[AnnotatedInterview, ...]:
    """Every sample interview, by file name."""
    return tuple(read_interview(path) for path in sorted(folder.glob("*.txt")))


def checksum() -> str:
    """SHA-256 over the labelled material: trained heads name it, so that stale ones are noticed."""
    digest = hashlib.sha256()
    for path in sorted([HERE / "key_competences.tsv", *HERE.glob("phrases/*.tsv"), *INTERVIEWS.glob("*.txt")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
