from __future__ import annotations

import re

import pytest
from competence_pages import (
    COMPARE,
    HERE,
    NAMES,
    TOLD,
    Chooser,
    KeptCandidates,
    candidates,
    fill_candidates,
    gather,
    phrase,
    value,
)
from fastapi.testclient import TestClient
from review_pages import BASE, PROJECT, content_of
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.records import Candidate, Clustering, Placement
from review.app import create_app
from review.competences_view import lost
from store.candidate_decisions import undo_candidates
from store.clusterings import save_clustering
from store.decisions import Choice, decide
from store.projects import create_project, project_named

ACTS = ("sla-sammen", "navn", "flytt", "del", "del-i-to", "angre", "velg", "begrunn")


@pytest.fixture(autouse=True)
def gathered(sessions: sessionmaker[Session]) -> None:
    fill_candidates(sessions)


@pytest.fixture
def stored(sessions: sessionmaker[Session]) -> KeptCandidates:
    return KeptCandidates(sessions)


@pytest.fixture
def kari(client: TestClient) -> Chooser:
    return Chooser(client, "Kari")


@pytest.fixture
def ola(sessions: sessionmaker[Session], settings: Settings) -> Chooser:
    return Chooser(TestClient(create_app(sessions, settings), base_url=BASE), "Ola")


@pytest.fixture
def nobody(sessions: sessionmaker[Session], settings: Settings) -> Chooser:
    return Chooser(TestClient(create_app(sessions, settings), base_url=BASE))


def order_of(text: str) -> list[str]:
    return re.findall(r'<article class="kort[^>]* data-id="([^"]+)"', text)


def test_cards_show_what_to_choose_by(kari: Chooser) -> None:
    """A card has name, position, coverage, chains, weight, number of phrases and quotes of different interviews."""
    text = kari.see()
    card = text.partition('id="k-see"')[2].partition("</article>")[0]
    for shown in (
        "Se folk",
        "Mennesker",
        "80\u00a0%",
        "<strong>2</strong>/2",
        "2 kjeder",
        "vekt 30\u00a0%",
        "6 utsagn",
    ):
        assert shown in card
    assert "«ser den enkelte»" in card
    assert f"/prosjekt/{PROJECT}/intervju/siri?utsagn=1-" in card
    assert 'aria-current="page">Nøkkelkompetanser' in text


def test_what_informants_said_is_escaped(kari: Chooser) -> None:
    """Markup in a phrase is shown, not obeyed."""
    text = kari.see(f"{COMPARE}?kandidat=see")
    assert "hører &lt;b&gt;etter&lt;/b&gt;" in text
    assert "<b>" not in text


def test_number_of_candidates_is_explained(kari: Chooser) -> None:
    """The page says why there are so many, what people's edits do to the number, and what was tried."""
    text = content_of(kari.see())
    assert "Av 10–15 er dette antallet det som skiller utsagnene best." in text
    assert "Folk har slått sammen slik at det er 1 færre." in text
    assert '<td class="number">3</td><td class="number">0,420</td>' in text


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("", ["see", "calm", "sell"]),
        ("?rekkefolge=vekt", ["calm", "see", "sell"]),
        ("?rekkefolge=plass", ["see", "sell", "calm"]),
        ("?rekkefolge=tull", ["see", "calm", "sell"]),
    ],
)
def test_cards_may_be_ordered(kari: Chooser, order: str, ids: list[str]) -> None:
    """By coverage, by weight, then name, or by position in the order of the model; anything else is the usual one."""
    assert order_of(kari.see(HERE + order)) == ids


def test_weak_name_gets_others_to_pick(kari: Chooser, stored: KeptCandidates) -> None:
    """A name that few of the phrases are nearest to has two others beside it, which are given by a press."""
    text = kari.see()
    assert text.count("Usikkert navn") == 1
    form = text.partition('class="weak"')[2].partition("</form>")[0]
    assert re.findall(r'name="forslag" value="([^"]+)"', form) == ["Kjenne varene", "Selger mer enn før"]
    assert kari.edit("navn", "sell", forslag="Kjenne varene").status_code == 303
    assert stored.now()["sell"].name == "Kjenne varene"
    assert "Usikkert navn" not in kari.see()


def test_chosen_card_stands_first_with_its_grounds(kari: Chooser, stored: KeptCandidates) -> None:
    """A chosen candidate moves up, its why and what are kept with the person's name, and it can be chosen no longer."""
    assert kari.choose("sell").headers["location"] == f"{HERE}#k-sell"
    assert order_of(kari.see()) == ["sell", "see", "calm"]
    cards = kari.cards()
    kari.send(
        "begrunn",
        kandidat=cards.values["sell"],
        sett=cards.seen["sell"],
        hvorfor="Butikken lever av det.",
        hva=" Å selge. ",
    )
    choice = stored.choices()["sell"]
    assert (choice.chosen, choice.why, choice.what, choice.person) == (
        True,
        "Butikken lever av det.",
        "Å selge.",
        "Kari",
    )
    kari.choose("sell", "nei")
    choice = stored.choices()["sell"]
    assert (choice.chosen, choice.why) == (False, "Butikken lever av det.")


def test_number_chosen_is_counted_and_warned_of(kari: Chooser, sessions: sessionmaker[Session]) -> None:
    """Fewer than ten are told of gently, ten to fifteen are right, more are many."""
    many = tuple(
        Candidate(f"c{i}", f"Navn {i}", (Placement("people", 0.9),), ("siri",), candidates()[0].phrases[i % 6 :][:1])
        for i in range(16)
    )
    assert "færre kandidater her" in kari.see()
    with sessions.begin() as session:
        save_clustering(session, project_named(session, PROJECT).id, "1" * 64, Clustering(many))
    values = kari.cards().values
    for i in range(16):
        kari.send("velg", kandidat=values[f"c{i}"], sett="0", valgt="ja")
        if i == 8:
            assert "Metoden bruker 10–15." in kari.see()
        if i == 9:
            assert "innenfor 10–15" in kari.see()
    assert "Flere enn 15 er mange" in kari.see()


def test_what_would_be_lost_is_told(kari: Chooser) -> None:
    """Positions and interviews that no chosen candidate tells of are named above the rest."""
    kari.choose("sell")
    text = kari.see().partition('class="lost"')[2].partition("</div>")[0]
    assert re.findall("Mennesker|Tempo|Rutiner", text) == ["Mennesker", "Tempo"]
    assert "1 intervju som ingen valgt forteller om: siri" in " ".join(text.split())
    for id in ("see", "calm"):
        kari.choose(id)
    assert 'class="lost"' not in kari.see()


def test_position_counts_where_it_stands_out() -> None:
    """A candidate tells of its first position, and of others that stand out; the rest is lost with nobody."""
    one = Candidate("a", "A", (Placement("people", 0.1),), ("i",), ())
    places = (Placement("pace", 0.5), Placement("routines", 0.2), Placement("people+technology", 0.05))
    assert lost([one], [Candidate("b", "B", places, ("i", "j"), ())]) == (("routines", "pace"), ("j",))
    assert lost([], []) == ((), ())


def test_merge_is_shown_at_once_and_waits_for_grouping(kari: Chooser, stored: KeptCandidates) -> None:
    """Merged candidates are one card under the written name, the page says that it waits, and who did it."""
    answer = kari.edit("sla-sammen", "see", "calm", navn="  Møte   folk ")
    assert answer.headers["location"] == f"{HERE}#k-see"
    assert {id: c.name for id, c in stored.now().items()} == {"see": "Møte folk", "sell": "Selge"}
    text = kari.see()
    assert order_of(text) == ["see", "sell"]
    assert "Venter på ny gruppering." in text
    assert f'action="/prosjekt/{PROJECT}/kjor"' in text
    assert "Slått sammen til «Møte folk»" in text
    (made,) = stored.history()
    assert made.person == "Kari"


def test_part_of_the_page_comes_back_to_htmx(kari: Chooser) -> None:
    """HTMX gets the cards alone, and what was done with a button to undo it in the frame's place for messages."""
    text = kari.edit("sla-sammen", "see", "calm", part=True).text
    assert "<html" not in text
    assert order_of(text) == ["see", "sell"]
    assert 'id="melding"' in text
    assert "Slått sammen til «Se folk»." in text
    assert 'name="nummer" value="1"' in text


def test_phrases_are_moved(kari: Chooser, stored: KeptCandidates) -> None:
    """Phrases that are marked go to another candidate; a comparison is come back to."""
    marked = [value("ser den enkelte", name) for name in ("siri", "jonas")]
    answer = kari.edit("flytt", "see", til="sell", utsagn=marked, vis=["see", "sell"])
    assert answer.headers["location"] == f"{COMPARE}?kandidat=see&kandidat=sell"
    assert {p.text for p in stored.now()["sell"].phrases} >= {"ser den enkelte"}
    assert len(stored.now()["see"].phrases) == 4


def test_marked_phrases_are_taken_out(kari: Chooser, stored: KeptCandidates) -> None:
    """A split makes a card of its own, which a comparison shows too."""
    text = kari.edit("del", "see", part=True, utsagn=[value("ser den enkelte")], navn="For seg", vis=["see"]).text
    assert re.findall(r'class="kolonne[^>]* data-id="([^"]+)"', text)[0] == "see"
    assert len(re.findall(r'class="kolonne', text)) == 2
    assert "For seg" in {candidate.name for candidate in stored.now().values()}


def test_program_divides_in_two(kari: Chooser, stored: KeptCandidates) -> None:
    """The half that the program would take out goes out; where it has no suggestion that is said."""
    assert kari.edit("del-i-to", "see").status_code == 303
    (new,) = (c for id, c in stored.now().items() if id not in NAMES)
    assert [(p.interview, p.text) for p in new.phrases] == [("jonas", "ser den enkelte")]
    answer = kari.edit("del-i-to", "calm")
    assert (answer.status_code, "ikke noe forslag" in answer.text) == (400, True)


def test_edit_is_undone_by_a_button(kari: Chooser, ola: Chooser, stored: KeptCandidates) -> None:
    """Anybody may undo an edit; the cards are as they were, and the list tells who undid it."""
    kari.edit("sla-sammen", "see", "calm", navn="Møte folk")
    assert ola.send("angre", nummer=1).status_code == 303
    assert {id: c.name for id, c in stored.now().items()} == NAMES
    assert "angret av Ola" in kari.see()
    again = ola.send("angre", nummer=1)
    assert (again.status_code, len(stored.history())) == (400, 2)


def test_changed_candidate_is_a_conflict(kari: Chooser, ola: Chooser, stored: KeptCandidates) -> None:
    """Who sends a form of a candidate that somebody changed meanwhile is told so, and nothing is written."""
    before = kari.cards().values
    ola.edit("navn", "see", navn="Se den enkelte")
    answer = kari.send("sla-sammen", kandidat=[before["see"], before["calm"]])
    assert (answer.status_code, "endret siden du åpnet siden" in answer.text) == (409, True)
    ola.edit("sla-sammen", "see", "calm")
    answer = kari.send("navn", kandidat=before["calm"], navn="Nytt")
    assert (answer.status_code, "ikke der lenger" in answer.text) == (409, True)
    assert len(stored.history()) == 2
    assert kari.send("navn", kandidat=before["sell"], navn="Selge mer").status_code == 303


def test_choice_of_two_people_is_a_conflict(kari: Chooser, ola: Chooser, stored: KeptCandidates) -> None:
    """A text that was written over one somebody else saved meanwhile is refused; the same choice twice is none."""
    cards = kari.cards()
    ola.choose("see")
    same = kari.send("velg", kandidat=cards.values["see"], sett=cards.seen["see"], valgt="ja")
    assert same.status_code == 303
    answer = kari.send("begrunn", kandidat=cards.values["see"], sett=cards.seen["see"], hvorfor="Mitt.")
    assert answer.status_code == 409
    assert (stored.choices()["see"].person, stored.choices()["see"].why) == ("Ola", "")


def test_saved_text_comes_back_with_the_choice_to_build_on(kari: Chooser, stored: KeptCandidates) -> None:
    """HTMX is told that the text is saved and which choice holds; saving the same again writes nothing."""
    kari.choose("see")
    cards = kari.cards()
    fields = {"kandidat": cards.values["see"], "hvorfor": "Derfor."}
    answer = kari.send("begrunn", True, sett=cards.seen["see"], **fields)
    number = re.search(r'data-saved="see" value="(\d+)"', answer.text)
    assert number is not None
    assert int(number[1]) == stored.choices()["see"].id
    assert f'value="{number[1]}"' in kari.send("begrunn", True, sett=number[1], **fields).text


def test_chosen_candidate_that_is_gone_keeps_its_text(kari: Chooser, sessions: sessionmaker[Session]) -> None:
    """Where a new grouping has no such candidate its text is shown apart."""
    kari.choose("calm")
    cards = kari.cards()
    kari.send("begrunn", kandidat=cards.values["calm"], sett=cards.seen["calm"], hva="Å puste rolig.")
    with sessions.begin() as session:
        save_clustering(session, project_named(session, PROJECT).id, "1" * 64, Clustering(candidates()[:1]))
    text = kari.see().partition('class="warning gone"')[2].partition("</div>")[0]
    assert "Å puste rolig." in text


def test_comparison_shows_phrases_and_what_is_decided(kari: Chooser, client: TestClient) -> None:
    """Candidates stand side by side with their phrases, and what would go out of each in a division."""
    seen = [value(text, name) for text in TOLD["see"] for name in ("siri", "jonas")]
    text = kari.see(f"{COMPARE}?kandidat=see&kandidat=calm")
    assert re.findall(r'class="kolonne[^>]* data-id="([^"]+)"', text) == ["see", "calm"]
    assert re.findall(r'name="utsagn" value="([^"]+)"', text)[: len(seen)] == seen
    assert 'rel="next"' not in text
    assert "Delt i to ville 1 utsagn gå ut" in text


def test_many_phrases_stand_on_pages(kari: Chooser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most typical phrases come first, links lead to the others and back, and edits come back to the same page."""
    monkeypatch.setattr("review.competences_view.SHOWN", 4)
    text = kari.see(f"{COMPARE}?kandidat=see")
    assert re.search(r'rel="next" href="([^"]+)"', text)[1] == f"{COMPARE}?kandidat=see&amp;fra=4"  # type: ignore[index]
    text = kari.see(f"{COMPARE}?kandidat=see&fra=4")
    assert re.findall(r'name="utsagn" value="([^"]+)"', text) == [
        value("hører <b>etter</b>", name).replace("<", "&lt;") for name in ("siri", "jonas")
    ]
    assert 'rel="next"' not in text
    assert re.search(r'rel="prev" href="([^"]+)"', text)[1] == f"{COMPARE}?kandidat=see"  # type: ignore[index]
    assert 'name="fra" value="4"' in text
    assert kari.client.get(f"{COMPARE}?kandidat=see&fra=-1").status_code == 400


def test_phrase_that_is_decided_is_marked(kari: Chooser, sessions: sessionmaker[Session]) -> None:
    """A phrase that somebody has decided on says so."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        decide(session, project.id, phrase("ser den enkelte", "siri"), Choice("reject", "Ola"))
    text = kari.see(f"{COMPARE}?kandidat=see")
    assert text.count('class="avgjort"') == 1
    assert "1 avgjort" in kari.see(f"{HERE}/avgjort?kandidat=see")


def test_comparison_leads_to_further_candidates(kari: Chooser) -> None:
    """A third may be added, and no more; without any one comes to the page of all."""
    assert f"{COMPARE}?kandidat=see&amp;kandidat=calm&amp;kandidat=sell" in kari.see(
        f"{COMPARE}?kandidat=see&kandidat=calm"
    )
    assert "Legg en til" not in kari.see(f"{COMPARE}?kandidat=see&kandidat=calm&kandidat=sell")
    answer = kari.client.get(COMPARE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)


def test_comparison_of_what_is_gone_is_refused(kari: Chooser) -> None:
    """An id that is not there is told of by its page."""
    answer = kari.client.get(f"{COMPARE}?kandidat=borte")
    assert (answer.status_code, "ikke der lenger" in answer.text) == (404, True)


def test_decided_phrases_are_counted(kari: Chooser) -> None:
    """A card asks for how many of its phrases are decided."""
    assert "0 avgjort" in kari.see(f"{HERE}/avgjort?kandidat=see")
    assert kari.client.get(f"{HERE}/avgjort?kandidat=borte").status_code == 404


def test_page_is_told_of_a_new_grouping(kari: Chooser, sessions: sessionmaker[Session]) -> None:
    """An open page learns that a newer grouping is there, and where."""
    with sessions.begin() as session:
        gather(session, "1" * 64)
    assert "Det er kommet en ny gruppering." in kari.see(f"{HERE}/gruppering?vist=1")
    assert "Det er kommet" not in kari.see(f"{HERE}/gruppering?vist=3")


def test_running_page_asks_again(kari: Chooser, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a run goes on the page says so, and asks every few seconds."""
    monkeypatch.setattr("review.routes.competences.is_running", lambda *about: True)
    text = kari.see()
    assert 'hx-trigger="every 3s"' in text
    assert "Programmet arbeider." in text


def test_project_without_candidates_tells_what_to_wait_for(kari: Chooser, sessions: sessionmaker[Session]) -> None:
    """Before anything is gathered the page says when candidates come."""
    with sessions.begin() as session:
        create_project(session, "Sykehjem", ())
    assert "Det er ingen kandidater ennå." in kari.see("/prosjekt/Sykehjem/nokkelkompetanser")


def test_stranger_sees_and_changes_nothing(nobody: Chooser, stored: KeptCandidates) -> None:
    """Who has not said their name sees the cards without buttons, and no form of theirs is taken."""
    text = content_of(nobody.see())
    assert "Du kan lese alt." in text
    assert "<form" not in text
    assert "<button" not in content_of(nobody.see(f"{COMPARE}?kandidat=see"))
    values = {id: f"0:{id}" for id in NAMES}
    for act in ACTS:
        answer = nobody.send(act, kandidat=values["see"], navn="Nytt", valgt="ja", nummer=1)
        assert answer.status_code == 403
    assert stored.history() == ()
    assert stored.choices() == {}


@pytest.mark.parametrize(
    ("act", "fields", "told"),
    [
        ("sla-sammen", {"kandidat": ["see"]}, "minst to"),
        ("sla-sammen", {"kandidat": ["see", "calm"], "navn": "selge"}, "navnet er i bruk"),
        ("navn", {"kandidat": ["see"], "navn": "  "}, "navnet mangler"),
        ("navn", {"kandidat": ["see"], "navn": "x" * 121}, "navnet er for langt"),
        ("navn", {"kandidat": ["see"], "navn": "a\u0007b"}, "tegn som ikke kan vises"),
        ("navn", {"kandidat": [], "navn": "Nytt"}, "ikke valgt noen kandidat"),
        ("flytt", {"kandidat": ["see"], "til": "calm"}, "ingen utsagn er merket"),
        ("flytt", {"kandidat": ["see"], "til": "calm", "utsagn": ["tull"]}, "utsagnet finnes ikke"),
        (
            "flytt",
            {"kandidat": ["see"], "til": "calm", "utsagn": [value("kjenner varene", "jonas")]},
            "ikke i kandidaten",
        ),
        ("del", {"kandidat": ["see"]}, "ingen utsagn er merket"),
        ("angre", {"nummer": 7}, "ingen slik avgjørelse"),
        ("angre", {"nummer": "tull"}, "nummer"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    kari: Chooser, stored: KeptCandidates, act: str, fields: dict[str, object], told: str
) -> None:
    """A form that cannot be used is answered by what is wrong, and nothing is written down."""
    values = kari.cards().values
    sent = dict(fields)
    if "kandidat" in sent:
        sent["kandidat"] = [values[id] for id in sent["kandidat"]]  # type: ignore[attr-defined]
    if "til" in sent:
        sent["til"] = values[str(sent["til"])]
    answer = kari.send(act, **sent)
    assert answer.status_code == 400
    assert told in answer.text.lower()
    assert stored.history() == ()


def test_too_long_text_is_refused(kari: Chooser, stored: KeptCandidates) -> None:
    """A text that is too long is refused with its length."""
    answer = kari.send("begrunn", kandidat=kari.cards().values["see"], hvorfor="x" * 4001)
    assert (answer.status_code, "4001 tegn" in answer.text) == (400, True)
    assert stored.choices() == {}


@pytest.mark.parametrize("act", [*ACTS, "finnes-ikke"])
def test_acts_are_sent_not_asked_for(kari: Chooser, act: str) -> None:
    """What changes something is a form; an act that there is not gets the page for that."""
    assert kari.client.get(f"{HERE}/{act}").status_code in (404, 405)
    if act == "finnes-ikke":
        assert kari.send(act).status_code == 404


@pytest.mark.parametrize(
    "address", [HERE, f"{COMPARE}?kandidat=see", f"{HERE}/avgjort?kandidat=see", f"{HERE}/gruppering"]
)
def test_pages_of_no_project_are_refused(kari: Chooser, address: str) -> None:
    """A project that is not there is told of."""
    answer = kari.client.get(address.replace(PROJECT, "Finnes-ikke"))
    assert (answer.status_code, "finnes ikke" in answer.text) == (404, True)


def test_undo_by_the_command_line_is_seen(kari: Chooser, sessions: sessionmaker[Session]) -> None:
    """What is undone elsewhere is undone on the page."""
    kari.edit("navn", "see", navn="Nytt navn")
    with sessions.begin() as session:
        undo_candidates(session, project_named(session, PROJECT).id, 1, "Per")
    assert "Se folk" in kari.see()
