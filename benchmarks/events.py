"""What is fed to whatever is measured? Events of a simulated province, made once and kept for the next run.

The 25 municipalities of a province with 1.2 million inhabitants, month after month: with changes, withdrawals,
duplicates and bad events, and with households that are told of again.
"""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from signals.commands.eventfile import EventLine, parse_event_line
from signals.consumers.records import Record
from signals.settings import Settings
from signals.simulation.files import wire_line
from signals.simulation.simulate import simulate_area
from signals.simulation.towns import PROVINCE
from tests.brokers.jars import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

FULL: Final = 24_000
NUMBER: Final = int(os.environ.get("SIGNALS_BENCH_EVENTS") or FULL)
START: Final = "2026-01"
SEED: Final = 1
MONTHS: Final = 36  # more than enough: what is not asked for is not simulated
BATCH: Final[int] = Settings.model_fields["batch_size"].default


def lines(number: int) -> list[EventLine]:
    """The first `number` events of the province."""
    kept = cache_folder() / "benchmarks" / f"province-{SEED}-{number}.jsonl"
    if not kept.exists():
        _keep(kept, number)
    return [parse_event_line(line) for line in kept.read_bytes().splitlines()]


def _keep(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}")
    with half.open("wb") as file:
        pairs = simulate_area(PROVINCE, START, MONTHS, SEED)
        file.writelines(wire_line(wire) for wire, _ in islice(pairs, number))
    half.rename(path)


def messages(found: Iterable[EventLine]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """The same as a publisher takes them."""
    return ((line.topic, line.key, line.value) for line in found)


def records(found: Iterable[EventLine]) -> list[Record]:
    """The same as broker records, each topic with one partition."""
    offsets: dict[str, int] = {}
    made = []
    for line in found:
        offset = offsets.get(line.topic, 0)
        offsets[line.topic] = offset + 1
        made.append(Record(line.topic, 0, offset, line.value, 0))
    return made


def copies(found: Iterable[EventLine], number: int) -> Iterator[EventLine]:
    """Each event with `number` - 1 copies behind it: the same arrears under another reference, at another address."""
    for line in found:
        yield line
        for copy in range(1, number):
            yield _copy(line, copy)


def _copy(line: EventLine, number: int) -> EventLine:
    """A bad event that is no JSON object is the same once more."""
    if not line.is_object or line.value is None:
        return line
    event: dict[str, Any] = msgspec.json.decode(line.value)
    event["id"] = f"{event['id']}-{number}"
    content = event["data"]
    content["arrears"]["reference"] += f"-{number}"
    if "address" in content:
        addition = content["address"].get("houseNumberAddition") or ""
        content["address"]["houseNumberAddition"] = f"{addition}X{number}"
    return EventLine(line.topic, line.key, msgspec.json.encode(event), is_object=True)


def batches(found: Sequence[Record], size: int = BATCH) -> list[Sequence[Record]]:
    """The records as the worker takes them."""
    return [found[start : start + size] for start in range(0, len(found), size)]
