"""The results' page, and the files that a project is taken out as."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from review_pages import HUMOUR, PROJECT, SEEN, YES, Browser, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Identity, Phrase, identity_of
from review.access import Visitor, can_take_out, check_take_out
from review.downloads import attached
from review.errors import Nameless
from store.candidate_choices import choose
from store.decisions import Choice, decide
from store.projects import project_named
from store.proxy_verdicts import judge_proxy, undo_verdict
from store.second_coding import assigned, close_round, code_blind, start_round

PAGE = f"/prosjekt/{PROJECT}/resultat"


def exported(person: Browser) -> dict[str, list[dict[str, object]]]:
    """What the JSON file holds."""
    return json.loads(person.client.get(f"{PAGE}/json").text)


def rows(person: Browser) -> list[dict[str, str]]:
    """The rows of the CSV file."""
    return list(csv.DictReader(io.StringIO(person.client.get(f"{PAGE}/csv").content.decode("utf-8-sig"))))


def double_code(session: Session, project_id: int, close: bool = True) -> None:
    """A round of all phrases, where Kari says competence and Ola task of each."""
    blind = start_round(session, project_id, 1, ("Kari", "Ola"), "Per")
    for person, category, positions in (("Kari", "competence", ("people",)), ("Ola", "task", ())):
        for phrase in assigned(session, blind.id, person):
            code_blind(session, blind.id, identity_of(phrase), person, category, positions)
    if close:
        close_round(session, project_id, blind.id, "Per")


def test_page_shows_what_is_chosen_and_done(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """The page has the key competences with what and why, what is decided, and a link to each file."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        choose(session, project, "c1", True, "Kari", why="Folk <b>blir</b>.", what="Ser den enkelte.")
        choose(session, project, "borte", True, "Ola")
        judge_proxy(session, project, phrase_of(HUMOUR), "not_proxy", "Kari")
    text = client.get(PAGE).text
    for said in ("Se folk", "Folk &lt;b&gt;blir&lt;/b&gt;.", "Ser den enkelte.", "kandidaten finnes ikke lenger"):
        assert said in text
    assert "<strong>1</strong> av 1 avgjort" in text


def test_page_says_which_files_are_not_there(kari: Browser) -> None:
    """JSON and CSV can be taken out; of the others the page says so."""
    text = kari.client.get(PAGE).text
    assert text.count("Last ned") == 2
    assert text.count("Finnes ikke ennå") == 4
    assert "Ingen er valgt ennå" in text


def test_unchosen_is_not_shown(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """What is chosen no longer is no key competence."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        for chosen in (True, False):
            choose(session, project, "c1", chosen, "Kari")
    assert "Ingen er valgt ennå" in client.get(PAGE).text


def test_json_has_what_people_decided(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Each phrase has its candidate; key competences, verdicts and closed rounds stand by themselves."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        choose(session, project, "c1", True, "Kari", why="Derfor.", what="Slik.")
        judge_proxy(session, project, phrase_of(HUMOUR), "proxy", "Ola", "service", "Hun mener det.")
        double_code(session, project)
    found = exported(kari)
    by_text = {phrase["text"]: phrase for phrase in found["phrases"]}
    assert (by_text[SEEN]["candidate"], by_text[HUMOUR]["candidate"]) == ("c1", None)
    (chosen,) = found["key_competences"]
    assert (chosen["id"], chosen["name"], chosen["why"], chosen["what"]) == ("c1", "Se folk", "Derfor.", "Slik.")
    (verdict,) = found["proxy_verdicts"]
    assert (verdict["text"], verdict["stands_for"], verdict["competence"]) == (
        HUMOUR,
        "Yte god kundeservice",
        "service",
    )
    assert (verdict["verdict"], verdict["note"], verdict["person"]) == ("proxy", "Hun mener det.", "Ola")
    (blind,) = found["second_coding"]
    assert (blind["people"], blind["closed_by"]) == (["Kari", "Ola"], "Per")
    assert (blind["agreement"]["category"]["items"], blind["agreement"]["category"]["share"]) == (3, 0.0)
    assert {(one["person"], one["category"]) for one in blind["codings"]} == {("Kari", "competence"), ("Ola", "task")}


def test_csv_has_what_people_decided(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """A row has the candidate, whether it is chosen, the verdict, the note of the decision and both codings."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        choose(session, project, "c1", True, "Kari")
        judge_proxy(session, project, phrase_of(HUMOUR), "proxy", "Ola", "=Selge", "Hun mener det.")
        decide(session, project, phrase_of(SEEN), Choice("reject", "Kari", note="Ikke her."))
        double_code(session, project)
    by_text = {row["utsagn"]: row for row in rows(kari)}
    seen, humour = by_text[SEEN], by_text[HUMOUR]
    assert (seen["kandidat-id"], seen["kandidat"], seen["nøkkelkompetanse"]) == ("c1", "Se folk", "ja")
    assert (seen["notat"], seen["dobbeltkoding"]) == ("Ikke her.", "Kari: kompetanse (Mennesker); Ola: oppgave")
    assert (humour["erstatningsord"], humour["vurdert å stå for"], humour["vurdert av"]) == ("ja", "'=Selge", "Ola")
    assert (humour["kandidat"], humour["nøkkelkompetanse"], humour["notat til vurderingen"]) == (
        "",
        "",
        "Hun mener det.",
    )


def test_open_rounds_and_undone_verdicts_stay_inside(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """What two people say while they are coding blind is nobody's yet, and an undone verdict holds no longer."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        made = judge_proxy(session, project, phrase_of(HUMOUR), "proxy", "Ola", "service")
        undo_verdict(session, project, made.id, "Ola")
        double_code(session, project, close=False)
    found = exported(kari)
    assert (found["second_coding"], found["proxy_verdicts"]) == ([], [])
    assert {row["dobbeltkoding"] + row["erstatningsord"] for row in rows(kari)} == {""}


def test_phrases_that_people_marked_come_out(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """What the coding misses or finds nothing in, and somebody decided on, is in both files, with what they said."""
    missed = Phrase("kari", 1, 0, 15, "Det er travelt.")
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        decide(session, project, missed, Choice("relabel", "Kari", "task"))
        decide(session, project, phrase_of(YES), Choice("relabel", "Kari", "trait"))
    found = {phrase["text"]: phrase for phrase in exported(kari)["phrases"]}
    assert (found[missed.text]["category"], found[missed.text]["decision"]["category"]) == ("", "task")
    assert (found[YES]["category"], found[YES]["decision"]["category"]) == ("none", "trait")
    by_text = {row["utsagn"]: row for row in rows(kari)}
    assert (by_text[missed.text]["kategori"], by_text[missed.text]["avgjort kategori"]) == ("", "oppgave")
    assert identity_of(missed) == Identity("kari", 1, 0, 15)


@pytest.mark.parametrize(("format", "kind"), [("json", "application/json"), ("csv", "text/csv; charset=utf-8")])
def test_file_is_saved_and_kept_nowhere(kari: Browser, format: str, kind: str) -> None:
    """The browser saves the file under the project's name and keeps no copy; again it is the same."""
    first, second = (kari.client.get(f"{PAGE}/{format}") for _time in range(2))
    assert first.status_code == 200
    assert first.content == second.content
    assert first.headers["content-type"] == kind
    assert first.headers["content-disposition"].startswith(f'attachment; filename="{PROJECT}.{format}"')
    assert first.headers["cache-control"] == "no-store"


def test_nobody_takes_out_files_without_a_name(stranger: Browser) -> None:
    """Who has not said who they are sees the page but gets no file."""
    assert "Last ned" not in stranger.client.get(PAGE).text
    answer = stranger.client.get(f"{PAGE}/csv")
    assert answer.status_code == 403
    assert SEEN not in answer.text


def test_who_may_take_out() -> None:
    """Only a visitor with a name may, and check and question agree."""
    assert (can_take_out(Visitor("Kari")), can_take_out(Visitor())) == (True, False)
    with pytest.raises(Nameless):
        check_take_out(Visitor())


def test_unknown_format_or_project(kari: Browser) -> None:
    """What cannot be taken out is a plain 404 that names what can."""
    answer = kari.client.get(f"{PAGE}/qdpx")
    assert answer.status_code == 404
    assert "Bruk json eller csv." in answer.text
    for address in ("/prosjekt/ukjent/resultat", "/prosjekt/ukjent/resultat/json"):
        assert kari.client.get(address).status_code == 404


def test_wrong_method(kari: Browser) -> None:
    """The pages are only read."""
    assert kari.client.post(PAGE).status_code == 405
    assert kari.client.post(f"{PAGE}/csv").status_code == 405


def test_file_names_are_harmless() -> None:
    """Any name becomes one that a disk takes and a header can hold."""
    header = attached('Ås/"x"\r\n.csv')["Content-Disposition"]
    assert header == "attachment; filename=\"_s--x---.csv\"; filename*=UTF-8''%C3%85s--x---.csv"
