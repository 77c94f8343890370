"""`models list|fetch|verify`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from balansekunst.batch import Batch
from balansekunst.projects import Json
from balansekunst.terminal import err, out
from models.build import rebuild
from models.loaders import describe
from models.registry import Model, folder_of, is_ready, read_registry, verify

models_app = typer.Typer(help="Vis, klargjør og kontroller modeller.", no_args_is_help=True)
Profile = Annotated[str, typer.Option(help="Modellprofil: bundled eller recommended.")]
Names = Annotated[list[str] | None, typer.Argument(help="Modeller; uten: alle i profilen.")]


@models_app.command("list")
def list_command(as_json: Json = False) -> None:
    """Vis modellene i registeret og om de er klare."""
    registry = read_registry()
    rows = [(model, is_ready(model)) for model in registry.models.values()]
    if as_json:
        out.print_json(json.dumps([describe(model) | {"ready": ready} for model, ready in rows], ensure_ascii=False))
        return
    table = Table("Modell", "Jobb", "Hva", "Lisens", "Klar")
    for model, ready in rows:
        table.add_row(model.id, model.job, model.title, model.licence, "ja" if ready else "nei")
    out.print(table)


@models_app.command("fetch")
def fetch_command(names: Names = None, profile: Profile = "bundled") -> None:
    """Klargjør modeller; bygger skadde på nytt. Bare «recommended» laster ned noe."""
    batch = Batch()
    for model in chosen(names, profile):
        with batch.one(model.id), err.status(f"Klargjør {model.title} …"):
            out.print(f"{model.id}: klar i {rebuild(model)}", markup=False, soft_wrap=True)
    batch.finish()


@models_app.command("verify")
def verify_command(names: Names = None, profile: Profile = "bundled") -> None:
    """Kontroller sjekksummen på hver fil."""
    batch = Batch()
    for model in chosen(names, profile):
        with batch.one(model.id):
            verify(model)
            out.print(f"{model.id}: hel ({folder_of(model)})", markup=False, soft_wrap=True)
    batch.finish()


def chosen(names: list[str] | None, profile: str) -> tuple[Model, ...]:
    """The models named, or those of the profile."""
    registry = read_registry()
    return tuple(registry.model(name) for name in names) if names else registry.of_profile(profile)
