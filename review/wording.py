"""How the pages say things: numbers, moments and choices in the page's language, and a phrase in its context."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_percent

from pipeline.balance import norwegian
from pipeline.records import INTERVIEWER, Phrase, Turn
from review.language import _, locale_name
from store.decisions import APPROVE, MOVE, REJECT, RELABEL, Choice

AROUND = 220  # characters shown on each side of a quote, where the sentence is longer
SENTENCE_END = re.compile(r"[.!?…]+[»”\"']?\s+")


@dataclass(frozen=True)
class Quote:
    """A phrase in its sentence. `question` is what was asked; `moment`, `12:41`, is known for recordings."""

    before: str
    text: str
    after: str
    question: str = ""
    moment: str = ""


def term(name: str) -> str:
    """A position, category, proxy or speaker for people, in the language of the page."""
    return "–".join(_(norwegian(part)) for part in name.split("+"))


def percent(probability: float) -> str:
    """0.614 → `61 %`."""
    return _percent(probability, locale_name())


@lru_cache(maxsize=20_000)  # a list has hundreds of them, most of them alike
def _percent(probability: float, locale: str) -> str:
    return format_percent(probability, locale=locale)


def day_and_time(moment: datetime) -> str:
    """`24. nov. 2025, 07:52`, by this machine's clock, as the language writes it."""
    here = moment.astimezone()
    return f"{format_date(here, 'medium', locale_name())}, {format_time(here, 'short', locale=locale_name())}"


def targets(category: str, positions: tuple[str, ...]) -> str:
    """`Rutiner`, `Mennesker og Tempo`, or the category where there is no position."""
    return _(" og ").join(map(term, positions)) if positions else term(category)


def describe(choice: Choice) -> str:
    """What a choice did, for people: `flyttet til Rutiner`."""
    target = targets(choice.category, choice.positions) if choice.category else ""
    done = {
        APPROVE: _("godkjent som %(target)s", target=target),
        MOVE: _("flyttet til %(target)s", target=target),
        RELABEL: _("satt til %(target)s", target=target),
        REJECT: _("forkastet"),
    }
    return done.get(choice.action, _("angret"))


def quote_in(turns: Mapping[int, Turn], phrase: Phrase) -> Quote:
    """The phrase in its sentence, from its turn and the one before; alone where they say something else at the span."""
    turn, asked = turns.get(phrase.turn), turns.get(phrase.turn - 1)
    if turn is None or turn.text[phrase.start : phrase.end] != phrase.text:
        return Quote("", phrase.text, "")
    return Quote(
        before=_sentence_before(turn.text[: phrase.start]),
        text=phrase.text,
        after=_sentence_after(turn.text[phrase.end :]),
        question=_shorten(asked.text, AROUND) if asked and asked.speaker == INTERVIEWER else "",
        moment=clock(turn.start),
    )


def _sentence_before(text: str) -> str:
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    sentence = text[ends[-1] :] if ends else text
    if len(sentence) <= AROUND:
        return sentence
    return "… " + sentence[-AROUND:].partition(" ")[2]


def _sentence_after(text: str) -> str:
    end = SENTENCE_END.search(text)
    return _shorten(text[: end.end()].rstrip() if end else text, AROUND)


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest].rpartition(" ")[0] + " …"


def clock(seconds: float | None) -> str:
    """Where in a recording, `12:41`; empty where that is not known."""
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
