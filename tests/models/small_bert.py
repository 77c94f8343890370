"""A small random BERT in the place of a sentence-transformers model, so that what learns on top of one is tested."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch
from transformers import BertConfig, BertModel


class WordTokenizer:
    """Each word is a token of its own; number 0 pads."""

    def __call__(self, texts: list[str], **_: object) -> dict[str, torch.Tensor]:
        rows = [torch.tensor([number(word) for word in text.split()]) for text in texts]
        ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return {"input_ids": ids, "attention_mask": (ids > 0).long()}


def number(word: str) -> int:
    """A token's number, 1–90."""
    return 1 + sum(map(ord, word)) % 90


class SmallModel:
    """What of a sentence-transformers model is used: the encoder, the tokenizer and no prompt."""

    def __init__(self, tokenizer: object = None) -> None:
        self.prompts: dict[str, str] = {}
        self.default_prompt_name = None
        self.tokenizer = tokenizer or WordTokenizer()
        torch.manual_seed(1)
        config = BertConfig(
            vocab_size=100, hidden_size=16, num_hidden_layers=6, num_attention_heads=2, intermediate_size=32
        )
        self.bert = BertModel(config, add_pooling_layer=False).eval()

    def __getitem__(self, index: int) -> SimpleNamespace:
        return SimpleNamespace(auto_model=self.bert)

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit vectors by the model's own forward pass, padded tokens left out of the mean."""
        tokens = self.tokenizer(texts)
        with torch.inference_mode():
            states = self.bert(**tokens).last_hidden_state
        mask = tokens["attention_mask"][:, :, None]
        mean = (states * mask).sum(1) / mask.sum(1)
        return torch.nn.functional.normalize(mean, dim=1).numpy()
