from __future__ import annotations

import numpy as np
import pytest

from evaluation import learning
from evaluation.learning import Reviewed, gains, table
from pipeline.balance import POINTS
from pipeline.features import BITS, wording_features
from pipeline.heads import CompetenceHead, Heads, LinearHead, Precedents, ToldByRole, unit
from pipeline.learning import Decided
from pipeline.records import CATEGORIES

WIDTH = 8


def head(classes: tuple[str, ...]) -> LinearHead:
    """Finds the first class a little likelier than the next, whatever is said."""
    bias = np.linspace(1, 0, len(classes))
    wording = np.zeros((2 ** (BITS + 1), len(classes)), np.float32)
    return LinearHead(classes, np.zeros((WIDTH, len(classes))), bias, wording, bias)


UNKNOWING = Heads(
    "untaught",
    head(CATEGORIES),
    head(POINTS),
    CompetenceHead(("calm",), np.zeros((WIDTH, 1)), np.zeros(1), np.full((1, len(POINTS)), 1 / len(POINTS))),
    Precedents((), (), (), (), (), (), np.zeros((0, WIDTH))),
    ToldByRole((), np.zeros((0, 1))),
)


def interview(name: str, role: str, seed: int) -> Reviewed:
    """Twenty phrases of two kinds, which lie apart: people call one competence at pace, the other a task."""
    vectors = np.random.default_rng(seed).normal(0, 0.2, (20, WIDTH))
    vectors[np.arange(20), np.arange(20) % 2] += 1
    kinds = Decided("rekker fram", "competence", ("pace",), role), Decided("bestiller varer", "task", (), role)
    decided = tuple(kinds[i % 2] for i in range(20))
    return Reviewed(name, role, decided, unit(vectors), wording_features([d.text for d in decided]))


INTERVIEWS = [
    interview("a", "kokk", 0),
    interview("b", "kokk", 1),
    interview("c", "kokk", 2),
    interview("d", "lege", 3),
]


def test_decisions_on_one_interview_help_the_next() -> None:
    """Where people's decisions follow a rule the gain is there, the larger the more interviews teach."""
    found = {(g.what, g.lessons): g for g in gains(UNKNOWING, INTERVIEWS)}
    one, two = (found["kategori, makro-F1", count] for count in "12")
    assert 0 < one.after - one.before <= two.after - two.before
    assert one.low <= one.after - one.before <= one.high


def test_only_interviews_of_the_same_role_teach() -> None:
    """An interview that is alone in its role is measured by its own halves only."""
    counts = {g.lessons: g.interviews for g in gains(UNKNOWING, INTERVIEWS)}
    assert counts == {"1": 3, "2": 3, "½": 4}


def test_nothing_is_taught_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """No phrase that is measured is among those that taught."""
    seen: list[tuple[set[bytes], set[bytes]]] = []
    teach, measure = learning.taught, learning.outcome

    def rows(reviewed: list[Reviewed]) -> set[bytes]:
        return {vector.tobytes() for one in reviewed for vector in one.vectors}

    def remember(heads: Heads, teachers: list[Reviewed]) -> Heads:
        seen.append((rows(teachers), set()))
        return teach(heads, teachers)

    def check(heads: Heads, one: Reviewed) -> object:
        if seen and heads is not UNKNOWING:
            assert seen[-1][0].isdisjoint(rows([one]))
        return measure(heads, one)

    monkeypatch.setattr(learning, "taught", remember)
    monkeypatch.setattr(learning, "outcome", check)
    gains(UNKNOWING, INTERVIEWS)
    assert seen


def test_table_has_a_row_for_each_gain() -> None:
    """The table is Markdown with the gain and its interval in every row."""
    found = gains(UNKNOWING, INTERVIEWS)
    lines = table(found).splitlines()
    assert len(lines) == 2 + len(found)
    assert all(line.count("|") == lines[0].count("|") for line in lines)
