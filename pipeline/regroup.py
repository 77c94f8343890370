"""Edits shown on the candidates there are, without a model: what people see until the next clustering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.cluster import TITLES, short_name, unlike
from pipeline.edits import MERGE, MOVE, RENAME, SPLIT, Edit
from pipeline.records import Candidate, Identity, Phrase, Placement, Title, identity_of


@dataclass(frozen=True)
class Sums:
    """Over phrases: how many, their shares of the words of their interviews, and the probability of each position."""

    count: int
    share: float
    positions: Mapping[str, float]


@dataclass(frozen=True)
class Carry:
    """Phrases, None for all, that go from one candidate to another, as far as they are there.

    Where no candidate has the id `target` there is a new one, under `name` or, where that is empty, a typical wording.
    """

    source: str
    target: str
    phrases: frozenset[Identity] | None = None
    name: str = ""


@dataclass(frozen=True)
class Regrouped:
    """The candidates after an edit, and how many there are more than before."""

    candidates: tuple[Candidate, ...]
    more: int


Look = Callable[[Sequence[Phrase]], Sums]


def touched(edit: Edit) -> tuple[str, ...]:
    """The ids of the candidates whose phrases an edit is about: `regroup` needs all phrases of these alone."""
    return tuple(part.id for part in edit.parts if part.id) if edit.action != RENAME else ()


def carries(edit: Edit, undone: bool = False) -> tuple[Carry, ...]:
    """What goes where by the edit, or by its undoing."""
    first, *rest = edit.parts
    if edit.action == MERGE and undone:
        return tuple(Carry(first.id, part.id, frozenset(part.phrases), part.name) for part in rest)
    if edit.action == MERGE:
        return tuple(Carry(part.id, first.id) for part in rest)
    if edit.action == SPLIT and undone:
        return (Carry(first.id, rest[0].id, name=rest[0].name),)
    if edit.action == SPLIT:
        return (Carry(rest[0].id, first.id, frozenset(first.phrases), edit.name),)
    if edit.action == MOVE:
        home, moved = rest[0], frozenset(rest[1].phrases)
        back = Carry(first.id, home.id, moved, home.name)
        return (back,) if undone else (Carry(home.id, first.id, moved, first.name),)
    return ()


def regroup(
    candidates: Sequence[Candidate], edit: Edit, look: Look, chains: Mapping[str, str], undone: bool = False
) -> Regrouped:
    """The candidates as the edit, or its undoing, leaves them.

    Coverage, positions and weight are what they would be if the phrases had been gathered so. `look` sums up phrases
    that leave others behind; `chains` tells the chain of an interview. The phrases are the same objects afterwards.
    """
    found = {candidate.id: candidate for candidate in candidates}
    for carry in carries(edit, undone):
        _carry(found, carry, look, chains)
    _name(found, edit, undone)
    return Regrouped(tuple(found.values()), len(found) - len(candidates))


def _carry(found: dict[str, Candidate], carry: Carry, look: Look, chains: Mapping[str, str]) -> None:
    home = found.get(carry.source)
    out = [p for p in home.phrases if carry.phrases is None or identity_of(p) in carry.phrases] if home else []
    if home is None or not out:
        return
    whole = len(out) == len(home.phrases)
    sums = sums_of(home) if whole else look(out)
    target = found.get(carry.target) or _empty(carry, out, found, whole)
    if whole:
        del found[home.id]
    else:
        gone = _marks(out)
        left = tuple(phrase for phrase in home.phrases if id(phrase) not in gone)
        found[home.id] = _with(home, left, _less(sums_of(home), sums), _second(home), chains)
    # What was merged would be divided as it was before.
    second = _marks(out) if whole else _second(target) | _second(home)
    changed = _with(target, _among(target.phrases, out), more(sums_of(target), sums), second, chains)
    found[target.id] = replace(changed, titles=_both_titles(target, home)) if whole else changed


def _empty(carry: Carry, out: Sequence[Phrase], found: Mapping[str, Candidate], whole: bool) -> Candidate:
    others = [c.name for c in found.values() if not (whole and c.id == carry.source)]
    name = carry.name or short_name([phrase.text for phrase in out])
    return Candidate(carry.target, unlike(name, others), (), (), ())


def _name(found: dict[str, Candidate], edit: Edit, undone: bool) -> None:
    """The edit's name for its first candidate, or the one that this had before."""
    first = edit.parts[0]
    current = found.get(first.id)
    if current is None or not edit.name or edit.action == MOVE:
        return
    if not undone:
        found[first.id] = replace(current, name=edit.name)
    elif edit.action in (MERGE, RENAME) and current.name == edit.name:
        others = [c.name for c in found.values() if c.id != first.id]
        found[first.id] = replace(current, name=unlike(first.name, others))


def sums_of(candidate: Candidate) -> Sums:
    """Over a candidate's phrases, by what is known of it."""
    count = len(candidate.phrases)
    positions = {one.position: one.probability * count for one in candidate.positions}
    return Sums(count, candidate.weight * len(candidate.interviews), positions)


def more(one: Sums, other: Sums) -> Sums:
    """Over both."""
    names = {**one.positions, **other.positions}
    positions = {name: one.positions.get(name, 0.0) + other.positions.get(name, 0.0) for name in names}
    return Sums(one.count + other.count, one.share + other.share, positions)


def _less(one: Sums, other: Sums) -> Sums:
    positions = {name: max(value - other.positions.get(name, 0.0), 0.0) for name, value in one.positions.items()}
    return Sums(one.count - other.count, max(one.share - other.share, 0.0), positions)


def _with(
    candidate: Candidate,
    phrases: tuple[Phrase, ...],
    sums: Sums,
    second: Container[int],
    chains: Mapping[str, str],
) -> Candidate:
    """The candidate with other phrases, and what follows from them."""
    interviews = tuple(sorted({phrase.interview for phrase in phrases}))
    ranked = sorted(sums.positions.items(), key=lambda item: -item[1])
    means = ((name, round(value / max(sums.count, 1), 4)) for name, value in ranked)
    places = tuple(place for place, phrase in enumerate(phrases) if id(phrase) in second)
    return replace(
        candidate,
        positions=tuple(Placement(name, mean) for name, mean in means if mean > 0),
        interviews=interviews,
        phrases=phrases,
        chains=tuple(sorted({chains.get(interview, "") for interview in interviews} - {""})),
        weight=round(sums.share / max(len(interviews), 1), 4),
        second=places if len(places) < len(phrases) else (),
    )


def _marks(phrases: Iterable[Phrase]) -> set[int]:
    """Phrases by the objects that they are: to hash the words of thousands takes longer than all the rest."""
    return {id(phrase) for phrase in phrases}


def _second(candidate: Candidate) -> set[int]:
    return _marks(candidate.phrases[place] for place in candidate.second)


def _among(phrases: Sequence[Phrase], out: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Both, each as far to the front as it was where it came from."""
    placed = [(place, phrase) for side in (phrases, out) for place, phrase in enumerate(side)]
    return tuple(phrase for _, phrase in sorted(placed, key=lambda one: one[0]))


def _both_titles(one: Candidate, other: Candidate) -> tuple[Title, ...]:
    """The names that most of the phrases of both lie nearest to, as far as that is known."""
    shares: Counter[str] = Counter()
    for candidate in (one, other):
        shares.update({title.name: title.share * len(candidate.phrases) for title in candidate.titles})
    count = len(one.phrases) + len(other.phrases)
    return tuple(Title(name, round(share / count, 4)) for name, share in shares.most_common(TITLES))
