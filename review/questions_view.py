"""Questions for the next interview: those behind the proxies, once each, by the competence that they ask about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from pipeline.records import Phrase
from review.addresses import proxies_address, questions_address
from review.errors import Refused
from review.language import _
from review.proxies_acts import competence_name
from review.proxies_cards import NOTHING_KNOWN, question_behind
from review.proxies_query import QuestionsQuery, questions_filter
from store.interviews import abouts_of
from store.projects import Project
from store.proxies import UNJUDGED, ProxyPage, proxies_of, proxy_page, verdicts_on
from store.proxy_verdicts import PROXY

MOST = 150  # proxies read for a page, of either sort
LONGEST_QUESTION = 2000  # characters
FORMATS = ("txt", "docx")


@dataclass(frozen=True)
class QuestionView:
    """A question and what it gets behind: so many phrases, the first of them quoted. `judged`: a person says so."""

    number: int
    text: str
    quote: str
    interview: str
    others: int
    judged: bool


@dataclass(frozen=True)
class QuestionGroup:
    """Questions about the same competence; `heading` is empty where none is known."""

    heading: str
    questions: tuple[QuestionView, ...]


@dataclass(frozen=True)
class QuestionsView:
    """The whole page; `more`: not all that there are have room on it."""

    action: str
    role: str
    roles: tuple[str, ...]
    unjudged: bool
    groups: tuple[QuestionGroup, ...]
    number: int
    more: bool
    proxies: str


@dataclass(frozen=True)
class Question:
    """A question as an interviewer brings it, below its heading."""

    heading: str
    text: str


@dataclass(frozen=True)
class _Found:
    heading: str
    text: str
    phrase: Phrase
    judged: bool


def questions_page(session: Session, project: Project, asked: QuestionsQuery) -> QuestionsView:
    """The questions behind what people say stands for a competence; if asked for, behind what nobody has judged too."""
    pages = [proxy_page(session, project.id, questions_filter(asked, PROXY), limit=MOST)]
    if asked.uvurderte:
        pages.append(proxy_page(session, project.id, questions_filter(asked, UNJUDGED), limit=MOST))
    groups = _grouped([one for page in pages for one in _questions(session, page)])
    return QuestionsView(
        action=questions_address(project.name, rolle=asked.rolle),
        role=asked.rolle,
        roles=tuple(sorted({role for _name, role, _chain in abouts_of(session, project.id) if role})),
        unjudged=bool(asked.uvurderte),
        groups=groups,
        number=sum(len(group.questions) for group in groups),
        more=any(page.after for page in pages),
        proxies=proxies_address(project.name, rolle=asked.rolle),
    )


def read_questions(form: FormData) -> tuple[tuple[Question, ...], str]:
    """The ticked questions as they were edited, and the format they are asked for in. Refused: there are none."""
    format = str(form.get("format", ""))
    if format not in FORMATS:
        raise Refused(_("filformatet finnes ikke"), format, _("Bruk knappene på siden."))
    ticked = [str(number) for number in form.getlist("med")]
    found = tuple(Question(_line(form, "under", one), _line(form, "sporsmal", one)) for one in ticked)
    questions = tuple(question for question in found if question.text)
    if not questions:
        raise Refused(_("ingen spørsmål er krysset av"), _("Ta med"), _("Kryss av for minst ett, og prøv igjen."))
    return questions, format


def _line(form: FormData, name: str, number: str) -> str:
    """A field's text on one line. Refused where it is too long."""
    text = " ".join(str(form.get(f"{name}-{number}", "")).split())
    if len(text) > LONGEST_QUESTION:
        which = _("%(count)s tegn", count=len(text))
        raise Refused(_("spørsmålet er for langt"), which, _("Bruk høyst %(count)s tegn.", count=LONGEST_QUESTION))
    return "".join(filter(str.isprintable, text))


def _questions(session: Session, page: ProxyPage) -> Iterator[_Found]:
    proxies = proxies_of(session, page.items)
    verdicts = verdicts_on(session, page.items)
    for item in page.items:
        proxy, verdict = proxies.get(item.id, NOTHING_KNOWN), verdicts.get(item.id)
        heading = competence_name(verdict.stands_for) if verdict else proxy.stands_for
        yield _Found(heading, question_behind(item, proxy, verdict), item.phrase, verdict is not None)


def _grouped(found: list[_Found]) -> tuple[QuestionGroup, ...]:
    """By heading, those without one last; each question once, with all that it gets behind."""
    groups: dict[str, dict[str, list[_Found]]] = {}
    for one in sorted(found, key=lambda one: (not one.heading, one.heading)):
        groups.setdefault(one.heading, {}).setdefault(one.text.casefold(), []).append(one)
    numbers = iter(range(1, len(found) + 1))
    return tuple(
        QuestionGroup(heading, tuple(_view(next(numbers), same) for same in questions.values()))
        for heading, questions in groups.items()
    )


def _view(number: int, same: list[_Found]) -> QuestionView:
    first = same[0]
    judged = any(one.judged for one in same)
    return QuestionView(number, first.text, first.phrase.text, first.phrase.interview, len(same) - 1, judged)
