"""How does a round get onto a broker that goes away and comes back? Sent again until it is acknowledged.

While the broker is away nothing is sent (`held`): the client would leave its sockets open. Partitions are drawn, not
derived from keys, so the events of one arrears are spread and reordered.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from signals.consumers.publisher import _options
from signals.embedded.children import await_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from signals.consumers.publisher import Message
    from signals.settings import Settings
    from tests.faults.logbook import Place

GIVE_UP_SECONDS: Final = 90.0


class Flow:
    """Publishes without waiting; `ends` is what the broker acknowledged, per partition."""

    def __init__(self, settings: Settings, partitions: int) -> None:
        self._settings = settings
        self._partitions = partitions
        self._producer: KafkaProducer | None = None
        self._lock = threading.Lock()
        self._under_way: list[tuple[Any, Message, int]] = []
        self._held = False
        self._waiting: list[tuple[Message, int]] = []
        self.ends: dict[Place, int] = {}

    def send(self, messages: list[Message], rng: Random) -> None:
        """Hand these to the client, or keep them until the broker is back."""
        self._waiting += [(message, rng.randrange(self._partitions)) for message in messages]
        self._send_waiting()

    def send_to(self, place: Place, messages: list[Message]) -> None:
        """The same, all to one partition."""
        self._waiting += [(message, place[1]) for message in messages]
        self._send_waiting()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The broker goes away in this block."""
        self.settle()
        self.close()
        self._held = True
        yield
        self._held = False
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._waiting and not self._held:
            self._send(*self._waiting.pop(0))

    def _send(self, message: Message, partition: int) -> None:
        if self._producer is None:
            self._producer = KafkaProducer(**_options(self._settings))
        topic, key, value = message
        future = self._producer.send(topic, key=key, value=value, partition=partition)
        future.add_callback(self._acknowledged)
        self._under_way.append((future, message, partition))

    def _acknowledged(self, record: Any) -> None:  # noqa: ANN401 - the client's record metadata has no type
        place = (record.topic, record.partition)
        with self._lock:
            self.ends[place] = max(self.ends.get(place, 0), record.offset + 1)

    def settle(self) -> None:
        """Wait until everything is on the broker; what the client gave up on is sent again."""
        assert await_until(self._settled, GIVE_UP_SECONDS), "the broker did not take everything back in time"

    def _settled(self) -> bool:
        waiting = [one for one in self._under_way if not one[0].is_done]
        failed = [one for one in self._under_way if one[0].is_done and one[0].failed()]
        self._under_way = waiting
        if failed:
            self.close()  # a producer that gave up on a record may not be used for the next of its partition
            for _, message, partition in [*failed, *waiting]:
                self._send(message, partition)
        return not self._under_way

    def close(self) -> None:
        """No more."""
        if self._producer is not None:
            with contextlib.suppress(KafkaError):
                self._producer.close(timeout=1.0)
            self._producer = None
