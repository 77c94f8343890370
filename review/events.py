"""Server-sent events of a run: how far it has come, that the project changed by it, and that it is over.

Looks no more than once a second, and holds no connection to the database in between.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from store.activity import Mark

PROGRESS, CHANGED, OVER = "framdrift", "endret", "ferdig"
PAUSE = 1.0  # seconds between two looks
SILENCE = 15.0  # seconds after which something is said, so that a browser that went away is found out


@dataclass(frozen=True)
class Look:
    """What was seen: how far the run has come, as a piece of a page, the mark of all runs, and whether one goes on."""

    fragment: str
    mark: Mark
    running: bool


async def follow(look: Callable[[], Look], pause: float = PAUSE) -> AsyncIterator[str]:
    """Events until no run goes on any more; whoever is told nothing for long is told that somebody is there."""
    last: Look | None = None
    said = time.monotonic()
    while True:
        seen = await run_in_threadpool(look)
        events = _told(last, seen)
        if events or time.monotonic() - said >= SILENCE:
            yield events or ": \n\n"
            said = time.monotonic()
        if not seen.running:
            return
        last = seen
        await asyncio.sleep(pause)


def _told(last: Look | None, seen: Look) -> str:
    """What is new since the last look; what the page showed itself counts as the look before the first."""
    events = []
    if last is None or last.fragment != seen.fragment:
        events.append(event(PROGRESS, seen.fragment))
    if last is not None and last.mark != seen.mark:
        events.append(event(CHANGED))
    if not seen.running:
        events.append(event(OVER))
    return "".join(events)


def event(name: str, data: str = "") -> str:
    """An event as it is sent; browsers pass over one without data."""
    lines = "".join(f"data: {line}\n" for line in (data or "-").splitlines())
    return f"event: {name}\n{lines}\n"
