from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from review_pages import ANSWER, HUMOUR, PEOPLE, SEEN, TRAITS, Browser, Kept, phrase_of, suggestions
from sqlalchemy.orm import Session, sessionmaker

import review.deciding
from pipeline.records import Phrase, Suggestion, Transcript, Turn
from review.deciding import in_force
from store.decisions import Choice, Decision, decide
from store.interviews import find_interview
from store.projection import lock_interviews
from store.projects import project_named
from store.results import save_coding, save_transcript


@pytest.mark.parametrize(
    ("handling", "fields", "wanted"),
    [
        ("godkjenn", {}, Choice("approve", "Kari", "competence", ("people",))),
        ("flytt", {"plass": "pace"}, Choice("move", "Kari", "competence", ("pace",))),
        ("kategori", {"kategori": "task"}, Choice("relabel", "Kari", "task")),
        ("forkast", {}, Choice("reject", "Kari")),
    ],
)
def test_button_stores_the_decision(
    kari: Browser, kept: Kept, handling: str, fields: dict[str, str], wanted: Choice
) -> None:
    """Each button stores one decision, with the phrase, the person and the note, and leads back to the list."""
    answer = kari.decide(SEEN, handling, notat=" Tydelig. ", **fields)
    (made,) = kept.history()
    assert made.choice == replace(wanted, note="Tydelig.")
    assert made.phrase == phrase_of(SEEN)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PEOPLE}?avgjort={made.id}"


def test_approved_trait_stays_a_trait(kari: Browser, kept: Kept) -> None:
    """Approving in a category list approves the category, without a position."""
    assert kari.decide(HUMOUR, "godkjenn", TRAITS).status_code == 303
    assert kept.history()[0].choice == Choice("approve", "Kari", "trait")


def test_trait_with_a_position_becomes_a_competence(kari: Browser, kept: Kept) -> None:
    """A proxy that a person gives a position is a competence from then on, and leaves the traits."""
    kari.decide(HUMOUR, "flytt", TRAITS, plass="presence")
    assert kept.history()[0].choice == Choice("relabel", "Kari", "competence", ("presence",))
    assert HUMOUR in kari.client.get("/prosjekt/Butikk/plass/presence").text
    assert "0 forslag" in kari.client.get(TRAITS).text


def test_page_says_where_a_moved_phrase_went(kari: Browser) -> None:
    """After a move the list says what happened and links to the phrase where it stands now."""
    answer = kari.decide(SEEN, "flytt", plass="pace")
    text = kari.client.get(answer.headers["location"]).text
    phrase = phrase_of(SEEN)
    assert f"«{SEEN}» er <strong>flyttet til Tempo</strong>." in text
    assert f'href="/prosjekt/Butikk/plass/pace#u1-1-{phrase.start}-{phrase.end}"' in text


def test_page_shows_the_decision(kari: Browser) -> None:
    """A decided suggestion stands with what was decided, by whom, and the note as it was written."""
    kari.decide(SEEN, "godkjenn", notat="Se <b>side 2</b>")
    text = kari.client.get(PEOPLE).text
    assert "<strong>Godkjent som Mennesker</strong> av Kari" in text
    assert "Se &lt;b&gt;side 2&lt;/b&gt;" in text


def test_rejected_phrase_stays_to_be_found(kari: Browser) -> None:
    """A rejected phrase stays in its list, marked as rejected, where it can be undone."""
    kari.decide(SEEN, "forkast")
    text = kari.client.get(PEOPLE).text
    assert "<strong>Forkastet</strong> av Kari" in text
    assert 'value="angre"' in text


def test_undo_brings_back_the_suggestion(kari: Browser, kept: Kept) -> None:
    """Undoing the only decision leaves none in force, and both stay in the history."""
    kari.decide(SEEN, "godkjenn")
    assert kari.decide(SEEN, "angre").status_code == 303
    assert kept.in_force() == []
    assert [made.choice.action for made in kept.history()] == ["approve", "undo"]
    assert "<strong>Godkjent" not in kari.client.get(PEOPLE).text


def test_undo_brings_back_the_decision_before(kari: Browser, kept: Kept) -> None:
    """Undoing the newest of two decisions puts the first in force again."""
    kari.decide(SEEN, "godkjenn")
    kari.decide(SEEN, "forkast")
    kari.decide(SEEN, "angre")
    assert [made.choice.action for made in kept.in_force()] == ["approve"]


@pytest.mark.parametrize("handling", ["godkjenn", "forkast"])
def test_same_form_twice_is_one_decision(kari: Browser, kept: Kept, handling: str) -> None:
    """A form that is sent twice leads back both times and stores one decision."""
    form = kari.form(SEEN)
    first, second = kari.send(form, handling), kari.send(form, handling)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(kept.history()) == 1


def test_same_undo_twice_is_one_undo(kari: Browser, kept: Kept) -> None:
    """An undo that is sent twice undoes once."""
    kari.decide(SEEN, "godkjenn")
    form = kari.form(SEEN)
    answers = [kari.send(form, "angre").status_code for _ in range(2)]
    assert answers == [303, 303]
    assert [made.choice.action for made in kept.history()] == ["approve", "undo"]


def test_undo_without_decision_is_refused(kari: Browser, kept: Kept) -> None:
    """An undo where nothing was decided gets a plain 400 and stores nothing."""
    assert kari.decide(SEEN, "angre").status_code == 400
    assert kept.history() == ()


def test_conflict_shows_both_and_changes_nothing(kari: Browser, ola: Browser, kept: Kept) -> None:
    """Deciding on a page that somebody else has passed by is a 409 with both choices; nothing is stored."""
    form = kari.form(SEEN)
    ola.decide(SEEN, "flytt", plass="pace", notat="Gjelder kassa.")
    answer = kari.send(form, "forkast", notat="Hører ikke til.")
    assert answer.status_code == 409
    assert "<strong>Forkastet</strong> av Kari" in answer.text
    assert "<strong>Flyttet til Tempo</strong> av Ola" in answer.text
    assert "Gjelder kassa." in answer.text
    assert f'href="{PEOPLE}#u1-1-{form["fra"]}-{form["til"]}"' in answer.text
    assert "Hører ikke til." in answer.text
    assert [made.choice.person for made in kept.history()] == ["Ola"]


def test_conflict_with_an_undo(kari: Browser, ola: Browser, kept: Kept) -> None:
    """Who builds on a decision that somebody else has undone is told that nothing holds now."""
    kari.decide(SEEN, "godkjenn")
    form = kari.form(SEEN)
    ola.decide(SEEN, "angre")
    for handling in ("forkast", "angre"):
        answer = kari.send(form, handling)
        assert answer.status_code == 409
        assert "Ingen avgjørelse: den du så, er angret." in answer.text
    assert len(kept.history()) == 2


def test_conflict_in_the_same_moment(
    kari: Browser, kept: Kept, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision that somebody else writes after the phrase was read, and before it is held, is a conflict too."""

    def lock_after_ola(session: Session, interview_ids: list[int]) -> None:
        monkeypatch.undo()
        thread = threading.Thread(target=_decide_as_ola, args=(sessions, 1))
        thread.start()
        thread.join()
        lock_interviews(session, interview_ids)

    form = kari.form(SEEN)
    monkeypatch.setattr(review.deciding, "lock_interviews", lock_after_ola)
    assert kari.send(form, "godkjenn").status_code == 409
    assert [made.choice.person for made in kept.history()] == ["Ola"]


def test_others_wait_till_a_decision_is_written(
    kari: Browser, kept: Kept, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else gets in between the look at what holds and the decision that builds on it."""
    threads = [threading.Thread(target=_decide_as_ola, args=(sessions, 1))]

    def decide_while_ola_waits(session: Session, project_id: int, phrase: Phrase, choice: Choice) -> Decision:
        threads[0].start()
        threads[0].join(0.2)
        return decide(session, project_id, phrase, choice)

    monkeypatch.setattr(review.deciding, "decide", decide_while_ola_waits)
    assert kari.decide(SEEN, "godkjenn").status_code == 303
    threads[0].join()
    assert [made.choice.person for made in kept.history()] == ["Kari", "Ola"]


def test_changing_ones_mind_after_a_conflict(kari: Browser, ola: Browser, kept: Kept) -> None:
    """After a conflict, a decision on the page as it stands now goes through."""
    form = kari.form(SEEN)
    ola.decide(SEEN, "godkjenn")
    assert kari.send(form, "forkast").status_code == 409
    assert kari.decide(SEEN, "forkast").status_code == 303
    assert [made.choice.person for made in kept.in_force()] == ["Kari"]


def test_decision_without_a_name_is_refused(kari: Browser, kept: Kept) -> None:
    """A form from somebody who has not said who they are gets a 403 that asks, and stores nothing."""
    form = kari.form(SEEN)
    kari.client.cookies.clear()
    answer = kari.send(form, "godkjenn")
    assert answer.status_code == 403
    assert "Avgjørelsen mangler navn" in answer.text
    assert f'name="tilbake" value="{PEOPLE}"' in answer.text
    assert kept.history() == ()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"handling": "slett"}, 400),
        ({"handling": ""}, 400),
        ({"handling": "flytt"}, 400),
        ({"handling": "flytt", "plass": "midten"}, 400),
        ({"handling": "kategori"}, 400),
        ({"handling": "kategori", "kategori": "competence"}, 400),
        ({"handling": "godkjenn", "vist": ""}, 400),
        ({"handling": "godkjenn", "vist": "competence midten"}, 400),
        ({"handling": "godkjenn", "vist": "trait people"}, 400),
        ({"handling": "forkast", "sett": "x"}, 400),
        ({"handling": "forkast", "sett": "²"}, 400),
        ({"handling": "forkast", "sett": "7"}, 409),
        ({"handling": "angre", "sett": "9" * 40}, 409),
        ({"handling": "forkast", "notat": "x" * 2001}, 400),
        ({"handling": "forkast", "ordlyd": "feil"}, 409),
        ({"handling": "forkast", "replikk": "to"}, 400),
        ({"handling": "forkast", "replikk": "9" * 30}, 404),
        ({"handling": "forkast", "fra": "-1"}, 404),
        ({"handling": "forkast", "intervju": "ukjent"}, 404),
    ],
)
def test_unusable_form_changes_nothing(kari: Browser, kept: Kept, fields: dict[str, str], status: int) -> None:
    """A form with a value that cannot be used gets a plain Norwegian page and stores nothing."""
    answer = kari.client.post(PEOPLE, data=kari.form(SEEN) | fields, follow_redirects=False)
    assert answer.status_code == status
    assert '<html lang="nb">' in answer.text
    assert kept.history() == ()


def test_empty_form_is_refused(kari: Browser, kept: Kept) -> None:
    """A form without fields gets a plain 400 that leads back to the list."""
    answer = kari.client.post(PEOPLE, data={})
    assert answer.status_code == 400
    assert f'href="{PEOPLE}"' in answer.text
    assert kept.history() == ()


def test_form_of_another_project_is_refused(kari: Browser, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """A phrase cannot be decided on through a project that does not have it."""
    answer = kari.send(kari.form(SEEN), "godkjenn", "/prosjekt/Ukjent/plass/people")
    assert answer.status_code == 404
    assert kept.history() == ()


def test_form_from_before_a_new_transcription_is_stale(
    kari: Browser, kept: Kept, sessions: sessionmaker[Session]
) -> None:
    """Deciding on words that a new transcription has replaced at the span is a 409."""
    form = kari.form(SEEN)
    label = suggestions()[0].label
    changed = replace(phrase_of(SEEN), text="får folk til å føle seg rett")
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, "Butikk").id, "kari")
        assert interview
        turns = (Turn("interviewer", "Hva?"), Turn("respondent", ANSWER.replace("seg sett", "seg rett")))
        stored = save_transcript(session, interview.id, "k2", Transcript("kari", turns))
        save_coding(session, stored.id, "k2", "r1", [Suggestion(changed, label)])
    answer = kari.send(form, "godkjenn")
    assert answer.status_code == 409
    assert "Utsagnet har fått ny ordlyd" in answer.text
    assert kept.history() == ()


def test_decision_in_force_agrees_with_the_store(kari: Browser, ola: Browser, kept: Kept) -> None:
    """What the check holds to be in force is what the store says, through decisions and undos."""
    for browser, handling in [(kari, "godkjenn"), (ola, "forkast"), (ola, "angre"), (kari, "forkast")]:
        browser.decide(SEEN, handling)
        assert [in_force(kept.history())] == kept.in_force()
    kari.decide(SEEN, "angre")
    kari.decide(SEEN, "angre")
    assert in_force(kept.history()) is None
    assert kept.in_force() == []


def test_lists_without_decisions_are_unchanged_by_a_stale_notice(client: TestClient) -> None:
    """A link that tells of a decision which is not there shows the list as it is."""
    assert '<div id="melding" class="frame-message" role="status"></div>' in client.get(f"{PEOPLE}?avgjort=99").text


def _decide_as_ola(sessions: sessionmaker[Session], project_id: int) -> None:
    with sessions.begin() as session:
        decide(session, project_id, phrase_of(SEEN), Choice("reject", "Ola"))
