"""How far an interview has come, in the words that pages use: the store's states, and the review's own."""

from __future__ import annotations

from pipeline.attention import ADVICE
from review.language import N_, _
from review.wording import percent
from store.interview_lines import InterviewLine
from store.interviews import CODED, FAILED, QUEUED, TRANSCRIBED
from store.progress import Progress

WORKING, REVIEWED, DONE = "working", "reviewed", "done"
STAGES = {
    QUEUED: N_("I kø"),
    WORKING: N_("Behandles nå"),
    TRANSCRIBED: N_("Skrevet ut"),
    CODED: N_("Kodet"),
    REVIEWED: N_("Under gjennomgang"),
    DONE: N_("Ferdig gjennomgått"),
    FAILED: N_("Trenger hjelp"),
}
ON_THE_WAY = (QUEUED, WORKING, TRANSCRIBED)


def stage_of(line: InterviewLine, at_work: bool = False) -> str:
    """One of `STAGES`, which is also their order; `at_work` says that a run is busy with the interview."""
    if at_work:
        return WORKING
    if line.state == CODED and line.decided:
        return DONE if line.decided == line.phrases else REVIEWED
    return line.state


def what_to_do(line: InterviewLine) -> str:
    """Why it failed, or what of it a person should look at, and what to do; empty where all is well."""
    odd = [(_(what), _(next)) for what, next in map(ADVICE.__getitem__, line.attention)]
    told = [(line.what, line.next)] if line.state == FAILED else odd
    return " ".join(f"{what[:1].upper()}{what[1:]}. {next}" for what, next in told)


def stage_title(stage: str, progress: Progress | None = None) -> str:
    """`Kodet`; for an interview that is worked on how much of it is done: `Behandles nå, 34 %`."""
    title = _(STAGES[stage])
    return (
        f"{title}, {percent(round(progress.share, 2))}" if stage == WORKING and progress and progress.total else title
    )
