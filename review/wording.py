"""How the pages say things: numbers, moments and choices in bokmål, and a phrase in its context."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from pipeline.balance import norwegian
from pipeline.records import INTERVIEWER, Phrase, Transcript
from store.decisions import APPROVE, MOVE, REJECT, RELABEL, Choice

AROUND = 220  # characters shown on each side of a quote, where the sentence is longer
SENTENCE_END = re.compile(r"[.!?…]+[»”\"']?\s+")
NBSP = "\u00a0"


@dataclass(frozen=True)
class Quote:
    """A phrase in its sentence. `question` is what was asked; `moment`, `12:41`, is known for recordings."""

    before: str
    text: str
    after: str
    question: str = ""
    moment: str = ""


def percent(probability: float) -> str:
    """0.614 → `61 %`."""
    return f"{round(probability * 100)}{NBSP}%"


def day_and_time(moment: datetime) -> str:
    """`24.11.2025 kl. 07.52`, by this machine's clock."""
    return moment.astimezone().strftime("%d.%m.%Y kl. %H.%M")


def targets(category: str, positions: tuple[str, ...]) -> str:
    """`Rutiner`, `Mennesker og Tempo`, or the category where there is no position."""
    return " og ".join(map(norwegian, positions)) if positions else norwegian(category)


def describe(choice: Choice) -> str:
    """What a choice did, for people: `flyttet til Rutiner`."""
    target = targets(choice.category, choice.positions) if choice.category else ""
    done = {
        APPROVE: f"godkjent som {target}",
        MOVE: f"flyttet til {target}",
        RELABEL: f"satt til {target}",
        REJECT: "forkastet",
    }
    return done.get(choice.action, "angret")


def quote_in(transcript: Transcript | None, phrase: Phrase) -> Quote:
    """The phrase in its sentence; alone where the transcript says something else at the span."""
    turns = transcript.turns if transcript else ()
    if not 0 <= phrase.turn < len(turns) or turns[phrase.turn].text[phrase.start : phrase.end] != phrase.text:
        return Quote("", phrase.text, "")
    turn = turns[phrase.turn]
    asked = turns[phrase.turn - 1] if phrase.turn else turn
    return Quote(
        before=_sentence_before(turn.text[: phrase.start]),
        text=phrase.text,
        after=_sentence_after(turn.text[phrase.end :]),
        question=_shorten(asked.text, AROUND) if asked.speaker == INTERVIEWER and asked is not turn else "",
        moment=_clock(turn.start),
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


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
