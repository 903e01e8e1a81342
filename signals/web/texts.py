"""How is it said in the visitor's language? Dutch stands in the templates and the code, English beside it.

Each page module has its own file `locale/en/<module>.po`, read at start. A sentence without English is shown in Dutch;
a test names it. Values stand in braces: `{days}`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

DUTCH: Final = "nl"
ENGLISH: Final = "en"
LANGUAGES: Final = (DUTCH, ENGLISH)
FOLDER: Final = Path(__file__).parent / "locale"
AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
_TOO_LONG: Final = 19
"""Digits that no number of a row has, as the database counts them."""
_WRITTEN_DAY: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)
_IJ: Final = re.compile(r"\bIj")
_LOCALES: Final = {DUTCH: Locale("nl", "NL"), ENGLISH: Locale("en", "GB")}


def said(dutch: str) -> str:
    """Marks a sentence of the code that is translated where it is shown; gives it back as it is."""
    return dutch


@cache
def english() -> dict[str, str]:
    """The English of every Dutch sentence."""
    found: dict[str, str] = {}
    for file in sorted((FOLDER / ENGLISH).glob("*.po")):
        with file.open("rb") as opened:
            messages = read_po(opened, locale=ENGLISH)
        found |= {str(message.id): str(message.string) for message in messages if message.id and message.string}
    return found


def translate(language: str, dutch: str, **values: object) -> str:
    """`dutch` in `language`, with the values in the places of their names."""
    text = english().get(dutch, dutch) if language == ENGLISH else dutch
    return text.format(**values) if values else text


def choose_language(wish: str | None, accepted: str) -> str:
    """The language of `wish` (a cookie's), else the first that the browser accepts, else Dutch."""
    if wish in LANGUAGES:
        return wish
    preferred = [part.partition(";")[0].strip() for part in accepted[:200].split(",")]
    return negotiate_locale([one for one in preferred if one], LANGUAGES, sep="-") or DUTCH


def place(written: str) -> str:
    """A street or a place as one writes it: what a partner sent in capitals alone, ALMELO, is Almelo."""
    if not written.isupper():
        return written
    return _IJ.sub("IJ", written.title()).replace("'S-", "'s-")


def day(value: date, language: str = DUTCH) -> str:
    """2 november 2026; a moment is shown as its day in Amsterdam."""
    return _day(value.astimezone(AMSTERDAM).date() if isinstance(value, datetime) else value, language)


@lru_cache(maxsize=4096)  # the same days stand in every list
def _day(value: date, language: str) -> str:
    return format_date(value, "d MMMM y", locale=_LOCALES[language])


def day_of(text: str) -> date:
    """The day that someone typed: as a browser sends it (2026-11-02), or as people write it (2-11-2026).

    Raises:
        ValueError: the text is no day.
    """
    written = _WRITTEN_DAY.fullmatch(text)
    return date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(text)


def number_of(text: str) -> int | None:
    """The number of a row that a form or an address names; None when the text is none that a table can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _TOO_LONG else None


def numbers_of(texts: Iterable[str]) -> set[int]:
    """Those of these texts that are one."""
    return {number for text in texts if (number := number_of(text)) is not None}


def moment(value: datetime, language: str = DUTCH) -> str:
    """2 november 2026 om 14:05, in Amsterdam."""
    local = value.astimezone(AMSTERDAM)
    return f"{day(local.date(), language)} {'at' if language == ENGLISH else 'om'} {local:%H:%M}"


@lru_cache(maxsize=8192)  # a page names the same amount several times
def euros(cents: int, language: str = DUTCH) -> str:
    """€ 612,50 of 61250 cents."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=_LOCALES[language])


def number(value: float, language: str = DUTCH) -> str:
    """1.234 or 0,5: a number with the marks of the language."""
    return format_decimal(value, locale=_LOCALES[language])


def days(count: int, language: str = DUTCH) -> str:
    """1 dag, 3 dagen."""
    one, more = ("day", "days") if language == ENGLISH else ("dag", "dagen")
    return f"{count} {one if abs(count) == 1 else more}"


def today_of(now: datetime) -> date:
    """The day it is in Amsterdam."""
    return now.astimezone(AMSTERDAM).date()


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)
