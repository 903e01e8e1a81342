"""The pure core over a set of events, without database: what the laws compare with the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from signals.contract.events import AnyEvent, Reported
from signals.outreach.arrears import Fact, JudgedArrears, ReportFact, judge_arrears
from signals.outreach.cases import ArrearsState, JudgedCase, judge_household
from signals.outreach.policy import PolicyBook, numbered, parse_policy
from signals.outreach.queues import euros
from signals.simulation.judged import fact_of, household_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


Address = tuple[str, str, int, str]
ArrearsKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """Statuses by (source, id), cases by address and period, and the reports held in review."""

    statuses: dict[tuple[str, str], str]
    cases: dict[tuple[Address, str], JudgedCase]
    arrears: dict[tuple[Address, str], dict[tuple[str, str], tuple[str, str]]]

    def summary(self) -> dict[str, Any]:
        """As borders.md section 7 prints it, without priority."""
        counts: dict[str, int] = {}
        for status in self.statuses.values():
            counts[status] = counts.get(status, 0) + 1
        return {"signal_status": counts, "cases": [self._case(key) for key in self.cases]}

    def _case(self, key: tuple[Address, str]) -> dict[str, Any]:
        (municipality, postcode, number, suffix), period = key
        case = self.cases[key]
        lines = self.arrears[key]
        return {
            "municipality": municipality,
            "household": f"{postcode} {number} {suffix}".rstrip(),
            "period": period,
            "state": case.state,
            "route": case.route,
            "score": case.score.value,
            "multiple": case.multiple,
            "consecutive": case.consecutive,
            "crisis": case.crisis,
            "arrears_count": case.arrears_count,
            "arrears": [
                {"partner": partner, "reference": reference, "status": status, "amount": amount}
                for (partner, reference), (status, amount) in sorted(lines.items())
            ],
        }


def book_of(bodies: Iterable[str]) -> PolicyBook:
    """The policy texts as a book, numbered in their order."""
    return PolicyBook(numbered(parse_policy(body, "policy"), n) for n, body in enumerate(bodies, 1))


def judge_all(
    events: Sequence[AnyEvent],
    book: PolicyBook,
    verdicts: Mapping[str, str] | None = None,
    marks: Mapping[tuple[str, str], tuple[str, int]] | None = None,
) -> Judged:
    """Judge a whole set of events at once.

    Args:
        events: in the order in which they came in.
        book: the policies.
        verdicts: of registers by event id.
        marks: of people, by (source, id): the status, and how many different events were there by then.
    """
    first: dict[tuple[str, str], AnyEvent] = {}
    for event in events:
        first.setdefault((event.source, event.id), event)
    numbered_events = dict(enumerate(first.values(), 1))
    houses: dict[Address, int] = {}
    by_arrears: dict[ArrearsKey, list[Fact]] = {}
    for number, event in numbered_events.items():
        house = houses.setdefault(address_of(event), len(houses) + 1) if isinstance(event, Reported) else 0
        key = (event.municipality, event.partner, event.reference)
        fact = fact_of(number, event, house, (verdicts or {}).get(event.id))
        by_arrears.setdefault(key, []).append(_marked(fact, (marks or {}).get((event.source, event.id))))
    judged = {
        key: judge_arrears(facts, municipality=key[0], sector=_sector(key, first.values()), book=book)
        for key, facts in by_arrears.items()
    }
    return _households(numbered_events, judged, {n: a for a, n in houses.items()}, book)


def _marked(fact: Fact, mark: tuple[str, int] | None) -> Fact:
    if mark is None or not isinstance(fact, ReportFact):
        return fact
    return replace(fact, dismissed=mark[0], dismissed_through=mark[1])


def address_of(event: Reported) -> Address:
    return (event.municipality, event.address.postcode, event.address.number, event.address.suffix)


def _sector(key: ArrearsKey, events: Iterable[AnyEvent]) -> str:
    return next(event.sector for event in events if event.partner == key[1])


def _households(
    events: dict[int, AnyEvent],
    judged: dict[ArrearsKey, JudgedArrears],
    houses: dict[int, Address],
    book: PolicyBook,
) -> Judged:
    numbers = {key: n for n, key in enumerate(sorted(judged), 1)}
    states = {
        numbers[key]: ArrearsState(
            numbers[key],
            key[1],
            None,
            _sector(key, events.values()),
            one.last_amount,
            one.last_crisis,
            one.rise,
        )
        for key, one in judged.items()
        if one.last_amount is not None
    }
    out = Judged({}, {}, {})
    for house, address in houses.items():
        reports = [
            (key, household_report(report, numbers[key], _reported(events[report.id])))
            for key, one in judged.items()
            for report in one.reports
            if report.household == house
        ]
        died = max(
            (one.deceased[1] for one in judged.values() if one.deceased and one.deceased[0] == house),
            default=None,
        )
        cases = judge_household(
            [report for _, report in reports], states, municipality=address[0], book=book, died_on=died
        )
        for label, case in cases.items():
            out.cases[address, label] = case
            out.arrears[address, label] = {}
        for key, report in reports:
            event = events[report.id]
            out.statuses[event.source, event.id] = report.status
            if report.status in {"not-yet-picked-up", "picked-up"} or report.withdrawn:
                lines = out.arrears[address, report.period.label]
                amount = euros(states[report.arrears].last_amount)
                status = (
                    "open" if report.withdrawn is None or lines.get(key[1:], ("", ""))[0] == "open" else "withdrawn"
                )
                lines[key[1:]] = (status, amount)
    return out


def _reported(event: AnyEvent) -> Reported:
    assert isinstance(event, Reported)
    return event
