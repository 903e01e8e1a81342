"""What came of an example: one story a line, and what must be said of the case of January."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from signals.outreach.learning.examples import examples_of
from signals.outreach.learning.labels import known_on

from .told import BOOK, ELSEWHERE, FAR, change, examples, household, report, withdrawal

if TYPE_CHECKING:
    from .told import Line

RENT: Final = report(1, "2026-01-10", "R1")
STORIES: Final[dict[str, tuple[tuple[Line, ...], str]]] = {
    "nothing more is told": ((), ""),
    "a higher report": ((report(2, "2026-03-02", "R1", 700),), "grows"),
    "the same amount again": ((report(2, "2026-02-02", "R1", 600),), ""),
    "a higher change": ((change(2, "2026-02-02", "R1", 601),), "grows"),
    "lower first, then as it was": ((change(2, "2026-02-02", "R1", 500), change(3, "2026-03-02", "R1", 600)), ""),
    "one day too late": ((change(2, "2026-05-02", "R1", 900),), ""),
    "the last day": ((change(2, "2026-05-01", "R1", 900, told="2026-05-01T21:59:59+00:00"),), "grows"),
    "the last day is over in Amsterdam": ((change(2, "2026-05-01", "R1", 900, told="2026-05-01T22:00:00+00:00"),), ""),
    "told late, of an earlier day": ((report(2, "2026-01-05", "R1", 900, told="2026-02-03T09:00:00+00:00"),), ""),
    "paid, then a higher one": ((withdrawal(2, "2026-02-02", "R1"), report(3, "2026-03-02", "R1", 900)), ""),
    "higher, then paid": ((change(2, "2026-02-02", "R1", 900), withdrawal(3, "2026-03-02", "R1")), "grows"),
    "higher, then wrongful": ((change(2, "2026-02-02", "R1", 900), withdrawal(3, "2026-03-02", "R1", "wrongful")), ""),
    "moved, then a higher one": (
        (report(2, "2026-02-02", "R1", 600, at=ELSEWHERE), change(3, "2026-03-02", "R1", 900)),
        "",
    ),
    "a second sector": ((report(2, "2026-02-02", "E1"),), "spreads"),
    "a second arrears of the sector": ((report(2, "2026-02-02", "R2"),), ""),
    "a second sector, below the threshold": ((report(2, "2026-02-02", "E1", 10),), ""),
    "a second sector, objected": ((report(2, "2026-02-02", "E1", objected=True),), ""),
    "a second sector, wrongful": ((report(2, "2026-02-02", "E1"), withdrawal(3, "2026-03-02", "E1", "wrongful")), ""),
    "a second sector, withdrawn as wrongful too late to know": (
        (report(2, "2026-02-02", "E1"), withdrawal(3, "2026-06-02", "E1", "wrongful")),
        "spreads",
    ),
    "a second sector, of the neighbours": ((report(2, "2026-02-02", "E1", at=ELSEWHERE),), ""),
    "a threat": ((change(2, "2026-02-02", "R1", crisis="eviction"),), "crisis"),
    "the contract ends": ((change(2, "2026-02-02", "R1", crisis="end-of-delivery"),), ""),
    "a second sector with a threat": ((report(2, "2026-02-02", "E1", 10, crisis="disconnection"),), "spreads crisis"),
    "paid, and the sector comes back": ((withdrawal(2, "2026-02-02", "R1"), report(3, "2026-04-02", "R2")), ""),
}


@pytest.mark.parametrize(("later", "expected"), STORIES.values(), ids=STORIES)
def test_what_came_of_the_case_of_january(later: tuple[Line, ...], expected: str) -> None:
    _, outcome = examples(household([RENT, *later]))["2026-01"]
    came = [part for part in ("grows", "spreads", "crisis") if getattr(outcome, part)]
    assert (" ".join(came), outcome.escalated) == (expected, bool(expected))


def test_a_threat_that_was_known_is_no_news() -> None:
    before = report(1, "2026-01-10", "R1", crisis="disconnection")
    again, graver = (change(2, "2026-02-02", "R1", crisis=crisis) for crisis in ("disconnection", "eviction"))
    assert not examples(household([before, again]))["2026-01"][1].crisis
    assert examples(household([before, graver]))["2026-01"][1].crisis


def test_what_was_open_in_an_older_case_does_not_spread_nor_does_it_grow_in_another() -> None:
    lines = [RENT, report(2, "2026-02-10", "E1"), report(3, "2026-04-10", "R1", 900)]
    found = examples(household(lines))
    assert list(found) == ["2026-01", "2026-02", "2026-04"]
    assert [outcome.escalated for _, outcome in found.values()] == [True, False, False]  # only E1 is of February's case


def test_an_example_is_known_after_ninety_days_and_made_only_once_its_period_is_over() -> None:
    history = household([RENT])
    assert known_on(date(2026, 1, 31)) == date(2026, 5, 1)
    assert not list(examples_of(history, BOOK, date(2026, 1, 30)))
    assert [example.day for example, _ in examples_of(history, BOOK, FAR)] == [date(2026, 1, 31)]
