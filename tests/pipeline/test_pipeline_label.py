from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pipeline_fakes import COMPETENCES, MATERIAL, WRITTEN, fake_labeller

from corpora import LabelledPhrase, read_key_competences
from models.labeller import load_labeller
from pipeline.balance import POINTS
from pipeline.label import POSSIBLE, Labeller, rank_positions
from pipeline.records import CATEGORIES, PROXY_KINDS, Label, Phrase, Placement

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


def spoken(*texts: str) -> list[Phrase]:
    """Phrases of one answer."""
    return [Phrase("kari", 1, 100 * i, 100 * i + len(text), text) for i, text in enumerate(texts)]


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


def test_possible_competences_have_positions_too(labeller: Labeller, labels: list[Label]) -> None:
    """What may be a competence has its six points ready for a reviewer who says so; what is none has no place."""
    chances = labeller.judge(TEXTS).categories[:, CATEGORIES.index("competence")]
    others = [(label, chance) for label, chance in zip(labels, chances, strict=True) if label.category != "competence"]
    assert others
    assert all(len(label.positions) == (6 if chance >= POSSIBLE else 0) for label, chance in others)


@pytest.mark.parametrize(("text", "points"), [("en rolig type som roer ned", 6), ("bussen går hvert kvarter", 0)])
def test_positions_end_where_a_competence_is_ruled_out(text: str, points: int) -> None:
    """A trait in the words of a competence has positions, plain talk has none."""
    (label,) = fake_labeller().label([text])
    assert label.category != "competence"
    assert len(label.positions) == points


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
    assert label.proxy.stands_for == labeller.wordings.names[label.proxy.competence]
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


def test_grounds_name_the_categories_left(labels: list[Label]) -> None:
    """The categories that cannot be ruled out are different ones, and the suggested one is the first of them."""
    for label in labels:
        assert label.grounds.categories[0] == label.category
        assert len(set(label.grounds.categories)) == len(label.grounds.categories)
        assert {*label.grounds.categories} <= {*CATEGORIES}


def test_unsure_where_more_than_one_category_is_left(labels: list[Label]) -> None:
    """A label says that it is unsure where another category cannot be ruled out, and some labels are sure."""
    assert all(label.grounds.unsure for label in labels if len(label.grounds.categories) > 1)
    assert not all(label.grounds.unsure for label in labels)


def test_unsure_where_most_points_are_left() -> None:
    """A sure competence is unsure where more than three points cannot be ruled out, and is not where three are."""
    text, labeller = "jeg roer ned kunder som er sinte", fake_labeller()
    (points,) = labeller.judge([text]).points
    for left, unsure in ((4, True), (3, False)):
        heads = replace(labeller.heads, points_least=float(np.sort(points)[-left]))
        (label,) = replace(labeller, heads=heads).label([text])
        assert (label.category, label.grounds.categories) == ("competence", ("competence",))
        assert label.grounds.unsure is unsure


def test_points_say_nothing_of_how_sure_others_are() -> None:
    """A trait is sure of its category, however many points it would have."""
    labeller = fake_labeller()
    heads = replace(labeller.heads, points_least=0.0)
    assert not replace(labeller, heads=heads).label(["en rolig type"])[0].grounds.unsure


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


@pytest.mark.parametrize("phrase", [phrase for phrase in MATERIAL if phrase.stands_for], ids=lambda phrase: phrase.text)
def test_proxy_stands_for_what_experts_said(phrase: LabelledPhrase) -> None:
    """A proxy of the material stands for the competence that its expert named, by id and by name."""
    (label,) = fake_labeller().label([phrase.text])
    assert label.proxy is not None
    assert (label.proxy.competence, label.proxy.stands_for) == (phrase.stands_for, COMPETENCES[phrase.stands_for])


def test_proxy_is_worded_from_the_same_interview_first() -> None:
    """In an interview that tells of the competence its words are quoted, without it those of the corpora."""
    trait, telling = "en som er nøyaktig av seg", "teller kassa to ganger så summen stemmer"
    labeller = fake_labeller([*MATERIAL, WRITTEN])
    (told, _), (alone,) = labeller.suggest(spoken(trait, telling)), labeller.suggest(spoken(trait))
    assert told.label.proxy is not None
    assert alone.label.proxy is not None
    assert (told.label.proxy.competence, told.label.proxy.wording) == ("accuracy", telling)
    assert (alone.label.proxy.competence, alone.label.proxy.wording) == ("accuracy", WRITTEN.text)


def test_single_texts_are_no_interview() -> None:
    """Texts that are labelled one by one say nothing of what the others stand for."""
    trait, telling = "en som er nøyaktig av seg", "teller kassa to ganger så summen stemmer"
    labeller = fake_labeller()
    assert labeller.label([trait, telling])[0] == labeller.label([trait])[0]


def test_suggestions_keep_their_phrases() -> None:
    """Each phrase of an interview gets a suggestion, in order, and but for its proxy the label it has by itself."""
    phrases, labeller = spoken(*TEXTS), fake_labeller()
    suggestions = labeller.suggest(phrases)
    assert [suggestion.phrase for suggestion in suggestions] == phrases
    alone = [replace(label, proxy=None) for label in labeller.label(TEXTS)]
    assert [replace(suggestion.label, proxy=None) for suggestion in suggestions] == alone
    assert labeller.suggest([]) == ()


def test_few_precedents_are_all_shown() -> None:
    """With fewer precedents than are shown, those that there are stand in the grounds."""
    labeller = fake_labeller()
    heads = labeller.heads
    two = type(heads.precedents)(*(values[:2] for values in vars(heads.precedents).values()))
    few = replace(labeller, heads=replace(heads, precedents=two))
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
        ("vi er tolv ansatte", "none"),
        ("se hvem som trenger hjelp før de spør", "competence"),
    ],
)
def test_real_categories(text: str, category: str) -> None:
    """The bundled models tell what a plain wording is."""
    (label,) = load_labeller().label([text])
    assert (label.category, label.grounds.unsure) == (category, False)


@pytest.mark.real
def test_real_timetable_is_no_competence() -> None:
    """What goes on without the speaker is `none`; that somebody's duty cannot be ruled out there is no fault."""
    (label,) = load_labeller().label(["bussen går hvert kvarter"])
    assert label.category == "none"
    assert set(label.grounds.categories) <= {"none", "task"}


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
    """Every key competence that the bundled heads name is in the list, so that each has a name."""
    heads = load_labeller().heads
    assert {*heads.precedents.competences} - {""} <= {*read_key_competences()}
    assert {*heads.competence.classes} <= {*read_key_competences()}
