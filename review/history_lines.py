"""Each act of a project's history in words: what was done, to what, whether it still stands, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from pipeline.edits import MERGE, MOVE, RENAME, SPLIT
from pipeline.records import Phrase
from review.addresses import (
    competences_address,
    history_address,
    interview_address,
    phrase_mark,
    second_coding_address,
)
from review.details_form import FIELDS
from review.language import N_, _, ngettext
from review.proxies_acts import competence_name
from review.second_coding_view import said_in_words
from review.wording import targets
from store.decisions import APPROVE, REJECT, RELABEL, UNDO, Choice, Decision, decisions_numbered, undone_by
from store.decisions import MOVE as MOVED
from store.history import (
    BATCH,
    CANDIDATE,
    CHOICE,
    CLOSING,
    CODING,
    CORRECTION,
    DECISION,
    DETAILS,
    PROXY,
    ROUND,
    SPEAKERS,
    Act,
)
from store.history_details import (
    BatchContent,
    CodingAct,
    EditAct,
    VerdictAct,
    batch_contents,
    choices_numbered,
    coded_in,
    codings_numbered,
    corrections_numbered,
    details_numbered,
    edits_numbered,
    in_force_among,
    rounds_closed,
    swaps_numbered,
    verdicts_numbered,
)
from store.projects import Project
from store.proxy_verdicts import PROXY as IS_PROXY
from store.second_coding import Said, rounds_of

KIND_TITLES = {
    DECISION: N_("Avgjørelse"),
    BATCH: N_("Samlet avgjørelse"),
    CANDIDATE: N_("Kandidater"),
    CHOICE: N_("Nøkkelkompetanse"),
    PROXY: N_("Erstatningsord"),
    CORRECTION: N_("Utskrift"),
    SPEAKERS: N_("Utskrift"),
    DETAILS: N_("Opplysninger"),
    ROUND: N_("Dobbeltkoding"),
    CLOSING: N_("Dobbeltkoding"),
    CODING: N_("Dobbeltkoding"),
}
UNDONE, REPLACED = N_("angret"), N_("erstattet av noe nyere")


@dataclass(frozen=True)
class Told:
    """An act in words. `quote` is the phrase it was about, `address` leads to what it was about.

    `state` says why it no longer holds, `undo` names it for the form that undoes it; both may be empty. `parts` leads
    to what is in a batch.
    """

    text: str
    quote: str = ""
    interview: str = ""
    address: str = ""
    note: str = ""
    state: str = ""
    undo: str = ""
    parts: str = ""
    size: int = 0


Teller = Callable[[Session, Project, list[Act]], dict[int, Told]]


def tell(session: Session, project: Project, acts: Iterable[Act]) -> list[tuple[Act, Told]]:
    """The acts in their order, each in words; what of them is gone meanwhile is left out."""
    found = list(acts)
    kinds = {kind: [act for act in found if act.kind == kind] for kind in KIND_TITLES}
    told = {kind: TELLERS[kind](session, project, some) for kind, some in kinds.items() if some}
    return [(act, told[act.kind][act.number]) for act in found if act.number in told[act.kind]]


def _numbers(acts: list[Act]) -> list[int]:
    return [act.number for act in acts]


def _decisions(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    decisions = decisions_numbered(session, project.id, _numbers(acts))
    undone = undone_by(session, decisions)
    undoing = [one.choice.undoes for one in decisions.values() if one.choice.undoes]
    others = decisions_numbered(session, project.id, [*undone.values(), *undoing])
    in_force = in_force_among(session, decisions)
    return {
        number: _decision(project, one, others.get(one.choice.undoes or 0), others.get(undone.get(number, 0)), in_force)
        for number, one in decisions.items()
    }


def _decision(
    project: Project, one: Decision, target: Decision | None, undo: Decision | None, in_force: frozenset[int]
) -> Told:
    text = _acted(one.choice)
    if target:
        text = _("angret: %(done)s (%(person)s)", done=_acted(target.choice), person=target.choice.person)
    state = ""
    if undo:
        state = _("angret av %(person)s", person=undo.choice.person)
    elif one.choice.action != UNDO and one.id not in in_force:
        state = _(REPLACED)
    undo_it = f"{DECISION}:{one.id}" if one.id in in_force else ""
    return _on(project, one.phrase, Told(text, note=one.choice.note, state=state, undo=undo_it))


def _acted(choice: Choice) -> str:
    """What somebody did, after their name: `flyttet til Rutiner`."""
    target = targets(choice.category, choice.positions) if choice.category else ""
    done = {
        APPROVE: _("godkjente som %(target)s", target=target),
        MOVED: _("flyttet til %(target)s", target=target),
        RELABEL: _("satte til %(target)s", target=target),
        REJECT: _("forkastet"),
    }
    return done.get(choice.action, _(UNDONE))


def _on(project: Project, phrase: Phrase, told: Told) -> Told:
    """What was done, with the phrase that it was done to and the way to the phrase's own history."""
    mark = phrase_mark(phrase.turn, phrase.start, phrase.end)
    address = history_address(project.name, intervju=phrase.interview, utsagn=mark)
    return replace(told, quote=phrase.text, interview=phrase.interview, address=address)


def _batches(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    contents = batch_contents(session, project.id, [act.about for act in acts])
    return {act.number: _batch(project, act, contents[act.about]) for act in acts if act.about in contents}


def _batch(project: Project, act: Act, content: BatchContent) -> Told:
    size = sum(content.actions.values())
    undos_alone = set(content.actions) == {UNDO}
    return Told(
        text=_batch_text(content),
        state="" if undos_alone or content.standing else _(UNDONE),
        undo=f"{BATCH}:{act.about}" if content.standing else "",
        parts=history_address(project.name, gruppe=act.about),
        size=size,
    )


def _batch_text(content: BatchContent) -> str:
    """By what there is in it: undone and made again at once is what follows the words of a corrected transcript."""
    actions = content.actions
    if UNDO in actions and len(actions) > 1:
        made = sum(number for action, number in actions.items() if action != UNDO)
        return ngettext(
            "flyttet %(num)s avgjørelse med en rettelse i utskriften",
            "flyttet %(num)s avgjørelser med en rettelse i utskriften",
            made,
        )
    words = {
        APPROVE: lambda n: ngettext("godkjente %(num)s utsagn", "godkjente %(num)s utsagn", n),
        MOVED: lambda n: ngettext("flyttet %(num)s utsagn", "flyttet %(num)s utsagn", n),
        RELABEL: lambda n: ngettext("ga %(num)s utsagn ny kategori", "ga %(num)s utsagn ny kategori", n),
        REJECT: lambda n: ngettext("forkastet %(num)s utsagn", "forkastet %(num)s utsagn", n),
        UNDO: lambda n: ngettext("angret %(num)s avgjørelse", "angret %(num)s avgjørelser", n),
    }
    return _("%(acts)s samlet", acts=", ".join(words[action](number) for action, number in actions.items()))


def _candidates(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    edits = edits_numbered(session, project.id, _numbers(acts))
    undone = edits_numbered(session, project.id, [one.undoes for one in edits.values() if one.undoes])
    found = {}
    for number, one in edits.items():
        text = _edit(one)
        if one.undoes and one.undoes in undone:
            text = _("angret: %(act)s", act=_edit(undone[one.undoes]))
        found[number] = Told(
            text=text,
            address=competences_address(project.name),
            note=one.note,
            state="" if one.stands else _(UNDONE),
            undo=f"{CANDIDATE}:{number}" if one.stands and not one.undoes else "",
        )
    return found


def _edit(one: EditAct) -> str:
    name, first, second = one.name or one.first or _("en ny kandidat"), one.first, one.second
    known = {
        MERGE: _("slo sammen «%(first)s» og «%(second)s» til «%(name)s»", first=first, second=second, name=name),
        SPLIT: _("tok «%(name)s» ut av «%(second)s»", name=name, second=second),
        RENAME: _("ga «%(first)s» navnet «%(name)s»", first=first, name=name),
        MOVE: _("flyttet utsagn fra «%(second)s» til «%(first)s»", first=first, second=second),
    }
    return known.get(one.action, _(UNDONE))


def _choices(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    found = {}
    for number, one in choices_numbered(session, project.id, _numbers(acts)).items():
        name = one.name or one.candidate
        chosen = _("valgte «%(name)s» som nøkkelkompetanse", name=name)
        text = chosen if one.chosen else _("valgte bort «%(name)s»", name=name)
        texts = ((_("Hvorfor"), one.why), (_("Hva"), one.what))
        found[number] = Told(
            text=text,
            address=competences_address(project.name),
            note="\n".join(f"{title}: {said}" for title, said in texts if said),
            state="" if one.holds else _(REPLACED),
            undo=f"{CHOICE}:{number}" if one.holds else "",
        )
    return found


def _verdicts(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    verdicts = verdicts_numbered(session, project.id, _numbers(acts))
    return {number: _told_verdict(project, number, one) for number, one in verdicts.items()}


def _told_verdict(project: Project, number: int, one: VerdictAct) -> Told:
    stands_for = competence_name(one.stands_for)
    text = _("sa at det står for «%(competence)s»", competence=stands_for)
    if one.verdict != IS_PROXY:
        text = _("sa at det ikke er et erstatningsord")
    elif not stands_for:
        text = _("sa at det er et erstatningsord")
    state = "" if one.holds or one.undoes else _(UNDONE) if one.undone else _(REPLACED)
    told = _("angret: %(act)s", act=text) if one.undoes else text
    undo = f"{PROXY}:{number}" if one.holds else ""
    return _on(project, one.phrase, Told(told, note=one.note, state=state, undo=undo))


def _corrections(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    found = {}
    for number, one in corrections_numbered(session, project.id, _numbers(acts)).items():
        before, after = one.before, one.correction.replacement
        text = _("rettet «%(before)s» til «%(after)s»", before=before, after=after)
        if not before.strip():
            text = _("satte inn «%(after)s»", after=after.strip())
        elif not after.strip():
            text = _("tok bort «%(before)s»", before=before.strip())
        found[number] = Told(
            text=text,
            interview=one.interview,
            address=interview_address(project.name, one.interview),
            note=one.note,
            state="" if one.holds else _("rettet igjen siden"),
            undo=f"{CORRECTION}:{number}" if one.holds else "",
        )
    return found


def _swaps(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    return {
        number: Told(
            text=_("byttet om intervjuer og informant"),
            interview=one.interview,
            address=interview_address(project.name, one.interview),
            state="" if one.holds else _("byttet igjen siden"),
            undo=f"{SPEAKERS}:{number}" if one.holds else "",
        )
        for number, one in swaps_numbered(session, project.id, _numbers(acts)).items()
    }


def _details(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    return {
        number: Told(
            text=_(
                "endret %(field)s fra «%(before)s» til «%(after)s»",
                field=_(FIELDS.get(one.field, one.field)).lower(),
                before=one.before or "–",
                after=one.after or "–",
            ),
            interview=one.interview,
            address=interview_address(project.name, one.interview),
            state="" if one.holds else _(REPLACED),
            undo=f"{DETAILS}:{number}" if one.holds else "",
        )
        for number, one in details_numbered(session, project.id, _numbers(acts)).items()
    }


def _rounds(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    wanted = set(_numbers(acts))
    return {
        one.id: Told(
            text=_(
                "startet dobbeltkoding, runde %(number)s, for %(one)s og %(other)s",
                number=one.id,
                one=one.people[0],
                other=one.people[1],
            ),
            address=second_coding_address(project.name, one.id),
        )
        for one in rounds_of(session, project.id)
        if one.id in wanted
    }


def _closings(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    return {
        number: Told(
            text=_("lukket dobbeltkoding, runde %(number)s", number=round_id),
            address=second_coding_address(project.name, round_id),
        )
        for number, round_id in rounds_closed(session, project.id, _numbers(acts)).items()
    }


def _codings(session: Session, project: Project, acts: list[Act]) -> dict[int, Told]:
    """All that a coder said in a round in one line; what was said of one phrase in words."""
    rounds = {int(act.about) for act in acts if act.about}
    counts = coded_in(session, rounds) if rounds else {}
    found = {
        act.number: Told(
            text=_coded(int(act.about), counts.get((int(act.about), act.person), 0)),
            address=second_coding_address(project.name, int(act.about)),
        )
        for act in acts
        if act.about
    }
    return found | _said(session, project, [act.number for act in acts if not act.about])


def _coded(number: int, phrases: int) -> str:
    return ngettext(
        "kodet %(num)s utsagn blindt i runde %(number)s",
        "kodet %(num)s utsagn blindt i runde %(number)s",
        phrases,
        number=number,
    )


def _said(session: Session, project: Project, numbers: list[int]) -> dict[int, Told]:
    codings = codings_numbered(session, project.id, numbers) if numbers else {}
    return {number: _on(project, one.phrase, Told(_answered(one))) for number, one in codings.items()}


def _answered(one: CodingAct) -> str:
    said = Said(one.category, one.positions[0] if one.positions else "")
    return _("svarte %(what)s i dobbeltkoding, runde %(number)s", what=said_in_words(said), number=one.round)


TELLERS: Mapping[str, Teller] = {
    DECISION: _decisions,
    BATCH: _batches,
    CANDIDATE: _candidates,
    CHOICE: _choices,
    PROXY: _verdicts,
    CORRECTION: _corrections,
    SPEAKERS: _swaps,
    DETAILS: _details,
    ROUND: _rounds,
    CLOSING: _closings,
    CODING: _codings,
}
