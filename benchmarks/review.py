"""How fast the pages answer with 500 interviews and 100,000 phrases: every page and action, in this process.

    python benchmarks/review.py [--folder FOLDER] [--times N] [-o benchmarks/review.md]

A new page adds its addresses to `PAGES`, a new action a function to `ACTIONS`. The database is made once in the
folder, or in a temporary one; the actions change a copy of it.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from fastapi.testclient import TestClient

from balansekunst.settings import Settings
from benchmarks.big_project import PROJECT, code_twice, make
from review.addresses import project_address
from review.app import create_app
from review.serve import settle
from store.database import open_database

LIMIT = 100  # ms that 95 of 100 answers are to keep within
BASE, HERE = "http://127.0.0.1:8000", project_address(PROJECT)
PAGES = {
    "Projects": "/",
    "Overview": HERE,
    "… events where no run goes on": f"{HERE}/hendelser",
    "List of a position": f"{HERE}/plass/people",
    "… its second page": f"{HERE}/plass/people?side=2",
    "… in the middle": f"{HERE}/plass/people?side=100",
    "… its last page": f"{HERE}/plass/people?side=9999",
    "… the surest first": f"{HERE}/plass/people?rekkefolge=sikre",
    "… the surest, in the middle": f"{HERE}/plass/people?rekkefolge=sikre&side=100",
    "List of a balance": f"{HERE}/plass/pace%2Bpresence",
    "List of competences": f"{HERE}/kategori/competence",
    "… in the middle, the surest first": f"{HERE}/kategori/competence?rekkefolge=sikre&side=600",
    "List of traits": f"{HERE}/kategori/trait",
    "Who are you": "/hvem",
    "Interviews": f"{HERE}/intervjuer",
    "… of a role, by what is decided": f"{HERE}/intervjuer?rolle=butikksjef&tilstand=reviewed&sorter=avgjort",
    "… by name, in the middle": f"{HERE}/intervjuer?sorter=navn&synkende=1&side=5",
    "Details of an interview": f"{HERE}/intervjuer/om/intervju-007",
    "Add interviews": f"{HERE}/intervjuer/nye",
    "… how far they have come": f"{HERE}/intervjuer/framdrift?intervju=intervju-007&intervju=intervju-008",
    "Queue": f"{HERE}/ko",
    "Queue, the surest first": f"{HERE}/ko?rekkefolge=sikre",
    "Queue of a position": f"{HERE}/ko?plass=people",
    "Queue of an interview": f"{HERE}/ko?intervju=intervju-007",
    "Queue of a role, where the model is unsure": f"{HERE}/ko?rolle=butikksjef&usikre=ja",
    "Queue of a chain, by certainty": f"{HERE}/ko?kjede=Nord&fra=60&til=80&rekkefolge=sikre",
    "Queue of proxies": f"{HERE}/ko?erstatning=alle",
    "Queue of the random tenth": f"{HERE}/ko?trukket=ja",
    "Queue of what somebody decided": f"{HERE}/ko?vis=avgjort&hvem=Ola",
    "Queue, all of a category": f"{HERE}/ko?vis=alle&kategori=competence",
    "Interview of 90 minutes": f"{HERE}/intervju/intervju-007",
    "… when its words are said": f"{HERE}/intervju/intervju-007/tider?versjon=1",
    "… its corrections": f"{HERE}/intervju/intervju-007/rettelser",
    "Balance model": f"{HERE}/balanse",
    "… what the model is least sure of first": f"{HERE}/balanse?rekkefolge=laerer",
    "… decided only": f"{HERE}/balanse?vis=avgjort",
    "… of a role and chain": f"{HERE}/balanse?rolle=butikksjef&kjede=Nord&rekkefolge=laerer",
    "… of one interview": f"{HERE}/balanse?intervju=intervju-007",
    "… two roles compared": f"{HERE}/balanse?rolle=butikksjef&mot=rolle:mellomleder",
    "… key competences": f"{HERE}/balanse?niva=nokkel",
    "… its picture": f"{HERE}/balanse/bilde.svg?rolle=butikksjef",
    "… its picture in pixels": f"{HERE}/balanse/bilde.png?rolle=butikksjef",
    "Key competences": f"{HERE}/nokkelkompetanser",
    "… by position": f"{HERE}/nokkelkompetanser?rekkefolge=plass",
    "… two side by side": f"{HERE}/nokkelkompetanser/sammenlign?kandidat=c1&kandidat=c2",
    "… three, with their last phrases": f"{HERE}/nokkelkompetanser/sammenlign?"
    "kandidat=c1&kandidat=c2&kandidat=c3&fra=2940",
    "… how many phrases of one are decided": f"{HERE}/nokkelkompetanser/avgjort?kandidat=c1",
    "… whether a new grouping is there": f"{HERE}/nokkelkompetanser/gruppering?vist=1",
    "Expected change": f"{HERE}/endring",
    "… of a role and chain, with quotes": f"{HERE}/endring?rolle=butikksjef&kjede=Nord&kompetanse=c1&retning=grows",
    "Proxies": f"{HERE}/erstatningsord",
    "… of a competence, by kind": f"{HERE}/erstatningsord?kompetanse=Bygge+team&gruppe=slag",
    "… of a role and chain, all of them": f"{HERE}/erstatningsord?vis=alle&rolle=butikksjef&kjede=Nord",
    "… that stand for something": f"{HERE}/erstatningsord?vis=staar",
    "Questions for the next interview": f"{HERE}/erstatningsord/sporsmal?rolle=butikksjef",
    "… behind what nobody has judged": f"{HERE}/erstatningsord/sporsmal?uvurderte=ja",
    "Results": f"{HERE}/resultat",
    "Second coding": f"{HERE}/dobbeltkoding",
    "… a closed round of 5,000 phrases": f"{HERE}/dobbeltkoding/1",
    "… its disagreements, in the middle": f"{HERE}/dobbeltkoding/1?side=20",
    "… one of them": f"{HERE}/dobbeltkoding/1/uenighet",
    "… an open round of 5,000 phrases": f"{HERE}/dobbeltkoding/2",
    "… a phrase to code blind": f"{HERE}/dobbeltkoding/3/kode",
    "History": f"{HERE}/historikk",
    "… far back": f"{HERE}/historikk?fra=16000{'_-1' * 10}",
    "… of a person": f"{HERE}/historikk?hvem=Ola",
    "… of an interview": f"{HERE}/historikk?intervju=intervju-007",
    "… of a person in an interview, decisions": f"{HERE}/historikk?hvem=Ola&intervju=intervju-007&slag=avgjorelser",
    "Accept many": f"{HERE}/ko/samlet",
    "Accept many of a position": f"{HERE}/ko/samlet?plass=people&fra=80&plassfra=30",
}


@dataclass(frozen=True)
class Sent:
    """A form that is sent somewhere; by a script where only a part of the page is to come back."""

    address: str
    data: dict[str, Any]
    part: bool = False


class Forms(HTMLParser):
    """The hidden fields of every form of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append({})
        if tag == "input" and given.get("type") == "hidden":
            self.found[-1][str(given["name"])] = given.get("value") or ""


def decide(handling: str, **fields: str) -> Callable[[TestClient], Iterator[Sent]]:
    """Forms of a list, one after the other."""

    def forms(client: TestClient) -> Iterator[Sent]:
        for page in range(1, 100):
            address = f"{HERE}/plass/people?rekkefolge=sikre&side={page}"
            for form in Forms(client.get(address).text).found:
                if "sett" in form and (form["sett"] == "") == (handling != "angre"):
                    yield Sent(address, form | {"handling": handling} | fields)

    return forms


def in_queue(handling: str) -> Callable[[TestClient], Iterator[Sent]]:
    """The same from the queue, which answers with the card after the next."""

    def forms(client: TestClient) -> Iterator[Sent]:
        for sent in decide(handling.partition(" ")[0])(client):
            yield Sent(f"{HERE}/ko", sent.data | {"handling": handling}, part=True)

    return forms


def on_the_figure(handling: str) -> Callable[[TestClient], Iterator[Sent]]:
    """The same from the balance model, which answers with the card, the figure and the undo."""

    def forms(client: TestClient) -> Iterator[Sent]:
        for sent in decide(handling.partition(" ")[0])(client):
            yield Sent(f"{HERE}/balanse", sent.data | {"handling": handling, "herfra": "people"}, part=True)

    return forms


def beside_the_text(handling: str) -> Callable[[TestClient], Iterator[Sent]]:
    """The same from the interview's page, which answers with the phrase and its turn."""

    def forms(client: TestClient) -> Iterator[Sent]:
        for sent in decide(handling)(client):
            address = f"{HERE}/intervju/{sent.data['intervju']}/utsagn"
            yield Sent(address, sent.data | {"handling": handling}, part=True)

    return forms


def judge(handling: str) -> Callable[[TestClient], Iterator[Sent]]:
    """Verdicts on proxies, one after the other, or undos of them."""
    address = f"{HERE}/erstatningsord" + ("?vis=staar" if handling == "angre" else "")

    def forms(client: TestClient) -> Iterator[Sent]:
        following = address
        while following:
            text = client.get(following).text
            for form in Forms(text).found:
                if form.get("forslag"):  # a task that somebody made of a competence has nothing to say yes to
                    yield Sent(address, form | {"handling": handling}, part=True)
            found = re.search(r'rel="next" href="([^"]+)"', text)
            following = unescape(found[1]) if found else ""

    return forms


def in_text(act: str) -> Callable[[TestClient], Iterator[Sent]]:
    """Acts on the text, one in each interview: a phrase that was missed, another border, another word."""

    def forms(client: TestClient) -> Iterator[Sent]:
        first_of = {"nytt": 50, "grenser": 200, "rett": 350}[act]  # none is in another's way
        for number in range(first_of, first_of + 150):
            address = f"{HERE}/intervju/intervju-{number:03}"
            page = client.get(f"{address}?vis=uavgjorte").text
            mark, turn = re.search(r'competence open open"[^>]*data-phrase="((\d+)-\d+-\d+)"', page).groups()  # type: ignore[union-attr]
            said = re.search(rf'id="t{turn}".*?<p class="said"[^>]*>(.*?)</p>', page, re.DOTALL)[1]  # type: ignore[index]
            text = unescape(re.sub(r"<[^>]+>", "", said))
            start, end = (int(place) for place in mark.split("-")[1:])
            first = text[start:end].split()[0]
            sent = {"versjon": "1", "replikk": turn, "fra": str(start), "til": str(start + len(first)), "ord": first}
            more = {"nytt": {"valg": "flytt:pace"}, "grenser": {"utsagn": mark}, "rett": {"ny": "noe annet"}}[act]
            if len(first) < end - start and first.isalpha():
                yield Sent(f"{address}/{act}", sent | more, part=True)

    return forms


def code_blind(client: TestClient) -> Iterator[Sent]:
    """One phrase after the other of the round that is assigned to the visitor."""
    address = f"{HERE}/dobbeltkoding/3/kode"
    first = next(int(form["nr"]) for form in Forms(client.get(address).text).found if "nr" in form)
    for number in range(first, first + 1000):
        yield Sent(address, {"nr": str(number), "valg": "competence:people"}, part=True)


def settle_one(client: TestClient) -> Iterator[Sent]:
    """One disagreement after the other."""
    address, after = f"{HERE}/dobbeltkoding/1/uenighet", 0
    while True:
        form = next(form for form in Forms(client.get(f"{address}?etter={after}").text).found if "ordlyd" in form)
        yield Sent(address, form | {"handling": "flytt pace"}, part=True)
        after = int(form["nr"])


def start_rounds(client: TestClient) -> Iterator[Sent]:
    """Rounds of 500 phrases."""
    for number in range(1000):
        people = {"forste": "Kari", "andre": f"Ola {number}"}
        yield Sent(f"{HERE}/dobbeltkoding", {"mengde": "500", "enhet": "utsagn"} | people)


def undo_in_history(client: TestClient) -> Iterator[Sent]:
    """What still holds, one after the other."""
    following = f"{HERE}/historikk?slag=avgjorelser"
    while following:
        text = client.get(following).text
        for form in Forms(text).found:
            if "hva" in form:
                yield Sent(f"{HERE}/historikk/angre", form)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        following = unescape(found[1]) if found else ""


def describe(client: TestClient) -> Iterator[Sent]:
    """Another consent for one interview after the other."""
    for number in range(1, 500):
        address = f"{HERE}/intervjuer/om/intervju-{number:03}"
        yield Sent(address, {"sett": "0", "rolle": "butikksjef", "samtykke": f"S-{number}"})


def begin_upload(client: TestClient) -> Iterator[Sent]:
    """One file after the other, told of before it is sent."""
    for number in range(500):
        file = {"merke": str(number), "navn": f"opptak-{number}.mp3", "storrelse": "60000000"}
        yield Sent(f"{HERE}/intervjuer/opplasting", file, part=True)


BOARD = f"{HERE}/nokkelkompetanser"


def edit_candidates(act: str, *ids: str, undo: bool = False, **fields: str) -> Callable[[TestClient], Iterator[Sent]]:
    """An edit of candidates as the page has them, undone before the next; or its undoing, done before that.

    A field that is the id of a candidate is sent as the page has that one.
    """

    def forms(client: TestClient) -> Iterator[Sent]:
        while True:
            values = _candidates(client.get(BOARD).text)
            compared = client.get(f"{BOARD}/sammenlign?kandidat={ids[0]}").text
            marked = re.findall(r'name="utsagn" value="([^"]+)"', compared)[:3]
            sent = {name: values.get(value, value) for name, value in fields.items()}
            edit = Sent(f"{BOARD}/{act}", sent | {"kandidat": [values[id] for id in ids], "utsagn": marked}, part=True)
            if undo:
                client.post(edit.address, data=edit.data)
            else:
                yield edit
            made = max(int(number) for number in re.findall(r'name="nummer" value="(\d+)"', client.get(BOARD).text))
            undoing = Sent(f"{BOARD}/angre", {"nummer": str(made)}, part=True)
            if undo:
                yield undoing
            else:
                client.post(undoing.address, data=undoing.data)

    return forms


def choose_candidates(client: TestClient) -> Iterator[Sent]:
    """One candidate, chosen and not in turn."""
    while True:
        text = client.get(BOARD).text
        form = text.partition('id="k-c0"')[2].partition("</form>")[0]
        found = re.search(r'name="sett" value="(\d+)".*name="valgt" value="(\w+)"', form, re.DOTALL)
        seen, choice = found.groups()  # type: ignore[union-attr]
        yield Sent(f"{BOARD}/velg", {"kandidat": _candidates(text)["c0"], "sett": seen, "valgt": choice}, part=True)


def give_grounds(client: TestClient) -> Iterator[Sent]:
    """Another text for one candidate each time."""
    while True:
        text = client.get(BOARD).text
        seen = re.search(r'name="sett" value="(\d+)" data-seen="c1"', text)[1]  # type: ignore[index]
        sent = {"kandidat": _candidates(text)["c1"], "sett": seen, "hvorfor": f"Etter {seen}.", "hva": "Å få det til."}
        yield Sent(f"{BOARD}/begrunn", sent, part=True)


def _candidates(text: str) -> dict[str, str]:
    """What forms call each candidate, by its id."""
    return dict(re.findall(r'data-id="([^"]+)" data-value="([^"]+)"', text))


def new_projects(client: TestClient) -> Iterator[Sent]:
    """Projects, each of its own name."""
    for number in range(1, 1000):
        yield Sent("/", {"navn": f"Prosjekt {number}", "roller": "butikksjef, selger"})


ACTIONS = {
    "Make a project": new_projects,
    "Approve": decide("godkjenn"),
    "Move": decide("flytt", plass="pace"),
    "Relabel": decide("kategori", kategori="task"),
    "Reject": decide("forkast", notat="Hører ikke til."),
    "Undo": decide("angre"),
    "Approve in the queue": in_queue("godkjenn"),
    "Move in the queue": in_queue("flytt pace"),
    "Skip in the queue": in_queue("hopp"),
    "Undo in the queue": in_queue("angre"),
    "Move a card of the balance model": on_the_figure("flytt pace"),
    "Undo at the balance model": on_the_figure("angre"),
    "Judge a proxy": judge("ja"),
    "Undo a verdict": judge("angre"),
    "Approve beside the text": beside_the_text("godkjenn"),
    "Add a missed phrase": in_text("nytt"),
    "Move a phrase's border": in_text("grenser"),
    "Correct a word": in_text("rett"),
    "Change an interview's details": describe,
    "Begin an upload": begin_upload,
    "Code a phrase blind": code_blind,
    "Settle a disagreement": settle_one,
    "Start a round of 500 phrases": start_rounds,
    "Undo in the history": undo_in_history,
}
# Each form is read when the one before has been answered, since it tells what holds by then.
ONE_BY_ONE = {
    "Choose a key competence": choose_candidates,
    "Say why and what": give_grounds,
    "Name a candidate": edit_candidates("navn", "c1", navn="Et annet navn"),
    "Move three phrases to another candidate": edit_candidates("flytt", "c2", til="c3"),
    "Take three phrases out": edit_candidates("del", "c4"),
    "Divide a candidate of 3,000 phrases in two": edit_candidates("del-i-to", "c5"),
    "Merge two of 3,000 phrases": edit_candidates("sla-sammen", "c6", "c7"),
    "Undo moving phrases": edit_candidates("flytt", "c8", undo=True, til="c9"),
    "Undo merging 3,000 phrases": edit_candidates("sla-sammen", "c10", "c11", undo=True),
}


@dataclass(frozen=True)
class Measured:
    """How long a page or action took, in ms: by the clock, and of a processor."""

    title: str
    address: str
    median: float
    slow: float  # 95th percentile
    worked: float  # median


def measure_page(client: TestClient, title: str, address: str, times: int) -> Measured:
    """The page asked for so many times, after once that does not count."""
    return _measured(title, address, [_timed(client, "GET", address, None, 200) for _ in range(times + 1)][1:])


def measure_action(
    client: TestClient, title: str, forms: Callable[[TestClient], Iterator[Sent]], times: int
) -> Measured:
    """So many forms sent, each its own; those of `ACTIONS` are all read first."""
    found = islice(forms(client), times)
    address, taken = "", []
    for form in list(found) if title in ACTIONS else found:
        address = form.address.partition("?")[0]
        taken.append(_timed(client, "POST", form.address, form.data, 200 if form.part else 303))
    return _measured(title, address, taken)


def _timed(
    client: TestClient, method: str, address: str, data: dict[str, Any] | None, status: int
) -> tuple[float, float]:
    headers = {"HX-Request": "true"} if data and status == 200 else {}
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.request(method, address, data=data, headers=headers, follow_redirects=False)
    taken = (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000
    if answer.status_code != status:
        raise SystemExit(f"{method} {address} answered {answer.status_code}, not {status}")
    return taken


def _measured(title: str, address: str, taken: list[tuple[float, float]]) -> Measured:
    clock, processor = zip(*taken, strict=True)
    return Measured(title, address, median(clock), quantiles(clock, n=20)[-1], median(processor))


def report(measured: list[Measured], times: int) -> str:
    """A table, and what is above the limit."""
    lines = ["| page or action | address | median | 95th percentile | of a processor |", "|---|---|--:|--:|--:|"]
    lines += [
        f"| {one.title} | `{one.address}` | {one.median:.0f} ms | {one.slow:.0f} ms | {one.worked:.0f} ms |"
        for one in measured
    ]
    slow = [one.title for one in measured if one.slow > LIMIT]
    verdict = f"Above {LIMIT} ms: {', '.join(slow)}." if slow else f"All within {LIMIT} ms."
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    about = f"500 interviews, 100,000 phrases, a third decided, SQLite; each asked {times} times in process; {machine}."
    return "\n".join(["# How fast the pages answer", "", about, "", *lines, "", f"**{verdict}**", ""])


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        begun = time.perf_counter()
        make(folder / "big.db")
        print(f"database ready after {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        copy = Path(temporary) / "copy.db"
        shutil.copy(folder / "big.db", copy)
        sessions = open_database(f"sqlite:///{copy}")
        with sessions.begin() as session:
            code_twice(session)
        settings = Settings(Path(temporary), f"sqlite:///{copy}", str(Path(temporary) / "recordings"))
        client = TestClient(create_app(sessions, settings), base_url=BASE)
        client.post("/hvem", data={"navn": "Kari", "tilbake": "/"})
        settle()
        measured = [measure_page(client, title, address, options.times) for title, address in PAGES.items()]
        measured += [
            measure_action(client, title, forms, options.times) for title, forms in (ACTIONS | ONE_BY_ONE).items()
        ]
        text = report(measured, options.times)
        sessions.kw["bind"].dispose()
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, help="where the database is made, or was made before")
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for")
    parser.add_argument("-o", "--output", type=Path, help="write the table there too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
