"""The figures, each against a small example worked out by hand, and their intervals."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from evidence_examples import coded, judged, proxy, rows, span
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.evidence import Evidence, Gathered, Heard
from evaluation.measures import (
    SAFE,
    SUITES,
    best_dimension,
    calibration_error,
    confusion,
    covered,
    edit_distance,
    figures_of,
    matched,
    point_confusion,
    safe_share,
    safe_threshold,
    shared,
    with_interval,
    words,
    worst,
)
from pipeline.balance import POINTS
from pipeline.records import CATEGORIES

quick = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
F1, HARD, ECE = "kategori, makro-F1", "… av disse de vanskelige", "kalibreringsfeil (ECE)"
SHARE, OWN, PRECISION = (
    "andel som kan godkjennes samlet, presisjon ≥ .95",
    "andel over programmets egen grense",
    "… presisjon der",
)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer draws than in earnest: enough for a handful of groups, and quick."""
    monkeypatch.setattr("evaluation.measures.BOOTSTRAPS", 200)


def evidence(*phrases: object) -> Evidence:
    return Evidence("modell-1", "prøve", phrases)  # type: ignore[arg-type]


# Intervals


def mean_of(*values: float) -> object:
    return lambda index: float(np.array(values)[index].mean())


def test_one_group_gives_an_interval_of_no_width() -> None:
    """Whoever asked one role alone cannot tell how roles differ."""
    figure = with_interval("s", "w", ["a", "a", "a"], mean_of(1.0, 0.0, 0.5), None)
    assert (figure.value, figure.low, figure.high) == (0.5, 0.5, 0.5)
    assert (figure.items, figure.groups) == (3, 1)


def test_groups_are_drawn_whole() -> None:
    """Two groups that differ, alike within, give an interval from the one to the other."""
    figure = with_interval("s", "w", ["a", "a", "b", "b"], mean_of(0.2, 0.2, 0.8, 0.8), 0.9)
    assert (figure.value, figure.low, figure.high) == pytest.approx((0.5, 0.2, 0.8))
    assert (figure.items, figure.groups, figure.target) == (4, 2, 0.9)


@quick
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0, 1)), min_size=1, max_size=20))
def test_interval_holds_the_value_and_lies_among_the_groups(items: list[tuple[str, float]]) -> None:
    """The interval of a mean has the mean in it, reaches no further than the groups do, and is drawn the same twice."""
    groups, values = zip(*items, strict=True)
    of_groups = [np.mean([v for g, v in items if g == group]) for group in set(groups)]
    figure = with_interval("s", "w", groups, mean_of(*values), None)
    assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9
    assert min(of_groups) - 1e-9 <= figure.low <= figure.high <= max(of_groups) + 1e-9
    assert with_interval("s", "w", groups, mean_of(*values), None) == figure


def test_draws_without_a_value_are_left_out() -> None:
    """Where only one of two groups has a value, the interval is that value; where none has, there is no interval."""

    def mean(values: list[float]) -> object:
        return lambda index: float(np.nanmean(np.array(values)[index])) if 0 in index else math.nan

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = with_interval("s", "w", ["a", "b"], mean([0.7, math.nan]), None)
        assert (figure.value, figure.low, figure.high) == (0.7, 0.7, 0.7)
        nothing = with_interval("s", "w", ["a", "b"], lambda _: math.nan, None)
    assert all(map(math.isnan, (nothing.value, nothing.low, nothing.high)))


def test_nothing_gives_no_rows() -> None:
    """Suites of which there is no material are left out, not told as zero."""
    assert figures_of(evidence(), list(SUITES)) == []


# Category


FOUR = [
    judged("competence", "competence", 0.95),
    judged("competence", "trait", 0.95, hard=True),
    judged("trait", "trait", 0.65),
    judged("trait", "trait", 0.65, hard=True),
]


def test_macro_f1() -> None:
    """Competence: precision 1, recall 1/2, F1 2/3. Trait: 2/3 and 1, F1 4/5. The mean is 11/15."""
    row = rows(evidence(*FOUR), "category")[F1]
    assert row.value == pytest.approx(11 / 15)
    assert (row.items, row.groups, row.target) == (4, 1, 0.90)


def test_hard_phrases_have_a_row_of_their_own() -> None:
    """Of the two hard ones the competence is missed (0) and the trait has precision 1/2 and recall 1 (2/3)."""
    row = rows(evidence(*FOUR), "category")[HARD]
    assert (row.value, row.items) == (pytest.approx(1 / 3), 2)
    assert HARD not in rows(evidence(*(j for j in FOUR if not j.truth.hard)), "category")


def test_categories_that_no_expert_used_do_not_count() -> None:
    """A category that was only suggested lowers the recall of others, and has no F1 of its own."""
    phrases = [judged("competence", "competence"), judged("competence", "task")]
    assert rows(evidence(*phrases), "category")[F1].value == pytest.approx(2 / 3)


def test_category_that_a_role_lacks_is_not_missed_there() -> None:
    """Where everything is right, every draw of roles is right, whatever categories the roles have."""
    phrases = [judged("competence", "competence", role="kokk"), judged("trait", "trait", role="vert")]
    row = rows(evidence(*phrases), "category")[F1]
    assert (row.value, row.low, row.high) == (1, 1, 1)


# Calibration and acceptance


def test_calibration_error() -> None:
    """Two at .95 with one right are off by .9 together, two at .65 both right by .7: 1.6 over four is .4."""
    assert rows(evidence(*FOUR), "category")[ECE].value == pytest.approx(0.4)


def test_calibration_error_at_the_edges() -> None:
    """Full certainty belongs to the topmost bin, and nothing at all is no error."""
    assert calibration_error(np.array([1.0, 0.92]), np.array([True, True])) == pytest.approx(0.04)
    assert calibration_error(np.array([0.0]), np.array([False])) == 0
    assert calibration_error(np.zeros(0), np.zeros(0, bool)) == 0


@pytest.mark.parametrize(
    ("right", "precision", "share", "threshold"),
    [
        ([1, 1, 0, 1], 0.75, 1.0, 0.6),  # 1, 1, 2/3, 3/4: precise again at the end
        ([1, 1, 0, 1], 0.95, 0.5, 0.8),
        ([0, 1, 1, 1], 0.75, 1.0, 0.6),
        ([0, 1, 1, 1], 0.95, 0.0, 1.01),
        ([1, 1, 1, 1], 0.95, 1.0, 0.6),
    ],
)
def test_share_and_threshold(right: list[int], precision: float, share: float, threshold: float) -> None:
    """The largest share from the top that is precise enough, and the probability that it begins at."""
    sure, was_right = np.array([0.9, 0.8, 0.7, 0.6]), np.array(right, bool)
    assert safe_share(sure, was_right, precision) == share
    assert safe_threshold(sure, was_right, precision) == threshold


def test_equally_sure_suggestions_go_together() -> None:
    """Of two at .9 with one right none can be accepted: a threshold would take both."""
    sure, right = np.array([0.9, 0.9]), np.array([True, False])
    assert (safe_share(sure, right), safe_threshold(sure, right)) == (0.0, 1.01)
    assert safe_share(np.zeros(0), np.zeros(0, bool)) == 0


@quick
@given(st.lists(st.tuples(st.sampled_from([0.3, 0.5, 0.7, 0.9, 0.99]), st.booleans()), min_size=1, max_size=40))
def test_what_the_threshold_takes_is_precise(items: list[tuple[float, bool]]) -> None:
    """From the threshold on, the share told of is taken, and it is as precise as promised or empty."""
    sure, right = np.array([s for s, _ in items]), np.array([r for _, r in items])
    taken = sure >= safe_threshold(sure, right)
    assert taken.mean() == pytest.approx(safe_share(sure, right))
    assert not taken.any() or right[taken].mean() >= SAFE


def test_bulk_acceptance() -> None:
    """The program calls two of four safe, one of them right; really none could be taken."""
    sure = [judged(j.truth.category, j.label.category, j.label.probability, safe=True) for j in FOUR[:2]]
    found = rows(evidence(*sure, *FOUR[2:]), "category")
    assert (found[OWN].value, found[PRECISION].value) == (0.5, 0.5)
    assert found[SHARE].value == 0.0
    assert found[SHARE].target == 0.50


def test_precision_of_nothing_is_unknown() -> None:
    """Where the program calls nothing safe, its precision there is no number."""
    found = rows(evidence(*FOUR), "category")
    assert found[OWN].value == 0
    assert math.isnan(found[PRECISION].value)


# Position


TOLD = [
    judged("competence", "competence", position="people", points={"people": 0.6, "pace": 0.3, "presence": 0.1}),
    judged("competence", "competence", position="pace", points={"people": 0.5, "pace": 0.4, "presence": 0.1}),
    judged("competence", "trait", position="routines"),
    judged("competence", "competence", position="people+technology", points={"technology": 0.7, "people": 0.3}),
]


def test_position_rows() -> None:
    """Right at first for 1 and 4, among two for 2 as well; what got no positions is wrong; a balance has two points.

    The second one's dimension is wrong at .5 against .5: the first of equals is people–technology.
    """
    found = rows(evidence(*TOLD), "position")
    values = [row.value for row in found.values()]
    assert values == [2 / 4, 3 / 4, 2 / 4]
    assert [row.target for row in found.values()] == [0.60, 0.85, 0.80]


def test_only_spoken_competences_are_placed() -> None:
    """Written ones are names that say where they belong, and other categories have no position."""
    others = [judged("trait", "trait"), judged("competence", "competence", position="people", style="written")]
    assert rows(evidence(*others), "position") == {}
    assert next(iter(rows(evidence(*others, *TOLD), "position").values())).items == 4


def test_dimension_is_of_both_points_together() -> None:
    """A first point of .30 says less than two of another dimension that are .47 together."""
    points = {"people": 0.30, "routines": 0.25, "flexibility": 0.22, "pace": 0.13, "presence": 0.10, "technology": 0.0}
    dimension = best_dimension(judged("competence", "competence", points=points))
    assert dimension is not None
    assert dimension.balance == "flexibility+routines"
    assert best_dimension(judged("competence", "trait")) is None


# Proxies


def test_proxy_rows() -> None:
    """Found one of two, and one of two flags is right: F1 1/2. Where both see one, one of one names the competence."""
    phrases = [proxy("calm", "calm"), proxy("service", None), proxy("", "calm"), proxy("", None)]
    flags, named = rows(evidence(*phrases), "proxies").values()
    assert (flags.value, flags.items, flags.target) == (0.5, 4, 0.85)
    assert (named.value, named.items, named.target) == (1.0, 1, 0.70)


def test_wrong_competence_is_no_name() -> None:
    """A flag that names another competence is found, but not named right."""
    flags, named = rows(evidence(proxy("calm", "calm"), proxy("service", "calm")), "proxies").values()
    assert (flags.value, named.value) == (1.0, 0.5)


def test_flag_without_a_competence_is_no_flag() -> None:
    """Wording that is flagged and stands for nothing known is not counted as found; then there is nothing to name."""
    found = rows(evidence(proxy("calm", "")), "proxies")
    assert [row.value for row in found.values()] == [0.0]


def test_no_proxies_give_no_rows() -> None:
    """Where no expert named a competence behind anything, nothing is measured."""
    assert rows(evidence(proxy("", "calm")), "proxies") == {}


def test_roles_without_proxies_do_not_lower_the_interval() -> None:
    """A draw of roles without any proxy has no F1."""
    row = next(iter(rows(evidence(proxy("calm", "calm", "kokk"), proxy("", None, "vert")), "proxies").values()))
    assert (row.value, row.low, row.high) == (1, 1, 1)


# Phrases in raw text


TURN = "Jeg rydder hele lageret. Så er jeg blid og nøyaktig."


def test_tokens_shared() -> None:
    """Tokens in both over tokens in either, at their own places: the same word elsewhere is another token."""
    turn = "rydder og rydder hele lageret"
    whole = span("rydder hele lageret", turn)
    assert shared(whole, span("hele lageret", turn)) == pytest.approx(2 / 3)
    assert shared(whole, span("rydder og", turn)) == 0
    assert shared(whole, whole) == 1
    assert shared(span(" ", turn), span(" ", turn)) == 0


def test_half_of_the_tokens_is_enough() -> None:
    """Two of the expert's three words is a find, one of three is none; strictly much more than these is none either."""
    half = coded(TURN, [("rydder hele lageret", "task")], [("Jeg rydder hele", "task")])
    third = coded(TURN, [("rydder hele lageret", "task")], [("lageret", "task")])
    much = coded(TURN, [("blid", "trait")], [("Så er jeg blid", "trait")])
    assert [len(matched(example)) for example in (half, third, much)] == [1, 0, 1]
    assert [len(matched(example, shared)) for example in (half, third, much)] == [1, 0, 0]


def test_expert_words_covered() -> None:
    """The share is of the expert's words alone; a span without words is covered by nothing."""
    whole = span("rydder hele lageret", TURN)
    assert covered(whole, span("hele lageret", TURN)) == pytest.approx(2 / 3)
    assert covered(span("hele lageret", TURN), whole) == 1
    assert covered(span(" ", TURN), whole) == 0


def test_spans_match_one_to_one_the_best_first() -> None:
    """One suggestion over two marked words finds one of them, and takes the one that it shares most with."""
    both = coded(TURN, [("blid", "trait"), ("nøyaktig", "trait")], [("blid og", "trait")])
    assert [pair[0][0].text for pair in matched(both)] == ["blid"]
    near = coded(TURN, [("rydder hele lageret", "task")], [("hele lageret", "task"), ("rydder hele lageret", "none")])
    assert [suggestion.phrase.text for _, suggestion in matched(near)] == ["rydder hele lageret"]


def test_other_turns_do_not_match() -> None:
    """The same words at the same place of another turn are another find."""
    one, other = span("blid", TURN, 1), span("blid", TURN, 3)
    example = coded(TURN, [("blid", "trait")], [("blid", "trait")])
    moved = type(example)("kari", "kokk", ((other, example.spans[0][1]),), example.suggestions)
    assert (one.start, len(matched(example)), len(matched(moved))) == (other.start, 1, 0)


def test_phrase_rows() -> None:
    """Of three spans two are found, one by its category; of four suggestions two are finds."""
    example = coded(
        TURN,
        [("rydder hele lageret", "task"), ("blid", "trait"), ("nøyaktig", "trait")],
        [("Jeg rydder hele lageret", "competence"), ("blid", "trait"), ("Så er", "task"), ("jeg", "task")],
    )
    recall, precision, category, *strict = rows(Evidence("m", "p", interviews=(example,)), "phrases").values()
    assert (recall.value, recall.items) == (pytest.approx(2 / 3), 3)
    assert [row.value for row in strict] == [recall.value, precision.value]
    assert [row.target for row in strict] == [None, None]
    assert (precision.value, precision.items) == (0.5, 4)
    assert (category.value, category.items, category.target) == (0.5, 2, None)
    assert recall.groups == 1


def test_interview_without_suggestions_is_measured() -> None:
    """Where nothing was suggested recall and precision are 0, and no division fails."""
    found = rows(Evidence("m", "p", interviews=(coded(TURN, [("blid", "trait")], []),)), "phrases").values()
    assert [row.value for row in found] == [0] * 5


# Clusters


def test_cluster_rows() -> None:
    """A perfect role has V and ARI 1. Three of four in one cluster: homogeneity .3113, completeness .3837, V .3437.

    Its pairs: 1 together in both, 2·3/6 = 1 expected, so ARI is 0. The rows are the means over the two roles.
    """
    truth = ("a", "a", "b", "b")
    gathered = (Gathered("kokk", truth, (1, 1, 0, 0)), Gathered("vert", truth, (0, 0, 0, 1)))
    v, ari = rows(Evidence("m", "p", gathered=gathered), "clusters").values()
    assert (v.value, ari.value) == pytest.approx(((1 + 0.3437) / 2, 0.5), abs=1e-4)
    assert (v.low, v.high) == pytest.approx((0.3437, 1), abs=1e-4)
    assert (v.items, v.groups, v.target, ari.target) == (8, 2, 0.85, 0.45)


# Speech


def test_word_error_rate_is_over_all_words() -> None:
    """One word changed and one missing of five, one added to two: three edits over seven words."""
    heard = (
        Heard("a", "Jeg rydder lageret, hver dag.", "jeg rydda lageret hver"),
        Heard("b", "Ja, takk!", "ja takk nå"),
    )
    (row,) = rows(Evidence("m", "p", heard=heard), "speech").values()
    assert (row.value, row.items, row.groups) == (pytest.approx(3 / 7), 7, 2)
    assert (row.low, row.high) == pytest.approx((2 / 5, 1 / 2))


def test_punctuation_and_capitals_are_not_words() -> None:
    """Only letters and figures are heard, æøå among them."""
    assert words("Æsj! «Kl. 12» – på øya?") == ["æsj", "kl", "12", "på", "øya"]


@quick
@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6))
def test_edit_distance_is_a_distance(one: list[str], other: list[str]) -> None:
    """It is 0 for the same words alone, alike both ways, and between the lengths' difference and the longer of them."""
    distance = edit_distance(one, other)
    assert (distance == 0) == (one == other)
    assert distance == edit_distance(other, one)
    assert abs(len(one) - len(other)) <= distance <= max(len(one), len(other))


# Tables


def test_confusion_counts_every_phrase() -> None:
    """The expert's category is the row, the suggested one the column."""
    counts = confusion(FOUR)
    assert counts[CATEGORIES.index("competence"), CATEGORIES.index("trait")] == 1
    assert counts[CATEGORIES.index("trait"), CATEGORIES.index("trait")] == 2
    assert counts.sum() == 4


def test_point_confusion_counts_spoken_competences_at_one_point() -> None:
    """A balance, a written name and what got no position have no cell."""
    written = judged("competence", "competence", position="pace", points={"pace": 1.0}, style="written")
    counts = point_confusion([*TOLD, written])
    assert counts[POINTS.index("people"), POINTS.index("people")] == 1
    assert counts[POINTS.index("pace"), POINTS.index("people")] == 1
    assert counts.sum() == 2


def test_worst_mistakes_come_first() -> None:
    """The mistakes, the surest first, no more than asked for."""
    phrases = [judged("trait", "task", 0.7), judged("trait", "trait", 0.99), judged("task", "none", 0.8)]
    assert [one.label.probability for one in worst(phrases, 5)] == [0.8, 0.7]
    assert len(worst(phrases, 1)) == 1
