"""What a person finds of a proxy: written down, unless somebody else did since the page was shown."""

from __future__ import annotations

from sqlalchemy.orm import Session

from corpora import read_key_competences
from pipeline.records import Phrase
from review.errors import NotFound, Refused, Stale
from review.forms import read_note, read_seen, seal
from review.language import _
from review.material import LONGEST_NUMBER
from review.proxies_query import AGREE, LONGEST_WORDING, NO, OTHER, UNDO, ProxyForm
from store.projection import lock_interviews
from store.proxies import is_proxy
from store.proxy_verdicts import NOT_PROXY, PROXY, ProxyVerdict, judge_proxy, undo_verdict, verdicts_of
from store.review_items import ReviewItem, item_of


def act(session: Session, project_id: int, person: str, form: ProxyForm) -> ReviewItem:
    """Does what the form asks, once where it is sent twice; the phrase.

    Stale: the page showed other words, or another verdict holds by now. Refused: it makes no sense.
    """
    item = find_proxy_or_refuse(session, project_id, form)
    lock_interviews(session, [item.interview_id])
    holding = verdicts_of(session, project_id, [item.identity]).get(item.identity)
    seen, note = read_seen(form.sett), read_note(form.notat)
    if form.handling == UNDO:
        _undo(session, project_id, item, holding, seen, person)
        return item
    verdict, stands_for = _found(form)
    if holding and (holding.verdict, holding.stands_for, holding.note, holding.person) == (
        verdict,
        stands_for,
        note,
        person,
    ):
        return item
    _check_seen(holding, seen, item.phrase)
    judge_proxy(session, project_id, item.phrase, verdict, person, stands_for, note)
    return item


def find_proxy_or_refuse(session: Session, project_id: int, form: ProxyForm) -> ReviewItem:
    """The phrase that the form is about. NotFound: it is no proxy now. Stale: it has other words than the page had."""
    possible = "\x00" not in form.intervju and all(0 <= number < LONGEST_NUMBER for number in form.identity[1:])
    item = item_of(session, project_id, form.identity) if possible else None
    if item is None or not is_proxy(item):
        which = _("%(interview)s, replikk %(turn)s", interview=form.intervju, turn=form.replikk)
        raise NotFound(_("utsagnet er ikke lenger et mulig erstatningsord"), which, _("Last siden på nytt."))
    if form.ordlyd != seal(item.phrase):
        raise Stale(_("utsagnet har fått ny ordlyd"), form.intervju, _("Last siden på nytt, og les det igjen."))
    return item


def competence_id(wording: str) -> str:
    """The id of the key competence of this name, else the wording itself, as `ProxyVerdict.stands_for` has it."""
    return next((one.id for one in read_key_competences().values() if one.name.lower() == wording.lower()), wording)


def competence_name(stands_for: str) -> str:
    """The key competence's name, or the wording that somebody wrote."""
    known = read_key_competences().get(stands_for)
    return known.name if known else stands_for


def _found(form: ProxyForm) -> tuple[str, str]:
    """The verdict in the form, and what the phrase stands for."""
    if form.handling == NO:
        return NOT_PROXY, ""
    if form.handling not in (AGREE, OTHER):
        raise Refused(_("ukjent handling"), form.handling, _("Bruk knappene på siden."))
    wording = " ".join((form.forslag if form.handling == AGREE else form.kompetanse).split())
    if not wording:
        raise Refused(_("kompetansen mangler"), _("Står for"), _("Velg en kompetanse, eller skriv den med egne ord."))
    if len(wording) > LONGEST_WORDING:
        which = _("%(count)s tegn", count=len(wording))
        raise Refused(_("kompetansen er for lang"), which, _("Bruk høyst %(count)s tegn.", count=LONGEST_WORDING))
    if not wording.isprintable():
        raise Refused(_("kompetansen har tegn som ikke kan vises"), _("Står for"), _("Skriv den med vanlige tegn."))
    return PROXY, competence_id(wording)


def _undo(
    session: Session, project_id: int, item: ReviewItem, holding: ProxyVerdict | None, seen: int | None, person: str
) -> None:
    """Undoes what the person saw to hold, unless that is undone already."""
    if seen is None:
        raise Refused(_("det er ingenting å angre"), item.phrase.text, _("Last siden på nytt."))
    if holding and holding.id >= seen:
        _check_seen(holding, seen, item.phrase)
        undo_verdict(session, project_id, seen, person)


def _check_seen(holding: ProxyVerdict | None, seen: int | None, phrase: Phrase) -> None:
    if (holding.id if holding else None) == seen:
        return
    if holding is None:
        raise Stale(_("vurderingen er angret siden du åpnet siden"), phrase.text, _("Last siden på nytt."))
    person = holding.person
    what = _("%(person)s har vurdert dette siden du åpnet siden", person=person)
    raise Stale(what, phrase.text, _("Last siden på nytt, se hva som gjelder, og vurder igjen om du er uenig."))
