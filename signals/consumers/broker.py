"""How do we reach the broker, which log is it, and how far does each topic go?

The options of every kafka-python client stand here, once; the worker tells Faust the same. Every limit in time
is set, so that no call waits for ever on a broker that went away.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, KafkaTimeoutError

from signals.consumers.records import Record
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signals.consumers.complete import Hole
    from signals.settings import Settings

    Ask = Callable[[KafkaConsumer, list[TopicPartition]], dict[TopicPartition, int]]

CLIENT_ID: Final = "signals"
REQUEST_MS: Final = 10_000
CONNECT_SECONDS: Final = 3.0
POLL_MS: Final = 50
READ_AT_ONCE: Final = 5_000
BOOTSTRAP_MS: Final = 10_000


def _is_news(line: logging.LogRecord) -> bool:
    """Whether a log line is more than this: a client of ours was closed while it asked which topics there are."""
    return line.getMessage() != "Metadata refresh: failed Cancelled"


logging.getLogger("kafka.cluster").addFilter(_is_news)


class BrokerAwayError(SignalsError):
    """The broker cannot be reached, or did not answer in time."""


def client_options(settings: Settings) -> dict[str, Any]:
    """The options every kafka-python client gets."""
    return {
        "bootstrap_servers": settings.bootstrap,
        "client_id": CLIENT_ID,
        "request_timeout_ms": REQUEST_MS,
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
        "reconnect_backoff_ms": 50,
        "reconnect_backoff_max_ms": 2_000,
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": ssl_context(settings),
        "ssl_check_hostname": True,
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_username,
        "sasl_plain_password": password(settings),
    }


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS as the settings say; None where the protocol has none."""
    if not settings.kafka_security_protocol.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=settings.kafka_cafile)
    if settings.kafka_certfile and settings.kafka_keyfile:
        context.load_cert_chain(settings.kafka_certfile, settings.kafka_keyfile)
    return context


def password(settings: Settings) -> str | None:
    """The password for the broker, in clear; for a client's options only."""
    return settings.kafka_password.get_secret_value() if settings.kafka_password else None


@contextlib.contextmanager
def reaching_broker(settings: Settings) -> Iterator[None]:
    """Say in words what a Kafka client raises inside the `with` block, and at once when nobody listens.

    Raises:
        BrokerAwayError: with the address and the kind of the error; never with what was sent.
    """
    try:
        _require_listener(settings)  # a client would try for long, and leave its sockets open when it gives up
        yield
    except (KafkaError, OSError) as error:
        kind = type(error).__name__
        raise BrokerAwayError(
            f"the broker at {settings.kafka_bootstrap} cannot be used ({kind}): "
            "check that it runs, SIGNALS_KAFKA_BOOTSTRAP, the security settings and `signals topics apply`"
        ) from error


def _require_listener(settings: Settings) -> None:
    """Raise OSError unless one of the broker's addresses takes connections."""
    refusal: OSError | None = None
    for address in settings.bootstrap:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
        except OSError as error:
            refusal = error
        else:
            return
    raise refusal or OSError


@contextlib.contextmanager
def admin_client(settings: Settings) -> Iterator[KafkaAdminClient]:
    """An admin client for the length of the `with` block.

    Raises:
        BrokerAwayError: the broker cannot be reached.
    """
    with reaching_broker(settings), contextlib.closing(KafkaAdminClient(**client_options(settings))) as admin:
        yield admin


def broker_log_id(settings: Settings) -> str:
    """What names this broker's log: progress stored under another name says nothing about it.

    Raises:
        BrokerAwayError: the broker cannot be reached.
    """
    if settings.kafka_log_id:
        return settings.kafka_log_id
    with admin_client(settings) as admin:
        return str(admin.describe_cluster()["cluster_id"])


def topic_names(settings: Settings) -> frozenset[str]:
    """All topics the broker shows us.

    Raises:
        BrokerAwayError: the broker cannot be reached.
    """
    with admin_client(settings) as admin:
        return frozenset(admin.list_topics())


def end_offsets(settings: Settings, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """The offset after the last record of every partition of `topics`; topics that do not exist are left out.

    Raises:
        BrokerAwayError: the broker cannot be reached, or did not tell in time.
    """
    return _offsets(settings, topics, _ends)


def begin_offsets(settings: Settings, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """The first offset that every partition of `topics` still holds; topics that do not exist are left out.

    Raises:
        BrokerAwayError: the broker cannot be reached, or did not tell in time.
    """
    return _offsets(settings, topics, lambda consumer, partitions: consumer.beginning_offsets(partitions))


def _offsets(settings: Settings, topics: Iterable[str], ask: Ask) -> dict[tuple[str, int], int]:
    with reaching_broker(settings), contextlib.closing(_offsets_consumer(settings)) as consumer:
        return _asked(consumer, topics, ask)


def _asked(consumer: KafkaConsumer, topics: Iterable[str], ask: Ask) -> dict[tuple[str, int], int]:
    partitions = [
        TopicPartition(topic, number)
        for topic in sorted(consumer.topics() & frozenset(topics))
        for number in sorted(consumer.partitions_for_topic(topic) or ())
    ]
    return {(one.topic, one.partition): offset for one, offset in ask(consumer, partitions).items()}


def _ends(consumer: KafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """The high watermarks as fetching tells them.

    Asking for the latest offset alone is not enough: the embedded broker answers with one that lies inside the last
    batch. Reading on from there costs a real Kafka nothing, since there is nothing to read.
    """
    if not partitions:
        return {}
    consumer.assign(partitions)
    consumer.seek_to_end()
    deadline = time.monotonic() + REQUEST_MS / 1000
    while waiting := [one for one in partitions if consumer.highwater(one) is None]:
        if time.monotonic() > deadline:
            raise KafkaTimeoutError(f"no end offset of {waiting[0].topic} within {REQUEST_MS} ms")
        consumer.poll(timeout_ms=POLL_MS)
    return {one: consumer.highwater(one) for one in partitions}


def _offsets_consumer(settings: Settings) -> KafkaConsumer:
    return KafkaConsumer(
        **client_options(settings),
        group_id=None,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        fetch_max_wait_ms=POLL_MS,
        enable_incremental_fetch_sessions=False,  # in a session an end that is as before is not told again
        auto_offset_reset="earliest",
    )


class BrokerLog:
    """The broker's own account of what it holds (the `Log` of `complete`).

    One thread must own it. It is asked for ends every few seconds, so the client for that is kept until an error.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumer: KafkaConsumer | None = None

    def ends(self, topics: Iterable[str]) -> dict[tuple[str, int], int]:
        """The offset after the last record of every partition. Raises BrokerAwayError."""
        with self._connected() as consumer:
            return _asked(consumer, topics, _ends)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[KafkaConsumer]:
        try:
            with reaching_broker(self._settings):
                self._consumer = self._consumer or _offsets_consumer(self._settings)
                yield self._consumer
                self._consumer.unsubscribe()  # a place that stays assigned would tell its old end next time
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the client go that was kept; the next question takes a new one."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()

    def read(self, hole: Hole) -> list[Record]:
        """The records the broker has in `hole`, of a long one the first part. Raises BrokerAwayError."""
        topic, partition, first, end = hole
        place = TopicPartition(topic, partition)
        with reaching_broker(self._settings), contextlib.closing(_offsets_consumer(self._settings)) as consumer:
            consumer.assign([place])
            consumer.seek(place, first)
            return [_record(one) for one in _read_until(consumer, place, end) if one.offset < end]


def _read_until(consumer: KafkaConsumer, place: TopicPartition, end: int) -> list[Any]:
    """What is there from the consumer's position until `end`, or as much of it as one go may hold."""
    found: list[Any] = []
    deadline = time.monotonic() + REQUEST_MS / 1000
    while len(found) < READ_AT_ONCE and consumer.position(place) < end:
        if time.monotonic() > deadline:
            if found:
                break
            raise KafkaTimeoutError(f"nothing of {place.topic} within {REQUEST_MS} ms")
        found += consumer.poll(timeout_ms=POLL_MS).get(place, [])
    return found


def _record(one: Any) -> Record:  # noqa: ANN401 - the client's record has no type of its own
    return Record(one.topic, one.partition, one.offset, one.value, one.timestamp)
