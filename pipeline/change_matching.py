"""Find the wordings of change in a text: roughly, without a grammar, and exactly, in what a grammar has read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline import change_wordings as wordings

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.tokens import Doc, Span
    from spacy.vocab import Vocab

GROWS, FADES, NEW = DIRECTIONS = ("grows", "fades", "new")
WEAK = {NEW: "weak new", FADES: "weak fades"}
BEFORE, NOW, PASSING = "before", "now", "passing"
KINDS = {
    GROWS: wordings.GROWS,
    FADES: wordings.FADES,
    NEW: wordings.NEW,
    WEAK[FADES]: wordings.WEAK_FADES,
    WEAK[NEW]: wordings.WEAK_NEW,
    BEFORE: wordings.BEFORE,
    NOW: wordings.NOW,
    PASSING: wordings.PASSING,
}
GAP = "…"
OWN_DENIAL = "denies"  # the label of a wording that says no itself
IN_GRAMMAR: dict[str, dict[str, Any]] = {
    GAP: {"IS_PUNCT": False, "OP": "{0,4}"},
    "END": {"IS_PUNCT": True},
    "PAST": {"MORPH": {"IS_SUPERSET": ["Tense=Past"]}},
    "CMP": {"MORPH": {"IS_SUPERSET": ["Degree=Cmp"]}},
}
IN_TEXT = {GAP: r"(?:[\w-]+\s+){0,4}", "END": r"[^\w\s]", "PAST": r"[\w-]+\s*", "CMP": r"[\w-]+\s*"}
WORD = re.compile(r"\w+")


def alternatives(item: str) -> str:
    """A regular expression for the words that an item of a wording may be."""
    listed = (one for word in item.split("/") for one in wordings.LISTS.get(word, word).split())
    return "|".join(re.escape(word).replace(r"\*", r"\w*") for word in listed)


@dataclass(frozen=True)
class Rough:
    """A wording as who knows no grammar sees it; of each of `needs` a word must be there for it to be looked for."""

    kind: str
    needs: tuple[frozenset[str], ...]
    pattern: re.Pattern[str]


def may_tell(text: str) -> bool:
    """False where no wording can be in the text, so that it need not be read by the grammar."""
    words, found = frozenset(WORD.findall(text.lower())), set()
    for rough in _roughly():
        if all(not words.isdisjoint(need) for need in rough.needs) and rough.pattern.search(text):
            if rough.kind not in (BEFORE, NOW, PASSING):
                return True
            found.add(rough.kind)
    return {BEFORE, NOW} <= found


def wordings_in(doc: Doc) -> dict[str, list[Span]]:
    """Every wording in the text by its kind, in order; its label says whether it denies something by itself."""
    from spacy.tokens import Span

    found: dict[str, list[Span]] = {kind: [] for kind in KINDS}
    for name, start, end in sorted(_matcher(doc.vocab)(doc), key=lambda match: match[1:]):
        kind, _, label = doc.vocab.strings[name].partition("|")
        found[kind].append(Span(doc, start, end, label=label))
    return found


@lru_cache(maxsize=1)
def _roughly() -> tuple[Rough, ...]:
    return tuple(_rough(kind, line.split()) for kind, lines in KINDS.items() for line in lines.split("\n") if line)


def _rough(kind: str, items: list[str]) -> Rough:
    words = [alternatives(item).split("|") for item in items if item not in IN_TEXT]
    needs = tuple(frozenset(some) for some in words if all(WORD.fullmatch(word) for word in some))
    pattern = "".join(IN_TEXT.get(item) or rf"(?:{alternatives(item)})\b\s*" for item in items)
    return Rough(kind, needs, re.compile(rf"\b{pattern}", re.IGNORECASE))


@lru_cache(maxsize=4)
def _matcher(vocab: Vocab) -> Matcher:
    """All wordings, compiled for a vocabulary."""
    from spacy.matcher import Matcher

    matcher = Matcher(vocab)
    for kind, lines in KINDS.items():
        for line in filter(None, lines.split("\n")):
            label = OWN_DENIAL if set(re.split("[ /]", line)) & wordings.DENYING else ""
            matcher.add(f"{kind}|{label}", [[_token(item) for item in line.split()]])
    return matcher


def _token(item: str) -> dict[str, Any]:
    return IN_GRAMMAR.get(item) or {"LOWER": {"REGEX": f"^(?:{alternatives(item)})$"}}
