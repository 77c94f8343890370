"""What the pages of second coding show, ready to print: the rounds, a round, how far two people agree."""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from pipeline.agreement import Agreement, Interval
from pipeline.balance import dimension_of
from review.access import Visitor, can_code, can_compare
from review.addresses import history_address, phrase_mark, second_coding_address
from review.agreement import Level, RoundAgreement, agreement_in, latest_agreement
from review.language import N_, _, locale_name, ngettext
from review.second_coding_forms import RoundQuery
from review.wording import day_and_time, percent, targets, term
from store.decisions import COMPETENCE, people_of
from store.interviews import list_interviews
from store.projects import Project
from store.second_coding import (
    Advance,
    CodingRound,
    Disagreement,
    Said,
    Selection,
    advance_of,
    count_assigned,
    count_disagreements,
    count_drawable,
    find_disagreements,
    rounds_of,
)

PAGE_SIZE = 50
SHOWN = 20  # rounds
# Landis and Koch (1977): each band from this figure on.
BANDS = (
    (0.8, N_("svært god")),
    (0.6, N_("god")),
    (0.4, N_("moderat")),
    (0.2, N_("svak")),
    (0.0, N_("svært svak")),
)
BELOW_CHANCE = N_("dårligere enn tilfeldig")


@dataclass(frozen=True)
class Coder:
    """One of the two, and how far they have come; `width`, 0–100, is that of the bar."""

    name: str
    coded: int
    left: int
    width: int


@dataclass(frozen=True)
class RoundLine:
    """A round: of so many phrases, for whom, and how far they have come, which is told while it is open."""

    number: int
    address: str
    begun: str
    selection: str
    phrases: int
    people: tuple[str, str]
    coders: tuple[Coder, ...]
    closed: str
    code: str


@dataclass(frozen=True)
class Option:
    """What may be chosen in a list."""

    value: str
    title: str


@dataclass(frozen=True)
class StartView:
    """The form that starts a round, and how many phrases there are to draw from."""

    action: str
    phrases: int
    people: tuple[str, ...]
    roles: tuple[str, ...]
    chains: tuple[str, ...]
    interviews: tuple[str, ...]


@dataclass(frozen=True)
class Latest:
    """The round that was closed last, in a sentence and two figures."""

    number: int
    address: str
    lead: str
    kappa: str
    alpha: str


@dataclass(frozen=True)
class RoundsView:
    """All of the first page: the newest rounds, and how far the two agreed in the one that was closed last."""

    start: StartView
    rounds: tuple[RoundLine, ...]
    older: int
    latest: Latest | None


@dataclass(frozen=True)
class Measure:
    """A figure with its 95 % interval; both may be empty. `says` is it in words."""

    value: str
    within: str
    says: str = ""


@dataclass(frozen=True)
class Row:
    """What was compared, of how many, and how far the two agree."""

    title: str
    items: int
    share: str
    kappa: Measure
    alpha: Measure


@dataclass(frozen=True)
class Cell:
    """How often the first said the row's name and the second the column's; `shade`, 0–4, is its part of the row."""

    count: int
    same: bool
    shade: int


@dataclass(frozen=True)
class ConfusionRow:
    """What the first said, how often the second then said what, and how far the two agree on this answer."""

    name: str
    colour: str
    cells: tuple[Cell, ...]
    total: int
    share: str
    width: int


@dataclass(frozen=True)
class Comparison:
    """A level in full: names along both sides, without those that nobody used; `totals` are the second's."""

    title: str
    names: tuple[str, ...]
    rows: tuple[ConfusionRow, ...]
    totals: tuple[int, ...]
    items: int


@dataclass(frozen=True)
class AgreementView:
    """How far the two agree, in figures and words."""

    items: int
    lead: str
    rows: tuple[Row, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class DisagreementLine:
    """A phrase that the two say different things of."""

    number: int
    text: str
    interview: str
    first: str
    second: str
    settled: bool
    gone: bool
    address: str
    history: str


@dataclass(frozen=True)
class RoundView:
    """All of a round's page. `agreement` is None while the visitor codes; disagreements are told when it is closed."""

    line: RoundLine
    people: tuple[str, str]
    begun_by: str
    closed_by: str
    share: str
    is_done: bool
    mine: int | None
    agreement: AgreementView | None
    hidden: bool
    close: str
    settle: str
    unsettled: int
    settled: int
    lines: tuple[DisagreementLine, ...]
    page: int
    pages: int
    previous: str
    next: str


def rounds_page(session: Session, project: Project, visitor: Visitor) -> RoundsView:
    """The rounds, newest first, and the form for another one."""
    rounds = rounds_of(session, project.id)[::-1]
    return RoundsView(
        start=_start(session, project, visitor),
        rounds=tuple(_listed(session, project, one, visitor) for one in rounds[:SHOWN]),
        older=max(0, len(rounds) - SHOWN),
        latest=_latest(session, project),
    )


def round_page(
    session: Session, project: Project, coding_round: CodingRound, visitor: Visitor, asked: RoundQuery
) -> RoundView:
    """A round: how far the two have come, how far they agree, and what they disagree on."""
    advance, is_closed = advance_of(session, coding_round), coding_round.closed is not None
    shown = can_compare(visitor, coding_round.people, not is_closed and not advance.is_done)
    agreement = agreement_in(session, coding_round) if shown and advance.both else None
    differ, settled = count_disagreements(session, coding_round) if is_closed else (0, 0)
    pages = max(1, -(-differ // PAGE_SIZE))
    page = min(asked.side, pages)
    offset = (page - 1) * PAGE_SIZE
    found = find_disagreements(session, coding_round, PAGE_SIZE, offset) if differ else ()
    line = _line(project, coding_round, advance, visitor)
    mine = next((coder.left for coder in line.coders if coder.name == visitor.person), None)

    def at(number: int) -> str:
        return second_coding_address(project.name, coding_round.id, side=number if number > 1 else 0)

    return RoundView(
        line=line,
        people=coding_round.people,
        begun_by=coding_round.person,
        closed_by=coding_round.closed_by,
        share=percent(coding_round.share),
        is_done=advance.is_done,
        mine=mine,
        agreement=agreement_view(agreement) if agreement else None,
        hidden=not shown,
        close="" if is_closed else second_coding_address(project.name, coding_round.id, "lukk"),
        settle=second_coding_address(project.name, coding_round.id, "uenighet"),
        unsettled=differ - settled,
        settled=settled,
        lines=tuple(_disagreement(project, coding_round, one) for one in found),
        page=page,
        pages=pages,
        previous=at(page - 1) if page > 1 else "",
        next=at(page + 1) if page < pages else "",
    )


def agreement_view(found: RoundAgreement) -> AgreementView:
    """The figures of a round in a table, the confusion of names, and a sentence that says what it comes to."""
    levels = (
        (_("Kategori"), found.category),
        (_("Plass, der begge ser en kompetanse"), found.position),
        (_("Dimensjon, der begge ser en kompetanse"), found.dimension),
    )
    return AgreementView(
        items=found.category.agreement.items,
        lead=_lead(found.category.agreement),
        rows=tuple(_row(title, level.agreement) for title, level in levels),
        comparisons=tuple(_comparison(title, level) for title, level in levels[:2] if level.agreement.items),
    )


def said_in_words(said: Said) -> str:
    """`Rutiner`, `egenskap`, `kompetanse uten plass`."""
    if said.category == COMPETENCE and not said.position:
        return _("kompetanse uten plass")
    return targets(said.category, (said.position,) if said.position else ())


def figure(value: float | None) -> str:
    """0.614 → `0,61`; a dash for what is not defined."""
    return "–" if value is None else format_decimal(value, "0.00", locale=locale_name())


def _listed(session: Session, project: Project, one: CodingRound, visitor: Visitor) -> RoundLine:
    if one.closed is None:
        return _line(project, one, advance_of(session, one), visitor)
    return _line(project, one, Advance(count_assigned(session, one.id), (0, 0), 0), visitor)


def _latest(session: Session, project: Project) -> Latest | None:
    found = latest_agreement(session, project.id)
    if found is None or not found.category.agreement.items:
        return None
    agreement, number = found.category.agreement, found.round.id
    address = second_coding_address(project.name, number)
    return Latest(number, address, _lead(agreement), figure(agreement.kappa), figure(agreement.alpha))


def _line(project: Project, one: CodingRound, advance: Advance, visitor: Visitor) -> RoundLine:
    coders = tuple(_coder(name, coded, advance) for name, coded in zip(one.people, advance.coded, strict=True))
    left = any(coder.left for coder in coders if coder.name == visitor.person)
    may_code = can_code(visitor, one.people) and one.closed is None
    return RoundLine(
        number=one.id,
        address=second_coding_address(project.name, one.id),
        begun=day_and_time(one.created),
        selection=_selection(one.selection),
        phrases=advance.phrases,
        people=one.people,
        coders=coders,
        closed=day_and_time(one.closed) if one.closed else "",
        code=second_coding_address(project.name, one.id, "kode") if may_code and left else "",
    )


def _coder(name: str, coded: int, advance: Advance) -> Coder:
    return Coder(name, coded, advance.phrases - coded, round(100 * coded / advance.phrases) if advance.phrases else 0)


def _selection(selection: Selection) -> str:
    chosen = (selection.role, selection.chain.replace("_", " "), selection.interview)
    return ", ".join(filter(None, chosen)) or _("hele prosjektet")


def _start(session: Session, project: Project, visitor: Visitor) -> StartView:
    interviews = list_interviews(session, project.id)
    people = {*people_of(session, project.id), visitor.person} - {""}
    return StartView(
        action=second_coding_address(project.name),
        phrases=count_drawable(session, project.id),
        people=tuple(sorted(people)),
        roles=tuple(sorted({one.role for one in interviews} - {""})),
        chains=tuple(sorted({one.chain for one in interviews} - {""})),
        interviews=tuple(one.name for one in interviews),
    )


def _lead(found: Agreement) -> str:
    share = percent(found.share or 0.0)
    count = ngettext("%(num)s utsagn", "%(num)s utsagn", found.items)
    if found.kappa is None:
        return _(
            "De to sa det samme om kategorien på %(share)s av %(count)s. De brukte bare én kategori, så det går ikke "
            "an å si hvor mye av det som er tilfeldig.",
            share=share,
            count=count,
        )
    return _(
        "De to sa det samme om kategorien på %(share)s av %(count)s. Når det en kunne vente av rene tilfeldigheter er "
        "trukket fra, er enigheten %(band)s.",
        share=share,
        count=count,
        band=band_of(found.kappa),
    )


def band_of(kappa: float) -> str:
    """The figure in a word, by the bands of Landis and Koch."""
    return _(next((word for least, word in BANDS if kappa >= least), BELOW_CHANCE))


def _row(title: str, found: Agreement) -> Row:
    share = percent(found.share) if found.share is not None else "–"
    kappa = _measure(found.kappa, found.kappa_within)
    return Row(title, found.items, share, kappa, _measure(found.alpha, found.alpha_within))


def _measure(value: float | None, within: Interval | None) -> Measure:
    if value is None or within is None:
        return Measure("–", "")
    low, high = map(figure, within)
    return Measure(figure(value), _("%(low)s til %(high)s", low=low, high=high), band_of(value))


def _comparison(title: str, level: Level) -> Comparison:
    used = [place for place, one in enumerate(level.specific) if one.first or one.second]
    return Comparison(
        title=title,
        names=tuple(term(level.names[place]) for place in used),
        rows=tuple(_confusion(level, place, used) for place in used),
        totals=tuple(level.specific[place].second for place in used),
        items=level.agreement.items,
    )


def _confusion(level: Level, place: int, used: list[int]) -> ConfusionRow:
    counts, total, name = level.counts[place], sum(level.counts[place]), level.names[place]
    share = level.specific[place].share or 0.0
    return ConfusionRow(
        name=term(name),
        colour=_colour(name),
        cells=tuple(
            Cell(counts[other], other == place, -(-4 * counts[other] // total) if total else 0) for other in used
        ),
        total=total,
        share=percent(share),
        width=round(100 * share),
    )


def _colour(name: str) -> str:
    try:
        return dimension_of(name).colour
    except ValueError:  # a category
        return ""


def _disagreement(project: Project, coding_round: CodingRound, one: Disagreement) -> DisagreementLine:
    phrase = one.phrase
    mark = phrase_mark(phrase.turn, phrase.start, phrase.end)
    return DisagreementLine(
        number=one.number,
        text=phrase.text,
        interview=phrase.interview,
        first=said_in_words(one.said[0]),
        second=said_in_words(one.said[1]),
        settled=one.settled,
        gone=one.item_id is None,
        address=second_coding_address(project.name, coding_round.id, "uenighet", nr=one.number),
        history=history_address(project.name, intervju=phrase.interview, utsagn=mark),
    )
