from __future__ import annotations

import numpy as np
import pytest
from pipeline_fakes import COMPETENCES, MATERIAL, fake_labeller

from corpora import LabelledPhrase, read_key_competences
from models.labeller import load_labeller
from pipeline.balance import POINTS
from pipeline.label import Labeller, rank_positions
from pipeline.records import CATEGORIES, PROXY_KINDS, Label, Placement

TEXTS = [
    "jeg setter meg ned til hun puster rolig",
    "teller kassa to ganger så summen stemmer",
    "en som er nøyaktig av seg",
    "bestille varer fra leverandør hver mandag",
    "fagbrev som kokk",
    "bussen går hvert kvarter",
    "jeg roer ned kunder som er sinte og ser hvem som trenger hjelp før de spør",
    "Ja",
    "…",
    "🙂 ukjenteord",
]


@pytest.fixture
def labels(labeller: Labeller) -> list[Label]:
    return labeller.label(TEXTS)


def test_one_label_a_text(labels: list[Label]) -> None:
    """Every text gets one label of a known category with a probability between 0 and 1."""
    assert len(labels) == len(TEXTS)
    assert {label.category for label in labels} <= set(CATEGORIES)
    assert all(0 < label.probability <= 1 for label in labels)


def test_competences_have_six_ranked_positions(labels: list[Label]) -> None:
    """A competence has all six points, likeliest first, whose probabilities sum to 1."""
    competences = [label for label in labels if label.category == "competence"]
    assert competences
    for label in competences:
        probabilities = [placement.probability for placement in label.positions]
        assert {placement.position for placement in label.positions} == set(POINTS)
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1, abs=0.001)


def test_others_have_no_position(labels: list[Label]) -> None:
    """Only a competence has a place in the balance model."""
    others = [label for label in labels if label.category != "competence"]
    assert others
    assert all(label.positions == () for label in others)


def test_proxies_ask_for_what_is_behind(labels: list[Label]) -> None:
    """Trait, task and education are proxies of their own kind with a question that quotes the wording."""
    proxies = [(text, label) for text, label in zip(TEXTS, labels, strict=True) if label.category in PROXY_KINDS]
    assert {label.category for _, label in proxies} == {"trait", "task", "education"}
    for text, label in proxies:
        assert label.proxy is not None
        assert label.proxy.kind == label.category
        assert text in label.proxy.question
        assert label.proxy.question.endswith(("?", "."))


def test_proxy_stands_for_a_named_competence(labeller: Labeller) -> None:
    """What a proxy stands for is the name of a key competence, named again in the question."""
    (label,) = labeller.label(["en som er nøyaktig av seg"])
    assert label.proxy is not None
    assert label.proxy.stands_for in labeller.competence_names.values()
    assert label.proxy.stands_for.lower() in label.proxy.question.lower()


def test_competence_and_none_are_no_proxies(labels: list[Label]) -> None:
    """What is a competence, or nothing, stands for nothing else."""
    assert [label.proxy for label in labels if label.category in ("competence", "none")] != []
    assert all(label.proxy is None for label in labels if label.category in ("competence", "none"))


def test_grounds_show_the_nearest_precedents(labels: list[Label]) -> None:
    """Each label shows three different labelled precedents, nearest first."""
    for label in labels:
        similarities = [precedent.similarity for precedent in label.grounds.precedents]
        assert len({id(precedent) for precedent in label.grounds.precedents}) == 3
        assert similarities == sorted(similarities, reverse=True)
        assert all(-1.001 <= similarity <= 1.001 for similarity in similarities)


def test_grounds_quote_the_text(labels: list[Label]) -> None:
    """The words that tipped a label are at most three, and stand in its text."""
    for text, label in zip(TEXTS, labels, strict=True):
        assert len(label.grounds.wording) <= 3
        assert all(word in text.lower() for word in label.grounds.wording)


def test_unsure_where_no_category_has_half(labels: list[Label]) -> None:
    """A label whose category has less than half the probability says that it is unsure."""
    assert all(label.grounds.unsure for label in labels if label.probability < 0.5)
    assert not all(label.grounds.unsure for label in labels)


def test_labels_are_deterministic(labeller: Labeller, labels: list[Label]) -> None:
    """The same texts get the same labels again."""
    assert labeller.label(TEXTS) == labels


def test_labels_do_not_depend_on_the_company(labeller: Labeller, labels: list[Label]) -> None:
    """A text gets the same category alone as among others, and as good as the same probability."""
    for text, label in list(zip(TEXTS, labels, strict=True))[:6]:
        (alone,) = labeller.label([text])
        assert alone.category == label.category
        assert alone.probability == pytest.approx(label.probability, abs=0.005)


def test_no_text_no_label(labeller: Labeller) -> None:
    """Nothing in, nothing out."""
    assert labeller.label([]) == []


def test_nearest_precedent_has_its_label_and_role() -> None:
    """A wording much like one of the material has that one as its nearest precedent, with its label and role."""
    (label,) = fake_labeller().label(["teller kassa to ganger hver kveld"])
    nearest = label.grounds.precedents[0]
    assert nearest.phrase == "teller kassa to ganger så summen stemmer"
    assert (nearest.category, nearest.position, nearest.role) == ("competence", "routines", "kasserer")
    assert 0.5 < nearest.similarity < 1


def test_wording_is_no_precedent_of_itself() -> None:
    """A wording that stands in the material is not shown as its own grounds."""
    (label,) = fake_labeller().label([MATERIAL[2].text])
    assert MATERIAL[2].text not in {precedent.phrase for precedent in label.grounds.precedents}
    assert len(label.grounds.precedents) == 3


def test_proxy_follows_its_own_kind() -> None:
    """A trait stands for what the like trait of the material stands for."""
    (label,) = fake_labeller().label(["en nøyaktig type som er nøyaktig av seg"])
    assert (label.category, label.proxy and label.proxy.stands_for) == ("trait", COMPETENCES["accuracy"])


def test_proxy_of_the_same_kind_weighs_more() -> None:
    """A like trait says more of what a trait stands for than a competence that is exactly as near."""
    kinds = [("rolig hest", "competence", "calm"), ("rolig hund", "trait", "accuracy")]
    pair = [
        LabelledPhrase(text, kind, "people" if kind == "competence" else "", "x", stands_for=competence)
        for text, kind, competence in kinds
    ]
    (label,) = fake_labeller([*pair, LabelledPhrase("en rolig type", "trait", "", "x")]).label(["rolig type"])
    assert (label.category, label.proxy and label.proxy.stands_for) == ("trait", COMPETENCES["accuracy"])


def test_proxy_without_known_competence_still_asks() -> None:
    """Where no precedent says what it stands for, the proxy names nothing and asks all the same."""
    bare = [phrase for phrase in MATERIAL if phrase.category != "competence"]
    bare = [type(p)(p.text, p.category, p.position, p.role) for p in bare] + MATERIAL[:6]
    labeller = fake_labeller([type(p)(p.text, p.category, p.position, p.role) for p in bare])
    (label,) = labeller.label(["fagbrev som kokk"])
    assert label.proxy is not None
    assert (label.proxy.stands_for, label.proxy.question) == ("", "education: fagbrev som kokk → ?")


def test_few_precedents_are_all_shown() -> None:
    """With fewer precedents than are shown, those that there are stand in the grounds."""
    labeller = fake_labeller()
    heads = labeller.heads
    two = type(heads.precedents)(*(values[:2] for values in vars(heads.precedents).values()))
    few = Labeller(
        labeller.embedder, type(heads)(**(vars(heads) | {"precedents": two})), COMPETENCES, labeller.question
    )
    assert len(few.label(["rolig"])[0].grounds.precedents) == 2


def test_rank_positions_puts_the_likeliest_first() -> None:
    """Positions are ranked by probability, each with its own."""
    ranked = rank_positions(np.array([0.2, 0.5, 0.3]), ("people", "pace", "routines"))
    assert ranked == (Placement("pace", 0.5), Placement("routines", 0.3), Placement("people", 0.2))


@pytest.mark.real
@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("en som er nøyaktig av seg", "trait"),
        ("utadvendt og blid", "trait"),
        ("fagbrev som kokk", "education"),
        ("bestille varer fra leverandør hver mandag", "task"),
        ("bussen går hvert kvarter", "none"),
        ("se hvem som trenger hjelp før de spør", "competence"),
    ],
)
def test_real_categories(text: str, category: str) -> None:
    """The bundled models tell what a plain wording is."""
    (label,) = load_labeller().label([text])
    assert (label.category, label.grounds.unsure) == (category, False)


@pytest.mark.real
@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("jeg ser på kroppsspråket at hun er redd, og setter meg ned hos henne", {"presence", "people"}),
        ("finne feilen når kassesystemet har hengt seg opp", {"technology"}),
        ("jeg tar det viktigste først når alt haster og køen er lang", {"pace"}),
    ],
)
def test_real_positions(text: str, points: set[str]) -> None:
    """The bundled models put a plain competence where a person would."""
    (label,) = load_labeller().label([text])
    assert label.positions
    assert label.positions[0].position in points


@pytest.mark.real
def test_real_heads_know_the_key_competences() -> None:
    """Every key competence that the bundled heads' precedents name is in the list, so that each has a name."""
    named = set(load_labeller().heads.precedents.competences) - {""}
    assert named <= set(read_key_competences())
