"""What a project learns from: its people's decisions, and those of the projects that it was told to learn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy.orm import Session

from pipeline.learning import Decided
from pipeline.records import Identity
from pipeline.review_order import is_unbiased
from store.decisions import REJECT, Decision, current_decisions
from store.interviews import list_interviews
from store.projection import review_seed as review_seed
from store.projects import learns_from


def lessons_of(session: Session, project_id: int) -> tuple[Decided, ...]:
    """The decisions in force that teach the project, its own first; none on its own random tenth.

    A phrase of another project with an identity in the tenth is left out too: it may be the same interview.
    """
    seed = review_seed(project_id)
    return tuple(
        decided
        for source in (project_id, *learns_from(session, project_id))
        for identity, decided in decided_phrases(session, source).items()
        if not is_unbiased(identity, seed)
    )


def decided_phrases(session: Session, project_id: int) -> dict[Identity, Decided]:
    """What people decided on each phrase, by its identity; what they rejected is of category `none`.

    A rejected phrase with words that a person found something in is left out: it was only cut wrongly.
    """
    roles = {interview.name: interview.role for interview in list_interviews(session, project_id)}
    current = dict(sorted(current_decisions(session, project_id).items()))
    found = _spans_by_turn(identity for identity, decision in current.items() if decision.choice.action != REJECT)
    return {
        identity: _decided(decision, roles[identity.interview])
        for identity, decision in current.items()
        if decision.choice.action != REJECT or not _overlaps(identity, found)
    }


def _spans_by_turn(identities: Iterable[Identity]) -> dict[tuple[str, int], list[Identity]]:
    by_turn: dict[tuple[str, int], list[Identity]] = defaultdict(list)
    for identity in identities:
        by_turn[identity.interview, identity.turn].append(identity)
    return by_turn


def _overlaps(identity: Identity, by_turn: Mapping[tuple[str, int], Collection[Identity]]) -> bool:
    others = by_turn.get((identity.interview, identity.turn), ())
    return any(other.start < identity.end and identity.start < other.end for other in others)


def _decided(decision: Decision, role: str) -> Decided:
    choice = decision.choice
    if choice.action == REJECT:
        return Decided(decision.phrase.text, "none", (), role)
    return Decided(decision.phrase.text, choice.category, choice.positions, role)
