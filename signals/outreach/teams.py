"""Which teams does a municipality have, who gets which household, and to whom may residents be referred?

Pure. The tables `[[team]]` and `[[referral]]` of a policy: a pilot in one neighbourhood, or with one partner, is a team
with a queue of its own (issue "The workbench", part 3).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

COMMON: Final = "-"
"""In the place of a team's key: the common queue, of the households that are in no team's."""
_KEY: Final = re.compile(r"[a-z0-9-]{2,40}")
_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}(?:[A-Z]{2})?")
_PARTNER: Final = re.compile(r"[a-z0-9-]{2,40}")


@dataclass(frozen=True, slots=True)
class Team:
    """A team: its area (postcodes of 4 or 6 characters) and/or its partners; without either only by hand."""

    key: str
    name: str
    postcodes: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReferralTarget:
    """Where residents may be referred to."""

    key: str
    name: str


DEFAULT_TARGETS: Final = (
    ReferralTarget("nsr", "Nederlandse Schuldhulproute"),
    ReferralTarget("schuldhulp", "Schuldhulpverlening van de gemeente"),
    ReferralTarget("werk-en-inkomen", "Werk en inkomen"),
    ReferralTarget("ondernemers", "Hulp aan ondernemers (ROZ/Bbz)"),
    ReferralTarget("wijkteam", "Wijkteam"),
)


def team_of(teams: Collection[Team], postcode: str, partners: Collection[str]) -> str | None:
    """The key of the first team, in the policy's order, that the household fits; None: the common queue.

    A team with both needs both: the area, and at least one arrears of one of its partners.
    """
    for team in teams:
        if _fits(team, postcode, frozenset(partners)):
            return team.key
    return None


def queues_wanted(teams: Collection[Team], wanted: str | Collection[str] | None) -> list[str] | None:
    """Which queues of a municipality with these teams are meant, by key (`COMMON` among them); None: all of them.

    Args:
        teams: Those of the municipality.
        wanted: The key of one queue; or the teams that a person is in: those of them that the municipality has, and
            without any the common queue; or None.
    """
    if wanted is None or isinstance(wanted, str):
        return None if wanted is None else [wanted]
    if not teams:
        return None
    return [team.key for team in teams if team.key in wanted] or [COMMON]


def _fits(team: Team, postcode: str, partners: frozenset[str]) -> bool:
    if not team.postcodes and not team.partners:
        return False
    in_area = not team.postcodes or postcode in team.postcodes or postcode[:4] in team.postcodes
    return in_area and (not team.partners or bool(team.partners & partners))


def teams_from(written: object) -> tuple[tuple[Team, ...], list[str]]:
    """Read `[[team]]`: the teams and every fault, each naming its key; usable only without faults."""
    faults: list[str] = []
    tables = _tables("team", written, faults)
    teams = tuple(_team(number, table, faults) for number, table in enumerate(tables, start=1))
    _refuse_doubles("team", [team.key for team in teams], faults)
    return teams, faults


def targets_from(written: object) -> tuple[tuple[ReferralTarget, ...], list[str]]:
    """Read `[[referral]]`: where residents may be referred to, and every fault; nothing written gives the defaults."""
    if written is None:
        return DEFAULT_TARGETS, []
    faults: list[str] = []
    targets = []
    for number, table in enumerate(_tables("referral", written, faults), start=1):
        where = f"referral, number {number}"
        _refuse_strangers(where, table, ("key", "name"), faults)
        targets.append(ReferralTarget(_key(where, table, faults), _name(where, table, faults)))
    _refuse_doubles("referral", [target.key for target in targets], faults)
    return tuple(targets), faults


def _tables(name: str, written: object, faults: list[str]) -> list[Mapping[str, object]]:
    if written is None:
        return []
    if isinstance(written, list) and all(isinstance(one, Mapping) for one in written):
        return written
    faults.append(f"{name}: must be a list of tables: write [[{name}]] on a line of its own before each")
    return []


def _team(number: int, table: Mapping[str, object], faults: list[str]) -> Team:
    where = f"team, number {number}"
    _refuse_strangers(where, table, ("key", "name", "postcodes", "partners"), faults)
    return Team(
        _key(where, table, faults),
        _name(where, table, faults),
        _words(where, "postcodes", table, _POSTCODE, 'such as "7607" or "7607GC"', faults),
        _words(where, "partners", table, _PARTNER, 'names of partners such as "welbions"', faults),
    )


def _refuse_strangers(where: str, table: Mapping[str, object], known: tuple[str, ...], faults: list[str]) -> None:
    faults += [f"{where}: {key} is not a key here; known are {', '.join(known)}" for key in table if key not in known]


def _key(where: str, table: Mapping[str, object], faults: list[str]) -> str:
    value = table.get("key")
    if isinstance(value, str) and _KEY.fullmatch(value):
        return value
    faults.append(f"{where}: key must be 2 to 40 small letters, digits and hyphens between quotes")
    return ""


def _name(where: str, table: Mapping[str, object], faults: list[str]) -> str:
    value = table.get("name")
    if isinstance(value, str) and value.strip():
        return value
    faults.append(f"{where}: name must be a text between quotes")
    return ""


def _words(
    where: str, key: str, table: Mapping[str, object], form: re.Pattern[str], example: str, faults: list[str]
) -> frozenset[str]:
    value = table.get(key, [])
    if isinstance(value, list) and all(isinstance(one, str) and form.fullmatch(one) for one in value):
        return frozenset(value)
    faults.append(f"{where}: {key} must be a list of texts {example}")
    return frozenset()


def _refuse_doubles(name: str, keys: list[str], faults: list[str]) -> None:
    doubles = sorted({key for key in keys if key and keys.count(key) > 1})
    faults += [f"{name}: {key} is given twice" for key in doubles]
