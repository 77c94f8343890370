"""Questions for the next interview: what the page gathers, and the files that an interviewer takes along."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from fastapi.testclient import TestClient
from review_pages import HUMOUR, PROJECT, SEEN, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Label, Phrase, Proxy, Suggestion, Transcript, Turn
from store.interviews import Source, add_interview
from store.projects import project_named
from store.proxy_verdicts import judge_proxy
from store.results import save_coding, save_transcript

PAGE = f"/prosjekt/{PROJECT}/erstatningsord/sporsmal"
QUESTION = "Hva gjorde du helt konkret?"


def judge(sessions: sessionmaker[Session], phrase: Phrase, verdict: str = "proxy", stands_for: str = "service") -> None:
    with sessions.begin() as session:
        judge_proxy(session, project_named(session, PROJECT).id, phrase, verdict, "Kari", stands_for)


def add_seller(sessions: sessionmaker[Session]) -> Phrase:
    """A seller's interview, with the same question as kari's behind another word."""
    words = "alltid blid"
    phrase = Phrase("selger", 0, 0, len(words), words)
    proxy = Proxy("trait", "Yte god kundeservice", QUESTION, "service")
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        source = Source("selger", "transcript", "c" * 64, ".txt", role="selger")
        interview = add_interview(session, project.id, source).interview
        stored = save_transcript(session, interview.id, "k", Transcript("selger", (Turn("respondent", words),)))
        save_coding(session, stored.id, "k", "r", [Suggestion(phrase, Label("trait", 0.9, (), proxy))])
    return phrase


def test_question_follows_the_verdict(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """What stands for the suggested competence has the suggested question, below the competence's name."""
    assert "Ingen spørsmål ennå" in client.get(PAGE).text
    judge(sessions, phrase_of(HUMOUR))
    text = client.get(PAGE).text
    assert "Yte god kundeservice</h2>" in text
    assert f">{QUESTION}</textarea>" in text


def test_question_asks_about_the_competence_that_people_say(
    client: TestClient, sessions: sessionmaker[Session]
) -> None:
    """For another competence the question is about doing and learning that one."""
    judge(sessions, phrase_of(HUMOUR), stands_for="Selge mer")
    text = client.get(PAGE).text
    assert "Selge mer</h2>" in text
    assert "når du skulle selge mer: Hva gjorde du helt konkret, og hvordan har du lært det?" in text


def test_no_proxy_has_no_question(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """What somebody says is no proxy is left out, also with all that nobody has judged."""
    judge(sessions, phrase_of(HUMOUR), "not_proxy", "")
    assert "Ingen spørsmål ennå" in client.get(f"{PAGE}?uvurderte=ja").text


def test_unjudged_come_along_if_asked_for(client: TestClient) -> None:
    """What nobody has judged is marked as such."""
    text = client.get(f"{PAGE}?uvurderte=ja").text
    assert QUESTION in text
    assert "· ikke vurdert" in text


def test_same_question_stands_once(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Two words with the same question behind them are one question; a role has its own."""
    judge(sessions, add_seller(sessions))
    judge(sessions, phrase_of(HUMOUR))
    text = client.get(PAGE).text
    assert text.count(f">{QUESTION}</textarea>") == 1
    assert "og 1 til" in text
    of_role = client.get(f"{PAGE}?rolle=selger").text
    assert "alltid blid" in of_role
    assert HUMOUR not in of_role


def ticked(*numbers: int) -> dict[str, object]:
    """The page's form with these of its questions."""
    fields = {f"sporsmal-{i}": f"Hvordan {i}?" for i in (1, 2, 3)} | {
        "under-1": "Selge",
        "under-2": "Selge",
        "under-3": "",
    }
    return {"med": [str(number) for number in numbers], **fields}


def test_text_file_has_what_is_ticked(client: TestClient) -> None:
    """The text has the ticked questions as they were edited, each below its heading."""
    answer = client.post(f"{PAGE}?rolle=selger", data=ticked(1, 3) | {"format": "txt", "sporsmal-3": " Ny\r\ntekst? "})
    assert answer.text.splitlines() == [
        "Spørsmål til neste intervju",
        f"{PROJECT} · selger",
        "",
        "Selge",
        "☐ Hvordan 1?",
        "",
        "Andre spørsmål",
        "☐ Ny tekst?",
    ]
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].endswith(
        "filename*=UTF-8''Sp%C3%B8rsm%C3%A5l%20Butikk%20%C2%B7%20selger.txt"
    )


def test_document_has_what_is_ticked(client: TestClient) -> None:
    """The Word document can be opened and has the same."""
    answer = client.post(PAGE, data=ticked(2, 3) | {"format": "docx", "under-2": "Selge\x0b"})
    document = Document(BytesIO(answer.content))
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "Spørsmål til neste intervju",
        PROJECT,
        "Selge",
        "☐ Hvordan 2?",
        "Andre spørsmål",
        "☐ Hvordan 3?",
    ]


def test_odd_role_does_not_spoil_the_document(client: TestClient) -> None:
    """A role with characters that no document can hold is written without them."""
    answer = client.post(f"{PAGE}?rolle=a%0C%22/b", data=ticked(1) | {"format": "docx"})
    assert Document(BytesIO(answer.content)).paragraphs[1].text == f'{PROJECT} · a"/b'
    assert "/" not in answer.headers["content-disposition"].partition("filename=")[2]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"format": "txt"}, "Ingen spørsmål er krysset av"),
        ({"format": "txt", "med": "9"}, "Ingen spørsmål er krysset av"),
        ({"format": "odt", "med": "1", "sporsmal-1": "Hva?"}, "Filformatet finnes ikke"),
        ({"format": "txt", "med": "1", "sporsmal-1": "x" * 2001}, "Spørsmålet er for langt"),
    ],
)
def test_form_without_use_is_refused(client: TestClient, form: dict[str, str], said: str) -> None:
    """Nothing ticked, another format or an endless question gets a plain page."""
    answer = client.post(PAGE, data=form)
    assert answer.status_code == 400
    assert said in answer.text


def test_unusable_role_is_refused(client: TestClient) -> None:
    """A role that no database can be asked for gets a plain 400, an unknown one an empty page."""
    assert client.get(f"{PAGE}?rolle=%00").status_code == 400
    assert "Ingen spørsmål ennå" in client.get(f"{PAGE}?rolle=ukjent&uvurderte=ja").text


def test_competence_is_no_proxy(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A verdict on what is no longer a proxy brings no question."""
    judge(sessions, phrase_of(SEEN))
    assert "Ingen spørsmål ennå" in client.get(PAGE).text
