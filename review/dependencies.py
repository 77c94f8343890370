"""What routes are given: the store's sessions, who is asking, and where background work is started."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request
from sqlalchemy.orm import Session, sessionmaker

from review.access import Visitor, can_name
from review.background import BackgroundWork

COOKIE = "hvem"


def sessions_of(request: Request) -> sessionmaker[Session]:
    """The sessions that the application was made with."""
    sessions: sessionmaker[Session] = request.app.state.sessions
    return sessions


def visitor_of(request: Request) -> Visitor:
    """Who the cookie says it is; nobody where it says nothing usable."""
    name = unquote(request.cookies.get(COOKIE, ""))
    return Visitor(name if can_name(name) else "")


def background_of(request: Request) -> BackgroundWork:
    """Where the application starts its runs."""
    work: BackgroundWork = request.app.state.background
    return work


Sessions = Annotated[sessionmaker[Session], Depends(sessions_of)]
Someone = Annotated[Visitor, Depends(visitor_of)]
Background = Annotated[BackgroundWork, Depends(background_of)]
