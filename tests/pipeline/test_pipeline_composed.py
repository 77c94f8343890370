"""Composed interviews: as many as asked for, always the same ones, each unlike the others, with exact truth."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpora
from corpora import read_interviews, read_key_competences
from corpora.composed import (
    COLUMNS,
    DIRECTIONS,
    ComposedInterview,
    Size,
    chains,
    compose,
    compose_one,
    expected_changes,
    main,
    roles,
)
from pipeline.balance import POSITIONS
from pipeline.records import CATEGORIES, INTERVIEWER, RESPONDENT, Phrase
from pipeline.transcript_files import read_transcript

SHORT = Size(60, (12, 20))
places = st.integers(0, 5000)
seeds = st.integers(0, 5000)


@pytest.fixture(scope="module")
def fifty() -> tuple[ComposedInterview, ...]:
    """The interviews of the 50-interview project, at their full length."""
    return tuple(compose(50))


@settings(max_examples=20, deadline=None)
@given(place=places, seed=seeds)
def test_same_seed_and_place_give_the_same_interview(place: int, seed: int) -> None:
    """Composing again gives the same words, truth and details."""
    assert compose_one(place, seed, SHORT) == compose_one(place, seed, SHORT)


@settings(max_examples=20, deadline=None)
@given(place=places, seed=seeds)
def test_every_span_is_what_the_respondent_said(place: int, seed: int) -> None:
    """Marks and changes are exact spans of answers; marks have words, hold no slot, and do not overlap."""
    one = compose_one(place, seed, SHORT)
    for phrase in [*(phrase for phrase, _ in one.annotated.spans), *(change.phrase for change in one.changes)]:
        turn = one.transcript.turns[phrase.turn]
        assert phrase.interview == one.transcript.id
        assert turn.speaker == RESPONDENT
        assert turn.text[phrase.start : phrase.end] == phrase.text
        assert phrase.text == phrase.text.strip()
    assert _apart([phrase for phrase, _ in one.annotated.spans])
    assert not any(sign in turn.text for turn in one.transcript.turns for sign in "{}[]<>|")


def _apart(phrases: list[Phrase]) -> bool:
    """Whether each begins, in the order they are told, where the one before has ended."""
    return all((a.turn, a.end) <= (b.turn, b.start) for a, b in pairwise(phrases))


@settings(max_examples=20, deadline=None)
@given(place=places, seed=seeds, few=st.integers(12, 30), more=st.integers(0, 40))
def test_number_of_turns_is_as_asked(place: int, seed: int, few: int, more: int) -> None:
    """Questions and answers take turns, the question first, within the limits."""
    size = Size(80, (few, few + more))
    speakers = [turn.speaker for turn in compose_one(place, seed, size).transcript.turns]
    assert few - 1 <= len(speakers) <= few + more
    assert set(speakers[::2]) == {INTERVIEWER}
    assert set(speakers[1::2]) == {RESPONDENT}


@pytest.mark.parametrize("turns", [(11, 20), (30, 20)])
def test_unusable_number_of_turns_is_refused(turns: tuple[int, int]) -> None:
    """Too few turns for an interview, or more at least than at most, are an error that names them."""
    with pytest.raises(ValueError, match=str(turns[0])):
        Size(60, turns)


def test_interview_without_sentences_is_refused() -> None:
    """An interview in which nothing is said is an error."""
    with pytest.raises(ValueError, match="not 0"):
        Size(0)


def test_twelve_are_one_of_each_kind() -> None:
    """The first twelve are the four chains with three roles each."""
    found = {(one.transcript.chain, one.transcript.role) for one in compose(12, size=SHORT)}
    assert (len(chains()), len(roles())) == (4, 3)
    assert found == set(product(chains(), roles()))


def test_fewer_are_the_first_of_many(fifty: tuple[ComposedInterview, ...]) -> None:
    """A part of the fifty is what fewer would have been."""
    assert tuple(compose(3)) == fifty[:3]


def test_no_two_interviews_are_alike(fifty: tuple[ComposedInterview, ...]) -> None:
    """Names, pseudonyms and texts are each one's own, and no two share as much as half of their marked phrases."""
    others = tuple(compose(50, seed=1))
    texts = [one.transcript.turns for one in (*fifty, *others)]
    assert len(set(texts)) == 100
    assert len({one.transcript.id for one in fifty}) == len({one.pseudonym for one in fifty}) == 50
    told = [{phrase.text for phrase, _ in one.annotated.spans} for one in fifty]
    shared = max(len(a & b) / min(len(a), len(b)) for i, a in enumerate(told) for b in told[:i])
    assert shared < 0.5


def test_fifty_hold_as_many_phrases_as_the_project_counts_on(fifty: tuple[ComposedInterview, ...]) -> None:
    """About 330 sentences in each, some 260 phrases to the program, 30–60 turns, uneven."""
    sentences = [sum(t.text.count(". ") + 1 for t in one.transcript.turns if t.speaker == RESPONDENT) for one in fifty]
    assert 300 <= sum(sentences) / 50 <= 360
    assert max(sentences) > 1.4 * min(sentences)
    assert all(29 <= len(one.transcript.turns) <= 60 for one in fifty)


def test_sentences_are_varied_within_an_interview(fifty: tuple[ComposedInterview, ...]) -> None:
    """Hardly any competence is told in the very same words twice in one interview."""
    for one in fifty:
        told = [phrase.text for phrase, label in one.annotated.spans if label.category == "competence"]
        assert len(set(told)) > 0.9 * len(told)


def test_labels_are_those_of_the_guide(fifty: tuple[ComposedInterview, ...]) -> None:
    """Categories, positions and competences are known ones, each where LABELLING.md has it, and each kind is there."""
    known, found = read_key_competences(), Counter[str]()
    for one in fifty:
        for _, label in one.annotated.spans:
            found[label.category] += 1
            assert label.category in CATEGORIES
            assert label.role == one.transcript.role
            if label.category == "competence":
                assert label.key_competence in known
                assert label.position in POSITIONS
            else:
                assert not label.key_competence
                assert not label.position
                assert label.stands_for in {"", *known}
    assert min(found[kind] for kind in ("competence", "trait", "task", "education")) > 100


def test_each_interview_tells_of_changes_that_its_role_and_chain_know(fifty: tuple[ComposedInterview, ...]) -> None:
    """Every interview has changes; all three directions occur, and none beside what is expected where it is told."""
    for one in fifty:
        told = {(change.competence, change.direction) for change in one.changes}
        assert told
        assert told <= expected_changes(one.transcript.role, one.transcript.chain)
    assert {change.direction for one in fifty for change in one.changes} == set(DIRECTIONS)


def test_chains_differ_in_what_they_tell_of(fifty: tuple[ComposedInterview, ...]) -> None:
    """Some competences are told in every chain, and each chain has some that no other tells of."""
    told = {chain: set[str]() for chain in chains()}
    for one in fifty:
        told[one.transcript.chain] |= one.competences - {change.competence for change in one.changes}
    assert set.intersection(*told.values())
    for chain, own in told.items():
        assert own - set.union(*(other for name, other in told.items() if name != chain))


def test_training_never_sees_them(tmp_path: Path) -> None:
    """What heads are trained on is the same with composed interviews as without; none is among the samples."""
    files = [corpora.HERE / "key_competences.tsv", *(corpora.HERE / "phrases").iterdir(), *corpora.INTERVIEWS.iterdir()]
    kept = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
    main([str(tmp_path / "ut"), "--number", "12", "--sentences", "30"])
    assert corpora.checksum() == kept
    assert not any(interview.transcript.id.startswith(chains()) for interview in read_interviews())


def test_folder_holds_transcripts_and_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes files that the program reads, each in a line of the manifest with all that is known."""
    main([str(tmp_path), "--number", "5", "--sentences", "40", "--seed", "7"])
    assert str(tmp_path) in capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "manifest.csv").open(encoding="utf-8", newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert {row["file"] for row in rows} == {path.name for path in tmp_path.glob("*.json")}
    for row, one in zip(rows, compose(5, 7, Size(40)), strict=True):
        assert read_transcript(tmp_path / row["file"]) == one.transcript
        assert (row["role"], row["chain"], row["pseudonym"]) == (*_about(one), one.pseudonym)
        assert row["consent"] <= row["date"] == one.held.isoformat()


def _about(one: ComposedInterview) -> tuple[str, str]:
    return one.transcript.role, one.transcript.chain


def test_truth_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    """A line for each mark and each change, with its span."""
    main([str(tmp_path / "ut"), "--number", "1", "--truth", str(tmp_path / "fasit.jsonl")])
    lines = [json.loads(line) for line in (tmp_path / "fasit.jsonl").read_text(encoding="utf-8").splitlines()]
    one = compose_one(0)
    assert [line["text"] for line in lines if "category" in line] == [p.text for p, _ in one.annotated.spans]
    assert [(line["text"], line["change"]) for line in lines if "change" in line] == [
        (change.phrase.text, change.direction) for change in one.changes
    ]


def test_folder_with_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with other files is refused by name, and nothing is written; the same command twice is harmless."""
    for _ in range(2):
        main([str(tmp_path), "--number", "2", "--sentences", "30"])
    (tmp_path / "notat.txt").write_text("mitt", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path), "--number", "3", "--sentences", "30"])
    assert ended.value.code == 2
    assert "notat.txt" in capsys.readouterr().err
    assert len(list(tmp_path.glob("*.json"))) == 2


@pytest.mark.parametrize("wrong", [["--number", "0"], ["--sentences", "0"], ["--number", "mange"]])
def test_unusable_numbers_are_told_of(tmp_path: Path, wrong: list[str]) -> None:
    """A number of interviews or phrases that is none ends with code 2, and no folder is made."""
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "ut"), *wrong])
    assert ended.value.code == 2
    assert not (tmp_path / "ut").exists()
