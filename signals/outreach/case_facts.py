"""What may a score know of a case? Its open arrears, each with how it came to what is last known of it.

Pure, between `cases`, which says what counts, and `scoring`, which knows nothing of reports. Days are those of the
signals, so that the same events give the same facts whenever they arrive (borders.md section 4).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.scoring.facts import ArrearsFacts, CaseFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from signals.outreach.cases import ArrearsState, HouseholdReport

_COUNTING: Final = frozenset({"not-yet-picked-up", "picked-up"})


class Story(NamedTuple):
    """How an arrears came to what is last known of it, as it was told at one household; amounts in cents."""

    first_on: date
    last_on: date
    first_amount: int
    first_days: int | None
    rises: int
    largest_rise: int


def stories(reports: Iterable[HouseholdReport], states: Mapping[int, ArrearsState]) -> dict[int, Story]:
    """The story of each arrears that counts, from its first signal on: what stands before a withdrawal is another one.

    Args:
        reports: all judged reports of a household, in any order.
        states: what is last known of their arrears.
    """
    told: dict[int, list[HouseholdReport]] = {}
    repeats: list[HouseholdReport] = []
    for report in reports:
        if report.withdrawn is None and report.status in _COUNTING:
            told.setdefault(report.arrears, []).append(report)
        elif report.withdrawn is None and report.status == "repeat":
            repeats.append(report)
    began = {arrears: min([one.signalled_on for one in own]) for arrears, own in told.items()} if repeats else {}
    for report in repeats:
        if report.arrears in began and report.signalled_on >= began[report.arrears]:
            told[report.arrears].append(report)
    return {arrears: _story(own, states[arrears].last_amount) for arrears, own in told.items()}


def _story(told: list[HouseholdReport], last_amount: int) -> Story:
    """Of a day the lower amount comes first: two reports of one day have no order that people see."""
    if len(told) > 1:
        told.sort(key=_in_order)
    first = told[0]
    amounts = [report.amount for report in told]
    rises = [after - before for before, after in pairwise([*amounts, last_amount]) if after > before]
    return Story(
        first_on=first.signalled_on,
        last_on=told[-1].signalled_on,
        first_amount=first.amount,
        first_days=first.days_in_arrears,
        rises=len(rises),
        largest_rise=max(rises, default=0),
    )


def _in_order(report: HouseholdReport) -> tuple[date, int, int]:
    days = report.days_in_arrears
    return report.signalled_on, report.amount, -1 if days is None else days


def case_facts(
    counting: Iterable[HouseholdReport],
    open_states: Sequence[ArrearsState],
    told: Mapping[int, Story],
    earlier: int,
) -> CaseFacts:
    """The facts of a case.

    Args:
        counting: the reports that count in it.
        open_states: what is last known of their arrears, each once.
        told: the stories of the household's arrears.
        earlier: the signals on the household in the six months before.
    """
    days: dict[int, int] = {}
    for report in counting:
        if report.days_in_arrears is not None:  # the longest: two of one day have no order that people see
            days[report.arrears] = max(report.days_in_arrears, days.get(report.arrears, 0))
    wishes = {report.arrears for report in counting if report.explicit_wish}
    latest = max([told[state.id].last_on for state in open_states], default=None)
    return CaseFacts(
        arrears=tuple(
            [_arrears_facts(state, told[state.id], days.get(state.id), wishes, latest) for state in open_states]
        ),
        signals_past_six_months=earlier,
        reached_before=None,
    )


def _arrears_facts(
    state: ArrearsState, story: Story, days: int | None, wishes: set[int], latest: date | None
) -> ArrearsFacts:
    return ArrearsFacts(
        sector=state.sector,
        partner=state.partner,
        ddas_type=state.ddas_type,
        amount_cents=state.last_amount,
        days_in_arrears=days,
        rise_cents=state.rise,
        crisis=state.last_crisis,
        explicit_wish=state.id in wishes,
        first_cents=story.first_amount,
        first_days=story.first_days,
        rises=story.rises,
        largest_rise_cents=story.largest_rise,
        known_days=0 if latest is None else (latest - story.first_on).days,
    )
