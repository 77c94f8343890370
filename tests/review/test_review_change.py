"""Expected change: the table, the picture, the quotes, the filter, and what the files have of it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from review_pages import PROJECT, SEEN, Browser, phrase_of
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from pipeline.change import Change
from pipeline.change_ties import Tie
from pipeline.records import Phrase, identity_of
from store.changes import save_reading, save_ties
from store.projects import project_named
from store.tables import TranscriptRow

PAGE = f"/prosjekt/{PROJECT}/endring"
TOLD = Change(phrase_of(SEEN), "grows", ("får folk",))
LOOSE = Change(phrase_of("<script>alert(1)</script>"), "fades", ("alert",))


@pytest.fixture
def told(sessions: sessionmaker[Session]) -> None:
    """One change that concerns the candidate «Se folk», and one that concerns none."""
    with sessions.begin() as session:
        transcript = session.scalars(select(TranscriptRow.id)).one()
        save_reading(session, transcript, "r", [TOLD, LOOSE])
        tie = Tie(identity_of(TOLD.phrase), "within")
        save_ties(session, project_named(session, PROJECT).id, "t", {identity_of(TOLD.phrase): tie})


def test_page_says_that_nothing_is_told(client: TestClient) -> None:
    """Before any change is found the page says so, and what to ask."""
    text = client.get(PAGE).text
    assert "Ingenting om endring ennå" in text
    assert "<table" not in text


@pytest.mark.usefixtures("told")
def test_page_counts_by_competence(client: TestClient) -> None:
    """Table and picture name the competence, the direction and the chains; what concerns none has a row of its own."""
    text = client.get(PAGE).text
    for said in ("Se folk", "Ikke knyttet til en kompetanse", "1 intervju", "Nord", "Vokser mest: Se folk."):
        assert said in text
    assert text.count('<rect class="grows" x="470" y="31"') == 1
    assert "<script>alert" not in text


@pytest.mark.usefixtures("told")
def test_number_opens_its_quotes(client: TestClient) -> None:
    """Behind a number is what was said, with the cue marked, and a link to the phrase in its interview."""
    text = client.get(PAGE, params={"kompetanse": "c1", "retning": "grows"}).text
    quote = text.partition("<blockquote>")[2].partition("</blockquote>")[0]
    assert quote == "<mark>får folk</mark> til å føle seg sett"
    mark = "-".join(str(number) for number in identity_of(TOLD.phrase)[1:])
    assert f'href="/prosjekt/Butikk/intervju/kari?utsagn={mark}"' in text
    assert client.get(f"/prosjekt/Butikk/intervju/kari?utsagn={mark}").status_code == 200


@pytest.mark.usefixtures("told")
def test_loose_quote_leads_to_its_turn(client: TestClient) -> None:
    """Where no phrase was coded the link leads to the answer, and markup in it is text."""
    text = client.get(PAGE, params={"kompetanse": "-", "retning": "fades"}).text
    assert 'href="/prosjekt/Butikk/intervju/kari#t1"' in text
    assert 'id="t1"' in client.get("/prosjekt/Butikk/intervju/kari").text
    assert "&lt;script&gt;<mark>alert</mark>" in text


@pytest.mark.usefixtures("told")
def test_filter_narrows(client: TestClient) -> None:
    """A role or chain without changes leaves nothing, and says how to see all."""
    assert "Se folk" in client.get(PAGE, params={"rolle": "butikksjef", "kjede": "Nord"}).text
    text = client.get(PAGE, params={"kjede": "Sør"}).text
    assert "Ingenting om endring i dette utvalget" in text
    assert f'href="{PAGE}"' in text


@pytest.mark.usefixtures("told")
def test_quotes_come_in_pages(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """No more than fifty quotes at once, with a way to the next ones and back."""
    with sessions.begin() as session:
        transcript = session.scalars(select(TranscriptRow.id)).one()
        many = [Change(Phrase("kari", 1, i, i + 1, "x"), "new") for i in range(51)]
        save_reading(session, transcript, "r2", many)
    asked = {"kompetanse": "-", "retning": "new"}
    text = client.get(PAGE, params=asked).text
    assert (text.count("<blockquote>"), 'rel="next"' in text, 'rel="prev"' in text) == (50, True, False)
    text = client.get(PAGE, params=asked | {"side": 2}).text
    assert (text.count("<blockquote>"), 'rel="next"' in text, 'rel="prev"' in text) == (1, False, True)


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("asked", "status"),
    [("retning=bort", 400), ("rolle=%00", 400), ("side=0", 400), ("kompetanse=borte&retning=new", 200)],
)
def test_bad_input_is_told_of(client: TestClient, asked: str, status: int) -> None:
    """An unknown direction and what no database takes are refused; a competence that is gone has no quotes."""
    assert client.get(f"{PAGE}?{asked}").status_code == status


def test_other_project_and_method_are_refused(client: TestClient) -> None:
    """There is no page of an unknown project, and nothing can be sent to it."""
    assert client.get("/prosjekt/Finnes-ikke/endring").status_code == 404
    assert client.post(PAGE).status_code == 405


@pytest.mark.usefixtures("told")
def test_files_have_the_changes(kari: Browser) -> None:
    """JSON lists each change with its tie; CSV has them at the phrase that they are tied to."""
    found = json.loads(kari.client.get(f"/prosjekt/{PROJECT}/resultat/json").text)["expected_change"]
    assert [(one["text"], one["direction"], one["candidate"]) for one in found] == [
        (SEEN, "grows", "c1"),
        (LOOSE.phrase.text, "fades", None),
    ]
    assert found[0]["tie"]["way"] == "within"
    table = kari.client.get(f"/prosjekt/{PROJECT}/resultat/csv").content.decode("utf-8-sig")
    rows = {row["utsagn"]: row["forventet endring"] for row in csv.DictReader(io.StringIO(table))}
    assert rows[SEEN] == f"vokser: {SEEN}"
    assert [said for text, said in rows.items() if text != SEEN] == ["", ""]
