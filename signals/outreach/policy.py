"""Which rules does a municipality apply, and which version of them is in force on a day?

Pure. A policy is a TOML text (borders.md section 5); reading it reports every fault at once, in words. Everything that
is unconfirmed in the domain is a default here, never a constant in a rule.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from signals.contract.codes import ACCEPTED_HELP, CRISES, OUTCOMES, STATUS_IN_DDAS
from signals.contract.partners import SECTORS
from signals.errors import FaultsError
from signals.outreach.clocks import Clocks, clocks_from
from signals.outreach.letters.sender import Sender, sender_from
from signals.outreach.periods import PERIOD_KINDS
from signals.outreach.teams import DEFAULT_TARGETS, ReferralTarget, Team, targets_from, teams_from
from signals.scoring.choice import Choice, choice_from
from signals.scoring.framework import Framework, framework_from

COUNTS: Final = ("arrears", "partners", "sectors")
ROUTES: Final = ("none", "letter", "home-visit")  # in order of gravity
GROUPABLE: Final = tuple(outcome for outcome in OUTCOMES if outcome not in STATUS_IN_DDAS)
"""The outcomes that a policy may count as accepted help: of the others partners hear something else."""
LETTER_SETS: Final = re.compile(r"[a-z0-9-]{1,40}")
_KEYS: Final = (
    "municipality",
    "name",
    "valid_from",
    "period",
    "repeat_window_days",
    "count",
    "household",
    "threshold",
    "window",
    "route",
    "clocks",
    "scoring",
    "letters",
    "letter",
    "visits_at_most",
    "announce_days",
    "accepted_help",
    "team",
    "referral",
)


@dataclass(frozen=True, slots=True)
class Window:
    """Days in arrears within which a sector may signal, both ends included; None is open."""

    first: int = 0
    last: int | None = None

    def holds(self, days: int) -> bool:
        """Whether `days` lies in the window."""
        return self.first <= days and (self.last is None or days <= self.last)


@dataclass(frozen=True, slots=True)
class Routes:
    """The channel by count, and per crisis where the municipality gives crises a route of their own."""

    one: str = "letter"
    more: str = "home-visit"
    crisis: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one municipality's policy; thresholds in cents."""

    municipality: str
    name: str
    valid_from: date
    period: str
    repeat_window_days: int
    count: str
    household: str
    threshold: Mapping[str, int]
    window: Mapping[str, Window]
    route: Routes
    clocks: Clocks
    scoring: Framework
    letters: str
    sender: Sender
    body: str
    id: int = 0
    visits_at_most: int = 3
    announce_days: int = 3
    teams: tuple[Team, ...] = ()
    targets: tuple[ReferralTarget, ...] = DEFAULT_TARGETS
    accepted_help: frozenset[str] = ACCEPTED_HELP
    choice: Choice = field(default_factory=Choice)


class PolicyBook:
    """All loaded policy versions, to ask which one is in force (borders.md section 4.11)."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_municipality: dict[str, list[Policy]] = {}
        for policy in sorted(policies, key=lambda policy: (policy.municipality, policy.valid_from)):
            self._by_municipality.setdefault(policy.municipality, []).append(policy)
        self._starts = {m: [p.valid_from for p in versions] for m, versions in self._by_municipality.items()}
        self.by_id = MappingProxyType({p.id: p for versions in self._by_municipality.values() for p in versions})

    @property
    def municipalities(self) -> frozenset[str]:
        """The municipalities that have a policy at any date."""
        return frozenset(self._by_municipality)

    def versions(self) -> list[Policy]:
        """Every version, by municipality and date."""
        return [policy for versions in self._by_municipality.values() for policy in versions]

    def in_force(self, municipality: str, day: date) -> Policy:
        """The version in force on `day`; before the first one, the oldest. KeyError for a stranger."""
        position = bisect_right(self._starts[municipality], day)
        return self._by_municipality[municipality][max(0, position - 1)]


class _Reading:
    """One table of the TOML text being read; faults gather in a list that all tables share."""

    def __init__(self, table: Mapping[str, object], path: str, faults: list[str]) -> None:
        self.table, self.path, self.faults = table, path, faults

    def fault(self, key: str, text: str) -> None:
        self.faults.append(f"{self.path}{key}: {text}")

    def refuse_strangers(self, known: Iterable[str]) -> None:
        known = list(known)
        for key in self.table:
            if key not in known:
                close = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean {close[0]}?" if close else f"known here are {', '.join(known)}"
                self.fault(key, f"is not a key of a policy; {hint}")

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        value = self.table.get(key, default)
        allowed = list(allowed)
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(key, f"must be one of {', '.join(allowed)}")
        return default

    def whole(self, key: str, default: int, lowest: int = 0) -> int:
        value = self.table.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= 100_000:
            return value
        self.fault(key, f"must be a whole number from {lowest} to 100000")
        return default

    def under(self, key: str) -> _Reading:
        value = self.table.get(key, {})
        if not isinstance(value, Mapping):
            self.fault(key, f"must be a table: write [{self.path}{key}] on a line of its own")
            value = {}
        return _Reading(value, f"{self.path}{key}.", self.faults)

    def cents(self, key: str) -> int:
        value = self.table[key]
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,2})?", value):
            euros, _, cents = value.partition(".")
            return int(euros) * 100 + int(cents.ljust(2, "0"))
        self.fault(key, 'must be an amount in euros between quotes, such as "50.00"')
        return 0


def _threshold(reading: _Reading) -> dict[str, int]:
    reading.refuse_strangers(SECTORS)
    return {sector: reading.cents(sector) for sector in SECTORS if sector in reading.table}


def _windows(reading: _Reading) -> dict[str, Window]:
    reading.refuse_strangers(SECTORS)
    return {sector: _window(reading.under(sector)) for sector in SECTORS if sector in reading.table}


def _window(reading: _Reading) -> Window:
    reading.refuse_strangers(("from", "to"))
    first = reading.whole("from", 0)
    last = reading.whole("to", 0) if "to" in reading.table else None
    if last is not None and last < first:
        reading.fault("to", "must not be below from")
    return Window(first, last)


def _routes(reading: _Reading) -> Routes:
    reading.refuse_strangers(("one", "more", "crisis"))
    crisis = reading.under("crisis")
    crisis.refuse_strangers(CRISES)
    return Routes(
        one=reading.choice("one", ROUTES[1:], "letter"),
        more=reading.choice("more", ROUTES[1:], "home-visit"),
        crisis={kind: crisis.choice(kind, ROUTES[1:], "letter") for kind in CRISES if kind in crisis.table},
    )


def _municipality(reading: _Reading) -> str:
    value = reading.table.get("municipality")
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value):
        return value
    reading.fault("municipality", 'must be the four-digit municipality code between quotes, such as "0141"')
    return "0000"


def _valid_from(reading: _Reading) -> date:
    value = reading.table.get("valid_from")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    reading.fault("valid_from", "must be a date without quotes, such as 2026-01-01")
    return date.min


def _text(reading: _Reading, key: str, default: str) -> str:
    value = reading.table.get(key, default)
    if isinstance(value, str) and value.strip():
        return value
    reading.fault(key, "must be a text between quotes")
    return default


def _household(reading: _Reading) -> str:
    if reading.table.get("household") == "linked":
        reading.fault("household", '"linked" is not available yet: write "address"')
        return "address"
    return reading.choice("household", ("address",), "address")


def _letters(reading: _Reading) -> str:
    value = reading.table.get("letters", "standaard")
    if isinstance(value, str) and LETTER_SETS.fullmatch(value):
        return value
    reading.fault("letters", "must name a letter set: small letters, digits and hyphens")
    return "standaard"


def _accepted_help(reading: _Reading) -> frozenset[str]:
    """Which outcomes count as accepted help: municipalities register it differently (domain.md section 5)."""
    value = reading.table.get("accepted_help", sorted(ACCEPTED_HELP))
    if isinstance(value, list) and value and all(one in GROUPABLE for one in value) and len(set(value)) == len(value):
        return frozenset(value)
    reading.fault("accepted_help", f"must be a list of one or more of {', '.join(GROUPABLE)}, each once")
    return ACCEPTED_HELP


def parse_policy(body: str, where: str) -> Policy:
    """The policy written in `body`. Raises FaultsError naming `where` and every fault."""
    try:
        table = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        raise FaultsError(where, [f"is not TOML: {error}"]) from error
    faults: list[str] = []
    reading = _Reading(table, "", faults)
    reading.refuse_strangers(_KEYS)
    clocks, clock_faults = clocks_from(reading.under("clocks").table)
    scoring = reading.under("scoring").table
    framework, point_faults = framework_from(scoring)
    choice, choice_faults = choice_from(scoring)
    teams, team_faults = teams_from(table.get("team"))
    targets, target_faults = targets_from(table.get("referral"))
    municipality = _municipality(reading)
    name, letters = _text(reading, "name", municipality), _letters(reading)
    sender, sender_faults = sender_from(table.get("letter"), name, letters)
    policy = Policy(
        municipality=municipality,
        name=name,
        valid_from=_valid_from(reading),
        period=reading.choice("period", PERIOD_KINDS, "month"),
        repeat_window_days=reading.whole("repeat_window_days", 92),
        count=reading.choice("count", COUNTS, "arrears"),
        household=_household(reading),
        threshold=_threshold(reading.under("threshold")),
        window=_windows(reading.under("window")),
        route=_routes(reading.under("route")),
        clocks=clocks,
        scoring=framework,
        letters=letters,
        sender=sender,
        body=body,
        visits_at_most=reading.whole("visits_at_most", 3, lowest=1),
        announce_days=reading.whole("announce_days", 3, lowest=1),
        teams=teams,
        targets=targets,
        accepted_help=_accepted_help(reading),
        choice=choice,
    )
    # they name their tables themselves
    faults += [*clock_faults, *point_faults, *choice_faults, *team_faults, *target_faults, *sender_faults]
    if faults:
        raise FaultsError(where, faults)
    return policy


def numbered(policy: Policy, version: int) -> Policy:
    """`policy` as version number `version` of the database."""
    return replace(policy, id=version)
