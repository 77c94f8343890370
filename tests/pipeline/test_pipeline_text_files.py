from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.text_files import read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("blåbær".encode(), "blåbær"),
        (b"\xef\xbb\xbfhei", "hei"),
        ("bla\u030aba\u0308r".encode(), "blåbär"),
        (b"\n", "\n"),
    ],
    ids=["plain", "byte-order-mark", "decomposed", "newline"],
)
def test_text_is_composed(tmp_path: Path, content: bytes, text: str) -> None:
    """Text comes without a byte order mark and with each letter as one code point."""
    (tmp_path / "a.txt").write_bytes(content)
    assert read_text(tmp_path / "a.txt") == text


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "finnes ikke"),
        (b"", "er tom"),
        ("på".encode("latin-1"), "er ikke UTF-8 .tegn nr. 2"),
        ("hei".encode("utf-16"), "er ikke UTF-8 .tegn nr. 1"),
    ],
    ids=["missing", "empty", "latin-1", "utf-16"],
)
def test_unreadable_text_is_refused(tmp_path: Path, content: bytes | None, what: str) -> None:
    """A missing or empty file, or another encoding, is an input error that says what is wrong with which file."""
    path = tmp_path / "a.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=what) as error:
        read_text(path)
    assert error.value.which == str(path)


def test_folder_is_no_file(tmp_path: Path) -> None:
    """A folder is refused as a file that is not there."""
    with pytest.raises(InputError, match="finnes ikke"):
        read_text(tmp_path)
