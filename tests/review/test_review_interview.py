from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from review_pages import ANSWER, HUMOUR, PROJECT, SEEN, YES, Browser, Forms, Kept, content_of, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Transcript, Turn, Word
from store.decisions import Choice, decide_all
from store.interview_details import changes_of
from store.interviews import Source, add_interview, find_interview
from store.projects import project_named
from store.results import latest_transcript, save_transcript
from store.review_items import find_items
from store.speakers import swaps_of

KARI = f"/prosjekt/{PROJECT}/intervju/kari"
HTMX = {"hx-request": "true"}


def mark_of(words: str) -> str:
    phrase = phrase_of(words)
    return f"{phrase.turn}-{phrase.start}-{phrase.end}"


def texts_of(page: str) -> list[str]:
    """The text of each turn, as a browser would show it."""
    said = re.findall(r'<p class="said"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", one)) for one in said]


def marked_in(page: str) -> dict[str, str]:
    """The classes of each phrase that is marked in the text, by its words."""
    found = re.findall(r'<a class="phrase ([^"]*)"[^>]*>(.*?)</a>', page)
    return {unescape(words): style for style, words in found}


def deciding(browser: Browser, words: str) -> dict[str, str]:
    """The hidden fields of the form beside the text."""
    page = browser.client.get(KARI, params={"utsagn": mark_of(words)}, headers=HTMX).text
    return next(form for form in Forms(f"<main>{page}</main>").found if "ordlyd" in form)


def act(browser: Browser, name: str, **fields: object):
    """What HTMX gets in answer to a form."""
    return browser.client.post(f"{KARI}/{name}", data={k: str(v) for k, v in fields.items()}, headers=HTMX)


def missed(words: str, **other: object) -> dict[str, object]:
    """The form for a phrase that nobody found."""
    phrase = phrase_of(words)
    span = {"versjon": 1, "replikk": 1, "fra": phrase.start, "til": phrase.end, "ord": words}
    return span | {"valg": "flytt:pace"} | other


def borders(words: str, wanted: str, seen: object = "", **other: object) -> dict[str, object]:
    """The form for a phrase with other borders."""
    phrase = phrase_of(wanted)
    span = {"versjon": 1, "fra": phrase.start, "til": phrase.end, "ord": wanted}
    return span | {"utsagn": mark_of(words), "sett": seen} | other


def correction(words: str, replacement: str, **other: object) -> dict[str, object]:
    """The form for other words in the place of these."""
    phrase = phrase_of(words)
    return {"versjon": 1, "replikk": 1, "fra": phrase.start, "til": phrase.end, "ny": replacement} | other


def said(sessions: sessionmaker[Session]) -> Transcript:
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, PROJECT).id, "kari")
        stored = latest_transcript(session, interview.id) if interview else None
    assert stored
    return stored.transcript


def phrases(sessions: sessionmaker[Session]) -> dict[str, str]:
    """The state of each phrase that there is to review, by its words."""
    with sessions.begin() as session:
        items = find_items(session, project_named(session, PROJECT).id)
    return {item.phrase.text: item.state for item in items}


def test_turns_are_shown_as_they_were_said(client: TestClient) -> None:
    """Every turn stands there to the letter, with its speaker and moment; markup in it is text."""
    page = client.get(KARI).text
    assert texts_of(page) == ["Hva gjør du?", ANSWER]
    assert "<script>alert" not in page
    assert "Informant" in page
    assert "12:41" in page


def test_phrases_are_marked_by_what_they_are(client: TestClient) -> None:
    """A phrase has the colour of its dimension, its category and its state; what is nothing is not marked."""
    marks = marked_in(client.get(KARI).text)
    assert marks[SEEN] == "green competence open open"
    assert marks[HUMOUR] == "trait open open"
    assert YES not in marks


def test_phrase_opens_beside_the_text(client: TestClient) -> None:
    """HTMX gets the phrase alone; a browser without scripts the page with the phrase beside it."""
    part = client.get(KARI, params={"utsagn": mark_of(SEEN)}, headers=HTMX).text
    assert "<html" not in part
    assert f"«{SEEN}»" in part
    assert "ser hver enkelt" in part
    page = client.get(KARI, params={"utsagn": mark_of(SEEN)}).text
    assert "<html" in page
    assert f"«{SEEN}»" in page


@pytest.mark.parametrize(
    "where", [f"/prosjekt/{PROJECT}/intervju/ingen", "/prosjekt/Ingen/intervju/kari", f"{KARI}%00"]
)
def test_unknown_interview_is_told(client: TestClient, where: str) -> None:
    """An interview or project that is not there is a page in plain words."""
    answer = client.get(where)
    assert answer.status_code == 404
    assert "finnes ikke" in answer.text


@pytest.mark.parametrize("mark", ["1-0-4", "9-9-9", "1-99999999999-3", "x", "1-2", "²-1-2"])
def test_unknown_phrase_is_told_or_left(client: TestClient, mark: str) -> None:
    """What is the mark of no phrase opens none, and is no fault of the program."""
    answer = client.get(KARI, params={"utsagn": mark})
    assert answer.status_code in (200, 404)
    assert 'data-open="' not in answer.text


@pytest.mark.parametrize("act", ["utsagn", "nytt", "grenser", "angre", "rett", "bytt", "talere"])
def test_acts_are_sent_not_fetched(client: TestClient, act: str) -> None:
    """What changes something is a POST; there is nothing to read at its address."""
    assert client.get(f"{KARI}/{act}").status_code == 404
    assert client.post(KARI).status_code == 405


def test_waiting_interview_says_so(sessions: sessionmaker[Session], client: TestClient) -> None:
    """An interview that is not written out yet says why there is nothing to read."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        add_interview(session, project.id, Source("ny", "audio", "c" * 64, ".mp3"))
    page = client.get(f"/prosjekt/{PROJECT}/intervju/ny").text
    assert "står i kø" in page
    assert 'id="replikker"' not in page


def test_times_of_words_are_steps(sessions: sessionmaker[Session], client: TestClient) -> None:
    """When words start is told in hundredths from the one before, to the end of the last; of other versions nothing."""
    words = (Word("Jeg", 1.5, 1.7, 0.9), Word("snakker.", 1.8, 2.5, 0.9))
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        added = add_interview(session, project.id, Source("per", "audio", "d" * 64, ".mp3")).interview
        turn = Turn("respondent", "Jeg snakker.", 1.5, 2.5, words)
        save_transcript(session, added.id, "k", Transcript("per", (Turn("interviewer", "Ja?"), turn)))
    times = f"/prosjekt/{PROJECT}/intervju/per/tider"
    assert client.get(times, params={"versjon": 1}).json() == {"1": "150 30 70"}
    assert client.get(times, params={"versjon": 2}).status_code == 409


def test_decision_is_written_and_shown(kari: Browser, kept: Kept) -> None:
    """A button beside the text decides in the visitor's name; the turn, the panel, the counts, the history follow."""
    answer = act(kari, "utsagn", **deciding(kari, SEEN), handling="flytt:pace+presence", notat="Roen.")
    (made,) = kept.history()
    assert (made.choice.action, made.choice.positions, made.choice.person) == ("move", ("pace+presence",), "Kari")
    assert made.choice.note == "Roen."
    assert marked_in(answer.text)[SEEN] == "magenta competence decided moved"
    assert "1 av 3 avgjort" in answer.text
    assert "Flyttet til Tempo–Tilstedeværelse." in answer.text
    assert f"/historikk?intervju=kari&amp;utsagn={mark_of(SEEN)}" in answer.text


def test_decision_without_a_script_leads_back(kari: Browser, kept: Kept) -> None:
    """A plain form leads back to the phrase."""
    data = deciding(kari, HUMOUR) | {"handling": "kategori:task"}
    answer = kari.client.post(f"{KARI}/utsagn", data=data, follow_redirects=False)
    assert answer.status_code == 303
    assert f"utsagn={mark_of(HUMOUR)}#u" in answer.headers["location"]
    assert kept.history()[0].choice.category == "task"


def test_decision_is_undone(kari: Browser, kept: Kept) -> None:
    """«Angre» takes the decision back, by one more."""
    act(kari, "utsagn", **deciding(kari, SEEN), handling="godkjenn")
    answer = act(kari, "utsagn", **deciding(kari, SEEN), handling="angre")
    assert marked_in(answer.text)[SEEN] == "green competence open open"
    assert [one.choice.action for one in kept.history()] == ["approve", "undo"]


def test_decision_sent_twice_is_one(kari: Browser, kept: Kept) -> None:
    """The same form again changes nothing."""
    form = deciding(kari, SEEN)
    answers = [act(kari, "utsagn", **form, handling="godkjenn") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert len(kept.history()) == 1


def test_quicker_reviewer_is_a_conflict(kari: Browser, ola: Browser, kept: Kept) -> None:
    """Who decides on what another has decided since is told, and nothing is overwritten."""
    form = deciding(kari, SEEN)
    act(ola, "utsagn", **deciding(ola, SEEN), handling="forkast")
    answer = act(kari, "utsagn", **form, handling="godkjenn")
    assert answer.status_code == 409
    assert [one.choice.action for one in kept.history()] == ["reject"]


def test_stranger_reads_and_changes_nothing(stranger: Browser, sessions: sessionmaker[Session], kept: Kept) -> None:
    """Without a name there are no buttons, and every act is refused."""
    page = content_of(stranger.client.get(KARI, params={"utsagn": mark_of(SEEN)}).text)
    assert 'name="handling"' not in page
    assert "Hvem er du?" in page
    phrase = phrase_of(SEEN)
    named = {"intervju": "kari", "replikk": 1, "fra": phrase.start, "til": phrase.end, "ordlyd": "x"}
    refused = [
        act(stranger, "utsagn", **named, handling="godkjenn"),
        act(stranger, "nytt", **missed("travelt")),
        act(stranger, "grenser", **borders(SEEN, "føle seg sett")),
        act(stranger, "angre", gruppe="x"),
        act(stranger, "rett", **correction("travelt", "rolig")),
        act(stranger, "bytt", versjon=1),
        act(stranger, "talere", intervjuer="Per"),
    ]
    assert [one.status_code for one in refused] == [403] * 7
    assert kept.history() == ()
    assert said(sessions).turns[1].text == ANSWER


def test_missed_phrase_is_added(kari: Browser, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """A phrase that the model has not is a decision on a span of its own, without the punctuation around it."""
    answer = act(kari, "nytt", **missed(" travelt."))
    (made,) = kept.history()
    assert (made.phrase, made.choice.positions) == (phrase_of("travelt"), ("pace",))
    assert marked_in(answer.text)["travelt"] == "magenta competence decided relabelled"
    assert phrases(sessions)["travelt"] == "relabelled"


def test_missed_phrase_may_be_no_competence(kari: Browser, kept: Kept) -> None:
    """A category is chosen as a position is."""
    act(kari, "nytt", **missed("travelt", valg="kategori:trait"))
    assert kept.history()[0].choice.category == "trait"


def test_missed_phrase_sent_twice_is_one(kari: Browser, kept: Kept) -> None:
    """The same phrase again is no second decision."""
    answers = [act(kari, "nytt", **missed("travelt")) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert len(kept.history()) == 1


def test_added_phrase_that_is_undone_is_gone(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Once undone, there is nothing to review in a phrase that only a person knew; the page says what was done."""
    act(kari, "nytt", **missed("travelt"))
    answer = act(kari, "utsagn", **deciding(kari, "travelt"), handling="angre")
    assert answer.status_code == 200
    assert 'data-open="' not in answer.text
    assert "travelt" not in phrases(sessions)


@pytest.mark.parametrize(
    ("wrong", "status", "told"),
    [
        ({"ord": "rolig"}, 409, "ordene er endret"),
        ({"til": 10**8}, 409, "ordene er endret"),
        ({"fra": -3}, 409, "ordene er endret"),
        ({"versjon": 7}, 409, "utskriften er endret"),
        ({"replikk": 99}, 400, "replikken finnes ikke"),
        ({"replikk": -1}, 400, "replikken finnes ikke"),
        ({"replikk": 10**12}, 400, "replikken finnes ikke"),
        ({"replikk": 0, "fra": 0, "til": 3, "ord": "Hva"}, 400, "bare det informanten sier"),
        ({"fra": 14, "til": 16, "ord": ". "}, 400, "ikke merket noe ord"),
        ({"valg": "flytt:nowhere"}, 400, "valget finnes ikke"),
        ({"valg": "kategori:none"}, 400, "valget finnes ikke"),
        ({"notat": "x" * 2001}, 400, "notatet er for langt"),
        ({"fra": "to"}, 400, "som ikke kan brukes"),
    ],
)
def test_phrase_that_cannot_be_is_refused(
    kari: Browser, kept: Kept, wrong: dict[str, object], status: int, told: str
) -> None:
    """A span that is not there, says something else, or is the interviewer's, is refused in plain words."""
    answer = act(kari, "nytt", **missed("travelt", **wrong))
    assert answer.status_code == status
    assert told.lower() in answer.text.lower()
    assert kept.history() == ()


def test_borders_are_moved_with_one_act(kari: Browser, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """The old phrase is rejected and the new one is what the old one was, in one batch."""
    answer = act(kari, "grenser", **borders(SEEN, "folk til å føle seg sett, og"))
    old, new = kept.history()
    assert (old.phrase, old.choice.action) == (phrase_of(SEEN), "reject")
    assert (new.phrase, new.choice.category) == (phrase_of("folk til å føle seg sett, og"), "competence")
    assert new.choice.positions == ("people",)
    assert old.batch == new.batch is not None
    assert "«folk til å føle seg sett, og»" in answer.text
    assert SEEN not in marked_in(answer.text)


def test_moved_borders_are_undone_with_one_act(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """One undo brings the old phrase back, undecided, and takes the new one away."""
    answer = act(kari, "grenser", **borders(SEEN, "føle seg sett")).text
    batch = re.search(r'name="gruppe" value="(\w+)"', answer)
    assert batch
    undone = act(kari, "angre", gruppe=batch[1])
    assert f"«{SEEN}»" in undone.text
    assert phrases(sessions)[SEEN] == "open"
    assert "føle seg sett" not in phrases(sessions)


def test_other_acts_are_not_undone_beside_one_phrase(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Of many that were accepted at once, and of what followed a corrected word, one phrase alone is undone here."""
    with sessions.begin() as session:
        choices = {SEEN: Choice("approve", "Ola", "competence", ("people",)), HUMOUR: Choice("approve", "Ola", "trait")}
        made = [(phrase_of(words), choice) for words, choice in choices.items()]
        decide_all(session, project_named(session, PROJECT).id, made)
    assert "gruppe" not in kari.client.get(KARI, params={"utsagn": mark_of(SEEN)}, headers=HTMX).text
    act(kari, "utsagn", **deciding(kari, SEEN), handling="angre")
    assert phrases(sessions) | {SEEN: "open", HUMOUR: "approved"} == phrases(sessions)
    answer = act(kari, "rett", **correction("travelt", "rolig", utsagn=mark_of(HUMOUR)))
    assert f"«{HUMOUR}»" in answer.text
    assert "gruppe" not in answer.text


def test_borders_sent_twice_are_moved_once(kari: Browser, kept: Kept) -> None:
    """The same form again changes nothing."""
    answers = [act(kari, "grenser", **borders(SEEN, "føle seg sett")) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert len(kept.history()) == 2


def test_borders_of_a_decided_phrase_are_a_conflict(kari: Browser, ola: Browser, kept: Kept) -> None:
    """Who moves the borders of what another has decided since is told, and nothing is changed."""
    act(ola, "utsagn", **deciding(ola, SEEN), handling="godkjenn")
    assert act(kari, "grenser", **borders(SEEN, "føle seg sett")).status_code == 409
    assert len(kept.history()) == 1


def test_borders_onto_a_decided_phrase_are_a_conflict(kari: Browser, ola: Browser, kept: Kept) -> None:
    """A phrase that another has decided on meanwhile is not overwritten by moving a border onto it."""
    act(ola, "nytt", **missed("føle seg sett"))
    assert act(kari, "grenser", **borders(SEEN, "føle seg sett")).status_code == 409
    assert len(kept.history()) == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"utsagn": "x"}, 400),
        ({"utsagn": "1-0-3"}, 404),
        ({"versjon": 2}, 409),
        ({"sett": "x"}, 400),
        ({"fra": 0}, 409),
    ],
)
def test_borders_that_cannot_be_are_refused(kari: Browser, kept: Kept, wrong: dict[str, object], status: int) -> None:
    """A phrase, version or span that is not there is refused."""
    assert act(kari, "grenser", **borders(SEEN, "føle seg sett", **wrong)).status_code == status
    assert kept.history() == ()


def test_borders_as_they_were_are_refused(kari: Browser, kept: Kept) -> None:
    """Nothing is decided where no border was moved."""
    answer = act(kari, "grenser", **borders(SEEN, SEEN))
    assert answer.status_code == 400
    assert "som før" in answer.text
    assert kept.history() == ()


@pytest.mark.parametrize("batch", ["", "ingen"])
def test_unknown_act_cannot_be_undone(kari: Browser, batch: str) -> None:
    """There is nothing to undo in an act that nobody made here."""
    assert act(kari, "angre", gruppe=batch).status_code == 400


def test_word_is_corrected_and_phrases_follow(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A corrected word is a new version; the open phrase is still open at its new place, and the message undoes it."""
    answer = act(kari, "rett", **correction("travelt", "veldig travelt", utsagn=mark_of(SEEN)))
    assert answer.status_code == 200
    assert said(sessions).turns[1].text == ANSWER.replace("travelt", "veldig travelt")
    assert f"«{SEEN}»" in answer.text
    assert 'id="versjon" value="2"' in answer.text
    assert "1 rettelse av utskriften" in answer.text
    back = next(form for form in Forms(f"<main>{answer.text}</main>").found if "ny" in form)
    act(kari, "rett", **back)
    assert said(sessions).turns[1].text == ANSWER


def test_word_of_an_open_phrase_is_corrected(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """The phrase that is open gets its corrected words; where none is left, none is open."""
    answer = act(kari, "rett", **correction("humør", "lag", utsagn=mark_of(HUMOUR)))
    assert "«i godt lag»" in answer.text
    span = correction(f" {SEEN}", "", utsagn=mark_of(SEEN), versjon=2)
    gone = act(kari, "rett", **span)
    assert gone.status_code == 200
    assert 'data-open="' not in gone.text


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"versjon": 2}, 409),
        ({"ny": "travelt"}, 400),
        ({"replikk": 9}, 400),
        ({"til": 10**6}, 400),
        ({"fra": 0, "til": len(ANSWER), "ny": " "}, 400),
        ({"ny": "a\x07b"}, 400),
    ],
)
def test_correction_that_cannot_be_is_refused(
    kari: Browser, sessions: sessionmaker[Session], wrong: dict[str, object], status: int
) -> None:
    """A correction of another version, of nothing, or to nothing, is refused, and the transcript stays."""
    assert act(kari, "rett", **correction("travelt", "rolig", **wrong)).status_code == status
    assert said(sessions).turns[1].text == ANSWER


def test_corrections_are_listed(kari: Browser) -> None:
    """The history of corrections tells who changed what into what, the newest first; the newest can be taken back."""
    assert "Ingen har rettet noe her." in kari.client.get(f"{KARI}/rettelser").text
    act(kari, "rett", **correction("travelt", "rolig", notat="Hørte på nytt."))
    act(kari, "talere", intervjuer="Per")
    page = content_of(kari.client.get(f"{KARI}/rettelser").text)
    assert page.index("Navn på intervjueren") < page.index("travelt")
    assert "Hørte på nytt." in page
    assert dict(Forms(f"<main>{page}</main>").found[0])["ny"] == "travelt"


def test_speakers_are_named(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """The names that somebody gives the two stand at every turn, and who gave them is kept."""
    kari.client.post(f"{KARI}/talere", data={"intervjuer": " Per ", "informant": "Informant 3", "sett": "0"})
    page = kari.client.get(KARI).text
    assert re.findall(r'<span class="speaker">([^<]*)<', page) == ["Per", "Informant 3"]
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, PROJECT).id, "kari")
        assert interview
        assert {(one.field, one.person) for one in changes_of(session, interview.id)} == {
            ("interviewer", "Kari"),
            ("pseudonym", "Kari"),
        }


def test_names_over_anothers_are_refused(kari: Browser) -> None:
    """Who names the speakers after somebody else has, without having seen it, is told."""
    act(kari, "talere", intervjuer="Per", sett=0)
    assert act(kari, "talere", intervjuer="Pål", sett=0).status_code == 409
    assert act(kari, "talere", intervjuer="Per", sett=0).status_code == 200
    assert act(kari, "talere", intervjuer="x" * 81, sett=1).status_code == 400


def test_speakers_are_swapped(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """The two change places in the whole interview, which is then to be coded anew; the same form again is refused."""
    answer = kari.client.post(f"{KARI}/bytt", data={"versjon": "1"})
    assert [turn.speaker for turn in said(sessions).turns] == ["respondent", "interviewer"]
    assert "ikke kodet ennå" in answer.text
    again = kari.client.post(f"{KARI}/bytt", data={"versjon": "1"})
    assert again.status_code == 400
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, PROJECT).id, "kari")
        assert interview
        assert [one.person for one in swaps_of(session, interview.id)] == ["Kari"]


def test_phrase_of_older_words_is_not_marked(sessions: sessionmaker[Session], client: TestClient) -> None:
    """Where a newer transcript says something else at the place, the phrase is counted and not marked wrongly."""
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, PROJECT).id, "kari")
        assert interview
        turns = (Turn("interviewer", "Hva gjør du?"), Turn("respondent", "Noe helt annet."))
        save_transcript(session, interview.id, "k2", Transcript("kari", turns))
    page = client.get(KARI).text
    assert marked_in(page) == {}
    assert "3 utsagn er fra en eldre utskrift" in page
