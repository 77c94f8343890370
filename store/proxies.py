"""What may stand in for a competence, as things stand: the phrases that are traits, tasks or education, and verdicts.

What people took out of the coding, or said to be a competence, is none of them. What a phrase stands for is here what
the model says; the verdict on it may say something else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, tuple_
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from pipeline.records import PROXY_KINDS, Proxy
from store.projection import Span
from store.proxy_verdicts import ProxyVerdict, holding_verdicts, verdict_in
from store.review_items import REJECTED, ReviewItem, items_numbered
from store.tables import InterviewRow, ProxyVerdictRow, ReviewItemRow, SuggestionRow

UNJUDGED = "unjudged"
KIND, COMPETENCE = GROUPINGS = ("kind", "competence")
# Word for word as in the index `ix_review_items_standing_in`, or SQLite would not take it.
STANDING_IN = sql("review_items.category IN ('trait', 'task', 'education') AND review_items.state <> 'rejected'")


@dataclass(frozen=True)
class ProxyFilter:
    """Which of them: all that fit everything that is given. `interview` is a name.

    `stands_for` is a competence's name as the model says it, empty where it says none, None for any. `verdict` is one
    of `VERDICTS`, or `UNJUDGED`.
    """

    kind: str = ""
    stands_for: str | None = None
    role: str = ""
    chain: str = ""
    interview: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class ProxyCount:
    """How many phrases of a kind the model says to stand for this competence; how many of them have each verdict."""

    stands_for: str
    kind: str
    all: int
    verdicts: Mapping[str, int]

    @property
    def open(self) -> int:
        return self.all - sum(self.verdicts.values())


@dataclass(frozen=True)
class ProxyPage:
    """Some of the phrases in order, and whether there are more of them before and after."""

    items: tuple[ReviewItem, ...]
    before: bool
    after: bool


EVERY_PROXY = ProxyFilter()


def count_proxies(session: Session, project_id: int, wanted: ProxyFilter = EVERY_PROXY) -> tuple[ProxyCount, ...]:
    """How many there are of each combination of competence and kind, whatever the verdict."""
    row = ReviewItemRow
    groups = (row.stands_for, row.category, row.proxy, row.suggested)  # as in the index, so that nothing is sorted
    counts = _matching(project_id, wanted, *groups, func.count()).group_by(*groups)
    judged = _matching(project_id, wanted, *groups, ProxyVerdictRow.verdict, func.count())
    judged = judged.join(ProxyVerdictRow, and_(*_same_phrase())).where(holding_verdicts())
    all_of: Counter[tuple[str, str]] = Counter()
    verdicts_of: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for stands_for, category, proxy, suggested, number in session.execute(counts):
        all_of[stands_for, _kind_in(category, proxy, suggested)] += number
    for stands_for, category, proxy, suggested, verdict, number in session.execute(
        judged.group_by(*groups, ProxyVerdictRow.verdict)
    ):
        verdicts_of[stands_for, _kind_in(category, proxy, suggested)][verdict] += number
    return tuple(ProxyCount(*key, all_of[key], verdicts_of[key]) for key in sorted(all_of))


def proxy_page(
    session: Session,
    project_id: int,
    wanted: ProxyFilter = EVERY_PROXY,
    by: str = COMPETENCE,
    limit: int = 25,
    after: int = 0,
    before: int = 0,
) -> ProxyPage:
    """Those that follow the phrase of the id `after`, or come before `before`, in order: by group, then as spoken.

    A page begins at a phrase and not after so many, since those with a verdict may leave the list meanwhile. It is the
    first one where there is no such phrase.
    """
    order = _order(by)
    ids = _with_verdict(_matching(project_id, wanted, ReviewItemRow.id), wanted.verdict)
    edge = session.execute(select(*order).where(ReviewItemRow.id == (before or after))).one_or_none()
    backward = edge is not None and bool(before)
    if edge is not None:
        ids = ids.where(tuple_(*order) < tuple_(*edge) if backward else tuple_(*order) > tuple_(*edge))
    found = session.scalars(ids.order_by(*(one.desc() if backward else one for one in order)).limit(limit + 1)).all()
    more, shown = len(found) > limit, found[:limit]
    items = items_numbered(session, shown[::-1] if backward else shown)
    return ProxyPage(items, before=more if backward else edge is not None, after=backward or more)


def proxies_of(session: Session, items: Collection[ReviewItem]) -> dict[int, Proxy]:
    """What the newest coding says of these phrases as proxies, by the id of the item, of those that it says one of."""
    row, item = SuggestionRow, ReviewItemRow
    same = and_(row.coding_id == item.coding_id, row.ordinal == item.ordinal)
    rows = select(item.id, row.proxy).join(row, same).where(item.id.in_([one.id for one in items]))
    return {item_id: Proxy(**proxy) for item_id, proxy in session.execute(rows) if proxy}


def verdicts_on(session: Session, items: Collection[ReviewItem]) -> dict[int, ProxyVerdict]:
    """The verdict that holds on each of these phrases that has one, by the id of the item."""
    names = {item.id: item.phrase.interview for item in items}
    rows = select(ReviewItemRow.id, ProxyVerdictRow).join(ProxyVerdictRow, and_(*_same_phrase()))
    found = session.execute(rows.where(ReviewItemRow.id.in_(names), holding_verdicts()))
    return {item_id: verdict_in(row, names[item_id]) for item_id, row in found}


def told_in(session: Session, wordings: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of the wordings, each by the id of an interview, that are phrases found in that interview."""
    interviews, texts = ({wording[i] for wording in wordings} for i in (0, 1))
    row = ReviewItemRow
    rows = select(row.interview_id, row.text).where(row.interview_id.in_(interviews), row.text.in_(texts))
    return {(interview_id, text) for interview_id, text in session.execute(rows)} & set(wordings)


def is_proxy(item: ReviewItem) -> bool:
    """Whether a phrase may stand in for a competence, as things stand."""
    return item.category in PROXY_KINDS and item.state != REJECTED


def kind_of(item: ReviewItem) -> str:
    """One of `PROXY_KINDS`: what the model says, unless a person says it is of another category."""
    return _kind_in(item.category, item.proxy, item.suggested)


def _kind_in(category: str, proxy: str, suggested: str) -> str:
    return proxy if proxy and suggested == category else category


def _kind() -> ColumnElement[str]:
    row = ReviewItemRow
    return case((and_(row.proxy != "", row.suggested == row.category), row.proxy), else_=row.category)


def _order(by: str) -> Sequence[Any]:
    spoken = [getattr(ReviewItemRow, name) for name in Span._fields]
    return (_kind() if by == KIND else ReviewItemRow.stands_for, *spoken)


def _matching(project_id: int, wanted: ProxyFilter, *columns: Any) -> Select[Any]:
    """The columns of all that fit, whatever the verdict."""
    query = select(*columns).select_from(ReviewItemRow).where(ReviewItemRow.project_id == project_id, STANDING_IN)
    if wanted.kind:
        query = query.where(_kind() == wanted.kind)
    if wanted.stands_for is not None:
        # An equation would make SQLite prefer the index of the category, and read all that are not for this competence.
        query = query.where(ReviewItemRow.stands_for.between(wanted.stands_for, wanted.stands_for))
    about = {"name": wanted.interview, "role": wanted.role, "chain": wanted.chain}
    if given := {column: value for column, value in about.items() if value}:
        interviews = select(InterviewRow.id).where(InterviewRow.project_id == project_id).filter_by(**given)
        query = query.where(ReviewItemRow.interview_id.in_(interviews))
    return query


def _with_verdict(query: Select[Any], verdict: str) -> Select[Any]:
    if not verdict:
        return query
    judged = exists().where(*_same_phrase(), holding_verdicts())
    return query.where(~judged if verdict == UNJUDGED else judged.where(ProxyVerdictRow.verdict == verdict))


def _same_phrase() -> list[ColumnElement[bool]]:
    names = ("project_id", *Span._fields)
    return [getattr(ProxyVerdictRow, name) == getattr(ReviewItemRow, name) for name in names]
