from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from pipeline.agreement import Agreement, agreement_of, specific_of, table_of


def table_from(first: str, second: str) -> tuple[np.ndarray, str]:
    names = "".join(sorted({*first, *second}))
    pairs = list(zip(first, second, strict=True))
    return table_of({pair: pairs.count(pair) for pair in pairs}, names), names


@pytest.mark.parametrize(
    ("first", "second", "alpha"),
    [
        ("0100000010", "1110010000", 0.095),
        ("aabbdcccedda", "babbbccceddd", 0.692),
    ],
)
def test_alpha_is_as_published(first: str, second: str, alpha: float) -> None:
    """Alpha is that of the worked examples A and B in Krippendorff, «Computing Krippendorff's Alpha-Reliability»."""
    found = agreement_of(table_from(first, second)[0]).alpha
    assert found == pytest.approx(alpha, abs=0.0005)


def test_kappa_is_as_published() -> None:
    """Kappa is that of Cohen's worked example (1960), 200 cases in three categories: .492."""
    table = np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]])
    assert agreement_of(table).kappa == pytest.approx(0.492, abs=0.0005)


def test_kappa_is_that_of_the_library() -> None:
    """Kappa of random tables agrees with scikit-learn's, of as many phrases."""
    random = np.random.default_rng(1)
    for size in (2, 5, 9):
        table = random.integers(0, 9, (size, size))
        one, other = np.indices(table.shape)
        theirs = cohen_kappa_score(one.ravel(), other.ravel(), sample_weight=table.ravel())
        assert agreement_of(table).kappa == pytest.approx(theirs)


def test_full_agreement_is_one() -> None:
    """Who says the same of everything agrees fully, and the interval has nowhere else to go."""
    found = agreement_of(table_from("aabbc", "aabbc")[0])
    assert (found.share, found.kappa, found.alpha) == (1, 1, 1)
    assert found.kappa_within == found.alpha_within == (1, 1)


def test_interval_holds_the_figure_and_narrows() -> None:
    """The interval is around the figure, the same each time, and narrower of ten times as many phrases."""
    few = agreement_of(table_from("aabbcaabbc", "aabbcabbac")[0])
    many = agreement_of(table_from("aabbcaabbc", "aabbcabbac")[0] * 10)
    assert few == agreement_of(table_from("aabbcaabbc", "aabbcabbac")[0])
    widths = []
    for found in (few, many):
        assert found.kappa is not None
        assert found.kappa_within is not None
        low, high = found.kappa_within
        assert low < found.kappa < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_figures_that_are_not_defined_are_none() -> None:
    """Of nothing there is no figure, and where only one name is used none beyond chance."""
    assert agreement_of(table_of({}, "ab")) == Agreement(0)
    alike = agreement_of(table_of({("a", "a"): 3}, "ab"))
    assert (alike.items, alike.share, alike.kappa, alike.alpha, alike.kappa_within) == (3, 1, None, None, None)


def test_names_that_are_not_asked_for_are_left_out() -> None:
    """The table holds what both said of the names given."""
    assert table_of({("a", "b"): 2, ("a", "c"): 5}, "ab").tolist() == [[0, 2], [0, 0]]


def test_agreement_on_a_name() -> None:
    """Of five a and three a, three in common: six of eight. A name that nobody used has none."""
    counts = {("a", "a"): 3, ("a", "b"): 2, ("b", "b"): 5}
    a, b, c = specific_of(table_of(counts, "abc"), "abc")
    assert (a.first, a.second, a.both, a.share) == (5, 3, 3, 0.75)
    assert b.share == pytest.approx(10 / 12)
    assert c.share is None
