"""The worker as a process on the broker: what it reads, acknowledges, survives, and how it leaves."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from faust.types import TP

from signals.consumers.batches import FaustSource
from signals.consumers.broker import end_offsets
from signals.consumers.discovery import arrears_topics
from signals.consumers.publisher import publish
from signals.consumers.topics import LARGEST_VALUE, WantedTopic, apply_topics
from signals.consumers.worker import ALL_PAUSED, DONE, FAILED, PAST_DEADLINE
from signals.embedded.broker import free_port
from signals.embedded.children import await_until
from tests.brokers.server import EmbeddedBroker
from tests.consumers.workers import SECONDS, acknowledged, started_worker

if TYPE_CHECKING:
    from signals.settings import Settings
    from tests.brokers.fixtures import SettingsFor, TopicMaker
    from tests.brokers.server import Broker

pytestmark = pytest.mark.kafka


def publish_to(settings: Settings, topic: str, number: int) -> None:
    publish(settings, ((topic, b"%d" % i, b"event %d" % i) for i in range(number)))


def test_every_record_is_read_once_and_acknowledged(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings = kafka_settings(batch_size=100)
    first, second = topics("health"), topics("housing")
    publish_to(settings, first, 1000)
    publish(settings, [(second, None, None), (second, None, b"x" * LARGEST_VALUE), (second, b"key", b"")])
    with started_worker(settings, tmp_path) as worker:
        worker.await_records(first, 1000)
        worker.await_records(second, 3)
        assert worker.leave() == DONE
    assert sorted((read.partition, read.offset) for read in worker.got_from(first)) == sorted(
        (partition, offset) for (_, partition), end in end_offsets(settings, [first]).items() for offset in range(end)
    )
    assert {read.length for read in worker.got_from(second)} == {None, 0, LARGEST_VALUE}
    ends = {partition: end for (_, partition), end in end_offsets(settings, [first]).items()}
    assert acknowledged(settings, first) == ends


def test_what_was_acknowledged_is_not_read_again(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, topic = kafka_settings(), topics()
    publish_to(settings, topic, 100)
    with started_worker(settings, tmp_path, "first") as worker:
        worker.await_records(topic, 100)
        assert worker.leave() == DONE
    publish_to(settings, topic, 10)
    with started_worker(settings, tmp_path, "second") as worker:
        worker.await_records(topic, 10)
        assert len(worker.got_from(topic)) == 10


def test_order_within_a_partition_is_kept(kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path) -> None:
    settings, topic = kafka_settings(batch_size=7), topics(partitions=1)
    publish_to(settings, topic, 200)
    with started_worker(settings, tmp_path) as worker:
        worker.await_records(topic, 200)
    assert [read.offset for read in worker.got_from(topic)] == list(range(200))


def test_a_new_topic_is_read_while_running(kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path) -> None:
    settings, known = kafka_settings(), topics()
    publish_to(settings, known, 1)
    with started_worker(settings, tmp_path) as worker:
        worker.await_records(known, 1)
        new = [topics("water"), topics("energy")]
        for topic in new:
            publish_to(settings, topic, 20)
            worker.await_records(topic, 20)


def test_a_worker_without_any_topic_waits_for_the_first(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings = kafka_settings()
    with started_worker(settings, tmp_path) as worker:
        topic = topics()
        publish_to(settings, topic, 5)
        worker.await_records(topic, 5)
        assert worker.leave() == DONE


def test_only_arrears_topics_are_read(kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path) -> None:
    settings, good = kafka_settings(), topics()
    others = ["arrears.health.UPPER", "arrears.gas.partner", "arrears.health.a", f"x{good}", "feedback.partner"]
    apply_topics(settings, [WantedTopic(name, 1, {}) for name in others])
    publish(settings, ((name, None, b"not ours") for name in others))
    publish_to(settings, good, 10)
    with started_worker(settings, tmp_path) as worker:
        worker.await_records(good, 10)
        assert worker.leave() == DONE
    assert {read.topic for read in worker.got()} == {good}


def test_two_workers_share_the_partitions(kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path) -> None:
    settings, topic = kafka_settings(), topics(partitions=4)
    with (
        started_worker(settings, tmp_path, "one") as one,
        started_worker(settings, tmp_path, "two") as two,
    ):

        def both_have_read() -> bool:
            publish_to(settings, topic, 40)
            return bool(one.got_from(topic) and two.got_from(topic))

        assert await_until(both_have_read, SECONDS)
        ends = {partition: end for (_, partition), end in end_offsets(settings, [topic]).items()}
        wanted = {(partition, offset) for partition, end in ends.items() for offset in range(end)}

        def all_read() -> bool:
            return {(r.partition, r.offset) for w in (one, two) for r in w.got_from(topic)} == wanted

        assert await_until(all_read, SECONDS)
        assert await_until(lambda: acknowledged(settings, topic) == ends, SECONDS)
        assert (one.leave(), two.leave()) == (DONE, DONE)
    assert acknowledged(settings, topic) == ends


def test_a_database_that_is_away_is_tried_again_and_nothing_is_lost(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, topic = kafka_settings(), topics(partitions=1)
    publish_to(settings, topic, 50)
    with started_worker(settings, tmp_path, away=4) as worker:
        worker.await_records(topic, 50)
        assert worker.said("the fake database is away; again in")
    assert [read.offset for read in worker.got_from(topic)] == list(range(50))


def test_sigterm_while_the_database_is_away_drops_the_batch_unacknowledged(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, topic = kafka_settings(), topics(partitions=1)
    publish_to(settings, topic, 50)
    with started_worker(settings, tmp_path, "first", away=1_000_000) as worker:
        assert await_until(lambda: worker.said("again in"), SECONDS)
        assert worker.leave() == DONE
    assert acknowledged(settings, topic).get(0, -1) <= 0
    with started_worker(settings, tmp_path, "second") as worker:
        worker.await_records(topic, 50)


def test_sigterm_while_the_broker_is_away_ends_in_good_order(
    kafka_settings: SettingsFor, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = EmbeddedBroker(tmp_path_factory.mktemp("own"))
    settings = kafka_settings(kafka_bootstrap=own.bootstrap, topic_partitions=1)
    own.start()
    try:
        apply_topics(settings, [WantedTopic("arrears.water.vitens", 1, {})])
        publish_to(settings, "arrears.water.vitens", 10)
        with started_worker(settings, tmp_path) as worker:
            worker.await_records("arrears.water.vitens", 10)
            own.kill()
            assert worker.leave() == DONE
    finally:
        own.kill()
    assert not worker.said("did not leave in time")


def test_a_worker_that_cannot_leave_is_ended_at_the_deadline(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, topic = kafka_settings(shutdown_seconds=1), topics()
    publish_to(settings, topic, 1)
    with started_worker(settings, tmp_path, "first", fault="hang") as worker:
        assert await_until(lambda: worker.said("hanging"), SECONDS)
        assert worker.leave() == PAST_DEADLINE
    with started_worker(settings, tmp_path, "second") as worker:
        worker.await_records(topic, 1)


def test_an_error_of_the_intake_ends_the_worker_and_quotes_nobody(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, topic = kafka_settings(), topics(partitions=1)
    publish_to(settings, topic, 5)
    with started_worker(settings, tmp_path, fault="broken", person="Jansen") as worker:
        assert worker.process.wait(SECONDS) == FAILED
    assert worker.said("reading failed with ValueError")
    assert not worker.said("Jansen")
    assert acknowledged(settings, topic).get(0, -1) <= 0


def test_a_paused_topic_is_read_on_when_it_is_resumed(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, paused, other = kafka_settings(), topics(partitions=1), topics("water", partitions=1)
    (tmp_path / "paused").write_text(paused)
    publish_to(settings, paused, 20)
    publish_to(settings, other, 5)
    with started_worker(settings, tmp_path, paused=tmp_path / "paused") as worker:
        worker.await_records(other, 5)
        publish_to(settings, other, 5)
        worker.await_records(other, 10)
        assert worker.got_from(paused) == []
        (tmp_path / "paused").write_text("")
        worker.await_records(paused, 20)
        assert worker.leave() == DONE
    assert [read.offset for read in worker.got_from(paused)] == list(range(20))
    assert acknowledged(settings, paused) == {0: 20}


def test_a_worker_whose_topics_are_all_paused_leaves_by_itself(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings = kafka_settings()
    names = [topics("water"), topics("energy")]
    (tmp_path / "paused").write_text(names[0])
    publish_to(settings, names[1], 5)
    with started_worker(settings, tmp_path, paused=tmp_path / "paused") as worker:
        worker.await_records(names[1], 5)
        (tmp_path / "paused").write_text("\n".join(arrears_topics(settings)))
        assert worker.process.wait(SECONDS) == ALL_PAUSED
    assert sum(acknowledged(settings, names[1]).values()) == 5


def test_a_partition_that_waits_its_turn_in_a_backlog_does_not_stand_still(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    """What is fetched of one partition is stored before the next one's turn, which is longer than any may stand."""
    settings = kafka_settings(watch_seconds=1.5, stand_still_seconds=3, batch_size=20)
    topic = topics(partitions=12)
    publish_to(settings, topic, 1200)
    with started_worker(settings, tmp_path, slow=0.006) as worker:
        worker.await_records(topic, 1200)
        assert worker.leave() == DONE
    assert not worker.said("stood still"), worker.log.read_text(encoding="utf-8")
    assert len(worker.got_from(topic)) == 1200


def test_looking_what_is_assigned_before_the_start_does_not_spoil_it(
    kafka_settings: SettingsFor, topics: TopicMaker
) -> None:
    """Faust would make its consumer in the event loop of the thread that asks."""
    settings, topic = kafka_settings(), topics(partitions=1)

    async def joined() -> None:
        source = FaustSource(settings)
        assert await asyncio.to_thread(source.assigned) == []
        await source.start(frozenset({topic}))
        assert await asyncio.to_thread(await_until, lambda: bool(source.assigned()), SECONDS)
        await source.leave()

    asyncio.run(asyncio.wait_for(joined(), SECONDS))


def test_what_was_to_be_committed_before_a_rebalance_is_not_committed_after_it(
    kafka_settings: SettingsFor, topics: TopicMaker
) -> None:
    """Another member may have committed more meanwhile."""
    settings, topic = kafka_settings(), topics(partitions=1)
    publish_to(settings, topic, 10)

    async def rebalanced() -> None:
        source = FaustSource(settings)
        await source.start(frozenset({topic}))
        assert await asyncio.to_thread(await_until, lambda: bool(source.assigned()), SECONDS)
        consumer = source._app.consumer
        await consumer.on_partitions_revoked({TP(topic, 0)})
        source.acknowledge({(topic, 0): 3})
        await consumer.on_partitions_assigned({TP(topic, 0)}, 1)
        await source.leave()

    asyncio.run(asyncio.wait_for(rebalanced(), SECONDS))
    assert acknowledged(settings, topic).get(0, -1) == -1


@pytest.mark.parametrize("fault", ["idle", "hang"])
def test_a_partition_that_stands_still_ends_the_worker(
    fault: str, kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, topic = kafka_settings(watch_seconds=0.2, stand_still_seconds=1), topics(partitions=1)
    publish_to(settings, topic, 5)
    with started_worker(settings, tmp_path, fault=fault) as worker:
        assert worker.process.wait(SECONDS) == FAILED
    assert worker.said("partition 0 stood still for 1 s: the worker ends"), worker.log.read_text(encoding="utf-8")


def test_a_database_that_is_away_fills_no_memory(
    kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    """What waits on the broker here is more than the worker may hold."""
    settings, topic = kafka_settings(), topics(partitions=1)
    publish(settings, ((topic, None, b"x" * 500_000) for _ in range(400)))
    with started_worker(settings, tmp_path, away=1_000_000) as worker:
        assert await_until(lambda: worker.said("again in"), SECONDS)
        publish_to(settings, topic, 1000)  # time to fetch them all, for who would
        assert peak_mib(worker.process.pid) < 150


def peak_mib(pid: int) -> float:
    """The most memory that the process ever held."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def test_liveness_and_readiness_are_shown(kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path) -> None:
    port = free_port()
    settings, topic = kafka_settings(metrics_port=port), topics()
    publish_to(settings, topic, 1)
    with started_worker(settings, tmp_path) as worker:
        worker.await_records(topic, 1)
        for page in ("live", "ready"):
            with urlopen(f"http://127.0.0.1:{port}/health/{page}", timeout=SECONDS) as answer:
                assert answer.status == 200


def test_nothing_listens(kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path) -> None:
    settings, topic = kafka_settings(), topics()
    publish_to(settings, topic, 1)
    with started_worker(settings, tmp_path) as worker:
        worker.await_records(topic, 1)
        assert listening_sockets(worker.process.pid) == set()


def listening_sockets(pid: int) -> set[str]:
    """The local addresses on which the process takes TCP connections."""
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    own = {match[1] for link in links if (match := re.fullmatch(r"socket:\[(\d+)\]", link))}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and words[9] in own:  # 0A: LISTEN
                found.add(words[1])
    return found


def test_a_broker_that_comes_back_is_read_on(
    real_kafka: Broker, kafka_settings: SettingsFor, topics: TopicMaker, tmp_path: Path
) -> None:
    settings, topic = kafka_settings(), topics(partitions=1)
    publish_to(settings, topic, 10)
    with started_worker(settings, tmp_path) as worker:
        worker.await_records(topic, 10)
        real_kafka.kill()
        real_kafka.start()
        publish_to(settings, topic, 10)
        worker.await_records(topic, 20)
        assert worker.leave() == DONE
    assert {read.offset for read in worker.got_from(topic)} == set(range(20))
