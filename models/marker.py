"""Mark the words of an answer that begin or go on with something worth coding: learnt from annotated interviews.

The frozen lower layers of the embedding model read the whole answer after its question; a small convolutional network
over their states says for each word whether a phrase of some category begins there, goes on, or neither. The grammar
finds clauses (pipeline/phrases.py); this finds the short trait in the middle of a long sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from corpora import AnnotatedInterview, LabelledPhrase
from models.finetune import SEED, TOP_LAYERS, apply_layer, encoder_of
from pipeline.marking import TAGS, WORD, Marked
from pipeline.records import RESPONDENT

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

WIDTH, DILATIONS, DROPOUT = 192, (1, 2, 4, 8, 1), 0.35
EPOCHS, BATCH, RATE = 8, 16, 2e-3
QUESTION_LONGEST, ANSWER_LONGEST = 40, 330  # tokens
COMPOSED, WANTED = 5000, 600  # answers, and lines of advertisements, put together from phrases beside the real ones
SMOOTHING = 0.03
NOT_COUNTED = -100


@dataclass(frozen=True)
class Answer:
    """One answer with its question and, for training, what is marked in it: (start, end, category) in code points."""

    text: str
    question: str
    marks: tuple[tuple[int, int, str], ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Read:
    """An answer as the frozen layers read it: states [tokens, width], and for each word of it its first token."""

    states: torch.Tensor
    words: tuple[tuple[int, int], ...]
    tokens: tuple[int, ...]


class Network(nn.Module):
    """States [b, t, width] and mask [b, t, 1] to scores [b, t, tags]: dilated convolutions with residuals."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.into = nn.Linear(width, WIDTH)
        self.across = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 3, padding=d, dilation=d) for d in DILATIONS)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in DILATIONS)
        self.out = nn.Linear(WIDTH, len(TAGS))
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        found = functional.gelu(self.into(self.drop(states))) * mask
        for convolution, norm in zip(self.across, self.norms, strict=True):
            seen = convolution((norm(found) * mask).transpose(1, 2)).transpose(1, 2)
            found = (found + self.drop(functional.gelu(seen))) * mask
        return self.out(found)


@dataclass(frozen=True)
class Marker:
    """Reads answers and marks their words; satisfies pipeline.marking.Marker."""

    model: SentenceTransformer
    network: Network

    def mark(self, answers: Sequence[str], questions: Sequence[str]) -> list[Marked]:
        """The words of each answer with the log probability of each tag."""
        asked = [Answer(text, question) for text, question in zip(answers, questions, strict=True)]
        self.network.eval()
        marked: dict[int, Marked] = {}
        for index, batch in _by_length(asked, read(self.model, asked)):
            with torch.inference_mode():
                scores = functional.log_softmax(self.network(*_padded(batch)), dim=2).numpy()
            for i, one, rows in zip(index, batch, scores, strict=True):
                marked[i] = Marked(one.words, rows[list(one.tokens)])
        return [marked[i] for i in range(len(asked))]


def _by_length(answers: Sequence[Answer], reads: Sequence[Read]) -> Iterator[tuple[list[int], list[Read]]]:
    order = sorted(range(len(answers)), key=lambda i: len(reads[i].states))
    for start in range(0, len(order), BATCH):
        index = order[start : start + BATCH]
        yield index, [reads[i] for i in index]


def _padded(reads: Sequence[Read]) -> tuple[torch.Tensor, torch.Tensor]:
    states = nn.utils.rnn.pad_sequence([one.states.float() for one in reads], batch_first=True)
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(one.states), 1) for one in reads], batch_first=True)
    return states, mask


def read(model: SentenceTransformer, answers: Sequence[Answer]) -> list[Read]:
    """Each answer after its question, through the frozen lower layers."""
    bert = encoder_of(model)
    prompt = model.prompts.get(model.default_prompt_name or "", "")
    tokens = [_tokens(model.tokenizer, prompt, answer) for answer in answers]
    reads: dict[int, Read] = {}
    order = sorted(range(len(answers)), key=lambda i: len(tokens[i][0]))
    for start in range(0, len(order), BATCH):
        index = order[start : start + BATCH]
        ids = nn.utils.rnn.pad_sequence([torch.tensor(tokens[i][0]) for i in index], batch_first=True)
        mask = nn.utils.rnn.pad_sequence([torch.ones(len(tokens[i][0])) for i in index], batch_first=True)
        with torch.inference_mode():
            states = bert.embeddings(input_ids=ids)
            for layer in bert.encoder.layer[:-TOP_LAYERS]:
                states = apply_layer(layer, states, mask)
        for row, i in enumerate(index):
            kept = states[row, : len(tokens[i][0])].half().clone()
            reads[i] = Read(kept, *tokens[i][1:])
    return [reads[i] for i in range(len(answers))]


Tokens = tuple[list[int], tuple[tuple[int, int], ...], tuple[int, ...]]


def _tokens(tokenizer: Any, prompt: str, answer: Answer) -> Tokens:
    """Token numbers of question and answer, the answer's words (start, end), and the first token of each word."""
    asked = tokenizer(prompt + answer.question, truncation=True, max_length=QUESTION_LONGEST)["input_ids"]
    told = tokenizer(
        answer.text, add_special_tokens=False, return_offsets_mapping=True, truncation=True, max_length=ANSWER_LONGEST
    )
    words, first = [], []
    for match in WORD.finditer(answer.text):
        found = [
            k for k, (a, b) in enumerate(told["offset_mapping"]) if a < match.end() and b > match.start() and b > a
        ]
        if found:
            words.append(match.span())
            first.append(len(asked) + found[0])
    return [*asked, *told["input_ids"], asked[-1]], tuple(words), tuple(first)


def answers_of(interview: AnnotatedInterview) -> list[Answer]:
    """The respondent's turns with the question before each, and the experts' marks."""
    marks: dict[int, list[tuple[int, int, str]]] = {}
    for span, label in interview.spans:
        marks.setdefault(span.turn, []).append((span.start, span.end, label.category))
    found, question = [], ""
    for number, turn in enumerate(interview.transcript.turns):
        if turn.speaker == RESPONDENT:
            found.append(Answer(turn.text, question, tuple(marks.get(number, ())), interview.transcript.id))
        else:
            question = turn.text
    return found


def fit_network(answers: Sequence[Answer], reads: Sequence[Read], train: np.ndarray) -> Network:
    """A network that has learnt from the answers at `train`."""
    torch.manual_seed(SEED)
    network = Network(reads[0].states.shape[1])
    generator = np.random.default_rng(SEED)
    batches = [batch for _ in range(EPOCHS) for batch in _batches(reads, train, generator)]
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=len(batches) + 1, pct_start=0.15)
    network.train()
    for batch in batches:
        scores = network(*_padded([reads[i] for i in batch]))
        target = nn.utils.rnn.pad_sequence(
            [_target(answers[i], reads[i]) for i in batch], batch_first=True, padding_value=NOT_COUNTED
        )
        loss = functional.cross_entropy(
            scores.transpose(1, 2), target, ignore_index=NOT_COUNTED, label_smoothing=SMOOTHING
        )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return network


def _batches(reads: Sequence[Read], train: np.ndarray, generator: np.random.Generator) -> Iterator[np.ndarray]:
    """All of `train` in random batches of like length."""
    order = generator.permutation(train)
    for start in range(0, len(order), BATCH * 8):
        part = order[start : start + BATCH * 8]
        part = part[np.argsort([len(reads[i].states) for i in part], kind="stable")]
        yield from (part[at : at + BATCH] for at in range(0, len(part), BATCH))


def _target(answer: Answer, one: Read) -> torch.Tensor:
    """The right tag at the first token of each word; nothing counts elsewhere."""
    target = torch.full((len(one.states),), NOT_COUNTED, dtype=torch.long)
    begun: set[tuple[int, int, str]] = set()
    for (start, end), token in zip(one.words, one.tokens, strict=True):
        mark = next((m for m in answer.marks if start < m[1] and end > m[0]), None)
        target[token] = TAGS.index(f"{'I' if mark in begun else 'B'}-{mark[2]}") if mark else 0
        if mark:
            begun.add(mark)
    return target


LEADS = ("Ja, ", "Nei, altså, ", "Jo, ", "Altså ", "Tja, ", "", "", "", "", "Ja, det er jo det at ", "Hm. ")
LINKS = (". Og så ", ". ", ", og ", " og ", " og ", ". Men ", ". ", ", men ", ". Så ", ". Altså, ")
SUBJECTS = {
    "trait": (
        "jeg er ",
        "jeg er nok ",
        "og så er jeg vel ",
        "jeg er litt sånn ",
        "jeg har alltid vært ",
        "du må være ",
        "man må jo være ",
        "vi ser etter folk som er ",
        "det hjelper å være ",
    ),
    "education": ("jeg har ", "jeg tok ", "så har jeg ", "jeg hadde jo ", "det ble ", "og så var det "),
    "competence": ("jeg ", "så jeg ", "å ", "så må jeg ", "du må "),
    "task": ("jeg ", "vi ", "så skal jeg ", "og så er det å "),
    "none": ("",),
}
HAS_SUBJECT = re.compile(r"(jeg|eg|vi|man|du|en|de|det|han|hun|da|når|hvis|å|er|har|tok|gikk|ble|var|folk|noen)\b")


def compose(phrases: Sequence[LabelledPhrase], count: int) -> list[Answer]:
    """Answers put together from the labelled phrases of one file each, joined as people talk."""
    generator = np.random.default_rng(SEED)
    files: dict[str, dict[str, list[LabelledPhrase]]] = {}
    for phrase in phrases:
        if phrase.style == "spoken":
            files.setdefault(phrase.source, {}).setdefault(phrase.category, []).append(phrase)
    sources = sorted(source for source, kinds in files.items() if len(kinds) > 1)
    return [_composed(files[sources[generator.integers(len(sources))]], generator) for _ in range(count)]


def _composed(kinds: dict[str, list[LabelledPhrase]], generator: np.random.Generator) -> Answer:
    def one_of(options: Sequence[Any]) -> Any:
        return options[int(generator.integers(len(options)))]

    text, marks, source = one_of(LEADS), list[tuple[int, int, str]](), ""
    for number in range(int(generator.integers(1, 5))):
        text += one_of(LINKS) if number else ""
        kind = "none" if generator.random() < 0.45 and "none" in kinds else one_of(sorted(kinds))
        phrase = one_of(kinds[kind])
        source = phrase.source
        if not HAS_SUBJECT.match(phrase.text) and generator.random() < 0.65:
            text += one_of(SUBJECTS[kind])
        words = phrase.text[:1].upper() + phrase.text[1:] if text.endswith(". ") or not text else phrase.text
        if kind != "none":
            marks.append((len(text), len(text) + len(words), kind))
        text += words
    return Answer(text + ".", "", tuple(marks), source)


LINES = (
    "Vi søker en {trait} og {trait} {role}.",
    "Vi søker en {trait}, {trait} og {trait} {role} til fast stilling.",
    "Vi er på jakt etter en {trait} {role} med {education}.",
    "Du er {trait}, {trait} og {trait}.",
    "Som person er du {trait} og {trait}.",
    "Vi ser etter deg som er {trait} og {trait}, og som har {education}.",
    "Personlig egnethet vektlegges, og det er viktig for oss at du er {trait} og {trait}.",
    "Det er en fordel om du har {education} eller {education}.",
    "Vi krever {education}, gjerne også {education}.",
    "Arbeidsoppgavene er {task}, {task} og {task}.",
    "Stillingen innebærer {task} og {task}.",
    "Du må kunne {competence} og {competence}.",
)
SLOT = re.compile(r"\{(\w+)\}")
LONGEST_WANTED = {"trait": 1, "task": 3, "education": 4, "competence": 6}  # words that fit into such a line


def compose_wanted(phrases: Sequence[LabelledPhrase], count: int) -> list[Answer]:
    """Lines of advertisements, each from the short written phrases of one file that has some of every kind."""
    generator = np.random.default_rng(SEED)
    files: dict[str, dict[str, list[LabelledPhrase]]] = {}
    for phrase in phrases:
        if phrase.style == "written" and len(phrase.text.split()) <= LONGEST_WANTED.get(phrase.category, 0):
            files.setdefault(phrase.source, {}).setdefault(phrase.category, []).append(phrase)
    sources = sorted(source for source, kinds in files.items() if len(kinds) == len(LONGEST_WANTED))
    chosen = [sources[generator.integers(len(sources))] for _ in range(count)] if sources else []
    return [_wanted(LINES[generator.integers(len(LINES))], files[source], generator) for source in chosen]


def _wanted(line: str, kinds: dict[str, list[LabelledPhrase]], generator: np.random.Generator) -> Answer:
    text, marks, at, source, role = "", list[tuple[int, int, str]](), 0, "", ""
    for slot in SLOT.finditer(line):
        text += line[at : slot.start()]
        at = slot.end()
        if slot[1] == "role":
            text += role or "medarbeider"
            continue
        phrase = kinds[slot[1]][int(generator.integers(len(kinds[slot[1]])))]
        source, role = phrase.source, phrase.role
        marks.append((len(text), len(text) + len(phrase.text), slot[1]))
        text += phrase.text
    return Answer(text + line[at:], "", tuple(marks), source)


def write_network(network: Network, path: Path) -> None:
    """Write the weights as float16 tensors; no code is ever stored or read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.half().contiguous() for name, value in network.state_dict().items()}, path)


def read_network(path: Path) -> Network:
    """A network from its weights."""
    weights = {name: value.float() for name, value in load_file(path).items()}
    network = Network(weights["into.weight"].shape[1])
    network.load_state_dict(weights)
    return network.eval()
