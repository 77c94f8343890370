"""The front page: every project and how far it is, and the form that makes a new one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Form
from pydantic import BaseModel
from sqlalchemy.orm import Session

from review.addresses import project_address, upload_address
from review.errors import Refused
from review.language import _
from review.stages import STAGES, stage_of
from review.wording import day_and_time, percent
from store.activity import last_activities
from store.interview_lines import InterviewLine, lines_of_all
from store.progress import at_work
from store.projects import Project, create_project, find_project, list_projects

LONGEST = 80  # characters of a name
MOST_ROLES = 20
BETWEEN_ROLES = re.compile(r"[,;\n\r]")


class ProjectForm(BaseModel):
    """A new project as somebody wrote it; roles with commas between."""

    navn: str = ""
    roller: str = ""


SentProject = Annotated[ProjectForm, Form()]


@dataclass(frozen=True)
class StageCount:
    """How many of a project's interviews are at a stage, and the list of them."""

    stage: str
    title: str
    address: str
    interviews: int


@dataclass(frozen=True)
class ProjectLine:
    """A project on the front page; `stages` are those that have interviews. `share` of its phrases are decided."""

    name: str
    address: str
    roles: str
    interviews: int
    stages: tuple[StageCount, ...]
    phrases: int
    decided: int
    share: str
    activity: str


def front_page(session: Session) -> tuple[ProjectLine, ...]:
    """Every project, the one where something happened last first."""
    moments, lines, busy = last_activities(session), lines_of_all(session), at_work(session)
    newest_first = sorted(list_projects(session), key=lambda project: moments[project.id], reverse=True)
    return tuple(_line(one, lines.get(one.id, []), busy, moments[one.id]) for one in newest_first)


def make_project(session: Session, form: ProjectForm) -> Project:
    """A new project. Refused where its name or roles cannot be used."""
    name, roles = " ".join(form.navn.split()), read_roles(form.roller)
    check_title(name, _("Navn"))
    if not name.strip("."):  # browsers take `/prosjekt/..` for another address
        raise Refused(_("navnet har ingen bokstaver eller tall"), name, _("Gi prosjektet et annet navn."))
    if find_project(session, name):
        raise Refused(_("det finnes alt et prosjekt med dette navnet"), name, _("Velg et annet navn."))
    if not roles:
        raise Refused(_("roller mangler"), _("Roller"), _("Skriv minst én rolle, for eksempel butikksjef."))
    if len(roles) > MOST_ROLES:
        which = _("%(count)s roller", count=len(roles))
        raise Refused(_("det er for mange roller"), which, _("Bruk høyst %(count)s.", count=MOST_ROLES))
    for role in roles:
        check_title(role, _("Roller"))
    return create_project(session, name, roles)


def read_roles(text: str) -> tuple[str, ...]:
    """`butikksjef, selger` → both, each once."""
    named = (" ".join(role.split()) for role in BETWEEN_ROLES.split(text))
    return tuple(dict.fromkeys(role for role in named if role))


def check_title(title: str, field: str) -> None:
    """Refused where it cannot be what something is called."""
    if not title:
        raise Refused(_("navnet mangler"), field, _("Gi prosjektet et navn."))
    if len(title) > LONGEST:
        raise Refused(_("navnet er for langt"), field, _("Bruk høyst %(count)s tegn.", count=LONGEST))
    if not title.isprintable():
        raise Refused(_("navnet har tegn som ikke kan vises"), field, _("Skriv navnet med vanlige tegn."))


def _line(project: Project, lines: Sequence[InterviewLine], busy: frozenset[int], moment: datetime) -> ProjectLine:
    numbers = Counter(stage_of(line, line.id in busy) for line in lines)
    phrases, decided = sum(line.phrases for line in lines), sum(line.decided for line in lines)
    return ProjectLine(
        name=project.name,
        address=project_address(project.name),
        roles=", ".join(project.roles),
        interviews=len(lines),
        stages=tuple(
            StageCount(stage, _(title), upload_address(project.name, tilstand=stage), numbers[stage])
            for stage, title in STAGES.items()
            if numbers[stage]
        ),
        phrases=phrases,
        decided=decided,
        share=percent(decided / phrases) if phrases else "–",
        activity=day_and_time(moment),
    )
