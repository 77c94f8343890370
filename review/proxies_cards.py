"""A proxy as a card: in its sentence, with what it probably stands for, the question behind it and the verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.records import Candidate, Phrase, Proxy, Turn
from prompts import follow_up_question
from review.addresses import interview_address, phrase_mark, queue_address
from review.forms import seal
from review.language import _
from review.proxies_acts import competence_name
from review.wording import Quote, day_and_time, quote_in, term
from store.clusterings import candidates_with, typical_phrases
from store.interviews import abouts_of
from store.projects import Project
from store.proxies import kind_of, proxies_of, told_in, verdicts_on
from store.proxy_verdicts import PROXY, ProxyVerdict
from store.review_items import ReviewItem
from store.shown import turns_around

READ = 40  # phrases of a candidate among which one from the role's other interviews is sought
CLOSE = 0.5  # two names are of the same when they share more of their words than this
STEM = 6  # letters that two forms of a word share
LITTLE = frozenset(("og", "i", "på", "til", "for", "med", "av", "å", "en", "et", "den", "det", "andre", "ny", "nye"))
NOTHING_KNOWN = Proxy("", "", "")  # what the model says where people alone say that it is a proxy


@dataclass(frozen=True)
class Alternative:
    """A candidate of the project that others in the role tell of, and what one of them said."""

    name: str
    quote: str
    interview: str


@dataclass(frozen=True)
class VerdictView:
    """What holds; `stands_for` is empty where it is no proxy."""

    stands_for: str
    person: str
    moment: str
    note: str


@dataclass(frozen=True)
class ProxyCard:
    """A proxy. `wording` says it as a competence: `own` in the same interview's words, else in the corpora's.

    `hidden` are form fields: which phrase, and what was shown of it.
    """

    anchor: str
    quote: Quote
    interview: str
    interview_address: str
    about: str
    kind: str
    stands_for: str
    wording: str
    own: bool
    alternatives: tuple[Alternative, ...]
    question: str
    verdict: VerdictView | None
    hidden: tuple[tuple[str, str], ...]
    queue: str


def proxy_cards(session: Session, project: Project, items: Sequence[ReviewItem]) -> tuple[ProxyCard, ...]:
    """The cards of a page's phrases."""
    found, turns = proxies_of(session, items), turns_around(session, items)
    verdicts = verdicts_on(session, items)
    proxies = {item.id: found.get(item.id, NOTHING_KNOWN) for item in items}
    own = told_in(session, [(item.interview_id, proxies[item.id].wording) for item in items])
    elsewhere = [item for item in items if (item.interview_id, proxies[item.id].wording) not in own]
    alternatives = _alternatives(session, project.id, {item: proxies[item.id] for item in elsewhere})
    return tuple(
        _card(
            project.name,
            item,
            proxies[item.id],
            turns[item.id],
            verdicts.get(item.id),
            item not in elsewhere,
            alternatives.get(item.id, ()),
        )
        for item in items
    )


def question_behind(item: ReviewItem, proxy: Proxy, verdict: ProxyVerdict | None) -> str:
    """The question that gets behind a proxy, about what it stands for by the verdict, else by the model."""
    name = competence_name(verdict.stands_for) if verdict and verdict.verdict == PROXY else proxy.stands_for
    if proxy.question and name == proxy.stands_for:
        return proxy.question
    return follow_up_question(kind_of(item), item.phrase.text, name)


def are_close(one: str, other: str) -> bool:
    """Whether two competences have the same name, but for endings and little words."""
    first, second = _stems(one), _stems(other)
    return bool(first and second) and 2 * len(first & second) / (len(first) + len(second)) > CLOSE


def _stems(name: str) -> set[str]:
    return {word[:STEM] for word in re.findall(r"\w+", name.lower()) if word not in LITTLE}


def _alternatives(
    session: Session, project_id: int, proxies: Mapping[ReviewItem, Proxy]
) -> dict[int, tuple[Alternative, ...]]:
    """For each phrase whose interview does not tell of the competence: what others in the role tell of, by name."""
    candidates = candidates_with(session, project_id, ())
    close = {item: _close_to(proxy, candidates) for item, proxy in proxies.items()}
    wanted = {candidate.id for found in close.values() for candidate in found}
    if not wanted:
        return {}
    told = typical_phrases(session, project_id, wanted, READ)
    roles = {name: role for name, role, _chain in abouts_of(session, project_id)}
    return {
        item.id: tuple(filter(None, (_told_by_others(one.name, told[one.id], item, roles) for one in found)))
        for item, found in close.items()
    }


def _close_to(proxy: Proxy, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those that are the competence by id or name."""
    if not proxy.stands_for:
        return ()
    return tuple(one for one in candidates if one.id == proxy.competence or are_close(one.name, proxy.stands_for))


def _told_by_others(
    name: str, told: Sequence[Phrase], item: ReviewItem, roles: Mapping[str, str]
) -> Alternative | None:
    """The most typical phrase from another interview of the role."""
    others = (one for one in told if one.interview != item.phrase.interview)
    phrase = next((one for one in others if roles.get(one.interview) == item.role), None)
    return Alternative(name, phrase.text, phrase.interview) if phrase else None


def _card(
    project: str,
    item: ReviewItem,
    proxy: Proxy,
    turns: Mapping[int, Turn],
    verdict: ProxyVerdict | None,
    own: bool,
    alternatives: tuple[Alternative, ...],
) -> ProxyCard:
    phrase = item.phrase
    anchor = f"u{item.interview_id}-{phrase.turn}-{phrase.start}-{phrase.end}"
    mark = phrase_mark(phrase.turn, phrase.start, phrase.end)
    return ProxyCard(
        anchor=anchor,
        quote=quote_in(turns, phrase),
        interview=phrase.interview,
        interview_address=interview_address(project, phrase.interview, utsagn=mark),
        about=" · ".join(filter(None, (item.role, item.chain.replace("_", " ")))),
        kind=term(kind_of(item)),
        stands_for=proxy.stands_for,
        wording=proxy.wording,
        own=own,
        alternatives=alternatives,
        question=question_behind(item, proxy, verdict),
        verdict=_verdict(verdict) if verdict else None,
        hidden=_hidden(item, proxy, verdict),
        queue=queue_address(project, vis="alle", utsagn=anchor),
    )


def _verdict(verdict: ProxyVerdict) -> VerdictView:
    stands_for = competence_name(verdict.stands_for)
    return VerdictView(stands_for, verdict.person, day_and_time(verdict.created), verdict.note)


def _hidden(item: ReviewItem, proxy: Proxy, verdict: ProxyVerdict | None) -> tuple[tuple[str, str], ...]:
    phrase = item.phrase
    return (
        ("intervju", phrase.interview),
        ("replikk", str(phrase.turn)),
        ("fra", str(phrase.start)),
        ("til", str(phrase.end)),
        ("ordlyd", seal(phrase)),
        ("sett", str(verdict.id) if verdict else ""),
        ("forslag", proxy.stands_for),
    )


def said_of(card: ProxyCard) -> str:
    """What a verdict did, for who listens."""
    if card.verdict is None:
        return _("Angret")
    if not card.verdict.stands_for:
        return _("Ikke erstatningsord")
    return _("Står for %(competence)s", competence=card.verdict.stands_for)
