"""From which cases does a score learn, and what was known of each at its moment?

Pure. An example is a case on the last day of its matching period, with at least one open arrears. Its facts are what
the rules make of the events whose *time* had come by the end of that day in Amsterdam, and of nothing else: the day
that a partner wrote on a signal (`signalledOn`) says where it stands in the order, never whether it was known. The
rules are those that judge new cases, so a model is served what it learned from. Nobody acts in it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from signals.outreach.arrears import IN_A_CASE, JudgedReport, ReportFact, judge_arrears
from signals.outreach.cases import ArrearsState, HouseholdReport, JudgedCase, judge_household
from signals.outreach.learning.history import end_of
from signals.outreach.periods import Period, period_of
from signals.scoring.facts import CaseFacts  # noqa: TC001 - msgspec reads the annotations
from signals.scoring.features import USUAL_CENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.outreach.arrears import Place
    from signals.outreach.learning.history import HouseholdHistory, ToldArrears
    from signals.outreach.policy import PolicyBook

_SHORTEST: Final = timedelta(days=6)  # from the first day of a week to its last; every other period is longer
_DAY: Final = timedelta(days=1)


class Example(msgspec.Struct, frozen=True, gc=False):
    """A case at its moment.

    Attributes:
        household: its number.
        place: of the household (`HouseholdHistory`); examples of one household belong together.
        period: the label of its matching period.
        day: its moment is the end of this day.
        facts: what a score may know of it; nothing else of an example reaches a model.
        framework: the points of the decision framework.
        earliest_on: the day of its earliest signal.
        latest: source and id of the last event of the household by then.
        newest_report: the event of the last report by then that is in the case.
    """

    household: int
    place: int
    period: str
    day: date
    facts: CaseFacts
    framework: int
    earliest_on: date
    latest: tuple[str, str]
    newest_report: int

    @property
    def month(self) -> str:
        """The month of its moment, such as 2026-11."""
        return f"{self.day.year:04}-{self.day.month:02}"

    @property
    def amount_cents(self) -> int:
        """All its arrears together."""
        return sum(one.amount_cents for one in self.facts.arrears)

    @property
    def sector(self) -> str:
        """The sector of its heaviest arrears, beside what is usual there."""
        return max(self.facts.arrears, key=lambda one: (one.amount_cents / USUAL_CENTS[one.sector], one.sector)).sector


class Live(msgspec.Struct, frozen=True, gc=False):
    """An arrears that is open at the household, as it was known."""

    sector: str
    amount: int
    crisis: str | None


class Known(msgspec.Struct, frozen=True, gc=False):
    """A household as it was known at the end of a day.

    Attributes:
        day: that day.
        cases: by period label.
        live: the arrears that are open in any of its cases, by number.
        within: of the cases the arrears that are open there, by period label.
        last: where the last event known of each arrears stands in its order.
        latest: source and id of the last event of all.
    """

    day: date
    cases: dict[str, JudgedCase]
    live: dict[int, Live]
    within: dict[str, frozenset[int]]
    last: dict[int, Place]
    latest: tuple[str, str]


def examples_of(history: HouseholdHistory, book: PolicyBook, through: date) -> Iterator[tuple[Example, Known]]:
    """The examples of a household up to the day `through`, in order of time, each with what was known by then."""
    for period, day in _moments(history, book, through):
        known = known_at(history, day, book)
        case = known.cases.get(period.label) if known else None
        if known and case and case.facts.arrears and case.period == period:
            yield _example(history, day, case, known), known


def _example(history: HouseholdHistory, day: date, case: JudgedCase, known: Known) -> Example:
    return Example(
        household=history.id,
        place=history.id if history.place is None else history.place,
        period=case.period.label,
        day=day,
        facts=case.facts,
        framework=case.score.value,
        earliest_on=case.earliest_on,
        latest=known.latest,
        newest_report=max(case.reports),
    )


def _moments(history: HouseholdHistory, book: PolicyBook, through: date) -> list[tuple[Period, date]]:
    """The periods in which something was reported of the household, each with its last day, up to `through`."""
    found: dict[Period, date] = {}
    for arrears in history.arrears:
        for fact in arrears.facts:
            if isinstance(fact, ReportFact) and fact.household == history.id:
                signalled_on = fact.place.signalled_on
                if signalled_on <= through:
                    kind = book.in_force(history.municipality, signalled_on).period
                    period = period_of(kind, signalled_on)
                    found[period] = last_day(kind, period)
    return sorted(((period, day) for period, day in found.items() if day <= through), key=lambda one: one[1])


@lru_cache(1024)
def last_day(kind: str, period: Period) -> date:
    """The last day of a matching period."""
    day = period.start + _SHORTEST
    while period_of(kind, day + _DAY) == period:
        day += _DAY
    return day


def known_at(history: HouseholdHistory, day: date, book: PolicyBook) -> Known | None:
    """The household judged by what was known at the end of a day; None when nothing was."""
    moment = end_of(day)
    reports: list[HouseholdReport] = []
    states: dict[int, ArrearsState] = {}
    last: dict[int, Place] = {}
    for arrears in history.arrears:
        facts = arrears.until(moment)
        if not facts:
            continue
        last[arrears.id] = max(fact.place for fact in facts)
        judged = judge_arrears(facts, municipality=history.municipality, sector=arrears.sector, book=book)
        if judged.last_amount is not None:
            states[arrears.id] = _state(arrears, judged.last_amount, judged.last_crisis, judged.rise)
        told = {fact.id: fact for fact in facts if isinstance(fact, ReportFact)}
        reports += [
            _report(one, arrears.id, told[one.id], one.id in history.wishes)
            for one in judged.reports
            if one.household == history.id
        ]
    if not reports:
        return None
    cases = judge_household(reports, states, municipality=history.municipality, book=book)
    return _known(day, cases, reports, states, last)


def _known(
    day: date,
    cases: dict[str, JudgedCase],
    reports: list[HouseholdReport],
    states: dict[int, ArrearsState],
    last: dict[int, Place],
) -> Known:
    within: dict[str, set[int]] = {}
    for report in reports:
        if report.withdrawn is None and report.status in IN_A_CASE:
            within.setdefault(report.period.label, set()).add(report.arrears)
    live = {number: states[number] for own in within.values() for number in own}
    latest = max(last.values(), key=lambda place: (place.time_us, place))
    return Known(
        day=day,
        cases=cases,
        live={number: Live(one.sector, one.last_amount, one.last_crisis) for number, one in live.items()},
        within={label: frozenset(own) for label, own in within.items()},
        last=last,
        latest=(latest.source, latest.event_id),
    )


def _state(arrears: ToldArrears, amount: int, crisis: str | None, rise: int) -> ArrearsState:
    return ArrearsState(arrears.id, arrears.partner, arrears.ddas_type, arrears.sector, amount, crisis, rise)


def _report(judged: JudgedReport, arrears: int, fact: ReportFact, wish: bool) -> HouseholdReport:  # noqa: FBT001
    day = fact.place.signalled_on
    return HouseholdReport(
        id=judged.id,
        arrears=arrears,
        signalled_on=day,
        period=judged.period,
        status=judged.status,
        withdrawn=judged.withdrawn,
        withdrawn_on=judged.withdrawn_on,
        days_in_arrears=None if fact.arisen_on is None else (day - fact.arisen_on).days,
        explicit_wish=wish,
        received_on=day,  # only clocks ask for it
        raised_by=judged.raised_by,
        amount=fact.amount,
    )
