from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session
from store_examples import CHEERFUL, SEES, TIDIES, coded, phrase_of, suggestions

from pipeline.corrections import Correction
from pipeline.errors import InputError
from pipeline.records import Identity, Label, Phrase, Suggestion, Transcript, Turn, identity_of
from store.decisions import Choice, decide, decide_all
from store.interviews import Interview, Source, add_interview
from store.projects import Project, create_project
from store.results import save_coding, save_transcript
from store.second_coding import (
    Advance,
    CodingRound,
    Said,
    Selection,
    advance_of,
    assigned,
    assignment_numbered,
    close_round,
    code_blind,
    codings_of,
    count_disagreements,
    count_drawable,
    disagreement_numbered,
    find_disagreements,
    last_coded,
    next_assigned,
    next_disagreement,
    pairs_of,
    round_numbered,
    rounds_of,
    start_round,
)
from store.transcript_edits import TranscriptEdit, correct

TWO = ("Kari", "Ola")


@pytest.fixture(autouse=True)
def known(session: Session, interview: Interview) -> Interview:
    coded(session, interview)
    return interview


def add_many(session: Session, project: Project, name: str, number: int) -> None:
    """An interview with so many phrases."""
    source = Source(name, "transcript", name[1] * 64, ".txt")
    interview = add_interview(session, project.id, source).interview
    words = [f"utsagn{i:03d}" for i in range(number)]
    stored = save_transcript(session, interview.id, "k", Transcript(name, (Turn("respondent", " ".join(words)),)))
    spans = [Phrase(name, 0, i * 10, i * 10 + 9, word) for i, word in enumerate(words)]
    save_coding(session, stored.id, "k", "r", [Suggestion(span, Label("task", 0.5)) for span in spans])


def test_round_is_kept_as_it_was_started(session: Session, project: Project) -> None:
    """A round comes back with its share, its two people, its seed, and who began it."""
    begun = start_round(session, project.id, 0.5, TWO, "Per", seed="a")
    assert rounds_of(session, project.id) == (begun,)
    assert round_numbered(session, project.id, begun.id) == begun
    assert (begun.share, begun.people, begun.seed, begun.person) == (0.5, TWO, "a", "Per")


def test_both_get_the_same_phrases_as_they_were_said(session: Session, project: Project) -> None:
    """Both people are assigned the same phrases; nobody else is assigned any."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    assert assigned(session, begun.id, "Kari") == tuple(map(phrase_of, (SEES, TIDIES, CHEERFUL)))
    assert assigned(session, begun.id, "Ola") == assigned(session, begun.id, "Kari")
    assert assigned(session, begun.id, "Kari", limit=1) == (phrase_of(SEES),)
    assert assigned(session, begun.id, "Per") == ()


def test_draw_is_of_the_seed_and_spread_over_interviews(session: Session, project: Project) -> None:
    """The same seed draws the same phrases, another one others; each interview gives its share."""
    add_many(session, project, "anne", 100)
    add_many(session, project, "berit", 50)
    drawn = [
        assigned(session, start_round(session, project.id, 0.2, TWO, "Per", seed=seed).id, "Kari") for seed in "aab"
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    shares = Counter(phrase.interview for phrase in drawn[0])
    assert sum(shares.values()) == round(0.2 * 153)
    assert abs(shares["anne"] - 20) <= 1
    assert abs(shares["berit"] - 10) <= 1


def test_a_small_share_is_at_least_one_phrase(session: Session, project: Project) -> None:
    """However small the share, there is something to code."""
    begun = start_round(session, project.id, 0.001, TWO, "Per")
    assert len(assigned(session, begun.id, "Ola")) == 1


def test_coded_phrases_are_no_longer_assigned(session: Session, project: Project) -> None:
    """What one has coded is gone from their list, and stays on the other's."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    made = code_blind(session, begun.id, identity_of(phrase_of(SEES)), "Kari", "competence", ("people",))
    assert (made.phrase, made.person, made.category, made.positions) == (
        phrase_of(SEES),
        "Kari",
        "competence",
        ("people",),
    )
    assert phrase_of(SEES) not in assigned(session, begun.id, "Kari")
    assert phrase_of(SEES) in assigned(session, begun.id, "Ola")


def test_codings_come_by_phrase(session: Session, project: Project) -> None:
    """All that was said comes by phrase, as it was said in the interview, in the round that it was said in."""
    begun, other = (start_round(session, project.id, 1, TWO, "Per") for _ in range(2))
    for words, person in ((TIDIES, "Ola"), (SEES, "Ola"), (SEES, "Kari")):
        code_blind(session, begun.id, identity_of(phrase_of(words)), person, "task")
    told = [(coding.phrase.text, coding.person) for coding in codings_of(session, begun.id)]
    assert told == [(SEES, "Ola"), (SEES, "Kari"), (TIDIES, "Ola")]
    assert codings_of(session, other.id) == ()


def test_newest_coding_of_each_holds(session: Session, project: Project) -> None:
    """Who says something else of a phrase has said that; the same said again is nothing new."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    made = [
        code_blind(session, begun.id, identity_of(phrase_of(SEES)), "Kari", one) for one in ("task", "trait", "trait")
    ]
    assert made[1] == made[2] != made[0]
    assert codings_of(session, begun.id) == (made[1],)


@pytest.mark.parametrize(
    ("identity", "person", "category", "positions", "match"),
    [
        (identity_of(phrase_of(SEES)), "Per", "task", (), "ikke tildelt"),
        (Identity("kari", 1, 0, 1), "Kari", "task", (), "ikke tildelt"),
        (identity_of(replace(phrase_of(SEES), interview="per")), "Kari", "task", (), "ikke tildelt"),
        (identity_of(phrase_of(SEES)), "Kari", "dyd", (), "dyd"),
        (identity_of(phrase_of(SEES)), "Kari", "", (), "mangler"),
        (identity_of(phrase_of(SEES)), "Kari", "task", ("people",), "bare kompetanser"),
    ],
)
def test_unusable_coding_is_refused(
    session: Session,
    project: Project,
    identity: Identity,
    person: str,
    category: str,
    positions: tuple[str, ...],
    match: str,
) -> None:
    """Only the two code, only what is assigned, and only with what there is."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    with pytest.raises(InputError, match=match):
        code_blind(session, begun.id, identity, person, category, positions)
    assert codings_of(session, begun.id) == ()


@pytest.mark.parametrize(
    ("share", "people", "person", "match"),
    [
        (0, TWO, "Per", "andelen"),
        (1.5, TWO, "Per", "andelen"),
        (0.5, ("Kari", " Kari "), "Per", "ulike"),
        (0.5, ("Kari", ""), "Per", "ulike"),
        (0.5, TWO, " ", "navn"),
    ],
)
def test_unusable_round_is_refused(
    session: Session, project: Project, share: float, people: tuple[str, str], person: str, match: str
) -> None:
    """A round needs a share, two people, and somebody who begins it."""
    with pytest.raises(InputError, match=match):
        start_round(session, project.id, share, people, person)
    assert rounds_of(session, project.id) == ()


def test_project_with_nothing_to_code_is_refused(session: Session) -> None:
    """Without phrases there is no round."""
    empty = create_project(session, "Sykehjem", ())
    with pytest.raises(InputError, match="ingen utsagn"):
        start_round(session, empty.id, 1, TWO, "Per")


def test_round_of_another_project_is_not_found(session: Session, project: Project) -> None:
    """A round is asked for by its project and number."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    with pytest.raises(InputError, match="finnes ikke"):
        round_numbered(session, create_project(session, "Sykehjem", ()).id, begun.id)


def test_new_coding_leaves_the_round(session: Session, project: Project, known: Interview) -> None:
    """What is assigned stays, whatever a newer model finds."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    stored = coded(session, known)
    save_coding(session, stored.id, "k2", "r2", suggestions()[:1])
    assert len(assigned(session, begun.id, "Kari")) == 3


def say(session: Session, begun: CodingRound, words: str, first: str, second: str) -> None:
    """What each of the two says of the words: a category, or a position."""
    for person, said in zip(TWO, (first, second), strict=True):
        category, positions = (said, ()) if said in ("task", "trait", "none") else ("competence", (said,))
        code_blind(session, begun.id, identity_of(phrase_of(words)), person, category, positions)


def closed(session: Session, project: Project) -> CodingRound:
    """A closed round where the two agree on what they see, and on nothing else."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    say(session, begun, SEES, "people", "people")
    say(session, begun, TIDIES, "task", "routines")
    say(session, begun, CHEERFUL, "people", "pace")
    return close_round(session, project.id, begun.id, "Per")


def test_round_is_drawn_from_a_selection(session: Session, project: Project) -> None:
    """A round may be of one interview, role or chain, and remembers which."""
    add_many(session, project, "anne", 10)
    wanted = Selection(interview="anne")
    begun = start_round(session, project.id, 1, TWO, "Per", selection=wanted)
    assert count_drawable(session, project.id, wanted) == 10
    assert {phrase.interview for phrase in assigned(session, begun.id, "Kari")} == {"anne"}
    assert round_numbered(session, project.id, begun.id).selection == wanted
    assert count_drawable(session, project.id, Selection(role="butikksjef")) == 3
    assert count_drawable(session, project.id, Selection(chain="Sør")) == 0


def test_next_one_comes_after_and_then_from_the_beginning(session: Session, project: Project) -> None:
    """What was passed over comes back when the rest is done, and nothing comes where all is."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    first = next_assigned(session, begun.id, "Kari")
    assert first is not None
    second = next_assigned(session, begun.id, "Kari", first.number)
    assert second is not None
    assert (first.phrase, second.phrase) == (phrase_of(SEES), phrase_of(TIDIES))
    for words in (TIDIES, CHEERFUL):
        code_blind(session, begun.id, identity_of(phrase_of(words)), "Kari", "task")
    assert next_assigned(session, begun.id, "Kari", second.number) == first
    code_blind(session, begun.id, identity_of(phrase_of(SEES)), "Kari", "task")
    assert next_assigned(session, begun.id, "Kari") is None
    assert next_assigned(session, begun.id, "Per") is None


def test_what_was_said_is_found_again_newest_first(session: Session, project: Project) -> None:
    """One can go back over one's own codings, one by one, and see what one said; not another's."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    made = [code_blind(session, begun.id, identity_of(phrase_of(one)), "Kari", "task") for one in (SEES, TIDIES)]
    number = last_coded(session, begun.id, "Kari")
    assert number is not None
    last = assignment_numbered(session, begun.id, "Kari", number)
    assert last is not None
    assert last.said == made[1]
    before = last_coded(session, begun.id, "Kari", made[1].id)
    assert before == number - 1
    assert last_coded(session, begun.id, "Kari", made[0].id) is None
    others = assignment_numbered(session, begun.id, "Ola", number)
    assert others is not None
    assert others.said is None
    assert assignment_numbered(session, begun.id, "Per", number) is None


def test_advance_counts_each_and_both(session: Session, project: Project) -> None:
    """How many there are, how many each has coded, however often, and how many both."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    for category in ("task", "trait"):
        code_blind(session, begun.id, identity_of(phrase_of(SEES)), "Ola", category)
    code_blind(session, begun.id, identity_of(phrase_of(SEES)), "Kari", "task")
    code_blind(session, begun.id, identity_of(phrase_of(TIDIES)), "Ola", "task")
    assert advance_of(session, begun) == Advance(3, (1, 2), 1)


def test_closed_round_takes_no_codings(session: Session, project: Project) -> None:
    """From when somebody closes a round, which is done once, nobody codes in it."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    done = close_round(session, project.id, begun.id, "Per")
    assert (begun.closed_by, done.closed_by) == ("", "Per")
    assert rounds_of(session, project.id) == (done,)
    with pytest.raises(InputError, match="lukket"):
        code_blind(session, begun.id, identity_of(phrase_of(SEES)), "Kari", "task")
    with pytest.raises(InputError, match="alt lukket"):
        close_round(session, project.id, begun.id, "Ola")
    assert codings_of(session, begun.id) == ()


def test_pairs_are_counted_as_they_hold(session: Session, project: Project) -> None:
    """What both say is counted, the first before the second, by category and first position."""
    begun = start_round(session, project.id, 1, TWO, "Per")
    say(session, begun, SEES, "people", "people")
    say(session, begun, TIDIES, "people", "people")
    say(session, begun, TIDIES, "task", "routines")
    code_blind(session, begun.id, identity_of(phrase_of(CHEERFUL)), "Kari", "trait")
    people = Said("competence", "people")
    assert pairs_of(session, begun) == {
        (people, people): 1,
        (Said("task", ""), Said("competence", "routines")): 1,
    }


def test_disagreements_are_found_as_they_were_said(session: Session, project: Project) -> None:
    """Other categories and other positions are disagreements; what both say alike is none."""
    done = closed(session, project)
    found = find_disagreements(session, done, 10)
    assert sum(pairs_of(session, done).values()) == 3
    assert [one.phrase for one in found] == [phrase_of(TIDIES), phrase_of(CHEERFUL)]
    assert found[0].said == (Said("task", ""), Said("competence", "routines"))
    assert [one.settled for one in found] == [False, False]
    assert find_disagreements(session, done, 10, offset=1) == found[1:]
    assert disagreement_numbered(session, done, found[1].number) == found[1]
    assert disagreement_numbered(session, done, found[0].number - 1) is None
    assert count_disagreements(session, done) == (2, 0)


def test_decision_since_settles_a_disagreement(session: Session, project: Project) -> None:
    """A decision made after the round was closed settles the phrase till it is undone; one before does not."""
    decide(session, project.id, phrase_of(CHEERFUL), Choice("reject", "Anne"))
    done = closed(session, project)
    made = decide(session, project.id, phrase_of(TIDIES), Choice("reject", "Anne"))
    assert [one.settled for one in find_disagreements(session, done, 10)] == [True, False]
    assert count_disagreements(session, done) == (2, 1)
    left = next_disagreement(session, done)
    assert left is not None
    assert left.phrase == phrase_of(CHEERFUL)
    assert next_disagreement(session, done, after=left.number) == left
    decide(session, project.id, phrase_of(TIDIES), Choice("undo", "Anne", undoes=made.id))
    assert count_disagreements(session, done) == (2, 0)


def test_many_accepted_at_once_settle_nothing(session: Session, project: Project) -> None:
    """What is accepted among many is no answer to what two people saw differently."""
    done = closed(session, project)
    decide_all(session, project.id, [(phrase_of(TIDIES), Choice("approve", "Anne", "task"))])
    assert count_disagreements(session, done) == (2, 0)


def test_corrected_words_are_nothing_to_settle(session: Session, project: Project, known: Interview) -> None:
    """Where the transcript says something else since, the disagreement stays, with nothing to decide on."""
    done = closed(session, project)
    correct(
        session, known, TranscriptEdit(1, Correction(1, phrase_of(TIDIES).start, phrase_of(TIDIES).end, "feier")), "P"
    )
    found = find_disagreements(session, done, 10)
    assert [one.item_id is None for one in found] == [True, True]
    assert next_disagreement(session, done) is None
