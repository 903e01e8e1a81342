"""What would the service make of simulated events? Every signal with its status, every case, month by month.

Stands where the worker stands in the walk, without broker and database: the events go through the real door
(`contract.decode`) and the real rules (`outreach.arrears`, `outreach.cases`), grouped so that years of a town take
seconds. Each month is judged with what was known on its last day, as a specialist sees it then: what is paid or moved
later changes no figure of the month. Nobody acts on anything, and no death holds a case: neither changes the figures.
"""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from signals.contract.decode import RejectedError, decode
from signals.contract.events import AnyEvent, Changed, Reported, Withdrawn
from signals.contract.partners import ArrearsTopic, Directory
from signals.outreach.arrears import (
    ChangeFact,
    Fact,
    JudgedArrears,
    JudgedReport,
    Place,
    ReportFact,
    WithdrawalFact,
    judge_arrears,
)
from signals.outreach.cases import ArrearsState, HouseholdReport, JudgedCase, in_a_case, judge_household
from signals.outreach.legal import is_legal_person
from signals.outreach.periods import six_months_before
from signals.outreach.policy import PolicyBook, numbered, parse_policy
from signals.policies import almelo_policy_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from signals.contract.partners import Partner

    Pair = tuple[dict[str, Any], dict[str, Any]]
    Verdict = Callable[[Mapping[str, Any]], str | None]

_BY_REGISTER: Final = {"deceased": "deceased", "not-found": "not-a-resident", "moved-away": "not-a-resident"}


def stands_alone(truth: Mapping[str, Any]) -> str | None:
    """What the service knows without a residents' register: only who is in debt help already."""
    return "known-to-debt-help" if truth["debt_help"] else None


def with_register(truth: Mapping[str, Any]) -> str | None:
    """What the service knows where a residents' register is connected as well."""
    return _BY_REGISTER.get(truth["register"]) or stands_alone(truth)


def almelo_policy_for(municipality: str) -> PolicyBook:
    """The policy that ships for Almelo, as the policy of `municipality`."""
    text = almelo_policy_text(municipality, name=municipality)
    return PolicyBook([numbered(parse_policy(text, "almelo.toml"), 1)])


@dataclass(frozen=True, slots=True)
class JudgedSignal:
    """One report with the truth behind it; `in_case` also when it was withdrawn from its case."""

    event: Reported
    truth: Mapping[str, Any]
    status: str
    in_case: bool


@dataclass(frozen=True, slots=True)
class MonthCase:
    """One household's case on the last day of its month; `truth` is that of its earliest signal."""

    month: str  # "2024-03"
    case: JudgedCase
    truth: Mapping[str, Any]

    @property
    def monitor_class(self) -> str:
        """single, multiple or consecutive, as borders.md section 4.9 classes it for the national monitor."""
        if self.case.multiple:
            return "multiple"
        return "consecutive" if self.case.consecutive else "single"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of all events: signals and cases in the order of household and month."""

    signals: tuple[JudgedSignal, ...]
    cases: tuple[MonthCase, ...]
    quarantined: Mapping[str, int]
    duplicates: int


def judge(pairs: Iterable[Pair], *, partners: Iterable[Partner], book: PolicyBook, verdict: Verdict) -> Judgement:
    """Judge simulated events, as `simulate` yields them.

    Args:
        pairs: lines of the event file, each with its truth.
        partners: who may send.
        book: the policies, by calendar month.
        verdict: what registers and lists say about a report, from its truth.
    """
    desk = _Desk(book, verdict)
    directory = Directory({partner.id: partner for partner in partners}, book.municipalities)
    topics: dict[str, ArrearsTopic] = {}
    for wire, truth in pairs:
        topic = topics.get(wire["topic"]) or topics.setdefault(wire["topic"], _topic(wire["topic"]))
        try:
            desk.store(decode(value_of(wire), topic, directory), truth)
        except RejectedError as rejected:
            desk.quarantined[rejected.code] += 1
    return desk.judgement()


def value_of(wire: Mapping[str, Any]) -> bytes | None:
    """The bytes of the broker record that a line of the event file stands for (borders.md section 7)."""
    value = wire["value"]
    if value is None:
        return None
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value)


def _topic(name: str) -> ArrearsTopic:
    topic = ArrearsTopic.parse(name)
    if topic is None:
        raise ValueError(f"{name} is no topic of borders.md section 1; simulate only such topics")
    return topic


@dataclass(slots=True)
class _Arrears:
    """The events of one (municipality, partner, reference)."""

    number: int
    municipality: str
    partner: str
    sector: str
    facts: list[Fact] = field(default_factory=list)

    def judged(self, last: date, book: PolicyBook) -> JudgedArrears:
        known = [fact for fact in self.facts if fact.place.signalled_on <= last]
        return judge_arrears(known, municipality=self.municipality, sector=self.sector, book=book)

    def state(self, judged: JudgedArrears) -> ArrearsState:
        amount = judged.last_amount or 0  # none when nothing was reported yet: then no case asks for it
        return ArrearsState(self.number, self.partner, None, self.sector, amount, judged.last_crisis, judged.rise)


@dataclass(slots=True)
class _House:
    """One address: the arrears that were ever reported there, and the months in which."""

    number: int
    municipality: str
    arrears: dict[int, _Arrears] = field(default_factory=dict)
    months: dict[date, None] = field(default_factory=dict)  # their first days, each once, in order of arrival


class _Desk:
    """Keeps the stored events by arrears and by household, and judges them month by month."""

    def __init__(self, book: PolicyBook, verdict: Verdict) -> None:
        self.book, self.verdict = book, verdict
        self.quarantined: Counter[str] = Counter()
        self.duplicates = 0
        self._keys: set[tuple[str, str]] = set()
        self._reports: dict[int, tuple[Reported, Mapping[str, Any]]] = {}
        self._arrears: dict[tuple[str, str, str], _Arrears] = {}
        self._houses: dict[tuple[str, str, int, str], _House] = {}

    def store(self, event: AnyEvent, truth: Mapping[str, Any]) -> None:
        if (event.source, event.id) in self._keys:
            self.duplicates += 1
            return
        self._keys.add((event.source, event.id))
        number = len(self._keys)
        arrears = self._arrears_of(event)
        house = 0
        if isinstance(event, Reported):
            house = self._house_of(event, arrears).number
            self._reports[number] = (event, truth)
        arrears.facts.append(fact_of(number, event, house, self.verdict(truth)))

    def _arrears_of(self, event: AnyEvent) -> _Arrears:
        key = (event.municipality, event.partner, event.reference)
        found = self._arrears.get(key)
        if found is None:
            found = _Arrears(len(self._arrears) + 1, event.municipality, event.partner, event.sector)
            self._arrears[key] = found
        return found

    def _house_of(self, event: Reported, arrears: _Arrears) -> _House:
        key = (event.municipality, event.address.postcode, event.address.number, event.address.suffix)
        found = self._houses.get(key)
        if found is None:
            found = self._houses[key] = _House(len(self._houses) + 1, event.municipality)
        found.arrears[arrears.number] = arrears
        found.months[event.signalled_on.replace(day=1)] = None
        return found

    def judgement(self) -> Judgement:
        signals: list[JudgedSignal] = []
        cases: list[MonthCase] = []
        for house in self._houses.values():
            for first in sorted(house.months):
                reports, states = self._known_at_the_end(house, first)
                signals += self._signals(reports, first)
                cases += self._cases(house, first, reports, states)
        return Judgement(tuple(signals), tuple(cases), dict(self.quarantined), self.duplicates)

    def _known_at_the_end(
        self, house: _House, first: date
    ) -> tuple[list[tuple[JudgedReport, int]], dict[int, ArrearsState]]:
        """The household's reports that its case of this month depends on, each with its arrears, and their state."""
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        since = six_months_before(first)
        reports: list[tuple[JudgedReport, int]] = []
        states: dict[int, ArrearsState] = {}
        for arrears in house.arrears.values():
            judged = arrears.judged(last, self.book)
            states[arrears.number] = arrears.state(judged)
            reports += [
                (report, arrears.number)
                for report in judged.reports
                if report.household == house.number and self._reports[report.id][0].signalled_on >= since
            ]
        return reports, states

    def _signals(self, reports: Sequence[tuple[JudgedReport, int]], first: date) -> Iterator[JudgedSignal]:
        for report, _ in reports:
            event, truth = self._reports[report.id]
            if event.signalled_on >= first:
                yield JudgedSignal(event, truth, report.status, in_a_case(report.status, report.withdrawn))

    def _cases(
        self,
        house: _House,
        first: date,
        reports: Sequence[tuple[JudgedReport, int]],
        states: Mapping[int, ArrearsState],
    ) -> Iterator[MonthCase]:
        told = [household_report(report, arrears, self._reports[report.id][0]) for report, arrears in reports]
        found = judge_household(told, states, municipality=house.municipality, book=self.book)
        month = f"{first.year:04}-{first.month:02}"
        if month in found:
            case = found[month]
            first_signal = min(case.reports, key=lambda number: (self._reports[number][0].signalled_on, number))
            yield MonthCase(month, case, self._reports[first_signal][1])


def fact_of(number: int, event: AnyEvent, house: int, verdict: str | None = None) -> Fact:
    """The event as the core judges it; `house` is the number of its household, `verdict` what registers say."""
    place = Place(event.signalled_on, event.time_us, event.id, event.source)
    match event:
        case Withdrawn():
            return WithdrawalFact(number, place, event.reason)
        case Changed():
            if isinstance(event.crisis, msgspec.UnsetType):
                return ChangeFact(number, place, event.amount_cents, None, crisis_given=False)
            return ChangeFact(number, place, event.amount_cents, event.crisis, crisis_given=True)
        case Reported():
            return ReportFact(
                number,
                place,
                house,
                event.amount_cents,
                event.crisis,
                event.arisen_on,
                event.collection.objected is True,
                is_legal_person(event.person),
                verdict,
            )


def household_report(report: JudgedReport, arrears: int, event: Reported) -> HouseholdReport:
    """A judged report as its household's cases are judged by, received on the day it was signalled."""
    return HouseholdReport(
        id=report.id,
        arrears=arrears,
        signalled_on=event.signalled_on,
        period=report.period,
        status=report.status,
        withdrawn=report.withdrawn,
        withdrawn_on=report.withdrawn_on,
        days_in_arrears=(event.signalled_on - event.arisen_on).days if event.arisen_on else None,
        explicit_wish=event.warm_transfer,
        received_on=event.signalled_on,
        amount=event.amount_cents,
    )
