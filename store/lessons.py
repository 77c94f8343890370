"""What a project learns from: its people's decisions, and those of the projects that it was told to learn from."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pipeline.learning import Decided
from pipeline.records import Identity
from pipeline.review_order import is_unbiased
from store.decisions import REJECT, Decision, current_decisions
from store.interviews import list_interviews
from store.projects import learns_from


def review_seed(project_id: int) -> str:
    """What the random tenth of a project is drawn by, for `pipeline.review_order`."""
    return f"project-{project_id}"


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
    """What people decided on each phrase, by its identity; what they rejected is of category `none`."""
    roles = {interview.name: interview.role for interview in list_interviews(session, project_id)}
    current = sorted(current_decisions(session, project_id).items())
    return {identity: _decided(decision, roles[identity.interview]) for identity, decision in current}


def _decided(decision: Decision, role: str) -> Decided:
    choice = decision.choice
    if choice.action == REJECT:
        return Decided(decision.phrase.text, "none", (), role)
    return Decided(decision.phrase.text, choice.category, choice.positions, role)
