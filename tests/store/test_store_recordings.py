from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from uuid import uuid4

import pytest
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

from pipeline.errors import InputError, WorkError
from store import recordings
from store.recordings import find, local_copy, save

CONTENT = b"lyd" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "Kari [1].MP3"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(params=["folder", "file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder with glob signs in its name, the same as a URL, and a store that is not on the disk."""
    folder = tmp_path / "opptak [a]*"
    return {"folder": str(folder), "file": f"file://{folder}", "memory": f"memory://{uuid4().hex}"}[request.param]


def kept(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_content_comes_back(source: Path, root: str) -> None:
    """What is saved is named by its SHA-256 and read again under it, with its extension."""
    assert save(source, root) == SHA256
    with local_copy(SHA256, root) as path:
        assert path.read_bytes() == CONTENT
        assert path.suffix == ".mp3"


def test_content_lies_under_its_name_alone(source: Path, tmp_path: Path) -> None:
    """The file lies in a folder of its first two digits, and no temporary file is left."""
    save(source, str(tmp_path / "opptak"))
    assert kept(tmp_path / "opptak") == [f"{SHA256[:2]}/{SHA256}.mp3"]


def test_same_content_is_kept_once(source: Path, tmp_path: Path) -> None:
    """The same content under another name and extension is not kept again."""
    other = tmp_path / "kopi.wav"
    other.write_bytes(CONTENT)
    assert save(source, str(tmp_path / "opptak")) == save(other, str(tmp_path / "opptak"))
    assert len(kept(tmp_path / "opptak")) == 1


def test_file_without_extension_is_kept(tmp_path: Path, root: str) -> None:
    """A file without an extension is kept and found too."""
    path = tmp_path / "opptaket"
    path.write_bytes(CONTENT)
    with local_copy(save(path, root), root) as copy:
        assert copy.name == SHA256


def test_source_is_left_as_it_was(source: Path, root: str) -> None:
    """Saving copies: the user's own file stays."""
    save(source, root)
    assert source.read_bytes() == CONTENT


def test_copy_from_elsewhere_is_gone_after_the_block(source: Path) -> None:
    """A copy made for the block is removed after it; the kept content stays."""
    root = f"memory://{uuid4().hex}"
    save(source, root)
    with local_copy(SHA256, root) as path:
        assert path.exists()
    assert not path.exists()
    with local_copy(SHA256, root) as path:
        assert path.read_bytes() == CONTENT


def test_missing_file_is_refused(tmp_path: Path, root: str) -> None:
    """A file that is not there, or is a folder, is an InputError that names it."""
    for path in (tmp_path / "borte.mp3", tmp_path):
        with pytest.raises(InputError, match="kan ikke leses") as caught:
            save(path, root)
        assert caught.value.which == str(path)


def test_missing_content_is_a_work_error(root: str) -> None:
    """Content that was never saved, or is lost, is a WorkError that names it."""
    with pytest.raises(WorkError, match=SHA256), local_copy(SHA256, root):
        pass


def test_unknown_store_is_refused(source: Path) -> None:
    """A root of a kind that fsspec does not know is an InputError that names it."""
    with pytest.raises(InputError, match="tull://sted"):
        save(source, "tull://sted")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_is_a_work_error_and_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A disk that fills up while copying is a WorkError in Norwegian, and no half file is left."""

    def fill(descriptor: int) -> None:
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(WorkError, match="disken er full"):
        save(source, str(tmp_path / "opptak"))
    assert kept(tmp_path / "opptak") == []


def test_other_trouble_is_a_work_error_with_its_cause(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place that cannot be written to is a WorkError that gives the cause."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(LocalFileSystem, "makedirs", refuse)
    with pytest.raises(WorkError, match="Permission denied"):
        save(source, str(tmp_path / "opptak"))


def test_stop_before_the_move_leaves_nothing_under_the_name(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the copy is whole there is nothing under its name, and the next try succeeds."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LocalFileSystem, "mv", stop)
        with pytest.raises(KeyboardInterrupt):
            save(source, str(tmp_path / "opptak"))
    assert kept(tmp_path / "opptak") == []
    assert save(source, str(tmp_path / "opptak")) == SHA256


def test_file_that_changes_while_it_is_copied_is_refused(
    source: Path, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that somebody still writes to is not kept under a name that is not its content's."""
    monkeypatch.setattr(recordings, "_digest", lambda _: "0" * 64)
    with pytest.raises(InputError, match="endret seg"):
        save(source, root)
    with pytest.raises(WorkError), local_copy("0" * 64, root):
        pass


def test_any_part_can_be_read(source: Path, root: str) -> None:
    """A kept file says how long it is, and gives the bytes of any part of it."""
    save(source, root)
    kept = find(SHA256, root)
    assert (kept.size, kept.extension) == (len(CONTENT), ".mp3")
    assert b"".join(kept.read(0, kept.size)) == CONTENT
    assert b"".join(kept.read(4, 9)) == CONTENT[4:9]
    assert b"".join(kept.read(kept.size - 2, kept.size + 5)) == CONTENT[-2:]


def test_part_is_read_without_what_lies_before(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part far into a long file is read in chunks from there on, no more than asked for."""
    monkeypatch.setattr(recordings, "CHUNK", 100)
    save(source, str(tmp_path / "opptak"))
    chunks = find(SHA256, str(tmp_path / "opptak")).read(2000, 2250)
    assert [len(chunk) for chunk in chunks] == [100, 100, 50]


def test_missing_file_is_a_work_error(root: str) -> None:
    """What is not kept cannot be found, and the error says what to do."""
    with pytest.raises(WorkError, match="sikkerhetskopi"):
        find(SHA256, root)
