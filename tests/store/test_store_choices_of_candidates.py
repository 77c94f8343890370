from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from store.candidate_choices import choice_history, choices_of, choose
from store.projects import Project, create_project


def test_choice_is_kept_as_it_was_made(session: Session, project: Project) -> None:
    """A choice comes back with its texts and its person."""
    made = choose(session, project.id, "c1", True, " Kari ", why="Det bærer rollen.", what="Å se folk.")
    assert (made.candidate, made.chosen, made.why, made.what, made.person) == (
        "c1",
        True,
        "Det bærer rollen.",
        "Å se folk.",
        "Kari",
    )
    assert choices_of(session, project.id) == {"c1": made}


def test_newest_choice_holds(session: Session, project: Project) -> None:
    """Of a candidate the newest choice holds, and the older ones stay in the history."""
    first = choose(session, project.id, "c1", True, "Kari")
    other = choose(session, project.id, "c2", True, "Kari")
    last = choose(session, project.id, "c1", False, "Ola")
    assert choices_of(session, project.id) == {"c1": last, "c2": other}
    assert choice_history(session, project.id) == (first, other, last)
    assert choice_history(session, project.id, "c1") == (first, last)


def test_projects_do_not_see_each_others_choices(session: Session, project: Project) -> None:
    """Choices belong to their project."""
    choose(session, project.id, "c1", True, "Kari")
    other = create_project(session, "Sykehjem", ())
    assert choices_of(session, other.id) == {}
    assert choice_history(session, other.id) == ()


def test_choice_by_nobody_is_refused(session: Session, project: Project) -> None:
    """Who chooses must be named."""
    with pytest.raises(InputError, match="navn"):
        choose(session, project.id, "c1", True, " ")
    assert choices_of(session, project.id) == {}
