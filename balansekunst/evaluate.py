"""`evaluate`: how good the suggestions are, on the project's own held-out folds or on a folder of labelled material."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import prompts
from balansekunst.files import Output, write
from balansekunst.projects import Json
from balansekunst.terminal import err
from corpora import RECORDINGS, read_interview
from evaluation.evidence import Evidence, Heard, judge
from evaluation.kept import evidence_path, read_evidence
from evaluation.material import Recording, read_material
from evaluation.measures import SUITES
from evaluation.report import as_data, as_markdown
from models.labeller import load_labeller
from models.loaders import load_speech, load_splitter, revision_of
from pipeline.audio import decode
from pipeline.errors import InputError
from pipeline.transcribe import SpeechSettings, transcribe


class Suite(StrEnum):
    """What to evaluate."""

    all = "all"
    category = "category"
    phrases = "phrases"
    position = "position"
    proxies = "proxies"
    clusters = "clusters"
    speech = "speech"


def evaluate_command(
    suite: Annotated[Suite, typer.Option(help="Hva som skal måles.")] = Suite.all,
    data: Annotated[
        Path | None, typer.Option(help="Mappe med merket materiale. Uten: prosjektets egne utelatte.")
    ] = None,
    as_json: Json = False,
    output: Output = None,
) -> None:
    """Mål hvor gode forslagene er mot det eksperter har merket."""
    suites = list(SUITES) if suite is Suite.all else [suite.value]
    evidence = of_folder(data, suites) if data else of_held_out(suites)
    if as_json:
        write(json.dumps(as_data(evidence, suites), ensure_ascii=False, indent=1, allow_nan=False) + "\n", output)
    else:
        write("\n".join(["# Kvaliteten på forslagene", "", *as_markdown(evidence, suites)]) + "\n", output)


def of_held_out(suites: list[str]) -> Evidence:
    """What the last training kept of its held-out folds; speech is heard now, on the sample recording."""
    path = evidence_path(revision_of("embedding"))
    if not path.is_file():
        raise InputError("det er ikke målt noe for denne modellen", path.name, "Kjør «make heads».")
    evidence = read_evidence(path)
    if "speech" not in suites:
        return evidence
    sample = RECORDINGS / "opptak_butikkmedarbeider.opus"
    said = " ".join(turn.text for turn in read_interview(sample.with_suffix(".txt")).transcript.turns)
    return replace(evidence, heard=(hear(Recording(sample, said)),))


def of_folder(folder: Path, suites: list[str]) -> Evidence:
    """What the shipped models say of outside material; where only speech is asked for, nothing is coded."""
    material = read_material(folder)
    if suites == ["speech"]:
        material = replace(material, phrases=(), interviews=())
    with err.status(f"Koder {len(material.interviews)} intervjuer og {len(material.phrases)} utsagn …"):
        evidence = judge(load_labeller(), load_splitter(), material.phrases, material.interviews)
    heard = tuple(hear(recording) for recording in material.recordings) if "speech" in suites else ()
    return replace(evidence, origin=f"mappen {folder.name}", heard=heard)


def hear(recording: Recording) -> Heard:
    """What is heard of a recording, as `transcribe` hears it."""
    settings = SpeechSettings(prompt=prompts.recogniser_prompt("nb"))
    with err.status(f"Lytter til {recording.path.name} …"):
        words = transcribe(decode(recording.path), load_speech(), settings, prompts.danish_spelling(), _silent)
    return Heard(recording.path.stem, recording.said, " ".join(word.text for word in words))


def _silent(done: float, total: float) -> None:
    """The status line says enough."""
