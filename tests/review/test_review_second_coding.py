from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from review_pages import HUMOUR, PROJECT, SCRIPT, SEEN, Browser, Forms, Kept, content_of, marked, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from review.agreement import latest_agreement
from store.decisions import Choice, decide
from store.projects import project_named
from store.second_coding import CodingRound, codings_of, rounds_of

ROUNDS = "/prosjekt/Butikk/dobbeltkoding"
ROUND, CODE, CLOSE, SETTLE = f"{ROUNDS}/1", f"{ROUNDS}/1/kode", f"{ROUNDS}/1/lukk", f"{ROUNDS}/1/uenighet"
PART = {"hx-request": "true"}


def start(browser: Browser, **fields: str):
    form = {"mengde": "100", "enhet": "prosent", "forste": "Kari", "andre": "Ola"} | fields
    return browser.client.post(ROUNDS, data=form, follow_redirects=False)


def code(browser: Browser, words: str, said: str, **headers: str):
    """Says what the words are: the phrases have the numbers 1, 2, 3 as they were said."""
    number = 1 + sorted((SEEN, SCRIPT, HUMOUR), key=lambda one: phrase_of(one).start).index(words)
    return browser.client.post(CODE, data={"nr": str(number), "valg": said}, headers=headers, follow_redirects=False)


def code_all(kari: Browser, ola: Browser) -> None:
    """The two agree on one phrase, disagree on another's position, and on the third one's category."""
    for words, first, second in (
        (SEEN, "competence:people", "competence:people"),
        (SCRIPT, "competence:people", "competence:pace"),
        (HUMOUR, "trait", "competence:presence"),
    ):
        code(kari, words, first)
        code(ola, words, second)


@pytest.fixture
def begun(kari: Browser, ola: Browser) -> None:
    start(kari)


@pytest.fixture
def closed(begun: None, kari: Browser, ola: Browser) -> None:
    code_all(kari, ola)
    kari.client.post(CLOSE)


def rounds(sessions: sessionmaker[Session]) -> tuple[CodingRound, ...]:
    with sessions.begin() as session:
        return rounds_of(session, project_named(session, PROJECT).id)


def said(sessions: sessionmaker[Session]) -> list[tuple[str, str, str]]:
    with sessions.begin() as session:
        return [(one.person, one.phrase.text, one.category) for one in codings_of(session, 1)]


def test_page_offers_a_round(kari: Browser) -> None:
    """Without a round the page says how many phrases there are, and has the form; the navigation leads there."""
    text = kari.client.get(ROUNDS).text
    assert "Prosjektet har 3 utsagn" in text
    assert f'href="{ROUNDS}" aria-current="page"' in text


def test_round_is_started(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """The form draws a round for the two named, in the visitor's name, and leads there."""
    answer = start(kari, forste=" Kari  Normann ")
    assert (answer.status_code, answer.headers["location"]) == (303, ROUND)
    (begun,) = rounds(sessions)
    assert (begun.people, begun.person, begun.share) == (("Kari Normann", "Ola"), "Kari", 1.0)
    assert "Kari Normann" in kari.client.get(ROUND).text


def test_round_is_drawn_by_number(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A number of phrases may be asked for, of a role or an interview too; more than there are is all."""
    start(kari, mengde="2", enhet="utsagn", rolle="butikksjef", intervju="kari")
    start(kari, mengde="200", enhet="utsagn")
    assert ["2 utsagn" in kari.client.get(ROUND).text, "3 utsagn" in kari.client.get(f"{ROUNDS}/2").text] == [True] * 2
    assert rounds(sessions)[0].selection.interview == "kari"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mengde": "0"}, "mengde"),
        ({"mengde": "101"}, "101 %"),
        ({"mengde": "x"}, "mengde"),
        ({"enhet": "dusin"}, "dusin"),
        ({"andre": "Kari"}, "ulike personer"),
        ({"andre": ""}, "Navnet mangler"),
        ({"andre": "x" * 81}, "for langt"),
        ({"rolle": "pilot"}, "pilot"),
        ({"intervju": "a\x00"}, "NUL"),
    ],
)
def test_unusable_round_is_refused(
    kari: Browser, sessions: sessionmaker[Session], fields: dict[str, str], told: str
) -> None:
    """A form that makes no sense gets a plain 400 that names the fault, and starts nothing."""
    answer = start(kari, **fields)
    assert answer.status_code == 400
    assert told in answer.text
    assert rounds(sessions) == ()


def test_nobody_starts_closes_or_settles_nameless(
    closed: None, client: TestClient, sessions: sessionmaker[Session]
) -> None:
    """Who has not said who they are is asked, and nothing is done."""
    form = form_of(client, 2) | {"handling": "forkast"}
    client.cookies.clear()
    answers = [start(Browser(client)), client.post(CLOSE), client.post(SETTLE, data=form)]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert len(rounds(sessions)) == 1


def form_of(client: TestClient, number: int) -> dict[str, str]:
    """The hidden fields of the form that settles the disagreement with this number."""
    return next(form for form in Forms(client.get(f"{SETTLE}?nr={number}").text).found if "ordlyd" in form)


def test_blind_page_shows_the_phrase_alone(begun: None, ola: Browser, sessions: sessionmaker[Session]) -> None:
    """A coder sees the sentence and the question; not the model's suggestion, a decision, or the other's answer."""
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(SEEN), Choice("reject", "Anne", note="Nei."))
    text = content_of(ola.client.get(CODE).text)
    assert marked(text) == [SEEN]
    assert "Hva gjør du?" in text
    for seen in ("61", "92", "Modellen", "orkastet", "Anne", "Nei.", "ser hver enkelt", "holds", "Kari"):
        assert seen not in text


def test_coding_leads_to_the_next(begun: None, kari: Browser, sessions: sessionmaker[Session]) -> None:
    """What is said is written down, and the next phrase comes, as a part where HTMX asks."""
    answer = code(kari, SEEN, "competence:people")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{CODE}?etter=1")
    assert marked(kari.client.get(answer.headers["location"]).text) == [SCRIPT]
    part = code(kari, SCRIPT, "none", **PART)
    assert "<html" not in part.text
    assert marked(part.text) == [HUMOUR]
    assert "2 av 3 kodet" in part.text
    assert said(sessions) == [("Kari", SEEN, "competence"), ("Kari", SCRIPT, "none")]


def test_own_answer_is_changed_till_the_round_is_closed(
    begun: None, kari: Browser, sessions: sessionmaker[Session]
) -> None:
    """`z` leads back to one's own answers one by one; the newest holds, and sent twice it is said once."""
    code(kari, SEEN, "task")
    code(kari, SCRIPT, "task")
    back = re.findall(r'href="([^"]*endre=\d+)"', kari.client.get(CODE).text)
    assert back == [f"{CODE}?endre=2"]
    before = kari.client.get(back[0]).text
    assert "Du svarte <strong>oppgave</strong>" in before
    assert f"{CODE}?endre=1" in before
    for _time in range(2):
        code(kari, SCRIPT, "trait")
    assert said(sessions) == [("Kari", SEEN, "task"), ("Kari", SCRIPT, "trait")]


def test_skipped_phrase_comes_back_at_the_end(begun: None, kari: Browser) -> None:
    """To skip is to go on; what was skipped comes when the rest is done, and then one has finished."""
    assert marked(kari.client.get(f"{CODE}?etter=1").text) == [SCRIPT]
    code(kari, SCRIPT, "task")
    assert marked(code(kari, HUMOUR, "trait", **PART).text) == [SEEN]
    done = code(kari, SEEN, "task", **PART).text
    assert "Du er ferdig" in done
    assert "Ola: 3 igjen" in done


@pytest.mark.parametrize("form", [{"valg": "dyd"}, {"valg": "competence:nord"}, {"valg": "trait:people"}, {}])
def test_unusable_coding_is_refused(
    begun: None, kari: Browser, sessions: sessionmaker[Session], form: dict[str, str]
) -> None:
    """What there is not is refused, and nothing is written."""
    assert kari.client.post(CODE, data={"nr": "1"} | form).status_code == 400
    assert said(sessions) == []


def test_only_the_two_code(begun: None, client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Others, and whoever has not said who they are, neither see the phrase nor code it."""
    for name in ("Anne", ""):
        client.cookies.clear()
        other = Browser(client, name)
        assert [client.get(CODE).status_code, code(other, SEEN, "task").status_code] == [403, 403]
    assert said(sessions) == []


def test_what_is_not_there_is_not_found(begun: None, kari: Browser) -> None:
    """Unknown rounds and phrases are a 404, and so is an act that is read; other methods are refused."""
    addresses = (f"{ROUNDS}/9", f"{ROUNDS}/9/kode", "/prosjekt/Finnes-ikke/dobbeltkoding", f"{ROUNDS}/x/kode")
    assert [kari.client.get(address).status_code for address in addresses] == [404] * 4
    assert kari.client.post(CODE, data={"nr": "99", "valg": "task"}).status_code == 404
    assert [kari.client.get(CLOSE).status_code, kari.client.delete(ROUND).status_code] == [404, 405]
    assert kari.client.get(f"{CODE}?endre=99999999999").status_code == 400


def test_figures_are_hidden_from_who_codes(begun: None, kari: Browser, ola: Browser) -> None:
    """How far they agree so far is not for the two to see while they code; others see it, but no disagreement."""
    for browser in (kari, ola):
        code(browser, SEEN, "task")
        assert "Du koder selv i denne runden" in browser.client.get(ROUND).text
    text = Browser(kari.client, "Anne").client.get(ROUND).text
    assert "100\u00a0% av 1 utsagn" in text
    assert "var uenige om" not in text


def test_closed_round_tells_how_far_they_agree(closed: None, kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Percent, kappa and alpha of category, position and dimension; the table of both answers; what they differ on."""
    text = kari.client.get(ROUND).text
    assert "67\u00a0% av 3 utsagn" in text
    assert '<td class="number">50\u00a0%</td>' in text
    assert "Avgjør 2 uenigheter" in text
    assert f"«{HUMOUR}»" in text
    assert f"«{SEEN}»" not in text
    with sessions.begin() as session:
        found = latest_agreement(session, project_named(session, PROJECT).id)
    assert found is not None
    assert (found.category.agreement.items, found.position.agreement.share) == (3, 0.5)
    assert found.category.counts[0][0] == 2
    assert "Runde 1, den siste som er lukket" in kari.client.get(ROUNDS).text


def test_open_round_is_no_agreement(begun: None, sessions: sessionmaker[Session]) -> None:
    """Other pages learn of no agreement before a round is closed."""
    with sessions.begin() as session:
        assert latest_agreement(session, project_named(session, PROJECT).id) is None


def test_closed_round_is_closed_once_and_takes_no_codings(
    closed: None, ola: Browser, sessions: sessionmaker[Session]
) -> None:
    """Closing again changes nothing; coding is a 409, and its page leads to the round."""
    assert ola.client.post(CLOSE, follow_redirects=False).headers["location"] == ROUND
    assert rounds(sessions)[0].closed_by == "Kari"
    before = said(sessions)
    assert code(ola, SEEN, "task").status_code == 409
    assert said(sessions) == before
    assert ola.client.get(CODE, follow_redirects=False).headers["location"] == ROUND


def test_disagreement_shows_both_and_the_suggestion(closed: None, kari: Browser) -> None:
    """The page shows the sentence, what each of the two said, what the model suggests, and nothing decided."""
    text = content_of(kari.client.get(SETTLE).text)
    assert marked(text) == [SCRIPT]
    assert "Kari:</span> <strong>Mennesker" in text
    assert "Ola:</span> <strong>Tempo" in text
    assert "Modellen:" in text
    assert "Ikke avgjort før." in text


def test_settling_is_a_decision_with_a_note(closed: None, ola: Browser, kept: Kept) -> None:
    """Who settles decides as in the queue, with a note; the next one comes; sent twice it is decided once."""
    form = form_of(ola.client, 2) | {"handling": "flytt pace"}
    for _time in range(2):
        answer = ola.client.post(SETTLE, data=form, headers=PART)
        assert answer.status_code == 200
    assert marked(answer.text) == [HUMOUR]
    (made,) = kept.history()
    assert (made.phrase.text, made.choice.person, made.choice.positions) == (SCRIPT, "Ola", ("pace",))
    assert made.choice.note == "Avgjort etter dobbeltkoding, runde 1."
    assert "1 avgjort" in ola.client.get(ROUND).text


def test_settled_is_undone(closed: None, ola: Browser, kept: Kept) -> None:
    """What was settled last can be undone at once; then the phrase stands there again."""
    form = form_of(ola.client, 2) | {"handling": "flytt pace", "notat": "Handler om fart."}
    answer = ola.client.post(SETTLE, data=form, follow_redirects=False)
    assert answer.headers["location"] == f"{SETTLE}?etter=2&sist=2"
    page = ola.client.get(answer.headers["location"]).text
    undo = next(form for form in Forms(page).found if form.get("nr") == "2")
    text = ola.client.post(SETTLE, data=undo | {"handling": "angre"}, headers=PART).text
    assert marked(text) == [SCRIPT]
    assert kept.in_force() == []
    assert kept.history()[0].choice.note == "Handler om fart."


def test_settled_meanwhile_is_a_conflict(closed: None, kari: Browser, ola: Browser, kept: Kept) -> None:
    """Who settles what somebody else has decided since sees that, and overwrites nothing."""
    form = form_of(kari.client, 2)
    ola.client.post(SETTLE, data=form | {"handling": "flytt pace"})
    answer = kari.client.post(SETTLE, data=form | {"handling": "flytt people"})
    assert answer.status_code == 409
    assert [one.choice.person for one in kept.history()] == ["Ola"]


def test_only_disagreements_of_closed_rounds_are_settled(begun: None, kari: Browser, ola: Browser, kept: Kept) -> None:
    """In an open round nothing is settled, nor what the two agree on."""
    code_all(kari, ola)
    sent = {name: str(value) for name, value in vars(phrase_of(SEEN)).items()}
    form = {"nr": "1", "intervju": "kari", "replikk": "1", "fra": sent["start"], "til": sent["end"]}
    form |= {"ordlyd": "0" * 12, "handling": "forkast"}
    assert kari.client.post(SETTLE, data=form).status_code == 400
    kari.client.post(CLOSE)
    assert kari.client.post(SETTLE, data=form).status_code == 404
    assert kept.history() == ()


def test_round_is_read_in_english(closed: None, kari: Browser) -> None:
    """The pages are in the language of whoever asks."""
    text = kari.client.get(ROUND, headers={"accept-language": "en"}).text
    assert "How far they agree" in text
    assert "Settle 2 disagreements" in text
