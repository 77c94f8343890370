"""The list of a project's interviews, and what is known of each, which people may change."""

from __future__ import annotations

import re
from datetime import date

import pytest
from review_pages import PROJECT, SEEN, Browser, Forms, phrase_of
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from store.decisions import Choice, decide
from store.interview_details import changes_of
from store.interviews import Source, add_interview, interview_named, record_problem
from store.progress import LISTENING, report
from store.projects import create_project, project_named
from store.tables import CodingRow

LIST = f"/prosjekt/{PROJECT}/intervjuer"
ABOUT = f"{LIST}/om/kari"


def add(sessions: sessionmaker[Session], name: str, **known: object) -> int:
    """An interview that waits, with content of its own."""
    with sessions.begin() as session:
        source = Source(name, "audio", f"{abs(hash(name)):064x}"[:64], ".mp3", **known)
        return add_interview(session, project_named(session, PROJECT).id, source).interview.id


def names(text: str) -> list[str]:
    """The interviews of the list, in its order."""
    return re.findall(r'<th scope="row"><a id="i\d+" href="[^"]*">([^<]*)</a>', text)


def fields(kari: Browser) -> dict[str, str]:
    """The form's hidden fields, with all that has to be there."""
    (form,) = [form for form in Forms(kari.client.get(ABOUT).text).found if "sett" in form]
    return form | {"rolle": "butikksjef", "kjede": "Nord", "samtykke": "S-1"}


def test_list_tells_all_of_an_interview(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A line has name, pseudonym, role, chain, day, consent, length, state, and how much is decided."""
    about = {"role": "butikksjef", "chain": "Sør", "pseudonym": "K7", "consent": "S-7"}
    add(sessions, "ola", **about, held=date(2025, 11, 2), seconds=3725.0)
    text = kari.client.get(LIST).text
    for said in ("K7", "Sør", "2. nov. 2025", "S-7", "62:05", "I kø", "0 av 3 avgjort", "2 intervjuer"):
        assert said in text
    assert names(text) == ["ola", "kari"]


def test_list_without_interviews_tells_how_to_begin(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """An empty project leads to where interviews are added."""
    with sessions.begin() as session:
        create_project(session, "Tomt", ())
    text = kari.client.get("/prosjekt/Tomt/intervjuer").text
    assert "Prosjektet har ingen intervjuer ennå." in text
    assert "/prosjekt/Tomt/intervjuer/nye" in text


def test_missing_consent_is_told(kari: Browser) -> None:
    """An interview without consent is marked."""
    assert '<span class="missing">mangler</span>' in kari.client.get(LIST).text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("rolle=mellomleder", ["per"]),
        ("kjede=S%C3%B8r", ["ola"]),
        ("tilstand=queued", ["per", "ola"]),
        ("tilstand=coded", ["kari"]),
        ("sok=k7", ["ola"]),
        ("sok=KARI", ["kari"]),
        ("rolle=mellomleder&kjede=S%C3%B8r", []),
        ("rolle=finnes-ikke", []),
    ],
)
def test_list_is_narrowed(kari: Browser, sessions: sessionmaker[Session], asked: str, found: list[str]) -> None:
    """Role, chain, state and a word of the name or pseudonym choose which interviews are shown."""
    add(sessions, "ola", chain="Sør", pseudonym="K7")
    add(sessions, "per", role="mellomleder")
    text = kari.client.get(f"{LIST}?{asked}").text
    assert names(text) == found
    assert f"{len(found)} av 3 intervjuer" in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["i10", "i9", "kari"]),
        ("sorter=navn", ["i9", "i10", "kari"]),
        ("sorter=navn&synkende=1", ["kari", "i10", "i9"]),
        ("sorter=lengde&synkende=1", ["i9", "i10", "kari"]),
        ("sorter=dato", ["kari", "i9", "i10"]),
        ("sorter=tilstand&synkende=1", ["kari", "i10", "i9"]),
        ("sorter=tull", ["i10", "i9", "kari"]),
    ],
)
def test_list_is_sorted(kari: Browser, sessions: sessionmaker[Session], asked: str, found: list[str]) -> None:
    """The newest comes first, or the order is a column's, with numbers in names as numbers."""
    add(sessions, "i9", seconds=90.0, held=date(2025, 1, 1))
    add(sessions, "i10", seconds=60.0, held=date(2025, 2, 1))
    assert names(kari.client.get(f"{LIST}?{asked}").text) == found


def test_heading_turns_the_order_round(kari: Browser) -> None:
    """A column that is sorted by says so, and sorts the other way round when it is chosen again."""
    text = kari.client.get(f"{LIST}?sorter=navn&rolle=butikksjef").text
    assert '<th scope="col" aria-sort="ascending">' in text
    assert f'href="{LIST}?rolle=butikksjef&amp;sorter=navn&amp;synkende=1"' in text


def test_list_comes_in_pages(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Fifty interviews a page, with a way on and back; a page beyond the last is the last."""
    for number in range(60):
        add(sessions, f"i{number}")
    first, last = kari.client.get(LIST).text, kari.client.get(f"{LIST}?side=99").text
    assert (len(names(first)), len(names(last))) == (50, 11)
    assert f'href="{LIST}?side=2" rel="next"' in first
    assert "Side 2 av 2" in last


def test_decided_interviews_are_told(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A coded interview on which somebody has decided is under review."""
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(SEEN), Choice("reject", "Kari"))
    text = kari.client.get(LIST).text
    assert "Under gjennomgang" in text
    assert "1 av 3 avgjort" in text


def test_failed_interview_tells_why(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """What failed shows what is wrong and what next."""
    with sessions.begin() as session:
        known = interview_named(session, project_named(session, PROJECT).id, "kari")
        record_problem(session, known.id, "code", "ingen tale ble funnet", "Hør etter.")
    text = kari.client.get(LIST).text
    assert "Trenger hjelp" in text
    assert "Ingen tale ble funnet. Hør etter." in text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nb", "Bare én stemme. Se i transkripsjonen om intervjueren og informanten er holdt fra hverandre."),
        ("en", "One voice only. See in the transcript whether interviewer and respondent are told apart."),
    ],
)
@pytest.mark.parametrize("address", [LIST, f"/prosjekt/{PROJECT}"])
def test_odd_interview_tells_what_to_look_at(
    kari: Browser, sessions: sessionmaker[Session], address: str, language: str, told: str
) -> None:
    """An interview that is coded and odd says what a person should look at, in the language of the page."""
    with sessions.begin() as session:
        session.execute(update(CodingRow).values(attention=["one_speaker"]))
    assert told in kari.client.get(address, headers={"accept-language": language}).text


def test_interview_that_is_worked_on_tells_how_far(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Signs of life from a run show how much is done, and the list follows the run."""
    assert "data-follows" not in kari.client.get(LIST).text
    interview_id = add(sessions, "ola")
    with sessions.begin() as session:
        report(session, interview_id, LISTENING, 30, 60)
    text = kari.client.get(LIST).text
    assert "Behandles nå, 50\u00a0%" in text
    assert f'data-follows="/prosjekt/{PROJECT}/hendelser"' in text


def test_details_are_shown(kari: Browser) -> None:
    """The page of an interview's details has what is known."""
    text = kari.client.get(ABOUT).text
    assert '<option value="butikksjef" selected>' in text
    assert 'value="Nord"' in text


def test_change_is_saved_with_who(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """What a person changes holds, is told of on the list, and stands with their name on the page."""
    sent = fields(kari) | {"kjede": "Sør", "dato": "2025-11-02"}
    answer = kari.client.post(ABOUT, data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?lagret=kari")
    assert "Opplysningene om «kari» er lagret." in kari.client.get(answer.headers["location"]).text
    with sessions.begin() as session:
        known = interview_named(session, project_named(session, PROJECT).id, "kari")
        told = [(one.field, one.before, one.after, one.person) for one in changes_of(session, known.id)]
    assert (known.chain, known.held, known.consent) == ("Sør", date(2025, 11, 2), "S-1")
    assert sorted(told) == [
        ("chain", "Nord", "Sør", "Kari"),
        ("consent", "", "S-1", "Kari"),
        ("held", "", "2025-11-02", "Kari"),
    ]
    assert "<td>Nord</td><td>Sør</td><td>Kari</td>" in kari.client.get(ABOUT).text


def test_saving_the_same_twice_changes_once(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A form that is sent again is refused as old, and nothing is written twice."""
    sent = fields(kari) | {"kjede": "Sør"}
    assert kari.client.post(ABOUT, data=sent, follow_redirects=False).status_code == 303
    assert kari.client.post(ABOUT, data=sent, follow_redirects=False).status_code == 409
    with sessions.begin() as session:
        known = interview_named(session, project_named(session, PROJECT).id, "kari")
        assert len([one for one in changes_of(session, known.id) if one.field == "chain"]) == 1


def test_old_form_does_not_undo_anothers_change(kari: Browser, ola: Browser, sessions: sessionmaker[Session]) -> None:
    """Who changes what somebody else has changed meanwhile is told so, and nothing is overwritten."""
    hers = fields(kari)
    ola.client.post(ABOUT, data=fields(ola) | {"kjede": "Øst"})
    answer = kari.client.post(ABOUT, data=hers | {"kjede": "Sør"})
    assert answer.status_code == 409
    assert "Noen andre har endret opplysningene imens" in answer.text
    with sessions.begin() as session:
        assert interview_named(session, project_named(session, PROJECT).id, "kari").chain == "Øst"


def test_role_from_outside_the_project_may_stay(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """An interview that came with another role keeps it, but no other interview gets it."""
    add(sessions, "ola", role="kokk")
    other = f"{LIST}/om/ola"
    kept = {"sett": "0", "rolle": "kokk", "samtykke": "ja"}
    assert kari.client.post(other, data=kept, follow_redirects=False).status_code == 303
    assert kari.client.post(ABOUT, data=fields(kari) | {"rolle": "kokk"}).status_code == 400


def test_change_needs_a_name(stranger: Browser) -> None:
    """A stranger reads the page but changes nothing."""
    assert stranger.client.get(ABOUT).status_code == 200
    assert stranger.client.post(ABOUT, data={"sett": "0", "samtykke": "ja"}).status_code == 403


def test_consent_cannot_be_taken_away(kari: Browser) -> None:
    """An interview is not saved without consent."""
    assert kari.client.post(ABOUT, data=fields(kari) | {"samtykke": ""}).status_code == 400


def test_unknown_interview_is_not_there(kari: Browser) -> None:
    """Details of an interview that is not there are not found."""
    assert kari.client.get(f"{LIST}/om/finnes-ikke").status_code == 404
    assert kari.client.post(f"{LIST}/om/finnes-ikke", data={"samtykke": "ja"}).status_code == 404


@pytest.mark.parametrize("address", [f"{LIST}?side=0", f"{LIST}?side=x"])
def test_page_that_cannot_be_is_refused(kari: Browser, address: str) -> None:
    """A page number that is none is bad input, not a fault."""
    assert kari.client.get(address).status_code == 400
