from __future__ import annotations

import pytest

import prompts
from pipeline.spelling import Spelling, read_spelling

SMALL = read_spelling(["# dansk\tnorsk", "hvad\thva", "mig\tmeg", "-tion\t-sjon", "-ation\t-asjon", ""])


def test_read_spelling_tells_words_from_endings() -> None:
    """A line is a word or, with a hyphen, an ending, the longest ending first; comments and empty lines are none."""
    assert Spelling({"hvad": "hva", "mig": "meg"}, (("ation", "asjon"), ("tion", "sjon"))) == SMALL


@pytest.mark.parametrize(
    ("danish", "norwegian"),
    [
        ("hvad gør du", "hva gør du"),
        ("Hvad? Mig!", "Hva? Meg!"),
        ("«hvad», (mig)", "«hva», (meg)"),
        ("information om en station", "informasjon om en stasjon"),
        ("migrene og hvadsomhelst", "migrene og hvadsomhelst"),
        ("tion", "tion"),
        ("", ""),
    ],
)
def test_correct_changes_danish_forms_only(danish: str, norwegian: str) -> None:
    """Danish words and endings are written in bokmål; capitals, punctuation and everything else stay."""
    assert SMALL.correct(danish) == norwegian


def test_right_words_stay() -> None:
    """No bokmål form that the table corrects to is itself corrected."""
    spelling = prompts.danish_spelling()
    changed = {word for word in spelling.words.values() if spelling.correct(word) != word}
    assert changed == set()


def test_shipped_table_corrects_a_sentence() -> None:
    """The shipped table writes a sentence with common Danish drift in bokmål."""
    drift = "Hvad siger du til mig, og vilken del af det?"
    assert prompts.danish_spelling().correct(drift) == "Hva sier du til meg, og hvilken del av det?"
