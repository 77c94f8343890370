from __future__ import annotations

import re

import pytest

import prompts
from pipeline.records import PROXY_KINDS


def test_recogniser_prompt_adds_the_sector() -> None:
    """The recogniser reads of the language, and of the sector where it is known."""
    general, retail = prompts.recogniser_prompt("nb"), prompts.recogniser_prompt("nb", "varehandel")
    assert "norsk bokmål" in general
    assert retail.startswith(general)
    assert "kasse" in retail
    assert "kasse" not in general
    assert "\n" not in retail


@pytest.mark.parametrize(("language", "sector"), [("nb", "romfart"), ("nb", "")])
def test_unknown_sector_adds_nothing(language: str, sector: str) -> None:
    """Another sector, or none, leaves the language's own text."""
    assert prompts.recogniser_prompt(language, sector) == prompts.recogniser_prompt(language)


def test_unknown_language_has_no_prompt() -> None:
    """A language without a text has an empty prompt."""
    assert prompts.recogniser_prompt("en", "varehandel") == ""


def test_hedges_are_lower_case_and_longest_first() -> None:
    """Hedges are word sequences in lower case, longest first, so that a longer one wins over its beginning."""
    hedges = prompts.hedges()
    assert ("ikke", "sant") in hedges
    assert [len(words) for words in hedges] == sorted((len(words) for words in hedges), reverse=True)
    assert all(word == word.lower() and word for words in hedges for word in words)
    assert len(set(hedges)) == len(hedges)


@pytest.mark.parametrize("endings", [prompts.occupations(), prompts.schooling()], ids=["occupations", "schooling"])
def test_word_lists_are_lower_case_and_hold_nothing_twice(endings: tuple[str, ...]) -> None:
    """Each line is one word in lower case, none a comment, and none is there twice."""
    assert len(endings) > 20
    assert all(re.fullmatch(r"[a-zæøå]+", ending) for ending in endings)
    assert len(set(endings)) == len(endings)


@pytest.mark.parametrize("word", ["hvert", "kurs", "butikken", "år", "erfaring"])
def test_common_words_end_as_no_occupation(word: str) -> None:
    """Words of any talk about schooling are no titles."""
    assert not word.endswith(prompts.occupations())


@pytest.mark.parametrize("kind", PROXY_KINDS)
def test_question_quotes_and_names(kind: str) -> None:
    """A follow-up question quotes the wording, names the competence as part of the sentence, and asks."""
    question = prompts.follow_up_question(kind, " godt humør. ", "Yte god service")
    assert "«godt humør»" in question
    assert "yte god service" in question
    assert question != prompts.follow_up_question(kind, "godt humør", "")


@pytest.mark.parametrize("kind", PROXY_KINDS)
def test_question_without_competence(kind: str) -> None:
    """Without a competence the question still quotes the wording, and leaves no gap."""
    question = prompts.follow_up_question(kind, "godt humør", "")
    assert "«godt humør»" in question
    assert not re.search(r"[{}]|  | [,.?]", question)


@pytest.mark.parametrize("wording", ["{wording}", "100 % {0}", "«sitat»"])
def test_wording_is_never_a_template(wording: str) -> None:
    """Braces and percent signs in what somebody said stand as they are."""
    assert wording in prompts.follow_up_question("trait", wording, "")


def test_danish_table_is_read() -> None:
    """The shipped table has words and endings, all in lower case and none that changes nothing."""
    spelling = prompts.danish_spelling()
    assert spelling.words["hvad"] == "hva"
    assert all(danish == danish.lower() != norwegian for danish, norwegian in spelling.words.items())
    assert all(danish != norwegian for danish, norwegian in spelling.endings)


def test_version_follows_the_texts(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is twelve hexadecimal digits, stays while the texts do, and changes with any of them."""
    assert re.fullmatch(r"[0-9a-f]{12}", prompts.version())
    assert prompts.version() == prompts.version()
    (tmp_path / "hedges.txt").write_text("ja\n", encoding="utf-8")
    monkeypatch.setattr(prompts, "HERE", tmp_path)
    first = prompts.version()
    (tmp_path / "hedges.txt").write_text("ja\nnei\n", encoding="utf-8")
    assert prompts.version() != first
