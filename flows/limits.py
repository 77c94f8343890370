"""How long a stage may take: whatever hangs, in a model or on a disk, must not hold up the rest of a batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotDone
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from pipeline.errors import InputError

P = ParamSpec("P")
Result = TypeVar("Result")


class TimeLimit(InputError):
    """A stage was given up. What it had finished is kept."""

    exit_code = 1


def within(seconds: float, stage: Callable[P, Result], *given: P.args, **named: P.kwargs) -> Result:
    """What the stage gives. TimeLimit where it takes longer.

    It runs in a thread of its own, since nothing can end a call that hangs in a library; that one is left behind, and
    whatever it should save after all is the same as another would have saved.
    """
    ended: Future[Result] = Future()
    context = copy_context()

    def run() -> None:
        try:
            ended.set_result(context.run(stage, *given, **named))
        except BaseException as error:  # noqa: BLE001 - raised again by `result`, where somebody waits
            ended.set_exception(error)

    threading.Thread(target=run, name=getattr(stage, "__name__", "stage"), daemon=True).start()
    try:
        return ended.result(seconds)
    except NotDone:
        if ended.done():  # its own: the stage waited in vain for something else
            raise
        raise _given_up(seconds) from None


def _given_up(seconds: float) -> TimeLimit:
    minutes = max(1, round(seconds / 60))
    next_step = "Kjør på nytt: det som er ferdig, er bevart. Skjer det igjen, sett BALANSEKUNST_TIME_LIMIT høyere."
    return TimeLimit(f"ble ikke ferdig på {minutes} minutter", "tidsgrensen", next_step)
