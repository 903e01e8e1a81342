"""Which records of a batch wait for the next one, because another worker has their household in hand?

Two workers that read the signals of a region share some households in nearly every batch, and a household is locked
until its batch is committed: without this, one worker would wait for the other most of the time. So a batch first asks
which addresses another one has in hand, and leaves the few reports at these, with all that is said of the same arrears,
for the next batch. After a few times a batch waits for them. Nothing rests on it but time: the locks are those of
`locks` (design.md section 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals import metrics
from signals.consumers.sorting import Foreseen
from signals.store.locks import homes_of, in_other_hands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.consumers.records import Record, Spot
    from signals.outreach.rows import Accepted
    from signals.store.database import Cursor
    from signals.store.locks import AddressKey, ArrearsKey

MOST_TIMES: Final = 3  # a record is put off; then its batch waits
MOST_ADDRESSES: Final = 1500  # are asked about at once: the database has room for a few thousand such locks


class Courtesy:
    """What one worker put off with the last batch, and how often each of these was put off."""

    def __init__(self) -> None:
        self.put_off: list[Record] = []
        self.waits = False
        """Nothing is put off for now."""
        self._times: dict[Spot, int] = {}

    def begin(self, *, waits: bool) -> None:
        """The next batch: what was put off before is handed over with it."""
        self.put_off = []
        self.waits = waits

    def free_now(self, cursor: Cursor, fresh: Sequence[Record]) -> list[Record]:
        """The records that can be taken in without waiting for another worker, or were put off too often.

        Only records that were decoded tell whom they are about (`sorting.foresee`).
        """
        told = [(record, outcome) for record in fresh if (outcome := _accepted(record))]
        if not told or self.waits:
            return list(fresh)
        homes = _homes(cursor, [one for _, one in told])
        asked = set().union(*homes.values())
        busy = in_other_hands(cursor, asked) if len(asked) <= MOST_ADDRESSES else set()
        if not busy:
            return list(fresh)
        arrears = {key for key, addresses in homes.items() if addresses & busy}
        keys = {(one.event.source, one.event.id) for _, one in told if one.arrears_key in arrears}
        waiting = {
            record.spot
            for record, one in told
            if one.arrears_key in arrears or (one.event.source, one.event.id) in keys
        }
        waiting = {at for at in waiting if self._times.get(at, 0) < MOST_TIMES}
        return [record for record in fresh if record.spot not in waiting]

    def stored(self, fresh: Sequence[Record], free: Sequence[Record]) -> None:
        """Of the `fresh` records of a batch these were taken in, and that is committed: the others were put off."""
        if self._times or len(free) < len(fresh):
            taken = {record.spot for record in free}
            put_off = [record for record in fresh if record.spot not in taken]
            self.put_off += put_off
            times = {at: times for at, times in self._times.items() if at not in taken}
            self._times = times | {at: times.get(at, 0) + 1 for at in (record.spot for record in put_off)}
            metrics.RECORDS_PUT_OFF.inc(len(put_off))


def _homes(cursor: Cursor, accepted: Sequence[Accepted]) -> dict[ArrearsKey, set[AddressKey]]:
    """The addresses that each arrears is about: those of its reports here, and those known of it when it changes."""
    changed = {one.arrears_key for one in accepted if one.address_key is None}
    homes = homes_of(cursor, changed) if changed else {}
    for one in accepted:
        if one.address_key is not None:
            homes.setdefault(one.arrears_key, set()).add(one.address_key)
    return homes


def _accepted(record: Record) -> Accepted | None:
    if isinstance(record, Foreseen) and not isinstance(record.outcome, tuple):
        return record.outcome
    return None
