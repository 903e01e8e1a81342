"""The relay on a real database: in order per key, no row twice between two, nothing lost when a publish fails."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from signals.consumers import relay as relay_module
from signals.consumers.broker import BrokerAwayError as UnreachableError
from signals.consumers.relay import NotPublishedError, Published, relay, relay_once
from signals.store.again import publish_again
from signals.store.database import transaction
from signals.store.outbox import Message, add_messages, depth, hold_relays

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

PATIENCE = 30.0


class BrokerAwayError(Exception):
    """As a client of the broker says."""


class Topic:
    """A broker that remembers what was published, in the order in which it was acknowledged."""

    def __init__(self) -> None:
        self.messages: list[Published] = []
        self._lock = threading.Lock()

    def __call__(self, messages: Iterable[Published]) -> int:
        batch = list(messages)
        with self._lock:
            self.messages.extend(batch)
        return len(batch)

    def by_key(self) -> dict[bytes | None, list[bytes | None]]:
        found: dict[bytes | None, list[bytes | None]] = defaultdict(list)
        for _, key, value in self.messages:
            found[key].append(value)
        return dict(found)


def put(desk: Desk, *rows: tuple[str, bytes | None], topic: str = "outreach.cases") -> None:
    with transaction(desk.system.engine) as cursor:
        add_messages(cursor, [Message(topic, key, body) for key, body in rows])


def waiting(desk: Desk) -> int:
    with transaction(desk.system.engine) as cursor:
        return depth(cursor)


def test_all_that_waits_goes_out_in_order(desk: Desk) -> None:
    topic = Topic()
    put(desk, ("7", b"one"), ("8", b"one"), ("7", b"two"), ("7", None))
    put(desk, ("8", b"two"), ("7", b"three"))
    assert relay_once(desk.system.engine, topic) == 6
    assert topic.by_key() == {b"7": [b"one", b"two", None, b"three"], b"8": [b"one", b"two"]}
    assert waiting(desk) == 0
    assert relay_once(desk.system.engine, topic) == 0
    assert len(topic.messages) == 6


def test_one_key_on_two_topics_is_two_keys(desk: Desk) -> None:
    topic = Topic()
    put(desk, ("7", b"case"))
    put(desk, ("7", b"feedback"), topic="feedback.welbions")
    relay_once(desk.system.engine, topic)
    assert topic.messages == [("outreach.cases", b"7", b"case"), ("feedback.welbions", b"7", b"feedback")]


def test_no_more_keys_at_once_than_allowed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "KEYS_AT_ONCE", 2)
    topic, done = Topic(), list[int]()
    put(desk, *[(str(n % 5), f"{n}".encode()) for n in range(15)])
    while not done or done[-1]:
        before = len(topic.messages)
        done.append(relay_once(desk.system.engine, topic))
        assert len({key for _, key, _ in topic.messages[before:]}) <= 2
    assert topic.by_key() == {f"{k}".encode(): [f"{n}".encode() for n in range(k, 15, 5)] for k in range(5)}


def test_a_key_with_many_messages_goes_out_in_order_and_holds_up_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "KEYS_AT_ONCE", 2)
    topic = Topic()
    put(desk, *[("7", f"{n}".encode()) for n in range(30)], ("8", b"one"))
    while relay_once(desk.system.engine, topic):
        pass
    assert topic.by_key() == {b"7": [f"{n}".encode() for n in range(30)], b"8": [b"one"]}


def test_what_could_not_be_published_waits_and_goes_out_whole_later(desk: Desk) -> None:
    put(desk, ("7", b"one"), ("7", b"two"))

    def away(messages: Iterable[Published]) -> int:
        next(iter(messages))
        raise BrokerAwayError

    with pytest.raises(NotPublishedError, match=r"outreach\.cases did not take its messages \(BrokerAwayError\)"):
        relay_once(desk.system.engine, away)
    assert waiting(desk) == 2
    topic = Topic()
    assert relay_once(desk.system.engine, topic) == 2
    assert topic.by_key() == {b"7": [b"one", b"two"]}


def test_what_another_relay_holds_is_left_to_it(desk: Desk) -> None:
    put(desk, ("7", b"one"), ("8", b"one"))
    holding, go = threading.Event(), threading.Event()
    slow, quick = Topic(), Topic()

    def held(messages: Iterable[Published]) -> int:
        done = slow(messages)
        holding.set()
        assert go.wait(PATIENCE)
        return done

    first = threading.Thread(target=relay_once, args=(desk.system.engine, held))
    first.start()
    assert holding.wait(PATIENCE)
    put(desk, ("7", b"two"), ("9", b"one"))
    # The second relay may not overtake the first on key 7, though "two" is held by nobody.
    assert relay_once(desk.system.engine, quick) == 1
    assert quick.by_key() == {b"9": [b"one"]}
    go.set()
    first.join(PATIENCE)
    assert slow.by_key() == {b"7": [b"one"], b"8": [b"one"]}
    assert relay_once(desk.system.engine, quick) == 1
    assert quick.by_key() == {b"9": [b"one"], b"7": [b"two"]}


def test_two_relays_and_a_busy_writer_keep_every_key_in_order_and_publish_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "KEYS_AT_ONCE", 3)
    topic, written = Topic(), threading.Event()
    rounds, keys = 25, 6

    def slow(messages: Iterable[Published]) -> int:
        batch = list(messages)
        for one in batch:  # each acknowledged by itself, so that another relay could come between
            topic([one])
            threading.Event().wait(0.001)
        return len(batch)

    def publish_all() -> None:
        while relay_once(desk.system.engine, slow) or not written.is_set():
            pass

    relays = [threading.Thread(target=publish_all) for _ in range(2)]
    for one in relays:
        one.start()
    for n in range(rounds):
        put(desk, *[(str(key), f"{n}".encode()) for key in range(keys)])
    written.set()
    for one in relays:
        one.join(PATIENCE)
    relay_once(desk.system.engine, topic)  # what the last put left to nobody
    assert topic.by_key() == {f"{key}".encode(): [f"{n}".encode() for n in range(rounds)] for key in range(keys)}
    assert waiting(desk) == 0


def test_a_relay_whose_connection_is_lost_publishes_again_in_order(desk: Desk) -> None:
    put(desk, ("7", b"one"), ("7", b"two"))
    topic = Topic()

    def then_the_database_goes(messages: Iterable[Published]) -> int:
        done = topic(messages)
        desk.system.rows(
            """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'idle in transaction'"""
        )
        return done

    with pytest.raises((psycopg.OperationalError, OperationalError)):  # as the driver or the engine says it
        relay_once(desk.system.engine, then_the_database_goes)
    relay_once(desk.system.engine, topic)
    assert topic.by_key() == {b"7": [b"one", b"two", b"one", b"two"]}  # at least once: the last word is the last
    assert waiting(desk) == 0


def test_the_loop_goes_on_after_a_failure_and_stops_when_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    put(desk, ("7", b"one"))
    topic, rests, failures = Topic(), list[int](), [BrokerAwayError(), BrokerAwayError()]

    def shaky(messages: Iterable[Published]) -> int:
        if failures:
            raise failures.pop()
        return topic(messages)

    def no_rest(failures: int) -> float:
        rests.append(failures)
        return 0.0

    monkeypatch.setattr(relay_module, "growing_pause", no_rest)
    relay(desk.system.engine, shaky, should_stop=lambda: bool(topic.by_key()), idle_seconds=0.0)
    assert topic.by_key() == {b"7": [b"one"]}
    assert rests == [1, 2]


@pytest.mark.parametrize(("failures", "longest"), [(1, 1.0), (2, 2.0), (3, 4.0), (9, 15.0), (5_000, 15.0)])
def test_pauses_grow_up_to_a_bound(failures: int, longest: float) -> None:
    assert longest / 2 <= relay_module.growing_pause(failures) <= longest


def test_a_topic_that_fails_holds_up_no_other(desk: Desk) -> None:
    put(desk, ("7", b"one"))
    with transaction(desk.system.engine) as cursor:
        add_messages(cursor, [Message("feedback.nobody", "1", b"lost"), Message("outreach.cases", "8", b"two")])
    topic, tried = Topic(), list[str]()

    def publish(messages: Iterable[Published]) -> int:
        told = list(messages)
        tried.append(told[0][0])
        if told[0][0] == "feedback.nobody":
            raise BrokerAwayError
        return topic(told)

    relay(desk.system.engine, publish, should_stop=lambda: len(tried) >= 2, idle_seconds=0.0)
    assert topic.by_key() == {b"7": [b"one"], b"8": [b"two"]}
    assert waiting(desk) == 1


def test_the_loop_does_not_hide_a_fault_of_ours(desk: Desk) -> None:
    rounds = iter(range(3))
    desk.system.rows("ALTER TABLE outbox RENAME TO outbox_elsewhere")
    try:
        with pytest.raises(psycopg.errors.UndefinedTable):
            relay(desk.system.engine, Topic(), should_stop=lambda: next(rounds, None) is None)
    finally:
        desk.system.rows("ALTER TABLE outbox_elsewhere RENAME TO outbox")


def test_pauses_are_short_after_a_message_and_grow_while_nothing_comes() -> None:
    idle = relay_module._Idle(0.1)
    assert [idle.after(0) for _ in range(3)] == [0.1, 0.1, 0.1]
    assert idle.after(3) == 0.0  # there may be more already
    assert [idle.after(0) for _ in range(6)] == [0.01, 0.02, 0.04, 0.08, 0.1, 0.1]


class NewBroker:
    """Says whether `outreach.cases` is empty; away as often as told."""

    def __init__(self, topic: Topic, *, away: int = 0) -> None:
        self.topic = topic
        self.away = away
        self.asked = 0

    def is_empty(self, topic: str) -> bool:
        assert topic == "outreach.cases"
        self.asked += 1
        if self.asked <= self.away:
            raise UnreachableError
        return not self.topic.messages


def all_out(desk: Desk) -> None:
    while relay_once(desk.system.engine, Topic()):
        pass


def test_a_broker_that_never_heard_of_a_case_is_told_of_all(desk: Desk) -> None:
    put(desk, ("7", b"one"), ("8", b"one"), ("7", b"two"), ("9", b"one"), ("9", None))
    put(desk, ("1", b"answer"), topic="feedback.welbions")
    all_out(desk)
    put(desk, ("8", b"two"))
    topic = Topic()
    broker = NewBroker(topic)
    rounds = iter(range(5))
    relay(
        desk.system.engine,
        topic,
        should_stop=lambda: next(rounds, None) is None,
        idle_seconds=0.0,
        is_empty=broker.is_empty,
    )
    assert topic.by_key() == {b"7": [b"two"], b"8": [b"two"]}
    assert broker.asked == 2  # once more while no other relay publishes
    assert waiting(desk) == 0


def test_a_broker_that_is_away_is_asked_later_and_holds_up_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    put(desk, ("7", b"one"))
    all_out(desk)
    put(desk, ("1", b"answer"), topic="feedback.welbions")
    monkeypatch.setattr(relay_module, "growing_pause", lambda _: 0.0)
    topic, answers = Topic(), Topic()
    broker = NewBroker(topic, away=2)

    def publish(messages: Iterable[Published]) -> int:
        told = list(messages)
        return (topic if told[0][0] == "outreach.cases" else answers)(told)

    relay(
        desk.system.engine,
        publish,
        should_stop=lambda: bool(topic.messages),
        idle_seconds=0.0,
        is_empty=broker.is_empty,
    )
    assert topic.by_key() == {b"7": [b"one"]}
    assert answers.by_key() == {b"1": [b"answer"]}
    assert broker.asked == 4


def test_after_a_failure_the_broker_may_be_another_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "growing_pause", lambda _: 0.0)
    topic = Topic()
    put(desk, ("7", b"one"))
    broker = NewBroker(topic)
    failures = [BrokerAwayError()]

    def emptied_meanwhile(messages: Iterable[Published]) -> int:
        told = list(messages)
        if topic.messages and failures:
            topic.messages.clear()
            raise failures.pop()
        if not topic.messages and failures:
            put(desk, ("8", b"one"))  # for the next round, in which the broker is gone
        return topic(told)

    relay(
        desk.system.engine,
        emptied_meanwhile,
        should_stop=lambda: len(topic.messages) == 2,
        idle_seconds=0.0,
        is_empty=broker.is_empty,
    )
    assert topic.by_key() == {b"7": [b"one"], b"8": [b"one"]}
    assert broker.asked == 4


def await_held_or_done(desk: Desk, other: threading.Thread) -> None:
    """Until the other relay has ended, or waits until this one has published."""
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    deadline = time.monotonic() + PATIENCE
    while other.is_alive() and desk.system.rows(waits) == [(0,)]:
        assert time.monotonic() < deadline
        other.join(0.01)


def test_two_relays_at_an_empty_broker_tell_it_once_and_no_older_message_last(desk: Desk) -> None:
    put(desk, ("7", b"older"), ("7", b"newest"), ("8", b"older"), ("8", b"newest"))
    all_out(desk)
    topic = Topic()
    seen_empty = iter([True])  # by the second relay, just before the first one publishes

    def second() -> None:
        rounds = iter(range(3))
        relay(
            desk.system.engine,
            topic,
            should_stop=lambda: next(rounds, None) is None,
            idle_seconds=0.0,
            is_empty=lambda _: next(seen_empty, not topic.messages),
        )

    other = threading.Thread(target=second)

    def publish_while_the_other_greets(messages: Iterable[Published]) -> int:
        other.start()
        await_held_or_done(desk, other)
        return topic(messages)

    rounds = iter(range(2))
    relay(
        desk.system.engine,
        publish_while_the_other_greets,
        should_stop=lambda: next(rounds, None) is None,
        idle_seconds=0.0,
        is_empty=lambda _: True,
    )
    other.join(PATIENCE)
    assert next(seen_empty, None) is None
    assert topic.by_key() == {b"7": [b"newest"], b"8": [b"newest"]}
    assert waiting(desk) == 0


def test_only_what_was_published_goes_out_again_and_only_the_newest_of_all(desk: Desk) -> None:
    put(desk, ("7", b"one"), ("7", b"two"), ("8", b"one"))
    all_out(desk)
    put(desk, ("8", b"two"))
    with transaction(desk.system.engine) as cursor:
        hold_relays(cursor)
        assert publish_again(cursor, "outreach.cases") == 1
    topic = Topic()
    assert relay_once(desk.system.engine, topic) == 2
    assert topic.by_key() == {b"7": [b"two"], b"8": [b"two"]}
