"""The main job on the sample material: transcribe a recording, code it with the sample interviews, gather, show."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.columns import Columns
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from balansekunst.export import phrases_of, to_json
from balansekunst.files import write
from balansekunst.projects import add_file, context, run_with_progress
from balansekunst.terminal import clock, out
from corpora import INTERVIEWS, RECORDINGS, read_interview
from corpora.composed import compose, write_folder
from flows.context import Context
from pipeline.balance import DIMENSIONS, norwegian
from pipeline.cluster import quotes
from pipeline.errors import InputError
from pipeline.records import Candidate, Suggestion, Transcript
from pipeline.transcript_files import to_json as transcript_json
from store.interview_details import Details
from store.interviews import interview_named, list_interviews
from store.projects import create_project, find_project, project_named
from store.results import latest_clustering, latest_transcript

PROJECT = "demo"
RECORDING = RECORDINGS / "opptak_butikkmedarbeider.opus"
ROLES = ("butikkmedarbeider", "mellomleder i butikk", "butikksjef")
SHOWN_PROXIES, SHOWN_TURNS = 8, 4


def demo_command(
    batch: Annotated[int, typer.Option(min=0, help="Kjør heller så mange komponerte intervjuer fra fire kjeder.")] = 0,
) -> None:
    """Kjør hovedjobben på eksemplene som følger med, og vis resultatet."""
    here = context()
    project = f"{PROJECT}-{batch}" if batch else PROJECT
    count = set_up(here, project, partial(composed_sources, batch) if batch else transcript_sources)
    run_with_progress(here, project, count)
    show(here, project)
    exported = here.settings.home / f"{project}.json"
    with here.sessions.begin() as session:
        write("".join(to_json(session, project_named(session, project))), exported)
    out.print(f"\nEksport: {exported}", markup=False, soft_wrap=True)
    command = f"BALANSEKUNST_HOME={here.settings.home} {Path(sys.argv[0]).absolute()} review"
    out.print(f"Gjennomgang i nettleseren (http://127.0.0.1:8765): {command}", markup=False, soft_wrap=True)


def set_up(here: Context, name: str, sources: Callable[[Path], list[tuple[Path, Details]]]) -> int:
    """The project with the sample recording and these interviews; how many interviews it has."""
    with here.sessions.begin() as session:
        project = find_project(session, name) or create_project(session, name, ROLES)
    with tempfile.TemporaryDirectory() as folder:
        for path, known in [recording_source(), *sources(Path(folder))]:
            try:
                add_file(here, project.id, path, known)
            except InputError as error:
                if "samme innhold" not in error.what:
                    raise
    with here.sessions.begin() as session:
        return len(list_interviews(session, project.id))


def recording_source() -> tuple[Path, Details]:
    """The sample recording and what is known of it."""
    about = read_interview(RECORDING.with_suffix(".txt")).transcript
    return RECORDING, Details(about.role, about.chain)


def transcript_sources(folder: Path) -> list[tuple[Path, Details]]:
    """The retail interviews as transcript files without their experts' marks, as a person would hand them in."""
    sources = []
    for path in sorted(INTERVIEWS.glob("kjede_*.txt")):
        target = folder / f"{path.stem}.json"
        target.write_text(transcript_json(read_interview(path).transcript), encoding="utf-8")
        sources.append((target, Details()))
    return sources


def composed_sources(number: int, folder: Path) -> list[tuple[Path, Details]]:
    """So many composed interviews as transcript files, with what is known of each."""
    interviews = list(compose(number))
    write_folder(interviews, folder)
    return [
        (
            folder / f"{one.transcript.id}.json",
            Details(one.transcript.role, one.transcript.chain, one.interviewer, one.pseudonym, one.consent, one.held),
        )
        for one in interviews
    ]


def show(here: Context, name: str) -> None:
    """The result in the terminal."""
    with here.sessions.begin() as session:
        project = project_named(session, name)
        recording = interview_named(session, project.id, RECORDING.stem)
        transcript = latest_transcript(session, recording.id)
        coded = [suggestion for _, suggestion, _ in phrases_of(session, project)]
        clustering = latest_clustering(session, project.id)
    if transcript:
        show_transcript(transcript.transcript)
    show_balance(coded)
    show_proxies(coded)
    show_candidates(clustering.candidates if clustering else ())


def show_transcript(transcript: Transcript) -> None:
    """The first turns of what the recogniser heard."""
    out.rule("Opptaket som tekst (de første turene)")
    for turn in transcript.turns[:SHOWN_TURNS]:
        out.print(f"{clock(turn.start or 0):>5}  {norwegian(turn.speaker)}: {turn.text}", markup=False)


def show_balance(coded: list[Suggestion]) -> None:
    """The six points with how many competences are placed at each."""
    counts = Counter(s.label.positions[0].position for s in coded if s.label.positions)
    total = max(sum(counts.values()), 1)
    out.rule("Balansemodellen: kompetanser per punkt")
    for dimension in DIMENSIONS:
        share = sum(counts[point] for point in dimension.points) / total
        points = [
            Text.assemble((norwegian(point), "bold"), f"\n{counts[point]} kompetanser") for point in dimension.points
        ]
        title = f"{norwegian(dimension.balance)} · {dimension.contributes_to} · {share:.0%}"
        out.print(Panel(Columns(points, expand=True, equal=True), title=title, border_style=dimension.colour))


def show_proxies(coded: list[Suggestion]) -> None:
    """Traits first: what is said instead of a competence, and the question that gets behind it."""
    proxies = [s for s in coded if s.label.proxy]
    proxies.sort(key=lambda s: (s.label.category != "trait", -s.label.probability))
    out.rule(f"Sagt i stedet for kompetanse: {len(proxies)} (de {min(SHOWN_PROXIES, len(proxies))} tydeligste)")
    for suggestion in proxies[:SHOWN_PROXIES]:
        proxy = suggestion.label.proxy
        if proxy:
            kind, stands_for = norwegian(proxy.kind), escape(proxy.stands_for or "noe annet")
            wording = escape(suggestion.phrase.text)
            out.print(f"• «{wording}» er [bold]{kind}[/bold], står trolig for [bold]{stands_for}[/bold]", markup=True)
            out.print(f"  {proxy.question}", style="dim")


def show_candidates(candidates: tuple[Candidate, ...]) -> None:
    """The candidate key competences with coverage and the most typical quote."""
    out.rule(f"{len(candidates)} kandidater til nøkkelkompetanser")
    for number, candidate in enumerate(candidates, 1):
        place = norwegian(candidate.positions[0].position) if candidate.positions else ""
        quote = quotes(candidate)[0]
        spread = f"{len(candidate.interviews)} intervjuer, {len(candidate.phrases)} utsagn"
        out.print(f"{number:>2}. [bold]{escape(candidate.name)}[/bold] · {place} · {spread}", markup=True)
        out.print(f"    «{quote.text}» ({quote.interview})", style="dim")
