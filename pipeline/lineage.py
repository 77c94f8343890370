"""Which new candidate is which of the old ones, so that ids and names stay where members stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.edits import Part
from pipeline.records import Identity

MOST = 0.5  # of the old one's members that are still there, or of the new one's that were somewhere before


def inherit(groups: Sequence[frozenset[Identity]], known: Sequence[Part]) -> list[Part | None]:
    """For each group the old candidate that it is, one to one so that as many members as possible stay; else None.

    A group is an old candidate only with most of its surviving members, or where most of its own come from there.
    """
    shared = np.array([[len(group.intersection(part.phrases)) for part in known] for group in groups], float)
    shared = shared.reshape(len(groups), len(known))
    found: list[Part | None] = [None] * len(groups)
    for i, k in zip(*linear_sum_assignment(-shared), strict=True):
        if shared[i, k] > 0 and shared[i, k] >= MOST * min(shared[i].sum(), shared[:, k].sum()):
            found[i] = known[k]
    return found


def peoples_names(groups: Sequence[frozenset[Identity]], named: Sequence[Part]) -> list[str]:
    """For each group the newest of people's names whose phrases lie mostly in it, else an empty one; none twice."""
    found = [""] * len(groups)
    for part in named:
        shared = [len(group.intersection(part.phrases)) for group in groups]
        most = int(np.argmax(shared)) if shared else 0
        if shared and shared[most] and not found[most] and part.name not in found:
            found[most] = part.name
    return found
