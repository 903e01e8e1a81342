"""Which records of a batch are new, is one missing before them, and how far has each partition come afterwards?

The books of the intake (`inbox.Taken`), pure. A partition is taken in up to its next offset; beyond it lie those that
came in while a record in front of them was put off (see `courtesy`), and those are known by their offsets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.consumers.complete import MissingRecordsError
from signals.store.inbox import Taken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from signals.consumers.records import Place, Record
    from signals.store.inbox import Reached

Holes = dict[tuple[str, int, int], int]  # where nothing is: topic, partition and first offset; and where it ends


def each_once(
    records: Iterable[Record], reached: Mapping[Place, Reached], holes: Holes | None
) -> tuple[list[Record], dict[Place, int]]:
    """The records that were not taken in yet, each once, and the offset that is awaited after them.

    A client may hand a record over twice in one batch.

    Raises:
        MissingRecordsError: a record does not follow on the one before it; but for `holes`, and when these are None.
    """
    known = holes or {}
    awaited = {place: _onward(place, one.next_offset, one.ahead, known) for place, one in reached.items()}
    fresh = []
    for record in records:
        place, offset = (record.topic, record.partition), record.offset
        if offset < awaited[place]:
            continue
        if offset > awaited[place] and holes is not None:
            raise MissingRecordsError(*place, awaited[place], offset)
        ahead = reached[place].ahead
        if offset not in ahead:
            fresh.append(record)
        awaited[place] = _onward(place, offset + 1, ahead, known) if ahead or known else offset + 1
    return fresh, awaited


def _onward(place: Place, offset: int, ahead: Collection[int], holes: Holes) -> int:
    """From `offset` on, past what was taken in before and what is not there."""
    while True:
        if offset in ahead:
            offset += 1
        elif end := holes.get((*place, offset)):
            offset = end
        else:
            return offset


def books(
    reached: Mapping[Place, Reached], awaited: Mapping[Place, int], fresh: Sequence[Record], kept: Sequence[Record]
) -> dict[Place, Taken]:
    """How far each partition has come when of the `fresh` records these were `kept`; not yet what became of them."""
    left = _left(fresh, kept)
    first = {(record.topic, record.partition): record.offset for record in reversed(fresh)}
    read: dict[Place, list[int]] = {}
    for record in kept:
        read.setdefault((record.topic, record.partition), []).append(record.offset)
    taken = {}
    for place, before in reached.items():
        offsets = read.get(place, [])
        end = min(left.get(place, awaited[place]), awaited[place])
        # Where a log begins that was never read, nobody can say.
        begin = before.next_offset if before.next_offset or before.ahead else first.get(place, end)
        beyond = sorted(one for one in before.ahead.union(offsets) if one >= end) if before.ahead or left else []
        inside = len(before.ahead) + len(offsets) - len(beyond)
        taken[place] = Taken(
            end,
            passed_over=end - begin - inside,
            first_offset=0 if before.next_offset else begin,
            ahead=beyond,
        )
    return taken


def _left(fresh: Sequence[Record], kept: Sequence[Record]) -> dict[Place, int]:
    """The first record of each partition that is not taken in now."""
    if len(fresh) == len(kept):
        return {}
    taken = {record.spot for record in kept}
    left: dict[Place, int] = {}
    for record in fresh:
        if record.spot not in taken:
            left.setdefault((record.topic, record.partition), record.offset)
    return left
