"""Read outside material for evaluation: labelled phrases, annotated interviews, recordings with their words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpora import AnnotatedInterview, LabelledPhrase, parse_interview, parse_phrases
from pipeline.balance import POSITIONS
from pipeline.errors import InputError
from pipeline.records import CATEGORIES
from pipeline.text_files import read_text

SOUND = (".mp3", ".wav", ".m4a", ".opus", ".ogg", ".flac", ".mp4", ".webm")


@dataclass(frozen=True)
class Recording:
    """A recording and the words that are said in it."""

    path: Path
    said: str


@dataclass(frozen=True)
class Material:
    """All that was found in a folder."""

    phrases: tuple[LabelledPhrase, ...]
    interviews: tuple[AnnotatedInterview, ...]
    recordings: tuple[Recording, ...]


def read_material(folder: Path) -> Material:
    """Every `*.tsv` of phrases, every `*.txt` interview, every recording with its words in a `.txt` beside it.

    Folders inside are read too. InputError names the file and line that cannot be understood, or says that there is
    nothing.
    """
    if not folder.is_dir():
        raise InputError("mappen finnes ikke", str(folder), "Gi en mappe med .tsv, .txt eller opptak.")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sound = [path for path in files if path.suffix.lower() in SOUND]
    beside = {path.with_suffix(".txt") for path in sound}
    phrases = [p for path in files if path.suffix == ".tsv" and _has_phrases(path) for p in _phrases(path)]
    texts = [path for path in files if path.suffix == ".txt" and path not in beside]
    interviews = tuple(_interview(path) for path in texts if read_text(path).startswith("#"))
    recordings = tuple(Recording(p, _said(p.with_suffix(".txt"))) for p in sound if p.with_suffix(".txt") in files)
    if not (phrases or interviews or recordings):
        raise InputError("fant ingen merkede data", str(folder), "Se corpora/LABELLING.md for formatene.")
    return Material(tuple(phrases), interviews, recordings)


def _has_phrases(path: Path) -> bool:
    """Whether a table holds labelled phrases: other tables may lie beside them."""
    header = next(iter(read_text(path).splitlines()), "")
    return {"phrase", "category"} <= set(header.split("\t"))


def _phrases(path: Path) -> tuple[LabelledPhrase, ...]:
    header, *lines = read_text(path).splitlines()
    places = {f"{path}, linje {number}": line for number, line in enumerate(lines, 2) if line}
    for where, line in places.items():
        if line.count("\t") != header.count("\t"):
            raise InputError("har ikke like mange felt som overskriften", where, "Skill feltene med tabulator.")
    found = parse_phrases(read_text(path), path.stem)
    for where, phrase in zip(places, found, strict=True):
        _check(phrase, where)
    return found


def _said(path: Path) -> str:
    """The words of a recording: plain text, or what is said in an annotated interview."""
    text = read_text(path)
    return " ".join(turn.text for turn in _interview(path).transcript.turns) if text.startswith("#") else text


def _interview(path: Path) -> AnnotatedInterview:
    try:
        interview = parse_interview(read_text(path))
    except (KeyError, ValueError) as error:
        what = "er ikke et merket intervju"
        raise InputError(what, str(path), "Se corpora/LABELLING.md for formatet.") from error
    for span, label in interview.spans:
        _check(label, f"{path}, tur {span.turn + 1}")
    return interview


def _check(phrase: LabelledPhrase, where: str) -> None:
    if phrase.category not in CATEGORIES:
        raise InputError("ukjent kategori", f"{where}: {phrase.category}", f"Bruk en av: {', '.join(CATEGORIES)}.")
    if phrase.position and phrase.position not in POSITIONS:
        raise InputError("ukjent plass", f"{where}: {phrase.position}", f"Bruk en av: {', '.join(POSITIONS)}.")
