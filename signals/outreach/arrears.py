"""What becomes of each report of one arrears? (borders.md section 4, rules 2, 3, 5, 6 and 7)

Pure: the stored events of one (municipality, partner, reference), in any order, give each report's status and what is
last known of the arrears. The shell loads the events and writes the difference (design.md section 5).
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date  # noqa: TC003 - msgspec reads the annotations at run time
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import msgspec

from signals.outreach.periods import Period, period_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.outreach.policy import Policy, PolicyBook

GRAVITY: Final[dict[str | None, int]] = {
    None: 0,
    "end-of-delivery": 1,
    "end-of-insurance": 2,
    "disconnection": 3,
    "eviction": 4,
}
# What a report that still waited becomes when its arrears is withdrawn (rule 6).
STATUS_BY_REASON: Final = {
    "wrongful": "wrongful",
    "deceased": "deceased",
    "moved": "not-a-resident",
    "paid": "other-reason",
    "arrangement": "other-reason",
}
IN_A_CASE: Final = frozenset({"not-yet-picked-up", "picked-up"})


class Place(msgspec.Struct, frozen=True, gc=False, order=True):
    """Where an event stands in the order of its arrears; compares as borders.md section 4 says.

    Field by field in this order, strings by code point.
    """

    signalled_on: date
    time_us: int
    event_id: str
    source: str


class PickedUp(msgspec.Struct, frozen=True, gc=False):
    """A person took the report up: it stays in the case where it was, judged by the version of then."""

    period: Period
    policy_id: int


class ReportFact(msgspec.Struct, frozen=True, gc=False):
    """A stored report, as far as judging it needs: nothing personal."""

    id: int
    place: Place
    household: int
    amount: int  # cents
    crisis: str | None
    arisen_on: date | None
    objected: bool
    legal_person: bool
    verdict: str | None = None  # of register, caseload or exclusion list
    picked_up: PickedUp | None = None  # a person's decision
    dismissed: str | None = None  # the status that a person gave it instead of picking it up
    dismissed_through: int = 0  # the youngest event of the arrears, by number, that was there by then

    @property
    def mark(self) -> str | None:
        """The status that a person gave it; whoever picked it up did so later, after a rise."""
        return self.dismissed if self.picked_up is None else None


class ChangeFact(msgspec.Struct, frozen=True, gc=False):
    """A stored change; `crisis` counts only when `crisis_given`."""

    id: int
    place: Place
    amount: int | None
    crisis: str | None
    crisis_given: bool


class WithdrawalFact(msgspec.Struct, frozen=True, gc=False):
    """A stored withdrawal and its reason."""

    id: int
    place: Place
    reason: str


Fact = ReportFact | ChangeFact | WithdrawalFact


class JudgedReport(msgspec.Struct, frozen=True, gc=False):
    """What was decided of one report; it is in a case when its status says so or when it was withdrawn from one."""

    id: int
    household: int
    status: str
    withdrawn: str | None  # the reason by which it left the count of its case
    withdrawn_on: date | None  # the day of the event that took it out
    moved: bool  # withdrawn because a later report came from another household
    period: Period
    policy_id: int
    raised_by: int | None = None  # the youngest event that raised the arrears, told at its latest case only


class JudgedArrears(msgspec.Struct, frozen=True, gc=False):
    """All reports of one arrears judged, and what is last known of the arrears as a whole."""

    reports: tuple[JudgedReport, ...]
    last_amount: int | None
    last_crisis: str | None
    rise: int
    deceased: tuple[int, date] | None  # household and day of a withdrawal as deceased


class _Draft(msgspec.Struct, gc=False):
    """A report while its arrears is walked through: what comes later may still take it out of its case."""

    fact: ReportFact
    status: str
    period: Period
    policy_id: int
    by_rules: str  # what the rules say of it, whatever a person said
    withdrawn: str | None = None
    withdrawn_on: date | None = None
    moved: bool = False
    raised_by: int | None = None

    def judged(self) -> JudgedReport:
        return JudgedReport(
            self.fact.id,
            self.fact.household,
            self.status,
            self.withdrawn,
            self.withdrawn_on,
            self.moved,
            self.period,
            self.policy_id,
            self.raised_by,
        )


def own_status(fact: ReportFact, sector: str, policy: Policy) -> str | None:
    """The status a report has by itself (rule 2, before repeat), or None when nothing keeps it out of a case."""
    if fact.picked_up is not None:
        return "picked-up"
    if fact.verdict is not None:
        return fact.verdict
    if fact.legal_person:
        return "other-reason"
    return "wrongful" if fact.objected or _outside_limits(fact, sector, policy) else None


def _outside_limits(fact: ReportFact, sector: str, policy: Policy) -> bool:
    if fact.crisis is not None:
        return False
    if fact.amount < policy.threshold.get(sector, 0):
        return True
    window = policy.window.get(sector)
    if window is None or fact.arisen_on is None:
        return False
    return not window.holds((fact.place.signalled_on - fact.arisen_on).days)


# Reports in a case that a later one may repeat: by crisis the day (ordinal) and amount of those that no later one
# outdoes. A partner may send thousands of reports of one reference; so only a falling stair of amounts is kept.
_Stairs = dict[str | None, list[tuple[int, int]]]


def _climb(stairs: _Stairs, fact: ReportFact) -> None:
    """Add a report that stands after all that were added before it."""
    stair = stairs.setdefault(fact.crisis, [])
    while stair and stair[-1][1] <= fact.amount:
        stair.pop()
    stair.append((fact.place.signalled_on.toordinal(), fact.amount))


def _covered(stairs: _Stairs, fact: ReportFact, window_days: int) -> bool:
    """Whether one of the reports is recent enough, and neither exceeded in amount nor in crisis."""
    since = fact.place.signalled_on.toordinal() - window_days
    graver = [stair for crisis, stair in stairs.items() if GRAVITY[crisis] >= GRAVITY[fact.crisis]]
    return any(stair[n][1] >= fact.amount for stair in graver if (n := bisect_left(stair, (since, 0))) < len(stair))


def _went_with(dismissed: ReportFact, fact: ReportFact, window_days: int) -> bool:
    """Whether `fact` was a repeat of what a person dismissed, and there by then: it does not come up in its place."""
    return (
        fact.id <= dismissed.dismissed_through
        and fact.household == dismissed.household
        and fact.amount <= dismissed.amount
        and GRAVITY[fact.crisis] <= GRAVITY[dismissed.crisis]
        and (fact.place.signalled_on - dismissed.place.signalled_on).days <= window_days
    )


class _Walk:
    """Goes through the events of one arrears in their order and remembers what the rules ask for."""

    def __init__(self, sector: str, municipality: str, book: PolicyBook) -> None:
        self.sector, self.municipality, self.book = sector, municipality, book
        self.drafts: list[_Draft] = []
        self.amount: int | None = None
        self.crisis: str | None = None
        self.rise = 0
        self.deceased: tuple[int, date] | None = None
        self._start_afresh()

    def _start_afresh(self) -> None:
        """What stood before a withdrawal matters no more to what follows it."""
        self.afresh = True
        self.raised_by: int | None = None
        self.inside: list[_Draft] = []  # was given a place in a case
        self.waiting: list[_Draft] = []  # not yet picked up; all at the address of the last report
        self.earlier_waiting: _Stairs = {}
        self.earlier_picked_up: dict[int, _Stairs] = {}  # by household
        self.dismissed: list[_Draft] = []
        self.worked: list[_Draft] = []  # inside and dismissed, in the order of the reports

    def report(self, fact: ReportFact) -> None:
        policy = self.book.in_force(self.municipality, fact.place.signalled_on)
        if self.drafts and self.drafts[-1].fact.household != fact.household:
            self._end_elsewhere(fact.place.signalled_on)
        by_rules = own_status(fact, self.sector, policy)
        if by_rules is None:
            by_rules = "repeat" if self._is_repeat(fact, policy) else "not-yet-picked-up"
        self._note_rise(fact)
        period, policy_id = period_of(policy.period, fact.place.signalled_on), policy.id
        if fact.picked_up is not None:
            period, policy_id = fact.picked_up.period, fact.picked_up.policy_id
        self._remember(_Draft(fact, fact.mark or by_rules, period, policy_id, by_rules))
        self.amount, self.crisis, self.afresh = fact.amount, fact.crisis, False

    def _remember(self, draft: _Draft) -> None:
        self.drafts.append(draft)
        if draft.fact.mark is not None:
            self.dismissed.append(draft)
            self.worked.append(draft)
        elif draft.status in IN_A_CASE:
            self.worked.append(draft)
            self._place(draft)

    def _place(self, draft: _Draft) -> None:
        """It counts in a case from here on."""
        self.inside.append(draft)
        if draft.status == "picked-up":
            _climb(self.earlier_picked_up.setdefault(draft.fact.household, {}), draft.fact)
        else:
            self.waiting.append(draft)
            _climb(self.earlier_waiting, draft.fact)

    def _note_rise(self, fact: ReportFact) -> None:
        self.rise = 0 if self.afresh or self.amount is None else max(0, fact.amount - self.amount)

    def _is_repeat(self, fact: ReportFact, policy: Policy) -> bool:
        if self.amount is None or fact.amount > self.amount:
            return False
        days = policy.repeat_window_days
        picked_up = self.earlier_picked_up.get(fact.household, {})
        if _covered(self.earlier_waiting, fact, days) or _covered(picked_up, fact, days):
            return True
        return any(_went_with(one.fact, fact, days) for one in self.dismissed)

    def _end_elsewhere(self, day: date) -> None:
        for draft in self.waiting:
            draft.status, draft.withdrawn, draft.withdrawn_on, draft.moved = "not-a-resident", "moved", day, True
        self.waiting, self.earlier_waiting = [], {}

    def change(self, fact: ChangeFact) -> None:
        if self.amount is None:
            return
        amount = self.amount if fact.amount is None else fact.amount
        crisis = fact.crisis if fact.crisis_given else self.crisis
        if amount > self.amount or GRAVITY[crisis] > GRAVITY[self.crisis]:
            self.raised_by = max(fact.id, self.raised_by or 0)
            self._judge_afresh(fact.id)
        if fact.amount is not None:
            self.rise = max(0, fact.amount - self.drafts[-1].fact.amount)
        self.amount, self.crisis = amount, crisis

    def _judge_afresh(self, rise: int) -> None:
        """A mark holds until its arrears rises (docs/decisions/0028): the rules say what becomes of the report then.

        Only where the rise has no other place to be told: not while a later report counts, nor when whoever marked a
        later one had seen the rise. What repeats an earlier report leaves the rise to that one.
        """
        while self.worked and self.worked[-1].withdrawn is not None:
            self.worked.pop()  # at another address by now: it does not come back
        for draft in reversed(self.worked):
            if draft.withdrawn is not None:
                continue
            if draft.status in IN_A_CASE or rise <= draft.fact.dismissed_through:
                return
            if draft.by_rules in IN_A_CASE and draft.fact.household == self.drafts[-1].fact.household:
                draft.status = draft.by_rules
                self.dismissed.remove(draft)
                self._place(draft)
                return

    def withdraw(self, fact: WithdrawalFact) -> None:
        if not self.drafts:
            return
        for draft in self.inside:
            if draft.withdrawn is None:
                draft.withdrawn, draft.withdrawn_on = fact.reason, fact.place.signalled_on
                if draft.status == "not-yet-picked-up":
                    draft.status = STATUS_BY_REASON[fact.reason]
        self._start_afresh()
        if fact.reason == "deceased":
            self.deceased = (self.drafts[-1].fact.household, fact.place.signalled_on)

    def outcome(self) -> JudgedArrears:
        if self.raised_by is not None:
            self._tell_rise(self.raised_by)
        reports = tuple([draft.judged() for draft in self.drafts])
        return JudgedArrears(reports, self.amount, self.crisis, self.rise, self.deceased)

    def _tell_rise(self, event: int) -> None:
        """Rule 5: a rise concerns the latest case; of equal periods the last report in the order tells it."""
        counting = [draft for draft in self.inside if draft.withdrawn is None]
        if counting:
            max(reversed(counting), key=lambda draft: draft.period.start).raised_by = event


_BY_PLACE: Final = attrgetter("place")


def judge_arrears(facts: Iterable[Fact], *, municipality: str, sector: str, book: PolicyBook) -> JudgedArrears:
    """Judge all events of one arrears; the order in which they are given does not matter."""
    walk = _Walk(sector, municipality, book)
    for fact in sorted(facts, key=_BY_PLACE):
        if isinstance(fact, ReportFact):
            walk.report(fact)
        elif isinstance(fact, ChangeFact):
            walk.change(fact)
        else:
            walk.withdraw(fact)
    return walk.outcome()
