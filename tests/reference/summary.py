"""What would `signals run --json` print of an outcome? (borders.md section 7)

Both the reference's outcome and the system's document come into one shape here, so that a test can say `==`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .model import CaseKey, Household, Outcome, RefCase, order
from .periods import first_day

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPARED = (
    "municipality",
    "household",
    "period",
    "state",
    "route",
    "multiple",
    "consecutive",
    "crisis",
    "arrears_count",
    "arrears",
    "priority",
)


def as_summary(outcome: Outcome, score_by_case: Mapping[CaseKey, float] | None = None) -> dict[str, Any]:
    """`signal_status` and `cases` as section 7 prints them; priority only where scores are given."""
    priorities = order(outcome.cases, score_by_case) if score_by_case is not None else {}
    cases = [_case(case, priorities.get(key)) for key, case in outcome.cases.items()]
    return {
        "signal_status": dict(sorted(Counter(outcome.signal_status.values()).items())),
        "cases": sorted(cases, key=_section_7_order),
    }


def comparable(document: Mapping[str, Any], *, with_priority: bool = True) -> dict[str, Any]:
    """The part of a summary (ours or the system's) that must be equal, in one order."""
    fields = COMPARED if with_priority else COMPARED[:-1]
    cases = [{name: case[name] for name in fields} for case in document["cases"]]
    return {
        "signal_status": {status: n for status, n in sorted(document["signal_status"].items()) if n},
        "cases": sorted(cases, key=lambda case: (case["municipality"], case["household"], case["period"])),
    }


def scores_from(document: Mapping[str, Any], outcome: Outcome) -> dict[CaseKey, float]:
    """The scores that the system's summary gives to the reference's cases, to compare priorities with."""
    given = {
        (case["municipality"], case["household"], case["period"]): float(case["score"]) for case in document["cases"]
    }
    return {key: given[key[0][0], household_text(key[0]), key[1]] for key in outcome.cases}


def case_lines(document: Mapping[str, Any]) -> dict[str, str]:
    """Each case of a summary in one line: "7607GC 12 2026-11" → "open letter 1 crisis=eviction"."""
    return {_name(case): _line(case) for case in document["cases"]}


def arrears_lines(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The arrears of each case: {"7607GC 12 2026-11": {"welbions/R1": "open 612.50"}}."""
    return {
        _name(case): {f"{a['partner']}/{a['reference']}": f"{a['status']} {a['amount']}" for a in case["arrears"]}
        for case in document["cases"]
    }


def case_name(key: CaseKey) -> str:
    """The name of a case in stories; a municipality other than Almelo stands first."""
    household, period = key
    return _name({"municipality": household[0], "household": household_text(household), "period": period})


def household_text(household: Household) -> str:
    """ "7607GC 12 ABIS"; without suffix it ends at the number."""
    _, postcode, number, suffix = household
    return f"{postcode} {number} {suffix}".rstrip()


def _name(case: Mapping[str, Any]) -> str:
    name = f"{case['household']} {case['period']}"
    return name if case["municipality"] == "0141" else f"{case['municipality']} {name}"


def _line(case: Mapping[str, Any]) -> str:
    words = [case["state"], case["route"], str(case["arrears_count"])]
    words += [flag for flag in ("multiple", "consecutive") if case[flag]]
    words += [f"crisis={case['crisis']}"] if case["crisis"] else []
    return " ".join(words)


def _case(case: RefCase, priority: int | None) -> dict[str, Any]:
    return {
        "municipality": case.household[0],
        "household": household_text(case.household),
        "period": case.period,
        "state": case.state,
        "route": case.route,
        "priority": priority,
        "multiple": case.multiple,
        "consecutive": case.consecutive,
        "crisis": case.crisis,
        "arrears_count": case.arrears_count,
        "arrears": [
            {"partner": partner, "reference": reference, "amount": one.amount, "status": one.status}
            for (partner, reference), one in sorted(case.arrears.items())
        ],
    }


def _section_7_order(case: Mapping[str, Any]) -> tuple[Any, ...]:
    priority = case["priority"]
    postcode, number, *suffix = case["household"].split()
    household = (postcode, int(number), suffix)
    return (
        case["municipality"],
        priority is None,
        priority or 0,
        first_day(case["period"]),
        case["period"],
        household,
    )
