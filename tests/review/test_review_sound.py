from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from review_pages import PROJECT
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from review.sound import Part, Unsatisfiable, part_of, type_of
from store import recordings
from store.interviews import Source, add_interview
from store.projects import project_named
from store.recordings import save

CONTENT = bytes(range(256)) * 8
SOUND = f"/prosjekt/{PROJECT}/intervju/{quote('møte 1')}/lyd"


@pytest.fixture
def sound(sessions: sessionmaker[Session], settings: Settings, tmp_path: Path) -> str:
    """An interview with a recording; its SHA-256."""
    source = tmp_path / "møte 1.mp3"
    source.write_bytes(CONTENT)
    sha256 = save(source, settings.recordings)
    with sessions.begin() as session:
        add_interview(session, project_named(session, PROJECT).id, Source("møte 1", "audio", sha256, ".mp3"))
    return sha256


def test_recording_is_sent_whole(client: TestClient, sound: str) -> None:
    """Without a range all of it comes, with its kind and length, and is kept nowhere."""
    answer = client.get(SOUND)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert (answer.headers["accept-ranges"], answer.headers["cache-control"]) == ("bytes", "no-store")


def test_part_is_sent_as_a_part(client: TestClient, sound: str) -> None:
    """A range brings these bytes alone, and says which of how many."""
    answer = client.get(SOUND, headers={"range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, CONTENT[100:200])
    assert answer.headers["content-range"] == f"bytes 100-199/{len(CONTENT)}"
    assert answer.headers["content-length"] == "100"


def test_what_lies_before_the_part_is_not_read(client: TestClient, sound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a recording is read from there on: no more bytes than are sent."""
    read: list[int] = []
    whole = recordings.Kept.read

    def counted(kept: recordings.Kept, start: int, stop: int):
        for chunk in whole(kept, start, stop):
            read.append(len(chunk))
            yield chunk

    monkeypatch.setattr(recordings.Kept, "read", counted)
    assert client.get(SOUND, headers={"range": "bytes=-10"}).content == CONTENT[-10:]
    assert read == [10]


def test_range_behind_the_end_is_refused(client: TestClient, sound: str) -> None:
    """A range that begins behind the end is a 416 that says how long the recording is."""
    answer = client.get(SOUND, headers={"range": f"bytes={len(CONTENT)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")


def test_part_of_another_recording_is_sent_whole(client: TestClient, sound: str) -> None:
    """A player that has a part of another recording gets the whole; one that has a part of this gets the rest."""
    other = client.get(SOUND, headers={"range": "bytes=5-", "if-range": '"noe annet"'})
    same = client.get(SOUND, headers={"range": "bytes=5-", "if-range": f'"{sound}"'})
    assert (other.status_code, same.status_code, same.content) == (200, 206, CONTENT[5:])


def test_head_tells_without_sending(client: TestClient, sound: str) -> None:
    """HEAD tells length and kind, and sends nothing."""
    answer = client.head(SOUND)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(client: TestClient, sound: str, method: str) -> None:
    """A recording is only ever read here."""
    assert getattr(client, method)(SOUND).status_code == 405


def test_missing_recording_is_told(client: TestClient, sound: str, settings: Settings) -> None:
    """A recording that is gone from its folder is a page that says what to do."""
    for path in Path(settings.recordings).rglob("*.mp3"):
        path.unlink()
    answer = client.get(SOUND)
    assert answer.status_code == 503
    assert "sikkerhetskopi" in answer.text


def test_text_has_no_recording(client: TestClient) -> None:
    """An interview that came as text has nothing to play."""
    answer = client.get(f"/prosjekt/{PROJECT}/intervju/kari/lyd")
    assert answer.status_code == 404
    assert "ikke noe opptak" in answer.text


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("", None),
        ("bytes=0-", Part(0, 100)),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=90-200", Part(90, 100)),
        ("bytes=-30", Part(70, 100)),
        ("bytes=-300", Part(0, 100)),
        ("bytes = 1 - 2", Part(1, 3)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("bytes=a-b", None),
        ("bytes=²-", None),
        ("items=0-1", None),
    ],
)
def test_range_is_read(asked: str, part: Part | None) -> None:
    """What a Range header asks for; what is none is answered with the whole, as HTTP has it."""
    assert part_of(asked, 100) == part


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=" + "9" * 400 + "-"])
def test_range_with_nothing_in_it_is_unsatisfiable(asked: str) -> None:
    """A range that nothing of the recording lies in cannot be answered."""
    with pytest.raises(Unsatisfiable):
        part_of(asked, 100)


@pytest.mark.parametrize(
    ("extension", "kind"), [(".MP3", "audio/mpeg"), (".opus", "audio/ogg"), (".xyz", "application/octet-stream")]
)
def test_kind_follows_the_extension(extension: str, kind: str) -> None:
    """Browsers are told what a file is; of what they would not know nothing is claimed."""
    assert type_of(extension) == kind
