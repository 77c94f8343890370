"""Tell the figures: as lines of Markdown for people (in Norwegian), and as plain values for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from evaluation.evidence import Evidence, Judged
from evaluation.measures import (
    Figure,
    category_figures,
    confusion,
    figures_of,
    matched,
    point_confusion,
    position_figures,
    proxy_figures,
    worst,
)
from pipeline.balance import POINTS, norwegian
from pipeline.records import CATEGORIES

MISTAKES = 12  # shown
FEWEST = 30  # phrases of a role below which it gets no row of its own


def as_data(evidence: Evidence, suites: Sequence[str]) -> dict[str, Any]:
    """All that the report tells, for `--json`."""
    return {
        "origin": evidence.origin,
        "revision": evidence.revision,
        "figures": [_plain(figure) for figure in figures_of(evidence, suites)],
        "roles": {role: [_plain(f) for f in _role_figures(own, suites)] for role, own in _by_role(evidence.phrases)},
        "confusion": {"classes": CATEGORIES, "counts": confusion(evidence.phrases).tolist()},
        "points": {"classes": POINTS, "counts": point_confusion(evidence.phrases).tolist()},
        "mistakes": [asdict(judged) for judged in worst(evidence.phrases, MISTAKES)],
    }


def _plain(figure: Figure) -> dict[str, Any]:
    """Numbers that JSON has: no NaN."""
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in asdict(figure).items()}


def as_markdown(evidence: Evidence, suites: Sequence[str]) -> list[str]:
    """The report's lines."""
    lines = [f"Grunnlag: {evidence.origin}. Modell: {evidence.revision}.", ""]
    lines += _figure_table(figures_of(evidence, suites))
    if "category" in suites and evidence.phrases:
        lines += ["", "Ekspertens kategori (rader) mot foreslått kategori (kolonner):", ""]
        lines += _count_table([norwegian(name) for name in CATEGORIES], confusion(evidence.phrases))
    if "position" in suites and point_confusion(evidence.phrases).any():
        lines += ["", "Ekspertens punkt (rader) mot første forslag (kolonner), muntlige kompetanser:", ""]
        lines += _count_table([norwegian(name) for name in POINTS], point_confusion(evidence.phrases))
    if {"category", "position", "proxies"} & set(suites):
        lines += _role_table(evidence.phrases, suites)
    if "category" in suites:
        lines += _mistakes(evidence.phrases)
    if "phrases" in suites:
        lines += list(_missed(evidence))
    return lines


def _figure_table(figures: Sequence[Figure]) -> list[str]:
    head = ["| hva | verdi | 95 % intervall | mål | antall | grupper |", "|---|---|---|---|---|---|"]
    return [*head, *(_row(figure) for figure in figures)]


def _row(figure: Figure) -> str:
    target = "" if figure.target is None else f"{figure.target:.2f}"
    interval = "–" if math.isnan(figure.low) else f"{_number(figure.low)}–{_number(figure.high)}"
    return f"| {figure.what} | {_number(figure.value)} | {interval} | {target} | {figure.items} | {figure.groups} |"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


def _count_table(names: list[str], counts: np.ndarray) -> list[str]:
    head = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    return [
        *head,
        *(f"| {name} | " + " | ".join(map(str, row)) + " |" for name, row in zip(names, counts, strict=True)),
    ]


def _by_role(phrases: Sequence[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    for role in sorted({judged.truth.role for judged in phrases}):
        own = [judged for judged in phrases if judged.truth.role == role]
        if len(own) >= FEWEST:
            yield role, own


def _role_figures(own: Sequence[Judged], suites: Sequence[str]) -> list[Figure]:
    """The first figures of a role: category, position, proxies."""
    measures = {"category": category_figures, "position": position_figures, "proxies": proxy_figures}
    return [figure for suite in suites if suite in measures for figure in measures[suite](own)]


def _role_table(phrases: Sequence[Judged], suites: Sequence[str]) -> list[str]:
    roles = {role: {f.what: f for f in _role_figures(own, suites)} for role, own in _by_role(phrases)}
    columns = list(dict.fromkeys(what for figures in roles.values() for what in figures))
    if not columns:
        return []
    lines = ["", "Rolle for rolle:", "", "| rolle | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for role, figures in roles.items():
        cells = [_number(figures[what].value) if what in figures else "" for what in columns]
        lines.append(f"| {role or 'uten rolle'} | " + " | ".join(cells) + " |")
    return lines


def _mistakes(phrases: Sequence[Judged]) -> list[str]:
    lines = ["", "De sikreste feilene, med grunnlaget:", ""]
    for judged in worst(phrases, MISTAKES):
        label, truth = judged.label, judged.truth
        nearest = label.grounds.precedents[0] if label.grounds.precedents else None
        beside = f"; ligner «{nearest.phrase}» ({norwegian(nearest.category)})" if nearest else ""
        words = f"; ord: {', '.join(label.grounds.wording)}" if label.grounds.wording else ""
        said = f"{norwegian(label.category)} {label.probability:.2f}, eksperten sier {norwegian(truth.category)}"
        lines.append(f"- «{truth.text}»: {said}{beside}{words}")
    return lines


def _missed(evidence: Evidence) -> Iterator[str]:
    """A few of the experts' spans that nothing suggested matches."""
    yield from ("", "Utsagn som ikke ble funnet (de første):", "")
    shown = 0
    for coded in evidence.interviews:
        found = [span for (span, _), _ in matched(coded)]
        for span, truth in coded.spans:
            if span not in found and shown < MISTAKES:
                shown += 1
                yield f"- {coded.interview}: «{span.text}» ({norwegian(truth.category)})"
