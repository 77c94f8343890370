"""Texts that steer models and people: recogniser prompts, Danish spellings, hedges, questions. All in Norwegian."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from pathlib import Path

from pipeline.spelling import Spelling, read_spelling

HERE = Path(__file__).parent


def recogniser_prompt(language: str, sector: str = "") -> str:
    """What the recogniser reads before it listens: spelling and vocabulary of the language and the sector."""
    prompts = tomllib.loads(_read("recogniser.toml"))
    texts = prompts.get(language, {})
    return " ".join(filter(None, [texts.get("general", ""), texts.get(sector.replace(" ", "_"), "")]))


@lru_cache(maxsize=1)
def danish_spelling() -> Spelling:
    """Danish forms and their bokmål spelling."""
    return read_spelling(_read("danish.tsv").splitlines())


@lru_cache(maxsize=1)
def hedges() -> tuple[tuple[str, ...], ...]:
    """Fillers and hedges as lower-case word sequences, longest first."""
    sequences = {tuple(line.lower().split()) for line in _list("hedges.txt")}
    return tuple(sorted(sequences, key=lambda words: (-len(words), words)))


@lru_cache(maxsize=1)
def occupations() -> tuple[str, ...]:
    """How names of occupations and offices end."""
    return _list("occupations.txt")


@lru_cache(maxsize=1)
def schooling() -> tuple[str, ...]:
    """How words about schooling begin or end."""
    return _list("schooling.txt")


def _list(name: str) -> tuple[str, ...]:
    lines = (line.strip() for line in _read(name).splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def follow_up_question(kind: str, wording: str, competence: str) -> str:
    """The question that gets behind a proxy: about doing and learning."""
    templates = tomllib.loads(_read("questions.toml"))
    template = templates[kind]["with_competence" if competence else "without"]
    return template.format(wording=wording.strip().rstrip("."), competence=competence[:1].lower() + competence[1:])


def version() -> str:
    """Twelve hexadecimal digits that change with any prompt: part of every key that depends on them."""
    digest = hashlib.sha256()
    for path in sorted(path for path in HERE.iterdir() if path.suffix in (".toml", ".tsv", ".txt")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
