from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from pipeline.errors import InputError
from pipeline.records import Transcript, Turn, Word
from pipeline.transcript_files import (
    WRITERS,
    from_lines,
    read_transcript,
    to_json,
    to_srt,
    to_txt,
    to_vtt,
    with_metadata,
)

TALK = Transcript(
    "kari",
    (
        Turn("interviewer", "Hva gjør du?", 0.25, 1.75),
        Turn("respondent", "Jeg selger sko.", 1.8, 3.999, (Word("Jeg", 1.8, 2.0, 0.9),)),
    ),
    "butikkmedarbeider",
    "varehandel",
    "nord",
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker[0], turn.text) for turn in transcript.turns]


def test_json_leaves_out_what_is_not_known() -> None:
    """Turns of a text-only source have neither times nor words in JSON."""
    data = json.loads(to_json(Transcript("a", (Turn("respondent", "hei"),))))
    assert data["turns"] == [{"speaker": "respondent", "text": "hei"}]
    assert "å" in to_json(Transcript("å", ()))


def test_json_needs_only_turns(tmp_path: Path) -> None:
    """A JSON transcript without an id has the file's name; null and unknown fields change nothing."""
    text = '{"role": null, "program": "x", "turns": [{"speaker": "respondent", "text": "hei", "start": null}]}'
    transcript = read_transcript(write(tmp_path, "ola.json", text))
    assert transcript == Transcript("ola", (Turn("respondent", "hei"),))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "linje 1, tegn 2"),
        ('{"turns": [\n{"speaker" "x"}]}', "linje 2, tegn 12"),
        ("[]", "er ikke en transkripsjon"),
        ("{}", "feltet «turns» mangler"),
        ('{"turns": "hei"}', "feltet «turns» har feil"),
        ('{"turns": [{"speaker": "respondent"}]}', "feltet «turns.0.text» mangler"),
        ('{"turns": [{"speaker": "respondent", "text": "a", "words": [1]}]}', "turns.0.words.0"),
        ('{"turns": [{"speaker": "Kari", "text": "hei"}]}', "«turns.0.speaker» er «Kari»"),
        ('{"turns": [{"speaker": "respondent", "text": "a", "start": NaN}]}', "«turns.0» har en umulig tid"),
        ('{"turns": [{"speaker": "respondent", "text": "a", "end": 1e999}]}', "«turns.0» har en umulig tid"),
        ('{"turns": [{"speaker": "respondent", "text": "a", "start": -1}]}', "«turns.0» har en umulig tid"),
        ('{"turns": [{"speaker": "respondent", "text": "\\ud800"}]}', "er ikke en transkripsjon"),
        ('{"turns": []}', "har ingen tekst"),
        ('{"turns": [{"speaker": "respondent", "text": " "}]}', "har ingen tekst"),
        ("[" * 100_000, "er ikke en transkripsjon"),
        ('{"turns": ' + "9" * 5000 + "}", "er ikke en transkripsjon"),
    ],
)
def test_broken_json_is_refused(tmp_path: Path, text: str, what: str) -> None:
    """JSON that is broken or no transcript is an input error that says where."""
    with pytest.raises(InputError, match=what):
        read_transcript(write(tmp_path, "a.json", text))


def test_unknown_suffix_is_refused(tmp_path: Path) -> None:
    """Another format is an input error that lists the known ones."""
    with pytest.raises(InputError, match="kjent transkriptformat") as error:
        read_transcript(write(tmp_path, "a.pdf", "hei"))
    assert ".json, .vtt, .srt, .txt, .docx" in error.value.next


@pytest.mark.parametrize("suffix", [".json", ".vtt", ".srt", ".txt", ".docx"])
def test_missing_and_empty_files_are_refused(tmp_path: Path, suffix: str) -> None:
    """In every format a file that is not there, or is empty, is told apart from one that is broken."""
    with pytest.raises(InputError, match="finnes ikke"):
        read_transcript(tmp_path / f"borte{suffix}")
    with pytest.raises(InputError, match="er tom"):
        read_transcript(write(tmp_path, f"tom{suffix}", ""))


def test_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    """The format is known by the suffix whatever its case."""
    assert said(read_transcript(write(tmp_path, "A.TXT", "R: hei"))) == [("r", "hei")]


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("I: Hva gjør du?\nR: Jeg selger sko.", [("i", "Hva gjør du?"), ("r", "Jeg selger sko.")]),
        ("Intervjuer: Ja?\nInformant: Ja.", [("i", "Ja?"), ("r", "Ja.")]),
        ("Kari: Hva gjør du?\nOla: Selger.", [("i", "Hva gjør du?"), ("r", "Selger.")]),
        ("Ola: Selger.\nKari: Hva mer?\nOla: Rydder.", [("r", "Selger."), ("i", "Hva mer?"), ("r", "Rydder.")]),
        ("[Kari]: Hva?\n[Ola]: Sko.", [("i", "Hva?"), ("r", "Sko.")]),
        ("R: En linje\nsom går videre.\n\nR: Og videre.", [("r", "En linje som går videre. Og videre.")]),
        ("Du må like folk.\nDu må rydde.", [("r", "Du må like folk."), ("r", "Du må rydde.")]),
        ("R: klokka 12:30 spiser vi", [("r", "klokka 12:30 spiser vi")]),
        ("R: https://eksempel.no er siden", [("r", "https://eksempel.no er siden")]),
        ("I: Hei\nR:\nI: Er du der?", [("i", "Hei Er du der?")]),
        ("r: hei", [("r", "hei")]),
    ],
    ids=lambda value: value.split("\n")[0] if isinstance(value, str) else "",
)
def test_text_files_have_speakers(tmp_path: Path, text: str, turns: list[tuple[str, str]]) -> None:
    """A name and a colon begin a turn, lines without a name go on, and the one who asks is the interviewer."""
    assert said(read_transcript(write(tmp_path, "a.txt", text))) == turns


def test_lines_of_one_turn_span_its_time() -> None:
    """A turn of several captions starts with the first and ends with the last."""
    transcript = from_lines("a", [("Ola", "Jeg", 1.0, 2.0), ("", "selger", 2.0, 3.0), ("Ola", "sko", 3.0, 4.5)])
    assert transcript.turns == (Turn("respondent", "Jeg selger sko", 1.0, 4.5),)


def test_third_speaker_is_a_respondent() -> None:
    """Of three named speakers only the one who asks is the interviewer."""
    lines = [("A1", "Hva gjør dere?", None, None), ("B1", "Vi selger.", None, None), ("C1", "Og rydder.", None, None)]
    assert [turn.speaker for turn in from_lines("a", lines).turns] == ["interviewer", "respondent", "respondent"]


def test_captions_have_voices_and_times(tmp_path: Path) -> None:
    """WebVTT voice tags name the speakers, and times keep their milliseconds."""
    text = (
        "WEBVTT\n\nNOTE fra opptakeren\n\n1\n00:00.250 --> 00:01.750\n<v Kari>Hva gjør\ndu?</v>\n\n"
        "00:01.800 --> 01:00:03.999 align:start\n<v.høy Ola>Jeg <i>selger</i> sko &amp; støvler.\n"
    )
    assert read_transcript(write(tmp_path, "a.vtt", text)).turns == (
        Turn("interviewer", "Hva gjør du?", 0.25, 1.75),
        Turn("respondent", "Jeg selger sko & støvler.", 1.8, 3603.999),
    )


def test_two_voices_in_one_caption_are_two_turns(tmp_path: Path) -> None:
    """A caption in which both speak gives each their own words."""
    text = "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Kari>Hva gjør du?</v>\n<v Ola>Jeg selger sko.</v>\n"
    assert said(read_transcript(write(tmp_path, "a.vtt", text))) == [("i", "Hva gjør du?"), ("r", "Jeg selger sko.")]


def test_srt_names_stand_in_the_text(tmp_path: Path) -> None:
    """SubRip captions have the name in the text, and captions without one go on."""
    text = (
        "1\n00:00:00,500 --> 00:00:01,000\nIntervjuer: Hva?\n\n2\n00:00:01,000 --> 00:00:02,250\n"
        "Informant: Jeg selger\n\n3\n00:00:02,250 --> 00:00:03,000\nsko og støvler.\n"
    )
    assert read_transcript(write(tmp_path, "a.srt", text)).turns == (
        Turn("interviewer", "Hva?", 0.5, 1.0),
        Turn("respondent", "Jeg selger sko og støvler.", 1.0, 3.0),
    )


def test_captions_are_composed(tmp_path: Path) -> None:
    """Captions in decomposed letters are read composed, as every other text."""
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\npa\u030a jobb\n"
    assert read_transcript(write(tmp_path, "a.vtt", text)).turns[0].text == "på jobb"


@pytest.mark.parametrize("name", ["a.vtt", "a.srt"])
def test_broken_captions_are_refused(tmp_path: Path, name: str) -> None:
    """Text that only has the suffix of captions is an input error."""
    with pytest.raises(InputError, match="tekstingen er ødelagt"):
        read_transcript(write(tmp_path, name, "hei"))


def word_file(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


def test_word_documents_have_speakers(tmp_path: Path) -> None:
    """A paragraph of a Word document is a line."""
    path = word_file(tmp_path / "a.docx", "I: Hva gjør du?", "", "R: Jeg selger", "sko pa\u030a butikken.")
    assert said(read_transcript(path)) == [("i", "Hva gjør du?"), ("r", "Jeg selger sko på butikken.")]


@pytest.mark.parametrize("damage", ["cut", "changed", "hole", "text"])
def test_broken_word_documents_are_refused(tmp_path: Path, damage: str) -> None:
    """A Word file that is cut short, changed in the middle or no Word file at all is an input error."""
    whole = word_file(tmp_path / "a.docx", "R: hei").read_bytes()
    half = len(whole) // 2
    content = {
        "cut": whole[:half],
        "changed": bytes(255 - byte for byte in whole),
        "hole": whole[:100] + whole[300:],
        "text": b"R: hei",
    }[damage]
    (tmp_path / "b.docx").write_bytes(content)
    with pytest.raises(InputError, match="er ikke et Word-dokument"):
        read_transcript(tmp_path / "b.docx")


def test_vtt_is_as_players_read_it() -> None:
    """WebVTT has a header, hours, a voice tag a turn, and no bare ampersand or angle bracket."""
    odd = replace(TALK, turns=(Turn("respondent", "a < b & c --> d", 0.0, 3661.5),))
    assert to_vtt(odd) == ("WEBVTT\n\n00:00:00.000 --> 01:01:01.500\n<v respondent>a &lt; b &amp; c --&gt; d\n")


def test_srt_is_numbered() -> None:
    """SubRip numbers its captions from 1 and has a comma before the milliseconds."""
    assert to_srt(TALK) == (
        "1\n00:00:00,250 --> 00:00:01,750\nI: Hva gjør du?\n\n2\n00:00:01,800 --> 00:00:03,999\nR: Jeg selger sko.\n"
    )


def test_txt_is_a_turn_a_line() -> None:
    """Plain text has a letter for the speaker, and a line for each turn."""
    assert to_txt(TALK) == "I: Hva gjør du?\nR: Jeg selger sko.\n"


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_that_is_written_is_read(tmp_path: Path, format: str) -> None:
    """What a writer writes, the reader of the same suffix reads: same speakers, same text."""
    assert said(read_transcript(write(tmp_path, f"kari.{format}", WRITERS[format](TALK)))) == said(TALK)


def test_metadata_of_a_person_wins() -> None:
    """A role, chain or sector that a person gave replaces the file's; an empty one changes nothing."""
    known = with_metadata(TALK, role="butikksjef", chain="")
    assert (known.role, known.chain, known.sector) == ("butikksjef", "nord", "varehandel")
    assert known.turns == TALK.turns
