from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from store_examples import (
    ANSWER,
    CHEERFUL,
    DAY,
    SEES,
    TIDIES,
    coded,
    phrase_of,
    projected,
    suggestions,
    transcribed,
)

from pipeline.corrections import Correction
from pipeline.records import Identity, Label, Suggestion, identity_of
from pipeline.review_order import is_unbiased
from store.database import open_database
from store.decisions import Choice, current_decisions, decide, decide_all, undo_batch
from store.interviews import Interview, Source, add_interview
from store.projection import rebuild, review_seed
from store.projects import Project, create_project, project_named
from store.results import latest_coding, latest_transcript, save_coding
from store.review_items import (
    ANY_PROXY,
    DECIDED,
    LATEST,
    SORTS,
    SPOKEN,
    SUREST,
    TEACHING,
    Filter,
    count_items,
    count_placed,
    find_items,
    find_texts,
    how_many,
    item_of,
    items_numbered,
    rank_of,
)
from store.tables import ProjectionRow, ReviewItemRow
from store.transcript_edits import TranscriptEdit, correct

APPROVED = Choice("approve", "Kari", "competence", ("people", "pace+presence"))
REJECTED = Choice("reject", "Ola")


@pytest.fixture
def known(session: Session, interview: Interview) -> Interview:
    """The interview `kari`, coded."""
    coded(session, interview)
    return interview


def found(session: Session, project: Project, wanted: Filter, sort: str = SPOKEN) -> list[str]:
    return [item.phrase.text for item in find_items(session, project.id, wanted, sort)]


def test_item_is_what_the_model_says(session: Session, project: Project, known: Interview) -> None:
    """Before anybody decided, a phrase holds what the newest coding says, and names its suggestion."""
    item = item_of(session, project.id, identity_of(phrase_of(SEES)))
    coding = latest_coding(session, known.id)
    assert item
    assert coding
    assert (item.phrase, item.coding_id, item.ordinal) == (phrase_of(SEES), coding.id, 0)
    assert (item.suggested, item.probability, item.suggested_position) == ("competence", 0.9, "people")
    assert (item.category, item.positions, item.state, item.safe) == ("competence", ("people",), "open", True)
    assert (item.role, item.chain, item.person, item.decided) == ("butikksjef", "Nord", "", None)
    assert item.drawn == is_unbiased(item.identity, review_seed(project.id))


def test_none_is_left_out(session: Session, project: Project, known: Interview) -> None:
    """What the model finds irrelevant is not there to review."""
    assert found(session, project, Filter()) == [SEES, TIDIES, CHEERFUL]
    assert item_of(session, project.id, identity_of(phrase_of(DAY))) is None


def test_none_that_somebody_decided_on_is_there_till_it_is_undone(
    session: Session, project: Project, known: Interview
) -> None:
    """A decision brings in what the model left out, and its undoing takes it away again."""
    made = decide(session, project.id, phrase_of(DAY), Choice("relabel", "Kari", "task"))
    assert found(session, project, Filter(category="task")) == [TIDIES, DAY]
    decide(session, project.id, phrase_of(DAY), Choice("undo", "Kari", undoes=made.id))
    assert found(session, project, Filter(category="task")) == [TIDIES]


def test_item_is_what_somebody_decided(session: Session, project: Project, known: Interview) -> None:
    """A decision changes what holds, and leaves what the model says."""
    made = decide(session, project.id, phrase_of(CHEERFUL), Choice("move", "Kari", "competence", ("presence",)))
    item = item_of(session, project.id, identity_of(phrase_of(CHEERFUL)))
    assert item
    assert (item.suggested, item.category, item.positions) == ("trait", "competence", ("presence",))
    assert (item.state, item.decision_id, item.person, item.decided) == ("moved", made.id, "Kari", made.created)


def test_rejected_stays_where_it_was(session: Session, project: Project, known: Interview) -> None:
    """A rejected phrase keeps the category and position of the model, in another state."""
    decide(session, project.id, phrase_of(SEES), REJECTED)
    (item,) = find_items(session, project.id, Filter(states=("rejected",)))
    assert (item.category, item.positions, item.state) == ("competence", ("people",), "rejected")


def test_new_coding_replaces_the_old_one(session: Session, project: Project, known: Interview) -> None:
    """A newer coding's phrases take the place of the older one's; what was decided stays, unknown to the model."""
    decide(session, project.id, phrase_of(SEES), APPROVED)
    stored = latest_transcript(session, known.id)
    assert stored
    other = Suggestion(phrase_of("kunden"), Label("task", 0.6))
    save_coding(session, stored.id, "k2", "r2", [other])
    items = find_items(session, project.id, sort=SPOKEN)
    assert [(item.phrase.text, item.suggested) for item in items] == [(SEES, ""), ("kunden", "task")]
    assert (items[0].coding_id, items[0].drawn, items[0].teaches) == (None, False, 0.0)


def test_phrase_with_two_positions_is_found_under_both(session: Session, project: Project, known: Interview) -> None:
    """A phrase is in the list of each of its positions, and counted in each."""
    decide(session, project.id, phrase_of(SEES), APPROVED)
    assert found(session, project, Filter(position="people")) == [SEES]
    assert found(session, project, Filter(position="pace+presence")) == [SEES]
    assert count_items(session, project.id, ("position",)) == {("people",): 1, ("pace+presence",): 1}
    assert count_items(session, project.id, ("positions",))["people pace+presence",] == 1


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Filter(interview="kari"), [SEES, TIDIES, CHEERFUL]),
        (Filter(interview="per"), []),
        (Filter(interview="kari", turns=(0, 1)), [SEES, TIDIES, CHEERFUL]),
        (Filter(interview="kari", turns=(0,)), []),
        (Filter(role="butikksjef", chain="Nord"), [SEES, TIDIES, CHEERFUL]),
        (Filter(chain="Sør"), []),
        (Filter(category="trait"), [CHEERFUL]),
        (Filter(position="people", category="task"), []),
        (Filter(states=("open",)), [TIDIES, CHEERFUL]),
        (Filter(states=DECIDED), [SEES]),
        (Filter(unsure=True), [TIDIES]),
        (Filter(safe=True), [SEES]),
        (Filter(safe=False, unsure=False), [CHEERFUL]),
        (Filter(proxy="trait"), [CHEERFUL]),
        (Filter(proxy="task"), []),
        (Filter(proxy=ANY_PROXY), [CHEERFUL]),
        (Filter(least=0.8), [SEES, CHEERFUL]),
        (Filter(most=0.55), [TIDIES]),
        (Filter(position="people", least=0.95), []),
    ],
)
def test_filter_finds_what_fits(
    session: Session, project: Project, known: Interview, wanted: Filter, words: list[str]
) -> None:
    """Each part of a filter leaves out what does not fit, and the count agrees."""
    decide(session, project.id, phrase_of(SEES), APPROVED)
    assert found(session, project, wanted) == words
    assert how_many(session, project.id, wanted) == len(words)
    assert sum(count_items(session, project.id, ("interview", "role", "state"), wanted).values()) == len(words)


def test_random_tenth_is_found(session: Session, project: Project, known: Interview) -> None:
    """The drawn and the others make up everything, and the drawn are those of the project's tenth."""
    drawn = set(found(session, project, Filter(drawn=True)))
    seed = review_seed(project.id)
    assert drawn == {w for w in (SEES, TIDIES, CHEERFUL) if is_unbiased(identity_of(phrase_of(w)), seed)}
    assert drawn | set(found(session, project, Filter(drawn=False))) == {SEES, TIDIES, CHEERFUL}


@pytest.mark.parametrize(("sort", "words"), [(TEACHING, [TIDIES, SEES, CHEERFUL]), (SUREST, [SEES, CHEERFUL, TIDIES])])
def test_sorts(session: Session, project: Project, known: Interview, sort: str, words: list[str]) -> None:
    """What teaches most is what the model doubts most, in category or position; the surest is the most probable."""
    assert found(session, project, Filter(), sort) == words
    items = find_items(session, project.id, sort=sort)
    assert [rank_of(session, project.id, item, Filter(), sort) for item in items] == [0, 1, 2]
    assert [line.text for line in find_texts(session, project.id, Filter(), sort)] == words


def test_latest_decided_first(session: Session, project: Project, known: Interview) -> None:
    """By the latest, what was decided last comes first."""
    for words in (TIDIES, SEES):
        decide(session, project.id, phrase_of(words), REJECTED)
    assert found(session, project, Filter(states=DECIDED), LATEST) == [SEES, TIDIES]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("wanted", [Filter(), Filter(position="people")])
def test_pages_have_every_item_once(
    session: Session, project: Project, known: Interview, wanted: Filter, sort: str
) -> None:
    """In each order, with and without a position, the pages together have each phrase once."""
    add_more(session, project)
    pages = [find_items(session, project.id, wanted, sort, 2, offset) for offset in range(0, 8, 2)]
    identities = [item.identity for page in pages for item in page]
    assert len(set(identities)) == len(identities) == how_many(session, project.id, wanted) > 1


def test_rank_at_a_position_is_by_that_position(session: Session, project: Project, known: Interview) -> None:
    """In a list of a position phrases stand by how probable that position is."""
    decide(session, project.id, phrase_of(SEES), APPROVED)
    add_more(session, project)
    items = find_items(session, project.id, Filter(position="pace+presence"), SUREST)
    assert [item.phrase.text for item in items] == [SEES]
    people = find_items(session, project.id, Filter(position="people"), SUREST)
    wanted = Filter(position="people")
    assert [rank_of(session, project.id, item, wanted, SUREST) for item in people] == list(range(len(people)))


def test_counts_are_by_any_columns(session: Session, project: Project, known: Interview) -> None:
    """Counts come by each combination of what is asked for, with names for interviews."""
    decide(session, project.id, phrase_of(SEES), REJECTED)
    assert count_items(session, project.id, ("category", "state")) == {
        ("competence", "rejected"): 1,
        ("task", "open"): 1,
        ("trait", "open"): 1,
    }
    assert count_items(session, project.id, ("chain", "interview")) == {("Nord", "kari"): 3}
    assert count_items(session, project.id, ()) == {(): 3}


@pytest.mark.parametrize(
    "narrowed", [Filter(), Filter(role="butikksjef"), Filter(chain="Nord"), Filter(interview="kari")]
)
def test_placed_phrases_are_counted(session: Session, project: Project, known: Interview, narrowed: Filter) -> None:
    """What holds positions is counted by all that it holds, in the states wanted, whatever else is asked for."""
    assert count_placed(session, project.id, narrowed) == {("people",): 1}
    decide(session, project.id, phrase_of(SEES), APPROVED)
    both = {("people", "pace+presence"): 1}
    assert count_placed(session, project.id, replace(narrowed, states=("approved",))) == both
    assert count_placed(session, project.id, replace(narrowed, states=("open",))) == {}


def test_position_of_an_interview(session: Session, project: Project, known: Interview) -> None:
    """A position's phrases of one interview alone are found, in every order."""
    decide(session, project.id, phrase_of(SEES), APPROVED)
    for sort in SORTS:
        assert found(session, project, Filter(position="people", interview="kari"), sort) == [SEES]
        assert found(session, project, Filter(position="people", interview="ola"), sort) == []


def test_item_that_is_gone_is_left_out(session: Session, project: Project, known: Interview) -> None:
    """What was found, and is gone when it is read, is missing; the others come in their order."""
    first, *others = [item.id for item in find_items(session, project.id)]
    assert [item.id for item in items_numbered(session, [*others, 10**6, first])] == [*others, first]


def test_projects_are_apart(session: Session, project: Project, known: Interview) -> None:
    """Another project sees none of these phrases."""
    other = create_project(session, "Sykehjem", ())
    assert find_items(session, other.id) == ()
    assert item_of(session, other.id, identity_of(phrase_of(SEES))) is None
    assert count_items(session, other.id, ("category",)) == {}


def test_unknown_phrase_is_none(session: Session, project: Project, known: Interview) -> None:
    """A span that nobody suggested is no item."""
    assert item_of(session, project.id, Identity("kari", 1, 0, 1)) is None


def test_database_whose_projection_is_older_is_filled_on_opening(url: str) -> None:
    """Opening a database with a projection of other rules, or none, makes it anew from the facts."""
    first = open_database(url)
    with first.begin() as session:
        project = create_project(session, "Butikk", ())
        source = Source("kari", "transcript", "a" * 64, ".txt")
        coded(session, add_interview(session, project.id, source).interview)
        decide(session, project.id, phrase_of(SEES), APPROVED)
        wanted = projected(session)
        session.execute(text("DELETE FROM item_positions"))
        session.execute(text("DELETE FROM review_items"))
        session.execute(text("UPDATE projections SET version = 0"))
    first.kw["bind"].dispose()
    second = open_database(url)
    with second.begin() as session:
        assert projected(session) == wanted != []
        assert session.scalars(select(ProjectionRow.version)).one() > 0
        assert how_many(session, project_named(session, "Butikk").id) == 3
    second.kw["bind"].dispose()


WORDS = (SEES, TIDIES, CHEERFUL, DAY, "kunden", "og er")
CHOICES = (
    APPROVED,
    REJECTED,
    Choice("relabel", "Ola", "trait"),
    Choice("relabel", "Ola", "none"),
    Choice("move", "Kari", "competence", ("pace",)),
)
words = st.sampled_from(WORDS)
acts = st.one_of(
    st.tuples(st.just("decide"), words, st.sampled_from(CHOICES)),
    st.tuples(st.just("decide_all"), st.lists(words, unique=True), st.sampled_from(CHOICES)),
    st.tuples(st.just("undo"), words),
    st.tuples(st.just("undo_batch"), st.integers(0, 2)),
    st.tuples(st.just("code"), st.sets(st.integers(0, 3))),
    st.tuples(st.just("correct"), words, st.sampled_from(["", "kunden", "hver eneste", "x"])),
)


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=8))
def test_projection_is_what_a_rebuild_makes(session: Session, interview: Interview, done: list[Any]) -> None:
    """After whatever people and models do, the projection is the one that the facts alone give."""
    savepoint = session.begin_nested()
    coded(session, interview)
    batches: list[str] = []
    for act in done:
        perform(session, interview, batches, *act)
    kept = projected(session)
    rebuild(session, interview.project_id)
    assert projected(session) == kept
    in_force = current_decisions(session, interview.project_id)
    decided = session.scalars(select(ReviewItemRow.decision_id).where(ReviewItemRow.decision_id.is_not(None)))
    assert sorted(decided) == sorted(decision.id for decision in in_force.values())
    savepoint.rollback()


def perform(session: Session, interview: Interview, batches: list[str], act: str, *about: Any) -> None:
    """One thing that people or models do; what cannot be done any more is left."""
    project_id = interview.project_id
    stored = latest_transcript(session, interview.id)
    assert stored
    answer = stored.transcript.turns[1].text
    current = current_decisions(session, project_id)
    if act == "decide" and about[0] in answer:
        decide(session, project_id, phrase_of(about[0], answer), about[1])
    elif act == "decide_all":
        made = [(phrase_of(one, answer), about[1]) for one in about[0] if one in answer]
        batches += [decide_all(session, project_id, made)] * bool(made)
    elif act == "undo" and about[0] in answer:
        standing = current.get(identity_of(phrase_of(about[0], answer)))
        if standing:
            decide(session, project_id, standing.phrase, Choice("undo", "Ola", undoes=standing.id))
    elif act == "undo_batch" and about[0] < len(batches):
        undo_batch(session, project_id, batches[about[0]], "Per")
    elif act == "code":
        kept = [s for i, s in enumerate(suggestions()) if i in about[0] and s.phrase.text in answer]
        moved = [replace(s, phrase=phrase_of(s.phrase.text, answer)) for s in kept]
        save_coding(session, stored.id, repr((about, len(batches))), "r", moved)
    elif act == "correct" and about[0] in answer and about[0] != about[1]:
        start = answer.index(about[0])
        correction = Correction(1, start, start + len(about[0]), about[1])
        correct(session, interview, TranscriptEdit(stored.version, correction), "Per")


def add_more(session: Session, project: Project) -> None:
    """Another interview of the same answer."""
    other = add_interview(session, project.id, Source("anne", "audio", "c" * 64, ".mp3")).interview
    stored = transcribed(session, other, ANSWER)
    save_coding(session, stored.id, "k", "r", suggestions("anne"))
