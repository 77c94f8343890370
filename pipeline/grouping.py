"""Group vectors by meaning: near-duplicates first, then a tree that heeds people's constraints, cut at a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipeline.constraints import Links, no_links
from pipeline.heads import unit

ALIKE = 0.9  # near-duplicates: so far on the way from the material's mean cosine to 1, since raw cosines crowd
PHRASES_EACH = 3  # up to about so many phrases are gathered by mean likeness, from there on into even clusters
AT_ONCE = 14_000  # groups that one tree is grown over, 4 bytes for each pair; of more, the rest join what is nearest
BLOCK = 2000
ROUNDS = 20  # of moving groups to where they lie nearest; nearly all are done after a few

Merges = list[tuple[int, int]]  # the second joins the first, in this order
Costs = Callable[[np.ndarray, np.ndarray], np.ndarray]
Update = Callable[[np.ndarray, np.ndarray, np.ndarray, int, int], np.ndarray]


@dataclass(frozen=True)
class Tree:
    """How groups of rows [n] join, the nearest first, until one is left or constraints forbid the rest."""

    groups: np.ndarray
    count: int
    merges: Merges

    def cut(self, clusters: int) -> np.ndarray:
        """A cluster number for each row [n], from 0: more than asked where constraints demand it."""
        return _labels(self.count, self.merges[: max(self.count - clusters, 0)])[1][self.groups]


def gather_alike(vectors: np.ndarray, links: Links, wordings: Sequence[str] | None = None) -> Links:
    """The links with near-duplicates together: same wording, or a phrase and its nearest above `ALIKE`.

    Where people hold some of a chain of near-duplicates apart, the chain is left as it was.
    """
    rows = np.arange(len(vectors))
    nearest = _near_duplicates(vectors)
    pairs = [(rows, nearest)]
    if wordings is not None:
        _, first, same = np.unique(np.array(wordings, dtype=object), return_index=True, return_inverse=True)
        pairs.append((rows, first[same]))
    one, other = (links.groups[np.concatenate(side)] for side in zip(*pairs, strict=True))
    graph = coo_matrix((np.ones(len(one)), (one, other)), shape=(links.count, links.count))
    _, found = connected_components(graph, directed=False)
    torn = found[links.apart[:, 0]] == found[links.apart[:, 1]]
    broken = np.isin(found, found[links.apart[torn, 0]])
    merged = np.where(broken, links.count + np.arange(links.count), found)
    _, merged = np.unique(merged, return_inverse=True)
    return Links(merged[links.groups], np.unique(merged[links.apart], axis=0))


def _near_duplicates(vectors: np.ndarray) -> np.ndarray:
    """For each row [n] its nearest other row where that is a near-duplicate, else itself."""
    count = len(vectors)
    found = np.arange(count)
    if count < 2:
        return found
    mean = (float(np.square(vectors.sum(axis=0, dtype=float)).sum()) - count) / (count * (count - 1))
    least = min(mean + ALIKE * (1 - mean), 1 - 1e-5)
    for start in range(0, count, BLOCK):
        likeness = vectors[start : start + BLOCK] @ vectors.T
        rows = np.arange(len(likeness))
        likeness[rows, start + rows] = -1.0
        nearest = likeness.argmax(axis=1)
        alike = likeness[rows, nearest] >= least
        found[start + rows[alike]] = nearest[alike]
    return found


def cuts(
    vectors: np.ndarray, links: Links, numbers: Sequence[int], before: np.ndarray | None = None
) -> list[np.ndarray]:
    """For each number of clusters a label for each row [n]. Rows are unit vectors [n, d]; constraints always hold.

    `before` are the clusters that the rows were in, −1 for new ones. At their number they are where the search starts,
    in place of the tree, so that little changes where little is new.
    """
    inside = _inside(links)
    known, groups = np.unique(links.groups[inside], return_inverse=True)
    tree = grow(vectors[inside], Links(groups, np.searchsorted(known, links.apart)))
    found = [_spread(vectors, inside, tree.cut(number)) for number in numbers]
    start = _carried_on(vectors, links, before) if before is not None else None
    if start is not None and (count := int(start.max()) + 1) in numbers:
        found[list(numbers).index(count)] = start
    return [polish(vectors, links, labels) for labels in found]


def _carried_on(vectors: np.ndarray, links: Links, before: np.ndarray) -> np.ndarray | None:
    """The clusters of before with the new rows where they are nearest; None where constraints forbid them."""
    old = before >= 0
    if not old.any():
        return None
    _, labels = np.unique(before[old], return_inverse=True)
    count = int(labels.max()) + 1
    nearest = _sums(vectors, links.groups, links.count) @ unit(_sums(vectors[old], labels, count)).T
    votes = np.zeros((links.count, count))
    np.add.at(votes, (links.groups[old], labels), 1)
    chosen = np.where(votes.any(axis=1), votes.argmax(axis=1), nearest.argmax(axis=1))
    torn = chosen[links.apart[:, 0]] == chosen[links.apart[:, 1]]
    return None if torn.any() or len(np.unique(chosen)) < count else chosen[links.groups]


def polish(vectors: np.ndarray, links: Links, labels: np.ndarray) -> np.ndarray:
    """The labels [n] after each group has moved to the cluster whose middle it lies nearest, until none does.

    A tree cannot take back an early merge; this can. Of each two groups that are kept apart one stays where it is, and
    the other never moves there. It stops before a cluster would be left empty.
    """
    count = int(labels.max(initial=-1)) + 1
    sums = _sums(vectors, links.groups, links.count)
    now = np.zeros(links.count, int)
    now[links.groups] = labels
    stays = _stays(links)
    closed = np.zeros((links.count, count), bool)
    for one, other in (links.apart.T, links.apart.T[::-1]):
        closed[other[stays[one]], now[one[stays[one]]]] = True
    for _ in range(ROUNDS):
        likeness = sums @ unit(_sums(sums, now, count)).T
        likeness[closed] = -np.inf
        moved = np.where(stays, now, likeness.argmax(axis=1)) if count else now
        if (moved == now).all() or len(np.unique(moved)) < count:
            break
        now = moved
    return now[links.groups]


def halves(vectors: np.ndarray) -> tuple[int, ...]:
    """Which rows would go out where unit vectors [n, d] were divided in two: those not with the first; maybe none.

    The two sides of the direction in which the rows differ most, then as `polish` has it.
    """
    if len(vectors) < 2:
        return ()
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    labels = (centred @ directions[:, -1] > 0).astype(int)
    if labels.min() == labels.max():
        return ()
    labels = polish(vectors, no_links(len(vectors)), labels)
    return tuple(np.flatnonzero(labels != labels[0]).tolist())


def _stays(links: Links) -> np.ndarray:
    """One group at least of each pair that is kept apart [m]: the one in most pairs, so that few stay."""
    pairs = np.bincount(links.apart.ravel(), minlength=links.count)
    one, other = links.apart.T
    stays = np.zeros(links.count, bool)
    stays[np.where(pairs[one] >= pairs[other], one, other)] = True
    return stays


def _inside(links: Links) -> np.ndarray:
    """Which rows [n] the tree is grown over: all, or of too many those under constraints and some of the rest."""
    if links.count <= AT_ONCE:
        return np.ones(len(links.groups), bool)
    first = np.random.default_rng(0).permutation(links.count)
    first = np.concatenate([np.unique(links.apart), first[~np.isin(first, links.apart)]])
    return np.isin(links.groups, first[:AT_ONCE])


def _spread(vectors: np.ndarray, inside: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Labels for all rows: those outside take that of the nearest cluster."""
    if inside.all():
        return labels
    centres = unit(_sums(vectors[inside], labels, int(labels.max()) + 1))
    spread = (vectors @ centres.T).argmax(axis=1)
    spread[inside] = labels
    return spread


def grow(vectors: np.ndarray, links: Links) -> Tree:
    """The tree over unit vectors [n, d]; a group counts as many times as it has rows.

    Average linkage gathers phrases into small groups, which it does best, but from there on lets one cluster swallow
    the rest; so the small groups are joined by Ward's criterion, which makes clusters of like size. Both are exact,
    by the update formula of Lance and Williams (1967). A pair that is kept apart costs infinitely much, and so does
    all that either of the two is part of.
    """
    sums = _sums(vectors, links.groups, links.count)
    sizes = np.bincount(links.groups, minlength=links.count).astype(np.float32)
    small = max(len(vectors) // PHRASES_EACH, 1)
    tree = Tree(links.groups, links.count, [])
    tree = _grow_on(tree, sums, sizes, links.apart, _average_costs, _average, small)
    return _grow_on(tree, sums, sizes, links.apart, _ward_costs, _ward, 1)


def _grow_on(
    tree: Tree, sums: np.ndarray, sizes: np.ndarray, apart: np.ndarray, costs: Costs, update: Update, until: int
) -> Tree:
    """The tree with the merges by this criterion until so many groups are left."""
    kept, labels = _labels(tree.count, tree.merges)
    sums = _sums(sums, labels, len(kept))
    sizes = np.bincount(labels, weights=sizes, minlength=len(kept)).astype(np.float32)
    merges = _join(costs(sums, sizes), sizes, labels[apart], update, until)
    return Tree(tree.groups, tree.count, tree.merges + [(int(kept[i]), int(kept[j])) for i, j in merges])


def _sums(vectors: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """The sum of the vectors of each label [count, d]."""
    rows = np.arange(len(labels))
    members = coo_matrix((np.ones(len(labels), vectors.dtype), (labels, rows)), shape=(count, len(labels))).tocsr()
    return np.asarray(members @ vectors)


def _labels(count: int, merges: Merges) -> tuple[np.ndarray, np.ndarray]:
    """Which groups are left after the merges, and for each group [count] the place of the one it is part of."""
    root = np.arange(count)
    for home, gone in reversed(merges):
        root[gone] = root[home]
    return np.unique(root, return_inverse=True)


def _join(costs: np.ndarray, sizes: np.ndarray, apart: np.ndarray, update: Update, until: int) -> Merges:
    """The cheapest merges one by one until so many groups are left or only what is kept apart. Spends `costs` [m, m].

    Neither update makes a merged group cheaper to join than both its parts were, so that a group's cheapest partner
    is looked for again only where that partner was merged.
    """
    np.fill_diagonal(costs, np.inf)
    costs[apart[:, 0], apart[:, 1]] = costs[apart[:, 1], apart[:, 0]] = np.inf
    partner = costs.argmin(axis=1) if len(costs) else np.zeros(0, int)
    least, sizes = costs[np.arange(len(costs)), partner], sizes.copy()
    merges: Merges = []
    while len(costs) - len(merges) > until:
        first = int(least.argmin())
        if not np.isfinite(least[first]):
            break
        i, j = sorted((first, int(partner[first])))
        merges.append((i, j))
        row = update(costs[i], costs[j], sizes, i, j)
        row[[i, j]] = np.inf
        costs[i], costs[:, i], costs[:, j] = row, row, np.inf
        sizes[i] += sizes[j]
        stale = np.flatnonzero((partner == i) | (partner == j))
        partner[stale] = costs[stale].argmin(axis=1)
        least[stale] = costs[stale, partner[stale]]
        least[j] = np.inf
        partner[j] = j
    return merges


def _average_costs(sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """One less the mean cosine between the members of each two groups [m, m]."""
    centres = (sums / sizes[:, None]).astype(np.float32)
    costs = centres @ centres.T
    return np.subtract(1, costs, out=costs)


def _average(one: np.ndarray, other: np.ndarray, sizes: np.ndarray, i: int, j: int) -> np.ndarray:
    return (sizes[i] * one + sizes[j] * other) / (sizes[i] + sizes[j])


def _ward_costs(sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """How much the squared distances to the centres grow where two groups become one [m, m]."""
    centres = (sums / sizes[:, None]).astype(np.float32)
    lengths = np.square(centres).sum(axis=1)
    squared = np.maximum(lengths[:, None] + lengths - 2 * centres @ centres.T, 0)
    return squared * (sizes[:, None] * sizes / (sizes[:, None] + sizes))


def _ward(one: np.ndarray, other: np.ndarray, sizes: np.ndarray, i: int, j: int) -> np.ndarray:
    grown = (sizes + sizes[i]) * one + (sizes + sizes[j]) * other - sizes * one[j]
    return grown / (sizes + sizes[i] + sizes[j])


def silhouette(vectors: np.ndarray, labels: np.ndarray) -> float:
    """How well apart the clusters lie, −1 to 1: the mean silhouette of all rows by cosine distance, exactly.

    Unit vectors [n, d] need no distance between each two rows: their mean cosine to a cluster is that to its sum.
    """
    sizes = np.bincount(labels)
    if not 1 < len(sizes) < len(labels):
        return -1.0
    rows = np.arange(len(labels))
    total = vectors @ _sums(vectors, labels, len(sizes)).T
    own = 1 - (total[rows, labels] - 1) / np.maximum(sizes[labels] - 1, 1)
    distances = 1 - total / sizes
    distances[rows, labels] = np.inf
    other = distances.min(axis=1)
    widths = np.where(sizes[labels] > 1, (other - own) / np.maximum(np.maximum(own, other), 1e-12), 0.0)
    return float(widths.mean())
