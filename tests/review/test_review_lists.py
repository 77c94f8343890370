from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from review_pages import (
    ANSWER,
    HUMOUR,
    PEOPLE,
    SCRIPT,
    SEEN,
    TRAITS,
    Browser,
    Forms,
    add_many,
    content_of,
    phrase_of,
    suggestions,
)
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Grounds, Label, Phrase, Placement, Proxy, Suggestion, Transcript, Turn
from review.wording import quote_in
from store.interviews import find_interview
from store.projects import project_named
from store.results import latest_transcript, save_coding, save_transcript
from store.review_items import find_items


def test_list_shows_quote_in_its_sentence(client: TestClient) -> None:
    """The phrase is marked in its own sentence, after the question, without the sentences around it."""
    text = client.get(PEOPLE).text
    assert f"<p>Jeg <mark>{SEEN}</mark>, og &lt;script&gt;" in text
    assert "Hva gjør du?" in text
    assert "Det er travelt" not in text
    assert "12:41" in text


def test_list_shows_grounds(client: TestClient) -> None:
    """A suggestion stands with probability, ranked positions, precedents with role, wording, and doubt."""
    text = client.get(PEOPLE).text
    assert "<strong>kompetanse 92\u00a0%</strong>" in text
    assert "61\u00a0%" in text
    assert "Tilstedeværelse" in text
    assert '«ser hver enkelt» <span class="soft">Mennesker, avdelingsleder</span>' in text
    assert '<span class="word">folk</span>' in text
    assert text.count("usikker") == 1


def test_proxy_shows_what_it_stands_for_and_the_question(client: TestClient) -> None:
    """A trait stands with its kind, the competence it may stand for, and the question that gets behind it."""
    text = client.get(TRAITS).text
    assert "<strong>Mulig stedfortreder</strong> (egenskap)" in text
    assert "<strong>Yte god kundeservice</strong>" in text
    assert "Hva gjorde du helt konkret?" in text
    assert "Kan sies som kompetanse:</span> «møter alle med et smil»" in text


def test_proxy_without_a_wording_suggests_none(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A proxy that nothing is known to stand behind is shown with its question alone."""
    _code_again(
        sessions, [Suggestion(phrase_of(HUMOUR), Label("trait", 0.8, (), Proxy("trait", "", "Hva gjorde du?")))]
    )
    text = client.get(TRAITS).text
    assert "Hva gjorde du?" in text
    assert "for kompetansen" not in text
    assert "Kan sies som kompetanse" not in text


def test_title_is_called_a_title(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A proxy that is a title is called so, in the list of education where it stands."""
    _code_again(sessions, [Suggestion(phrase_of(HUMOUR), Label("education", 0.8, (), Proxy("title", "", "")))])
    text = client.get("/prosjekt/Butikk/kategori/education").text
    assert "<strong>Mulig stedfortreder</strong> (tittel)." in text


def test_unsure_model_says_what_it_cannot_rule_out(client: TestClient) -> None:
    """Where the model is unsure of the category, the card names those that it may be."""
    assert "Kan ikke utelukkes:</span> kompetanse, oppgave" in client.get(PEOPLE).text


@pytest.mark.parametrize(
    "grounds",
    [Grounds(unsure=True, categories=("trait",)), Grounds(categories=("trait", "task")), Grounds(unsure=True)],
)
def test_nothing_is_named_where_the_category_is_clear(
    client: TestClient, sessions: sessionmaker[Session], grounds: Grounds
) -> None:
    """A model that is sure, or unsure of the position alone, names no other categories."""
    _code_again(sessions, [Suggestion(phrase_of(HUMOUR), Label("trait", 0.8, (), None, grounds))])
    text = client.get(TRAITS).text
    assert HUMOUR in text
    assert "Kan ikke utelukkes" not in text


def test_markup_in_transcript_is_text(client: TestClient) -> None:
    """`<script>` in what somebody said is shown as said and never becomes part of the page."""
    pages = [client.get(address).text for address in (PEOPLE, TRAITS, "/prosjekt/Butikk")]
    assert [page for page in pages if "<script" in content_of(page)] == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0]


def test_category_none_is_not_listed(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """What the model finds irrelevant is in no list."""
    with sessions.begin() as session:
        items = find_items(session, project_named(session, "Butikk").id)
    assert {item.phrase.text for item in items} == {SEEN, SCRIPT, HUMOUR}
    assert "Her er det ingen forslag." in client.get("/prosjekt/Butikk/kategori/none").text


def test_reading_without_a_name_shows_no_buttons(stranger: Browser, client: TestClient) -> None:
    """Somebody who has not said who they are may read, gets no buttons, and is told how to get them."""
    text = content_of(client.get(PEOPLE).text)
    assert "<button" not in text
    assert "Du kan lese alt." in text


@pytest.mark.parametrize("address", [PEOPLE, TRAITS])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_lists_take_no_other_method(client: TestClient, address: str, method: str) -> None:
    """Anything but reading and sending the form gets a Norwegian 405."""
    answer = client.request(method, address)
    assert answer.status_code == 405
    assert "Siden kan ikke brukes på den måten" in answer.text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/prosjekt/Butikk/plass/midten", "Plassen finnes ikke i balansemodellen"),
        ("/prosjekt/Butikk/plass/people+pace", "Plassen finnes ikke i balansemodellen"),
        ("/prosjekt/Butikk/kategori/humor", "Kategorien finnes ikke"),
        ("/prosjekt/Ukjent/plass/people", "Prosjektet finnes ikke"),
        ("/prosjekt/%00/kategori/trait", "Prosjektet finnes ikke"),
    ],
)
def test_unknown_list_is_a_plain_404(client: TestClient, address: str, words: str) -> None:
    """A position, category or project that is not there gets a Norwegian 404."""
    answer = client.get(address)
    assert answer.status_code == 404
    assert words in answer.text


@pytest.mark.parametrize("query", ["side=to", "side=0", "side=-1", "side=1e9", "avgjort=x"])
def test_unusable_page_number_is_a_plain_400(client: TestClient, query: str) -> None:
    """A page number that is no page number gets a Norwegian 400."""
    answer = client.get(f"{PEOPLE}?{query}")
    assert answer.status_code == 400
    assert "Dette kunne ikke brukes" in answer.text


def test_long_list_has_fifty_on_a_page(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Fifty suggestions stand on a page, the rest on the next, and a page past the end shows the last one."""
    add_many(sessions, 60)
    first, second = (
        client.get("/prosjekt/Butikk/plass/pace"),
        client.get("/prosjekt/Butikk/plass/pace?side=2"),
    )
    assert (first.text.count("<mark>"), second.text.count("<mark>")) == (50, 10)
    assert "Side 1 av 2" in first.text
    assert 'href="/prosjekt/Butikk/plass/pace?side=2"' in first.text
    assert "Side 2 av 2" in client.get("/prosjekt/Butikk/plass/pace?side=9").text


def test_decision_on_a_later_page_leads_back_there(
    client: TestClient, kari: Browser, sessions: sessionmaker[Session]
) -> None:
    """After a decision on page two the browser is sent back to page two."""
    add_many(sessions, 60)
    address = "/prosjekt/Butikk/plass/pace?side=2"
    answer = client.post(address, data=_last_form(client, address), follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/prosjekt/Butikk/plass/pace?side=2&avgjort=1"


def test_balance_list_has_its_own_address(client: TestClient, kari: Browser) -> None:
    """A phrase moved to a balance stands in the list of that balance."""
    kari.decide(SEEN, "flytt", plass="people+technology")
    text = client.get("/prosjekt/Butikk/plass/people%2Btechnology").text
    assert "Mennesker–Teknologi</h1>" in text
    assert SEEN in text


def test_decision_survives_a_new_coding(client: TestClient, kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A phrase stays where a person put it when a new model suggests another position."""
    kari.decide(SEEN, "flytt", plass="routines")
    elsewhere = Label("competence", 0.9, (Placement("technology", 0.9),))
    _code_again(sessions, [Suggestion(phrase_of(SEEN), elsewhere)])
    assert "Flyttet til Rutiner" in client.get("/prosjekt/Butikk/plass/routines").text
    assert "<mark>" not in client.get("/prosjekt/Butikk/plass/technology").text


def test_decision_on_other_words_says_so(client: TestClient, kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Where a new transcription has other words at the span, the list shows which words were decided on."""
    kari.decide(SEEN, "godkjenn")
    phrase = replace(phrase_of(SEEN), text="får folk til å føle seg rett")
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, "Butikk").id, "kari")
        assert interview
        turns = (
            Turn("interviewer", "Hva gjør du?"),
            Turn("respondent", ANSWER.replace("seg sett", "seg rett")),
        )
        stored = save_transcript(session, interview.id, "k2", Transcript("kari", turns))
        save_coding(session, stored.id, "k2", "r1", [Suggestion(phrase, suggestions()[0].label)])
    text = client.get(PEOPLE).text
    assert "<mark>får folk til å føle seg rett</mark>" in text
    assert f"Avgjørelsen ble tatt da utsagnet lød «{SEEN}»." in text


def test_quote_alone_where_transcript_says_something_else() -> None:
    """A span that does not hold the phrase's words gives the phrase alone, not the wrong context."""
    quote = quote_in({0: Turn("respondent", "Noe helt annet.")}, Phrase("kari", 0, 0, 4, "Ikke"))
    assert (quote.before, quote.text, quote.after) == ("", "Ikke", "")


def test_long_sentence_is_cut_between_words() -> None:
    """A sentence without end, as a recogniser may give, is cut to what can be read, at whole words."""
    text = "ord " * 300 + "målet" + " ord" * 300
    phrase = Phrase("kari", 0, 1200, 1205, "målet")
    quote = quote_in({0: Turn("respondent", text)}, phrase)
    assert quote.before.startswith("… ord ")
    assert quote.after.endswith("ord …")
    assert len(quote.before) + len(quote.after) < 460


def _last_form(client: TestClient, address: str) -> dict[str, str]:
    return Forms(client.get(address).text).found[-1] | {"handling": "godkjenn"}


def _code_again(sessions: sessionmaker[Session], coded: list[Suggestion]) -> None:
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, "Butikk").id, "kari")
        stored = latest_transcript(session, interview.id) if interview else None
        assert stored
        save_coding(session, stored.id, "k2", "r2", coded)
