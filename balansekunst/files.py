"""Files in, files out: transcribe, code, classify, cluster. No project needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import prompts
from balansekunst.batch import Batch
from balansekunst.terminal import TerminalReporter, fail
from models.labeller import load_labeller, load_names
from models.loaders import load_speech, load_splitter, load_voice
from pipeline.audio import Audio, decode
from pipeline.cluster import cluster
from pipeline.coded_files import (
    clustering_fields,
    phrase_line,
    read_phrase_column,
    read_suggestions,
    suggestion_line,
)
from pipeline.coding import code, worth_showing
from pipeline.corrections import swap
from pipeline.errors import InputError
from pipeline.interview import transcribe_interview
from pipeline.records import Transcript
from pipeline.transcribe import SpeechSettings
from pipeline.transcript_files import WRITERS, read_transcript, with_metadata

Output = Annotated[Path | None, typer.Option("--output", "-o", help="Fil å skrive til. Uten: standard ut.")]
Role = Annotated[str, typer.Option(help="Rollen til den som intervjues, for eksempel butikksjef.")]


class TranscriptFormat(StrEnum):
    """What `transcribe` writes."""

    json = "json"
    vtt = "vtt"
    srt = "srt"
    txt = "txt"


def transcribe_command(
    audio: Annotated[Path, typer.Argument(help="Lyd- eller videofil.")],
    output: Output = None,
    language: Annotated[str, typer.Option(help="Språket i opptaket.")] = "nb",
    model: Annotated[str | None, typer.Option(help="Talemodell fra «models list».")] = None,
    format: Annotated[TranscriptFormat, typer.Option(help="Filformat.")] = TranscriptFormat.json,
    role: Role = "",
    chain: Annotated[str, typer.Option(help="Kjede.")] = "",
    sector: Annotated[str, typer.Option(help="Bransje, for ordforrådet: varehandel, helse og omsorg, utdanning.")] = "",
    swap_speakers: Annotated[bool, typer.Option("--swap-speakers", help="Bytt intervjuer og informant.")] = False,
) -> None:
    """Gjør et opptak om til tekst med tid på hvert ord og hvem som snakker."""
    settings = SpeechSettings(language, prompts.recogniser_prompt(language, sector), check_language=language == "nb")
    sound = decode(audio)
    transcript = with_metadata(_listen(sound, settings, model), role=role, chain=chain, sector=sector)
    if swap_speakers:
        transcript = replace(transcript, turns=swap(transcript.turns))
    write(WRITERS[format.value](transcript), output)
    if sound.cut_short:
        fail(f"{audio}: filen er kuttet etter {sound.seconds:.0f} s. Teksten så langt er skrevet; hent hele opptaket.")
        raise typer.Exit(1)


def _listen(sound: Audio, settings: SpeechSettings, model: str | None) -> Transcript:
    name = Path(sound.name).stem
    recogniser, voice = load_speech(model), load_voice()
    with TerminalReporter(1) as reporter:
        report = partial(reporter.sound, name)
        return transcribe_interview(name, sound, recogniser, voice, settings, prompts.danish_spelling(), report)


def code_command(
    transcripts: Annotated[list[Path], typer.Argument(help="Transkripsjoner: .json .vtt .srt .txt .docx")],
    output: Output = None,
    role: Role = "",
    with_none: Annotated[
        bool, typer.Option("--all", help="Ta med utsagn uten kompetanse, egenskap, oppgave eller utdanning.")
    ] = False,
) -> None:
    """Finn utsagnene i transkripsjoner og foreslå kategori og plass for hvert, en JSON-linje per utsagn."""
    batch, lines, seen = Batch(), [], dict[object, Path]()
    for path in transcripts:
        with batch.one(str(path)):
            transcript = read_transcript(path)
            marks = {"har samme innhold som": transcript.turns, "har samme id som": transcript.id}
            _refuse_twice(seen, path, marks)
            suggestions = code(with_metadata(transcript, role=role), load_splitter(), load_labeller())
            lines += [suggestion_line(s) for s in (suggestions if with_none else worth_showing(suggestions))]
    if batch.done:
        write("".join(line + "\n" for line in lines), output)
    batch.finish()


def _refuse_twice(seen: dict[object, Path], path: Path, marks: Mapping[str, object]) -> None:
    """The same interview handed in twice would count twice in every cluster."""
    for what, mark in marks.items():
        if mark in seen:
            raise InputError(f"{what} {seen[mark]}", str(path), "Ta bort den ene.")
    seen.update(dict.fromkeys(marks.values(), path))


def classify_command(
    phrases: Annotated[Path, typer.Argument(help="Tabulatordelt fil med kolonnen phrase.")],
    output: Output = None,
    role: Role = "",
) -> None:
    """Foreslå kategori og plass for ferdige utsagn, en JSON-linje per rad."""
    texts = read_phrase_column(phrases)
    labels = load_labeller().label(texts, role)
    write("".join(phrase_line(text, label) + "\n" for text, label in zip(texts, labels, strict=True)), output)


def cluster_command(
    coded: Annotated[list[Path], typer.Argument(help="Filer fra «code».")],
    output: Output = None,
    clusters: Annotated[str, typer.Option(help="Antall, eller auto for 10–15.")] = "auto",
) -> None:
    """Samle kompetansene på tvers av intervjuer i kandidater til nøkkelkompetanser."""
    batch, suggestions, count = Batch(), [], clusters_option(clusters)
    seen = dict[object, Path]()
    for path in coded:
        with batch.one(str(path)):
            found_here = tuple(read_suggestions(path))
            _refuse_twice(seen, path, {"har samme innhold som": found_here})
            suggestions += [s for s in found_here if s.label.category == "competence"]
    if batch.done:
        labeller = load_labeller()
        vectors = labeller.meaning([s.phrase.text for s in suggestions])
        found = cluster(suggestions, vectors, load_names(), count)
        write(json.dumps(clustering_fields(found), ensure_ascii=False, indent=1) + "\n", output)
    batch.finish()


def clusters_option(value: str) -> int | None:
    """`auto` → None, a number → itself. InputError for anything else."""
    if value == "auto":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise InputError("er ikke et antall klynger", value, "Bruk --clusters auto eller et helt tall fra 1.")
    return int(value)


def write(text: str, output: Path | None) -> None:
    """Write to a file or to stdout. A file appears whole or not at all."""
    if output is None:
        sys.stdout.write(text)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.exists() and not output.is_file():
        output.write_text(text, encoding="utf-8")  # /dev/stdout or a pipe: a file must not take its place
        return
    part = output.with_name(output.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
