"""Accept many suggestions at once: which ones, how sure the model is of them, and what it has been worth so far.

The form carries what was shown by its ids, so that nothing is accepted that the page did not show: what somebody has
decided since, and what a newer coding says otherwise, is left as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from pipeline.review_order import Agreement
from review.addresses import queue_address
from review.errors import Refused
from review.language import _
from review.quality import quality_of
from review.queue_cards import Visit
from review.queue_query import BulkForm, BulkQuery, bulk_filter
from review.queue_view import Filters, filters_of
from review.wording import Quote, percent, quote_in, targets, term
from store.decisions import APPROVE, Choice, decide_all, standing_in, undo_batch
from store.projection import lock_interviews
from store.results import newest_coding
from store.review_items import DECIDED, OPEN, SUREST, Filter, ReviewItem, count_items, find_ids, items_among
from store.shown import turns_around

MOST = 2000  # suggestions at once
PAGE_SIZE = 50
ACCEPT, UNDO = "godkjenn", "angre"


@dataclass(frozen=True)
class BulkRow:
    """A suggestion that is to be accepted, unless it is left out; `since` is what became of it meanwhile."""

    id: int
    quote: Quote
    interview: str
    target: str
    category: str
    probability: str
    position_probability: str
    safe: bool
    left_out: bool
    since: str


@dataclass(frozen=True)
class Measured:
    """What people decided on the random tenth, of suggestions as probable: share that was right, and its interval."""

    share: str
    low: str
    high: str
    decisions: int


@dataclass(frozen=True)
class BulkView:
    """The page. `taken` of `total` suggestions are accepted, `left_out` of them not, wherever they are in the list.

    `selection` and `coding` go with the form, as do those left out on other pages: `elsewhere`. `batch` was accepted
    just now, and `standing` of it are not undone.
    """

    action: str
    queue: str
    asked: BulkQuery
    filters: Filters
    rows: tuple[BulkRow, ...]
    total: int
    taken: int
    safe: int
    left_out: int
    selection: str
    coding: int
    elsewhere: tuple[int, ...]
    page: int
    pages: int
    category: Measured | None
    position: Measured | None
    batch: str
    standing: int


def bulk_page(visit: Visit, asked: BulkQuery, form: BulkForm | None = None) -> BulkView:
    """The suggestions of the selection, or those that the form carries, on the page that it asks for."""
    session, project_id = visit.session, visit.project.id
    wanted = bulk_filter(asked)
    ids = selected(form.utvalg) if form else tuple(find_ids(session, project_id, wanted, SUREST, MOST))
    coding = form.koding if form else newest_coding(session)
    pages = max(1, -(-len(ids) // PAGE_SIZE))
    page = min(form.page, pages) if form else 1
    left_out = set(form.uten) & set(ids) if form else set()
    shown = ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    quality = quality_of(session, project_id, _measuring(wanted))
    counted = count_items(session, project_id, ("safe",), wanted)
    return BulkView(
        action=visit.address(),
        queue=queue_address(visit.project.name, **asked.asked(fra="", plassfra="", trygge="")),
        asked=asked,
        filters=filters_of(visit),
        rows=_rows(session, project_id, shown, coding, left_out),
        total=sum(counted.values()),
        taken=len(ids),
        safe=counted.get((True,), 0),
        left_out=len(left_out),
        selection=" ".join(map(str, ids)),
        coding=coding,
        elsewhere=tuple(sorted(left_out - set(shown))),
        page=page,
        pages=pages,
        category=_measured(quality.category),
        position=_measured(quality.position),
        batch=asked.gruppe,
        standing=standing_in(session, project_id, asked.gruppe) if asked.gruppe else 0,
    )


def act_together(session: Session, project_id: int, person: str, form: BulkForm) -> dict[str, object]:
    """Accepts or undoes what the form asks for, as one batch; what the page is to tell of it, by its query."""
    if form.handling == ACCEPT:
        return _accept(session, project_id, person, form)
    if form.handling == UNDO:
        undone = undo_batch(session, project_id, form.gruppe, person)
        return {"angret": len(undone.undos), "latt": len(undone.decided_since)}
    raise Refused(_("ukjent handling"), form.handling, _("Bruk knappene på siden."))


def _accept(session: Session, project_id: int, person: str, form: BulkForm) -> dict[str, object]:
    """Approves what the form carries and does not leave out, where it still is as it was shown."""
    ids = set(selected(form.utvalg)) - set(form.uten)
    if not ids:
        raise Refused(_("ingen forslag er valgt"), "0", _("La minst ett forslag være med."))
    lock_interviews(session, {item.interview_id for item in items_among(session, project_id, ids)})
    ready = [item for item in items_among(session, project_id, ids) if _is_as_shown(item, form.koding)]
    made = [(item.phrase, Choice(APPROVE, person, item.category, item.positions)) for item in ready]
    batch = decide_all(session, project_id, made) if made else ""
    return {"gruppe": batch, "latt": len(ids) - len(made)}


def selected(text: str) -> tuple[int, ...]:
    """The ids that a form carries, without repetition; what makes no sense is left out."""
    parts = [part for part in text.split() if part.isascii() and part.isdigit() and len(part) < 16]
    return tuple(dict.fromkeys(map(int, parts)))[:MOST]


def _measuring(wanted: Filter) -> Filter:
    """The random tenth, as probable. Whatever it was decided to be: else only what was right would be counted."""
    return replace(wanted, states=DECIDED, drawn=True, safe=None, category="", position="")


def _is_as_shown(item: ReviewItem, coding: int) -> bool:
    """Undecided, by a coding that there was; and no measuring is spoilt by accepting it unseen."""
    return item.state == OPEN and not item.drawn and (item.coding_id or 0) <= coding


def _rows(
    session: Session, project_id: int, ids: Sequence[int], coding: int, left_out: Collection[int]
) -> tuple[BulkRow, ...]:
    found = {item.id: item for item in items_among(session, project_id, ids)}
    turns = turns_around(session, found.values())
    return tuple(
        _row(found[one], quote_in(turns[one], found[one].phrase), coding, one in left_out)
        for one in ids
        if one in found
    )


def _row(item: ReviewItem, quote: Quote, coding: int, left_out: bool) -> BulkRow:
    since = _("avgjort av %(person)s i mellomtiden", person=item.person) if item.person else ""
    if not since and not _is_as_shown(item, coding):
        since = _("kodet på nytt i mellomtiden")
    return BulkRow(
        id=item.id,
        quote=quote,
        interview=item.phrase.interview,
        target=targets(item.category, item.positions),
        category=term(item.category),
        probability=percent(item.probability),
        position_probability=percent(item.position_probability) if item.positions else "",
        safe=item.safe,
        left_out=left_out,
        since=since,
    )


def _measured(agreement: Agreement) -> Measured | None:
    if not agreement.decisions:
        return None
    low, high = map(percent, agreement.interval)
    return Measured(percent(agreement.share), low, high, agreement.decisions)
