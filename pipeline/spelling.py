"""Danish spellings that a small recogniser drifts into, written as Norwegian bokmål.

Only forms that are no Norwegian words are touched, so that a right word is never made wrong. The list and the
endings are in prompts/danish.tsv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Spelling:
    """Whole words, and endings that are Danish in any word (`-tion` → `-sjon`)."""

    words: dict[str, str]
    endings: tuple[tuple[str, str], ...]

    def correct(self, text: str) -> str:
        """The text with each Danish form replaced; capitals and punctuation stay."""
        return WORD.sub(lambda match: self._word(match.group()), text)

    def _word(self, word: str) -> str:
        lower = word.lower()
        replacement = self.words.get(lower)
        if replacement is None:
            ending = next(
                (pair for pair in self.endings if lower.endswith(pair[0]) and len(lower) > len(pair[0]) + 2),
                None,
            )
            if ending is None:
                return word
            replacement = lower[: -len(ending[0])] + ending[1]
        if word.isupper() and len(word) > 1:
            return replacement.upper()
        return replacement.capitalize() if word[0].isupper() else replacement


def read_spelling(lines: list[str]) -> Spelling:
    """Lines `danish<TAB>norwegian`; a Danish form that begins with `-` is an ending. `#` starts a comment."""
    pairs = [tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#")]
    words = {danish: norwegian for danish, norwegian in pairs if not danish.startswith("-")}
    endings = tuple((d[1:], n[1:]) for d, n in pairs if d.startswith("-"))
    return Spelling(words, tuple(sorted(endings, key=lambda pair: -len(pair[0]))))
