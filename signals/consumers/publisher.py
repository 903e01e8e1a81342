"""How do messages get onto the broker, all of them, in order, or with an error?

At both ends of the walk: `signals publish` and `signals run` bring events in, the relay brings cases and
feedback out. Messages of one key keep their order; success means that every message is on the broker.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaProducer

from signals.consumers.broker import REQUEST_MS, client_options, reaching_broker
from signals.consumers.topics import LARGEST_RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signals.settings import Settings

Message = tuple[str, "bytes | None", "bytes | None"]
"""Topic, key and value."""

BATCH_BYTES: Final = 256 * 1024
LINGER_MS: Final = 5
DELIVERY_MS: Final = 60_000
IN_FLIGHT: Final = 10_000  # how many messages wait for the broker at once; bounds the memory


def publish(settings: Settings, messages: Iterable[Message], published: Callable[[int], None] | None = None) -> int:
    """Publish `messages`; how many they were.

    `published` is called now and then with how many are on the broker by now, for a progress bar.

    Raises:
        BrokerAwayError: one could not be published; those before it may be on the broker.
    """
    with publishing(settings) as send:
        return send(messages, published)


@contextlib.contextmanager
def publishing(settings: Settings) -> Iterator[Callable[..., int]]:
    """A `publish` that keeps its connection for the length of the `with` block, as the relay needs it."""
    with reaching_broker(settings):
        producer = KafkaProducer(**_options(settings))

        def send(messages: Iterable[Message], published: Callable[[int], None] | None = None) -> int:
            return _publish(producer, messages, published or (lambda _: None))

        try:
            yield send
        finally:
            producer.close(timeout=1.0)


def _publish(producer: KafkaProducer, messages: Iterable[Message], published: Callable[[int], None]) -> int:
    waiting: deque[Any] = deque()
    count = 0
    for topic, key, value in messages:
        # The client refuses a record with neither; nobody reads an event's key.
        key = b"" if key is None and value is None else key  # noqa: PLW2901 - the key as it is sent
        waiting.append(producer.send(topic, value=value, key=key))
        count += 1
        if len(waiting) > IN_FLIGHT:
            _confirm(waiting, IN_FLIGHT // 2)
            published(count - len(waiting))
    producer.flush(timeout=DELIVERY_MS / 1000)
    _confirm(waiting, len(waiting))
    published(count)
    return count


def _confirm(waiting: deque[Any], number: int) -> None:
    """Wait for the first `number` messages; raises what befell one of them."""
    for _ in range(number):
        waiting.popleft().get(timeout=DELIVERY_MS / 1000)


def _options(settings: Settings) -> dict[str, Any]:
    return {
        **client_options(settings),
        "acks": "all",
        "enable_idempotence": True,  # a retry neither doubles nor reorders
        "linger_ms": LINGER_MS,
        "batch_size": BATCH_BYTES,
        "max_request_size": LARGEST_RECORD,
        "max_block_ms": REQUEST_MS,
        "delivery_timeout_ms": DELIVERY_MS,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
