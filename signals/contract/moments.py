"""When an event says something happened, and how much is owed: text to instants, days and cents, exactly.

Pure functions at the border; each gives None for text that is not what it should be. ASCII digits only, and
no trailing newline: what one reader takes and the next refuses would make two systems disagree about one
event.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
MAX_CENTS: Final = 100_000_000
PART_BEGINS: Final[Mapping[str, int]] = MappingProxyType({"morning": 0, "afternoon": 12, "evening": 18})
"""Part of day (`codes.PARTS_OF_DAY`) → the hour at which it begins, by Dutch time (domain.md section 5)."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = _EPOCH.toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
# Stricter than `fromisoformat`, which takes every form of ISO 8601.
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_PLAIN_AMOUNT: Final = re.compile(r"[0-9]{1,7}\.[0-9]{2}")
_AMOUNT: Final = re.compile(r"([0-9]+)(?:\.([0-9]{1,2}))?")


def instant_us(text: str) -> int | None:
    """Microseconds since 1970 (UTC) of `YYYY-MM-DDTHH:MM:SS[.f](Z or ±HH:MM)`; further digits are cut.

    A whole number, because an offset may carry an instant outside the years that `datetime` knows.
    """
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except ValueError:  # no such day
        return None


def amsterdam_day(time_us: int) -> date:
    """The day it is in Amsterdam at `time_us`; outside the years 1-9999 the nearest day there is."""
    try:
        return (_EPOCH + timedelta(microseconds=time_us)).astimezone(AMSTERDAM).date()
    except OverflowError:
        return date.min if time_us < 0 else date.max


def is_signalled_too_late(signalled_on: date, time_us: int) -> bool:
    """Whether `signalled_on` is more than one day after the Amsterdam day of the event's time."""
    # Amsterdam never ran behind UTC, so most events are settled without asking the time zone.
    ahead = signalled_on.toordinal() - _EPOCH_ORDINAL - time_us // 86_400_000_000
    return ahead > 1 and signalled_on.toordinal() - amsterdam_day(time_us).toordinal() > 1


def part_has_begun(part: str, on_day: date, now: datetime) -> bool:
    """Whether this part of `on_day` has begun at `now`, by Dutch time."""
    here = now.astimezone(AMSTERDAM)
    return (on_day, PART_BEGINS[part]) <= (here.date(), here.hour)


def part_at(clock: time) -> str:
    """The part of the day in which this time lies, by Dutch time."""
    begun = [part for part, hour in PART_BEGINS.items() if hour <= clock.hour]
    return max(begun, key=PART_BEGINS.__getitem__)


def calendar_day(text: str) -> date | None:
    """The day of `YYYY-MM-DD`, or None when there is no such day."""
    # With both dashes in place ten characters are no other form of ISO 8601 that `fromisoformat` would take.
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def birth_day(text: str) -> date | None:
    """As `calendar_day`, but month and day may each be 00: unknown to the register, counts as 01."""
    if text[5:7] == "00":
        text = f"{text[:5]}01{text[7:]}"
    if text[8:] == "00":
        text = f"{text[:8]}01"
    return calendar_day(text)


def amount_cents(text: str) -> int | None:
    """Whole cents of an amount in euros such as "612.50"; None if it is none or outside 0.01-1,000,000."""
    is_plain = _PLAIN_AMOUNT.fullmatch(text)  # as nearly all are written
    cents = int(text.replace(".", "")) if is_plain else _cents_written_otherwise(text)
    return cents if 1 <= cents <= MAX_CENTS else None


def _cents_written_otherwise(text: str) -> int:
    """Whole cents of an amount with fewer decimals or more digits; 0 when it is none."""
    parts = _AMOUNT.fullmatch(text)
    if parts is None:
        return 0
    euros = parts[1].lstrip("0")
    if len(euros) > 7:  # not computed: Python refuses thousands of digits
        return 0
    return int(euros or "0") * 100 + int((parts[2] or "").ljust(2, "0"))
