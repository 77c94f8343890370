"""Lists in their order, page by page, beyond what a page of the application shows."""

from __future__ import annotations

import pytest
from review_pages import add_many
from sqlalchemy.orm import Session, sessionmaker

from review.addresses import CERTAIN, TEACHING
from review.order import FOREMOST, Ordered
from store.decisions import Choice, decide
from store.review_items import OPEN, Filter, find_items

PACE = Filter(position="pace")
EVERY = Filter(category="competence")


@pytest.fixture
def many(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """More than are compared with one another, some of them decided."""
    coded = add_many(sessions, FOREMOST + 120)
    with sessions.begin() as session:
        for suggestion in coded[::9]:
            decide(session, 1, suggestion.phrase, Choice("approve", "Kari", "competence", ("pace",)))
    return sessions


@pytest.mark.parametrize("order", [TEACHING, CERTAIN])
@pytest.mark.parametrize("wanted", [PACE, EVERY])
def test_pages_have_everything_once(many: sessionmaker[Session], wanted: Filter, order: str) -> None:
    """Whatever the size of a page, the pages together are the list, and each phrase stands where it is said to."""
    with many.begin() as session:
        whole = Ordered(session, 1, wanted, order).page(1000)
        pages = [Ordered(session, 1, wanted, order).page(70, offset) for offset in range(0, 420, 70)]
        places = [Ordered(session, 1, wanted, order).place(item) for item in whole[::40]]
    assert tuple(item for page in pages for item in page) == whole
    assert len({item.id for item in whole}) == len(whole) >= FOREMOST + 120
    assert places == list(range(0, len(whole), 40))


def test_undecided_come_first_with_the_tenth_among_them(many: sessionmaker[Session]) -> None:
    """Where decisions teach most, every part of the undecided has its share of the random tenth; the decided follow."""
    with many.begin() as session:
        whole = Ordered(session, 1, PACE, TEACHING).page(1000)
        undecided = find_items(session, 1, Filter(position="pace", states=(OPEN,)), limit=1000)
    assert {item.id for item in whole[: len(undecided)]} == {item.id for item in undecided}
    half = len(undecided) // 2
    drawn = [item.drawn for item in whole[: len(undecided)]]
    assert abs(sum(drawn[:half]) - sum(drawn[half:])) <= 1
    assert [item.state for item in whole[len(undecided) :]] == ["approved"] * (len(whole) - len(undecided))


def test_page_beyond_the_end_is_empty(many: sessionmaker[Session]) -> None:
    """Past the last phrase there is nothing, in either order."""
    with many.begin() as session:
        assert [Ordered(session, 1, PACE, order).page(50, 9999) for order in (TEACHING, CERTAIN)] == [(), ()]
