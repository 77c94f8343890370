from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from balance_pages import BALANCE, PART, Board, Mover
from competence_pages import fill_candidates
from fastapi.testclient import TestClient
from review_pages import HUMOUR, PROJECT, SCRIPT, SEEN, Forms, Kept, add_many, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.balance import POSITIONS
from review.app import create_app
from store.candidate_choices import choose
from store.decisions import Choice, decide
from store.projects import project_named

TWO = Choice("approve", "Ola", "competence", ("people", "pace"))


@pytest.fixture
def kari(client: TestClient) -> Mover:
    return Mover(client, "Kari")


@pytest.fixture
def ola(sessions: sessionmaker[Session], settings: Settings) -> Mover:
    return Mover(TestClient(create_app(sessions, settings), base_url="http://127.0.0.1:8000"), "Ola")


@pytest.fixture
def stranger(client: TestClient) -> Mover:
    return Mover(client)


def decided(sessions: sessionmaker[Session], words: str, choice: Choice) -> None:
    """Somebody's decision on one of the interview's phrases."""
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(words), choice)


def titles(text: str) -> list[str]:
    return re.findall(r'<text[^>]*font-weight="bold"[^>]*>([^<]*)</text>', text)


def test_phrases_lie_at_their_positions(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """Competences lie as cards where they hold a position, with their counts; a trait has none."""
    decided(sessions, SEEN, TWO)
    board = kari.see()
    assert board.words() == {"people": [SCRIPT, SEEN], "pace": [SEEN]}
    assert board.counts == dict.fromkeys(POSITIONS, 0) | {"people": 2, "pace": 1}


def test_page_is_in_the_navigation(kari: Mover) -> None:
    """The project's navigation leads to the page."""
    assert f'<a href="{BALANCE}" aria-current="page">' in kari.client.get(BALANCE).text


def test_move_is_a_decision_with_a_name(kari: Mover, kept: Kept) -> None:
    """A move is written down with who made it and the note; the page comes again, and the card lies there."""
    answer = kari.do(SEEN, "people", "flytt pace", notat="Det haster.")
    assert (answer.status_code, answer.headers["location"]) == (303, BALANCE)
    assert [one.choice for one in kept.history()] == [Choice("move", "Kari", "competence", ("pace",), "Det haster.")]
    assert kari.see().words() == {"people": [SCRIPT], "pace": [SEEN]}


def test_answer_has_what_changed(kari: Mover) -> None:
    """With scripts the card comes back as it lies now, with the figure, the undo and what was done."""
    answer = kari.do(SEEN, "people", "flytt pace", part=True)
    board = Board(answer.text)
    assert answer.status_code == 200
    assert board.words() == {"pace": [SEEN]}
    assert (board.counts["people"], board.counts["pace"]) == (1, 1)
    assert 'data-said="Flyttet til Tempo."' in answer.text
    assert Forms(f"<main{answer.text}</main>").found[0]["sett"] == board.cards["pace"][SEEN]["sett"] != ""


def test_move_changes_only_the_position_it_was_taken_from(
    kari: Mover, kept: Kept, sessions: sessionmaker[Session]
) -> None:
    """A phrase with two positions keeps the other one; moved onto the other, it has that alone."""
    decided(sessions, SEEN, TWO)
    kari.do(SEEN, "people", "flytt presence")
    assert kept.in_force()[-1].choice.positions == ("presence", "pace")
    kari.do(SEEN, "pace", "flytt presence")
    assert kept.in_force()[-1].choice.positions == ("presence",)


@pytest.mark.parametrize("handling", ["godkjenn", "flytt people"])
def test_card_put_where_it_lies_is_approved(kari: Mover, kept: Kept, handling: str) -> None:
    """Who approves a card, or chooses the position where it lies, agrees with the suggestion."""
    kari.do(SEEN, "people", handling)
    assert [one.choice for one in kept.history()] == [Choice("approve", "Kari", "competence", ("people",))]


def test_rejected_card_is_gone(kari: Mover, kept: Kept) -> None:
    """What is rejected holds no position any more."""
    answer = kari.do(SEEN, "people", "forkast", part=True)
    assert (Board(answer.text).cards, kept.history()[0].choice.action) == ({}, "reject")
    assert kari.see().words() == {"people": [SCRIPT]}


def test_last_decision_is_undone(kari: Mover, kept: Kept) -> None:
    """The page offers to undo what this person decided last, and the card lies where it was."""
    kari.do(SEEN, "people", "flytt pace")
    undo = next(form for form in Forms(kari.client.get(BALANCE).text).found if form.get("sett"))
    answer = kari.send(undo, "angre", part=True)
    assert Board(answer.text).words() == {"people": [SEEN]}
    assert kept.in_force() == []
    assert [one.choice.action for one in kept.history()] == ["move", "undo"]


def test_same_move_twice_is_one_decision(kari: Mover, kept: Kept) -> None:
    """A form that is sent again writes nothing new."""
    form = kari.see().cards["people"][SEEN]
    for _ in range(2):
        assert kari.send(form, "flytt pace", part=True).status_code == 200
    assert len(kept.history()) == 1


def test_two_people_meet_in_a_conflict(kari: Mover, ola: Mover, kept: Kept) -> None:
    """Who comes second is told what holds and what they chose; nothing is written, and the card is as it is now."""
    form = kari.see().cards["people"][SEEN]
    ola.do(SEEN, "people", "flytt pace")
    answer = kari.send(form, "flytt presence", part=True)
    assert answer.status_code == 409
    for text in ("Noen kom deg i forkjøpet", "Flyttet til Tilstedeværelse", "Flyttet til Tempo", "Ola"):
        assert text in answer.text
    assert Board(answer.text).words() == {"pace": [SEEN]}
    assert [one.choice.person for one in kept.history()] == ["Ola"]


def test_own_choice_can_be_set_in_place_of_theirs(kari: Mover, ola: Mover, kept: Kept) -> None:
    """The conflict's form holds what now is seen; sent, one's own choice holds after theirs."""
    form = kari.see().cards["people"][SEEN]
    ola.do(SEEN, "people", "flytt pace")
    answer = kari.send(form, "flytt presence", part=True, notat="Jeg var der.")
    shown = next(found for found in Forms(f"<main{answer.text}</main>").found if "herfra" in found)
    assert kari.send(shown, "flytt presence", part=True).status_code == 200
    assert kept.in_force()[-1].choice == Choice("move", "Kari", "competence", ("presence",), "Jeg var der.")


def test_conflict_without_scripts_is_a_page(kari: Mover, ola: Mover) -> None:
    """Without scripts the conflict is a page of its own, which leads back."""
    form = kari.see().cards["people"][SEEN]
    ola.do(SEEN, "people", "flytt pace")
    answer = kari.send(form, "flytt presence")
    assert answer.status_code == 409
    assert "<h1>Noen kom deg i forkjøpet</h1>" in answer.text


def test_nobody_moves_without_a_name(stranger: Mover, kept: Kept) -> None:
    """Who has not said who they are sees the cards, is told so, and moves none."""
    form = stranger.see().cards["people"][SEEN]
    assert "data-action" not in stranger.client.get(BALANCE).text
    assert "må du si hvem du er" in stranger.client.get(BALANCE).text
    assert stranger.send(form, "flytt pace").status_code == 403
    assert kept.history() == ()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"handling": "flytt nowhere"}, 400),
        ({"handling": "flytt"}, 400),
        ({"handling": "fly"}, 400),
        ({"ordlyd": "0"}, 409),
        ({"intervju": "ingen"}, 404),
        ({"intervju": "\x00"}, 404),
        ({"replikk": str(10**12)}, 404),
        ({"sett": "x"}, 400),
        ({"fra": ""}, 400),
        ({"notat": "a" * 2001}, 400),
    ],
)
def test_bad_forms_change_nothing(kari: Mover, kept: Kept, fields: dict[str, str], status: int) -> None:
    """A form that makes no sense, or that is of what is not there, is refused in words."""
    form = kari.see().cards["people"][SEEN]
    answer = kari.send(form, **{"handling": "flytt pace", **fields})
    assert answer.status_code == status
    assert "Noe gikk galt" not in answer.text
    assert kept.history() == ()


@pytest.mark.parametrize("query", ["vis=x", "niva=x", "plass=x", "mot=x", "mot=intervju:kari", "rolle=%00", "etter=-1"])
def test_bad_addresses_are_refused(kari: Mover, kept: Kept, query: str) -> None:
    """An address that asks for what there is not is refused, and a form sent there changes nothing."""
    form = kari.see().cards["people"][SEEN]
    assert kari.client.get(f"{BALANCE}?{query}").status_code == 400
    assert kari.send(form, "flytt pace", f"{BALANCE}?{query}").status_code == 400
    assert kept.history() == ()


def test_wrong_methods(kari: Mover) -> None:
    """The page takes no other methods, and pictures are only to be had."""
    assert kari.client.put(BALANCE).status_code == 405
    assert kari.client.post(f"{BALANCE}/bilde.svg").status_code == 405


def test_unknown_project(kari: Mover) -> None:
    """What is not there is a page in plain words."""
    assert kari.client.get("/prosjekt/Ingen/balanse").status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rolle=butikksjef", {"people": [SCRIPT, SEEN]}),
        ("kjede=Nord&intervju=kari", {"people": [SCRIPT, SEEN]}),
        ("rolle=selger", {}),
        ("intervju=ola", {"pace": ["utsagn000", "utsagn001"]}),
        ("kjede=Nord&rekkefolge=laerer", {"people": [SCRIPT, SEEN]}),
    ],
)
def test_filters(kari: Mover, sessions: sessionmaker[Session], query: str, words: dict[str, list[str]]) -> None:
    """Cards and counts are those of the role, chain and interview that are asked for."""
    add_many(sessions, 2)
    board = kari.see(f"{BALANCE}?{query}")
    assert {place: sorted(found) for place, found in board.words().items()} == words
    assert {name: count for name, count in board.counts.items() if count} == {name: len(w) for name, w in words.items()}


def test_decided_only(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """Those alone that somebody decided on can be asked for; what is rejected is in no view."""
    decided(sessions, SEEN, TWO)
    decided(sessions, SCRIPT, Choice("reject", "Ola"))
    assert kari.see(f"{BALANCE}?vis=avgjort").words() == {"people": [SEEN], "pace": [SEEN]}
    assert kari.see().words() == {"people": [SEEN], "pace": [SEEN]}


def test_undone_card_leaves_a_view_of_the_decided(kari: Mover) -> None:
    """An answer has no card for a phrase that the view does not show."""
    kari.do(SEEN, "people", "flytt pace")
    address = f"{BALANCE}?vis=avgjort"
    undo = next(form for form in Forms(kari.client.get(address).text).found if form.get("sett"))
    assert Board(kari.send(undo, "angre", address, part=True).text).cards == {}


def test_nothing_that_fits_is_told(kari: Mover) -> None:
    """An empty selection says so, and leads to all."""
    text = kari.client.get(f"{BALANCE}?rolle=selger").text
    assert "Ingen kompetanser passer med filteret" in text
    assert f'<a class="button" href="{BALANCE}">Vis alle</a>' in text


def test_first_cards_and_the_rest_by_and_by(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """A position shows thirty cards and counts all; what follows comes in the order asked for, each once."""
    add_many(sessions, 70)
    text = kari.client.get(BALANCE).text
    shown = list(Board(text).cards["pace"])
    assert (shown, Board(text).counts["pace"]) == ([f"utsagn{i:03d}" for i in range(30)], 70)
    while more := re.search(r'class="more" href="([^"#]*plass=pace[^"#]*)', text):
        text = kari.client.get(more[1].replace("&amp;", "&"), headers=PART).text
        shown += re.findall(r'<span class="text">(\w+)</span>', text)
    assert shown == [f"utsagn{i:03d}" for i in range(70)]


def test_the_rest_without_scripts(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """Without scripts the page comes with that position from where it was, and the others from their beginning."""
    add_many(sessions, 40)
    more = re.search(r'class="more" href="([^"#]*)', kari.client.get(BALANCE).text)
    assert more
    board = kari.see(more[1].replace("&amp;", "&"))
    assert list(board.cards["pace"]) == [f"utsagn{i:03d}" for i in range(30, 40)]
    assert len(board.cards["people"]) == 2


def test_doubt_comes_before_what_is_decided(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """By doubt the undecided come first, then the decided, and paging goes from the ones on to the others."""
    coded = add_many(sessions, 40)
    with sessions.begin() as session:
        project_id = project_named(session, PROJECT).id
        for one in coded[:35]:
            decide(session, project_id, one.phrase, Choice("approve", "Ola", "competence", ("pace",)))
    address = f"{BALANCE}?rekkefolge=laerer"
    text = kari.client.get(address).text
    first = list(Board(text).cards["pace"])
    assert set(first[:5]) == {f"utsagn{i:03d}" for i in range(35, 40)}
    more = re.search(r'class="more" href="([^"#]*)', text)
    assert more
    assert sorted(first + list(kari.see(more[1].replace("&amp;", "&")).cards["pace"])) == [
        f"utsagn{i:03d}" for i in range(40)
    ]


def test_key_competences_lie_where_they_tell_most(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """On the other level the candidates lie as links that cannot be moved; chosen ones come first, or alone."""
    fill_candidates(sessions)
    with sessions.begin() as session:
        choose(session, project_named(session, PROJECT).id, "calm", True, "Kari")
    board = kari.see(f"{BALANCE}?niva=nokkel")
    assert board.competences == {"people": ["Se folk"], "pace": ["Holde roen"], "routines": ["Selge"]}
    assert (board.counts["people"], board.counts["pace"]) == (1, 1)
    text = kari.client.get(f"{BALANCE}?niva=nokkel").text
    assert f'href="/prosjekt/{PROJECT}/nokkelkompetanser#k-calm"' in text
    assert "data-action" not in text
    assert kari.see(f"{BALANCE}?niva=nokkel&vis=avgjort").competences == {"pace": ["Holde roen"]}


def test_key_competences_of_an_interview(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """Those are shown that the interviews of the selection tell of."""
    fill_candidates(sessions)
    assert kari.see(f"{BALANCE}?niva=nokkel&intervju=siri").competences == {
        "people": ["Se folk"],
        "pace": ["Holde roen"],
    }


def test_two_are_compared(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """Beside the selection's figure stands that of another role or chain; cards are the selection's."""
    add_many(sessions, 3)
    text = kari.client.get(f"{BALANCE}?rolle=butikksjef&mot=kjede:Nord").text
    assert re.findall(r'<section class="figure[^"]*" aria-label="([^"]*)"', text) == [
        "Rolle: butikksjef",
        "Rolle: butikksjef · Kjede: Nord",
    ]
    assert Board(text).words() == {"people": [SCRIPT, SEEN]}


def test_picture_as_svg(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """The SVG has project, selection and day in its titles, and names the candidates before any is chosen."""
    fill_candidates(sessions)
    answer = kari.client.get(f"{BALANCE}/bilde.svg?rolle=butikksjef")
    assert answer.headers["content-type"] == "image/svg+xml"
    name = f"balansemodellen-{PROJECT}-butikksjef-{date.today().isoformat()}.svg"
    assert f'filename="{name}"' in answer.headers["content-disposition"]
    ElementTree.fromstring(answer.text)
    for text in (f"Balansemodellen: {PROJECT}", "Rolle: butikksjef · ", "• Se folk", "• Selge", "ingen er valgt ennå"):
        assert text in answer.text
    assert str(date.today().year) in answer.text


def test_picture_names_the_chosen_alone(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """Once key competences are chosen, they alone are named."""
    fill_candidates(sessions)
    with sessions.begin() as session:
        choose(session, project_named(session, PROJECT).id, "calm", True, "Kari")
    text = kari.client.get(f"{BALANCE}/bilde.svg").text
    assert ("Holde roen" in text, "Se folk" in text) == (True, False)


def test_picture_as_png(kari: Mover) -> None:
    """The PNG is a picture, by a name of its own."""
    answer = kari.client.get(f"{BALANCE}/bilde.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert ".png" in answer.headers["content-disposition"]


def test_pictures_are_refused(kari: Mover, client: TestClient) -> None:
    """There is no other format, no picture of what is not there, and none for who has not said who they are."""
    assert kari.client.get(f"{BALANCE}/bilde.gif").status_code == 404
    assert kari.client.get("/prosjekt/Ingen/balanse/bilde.svg").status_code == 404
    client.cookies.clear()
    assert client.get(f"{BALANCE}/bilde.svg").status_code == 403


def test_page_in_english(kari: Mover) -> None:
    """The page and the picture follow the language of the visitor."""
    english = {"accept-language": "en"}
    assert "Drag a card to another position" in kari.client.get(BALANCE, headers=english).text
    assert "The balance model: Butikk" in titles(kari.client.get(f"{BALANCE}/bilde.svg", headers=english).text)


def test_trait_made_a_competence_comes_back_with_undo(kari: Mover, sessions: sessionmaker[Session]) -> None:
    """A competence that somebody made of a trait lies here, and leaves when that is undone."""
    decided(sessions, HUMOUR, Choice("relabel", "Kari", "competence", ("presence",)))
    assert kari.see().words()["presence"] == [HUMOUR]
    undo = next(form for form in Forms(kari.client.get(BALANCE).text).found if form.get("sett"))
    assert Board(kari.send(undo, "angre", part=True).text).cards == {}
