"""Small evidence, written out so that each figure can be worked out by hand."""

from __future__ import annotations

from corpora import LabelledPhrase
from evaluation.evidence import Coded, Evidence, Gathered, Heard, Judged
from evaluation.measures import Figure, figures_of
from pipeline.records import Grounds, Label, Phrase, Placement, Precedent, Proxy, Suggestion


def judged(
    truth: str,
    said: str,
    probability: float = 0.9,
    *,
    role: str = "kokk",
    position: str = "",
    style: str = "spoken",
    hard: bool = False,
    points: dict[str, float] | None = None,
    text: str = "hører på folk",
    safe: bool = False,
) -> Judged:
    """A phrase that an expert calls `truth` and the program `said`; `points` are its positions, likeliest first.

    `safe` is what the program says may be accepted with others.
    """
    placements = tuple(Placement(point, chance) for point, chance in (points or {}).items())
    phrase = LabelledPhrase(text, truth, position, role, style=style, hard=hard)
    return Judged(phrase, Label(said, probability, placements, grounds=Grounds(safe=safe)))


def proxy(stands_for: str, named: str | None, role: str = "kokk") -> Judged:
    """A trait that stands for a competence or none (""), and the competence named for it: None where not flagged."""
    flag = None if named is None else Proxy("trait", named and named.upper(), "Hva gjorde du?", named)
    return Judged(LabelledPhrase("blid", "trait", "", role, stands_for=stands_for), Label("trait", 0.9, (), flag))


def span(words: str, turn: str, number: int = 1) -> Phrase:
    """These words of a turn."""
    start = turn.index(words)
    return Phrase("kari", number, start, start + len(words), words)


def coded(
    turn: str,
    marked: list[tuple[str, str]],
    suggested: list[tuple[str, str]],
    interview: str = "kari",
) -> Coded:
    """One turn with (words, category) as an expert marked them, and as they were suggested."""
    spans = tuple((span(words, turn), LabelledPhrase(words, category)) for words, category in marked)
    found = tuple(Suggestion(span(words, turn), Label(category, 0.8)) for words, category in suggested)
    return Coded(interview, "kokk", spans, found)


def rows(evidence: Evidence, suite: str) -> dict[str, Figure]:
    """The rows of a suite by what they measure."""
    return {figure.what: figure for figure in figures_of(evidence, [suite])}


GROUNDS = Grounds((Precedent("hjelper gjester", "competence", "people", "kelner", 0.91),), ("hører",), True, ("trait",))
WHOLE = Evidence(
    "modell-1",
    "to prøver",
    (
        judged("competence", "competence", 0.97, position="people", points={"people": 0.6, "pace": 0.4}, safe=True),
        Judged(
            LabelledPhrase("blid", "trait", "", "vert", stands_for="customers", source="retail_a"),
            Label("task", 0.6, (), Proxy("trait", "Møte kunder", "", "customers", ""), GROUNDS),
        ),
    ),
    (
        coded(
            "Jeg rydder hele lageret. Jeg er blid.",
            [("rydder hele lageret", "task"), ("blid", "trait")],
            [("rydder hele", "task")],
        ),
    ),
    (Gathered("kokk", ("a", "a", "b", "b"), (0, 0, 1, 1)),),
    (Heard("opptak", "Jeg rydder lageret hver dag.", "jeg rydda lageret hver"),),
)
