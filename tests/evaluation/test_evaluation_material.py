"""A folder of outside material: what is read, what may lie beside it, and what is told of what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpora import RECORDINGS, read_phrases
from evaluation.material import read_material
from pipeline.errors import InputError

PHRASES = "phrase\tcategory\tposition\trole\nhører på folk\tcompetence\tpresence\tkokk\nblid\ttrait\t\tkokk\n"
INTERVIEW = """# id: kari
# role: kokk

I: Hva gjør du?
R: Jeg {hører på folk|competence|presence|listening} og er {blid|trait||service}.
"""


def write(folder: Path, **files: str | bytes) -> Path:
    """A folder with these files; `__` in a name stands for the dot."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def refusal(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_material(folder)
    return caught.value


def test_all_three_kinds_are_read(tmp_path: Path) -> None:
    """Phrases with their labels, interviews with their spans, recordings with their words."""
    folder = write(
        tmp_path,
        a__tsv=PHRASES,
        b__txt=INTERVIEW,
        c__wav=b"RIFF",
        c__txt="Jeg hører.",
        d__MP3=b"",
        d__txt="Ja.",
    )
    found = read_material(folder)
    assert [(p.text, p.category, p.position, p.role, p.source) for p in found.phrases] == [
        ("hører på folk", "competence", "presence", "kokk", "a"),
        ("blid", "trait", "", "kokk", "a"),
    ]
    assert [span.text for span, _ in found.interviews[0].spans] == ["hører på folk", "blid"]
    assert [(r.path.name, r.said) for r in found.recordings] == [("c.wav", "Jeg hører."), ("d.MP3", "Ja.")]


def test_folders_inside_are_read(tmp_path: Path) -> None:
    """Material may be sorted in folders, as the project's own is."""
    write(tmp_path / "intervjuer", a__txt=INTERVIEW)
    write(tmp_path / "utsagn", b__tsv=PHRASES)
    found = read_material(tmp_path)
    assert (len(found.phrases), len(found.interviews)) == (2, 1)


def test_columns_that_are_not_needed_may_be_missing(tmp_path: Path) -> None:
    """A wording and its category are enough; the columns stand in any order, and empty lines between are nothing."""
    folder = write(tmp_path, a__tsv="category\tphrase\r\ntrait\tblid\r\n\r\ntask\trydde\r\n")
    assert [(p.text, p.category, p.style) for p in read_material(folder).phrases] == [
        ("blid", "trait", "spoken"),
        ("rydde", "task", "spoken"),
    ]


def test_other_files_may_lie_beside(tmp_path: Path) -> None:
    """Tables without these columns, texts without a header, and recordings without words are left alone."""
    beside = {"liste__tsv": "navn\talder\nKari\t40\n", "tom__tsv": b"\xef\xbb\xbf", "LES__txt": "Les dette først."}
    folder = write(tmp_path, a__tsv=PHRASES, b__wav=b"RIFF", c__pdf=b"\xff\xfe", **beside)
    found = read_material(folder)
    assert (len(found.phrases), found.interviews, found.recordings) == (2, (), ())


def test_words_of_a_recording_may_be_an_annotated_interview(tmp_path: Path) -> None:
    """Neither header, speakers nor marks are words that were said, and the interview is not coded as well."""
    found = read_material(write(tmp_path, kari__opus=b"OggS", kari__txt=INTERVIEW))
    assert [r.said for r in found.recordings] == ["Hva gjør du? Jeg hører på folk og er blid."]
    assert found.interviews == ()


def test_the_projects_own_material_can_be_read() -> None:
    """The corpora themselves are a folder as this reader wants it."""
    own = read_material(RECORDINGS.parent)
    assert len(own.phrases) >= len(read_phrases())
    assert len(own.recordings) == 1
    assert own.interviews


# What cannot be used


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there, or is a file, is named."""
    assert str(tmp_path / "borte") in str(refusal(tmp_path / "borte"))
    assert refusal(write(tmp_path, a__tsv=PHRASES) / "a.tsv").what == "mappen finnes ikke"


@pytest.mark.parametrize("beside", [{}, {"a__tsv": "navn\nKari\n", "b__txt": "Hei.", "c__wav": b"RIFF"}])
def test_folder_without_labels(tmp_path: Path, beside: dict[str, str]) -> None:
    """A folder with nothing in it, or nothing labelled, is told of with where the formats are described."""
    error = refusal(write(tmp_path, **beside))
    assert (error.what, error.which) == ("fant ingen merkede data", str(tmp_path))
    assert "LABELLING.md" in error.next


def test_unknown_category_is_told_with_its_line(tmp_path: Path) -> None:
    """The line is counted in the file, empty lines too, and the categories are listed."""
    error = refusal(write(tmp_path, a__tsv="phrase\tcategory\nblid\ttrait\n\nrydde\toppgave\n"))
    assert (error.what, error.which) == ("ukjent kategori", f"{tmp_path / 'a.tsv'}, linje 4: oppgave")
    assert "competence, trait, task, education, none" in error.next


def test_unknown_position_is_told_with_its_line(tmp_path: Path) -> None:
    """A position that the model has not is named, and the nine are listed."""
    error = refusal(write(tmp_path, a__tsv="phrase\tcategory\tposition\nlytte\tcompetence\tnærvær\n"))
    assert (error.what, error.which) == ("ukjent plass", f"{tmp_path / 'a.tsv'}, linje 2: nærvær")
    assert "people+technology" in error.next


@pytest.mark.parametrize("line", ["blid", "blid\ttrait\tpeople"])
def test_ragged_line_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    """A line with a field too few or too many is told of in plain words."""
    error = refusal(write(tmp_path, a__tsv=f"phrase\tcategory\nglad\ttrait\n{line}\n"))
    assert error.which == f"{tmp_path / 'a.tsv'}, linje 3"
    assert error.what == "har ikke like mange felt som overskriften"


@pytest.mark.parametrize(
    "script",
    [
        "# role: kokk\n\nR: Ja.\n",
        "# id: kari\n\nR: Ja.\n",
        "# id: kari\n# role: kokk\n\nX: Hei.\n",
        "# Notater\nHei.\n",
    ],
    ids=["no id", "no role", "unknown speaker", "heading only"],
)
def test_interview_that_is_not_one(tmp_path: Path, script: str) -> None:
    """A text that begins as an annotated interview and is none is named."""
    error = refusal(write(tmp_path, kari__txt=script))
    assert (error.what, error.which) == ("er ikke et merket intervju", str(tmp_path / "kari.txt"))


def test_unknown_category_in_an_interview_is_told_with_its_turn(tmp_path: Path) -> None:
    """Turns are counted from one, as people do."""
    error = refusal(write(tmp_path, kari__txt=INTERVIEW.replace("|trait|", "|egenskap|")))
    assert error.which == f"{tmp_path / 'kari.txt'}, tur 2: egenskap"


def test_other_encoding_is_told_of(tmp_path: Path) -> None:
    """A table in another encoding is named, with what to do."""
    error = refusal(write(tmp_path, a__tsv=PHRASES.encode("latin-1")))
    assert error.which == str(tmp_path / "a.tsv")
    assert "UTF-8" in error.next
