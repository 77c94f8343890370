"""The top layers that learn, on a small random BERT: the loss, the batches, and what is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from small_bert import SmallModel

from corpora import LabelledPhrase
from models.finetune import TOP_LAYERS, Tower, apply_top, build_tower, contrast, finetune, write_top

TELLINGS = [
    LabelledPhrase(f"{word} {i}", "competence", position, "", name)
    for word, position, name in [("lytter", "presence", "communicating"), ("teller", "routines", "accuracy")]
    for i in range(40)
]
OTHERS = [LabelledPhrase(f"grei {i}", "trait") for i in range(8)]
PHRASES = [*TELLINGS, *OTHERS]


@pytest.fixture
def model() -> SmallModel:
    return SmallModel()


@pytest.fixture
def tower(model: SmallModel) -> Tower:
    return build_tower(model, [p.text for p in PHRASES])  # type: ignore[arg-type]


def test_untaught_tower_is_the_model(model: SmallModel, tower: Tower) -> None:
    """Before learning, lower layers once and upper layers after give what the model itself gives."""
    texts = [p.text for p in PHRASES]
    np.testing.assert_allclose(tower.all_vectors(), model.encode(texts), atol=1e-5)


def test_tellings_of_one_competence_come_together(tower: Tower, monkeypatch: pytest.MonkeyPatch) -> None:
    """After learning, two tellings of a competence are more alike, against others, than before."""
    for name, value in {"EPOCHS": 60, "LEARNING_RATE": 5e-3, "WARM_UP": 1}.items():
        monkeypatch.setattr(f"models.finetune.{name}", value)

    def gap(vectors: np.ndarray) -> float:
        likeness = vectors @ vectors.T
        return float(likeness[:40, :40].mean() - likeness[:40, 40:80].mean())

    taught = finetune(tower, PHRASES, np.arange(len(PHRASES)))
    assert gap(taught.all_vectors()) > gap(tower.all_vectors()) + 0.05


def test_learning_twice_gives_the_same(tower: Tower) -> None:
    """The same phrases and seed give the same layers."""
    index = np.arange(len(PHRASES))
    first, second = (finetune(tower, PHRASES, index).all_vectors() for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_learning_leaves_the_first_tower_alone(tower: Tower) -> None:
    """What is learnt on one fold cannot leak into the next."""
    before = tower.all_vectors()
    finetune(tower, PHRASES, np.arange(len(PHRASES)))
    np.testing.assert_array_equal(tower.all_vectors(), before)


def test_taught_layers_are_put_back_into_a_model(model: SmallModel, tower: Tower, tmp_path: Path) -> None:
    """A fresh model with the written layers encodes as the taught tower does, but for half precision."""
    taught = finetune(tower, PHRASES, np.arange(len(PHRASES)))
    write_top(taught, tmp_path / "top.safetensors")
    apply_top(model, tmp_path / "top.safetensors")  # type: ignore[arg-type]
    np.testing.assert_allclose(model.encode([p.text for p in PHRASES]), taught.all_vectors(), atol=0.01)


def test_only_the_top_layers_are_written(tower: Tower, tmp_path: Path) -> None:
    """The file holds the upper layers alone, so that it stays small."""
    from safetensors.torch import load_file

    write_top(tower, tmp_path / "top.safetensors")
    layers = {name.split(".")[0] for name in load_file(tmp_path / "top.safetensors")}
    assert layers == {str(i) for i in range(TOP_LAYERS)}


def test_contrast_is_low_where_names_lie_together() -> None:
    """The loss is lower for groups that lie apart than for the same vectors under mixed names."""
    vectors = torch.eye(2).repeat_interleave(2, dim=0)
    assert contrast(vectors, ["a", "a", "b", "b"]) < contrast(vectors, ["a", "b", "a", "b"])
