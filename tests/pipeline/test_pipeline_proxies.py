"""What a proxy stands in for: first what the same interview tells, then what the corpora say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pipeline_fakes import ask

import prompts
from pipeline.heads import Precedents
from pipeline.proxies import SURELY_TOLD, Told, Wordings, kind_of, likeliest, proxy_for, written_wording
from pipeline.records import Proxy

# The names are in another order than the chances, as in the program: those are by id.
WORDINGS = Wordings({"roe": "Roe folk", "avtale": "Holde avtaler"}, ask, prompts.occupations(), prompts.schooling())
IDS = ("avtale", "roe")
SILENT = Told(IDS, (), np.zeros((0, 2)), np.zeros(2))
KNOWN = Precedents(
    ("roe sinte kunder", "skape trygghet", "jeg puster med henne", "holde frister", "rolig"),
    ("competence", "competence", "competence", "competence", "trait"),
    ("people", "presence", "presence", "pace", ""),
    ("", "", "", "", ""),
    ("roe", "roe", "roe", "avtale", "roe"),
    ("written", "written", "spoken", "written", "written"),
    np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.6, 0.8], [0.6, 0.8]]),
)
VECTOR = np.array([0.6, 0.8])
quick = settings(max_examples=60, deadline=None, database=None)
three = arrays(float, 3, elements=st.floats(0, 1))


def told(*phrases: tuple[str, float, float]) -> Told:
    """An interview's competences, each with the chances that it tells of `avtale` and of `roe`."""
    return replace(
        SILENT, texts=tuple(text for text, *_ in phrases), chances=np.array([chances for _, *chances in phrases])
    )


def proxy(chances: tuple[float, float], interview: Told = SILENT, known: Precedents = KNOWN) -> Proxy:
    return proxy_for("rolig type", "trait", np.array(chances), interview, VECTOR, known, WORDINGS)


def test_proxy_stands_for_the_likeliest_competence() -> None:
    """Without an interview the likeliest competence is named by id and name, in the question too."""
    found = proxy((0.4, 0.6))
    assert (found.kind, found.competence, found.stands_for) == ("trait", "roe", "Roe folk")
    assert found.question == "trait: rolig type → Roe folk?"


def test_what_the_interview_tells_comes_first() -> None:
    """A competence that the same interview surely tells of is likelier than another that is a little likelier alone."""
    assert proxy((0.4, 0.6), told(("holder det jeg lover", 0.9, 0.05))).competence == "avtale"


def test_what_the_role_tells_comes_after_the_interview() -> None:
    """What people in the role often tell of tips a near choice, unless the interview itself surely tells of another."""
    role = np.array([3.0, 0.0])
    assert proxy((0.4, 0.6), replace(SILENT, role=role)).competence == "avtale"
    assert proxy((0.4, 0.6), replace(told(("roer ned en kunde", 0.05, 0.9)), role=role)).competence == "roe"


def test_interview_cannot_make_the_unlikely_likely() -> None:
    """What the wording hardly stands in for it does not stand in for, whatever the interview tells."""
    assert proxy((0.1, 0.9), told(("holder det jeg lover", 1.0, 0.0))).competence == "roe"


@quick
@given(three, st.lists(three, max_size=4), st.integers(0, 2))
def test_telling_of_a_competence_never_speaks_against_it(
    chances: np.ndarray, rows: list[np.ndarray], more: int
) -> None:
    """Where the interview tells of what a proxy already stands for, in yet another phrase, it still stands for that."""
    said = np.array(rows).reshape(-1, 3)
    before = likeliest(chances, Told(("a", "b", "c"), ("x",) * len(said), said, np.zeros(3)))
    sure = np.eye(3)[[before] * (more + 1)]
    after = Told(("a", "b", "c"), ("x",) * (len(said) + more + 1), np.concatenate([said, sure]), np.zeros(3))
    assert chances[likeliest(chances, after)] == pytest.approx(chances[before])


def test_wording_is_the_interviews_where_it_surely_tells() -> None:
    """The phrase of the interview that most surely tells of the competence is the wording."""
    interview = told(("roer ned en kunde", 0.1, 0.7), ("får ham til å puste", 0.0, 0.9))
    assert proxy((0.2, 0.8), interview).wording == "får ham til å puste"


@pytest.mark.parametrize(
    ("chance", "wording"), [(SURELY_TOLD, "får ham til å puste"), (SURELY_TOLD - 0.01, "roe sinte kunder")]
)
def test_wording_is_the_corpora_s_where_the_interview_is_unclear(chance: float, wording: str) -> None:
    """From even chances the interview is quoted, below that a written wording of the corpora that lies nearest."""
    known = replace(KNOWN, vectors=KNOWN.vectors[[1, 0, 2, 3, 4]])
    assert proxy((0.2, 0.8), told(("får ham til å puste", 0.0, chance)), known).wording == wording


def test_corpora_word_a_competence_by_its_nearest_written_telling() -> None:
    """Of the written tellings of the competence the nearest is taken; spoken ones, proxies and others are not."""
    assert written_wording("roe", VECTOR, KNOWN) == "skape trygghet"
    assert written_wording("roe", np.array([1.0, 0.0]), KNOWN) == "roe sinte kunder"
    assert written_wording("avtale", VECTOR, KNOWN) == "holde frister"


def test_nothing_known_leaves_everything_empty() -> None:
    """Where no competence is known the proxy names none, words none, and asks all the same."""
    nothing = Precedents((), (), (), (), (), (), np.zeros((0, 2)))
    nobody = Told((), (), np.zeros((0, 0)), np.zeros(0))
    found = proxy_for("rolig type", "trait", np.zeros(0), nobody, VECTOR, nothing, WORDINGS)
    assert found == Proxy("trait", "", "trait: rolig type → ?", "", "")


def test_unwritten_competence_has_no_wording() -> None:
    """A competence that nobody told of in writing, here or in the corpora, is named without a wording."""
    spoken = replace(KNOWN, styles=("spoken",) * 5)
    found = proxy((0.2, 0.8), SILENT, spoken)
    assert (found.stands_for, found.wording) == ("Roe folk", "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ti år som butikksjef", "title"),
        ("Butikksjef", "title"),
        ("jobba som sykepleier i seks år", "title"),
        ("fagbrev som kokk", "education"),
        ("utdannet sykepleier", "education"),
        ("bachelor i sykepleie", "education"),
        ("lederkurs for mellomledere", "education"),
        ("fullført videregående", "education"),
        ("åtte år i varehandelen", "education"),
        ("medikamentregning, den prøven tar vi hvert år", "education"),
        ("", "education"),
    ],
)
def test_title_is_told_from_schooling(text: str, kind: str) -> None:
    """An occupation or office without schooling is a title; with a school, course or certificate it is education."""
    assert kind_of(text, "education", WORDINGS) == kind


@pytest.mark.parametrize("category", ["trait", "task"])
def test_only_education_can_be_a_title(category: str) -> None:
    """A trait or task that mentions an occupation stays what it is."""
    assert kind_of("avløse butikksjefen og være leder", category, WORDINGS) == category


def test_title_has_a_question_of_its_own() -> None:
    """The question of a title is asked as of a title."""
    found = proxy_for("ti år som butikksjef", "education", np.array([0.2, 0.8]), SILENT, VECTOR, KNOWN, WORDINGS)
    assert found.kind == "title"
    assert found.question == "title: ti år som butikksjef → Roe folk?"
