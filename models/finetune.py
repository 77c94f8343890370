"""Teach the top layers of the embedding model what competence means; the layers below stay as they are.

People tell what they do, not what it is called, and a general embedding groups their phrases by scene. So tellings of
the same key competence are drawn together and others pushed apart (supervised contrastive loss, Khosla et al. 2020,
temperature .07), beside losses for category, position and the key competence that is told of or stood in for. Only the
top layers learn: what the lower ones give for each phrase is computed once, which makes training minutes on a CPU and
the result small enough to ship.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from corpora import LabelledPhrase, read_key_competences
from pipeline.balance import POINTS, points_of
from pipeline.records import CATEGORIES

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TOP_LAYERS = 4
EPOCHS = 3
SEED = 0
LEARNING_RATE, HEAD_RATE, WARM_UP = 2e-4, 5e-3, 30
COMPETENCES, TELLINGS, OTHERS = (
    16,
    4,
    32,
)  # in each batch: key competences, tellings of each, phrases of other categories
CONTRAST_TEMPERATURE, CONTRAST_WEIGHT = 0.07, 0.5
SHARPNESS = 4.0  # of the two linear heads over unit vectors
COMPETENCE_SHARPNESS, COMPETENCE_WEIGHT = 8.0, 0.5  # of the head that names key competences
LENGTHS = 4  # groups of like length in each batch
LONGEST = 64  # tokens


@dataclass(frozen=True)
class Tower:
    """What the frozen layers give for each phrase (a tensor [tokens, width] each), and the layers that learn."""

    hidden: list[torch.Tensor]
    top: torch.nn.ModuleList

    def vectors(self, index: np.ndarray) -> torch.Tensor:
        """Unit vectors [n, width] of the phrases at `index`: the mean over their tokens."""
        chosen = [self.hidden[i] for i in index]
        states = torch.nn.utils.rnn.pad_sequence(chosen, batch_first=True)
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(h)) for h in chosen], batch_first=True)
        for layer in self.top:
            states = apply_layer(layer, states, mask)
        return functional.normalize((states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True), dim=1)

    def all_vectors(self) -> np.ndarray:
        """Unit vectors [n, width] of all phrases, without learning."""
        self.top.eval()
        order = np.argsort([len(h) for h in self.hidden])
        found = np.zeros((len(order), self.hidden[0].shape[1]), np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), 128):
                index = order[start : start + 128]
                found[index] = self.vectors(index).numpy()
        return found


def apply_layer(layer: torch.nn.Module, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """One transformer layer over states [b, t, width]; `mask` [b, t] is 1 for tokens and 0 for padding."""
    result = layer(states, (1.0 - mask[:, None, None, :]) * torch.finfo(states.dtype).min)
    return result[0] if isinstance(result, tuple) else result


def encoder_of(model: SentenceTransformer) -> Any:
    """The BERT inside a sentence-transformers model."""
    return getattr(model[0], "auto_model", None) or model[0].model


def build_tower(model: SentenceTransformer, texts: list[str]) -> Tower:
    """Run the lower layers over all texts once, and copy the upper ones to learn."""
    bert = encoder_of(model).eval()
    cut = len(bert.encoder.layer) - TOP_LAYERS
    prompt = model.prompts.get(model.default_prompt_name or "", "")
    hidden: list[torch.Tensor] = []
    with torch.inference_mode():
        for start in range(0, len(texts), 64):
            batch = [prompt + text for text in texts[start : start + 64]]
            tokens = model.tokenizer(batch, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
            states, mask = bert.embeddings(input_ids=tokens["input_ids"]), tokens["attention_mask"].float()
            for layer in bert.encoder.layer[:cut]:
                states = apply_layer(layer, states, mask)
            hidden += [row[: int(kept.sum())].clone() for row, kept in zip(states, mask, strict=True)]
    return Tower(hidden, copy.deepcopy(bert.encoder.layer[cut:]))


class _Heads(torch.nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.category = torch.nn.Linear(width, len(CATEGORIES))
        self.position = torch.nn.Linear(width, len(POINTS))
        self.competence = torch.nn.Linear(width, len(read_key_competences()))


def finetune(tower: Tower, phrases: list[LabelledPhrase], train: np.ndarray) -> Tower:
    """A tower whose top layers have learnt from the phrases at `train`; the one handed in stays as it is."""
    torch.manual_seed(SEED)
    learner = Tower(tower.hidden, copy.deepcopy(tower.top))
    heads = _Heads(tower.hidden[0].shape[1])
    batches = list(_batches(phrases, train))
    groups = [
        {"params": learner.top.parameters(), "lr": LEARNING_RATE},
        {"params": heads.parameters(), "lr": HEAD_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, step / WARM_UP) * max(0.05, 1 - step / len(batches))
    )
    weights = _category_weights(phrases, train)
    learner.top.train()
    for batch in batches:
        loss = _loss(_vectors_by_length(learner, batch), [phrases[i] for i in batch], heads, weights)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learner.top.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return learner


def _vectors_by_length(tower: Tower, batch: np.ndarray) -> torch.Tensor:
    """The batch's vectors, computed a few of like length at a time: padding is most of the work otherwise."""
    order = np.argsort([len(tower.hidden[i]) for i in batch], kind="stable")
    parts = [tower.vectors(batch[part]) for part in np.array_split(order, LENGTHS) if len(part)]
    return torch.cat(parts)[np.argsort(order)]


def _batches(phrases: list[LabelledPhrase], train: np.ndarray) -> list[np.ndarray]:
    """Indices: tellings of a few key competences together, then phrases of other categories."""
    generator = np.random.default_rng(SEED)
    tellings: dict[str, list[int]] = {}
    for i in train:
        if phrases[i].key_competence:
            tellings.setdefault(phrases[i].key_competence, []).append(int(i))
    others = np.array([i for i in train if phrases[i].category != "competence"])
    names = sorted(tellings)
    steps = int(sum(map(len, tellings.values())) // (COMPETENCES * TELLINGS) * EPOCHS)
    batches = []
    for _ in range(steps):
        told = [
            generator.choice(tellings[name], min(TELLINGS, len(tellings[name])), replace=False)
            for name in generator.choice(names, min(COMPETENCES, len(names)), replace=False)
        ]
        batches.append(np.concatenate([*told, generator.choice(others, min(OTHERS, len(others)), replace=False)]))
    return batches


def _category_weights(phrases: list[LabelledPhrase], train: np.ndarray) -> torch.Tensor:
    counts = np.array([sum(phrases[i].category == name for i in train) for name in CATEGORIES])
    weights = torch.tensor(1.0 / np.maximum(counts, 1), dtype=torch.float32)
    return weights / weights.mean()


def _loss(vectors: torch.Tensor, phrases: list[LabelledPhrase], heads: _Heads, weights: torch.Tensor) -> torch.Tensor:
    categories = torch.tensor([CATEGORIES.index(p.category) for p in phrases])
    loss = functional.cross_entropy(
        heads.category(vectors) * SHARPNESS, categories, weight=weights, label_smoothing=0.05
    )
    told = [i for i, p in enumerate(phrases) if p.category == "competence"]
    chances = functional.log_softmax(heads.position(vectors[told]) * SHARPNESS, dim=1)
    loss = loss - (torch.stack([_point_shares(phrases[i].position) for i in told]) * chances).sum(1).mean()
    loss = loss + COMPETENCE_WEIGHT * _competence_loss(vectors, phrases, heads)
    return loss + CONTRAST_WEIGHT * contrast(vectors[told], [phrases[i].key_competence for i in told])


def _competence_loss(vectors: torch.Tensor, phrases: list[LabelledPhrase], heads: _Heads) -> torch.Tensor:
    """Which key competence a phrase tells of, or stands in for."""
    ids = list(read_key_competences())
    names = [phrase.key_competence or phrase.stands_for for phrase in phrases]
    rows = [i for i, name in enumerate(names) if name in ids]
    scores = heads.competence(vectors[rows]) * COMPETENCE_SHARPNESS
    target = torch.tensor([ids.index(names[i]) for i in rows], dtype=torch.long)
    return functional.cross_entropy(scores, target, label_smoothing=0.1) if rows else scores.sum()


def _point_shares(position: str) -> torch.Tensor:
    points = points_of(position)
    return torch.tensor([1 / len(points) if point in points else 0.0 for point in POINTS])


def contrast(vectors: torch.Tensor, names: list[str]) -> torch.Tensor:
    """Supervised contrastive loss: phrases with the same name near, all others far."""
    same = torch.tensor([[a == b for b in names] for a in names])
    itself = torch.eye(len(names), dtype=torch.bool)
    likeness = (vectors @ vectors.T / CONTRAST_TEMPERATURE).masked_fill(itself, -1e9)
    chances = functional.log_softmax(likeness, dim=1)
    pairs = same & ~itself
    return (-chances.masked_fill(~pairs, 0).sum(1) / pairs.sum(1).clamp(min=1)).mean()


def write_top(tower: Tower, path: Path) -> None:
    """Write the layers that learnt, as float16 tensors; no code is ever stored or read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.half().contiguous() for name, value in tower.top.state_dict().items()}, path)


def put_top(model: SentenceTransformer, tower: Tower) -> None:
    """Put a tower's layers into a loaded model, in place."""
    encoder_of(model).encoder.layer[-TOP_LAYERS:].load_state_dict(tower.top.state_dict())
    tower.top.eval()


def apply_top(model: SentenceTransformer, path: Path) -> None:
    """Put layers that learnt into a loaded model."""
    layers = encoder_of(model).encoder.layer[-TOP_LAYERS:]
    layers.load_state_dict({name: value.float() for name, value in load_file(path).items()})
