"""What do partners send to a municipality in some months? A first, small simulation with known truth.

It makes the month of `signals up` and the files of `signals simulate`; the rates are those of domain.md
section 6. The same arguments give the same bytes on any machine.
"""

from __future__ import annotations

import heapq
import json
import re
import sys
from contextlib import ExitStack
from datetime import date
from typing import IO, TYPE_CHECKING, Any, Final

from signals.errors import FaultsError, WrongUseError
from signals.simulation.dice import Dice
from signals.simulation.story import Sent, Writer, approached, bad, not_taken_up
from signals.simulation.town import Home, home, homes_of, town_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MULTIPLE: Final = 0.103  # Almelo 2022: 40 of 390
_MORE_THAN_TWO: Final = {2: 93, 3: 6, 4: 1}  # arrears of a multiple household, in percent
_REFUSED: Final = 0.12  # refused signals for each household approached
_BAD: Final = 0.012
_DUPLICATE: Final = 0.01


def simulate(
    municipality: str, inhabitants: int, start: str, months: int, seed: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The lines of an event file with the truth of each, in the order of sending.

    Args:
        municipality: four digits.
        inhabitants: how many people live there.
        start: the first month, "2026-01".
        months: how many months.
        seed: another seed gives another town.

    Raises:
        FaultsError: an argument makes no sense; all faults at once.
    """
    faults = [
        (re.fullmatch(r"[0-9]{4}", municipality) is None, "the municipality is a code of four digits"),
        (not 0 <= inhabitants <= 20_000_000, "the number of inhabitants is 0 to 20,000,000"),
        (re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", start) is None, "the start is a month, such as 2026-01"),
        (not 1 <= months <= 120, "the number of months is 1 to 120"),
    ]
    if any(wrong for wrong, _ in faults):
        raise FaultsError("simulate", [text for wrong, text in faults if wrong])
    writer = Writer(
        town=town_of(municipality),
        dice=Dice(f"{municipality} {start} {seed}"),
        name=f"{municipality}-{start.replace('-', '')}-{seed}",
    )
    return _months(writer, inhabitants, date.fromisoformat(f"{start}-01"), months)


def _months(
    writer: Writer, inhabitants: int, first: date, months: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Month after month; what a story sends later waits for its month, or is left out after the last."""
    waiting: list[Sent] = []
    addresses = _addresses(writer, inhabitants)
    for _ in range(months):
        after = _next_month(first)
        for sent in _month(writer, inhabitants, addresses, first, (after - first).days):
            heapq.heappush(waiting, sent)
        while waiting and waiting[0].time < after.isoformat():
            sent = heapq.heappop(waiting)
            yield sent.wire, sent.truth
            if sent.truth["code"] is None and writer.dice.chance(_DUPLICATE):
                yield sent.wire, {**sent.truth, "duplicate": True}
        first = after


def _month(writer: Writer, inhabitants: int, addresses: Iterator[Home], first: date, days: int) -> Iterator[Sent]:
    dice = writer.dice
    households = round(inhabitants / 1000 * writer.town.approached)
    for index in range(households):
        # Spread evenly instead of thrown, so that a small town has its share as well.
        multiple = int((index + 1) * _MULTIPLE) > int(index * _MULTIPLE)
        count = dice.weighted(_MORE_THAN_TWO) if multiple else 1
        yield from approached(writer, next(addresses), [_day(first, days, dice) for _ in range(count)])
    for _ in range(round(households * _REFUSED)):
        yield not_taken_up(writer, next(addresses), _day(first, days, dice))
    for _ in range(round(households * _BAD)):
        yield bad(writer, next(addresses), _day(first, days, dice))


def _day(first: date, days: int, dice: Dice) -> date:
    return first.replace(day=dice.between(1, days))


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _addresses(writer: Writer, inhabitants: int) -> Iterator[Home]:
    """Every address of the town once, in an order without pattern, and then again."""
    count = homes_of(inhabitants)
    # A step without a factor in common with the count visits each address before any returns.
    step = next(step for step in range(count * 5 // 8 + 1, 2 * count + 2) if _coprime(step, count))
    index = writer.dice.between(0, count - 1)
    while True:
        yield home(writer.town, index)
        index = (index + step) % count


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


def write_simulation(
    events_path: Path, truth_path: Path, pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]
) -> int:
    """Write what `simulate` gives as JSON lines, events and truth ("-" is standard output).

    Returns:
        The number of lines in each file.

    Raises:
        WrongUseError: a file cannot be written, or both are the same.
    """
    if str(events_path) == str(truth_path):
        raise WrongUseError("events and truth go to the same place; give two different files")
    written = 0
    with ExitStack() as files:
        events, truths = _opened(files, events_path), _opened(files, truth_path)
        for wire, truth in pairs:
            events.write(wire_line(wire))
            truths.write(wire_line(truth))
            written += 1
    return written


def _opened(files: ExitStack, path: Path) -> IO[bytes]:
    if str(path) == "-":
        return sys.stdout.buffer
    try:
        return files.enter_context(path.open("wb"))
    except OSError as fault:
        raise WrongUseError(f"{path} cannot be written ({fault.strerror}); check the folder") from fault


def wire_line(value: dict[str, Any]) -> bytes:
    """One line of an event or truth file."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
