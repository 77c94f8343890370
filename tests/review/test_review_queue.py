from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from queue_pages import QUEUE, Reviewer, brought, place_of, said, shown
from review_pages import (
    BASE,
    HUMOUR,
    PEOPLE,
    SCRIPT,
    SEEN,
    TRAITS,
    Forms,
    Kept,
    add_many,
    phrase_of,
    suggestions,
)
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.records import Phrase, Suggestion, Turn, Word
from review.app import create_app
from review.queue_cards import clip_of
from store.decisions import Choice
from store.interviews import Source, add_interview, find_interview
from store.projects import create_project, project_named
from store.results import latest_transcript, save_coding, save_transcript

SUREST = f"{QUEUE}?rekkefolge=sikre"


@pytest.fixture
def kari(client: TestClient) -> Reviewer:
    return Reviewer(client, "Kari")


@pytest.fixture
def ola(sessions: sessionmaker[Session], settings: Settings) -> Reviewer:
    return Reviewer(TestClient(create_app(sessions, settings), base_url=BASE), "Ola")


@pytest.fixture
def nobody(sessions: sessionmaker[Session], settings: Settings) -> Reviewer:
    return Reviewer(TestClient(create_app(sessions, settings), base_url=BASE))


def test_card_shows_all_to_decide_by(kari: Reviewer) -> None:
    """The phrase in its sentence after the question, with probability, ranked positions, precedents and doubt."""
    text = kari.see(SUREST)
    assert shown(text) == SEEN
    assert "Hva gjør du?" in text
    assert "<strong>kompetanse 92\u00a0%</strong>" in text
    assert 'Mennesker <span class="number">61\u00a0%</span>' in text
    assert "«ser hver enkelt»" in text
    assert "kan ikke utelukke kompetanse, oppgave" in text


def test_proxy_stands_with_its_question(kari: Reviewer) -> None:
    """A trait stands with what it may stand for and the question that gets behind it."""
    text = kari.see(f"{QUEUE}?kategori=trait")
    assert shown(text) == HUMOUR
    assert "Hva gjorde du helt konkret?" in text
    assert "«møter alle med et smil»" in text


@pytest.mark.parametrize(
    ("handling", "wanted"),
    [
        ("godkjenn", Choice("approve", "Kari", "competence", ("people",))),
        ("flytt pace", Choice("move", "Kari", "competence", ("pace",))),
        ("flytt pace+presence", Choice("move", "Kari", "competence", ("pace+presence",))),
        ("flytt people", Choice("approve", "Kari", "competence", ("people",))),
        ("kategori task", Choice("relabel", "Kari", "task")),
        ("kategori none", Choice("relabel", "Kari", "none")),
        ("forkast", Choice("reject", "Kari")),
    ],
)
def test_button_stores_the_decision(kari: Reviewer, kept: Kept, handling: str, wanted: Choice) -> None:
    """Each button stores one decision with person and note; choosing what the page suggests approves it."""
    answer = kari.press(handling, SUREST, notat=" Tydelig. ")
    (made,) = kept.history()
    assert made.choice == replace(wanted, note="Tydelig.")
    assert made.phrase == phrase_of(SEEN)
    assert answer.status_code == 303


def test_next_phrase_follows(kari: Reviewer) -> None:
    """Without scripts the browser is sent to the next phrase, and the last decision can be undone there."""
    answer = kari.press("godkjenn", SUREST)
    text = kari.see(answer.headers["location"])
    assert shown(text) == HUMOUR
    assert f"«{SEEN}»" in text
    assert "godkjent som Mennesker" in text


def test_answer_holds_what_follows_the_shown_card(kari: Reviewer) -> None:
    """A page with scripts shows the next card already, and gets the one after that, the numbers and the words."""
    text = kari.press("godkjenn", SUREST, part=True, neste=anchor(HUMOUR)).text
    assert (place_of(text), brought(text)) == ("neste", SCRIPT)
    assert said(text) == "Godkjent som Mennesker. 2 igjen."
    assert "<html" not in text


def test_queue_ends(kari: Reviewer) -> None:
    """Where nothing follows, the answer and the page say so."""
    text = kari.press("godkjenn", f"{QUEUE}?kategori=trait", part=True).text
    assert brought(text) == ""
    assert "Her er det ikke flere utsagn" in text
    assert "Her er det ikke flere utsagn" in kari.see(f"{QUEUE}?kategori=trait")


def test_skipped_comes_last(kari: Reviewer, kept: Kept) -> None:
    """What is skipped is not decided, and comes again when nothing else is left, the first skipped first."""
    kari.press("hopp", SUREST)
    assert shown(kari.see(SUREST)) == HUMOUR
    kari.press("hopp", SUREST)
    assert shown(kari.see(SUREST)) == SCRIPT
    kari.press("godkjenn", SUREST)
    text = kari.see(SUREST)
    assert shown(text) == SEEN
    assert "hoppet over før" in text
    assert len(kept.history()) == 1


def test_skipping_is_nobody_elses(kari: Reviewer, ola: Reviewer) -> None:
    """What one reviewer skips is first for another."""
    kari.press("hopp", SUREST)
    assert shown(ola.see(SUREST)) == SEEN


def test_undo_goes_back_and_back(kari: Reviewer, kept: Kept) -> None:
    """An undo shows its phrase again; the next one takes the decision before it."""
    kari.press("godkjenn", SUREST)
    kari.press("forkast", SUREST)
    answer = kari.send(kari.last(SUREST), "angre", SUREST, part=True)
    assert (place_of(answer.text), brought(answer.text)) == ("naa", HUMOUR)
    assert said(answer.text) == "Angret. 2 igjen."
    again = kari.send(kari.last(SUREST), "angre", SUREST)
    assert shown(kari.see(again.headers["location"])) == SEEN
    assert kept.in_force() == []
    assert [one.choice.action for one in kept.history()] == ["approve", "reject", "undo", "undo"]


def test_decision_sent_twice_is_one(kari: Reviewer, kept: Kept) -> None:
    """The same form sent twice is answered alike and stored once; so is an undo."""
    form = kari.form(SUREST)
    assert [kari.send(form, "godkjenn").status_code for _ in range(2)] == [303, 303]
    undo = kari.last(SUREST)
    assert [kari.send(undo, "angre").status_code for _ in range(2)] == [303, 303]
    assert [one.choice.action for one in kept.history()] == ["approve", "undo"]


def test_conflict_shows_both(kari: Reviewer, ola: Reviewer, kept: Kept) -> None:
    """Who comes second sees both decisions, and nothing of theirs is stored; the page as a part says the same."""
    form = kari.form(SUREST)
    ola.press("forkast", SUREST, notat="Nei.")
    for part in (False, True):
        answer = kari.send(form, "flytt pace", SUREST, part=part)
        assert answer.status_code == 409
        assert "Flyttet til Tempo" in answer.text
        assert "<strong>Forkastet</strong> av Ola" in answer.text
        assert "Nei." in answer.text
    assert place_of(answer.text) == "naa"
    assert len(kept.history()) == 1


def test_own_choice_may_be_set_over_anothers(kari: Reviewer, ola: Reviewer, kept: Kept) -> None:
    """With both in sight one's own choice can be made once more, with its note, and holds then."""
    form = kari.form(SUREST)
    ola.press("forkast", SUREST)
    text = kari.send(form, "flytt pace", SUREST, part=True, notat="Det haster.").text
    again = Forms("<main" + text + "</main>").found[0]
    assert kari.send(again, "flytt pace", SUREST).status_code == 303
    (standing,) = kept.in_force()
    assert standing.choice == Choice("move", "Kari", "competence", ("pace",), "Det haster.")


def test_anothers_decision_may_be_left(kari: Reviewer, ola: Reviewer, kept: Kept) -> None:
    """Letting the other decision stand goes on to what follows, and stores nothing."""
    form = kari.form(SUREST)
    ola.press("forkast", SUREST)
    again = Forms("<main" + kari.send(form, "godkjenn", SUREST, part=True).text + "</main>").found[0]
    assert brought(kari.send(again, "hopp", SUREST, part=True).text) == HUMOUR
    assert len(kept.history()) == 1


def test_undo_of_what_somebody_changed_is_a_conflict(kari: Reviewer, ola: Reviewer, kept: Kept) -> None:
    """An undo finds that somebody else decided since; theirs holds."""
    kari.press("godkjenn", SUREST)
    undo = kari.last(SUREST)
    ola.press("forkast", f"{QUEUE}?vis=avgjort")
    assert kari.send(undo, "angre", SUREST, part=True).status_code == 409
    assert [one.choice.person for one in kept.in_force()] == ["Ola"]


def test_nameless_may_read_and_not_decide(nobody: Reviewer, kari: Reviewer, kept: Kept) -> None:
    """Who has not said who they are sees the phrase without buttons, and is asked for a name."""
    text = nobody.see(SUREST)
    assert shown(text) == SEEN
    assert 'name="handling"' not in text
    answer = nobody.send(kari.form(SUREST), "godkjenn")
    assert answer.status_code == 403
    assert "Hvem er du?" in answer.text
    assert kept.history() == ()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    """The queue is read and decided in; nothing else."""
    assert client.request(method, QUEUE).status_code == 405


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kategori=trait", {HUMOUR}),
        ("plass=people", {SEEN, SCRIPT}),
        ("intervju=kari", {SEEN, SCRIPT, HUMOUR}),
        ("intervju=finnes-ikke", set()),
        ("rolle=butikksjef", {SEEN, SCRIPT, HUMOUR}),
        ("rolle=baker", set()),
        ("kjede=Nord", {SEEN, SCRIPT, HUMOUR}),
        ("kjede=S%C3%B8r", set()),
        ("fra=75", {SEEN, HUMOUR}),
        ("til=75", {SCRIPT}),
        ("fra=&til=", {SEEN, SCRIPT, HUMOUR}),
        ("erstatning=alle", {HUMOUR}),
        ("erstatning=title", set()),
        ("usikre=ja", {SEEN}),
    ],
)
def test_filters_narrow(kari: Reviewer, query: str, expected: set[str]) -> None:
    """Each filter of the address leaves what fits, and a skip goes round in it."""
    found = set()
    for _ in range(3):
        text = kari.see(f"{QUEUE}?{query}")
        if shown(text):
            found.add(shown(text))
            kari.press("hopp", f"{QUEUE}?{query}")
    assert found == expected


def test_drawn_tenth_by_itself(kari: Reviewer, sessions: sessionmaker[Session]) -> None:
    """Only the random tenth is there where it is asked for."""
    add_many(sessions, 60)
    assert "trukket ut for måling" in kari.see(f"{QUEUE}?trukket=ja&intervju=ola").partition('<div id="naa">')[2]


def test_decisions_by_person(kari: Reviewer, ola: Reviewer) -> None:
    """Decided phrases can be gone through by who decided."""
    kari.press("godkjenn", SUREST)
    ola.press("godkjenn", SUREST)
    assert shown(kari.see(f"{QUEUE}?vis=avgjort&hvem=Ola")) == HUMOUR
    assert shown(kari.see(f"{QUEUE}?vis=avgjort&hvem=Kari")) == SEEN


def test_decided_ones_are_gone_through_in_turn(kari: Reviewer) -> None:
    """What is decided stays in the view of decided ones, where the next one follows it, up to the end."""
    for _ in range(3):
        kari.press("godkjenn", SUREST)
    view, seen = f"{QUEUE}?vis=avgjort", []
    address = view
    while shown(kari.see(address)):
        seen.append(shown(kari.see(address)))
        form = kari.form(address)
        answer = kari.send(form, "hopp", view, part=True)
        assert answer.status_code == 200
        address = kari.send(form, "hopp", view).headers["location"]
        if not brought(answer.text):
            break
    assert seen == [SEEN, HUMOUR, SCRIPT]


def test_decided_phrase_shows_its_history(kari: Reviewer, ola: Reviewer) -> None:
    """What others decided stands folded beside the phrase, with what was undone, and the way to its whole history."""
    ola.press("forkast", SUREST)
    ola.send(ola.last(), "angre")
    text = kari.see(SUREST)
    assert shown(text) == SEEN
    assert "Tidligere avgjørelser (1)" in text
    assert "Angret siden." in text
    assert re.search(r'href="/prosjekt/[^"]*/historikk\?intervju=[^"&]+&amp;utsagn=[\d-]+">Hele historikken', text)


def test_address_may_name_a_phrase(kari: Reviewer) -> None:
    """The phrase that the address names is shown first; an address that names none shows the first."""
    assert shown(kari.see(f"{SUREST}&utsagn={anchor(SCRIPT)}")) == SCRIPT
    assert shown(kari.see(f"{SUREST}&utsagn=u1-9-9-9")) == SEEN
    assert shown(kari.see(f"{SUREST}&utsagn=u99999999999-1-1-1")) == SEEN


@pytest.mark.parametrize("query", ["plass=midten", "kategori=mat", "vis=noe", "erstatning=mat", "fra=200", "til=mye"])
def test_unknown_filters_are_refused(kari: Reviewer, query: str) -> None:
    """A filter that makes no sense is told of in plain words."""
    answer = kari.client.get(f"{QUEUE}?{query}")
    assert answer.status_code == 400
    assert "Dette kunne ikke brukes" in answer.text


@pytest.mark.parametrize(
    ("handling", "fields", "status"),
    [
        ("flytt midten", {}, 400),
        ("kategori mat", {}, 400),
        ("dans", {}, 400),
        ("dans people", {}, 400),
        ("godkjenn", {"ordlyd": "000000000000"}, 409),
        ("godkjenn", {"intervju": "finnes-ikke"}, 404),
        ("godkjenn", {"replikk": "mange"}, 400),
        ("godkjenn", {"notat": "x" * 2001}, 400),
    ],
)
def test_bad_forms_change_nothing(
    kari: Reviewer, kept: Kept, handling: str, fields: dict[str, str], status: int
) -> None:
    """A form that makes no sense, or is of a page gone stale, is told of in its place, and nothing is stored."""
    form = kari.form(SUREST)
    assert kari.send(form | fields, handling).status_code == status
    part = kari.send(form | fields, handling, part=True)
    assert part.status_code == status
    assert "<html" not in part.text
    assert kept.history() == ()


def test_unknown_project_is_told(client: TestClient) -> None:
    """A project that is not there has no queue."""
    assert client.get("/prosjekt/Finnes-ikke/ko").status_code == 404


def test_nonsense_in_the_cookie_is_nothing(kari: Reviewer) -> None:
    """What was skipped is no fact: a broken cookie skips nothing."""
    kari.client.cookies.set("hoppet", "x.-1..99999999999999999999")
    assert shown(kari.see(SUREST)) == SEEN


def test_project_with_a_slash_has_a_queue(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A project's name may hold a slash."""
    with sessions.begin() as session:
        create_project(session, "Butikk/2025", ("butikksjef",))
    text = client.get("/prosjekt/Butikk%2F2025/ko").text
    assert "Her er det ikke flere utsagn" in text
    assert client.get("/prosjekt/Butikk%2F2025/ko/samlet").status_code == 200


def test_page_is_english_by_the_switch(kari: Reviewer) -> None:
    """In English the page says the same."""
    kari.client.post("/sprak", data={"sprak": "en"})
    text = kari.see(SUREST)
    assert "Approve: People" in text
    assert "Gjennomgang" not in text


@pytest.mark.parametrize(("address", "filtered"), [(PEOPLE, "plass=people"), (TRAITS, "kategori=trait")])
def test_lists_lead_to_the_queue(client: TestClient, address: str, filtered: str) -> None:
    """A list links to the queue of the same phrases."""
    assert f'href="{QUEUE}?{filtered}"' in client.get(address).text


def test_text_has_no_sound(kari: Reviewer) -> None:
    """What came as text has nothing to listen to."""
    assert "data-sound" not in kari.see(SUREST)


def test_recording_is_heard_at_the_phrase(kari: Reviewer, sessions: sessionmaker[Session]) -> None:
    """The clip begins half a second before the phrase's first word and ends half a second after its last."""
    words = tuple(Word(text, 10.0 + i, 10.8 + i, 0.9) for i, text in enumerate(["Jeg", "ordner", "alt", "her"]))
    with sessions.begin() as session:
        project = project_named(session, "Butikk")
        source = Source("per", "audio", "c" * 64, ".mp3")
        interview = add_interview(session, project.id, source).interview
        turn = Turn("respondent", "Jeg ordner alt her", 10.0, 13.8, words)
        stored = save_transcript(session, interview.id, "k", replace(transcript_of(session), id="per", turns=(turn,)))
        label = suggestions()[0].label
        save_coding(session, stored.id, "k", "r", [Suggestion(Phrase("per", 0, 4, 14, "ordner alt"), label)])
    text = kari.see(f"{QUEUE}?intervju=per")
    assert 'data-sound="/prosjekt/Butikk/intervju/per/lyd#t=10.50,13.30"' in text
    assert 'data-start="10.5" data-end="13.3"' in text


def test_turn_is_heard_where_words_have_no_times() -> None:
    """Without times of words the whole turn is played, and without any times nothing."""
    phrase = Phrase("per", 0, 4, 10, "ordner")
    clip = clip_of("/lyd", Turn("respondent", "Jeg ordner", 0.2, 4.0), phrase)
    assert clip is not None
    assert (clip.start, clip.end) == (0.0, 4.5)
    assert clip_of("/lyd", Turn("respondent", "Jeg ordner"), phrase) is None


def anchor(words: str) -> str:
    """What the address calls a phrase of the first interview."""
    phrase = phrase_of(words)
    return f"u1-{phrase.turn}-{phrase.start}-{phrase.end}"


def transcript_of(session: Session):
    """The first interview's transcript."""
    interview = find_interview(session, project_named(session, "Butikk").id, "kari")
    assert interview is not None
    stored = latest_transcript(session, interview.id)
    assert stored is not None
    return stored.transcript
