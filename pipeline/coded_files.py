"""Coded phrases as files: JSON lines out of `code` and `classify`, back in for `cluster`, and lists of phrases."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.cluster import quotes
from pipeline.errors import InputError
from pipeline.records import CATEGORIES, Candidate, Clustering, Grounds, Label, Phrase, Placement, Proxy, Suggestion
from pipeline.text_files import read_text

PLACEMENTS = TypeAdapter(tuple[Placement, ...])
PROXY = TypeAdapter(Proxy | None)
GROUNDS = TypeAdapter(Grounds)
PHRASE = TypeAdapter(Phrase)
QUOTES = 3  # of each candidate, from different interviews as far as there are


def label_fields(label: Label) -> dict[str, Any]:
    """A label as design.md §5 has it."""
    return {
        "category": label.category,
        "probability": label.probability,
        "positions": [asdict(placement) for placement in label.positions],
        "proxy": asdict(label.proxy) if label.proxy else None,
        "grounds": asdict(label.grounds),
    }


def suggestion_line(suggestion: Suggestion) -> str:
    """One JSON line for a suggestion."""
    return json.dumps(asdict(suggestion.phrase) | label_fields(suggestion.label), ensure_ascii=False)


def phrase_line(text: str, label: Label) -> str:
    """One JSON line for a classified phrase, which has no span."""
    return json.dumps({"text": text} | label_fields(label), ensure_ascii=False)


def read_suggestions(path: Path) -> list[Suggestion]:
    """Suggestions of a JSON-lines file. InputError names the first line that is not one."""
    # Not splitlines(): JSON lets a phrase hold U+2028 and its like, which end no line here.
    lines = read_text(path).split("\n")
    return [_suggestion(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _suggestion(path: Path, number: int, line: str) -> Suggestion:
    try:
        data = json.loads(line)
        probability = float(data.get("probability") or 0.0)
        if data["category"] not in CATEGORIES or not 0 <= probability <= 1:
            raise ValueError("no such category or probability")
        phrase = PHRASE.validate_python({key: data.get(key) for key in ("interview", "turn", "start", "end", "text")})
        label = Label(
            data["category"],
            probability,
            PLACEMENTS.validate_python(data.get("positions") or ()),
            PROXY.validate_python(data.get("proxy")),
            GROUNDS.validate_python(data.get("grounds") or {}),
        )
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError, RecursionError) as error:
        what = f"linje {number} er ikke et kodet utsagn ({type(error).__name__})"
        raise InputError(what, str(path), "Bruk en fil fra «balansekunst code».") from error
    return Suggestion(phrase, label)


def read_phrase_column(path: Path) -> list[str]:
    """The column `phrase` of a tab-separated file. InputError where there is none, or nothing in it."""
    rows = list(csv.DictReader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows:
        raise InputError("filen har ingen rader", str(path), "Den skal ha en overskriftslinje og ett utsagn per linje.")
    if "phrase" not in rows[0]:
        columns = ", ".join(str(name) for name in rows[0])
        raise InputError(f"mangler kolonnen «phrase» (har {columns})", str(path), "Gi kolonnen navnet phrase.")
    return [(row["phrase"] or "").strip() for row in rows]


def clustering_fields(clustering: Clustering) -> dict[str, Any]:
    """The candidates, and how many there are on what grounds."""
    return {
        "number": {
            "chosen": len(clustering.candidates),
            "reason": clustering.reason,
            "by_people": clustering.shift,
            "tried": [asdict(trial) for trial in clustering.tried],
        },
        "candidates": [candidate_fields(candidate) for candidate in clustering.candidates],
    }


def candidate_fields(candidate: Candidate) -> dict[str, Any]:
    """A candidate with how many interviews and which chains tell of it, its weight, and what to quote."""
    return {
        "id": candidate.id,
        "name": candidate.name,
        "positions": [asdict(placement) for placement in candidate.positions],
        "coverage": len(candidate.interviews),
        "interviews": list(candidate.interviews),
        "chains": list(candidate.chains),
        "weight": candidate.weight,
        "quotes": [asdict(phrase) for phrase in quotes(candidate, QUOTES)],
        "phrases": [asdict(phrase) for phrase in candidate.phrases],
    }
