"""How many points does a municipality give to what? The decision framework (afwegingskader).

The `[scoring]` table of a policy (borders.md section 5) becomes a `Framework` (and a `choice`); the reading tells
every fault at once, in words. Every key may be left out: the defaults below are then used. They are starting values, to
be set by the municipality, and no facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from signals.contract.codes import CRISES, PARTNER_TYPES
from signals.contract.partners import SECTORS
from signals.scoring.choice import KEYS as CHOICE_KEYS

MAXIMUM: Final = 100
"""The highest score, and so the most points that one criterion can give."""

_EUROS: Final = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,2})?", re.ASCII)
_Tables = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` on (that value included) a criterion gives `points`."""

    start: int
    points: int


def _frozen(points: dict[str, int]) -> Mapping[str, int]:
    return MappingProxyType(points)


@dataclass(frozen=True, slots=True)
class Framework:
    """Points per criterion; all whole numbers of 0 or more, and steps that never fall as they rise.

    That is what makes a score understandable: more arrears, or a higher one, never lowers it.

    Attributes:
        usual_bill_cents: The usual monthly bill of each sector, in cents: what makes euros of sectors
            comparable.
        partners: Steps over the number of different partners.
        severity: Steps over a sector's arrears in whole usual months.
        days: Steps over the longest known number of days in arrears.
        rise: Points when an arrears is higher than at its previous signal.
        past_signals: Steps over the signals on the household in the past six months.
        crisis: Points per crisis; the case gets those of the crisis that gives most.
        explicit_wish: Points when the resident asked for help.
        reached_before: Points when an earlier contact attempt reached the household.
        partner_type: Points per DDAS partner type; each type counts once.
    """

    usual_bill_cents: Mapping[str, int] = field(
        default_factory=lambda: _frozen(
            {"housing": 65_000, "energy": 17_500, "water": 2_000, "health": 16_000, "other": 10_000}
        )
    )
    partners: tuple[Step, ...] = (Step(2, 20), Step(3, 30))
    severity: tuple[Step, ...] = (Step(1, 5), Step(2, 10), Step(3, 15))
    days: tuple[Step, ...] = (Step(60, 5), Step(90, 10), Step(180, 15))
    rise: int = 10
    past_signals: tuple[Step, ...] = (Step(1, 5), Step(3, 10))
    crisis: Mapping[str, int] = field(
        default_factory=lambda: _frozen(
            {"eviction": 40, "disconnection": 35, "end-of-insurance": 30, "end-of-delivery": 20}
        )
    )
    explicit_wish: int = 10
    reached_before: int = 0
    partner_type: Mapping[str, int] = field(default_factory=lambda: _frozen({}))


@dataclass(frozen=True, slots=True)
class _StepKey:
    """How one list of steps is written in the policy: the word before its bound, and an example."""

    bound: str
    example: str


_STEP_KEYS: Final = {
    "partners": _StepKey("partners", "{ partners = 2, points = 20 }"),
    "severity": _StepKey("months", "{ months = 2, points = 10 }"),
    "days": _StepKey("days", "{ days = 60, points = 5 }"),
    "past_signals": _StepKey("signals", "{ signals = 1, points = 5 }"),
}
_TABLE_KEYS: Final = {"crisis": CRISES, "partner_type": PARTNER_TYPES}
_KEYS: Final = (
    *_STEP_KEYS,
    *_TABLE_KEYS,
    "rise",
    "explicit_wish",
    "reached_before",
    "usual_monthly_bill",
    *CHOICE_KEYS,
)


def framework_from(table: _Tables) -> tuple[Framework, list[str]]:
    """Read the `[scoring]` table of a policy.

    Args:
        table: What stands under `[scoring]`, as `tomllib` gives it; may be empty.

    Returns:
        The framework, with the default wherever a key is absent or wrong, and every fault found, each
        naming its key and the mend. The framework may be used only when there are no faults.
    """
    faults = _unknown("scoring", table, _KEYS)
    default = Framework()
    framework = Framework(
        usual_bill_cents=_bills(table, default.usual_bill_cents, faults),
        partners=_steps(table, "partners", default.partners, faults),
        severity=_steps(table, "severity", default.severity, faults),
        days=_steps(table, "days", default.days, faults),
        rise=_single(table, "rise", default.rise, faults),
        past_signals=_steps(table, "past_signals", default.past_signals, faults),
        crisis=_points_table(table, "crisis", default.crisis, faults),
        explicit_wish=_single(table, "explicit_wish", default.explicit_wish, faults),
        reached_before=_single(table, "reached_before", default.reached_before, faults),
        partner_type=_points_table(table, "partner_type", default.partner_type, faults),
    )
    return framework, faults


def _unknown(where: str, table: _Tables, known: tuple[str, ...]) -> list[str]:
    return [f"{where}.{key}: unknown key; {_suggestion(key, known)}" for key in table if key not in known]


def _suggestion(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"use one of: {', '.join(known)}"


def _points(where: str, value: object, faults: list[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAXIMUM:
        return value
    faults.append(f"{where}: points are a whole number from 0 to {MAXIMUM}, written without quotes, such as 10")
    return 0


def _single(table: _Tables, key: str, default: int, faults: list[str]) -> int:
    return _points(f"scoring.{key}", table.get(key, default), faults)


def _subtable(table: _Tables, key: str, faults: list[str]) -> _Tables:
    value = table.get(key, {})
    if isinstance(value, Mapping):
        return value
    faults.append(f"scoring.{key}: must be a table; write it under the heading [scoring.{key}]")
    return {}


def _points_table(table: _Tables, key: str, default: Mapping[str, int], faults: list[str]) -> Mapping[str, int]:
    given = _subtable(table, key, faults)
    known = _TABLE_KEYS[key]
    faults += _unknown(f"scoring.{key}", given, known)
    read = {word: _points(f"scoring.{key}.{word}", given[word], faults) for word in known if word in given}
    return _frozen({**default, **read})


def _bills(table: _Tables, default: Mapping[str, int], faults: list[str]) -> Mapping[str, int]:
    given = _subtable(table, "usual_monthly_bill", faults)
    faults += _unknown("scoring.usual_monthly_bill", given, SECTORS)
    read = {sector: _cents(sector, given[sector], default[sector], faults) for sector in SECTORS if sector in given}
    return _frozen({**default, **read})


def _cents(sector: str, value: object, default: int, faults: list[str]) -> int:
    if isinstance(value, str) and _EUROS.fullmatch(value):
        euros, _, decimals = value.partition(".")
        cents = int(euros) * 100 + int(decimals.ljust(2, "0"))
        if cents > 0:
            return cents
    faults.append(
        f"scoring.usual_monthly_bill.{sector}: must be an amount in euros above zero between quotes, "
        f'with a point and at most two decimals, such as "{default // 100}.00"'
    )
    return default


def _steps(table: _Tables, key: str, default: tuple[Step, ...], faults: list[str]) -> tuple[Step, ...]:
    if key not in table:
        return default
    written = table[key]
    if not isinstance(written, list):
        faults.append(f"scoring.{key}: must be a list of steps, such as [{_STEP_KEYS[key].example}]")
        return default
    before = len(faults)
    steps = tuple(_step(key, number, item, faults) for number, item in enumerate(written, start=1))
    if len(faults) == before and not _rising(steps):
        faults.append(f"scoring.{key}: each step must begin higher than the one before and give no fewer points")
    return steps if len(faults) == before else default


def _step(key: str, number: int, item: object, faults: list[str]) -> Step:
    where, bound = f"scoring.{key}, step {number}", _STEP_KEYS[key].bound
    if not isinstance(item, Mapping) or set(item) != {bound, "points"}:
        faults.append(f"{where}: a step has exactly {bound} and points, such as {_STEP_KEYS[key].example}")
        return Step(1, 0)
    start = item[bound]
    if not isinstance(start, int) or isinstance(start, bool) or start < 1:
        faults.append(f"{where}: {bound} must be a whole number of 1 or more, such as {_STEP_KEYS[key].example}")
        start = 1
    return Step(start, _points(where, item["points"], faults))


def _rising(steps: tuple[Step, ...]) -> bool:
    return all(low.start < high.start and low.points <= high.points for low, high in pairwise(steps))
