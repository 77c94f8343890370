"""The marker, on a small random BERT: what it reads, what it is taught, what it learns, and what is kept of it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from small_bert import SmallModel, number

from corpora import LabelledPhrase, parse_interview
from models import marker as marker_module
from models.marker import (
    ANSWER_LONGEST,
    Answer,
    Marker,
    Network,
    answers_of,
    compose,
    compose_wanted,
    fit_network,
    read,
    read_network,
    write_network,
)
from pipeline.marking import TAGS, WORD, spans_of_marks

PIECE = re.compile(r"\w{1,4}|[^\w\s]")
FIRST, LAST = 98, 99


class PieceTokenizer:
    """Pieces of up to four letters, and signs; a text stands between a token that begins and one that ends."""

    def __call__(self, text: str, *, max_length: int, add_special_tokens: bool = True, **_: object) -> dict[str, list]:
        found = list(PIECE.finditer(text))[: max_length - 2 * add_special_tokens]
        ids, places = [number(piece.group()) for piece in found], [piece.span() for piece in found]
        if add_special_tokens:
            ids, places = [FIRST, *ids, LAST], [(0, 0), *places, (0, 0)]
        return {"input_ids": ids, "offset_mapping": places}


@pytest.fixture(scope="module")
def model() -> SmallModel:
    return SmallModel(PieceTokenizer())


@pytest.fixture(scope="module")
def marker(model: SmallModel) -> Marker:
    """A marker that has learnt nothing."""
    torch.manual_seed(0)
    return Marker(model, Network(16))  # type: ignore[arg-type]


# Reading


TALK = ["Ja, jeg rydder lageret.", "…", "Så er jeg blid og nøyaktig, og IT-ansvarlig for kassesystemet.", "Nei."]


def test_each_word_has_the_chance_of_each_tag(marker: Marker) -> None:
    """Every word of every answer, in order, has nine log probabilities that make one."""
    marked = marker.mark(TALK, ["Hva gjør du?"] * len(TALK))
    for text, one in zip(TALK, marked, strict=True):
        assert one.words == tuple(match.span() for match in WORD.finditer(text))
        assert one.tags.shape == (len(one.words), len(TAGS))
        np.testing.assert_allclose(np.exp(one.tags).sum(axis=1), 1, atol=1e-5)


def test_nothing_is_marked_as_nothing(marker: Marker) -> None:
    """No answers give no marks, and an answer without words gives no words."""
    assert marker.mark([], []) == []
    assert [one.words for one in marker.mark(["", " … "], ["", "Hva?"])] == [(), ()]


def test_marks_do_not_depend_on_the_company(marker: Marker) -> None:
    """An answer is marked alone as it is among longer and shorter ones, so that a phrase's identity is stable."""
    texts = TALK * 6  # more than a batch
    together = marker.mark(texts, ["Hva gjør du?"] * len(texts))
    for text, one in zip(texts, together, strict=True):
        (alone,) = marker.mark([text], ["Hva gjør du?"])
        np.testing.assert_allclose(one.tags, alone.tags, atol=2e-3)


def test_question_is_read_before_the_answer(marker: Marker) -> None:
    """The same answer to another question is read otherwise."""
    one, other = marker.mark(["Ja, mye.", "Ja, mye."], ["Rydder du?", "Er du blid?"])
    assert one.words == other.words
    assert np.abs(one.tags - other.tags).max() > 1e-3


def test_word_is_read_at_its_first_piece(model: SmallModel) -> None:
    """After the question's tokens and the two around them, a word's place is that of its first piece."""
    (one,) = read(model, [Answer("rydder på", "Hva?")])  # type: ignore[arg-type]
    # FIRST Hva ? LAST rydd er på LAST
    assert one.words == ((0, 6), (7, 9))
    assert one.tokens == (4, 6)
    assert one.states.shape == (8, 16)


def test_only_the_lower_layers_read(model: SmallModel) -> None:
    """What the top layers are taught afterwards changes nothing: the states are those of the layers below."""
    before = read(model, [Answer(TALK[0], "")])[0].states  # type: ignore[arg-type]
    other = SmallModel(PieceTokenizer())
    for layer in other.bert.encoder.layer[-4:]:
        torch.nn.init.zeros_(layer.output.dense.weight)
    after = read(other, [Answer(TALK[0], "")])[0].states  # type: ignore[arg-type]
    assert torch.equal(before, after)


def test_long_answer_is_read_as_far_as_it_goes(marker: Marker) -> None:
    """Words beyond the longest that the model reads have no marks; those before have."""
    (one,) = marker.mark(["ord " * (ANSWER_LONGEST + 20)], ["Hva?" * 100])
    assert len(one.words) == ANSWER_LONGEST
    assert one.words[-1] == (4 * ANSWER_LONGEST - 4, 4 * ANSWER_LONGEST - 1)


# What it is taught


INTERVIEW = """# id: retail_kari
# role: kokk

R: Hei.
I: Hva gjør du?
R: Jeg {rydder lageret|task||procedures}. Så er jeg {blid|trait||service}.
R: Og {hører på folk|competence|people|listening}.
"""


def test_answers_of_an_interview() -> None:
    """Each answer has the question before it, the experts' marks as exact spans, and the interview's name."""
    first, second, third = answers_of(parse_interview(INTERVIEW))
    assert first == Answer("Hei.", "", (), "retail_kari")
    assert (second.question, third.question) == ("Hva gjør du?", "Hva gjør du?")
    assert [(second.text[a:b], category) for a, b, category in second.marks] == [
        ("rydder lageret", "task"),
        ("blid", "trait"),
    ]
    assert [(third.text[a:b], category) for a, b, category in third.marks] == [("hører på folk", "competence")]


def tags_in_order(model: SmallModel, answer: Answer) -> list[str]:
    """The tag that each word of an answer is taught; no other token may count."""
    (one,) = read(model, [answer])  # type: ignore[arg-type]
    target = marker_module._target(answer, one)
    assert {i for i, tag in enumerate(target.tolist()) if tag != marker_module.NOT_COUNTED} == set(one.tokens)
    return [TAGS[int(target[token])] for token in one.tokens]


def tags_of(model: SmallModel, answer: Answer) -> dict[str, str]:
    return dict(zip(WORD.findall(answer.text), tags_in_order(model, answer), strict=True))


def test_target_begins_and_goes_on(model: SmallModel) -> None:
    """The first word of a mark begins, the others go on, all else is nothing."""
    (_, answer, _) = answers_of(parse_interview(INTERVIEW))
    assert tags_of(model, answer) == {
        "Jeg": "O",
        "rydder": "B-task",
        "lageret": "I-task",
        "Så": "O",
        "er": "O",
        "jeg": "O",
        "blid": "B-trait",
    }


def test_marks_side_by_side_begin_each(model: SmallModel) -> None:
    """A mark right after another of its category begins anew."""
    assert tags_of(model, Answer("lese skrive", "", ((0, 4, "task"), (5, 11, "task")))) == {
        "lese": "B-task",
        "skrive": "B-task",
    }


def phrase(text: str, category: str, source: str = "retail_a", style: str = "spoken") -> LabelledPhrase:
    return LabelledPhrase(text, category, style=style, source=source)


SPOKEN = [
    phrase("rydder lageret", "task"),
    phrase("blid", "trait"),
    phrase("jeg hører på folk", "competence"),
    phrase("fagbrev som kokk", "education"),
    phrase("bussen går hvert kvarter", "none"),
    phrase("roer ned", "competence", "health_b"),
    phrase("sta", "trait", "health_b"),
]
UNUSED = [phrase("skriftlig", "trait", style="written"), phrase("alene", "trait", "care_c")]


def test_marks_of_composed_answers_are_exact() -> None:
    """Each mark is a labelled phrase of its category, word for word but for a capital; all are of the one file."""
    answers = compose([*SPOKEN, *UNUSED], 300)
    assert len(answers) == 300
    for answer in answers:
        known = {(p.text, p.category) for p in SPOKEN if p.source == answer.source}
        for start, end, category in answer.marks:
            words = answer.text[start:end]
            assert {(words, category), (words[:1].lower() + words[1:], category)} & known
        assert all(one[1] <= other[0] for one, other in pairwise(answer.marks))


def test_composed_answers_tell_of_everything_but_nothing() -> None:
    """Every category is marked somewhere, small talk is put in and never marked, and nobody asked a question."""
    answers = compose([*SPOKEN, *UNUSED], 300)
    assert {category for a in answers for *_, category in a.marks} == {"task", "trait", "competence", "education"}
    small_talk = [a for a in answers if "bussen går hvert kvarter" in a.text.lower()]
    assert small_talk
    assert all("bussen" not in a.text[s:e].lower() for a in small_talk for s, e, _ in a.marks)
    assert all(a.question == "" and a.text.endswith(".") for a in answers)


def test_written_and_lone_phrases_are_not_composed() -> None:
    """A written wording is not talk, and a file of one category teaches to mark everything."""
    said = " ".join(answer.text for answer in compose([*SPOKEN, *UNUSED], 300)).lower()
    assert "skriftlig" not in said
    assert "alene" not in said
    assert {a.source for a in compose([*SPOKEN, *UNUSED], 300)} == {"retail_a", "health_b"}


def test_composing_twice_gives_the_same() -> None:
    """The same phrases give the same answers."""
    assert compose(SPOKEN, 20) == compose(SPOKEN, 20)


def test_lines_of_advertisements_mark_single_adjectives() -> None:
    """Short written phrases of one file fill the lines, each marked exactly; the role stands unmarked."""
    kinds = {"trait": "blid", "task": "kassearbeid", "education": "fagbrev", "competence": "roe ned en kunde"}
    wanted = [LabelledPhrase(words, kind, role="selger", style="written", source="a") for kind, words in kinds.items()]
    lines = compose_wanted([*wanted, *SPOKEN], 60)
    assert {(line.text[s:e], kind) for line in lines for s, e, kind in line.marks} == {(w, k) for k, w in kinds.items()}
    assert any("en blid og blid selger" in line.text for line in lines)
    assert {line.source for line in lines} == {"a"}
    assert all("{" not in line.text for line in lines)


def test_no_lines_without_short_written_phrases_of_every_kind() -> None:
    """A file that lacks a kind gives no lines."""
    assert compose_wanted([LabelledPhrase("blid", "trait", style="written", source="a")], 9) == []


def test_composed_targets_can_be_read(model: SmallModel) -> None:
    """What is taught goes on only after its own beginning, so that the marker could say it; each mark begins once."""
    for answer in compose(SPOKEN, 40):
        tags = ["O", *tags_in_order(model, answer)]
        assert all(after[0] != "I" or before[2:] == after[2:] for before, after in pairwise(tags))
        assert sum(tag[0] == "B" for tag in tags) == len(answer.marks)


# What it learns


FILLERS, TRAITS = ["nå", "da", "huset", "bilen", "veien", "dagen"], ["blid", "sta", "rask", "rolig", "glad"]


def drawn(count: int, seed: int) -> list[Answer]:
    """Answers in which «er» is followed by a trait of two words, and nothing else is anything."""
    generator = np.random.default_rng(seed)
    answers = []
    for _ in range(count):
        filler = list(generator.choice(FILLERS, generator.integers(2, 7)))
        at = int(generator.integers(len(filler)))
        trait = " ".join(generator.choice(TRAITS, 2))
        before = " ".join([*filler[:at], "er", ""])
        text = " ".join([before + trait, *filler[at:]])
        answers.append(Answer(text, "", ((len(before), len(before) + len(trait), "trait"),), "retail"))
    return answers


@pytest.fixture(scope="module")
def learnt(model: SmallModel) -> Network:
    """A network that has seen a hundred and a few answers."""
    answers = drawn(160, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marker_module, "EPOCHS", 6)
        return fit_network(answers, read(model, answers), np.arange(128))  # type: ignore[arg-type]


def test_network_learns_a_simple_rule(model: SmallModel, learnt: Network) -> None:
    """After a hundred answers it marks nearly all of fifty others as the rule says."""
    answers = drawn(50, 2)
    marked = Marker(model, learnt).mark([a.text for a in answers], [""] * 50)  # type: ignore[arg-type]
    right = [spans_of_marks(one) == [mark[:2] for mark in a.marks] for a, one in zip(answers, marked, strict=True)]
    assert sum(right) >= 45
    tags = {TAGS[i] for one in marked for i in one.tags.argmax(axis=1)}
    assert tags == {"O", "B-trait", "I-trait"}


def test_learning_twice_gives_the_same(model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answers and seed give the same weights, whatever was drawn before."""
    monkeypatch.setattr(marker_module, "EPOCHS", 1)
    answers = drawn(20, 3)
    reads = read(model, answers)  # type: ignore[arg-type]
    first = fit_network(answers, reads, np.arange(20)).state_dict()
    torch.rand(7)
    second = fit_network(answers, reads, np.arange(20)).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_answers_left_out_teach_nothing(model: SmallModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is marked in answers that are not trained on changes no weight."""
    monkeypatch.setattr(marker_module, "EPOCHS", 1)
    answers = drawn(20, 3)
    reads = read(model, answers)  # type: ignore[arg-type]
    others = [*answers[:15], *(Answer(a.text, "") for a in answers[15:])]
    first, second = (fit_network(some, reads, np.arange(15)).state_dict() for some in (answers, others))
    assert all(torch.equal(first[name], second[name]) for name in first)


# What is kept


def test_network_is_read_as_it_was_written(model: SmallModel, learnt: Network, tmp_path: Path) -> None:
    """A network from its file marks as before, but for half precision, and is ready to use."""
    write_network(learnt, tmp_path / "ny mappe" / "n.safetensors")
    found = read_network(tmp_path / "ny mappe" / "n.safetensors")
    assert not found.training
    texts = [answer.text for answer in drawn(5, 4)]
    before, after = (Marker(model, network).mark(texts, [""] * 5) for network in (learnt, found))  # type: ignore[arg-type]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one.tags, other.tags, atol=0.05)
        assert spans_of_marks(one) == spans_of_marks(other)


def test_network_is_kept_small(learnt: Network, tmp_path: Path) -> None:
    """Every weight is kept, at half precision."""
    write_network(learnt, tmp_path / "n.safetensors")
    kept = load_file(tmp_path / "n.safetensors")
    assert set(kept) == set(learnt.state_dict())
    assert {value.dtype for value in kept.values()} == {torch.float16}
