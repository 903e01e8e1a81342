"""Which cases does a household have, and what do they look like? (borders.md section 4, rules 4, 6, 8 and 9)

Pure: all judged reports of one household give its cases with route, flags and score. The answer depends on the set of
reports and on what people decided, never on the order in which reports came in.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from signals.outreach.arrears import GRAVITY, IN_A_CASE
from signals.outreach.case_facts import Story, case_facts, stories
from signals.outreach.periods import Period, six_months_before
from signals.outreach.policy import ROUTES, Policy, PolicyBook
from signals.scoring.score import score

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from signals.scoring.facts import CaseFacts
    from signals.scoring.score import Score

ROUTE_GRAVITY: Final[dict[str | None, int]] = {None: -1} | {route: rank for rank, route in enumerate(ROUTES)}
# Reports with one of these count for `consecutive` (rule 9).
_EVIDENCE: Final = frozenset({"not-yet-picked-up", "picked-up", "repeat"})
_PAID: Final = frozenset({"paid", "arrangement"})
# How a case ended that nobody had to work: the first reason that occurs in it decides.
_OUTCOMES: Final = (
    ("paid", "already-paid"),
    ("arrangement", "already-paid"),
    ("deceased", "deceased"),
    ("moved", "not-a-resident"),
    ("wrongful", "wrongful"),
)


class HouseholdReport(msgspec.Struct, frozen=True, gc=False):
    """One judged report of the household, as far as its cases need it."""

    id: int
    arrears: int
    signalled_on: date
    period: Period
    status: str
    withdrawn: str | None
    withdrawn_on: date | None
    days_in_arrears: int | None
    explicit_wish: bool
    received_on: date
    raised_by: int | None = None  # the youngest event that raised its arrears, told at the latest case only
    person: int = 0
    amount: int = 0  # cents


class MarkedDeath(msgspec.Struct, frozen=True, gc=False):
    """Somebody of the municipality said on this day that a person died: the report of which they said it, and whom."""

    report: int
    persons: frozenset[int]  # all that are known to be that person
    on: date


class ArrearsState(msgspec.Struct, frozen=True, gc=False):
    """What is last known of an arrears as a whole, at whatever address (rule 9)."""

    id: int
    partner: str
    ddas_type: str | None
    sector: str
    last_amount: int
    last_crisis: str | None
    rise: int


class Acts(msgspec.Struct, frozen=True, gc=False):
    """What people did with a case: kept, whatever comes in later."""

    released_route: str | None = None
    released_through: int = 0  # the youngest event, by number, that was there at the release
    reviewed_through: date | None = None  # deaths up to this day were looked at
    reviewed_marks: frozenset[int] = frozenset()  # reports of `MarkedDeath` that were looked at
    route: str | None = None  # the route that a person chose
    route_through: int = 0  # the youngest event that was there by then
    closed_outcome: str | None = None  # the outcome with which a person closed it
    closed_through: int = 0  # the youngest event that was there by then


class JudgedCase(msgspec.Struct, frozen=True, gc=False):
    """A case as it should be now."""

    period: Period
    state: str
    route: str
    arrears_count: int
    multiple: bool
    consecutive: bool
    crisis: str | None
    facts: CaseFacts
    score: Score
    earliest_on: date
    received_on: date
    policy_id: int
    waiting: bool
    held: bool
    outcome: str | None
    reports: tuple[int, ...]
    scored_by: int | None = None  # the model that the score is of; None is the decision framework
    shadow: Shadow | None = None


class Shadow(NamedTuple):
    """What a model on trial says beside the score that orders the work."""

    model: int
    points: int


def graver_route(*routes: str | None) -> str:
    """The gravest of `routes`; "none" when there is none."""
    return max((route for route in routes if route), key=ROUTE_GRAVITY.__getitem__, default="none")


def gravest(crises: Iterable[str | None]) -> str | None:
    """The gravest of `crises`."""
    return max(crises, key=GRAVITY.__getitem__, default=None)


def counted(states: Iterable[ArrearsState], by: str) -> int:
    """How many arrears these are, as the policy counts."""
    if by == "arrears":
        return len({state.id for state in states})
    return len({state.partner if by == "partners" else state.sector for state in states})


def judge_household(
    reports: Iterable[HouseholdReport],
    states: Mapping[int, ArrearsState],
    *,
    municipality: str,
    book: PolicyBook,
    acts: Mapping[str, Acts] = {},
    died_on: date | None = None,
    marked: Collection[MarkedDeath] = (),
) -> dict[str, JudgedCase]:
    """The cases of one household, by period label.

    Args:
        reports: The judged reports of the household, in any order.
        states: What is last known of each arrears that counts in a case.
        municipality: The household's.
        book: The policies.
        acts: What people did with the cases, by period label.
        died_on: The day of the last withdrawal as deceased.
        marked: The deaths that people of the municipality marked.
    """
    periods: dict[str, list[HouseholdReport]] = {}
    evidence: _Evidence = {}
    reports = list(reports)
    arrears = _Arrears(states, stories(reports, states))
    for report in reports:
        if in_a_case(report.status, report.withdrawn):
            periods.setdefault(report.period.label, []).append(report)
        if _is_evidence(report):
            evidence.setdefault(report.period.start, []).append(report.signalled_on)
    for days in evidence.values():
        days.sort()
    return {
        label: _judge_case(
            own,
            evidence,
            arrears,
            book.in_force(municipality, own[0].period.start),
            acts.get(label, _NO_ACTS),
            _Deaths(died_on, marked),
        )
        for label, own in periods.items()
    }


_NO_ACTS: Final = Acts()


class _Deaths(NamedTuple):
    """Who died at a household: the last day that a partner told, and what people marked."""

    told_on: date | None
    marked: Collection[MarkedDeath]


class _Arrears(NamedTuple):
    """The arrears of a household: what is last known of each, and how those that count came to that."""

    states: Mapping[int, ArrearsState]
    told: Mapping[int, Story]


# The days on which reports that count for `consecutive` were signalled, sorted, by the first day of their period.
_Evidence = dict[date, list[date]]


def _is_evidence(report: HouseholdReport) -> bool:
    return report.status in _EVIDENCE or (report.status == "other-reason" and report.withdrawn in _PAID)


def _judge_case(
    reports: list[HouseholdReport],
    evidence: _Evidence,
    arrears: _Arrears,
    policy: Policy,
    acts: Acts,
    deaths: _Deaths,
) -> JudgedCase:
    states = arrears.states
    counting = [report for report in reports if report.withdrawn is None]
    open_states = [states[arrears] for arrears in sorted({report.arrears for report in counting})]
    count = counted(open_states, policy.count)
    route = _worked_route(reports, open_states, states, policy, acts)
    stays_closed = acts.closed_outcome is not None and not _reopens(counting, acts.closed_through)
    is_open = not stays_closed and (count > 0 or acts.released_route is not None)
    earliest = min([report.signalled_on for report in reports])
    period = reports[0].period
    earlier = _earlier_signals(evidence, period, earliest)
    facts = case_facts(counting, open_states, arrears.told, earlier)
    return JudgedCase(
        period=period,
        state="open" if is_open else "closed",
        route=route,
        arrears_count=count,
        multiple=count >= 2,
        consecutive=earlier > 0,
        crisis=gravest([state.last_crisis for state in open_states]),
        facts=facts,
        score=score(facts, policy.scoring),
        earliest_on=earliest,
        received_on=min([report.received_on for report in reports]),
        policy_id=policy.id,
        waiting=is_open and count > 0 and _waits(counting, route, acts),
        held=is_open and (_mourns(earliest, deaths.told_on, acts.reviewed_through) or _marked(reports, deaths, acts)),
        outcome=None if is_open else acts.closed_outcome or _outcome(reports),
        reports=tuple(sorted([report.id for report in reports])),
    )


def _route(count: int, open_states: list[ArrearsState], policy: Policy) -> str:
    if count == 0:
        return "none"
    by_count = policy.route.one if count == 1 else policy.route.more
    if not policy.route.crisis:
        return by_count
    by_crisis = {policy.route.crisis.get(state.last_crisis) for state in open_states if state.last_crisis}
    return graver_route(by_count, *by_crisis)


def _worked_route(
    reports: list[HouseholdReport],
    open_states: list[ArrearsState],
    states: Mapping[int, ArrearsState],
    policy: Policy,
    acts: Acts,
) -> str:
    """By the rules, until a person acted: then what that person let go or chose, and only upwards (rule 8)."""
    by_rules = _route(counted(open_states, policy.count), open_states, policy)
    if acts.released_route is None and (acts.route is None or not open_states):
        return by_rules
    if acts.route is None:
        return graver_route(
            by_rules, acts.released_route, *_routes_since(reports, states, policy, acts.released_through)
        )
    through = max(acts.route_through, acts.released_through)
    base = acts.released_route if acts.released_through > acts.route_through else acts.route
    anew = [states[report.arrears] for report in reports if report.withdrawn is None and _came_after([report], through)]
    crises = [policy.route.crisis.get(state.last_crisis) for state in anew if state.last_crisis]
    return graver_route(base, *_routes_since(reports, states, policy, through), *crises)


def _reopens(counting: list[HouseholdReport], closed_through: int) -> bool:
    """Whether a case that a person closed is work again: something came in, or what counts was never picked up.

    Whoever closes a case picks up what counts in it; so what waits there came in by another decision: a mark was taken
    back, or a late event made a report of it. All signals get follow-up (domain.md section 4.1).
    """
    return _came_after(counting, closed_through) or any(report.status == "not-yet-picked-up" for report in counting)


def _came_after(reports: list[HouseholdReport], through: int) -> bool:
    """Whether one of these reports, or a rise of its arrears, is younger than event `through`."""
    return any(report.id > through or (report.raised_by or 0) > through for report in reports)


def _routes_since(
    reports: list[HouseholdReport], states: Mapping[int, ArrearsState], policy: Policy, through: int
) -> Iterator[str]:
    """The routes by count on the day of each report that came after `through`: none of them is taken back (rule 8).

    Counted by the days of the events, so that the order in which they arrived does not matter.
    """
    highest = graver_route(policy.route.one, policy.route.more)
    for day in {report.signalled_on for report in reports if report.id > through}:
        there = {report.arrears for report in reports if _counted_on(report, day)}
        route = _route(counted([states[arrears] for arrears in there], policy.count), [], policy)
        yield route
        if route == highest:  # no day can tell more
            return


def _counted_on(report: HouseholdReport, day: date) -> bool:
    return report.signalled_on <= day and (report.withdrawn_on is None or report.withdrawn_on >= day)


def _earlier_signals(evidence: _Evidence, period: Period, earliest: date) -> int:
    """How many reports of earlier periods were signalled in the six months before `earliest`."""
    if len(evidence) <= 1 and period.start in evidence:
        return 0
    since = six_months_before(earliest)
    return sum(len(days) - bisect_left(days, since) for start, days in evidence.items() if start < period.start)


def _waits(counting: list[HouseholdReport], route: str, acts: Acts) -> bool:
    if acts.released_route is None:
        return True
    new = any(report.status == "not-yet-picked-up" for report in counting)
    raised = any((report.raised_by or 0) > acts.released_through for report in counting)
    chosen_since = acts.route is not None and acts.route_through >= acts.released_through
    return (
        new
        or raised
        or ROUTE_GRAVITY[route] > ROUTE_GRAVITY[acts.released_route]
        or (chosen_since and route != acts.released_route)
    )


def _mourns(earliest: date, died_on: date | None, reviewed_through: date | None) -> bool:
    """Whether a death that nobody looked at yet concerns a case that began on `earliest`."""
    if died_on is None or died_on < earliest:
        return False
    return reviewed_through is None or died_on > reviewed_through


def _marked(reports: list[HouseholdReport], deaths: _Deaths, acts: Acts) -> bool:
    """Whether a death that somebody marked concerns this case, and nobody looked at it yet.

    As one that a partner told it holds what had begun by then, and beyond that every case in which signals of the dead
    person count (docs/decisions/0036).
    """
    open_marks = [mark for mark in deaths.marked if mark.report not in acts.reviewed_marks]
    if not open_marks:
        return False
    began = min(report.signalled_on for report in reports)
    persons = {report.person for report in reports if report.withdrawn is None}
    return any(began <= mark.on or not persons.isdisjoint(mark.persons) for mark in open_marks)


def _outcome(reports: list[HouseholdReport]) -> str:
    reasons = {report.withdrawn for report in reports}
    return next(outcome for reason, outcome in _OUTCOMES if reason in reasons)


def in_a_case(status: str, withdrawn: str | None) -> bool:
    """Whether a report with this judgement belongs to a case (it is counted there, or was withdrawn from it)."""
    return status in IN_A_CASE or withdrawn is not None
