"""One step of the work each: look whether its result is there, else load models, compute, save.

A result's key is made of all that it depends on: the content of the input, the models' revisions, the prompts and
the settings. So a second run over unchanged input loads no model and computes nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from typing import Any

from sqlalchemy.orm import Session

import prompts
from flows.context import Context
from models.labeller import load_labeller, load_names, trained_revision
from models.loaders import load_grammar, load_speech, load_splitter, load_voice, revision_of
from pipeline.attention import attention_of
from pipeline.audio import decode
from pipeline.change import RULES as CHANGE_RULES
from pipeline.change import Change, find_changes
from pipeline.change_ties import METHOD as TIE_METHOD
from pipeline.change_ties import Tie, tied_by_meaning, tied_in_turn, typical_phrases
from pipeline.cluster import METHOD, cluster
from pipeline.coding import code
from pipeline.edits import Taken, guide
from pipeline.errors import InputError
from pipeline.features import wording_features
from pipeline.interview import transcribe_interview
from pipeline.label import Labeller
from pipeline.learning import Lessons, digest_of, learn, taught_revision
from pipeline.phrases import RULES
from pipeline.records import Candidate, Clustering, Identity, Placement, Suggestion, Transcript
from pipeline.transcribe import Checkpoints, Span, SpeechSettings, Words
from pipeline.transcript_files import read_transcript, with_metadata
from store.candidate_decisions import CandidateDecision, candidate_history, edits_taken, show_later
from store.changes import changes_of, is_read, is_tied, readings_of, save_reading, save_ties
from store.decisions import REJECT, Decision, current_decisions, identity_of
from store.heard import forget_windows, heard_windows, keep_window
from store.interview_details import as_added
from store.interviews import AUDIO, Interview, list_interviews, project_id_of, troubled
from store.lessons import lessons_of
from store.recordings import local_copy
from store.results import (
    StoredClustering,
    StoredCoding,
    StoredTranscript,
    find_clustering,
    find_coding,
    find_transcript,
    latest_candidates,
    latest_clustering,
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
    """What an interview's transcript depends on: as it was added, since another role changes no word of it."""
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


def coding_key(context: Context, transcript: StoredTranscript, lessons: Lessons) -> str:
    """What a coding depends on, beside the transcript that it belongs to."""
    return key_of(
        transcript=transcript.key,
        grammar=revision_of("grammar", context.profile),
        rules=RULES,
        trained=trained_revision(context.profile),
        prompts=prompts.version(),
        lessons=digest_of(lessons),
    )


def reading_key(context: Context, transcript: StoredTranscript) -> str:
    """What the finding of change depends on: no lesson and no label, so that neither costs a new reading."""
    return key_of(
        transcript=transcript.key,
        grammar=revision_of("grammar", context.profile),
        rules=CHANGE_RULES,
    )


def transcript_step(context: Context, interview: Interview) -> StoredTranscript:
    """The interview's transcript: kept, or made now. A transcript that a person corrected is newer and wins."""
    with context.sessions.begin() as session:
        key = transcript_key(context, as_added(session, interview))
        kept = find_transcript(session, interview.id, key)
        if kept:
            return latest_transcript(session, interview.id) or kept
    transcript = _read_or_listen(context, interview, key)
    known = with_metadata(replace(transcript, id=interview.name), role=interview.role, chain=interview.chain)
    with context.sessions.begin() as session:
        forget_windows(session, interview.id)
        return save_transcript(session, interview.id, key, known)


def _read_or_listen(context: Context, interview: Interview, key: str) -> Transcript:
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
            _checkpoints(context, interview, key),
        )


def _checkpoints(context: Context, interview: Interview, key: str) -> Checkpoints:
    """The windows that a run which was cut off had finished, and where each new one is kept."""
    with context.sessions.begin() as session:
        forget_windows(session, interview.id, but_of=key)
        heard = heard_windows(session, interview.id, key)

    def keep(span: Span, words: Words) -> None:
        with context.sessions.begin() as session:
            keep_window(session, interview.id, key, span, words)

    return Checkpoints(heard, keep)


def coding_step(context: Context, transcript: StoredTranscript) -> StoredCoding:
    """The transcript's suggestions: kept, or made now by what the project's decisions have taught."""
    with context.sessions.begin() as session:
        lessons = lessons_of(session, project_id_of(session, transcript.interview_id))
        key = coding_key(context, transcript, lessons)
        kept = _coding_in_force(session, transcript, key) or _in_force_again(session, transcript, key)
    if kept:
        return kept
    revision = trained_revision(context.profile)
    labeller = taught_labeller(context.profile, revision, lessons) if lessons else load_labeller(context.profile)
    suggestions = code(transcript.transcript, load_splitter(context.profile), labeller)
    odd = attention_of(transcript.transcript, suggestions)
    with context.sessions.begin() as session:
        return save_coding(session, transcript.id, key, taught_revision(revision, lessons), suggestions, odd)


def reading_step(context: Context, transcript: StoredTranscript) -> None:
    """What the transcript tells of change: kept, or found now."""
    key = reading_key(context, transcript)
    with context.sessions.begin() as session:
        if is_read(session, transcript.id, key):
            return
    changes = find_changes(transcript.transcript, load_grammar(context.profile))
    with context.sessions.begin() as session:
        save_reading(session, transcript.id, key, changes)


def tying_step(context: Context, project_id: int, clustering: Clustering) -> None:
    """The competence that each change of the project concerns, of these candidates: kept, or found now."""
    with context.sessions.begin() as session:
        newest = latest_candidates(session, project_id, 0)
        readings = readings_of(session, project_id)
        key = key_of(
            method=TIE_METHOD,
            trained=trained_revision(context.profile),
            readings=readings,
            clustering=newest.clustering_id if newest else 0,
        )
        if is_tied(session, project_id, key):
            return
        changes = changes_of(session, project_id)
    ties = tied_in_turn(changes, clustering.candidates)
    loose = [one for one in changes if identity_of(one.phrase) not in ties]
    if loose and clustering.candidates:
        ties |= _by_meaning(context, loose, clustering.candidates)
    with context.sessions.begin() as session:
        save_ties(session, project_id, key, ties)


def _by_meaning(context: Context, changes: list[Change], candidates: tuple[Candidate, ...]) -> dict[Identity, Tie]:
    typical = typical_phrases(candidates)
    meaning = load_labeller(context.profile).meaning
    known = meaning([phrase.text for phrases in typical for phrase in phrases])
    return tied_by_meaning(changes, meaning([one.phrase.text for one in changes]), typical, known)


def _coding_in_force(session: Session, transcript: StoredTranscript, key: str) -> StoredCoding | None:
    """The interview's newest coding, which is what people see, where it is the one that the key names."""
    newest = latest_coding(session, transcript.interview_id)
    return newest if newest and newest.transcript_id == transcript.id and newest.key.startswith(key) else None


def _in_force_again(session: Session, transcript: StoredTranscript, key: str) -> StoredCoding | None:
    """An earlier coding of this key as the newest: what was decided since is undone, or no longer learnt from."""
    kept, newest = find_coding(session, transcript.id, key), latest_coding(session, transcript.interview_id)
    if not (kept and newest):
        return None
    anew = f"{key} after {newest.id}"
    return save_coding(session, transcript.id, anew, kept.revision, kept.suggestions, kept.attention)


@lru_cache(maxsize=1)
def taught_labeller(profile: str, revision: str, lessons: Lessons) -> Labeller:
    """The labeller of this revision, having learnt: once for all interviews of a run."""
    labeller = load_labeller(profile)
    texts = [decided.text for decided in lessons]
    heads = learn(labeller.heads, labeller.embedder.encode(texts), wording_features(texts), lessons)
    return replace(labeller, heads=heads)


def gather_step(context: Context, project_id: int) -> Clustering:
    """The project's candidates, and which of them each change concerns."""
    clustering = clustering_step(context, project_id)
    tying_step(context, project_id, clustering)
    return clustering


def clustering_step(context: Context, project_id: int) -> Clustering:
    """The project's candidate key competences: kept, or made now from all codings and what people decided."""
    told = competences_of(context, project_id)
    with context.sessions.begin() as session:
        chains = {interview.name: interview.chain for interview in list_interviews(session, project_id)}
        history = candidate_history(session, project_id)
        key = clustering_key(context, told, chains, history)
        newest = latest_clustering(session, project_id)
        kept = _clustering_in_force(newest, key) or _clustering_again(session, project_id, key, newest)
    if kept:
        return kept.clustering
    previous = newest.clustering if newest else None
    clustering = _gather(context, told, chains, edits_taken(history), previous) if told else Clustering(())
    with context.sessions.begin() as session:
        saved = save_clustering(session, project_id, key, clustering)
        # What people decided while the models worked would else be out of sight until the next run.
        show_later(session, project_id, {one.id for one in history})
        return (latest_clustering(session, project_id) or saved).clustering


def clustering_key(
    context: Context, told: list[Suggestion], chains: dict[str, str], history: tuple[CandidateDecision, ...]
) -> str:
    """What the candidates depend on, beside those before them, whose ids and names they inherit."""
    return key_of(
        method=METHOD,
        trained=trained_revision(context.profile),
        told=[[asdict(s.phrase), [asdict(placement) for placement in s.label.positions]] for s in told],
        chains=chains,
        edits=[one.id for one in history if one.stands and one.undoes is None],
    )


def _clustering_in_force(newest: StoredClustering | None, key: str) -> StoredClustering | None:
    """The project's newest clustering, which is what people see, where it is the one that the key names."""
    return newest if newest and newest.key.startswith(key) else None


def _clustering_again(
    session: Session, project_id: int, key: str, newest: StoredClustering | None
) -> StoredClustering | None:
    """An earlier clustering of this key as the newest: what was decided since is undone."""
    kept = find_clustering(session, project_id, key)
    if not (kept and newest):
        return None
    return save_clustering(session, project_id, f"{key} after {newest.id}", kept.clustering)


def _gather(
    context: Context,
    told: list[Suggestion],
    chains: dict[str, str],
    taken: tuple[Taken, ...],
    previous: Clustering | None,
) -> Clustering:
    vectors = load_labeller(context.profile).meaning([s.phrase.text for s in told])
    guidance = guide(taken, previous, frozenset(identity_of(s.phrase) for s in told))
    return cluster(told, vectors, load_names(context.profile), chains=chains, guidance=guidance)


def competences_of(context: Context, project_id: int) -> list[Suggestion]:
    """The phrases that count as competences: what people decided, else what the model says."""
    with context.sessions.begin() as session:
        decisions = current_decisions(session, project_id)
        codings = [latest_coding(session, interview.id) for interview in list_interviews(session, project_id)]
    decided = [(s, decisions.get(identity_of(s.phrase))) for coding in codings if coding for s in coding.suggestions]
    return [_as_decided(suggestion, decision) for suggestion, decision in decided if _counts(suggestion, decision)]


def _as_decided(suggestion: Suggestion, decision: Decision | None) -> Suggestion:
    """The suggestion with the positions that a person chose, each as probable, where there are any."""
    if decision is None or not decision.choice.positions:
        return suggestion
    chosen = decision.choice.positions
    positions = tuple(Placement(position, round(1 / len(chosen), 4)) for position in chosen)
    return replace(suggestion, label=replace(suggestion.label, positions=positions))


def _counts(suggestion: Suggestion, decision: Decision | None) -> bool:
    if decision is None:
        return suggestion.label.category == "competence"
    return decision.choice.action != REJECT and decision.choice.category == "competence"


def unfinished(context: Context, project_id: int) -> list[Interview]:
    """The interviews for which a run would do something; answered without loading a model."""
    with context.sessions.begin() as session:
        interviews, lessons = list_interviews(session, project_id), lessons_of(session, project_id)
        failed = troubled(session, project_id)  # though all may be there: what failed may be the word that it was done
    return [one for one in interviews if one.id in failed or not _is_done(context, one, lessons)]


def _is_done(context: Context, interview: Interview, lessons: Lessons) -> bool:
    with context.sessions.begin() as session:
        key = transcript_key(context, as_added(session, interview))
        transcript = find_transcript(session, interview.id, key)
        if transcript is None:
            return False
        newest = latest_transcript(session, interview.id) or transcript
        read = is_read(session, newest.id, reading_key(context, newest))
        return read and _coding_in_force(session, newest, coding_key(context, newest, lessons)) is not None


def explain(error: Exception) -> tuple[str, str]:
    """What is wrong and what next, for the status; never words of the transcript."""
    if isinstance(error, InputError):
        return error.what, error.next
    kind = str(error) if isinstance(error, Fault) else type(error).__name__
    return f"uventet feil ({kind})", "Kjør på nytt; meld fra hvis det skjer igjen."
