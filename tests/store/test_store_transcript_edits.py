from __future__ import annotations

import pytest
from sqlalchemy.orm import Session
from store_examples import ANSWER, CHEERFUL, SEES, TIDIES, coded, phrase_of, suggestions, transcribed

from pipeline.corrections import Correction
from pipeline.errors import InputError
from store.decisions import Choice, current_decisions, decide, history
from store.interviews import Interview, interview_states
from store.projects import Project
from store.proxy_verdicts import judge_proxy, verdicts_of
from store.results import latest_coding, latest_transcript, save_coding
from store.review_items import SPOKEN, find_items
from store.transcript_edits import TranscriptEdit, correct, edits_of

TIDY = Choice("approve", "Kari", "task", note="Tydelig.")


@pytest.fixture(autouse=True)
def known(session: Session, interview: Interview) -> Interview:
    coded(session, interview)
    return interview


def instead_of(words: str, replacement: str, version: int = 1, note: str = "") -> TranscriptEdit:
    start = ANSWER.index(words)
    return TranscriptEdit(version, Correction(1, start, start + len(words), replacement), note)


def in_force(session: Session, project: Project) -> dict[str, Choice]:
    current = current_decisions(session, project.id).values()
    return {one.phrase.text: one.choice for one in current}


def test_correction_is_a_new_version(session: Session, interview: Interview) -> None:
    """The corrected transcript is the newest version, and the older one stays as it was."""
    before = latest_transcript(session, interview.id)
    version = correct(session, interview, instead_of("kunden", "kundene"), "Kari")
    new = latest_transcript(session, interview.id)
    assert before
    assert new
    assert (version, new.version, new.transcript.turns[1].text) == (2, 2, ANSWER.replace("kunden", "kundene"))
    assert before.transcript.turns[0] == new.transcript.turns[0]


def test_correction_is_written_down(session: Session, interview: Interview) -> None:
    """Who corrected what, and why, stays."""
    edit = instead_of("kunden", "kundene", note="Hørte feil.")
    correct(session, interview, edit, " Kari ")
    (made,) = edits_of(session, interview.id)
    assert (made.edit, made.person) == (edit, "Kari")


def test_suggestions_follow_their_words(session: Session, interview: Interview, project: Project) -> None:
    """The newest coding is copied to the new version, with its phrases where their words are now."""
    correct(session, interview, instead_of("kunden", "alle kundene"), "Kari")
    texts = [item.phrase.text for item in find_items(session, project.id, sort=SPOKEN)]
    assert texts == ["ser alle kundene", TIDIES, CHEERFUL]
    coding = latest_coding(session, interview.id)
    assert coding
    assert [s.label for s in coding.suggestions] == [s.label for s in suggestions()]
    (state,) = interview_states(session, project.id)
    assert state.state == "coded"


def test_decision_after_the_correction_moves_along(session: Session, interview: Interview, project: Project) -> None:
    """A decision behind the corrected words holds at the new place, by the same person with the same note."""
    decide(session, project.id, phrase_of(TIDIES), TIDY)
    correct(session, interview, instead_of("kunden", "kundene"), "Per")
    assert in_force(session, project) == {TIDIES: TIDY}
    made = history(session, project.id)
    assert [(one.choice.action, one.choice.person) for one in made] == [
        ("approve", "Kari"),
        ("undo", "Per"),
        ("approve", "Kari"),
    ]
    assert made[1].batch == made[2].batch != made[0].batch
    assert made[2].phrase.start == made[0].phrase.start + 1


def test_decision_on_corrected_words_gets_the_new_ones(
    session: Session, interview: Interview, project: Project
) -> None:
    """A decision on a phrase that is corrected holds for the phrase in its new words."""
    decide(session, project.id, phrase_of(TIDIES), TIDY)
    correct(session, interview, instead_of("lageret", "lager"), "Per")
    assert in_force(session, project) == {"rydder lager": TIDY}


def test_what_stands_before_the_correction_keeps_its_identity(
    session: Session, interview: Interview, project: Project
) -> None:
    """A phrase that is not touched, nor behind, keeps its decision as it was made."""
    made = decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    correct(session, interview, instead_of("lageret", "lager"), "Per")
    assert list(current_decisions(session, project.id).values()) == [made]
    assert len(history(session, project.id)) == 1


def test_covered_decision_does_not_come_up_at_the_old_place(
    session: Session, interview: Interview, project: Project
) -> None:
    """Of several decisions on a phrase the newest moves along, and none is left where the phrase was."""
    decide(session, project.id, phrase_of(TIDIES), Choice("reject", "Ola"))
    decide(session, project.id, phrase_of(TIDIES), TIDY)
    correct(session, interview, instead_of("kunden", "kundene"), "Per")
    assert in_force(session, project) == {TIDIES: TIDY}
    assert len(find_items(session, project.id)) == 3


def test_decision_on_words_that_are_gone_is_undone(session: Session, interview: Interview, project: Project) -> None:
    """Where no word of the phrase is left nothing holds; the history still has what was decided."""
    decide(session, project.id, phrase_of(TIDIES), TIDY)
    correct(session, interview, instead_of(", rydder lageret", ""), "Per")
    assert in_force(session, project) == {}
    assert [one.choice.action for one in history(session, project.id)] == ["approve", "undo"]


def test_decision_on_other_words_than_the_versions_is_left(
    session: Session, interview: Interview, project: Project
) -> None:
    """A decision that an older transcript's words were behind is not moved by a correction of the newer."""
    made = decide(session, project.id, phrase_of(TIDIES), TIDY)
    other = ANSWER.replace("rydder lageret", "teller kassen,")
    transcribed(session, interview, other, key="k2")
    edit = TranscriptEdit(2, Correction(1, 0, 3, "Vi alle"))
    correct(session, interview, edit, "Per")
    assert list(current_decisions(session, project.id).values()) == [made]


def test_verdict_on_a_proxy_moves_along(session: Session, interview: Interview, project: Project) -> None:
    """What a person found of a proxy holds at the phrase's new place, and at the old one no longer."""
    judge_proxy(session, project.id, phrase_of(CHEERFUL), "not_proxy", "Kari", note="Sagt i spøk.")
    correct(session, interview, instead_of("kunden", "kundene"), "Per")
    moved = phrase_of(CHEERFUL, ANSWER.replace("kunden", "kundene"))
    (verdict,) = verdicts_of(session, project.id).values()
    assert verdict.phrase == moved
    assert (verdict.verdict, verdict.person, verdict.note) == ("not_proxy", "Kari", "Sagt i spøk.")


def test_coding_of_an_older_version_is_not_copied(session: Session, interview: Interview) -> None:
    """Where the newest version is still to be coded, a correction leaves the older version's coding alone."""
    before = latest_coding(session, interview.id)
    transcribed(session, interview, ANSWER.upper(), key="k2")
    correct(session, interview, TranscriptEdit(2, Correction(1, 0, 3, "VI")), "Per")
    assert latest_coding(session, interview.id) == before


def test_several_corrections_follow_one_another(session: Session, interview: Interview, project: Project) -> None:
    """Each correction is of the version that the one before made, and decisions follow through all."""
    decide(session, project.id, phrase_of(TIDIES), TIDY)
    correct(session, interview, instead_of("kunden", "kundene"), "Per")
    correct(session, interview, TranscriptEdit(2, Correction(1, 0, 3, "Vi")), "Per")
    new = latest_transcript(session, interview.id)
    assert new
    assert new.transcript.turns[1].text.startswith("Vi ser kundene, rydder")
    assert in_force(session, project) == {TIDIES: TIDY}


@pytest.mark.parametrize(
    ("edit", "match"),
    [
        (instead_of("kunden", "kundene", version=7), "endret siden"),
        (TranscriptEdit(1, Correction(9, 0, 1, "x")), "finnes ikke"),
        (TranscriptEdit(1, Correction(1, 0, 999, "x")), "finnes ikke"),
        (TranscriptEdit(1, Correction(1, 5, 4, "x")), "finnes ikke"),
        (TranscriptEdit(1, Correction(-1, 0, 1, "x")), "finnes ikke"),
        (instead_of("kunden", "kunden"), "endrer ingenting"),
        (instead_of(ANSWER, " "), "blir tom"),
        (instead_of("kunden", "kun\x00den"), "tegn"),
    ],
)
def test_unusable_correction_changes_nothing(
    session: Session, interview: Interview, edit: TranscriptEdit, match: str
) -> None:
    """A correction of another version or of no place, and one that says nothing, is refused."""
    with pytest.raises(InputError, match=match):
        correct(session, interview, edit, "Kari")
    assert edits_of(session, interview.id) == ()
    newest = latest_transcript(session, interview.id)
    assert newest
    assert newest.version == 1


def test_correction_by_nobody_is_refused(session: Session, interview: Interview) -> None:
    """Who corrects must be named."""
    with pytest.raises(InputError, match="navn"):
        correct(session, interview, instead_of("kunden", "kundene"), " ")


def test_later_coding_replaces_the_copied_one(session: Session, interview: Interview, project: Project) -> None:
    """A model that codes the corrected version afterwards has the last word on what is suggested."""
    correct(session, interview, instead_of("kunden", "kundene"), "Per")
    new = latest_transcript(session, interview.id)
    assert new
    save_coding(session, new.id, "k9", "r9", suggestions()[1:2])
    assert len(find_items(session, project.id)) == 1
