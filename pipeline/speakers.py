"""Tell the two speakers apart, word by word, and say which one is the interviewer.

Where the recording has a channel for each, the louder channel decides. Else windows of speech are encoded as voices
and divided in two. The interviewer is the one who asks; a person can swap the two afterwards.
"""

from __future__ import annotations

import re
from typing import Protocol

import numpy as np
from sklearn.cluster import KMeans

from pipeline.audio import LEVEL_STEP, RATE, Audio
from pipeline.records import INTERVIEWER, RESPONDENT, Turn, Word

WINDOW = 1.6  # seconds of speech that one voice vector describes
HOP = 0.4  # seconds between windows
SAME_VOICE = 0.86  # cosine of the two groups' means above which there is only one voice
SWITCH_COST = 0.35  # cosine that a change of speaker must gain over its neighbours
BREAK = 0.3  # seconds of silence where a change of speaker may fall
LONG_BREAK = 2.0  # seconds of silence after which even a lone word stands by itself
SENTENCE_END = (".", "?", "!", "…")
QUESTION = re.compile(
    r"^(?:(?:og|men|så|ja|nei|ok|okei|mhm|hm)[, ]+)*"
    r"(?:hva|hvem|hvor|hvordan|hvorfor|hvilke[nt]?|når|"
    r"kan du|har du|er det|var det|fortell|si litt|gjør du|husker du)\b",
    re.IGNORECASE,
)


class VoiceEncoder(Protocol):
    """Windows of mono sound to unit vectors."""

    def encode(self, samples: np.ndarray, starts: np.ndarray) -> np.ndarray: ...


def tell_apart(words: tuple[Word, ...], audio: Audio, encoder: VoiceEncoder) -> tuple[int, ...]:
    """0 or 1 for each word: which of the two voices says it. All 0 where only one voice is heard."""
    if audio.levels is not None:
        raw = _by_channel(words, audio.levels)
    else:
        raw = _by_voice(words, audio, encoder)
    return _whole_utterances(words, raw)


def _by_channel(words: tuple[Word, ...], levels: np.ndarray) -> np.ndarray:
    """Mean level [n, 2] of each word's time in the two channels."""
    step = LEVEL_STEP / RATE
    spans = [(int(word.start / step), max(int(word.end / step), int(word.start / step) + 1)) for word in words]
    return np.stack([levels[a:b].mean(axis=0) if a < len(levels) else np.zeros(2) for a, b in spans])


def _by_voice(words: tuple[Word, ...], audio: Audio, encoder: VoiceEncoder) -> np.ndarray:
    """Likeness [n, 2] of each word to the two voices."""
    middles = np.arange(words[0].start, max(words[-1].end, words[0].start + HOP), HOP)
    spoken = _within_speech(middles, words)
    middles = middles[spoken] if spoken.any() else middles
    starts = np.clip(((middles - WINDOW / 2) * RATE).astype(int), 0, max(len(audio.samples) - 1, 0))
    voices = encoder.encode(audio.samples, starts)
    likeness = _two_voices(voices)
    if likeness is None:
        return np.tile([1.0, 0.0], (len(words), 1))
    path = _smooth(likeness)
    nearest = [int(np.abs(middles - (word.start + word.end) / 2).argmin()) for word in words]
    return np.eye(2)[path[nearest]] + 0.1 * likeness[nearest]


def _within_speech(times: np.ndarray, words: tuple[Word, ...]) -> np.ndarray:
    starts, ends = np.array([w.start for w in words]), np.array([w.end for w in words])
    index = np.clip(np.searchsorted(starts, times, "right") - 1, 0, len(words) - 1)
    return times <= ends[index] + BREAK


def _two_voices(voices: np.ndarray) -> np.ndarray | None:
    """Cosine [n, 2] of each window to the means of two groups, or None where there is one voice only."""
    if len(voices) < 4 or np.allclose(voices, voices[0]):
        return None
    groups = KMeans(2, n_init=10, random_state=0).fit_predict(voices)
    means = np.stack([voices[groups == group].mean(axis=0) for group in (0, 1)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return None if means[0] @ means[1] > SAME_VOICE else voices @ means.T


def _smooth(likeness: np.ndarray) -> np.ndarray:
    """The likeliest course of speakers [n], where each change costs (Viterbi over two states)."""
    score, back = likeness[0].copy(), np.zeros((len(likeness), 2), int)
    for i in range(1, len(likeness)):
        for state in (0, 1):
            stay, switch = score[state], score[1 - state] - SWITCH_COST
            back[i, state] = state if stay >= switch else 1 - state
        score = np.maximum(score, score[::-1] - SWITCH_COST) + likeness[i]
    path = np.zeros(len(likeness), int)
    path[-1] = int(score.argmax())
    for i in range(len(likeness) - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path


def _whole_utterances(words: tuple[Word, ...], likeness: np.ndarray) -> tuple[int, ...]:
    """One speaker for all words between two pauses or sentence ends: nobody changes in the middle of a run."""
    labels: list[int] = []
    for first, last in utterances(words):
        total = likeness[first:last].sum(axis=0)
        labels += [int(total.argmax())] * (last - first)
    return tuple(labels)


def utterances(words: tuple[Word, ...]) -> list[tuple[int, int]]:
    """Ranges of words [first, last) between pauses and sentence ends.

    A lone word without an end waits for the rest of its sentence: recognisers often set the first word too early.
    """
    ranges, first = [], 0
    for i, word in enumerate(words):
        last = i == len(words) - 1
        pause = 0.0 if last else words[i + 1].start - word.end
        if last or word.text.endswith(SENTENCE_END) or (pause > BREAK and i > first) or pause > LONG_BREAK:
            ranges.append((first, i + 1))
            first = i + 1
    return ranges


def build_turns(words: tuple[Word, ...], labels: tuple[int, ...]) -> tuple[Turn, ...]:
    """Turns of one speaker each, with the interviewer named."""
    groups: list[tuple[int, list[Word]]] = []
    for word, label in zip(words, labels, strict=True):
        if not groups or groups[-1][0] != label:
            groups.append((label, []))
        groups[-1][1].append(word)
    asks = interviewer_of([(label, " ".join(word.text for word in said)) for label, said in groups])
    return tuple(_turn(INTERVIEWER if label == asks else RESPONDENT, tuple(said)) for label, said in groups)


def _turn(speaker: str, words: tuple[Word, ...]) -> Turn:
    text = " ".join(word.text for word in words)
    return Turn(speaker, text, words[0].start, words[-1].end, words)


def interviewer_of(turns: list[tuple[int, str]]) -> int | None:
    """Which voice asks: more questions for each turn, and fewer words. None where only one voice is heard."""
    voices = sorted({voice for voice, _ in turns})
    if len(voices) < 2:
        return None
    total = sum(len(text.split()) for _, text in turns)

    def asking(voice: int) -> float:
        said = [text for who, text in turns if who == voice]
        questions = sum(is_question(text) for text in said) / len(said)
        return questions - sum(len(text.split()) for text in said) / total

    return max(voices, key=asking)


def is_question(text: str) -> bool:
    """Whether a turn asks: it ends in a question mark, or opens as questions do."""
    return text.rstrip().endswith("?") or bool(QUESTION.match(text.strip()))
