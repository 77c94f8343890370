"""The project's own page: how far it is, what it says so far, and where to go on; records ready to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from babel.dates import format_skeleton
from sqlalchemy.orm import Session

from pipeline.balance import DIMENSIONS, Dimension, dimension_of
from pipeline.records import Candidate
from pipeline.review_order import Agreement
from review.addresses import (
    CATEGORY,
    POSITION,
    Place,
    balance_address,
    competences_address,
    history_address,
    interview_address,
    list_address,
    new_interviews_address,
    proxies_address,
    queue_address,
    second_coding_address,
    upload_address,
)
from review.agreement import latest_agreement
from review.background import BackgroundWork
from review.language import N_, _, locale_name
from review.material import NONE
from review.quality import quality_of
from review.running import RunView, run_view
from review.saturation_view import CurveView, curve_view
from review.second_coding_view import figure
from review.stages import STAGES, WORKING, stage_of, stage_title, what_to_do
from review.wording import day_and_time, percent, term
from store.activity import decisions_between, decisions_by_person
from store.candidate_choices import choices_of
from store.clusterings import gathered_at, typical_candidates
from store.decisions import COMPETENCE
from store.interview_lines import InterviewLine, interview_lines
from store.interviews import AUDIO, CODED, FAILED, QUEUED, TRANSCRIBED
from store.progress import Progress, progress_of
from store.projects import Project
from store.review_items import DECIDED, OPEN, REJECTED, Filter, count_items

PROXIES = ("trait", "task", "education")
MEANINGS = {
    "trait": N_("Slik noen er, ikke noe de har lært. Sier vi «godt humør» når vi mener god kundeservice?"),
    "task": N_("Det rollen skal gjøre. Hva må en kunne for å få det til?"),
    "education": N_("Kurs, fag og titler. Hva kan en nå, som en bruker i jobben?"),
    "none": N_("Det noen har tatt ut av kodingen. Her kan det hentes tilbake."),
}
# Who looks for what to do next wants these first.
URGENCY = (FAILED, WORKING, "reviewed", CODED, TRANSCRIBED, QUEUED, "done")
LISTED = 10  # interviews on the page; all are in their own list
DAYS = 14  # that decisions are counted by
PEOPLE = 6  # who decided most, on the page


@dataclass(frozen=True)
class Count:
    """How many phrases there are that hold the same: category, all positions and state."""

    category: str
    positions: tuple[str, ...]
    state: str
    phrases: int

    def is_in(self, place: Place) -> bool:
        """A phrase with two positions is in the lists of both."""
        return place.name in self.positions if place.kind == POSITION else place.name == self.category


@dataclass(frozen=True)
class Tile:
    """A list and its counts: phrases in it, and how many of them are decided; the queue has those that are not."""

    title: str
    address: str
    queue: str
    phrases: int
    decided: int
    meaning: str = ""


@dataclass(frozen=True)
class DimensionView:
    """A dimension: two points and the balance between them; `share` of all competences, in percent or a dash."""

    colour: str
    title: str
    contributes_to: str
    share: str
    width: int
    points: tuple[Tile, Tile]
    balance: Tile


@dataclass(frozen=True)
class StageView:
    """How many interviews are at a stage, and the list of them."""

    stage: str
    title: str
    address: str
    interviews: int


@dataclass(frozen=True)
class InterviewView:
    """An interview and how far it has come; `problem` where it failed, or a person should look at it."""

    name: str
    address: str
    about: str
    stage: str
    stage_title: str
    problem: str
    phrases: int
    decided: int
    queue: str


@dataclass(frozen=True)
class InterviewsView:
    """The interviews by stage, and those that want somebody first; `address` has all of them."""

    stages: tuple[StageView, ...]
    first: tuple[InterviewView, ...]
    all: int
    address: str
    new_address: str


@dataclass(frozen=True)
class CandidateView:
    """A candidate key competence; `covered` of `asked` interviews tell of it. `position` may be empty."""

    name: str
    position: str
    colour: str
    covered: int
    asked: int
    quote: str
    chosen: bool


@dataclass(frozen=True)
class CandidatesView:
    """The candidates, and how many of them are chosen; `made` says when they were gathered."""

    lines: tuple[CandidateView, ...]
    chosen: int
    made: str
    address: str


@dataclass(frozen=True)
class MeasureView:
    """How often suggestions said what people decided: `share`, its 95 % interval, and the number of decisions."""

    title: str
    share: str
    interval: str
    decisions: int


@dataclass(frozen=True)
class SecondView:
    """Cohen's kappa of the second coding that was closed last; its page has the rest."""

    address: str
    category: str
    position: str
    phrases: int


@dataclass(frozen=True)
class DayView:
    """A day and how many decisions were made; `height` of 100."""

    day: str
    title: str
    decisions: int
    height: int


@dataclass(frozen=True)
class PersonView:
    """Who decided how much."""

    name: str
    address: str
    decisions: int


@dataclass(frozen=True)
class DecisionsView:
    """Decisions made, by day and by person; `others` people are not named.

    `quality` is empty till measured, `second` None till two people have coded the same phrases.
    """

    all: int
    days: tuple[DayView, ...]
    people: tuple[PersonView, ...]
    others: int
    quality: tuple[MeasureView, ...]
    measuring: str
    second: SecondView | None
    address: str


@dataclass(frozen=True)
class ProjectView:
    """All of a project's page. `curve` is None before there are candidates."""

    name: str
    roles: str
    run: RunView
    interviews: InterviewsView
    dimensions: tuple[DimensionView, ...]
    competences: Tile
    figure: str
    proxies: tuple[Tile, ...]
    proxies_page: str
    curve: CurveView | None
    candidates: CandidatesView | None
    decisions: DecisionsView
    phrases: int
    decided: int
    queue: str


def project_page(session: Session, project: Project, work: BackgroundWork) -> ProjectView:
    """The project's page, with everything counted now."""
    counts, lines = _counts(session, project.id), interview_lines(session, project.id)
    candidates = typical_candidates(session, project.id)
    return ProjectView(
        name=project.name,
        roles=", ".join(project.roles),
        run=run_view(session, project, lines, work),
        interviews=interviews_view(session, project, lines),
        dimensions=tuple(_dimension(project.name, dimension, counts) for dimension in DIMENSIONS),
        competences=_tile(project.name, Place(CATEGORY, COMPETENCE), counts),
        figure=balance_address(project.name),
        proxies=_proxies(project.name, counts),
        proxies_page=proxies_address(project.name),
        curve=curve_view(session, project, candidates),
        candidates=_candidates(session, project, candidates, sum(map(_is_coded, lines))),
        decisions=_decisions(session, project),
        phrases=_number(counts),
        decided=_number(counts, _is_decided),
        queue=queue_address(project.name),
    )


def interviews_view(session: Session, project: Project, lines: tuple[InterviewLine, ...]) -> InterviewsView:
    """The project's interviews, which are these."""
    said = progress_of(session, project.id)
    staged = [(stage_of(line, line.name in said), line) for line in lines]
    numbers = Counter(stage for stage, _line in staged)
    first = sorted(staged, key=lambda one: URGENCY.index(one[0]))[:LISTED]
    return InterviewsView(
        stages=tuple(_stage(project.name, stage, numbers[stage]) for stage in STAGES),
        first=tuple(_interview(project.name, stage, line, said.get(line.name)) for stage, line in first),
        all=len(lines),
        address=upload_address(project.name),
        new_address=new_interviews_address(project.name),
    )


def _is_coded(line: InterviewLine) -> bool:
    """Perhaps with a newer transcript, or a problem, since."""
    return line.state == CODED or line.phrases > 0


def _counts(session: Session, project_id: int) -> tuple[Count, ...]:
    counted = count_items(session, project_id, ("category", "positions", "state"))
    return tuple(
        Count(category, tuple(positions.split()), state, phrases)
        for (category, positions, state), phrases in counted.items()
    )


def _number(counts: Iterable[Count], which: Callable[[Count], bool] = lambda count: True) -> int:
    return sum(count.phrases for count in counts if which(count))


def _is_decided(count: Count) -> bool:
    return count.state != OPEN


def _tile(project: str, place: Place, counts: Iterable[Count]) -> Tile:
    here = [count for count in counts if count.is_in(place)]
    asked = {"plass" if place.kind == POSITION else "kategori": place.name}
    return Tile(
        title=place.title,
        address=list_address(project, place),
        queue=queue_address(project, **asked),
        phrases=_number(here),
        decided=_number(here, _is_decided),
        meaning=_(MEANINGS[place.name]) if place.name in MEANINGS else "",
    )


def _proxies(project: str, counts: tuple[Count, ...]) -> tuple[Tile, ...]:
    """The three lists of proxies, and what people took out where there is any."""
    taken_out = _tile(project, Place(CATEGORY, NONE), counts)
    proxies = [_tile(project, Place(CATEGORY, name), counts) for name in PROXIES]
    return (*proxies, taken_out) if taken_out.phrases else tuple(proxies)


def _dimension(project: str, dimension: Dimension, counts: tuple[Count, ...]) -> DimensionView:
    first, second = (_tile(project, Place(POSITION, point), counts) for point in dimension.points)
    share = _share(dimension, counts)
    return DimensionView(
        colour=dimension.colour,
        title=term(dimension.balance),
        contributes_to=_(dimension.contributes_to),
        share="–" if share is None else percent(share),
        width=round(100 * (share or 0)),
        points=(first, second),
        balance=_tile(project, Place(POSITION, dimension.balance), counts),
    )


def _share(dimension: Dimension, counts: Iterable[Count]) -> float | None:
    """Of the competences that nobody rejected, those with a position in the dimension."""
    placed = [count for count in counts if count.positions and count.state != REJECTED]
    here = _number(placed, lambda count: any(dimension_of(name) == dimension for name in count.positions))
    return here / _number(placed) if placed else None


def _stage(project: str, stage: str, interviews: int) -> StageView:
    return StageView(stage, _(STAGES[stage]), upload_address(project, tilstand=stage), interviews)


def _interview(project: str, stage: str, line: InterviewLine, progress: Progress | None) -> InterviewView:
    kind = _("opptak") if line.kind == AUDIO else _("tekst")
    return InterviewView(
        name=line.name,
        address=interview_address(project, line.name),
        about=" · ".join(filter(None, (line.role, line.chain.replace("_", " "), kind))),
        stage=stage,
        stage_title=stage_title(stage, progress),
        problem=what_to_do(line) if stage != WORKING else "",
        phrases=line.phrases,
        decided=line.decided,
        queue=queue_address(project, intervju=line.name) if line.decided < line.phrases else "",
    )


def _candidates(
    session: Session, project: Project, candidates: tuple[Candidate, ...], asked: int
) -> CandidatesView | None:
    gathered = gathered_at(session, project.id)
    if not (gathered and candidates):
        return None
    chosen = {cid for cid, choice in choices_of(session, project.id).items() if choice.chosen}
    lines = tuple(_candidate(candidate, asked, candidate.id in chosen) for candidate in candidates)
    number = sum(line.chosen for line in lines)
    return CandidatesView(lines, number, day_and_time(gathered), competences_address(project.name))


def _candidate(candidate: Candidate, asked: int, chosen: bool) -> CandidateView:
    position = candidate.positions[0].position if candidate.positions else ""
    return CandidateView(
        name=candidate.name,
        position=term(position) if position else "",
        colour=dimension_of(position).colour if position else "",
        covered=len(candidate.interviews),
        asked=max(asked, len(candidate.interviews)),
        quote=candidate.phrases[0].text if candidate.phrases else "",
        chosen=chosen,
    )


def _decisions(session: Session, project: Project) -> DecisionsView:
    made = decisions_by_person(session, project.id)
    people = [PersonView(name, history_address(project.name, hvem=name), number) for name, number in made.items()]
    return DecisionsView(
        all=sum(made.values()),
        days=_days(session, project.id) if made else (),
        people=tuple(people[:PEOPLE]),
        others=max(0, len(people) - PEOPLE),
        quality=_measures(session, project.id),
        measuring=queue_address(project.name, trukket="ja"),
        second=_second(session, project),
        address=history_address(project.name),
    )


def _second(session: Session, project: Project) -> SecondView | None:
    found = latest_agreement(session, project.id)
    if found is None or not found.category.agreement.items:
        return None
    category, position = found.category.agreement, found.position.agreement
    address = second_coding_address(project.name, found.round.id)
    return SecondView(address, figure(category.kappa), figure(position.kappa), category.items)


def _days(session: Session, project_id: int) -> tuple[DayView, ...]:
    """The last days, by this machine's clock, today last."""
    days = [date.today() - timedelta(days=back) for back in reversed(range(DAYS))]
    numbers = decisions_between(session, project_id, [_midnight(day) for day in days])
    most = max(*numbers, 1)
    return tuple(
        DayView(
            day=str(day.day),
            title=format_skeleton("MMMMd", day, locale=locale_name()),
            decisions=number,
            height=round(100 * number / most),
        )
        for day, number in zip(days, numbers, strict=True)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, clock_time()).astimezone()


def _measures(session: Session, project_id: int) -> tuple[MeasureView, ...]:
    """What was measured on the random tenth; nothing where nobody decided on it."""
    quality = quality_of(session, project_id, Filter(drawn=True, states=DECIDED))
    measured = {_("Kategori"): quality.category, _("Plass i balansemodellen"): quality.position}
    return tuple(_measure(title, agreement) for title, agreement in measured.items() if agreement.decisions)


def _measure(title: str, agreement: Agreement) -> MeasureView:
    low, high = map(percent, agreement.interval)
    return MeasureView(
        title, percent(agreement.share), _("%(low)s til %(high)s", low=low, high=high), agreement.decisions
    )
