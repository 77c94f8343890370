from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from store_examples import CHEERFUL, SEES, TIDIES, coded, phrase_of

from pipeline.records import Candidate, Clustering, Label, Phrase, Proxy, Suggestion, Transcript, Turn
from store.clusterings import save_clustering, typical_phrases
from store.decisions import Choice, decide
from store.interviews import Interview, Source, add_interview
from store.projects import Project, create_project
from store.proxies import (
    KIND,
    UNJUDGED,
    ProxyCount,
    ProxyFilter,
    count_proxies,
    is_proxy,
    kind_of,
    proxies_of,
    proxy_page,
    told_in,
    verdicts_on,
)
from store.proxy_verdicts import judge_proxy, undo_verdict
from store.results import save_coding, save_transcript
from store.review_items import ReviewItem


@pytest.fixture(autouse=True)
def known(session: Session, project: Project, interview: Interview) -> None:
    """The interview `kari`, a shop manager at Nord, with a task and a trait, and `per` with a title and a trait."""
    coded(session, interview)
    per = add_interview(session, project.id, Source("per", "transcript", "b" * 64, ".txt", role="selger", chain="Sør"))
    words = {"er fagleder": ("title", "education", "Lede"), "er snill": ("trait", "trait", "Yte service")}
    answer, found = " ".join(words), []
    for said, (kind, category, stands_for) in words.items():
        start = answer.index(said)
        phrase = Phrase("per", 0, start, start + len(said), said)
        found.append(Suggestion(phrase, Label(category, 0.9, (), Proxy(kind, stands_for, "Hva gjorde du?"))))
    stored = save_transcript(session, per.interview.id, "k", Transcript("per", (Turn("respondent", answer),)))
    save_coding(session, stored.id, "k", "r", found)


def words(items: tuple[ReviewItem, ...]) -> list[str]:
    return [item.phrase.text for item in items]


def found(session: Session, project: Project, by: str = "competence", **wanted: str | None) -> list[str]:
    return words(proxy_page(session, project.id, ProxyFilter(**wanted), by).items)


def test_proxies_stand_by_competence_and_as_spoken(session: Session, project: Project) -> None:
    """By the competence that each stands for, none first, and within it by interview; or by kind."""
    assert found(session, project) == [TIDIES, "er fagleder", CHEERFUL, "er snill"]
    assert found(session, project, KIND) == [TIDIES, "er fagleder", CHEERFUL, "er snill"]


def test_proxies_are_filtered(session: Session, project: Project) -> None:
    """By kind, competence (none is one too), role, chain and interview, all together."""
    assert found(session, project, kind="title") == ["er fagleder"]
    assert found(session, project, kind="education") == []
    assert found(session, project, stands_for="") == [TIDIES]
    assert found(session, project, stands_for="Yte service", role="selger") == ["er snill"]
    assert found(session, project, chain="Nord", kind="trait") == [CHEERFUL]
    assert found(session, project, interview="per", kind="trait") == ["er snill"]
    assert found(session, project, interview="per", role="butikksjef") == []


def test_peoples_decisions_say_what_is_a_proxy(session: Session, project: Project) -> None:
    """What people reject or say to be a competence is none, and a competence that they call a trait is one."""
    decide(session, project.id, phrase_of(CHEERFUL), Choice("reject", "Kari"))
    decide(session, project.id, phrase_of(TIDIES), Choice("move", "Kari", "competence", ("routines",)))
    decide(session, project.id, phrase_of(SEES), Choice("relabel", "Kari", "trait"))
    items = proxy_page(session, project.id).items
    assert words(items) == [SEES, "er fagleder", "er snill"]
    assert [kind_of(item) for item in items] == ["trait", "title", "trait"]
    assert all(map(is_proxy, items))


def test_another_category_is_another_kind(session: Session, project: Project) -> None:
    """Where a person says that a trait is a task, the model's kind holds no longer."""
    decide(session, project.id, phrase_of(CHEERFUL), Choice("relabel", "Kari", "task"))
    assert found(session, project, kind="task") == [TIDIES, CHEERFUL]


def test_verdicts_are_found_and_counted(session: Session, project: Project) -> None:
    """A verdict that holds is found by and counted; an undone one is not, and what is left is open."""
    judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Kari", "service")
    undone = judge_proxy(session, project.id, phrase_of(TIDIES), "not_proxy", "Kari")
    undo_verdict(session, project.id, undone.id, "Kari")
    assert found(session, project, verdict="proxy") == [CHEERFUL]
    assert found(session, project, verdict="not_proxy") == []
    assert found(session, project, verdict=UNJUDGED) == [TIDIES, "er fagleder", "er snill"]
    counts = count_proxies(session, project.id)
    assert counts == (
        ProxyCount("", "task", 1, {}),
        ProxyCount("Lede", "title", 1, {}),
        ProxyCount("Yte service", "trait", 2, {"proxy": 1}),
    )
    assert [count.open for count in counts] == [1, 1, 1]
    assert count_proxies(session, project.id, ProxyFilter(role="selger", stands_for="Yte service")) == (
        ProxyCount("Yte service", "trait", 1, {}),
    )


def test_newer_verdict_takes_the_place_in_the_lists(session: Session, project: Project) -> None:
    """A phrase with two verdicts is counted once, by the newer."""
    for verdict in ("proxy", "not_proxy"):
        judge_proxy(session, project.id, phrase_of(CHEERFUL), verdict, "Kari")
    assert found(session, project, verdict="proxy") == []
    assert count_proxies(session, project.id, ProxyFilter(stands_for="Yte service"))[0].verdicts == {"not_proxy": 1}


@pytest.mark.parametrize("by", ["competence", "kind"])
def test_pages_follow_each_other_both_ways(session: Session, project: Project, by: str) -> None:
    """Each page begins where the other ended, and says whether there is more on either side."""
    first = proxy_page(session, project.id, by=by, limit=3)
    assert (len(first.items), first.before, first.after) == (3, False, True)
    second = proxy_page(session, project.id, by=by, limit=3, after=first.items[-1].id)
    assert (words(second.items), second.before, second.after) == (["er snill"], True, False)
    back = proxy_page(session, project.id, by=by, limit=2, before=second.items[0].id)
    assert (back.items, back.before, back.after) == (first.items[1:], True, True)
    assert proxy_page(session, project.id, by=by, limit=9, before=second.items[0].id).before is False


def test_page_loses_nothing_where_phrases_leave_it(session: Session, project: Project) -> None:
    """Of what is unjudged the next page is the same when all of the first has got a verdict meanwhile."""
    wanted = ProxyFilter(verdict=UNJUDGED)
    first = proxy_page(session, project.id, wanted, limit=2)
    for item in first.items:
        judge_proxy(session, project.id, item.phrase, "proxy", "Kari")
    assert words(proxy_page(session, project.id, wanted, after=first.items[-1].id).items) == [CHEERFUL, "er snill"]


def test_page_after_what_is_gone_is_the_first(session: Session, project: Project) -> None:
    """An id that there is not begins at the beginning, in either direction."""
    for edge in ({"after": 999}, {"before": 999}):
        page = proxy_page(session, project.id, limit=2, **edge)
        assert (len(page.items), page.before, page.after) == (2, False, True)


def test_projects_do_not_see_each_others_proxies(session: Session, project: Project) -> None:
    """Another project has none of them."""
    other = create_project(session, "Sykehjem", ()).id
    assert count_proxies(session, other) == ()
    assert proxy_page(session, other).items == ()


def test_list_is_read_from_its_index(session: Session, project: Project) -> None:
    """SQLite takes the index made for the list, which has its order; without it a list costs a sort of all."""
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("how PostgreSQL plans depends on what is in the table")
    statement = """EXPLAIN QUERY PLAN SELECT review_items.id FROM review_items WHERE review_items.project_id = 1
        AND review_items.category IN ('trait', 'task', 'education') AND review_items.state <> 'rejected'
        ORDER BY review_items.stands_for, review_items.interview_id"""
    assert "ix_review_items_standing_in" in str(session.execute(text(statement)).all())


def test_cards_read_what_they_show_alone(session: Session, project: Project, interview: Interview) -> None:
    """The model's proxies, the verdicts that hold, and which wordings the same interview has."""
    first = judge_proxy(session, project.id, phrase_of(CHEERFUL), "not_proxy", "Kari")
    judge_proxy(session, project.id, phrase_of(TIDIES), "proxy", "Kari", "teams")
    undo_verdict(session, project.id, judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Ola").id, "Ola")
    items = proxy_page(session, project.id, ProxyFilter(interview="kari")).items
    tidies, cheerful = (item.id for item in items)
    assert proxies_of(session, items) == {cheerful: Proxy("trait", "Yte service", "Hva gjorde du?")}
    holding = verdicts_on(session, items)
    assert holding[cheerful] == first
    assert (holding[tidies].verdict, holding[tidies].stands_for) == ("proxy", "teams")
    other = items[0].interview_id + 1
    asked = [(interview.id, SEES), (other, SEES), (interview.id, "ukjent")]
    assert told_in(session, asked) == {(interview.id, SEES)}
    assert (proxies_of(session, ()), verdicts_on(session, ()), told_in(session, ())) == ({}, {}, set())


def test_typical_phrases_of_some_candidates(session: Session, project: Project) -> None:
    """Of the newest candidates with these ids, the first so many phrases; nothing where nothing is gathered."""
    assert typical_phrases(session, project.id, ["c1"], 2) == {}
    phrases = tuple(map(phrase_of, (SEES, TIDIES, CHEERFUL)))
    candidates = tuple(Candidate(cid, cid, (), ("kari",), phrases) for cid in ("c1", "c2"))
    save_clustering(session, project.id, "k", Clustering(candidates))
    assert typical_phrases(session, project.id, ["c1", "ukjent"], 2) == {"c1": phrases[:2]}
