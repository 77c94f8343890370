"""What a run does and leaves undone. The flow runs as plain functions, on fake models."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fake_models import SAID
from flow_project import NAME, FlowProject

import prompts
from flows import steps
from flows.context import SilentReporter, use_context
from pipeline.corrections import swap
from pipeline.errors import InputError
from store.decisions import Choice, decide
from store.interview_details import Details, change_details
from store.results import latest_clustering, latest_coding, latest_transcript, save_transcript

CODING = {"load_splitter", "load_labeller"}
READING = {"load_grammar"}  # for change
LISTENING = {"load_speech", "load_voice"}
GATHERING = {"load_labeller", "load_names"}


def test_every_interview_is_coded(project: FlowProject) -> None:
    """A run takes recordings and transcripts to suggestions and gathers candidates."""
    project.add_sound("lyd")
    project.add_text("tekst")
    summary = project.run()
    assert (summary.done, summary.unchanged, summary.failed) == (("lyd", "tekst"), (), {})
    assert summary.candidates > 0
    assert {state.state for state in project.states().values()} == {"coded"}


def test_project_without_interviews_runs(project: FlowProject) -> None:
    """A run over nothing does nothing and finds no candidates."""
    summary = project.run()
    assert (summary.done, summary.unchanged, summary.failed, summary.candidates) == ((), (), {}, 0)


def test_unknown_project_is_refused(project: FlowProject) -> None:
    """A project that does not exist is an InputError with those that do."""
    with pytest.raises(InputError, match=NAME):
        project.flow("Butik")


@pytest.mark.parametrize("bad", ["first", "last"])
def test_bad_interview_does_not_stop_the_rest(project: FlowProject, bad: str) -> None:
    """A recording without speech fails with its reason, wherever in the batch it is; the others are coded."""
    adders = [lambda: project.add_sound("stille", loud=False), lambda: project.add_text("god")]
    for add in adders if bad == "first" else reversed(adders):
        add()
    summary = project.run()
    assert summary.done == ("god",)
    assert summary.failed == {"stille": "ingen tale ble funnet. Hør etter om det er lyd i filen."}
    states = project.states()
    assert (states["stille"].state, states["stille"].what) == ("failed", "ingen tale ble funnet")
    assert states["stille"].next
    assert states["god"].state == "coded"


def test_unexpected_fault_is_kept_without_words(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the program names its type in the status, never a word that was said."""

    def stumble(*_: object) -> None:
        raise KeyError("hemmeligord")

    project.add_text("kari")
    monkeypatch.setattr(steps, "code", stumble)
    project.run()
    state = project.states()["kari"]
    assert (state.state, state.what) == ("failed", "uventet feil (KeyError)")
    assert "hemmeligord" not in state.what + state.next


def test_problem_is_gone_after_a_good_run(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again by the next run, and its reason leaves the status when it succeeds."""
    project.add_text("kari")
    with monkeypatch.context() as patch:
        patch.setattr(steps, "code", lambda *_: 1 / 0)
        project.run()
    assert project.run().done == ("kari",)
    state = project.states()["kari"]
    assert (state.state, state.what, state.next) == ("coded", "", "")


def test_lost_recording_is_told_of(project: FlowProject) -> None:
    """Where the kept recording is gone the interview fails with what to do."""
    project.add_sound("lyd")
    shutil.rmtree(project.context.settings.recordings)
    project.run()
    assert project.states()["lyd"].what == "opptaket mangler"


def test_second_run_does_nothing(project: FlowProject) -> None:
    """Over unchanged input no model is loaded, also for gathering."""
    project.add_sound("lyd")
    project.add_text("tekst")
    first = project.run()
    project.fakes.forbid()
    second = project.run()
    assert (second.done, second.unchanged, second.failed) == ((), ("lyd", "tekst"), {})
    assert second.candidates == first.candidates


def test_only_the_new_interview_is_done(project: FlowProject) -> None:
    """An interview that is added later is the only one that the next run codes."""
    project.add_sound("lyd")
    project.run()
    project.fakes.since()
    project.add_text("tekst")
    summary = project.run()
    assert (summary.done, summary.unchanged) == (("tekst",), ("lyd",))
    assert not project.fakes.since() & LISTENING


def test_text_is_never_listened_to(project: FlowProject) -> None:
    """A transcript needs no speech model and no voices."""
    project.add_text("tekst")
    project.run()
    assert project.fakes.since() == CODING | READING | GATHERING


def done_once(project: FlowProject) -> None:
    project.add_sound("lyd")
    project.run()
    assert project.fakes.since() == LISTENING | CODING | READING | GATHERING


def test_new_rules_redo_only_the_coding(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other rules for phrases code again, and do not listen again."""
    done_once(project)
    monkeypatch.setattr(steps, "RULES", "new")
    assert project.run().done == ("lyd",)
    assert CODING <= project.fakes.since() <= CODING | GATHERING


def test_new_prompts_redo_only_the_coding(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another follow-up question or hedge codes again, and does not listen again."""
    done_once(project)
    monkeypatch.setattr(prompts, "version", lambda: "new")
    assert project.run().done == ("lyd",)
    assert CODING <= project.fakes.since() <= CODING | GATHERING


def test_new_heads_redo_coding_and_gathering(project: FlowProject) -> None:
    """Other trained heads code and gather again, and do not listen again."""
    done_once(project)
    project.fakes.revision = "new"
    assert project.run().done == ("lyd",)
    assert project.fakes.since() == CODING | GATHERING


@pytest.mark.parametrize(
    ("job", "redone"),
    [
        ("grammar", CODING | READING),
        ("speech", LISTENING | CODING | READING),
        ("speaker", LISTENING | CODING | READING),
    ],
)
def test_new_model_redoes_what_depends_on_it(
    project: FlowProject, monkeypatch: pytest.MonkeyPatch, job: str, redone: set[str]
) -> None:
    """Another revision of a model redoes the steps that it takes part in, and those after them."""
    done_once(project)
    monkeypatch.setattr(steps, "revision_of", lambda wanted, *_: "new" if wanted == job else f"{wanted}-1")
    project.run()
    monkeypatch.setattr(steps, "revision_of", lambda wanted, *_: "newer" if wanted == job else f"{wanted}-1")
    project.fakes.since()
    assert project.run().done == ("lyd",)
    assert redone <= project.fakes.since() <= redone | GATHERING


def test_new_spelling_listens_again(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The spelling is part of what was written down, so another one makes a new transcript."""
    done_once(project)
    spelling = replace(prompts.danish_spelling(), words={"kunden": "gjesten"})
    monkeypatch.setattr(prompts, "danish_spelling", lambda: spelling)
    project.run()
    with project.context.sessions.begin() as session:
        stored = latest_transcript(session, 1)
    assert stored is not None
    assert "gjesten" in " ".join(turn.text for turn in stored.transcript.turns)


def test_words_and_spans_are_kept(project: FlowProject) -> None:
    """The transcript has what was heard, and every phrase is an exact span of its turn."""
    project.add_sound("lyd")
    project.run()
    with project.context.sessions.begin() as session:
        transcript, coding = latest_transcript(session, 1), latest_coding(session, 1)
    assert transcript is not None
    assert coding is not None
    turns = transcript.transcript.turns
    assert " ".join(turn.text for turn in turns) == SAID
    phrases = [suggestion.phrase for suggestion in coding.suggestions]
    assert phrases
    assert all(turns[p.turn].text[p.start : p.end] == p.text for p in phrases)


def test_what_is_known_of_the_interview_is_in_its_transcript(project: FlowProject) -> None:
    """The transcript has the interview's name as its id, and the role that was given."""
    project.add_text("kari", role="butikksjef")
    project.run()
    with project.context.sessions.begin() as session:
        stored = latest_transcript(session, 1)
    assert stored is not None
    assert (stored.transcript.id, stored.transcript.role) == ("kari", "butikksjef")


def test_corrected_transcript_is_coded_and_never_replaced(project: FlowProject) -> None:
    """Where a person swapped the speakers the run codes that version, and does not listen again."""
    done_once(project)
    with project.context.sessions.begin() as session:
        heard = latest_transcript(session, 1)
        assert heard is not None
        corrected = replace(heard.transcript, turns=swap(heard.transcript.turns))
        save_transcript(session, 1, "by a person", corrected)
    assert project.run().done == ("lyd",)
    assert not project.fakes.since() & LISTENING
    project.fakes.forbid()
    assert project.run().unchanged == ("lyd",)
    with project.context.sessions.begin() as session:
        newest = latest_transcript(session, 1)
    assert newest is not None
    assert newest.transcript == corrected


def test_rejected_phrase_counts_no_more(project: FlowProject) -> None:
    """What a person rejects is left out of the candidates, and what is left is gathered again."""
    project.add_text("kari", "Jeg hjelper kunden. Jeg rydder lageret.")
    project.run()
    with project.context.sessions.begin() as session:
        coding = latest_coding(session, 1)
        assert coding is not None
        rejected, kept = (suggestion.phrase for suggestion in coding.suggestions)
        decide(session, project.id, rejected, Choice("reject", "Kari"))
    summary = project.run()
    with project.context.sessions.begin() as session:
        clustering = latest_clustering(session, project.id)
    assert summary.failed == {}
    assert clustering is not None
    assert [p for candidate in clustering.candidates for p in candidate.phrases] == [kept]


def test_approved_phrase_counts_whatever_the_model_says(project: FlowProject) -> None:
    """A phrase that a person calls no competence does not count as one."""
    project.add_text("kari", "Jeg er blid.")
    project.run()
    with project.context.sessions.begin() as session:
        coding = latest_coding(session, 1)
        assert coding is not None
        decide(session, project.id, coding.suggestions[0].phrase, Choice("relabel", "Kari", "trait"))
    assert project.run().candidates == 0


def test_one_interview_can_be_run_by_itself(project: FlowProject) -> None:
    """The flow of one interview codes it and leaves the others."""
    import flows.project as flow

    project.add_text("kari")
    project.add_text("ola")
    assert flow.run_interview.fn(NAME, "kari") == 2
    assert {name: state.state for name, state in project.states().items()} == {"kari": "coded", "ola": "queued"}


def test_progress_is_reported(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever listens is told when each interview starts and ends, with the reason where it failed."""
    told: list[tuple[str, ...]] = []

    class Reporter(SilentReporter):
        def interview_started(self, name: str, kind: str) -> None:
            told.append(("started", name, kind))

        def interview_done(self, name: str, failed: str) -> None:
            told.append(("done", name, failed[:11]))

    from flows.context import use_context

    use_context(replace(project.context, reporter=Reporter()))
    project.add_sound("stille", loud=False)
    project.add_text("god")
    project.run()
    assert told == [
        ("started", "stille", "audio"),
        ("done", "stille", "ingen tale "),
        ("started", "god", "transcript"),
        ("done", "god", ""),
    ]


def test_key_changes_with_every_part(tmp_path: Path) -> None:
    """A key is the same for the same parts in any order, and another for any other value."""
    assert steps.key_of(a=1, b="å") == steps.key_of(b="å", a=1)
    assert len({steps.key_of(a=1, b="å"), steps.key_of(a=2, b="å"), steps.key_of(a=1, b="a"), steps.key_of(a=1)}) == 4


def test_interview_added_meanwhile_is_done_too(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody adds while a run goes on is taken before it ends."""

    class Adding(SilentReporter):
        def interview_done(self, name: str, failed: str) -> None:
            if name == "kari":
                project.add_text("ola")

    project.add_text("kari")
    use_context(replace(project.context, reporter=Adding()))
    assert project.run().done == ("kari", "ola")


def test_other_role_costs_no_listening(project: FlowProject) -> None:
    """A person who gives an interview another role or chain has it neither transcribed nor coded again."""
    interview = project.add_sound("lyd")
    project.run()
    project.fakes.since()
    with project.context.sessions.begin() as session:
        change_details(session, interview, Details(role="mellomleder", chain="Nord"), "Kari")
    assert project.run().unchanged == ("lyd",)
    assert project.fakes.since() <= GATHERING


def test_other_role_before_the_first_run_is_the_one_used(project: FlowProject) -> None:
    """A role changed while the interview waits is in its transcript, and the next run has nothing to do."""
    interview = project.add_text("kari", role="butikksjef")
    with project.context.sessions.begin() as session:
        change_details(session, interview, Details(role="mellomleder"), "Kari")
    assert project.run().done == ("kari",)
    with project.context.sessions.begin() as session:
        stored = latest_transcript(session, interview.id)
    assert stored is not None
    assert stored.transcript.role == "mellomleder"
    assert project.run().unchanged == ("kari",)
