"""What may stand in one field, and what does a partner hear when something else does?

Each rule looks at one JSON value and gives the faults it finds; `judge` says which field follows which rule.
The texts say what is wrong and how to mend it. They never repeat what was sent: it may be a name or an
address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.contract.address import split_house_number, valid_postcode
from signals.contract.moments import amount_cents, birth_day, calendar_day
from signals.contract.rejection import Fault
from signals.contract.shapes import MAX_REFERENCE, MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Rule = Callable[[str, object], Iterator[Fault]]

_JSON_NAMES: Final[dict[type, str]] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


def json_name(value: object) -> str:
    """What JSON calls the type of `value`, for a sentence."""
    return _JSON_NAMES[type(value)]


def nul(field: str, value: object) -> Iterator[Fault]:
    """U+0000 may stand in no string."""
    if isinstance(value, str) and "\0" in value:
        yield Fault("schema-invalid", field, "holds the character U+0000; take it out")


def text(field: str, value: object, longest: int = MAX_TEXT) -> Iterator[Fault]:
    """A string of at most `longest` characters (code points)."""
    if not isinstance(value, str):
        yield Fault("schema-invalid", field, f"is {json_name(value)}; send a string, in quotes")
        return
    yield from nul(field, value)
    if len(value) > longest:
        found = f"has {len(value)} characters; shorten it to at most {longest}"
        yield Fault("schema-invalid", field, found)


def reference(field: str, value: object) -> Iterator[Fault]:
    """The partner's own name of the arrears, as it is; an empty one would join what is not one arrears."""
    yield from text(field, value, MAX_REFERENCE)
    if value == "":
        yield Fault("schema-invalid", field, "is empty; send your own reference of this arrears")


def one_of(codes: tuple[str, ...]) -> Rule:
    """The rule that a field holds one of `codes`, letter for letter."""
    listed = ", ".join(codes)

    def rule(field: str, value: object) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault("schema-invalid", field, f"is {json_name(value)}; send one of {listed}")
        elif value not in codes:
            yield from text(field, value)
            yield Fault("schema-invalid", field, f"is no code we know; send one of {listed}, in small letters")

    return rule


def yes_or_no(field: str, value: object) -> Iterator[Fault]:
    """A JSON true or false."""
    if not isinstance(value, bool):
        yield Fault("schema-invalid", field, f"is {json_name(value)}; send true or false, without quotes")


def amount(field: str, value: object) -> Iterator[Fault]:
    """An amount in euros, as a string because a JSON number may lose a cent on its way."""
    yield from text(field, value)
    if isinstance(value, str) and amount_cents(value) is None:
        mend = 'send digits with at most two decimals after a point, such as "612.50", from 0.01 to 1000000'
        yield Fault("amount-invalid", field, f"is no amount we can take; {mend}")


def day(field: str, value: object) -> Iterator[Fault]:
    """A day of the calendar."""
    yield from text(field, value)
    if isinstance(value, str) and calendar_day(value) is None:
        yield Fault("date-invalid", field, "is no day of the calendar; send YYYY-MM-DD, such as 2026-11-02")


def day_of_birth(field: str, value: object) -> Iterator[Fault]:
    """A day of the calendar, of which month and day may be unknown."""
    yield from text(field, value)
    if isinstance(value, str) and birth_day(value) is None:
        mend = "send YYYY-MM-DD, with 00 for a month or day that is unknown, or null"
        yield Fault("date-invalid", field, f"is no date; {mend}")


def postcode(field: str, value: object) -> Iterator[Fault]:
    """A Dutch postcode, however it is spaced."""
    yield from text(field, value)
    if isinstance(value, str) and valid_postcode(value) is None:
        mend = "send four digits, the first not 0, and two letters A-Z"
        yield Fault("postcode-invalid", field, f"is no Dutch postcode; {mend}")


def house_number(field: str, value: object) -> Iterator[Fault]:
    """A whole number, or a string that begins with one."""
    if isinstance(value, str):
        yield from text(field, value)
    elif isinstance(value, bool) or not isinstance(value, int):
        mend = 'send a whole number such as 12, or a string such as "12A"'
        yield Fault("schema-invalid", field, f"is {_not_whole(value)}; {mend}")
        return
    if split_house_number(value) is None:
        mend = "send a number from 1 to 99999, or a string that begins with the digits of one"
        yield Fault("schema-invalid", field, f"is no house number; {mend}")


def _not_whole(value: object) -> str:
    return "a number with a point or an exponent" if isinstance(value, float) else json_name(value)
