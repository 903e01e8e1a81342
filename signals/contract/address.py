"""How a postcode and a house number become one clean address (borders.md section 4.1).

Used at the border, to judge a postcode, and by `households`, to bring the signals of one address together.
"""

from __future__ import annotations

import re
import string
from typing import Final

POSTCODE: Final = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")
HOUSE_NUMBERS: Final = range(1, 100_000)
_LEADING_DIGITS: Final = re.compile(r"[0-9]+")
_NOT_IN_SUFFIX: Final = re.compile(r"[^A-Za-z0-9]+")
# Only a-z: str.upper would turn a dotless i or a sharp s into other letters and accept what is no postcode.
_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def clean_postcode(text: str) -> str:
    """`text` without white space of any kind, a-z as capitals; valid only if `POSTCODE` matches it whole."""
    return "".join(text.split()).translate(_CAPITALS)


def valid_postcode(text: str) -> str | None:
    """The cleaned postcode, or None when it is none."""
    if POSTCODE.fullmatch(text):  # clean already, as nearly all are
        return text
    postcode = clean_postcode(text)
    return postcode if POSTCODE.fullmatch(postcode) else None


def split_house_number(number: int | str) -> tuple[int, str] | None:
    """The number (1-99999) and the rest of what was sent ("12 a bis" → 12, " a bis"), or None."""
    if isinstance(number, int):
        return (number, "") if number in HOUSE_NUMBERS else None
    digits = _LEADING_DIGITS.match(number)
    if digits is None:
        return None
    # Leading zeros mean nothing; a longer number is out of range without being computed.
    significant = digits[0].lstrip("0")
    if not 1 <= len(significant) <= 5:
        return None
    return int(significant), number[digits.end() :]


def suffix_of(rest: str, letter: str | None, addition: str | None) -> str:
    """The cleaned suffix: ASCII letters and digits of the three parts, in this order, in capitals."""
    if not (rest or letter or addition):
        return ""
    return _NOT_IN_SUFFIX.sub("", f"{rest}{letter or ''}{addition or ''}").upper()


def house_number_text(number: int | str, letter: str | None, addition: str | None) -> str:
    """The house number as one writes it on an envelope: 12, "A", "bis" → "12A bis"."""
    written = str(number)
    if isinstance(number, int) and not letter and not addition:
        return written
    glue = "" if written.isdigit() else " "
    return " ".join(f"{written}{glue}{letter or ''} {addition or ''}".split())
