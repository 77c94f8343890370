"""The 4-bit embedding file: blocks against numbers worked out by hand, and a whole file made here."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from models.e5 import MAGIC, bert_name, dequantise, read_e5


def block(scale: float, low: list[int], high: list[int]) -> bytes:
    """A Q4_0 block: a float16 scale, then 16 bytes whose low nibbles come first."""
    return np.float16(scale).tobytes() + bytes(a | b << 4 for a, b in zip(low, high, strict=True))


def test_block_is_read_as_worked_out_by_hand() -> None:
    """Weight i is (nibble − 8) · scale, the low nibbles of all 16 bytes before the high ones."""
    low, high = list(range(16)), list(range(15, -1, -1))
    raw = np.frombuffer(block(0.5, low, high), np.uint8).reshape(1, 18)
    expected = [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]
    assert dequantise(raw, 32).tolist() == expected + expected[::-1]


def test_each_block_has_a_scale_of_its_own() -> None:
    """Blocks follow one another, and padding after the last weight is left out."""
    raw = np.frombuffer(block(1, [9] * 16, [7] * 16) + block(-2, [9] * 16, [8] * 16), np.uint8).reshape(2, 18)
    values = dequantise(raw, 50)
    assert values.dtype == np.float32
    assert values.tolist() == [1.0] * 16 + [-1.0] * 16 + [-2.0] * 16 + [0.0] * 2


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("emb.word", "embeddings.word_embeddings.weight"),
        ("emb.ln.b", "embeddings.LayerNorm.bias"),
        ("l3.q.w", "encoder.layer.3.attention.self.query.weight"),
        ("l11.fo.b", "encoder.layer.11.output.dense.bias"),
        ("l0.aln.w", "encoder.layer.0.attention.output.LayerNorm.weight"),
    ],
)
def test_tensors_are_named_as_transformers_names_them(short: str, long: str) -> None:
    """Each short name becomes the name of BertModel's own tensor."""
    assert bert_name(short) == long


def small_file() -> bytes:
    """A file with three pieces and two tensors: a Q4_0 matrix [1, 32] and 32 float32."""
    pieces = ["<s>", "▁å", "x"]
    blob = "".join(pieces).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in pieces)]).astype("<u4")
    head = MAGIC + struct.pack("<I7ifi", 1, 32, 1, 1, 64, 3, 8, 1, 1e-5, 32)
    head += struct.pack("<5iQ", 3, 0, 1, 2, 3, len(blob)) + offsets.tobytes()
    head += np.array([0.0, -1.5, -2.0], "<f4").tobytes() + blob + struct.pack("<iI", 0, 4) + b"map!"
    words, norm = block(1, [9] * 16, [8] * 16), np.arange(32, dtype="<f4").tobytes()
    names = [(b"emb.word", 1, 32, words), (b"emb.ln.w", 0, 32, norm)]
    size = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in names)
    index = struct.pack("<i", len(names))
    for name, kind, count, stored in names:
        index += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", kind, count, size, len(stored))
        size += len(stored)
    return head + index + words + norm


def test_file_is_read_whole(tmp_path: Path) -> None:
    """Sizes, pieces with scores, and tensors in their shapes come out of a file."""
    path = tmp_path / "liten.bin"
    path.write_bytes(small_file())
    file = read_e5(path)
    assert (file.hidden, file.layers, file.vocabulary, file.positions) == (32, 1, 3, 8)
    assert file.pieces == [("<s>", 0.0), ("▁å", -1.5), ("x", -2.0)]
    words, norm = file.tensors["embeddings.word_embeddings.weight"], file.tensors["embeddings.LayerNorm.weight"]
    assert words.tolist() == [[1.0] * 16 + [0.0] * 16]
    assert norm.tolist() == list(range(32))


def test_other_file_is_refused(tmp_path: Path) -> None:
    """A file of another kind is named in the error."""
    path = tmp_path / "annen.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match=r"annen\.bin"):
        read_e5(path)
