"""Gather phrases over interviews into candidate key competences, named and with the quotes behind each."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.constraints import Links, no_links, resolve
from pipeline.edits import Guidance, Part, unused
from pipeline.errors import InputError
from pipeline.grouping import PHRASES_EACH, cuts, gather_alike, halves, silhouette
from pipeline.lineage import inherit, peoples_names
from pipeline.records import (
    Candidate,
    Clustering,
    Identity,
    Phrase,
    Placement,
    Suggestion,
    Title,
    Trial,
    identity_of,
)

METHOD = "3"  # part of every clustering's key: a change in how clusters are made or named needs a new one
FEWEST, MOST = 10, 15  # how many key competences the method asks for
STEADY = 0.01  # the number stays as it was unless another one's silhouette is more than so much better
SHORT = 8  # words of a phrase that may serve as a name, where the candidate has so short a one
TITLES = 3  # names that each candidate is given to choose among
REASONS = ASKED, LITTLE, DECIDED, KEPT, APART = ("asked", "little", "decided", "kept", "apart")
NOTHING_KNOWN = Guidance()


@dataclass(frozen=True)
class Names:
    """Names a person would choose: key competences with unit vectors [k, d]."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    vectors: np.ndarray


@dataclass(frozen=True)
class Division:
    """A cluster number for each row [n], and the grounds for how many there are."""

    labels: np.ndarray
    tried: tuple[Trial, ...]
    reason: str


def cluster(
    suggestions: Sequence[Suggestion],
    vectors: np.ndarray,
    names: Names,
    clusters: int | None = None,
    chains: Mapping[str, str] | None = None,
    guidance: Guidance = NOTHING_KNOWN,
) -> Clustering:
    """Candidates of the suggestions, the one told in most interviews first, and the grounds for their number.

    `vectors` [n, d] are unit vectors of the suggestions; `chains` tells the chain of an interview. `clusters` is how
    many to make; None chooses 10–15 by how well apart they lie, fewer where there is little material, and heeds what
    people have merged and split. Their constraints hold whatever number is asked for.
    """
    if clusters is not None and clusters < 1:
        raise InputError("antall klynger må være minst 1", str(clusters), "Bruk --clusters auto eller et tall.")
    if not suggestions:
        return Clustering(())
    # One order, whatever order the interviews came in.
    order = sorted(range(len(suggestions)), key=lambda i: identity_of(suggestions[i].phrase))
    told, vectors = [suggestions[i] for i in order], vectors[order]
    links = resolve(guidance.constraints, [identity_of(one.phrase) for one in told])
    alike = gather_alike(vectors, links, [_wording(one.phrase.text) for one in told])
    division = _divide(vectors, alike, clusters, guidance, _before(told, guidance.known))
    groups = [np.flatnonzero(division.labels == label) for label in range(int(division.labels.max()) + 1)]
    groups = [_typical_first(vectors, group) for group in groups]
    titles = _titles(told, vectors, groups, names, guidance)
    weights = _weights(told, groups)
    votes = _votes(vectors, groups, names)
    found = [
        replace(
            _candidate(titles[g], [told[i] for i in group], weights[g], chains or {}),
            titles=_possible_titles(votes[g], names),
            second=halves(vectors[group]),
        )
        for g, group in enumerate(groups)
    ]
    ordered = sorted(found, key=lambda c: (-len(c.interviews), -len(c.phrases), c.name))
    return Clustering(tuple(ordered), division.tried, division.reason, 0 if clusters else guidance.shift)


def divide(vectors: np.ndarray, clusters: int | None) -> np.ndarray:
    """A cluster number for each unit vector [n], near-duplicates in the same; None chooses how many."""
    if not len(vectors):
        return np.zeros(0, int)
    return _divide(vectors, gather_alike(vectors, no_links(len(vectors))), clusters, NOTHING_KNOWN).labels


def _before(told: Sequence[Suggestion], known: Sequence[Part]) -> np.ndarray:
    """The place among the known candidates of the one that each phrase was in [n], −1 for new phrases."""
    places = {phrase: place for place, part in enumerate(known) for phrase in part.phrases}
    return np.array([places.get(identity_of(one.phrase), -1) for one in told])


def _divide(
    vectors: np.ndarray, links: Links, clusters: int | None, guidance: Guidance, before: np.ndarray | None = None
) -> Division:
    """The number asked for, else the best of those that the method allows, moved by what people merged and split."""
    options = [clusters] if clusters else _options(len(vectors))
    numbers = [max(option + (0 if clusters else guidance.shift), 1) for option in options]
    labelled = cuts(vectors, links, numbers, before)
    # Constraints may demand more clusters than a number says; what came of it is what was tried.
    found = [int(labels.max()) + 1 for labels in labelled]
    tried = [Trial(count, round(silhouette(vectors, labels), 4)) for count, labels in zip(found, labelled, strict=True)]
    chosen, reason = (0, ASKED) if clusters else _choose(options, tried, guidance)
    return Division(labelled[chosen], tuple(dict.fromkeys(tried)), reason)


def _choose(options: Sequence[int], tried: Sequence[Trial], guidance: Guidance) -> tuple[int, str]:
    """The place of the number to take, and why.

    Where people have merged or split, the number that they did it to stays, so that nothing else changes by it.
    """
    if len(options) == 1:
        return 0, LITTLE
    best = max(range(len(tried)), key=lambda i: tried[i].silhouette)
    if guidance.clusters not in options:
        return best, APART
    same = options.index(guidance.clusters)
    if guidance.constraints:
        return same, DECIDED
    steady = same != best and tried[same].silhouette >= tried[best].silhouette - STEADY
    return (same, KEPT) if steady else (best, APART)


def _options(count: int) -> list[int]:
    most = max(1, count // PHRASES_EACH)
    return [most] if most <= FEWEST else list(range(FEWEST, min(MOST, most) + 1))


def _typical_first(vectors: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The rows of a group, the nearest to its middle first."""
    return group[np.argsort(-(vectors[group] @ vectors[group].mean(axis=0)), kind="stable")]


def _wording(text: str) -> str:
    """What two phrases share that differ in nothing but capitals and punctuation."""
    return " ".join(re.findall(r"\w+", text.lower())) or text


def _titles(
    told: Sequence[Suggestion], vectors: np.ndarray, groups: Sequence[np.ndarray], names: Names, guidance: Guidance
) -> list[tuple[str, str]]:
    """Id and name of each group, typical rows first: a person's name, else the one it had, else new. None twice."""
    members = [frozenset(identity_of(told[i].phrase) for i in group) for group in groups]
    before = inherit(members, guidance.known)
    ids = [part.id if part else "" for part in before]
    titles = _keep_names(members, [part.name if part else "" for part in before], guidance)
    # An id that a candidate once had is not given to another one.
    taken_ids = {*ids, *(part.id for part in guidance.known)}
    typical = [short_name([told[i].phrase.text for i in group]) for group in groups]
    free = _without(names, taken_ids, set(titles))
    new = name_groups(_votes(vectors, groups, free), free, typical)
    for i, (id, name) in enumerate(new):
        titles[i] = titles[i] or unlike(name, titles)
        ids[i] = ids[i] or unused(id, taken_ids)
        taken_ids.add(ids[i])
    return list(zip(ids, titles, strict=True))


def _keep_names(members: Sequence[frozenset[Identity]], before: Sequence[str], guidance: Guidance) -> list[str]:
    """People's names, and where there is none the one from before, if no other group has it.

    Two of the old candidates may have had the same name, each in its time.
    """
    own = peoples_names(members, guidance.named)
    kept: list[str] = []
    for name, old in zip(own, before, strict=True):
        kept.append(name or ("" if old in own or old in kept else old))
    return kept


def unlike(name: str, taken: Sequence[str]) -> str:
    numbered = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)


def _without(names: Names, ids: set[str], titles: set[str]) -> Names:
    """The names that are free as to id and wording."""
    pairs = enumerate(zip(names.ids, names.names, strict=True))
    free = [k for k, (id, name) in pairs if id not in ids and name not in titles]
    return Names(tuple(names.ids[k] for k in free), tuple(names.names[k] for k in free), names.vectors[free])


def _votes(vectors: np.ndarray, groups: Sequence[np.ndarray], names: Names) -> np.ndarray:
    """The share of each group's phrases that lie nearest to each name [g, k]: ranked, since raw cosines crowd."""
    if not names.ids:
        return np.zeros((len(groups), 0))
    nearest = (vectors @ names.vectors.T).argmax(axis=1)
    return np.stack([np.bincount(nearest[group], minlength=len(names.ids)) / len(group) for group in groups])


def _possible_titles(votes: np.ndarray, names: Names) -> tuple[Title, ...]:
    """The names with most votes [k], whether or not another candidate has them."""
    ranked = np.argsort(-votes, kind="stable")[:TITLES]
    return tuple(Title(names.names[k], round(float(votes[k]), 4)) for k in ranked if votes[k] > 0)


def name_groups(votes: np.ndarray, names: Names, typical: Sequence[str]) -> list[tuple[str, str]]:
    """Id and name for each group: the key competence with most `votes` [g, k] there, each given once, else a typical
    wording."""
    titles = [(_slug(text), text) for text in typical]
    named: set[int] = set()
    given: set[int] = set()
    for i, k in zip(*np.unravel_index(np.argsort(-votes, axis=None, kind="stable"), votes.shape), strict=True):
        if votes[i, k] > 0 and i not in named and k not in given:
            named.add(i)
            given.add(k)
            titles[i] = (names.ids[k], names.names[k])
    return titles


def short_name(texts: Sequence[str]) -> str:
    """The most typical text that is short enough for a name, with a capital first; else the most typical one."""
    text = next((text for text in texts if len(text.split()) <= SHORT), texts[0]).strip()
    return text[:1].upper() + text[1:]


def _slug(text: str) -> str:
    """A readable id that two wordings never share."""
    return "-".join([*re.findall(r"\w+", text.lower())[:4], hashlib.sha256(text.encode()).hexdigest()[:6]])


def _weights(told: Sequence[Suggestion], groups: Sequence[np.ndarray]) -> list[float]:
    """For each group the mean, over the interviews that tell of it, of its share of their words on competences."""
    words = np.array([len(one.phrase.text.split()) for one in told])
    spent: Counter[str] = Counter()
    for one, count in zip(told, words, strict=True):
        spent[one.phrase.interview] += int(count)
    weights = []
    for group in groups:
        interviews = {told[i].phrase.interview for i in group}
        shares = sum(words[i] / max(spent[told[i].phrase.interview], 1) for i in group)
        weights.append(round(float(shares) / len(interviews), 4))
    return weights


def _candidate(
    title: tuple[str, str], members: Sequence[Suggestion], weight: float, chains: Mapping[str, str]
) -> Candidate:
    interviews = sorted({member.phrase.interview for member in members})
    return Candidate(
        id=title[0],
        name=title[1],
        positions=mean_positions(members),
        interviews=tuple(interviews),
        phrases=tuple(member.phrase for member in members),
        chains=tuple(sorted({chains.get(interview, "") for interview in interviews} - {""})),
        weight=weight,
    )


def mean_positions(members: Sequence[Suggestion]) -> tuple[Placement, ...]:
    """The mean probability of each position over the members, highest first."""
    totals: dict[str, float] = {}
    for member in members:
        for placement in member.label.positions:
            totals[placement.position] = totals.get(placement.position, 0.0) + placement.probability
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    count = max(sum(bool(member.label.positions) for member in members), 1)
    return tuple(Placement(position, round(total / count, 4)) for position, total in ranked)


def quotes(candidate: Candidate, count: int = 1) -> tuple[Phrase, ...]:
    """The most typical phrases, from as many different interviews as there are."""
    first: dict[str, Phrase] = {}
    for phrase in candidate.phrases:
        first.setdefault(phrase.interview, phrase)
    chosen = list(first.values())[:count]
    rest = [phrase for phrase in candidate.phrases if phrase not in chosen]
    return tuple(chosen + rest[: count - len(chosen)])
