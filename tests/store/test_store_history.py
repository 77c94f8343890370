from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session
from store_examples import ANSWER, CHEERFUL, SEES, TIDIES, coded, phrase_of

from pipeline.corrections import Correction
from pipeline.edits import Edit, Part
from pipeline.records import identity_of
from store.candidate_choices import choose
from store.candidate_decisions import decide_candidates
from store.decisions import Choice, decide, decide_all
from store.history import (
    BATCH,
    BEGINNING,
    CANDIDATE,
    CHOICE,
    CLOSING,
    CODING,
    CORRECTION,
    DECISION,
    DETAILS,
    KINDS,
    PROXY,
    ROUND,
    SPEAKERS,
    Wanted,
    find_acts,
    people_in,
)
from store.history_details import (
    batch_contents,
    choices_numbered,
    coded_in,
    codings_numbered,
    corrections_numbered,
    details_numbered,
    edits_numbered,
    in_force_among,
    rounds_closed,
    swaps_numbered,
    verdicts_numbered,
)
from store.interview_details import change_details, details_of
from store.interviews import Interview
from store.projects import Project, create_project
from store.proxy_verdicts import judge_proxy
from store.second_coding import close_round, code_blind, start_round
from store.speakers import swap_speakers
from store.transcript_edits import TranscriptEdit, correct

EDIT = Edit("merge", (Part("c1", "Se folk", ()), Part("c2", "Rydde", ())), "Drift")


@pytest.fixture
def everything(session: Session, project: Project, interview: Interview) -> Interview:
    """An act of each kind, each by somebody else."""
    coded(session, interview)
    end = len(ANSWER)
    decide(session, project.id, phrase_of(SEES), Choice("reject", "Anne"))
    decide_all(session, project.id, [(phrase_of(one), Choice("reject", "Bo")) for one in (TIDIES, CHEERFUL)])
    decide_candidates(session, project.id, EDIT, "Cato")
    choose(session, project.id, "c1", True, "Dina", why="Derfor.")
    judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Eli", "service")
    correct(session, interview, TranscriptEdit(1, Correction(1, end, end, " Ja.")), "Frida")
    swap_speakers(session, interview, 2, "Geir")
    change_details(session, interview, replace(details_of(interview), chain="Sør"), "Hans")
    begun = start_round(session, project.id, 1, ("Ida", "Jon"), "Kai")
    for words in (SEES, TIDIES):
        code_blind(session, begun.id, identity_of(phrase_of(words)), "Ida", "task")
    close_round(session, project.id, begun.id, "Lise")
    return interview


def kinds(session: Session, project: Project, wanted: Wanted) -> list[tuple[str, str]]:
    return [(act.kind, act.person) for act in find_acts(session, project.id, wanted, 50).acts]


def number_of(session: Session, project: Project, kind: str) -> int:
    (act,) = find_acts(session, project.id, Wanted(kinds=(kind,)), 10).acts
    return act.number


def test_all_that_was_done_comes_newest_first(session: Session, project: Project, everything: Interview) -> None:
    """Every kind of act is found, once; what was done at once, and what one coder said in a round, is one."""
    assert kinds(session, project, Wanted()) == [
        (CLOSING, "Lise"),
        (CODING, "Ida"),
        (ROUND, "Kai"),
        (DETAILS, "Hans"),
        (SPEAKERS, "Geir"),
        (CORRECTION, "Frida"),
        (PROXY, "Eli"),
        (CHOICE, "Dina"),
        (CANDIDATE, "Cato"),
        (BATCH, "Bo"),
        (DECISION, "Anne"),
    ]
    assert kinds(session, create_project(session, "Sykehjem", ()), Wanted()) == []


@pytest.mark.parametrize(
    ("wanted", "people"),
    [
        (Wanted(person="Bo"), "Bo"),
        (Wanted(interview="kari"), "Hans Geir Frida Eli Bo Anne"),
        (Wanted(interview="kari", person="Eli"), "Eli"),
        (Wanted(interview="per"), ""),
        (Wanted(kinds=(ROUND, CHOICE)), "Kai Dina"),
        (Wanted(unfolded=True, kinds=(DECISION, BATCH)), "Bo Bo Anne"),
        (Wanted(phrase=identity_of(phrase_of(CHEERFUL)), kinds=(DECISION, BATCH, PROXY, CODING)), "Eli Bo"),
        (Wanted(phrase=identity_of(phrase_of(TIDIES)), kinds=(DECISION, BATCH, PROXY, CODING)), "Ida Bo"),
        (Wanted(phrase=identity_of(phrase_of(SEES))), "Ida Geir Frida Anne"),
    ],
)
def test_acts_are_filtered(
    session: Session, project: Project, everything: Interview, wanted: Wanted, people: str
) -> None:
    """By person, interview, kind and phrase; of a phrase what follows from its turn's transcript is told too."""
    assert sorted(person for _, person in kinds(session, project, wanted)) == sorted(people.split())


def test_batch_is_opened(session: Session, project: Project, everything: Interview) -> None:
    """The decisions of a batch are found by its name."""
    (batch,) = find_acts(session, project.id, Wanted(kinds=(BATCH,)), 10).acts
    assert kinds(session, project, Wanted(batch=batch.about)) == [(DECISION, "Bo")] * 2
    content = batch_contents(session, project.id, [batch.about])[batch.about]
    assert (content.actions, content.standing) == ({"reject": 2}, 2)


@pytest.mark.parametrize("limit", [1, 3, 11])
def test_pages_follow_one_another(session: Session, project: Project, everything: Interview, limit: int) -> None:
    """Page by page each act comes once, in the same order, and the last page says that it is the last."""
    place, found = BEGINNING, []
    while place:
        page = find_acts(session, project.id, Wanted(), limit, place)
        assert len(page.acts) == limit or page.next is None
        found += page.acts
        place = page.next  # type: ignore[assignment]
    assert tuple(found) == find_acts(session, project.id, Wanted(), 50).acts
    assert len(found) == len(KINDS)


def test_codings_stay_hidden_while_the_round_is_open(session: Session, project: Project, interview: Interview) -> None:
    """Before a round is closed neither what was coded in it nor by whom is told."""
    coded(session, interview)
    begun = start_round(session, project.id, 1, ("Ida", "Jon"), "Kai")
    code_blind(session, begun.id, identity_of(phrase_of(SEES)), "Ida", "task")
    assert kinds(session, project, Wanted()) == [(ROUND, "Kai")]
    assert kinds(session, project, Wanted(phrase=identity_of(phrase_of(SEES)))) == []
    assert people_in(session, project.id) == ("Kai",)


def test_choice_that_follows_from_an_edit_is_no_act(session: Session, project: Project) -> None:
    """A merge carries the choice along: that is part of the merge."""
    choose(session, project.id, "c2", True, "Dina")
    decide_candidates(session, project.id, EDIT, "Cato")
    assert kinds(session, project, Wanted()) == [(CANDIDATE, "Cato"), (CHOICE, "Dina")]


def test_everybody_is_found(session: Session, project: Project, everything: Interview) -> None:
    """Who did anything of any kind, the two coders included."""
    assert " ".join(people_in(session, project.id)) == "Anne Bo Cato Dina Eli Frida Geir Hans Ida Jon Kai"


def test_acts_are_told_in_full(session: Session, project: Project, everything: Interview) -> None:
    """What was done, to what, and that it holds."""
    edit = edits_numbered(session, project.id, [number_of(session, project, CANDIDATE)]).popitem()[1]
    assert (edit.action, edit.name, edit.first, edit.second, edit.stands) == (
        "merge",
        "Drift",
        "Se folk",
        "Rydde",
        True,
    )
    choice = choices_numbered(session, project.id, [number_of(session, project, CHOICE)]).popitem()[1]
    assert (choice.candidate, choice.chosen, choice.why, choice.holds) == ("c1", True, "Derfor.", True)
    verdict = verdicts_numbered(session, project.id, [number_of(session, project, PROXY)]).popitem()[1]
    assert (verdict.phrase, verdict.stands_for, verdict.holds) == (phrase_of(CHEERFUL), "service", True)
    correction = corrections_numbered(session, project.id, [number_of(session, project, CORRECTION)]).popitem()[1]
    assert (correction.before, correction.correction.replacement, correction.holds) == ("", " Ja.", True)
    swap = swaps_numbered(session, project.id, [number_of(session, project, SPEAKERS)]).popitem()[1]
    assert (swap.interview, swap.holds) == ("kari", True)
    detail = details_numbered(session, project.id, [number_of(session, project, DETAILS)]).popitem()[1]
    assert (detail.field, detail.before, detail.after, detail.holds) == ("chain", "Nord", "Sør", True)
    round_id = number_of(session, project, ROUND)
    assert list(rounds_closed(session, project.id, [number_of(session, project, CLOSING)]).values()) == [round_id]
    assert coded_in(session, [round_id]) == {(round_id, "Ida"): 2}
    said = codings_numbered(session, project.id, [number_of(session, project, CODING)]).popitem()[1]
    assert (said.phrase, said.category, said.round) == (phrase_of(TIDIES), "task", round_id)


def test_what_was_replaced_no_longer_holds(session: Session, project: Project, interview: Interview) -> None:
    """A newer decision, verdict or choice on the same takes the older one's place."""
    coded(session, interview)
    made = [decide(session, project.id, phrase_of(SEES), Choice("reject", one)).id for one in ("Anne", "Bo")]
    chosen = [choose(session, project.id, "c1", one, "Anne").id for one in (True, False)]
    judged = [judge_proxy(session, project.id, phrase_of(CHEERFUL), one, "Eli").id for one in ("proxy", "not_proxy")]
    assert in_force_among(session, made) == {made[1]}
    assert [one.holds for _, one in sorted(choices_numbered(session, project.id, chosen).items())] == [False, True]
    assert [one.holds for _, one in sorted(verdicts_numbered(session, project.id, judged).items())] == [False, True]
