"""The command line of design.md §5. Texts for people are Norwegian; names are stable, scripts depend on them."""

from __future__ import annotations

from typing import Annotated

import typer

from balansekunst import __version__, files, projects
from balansekunst.candidates import candidates_app
from balansekunst.change import change_command
from balansekunst.demo import demo_command
from balansekunst.evaluate import evaluate_command
from balansekunst.model_commands import models_app
from models.loaders import be_offline

app = typer.Typer(
    help="Fra intervjuer om arbeid til kompetansestandarder som andre kan stole på.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local values would print transcript words
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Vis utgaven.")] = False,
) -> None:
    be_offline()


app.command("transcribe")(files.transcribe_command)
app.command("code")(files.code_command)
app.command("classify")(files.classify_command)
app.command("cluster")(files.cluster_command)
app.add_typer(projects.project_app, name="project")
app.command("add")(projects.add_command)
app.command("run")(projects.run_command)
app.command("status")(projects.status_command)
app.command("swap-speakers")(projects.swap_speakers_command)
app.command("export")(projects.export_command)
app.add_typer(candidates_app, name="candidates")
app.command("change")(change_command)
app.add_typer(models_app, name="models")
app.command("evaluate")(evaluate_command)
app.command("demo")(demo_command)


@app.command("review")
def review_command(
    host: Annotated[str, typer.Option(help="Bare denne maskinen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8765,
) -> None:
    """Start gjennomgangen i nettleseren."""
    from review.serve import serve

    here = projects.context()
    serve(here.sessions, here.settings, host, port)
