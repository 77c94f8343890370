"""The key competences' pages: candidates as cards, chosen ones first, and two or three of them beside one another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from pipeline.balance import POSITIONS, dimension_of
from pipeline.cluster import APART, ASKED, DECIDED, FEWEST, KEPT, LITTLE, MOST, SHORT, quotes, short_name
from pipeline.edits import MERGE, MOVE, RENAME, SPLIT, written
from pipeline.records import Candidate, Identity, Phrase, Placement, Trial, identity_of
from review.addresses import (
    compare_address,
    competence_act_address,
    competences_address,
    interview_address,
    phrase_mark,
    project_address,
    run_address,
)
from review.competence_forms import COMPARED, COVERAGE, ORDERS, POSITION, SHOWN, WEIGHT, Pick
from review.errors import NotFound
from review.language import N_, _, locale_name, ngettext
from review.wording import day_and_time, percent, term
from store.candidate_choices import CandidateChoice, choices_of
from store.candidate_decisions import EditLine, latest_edits, peoples_titles
from store.candidate_review import decided_in, states_in
from store.clusterings import CandidateLine, CandidateLines, latest_candidates, newest_state, versions_of
from store.projects import Project
from store.review_items import DECIDED as DECIDED_STATES

QUOTES = 2  # on a card
READ = 8  # phrases of a candidate that its quotes are chosen among
TOLD = 0.15  # a position that a candidate is shown at, and counts as telling of, has this mean probability or more
SURE = 0.5  # of the phrases must lie nearest to a name for it to be a good one
OTHERS = 2  # names offered beside a weak one
NAMED = 12  # interviews that are named before the rest are counted
EDITS = 8  # shown of what people did
WHY = {
    ASKED: N_("Så mange ble det bedt om."),
    LITTLE: N_("Det er for få utsagn til å velge blant 10–15, så programmet laget omtrent én for hvert tredje utsagn."),
    DECIDED: N_("Så mange er det når det folk har delt og slått sammen, regnes med."),
    KEPT: N_("Antallet er som før, siden ingen av de andre skiller klart bedre."),
    APART: N_("Av 10–15 er dette antallet det som skiller utsagnene best."),
}
DONE = {
    MERGE: N_("Slått sammen til «%(name)s»"),
    SPLIT: N_("Tatt ut for seg"),
    RENAME: N_("Nytt navn: «%(name)s»"),
    MOVE: N_("Flyttet utsagn til «%(name)s»"),
}


@dataclass(frozen=True)
class PlaceView:
    """A position that a candidate tells of, and the mean probability over its phrases."""

    title: str
    colour: str
    share: str


@dataclass(frozen=True)
class QuoteView:
    """A phrase of a candidate; `value` is what forms call it, `second` that it would go out in a division."""

    text: str
    source: str
    address: str
    value: str
    decided: bool = False
    second: bool = False


@dataclass(frozen=True)
class CardView:
    """A candidate. `value` is what forms send; `seen` the choice in force, or 0; `others` names for a weak one."""

    id: str
    value: str
    name: str
    colour: str
    places: tuple[PlaceView, ...]
    covered: int
    asked: int
    interviews: str
    chains: tuple[str, ...]
    weight: str
    phrases: int
    quotes: tuple[QuoteView, ...]
    chosen: bool
    why: str
    what: str
    seen: int
    weak: bool
    others: tuple[str, ...]
    compare: str
    decided: str


@dataclass(frozen=True)
class LinkView:
    """A way to see the cards, or one of the candidates that may be added to a comparison."""

    title: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class EditView:
    """What somebody did with candidates, in words."""

    number: int
    text: str
    person: str
    moment: str
    undone_by: str


@dataclass(frozen=True)
class TriedView:
    """A number of candidates that was tried, and how well apart they lie."""

    number: int
    measure: str
    width: int


@dataclass(frozen=True)
class GroundsView:
    """Why there are so many candidates, what people's edits do to the number, and the numbers that were tried."""

    reason: str
    by_people: str
    tried: tuple[TriedView, ...]


@dataclass(frozen=True)
class GroupingView:
    """Whether what is shown waits for a new clustering, whether one goes on, and whether a newer one is there."""

    waits: bool
    running: bool
    newer: bool
    shown: int
    address: str
    run: str
    page: str


@dataclass(frozen=True)
class GoneView:
    """A candidate that is chosen and no longer there, with what was written of it."""

    id: str
    why: str
    what: str


@dataclass(frozen=True)
class BoardView:
    """All candidates of a project. `warning` is empty where the number chosen is within what the method asks for."""

    project: str
    address: str
    act: str
    order: str
    orders: tuple[LinkView, ...]
    chosen: tuple[CardView, ...]
    rest: tuple[CardView, ...]
    gone: tuple[GoneView, ...]
    warning: str
    lost_places: tuple[PlaceView, ...]
    lost_interviews: str
    lost: int
    grouping: GroupingView
    grounds: GroundsView
    edits: tuple[EditView, ...]
    overview: str

    @property
    def candidates(self) -> tuple[CardView, ...]:
        return (*self.chosen, *self.rest)


@dataclass(frozen=True)
class ColumnView:
    """A candidate in a comparison, with a page of its phrases; `second` of all would go out in a division."""

    card: CardView
    phrases: tuple[QuoteView, ...]
    second: int
    without: str


@dataclass(frozen=True)
class CompareView:
    """Candidates beside one another, what may be moved to or added, and the pages before and after, or empty."""

    project: str
    act: str
    board: str
    columns: tuple[ColumnView, ...]
    targets: tuple[CardView, ...]
    add: tuple[LinkView, ...]
    skipped: int
    previous: str
    next: str
    grouping: GroupingView
    edits: tuple[EditView, ...]


@dataclass(frozen=True)
class _Material:
    """What cards are made of."""

    project: Project
    lines: tuple[CandidateLine, ...]
    choices: Mapping[str, CandidateChoice]
    asked: int
    peoples: frozenset[str]


def board_page(session: Session, project: Project, order: str, running: bool) -> BoardView:
    """Every candidate as a card, in this order."""
    found = latest_candidates(session, project.id, READ)
    material = _material(session, project, found)
    cards = [(line, _card(material, line)) for line in _ordered(material.lines, order)]
    chosen = [line.candidate for line, card in cards if card.chosen]
    rest = [line.candidate for line, card in cards if not card.chosen]
    places, interviews = lost(chosen, rest)
    return BoardView(
        project=project.name,
        address=competences_address(project.name),
        act=competence_act_address(project.name, ""),
        order=order,
        orders=tuple(_order_link(project.name, name, order) for name in ORDERS),
        chosen=tuple(card for _line, card in cards if card.chosen),
        rest=tuple(card for _line, card in cards if not card.chosen),
        gone=_gone(material),
        warning=_warning(len(chosen), len(cards)),
        lost_places=tuple(_place(Placement(name, 0.0)) for name in places) if chosen else (),
        lost_interviews=_names(interviews) if chosen else "",
        lost=len(interviews) if chosen else 0,
        grouping=grouping_view(project, newest_state(session, project.id), running),
        edits=tuple(map(_edit, latest_edits(session, project.id, EDITS))),
        overview=project_address(project.name),
        grounds=_grounds(found),
    )


def compare_page(session: Session, project: Project, ids: Sequence[str], skipped: int, running: bool) -> CompareView:
    """These candidates beside one another, each with a page of its phrases. NotFound: one is not there."""
    found = latest_candidates(session, project.id, SHOWN, ids, skipped)
    material = _material(session, project, found)
    lines = {line.candidate.id: line for line in material.lines}
    for id in ids:
        if id not in lines:
            raise NotFound(_("kandidaten er ikke der lenger"), id, _("Gå tilbake til nøkkelkompetansene."))
    shown = [lines[id] for id in ids]
    states = states_in(session, project.id, ids, SHOWN, skipped)
    reach = max(line.reach for line in shown)
    return CompareView(
        project=project.name,
        act=competence_act_address(project.name, ""),
        board=competences_address(project.name),
        columns=tuple(_column(material, line, ids, states) for line in shown),
        targets=tuple(_card(material, line) for line in _ordered(material.lines, COVERAGE)),
        add=_addable(project.name, material.lines, ids),
        skipped=skipped,
        previous=compare_address(project.name, ids, max(skipped - SHOWN, 0)) if skipped else "",
        next=compare_address(project.name, ids, skipped + SHOWN) if skipped + SHOWN < reach else "",
        grouping=grouping_view(project, newest_state(session, project.id), running),
        edits=tuple(map(_edit, latest_edits(session, project.id, EDITS))),
    )


def to_compare(session: Session, project: Project, ids: Sequence[str], focus: str) -> tuple[str, ...]:
    """Of the candidates that a page compares those still there after an edit, and what it made, where there is room."""
    there = versions_of(session, project.id)
    kept = [id for id in ids if id in there]
    made = [focus] if ids and focus in there and focus not in kept else []
    return tuple([*kept, *made][:COMPARED])


def grouping_view(
    project: Project, newest_and_edited: tuple[int, bool], running: bool, shown: int | None = None
) -> GroupingView:
    """How what a page shows stands to the newest clustering; `shown` is the one that it shows, else the newest."""
    newest, edited = newest_and_edited
    return GroupingView(
        waits=edited,
        running=running,
        newer=shown is not None and shown != newest,
        shown=newest if shown is None else shown,
        address=competence_act_address(project.name, "gruppering"),
        run=run_address(project.name),
        page=competences_address(project.name),
    )


def grouping_part(session: Session, project: Project, running: bool, shown: int) -> GroupingView:
    """The same for a page that is open already."""
    return grouping_view(project, newest_state(session, project.id), running, shown)


def decided_part(session: Session, project: Project, candidate: str) -> int:
    """How many phrases of a candidate are decided. NotFound where it is not there."""
    decided = decided_in(session, project.id, candidate)
    if decided is None:
        raise NotFound(_("kandidaten er ikke der lenger"), candidate, _("Last siden på nytt."))
    return decided


def lost(chosen: Collection[Candidate], rest: Collection[Candidate]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Positions and interviews that some of the rest tell of, and none of the chosen."""
    there = {place for one in chosen for place in _tells_of(one)}
    places = {place for one in rest for place in _tells_of(one)} - there
    heard = {interview for one in chosen for interview in one.interviews}
    interviews = {interview for one in rest for interview in one.interviews} - heard
    return tuple(place for place in POSITIONS if place in places), tuple(sorted(interviews))


def _tells_of(candidate: Candidate) -> set[str]:
    """Its first position, and every other one that stands out."""
    return {one.position for i, one in enumerate(candidate.positions) if i == 0 or one.probability >= TOLD}


def _material(session: Session, project: Project, found: CandidateLines | None) -> _Material:
    lines = found.candidates if found else ()
    return _Material(
        project=project,
        lines=lines,
        choices=choices_of(session, project.id),
        asked=len({interview for line in lines for interview in line.candidate.interviews}),
        peoples=peoples_titles(session, project.id),
    )


def _ordered(lines: Sequence[CandidateLine], order: str) -> list[CandidateLine]:
    def coverage(line: CandidateLine) -> tuple[int, int, str]:
        return -len(line.candidate.interviews), -line.size, line.candidate.name

    def weight(line: CandidateLine) -> tuple[float, str]:
        return -line.candidate.weight, line.candidate.name

    def position(line: CandidateLine) -> tuple[int, float, str]:
        places = line.candidate.positions
        return (POSITIONS.index(places[0].position) if places else len(POSITIONS), *weight(line))

    keys = {COVERAGE: coverage, WEIGHT: weight, POSITION: position}
    return sorted(lines, key=keys[order])


def _card(material: _Material, line: CandidateLine) -> CardView:
    candidate, choice = line.candidate, material.choices.get(line.candidate.id)
    project = material.project.name
    weak = _is_weak(candidate, material.peoples)
    places = [one for i, one in enumerate(candidate.positions[:3]) if i == 0 or one.probability >= TOLD]
    return CardView(
        id=candidate.id,
        value=Pick(candidate.id, line.version).value,
        name=candidate.name,
        colour=dimension_of(places[0].position).colour if places else "",
        places=tuple(map(_place, places)),
        covered=len(candidate.interviews),
        asked=material.asked,
        interviews=_names(candidate.interviews),
        chains=candidate.chains,
        weight=percent(candidate.weight),
        phrases=line.size,
        quotes=tuple(_quote(project, phrase) for phrase in quotes(_each_once(candidate), QUOTES)),
        chosen=bool(choice and choice.chosen),
        why=choice.why if choice else "",
        what=choice.what if choice else "",
        seen=choice.id if choice else 0,
        weak=weak,
        others=_other_names(material, candidate),
        compare=compare_address(project, [candidate.id]),
        decided=f"{competence_act_address(project, 'avgjort')}?{_asking(candidate.id)}",
    )


def _asking(id: str) -> str:
    return compare_address("", [id]).partition("?")[2]


def _each_once(candidate: Candidate) -> Candidate:
    """With one phrase of each wording."""
    wordings = {phrase.text.lower(): phrase for phrase in reversed(candidate.phrases)}
    return replace(candidate, phrases=tuple(p for p in candidate.phrases if wordings[p.text.lower()] is p))


def _is_weak(candidate: Candidate, peoples: Collection[str]) -> bool:
    """No person chose the name, and most phrases lie nearer to other ones."""
    if not candidate.titles or candidate.name in peoples:
        return False
    return sum(title.share for title in candidate.titles if title.name == candidate.name) < SURE


def _other_names(material: _Material, candidate: Candidate) -> tuple[str, ...]:
    """The best names that no candidate has: of key competences, then in the informants' own words."""
    taken = {line.candidate.name.lower() for line in material.lines}
    typical = short_name([phrase.text for phrase in candidate.phrases]) if candidate.phrases else ""
    found = [title.name for title in candidate.titles] + [typical] * (len(typical.split()) <= SHORT)
    return tuple(name for name in dict.fromkeys(found) if name and name.lower() not in taken)[:OTHERS]


def _place(placement: Placement) -> PlaceView:
    colour = dimension_of(placement.position).colour
    return PlaceView(term(placement.position), colour, percent(placement.probability))


def _quote(project: str, phrase: Phrase, decided: bool = False, second: bool = False) -> QuoteView:
    mark = phrase_mark(phrase.turn, phrase.start, phrase.end)
    address = interview_address(project, phrase.interview, utsagn=mark)
    return QuoteView(phrase.text, phrase.interview, address, written(identity_of(phrase)), decided, second)


def _names(interviews: Sequence[str]) -> str:
    shown, more = ", ".join(interviews[:NAMED]), len(interviews) - NAMED
    return shown if more <= 0 else _("%(names)s og %(count)s til", names=shown, count=more)


def _warning(chosen: int, candidates: int) -> str:
    if chosen > MOST:
        return _("Flere enn 15 er mange å holde fast ved. Kan noen slås sammen?")
    if chosen >= FEWEST:
        return ""
    if candidates < FEWEST:
        return _("Metoden bruker 10–15, men det er færre kandidater her. Flere intervjuer gir flere.")
    return _("Metoden bruker 10–15. Se hva som ikke er dekket, nederst.")


def _gone(material: _Material) -> tuple[GoneView, ...]:
    there = {line.candidate.id for line in material.lines}
    chosen = (one for one in material.choices.values() if one.chosen and one.candidate not in there)
    return tuple(GoneView(one.candidate, one.why, one.what) for one in chosen)


def _grounds(found: CandidateLines | None) -> GroundsView:
    """Why there are so many candidates."""
    if found is None:
        return GroundsView("", "", ())
    most = max((trial.silhouette for trial in found.tried), default=0.0)
    reason = _(WHY[found.reason]) if found.reason in WHY else ""
    return GroundsView(reason, _by_people(found.shift), tuple(_tried(trial, most) for trial in found.tried))


def _tried(trial: Trial, most: float) -> TriedView:
    width = round(100 * max(trial.silhouette, 0) / most) if most > 0 else 0
    return TriedView(trial.clusters, format_decimal(trial.silhouette, "0.000", locale_name()), width)


def _by_people(shift: int) -> str:
    if not shift:
        return ""
    if shift > 0:
        return ngettext(
            "Folk har delt slik at det er %(num)s mer.", "Folk har delt slik at det er %(num)s flere.", shift
        )
    return ngettext(
        "Folk har slått sammen slik at det er %(num)s færre.",
        "Folk har slått sammen slik at det er %(num)s færre.",
        -shift,
    )


def _edit(line: EditLine) -> EditView:
    text = _(DONE[line.action], name=line.name)
    if line.action == SPLIT and line.name:
        text = _("Tatt ut for seg: «%(name)s»", name=line.name)
    return EditView(line.id, text, line.person, day_and_time(line.created), line.undone_by or "")


def _order_link(project: str, name: str, order: str) -> LinkView:
    asked = {"rekkefolge": name if name != COVERAGE else ""}
    return LinkView(_(ORDERS[name]), competences_address(project, **asked), name == order)


def _column(material: _Material, line: CandidateLine, ids: Sequence[str], states: Mapping[Identity, str]) -> ColumnView:
    project, candidate, second = material.project.name, line.candidate, set(line.candidate.second)
    others = [id for id in ids if id != candidate.id]
    return ColumnView(
        card=_card(material, line),
        phrases=tuple(
            _quote(project, phrase, states.get(identity_of(phrase)) in DECIDED_STATES, i in second and line.second > 0)
            for i, phrase in enumerate(candidate.phrases)
        ),
        second=line.second,
        without=compare_address(project, others) if others else "",
    )


def _addable(project: str, lines: Sequence[CandidateLine], ids: Sequence[str]) -> tuple[LinkView, ...]:
    if len(ids) >= COMPARED:
        return ()
    others = (line.candidate for line in _ordered(lines, COVERAGE) if line.candidate.id not in ids)
    return tuple(LinkView(one.name, compare_address(project, [*ids, one.id])) for one in others)
