"""Which date of birth, phone, e-mail and BSN did a partner mean? Cleaning, the walk's second step.

Each function gives the one written form, or None when there is nothing to use: a junk value ("1900-01-01",
"onbekend@…") must never make two people look like one. Cleaning what is clean changes nothing; nothing
raises.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache
from operator import mul
from typing import Final

import phonenumbers

_NOT_IN_BSN: Final = re.compile(r"[\s.\-]+")
_NINE_DIGITS: Final = re.compile(r"[0-9]{9}")
_BSN_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)

_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_EARLIEST_BIRTH: Final = date(1900, 1, 2)
"""Systems that must fill a date in write 1900-01-01; nobody alive was born before."""

_NL: Final = 31
# As nearly all Dutch numbers are written: +31 or 0 and nine digits, with a space or a hyphen between them at most.
_PLAIN_PHONE: Final = re.compile(r"(?:\+31|0)[ -]?([1-9](?:[ -]?[0-9]){8})")
_KINDS_OF_NUMBER: Final = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
_BETWEEN_DIGITS: Final = str.maketrans("", "", " -")
_SEVERAL: Final = re.compile(r"[/;,|]|\bof\b|\ben\b", re.IGNORECASE)
_AFTER_NUMBER: Final = re.compile(r"(?<=[0-9])[^0-9]*[a-zA-Z].*", re.DOTALL)
_LONGEST_PHONE: Final = 100

_EMAIL: Final = re.compile(r"[^\s@<>\"(),;:]{1,64}@[^\s@<>\"(),;:.]+(?:\.[^\s@<>\"(),;:.]+)+")
_LONGEST_EMAIL: Final = 254  # RFC 5321, section 4.5.3.1.3
_JUNK_MAILBOXES: Final = frozenset(
    {"geen", "geenemail", "geenmail", "nb", "nvt", "n.v.t", "onbekend", "unknown", "none", "noemail"}
    | {"noreply", "no-reply", "dummy"}
)


def clean_bsn(text: str | None) -> str | None:
    """The nine digits of a BSN that passes the eleven-test, or None.

    White space, dots and hyphens are taken out. Eight digits are not completed with a zero: that a zero was
    lost is a guess, and one in eleven of all numbers passes the test by chance.
    """
    if not text:
        return None
    digits = _NOT_IN_BSN.sub("", text)
    if not _NINE_DIGITS.fullmatch(digits) or digits == "000000000":
        return None
    total = sum(map(mul, _BSN_WEIGHTS, map(int, digits)))
    return digits if total % 11 == 0 else None


def clean_date_of_birth(text: str | None) -> date | None:
    """A date of birth from "1985-06-12", "19850612" or "12-6-1985"; an unknown month or day (00) is 01."""
    written = (text or "").strip()
    if match := _YEAR_FIRST.fullmatch(written):
        return _birth(match[1], match[3], match[4])
    if match := _DAY_FIRST.fullmatch(written):
        return _birth(match[3], match[2], match[1])
    return None


def plausible_birth(born: date | None) -> date | None:
    """`born`, unless it is a date that stands for "unknown"."""
    return born if born is not None and born >= _EARLIEST_BIRTH else None


def _birth(year: str, month: str, day: str) -> date | None:
    try:
        return plausible_birth(date(int(year), int(month) or 1, int(day) or 1))
    except ValueError:
        return None


def clean_phone(text: str | None) -> str | None:
    """A phone number as E.164 ("+31612345678"), read as Dutch; the first of several; None if impossible."""
    if not text:
        return None
    plain = _PLAIN_PHONE.fullmatch(text)
    if plain is not None:
        digits = plain[1].translate(_BETWEEN_DIGITS)
        return f"+{_NL}{digits}" if _given_out().fullmatch(digits) else None
    return _parsed_phone(text)


@cache
def _given_out() -> re.Pattern[str]:
    """Numbers of nine digits in the Dutch numbering plan as phonenumbers knows it: what it calls valid."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region("NL")
    general, *kinds = (getattr(plan, kind) for kind in ("general_desc", *_KINDS_OF_NUMBER))
    patterns = [kind.national_number_pattern for kind in kinds if kind is not None and 9 in kind.possible_length]
    return re.compile(rf"(?={general.national_number_pattern}\Z)(?:{'|'.join(patterns)})")


def _parsed_phone(text: str) -> str | None:
    first = _AFTER_NUMBER.sub("", _SEVERAL.split(text.strip())[0])
    try:
        number = phonenumbers.parse(first[:_LONGEST_PHONE], "NL")
    except phonenumbers.NumberParseException:
        return None
    # "Possible" looks at the length only and passes 12345; a foreign numbering plan may be newer than ours.
    dutch = number.country_code == _NL
    reachable = phonenumbers.is_valid_number(number) if dutch else phonenumbers.is_possible_number(number)
    if not reachable:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_email(text: str | None) -> str | None:
    """An e-mail address in small letters, or None when it is none or a filler such as "onbekend@…"."""
    if not text:
        return None
    written = unicodedata.normalize("NFC", text.strip().casefold()).removeprefix("mailto:").strip("<> .;,")
    if len(written) > _LONGEST_EMAIL or not _EMAIL.fullmatch(written):
        return None
    return None if written.partition("@")[0] in _JUNK_MAILBOXES else written
