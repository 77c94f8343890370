from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from review import events
from review.events import Look, follow
from store.activity import Mark

ONE, TWO = Mark(1, 1, 0, 0), Mark(2, 1, 0, 0)


def told(looks: Iterable[Look], most: int = 100) -> list[str]:
    """The names of the events of these looks, as they come; a comment is `:`."""
    given = iter(looks)

    async def collect(said: AsyncIterator[str]) -> list[str]:
        found: list[str] = []
        async for part in said:
            found += [line.removeprefix("event: ") for line in part.split("\n") if line.startswith(("event: ", ":"))]
            if len(found) >= most:
                break
        return found

    return asyncio.run(collect(follow(lambda: next(given), pause=0)))


def test_progress_is_told_when_it_changes() -> None:
    """The first look is told, and then only another one."""
    looks = [Look("1 av 9", ONE, True), Look("1 av 9", ONE, True), Look("2 av 9", ONE, True), Look("", ONE, False)]
    assert told(looks) == ["framdrift", "framdrift", "framdrift", "ferdig"]


def test_change_of_the_project_is_told() -> None:
    """A new transcript, coding or problem is told once."""
    looks = [Look("a", ONE, True), Look("a", TWO, True), Look("a", TWO, True), Look("a", TWO, False)]
    assert told(looks) == ["framdrift", "endret", "ferdig"]


def test_end_of_a_run_ends_the_events() -> None:
    """After the end nobody looks any more."""
    assert told([Look("", ONE, False), Look("", ONE, False)]) == ["framdrift", "ferdig"]


def test_silence_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing changes for long something is said all the same, so that a lost connection is noticed."""
    monkeypatch.setattr(events, "SILENCE", 0.0)
    assert told([Look("a", ONE, True)] * 4, most=3) == ["framdrift", ": ", ": "]


def test_lines_of_a_fragment_are_all_data() -> None:
    """A fragment of several lines is one event."""
    assert events.event("framdrift", "<p>\nhei</p>") == "event: framdrift\ndata: <p>\ndata: hei</p>\n\n"
