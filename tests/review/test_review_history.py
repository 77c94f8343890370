from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from fastapi.testclient import TestClient
from review_pages import ANSWER, HUMOUR, PROJECT, SCRIPT, SEEN, Browser, Kept, add_many, content_of, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from pipeline.corrections import Correction
from pipeline.edits import Edit, Part
from pipeline.records import identity_of
from store.candidate_choices import choices_of, choose
from store.candidate_decisions import candidate_history, decide_candidates
from store.decisions import Choice, decide, decide_all
from store.interview_details import change_details, details_of
from store.interviews import Interview, interview_named
from store.projects import Project, project_named
from store.proxy_verdicts import judge_proxy, verdicts_of
from store.results import latest_transcript
from store.second_coding import close_round, code_blind, start_round
from store.speakers import swap_speakers
from store.transcript_edits import TranscriptEdit, correct

HISTORY, UNDO, CSV = (f"/prosjekt/Butikk/historikk{end}" for end in ("", "/angre", "/csv"))
MOVED = Choice("move", "Anne", "competence", ("routines",), "Etter samtale.")
Act = Callable[[Session, Project, Interview], object]


def phrase_address(words: str) -> str:
    phrase = phrase_of(words)
    return f"{HISTORY}?intervju=kari&utsagn={phrase.turn}-{phrase.start}-{phrase.end}"


def do(sessions: sessionmaker[Session], *acts: Act) -> None:
    """Does each of these in the project, one after the other."""
    for act in acts:
        with sessions.begin() as session:
            project = project_named(session, PROJECT)
            act(session, project, interview_named(session, project.id, "kari"))


def move(session: Session, project: Project, interview: Interview) -> None:
    decide(session, project.id, phrase_of(SEEN), MOVED)


def reject_two(session: Session, project: Project, interview: Interview) -> None:
    decide_all(session, project.id, [(phrase_of(one), Choice("reject", "Bo")) for one in (SCRIPT, HUMOUR)])


def rename(session: Session, project: Project, interview: Interview) -> None:
    decide_candidates(session, project.id, Edit("rename", (Part("c1", "Se folk", ()),), "Møte folk"), "Cato")


def choose_one(session: Session, project: Project, interview: Interview) -> None:
    choose(session, project.id, "c1", True, "Dina", why="De sier det.", what="Å se.")


def judge(session: Session, project: Project, interview: Interview) -> None:
    judge_proxy(session, project.id, phrase_of(HUMOUR), "proxy", "Eli", "Yte god service")


def correct_word(session: Session, project: Project, interview: Interview) -> None:
    start = ANSWER.index("Ja.")
    correct(session, interview, TranscriptEdit(1, Correction(1, start, start + 2, "Nei")), "Frida")


def swap(session: Session, project: Project, interview: Interview) -> None:
    stored = latest_transcript(session, interview.id)
    assert stored is not None
    swap_speakers(session, interview, stored.version, "Geir")


def change(session: Session, project: Project, interview: Interview) -> None:
    change_details(session, interview, replace(details_of(interview), chain="Sør"), "Hans")


def code_twice(session: Session, project: Project, interview: Interview) -> None:
    begun = start_round(session, project.id, 1, ("Ida", "Jon"), "Kai")
    code_blind(session, begun.id, identity_of(phrase_of(SEEN)), "Ida", "task")


def close(session: Session, project: Project, interview: Interview) -> None:
    close_round(session, project.id, 1, "Lise")


EVERYTHING = (move, reject_two, rename, choose_one, judge, correct_word, swap, change, code_twice, close)


def acts(text: str) -> list[str]:
    """Each act of a page in words: who, what, on what."""
    found = re.findall(r'<div class="act-what">\s*<p>(.*?)</p>', content_of(text), re.DOTALL)
    seen = (re.sub(r'<span class="hide">.*?</span>', "", one) for one in found)
    return [unescape(re.sub(r"<[^>]+>", "", one)).removesuffix(" Se") for one in seen]


def states(text: str) -> list[str]:
    return re.findall(r'<span class="act-state">(.*?)</span>', text)


def undoable(text: str) -> list[str]:
    return re.findall(r'name="hva" value="([^"]+)"', text)


def undo(browser: Browser, what: str):
    return browser.client.post(UNDO, data={"hva": what, "tilbake": HISTORY}, follow_redirects=False)


def test_project_without_acts_says_so(client: TestClient) -> None:
    """Where nobody has done anything the page says so."""
    assert "Ingen har gjort noe i prosjektet ennå." in client.get(HISTORY).text


def test_every_kind_of_act_is_told_newest_first(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Who did what on what, in words, the newest first; what was done at once is one line."""
    do(sessions, *EVERYTHING)
    text = kari.client.get(HISTORY).text
    assert acts(text) == [
        "Lise lukket dobbeltkoding, runde 1",
        "Ida kodet 1 utsagn blindt i runde 1",
        "Kai startet dobbeltkoding, runde 1, for Ida og Jon",
        "Hans endret kjede fra «Nord» til «Sør»",
        "Geir byttet om intervjuer og informant",
        "Frida rettet «Ja» til «Nei»",
        f"Eli sa at det står for «Yte god service» «{HUMOUR}»",
        "Dina valgte «Møte folk» som nøkkelkompetanse",
        "Cato ga «Se folk» navnet «Møte folk»",
        "Bo forkastet 2 utsagn samlet",
        f"Anne flyttet til Rutiner «{SEEN}»",
    ]
    assert "Etter samtale." in text
    assert states(text) == []


def test_second_codings_are_told_when_the_round_is_closed(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """While a round is open nobody learns what was coded in it."""
    do(sessions, code_twice)
    assert acts(kari.client.get(HISTORY).text) == ["Kai startet dobbeltkoding, runde 1, for Ida og Jon"]
    assert acts(kari.client.get(phrase_address(SEEN)).text) == []
    do(sessions, close)
    told = acts(kari.client.get(phrase_address(SEEN)).text)
    assert told == [f"Ida svarte oppgave i dobbeltkoding, runde 1 «{SEEN}»"]


@pytest.mark.parametrize(
    ("query", "first_words"),
    [
        ("hvem=Bo", ["Bo forkastet"]),
        ("intervju=kari", ["Hans endret", "Geir byttet", "Frida rettet", "Eli sa", "Bo forkastet", "Anne flyttet"]),
        ("intervju=ola", []),
        ("slag=kandidater", ["Dina valgte", "Cato ga"]),
        ("slag=erstatningsord&hvem=Eli", ["Eli sa"]),
        ("slag=dobbeltkoding", ["Lise lukket", "Ida kodet", "Kai startet"]),
        ("hvem=Ingen", []),
    ],
)
def test_acts_are_filtered(kari: Browser, sessions: sessionmaker[Session], query: str, first_words: list[str]) -> None:
    """By person, interview, and kind of act, alone and together; the filter stays in the form."""
    do(sessions, *EVERYTHING)
    text = kari.client.get(f"{HISTORY}?{query}").text
    assert [" ".join(one.split()[:2]) for one in acts(text)] == first_words
    assert "selected" in text


def test_phrase_has_its_own_history(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Of one phrase every act is told, those of batches by themselves, and what was decided on others is not."""
    do(sessions, move, reject_two, judge)
    text = kari.client.get(phrase_address(HUMOUR)).text
    assert acts(text) == [f"Eli sa at det står for «Yte god service» «{HUMOUR}»", f"Bo forkastet «{HUMOUR}»"]
    assert f"<strong>«{HUMOUR}»</strong>" in text


def test_batch_unfolds(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A batch's line leads to what is in it, as a part where HTMX asks."""
    do(sessions, reject_two)
    (address,) = set(re.findall(r'hx-get="([^"]+)"', kari.client.get(HISTORY).text))
    part = kari.client.get(address, headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert sorted(acts(f"<main{part}")) == sorted(f"Bo forkastet «{one}»" for one in (SCRIPT, HUMOUR))
    assert acts(kari.client.get(address).text) == acts(f"<main{part}")


def test_pages_go_on_where_the_one_before_ended(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Each act stands on one page, however many there are of several kinds; the last page leads back to the newest."""
    coded = add_many(sessions, 70)

    def decide_many(session: Session, project: Project, interview: Interview) -> None:
        for number, one in enumerate(coded):
            decide(session, project.id, one.phrase, Choice("reject", "Anne"))
            if number % 7 == 0:
                choose(session, project.id, "c1", number % 2 == 0, "Bo")

    do(sessions, decide_many)
    first = kari.client.get(HISTORY).text
    older = unescape(re.findall(r'rel="next" href="([^"]+)"', first)[0])
    second = kari.client.get(older).text
    assert 'rel="next"' not in second
    assert f'rel="first" href="{HISTORY}"' in second
    told = acts(first) + acts(second)
    assert (len(acts(first)), len(told)) == (50, 80)
    assert [one for one in told if one.startswith("Anne")] == [
        f"Anne forkastet «{one.phrase.text}»" for one in reversed(coded)
    ]


@pytest.mark.parametrize(
    "query",
    ["slag=tull", "utsagn=1-2-3", "intervju=kari&utsagn=tull", "hvem=%00", "gruppe=" + "a" * 65],
)
def test_unusable_question_is_refused(kari: Browser, query: str) -> None:
    """What cannot be asked for gets a plain 400, from the file too."""
    assert [kari.client.get(f"{address}?{query}").status_code for address in (HISTORY, CSV)] == [400, 400]


@pytest.mark.parametrize("place", ["1_2", "x", "_".join(["9" * 16] * 11)])
def test_unusable_place_is_refused(kari: Browser, place: str) -> None:
    """A page that there cannot be gets a plain 400."""
    assert kari.client.get(f"{HISTORY}?fra={place}").status_code == 400


def test_decision_is_undone(kari: Browser, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """What holds is undone by a new act in the visitor's name; the old line says so and cannot be undone again."""
    do(sessions, move)
    (what,) = undoable(kari.client.get(HISTORY).text)
    answer = undo(kari, what)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HISTORY}?gjort=1")
    text = kari.client.get(answer.headers["location"]).text
    assert "Angret. Angringen står øverst" in text
    assert acts(text)[0] == f"Kari angret: flyttet til Rutiner (Anne) «{SEEN}»"
    assert (states(text), undoable(text)) == (["Angret av Kari"], [])
    assert kept.in_force() == []


def test_undoing_twice_is_once(kari: Browser, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """The same form sent twice undoes once."""
    do(sessions, move)
    (what,) = undoable(kari.client.get(HISTORY).text)
    assert [undo(kari, what).status_code for _time in range(2)] == [303, 303]
    assert len(kept.history()) == 2


def test_replaced_decision_is_not_undone(
    kari: Browser, ola: Browser, kept: Kept, sessions: sessionmaker[Session]
) -> None:
    """Where somebody decided since, the older decision says so; undoing it is a conflict and changes nothing."""
    do(sessions, move)
    (what,) = undoable(kari.client.get(HISTORY).text)
    ola.decide(SEEN, "forkast", "/prosjekt/Butikk/plass/routines")
    assert states(kari.client.get(HISTORY).text) == ["Erstattet av noe nyere"]
    assert undo(kari, what).status_code == 409
    assert [one.choice.person for one in kept.in_force()] == ["Ola"]


def test_batch_is_undone_at_once(kari: Browser, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """One click undoes all of a batch that stands, and the undoing is one line too."""
    do(sessions, reject_two)
    (what,) = undoable(kari.client.get(HISTORY).text)
    undo(kari, what)
    assert kept.in_force() == []
    text = kari.client.get(HISTORY).text
    assert acts(text) == ["Kari angret 2 avgjørelser samlet", "Bo forkastet 2 utsagn samlet"]
    assert (states(text), undoable(text)) == (["Angret"], [])


def test_rename_and_choice_are_undone(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """An edit of candidates is undone; a choice becomes what it was before."""
    do(sessions, rename, choose_one)
    for what in undoable(kari.client.get(HISTORY).text):
        assert undo(kari, what).status_code == 303
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        assert [one.stands for one in candidate_history(session, project.id)] == [False, True]
        assert not choices_of(session, project.id)["c1"].chosen


def test_verdict_is_undone(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A verdict on a proxy is undone by a new act."""
    do(sessions, judge)
    (what,) = undoable(kari.client.get(HISTORY).text)
    undo(kari, what)
    text = kari.client.get(HISTORY).text
    assert acts(text)[0].startswith("Kari angret: sa at det står for")
    assert (states(text), undoable(text)) == (["Angret"], [])
    with sessions.begin() as session:
        assert verdicts_of(session, project_named(session, PROJECT).id) == {}


def test_correction_and_swap_are_undone(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """The words and the speakers are as they were, in a new version of the transcript."""
    do(sessions, correct_word, swap)
    for what in undoable(kari.client.get(HISTORY).text):
        assert undo(kari, what).status_code == 303
    with sessions.begin() as session:
        stored = latest_transcript(session, interview_named(session, project_named(session, PROJECT).id, "kari").id)
    assert stored is not None
    assert stored.version == 5
    assert [(turn.speaker, turn.text) for turn in stored.transcript.turns][1] == ("respondent", ANSWER)
    assert states(kari.client.get(HISTORY).text) == ["Byttet igjen siden", "Rettet igjen siden"]


def test_changed_details_are_undone(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """What is known of an interview becomes what it was; after that there is something newer."""
    do(sessions, change)
    (what,) = undoable(kari.client.get(HISTORY).text)
    undo(kari, what)
    assert acts(kari.client.get(HISTORY).text)[0] == "Kari endret kjede fra «Sør» til «Nord»"
    assert undo(kari, what).status_code == 409


@pytest.mark.parametrize(
    "what",
    ["decision:99", "round:1", "tull", "decision:x", "proxy:9", "choice:9", "batch:abc", "batch:\x00", "details:1"],
)
def test_what_was_not_done_is_not_undone(kari: Browser, what: str) -> None:
    """Unknown acts get a plain answer, and those that cannot be undone too."""
    assert undo(kari, what).status_code in (400, 404)


def test_nobody_undoes_nameless(client: TestClient, kept: Kept, sessions: sessionmaker[Session]) -> None:
    """Who has not said who they are reads everything, sees no button, and undoes nothing."""
    do(sessions, move, correct_word)
    stranger = Browser(client)
    assert undoable(client.get(HISTORY).text) == []
    assert [undo(stranger, what).status_code for what in ("decision:1", "correction:1")] == [403, 403]
    assert [client.get(UNDO).status_code, client.delete(HISTORY).status_code] == [404, 405]
    assert len(kept.in_force()) == 1


def test_undoing_leads_nowhere_else(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A form that would lead to another site leads to the front page."""
    do(sessions, move)
    form = {"hva": "decision:1", "tilbake": "https://ondt.example/"}
    answer = kari.client.post(UNDO, data=form, follow_redirects=False)
    assert answer.headers["location"] == "/?gjort=1"


def test_history_is_taken_out(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """The file has every act with a row, a batch's one by one, and nothing that a spreadsheet would run."""
    do(sessions, *EVERYTHING, lambda s, p, i: decide(s, p.id, phrase_of(SCRIPT), Choice("reject", "Bo", note="=1+1")))
    answer = kari.client.get(CSV)
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][:4] == ["Tid", "Hvem", "Slag", "Hva"]
    assert [row[1] for row in rows[1:]] == [
        "Bo",
        "Lise",
        "Ida",
        "Kai",
        "Hans",
        "Geir",
        "Frida",
        "Eli",
        "Dina",
        "Cato",
        "Bo",
        "Bo",
        "Anne",
    ]
    assert rows[1][6] == "'=1+1"
    filtered = kari.client.get(f"{CSV}?hvem=Anne").text
    assert len(filtered.splitlines()) == 2


def test_other_projects_are_not_told_of(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A project that does not exist has no history, nor a file."""
    assert [kari.client.get(address.replace("Butikk", "Finnes-ikke")).status_code for address in (HISTORY, CSV)] == [
        404
    ] * 2


def test_history_is_read_in_english(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """The page is in the language of whoever asks."""
    do(sessions, move, reject_two)
    assert acts(kari.client.get(HISTORY, headers={"accept-language": "en"}).text) == [
        "Bo rejected 2 phrases at once",
        f"Anne moved to Routines “{SEEN}”".replace("“", "«").replace("”", "»"),
    ]
