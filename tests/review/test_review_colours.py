from __future__ import annotations

import re
from pathlib import Path

import pytest

from review.app import create_app

CSS = (Path(create_app.__code__.co_filename).parent / "static" / "colours.css").read_text(encoding="utf-8")
LIGHT, DARK = 0, 1
DIMENSIONS = ("green", "yellow", "magenta")
TEXTS = [
    ("ink", "ground"), ("ink", "paper"), ("ink", "hover"), ("ink", "yellow/pale"), ("ink", "green/pale"),
    ("ink", "magenta/pale"), ("soft", "ground"), ("soft", "paper"), ("soft", "hover"), ("soft", "proxy-pale"),
    ("link", "ground"), ("link", "paper"), ("link", "proxy-pale"), ("on-action", "action"),
    ("on-action", "action-hover"), ("warn", "paper"), ("warn", "warn-pale"), ("good", "paper"),
    ("good", "good-pale"), ("note", "note-pale"), ("ink", "proxy-pale"), ("deep", "pale"),
    *[(f"{name}/deep", f"{name}/pale") for name in DIMENSIONS], *[(f"{name}/deep", "paper") for name in DIMENSIONS],
]  # fmt: skip
MARKS = [
    ("edge", "paper"), ("proxy", "proxy-pale"), ("full", "empty"), ("link", "ground"), ("strong", "paper"),
    *[(f"{name}/strong", ground) for name in DIMENSIONS for ground in ("paper", f"{name}/pale")],
]  # fmt: skip


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_keeps_its_contrast(text: str, ground: str, scheme: int) -> None:
    """Text keeps the contrast of WCAG AA, 4.5:1, against what it stands on, in light and in dark."""
    assert contrast(colour(text, scheme), colour(ground, scheme)) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_symbols_and_borders_keep_their_contrast(mark: str, ground: str, scheme: int) -> None:
    """What has to be seen but not read keeps 3:1, in light and in dark."""
    assert contrast(colour(mark, scheme), colour(ground, scheme)) >= 3


def colour(name: str, scheme: int) -> str:
    """Six hexadecimal digits of a colour in the style sheet: `ink`, or `green/deep`."""
    rule, _, variable = name.rpartition("/")
    block = CSS.partition(f".{rule} {{" if rule else ":root {")[2].partition("}")[0]
    found = re.search(rf"--{variable}: light-dark\(#(\w{{6}}), #(\w{{6}})\)", block)
    assert found, name
    return found.groups()[scheme]


def contrast(one: str, other: str) -> float:
    """The contrast of WCAG 2, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(digits: str) -> float:
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
