"""By when must something have happened? The clocks of a case (domain.md section 4.7).

They start at the walk's end, once there is a case. Their lengths stand in the policy under `[clocks]`, in
calendar or working days; the day of the event itself is day 0.

A working day is no Saturday, no Sunday and no public holiday of the Netherlands as the package
`holidays` lists them: New Year's Day, Good Friday, Easter (Sunday and Monday), King's Day, Liberation Day
**in the years divisible by five**, Ascension Day, Whitsun (Sunday and Monday), both days of Christmas. The
General Extension of Time Limits Act (Algemene termijnenwet, art. 3) counts 5 May every year; treating it as
a working day in the other years makes a clock end earlier, never too late. For the same reason a calendar
clock that ends in a weekend is not extended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

import holidays

UNITS: Final = ("calendar", "working")
THREATENING: Final = frozenset({"eviction", "disconnection", "end-of-insurance"})
"""In these crises accepted help starts the clock of three working days; in end-of-delivery it does not."""

LONGEST_DAYS: Final = 366
_EXAMPLE: Final = '{ days = 14, unit = "calendar" }'


@dataclass(frozen=True, slots=True)
class Clock:
    """A number of days, in calendar or working days."""

    days: int
    unit: str = "calendar"

    def due(self, start: date) -> date:
        """The last day on which it is still in time, when the clock starts on `start`."""
        if self.unit == "calendar":
            return start + timedelta(days=self.days)
        day, left = start, self.days
        while left:
            day += timedelta(days=1)
            left -= is_working_day(day)
        return day


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a policy; the defaults are those of domain.md section 4.7.

    Attributes:
        contact_attempt: First contact attempt, from receipt.
        first_conversation: First analysis and first conversation, from receipt (Wgs: four weeks).
        threatening_help: First conversation in a threatening situation, from acceptance (Wgs: three working
            days).
        decision: Decision on help, from the first conversation.
        collection_pause: End of the partner's pause in collection, from acceptance.
        contract_end: When a supplier may end an energy contract, from receipt of an end-of-delivery signal.
    """

    contact_attempt: Clock = Clock(14)
    first_conversation: Clock = Clock(28)
    threatening_help: Clock = Clock(3, "working")
    decision: Clock = Clock(56)
    collection_pause: Clock = Clock(30)
    contract_end: Clock = Clock(20, "working")


@dataclass(frozen=True, slots=True)
class Deadline:
    """What must be done, by when (`due` itself is still in time), in words for the workbench."""

    name: str
    due: date
    nl: str
    en: str


_TEXTS: Final = {
    "contact_attempt": ("Eerste contactpoging", "First contact attempt"),
    "first_conversation": ("Eerste gesprek", "First conversation"),
    "threatening_help": ("Gesprek bij een bedreigende situatie", "Conversation in a threatening situation"),
    "decision": ("Besluit over de hulp", "Decision on help"),
    "collection_pause": ("Einde van de pauze in de incasso", "End of the pause in collection"),
    "contract_end": ("Einde van het energiecontract mogelijk", "Energy contract may end"),
}
CLOCK_NAMES: Final = {name.replace("_", "-"): texts for name, texts in _TEXTS.items()}
"""What each clock is called, in Dutch and in English, by the name of its deadline."""


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of the Netherlands in `year`."""
    return frozenset(holidays.country_holidays("NL", years=year))


def is_working_day(day: date) -> bool:
    """Whether the municipality works on `day`."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


@lru_cache(maxsize=8192)  # a queue shows the same days and clocks again and again
def deadlines(
    received_on: date,
    clocks: Clocks,
    *,
    accepted_on: date | None = None,
    said_on: date | None = None,
    conversation_on: date | None = None,
    crisis: str | None = None,
) -> tuple[Deadline, ...]:
    """The deadlines of a case, soonest first.

    Args:
        received_on: The day its first signal was received.
        clocks: The clocks of the policy in force.
        accepted_on: The day on which it was written down that the resident accepted help, if so: partners hear it then.
        said_on: The day of the conversation in which the resident did so, where that is known: what threatens
            does not wait until it is written down.
        conversation_on: The day of the first conversation, if it was held.
        crisis: The gravest crisis of the case (borders.md section 4.9), or None.

    Returns:
        Every clock that has started, also those of work that is done by now; sorted by day, then name.
    """
    started = _started(received_on, accepted_on, said_on or accepted_on, conversation_on, crisis)
    due = (_deadline(name, getattr(clocks, name).due(start)) for name, start in started)
    return tuple(sorted(due, key=lambda deadline: (deadline.due, deadline.name)))


def help_deadline(due: date) -> Deadline:
    """The clock of accepted help in a threatening situation, for a case at which it runs until `due`."""
    return _deadline("threatening_help", due)


def _deadline(name: str, due: date) -> Deadline:
    nl, en = _TEXTS[name]
    return Deadline(name.replace("_", "-"), due, nl, en)


def _started(
    received_on: date, accepted_on: date | None, said_on: date | None, conversation_on: date | None, crisis: str | None
) -> Iterator[tuple[str, date]]:
    yield "contact_attempt", received_on
    yield "first_conversation", received_on
    if crisis == "end-of-delivery":
        yield "contract_end", received_on
    if accepted_on is not None:
        yield "collection_pause", accepted_on
    if said_on is not None and crisis in THREATENING:
        yield "threatening_help", said_on
    if conversation_on is not None:
        yield "decision", conversation_on


def clocks_from(table: Mapping[str, object]) -> tuple[Clocks, list[str]]:
    """Read the `[clocks]` table of a policy.

    Args:
        table: What stands under `[clocks]`, as `tomllib` gives it; may be empty.

    Returns:
        The clocks, with the default wherever a key is absent or wrong, and every fault found, each naming
        its key and the mend. The clocks may be used only when there are no faults.
    """
    names = [spec.name for spec in fields(Clocks)]
    faults = [f"clocks.{key}: unknown key; {_suggestion(key, names)}" for key in table if key not in names]
    default = Clocks()
    read = {name: _clock(name, table[name], faults) or getattr(default, name) for name in names if name in table}
    return Clocks(**read), faults


def _suggestion(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"use one of: {', '.join(known)}"


def _clock(name: str, value: object, faults: list[str]) -> Clock | None:
    if not isinstance(value, Mapping) or set(value) != {"days", "unit"}:
        faults.append(f"clocks.{name}: must have exactly days and unit, such as {_EXAMPLE}")
        return None
    days, unit = value["days"], value["unit"]
    before = len(faults)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_DAYS:
        faults.append(f"clocks.{name}.days: must be a whole number from 1 to {LONGEST_DAYS}, without quotes")
    if unit not in UNITS:
        faults.append(f'clocks.{name}.unit: must be "calendar" or "working"')
    return Clock(days, unit) if len(faults) == before else None
