"""Keep evidence in a file: JSON lines, compressed, one record each, so that it can be looked at with ordinary tools."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evaluation.evidence import Coded, Evidence, Gathered, Heard, Judged
from models.heads import trained_path
from pipeline.records import Label, Suggestion

KINDS: dict[str, TypeAdapter[Any]] = {
    "phrases": TypeAdapter(Judged),
    "interviews": TypeAdapter(Coded),
    "gathered": TypeAdapter(Gathered),
    "heard": TypeAdapter(Heard),
}
PRECEDENTS_KEPT = 1  # the nearest: enough to show why a mistake was made


def evidence_path(embedding: str) -> Path:
    """Where the evidence from the last training for an embedding model lies, beside what was trained."""
    return trained_path(embedding, ".evidence.jsonl.gz")


def write_evidence(evidence: Evidence, path: Path) -> None:
    """Write evidence; the same evidence gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        for line in _lines(evidence):
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _lines(evidence: Evidence) -> Iterator[dict[str, Any]]:
    yield {"revision": evidence.revision, "origin": evidence.origin}
    for judged in evidence.phrases:
        yield {"phrases": asdict(Judged(judged.truth, _shortened(judged.label)))}
    for coded in evidence.interviews:
        short = tuple(Suggestion(s.phrase, _shortened(s.label)) for s in coded.suggestions)
        yield {"interviews": asdict(replace(coded, suggestions=short))}
    for kind in ("gathered", "heard"):
        yield from ({kind: asdict(record)} for record in getattr(evidence, kind))


def _shortened(label: Label) -> Label:
    grounds = label.grounds
    proxy = replace(label.proxy, question="", wording="") if label.proxy else None
    few = replace(grounds, precedents=grounds.precedents[:PRECEDENTS_KEPT])
    return replace(label, proxy=proxy, grounds=few)


def read_evidence(path: Path) -> Evidence:
    """Evidence that was kept."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        evidence = Evidence(**json.loads(next(file)))
        records: dict[str, list[Any]] = {kind: [] for kind in KINDS}
        for line in file:
            ((kind, data),) = json.loads(line).items()
            records[kind].append(KINDS[kind].validate_python(data))
    found: dict[str, Any] = {kind: tuple(records) for kind, records in records.items()}
    return replace(evidence, **found)
