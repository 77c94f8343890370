from __future__ import annotations

import pytest

from pipeline.balance import POSITIONS
from pipeline.errors import InputError
from pipeline.records import CATEGORIES
from store.decisions import Choice, can_decide, check_decision

GOOD = [
    *(Choice("relabel", "Kari", category) for category in CATEGORIES),
    *(Choice("move", "Kari", "competence", (position,)) for position in POSITIONS),
    Choice("approve", "Kari", "competence"),
    Choice("approve", "Kari", "task"),
    Choice("reject", "Kari"),
    Choice("undo", "Kari", undoes=1),
]
BAD = [
    (Choice("slett", "Kari"), "slett"),
    (Choice("reject", ""), "navn"),
    (Choice("reject", "  "), "navn"),
    (Choice("approve", "Kari"), "kategori"),
    (Choice("relabel", "Kari", "dyd"), "dyd"),
    (Choice("move", "Kari", "competence", ("sjel",)), "sjel"),
    (Choice("move", "Kari", "competence", ("people+pace",)), "people\\+pace"),
    (Choice("move", "Kari", "competence"), "mangler plass"),
    (Choice("approve", "Kari", "trait", ("people",)), "trait"),
    (Choice("undo", "Kari"), "angres"),
    (Choice("reject", "Kari", undoes=1), "angring"),
]


@pytest.mark.parametrize("choice", GOOD)
def test_sensible_choice_is_accepted(choice: Choice) -> None:
    """Every category, every position and every action is accepted where it makes sense."""
    check_decision(choice)
    assert can_decide(choice)


@pytest.mark.parametrize(("choice", "named"), BAD)
def test_senseless_choice_is_refused(choice: Choice, named: str) -> None:
    """A choice that makes no sense is an InputError that names the culprit, and `can_decide` says no."""
    with pytest.raises(InputError, match=named):
        check_decision(choice)
    assert not can_decide(choice)
