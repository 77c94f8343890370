"""How well two labellers agree: `python -m evaluation.agreement`.

`corpora/second_labels.tsv` holds the labels of a second pass over 900 phrases drawn at random from all files, done from
the labelling guide alone, in another order, without sight of the first labels. Cohen's kappa is the agreement beyond
chance: 1 is full, 0 none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sklearn.metrics import cohen_kappa_score

from corpora import LabelledPhrase, read_interviews, read_phrases, read_second_labels
from pipeline.balance import dimension_of, points_of

Pairs = Sequence[tuple[LabelledPhrase, LabelledPhrase]]


@dataclass(frozen=True)
class Agreement:
    """One row: what two labellers said, how many agree, kappa (None where chance has no say), over how many."""

    what: str
    share: float
    kappa: float | None
    items: int


def read_pairs() -> list[tuple[LabelledPhrase, LabelledPhrase]]:
    """Each phrase of the second pass with its first label and its second; not those whose span was cut anew since."""
    spans = [label for interview in read_interviews() for _, label in interview.spans]
    first = {(phrase.source, phrase.text): phrase for phrase in [*spans, *read_phrases()]}
    known = [second for second in read_second_labels() if (second.source, second.text) in first]
    return [(first[second.source, second.text], second) for second in known]


def agreements(pairs: Pairs) -> list[Agreement]:
    """Category of all; position and key competence where both see a competence; proxies where both name one."""
    both = [(a, b) for a, b in pairs if a.category == b.category == "competence"]
    proxies = [(a, b) for a, b in pairs if a.category == b.category and a.category in ("trait", "task", "education")]
    named = [(a, b) for a, b in proxies if a.stands_for and b.stands_for]
    common = [bool(_points(a) & _points(b)) for a, b in both]
    return [
        _row("kategori", [(a.category, b.category) for a, b in pairs]),
        _row("plass, ni", [(a.position, b.position) for a, b in both]),
        Agreement("… minst ett punkt felles", _share(common), None, len(both)),
        _row("… dimensjon", [(dimension_of(a.position).balance, dimension_of(b.position).balance) for a, b in both]),
        _row("nøkkelkompetanse", [(a.key_competence, b.key_competence) for a, b in both]),
        _row("står for en kompetanse", [(str(bool(a.stands_for)), str(bool(b.stands_for))) for a, b in proxies]),
        _row("… hvilken, der begge nevner en", [(a.stands_for, b.stands_for) for a, b in named]),
    ]


def _points(phrase: LabelledPhrase) -> set[str]:
    return set(points_of(phrase.position))


def _row(what: str, pairs: Sequence[tuple[str, str]]) -> Agreement:
    one, other = zip(*pairs, strict=True)
    return Agreement(what, _share([a == b for a, b in pairs]), float(cohen_kappa_score(one, other)), len(pairs))


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


def main() -> None:
    """Print the table."""
    print("| hva | enige | Cohens kappa | antall |\n|---|---|---|---|")
    for row in agreements(read_pairs()):
        kappa = "" if row.kappa is None else f"{row.kappa:.2f}"
        print(f"| {row.what} | {row.share:.2f} | {kappa} | {row.items} |")


if __name__ == "__main__":
    main()
