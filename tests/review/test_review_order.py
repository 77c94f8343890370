from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from review_pages import PEOPLE, SCRIPT, SEEN, Browser, Forms, Kept, add_many, content_of, marked, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Suggestion, identity_of
from pipeline.review_order import doubt, draw_of, is_unbiased, most_teaching
from store.decisions import Choice, decide
from store.interviews import find_interview
from store.lessons import review_seed
from store.projects import project_named
from store.results import latest_transcript, save_coding

PACE = "/prosjekt/Butikk/plass/pace"
SURE = f"{PEOPLE}?rekkefolge=sikre"
SEED = review_seed(1)  # of the only project


def test_usual_order_is_what_teaches_most(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A list begins with what a decision teaches most on, with the random tenth spread through it."""
    many = add_many(sessions, 40)
    drawn = sorted(filter(_is_drawn, many), key=lambda s: draw_of(identity_of(s.phrase), SEED))
    others = [s for s in many if not _is_drawn(s)]
    order = most_teaching([s.phrase.text for s in others], [doubt(s.label) for s in others], [])
    wanted = [
        *(((2 * n + 1) / len(drawn), s.phrase.text) for n, s in enumerate(drawn)),
        *(((2 * n + 1) / len(others), others[i].phrase.text) for n, i in enumerate(order)),
    ]
    assert marked(client.get(PACE).text) == [text for _, text in sorted(wanted, key=lambda one: one[0])]


def test_surest_first(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """By the other order the likelier of two suggestions comes first, whatever the order they were said in."""
    assert marked(client.get(SURE).text) == [SCRIPT, SEEN]
    many = add_many(sessions, 40)
    assert marked(client.get(f"{PACE}?rekkefolge=sikre").text) == [s.phrase.text for s in many]


def test_orders_are_links_and_the_one_in_use_says_so(client: TestClient) -> None:
    """Both orders are links, and the one that the list stands in is marked for all, not by colour alone."""
    usual, sure = "Det en avgjørelse lærer mest av først", "De sikreste først"
    text = client.get(PEOPLE).text
    assert f'<a href="{PEOPLE}" aria-current="true">{usual}</a>' in text
    assert f'<a href="{SURE}">{sure}</a>' in text
    assert f'<a href="{SURE}" aria-current="true">{sure}</a>' in client.get(SURE).text


@pytest.mark.parametrize("value", ["laerer", "", "omvendt", "SIKRE", "%00", "1", "sikre&rekkefolge=feil"])
def test_unknown_order_is_the_usual_one(client: TestClient, sessions: sessionmaker[Session], value: str) -> None:
    """An order that is not there shows the list as it usually stands."""
    add_many(sessions, 40)
    answer = client.get(f"{PACE}?rekkefolge={value}")
    assert answer.status_code == 200
    assert marked(answer.text) == marked(client.get(PACE).text)


def test_order_is_stable_over_pages(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Read again, a list stands the same, and its pages have every suggestion once."""
    many = add_many(sessions, 60)
    pages = [marked(client.get(f"{PACE}?side={page}").text) for page in (1, 2)]
    assert pages == [marked(client.get(f"{PACE}?side={page}").text) for page in (1, 2)]
    assert sorted(pages[0] + pages[1]) == [s.phrase.text for s in many]


def test_pages_keep_the_order(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """From page to page the list stays in its order; a new order begins at page one."""
    add_many(sessions, 60)
    text = client.get(f"{PACE}?rekkefolge=sikre&side=2").text
    assert f'rel="prev" href="{PACE}?rekkefolge=sikre"' in text
    assert f'<a href="{PACE}">Det en avgjørelse' in text


def test_decided_come_after_undecided(kari: Browser) -> None:
    """What is decided stands last in the usual order, and where it stood in the other."""
    kari.decide(SCRIPT, "godkjenn")
    assert marked(kari.client.get(PEOPLE).text) == [SEEN, SCRIPT]
    assert marked(kari.client.get(SURE).text) == [SCRIPT, SEEN]


def test_list_with_everything_decided_is_shown(kari: Browser) -> None:
    """A list where nothing is left to decide shows what was decided, the surest first."""
    for words in (SEEN, SCRIPT):
        kari.decide(words, "godkjenn")
    assert marked(kari.client.get(PEOPLE).text) == [SCRIPT, SEEN]


def test_phrase_that_is_no_longer_suggested_is_shown(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A decision on what the newest coding does not suggest stands in either order, and is not for measuring."""
    kari.decide(SEEN, "godkjenn")
    with sessions.begin() as session:
        interview = find_interview(session, 1, "kari")
        stored = latest_transcript(session, interview.id) if interview else None
        assert stored
        save_coding(session, stored.id, "k2", "r2", ())
    for address in (PEOPLE, SURE):
        text = kari.client.get(address).text
        assert marked(text) == [SEEN]
        assert "trukket ut for måling" not in text


def test_decision_keeps_the_order(kari: Browser, kept: Kept) -> None:
    """A decision leads back to the list in the order that it was taken in, there to the phrase itself."""
    assert f'action="{SURE}' in kari.client.get(SURE).text
    answer = kari.decide(SEEN, "godkjenn", SURE)
    phrase = phrase_of(SEEN)
    assert answer.headers["location"] == f"{SURE}&avgjort={kept.history()[0].id}#u1-1-{phrase.start}-{phrase.end}"


def test_refused_form_keeps_the_order(kari: Browser, ola: Browser) -> None:
    """A form that meets another's decision, or cannot be used, leads back in the same order."""
    form = kari.form(SEEN, SURE)
    ola.decide(SEEN, "forkast")
    assert f'href="{SURE}#u1-1-' in kari.send(form, "godkjenn", SURE).text
    assert f'href="{SURE}"' in kari.send(form, "slett", SURE).text


def test_form_leads_back_to_its_place(kari: Browser) -> None:
    """In the usual order a form leads back to its place in the list, where the next one then stands."""
    text = content_of(kari.client.get(PEOPLE).text)
    assert re.findall(r'action="([^"]*)"', text) == [PEOPLE, f"{PEOPLE}#nr-2"]
    assert [f'<li id="nr-{n}">' in text for n in (1, 2)] == [True, True]


def test_usual_order_says_where_the_decided_went(kari: Browser) -> None:
    """In the usual order the list says what was decided just now and links to where it stands; undone, too."""
    for handling, done in [("godkjenn", "godkjent som Mennesker"), ("angre", "angret")]:
        answer = kari.decide(SCRIPT, handling)
        text = kari.client.get(answer.headers["location"]).text
        phrase = phrase_of(SCRIPT)
        assert f"er <strong>{done}</strong>" in text
        assert f'<a href="{PEOPLE}#u1-1-{phrase.start}-{phrase.end}">Mennesker</a>' in text


def test_decided_on_a_long_list_is_found_on_its_last_page(
    client: TestClient, kari: Browser, sessions: sessionmaker[Session]
) -> None:
    """The link to what was decided leads to the page where it stands: the last one."""
    add_many(sessions, 60)
    form = Forms(client.get(PACE).text).found[0] | {"handling": "godkjenn"}
    text = client.post(PACE, data=form).text
    assert f'<a href="{PACE}?side=2#u2-0-{form["fra"]}-{form["til"]}">Tempo</a>' in text


def test_moved_phrase_is_found_in_the_same_order(kari: Browser) -> None:
    """The link to where a phrase went shows the list there in the order that the reviewer had chosen."""
    answer = kari.decide(SEEN, "flytt", SURE, plass="pace")
    assert f'href="{PACE}?rekkefolge=sikre#u1-1-' in kari.client.get(answer.headers["location"]).text


@pytest.mark.parametrize("order", ["laerer", "sikre"])
def test_random_tenth_is_marked(client: TestClient, sessions: sessionmaker[Session], order: str) -> None:
    """In either order the cards of the random tenth, and no others, say so, with a title that explains."""
    many = add_many(sessions, 50)
    text = client.get(f"{PACE}?rekkefolge={order}").text
    cards = [card for card in text.split("<article")[1:] if ">trukket ut for måling</span>" in card]
    drawn = [s.phrase.text for s in many if _is_drawn(s)]
    assert sorted(marked("".join(cards))) == drawn != []
    assert text.count('title="Hvert tiende forslag er trukket ut tilfeldig.') == len(drawn)


def test_mark_stays_when_decided(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A card of the random tenth is still marked when somebody has decided on it."""
    drawn = next(s for s in add_many(sessions, 50) if _is_drawn(s))
    with sessions.begin() as session:
        project = project_named(session, "Butikk")
        decide(session, project.id, drawn.phrase, Choice("approve", "Kari", "competence", ("pace",)))
    card = client.get(PACE).text.split("<article")[-1]
    assert marked(card) == [drawn.phrase.text]
    assert "trukket ut for måling" in card


def _is_drawn(suggestion: Suggestion) -> bool:
    return is_unbiased(identity_of(suggestion.phrase), SEED)
