"""What stands on the broker's arrears topics, and what must have become of each record? The ground truth of a soak.

It reads the topics itself, so a record that was published twice by an uncertain publisher counts as what it is.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kafka import KafkaConsumer, TopicPartition

from signals.consumers.broker import client_options
from signals.contract.decode import decode
from signals.contract.partners import ArrearsTopic, Directory
from signals.contract.rejection import RejectedError
from signals.embedded.children import await_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signals.contract.events import AnyEvent
    from signals.settings import Settings

READ_SECONDS: Final = 60.0
POLL_MS: Final = 200

Place = tuple[str, int]  # topic, partition
Key = tuple[str, str]  # source, id


@dataclass
class Logbook:
    """Everything that was read so far; records are read once, however often it is asked."""

    settings: Settings
    valid: dict[Key, AnyEvent] = field(default_factory=dict)
    bad: set[tuple[str, int, int]] = field(default_factory=set)
    records: int = 0
    positions: dict[Place, int] = field(default_factory=dict)

    @property
    def duplicates(self) -> int:
        """How many valid records came again."""
        return self.records - len(self.valid) - len(self.bad)

    def read(self, ends: Mapping[Place, int], directory: Directory) -> None:
        """Read on up to `ends`."""
        for topic, partition, offset, value in self._records(ends):
            parsed = ArrearsTopic.parse(topic)
            assert parsed is not None
            self.records += 1
            self.positions[topic, partition] = offset + 1
            try:
                event = decode(value, parsed, directory)
            except RejectedError:
                self.bad.add((topic, partition, offset))
            else:
                self.valid.setdefault((event.source, event.id), event)

    def of(self, municipalities: frozenset[str]) -> list[AnyEvent]:
        """The valid events of these municipalities."""
        return [event for event in self.valid.values() if event.municipality in municipalities]

    def _records(self, ends: Mapping[Place, int]) -> Iterator[tuple[str, int, int, bytes | None]]:
        behind = {place: end for place, end in ends.items() if self.positions.get(place, 0) < end}
        for topic, partition, offset, _, value in read_topics(self.settings, behind, self.positions):
            yield topic, partition, offset, value


def read_topics(
    settings: Settings, ends: Mapping[Place, int], begins: Mapping[Place, int]
) -> list[tuple[str, int, int, bytes | None, bytes | None]]:
    """The records from `begins` up to `ends`: topic, partition, offset, key, value."""
    left = {TopicPartition(*place) for place, end in ends.items() if begins.get(place, 0) < end}
    found: list[tuple[str, int, int, bytes | None, bytes | None]] = []
    if not left:
        return found
    options = {**client_options(settings), "group_id": None, "enable_auto_commit": False, "fetch_max_wait_ms": 50}
    with contextlib.closing(KafkaConsumer(**options)) as consumer:
        consumer.assign(list(left))
        for one in left:
            consumer.seek(one, begins.get((one.topic, one.partition), 0))

        def read() -> bool:
            for records in consumer.poll(timeout_ms=POLL_MS).values():
                found.extend((r.topic, r.partition, r.offset, r.key, r.value) for r in records)
            return all(consumer.position(one) >= ends[one.topic, one.partition] for one in left)

        assert await_until(read, READ_SECONDS), "the broker does not give its records back"
    return [record for record in found if record[2] < ends[record[0], record[1]]]
