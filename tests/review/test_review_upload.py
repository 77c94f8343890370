"""Interviews handed in on a page: whole by a plain form, in parts by a script, checked, kept, and run."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from review_pages import BASE, PROJECT, Browser
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from review.app import create_app
from review.background import BackgroundWork
from store.interviews import Interview, list_interviews
from store.projects import project_named

LIST = f"/prosjekt/{PROJECT}/intervjuer"
NEW, BEGIN = f"{LIST}/nye", f"{LIST}/opplasting"
TEXT = "I: Hva gjør du?\nR: Jeg rydder hyller.\n".encode()
KNOWN = {"rolle": "butikksjef", "kjede": "Nord", "dato": "2025-11-02", "intervjuer": "Ola", "samtykke": "S-12"}
PART = {"HX-Request": "true"}


@pytest.fixture
def client(sessions: sessionmaker[Session], settings: Settings) -> TestClient:
    """Runs started from a page write down that they were, and last for a second."""
    ran = f"import time; open({str(settings.home / 'ran')!r}, 'a').write('x'); time.sleep(1)"
    background = BackgroundWork(settings, (sys.executable, "-c", ran))
    return TestClient(create_app(sessions, settings, background), base_url=BASE)


@pytest.fixture
def desk(kari: Browser, sessions: sessionmaker[Session], settings: Settings) -> Desk:
    return Desk(kari.client, sessions, settings)


class Desk:
    """Kari with files in her hands, and what the project has."""

    def __init__(self, client: TestClient, sessions: sessionmaker[Session], settings: Settings) -> None:
        self.client, self.sessions, self.settings = client, sessions, settings

    def begin(self, name: str, size: int, mark: str = "m"):
        return self.client.post(BEGIN, data={"merke": mark, "navn": name, "storrelse": size}, headers=PART)

    def put(self, address: str, start: int, content: bytes):
        return self.client.put(f"{address}?fra={start}", content=content, headers=PART)

    def finish(self, address: str, **known: str):
        return self.client.post(address, data=KNOWN | known, headers=PART)

    def send(self, name: str, content: bytes, **known: str):
        """All of a file in one part."""
        address = self.begin(name, len(content)).json()["adresse"]
        self.put(address, 0, content)
        return self.finish(address, **known)

    def form(self, *files: tuple[str, bytes], **known: str):
        return self.client.post(NEW, data=KNOWN | known, files=[("filer", file) for file in files])

    def interviews(self) -> list[Interview]:
        """Those that were not there from the start."""
        with self.sessions.begin() as session:
            return list(list_interviews(session, project_named(session, PROJECT).id))[1:]

    def parts(self) -> list[Path]:
        return sorted(self.settings.home.glob("uploads/*/part*"))

    def runs(self) -> bool:
        """Whether a run has been started within a moment."""
        for _ in range(50):
            if (self.settings.home / "ran").exists():
                return True
            time.sleep(0.05)
        return False


def test_page_has_the_form(kari: Browser) -> None:
    """The page offers the project's role, chains that are known, and says why consent is asked for."""
    text = kari.client.get(NEW).text
    assert '<option value="butikksjef" selected>' in text
    assert '<option value="Nord">' in text
    assert "Uten samtykke kan det verken lagres eller behandles" in text
    assert 'value="Kari"' in text  # who interviewed, unless somebody else did


def test_stranger_is_asked_who_they_are(stranger: Browser) -> None:
    """Who has not said their name gets no form, and what they send adds nothing."""
    assert "Si hvem du er" in stranger.client.get(NEW).text
    assert stranger.client.post(NEW, data=KNOWN, files={"filer": ("a.txt", TEXT)}).status_code == 403
    assert stranger.client.post(BEGIN, data={"merke": "m", "navn": "a.txt", "storrelse": 9}).status_code == 403


@pytest.mark.parametrize("address", [NEW, BEGIN, LIST, f"{LIST}/framdrift"])
def test_other_methods_are_refused(kari: Browser, address: str) -> None:
    """DELETE is not how anything is done here."""
    assert kari.client.delete(address).status_code == 405


@pytest.mark.parametrize("address", ["nye", "framdrift", ""])
def test_unknown_project_is_not_there(kari: Browser, address: str) -> None:
    """Pages of a project that does not exist say so."""
    assert kari.client.get(f"/prosjekt/Ukjent/intervjuer/{address}".rstrip("/")).status_code == 404


def test_file_sent_whole_becomes_an_interview(desk: Desk) -> None:
    """A plain form adds the file with all that is known and who added it, and starts a run."""
    answer = desk.form(("kari k2.txt", TEXT), dekknavn="K2")
    (added,) = desk.interviews()
    assert (added.name, added.kind, added.extension) == ("kari k2", "transcript", ".txt")
    assert (added.role, added.chain, added.interviewer, added.consent) == ("butikksjef", "Nord", "Ola", "S-12")
    assert (added.pseudonym, added.held, added.added_by) == ("K2", date(2025, 11, 2), "Kari")
    assert "Lagt til som" in answer.text
    assert "1 av 1 filer er lagt til." in answer.text
    assert desk.runs()


def test_bad_file_does_not_stop_the_others(desk: Desk) -> None:
    """Of several files the one that is no recording is told of with what to do, and the other is added."""
    answer = desk.form(("tull.mp3", b"tull" * 99), ("per.txt", TEXT))
    assert [one.name for one in desk.interviews()] == ["per"]
    assert "Er ikke et opptak som kan leses. Bruk en lyd- eller videofil" in answer.text
    assert "1 av 2 filer er lagt til." in answer.text


def test_form_without_files_is_refused(desk: Desk) -> None:
    """Sending nothing is refused in words."""
    answer = desk.client.post(NEW, data=KNOWN)
    assert answer.status_code == 400
    assert "Du har ikke valgt noen fil" in answer.text


def test_parts_become_an_interview(desk: Desk) -> None:
    """A file sent in two parts becomes an interview like any other; its parts are removed and a run is started."""
    begun = desk.begin("per.txt", len(TEXT)).json()
    address = begun["adresse"]
    assert begun == {"adresse": address, "mottatt": 0, "ferdig": False}
    assert desk.put(address, 0, TEXT[:10]).json()["mottatt"] == 10
    assert desk.put(address, 10, TEXT[10:]).json()["mottatt"] == len(TEXT)
    answer = desk.finish(address)
    assert 'data-interview="per"' in answer.text
    assert [(one.name, one.consent) for one in desk.interviews()] == [("per", "S-12")]
    assert desk.parts() == []
    assert desk.runs()


def test_upload_goes_on_after_the_server_was_killed(
    desk: Desk, sessions: sessionmaker[Session], settings: Settings
) -> None:
    """Another server knows how much has come of the same file, and takes the rest."""
    address = desk.begin("per.txt", len(TEXT)).json()["adresse"]
    desk.put(address, 0, TEXT[:10])
    later = Browser(TestClient(create_app(sessions, settings), base_url=BASE), "Kari").client
    begun = later.post(BEGIN, data={"merke": "m", "navn": "per.txt", "storrelse": len(TEXT)}).json()
    assert begun == {"adresse": address, "mottatt": 10, "ferdig": False}
    assert later.put(f"{address}?fra=10", content=TEXT[10:]).json()["mottatt"] == len(TEXT)


def test_part_that_came_already_is_not_taken_twice(desk: Desk) -> None:
    """A part whose answer was lost is refused when it comes again, and the address says how much there is."""
    address = desk.begin("per.txt", len(TEXT)).json()["adresse"]
    desk.put(address, 0, TEXT[:10])
    assert desk.put(address, 0, TEXT[:10]).status_code == 409
    assert desk.client.get(address).json()["mottatt"] == 10


def test_more_than_announced_is_refused(desk: Desk) -> None:
    """What goes beyond the announced size is not kept."""
    address = desk.begin("per.txt", 5).json()["adresse"]
    assert desk.put(address, 0, TEXT).status_code == 400
    assert desk.client.get(address).json()["mottatt"] == 0


def test_part_larger_than_a_part_is_refused(desk: Desk) -> None:
    """A part has a greatest size."""
    address = desk.begin("lang.mp3", 10**7).json()["adresse"]
    assert desk.put(address, 0, bytes(5 * 1024**2)).status_code == 413


def test_half_a_file_is_not_added(desk: Desk) -> None:
    """Finishing before all has come is refused; what came stays."""
    address = desk.begin("per.txt", len(TEXT)).json()["adresse"]
    desk.put(address, 0, TEXT[:10])
    answer = desk.finish(address)
    assert answer.status_code == 400
    assert "Hele filen er ikke kommet ennå" in answer.text
    assert (desk.interviews(), len(desk.parts())) == ([], 1)


def test_nothing_is_added_without_consent(desk: Desk) -> None:
    """Without consent the file waits where it is; with it the same upload is added."""
    answer = desk.send("per.txt", TEXT, samtykke=" ")
    assert answer.status_code == 400
    assert "Samtykket mangler" in answer.text
    assert desk.interviews() == []
    address = desk.begin("per.txt", len(TEXT)).json()["adresse"]
    assert 'data-interview="per"' in desk.finish(address).text


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"rolle": "konge"}, "Rollen finnes ikke i prosjektet"),
        ({"dato": "2025-13-40"}, "Er ikke en dato"),
        ({"dato": "2999-01-01"}, "Dagen er ikke kommet ennå"),
        ({"kjede": "x" * 201}, "Teksten er for lang"),
        ({"dekknavn": "a\x07b"}, "Teksten har tegn som ikke kan vises"),
    ],
)
def test_details_that_cannot_be_are_refused(desk: Desk, known: dict[str, str], said: str) -> None:
    """Each field that cannot be used is told of, and nothing is added."""
    answer = desk.send("per.txt", TEXT, **known)
    assert answer.status_code == 400
    assert said in answer.text
    assert desk.interviews() == []


def test_bad_content_is_told_of_by_the_files_own_name(desk: Desk) -> None:
    """A refusal names the file as people know it, never where it lies on the server."""
    answer = desk.send("tull.mp3", b"tull" * 99)
    assert answer.status_code == 400
    assert "tull.mp3" in answer.text
    assert str(desk.settings.home) not in answer.text


def test_content_that_cannot_be_used_is_not_kept(desk: Desk) -> None:
    """A refused file is gone, and its upload with it: another try begins anew."""
    desk.send("tull.mp3", b"tull" * 99)
    assert desk.parts() == []
    assert desk.begin("tull.mp3", 4 * 99).json()["mottatt"] == 0


def test_same_content_is_recognised(desk: Desk) -> None:
    """Content that the project has is told of with a link, whatever the file is called, and nothing is changed."""
    desk.send("per.txt", TEXT)
    before = desk.interviews()
    answer = desk.send("kopi.txt", TEXT, kjede="Sør")
    assert "Samme innhold er alt i prosjektet som" in answer.text
    assert f'href="/prosjekt/{PROJECT}/intervju/per"' in answer.text
    assert desk.interviews() == before


def test_finishing_twice_adds_once(desk: Desk) -> None:
    """Where the answer was lost, asking again tells of the interview there is."""
    address = desk.begin("per.txt", len(TEXT)).json()["adresse"]
    desk.put(address, 0, TEXT)
    desk.finish(address)
    again = desk.finish(address)
    assert again.status_code == 200
    assert "alt i prosjektet som" in again.text
    assert (len(desk.interviews()), desk.parts()) == (1, [])
    assert desk.begin("per.txt", len(TEXT)).json()["ferdig"] is True


@pytest.mark.parametrize("name", ["../../etc/passwd.txt", "C:\\opptak\\per.txt", "/root/per.txt", ".per\n.txt"])
def test_name_of_a_file_is_no_path(desk: Desk, name: str) -> None:
    """Folders in the sender's name are dropped: nothing is written outside the folder of its own."""
    desk.send(name, TEXT)
    (added,) = desk.interviews()
    assert added.name in ("passwd", "per")
    outside = [path for path in desk.settings.home.rglob("*") if "passwd" in path.name]
    assert outside == []


@pytest.mark.parametrize("name", ["", "uten-endelse", ".mp3", "a.m p3", "a.lang-endelse", "x." + "å" * 4])
def test_name_that_tells_no_format_is_refused(desk: Desk, name: str) -> None:
    """A file needs a name and an ending."""
    answer = desk.begin(name or " ", 9)
    assert answer.status_code == 400
    assert not (desk.settings.home / "uploads").exists()


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [("a.mp3", 0, "Filen er tom"), ("a.mp3", 5 * 1024**3, "filen er for stor"), ("a.txt", 10**9, "filen er for stor")],
)
def test_size_is_checked_before_the_first_byte(desk: Desk, name: str, size: int, said: str) -> None:
    """An empty or far too large file is refused before anything is sent."""
    answer = desk.begin(name, size)
    assert answer.status_code == 400
    assert said.lower() in answer.text.lower()
    assert desk.parts() == []


def test_full_disk_is_told_of_before_the_first_byte(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room the upload does not begin, in parts or whole."""
    usage = type("Usage", (), {"free": 10**6})
    monkeypatch.setattr("review.uploads.shutil.disk_usage", lambda _: usage)
    answer = desk.begin("a.mp3", 10**6)
    assert answer.status_code == 503
    assert "Det er ikke plass til filen på disken" in answer.text
    assert desk.form(("per.txt", TEXT)).status_code == 503
    assert (desk.parts(), desk.interviews()) == ([], [])


def test_unknown_upload_is_not_there(desk: Desk) -> None:
    """An upload that was never begun, or of another project, is not found, whatever its name looks like."""
    for upload in ("0" * 32, "..", "%2e%2e%2fabout.json", "x"):
        assert desk.put(f"{BEGIN}/{upload}", 0, b"x").status_code in (404, 405)


def test_unfinished_upload_is_shown_and_given_up(desk: Desk) -> None:
    """The page tells what has not come whole; giving it up removes what came, and doing so twice is harmless."""
    address = desk.begin("lang opptak.mp3", 100).json()["adresse"]
    desk.put(address, 0, bytes(42))
    assert "lang opptak.mp3" in desk.client.get(NEW).text
    assert "42 % er sendt" in desk.client.get(NEW).text
    assert desk.client.post(f"{address}/forkast", headers=PART).text == ""
    assert desk.parts() == []
    assert "lang opptak.mp3" not in desk.client.get(NEW).text
    assert desk.client.post(f"{address}/forkast", headers=PART).status_code == 404


def test_old_parts_are_removed(desk: Desk) -> None:
    """What nothing has come to for a week is gone when the next upload begins; what is younger stays."""
    import os

    old = desk.begin("gammel.mp3", 100, "gammel").json()["adresse"]
    desk.put(old, 0, bytes(42))
    folder = desk.parts()[0].parent
    week = time.time() - 8 * 24 * 3600
    for path in (*folder.iterdir(), folder):
        os.utime(path, (week, week))
    young = desk.begin("ung.mp3", 100, "ung").json()["adresse"]
    assert desk.client.get(old).status_code == 404
    assert desk.client.get(young).status_code == 200


def test_what_was_added_is_followed(desk: Desk) -> None:
    """The piece that follows tells that a run is at it, and offers to run where none is."""
    desk.send("per.txt", TEXT)
    assert "Kjøringen går i bakgrunnen" in desk.client.get(f"{LIST}/framdrift?intervju=per").text
    desk.runs()
    time.sleep(1.5)
    later = desk.client.get(f"{LIST}/framdrift?intervju=per&intervju=finnes-ikke").text
    assert "Kjør nå" in later
    assert later.count("<li>") == 1


def test_run_is_followed_to_its_candidates(desk: Desk) -> None:
    """An interview that is coded is not done with while a run goes on, which gathers candidates last."""
    desk.send("per.txt", TEXT)
    text = desk.client.get(f"{LIST}/framdrift?intervju=kari").text
    assert "Kjøringen går i bakgrunnen" in text
    assert "Ferdig." not in text


def test_coded_interview_is_followed_no_longer(kari: Browser) -> None:
    """Where all is done nothing is waited for, and the page leads on to the review."""
    text = kari.client.get(f"{LIST}/framdrift?intervju=kari").text
    assert "Ferdig." in text
    assert f'href="/prosjekt/{PROJECT}/ko"' in text
    assert "Kjør nå" not in text
