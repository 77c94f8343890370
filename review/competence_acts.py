"""What people do with candidates on the pages: written down unless somebody else changed what the page showed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline import edits
from pipeline.edits import Edit
from pipeline.records import Candidate, identity_of
from review.competence_forms import YES, ChoiceForm, EditForm, Pick, read_pick
from review.errors import Refused, Stale
from review.language import _, ngettext
from store.candidate_choices import CandidateChoice, choices_of, choose
from store.candidate_decisions import edit_candidates, undo_candidates
from store.clusterings import lock_candidates, versions_of


@dataclass(frozen=True)
class Done:
    """What was done, in words; `number` is the edit that may be undone, `focus` the candidate to look at."""

    text: str
    number: int = 0
    focus: str = ""


Make = Callable[[Sequence[Candidate]], Edit]


def merge(session: Session, project_id: int, person: str, form: EditForm) -> Done:
    """Two or more candidates as one."""
    picks = _picks(form.kandidat)
    if len(picks) < 2:
        raise Refused(_("det må være minst to å slå sammen"), "", _("Merk flere kandidater, og prøv igjen."))
    ids = [pick.id for pick in picks]
    edit, number = _decide(session, project_id, person, picks, lambda found: edits.merge(found, ids, form.name), form)
    return Done(_("Slått sammen til «%(name)s».", name=edit.name), number, ids[0])


def rename(session: Session, project_id: int, person: str, form: EditForm) -> Done:
    """A candidate under another name."""
    (pick,) = _picks(form.kandidat[:1]) or (read_pick(""),)
    if not form.name:
        raise Refused(_("navnet mangler"), "", _("Skriv et navn."))
    edit, number = _decide(
        session, project_id, person, [pick], lambda found: edits.rename(found, pick.id, form.name), form
    )
    return Done(_("Heter nå «%(name)s».", name=edit.name), number, pick.id)


def move(session: Session, project_id: int, person: str, form: EditForm) -> Done:
    """Phrases from one candidate to another."""
    (home,) = _picks(form.kandidat[:1]) or (read_pick(""),)
    to = read_pick(form.til)
    _check_some(form)
    edit, number = _decide(
        session, project_id, person, [home, to], lambda found: edits.move(found, form.phrases, home.id, to.id)
    )
    count = len(edit.parts[2].phrases)
    said = ngettext(
        "%(num)s utsagn flyttet til «%(name)s».", "%(num)s utsagn flyttet til «%(name)s».", count, name=edit.name
    )
    return Done(said, number, to.id)


def split(session: Session, project_id: int, person: str, form: EditForm) -> Done:
    """The phrases out, as a candidate of their own."""
    (pick,) = _picks(form.kandidat[:1]) or (read_pick(""),)
    _check_some(form)
    make: Make = lambda found: edits.split(found, pick.id, form.phrases, form.name)  # noqa: E731
    return _split(session, project_id, person, pick, make, form)


def split_in_two(session: Session, project_id: int, person: str, form: EditForm) -> Done:
    """The half out that the program found when it gathered the candidate."""
    (pick,) = _picks(form.kandidat[:1]) or (read_pick(""),)

    def make(found: Sequence[Candidate]) -> Edit:
        whole = next(one for one in found if one.id == pick.id)
        if not whole.second:
            what = _("programmet har ikke noe forslag til deling")
            raise Refused(what, whole.name, _("Merk utsagnene som skal ut, selv."))
        return edits.split(found, pick.id, [identity_of(whole.phrases[i]) for i in whole.second], form.name)

    return _split(session, project_id, person, pick, make, form)


def undo(session: Session, project_id: int, person: str, form: EditForm) -> Done:
    """An edit undone."""
    lock_candidates(session, project_id)
    undo_candidates(session, project_id, form.nummer, person)
    return Done(_("Endringen er angret."))


def choose_candidate(session: Session, project_id: int, person: str, form: ChoiceForm) -> Done:
    """A candidate chosen as a key competence, or no longer; its texts stay."""
    pick, known = _candidate_and_choice(session, project_id, form)
    chosen = form.valgt == YES
    if (known.chosen if known else False) != chosen:
        _check_seen(known, form)
        why, what = (known.why, known.what) if known else ("", "")
        choose(session, project_id, pick.id, chosen, person, why, what)
    return Done(_("Valgt.") if chosen else _("Ikke lenger valgt."), focus=pick.id)


def give_grounds(session: Session, project_id: int, person: str, form: ChoiceForm) -> CandidateChoice:
    """Why a candidate is chosen, and what it is."""
    pick, known = _candidate_and_choice(session, project_id, form)
    why, what = form.texts
    before = (known.why, known.what) if known else ("", "")
    after = (before[0] if why is None else why, before[1] if what is None else what)
    if known and before == after:
        return known
    _check_seen(known, form)
    return choose(session, project_id, pick.id, known.chosen if known else False, person, *after)


def _split(session: Session, project_id: int, person: str, pick: Pick, make: Make, form: EditForm) -> Done:
    edit, number = _decide(session, project_id, person, [pick], make, form)
    count = len(edit.parts[0].phrases)
    said = ngettext("%(num)s utsagn er tatt ut for seg.", "%(num)s utsagn er tatt ut for seg.", count)
    return Done(said, number, edit.parts[0].id)


def _decide(
    session: Session, project_id: int, person: str, picks: Sequence[Pick], make: Make, form: EditForm | None = None
) -> tuple[Edit, int]:
    """The edit and its number. Stale: somebody has changed one of the candidates since."""
    lock_candidates(session, project_id)
    _check_versions(session, project_id, picks)
    ids = [pick.id for pick in picks]

    def checked(found: Sequence[Candidate]) -> Edit:
        if form and form.name:
            _check_free(found, form.name, ids)
        return make(found)

    made = edit_candidates(session, project_id, ids, checked, person)
    return made.edit, made.id


def _check_versions(session: Session, project_id: int, picks: Sequence[Pick]) -> None:
    versions = versions_of(session, project_id)
    after = _("Last siden på nytt og se på det som gjelder nå.")
    for pick in picks:
        if pick.id not in versions:
            raise Stale(_("kandidaten er ikke der lenger"), pick.id, after)
        if versions[pick.id] != pick.version:
            raise Stale(_("kandidaten er endret siden du åpnet siden"), pick.id, after)


def _check_free(found: Sequence[Candidate], name: str, own: Sequence[str]) -> None:
    """Refused where another candidate has the name; those that are merged may give theirs to the whole."""
    for candidate in found:
        if candidate.name.lower() == name.lower() and candidate.id not in own:
            raise Refused(_("navnet er i bruk"), name, _("Velg et annet navn, eller slå de to sammen."))


def _check_some(form: EditForm) -> None:
    if not form.utsagn:
        raise Refused(_("ingen utsagn er merket"), "", _("Merk utsagnene først."))


def _picks(values: Sequence[str]) -> tuple[Pick, ...]:
    return tuple({pick.id: pick for pick in map(read_pick, values)}.values())


def _candidate_and_choice(session: Session, project_id: int, form: ChoiceForm) -> tuple[Pick, CandidateChoice | None]:
    """The candidate, and what holds of it. Stale where it is not there any more; its phrases may have changed."""
    lock_candidates(session, project_id)
    pick = read_pick(form.kandidat)
    if pick.id not in versions_of(session, project_id):
        raise Stale(_("kandidaten er ikke der lenger"), pick.id, _("Last siden på nytt og se på det som gjelder nå."))
    return pick, choices_of(session, project_id).get(pick.id)


def _check_seen(known: CandidateChoice | None, form: ChoiceForm) -> None:
    if (known.id if known else 0) != form.sett:
        who = known.person if known else ""
        raise Stale(
            _("noen andre har endret valget siden du åpnet siden"), who, _("Last siden på nytt, og velg på nytt.")
        )
