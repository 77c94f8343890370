"""Which sentences tell of change, and which way: by the bundled grammar, and what needs none."""

from __future__ import annotations

import numpy as np
import pytest

import corpora
from corpora.change import PARTS, read_change
from evaluation.change import Heard, measure
from pipeline.change import Change, find_changes
from pipeline.change_matching import DIRECTIONS, KINDS, may_tell
from pipeline.change_ties import BESIDE, NEAREST, WITHIN, Tie, tied_by_meaning, tied_in_turn
from pipeline.records import INTERVIEWER, RESPONDENT, Candidate, Phrase, Transcript, Turn, identity_of

ANSWER = (
    "Ja. Før telte vi varene for hånd. Nå kommer forslaget på skjermen. Jeg liker folk. Det blir viktigere å rådgi."
)


@pytest.fixture(scope="module")
def grammar():
    from models.loaders import load_grammar

    return load_grammar()


def told(grammar, *answers: str) -> list[tuple[str, str]]:
    """Direction and wording of all that these answers tell of change."""
    transcript = Transcript("kari", tuple(Turn(RESPONDENT, answer) for answer in answers))
    return [(one.direction, one.phrase.text) for one in find_changes(transcript, grammar)]


def phrase(start: int, end: int, turn: int = 1, interview: str = "kari") -> Phrase:
    return Phrase(interview, turn, start, end, "x" * (end - start))


def change(start: int, end: int) -> Change:
    return Change(phrase(start, end), "grows")


def candidate(id: str, *phrases: Phrase) -> Candidate:
    return Candidate(id, id, (), (), phrases)


@pytest.mark.real
@pytest.mark.parametrize(
    ("answer", "direction"),
    [
        ("Det blir mer og mer av klikk og hent.", "grows"),
        ("Vi må kunne mer om allergener.", "grows"),
        ("Det er færre kasser enn før.", "fades"),
        ("Det er slutt på å telle for hånd.", "fades"),
        ("Til høsten skal vi bestille gjennom en app.", "new"),
        ("Før skrev vi i en bok, nå ligger alt på nett.", "new"),
    ],
)
def test_direction_is_told(grammar, answer: str, direction: str) -> None:
    """More, less, and what was not there before each have a direction of their own."""
    assert [way for way, _ in told(grammar, answer)] == [direction]


@pytest.mark.real
@pytest.mark.parametrize(
    "answer",
    [
        "Det blir ikke mer av det.",
        "Hvis det blir mer netthandel, må vi tenke oss om.",
        "Jeg skulle ønske det ble mer tid.",
        "Blir det mer samarbeid?",
        "Det blir mer å gjøre mot jul.",
        "Hjemme har vi fått ny oppvaskmaskin, og det blir mindre krangel.",
        "Jeg har blitt mye roligere med årene.",
        "Før jeg ringte, leste jeg gjennom saken.",
    ],
)
def test_what_only_sounds_like_change_is_left(grammar, answer: str) -> None:
    """Denied, imagined, wished, asked, of the season, of private life, of one's own learning: no change of the work."""
    assert told(grammar, answer) == []


@pytest.mark.real
def test_spans_are_exact_and_two_sentences_may_be_one(grammar) -> None:
    """The text of a change is what stands there; «Før …» and «Nå …» that follows are one change."""
    turns = (Turn(INTERVIEWER, "Det blir viktigere å spørre, ikke sant?"), Turn(RESPONDENT, ANSWER))
    found = find_changes(Transcript("kari", turns), grammar)
    assert [one.phrase.text for one in found] == [
        "Før telte vi varene for hånd. Nå kommer forslaget på skjermen",
        "Det blir viktigere å rådgi",
    ]
    assert all(ANSWER[one.phrase.start : one.phrase.end] == one.phrase.text for one in found)
    assert found[0].cues == ("Før telte", "Nå")


@pytest.mark.real
def test_tuning_sentences_are_heard(grammar) -> None:
    """Most of what the rules were made on is heard, and hardly anything else."""
    from evaluation.change import hear

    figures = measure(hear(read_change("tuning"), grammar))
    assert min(figures.precision, figures.recall, figures.direction) > 0.9


def test_text_without_a_wording_is_not_parsed() -> None:
    """Only turns that may tell of change need the grammar; «før» alone, without «nå», does not."""
    assert may_tell("Det blir stadig flere av dem")
    assert may_tell("Før ringte de. Nå skriver de.")
    assert not may_tell("Før jeg gikk, hilste jeg på alle")
    assert not may_tell("Jeg ser kunden i øynene")


def test_every_wording_has_a_direction() -> None:
    """Each direction has wordings, and no kind is empty."""
    assert set(DIRECTIONS) <= KINDS.keys()
    assert all(lines.strip() for lines in KINDS.values())


def test_change_is_tied_to_the_phrase_it_shares_words_with() -> None:
    """A phrase within the change comes before one beside it, and what is far off or in another turn is no tie."""
    within, beside = phrase(10, 20), phrase(45, 60)
    candidates = [candidate("c1", beside), candidate("c2", within, phrase(10, 20, turn=2))]
    ties = tied_in_turn([change(5, 40), change(110, 120), change(300, 310)], candidates)
    assert ties == {
        identity_of(phrase(5, 40)): Tie(identity_of(within), WITHIN),
        identity_of(phrase(110, 120)): Tie(identity_of(beside), BESIDE),
    }


def test_loose_change_is_tied_to_the_nearest_candidate() -> None:
    """Without a phrase near by the candidate whose phrases are nearest on the whole gets it, by its nearest phrase."""
    typical = [[phrase(0, 1), phrase(1, 2)], [phrase(2, 3), phrase(3, 4)]]
    known = np.array([[1, 0], [-1, 0], [0.8, 0.6], [0.6, 0.8]])
    ties = tied_by_meaning([change(9, 20)], np.array([[1.0, 0.0]]), typical, known)
    assert ties == {identity_of(phrase(9, 20)): Tie(identity_of(phrase(2, 3)), NEAREST)}


def test_sentences_are_about_half_change_and_all_different() -> None:
    """Both parts have every direction and none, and share no sentence."""
    sentences = [one for part in PARTS for one in read_change(part)]
    assert len({one.text for one in sentences}) == len(sentences) >= 120
    assert 0.4 < sum(bool(one.direction) for one in sentences) / len(sentences) < 0.6
    for part in PARTS:
        assert {one.direction for one in read_change(part)} == {"", *DIRECTIONS}


def test_sentences_are_no_part_of_what_models_learn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of theirs is among those whose checksum the trained heads name."""
    read: list[str] = []
    monkeypatch.setattr(type(corpora.HERE), "read_bytes", lambda path: read.append(path.parent.name) or b"")
    corpora.checksum()
    assert read
    assert "change" not in read


def test_figures_count_what_was_heard() -> None:
    """Precision, recall and direction of two found, one of them the wrong way, one missed and one wrong."""
    change, none = read_change("tuning")[0], next(one for one in read_change("tuning") if not one.direction)
    heard = [
        Heard(change, change.direction),
        Heard(change, "fades"),
        Heard(change, ""),
        Heard(none, "new"),
        Heard(none, ""),
    ]
    figures = measure(heard)
    assert (figures.precision, figures.recall, figures.direction) == (2 / 3, 2 / 3, 0.5)
