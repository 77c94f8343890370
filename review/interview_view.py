"""The interview's page, ready to print: the transcript, the phrase that is open beside it, and what was corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.balance import POSITIONS, dimension_of
from pipeline.records import CATEGORIES, INTERVIEWER, RESPONDENT, Identity
from review.addresses import (
    TITLES,
    history_address,
    interview_act_address,
    interview_address,
    phrase_mark,
    project_address,
    sound_address,
)
from review.cards import Card, DecisionView, card_of, decision_view
from review.errors import NotFound, Stale
from review.interview_forms import InterviewQuery, read_mark
from review.interview_text import STATES, TurnView, speaker_name, times_of, turns_of
from review.language import N_, _
from review.material import NONE, find_item_or_refuse
from review.sound import type_of
from review.wording import day_and_time, targets, term
from store.decisions import REJECT, RELABEL, Decision, history, history_of
from store.interview_details import Change, changes_of, last_change
from store.interviews import AUDIO, FAILED, Interview, find_interview, interview_states
from store.projects import Project
from store.review_items import DECIDED, OPEN, SPOKEN, Filter, count_items, find_items
from store.speakers import Swapped, swaps_of
from store.spoken import Version, newest_version, spoken_turns, turns_without_words
from store.transcript_edits import Edited, edits_of, replaced_words

MOST = 5000  # phrases of one interview; a day of talk has no more
UNDECIDED = "uavgjorte"
SHOWN = {
    "": N_("Alle utsagn"),
    UNDECIDED: N_("Uavgjorte"),
    "avgjorte": N_("Avgjorte"),
    "competence": TITLES["competence"],
    "trait": TITLES["trait"],
    "task": TITLES["task"],
    "education": TITLES["education"],
}
NAMED = {"interviewer": N_("Navn på intervjueren"), "pseudonym": N_("Navn på informanten")}


@dataclass(frozen=True)
class Tally:
    """How many phrases the interview has, and how many of them are decided."""

    phrases: int
    decided: int


@dataclass(frozen=True)
class PositionButton:
    """A position to choose, with its colour and key; `current` where the phrase has it, and no other."""

    value: str
    title: str
    colour: str
    key: str
    current: bool


@dataclass(frozen=True)
class CategoryButton:
    """A category to choose, with its key."""

    value: str
    title: str
    key: str


@dataclass(frozen=True)
class Panel:
    """The open phrase. `batch` is the act that moved its borders, to be undone as a whole; else empty."""

    card: Card
    mark: str
    turn: int
    colour: str
    place: str
    state: str
    batch: str
    seen: str
    past: tuple[DecisionView, ...]
    history: str
    can_move_borders: bool
    positions: tuple[PositionButton, ...]
    categories: tuple[CategoryButton, ...]


@dataclass(frozen=True)
class Correction:
    """A line of the history of corrections. `back` are the fields that take the newest one back, or empty."""

    what: str
    before: str
    after: str
    note: str
    person: str
    moment: str
    back: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Done:
    """What was done, in words. `act` and `fields` are the form that takes it back, if that is not in the panel."""

    text: str
    act: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Option:
    """What phrases may be shown."""

    value: str
    title: str
    current: bool


@dataclass(frozen=True)
class InterviewView:
    """The page. `version` is 0 and there are no turns where it is not written out yet: then `problem` says why.

    `sound` is the address of the recording, or empty; `sound_type` its media type. `elsewhere` counts phrases whose
    words this version of the transcript has not at that place.
    """

    project: str
    name: str
    about: str
    address: str
    version: int
    coded: bool
    problem: str
    sound: str
    sound_type: str
    sound_name: str
    turns: tuple[TurnView, ...]
    tally: Tally
    elsewhere: int
    corrections: int
    speakers: tuple[str, str]
    names: tuple[str, str]
    seen_change: int
    vis: str
    shown: tuple[Option, ...]
    panel: Panel | None
    positions: tuple[PositionButton, ...]
    categories: tuple[CategoryButton, ...]
    next_after: str
    acts: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What changes on the page when something was done: the panel, these turns, the counts, and what to tell."""

    interview: str
    address: str
    version: int
    acts: Mapping[str, str]
    panel: Panel | None
    turns: tuple[TurnView, ...]
    tally: Tally
    corrections: int
    done: Done | None


@dataclass(frozen=True)
class Corrections:
    """The page of corrections."""

    name: str
    back: str
    lines: tuple[Correction, ...]
    act: str


def find_interview_or_refuse(session: Session, project: Project, name: str) -> Interview:
    """The project's interview of this name. NotFound where there is none."""
    found = None if "\x00" in name else find_interview(session, project.id, name)
    if found is None:
        raise NotFound(_("intervjuet finnes ikke"), name, _("Se intervjuene på prosjektets side."))
    return found


def interview_page(session: Session, project: Project, interview: Interview, asked: InterviewQuery) -> InterviewView:
    """All of the page."""
    version = newest_version(session, interview.id)
    spoken = turns_without_words(session, version.transcript_id) if version else ()
    items = find_items(session, project.id, Filter(interview=interview.name), SPOKEN, MOST)
    turns, elsewhere = turns_of(interview, spoken, items)
    is_sound = interview.kind == AUDIO
    return InterviewView(
        project=project.name,
        name=interview.name,
        about=" · ".join(filter(None, (interview.role, interview.chain.replace("_", " "), interview.pseudonym))),
        address=interview_address(project.name, interview.name),
        version=version.version if version else 0,
        coded=bool(version and version.coded),
        problem="" if version else _problem(session, project, interview),
        sound=sound_address(project.name, interview.name) if is_sound else "",
        sound_type=type_of(interview.extension) if is_sound else "",
        sound_name=interview.extension.lstrip(".").upper(),
        turns=turns,
        tally=Tally(len(items), sum(item.state != OPEN for item in items)),
        elsewhere=elsewhere,
        corrections=_corrections(session, interview),
        speakers=(speaker_name(interview, INTERVIEWER), speaker_name(interview, RESPONDENT)),
        names=(interview.interviewer, interview.pseudonym),
        seen_change=last_change(session, interview.id),
        vis=asked.vis if asked.vis in SHOWN else "",
        shown=tuple(Option(value, _(title), value == asked.vis) for value, title in SHOWN.items()),
        panel=panel_of(session, project, read_mark(interview.name, asked.utsagn)) if asked.utsagn else None,
        positions=_positions(()),
        categories=_categories("", CATEGORIES[1:-1]),
        next_after=project_address(project.name),
        acts=acts_of(project, interview),
    )


def _border_act(session: Session, project: Project, decision: Decision | None) -> str:
    """The act that the decision was made with if it moved the borders of a phrase: that is undone as a whole.

    Other acts, such as accepting many at once, are not to be undone by the way, beside one of their phrases.
    """
    if decision is None or not decision.batch:
        return ""
    made = history(session, project.id, batch=decision.batch, limit=3)
    actions, turns = [one.choice.action for one in made], {(one.identity.interview, one.identity.turn) for one in made}
    return decision.batch if actions == [REJECT, RELABEL] and len(turns) == 1 else ""


def times_page(session: Session, interview: Interview, version: int) -> dict[int, str]:
    """When each word is said, by the turn: read by the page itself, since it is most of a transcript.

    Stale: the page shows another version than the newest.
    """
    newest = newest_version(session, interview.id)
    if newest is None or newest.version != version:
        raise Stale(_("utskriften er endret siden du åpnet siden"), interview.name, _("Last siden på nytt."))
    spoken = spoken_turns(session, newest.transcript_id)
    return {turn.number: times for turn in spoken if (times := times_of(turn))}


def answer_of(
    session: Session,
    project: Project,
    interview: Interview,
    phrase: Identity | None,
    turns: Iterable[int] = (),
    done: Done | None = None,
) -> Answer:
    """What the page puts in place after something was done to the phrase and the turns."""
    version = newest_version(session, interview.id)
    numbers = sorted(set(turns))
    spoken = spoken_turns(session, version.transcript_id, numbers) if version and numbers else ()
    here = Filter(interview=interview.name, turns=tuple(numbers))
    items = find_items(session, project.id, here, SPOKEN, MOST) if spoken else ()
    return Answer(
        interview=interview.name,
        address=interview_address(project.name, interview.name),
        version=version.version if version else 0,
        acts=acts_of(project, interview),
        panel=panel_of(session, project, phrase),
        turns=turns_of(interview, spoken, items)[0],
        tally=_tally(session, project, interview),
        corrections=_corrections(session, interview),
        done=done,
    )


def acts_of(project: Project, interview: Interview) -> dict[str, str]:
    """Where each form of the page is sent, by the last part of its address."""
    names = ("utsagn", "nytt", "grenser", "angre", "rett", "bytt", "talere", "rettelser")
    return {name: interview_act_address(project.name, interview.name, name) for name in names}


def panel_of(session: Session, project: Project, phrase: Identity | None) -> Panel | None:
    """The phrase with its grounds and what may be decided; None for none. NotFound where it is not to be reviewed."""
    if phrase is None:
        return None
    item = find_item_or_refuse(session, project.id, phrase)
    card, decision = card_of(item, {}), item.decision  # without its sentence, which is in the text beside
    first = item.positions[0] if item.positions else ""
    return Panel(
        card=card,
        mark=phrase_mark(*phrase[1:]),
        turn=phrase.turn,
        colour=dimension_of(first).colour if first else item.category,
        place=targets(item.category, item.positions),
        state=_(STATES[item.known.state]),
        batch=_border_act(session, project, decision),
        seen=str(decision.id) if decision else "",
        past=tuple(map(decision_view, history_of(session, project.id, phrase))),
        history=history_address(project.name, intervju=phrase.interview, utsagn=phrase_mark(*phrase[1:])),
        can_move_borders=item.category != NONE,
        positions=_positions(item.positions),
        categories=_categories(item.category, CATEGORIES[1:]),
    )


def corrections_page(session: Session, project: Project, interview: Interview) -> Corrections:
    """Who has corrected the transcript and its speakers, the newest first."""
    before, version = replaced_words(session, interview.id), newest_version(session, interview.id)
    lines = [
        *((one.created, _edit(one, before.get(one.id, ""), version)) for one in edits_of(session, interview.id)),
        *((one.created, _swap(one)) for one in swaps_of(session, interview.id)),
        *((one.created, _named(one)) for one in changes_of(session, interview.id) if one.field in NAMED),
    ]
    return Corrections(
        name=interview.name,
        back=interview_address(project.name, interview.name),
        lines=tuple(line for _created, line in sorted(lines, key=lambda line: line[0], reverse=True)),
        act=interview_act_address(project.name, interview.name, "rett"),
    )


def _edit(made: Edited, before: str, version: Version | None) -> Correction:
    one = made.edit.correction
    is_newest = version is not None and version.version == made.edit.from_version + 1
    back = back_fields(version.version, one.turn, one.start, one.replacement, before) if version and is_newest else ()
    what, moment = _("Replikk %(turn)s", turn=one.turn), day_and_time(made.created)
    return Correction(what, before, one.replacement, made.edit.note, made.person, moment, back)


def _swap(made: Swapped) -> Correction:
    names = [term(one).capitalize() for one in (INTERVIEWER, RESPONDENT)]
    before, after = "–".join(names), "–".join(reversed(names))
    return Correction(_("Byttet talere"), before, after, "", made.person, day_and_time(made.created))


def _named(made: Change) -> Correction:
    what = _(NAMED[made.field])
    return Correction(what, made.before, made.after, "", made.person, day_and_time(made.created))


def back_fields(version: int, turn: int, start: int, now: str, before: str) -> tuple[tuple[str, str], ...]:
    """The form that puts the former words back."""
    span = {"versjon": version, "replikk": turn, "fra": start, "til": start + len(now), "ny": before}
    return tuple((name, str(value)) for name, value in span.items())


def _corrections(session: Session, interview: Interview) -> int:
    return len(edits_of(session, interview.id)) + len(swaps_of(session, interview.id))


def _tally(session: Session, project: Project, interview: Interview) -> Tally:
    counted = count_items(session, project.id, ("state",), Filter(interview=interview.name))
    decided = sum(counted.get((state,), 0) for state in DECIDED)
    return Tally(decided + counted.get((OPEN,), 0), decided)


def _problem(session: Session, project: Project, interview: Interview) -> str:
    """Why there is no transcript."""
    states = (one for one in interview_states(session, project.id) if one.name == interview.name)
    state = next(states)
    if state.state == FAILED:
        return f"{state.what[:1].upper()}{state.what[1:]}. {state.next}"
    return _("Intervjuet står i kø og er ikke skrevet ut ennå.")


def _positions(current: Sequence[str]) -> tuple[PositionButton, ...]:
    return tuple(
        PositionButton(name, term(name), dimension_of(name).colour, str(key), tuple(current) == (name,))
        for key, name in enumerate(POSITIONS, start=1)
    )


def _categories(current: str, names: Iterable[str]) -> tuple[CategoryButton, ...]:
    keys = {"trait": "e", "task": "o", "education": "u", "none": "i"}
    titles = {name: _(TITLES[NONE]) if name == NONE else term(name).capitalize() for name in names}
    return tuple(CategoryButton(name, title, keys[name]) for name, title in titles.items() if name != current)
