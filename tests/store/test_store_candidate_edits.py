"""What people do to candidates shows at once in the newest clustering, without a model."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import store
from pipeline.edits import merge, move, rename, split
from pipeline.records import (
    Candidate,
    Clustering,
    Label,
    Phrase,
    Placement,
    Suggestion,
    Title,
    Transcript,
    Turn,
    identity_of,
)
from store import database
from store.candidate_choices import choice_history, choices_of, choose
from store.candidate_decisions import (
    candidate_history,
    decide_candidates,
    latest_edits,
    peoples_titles,
    show_later,
    undo_candidates,
)
from store.candidate_review import decided_in, states_in
from store.clusterings import (
    candidates_with,
    latest_candidates,
    latest_clustering,
    newest_state,
    phrases_in,
    save_clustering,
    versions_of,
)
from store.database import open_database
from store.decisions import Choice, decide
from store.interviews import Source, add_interview
from store.projects import Project
from store.results import save_coding, save_transcript
from store.tables import MemberRow

WORDS = ["ser", "folk", "roer", "ned", "selger", "varer", "teller", "kassen", "henter", "brød", "vasker", "gulv"]


def phrases_of(interview: str, *numbers: int) -> tuple[Phrase, ...]:
    """Each of the interview's words by its number."""
    starts = [len(" ".join(WORDS[:number])) + (number > 0) for number in numbers]
    return tuple(
        Phrase(interview, 0, start, start + len(WORDS[n]), WORDS[n]) for n, start in zip(numbers, starts, strict=True)
    )


SEE = Candidate(
    "see", "Se folk", (Placement("people", 0.8),), ("kari", "ola"), phrases_of("kari", 0, 1, 2) + phrases_of("ola", 0)
)
CALM = Candidate("calm", "Roe ned", (Placement("pace", 0.6),), ("ola",), phrases_of("ola", 1, 2, 3), second=(2,))
SELL = Candidate("sell", "Selge", (Placement("routines", 1.0),), ("kari",), phrases_of("kari", 3, 4))
ALL = (SEE, CALM, SELL)


@pytest.fixture
def gathered(session: Session, project: Project) -> Project:
    """Two coded interviews and three candidates of them."""
    for number, name in enumerate(("kari", "ola")):
        source = Source(name, "transcript", f"{number:064x}", ".txt", chain=("Nord", "Sør")[number])
        interview = add_interview(session, project.id, source).interview
        turns = (Turn("respondent", " ".join(WORDS)),)
        stored = save_transcript(session, interview.id, "k", Transcript(name, turns))
        label = Label("competence", 0.9, (Placement("presence", 1.0),))
        save_coding(session, stored.id, "k", "r", [Suggestion(p, label) for p in phrases_of(name, *range(8))])
    save_clustering(session, project.id, "k1", Clustering(ALL, reason="apart", shift=1))
    session.commit()
    return project


def now(session: Session, project: Project) -> dict[str, Candidate]:
    stored = latest_clustering(session, project.id)
    assert stored is not None
    return {candidate.id: candidate for candidate in stored.candidates}


def words_of(candidate: Candidate) -> set[tuple[str, str]]:
    return {(phrase.interview, phrase.text) for phrase in candidate.phrases}


def rows(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(MemberRow)).one()


def test_clustering_comes_back_as_it_was_saved(session: Session, gathered: Project) -> None:
    """Names that fit and the half that would go out are kept with a candidate."""
    titled = Clustering((Candidate("a", "A", (), ("kari",), SEE.phrases, titles=(Title("B", 0.5),), second=(1, 3)),))
    assert save_clustering(session, gathered.id, "k2", titled).clustering == titled


def test_merge_is_seen_at_once_and_copies_nothing(session: Session, gathered: Project) -> None:
    """After a merge the newest clustering has the whole, with coverage and chains, and shares the rows of the parts."""
    before = rows(session)
    decide_candidates(session, gathered.id, merge(ALL, ["see", "calm"], "Møte folk"), "Kari")
    found = now(session, gathered)
    assert list(found) == ["see", "sell"]
    assert words_of(found["see"]) == words_of(SEE) | words_of(CALM)
    assert (found["see"].name, found["see"].chains) == ("Møte folk", ("Nord", "Sør"))
    assert found["sell"].phrases == SELL.phrases
    assert rows(session) == before
    lines = latest_candidates(session, gathered.id, 2)
    assert lines is not None
    assert (lines.edited, lines.shift, lines.reason) == (True, 0, "apart")
    assert [(line.size, len(line.candidate.phrases)) for line in lines.candidates] == [(7, 2), (2, 2)]


def test_move_counts_the_moved_phrases_positions_and_words(session: Session, gathered: Project) -> None:
    """A moved phrase brings what counts for it: the model's positions, or those that a person chose."""
    chosen, other = phrases_of("kari", 3, 4)
    decide(session, gathered.id, chosen, Choice("move", "Kari", "competence", ("flexibility",)))
    decide_candidates(session, gathered.id, move(ALL, [identity_of(chosen)], "sell", "calm"), "Kari")
    found = now(session, gathered)
    assert found["calm"].positions == (
        Placement("pace", 0.45),
        Placement("flexibility", 0.25),
    )
    assert found["calm"].interviews == ("kari", "ola")
    assert found["calm"].weight == pytest.approx((0 * 1 + 1 / 5) / 2, abs=0.001)  # one of kari's five words
    assert found["sell"].phrases == (other,)
    decide_candidates(
        session, gathered.id, move(tuple(found.values()), [identity_of(SEE.phrases[1])], "see", "sell"), "Ola"
    )
    assert {p.position for p in now(session, gathered)["sell"].positions} == {"routines", "presence"}


def test_split_remembers_the_rest_by_its_clustering(session: Session, gathered: Project) -> None:
    """A split keeps apart from all phrases of the time, which it finds in the clustering that it was made in."""
    out = [identity_of(phrase) for phrase in SEE.phrases[:2]]
    made = decide_candidates(
        session, gathered.id, split(candidates_with(session, gathered.id, ["see"]), "see", out), "Kari"
    )
    (known,) = candidate_history(session, gathered.id)
    everything = {identity_of(phrase) for candidate in ALL for phrase in candidate.phrases}
    assert [set(part.phrases) for part in known.edit.parts] == [
        set(out),
        {identity_of(phrase) for phrase in SEE.phrases[2:]},
        everything - {identity_of(phrase) for phrase in SEE.phrases},
    ]
    assert known.edit == split(ALL, "see", out)
    assert words_of(now(session, gathered)[made.edit.parts[0].id]) == {("kari", "ser"), ("kari", "folk")}


@pytest.mark.parametrize(
    "make",
    [
        lambda: merge(ALL, ["calm", "see", "sell"], "Alt"),
        lambda: split(ALL, "see", [identity_of(phrase) for phrase in SEE.phrases[1:3]], "For seg"),
        lambda: move(ALL, [identity_of(phrase) for phrase in CALM.phrases[1:]], "calm", "sell"),
        lambda: rename(ALL, "sell", "Selge varer"),
    ],
)
def test_undo_brings_back_what_was_shown(session: Session, gathered: Project, make) -> None:
    """Undone, every candidate has its phrases and its name again."""
    made = decide_candidates(session, gathered.id, make(), "Kari")
    undo_candidates(session, gathered.id, made.id, "Ola")
    session.expire_all()
    found = now(session, gathered)
    assert {id: (c.name, words_of(c)) for id, c in found.items()} == {c.id: (c.name, words_of(c)) for c in ALL}
    lines = latest_candidates(session, gathered.id)
    assert lines is not None
    assert (lines.edited, lines.shift) == (True, 1)


def test_edits_upon_edits_are_shown(session: Session, gathered: Project) -> None:
    """Each edit starts from what the ones before it left, and none loses a phrase."""
    decide_candidates(session, gathered.id, merge(ALL, ["see", "calm"]), "Kari")
    out = [identity_of(phrase) for phrase in (*SEE.phrases[:1], *CALM.phrases[:1])]
    edit = split(tuple(now(session, gathered).values()), "see", out, "Ny")
    decide_candidates(session, gathered.id, edit, "Kari")
    new = edit.parts[0].id
    decide_candidates(session, gathered.id, move(tuple(now(session, gathered).values()), out[:1], new, "sell"), "Ola")
    found = now(session, gathered)
    assert words_of(found["sell"]) == words_of(SELL) | {("kari", "ser")}
    assert words_of(found[new]) == {("ola", "folk")}
    assert sum(len(candidate.phrases) for candidate in found.values()) == 9


def test_version_tells_what_has_changed(session: Session, gathered: Project) -> None:
    """A candidate's version changes with its name or phrases, and not by what is done to others."""
    before = versions_of(session, gathered.id)
    decide_candidates(session, gathered.id, rename(ALL, "sell", "Selge varer"), "Kari")
    renamed = versions_of(session, gathered.id)
    assert (renamed["see"], renamed["calm"]) == (before["see"], before["calm"])
    assert renamed["sell"] != before["sell"]
    moved = move(tuple(now(session, gathered).values()), [identity_of(CALM.phrases[0])], "calm", "see")
    decide_candidates(session, gathered.id, moved, "Kari")
    after = versions_of(session, gathered.id)
    assert after["sell"] == renamed["sell"]
    assert all(after[id] != renamed[id] for id in ("see", "calm"))


def test_decided_while_gathering_is_shown_on_what_was_gathered(session: Session, gathered: Project) -> None:
    """An edit that a new clustering was made without is shown on it, and one that it knows is not shown again."""
    known = decide_candidates(session, gathered.id, rename(ALL, "sell", "Selge varer"), "Kari")
    decide_candidates(session, gathered.id, merge(ALL, ["see", "calm"]), "Kari")
    save_clustering(session, gathered.id, "k2", Clustering(ALL))
    show_later(session, gathered.id, {known.id})
    found = now(session, gathered)
    assert list(found) == ["see", "sell"]
    assert found["sell"].name == "Selge"


def test_merged_candidate_is_chosen_where_one_of_them_was(session: Session, gathered: Project) -> None:
    """A merge carries the choice and the texts to the whole; undone, each is as it was before."""
    first = choose(session, gathered.id, "see", False, "Kari", why="Fordi.")
    other = choose(session, gathered.id, "calm", True, "Kari", why="Derfor.", what="Dette.")
    made = decide_candidates(session, gathered.id, merge(ALL, ["see", "calm"]), "Ola")
    choices = choices_of(session, gathered.id)
    assert (choices["see"].chosen, choices["see"].why, choices["see"].what) == (True, "Fordi.\nDerfor.", "Dette.")
    assert (choices["calm"].chosen, choices["calm"].follows, choices["calm"].person) == (False, made.id, "Ola")
    undo_candidates(session, gathered.id, made.id, "Ola")
    choices = choices_of(session, gathered.id)
    for before in (first, other):
        after = choices[before.candidate]
        assert (after.chosen, after.why, after.what) == (before.chosen, before.why, before.what)
    assert len(choice_history(session, gathered.id)) == 6


def test_what_was_chosen_after_a_merge_stays_when_it_is_undone(session: Session, gathered: Project) -> None:
    """Only what followed from the merge is taken back by its undoing."""
    choose(session, gathered.id, "calm", True, "Kari")
    made = decide_candidates(session, gathered.id, merge(ALL, ["see", "calm"]), "Kari")
    choose(session, gathered.id, "see", True, "Ola", why="Nytt.")
    undo_candidates(session, gathered.id, made.id, "Kari")
    choices = choices_of(session, gathered.id)
    assert (choices["see"].chosen, choices["see"].why) == (True, "Nytt.")
    assert choices["calm"].chosen


def test_list_of_edits_tells_who_undid_what(session: Session, gathered: Project) -> None:
    """The newest edits come first, each with who undid it; the names that people gave are known."""
    first = decide_candidates(session, gathered.id, rename(ALL, "sell", "Selge varer"), "Kari")
    second = decide_candidates(session, gathered.id, merge(ALL, ["see", "calm"], "Møte folk"), "Ola")
    undo_candidates(session, gathered.id, first.id, "Per")
    listed = latest_edits(session, gathered.id)
    assert [(one.id, one.action, one.name, one.person, one.undone_by) for one in listed] == [
        (second.id, "merge", "Møte folk", "Ola", None),
        (first.id, "rename", "Selge varer", "Kari", "Per"),
    ]
    assert len(latest_edits(session, gathered.id, 1)) == 1
    assert peoples_titles(session, gathered.id) == {"Selge varer", "Møte folk"}


def test_decided_phrases_of_a_candidate_are_counted(session: Session, gathered: Project) -> None:
    """How many of a candidate's phrases somebody decided on, after a merge too; nothing of one that is not there."""
    for phrase in (SEE.phrases[0], CALM.phrases[0]):
        decide(session, gathered.id, phrase, Choice("reject", "Kari"))
    assert decided_in(session, gathered.id, "see") == 1
    decide_candidates(session, gathered.id, merge(ALL, ["see", "calm"]), "Kari")
    assert decided_in(session, gathered.id, "see") == 2
    assert decided_in(session, gathered.id, "calm") is None
    one, other = (identity_of(phrase) for phrase in SEE.phrases[:2])
    assert states_in(session, gathered.id, ["see"], 1, 0) == {one: "rejected", identity_of(CALM.phrases[0]): "rejected"}
    assert states_in(session, gathered.id, ["see"], 1, 1)[other] == "open"


def test_older_database_keeps_its_edits_and_learns_shares(url: str) -> None:
    """Edits and their undoing survive the upgrade unchanged, are still append-only, and `move` is taken now."""
    engine = database._engine(database._parse(url))
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        moment = "'2025-01-01 00:00:00+00:00'"
        for statement in (
            f"INSERT INTO projects (id, created, name, roles, learns_from) VALUES (1, {moment}, 'Butikk', '[]', '[]')",
            "INSERT INTO candidate_decisions (id, created, project_id, action, parts, name, note, person, undoes)"
            f" VALUES (3, {moment}, 1, 'rename', '{json.dumps([{'id': 'a', 'name': 'A', 'phrases': {}}])}', 'B', '',"
            f" 'Kari', NULL), (5, {moment}, 1, 'undo', '[]', '', '', 'Ola', 3)",
            f"INSERT INTO clusterings (id, created, project_id, key, tried, reason, shift)"
            f" VALUES (1, {moment}, 1, 'k', '[]', '', 0)",
            'INSERT INTO candidate_members (clustering_id, candidate, ordinal, interview, turn, start, "end", text)'
            " VALUES (1, 0, 0, 'kari', 0, 0, 3, 'en to tre'), (1, 1, 0, 'kari', 0, 4, 9, 'fire')",
        ):
            connection.execute(text(statement))
    engine.dispose()
    sessions = open_database(url)
    with sessions() as session:
        first, undo = candidate_history(session, 1)
        assert (first.id, first.edit.name, first.person, first.stands) == (3, "B", "Kari", False)
        assert (undo.id, undo.undoes, undo.person) == (5, 3, "Ola")
        assert session.scalars(select(MemberRow.share).order_by(MemberRow.candidate)).all() == [0.75, 0.25]
        session.rollback()
        with pytest.raises(IntegrityError, match="append-only"):
            session.execute(text("DELETE FROM candidate_decisions"))
    sessions.kw["bind"].dispose()


def test_moved_phrase_leaves_the_others_where_they_are(session: Session, gathered: Project) -> None:
    """A move writes the moved phrase alone anew; where it was it is neither read nor counted any more."""
    before = rows(session)
    decide(session, gathered.id, SEE.phrases[0], Choice("reject", "Kari"))
    decide_candidates(session, gathered.id, move(ALL, [identity_of(SEE.phrases[0])], "see", "sell"), "Kari")
    assert rows(session) == before + 1
    assert [decided_in(session, gathered.id, id) for id in ("see", "sell")] == [0, 1]
    lines = latest_candidates(session, gathered.id, 2)
    assert lines is not None
    assert {line.candidate.id: line.size for line in lines.candidates} == {"see": 3, "calm": 3, "sell": 3}
    clustering = newest_state(session, gathered.id)[0]
    assert sorted(phrases_in(session, clustering)) == sorted(identity_of(p) for c in ALL for p in c.phrases)


@pytest.mark.parametrize("few", [0, 2, 100])
@pytest.mark.parametrize("seed", range(4))
def test_no_edit_or_undo_loses_a_phrase(
    session: Session, gathered: Project, monkeypatch: pytest.MonkeyPatch, seed: int, few: int
) -> None:
    """After any edits and undos every phrase is in one candidate, which is as large and as widely told as it says."""
    monkeypatch.setattr("store.candidate_edits.FEW", few)
    random, made = Random(seed), []
    for _ in range(12):
        candidates = tuple(now(session, gathered).values())
        large = [candidate for candidate in candidates if len(candidate.phrases) > 1]
        one, other = random.sample(candidates, 2) if len(candidates) > 1 else (None, None)
        able = [name for name, can in (("undo", made), ("split", large), ("move", one), ("merge", one)) if can]
        action = random.choice(able)
        if action == "undo":
            undo_candidates(session, gathered.id, made.pop(random.randrange(len(made))), "Ola")
            continue
        if action == "split":
            whole = random.choice(large)
            some = random.sample(whole.phrases, random.randint(1, len(whole.phrases) - 1))
            edit = split(candidates, whole.id, [identity_of(phrase) for phrase in some])
        elif action == "move" and len(one.phrases) > 1:
            edit = move(candidates, [identity_of(random.choice(one.phrases))], one.id, other.id)
        else:
            edit = merge(candidates, [one.id, other.id])
        made.append(decide_candidates(session, gathered.id, edit, "Kari").id)
        session.expire_all()
        lines = latest_candidates(session, gathered.id, 9)
        found = now(session, gathered)
        assert lines is not None
        assert sorted(identity_of(p) for c in found.values() for p in c.phrases) == sorted(
            identity_of(p) for c in ALL for p in c.phrases
        )
        for line in lines.candidates:
            candidate = found[line.candidate.id]
            assert line.size == len(candidate.phrases) == len(line.candidate.phrases) > 0
            assert line.second == len(candidate.second) == len(line.candidate.second)
            assert candidate.interviews == tuple(sorted({phrase.interview for phrase in candidate.phrases}))
            assert len({c.name for c in found.values()}) == len(found)
