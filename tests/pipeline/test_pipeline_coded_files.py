from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.balance import POSITIONS
from pipeline.coded_files import (
    candidate_fields,
    label_fields,
    phrase_line,
    read_phrase_column,
    read_suggestions,
    suggestion_line,
)
from pipeline.errors import InputError
from pipeline.records import (
    CATEGORIES,
    PROXY_KINDS,
    Candidate,
    Grounds,
    Label,
    Phrase,
    Placement,
    Precedent,
    Proxy,
    Suggestion,
)

LABEL = Label(
    "trait",
    0.75,
    (),
    Proxy("trait", "Arbeide nøyaktig", "Hva gjorde du?", "accuracy", "teller kassa to ganger"),
    Grounds((Precedent("nøyaktig av seg", "trait", "", "kokk", 0.91),), ("nøyaktig",), True, ("trait", "competence")),
)
LINE = '{"interview": "a", "turn": 1, "start": 0, "end": 3, "text": "hei", "category": "none"}'

probability = st.floats(0, 1)
placements = st.builds(Placement, st.sampled_from(POSITIONS), probability)
precedents = st.builds(Precedent, st.text(), st.sampled_from(CATEGORIES), st.text(), st.text(), probability)
labels = st.builds(
    Label,
    st.sampled_from(CATEGORIES),
    probability,
    st.lists(placements, max_size=6).map(tuple),
    st.none() | st.builds(Proxy, st.sampled_from(PROXY_KINDS), *[st.text()] * 4),
    st.builds(
        Grounds,
        st.lists(precedents, max_size=3).map(tuple),
        st.lists(st.text(), max_size=3).map(tuple),
        st.booleans(),
        st.lists(st.sampled_from(CATEGORIES), max_size=3).map(tuple),
    ),
)
phrases = st.builds(Phrase, st.text(), st.integers(0, 999), st.integers(0, 999), st.integers(0, 999), st.text())
suggestions = st.builds(Suggestion, phrases, labels)


def read(content: bytes) -> list[Suggestion]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kodet.jsonl"
        path.write_bytes(content)
        return read_suggestions(path)


def test_label_fields_are_those_of_the_design() -> None:
    """A label is written as category, probability, positions, proxy and grounds."""
    assert label_fields(LABEL) == {
        "category": "trait",
        "probability": 0.75,
        "positions": [],
        "proxy": {
            "kind": "trait",
            "stands_for": "Arbeide nøyaktig",
            "question": "Hva gjorde du?",
            "competence": "accuracy",
            "wording": "teller kassa to ganger",
        },
        "grounds": {
            "precedents": (
                {"phrase": "nøyaktig av seg", "category": "trait", "position": "", "role": "kokk", "similarity": 0.91},
            ),
            "wording": ("nøyaktig",),
            "unsure": True,
            "categories": ("trait", "competence"),
            "safe": False,
        },
    }
    assert label_fields(Label("none", 1.0))["proxy"] is None


def test_suggestion_line_has_the_span() -> None:
    """A coded phrase is one JSON line with interview, turn, span, text and label, letters as they are."""
    line = suggestion_line(Suggestion(Phrase("kari", 1, 4, 11, "nøyaktig"), LABEL))
    data = json.loads(line)
    assert [data[key] for key in ("interview", "turn", "start", "end", "text")] == ["kari", 1, 4, 11, "nøyaktig"]
    assert data["category"] == "trait"
    assert "nøyaktig" in line
    assert "\n" not in line


def test_phrase_line_has_no_span() -> None:
    """A classified phrase has its text and label only."""
    data = json.loads(phrase_line("hei", Label("none", 0.9)))
    assert set(data) == {"text", "category", "probability", "positions", "proxy", "grounds"}


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(suggestions, min_size=1, max_size=3))
def test_any_suggestions_come_back(coded: list[Suggestion]) -> None:
    """Whatever suggestions hold, line separators too, their lines give the same where letters are composed."""
    lines = "\n".join(suggestion_line(suggestion) for suggestion in coded)
    composed = unicodedata.normalize("NFC", lines) == lines
    found = read(lines.encode())
    assert len(found) == len(coded)
    assert not composed or found == coded


def test_line_separator_in_a_phrase_ends_no_line() -> None:
    """A phrase may hold U+2028 or U+0085, which JSON leaves as they are."""
    coded = Suggestion(Phrase("a", 0, 0, 5, "a\u2028b\u0085c"), Label("none", 1.0))
    assert read((suggestion_line(coded) + "\n").encode()) == [coded]


def test_lines_need_only_span_and_category() -> None:
    """A line without probability, positions, proxy and grounds is read, empty lines are passed over, CRLF too."""
    assert read(f"\r\n{LINE}\r\n\r\n".encode()) == [Suggestion(Phrase("a", 1, 0, 3, "hei"), Label("none", 0.0))]


def test_lines_of_earlier_versions_are_read() -> None:
    """A proxy and grounds without the fields that came later are read, with nothing in those."""
    earlier = ', "proxy": {"kind": "trait", "stands_for": "Roe", "question": "Når?"}, "grounds": {"unsure": true}}'
    (found,) = read((LINE[:-1] + earlier).encode())
    assert found.label.proxy == Proxy("trait", "Roe", "Når?")
    assert found.label.grounds == Grounds(unsure=True)


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "12",
        '"hei"',
        "null",
        "{}",
        LINE.replace('"turn": 1', '"turn": "x"'),
        LINE.replace('"text": "hei", ', ""),
        LINE.replace("none", "kompetanse"),
        LINE.replace('"none"', '["none"]'),
        LINE[:-1] + ', "probability": NaN}',
        LINE[:-1] + ', "probability": 1.5}',
        LINE[:-1] + ', "probability": 1' + "0" * 400 + "}",
        LINE[:-1] + ', "probability": [1]}',
        LINE[:-1] + ', "positions": [{"position": "people"}]}',
        LINE[:-1] + ', "proxy": "trait"}',
        LINE[:-1] + ', "grounds": [1]}',
        "[" * 100_000,
    ],
)
def test_first_bad_line_is_named(bad: str) -> None:
    """A line that is no coded phrase is an input error with its number."""
    with pytest.raises(InputError, match="linje 3 er ikke et kodet utsagn"):
        read(f"{LINE}\n\n{bad}\n{bad}\n".encode())


values = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
)
objects = st.dictionaries(
    st.sampled_from(
        ["interview", "turn", "start", "end", "text", "category", "probability", "positions", "proxy", "grounds"]
    ),
    values,
).map(lambda data: json.dumps(json.loads(LINE) | data))
lines = st.text(max_size=30) | objects


@settings(max_examples=80, deadline=None, database=None)
@given(st.lists(lines, max_size=3).map("\n".join).map(str.encode) | st.binary(max_size=60))
def test_any_lines_are_suggestions_or_an_input_error(content: bytes) -> None:
    """Whatever lines a file has, they are read or refused in words, and nothing else happens."""
    found, refusal = [], ""
    try:
        found = read(content)
    except InputError as error:
        refusal = error.what
    assert bool(refusal) or all(s.label.category in CATEGORIES and 0 <= s.label.probability <= 1 for s in found)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("phrase\nselge sko\nrydde\n", ["selge sko", "rydde"]),
        ("id\tphrase\tnote\n1\t selge sko \tx\n", ["selge sko"]),
        ('phrase\n"Nå!" sa han\n', ['"Nå!" sa han']),
        ("id\tphrase\n1\n", [""]),
        ("\ufeffphrase\r\nselge sko\r\n", ["selge sko"]),
    ],
)
def test_phrase_column_is_read(tmp_path: Path, text: str, column: list[str]) -> None:
    """The column `phrase` is read wherever it stands, quotation marks as they are, a missing value as nothing."""
    (tmp_path / "a.tsv").write_text(text, encoding="utf-8", newline="")
    assert read_phrase_column(tmp_path / "a.tsv") == column


@pytest.mark.parametrize(
    ("text", "what"),
    [("phrase\n", "ingen rader"), ("tekst\tnr\nselge\t1\n", "mangler kolonnen «phrase» .har tekst, nr")],
)
def test_file_without_phrases_is_refused(tmp_path: Path, text: str, what: str) -> None:
    """A file without rows, or without the column, is an input error that says which columns it has."""
    (tmp_path / "a.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=what):
        read_phrase_column(tmp_path / "a.tsv")


def test_candidate_tells_how_many_interviews() -> None:
    """A candidate is written with how many interviews tell of it."""
    phrase = Phrase("a", 0, 0, 3, "hei")
    fields = candidate_fields(Candidate("calm", "Roe", (Placement("people", 0.7),), ("a", "b"), (phrase,)))
    assert (fields["id"], fields["name"], fields["coverage"]) == ("calm", "Roe", 2)
    assert fields["positions"] == [{"position": "people", "probability": 0.7}]
    json.dumps(fields)
