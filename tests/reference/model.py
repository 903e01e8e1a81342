"""What must come of a set of events? Borders.md section 4, told rule by rule, with no thought for speed.

It stands beside the walk: nothing of the system calls it. Everything is computed anew from the whole set;
each function names the rule it is. Nothing is released, so no report is `picked-up`; all that a person may have done is
to mark a report as not picked up (docs/decisions/0028), knowing the events that were there by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import UNSET

from signals.contract.events import AnyEvent, Changed, Reported, Withdrawn

from .legal_person import is_legal_person
from .marks import NEW, Mark, after_rise, marked
from .periods import first_day, period_of, six_months_before

if TYPE_CHECKING:
    from .policy import RefPolicy, RefVersion

Household = tuple[str, str, int, str]  # municipality, postcode, number, suffix
EventKey = tuple[str, str]  # source, id
CaseKey = tuple[Household, str]  # household, period
Verdict = Callable[[Reported], str | None]  # what register, caseload and exclusion list say of a report
Place = tuple[date, int, str, str]  # where an event stands in the order of its arrears

IN_A_CASE = ("not-yet-picked-up", "picked-up")
GRAVITY = (None, "end-of-delivery", "end-of-insurance", "disconnection", "eviction")
ROUTES = ("none", "letter", "home-visit")
STATUS_AFTER_WITHDRAWAL = {
    "wrongful": "wrongful",
    "deceased": "deceased",
    "moved": "not-a-resident",
    "paid": "other-reason",
    "arrangement": "other-reason",
}
OTHER_ADDRESS = "moved-to-another-address"


@dataclass(frozen=True, slots=True)
class Ending:
    """What took a report out of its case: its place, and why (a withdrawal's reason or OTHER_ADDRESS)."""

    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """A report with its status so far; `entered` says that it once went into the case of its period.

    While a `mark` holds, `otherwise` is what the rules say.
    """

    event: Reported
    household: Household
    period: str
    status: str
    entered: bool
    ending: Ending | None = None
    mark: Mark | None = None
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class JudgedArrears:
    """One arrears after all its events; `deaths` are deceased withdrawals and the household they strike."""

    partner: str
    sector: str
    reference: str
    reports: tuple[JudgedReport, ...]
    amount_cents: int
    crisis: str | None
    deaths: tuple[tuple[Household, Place], ...]


@dataclass(frozen=True, slots=True)
class RefArrears:
    """How an arrears stands in a case: `open` or `withdrawn`, and its last known amount as "612.50"."""

    status: str
    amount: str


@dataclass(frozen=True, slots=True)
class RefCase:
    """One case as it must be."""

    household: Household
    period: str
    state: str
    route: str
    arrears_count: int
    multiple: bool
    consecutive: bool
    crisis: str | None
    earliest: date
    arrears: Mapping[tuple[str, str], RefArrears]
    reports: frozenset[EventKey]
    held: bool
    outcome_reason: str | None  # of a closed case: the reason of what closed it


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that follows from a set of events."""

    signal_status: Mapping[EventKey, str]
    cases: Mapping[CaseKey, RefCase]


def judge(
    events: Iterable[AnyEvent],
    policies: Mapping[str, RefPolicy],
    verdict: Verdict = lambda _report: None,
    marks: Mapping[EventKey, Mark] = MappingProxyType({}),
) -> Outcome:
    """Judge a whole set of events; their order, and events given twice, do not matter."""
    arrears = [_judge_arrears(story, policies, verdict, marks) for story in _stories(_once(events))]
    judged = [one for one in arrears if one is not None]
    reports = [report for one in judged for report in one.reports]
    keys = {(report.household, report.period) for report in reports if report.entered}
    return Outcome(
        signal_status={_key(report.event): report.status for report in reports},
        cases={key: _case(key, judged, policies[key[0][0]]) for key in keys},
    )


def order(cases: Mapping[CaseKey, RefCase], score_by_case: Mapping[CaseKey, float]) -> dict[CaseKey, int]:
    """Rule 10: the priority of every open case, 1..n within its municipality."""

    def sort_key(key: CaseKey) -> tuple[int, float, date, tuple[str, int, str], date, str]:
        case = cases[key]
        gravity = 0 if case.crisis == "end-of-delivery" else GRAVITY.index(case.crisis)
        return (-gravity, -score_by_case[key], case.earliest, key[0][1:], first_day(case.period), case.period)

    priorities: dict[CaseKey, int] = {}
    for municipality in {household[0] for household, _ in cases}:
        mine = [key for key, case in cases.items() if key[0][0] == municipality and case.state == "open"]
        priorities.update({key: place for place, key in enumerate(sorted(mine, key=sort_key), start=1)})
    return priorities


# --- the set and its order --------------------------------------------------------------------------------


def _key(event: AnyEvent) -> EventKey:
    return (event.source, event.id)


def _once(events: Iterable[AnyEvent]) -> list[AnyEvent]:
    """Section 2: a second event with the same (source, id) has no effect."""
    first: dict[EventKey, AnyEvent] = {}
    for event in events:
        first.setdefault(_key(event), event)
    return list(first.values())


def _place(event: AnyEvent) -> Place:
    """The order within an arrears; Python compares strings by code point."""
    return (event.signalled_on, event.time_us, event.id, event.source)


def _stories(events: Sequence[AnyEvent]) -> list[list[AnyEvent]]:
    """The events of one (municipality, partner, reference) are one arrears."""
    of: dict[tuple[str, str, str], list[AnyEvent]] = {}
    for event in events:
        of.setdefault((event.municipality, event.partner, event.reference), []).append(event)
    return [sorted(story, key=_place) for story in of.values()]


def household_of(report: Reported) -> Household:
    """Rule 1: one cleaned address."""
    return (report.municipality, report.address.postcode, report.address.number, report.address.suffix)


# --- rules 2, 3, 5, 6, 7: one arrears ---------------------------------------------------------------------


def _judge_arrears(
    story: Sequence[AnyEvent], policies: Mapping[str, RefPolicy], verdict: Verdict, marks: Mapping[EventKey, Mark]
) -> JudgedArrears | None:
    """Walk through one arrears in its order; None when nothing was ever reported."""
    reports: list[JudgedReport] = []
    deaths: list[tuple[Household, Place]] = []
    for position, event in enumerate(story):
        if isinstance(event, Reported):
            version = policies[event.municipality].in_force(event.signalled_on)  # rule 11
            status = _status(event, story[:position], reports, version, verdict)
            reports = [_after_move(earlier, event) for earlier in reports]
            period = period_of(event.signalled_on, version.period)
            judged = JudgedReport(event, household_of(event), period, status, status in IN_A_CASE)
            reports.append(marked(judged, marks.get(_key(event))))
        elif isinstance(event, Changed) and reports and _rises(event, story[:position]):
            reports = _after_rise(reports, event, story[:position])
        elif isinstance(event, Withdrawn) and reports:  # rule 5: before the first report it has no effect
            reports = [_after_withdrawal(earlier, event) for earlier in reports]
            if event.reason == "deceased":
                deaths.append((reports[-1].household, _place(event)))
    if not reports:
        return None
    known = _effective(story)
    return JudgedArrears(
        partner=story[0].partner,
        sector=story[0].sector,
        reference=story[0].reference,
        reports=tuple(reports),
        amount_cents=_last_known_amount(known),
        crisis=_last_known_crisis(known),
        deaths=tuple(deaths),
    )


def _effective(story: Sequence[AnyEvent]) -> list[Reported | Changed]:
    """Rule 5: reports, and the changes that do not stand before the first report."""
    first = next(position for position, event in enumerate(story) if isinstance(event, Reported))
    return [event for event in story[first:] if not isinstance(event, Withdrawn)]


def _last_known_amount(known: Sequence[Reported | Changed]) -> int:
    """Rule 9: of the last report, or of the last change that names an amount."""
    return [event.amount_cents for event in known if event.amount_cents is not None][-1]


def _last_known_crisis(known: Sequence[Reported | Changed]) -> str | None:
    """Rule 9; section 2: a report without crisis ends one, a change without one leaves it as it was."""
    named = [event.crisis for event in known if event.crisis is not UNSET]
    return named[-1]


def _status(
    report: Reported,
    before: Sequence[AnyEvent],
    earlier: Sequence[JudgedReport],
    version: RefVersion,
    verdict: Verdict,
) -> str:
    """Rule 2: the first that applies. `before` is the arrears' order so far, `earlier` its judged reports."""
    connected = verdict(report)
    if connected is not None:
        return connected
    if is_legal_person(report.person.surname, report.person.business_name):
        return "other-reason"
    if _is_wrongful(report, version):
        return "wrongful"
    if any(_repeats(report, one, before, version) for one in earlier):
        return "repeat"
    return "not-yet-picked-up"


def _is_wrongful(report: Reported, version: RefVersion) -> bool:
    """Rule 2: objected, below the sector's threshold, or outside the sector's window of days."""
    if report.collection.objected:
        return True
    if report.crisis is not None:  # exempt from threshold and window
        return False
    if report.amount_cents < version.threshold.get(report.sector, 0):
        return True
    if report.arisen_on is None or report.sector not in version.window:
        return False
    days = (report.signalled_on - report.arisen_on).days
    first, last = version.window[report.sector]
    return (first is not None and days < first) or (last is not None and days > last)


def _repeats(report: Reported, one: JudgedReport, before: Sequence[AnyEvent], version: RefVersion) -> bool:
    """Rule 3: does `report` meet all of it with this one earlier report?"""
    same_household = one.household == household_of(report)
    in_a_case = one.status in IN_A_CASE or (one.mark is not None and _key(report) in one.mark.seen)
    in_window = (report.signalled_on - one.event.signalled_on).days <= version.repeat_window_days
    withdrawn_between = any(isinstance(event, Withdrawn) and _place(event) > _place(one.event) for event in before)
    risen = report.amount_cents > one.event.amount_cents
    risen_since = report.amount_cents > _last_known_amount(_effective(before))
    graver = GRAVITY.index(report.crisis) > GRAVITY.index(one.event.crisis)
    held_back = withdrawn_between or risen or risen_since or graver
    return same_household and in_a_case and in_window and not held_back


def _after_withdrawal(earlier: JudgedReport, withdrawal: Withdrawn) -> JudgedReport:
    """Rule 6: what is not yet picked up gets the status of the reason; every other status stays."""
    if earlier.status != "not-yet-picked-up":
        return earlier
    ending = Ending(_place(withdrawal), withdrawal.reason)
    return replace(earlier, status=STATUS_AFTER_WITHDRAWAL[withdrawal.reason], ending=ending)


def _after_move(earlier: JudgedReport, later: Reported) -> JudgedReport:
    """Rule 7: a report at another household, whatever its own status, ends what waited at the old one."""
    if earlier.status != "not-yet-picked-up" or earlier.household == household_of(later):
        return earlier
    return replace(earlier, status="not-a-resident", ending=Ending(_place(later), OTHER_ADDRESS))


def _rises(change: Changed, before: Sequence[AnyEvent]) -> bool:
    """Rule 5: does it raise the last known amount or crisis?"""
    known = _effective(before)
    higher = change.amount_cents is not None and change.amount_cents > _last_known_amount(known)
    if change.crisis is UNSET:
        return higher
    return higher or GRAVITY.index(change.crisis) > GRAVITY.index(_last_known_crisis(known))


def _after_rise(reports: Sequence[JudgedReport], rise: Changed, before: Sequence[AnyEvent]) -> list[JudgedReport]:
    """Docs/decisions/0028: a mark gives way to a rise that its maker had not seen."""
    withdrawals = [_place(event) for event in before if isinstance(event, Withdrawn)]
    afresh = [one for one in reports if not withdrawals or _place(one.event) > withdrawals[-1]]
    risen = after_rise(afresh, _key(rise))
    return [replace(one, status=NEW, entered=True, mark=None) if one is risen else one for one in reports]


# --- rules 4, 8, 9, 11: one case --------------------------------------------------------------------------


def _case(key: CaseKey, arrears: Sequence[JudgedArrears], policy: RefPolicy) -> RefCase:
    """Rule 4: household × period, with every report that ever went into it."""
    household, period = key
    version = policy.in_force(first_day(period))  # rule 11
    mine = [one for one in arrears if _reports_in(one, key)]
    reports = [report for one in mine for report in _reports_in(one, key)]
    still_open = [one for one in mine if any(report.ending is None for report in _reports_in(one, key))]
    earliest = min(report.event.signalled_on for report in reports)
    count = _arrears_count(still_open, version)
    return RefCase(
        household=household,
        period=period,
        state="open" if still_open else "closed",
        route=_route(count, still_open, version),
        arrears_count=count,
        multiple=count >= 2,
        consecutive=any(_makes_consecutive(report, key, earliest) for one in arrears for report in one.reports),
        crisis=max((one.crisis for one in still_open), key=GRAVITY.index, default=None),
        earliest=earliest,
        arrears={(one.partner, one.reference): _in_case(one, is_open=one in still_open) for one in mine},
        reports=frozenset(_key(report.event) for report in reports),
        held=bool(still_open) and _is_held(household, reports, arrears),
        outcome_reason=None if still_open else _closing(reports),
    )


def _reports_in(one: JudgedArrears, key: CaseKey) -> list[JudgedReport]:
    return [report for report in one.reports if report.entered and (report.household, report.period) == key]


def _in_case(one: JudgedArrears, *, is_open: bool) -> RefArrears:
    """Rule 9: an older case shows the last known amount too. Section 7: two decimals."""
    amount = f"{one.amount_cents // 100}.{one.amount_cents % 100:02d}"
    return RefArrears("open" if is_open else "withdrawn", amount)


def _arrears_count(still_open: Sequence[JudgedArrears], version: RefVersion) -> int:
    """Rule 8: what the policy counts."""
    counted: Mapping[str, set[object]] = {
        "arrears": {(one.partner, one.reference) for one in still_open},
        "partners": {one.partner for one in still_open},
        "sectors": {one.sector for one in still_open},
    }
    return len(counted[version.count])


def _route(count: int, still_open: Sequence[JudgedArrears], version: RefVersion) -> str:
    """Rule 8, and rule 10: the route of a crisis applies where it is graver than the route by count."""
    if count == 0:
        return "none"
    by_count = version.route_one if count == 1 else version.route_more
    by_crisis = [version.route_crisis.get(one.crisis or "", "none") for one in still_open]
    return max([by_count, *by_crisis], key=ROUTES.index)


def _makes_consecutive(report: JudgedReport, key: CaseKey, earliest: date) -> bool:
    """Rule 9: is this report an earlier signal that makes the case consecutive?"""
    household, period = key
    taken_out_as_settled = report.ending is not None and report.ending.reason in ("paid", "arrangement")
    return (
        report.household == household
        and first_day(report.period) < first_day(period)
        and report.event.signalled_on >= six_months_before(earliest)
        and (report.status in (*IN_A_CASE, "repeat") or taken_out_as_settled)
    )


def _is_held(household: Household, reports: Sequence[JudgedReport], arrears: Sequence[JudgedArrears]) -> bool:
    """Rule 6: somebody of this household died, on or after the day the case began (an arrears' last word counts)."""
    began = min(report.event.signalled_on for report in reports)
    return any(struck == household and place[0] >= began for one in arrears for struck, place in one.deaths[-1:])


def _closing(reports: Sequence[JudgedReport]) -> str:
    """Rule 8: the reason of the last ending, which is what closed the case."""
    return max((report.ending for report in reports if report.ending), key=lambda ending: ending.place).reason
