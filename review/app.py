"""Puts the pages together: one module of `review/routes/` each, with the errors' pages and the guard before them."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from review.background import BackgroundWork
from review.guards import Guard
from review.language import Speaking
from review.navigation import module_of
from review.refusals import add_refusals, refuse
from review.routes import (
    balance,
    change,
    competences,
    history,
    interview,
    language,
    lists,
    overview,
    projects,
    proxies,
    queue,
    results,
    second_coding,
    upload,
    who,
)
from review.static_files import Files

# In the order they are tried. A project's name may hold a slash, so an address that ends in a name of its own
# (lists, interview) comes before those that end in a fixed word (queue, balance …), and the project's own comes last:
# projects, who, language · lists, interview · upload, queue, balance, competences, change, proxies, second_coding,
# history, results · overview.
PAGES = (
    projects,
    who,
    language,
    lists,
    interview,
    upload,
    queue,
    balance,
    competences,
    change,
    proxies,
    second_coding,
    history,
    results,
    overview,
)
# FastAPI's own telemetry would take in exceptions and forms, which quote what people said.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(
    sessions: sessionmaker[Session], settings: Settings, background: BackgroundWork | None = None
) -> FastAPI:
    """The web application on an open database; `background` says how a run is started, usually by the command."""
    app = FastAPI(
        telemetry=NO_TELEMETRY,
        title="Balansekunst",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.sessions, app.state.settings = sessions, settings
    app.state.background = background or BackgroundWork(settings)
    app.state.pages = frozenset(module_of(module.__name__) for module in PAGES)
    app.mount("/static", Files(), name="static")
    for module in PAGES:
        app.include_router(module.router)
    add_refusals(app)
    app.add_middleware(Guard, refuse=refuse)
    app.add_middleware(Speaking)
    return app
