"""The proxies' page: what stands in for a competence, with its question, and the verdicts on it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from review_pages import ANSWER, HUMOUR, PROJECT, SCRIPT, SEEN, Browser, Forms, Kept, marked, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Candidate, Clustering, Label, Phrase, Placement, Proxy, Suggestion, Transcript, Turn
from review.access import Visitor, can_judge, check_judge
from review.errors import Nameless
from review.proxies_cards import are_close
from store.clusterings import save_clustering
from store.decisions import Choice, decide
from store.interviews import Source, add_interview
from store.projects import project_named
from store.proxy_verdicts import ProxyVerdict, judge_proxy, verdict_history
from store.results import save_coding, save_transcript

PAGE = f"/prosjekt/{PROJECT}/erstatningsord"
ALL = f"{PAGE}?vis=alle"
PART = {"hx-request": "true"}


def form_of(person: Browser, words: str = HUMOUR, address: str = ALL) -> dict[str, str]:
    """The hidden fields of the form on a phrase."""
    forms = Forms(person.client.get(address).text).found
    return next(form for form in forms if form.get("fra") == str(phrase_of(words).start))


def send(person: Browser, handling: str, form: dict[str, str] | None = None, **fields: str) -> Response:
    data = (form or form_of(person)) | {"handling": handling} | fields
    return person.client.post(ALL, data=data, follow_redirects=False)


@pytest.fixture
def verdicts(sessions: sessionmaker[Session]) -> Callable[[], tuple[ProxyVerdict, ...]]:
    """Everything that was written down, oldest first."""

    def read() -> tuple[ProxyVerdict, ...]:
        with sessions.begin() as session:
            return verdict_history(session, project_named(session, PROJECT).id)

    return read


def add_ola(sessions: sessionmaker[Session], number: int = 1, role: str = "butikksjef") -> None:
    """An interview with ola, who is full of energy so many times."""
    words = [f"full av energi {i:02}" for i in range(number)]
    coded = []
    for i, said in enumerate(words):
        proxy = Proxy("trait", "Holde høyt tempo", f"Hva gjorde du {i}?", "working_fast", "jobber fort")
        coded.append(Suggestion(Phrase("ola", 0, i * 18, i * 18 + 17, said), Label("trait", 0.9, (), proxy)))
    with sessions.begin() as session:
        project = project_named(session, PROJECT)
        source = Source("ola", "transcript", "b" * 64, ".txt", role=role, chain="Sør")
        interview = add_interview(session, project.id, source).interview
        turn = Turn("respondent", " ".join(words))
        stored = save_transcript(session, interview.id, "k", Transcript("ola", (turn,)))
        save_coding(session, stored.id, "k", "r", coded)


def test_proxy_is_shown_with_its_grounds(client: TestClient) -> None:
    """The page has the phrase in its sentence, its kind, competence, another wording, question and interview."""
    text = client.get(PAGE).text
    assert marked(text) == [HUMOUR]
    for said in ("jeg er <mark>", "egenskap", "Yte god kundeservice", "møter alle med et smil", "Hva gjorde du helt"):
        assert said in text
    assert f'href="/prosjekt/{PROJECT}/intervju/kari?utsagn=1-{phrase_of(HUMOUR).start}-' in text
    assert "fra eksempelsamlingen" in text


def test_competences_and_rejected_phrases_are_none(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """What people reject is no proxy, and what they say is a task is one."""
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        decide(session, project, phrase_of(HUMOUR), Choice("reject", "Kari"))
        decide(session, project, phrase_of(SEEN), Choice("relabel", "Kari", "task"))
    text = client.get(PAGE).text
    assert marked(text) == [SEEN]
    assert f"Du nevner «{SEEN}». Hva må du kunne" in text


def test_verdict_is_written_down_by_name(kari: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]]) -> None:
    """«Ja» keeps the key competence by its id with note and name, and leads back to the card."""
    answer = send(kari, "ja", notat="  Sagt med et smil. ")
    (made,) = verdicts()
    assert (made.verdict, made.stands_for, made.note, made.person) == ("proxy", "service", "Sagt med et smil.", "Kari")
    assert made.phrase == phrase_of(HUMOUR)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{PAGE}?vis=alle#u")
    text = kari.client.get(ALL).text
    assert "Sagt med et smil." in text
    assert marked(kari.client.get(PAGE).text) == []
    assert marked(kari.client.get(f"{PAGE}?vis=staar").text) == [HUMOUR]


@pytest.mark.parametrize(
    ("written", "kept", "shown"),
    [
        ("bygge TEAM", "teams", "Bygge team"),
        ("  Holde  på gode kunder ", "Holde på gode kunder", "Holde på gode kunder"),
        ("<b>Selge</b>", "<b>Selge</b>", "&lt;b&gt;Selge&lt;/b&gt;"),
    ],
)
def test_proxy_may_stand_for_something_else(
    kari: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]], written: str, kept: str, shown: str
) -> None:
    """Another key competence is kept by its id, other wording as it is; the question asks about it."""
    send(kari, "annen", kompetanse=written)
    assert [(one.verdict, one.stands_for) for one in verdicts()] == [("proxy", kept)]
    text = kari.client.get(ALL).text
    assert f"<strong>{shown}</strong>" in text
    assert "kom til nytte når du skulle" in text


def test_no_proxy(kari: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]]) -> None:
    """«Ikke erstatningsord» is a verdict of its own, found in its own view."""
    send(kari, "nei")
    assert [(one.verdict, one.stands_for) for one in verdicts()] == [("not_proxy", "")]
    assert marked(kari.client.get(f"{PAGE}?vis=nei").text) == [HUMOUR]


def test_undo_is_one_more(kari: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]]) -> None:
    """An undo brings back what held before, and the verdict stays in the history."""
    send(kari, "nei")
    send(kari, "ja")
    send(kari, "angre")
    assert "Ikke erstatningsord" in kari.client.get(ALL).text.partition('class="verdict"')[2].partition("</p>")[0]
    send(kari, "angre")
    assert marked(kari.client.get(PAGE).text) == [HUMOUR]
    first, second, *undos = verdicts()
    assert [undo.undoes for undo in undos] == [second.id, first.id]


@pytest.mark.parametrize("handling", ["ja", "nei", "angre"])
def test_form_sent_twice_is_done_once(
    kari: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]], handling: str
) -> None:
    """The same form again changes nothing and is answered as the first one."""
    if handling == "angre":
        send(kari, "ja")
    before, form = len(verdicts()), form_of(kari)
    assert [send(kari, handling, form).status_code for _time in range(2)] == [303, 303]
    assert len(verdicts()) == before + 1


@pytest.mark.parametrize("handling", ["ja", "nei", "angre"])
def test_other_verdict_meanwhile_is_a_conflict(
    kari: Browser, ola: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]], handling: str
) -> None:
    """Who judges after somebody else is told who did, and nothing is written."""
    if handling == "angre":
        send(kari, "ja")
    form = form_of(kari)
    send(ola, "annen", kompetanse="Bygge team")
    before = verdicts()
    answer = send(kari, handling, form)
    assert answer.status_code == 409
    assert "Ola har vurdert dette siden du åpnet siden" in answer.text
    assert verdicts() == before


def test_undone_meanwhile_is_a_conflict(
    kari: Browser, ola: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]]
) -> None:
    """Who would replace a verdict that is undone by now is told so."""
    send(kari, "ja")
    form = form_of(kari)
    send(ola, "angre")
    answer = send(kari, "nei", form)
    assert answer.status_code == 409
    assert "er angret siden du åpnet siden" in answer.text
    assert len(verdicts()) == 2


@pytest.mark.parametrize(
    ("handling", "fields", "status", "said"),
    [
        ("tull", {}, 400, "Ukjent handling"),
        ("annen", {"kompetanse": "  "}, 400, "Kompetansen mangler"),
        ("annen", {"kompetanse": "x" * 201}, 400, "Kompetansen er for lang"),
        ("annen", {"kompetanse": "a\x00b"}, 400, "tegn som ikke kan vises"),
        ("ja", {"forslag": ""}, 400, "Kompetansen mangler"),
        ("ja", {"notat": "x" * 2001}, 400, "Notatet er for langt"),
        ("ja", {"ordlyd": "abc"}, 409, "Utsagnet har fått ny ordlyd"),
        ("ja", {"sett": "7x"}, 400, "en avgjørelse som ikke kan finnes"),
        ("ja", {"intervju": "ukjent"}, 404, "ikke lenger et mulig erstatningsord"),
        ("ja", {"intervju": "a\x00b"}, 404, "ikke lenger et mulig erstatningsord"),
        ("ja", {"fra": str(2**40)}, 404, "ikke lenger et mulig erstatningsord"),
        ("ja", {"fra": "x"}, 400, "Noe mangler"),
        ("angre", {}, 400, "ingenting å angre"),
    ],
)
def test_bad_form_changes_nothing(
    kari: Browser,
    verdicts: Callable[[], tuple[ProxyVerdict, ...]],
    handling: str,
    fields: dict[str, str],
    status: int,
    said: str,
) -> None:
    """Each gets a plain page that says what is wrong."""
    answer = send(kari, handling, **fields)
    assert answer.status_code == status
    assert said in answer.text
    assert verdicts() == ()


def test_rejected_meanwhile_is_gone(
    kari: Browser, sessions: sessionmaker[Session], verdicts: Callable[[], tuple[ProxyVerdict, ...]]
) -> None:
    """Who judges what somebody has taken out of the coding is told that it is gone."""
    form = form_of(kari)
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(HUMOUR), Choice("reject", "Ola"))
    assert send(kari, "ja", form).status_code == 404
    assert verdicts() == ()


def test_nobody_judges_without_a_name(
    stranger: Browser, kari: Browser, verdicts: Callable[[], tuple[ProxyVerdict, ...]]
) -> None:
    """A visitor without a name reads all, sees no buttons, and is asked who they are."""
    form = form_of(kari)
    stranger.client.cookies.clear()
    assert 'value="ja"' not in stranger.client.get(ALL).text
    answer = stranger.client.post(ALL, data=form | {"handling": "ja"}, follow_redirects=False)
    assert answer.status_code == 403
    assert "Navnet ditt" in answer.text
    assert verdicts() == ()


def test_who_may_judge() -> None:
    """Only a visitor with a name may, and check and question agree."""
    assert (can_judge(Visitor("Kari")), can_judge(Visitor())) == (True, False)
    with pytest.raises(Nameless):
        check_judge(Visitor())


def test_part_brings_card_and_counts(kari: Browser) -> None:
    """HTMX gets the card as it is now, how much is left, and what to read aloud, and no page around it."""
    answer = kari.client.post(ALL, data=form_of(kari) | {"handling": "ja"}, headers=PART)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert marked(answer.text) == [HUMOUR]
    assert "Står for Yte god kundeservice. 0 igjen." in answer.text
    assert 'id="framdrift" class="proxies-progress" hx-swap-oob="true"' in answer.text


def test_part_that_is_refused_is_a_message(kari: Browser) -> None:
    """What HTMX cannot get is told in a message alone."""
    answer = kari.client.post(ALL, data=form_of(kari) | {"handling": "tull"}, headers=PART)
    assert answer.status_code == 400
    assert "<html" not in answer.text
    assert "Ukjent handling" in answer.text


def test_wrong_method(client: TestClient) -> None:
    """Anything but reading and sending forms gets a Norwegian 405."""
    assert client.put(PAGE).status_code == 405
    assert client.delete(f"{PAGE}/sporsmal").status_code == 405


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("slag=tull", 400),
        ("vis=tull", 400),
        ("etter=x", 400),
        ("foer=-1", 400),
        ("rolle=%00", 400),
        ("rolle=ukjent&kompetanse=ukjent&gruppe=tull", 200),
        ("etter=99999", 200),
    ],
)
def test_odd_addresses(client: TestClient, asked: str, status: int) -> None:
    """What cannot be asked for is refused, and what nothing fits is an empty list."""
    assert client.get(f"{PAGE}?{asked}").status_code == status


def test_unknown_project(client: TestClient) -> None:
    """A project that there is not is told of."""
    for address in ("/prosjekt/ukjent/erstatningsord", "/prosjekt/ukjent/erstatningsord/sporsmal"):
        assert client.get(address).status_code == 404


def test_lists_are_filtered_and_grouped(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """By kind, competence, role, chain and interview; grouped by competence or kind, with counts."""
    add_ola(sessions, 2, role="selger")
    for asked in ("kompetanse=Yte+god+kundeservice", "rolle=butikksjef", "kjede=Nord", "intervju=kari"):
        assert marked(client.get(f"{PAGE}?{asked}").text) == [HUMOUR]
    assert marked(client.get(f"{PAGE}?slag=task").text) == []
    text = client.get(PAGE).text
    assert text.index("Holde høyt tempo</h2>") < text.index("Yte god kundeservice</h2>")
    assert '<span>Holde høyt tempo</span> <span class="count">2</span>' in text
    assert "Egenskap</h2>" in client.get(f"{PAGE}?gruppe=slag").text


def test_pages_go_on_where_the_last_ended(kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Thirty are two pages, and a verdict on the first page hides none of the second."""
    add_ola(sessions, 30)
    first = kari.client.get(PAGE).text
    assert len(marked(first)) == 25
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    form = next(form for form in Forms(first).found if form.get("intervju") == "ola")
    kari.client.post(PAGE, data=form | {"handling": "ja"})
    second = kari.client.get(following).text
    assert marked(second) == [f"full av energi {i:02}" for i in range(25, 30)] + [HUMOUR]
    back = second.partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert marked(kari.client.get(back).text) == [f"full av energi {i:02}" for i in range(1, 25)]


def test_others_in_the_role_come_before_the_corpora(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Where its interview does not tell of the competence, what others in the role tell of it is offered by name."""
    add_ola(sessions)
    told = Phrase("ola", 0, 0, 17, "full av energi 00")
    kari_too = phrase_of(SEEN)
    with sessions.begin() as session:
        project = project_named(session, PROJECT).id
        candidate = Candidate("c2", "God kundeservice", (Placement("people", 1.0),), ("ola",), (kari_too, told))
        save_clustering(session, project, "k2", Clustering((candidate,)))
    text = client.get(f"{PAGE}?intervju=kari").text
    offered = text.index("<strong>God kundeservice</strong>: «full av energi 00»")
    assert offered < text.index("«møter alle med et smil»")
    assert "God kundeservice" not in client.get(f"{PAGE}?intervju=ola").text.partition("<datalist")[0]


def test_other_roles_are_no_alternative(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """What another role tells of is not offered."""
    add_ola(sessions, role="selger")
    told = Phrase("ola", 0, 0, 17, "full av energi 00")
    with sessions.begin() as session:
        candidate = Candidate("service", "Møte folk", (Placement("people", 1.0),), ("ola",), (told,))
        save_clustering(session, project_named(session, PROJECT).id, "k2", Clustering((candidate,)))
    assert "Andre i rollen" not in client.get(f"{PAGE}?intervju=kari").text


def test_own_interviews_words_are_told_as_such(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A wording that the same interview has is quoted as the interview's, with no alternative beside it."""
    proxy = Proxy("trait", "Yte god kundeservice", "Hva gjorde du?", "service", SEEN)
    seen = Suggestion(phrase_of(SEEN), Label("competence", 0.9, (Placement("people", 0.9),)))
    with sessions.begin() as session:
        coded = (seen, Suggestion(phrase_of(HUMOUR), Label("trait", 0.9, (), proxy)))
        save_coding(session, 1, "k9", "r9", coded)
    text = client.get(PAGE).text
    assert f"Sagt i intervjuet</dt><dd>«{SEEN}»" in text
    assert "Andre i rollen" not in text


@pytest.mark.parametrize(
    ("one", "other", "close"),
    [
        ("Yte god kundeservice", "God kundeservice", True),
        ("Bygge relasjoner", "Bygge gode relasjoner", True),
        ("Bygge team", "Bygge kultur", False),
        ("Lede møter", "Lede seg selv", False),
        ("Ta ansvar", "", False),
    ],
)
def test_names_are_close(one: str, other: str, close: bool) -> None:
    """Two names are close where they share more than half of their words, whichever comes first."""
    assert (are_close(one, other), are_close(other, one)) == (close, close)


def test_markup_is_text(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Markup in what was said stands as text on the page."""
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(SCRIPT), Choice("relabel", "Kari", "trait"))
    text = client.get(PAGE).text
    assert "<script>alert(1)" not in text
    assert sorted(marked(text)) == sorted([SCRIPT, HUMOUR])


def test_decisions_are_another_matter(kari: Browser, kept: Kept) -> None:
    """A verdict decides nothing about the category, which the card leads to the queue for."""
    send(kari, "ja")
    assert kept.history() == ()
    assert f'href="/prosjekt/{PROJECT}/ko?vis=alle&amp;utsagn=u1-1-' in kari.client.get(ALL).text


def test_empty_project_says_how_it_fills(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Where there is no proxy at all the page says when there will be."""
    with sessions.begin() as session:
        decide(session, project_named(session, PROJECT).id, phrase_of(HUMOUR), Choice("reject", "Kari"))
    assert "Ingen erstatningsord ennå" in client.get(PAGE).text


def test_page_stands_in_the_navigation(client: TestClient) -> None:
    """The page and the questions below it are the project's «Erstatningsord»."""
    for address in (PAGE, f"{PAGE}/sporsmal", f"{PAGE}?kompetanse={quote('Yte god kundeservice')}"):
        assert f'href="{PAGE}" aria-current="page"' in client.get(address).text


def test_verdict_survives_another_wording_elsewhere(
    kari: Browser, sessions: sessionmaker[Session], verdicts: Callable[[], tuple[ProxyVerdict, ...]]
) -> None:
    """A newer coding of the interview leaves the verdict on its phrase."""
    with sessions.begin() as session:
        judge_proxy(session, project_named(session, PROJECT).id, phrase_of(HUMOUR), "proxy", "Ola", "service")
        coded = [Suggestion(phrase_of(HUMOUR), Label("trait", 0.5))]
        save_coding(session, 1, "k9", "r9", coded)
    assert ANSWER[phrase_of(HUMOUR).start :].startswith(HUMOUR)
    assert "Yte god kundeservice" in kari.client.get(f"{PAGE}?vis=staar").text
