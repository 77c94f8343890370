"""What learning from decisions gains: `python -m evaluation.learning` trains without some fields of work, then tells.

People's decisions are stood in for by the experts' labels of annotated interviews of one role. The decisions on the
first k interviews teach, and the next one is measured; and the first half of an interview teaches its second half.
Nothing leaks: the embedding and the heads never saw the field of work, and no phrase teaches the one it is measured on.
Only what the heads suggest as something teaches, since reviewers are not shown what they take for nothing.

How `pipeline.learning` learns was chosen by these figures on fold 0, which are therefore a little too good; the other
folds were not looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, vstack

from corpora import FOLDS, LabelledPhrase, field_of
from models.finetune import build_tower
from models.heads import load_heads
from models.loaders import load_base_embedder, load_grammar
from models.train_heads import Material, read_material
from models.train_heads import learn as train
from pipeline.balance import points_of
from pipeline.heads import Heads
from pipeline.learning import Decided, learn
from pipeline.phrases import Splitter
from pipeline.records import CATEGORIES

MOST = 3  # interviews that teach
BOOTSTRAPS = 1000
SECOND_HALF = "½"

Measure = Callable[[Sequence["Outcome"]], float]


@dataclass(frozen=True)
class Reviewed:
    """An interview that is decided on: what, and how the labeller sees it (vectors [n, d], wording [n, f])."""

    interview: str
    role: str
    decided: tuple[Decided, ...]
    vectors: np.ndarray
    wording: csr_matrix

    def part(self, rows: np.ndarray) -> Reviewed:
        """Some of its phrases."""
        decided = tuple(self.decided[i] for i in rows)
        return Reviewed(self.interview, self.role, decided, self.vectors[rows], self.wording[rows])


@dataclass(frozen=True)
class Outcome:
    """What an interview's phrases are, what is suggested, and of each placed competence whether its point is right."""

    truth: np.ndarray
    guess: np.ndarray
    placed: np.ndarray


@dataclass(frozen=True)
class Gain:
    """A measure before and after `lessons` (interviews, or half of the same), with a 95 % interval of the gain."""

    what: str
    lessons: str
    interviews: int
    before: float
    after: float
    low: float
    high: float


def decision_on(truth: LabelledPhrase) -> Decided:
    """What a person who agrees with the expert decides."""
    return Decided(truth.text, truth.category, (truth.position,) if truth.position else (), truth.role)


def gains(heads: Heads, interviews: Sequence[Reviewed]) -> list[Gain]:
    """The gain from one, two and three interviews of the same role, and from the first half of the same."""
    found: list[Gain] = []
    for lessons, pairs in _lessons(interviews):
        before = [outcome(heads, test) for _, test in pairs]
        after = [outcome(taught(heads, teachers), test) for teachers, test in pairs]
        if pairs:
            found += [_gain(what, lessons, before, after, measure) for what, measure in MEASURES]
    return found


def _lessons(interviews: Sequence[Reviewed]) -> Iterator[tuple[str, list[tuple[list[Reviewed], Reviewed]]]]:
    """What teaches what: who comes after an interview, around the circle of its role, teaches it."""
    for count in range(1, MOST + 1):
        pairs = [(others[:count], one) for one in interviews if len(others := _others(one, interviews)) >= count]
        yield str(count), pairs
    yield SECOND_HALF, [([_half(one, 0)], _half(one, 1)) for one in interviews]


def _others(one: Reviewed, interviews: Sequence[Reviewed]) -> list[Reviewed]:
    own = [interview for interview in interviews if interview.role == one.role]
    place = next(i for i, interview in enumerate(own) if interview is one)
    return own[place + 1 :] + own[:place]


def _half(one: Reviewed, which: int) -> Reviewed:
    """The first or second half of what is told, and of what is not: in its order, each lies after the other."""
    told = np.array([decided.category != "none" for decided in one.decided])
    halves = [np.array_split(np.flatnonzero(rows), 2)[which] for rows in (told, ~told)]
    return one.part(np.concatenate(halves))


def taught(heads: Heads, teachers: Sequence[Reviewed]) -> Heads:
    """The heads after decisions on all that the teachers' reviewers were shown."""
    shown = [one.part(np.flatnonzero(_guess(heads, one) != CATEGORIES.index("none"))) for one in teachers]
    decided = [decision for one in shown for decision in one.decided]
    return learn(heads, np.concatenate([s.vectors for s in shown]), vstack([s.wording for s in shown]).tocsr(), decided)


def _guess(heads: Heads, one: Reviewed) -> np.ndarray:
    return heads.categories(one.vectors, one.wording, heads.precedents.near(one.vectors)).argmax(axis=1)


def outcome(heads: Heads, one: Reviewed) -> Outcome:
    """What the heads suggest of an interview, beside what was decided."""
    points = heads.points(one.vectors, one.wording, heads.precedents.near(one.vectors)).argmax(axis=1)
    placed = [
        heads.position.classes[points[i]] in points_of(decided.positions[0])
        for i, decided in enumerate(one.decided)
        if decided.positions
    ]
    truth = np.array([CATEGORIES.index(decided.category) for decided in one.decided])
    return Outcome(truth, _guess(heads, one), np.array(placed, bool))


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """Mean F1 over the categories that are among the experts'."""
    truth, guess = (np.concatenate(column) for column in zip(*((o.truth, o.guess) for o in outcomes), strict=True))
    right, told, said = (np.bincount(a, minlength=len(CATEGORIES)) for a in (truth[truth == guess], truth, guess))
    present = told > 0
    return float((2 * right[present] / (told + said)[present]).mean())


def first_position(outcomes: Sequence[Outcome]) -> float:
    """Share of the experts' placed competences whose likeliest point is right."""
    return float(np.concatenate([o.placed for o in outcomes]).mean())


MEASURES: tuple[tuple[str, Measure], ...] = (
    ("kategori, makro-F1", macro_f1),
    ("plassering, først av seks", first_position),
)


def _gain(what: str, lessons: str, before: Sequence[Outcome], after: Sequence[Outcome], measure: Measure) -> Gain:
    """The gain, with an interval from resampling whole interviews, each with its before and after."""
    generator = np.random.default_rng(0)
    drawn = []
    for _ in range(BOOTSTRAPS):
        rows = generator.integers(len(before), size=len(before))
        drawn.append(measure([after[i] for i in rows]) - measure([before[i] for i in rows]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Gain(what, lessons, len(before), measure(before), measure(after), float(low), float(high))


def table(found: Sequence[Gain]) -> str:
    """The gains as a Markdown table."""
    lines = ["| mål | lært av | intervjuer | før | etter | gevinst (95 %) |", "|---|---|---|---|---|---|"]
    for gain in found:
        difference = f"{gain.after - gain.before:+.3f} ({gain.low:+.3f} – {gain.high:+.3f})"
        taught_by = "første halvdel" if gain.lessons == SECOND_HALF else f"{gain.lessons} intervju i samme rolle"
        lines.append(
            f"| {gain.what} | {taught_by} | {gain.interviews} | {gain.before:.3f} | {gain.after:.3f} | {difference} |"
        )
    return "\n".join(lines)


def left_out(profile: str, fields: Sequence[str]) -> tuple[Heads, list[Reviewed]]:
    """Train on all other fields of work (minutes), and see the interviews of these as that labeller does.

    The temperatures are those of the trained heads: two numbers, set on all fields that are ever left out.
    """
    embedder, material = load_base_embedder(profile), read_material(Splitter(load_grammar(profile)))
    tower = build_tower(embedder.model, [phrase.text for phrase in material.phrases])
    learnt = train(tower, material, material.outside(fields), f"without {', '.join(fields)}")
    known, heads = load_heads(embedder.id), learnt.heads
    heads = replace(
        heads,
        categories_temperature=known.categories_temperature,
        categories_bias=known.categories_bias,
        points_temperature=known.points_temperature,
    )
    return heads, reviewed(material, learnt.vectors, fields)


def reviewed(material: Material, vectors: np.ndarray, fields: Sequence[str]) -> list[Reviewed]:
    """The interviews of these fields, all their phrases decided on as the experts labelled them."""
    found = []
    for interview in material.interviews:
        id, role = interview.transcript.id, interview.transcript.role
        rows = np.array([i for i, phrase in enumerate(material.phrases) if phrase.source == id])
        if field_of(id) in fields:
            decided = tuple(decision_on(material.phrases[i]) for i in rows)
            found.append(Reviewed(id, role, decided, vectors[rows], material.wording[rows]))
    return found


def main() -> None:
    """Measure on one group of fields."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="bundled")
    parser.add_argument("--fold", type=int, default=1, choices=range(len(FOLDS)), help="group of fields left out")
    chosen = parser.parse_args()
    print(table(gains(*left_out(chosen.profile, FOLDS[chosen.fold]))))


if __name__ == "__main__":
    main()
