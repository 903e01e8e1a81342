"""What partners told of one household, written down in a line each, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from signals.outreach.arrears import ChangeFact, Fact, Place, ReportFact, WithdrawalFact
from signals.outreach.learning.examples import Example, examples_of
from signals.outreach.learning.history import HouseholdHistory, ToldArrears, in_order_told
from signals.outreach.learning.labels import Outcome, outcome_of
from signals.simulation.judged import almelo_policy_for

if TYPE_CHECKING:
    from collections.abc import Iterable

BOOK: Final = almelo_policy_for("0141")
HERE: Final = 1
ELSEWHERE: Final = 2
FAR: Final = date(2027, 12, 31)
SECTORS: Final = {"R": "housing", "E": "energy", "W": "water", "Z": "health"}
Line = tuple[str, Fact]  # the reference, whose first letter says the sector, and what was told
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _place(number: int, day: str, told: str | None) -> Place:
    moment = datetime.fromisoformat(told or f"{day}T09:00:00+00:00")
    return Place(date.fromisoformat(day), (moment - _EPOCH) // timedelta(microseconds=1), f"e{number}", "urn:x")


def report(
    number: int,
    day: str,
    reference: str,
    euros: int = 600,
    *,
    at: int = HERE,
    crisis: str | None = None,
    told: str | None = None,
    objected: bool = False,
) -> Line:
    """A report that arose 40 days before; `told` is the time of the event, by default nine o'clock of its day."""
    place = _place(number, day, told)
    arisen = place.signalled_on - timedelta(days=40)
    return reference, ReportFact(number, place, at, euros * 100, crisis, arisen, objected, False)


def change(
    number: int,
    day: str,
    reference: str,
    euros: int | None = None,
    *,
    crisis: str | None = None,
    told: str | None = None,
) -> Line:
    return reference, ChangeFact(
        number, _place(number, day, told), euros and euros * 100, crisis, crisis_given=crisis is not None
    )


def withdrawal(number: int, day: str, reference: str, reason: str = "paid", *, told: str | None = None) -> Line:
    return reference, WithdrawalFact(number, _place(number, day, told), reason)


def household(lines: Iterable[Line], wishes: Iterable[int] = ()) -> HouseholdHistory:
    """A household's history of these lines."""
    facts: dict[str, list[Fact]] = {}
    for reference, fact in lines:
        facts.setdefault(reference, []).append(fact)
    arrears = tuple(
        ToldArrears(number, f"partner-{SECTORS[reference[0]]}", None, SECTORS[reference[0]], in_order_told(own))
        for number, (reference, own) in enumerate(sorted(facts.items()), 1)
    )
    return HouseholdHistory(HERE, "0141", arrears, frozenset(wishes))


def examples(history: HouseholdHistory, through: date = FAR) -> dict[str, tuple[Example, Outcome]]:
    """By period its example, with what came of it."""
    return {
        example.period: (example, outcome_of(history, example, known, BOOK))
        for example, known in examples_of(history, BOOK, through)
    }
