"""Composes any number of sample interviews from retail, each unlike the others: four chains, three roles.

`python -m corpora.composed --number 50 FOLDER` writes transcripts and a manifest for `balansekunst add`. The words are
the labelled phrases' and those in `composed.toml`. The same seed and place in the row give the same interview, and
`read_interviews` and training see none of them.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from corpora import HERE, AnnotatedInterview, LabelledPhrase, read_key_competences, read_phrases
from pipeline.records import INTERVIEWER, RESPONDENT, Phrase, Transcript, Turn
from pipeline.transcript_files import to_json

SECTOR = "varehandel"
MORE, LESS, NEW = "more", "less", "new"
DIRECTIONS = (MORE, LESS, NEW)
MANIFEST = "manifest.csv"
COLUMNS = ("file", "role", "chain", "pseudonym", "interviewer", "date", "consent")
INTERVIEWERS = ("Anne", "Bjørn", "Cecilie", "Didrik")
FIRST_DAY, DAYS = date(2025, 1, 6), 240
LEAST_TURNS = 12  # room for an opening, topics, proxies, change and a closing
KEEPING_TO_IT = 0.7  # how often a sentence is about what was asked
TRIES = 12  # to say something that was not said before in the interview

BENT = re.compile(r"<([^/<>]*)/([^/<>]*)/([^/<>]*)>")
PRESENT, PAST, INFINITIVE = 1, 2, 3
SLOT = re.compile(r"\{(\w+)\}")
I_SAY = {"jeg": "jeg", "meg": "meg", "mine": "mine"}
YOU_SAY = {"jeg": "du", "meg": "deg", "mine": "dine"}
DIALECT = re.compile(
    r"\b(e|eg|æ|ho|dei|ikkje|me|kva|mæ|sia|te|heime|nokon|noko|berre|korleis|frå|mykje|bruka|vidaregåande)\b"
)
GROCERIES = re.compile(
    r"\b(frukt|brød|melk|meieri|pant|fersk|pølse|kjøtt|fisk|frys|boll|ost\b|egg|banan|agurk|tomat|kjøl|yoghurt|gjær|reke|potet"
    r"|salat|flaske)"
)

# What an answer holds beside what it begins with: kinds of sentences with their weights.
TOPIC, OPENING, GENERAL, PROXIES, CHANGE, CLOSING = "topic", "opening", "general", "proxy", "change", "closing"
MIXTURES: Mapping[str, Mapping[str, int]] = {
    OPENING: {"task": 3, "education": 2, "none": 4, "competence": 1},
    GENERAL: {"competence": 6, "trait": 1, "none": 3},
    TOPIC: {"competence": 11, "none": 5, "task": 1, "trait": 1},
    PROXIES: {"trait": 4, "education": 1, "none": 3, "competence": 3},
    CHANGE: {"change": 4, "competence": 2, "none": 3},
    CLOSING: {"competence": 5, "trait": 1, "none": 4},
}
BEGINNINGS = {
    OPENING: "introduction",
    GENERAL: "competence",
    TOPIC: "competence",
    PROXIES: "trait",
    CHANGE: "change",
    CLOSING: "none",
}


@dataclass(frozen=True)
class Size:
    """How long an interview is: sentences of the respondent on average, and the least and most turns of both.

    Of ten sentences the program makes some eight phrases.
    """

    sentences: int = 330
    turns: tuple[int, int] = (30, 60)

    def __post_init__(self) -> None:
        if not LEAST_TURNS <= self.turns[0] <= self.turns[1]:
            raise ValueError(f"turns are from {LEAST_TURNS} upwards, the fewest first, not {self.turns}")
        if self.sentences < 1:
            raise ValueError(f"an interview has one sentence or more, not {self.sentences}")


@dataclass(frozen=True)
class ToldChange:
    """A statement about change: its span, the competence that it concerns, and which way: more, less or new."""

    phrase: Phrase
    competence: str
    direction: str


@dataclass(frozen=True)
class ComposedInterview:
    """The transcript with its truth, and what a manifest says of it beside role and chain."""

    annotated: AnnotatedInterview
    changes: tuple[ToldChange, ...]
    pseudonym: str
    interviewer: str
    held: date
    consent: str

    @property
    def transcript(self) -> Transcript:
        return self.annotated.transcript

    @property
    def competences(self) -> frozenset[str]:
        """Ids of the key competences that are told of."""
        return frozenset(label.key_competence for _, label in self.annotated.spans if label.key_competence)


@dataclass(frozen=True)
class _Change:
    """Something that changes, as `composed.toml` words it."""

    competence: str
    direction: str
    subject: str
    moves: tuple[str, ...]
    before: tuple[str, ...]
    now: tuple[str, ...]
    soon: tuple[str, ...]
    roles: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()

    def concerns(self, role: str, chain: str) -> bool:
        return (not self.roles or role in self.roles) and (not self.chains or chain in self.chains)


@dataclass(frozen=True)
class _Sentence:
    """What is said: `core` is what an expert would mark, as `category` and the competence told or stood in for."""

    before: str
    core: str = ""
    after: str = ""
    category: str = "none"
    position: str = ""
    competence: str = ""
    change: _Change | None = None


@lru_cache(maxsize=1)
def _wording() -> dict[str, Any]:
    return tomllib.loads((HERE / "composed.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _changes() -> tuple[_Change, ...]:
    return tuple(_Change(**{key: _frozen(value) for key, value in row.items()}) for row in _wording()["changes"])


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def roles() -> tuple[str, ...]:
    """The roles that interviews are composed for."""
    return tuple(_wording()["roles"])


def chains() -> tuple[str, ...]:
    """The chains that interviews are composed for."""
    return tuple(_wording()["chains"])


def expected_changes(role: str, chain: str) -> frozenset[tuple[str, str]]:
    """What people of this role and chain may tell of: competence and direction of each change."""
    return frozenset((one.competence, one.direction) for one in _changes() if one.concerns(role, chain))


def compose(number: int, seed: int = 0, size: Size | None = None) -> Iterator[ComposedInterview]:
    """So many interviews, roles and chains by turns. The first of many are the same as fewer would be."""
    return (compose_one(index, seed, size or Size()) for index in range(number))


def compose_one(index: int, seed: int = 0, size: Size | None = None) -> ComposedInterview:
    """The interview at this place, from 0."""
    role = roles()[index % len(roles())]
    chain = chains()[index // len(roles()) % len(chains())]
    rng = Random(f"{seed}/{index}")  # a string seeds alike on every machine
    name = f"{chain}_{role.split()[0]}_{index + 1:03}"
    annotated, changes = _Informant(rng, role, chain).interviewed(name, size or Size())
    held = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    asked = held - timedelta(days=rng.randrange(1, 15))
    return ComposedInterview(
        annotated, changes, f"Informant {index + 1:03}", rng.choice(INTERVIEWERS), held, asked.isoformat()
    )


@lru_cache(maxsize=32)
def _told(role: str, chain: str) -> dict[tuple[str, str], tuple[LabelledPhrase, ...]]:
    """The corpora's spoken phrases that fit role and chain, by category and the competence told or stood in for."""
    about = _wording()["chains"][chain]
    own = {role} if role == "butikksjef" else {role, *about["donors"]}
    found: dict[tuple[str, str], tuple[LabelledPhrase, ...]] = {}
    for phrase in read_phrases():
        if phrase.role in own and phrase.style == "spoken" and _fits(phrase.text, about["groceries"]):
            key = phrase.category, phrase.key_competence or phrase.stands_for
            found[key] = (*found.get(key, ()), phrase)
    return found


def _fits(text: str, groceries: bool) -> bool:
    """Whether anybody in the chain could say so: one dialect, and no milk among the planks."""
    return not DIALECT.search(text) and (groceries or not GROCERIES.search(text))


@lru_cache(maxsize=128)
def _told_in_all(role: str, chain: str, category: str) -> tuple[LabelledPhrase, ...]:
    return tuple(phrase for (kind, _), told in _told(role, chain).items() if kind == category for phrase in told)


@dataclass
class _Informant:
    """Somebody in a role and a chain who answers: what they know of and what they have said already."""

    rng: Random
    role: str
    chain: str
    knows: tuple[str, ...] = ()
    said: set[str] = field(default_factory=set)
    used: Counter[str] = field(default_factory=Counter)

    def interviewed(self, name: str, size: Size) -> tuple[AnnotatedInterview, tuple[ToldChange, ...]]:
        """Questions and answers by turns, with the spans that an expert would mark."""
        answers = self.rng.randint(size.turns[0] // 2, size.turns[1] // 2)
        sentences = max(round(size.sentences * self.rng.uniform(0.75, 1.25)), answers)
        lengths = _shares(self.rng, sentences, answers)
        draft = _Draft(Transcript(name, (), self.role, SECTOR, self.chain))
        for (kind, competence, question), length in zip(self._course(answers), lengths, strict=True):
            draft.say(INTERVIEWER, question)
            draft.answer(self.rng, self._answer(kind, competence, length))
        return draft.finished()

    def _course(self, answers: int) -> list[tuple[str, str, str]]:
        """What each answer is about: its kind, the competence it turns on, and the question before it."""
        self.knows = known = tuple(self._known())
        middle = self._topics(known, answers - 6)
        ordinary = [(kind, self._one(known), self._ask(kind)) for kind in (GENERAL, PROXIES)]
        changing = [(CHANGE, self._one(known), question) for question in self._several(CHANGE, 2)]
        half = len(middle) // 2
        first, last = ((kind, self._one(known), self._ask(kind)) for kind in (OPENING, CLOSING))
        return [first, ordinary[0], *middle[:half], ordinary[1], *middle[half:], *changing, last]

    def _known(self) -> Iterator[str]:
        """What this informant tells of: most of what the role needs, the chain's own, and some of all the rest."""
        core, special = _wording()["roles"][self.role], _wording()["chains"][self.chain]["special"]
        others = [id for id in read_key_competences() if id not in {*core, *special} and self._has_much(id)]
        yield from self.rng.sample(core, len(core) - self.rng.randint(0, 3))
        yield from special
        yield from self.rng.sample(others, min(8, len(others)))

    def _has_much(self, competence: str) -> bool:
        """Whether a topic can be made of it: not of what marks another chain, nor of what hardly anybody told."""
        marks = {id for name, about in _wording()["chains"].items() if name != self.chain for id in about["special"]}
        return competence not in marks and len(_told(self.role, self.chain).get(("competence", competence), ())) > 2

    def _topics(self, known: Sequence[str], turns: int) -> list[tuple[str, str, str]]:
        """Each competence in a question or two or three, until the turns are used."""
        course: list[tuple[str, str, str]] = []
        while len(course) < turns:
            for competence in known:
                course.append((TOPIC, competence, self._ask_about(competence)))
                for kind in ("example", "deeper")[: self.rng.choice((0, 1, 1, 2))]:
                    course.append((TOPIC, competence, self._ask(kind)))
        return course[:turns]

    def _ask_about(self, competence: str) -> str:
        words = _wording()["competences"].get(competence)
        return self._filled(self._one(words["ask"])) if words else self._ask("more")

    def _ask(self, kind: str) -> str:
        return self._one(_wording()["questions"][kind])

    def _several(self, kind: str, count: int) -> list[str]:
        return self.rng.sample(_wording()["questions"][kind], count)

    def _answer(self, kind: str, competence: str, length: int) -> list[_Sentence]:
        kinds = [BEGINNINGS[kind], *self.rng.choices(*_weighed(kind), k=length - 1)]
        if kind != CHANGE and length > 2 and self.rng.random() < 0.4:
            kinds[1], kinds[0] = kinds[0], "none"  # people seldom begin with what they were asked
        return [self._fresh(each, self._in_mind(competence)) for each in kinds]

    def _in_mind(self, competence: str) -> str:
        """What was asked about, or at times something else that the informant knows: long answers wander."""
        return competence if self.rng.random() < KEEPING_TO_IT else self.rng.choice(self.knows)

    def _fresh(self, kind: str, competence: str) -> _Sentence:
        """A sentence that this informant has not said yet, as far as there is one."""
        for _ in range(TRIES):
            sentence = self._sentence(kind, competence)
            text = sentence.core or sentence.before
            if text not in self.said:
                break
        self.said.add(text)
        return sentence

    def _sentence(self, kind: str, competence: str) -> _Sentence:
        say = {
            "introduction": self._introduction,
            "competence": self._competence,
            "trait": self._trait,
            "task": self._task,
            "education": self._education,
            "change": self._change,
            "none": self._none,
        }
        return say[kind](competence)

    def _competence(self, competence: str) -> _Sentence:
        told = _told(self.role, self.chain).get(("competence", competence), ())
        words = _wording()["competences"].get(competence)
        if words is None or (told and self.rng.random() < 0.4):
            fresh = [phrase for phrase in told if phrase.text not in self.said]
            if fresh:
                return self._from_corpora(self.rng.choice(fresh))
            if words is None:  # all that is known of it was told: back to what the role is about
                return self._competence(self._one(_wording()["roles"][self.role]))
        return self._in_own_words(competence, words)

    def _in_own_words(self, competence: str, words: Mapping[str, Sequence[str]]) -> _Sentence:
        """A move of the competence, bent into one of many forms."""
        kind = self.rng.choices(("when", "plain", "past", "general"), (4, 4, 4, 2))[0]
        form, move = self._one(_wording()["forms"][kind]), self._one(self._own_moves(words["moves"]))
        parts = _forms_of(move) | {"when": self._one(words["when"])}
        form = SLOT.sub(lambda slot: parts.get(slot[1], slot[0]), form)
        marked = self._filled(form, YOU_SAY if kind == "general" else I_SAY)
        return _marked(marked, "competence", competence, read_key_competences()[competence].position)

    def _own_moves(self, moves: Sequence[str]) -> list[str]:
        """How people in this chain do it: each chain goes without one of the moves, and so words things its own way."""
        foreign = chains().index(self.chain)
        return [move for number, move in enumerate(moves) if number != foreign]

    def _trait(self, competence: str) -> _Sentence:
        own = [text for text, stands_for in _wording()["traits"].items() if stands_for == competence]
        if self.rng.random() < 0.35:
            trait = self._one(own or list(_wording()["traits"]))
            frame = self._one(_wording()["frames"]["trait"]).replace("{trait}", trait)
            return _marked(self._filled(frame), "trait", _wording()["traits"][trait])
        return self._proxy_phrase("trait", competence)

    def _task(self, competence: str) -> _Sentence:
        if self.rng.random() < 0.4:
            task = self._one(list(_wording()["tasks"]))
            frame = self._one(_wording()["frames"]["task"]).replace("{task}", task)
            return _marked(self._filled(frame), "task", _wording()["tasks"][task])
        return self._proxy_phrase("task", competence)

    def _education(self, competence: str) -> _Sentence:
        return self._proxy_phrase("education", competence)

    def _introduction(self, competence: str) -> _Sentence:
        words = self._one(_wording()["talk"]["introductions"])
        return _Sentence(self._filled(words.replace("{rolle}", self.role)))

    def _none(self, competence: str) -> _Sentence:
        if self.rng.random() < 0.5:
            return _Sentence(self._filled(self._one(_wording()["talk"]["asides"])))
        return _Sentence(self.rng.choice(_told_in_all(self.role, self.chain, "none")).text)

    def _change(self, competence: str) -> _Sentence:
        change = self.rng.choice([one for one in _changes() if one.concerns(self.role, self.chain)])
        if self.rng.random() < 0.5:
            scene = self._one(_wording()["change_forms"]["scene"])
            parts = {name: self._one(getattr(change, name)) for name in ("before", "now", "soon")}
            text = SLOT.sub(lambda slot: parts[slot[1]], scene)
            return replace(_Sentence(self._filled(text)), change=change)
        move = self._one(change.moves)
        # What nobody needs any more is no competence of the role.
        marked_move = move if change.direction == LESS else f"[{move}]"
        form = self._one(_wording()["change_forms"][change.direction])
        text = self._filled(form.replace("{subject}", change.subject).replace("{move}", marked_move))
        position = read_key_competences()[change.competence].position
        return replace(_marked(text, "competence", change.competence, position), change=change)

    def _proxy_phrase(self, category: str, competence: str) -> _Sentence:
        """One that stands in for the competence, or else for another."""
        fitting = [
            one for one in _told(self.role, self.chain).get((category, competence), ()) if one.text not in self.said
        ]
        return self._from_corpora(self.rng.choice(fitting or _told_in_all(self.role, self.chain, category)))

    def _from_corpora(self, phrase: LabelledPhrase) -> _Sentence:
        before, after = self.rng.choice(_wording()["frames"][f"{phrase.category}_phrase"]).split("[{phrase}]")
        competence = phrase.key_competence or phrase.stands_for
        return _Sentence(before, phrase.text, after, phrase.category, phrase.position, competence)

    def _filled(self, text: str, person: Mapping[str, str] = I_SAY) -> str:
        """The text with every slot filled: by who is spoken of, by the chain's words, by what is drawn."""
        about, slots = _wording()["chains"][self.chain], _wording()["slots"]
        return SLOT.sub(
            lambda slot: person.get(slot[1]) or self._one(about.get(slot[1]) or slots[slot[1]]),
            text,
        )

    def _one(self, of: Sequence[str]) -> str:
        """One of those that this informant has used least: people vary their words without thinking of it."""
        least = min(self.used[one] for one in of)
        chosen = self.rng.choice([one for one in of if self.used[one] == least])
        self.used[chosen] += 1
        return chosen


def _forms_of(move: str) -> dict[str, str]:
    """A move in each way that a sentence may need it."""
    present, past, infinitive = (_bent(move, tense) for tense in (PRESENT, PAST, INFINITIVE))
    return {
        "pres": present,
        "past": past,
        "inf": infinitive,
        "du": infinitive,
        "inverted": _inverted(present),
        "past_inverted": _inverted(past),
    }


def _bent(move: str, tense: int) -> str:
    return BENT.sub(lambda verb: verb[tense], move)


def _inverted(move: str) -> str:
    """`spør hvem det er` → `spør jeg hvem det er`."""
    verb, _, rest = move.partition(" ")
    return f"{verb} {{jeg}} {rest}"


def _marked(text: str, category: str, competence: str, position: str = "") -> _Sentence:
    """The sentence of a text whose core stands in brackets; without any it is no competence."""
    before, bracket, rest = text.partition("[")
    core, _, after = rest.partition("]")
    return _Sentence(before, core, after, category, position, competence) if bracket else _Sentence(text)


def _weighed(kind: str) -> tuple[list[str], list[int]]:
    return list(MIXTURES[kind]), list(MIXTURES[kind].values())


def _shares(rng: Random, total: int, parts: int) -> list[int]:
    """The total in so many parts of one or more, of uneven size."""
    weights = [rng.uniform(0.3, 1.7) for _ in range(parts)]
    extra = Counter(rng.choices(range(parts), weights, k=total - parts))
    return [1 + extra[part] for part in range(parts)]


@dataclass
class _Draft:
    """A transcript that grows by turns, with its truth."""

    transcript: Transcript
    turns: list[Turn] = field(default_factory=list)
    spans: list[tuple[Phrase, LabelledPhrase]] = field(default_factory=list)
    changes: list[ToldChange] = field(default_factory=list)

    def say(self, speaker: str, text: str) -> None:
        """A turn without anything to mark."""
        self.turns.append(Turn(speaker, text))

    def answer(self, rng: Random, sentences: Sequence[_Sentence]) -> None:
        """The sentences as one turn, with the fillers that people speak with."""
        text = ""
        for sentence in sentences:
            opener, tag = _fillers(rng)
            start = len(text) + len(opener)
            core = start + len(sentence.before)
            spoken = opener + sentence.before + sentence.core + sentence.after
            text += f"{spoken[0].upper()}{spoken[1:]}{tag}. "
            self._mark(text, sentence, start, core)
        self.say(RESPONDENT, text.rstrip())

    def _mark(self, text: str, sentence: _Sentence, start: int, core: int) -> None:
        end = core + len(sentence.core)
        if sentence.core:
            phrase = self._phrase(text, core, end)
            is_told, about = sentence.category == "competence", self.transcript
            told, proxy_for = (sentence.competence, "") if is_told else ("", sentence.competence)
            label = LabelledPhrase(
                phrase.text,
                sentence.category,
                sentence.position,
                about.role,
                told,
                stands_for=proxy_for,
                source=about.id,
            )
            self.spans.append((phrase, label))
        if sentence.change:
            whole = self._phrase(text, start, end + len(sentence.after))
            self.changes.append(ToldChange(whole, sentence.change.competence, sentence.change.direction))

    def _phrase(self, text: str, start: int, end: int) -> Phrase:
        return Phrase(self.transcript.id, len(self.turns), start, end, text[start:end])

    def finished(self) -> tuple[AnnotatedInterview, tuple[ToldChange, ...]]:
        """The interview with its marks, and what it tells of change."""
        transcript = replace(self.transcript, turns=tuple(self.turns))
        return AnnotatedInterview(transcript, tuple(self.spans)), tuple(self.changes)


def _fillers(rng: Random) -> tuple[str, str]:
    """What comes before and after a sentence, mostly nothing."""
    talk = _wording()["talk"]
    chance = rng.random()
    opener = f"{rng.choice(talk['openers'])} " if chance < 0.18 else ""
    return opener, rng.choice(talk["tags"]) if chance > 0.88 else ""


def write_folder(interviews: Sequence[ComposedInterview], folder: Path) -> None:
    """A transcript for each, and the manifest by which `balansekunst add` takes them in."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in interviews:
        (folder / f"{one.transcript.id}.json").write_text(to_json(one.transcript), encoding="utf-8")
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(map(_manifest_row, interviews))


def _manifest_row(one: ComposedInterview) -> tuple[str, ...]:
    about = one.transcript
    known = (one.pseudonym, one.interviewer, one.held.isoformat(), one.consent)
    return (f"{about.id}.json", about.role, about.chain, *known)


def write_truth(interviews: Sequence[ComposedInterview], path: Path) -> None:
    """A line of JSON for each marked phrase and each statement about change."""
    with path.open("w", encoding="utf-8") as file:
        for one in interviews:
            for phrase, label in one.annotated.spans:
                kind = {"category": label.category, "position": label.position}
                competence = {"competence": label.key_competence, "stands_for": label.stands_for}
                file.write(json.dumps(vars(phrase) | kind | competence, ensure_ascii=False) + "\n")
            for change in one.changes:
                about = {"change": change.direction, "competence": change.competence}
                file.write(json.dumps(vars(change.phrase) | about, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: writes a folder of interviews, and their truth where it is asked for."""
    parser = argparse.ArgumentParser(prog="python -m corpora.composed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--number", type=int, default=50, help="how many interviews (50)")
    parser.add_argument("--sentences", type=int, default=330, help="sentences of the respondent, on average (330)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other interviews (0)")
    parser.add_argument(
        "--truth", type=Path, metavar="FILE.jsonl", help="where to write what is told, and which changes"
    )
    asked = parser.parse_args(arguments)
    if asked.number < 1 or asked.sentences < 1:
        parser.error("--number and --sentences are whole numbers from 1")
    interviews = tuple(compose(asked.number, asked.seed, Size(asked.sentences)))
    names = {MANIFEST, *(f"{one.transcript.id}.json" for one in interviews)}
    if asked.folder.is_dir() and (strange := {path.name for path in asked.folder.iterdir()} - names):
        parser.error(f"{asked.folder} holds something else already ({min(strange)}); choose an empty folder")
    write_folder(interviews, asked.folder)
    if asked.truth:
        write_truth(interviews, asked.truth)
    print(f"{len(interviews)} interviews and {MANIFEST} are in {asked.folder}")


if __name__ == "__main__":
    main()
