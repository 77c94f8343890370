from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from review_pages import BASE, HUMOUR, SEEN, TRAITS, Browser, add_many, phrase_of
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.records import Candidate, Clustering, Placement, Transcript, Turn, identity_of
from pipeline.review_order import is_unbiased
from review.app import create_app
from review.background import BackgroundWork
from store.candidate_choices import choose
from store.decisions import Choice, decide
from store.interviews import Source, add_interview, find_interview, record_problem
from store.lessons import review_seed
from store.progress import CODING, LISTENING, STARTING, report
from store.projects import create_project, project_named
from store.results import latest_transcript, save_clustering, save_coding, save_transcript

PAGE, START = "/prosjekt/Butikk", "/prosjekt/Butikk/kjor"
RIGHT, WRONG = Choice("approve", "Kari", "competence", ("pace",)), Choice("move", "Kari", "competence", ("people",))
TRAIT = Choice("relabel", "Kari", "trait")


class Started(BackgroundWork):
    """Notes what is started, and says that it goes on."""

    def __init__(self) -> None:
        self.projects: list[str] = []

    def start(self, project: str) -> bool:
        self.projects.append(project)
        return len(self.projects) == 1

    def is_running(self, project: str) -> bool:
        return project in self.projects

    def last_lines(self, project: str, number: int = 10) -> tuple[str, ...]:
        return ("balansekunst: modellen <mangler>.",)


@pytest.fixture
def started() -> Started:
    return Started()


@pytest.fixture
def lead(sessions: sessionmaker[Session], settings: Settings, started: Started) -> Browser:
    """Kari, at an application that only notes the runs it starts."""
    return Browser(TestClient(create_app(sessions, settings, started), base_url=BASE), "Kari")


def add(sessions: sessionmaker[Session], name: str) -> int:
    """The number of a new recording in the project."""
    with sessions.begin() as session:
        source = Source(name, "audio", name.ljust(64, "0"), ".mp3", role="butikksjef", chain="Nord")
        return add_interview(session, project_named(session, "Butikk").id, source).interview.id


def at_work(sessions: sessionmaker[Session], name: str, stage: str, done: float = 0, total: float = 0) -> None:
    number = add(sessions, name)
    with sessions.begin() as session:
        report(session, number, stage, done, total)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_overview_is_only_read(client: TestClient, method: str) -> None:
    """A form sent to the page gets a Norwegian 405, with the method that is allowed."""
    answer = client.request(method, PAGE)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert "Siden kan ikke brukes på den måten" in answer.text


def test_overview_is_read_without_a_name(client: TestClient) -> None:
    """Whoever sits at the machine may read it, any number of times; to run they have to say who they are."""
    first, second = client.get(PAGE), client.get(PAGE)
    assert first.status_code == 200
    assert first.text == second.text
    assert "Si hvem du er for å kjøre" in first.text


def test_unknown_project_is_a_plain_404(client: TestClient) -> None:
    """A project that is not there gets a Norwegian 404 that names those that are."""
    answer = client.get("/prosjekt/Finnes%20ikke")
    assert answer.status_code == 404
    assert "Prosjektet finnes ikke" in answer.text
    assert "Prosjektene er: Butikk." in answer.text


def test_interviews_are_counted_by_stage(client: TestClient, kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Each stage stands with its number, and leads to the list of its interviews."""
    add(sessions, "ola")
    kari.decide(SEEN, "godkjenn")
    text = client.get(PAGE).text
    assert 'href="/prosjekt/Butikk/intervjuer?tilstand=queued"><strong>1</strong> I kø</a>' in text
    assert 'href="/prosjekt/Butikk/intervjuer?tilstand=reviewed"><strong>1</strong> Under gjennomgang</a>' in text
    assert "<span><strong>0</strong> Ferdig gjennomgått</span>" in text


def test_interview_is_linked_with_what_is_left(client: TestClient, kari: Browser) -> None:
    """An interview leads to its own page, says how much of it is decided, and where the rest is reviewed."""
    kari.decide(SEEN, "godkjenn")
    text = client.get(PAGE).text
    assert 'href="/prosjekt/Butikk/intervju/kari">kari</a>' in text
    assert "1 av 3" in text
    assert 'href="/prosjekt/Butikk/ko?intervju=kari">Gå gjennom' in text


def test_what_failed_comes_first_with_what_to_do(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """An interview that failed stands above the others, with what is wrong and what next."""
    number = add(sessions, "ola")
    with sessions.begin() as session:
        record_problem(session, number, "transcribe", "lydfilen er tom", "Legg den til på nytt.")
    text = client.get(PAGE).text
    assert "Lydfilen er tom. Legg den til på nytt." in text
    assert text.index(">ola</a>") < text.index(">kari</a>")


def test_many_interviews_are_not_listed_at_once(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Ten stand on the page, and a link leads to all of them."""
    for i in range(11):
        add(sessions, f"n{i:02}")
    text = client.get(PAGE).text
    assert text.count('<a id="intervju-') == 10
    assert 'href="/prosjekt/Butikk/intervjuer">Se alle 12 intervjuer</a>' in text


def test_nine_positions_lead_to_their_lists(client: TestClient) -> None:
    """The balance model links to the lists of six points and three balances, and to what is left in the queue."""
    text = client.get(PAGE).text
    positions = ("people", "technology", "flexibility", "routines", "pace", "presence")
    balances = ("people%2Btechnology", "flexibility%2Broutines", "pace%2Bpresence")
    assert [p for p in (*positions, *balances) if f'href="/prosjekt/Butikk/plass/{p}"' not in text] == []
    assert 'href="/prosjekt/Butikk/ko?plass=people">2 igjen' in text


def test_suggestions_and_decisions_are_counted(client: TestClient, kari: Browser) -> None:
    """A decision shows in the count of its position and of the project; what is `none` is not counted."""
    kari.decide(SEEN, "godkjenn")
    text = client.get(PAGE).text
    assert "1 intervju, 3 forslag, 1 avgjort." in text
    assert 'href="/prosjekt/Butikk/ko?plass=people">1 igjen' in text


def test_dimension_share_leaves_rejected_phrases_out(client: TestClient, kari: Browser) -> None:
    """The share of a dimension is of the competences that nobody rejected."""
    kari.decide(HUMOUR, "flytt", TRAITS, plass="routines")
    assert "<strong>67\u00a0%</strong>" in client.get(PAGE).text
    kari.decide(SEEN, "forkast")
    assert "<strong>67\u00a0%</strong>" not in client.get(PAGE).text


def test_what_was_taken_out_is_shown(client: TestClient, kari: Browser) -> None:
    """The list of what people took out is linked only where it holds something, and has the phrase."""
    assert "/kategori/none" not in client.get(PAGE).text
    kari.decide(SEEN, "kategori", kategori="none")
    assert "/kategori/none" in client.get(PAGE).text
    assert SEEN in client.get("/prosjekt/Butikk/kategori/none").text


def test_decisions_survive_a_coding_without_suggestions(
    client: TestClient, kari: Browser, sessions: sessionmaker[Session]
) -> None:
    """What somebody decided on stays in its list when the newest coding no longer suggests it."""
    kari.decide(SEEN, "flytt", plass="pace")
    with sessions.begin() as session:
        interview = find_interview(session, project_named(session, "Butikk").id, "kari")
        stored = latest_transcript(session, interview.id) if interview else None
        assert stored
        save_coding(session, stored.id, "k2", "r2", ())
    text = client.get("/prosjekt/Butikk/plass/pace").text
    assert SEEN in text
    assert "Den nyeste kodingen foreslår ikke dette utsagnet. Avgjørelsen står." in text
    assert "0 forslag" in client.get("/prosjekt/Butikk/plass/people").text


def test_candidates_stand_with_coverage_and_quote(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """A candidate stands with its name, position, how many interviews tell of it, a quote, and whether it is chosen."""
    with sessions.begin() as session:
        choose(session, project_named(session, "Butikk").id, "c1", True, "Kari")
    text = client.get(PAGE).text.partition('id="nokkel"')[2]
    assert "1 av 1 er valgt." in text
    assert "Valgt:</span></span> Se folk" in text
    assert "Mennesker" in text
    assert "1 av 1 intervjuer" in text
    assert f"<q>{SEEN}</q>" in text


def test_saturation_has_its_numbers(client: TestClient) -> None:
    """The curve is a picture with a name and a description, and its numbers stand in a table."""
    text = client.get(PAGE).text.partition('id="metning"')[2].partition("</section>")[0]
    assert 'role="img" aria-labelledby="metning-navn metning-vist"' in text
    assert "1 intervju forteller om 1 kandidater." in text
    assert "For få intervjuer til å si om flere vil gi noe nytt." in text
    assert '<a href="/prosjekt/Butikk/intervju/kari">kari</a></th><td>Se folk</td><td class="number">1</td>' in text


def test_saturation_tells_when_nothing_new_comes(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Six interviews that tell of the same are saturated; one coded after the candidates were made is not counted."""
    with sessions.begin() as session:
        project = project_named(session, "Butikk")
        names = ["kari"]
        for i in range(6):
            if i == 5:
                everywhere = Candidate("c1", "Se folk", (Placement("people", 1.0),), tuple(names), (phrase_of(SEEN),))
                save_clustering(session, project.id, "k2", Clustering((everywhere,)))
            source = Source(f"n{i}", "transcript", f"{i}" * 64, ".txt")
            added = add_interview(session, project.id, source).interview
            _code(session, added.id, added.name)
            names.append(added.name)
    text = client.get(PAGE).text.partition('id="metning"')[2].partition("</section>")[0]
    assert "6 intervjuer forteller om 1 kandidater." in text
    assert "Mettet: i snitt ga de siste 3 intervjuene 0 nye, det aller siste 0." in text


def test_curve_waits_for_candidates(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Without candidates there is no picture, but what it will show is said."""
    with sessions.begin() as session:
        save_clustering(session, project_named(session, "Butikk").id, "k2", Clustering(()))
    text = client.get(PAGE).text
    assert "Kurven over hva hvert nytt intervju gir, kommer når" in text
    assert 'class="curve"' not in text


def test_decisions_stand_by_day_and_person(client: TestClient, kari: Browser, ola: Browser) -> None:
    """Who decided how much is named, and today's number stands under today."""
    kari.decide(SEEN, "godkjenn")
    ola.decide(HUMOUR, "godkjenn", TRAITS)
    text = client.get(PAGE).text.partition('id="avgjort"')[2]
    assert "2 avgjørelser" in text
    assert "Kari</a> 1" in text
    assert "Ola</a> 1" in text
    assert text.partition("</ol>")[0].rpartition("<li>")[2].count("<span>2</span>") == 1


def test_measured_quality_is_shown(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Agreement on the random tenth stands with its interval and the number of decisions, and what it is."""
    _decide(sessions, True, [RIGHT, RIGHT, WRONG, TRAIT])
    shown = client.get(PAGE).text.partition('id="kvalitet"')[2].partition("</section>")[0]
    assert "Målt kvalitet" in shown
    assert "hvert tiende forslag, som er trukket ut tilfeldig" in shown
    assert _row("Kategori", "75", "30", "95", 4) in shown
    assert _row("Plass i balansemodellen", "67", "21", "94", 3) in shown


def test_position_without_decisions_is_left_out(client: TestClient, sessions: sessionmaker[Session]) -> None:
    """Where no decision on the random tenth can tell of positions, only the category is measured."""
    _decide(sessions, True, [TRAIT])
    text = client.get(PAGE).text.partition('id="kvalitet"')[2]
    assert _row("Kategori", "0", "0", "79", 1) in text
    assert "Plass i balansemodellen" not in text


@pytest.mark.parametrize("choices", [[], [RIGHT, TRAIT]])
def test_nothing_measured_shows_nothing(
    client: TestClient, sessions: sessionmaker[Session], choices: list[Choice]
) -> None:
    """Without decisions, or with none on the random tenth, there is nothing about measured quality."""
    _decide(sessions, False, choices)
    assert "Målt kvalitet" not in client.get(PAGE).text


def test_run_is_started_and_followed(lead: Browser, started: Started) -> None:
    """The button starts a run of the project, and the page it came from follows it."""
    text = lead.client.get(PAGE).text
    assert f'action="{START}"' in text
    answer = lead.client.post(START, headers={"referer": f"{BASE}{PAGE}"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert started.projects == ["Butikk"]
    text = lead.client.get(PAGE).text
    assert "En kjøring pågår" in text
    assert 'data-follows="/prosjekt/Butikk/hendelser"' in text
    assert f'action="{START}"' not in text


def test_run_without_a_sender_leads_to_the_project(lead: Browser) -> None:
    """Where the browser does not say where the form was, the project's own page is shown."""
    assert lead.client.post(START, follow_redirects=False).headers["location"] == PAGE


def test_second_run_is_the_first_one(lead: Browser) -> None:
    """A button pressed twice is no fault: the run that goes on is the one."""
    lead.client.post(START)
    assert lead.client.post(START, follow_redirects=False).status_code == 303


def test_nobody_runs_without_a_name(sessions: sessionmaker[Session], settings: Settings, started: Started) -> None:
    """Who has not said who they are starts nothing."""
    client = TestClient(create_app(sessions, settings, started), base_url=BASE)
    assert client.post(START).status_code == 403
    assert started.projects == []


def test_empty_project_is_not_run(lead: Browser, sessions: sessionmaker[Session], started: Started) -> None:
    """Without interviews nothing is started, and the page says what is missing."""
    with sessions.begin() as session:
        create_project(session, "Tomt", ())
    answer = lead.client.post("/prosjekt/Tomt/kjor")
    assert answer.status_code == 400
    assert "Prosjektet har ingen intervjuer" in answer.text
    assert started.projects == []
    assert lead.client.post("/prosjekt/Borte/kjor").status_code == 404


def test_what_is_to_be_done_is_said(client: TestClient, kari: Browser, sessions: sessionmaker[Session]) -> None:
    """Interviews that wait and decisions since the last run are reasons to run; without them it may be run anyway."""
    assert "Ingenting er nytt siden forrige kjøring." in client.get(PAGE).text
    assert "Kjør likevel" in client.get(PAGE).text
    add(sessions, "ola")
    kari.decide(SEEN, "godkjenn")
    assert "1 intervju venter. 1 avgjørelse er ny siden sist." in client.get(PAGE).text


def test_end_of_the_last_run_is_shown_as_text(lead: Browser) -> None:
    """What the last run reported can be read, and is no markup."""
    text = lead.client.get(PAGE).text
    assert "Det siste kjøringen meldte" in text
    assert "modellen &lt;mangler&gt;." in text


@pytest.mark.parametrize(
    ("stage", "done", "total", "told"),
    [
        (STARTING, 0, 0, "gjør klar"),
        (LISTENING, 760, 3490, "hørt 12:40 av 58:10"),
        (LISTENING, 3490, 3490, "skiller stemmene"),
        (CODING, 0, 0, "koder"),
    ],
)
def test_run_from_elsewhere_is_followed(
    client: TestClient, sessions: sessionmaker[Session], stage: str, done: float, total: float, told: str
) -> None:
    """A run that gives signs of life, wherever it was started, shows how far each interview has come."""
    at_work(sessions, "ola", stage, done, total)
    text = client.get(PAGE).text
    assert "En kjøring pågår" in text
    assert f'<span class="name">ola</span> <span class="soft">{told}</span>' in text
    assert 'tilstand=working"><strong>1</strong> Behandles nå</a>' in text


def test_part_with_interviews_comes_alone(client: TestClient) -> None:
    """What follows a run asks for the interviews alone."""
    text = client.get(PAGE, headers={"hx-request": "true", "hx-target": "intervjuer"}).text
    assert text.strip().startswith('<section id="intervjuer"')
    assert "<main" not in text


def test_events_end_when_no_run_goes_on(client: TestClient) -> None:
    """Without a run the events say so and end at once."""
    answer = client.get(f"{PAGE}/hendelser")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.endswith("event: ferdig\ndata: -\n\n")


def test_events_of_an_unknown_project_are_a_404(client: TestClient) -> None:
    """A project that is not there has no events, and nothing is streamed."""
    answer = client.get("/prosjekt/Borte/hendelser")
    assert answer.status_code == 404
    assert "Prosjektet finnes ikke" in answer.text


def _code(session: Session, interview_id: int, name: str) -> None:
    stored = save_transcript(session, interview_id, "k", Transcript(name, (Turn("respondent", "Ja."),)))
    save_coding(session, stored.id, "k", "r", ())


def _row(title: str, share: str, low: str, high: str, decisions: int) -> str:
    cells = (f"{share}\u00a0%", f"{low}\u00a0% til {high}\u00a0%", str(decisions))
    return f'<th scope="row">{title}</th>' + "".join(f'<td class="number">{cell}</td>' for cell in cells)


def _decide(sessions: sessionmaker[Session], drawn: bool, choices: list[Choice]) -> None:
    """Decides on as many suggestions at `pace`, all of them in the random tenth or none."""
    many = add_many(sessions, 90)
    with sessions.begin() as session:
        project_id = project_named(session, "Butikk").id
        found = [s for s in many if is_unbiased(identity_of(s.phrase), review_seed(project_id)) == drawn]
        for suggestion, choice in zip(found, choices, strict=False):
            decide(session, project_id, suggestion.phrase, choice)
