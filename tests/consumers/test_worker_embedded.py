"""A short look at the worker on the embedded broker, as `signals run` and `signals up` use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.consumers.publisher import publish
from signals.consumers.topics import LARGEST_VALUE, apply_topics, wanted_topics
from signals.consumers.worker import DONE
from signals.contract.partners import Partner
from signals.embedded import QUICK_JOIN, running_services
from signals.settings import PREFIX, load_settings
from tests.consumers.workers import started_worker
from tests.embedded.test_services import in_another_process

if TYPE_CHECKING:
    from pathlib import Path


def test_records_on_the_embedded_broker_reach_the_intake(tmp_path: Path) -> None:
    topic = "arrears.health.menzis"
    quick = {name.removeprefix(PREFIX).lower(): value for name, value in QUICK_JOIN.items()}
    with in_another_process(tmp_path / "services") as (_, services):
        assert running_services(tmp_path / "services") == services
        settings = load_settings(kafka_bootstrap=services.kafka_bootstrap, **quick)
        apply_topics(settings, wanted_topics(settings, [Partner("menzis", "health", frozenset())]))
        publish(settings, [(topic, None, None), (topic, b"key", b"x" * LARGEST_VALUE)])
        publish(settings, ((topic, b"%d" % i, b"event") for i in range(1000)))
        with started_worker(settings, tmp_path) as worker:
            worker.await_records(topic, 1002)
            assert worker.leave() == DONE
    assert len({(read.partition, read.offset) for read in worker.got()}) == len(worker.got()) == 1002
