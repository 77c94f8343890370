"""One step of the work each: look whether its result is there, else load models, compute, save.

A result's key is made of all that it depends on: the content of the input, the models' revisions, the prompts and
the settings. So a second run over unchanged input loads no model and computes nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import prompts
from flows.context import Context
from models.labeller import load_labeller, load_names, trained_revision
from models.loaders import load_grammar, load_speech, load_voice, revision_of
from pipeline.audio import decode
from pipeline.cluster import cluster
from pipeline.coding import code
from pipeline.errors import InputError
from pipeline.interview import transcribe_interview
from pipeline.phrases import RULES
from pipeline.records import Candidate, Suggestion, Transcript
from pipeline.transcribe import SpeechSettings
from pipeline.transcript_files import read_transcript, with_metadata
from store.decisions import REJECT, Decision, current_decisions, identity_of
from store.interviews import AUDIO, Interview, list_interviews
from store.recordings import local_copy
from store.results import (
    StoredCoding,
    StoredTranscript,
    find_clustering,
    find_coding,
    find_transcript,
    latest_coding,
    latest_transcript,
    save_clustering,
    save_coding,
    save_transcript,
)


class Fault(Exception):
    """Stands for a fault of the program by the name of its type: its own text may quote what was said."""


@dataclass(frozen=True)
class RunSummary:
    """How a run ended: names of the interviews done now, left as they were, and failed with the reason."""

    done: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: dict[str, str]
    candidates: int


def key_of(**parts: Any) -> str:
    """SHA-256 over named parts."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def speech_settings(interview: Interview) -> SpeechSettings:
    """How an interview is listened to."""
    return SpeechSettings(prompt=prompts.recogniser_prompt("nb"))


def transcript_key(context: Context, interview: Interview) -> str:
    """What an interview's transcript depends on."""
    about = {"sha256": interview.sha256, "role": interview.role, "chain": interview.chain}
    if interview.kind != AUDIO:
        return key_of(**about)
    return key_of(
        **about,
        speech=revision_of("speech", context.profile),
        voice=revision_of("speaker", context.profile),
        settings=asdict(speech_settings(interview)),
        # Not all prompts: a new follow-up question must not cost hours of listening again.
        spelling=asdict(prompts.danish_spelling()),
    )


def coding_key(context: Context, transcript: StoredTranscript) -> str:
    """What a coding depends on, beside the transcript that it belongs to."""
    return key_of(
        transcript=transcript.key,
        grammar=revision_of("grammar", context.profile),
        rules=RULES,
        trained=trained_revision(context.profile),
        prompts=prompts.version(),
    )


def transcript_step(context: Context, interview: Interview) -> StoredTranscript:
    """The interview's transcript: kept, or made now. A transcript that a person corrected is newer and wins."""
    key = transcript_key(context, interview)
    with context.sessions.begin() as session:
        kept = find_transcript(session, interview.id, key)
        if kept:
            return latest_transcript(session, interview.id) or kept
    transcript = _read_or_listen(context, interview)
    known = with_metadata(replace(transcript, id=interview.name), role=interview.role, chain=interview.chain)
    with context.sessions.begin() as session:
        return save_transcript(session, interview.id, key, known)


def _read_or_listen(context: Context, interview: Interview) -> Transcript:
    with local_copy(interview.sha256, context.settings.recordings) as path:
        if interview.kind != AUDIO:
            return read_transcript(path)
        audio = decode(path)
        report = partial(context.reporter.sound, interview.name)
        return transcribe_interview(
            interview.name,
            audio,
            load_speech(profile=context.profile),
            load_voice(context.profile),
            speech_settings(interview),
            prompts.danish_spelling(),
            report,
        )


def coding_step(context: Context, transcript: StoredTranscript) -> StoredCoding:
    """The transcript's suggestions: kept, or made now."""
    key = coding_key(context, transcript)
    with context.sessions.begin() as session:
        kept = find_coding(session, transcript.id, key)
    if kept:
        return kept
    suggestions = code(transcript.transcript, load_grammar(context.profile), load_labeller(context.profile))
    with context.sessions.begin() as session:
        return save_coding(session, transcript.id, key, trained_revision(context.profile), suggestions)


def clustering_step(context: Context, project_id: int) -> tuple[Candidate, ...]:
    """The project's candidate key competences: kept, or made now from all codings and the decisions on them."""
    told = competences_of(context, project_id)
    key = key_of(trained=trained_revision(context.profile), told=[asdict(s.phrase) for s in told])
    with context.sessions.begin() as session:
        kept = find_clustering(session, project_id, key)
    if kept:
        return kept.candidates
    candidates = _gather(context, told) if told else ()
    with context.sessions.begin() as session:
        return save_clustering(session, project_id, key, candidates).candidates


def _gather(context: Context, told: list[Suggestion]) -> tuple[Candidate, ...]:
    labeller = load_labeller(context.profile)
    vectors = labeller.embedder.encode([s.phrase.text for s in told])
    return cluster(told, vectors, load_names(context.profile))


def competences_of(context: Context, project_id: int) -> list[Suggestion]:
    """The phrases that count as competences: what people decided, else what the model says."""
    with context.sessions.begin() as session:
        decisions = current_decisions(session, project_id)
        codings = [latest_coding(session, interview.id) for interview in list_interviews(session, project_id)]
    suggestions = [s for coding in codings if coding for s in coding.suggestions]
    return [s for s in suggestions if _counts(s, decisions.get(identity_of(s.phrase)))]


def _counts(suggestion: Suggestion, decision: Decision | None) -> bool:
    if decision is None:
        return suggestion.label.category == "competence"
    return decision.choice.action != REJECT and decision.choice.category == "competence"


def is_done(context: Context, interview: Interview) -> bool:
    """Whether a run would do nothing for this interview; answered without loading a model."""
    with context.sessions.begin() as session:
        transcript = find_transcript(session, interview.id, transcript_key(context, interview))
        if transcript is None:
            return False
        newest = latest_transcript(session, interview.id) or transcript
        return find_coding(session, newest.id, coding_key(context, newest)) is not None


def explain(error: Exception) -> tuple[str, str]:
    """What is wrong and what next, for the status; never words of the transcript."""
    if isinstance(error, InputError):
        return error.what, error.next
    kind = str(error) if isinstance(error, Fault) else type(error).__name__
    return f"uventet feil ({kind})", "Kjør på nytt; meld fra hvis det skjer igjen."
