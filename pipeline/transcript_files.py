"""Read transcripts as people have them (.json .vtt .srt .txt .docx) and write them for people and programs."""

from __future__ import annotations

import html
import io
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import InputError
from pipeline.records import INTERVIEWER, RESPONDENT, Transcript, Turn
from pipeline.speakers import interviewer_of
from pipeline.text_files import read_text, require_file

ADAPTER = TypeAdapter(Transcript)
INTERVIEWER_NAMES = {"i", "intervjuer", "interviewer", "int", "spørsmål", "q", "s"}
RESPONDENT_NAMES = {"r", "respondent", "informant", "inf", "svar", "a", "deltaker", "kandidat"}
KNOWN_NAMES = INTERVIEWER_NAMES | RESPONDENT_NAMES
SPEAKER = re.compile(r"^\s*(?:<v\s+([^>]{1,40})>|\[?([^\W\d][\w .-]{0,30}?)\]?\s*:(?=\s|$))\s*", re.UNICODE)
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
TAG = re.compile(r"<[^>]*>")
SUFFIXES = (".json", ".vtt", ".srt", ".txt", ".docx")
FORMATS = ("json", "vtt", "srt", "txt")

Line = tuple[str, str, float | None, float | None]  # speaker's name or "", text, start, end


def read_transcript(path: Path) -> Transcript:
    """A transcript from any of the formats; its id is the file's stem where the file does not say.

    Raises InputError for a missing or empty file, broken JSON, another encoding than UTF-8, an unknown format.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError("er ikke et kjent transkriptformat", str(path), f"Bruk {', '.join(SUFFIXES)}.")
    transcript = reader(path)
    if not any(turn.text.strip() for turn in transcript.turns):
        raise InputError("transkripsjonen har ingen tekst", str(path), "Sjekk at riktig fil er valgt.")
    return transcript


def _read_json(path: Path) -> Transcript:
    try:
        data = json.loads(read_text(path))
        if not isinstance(data, dict):
            raise InputError("filen er ikke en transkripsjon", str(path), "Den skal være et objekt med «turns».")
        return _checked(ADAPTER.validate_python({"id": path.stem} | _without_null(data)), path)
    except json.JSONDecodeError as error:
        what = f"JSON-en er ødelagt i linje {error.lineno}, tegn {error.colno}"
        raise InputError(what, str(path), "Lag filen på nytt, eller rett den i et tekstprogram.") from error
    except ValidationError as error:
        raise InputError(_describe(error), str(path), "Se formatet i README, «Transkripsjoner».") from error
    except (ValueError, RecursionError) as error:
        what = "filen er ikke en transkripsjon"
        raise InputError(what, str(path), "Se formatet i README, «Transkripsjoner».") from error


def _checked(transcript: Transcript, path: Path) -> Transcript:
    """The transcript, where its speakers, times and letters are such as can be kept. InputError names what is not."""
    for i, turn in enumerate(transcript.turns):
        if turn.speaker not in (INTERVIEWER, RESPONDENT):
            what = f"feltet «turns.{i}.speaker» er «{turn.speaker}»"
            raise InputError(what, str(path), f"Skriv {INTERVIEWER} eller {RESPONDENT}.")
        times = [turn.start, turn.end, *(time for word in turn.words for time in (word.start, word.end))]
        if not all(time is None or 0 <= time < math.inf for time in times):
            raise InputError(f"feltet «turns.{i}» har en umulig tid", str(path), "Tider er sekunder fra 0 og oppover.")
    to_json(transcript).encode()  # half a surrogate pair, which JSON can escape, fits in no file: ValueError
    return transcript


def _without_null(data: Any) -> Any:
    """`null` means the same as leaving the field out, at any depth."""
    if isinstance(data, dict):
        return {key: _without_null(value) for key, value in data.items() if value is not None}
    return [_without_null(value) for value in data] if isinstance(data, list) else data


def _describe(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "øverst"
    return f"feltet «{where}» mangler" if first["type"] == "missing" else f"feltet «{where}» har feil form eller verdi"


def _read_captions(path: Path) -> Transcript:
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    try:
        captions = webvtt.from_buffer(io.StringIO(read_text(path)), path.suffix.lower()[1:])
    except (MalformedFileError, MalformedCaptionError) as error:
        raise InputError("tekstingen er ødelagt", str(path), "Eksporter den på nytt fra kilden.") from error
    lines = [
        (
            name,
            text,
            caption.start_time.in_milliseconds() / 1000,
            caption.end_time.in_milliseconds() / 1000,
        )
        for caption in captions
        for name, text in _voices(caption.raw_text)
    ]
    return from_lines(path.stem, _speakers(lines))


def _voices(cue: str) -> list[tuple[str, str]]:
    """Who says what in one caption: a name for each voice tag, none for what stands before the first."""
    before, *rest = VOICE.split(cue)
    said = [("", before), *zip(rest[::2], rest[1::2], strict=True)]
    return [(name.strip(), " ".join(html.unescape(TAG.sub("", text)).split())) for name, text in said]


def _read_txt(path: Path) -> Transcript:
    return from_lines(path.stem, _speakers([("", line.strip(), None, None) for line in read_text(path).splitlines()]))


def _read_docx(path: Path) -> Transcript:
    import docx

    require_file(path)
    try:
        paragraphs = [unicodedata.normalize("NFC", text).strip() for text in _word_lines(docx.Document(str(path)))]
    except Exception as error:  # a broken Word file fails in every way that zip, XML and their readers know
        raise InputError("er ikke et Word-dokument som kan leses", str(path), "Lagre det på nytt som .docx.") from error
    return from_lines(path.stem, _speakers([("", text, None, None) for text in paragraphs]))


def _word_lines(document: Any) -> list[str]:
    """Paragraphs and table rows in the order they stand; a row of speaker and words reads as `speaker: words`."""
    lines: list[str] = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            rows = [[cell.text.strip() for cell in row.cells] for row in block.rows]
            lines += [f"{row[0].rstrip(':')}: {' '.join(row[1:])}" if len(row) > 1 else "".join(row) for row in rows]
        else:
            lines.append(block.text)
    return lines


READERS: dict[str, Callable[[Path], Transcript]] = {
    ".json": _read_json,
    ".vtt": _read_captions,
    ".srt": _read_captions,
    ".txt": _read_txt,
    ".docx": _read_docx,
}


def _speakers(lines: list[Line]) -> list[Line]:
    """The lines with leading names taken out.

    Where two speakers are told by known names or by names that return, a name seen once is none: «Kort sagt: …».
    """
    named = [_named(line) for line in lines]
    counts = Counter(name for name, *_ in named if name)
    sure = {name for name, count in counts.items() if count > 1 or name.lower() in KNOWN_NAMES}
    return named if len(sure) < 2 else [n if n[0] in sure else old for n, old in zip(named, lines, strict=True)]


def _named(line: Line) -> Line:
    """The line with a leading speaker's name taken out of its text."""
    name, text, start, end = line
    match = SPEAKER.match(text)
    if name or not match:
        return line
    return (match[1] or match[2]).strip(), text[match.end() :].strip(), start, end


def from_lines(id: str, lines: list[Line]) -> Transcript:
    """Turns of lines: a line with a name begins a turn, one without goes on. Text without any names is one voice's.

    In text without names each line stays a turn, so that the points of an advertisement are not run together.
    """
    lines = [line for line in lines if line[1]]
    if not any(name for name, *_ in lines):
        return Transcript(id, tuple(Turn(RESPONDENT, text, start, end) for _, text, start, end in lines))
    merged: list[Line] = []
    for name, text, start, end in lines:
        if merged and (not name or name == merged[-1][0]):
            previous = merged[-1]
            merged[-1] = (previous[0], f"{previous[1]} {text}", previous[2], end)
        else:
            merged.append((name, text, start, end))
    roles = _roles(merged)
    return Transcript(id, tuple(Turn(roles[name], text, start, end) for name, text, start, end in merged))


def _roles(lines: list[Line]) -> dict[str, str]:
    """Interviewer or respondent for each name: by what the names say, else the one who asks is the interviewer."""
    names = list(dict.fromkeys(name for name, *_ in lines))
    known = {n: INTERVIEWER for n in names if n.lower() in INTERVIEWER_NAMES}
    known |= {n: RESPONDENT for n in names if n.lower() in RESPONDENT_NAMES}
    if INTERVIEWER not in known.values():
        asks = interviewer_of([(names.index(name), text) for name, text, *_ in lines])
        if asks is not None and names[asks] not in known:
            known[names[asks]] = INTERVIEWER
    return {name: known.get(name, RESPONDENT) for name in names}


def to_json(transcript: Transcript) -> str:
    """The transcript as design.md's JSON; times and words only where there are any."""
    data = asdict(transcript)
    turns = [{key: value for key, value in turn.items() if value not in (None, ())} for turn in data.pop("turns")]
    return json.dumps(data | {"turns": turns}, ensure_ascii=False, indent=1) + "\n"


def to_txt(transcript: Transcript) -> str:
    """`I: …` and `R: …`, a turn a line."""
    return "".join(f"{turn.speaker[0].upper()}: {turn.text}\n" for turn in transcript.turns)


def to_vtt(transcript: Transcript) -> str:
    """WebVTT with a voice tag for each turn."""
    cues = [
        f"{_clock(t.start, '.')} --> {_clock(t.end, '.')}\n<v {t.speaker}>{html.escape(t.text, quote=False)}\n"
        for t in transcript.turns
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


def to_srt(transcript: Transcript) -> str:
    """SubRip, numbered from 1."""
    cues = [
        f"{i}\n{_clock(t.start, ',')} --> {_clock(t.end, ',')}\n{t.speaker[0].upper()}: {t.text}\n"
        for i, t in enumerate(transcript.turns, 1)
    ]
    return "\n".join(cues)


def _clock(seconds: float | None, point: str) -> str:
    milliseconds = round((seconds or 0.0) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


WRITERS: dict[str, Callable[[Transcript], str]] = {
    "json": to_json,
    "vtt": to_vtt,
    "srt": to_srt,
    "txt": to_txt,
}


def with_metadata(transcript: Transcript, role: str = "", chain: str = "", sector: str = "") -> Transcript:
    """The transcript with role, chain or sector as a person gave them; empty ones change nothing."""
    return replace(
        transcript,
        role=role or transcript.role,
        chain=chain or transcript.chain,
        sector=sector or transcript.sector,
    )
