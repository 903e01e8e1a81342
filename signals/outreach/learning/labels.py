"""What came of an example within 90 days after its moment, as the partners told it?

Pure. An outcome is made of events whose time lies after the moment and at most 90 days later (whole days in Amsterdam),
and that stand in the order of their arrears after all that was known of it: what comes late of an earlier day tells
nothing new. So no event speaks in the features and in the outcome, and whom somebody reached plays no part. Its parts:

* *grows*: of an arrears that is open in the case, more is told than was last known of it;
* *spreads*: a report that the rules let into a case (or call a repeat: rule 2 of borders.md section 4) comes in for the
  household, of a sector in which it had no open arrears in any of its cases;
* *crisis*: eviction, disconnection or the end of the insurance is told of an arrears of the household, graver than the
  crisis of the case and than what was known of that arrears.

An arrears is followed for as long as it is open at this household. Once it is withdrawn, or reported at another
address, what is told of it later is another story: a new report here can only spread. What was told stays told when the
arrears is paid, arranged for, or the resident dies or leaves: it did escalate. Only what is withdrawn as *wrongful*
within the 90 days was never so, and does not count.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from signals.outreach.arrears import GRAVITY, ChangeFact, Fact, ReportFact, WithdrawalFact, own_status
from signals.outreach.learning.history import end_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from signals.outreach.learning.examples import Example, Known
    from signals.outreach.learning.history import HouseholdHistory, ToldArrears
    from signals.outreach.policy import PolicyBook

DAYS: Final = 90
PARTS: Final = ("grows", "spreads", "crisis")
_THREATS: Final = frozenset({"eviction", "disconnection", "end-of-insurance"})


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What came of an example, by part; it escalated when one of them came true."""

    grows: bool
    spreads: bool
    crisis: bool

    @property
    def escalated(self) -> bool:
        """Whether any part came true."""
        return self.grows or self.spreads or self.crisis


def known_on(day: date) -> date:
    """The day by which the outcome of an example of `day` is known."""
    return day + timedelta(days=DAYS)


def outcome_of(history: HouseholdHistory, example: Example, known: Known, book: PolicyBook) -> Outcome:
    """What came of the example; the history must reach over its 90 days."""
    grows = spreads = crisis = False
    case = known.within[example.period]
    sectors = {one.sector for one in known.live.values()}
    gravity = GRAVITY[known.cases[example.period].crisis]
    for arrears in history.arrears:
        live = known.live.get(arrears.id)
        later = _later(arrears, known)
        told = list(_counting(later, arrears, history, book, open_now=live is not None)) if later else []
        first = [fact for stretch, fact in told if stretch == 0]
        grows |= arrears.id in case and live is not None and any((_amount(fact) or 0) > live.amount for fact in first)
        spreads |= arrears.sector not in sectors and any(isinstance(fact, ReportFact) for _, fact in told)
        before = max(gravity, GRAVITY[live.crisis]) if live else gravity
        crisis |= any(GRAVITY[_threat(fact)] > before for _, fact in told)
    return Outcome(grows, spreads, crisis)


def _later(arrears: ToldArrears, known: Known) -> list[Fact]:
    """What was told of it within the 90 days, and stands after what was known; in its order."""
    told = arrears.between(end_of(known.day), end_of(known_on(known.day)))
    last = known.last.get(arrears.id)
    return sorted((fact for fact in told if last is None or fact.place > last), key=lambda fact: fact.place)


def _counting(
    later: list[Fact], arrears: ToldArrears, history: HouseholdHistory, book: PolicyBook, *, open_now: bool
) -> Iterator[tuple[int, Fact]]:
    """What was told while it was open at the household, with the number of the stretch; 0 goes on from before."""
    stretch, is_open = 0 if open_now else 1, open_now
    told: list[Fact] = []
    for fact in later:
        if isinstance(fact, WithdrawalFact) or (isinstance(fact, ReportFact) and fact.household != history.id):
            wrongful = isinstance(fact, WithdrawalFact) and fact.reason == "wrongful"
            yield from () if wrongful else ((stretch, one) for one in told)
            stretch, is_open, told = stretch + 1, False, []
        elif is_open or _begins(fact, arrears.sector, history.municipality, book):
            is_open = True
            told.append(fact)
    yield from ((stretch, one) for one in told)


def _begins(fact: Fact, sector: str, municipality: str, book: PolicyBook) -> bool:
    """Whether nothing keeps a report out of a case: then it is in one, or repeats what is."""
    if not isinstance(fact, ReportFact):
        return False
    return own_status(fact, sector, book.in_force(municipality, fact.place.signalled_on)) is None


def _amount(fact: Fact) -> int | None:
    return fact.amount if isinstance(fact, ReportFact | ChangeFact) else None


def _threat(fact: Fact) -> str | None:
    """The threat that it tells, if any; a change may leave the crisis as it was."""
    crisis = fact.crisis if isinstance(fact, ReportFact | ChangeFact) else None
    return crisis if crisis in _THREATS else None
