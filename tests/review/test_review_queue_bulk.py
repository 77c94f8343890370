from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from queue_pages import BULK, QUEUE, Reviewer
from review_pages import BASE, PROJECT, SCRIPT, SEEN, Forms, Kept, add_many, at_pace, marked, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from review.app import create_app
from store.decisions import APPROVE, Choice, decide
from store.interviews import find_interview
from store.projects import create_project, project_named
from store.results import latest_transcript, save_coding
from store.review_items import Filter, find_items, how_many

OLA = f"{BULK}?fra=0&intervju=ola"


@pytest.fixture
def kari(client: TestClient) -> Reviewer:
    return Reviewer(client, "Kari")


@pytest.fixture
def nobody(sessions: sessionmaker[Session], settings: Settings) -> Reviewer:
    return Reviewer(TestClient(create_app(sessions, settings), base_url=BASE))


def bulk_form(text: str) -> dict[str, str]:
    """The fields of the form that accepts."""
    return next(form for form in Forms(text).found if "utvalg" in form)


def told(reviewer: Reviewer, answer) -> str:
    """What the page says after an act."""
    return reviewer.see(answer.headers["location"]).partition('<div id="melding"')[2].partition("<h1>")[0]


def undrawn(sessions: sessionmaker[Session], interview: str = "ola") -> list[str]:
    """Wordings that are not in the random tenth."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        wanted = Filter(interview=interview, drawn=False)
        return [item.phrase.text for item in find_items(session, project.id, wanted, "surest", 500)]


def test_page_shows_what_is_sure_enough(kari: Reviewer) -> None:
    """What is at the limit or above is listed with its sentence and probabilities, the surest first."""
    text = kari.see(f"{BULK}?fra=70")
    assert [words for words in (SEEN, SCRIPT) if words in marked(text)] == [SEEN, SCRIPT]
    assert SCRIPT not in marked(kari.see(f"{BULK}?fra=71"))
    assert "92\u00a0%" in text


def test_position_may_have_a_limit_too(kari: Reviewer) -> None:
    """A competence whose position is in doubt is left out where a limit is set for that."""
    assert SEEN in marked(kari.see(f"{BULK}?fra=70&plassfra=61"))
    assert SEEN not in marked(kari.see(f"{BULK}?fra=70&plassfra=62"))


def test_drawn_tenth_is_left_to_be_measured(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """The random tenth is neither shown nor accepted, not even where a form names it."""
    add_many(sessions, 40)
    expected = undrawn(sessions)
    assert 0 < len(expected) < 40
    form = bulk_form(kari.see(OLA))
    assert len(form["utvalg"].split()) == len(expected)
    everything = " ".join(map(str, range(1, 60)))
    kari.send(form, "godkjenn", OLA, utvalg=everything)
    accepted = {one.phrase.text for one in kept.history() if one.phrase.interview == "ola"}
    assert accepted == set(expected)


def test_all_are_accepted_with_one_act(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """One press approves all of the selection as one batch, by name, and offers to undo it."""
    add_many(sessions, 120)
    expected = undrawn(sessions)
    answer = kari.send(bulk_form(kari.see(OLA)), "godkjenn", OLA)
    made = kept.history()
    assert [one.choice for one in made] == [Choice("approve", "Kari", "competence", ("pace",))] * len(expected)
    assert len({one.batch for one in made}) == 1
    assert f"{len(expected)} forslag er godkjent." in told(kari, answer)
    assert f"Angre alle {len(expected)}" in told(kari, answer)


def test_what_is_left_out_stays(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """Suggestions left out, on this page or another, are not approved."""
    add_many(sessions, 120)
    form = bulk_form(kari.see(OLA))
    first, second = form["utvalg"].split()[:2]
    text = kari.client.post(OLA, data=form | {"uten": [first, second], "handling": "bla 2"}).text
    assert text.count(f'type="hidden" name="uten" value="{first}"') == 1
    assert f"Godkjenn {len(undrawn(sessions)) - 2} forslag" in text
    kari.client.post(OLA, data=bulk_form(text) | {"uten": [first, second], "handling": "godkjenn"})
    assert len(kept.history()) == len(undrawn(sessions)) - 2


def test_others_decisions_are_left_alone(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """What somebody decided since the page was shown holds, and the page says how many."""
    form = bulk_form(kari.see(f"{BULK}?fra=70"))
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(SEEN), Choice("reject", "Ola"))
    text = told(kari, kari.send(form, "godkjenn", f"{BULK}?fra=70"))
    assert "1 hadde noen avgjort" in text
    assert {one.phrase.text: one.choice.person for one in kept.in_force()}[SEEN] == "Ola"


def test_what_was_coded_anew_is_left_alone(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """A suggestion that a newer coding made is not what was shown, and is not approved unseen."""
    coded = add_many(sessions, 5)
    form = bulk_form(kari.see(OLA))
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, PROJECT).id, "ola")
        assert interview is not None
        stored = latest_transcript(session, interview.id)
        assert stored is not None
        save_coding(session, stored.id, "k2", "r", [at_pace(i, one.phrase.text) for i, one in enumerate(coded)])
    assert "Ingenting ble godkjent" in told(kari, kari.send(form, "godkjenn", OLA))
    assert kept.history() == ()


def test_batch_is_undone_with_one_act(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """One press undoes the whole batch, but what somebody decided since, and a second press undoes nothing."""
    add_many(sessions, 30)
    number = len(undrawn(sessions))
    answer = kari.send(bulk_form(kari.see(OLA)), "godkjenn", OLA)
    batch = kept.history()[0].batch or ""
    with sessions.begin() as session:
        one = kept.history()[0].phrase
        decide(session, project_named(session, PROJECT).id, one, Choice("reject", "Ola"))
    assert answer.status_code == 303
    text = told(kari, kari.send({"gruppe": batch}, "angre", OLA))
    assert f"{number} godkjenninger er angret." in text
    assert "1 er avgjort på nytt siden" in text
    assert [one.choice.person for one in kept.in_force()] == ["Ola"]
    kari.send({"gruppe": batch}, "angre", OLA)
    assert len(kept.history()) == 2 * number + 1


def test_form_sent_twice_is_one_batch(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """The same form sent twice approves once."""
    add_many(sessions, 30)
    form = bulk_form(kari.see(OLA))
    kari.send(form, "godkjenn", OLA)
    assert kari.send(form, "godkjenn", OLA).status_code == 303
    assert len(kept.history()) == len(undrawn(sessions))


def test_queue_undo_leaves_batches(kari: Reviewer, sessions: sessionmaker[Session]) -> None:
    """What was accepted together is undone together: the queue's undo takes single decisions only."""
    add_many(sessions, 5)
    kari.send(bulk_form(kari.see(OLA)), "godkjenn", OLA)
    assert 'value="angre"' not in kari.see(QUEUE)


def test_page_tells_what_was_measured(kari: Reviewer, sessions: sessionmaker[Session]) -> None:
    """Of the random tenth above the limit it is told how often the suggestion was right, and that it is not known."""
    add_many(sessions, 60)
    assert "For kategorien er det ikke målt i dette prosjektet ennå." in kari.see(OLA)
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        drawn = find_items(session, project.id, Filter(interview="ola", drawn=True))
        for item in drawn:
            decide(session, project.id, item.phrase, Choice(APPROVE, "Ola", "competence", ("pace",)))
    assert f"stemte kategorien i 100\u00a0% av {len(drawn)} uttrukne utsagn" in kari.see(OLA)


def test_nameless_may_not_accept(nobody: Reviewer, kari: Reviewer, kept: Kept) -> None:
    """Who has not said who they are sees the list without the button, and cannot accept or undo."""
    text = nobody.see(f"{BULK}?fra=70")
    assert SEEN in marked(text)
    assert 'value="godkjenn"' not in text
    form = bulk_form(kari.see(f"{BULK}?fra=70"))
    assert nobody.send(form, "godkjenn", BULK).status_code == 403
    assert nobody.send({"gruppe": "a" * 32}, "angre", BULK).status_code == 403
    assert kept.history() == ()


@pytest.mark.parametrize(
    "form",
    [
        {"handling": "dans"},
        {"handling": "godkjenn"},
        {"handling": "godkjenn", "utvalg": "x y z"},
        {"handling": "godkjenn", "utvalg": "1", "uten": "1"},
        {"handling": "godkjenn", "utvalg": "1", "koding": "mange"},
        {"handling": "angre", "gruppe": "a" * 32},
        {"handling": "angre", "gruppe": "../x"},
        {},
    ],
)
def test_bad_forms_change_nothing(kari: Reviewer, kept: Kept, form: dict[str, str]) -> None:
    """A form that makes no sense is told of in plain words, and nothing is stored."""
    answer = kari.client.post(BULK, data=form, follow_redirects=False)
    assert answer.status_code == 400
    assert "Dette kunne ikke brukes" in answer.text
    assert kept.history() == ()


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    """The page is read and acted on; nothing else."""
    assert client.request(method, BULK).status_code == 405


def test_another_projects_phrases_are_out_of_reach(kari: Reviewer, sessions: sessionmaker[Session], kept: Kept) -> None:
    """A form cannot approve what is in another project."""
    form = bulk_form(kari.see(f"{BULK}?fra=70"))
    with sessions.begin() as session:
        create_project(session, "Annet", ("baker",))
    answer = kari.send(form, "godkjenn", "/prosjekt/Annet/ko/samlet")
    assert answer.status_code == 303
    assert kept.history() == ()
    with sessions.begin() as session:
        assert how_many(session, project_named(session, PROJECT).id, Filter(states=("approved",))) == 0
