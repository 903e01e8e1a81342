"""Events that went wrong as partners' software makes them go wrong, and as nobody would think of."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

from tests.contract.examples import INVALID, VALID, Example, Json, compact

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from signals.contract.partners import ArrearsTopic

EVENTS = [json.dumps(example.event) for example in VALID if example.event is not None]
RECORDS = [example for example in [*VALID, *INVALID] if example.value is not None and len(example.value) < 5000]
TOPICS = sorted({example.topic.name: example.topic for example in [*VALID, *INVALID]}.values(), key=lambda t: t.name)

VALUES: list[Json] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    12,
    99_999,
    100_000,
    10**20,
    10**400,
    0.0,
    12.0,
    1e308,
    [],
    {},
    [[]],
    {"bsn": ""},
    {"bsn": 1},
    {"bsn": "999990019"},
    "",
    " ",
    "\t\u00a0",
    "0",
    "00",
    "12",
    "012A",
    "A",
    "\0",
    "12\0",
    "é",
    "ĳ",
    "ı",
    "ß",
    "x" * 100,
    "x" * 101,
    "x" * 256,
    "x" * 257,
    "😀" * 256,
    "😀" * 257,
    "0" * 5000,
    "1.00",
    "1.001",
    "1000000",
    "1000000.01",
    "0.01",
    "0.00",
    "1,00",
    "٣",
    "2026-11-02",
    "2026-11-03",
    "2026-11-04",
    "2026-02-30",
    "0000-00-00",
    "0001-01-01",
    "1985-00-00",
    "1985-00-12",
    "1985-13-00",
    "9999-12-31",
    "2026-11-02\n",
    "2026-W45-1",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.9999999-23:59",
    "2026-11-02T23:00:00Z",
    "2026-11-02T08:15:00.1234567+01:00",
    "2026-11-02T08:15:00z",
    "2026-11-02T08:15:00+24:00",
    "7607GC",
    "76 07 gc",
    "7607\u2003GC",
    "0607GC",
    "rent",
    "paid",
    "eviction",
    "0141",
    "0164",
    "0363",
    "1.0",
    "application/json",
    "text/plain",
    "999990019",
    "nl.vroegsignalering.arrears.reported.v1",
    "nl.vroegsignalering.arrears.changed.v1",
    "nl.vroegsignalering.arrears.withdrawn.v1",
]
NAMES = [
    "municipality",
    "bsn",
    "person",
    "arrears",
    "amount",
    "crisis",
    "reason",
    "extension",
    "data",
    "\0",
    "é",
]
SCRAPS = [
    b"",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\u0000",
    b"\\ud83d\\ude00",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"NaN",
    b"1e999",
    b"-",
    b"9" * 5000,
    b"null",
    b"true",
    b"[" * 300 + b"]" * 300,
    b" ",
    b"\n",
]


def mutated(random: Random) -> Example:
    """A record made from an example by a few accidents, on one of the examples' topics."""
    if random.random() < 0.3:
        origin = random.choice(RECORDS)
        assert origin.value is not None
        value = _bytes_gone_wrong(origin.value, random)
        return Example("mutated bytes", origin.topic, value, None, None, ())
    event, topic = fields_gone_wrong(random)
    return Example("mutated fields", topic, compact(event), event, None, ())


def fields_gone_wrong(random: Random) -> tuple[Json, ArrearsTopic]:
    number = random.randrange(len(EVENTS))
    event = json.loads(EVENTS[number])
    for _ in range(random.choice([0, 1, 1, 1, 2, 3])):
        random.choice(_ACCIDENTS)(event, random)
    topic = [example.topic for example in VALID if example.event is not None][number]
    return event, topic if random.random() < 0.95 else random.choice(TOPICS)


def _objects(value: Json) -> list[dict[str, Json]]:
    """All objects in `value` that hold something, itself included."""
    own = [value] if isinstance(value, dict) and value else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return own + [inner for part in parts for inner in _objects(part)]


def _any_value(random: Random) -> Json:
    # A copy: what is put into an event may be changed by the next accident.
    return copy.deepcopy(random.choice(VALUES))


def _replace(event: dict[str, Json], random: Random) -> None:
    if holders := _objects(event):
        holder = random.choice(holders)
        holder[random.choice(sorted(holder))] = _any_value(random)


def _remove(event: dict[str, Json], random: Random) -> None:
    if holders := _objects(event):
        holder = random.choice(holders)
        del holder[random.choice(sorted(holder))]


def _add(event: dict[str, Json], random: Random) -> None:
    random.choice(_objects(event) or [event])[random.choice(NAMES)] = _any_value(random)


def _retype(event: dict[str, Json], random: Random) -> None:
    event["type"] = f"nl.vroegsignalering.arrears.{random.choice(['reported', 'changed', 'withdrawn', 'lost'])}.v1"


_ACCIDENTS: list[Callable[[dict[str, Json], Random], None]] = [
    _replace,
    _replace,
    _replace,
    _remove,
    _add,
    _retype,
]


def _bytes_gone_wrong(value: bytes, random: Random) -> bytes:
    for _ in range(random.randrange(1, 4)):
        start = random.randrange(len(value) + 1)
        end = start + random.choice([0, 0, 1, 1, 2, 10, 100])
        value = value[:start] + random.choice(SCRAPS) + value[end:]
    return value
