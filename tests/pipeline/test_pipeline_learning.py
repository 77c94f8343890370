from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from pipeline_fakes import FakeEmbedder, fake_heads

from pipeline.features import wording_features
from pipeline.heads import Heads
from pipeline.learning import Decided, digest_of, learn, taught_revision

EMBEDDER, HEADS = FakeEmbedder(), fake_heads()
FLAGS = Decided("heiser flagget i skolegården", "task")
DRIVES = Decided("kjører pasienter over fjellet", "competence", ("pace",), "sjåfør")
BALANCED = Decided("leser stemningen i rommet", "competence", ("people+technology",))


def learnt(*decided: Decided, heads: Heads = HEADS) -> Heads:
    texts = [d.text for d in decided]
    return learn(heads, EMBEDDER.encode(texts), wording_features(texts or [""])[: len(texts)], decided)


def chance(heads: Heads, text: str, name: str) -> float:
    """How probable the heads find a category or point for a text."""
    vectors, wording = EMBEDDER.encode([text]), wording_features([text])
    near = heads.precedents.near(vectors)
    chances = heads.category.probabilities(vectors, wording), heads.points(vectors, wording, near)
    classes = heads.category.classes, heads.position.classes
    return next(float(c[0][names.index(name)]) for c, names in zip(chances, classes, strict=True) if name in names)


def test_nothing_decided_changes_nothing() -> None:
    """Without decisions the heads are the ones that were trained."""
    assert learnt() is HEADS


@pytest.mark.parametrize(("decided", "name"), [(FLAGS, "task"), (DRIVES, "competence"), (DRIVES, "pace")])
def test_decision_moves_like_phrases(decided: Decided, name: str) -> None:
    """A wording like a decided one becomes likelier to be the same, and the more so the more often it was decided."""
    like = f"{decided.text} hver dag"
    once, often = learnt(decided), learnt(*[decided] * 8)
    assert chance(HEADS, like, name) < chance(once, like, name) < chance(often, like, name)


def test_balance_moves_towards_both_points() -> None:
    """A decision on a balance makes its two points likelier together, and leaves them nearer one another."""
    heads = learnt(*[BALANCED] * 4)
    before, after = ([chance(h, BALANCED.text, point) for point in ("people", "technology")] for h in (HEADS, heads))
    assert sum(after) > sum(before)
    assert abs(after[0] - after[1]) < abs(before[0] - before[1])


def test_unlike_phrase_is_moved_less() -> None:
    """A decision moves what is like it more than what is not."""
    heads = learnt(*[FLAGS] * 8)
    moved = [chance(heads, text, "task") - chance(HEADS, text, "task") for text in (FLAGS.text, "puster rolig")]
    assert moved[0] > 2 * abs(moved[1])


def test_decision_that_agrees_moves_little() -> None:
    """Approving what the heads are sure of moves them less than correcting what they are wrong on."""
    sure, corrected = (learnt(Decided("fagbrev som kokk", name)).category.correction for name in ("education", "trait"))
    assert np.abs(sure).max() < np.abs(corrected).max() / 2


def test_categories_alone_leave_the_points() -> None:
    """Decisions without positions say nothing of points."""
    heads = learnt(FLAGS)
    assert chance(heads, FLAGS.text, "pace") == pytest.approx(chance(HEADS, FLAGS.text, "pace"))


def test_decisions_are_the_first_precedents() -> None:
    """What was decided stands before the precedents that were there, with category, position and role."""
    known = learnt(DRIVES, FLAGS).precedents
    assert known.texts[:2] == (DRIVES.text, FLAGS.text)
    assert (known.categories[0], known.positions[0], known.roles[0]) == ("competence", "pace", "sjåfør")
    assert known.texts[2:] == HEADS.precedents.texts
    assert len(known.vectors) == len(known.texts) == len(known.competences) == len(known.styles)


def test_same_decisions_teach_the_same() -> None:
    """Learning is deterministic, in its probabilities and in its revision."""
    one, other = learnt(FLAGS, DRIVES), learnt(FLAGS, DRIVES)
    assert one.revision == other.revision
    assert chance(one, FLAGS.text, "task") == chance(other, FLAGS.text, "task")


def test_revision_names_what_was_learnt() -> None:
    """Other decisions give another revision, no decisions the one that was trained."""
    moved = replace(DRIVES, positions=("presence",))
    revisions = {learnt(*decided).revision for decided in ((), (FLAGS,), (DRIVES,), (moved,), (FLAGS, DRIVES))}
    assert len(revisions) == 5
    assert HEADS.revision in revisions
    assert taught_revision("a", (FLAGS,)) == f"a+taught-{digest_of((FLAGS,))}"


def test_two_thousand_decisions_are_learnt_within_seconds() -> None:
    """A large project's decisions are learnt about as fast as a page is read: a second, five on a busy machine."""
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(2000, HEADS.precedents.vectors.shape[1]))
    decided = [(FLAGS, DRIVES, BALANCED)[i % 3] for i in range(2000)]
    begun = time.perf_counter()
    learn(HEADS, vectors, wording_features([d.text for d in decided]), decided)
    assert time.perf_counter() - begun < 5
