"""The way round a project: one entry a page, shown as soon as the page's module is in `review/app.py`'s list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from review.addresses import (
    balance_address,
    change_address,
    competences_address,
    history_address,
    project_address,
    proxies_address,
    queue_address,
    results_address,
    second_coding_address,
    upload_address,
)
from review.language import N_, _


@dataclass(frozen=True)
class Entry:
    """A page of a project: its module in `review/routes/`, and the modules of pages that lie below it."""

    module: str
    title: str
    address: Callable[[str], str]
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An entry as the page shows it; `current` is `page` at the page itself, `true` below it, else empty."""

    title: str
    address: str
    current: str


@dataclass(frozen=True)
class ProjectFrame:
    """What stands above every page of a project."""

    name: str
    address: str
    links: tuple[Link, ...]


ENTRIES = (
    Entry("overview", N_("Oversikt"), project_address),
    Entry("upload", N_("Intervjuer"), upload_address, ("interview",)),
    Entry("queue", N_("Gjennomgang"), queue_address, ("lists",)),
    Entry("balance", N_("Balansemodellen"), balance_address),
    Entry("competences", N_("Nøkkelkompetanser"), competences_address),
    Entry("change", N_("Forventet endring"), change_address),
    Entry("proxies", N_("Erstatningsord"), proxies_address),
    Entry("second_coding", N_("Dobbeltkoding"), second_coding_address),
    Entry("history", N_("Historikk"), history_address),
    Entry("results", N_("Resultat"), results_address),
)


def project_frame(request: Request) -> ProjectFrame | None:
    """The frame where the address asked for lies within a project; None elsewhere."""
    project = request.path_params.get("name")
    endpoint = request.scope.get("endpoint")
    if project is None or endpoint is None:
        return None
    here = module_of(endpoint.__module__)
    shown = [entry for entry in ENTRIES if entry.module in request.app.state.pages]
    links = tuple(Link(_(entry.title), entry.address(project), _current(entry, here)) for entry in shown)
    return ProjectFrame(project, project_address(project), links)


def module_of(name: str) -> str:
    """`review.routes.queue` → `queue`."""
    return name.rpartition(".")[2]


def _current(entry: Entry, here: str) -> str:
    if here == entry.module:
        return "page"
    return "true" if here in entry.below else ""
