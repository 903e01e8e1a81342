"""Which JSON do these bytes hold? The first question asked of a record, before anybody looks what it says.

The quick parser decides nearly always. It also refuses valid JSON with numbers too large for it, in fields
that nobody reads; so what it refuses is read once more by the exact one before a partner hears that it is
not JSON.
"""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

import msgspec

from signals.contract.rejection import Fault, RejectedError

MAX_BYTES: Final = 65_536
MAX_NESTING: Final = 256
# The closing quote is optional, so that a string without one is read once, not from each of its escapes
# again.
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")
# Pairs and other escapes are consumed first, so what the group finds stands alone.
_LONE_SURROGATE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


def read_json(value: bytes | None) -> object:
    """The JSON value of a record; of a name given twice the last counts.

    Raises:
        RejectedError: `too-large`, decided before anything is parsed, or `not-json`.
    """
    if value is None:
        _refuse("the record has no value; publish the event itself, arrears topics know no tombstones")
    if len(value) > MAX_BYTES:
        text = f"is {len(value)} bytes; an event is at most {MAX_BYTES}, leave out what section 2 does not name"
        raise RejectedError.of([Fault("too-large", "value", text)])
    if value.count(b"[") + value.count(b"{") > MAX_NESTING and nesting(value) > MAX_NESTING:
        # Counted, not left to the parser: its own limit depends on how deep the caller stands.
        _refuse(f"is nested more than {MAX_NESTING} levels deep; send the event as section 2 shows it")
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _read_exactly(value)


def nesting(value: bytes) -> int:
    """How many arrays and objects stand inside each other at the deepest place of the JSON text `value`."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", value)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _read_exactly(value: bytes) -> object:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("is not UTF-8; write the JSON text as UTF-8, without a byte order mark")
    try:
        content = json.loads(text, parse_constant=_no_constant, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        # Line and column tell where; the parser's own words never hold a value.
        _refuse(f"is not JSON from line {error.lineno}, column {error.colno} on ({error.msg.rstrip(':')})")
    except RecursionError:
        _refuse("is nested deeper than can be read; send the event as section 2 shows it")
    if any(escape[1] for escape in _LONE_SURROGATE.finditer(text)):
        _refuse("holds half a surrogate pair (\\ud800-\\udfff); write such a character as UTF-8 or as both halves")
    return content


def _whole_number(digits: str) -> int:
    # Python refuses to read thousands of digits; no field takes a number this large, its first digits will
    # do.
    return int(digits[:40])


def _no_constant(name: str) -> NoReturn:
    _refuse(f"holds {name}, which JSON does not know; leave the field out or send null")


def _refuse(text: str) -> NoReturn:
    raise RejectedError.of([Fault("not-json", "value", text)])
