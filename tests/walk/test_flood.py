"""A partner floods its topic with bad records: it is paused, the others go on, and a resume reads the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.consumers.publisher import publish
from signals.embedded.broker import free_port
from tests.walk.events import Sender, write_lines
from tests.walk.installation import Installation, await_that, fetched, metric
from tests.walk.terminal import typed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.kafka, pytest.mark.database]


def flood(installation: Installation, sender: Sender, count: int) -> None:
    publish(installation.settings, [(sender.topic, str(n).encode(), b"{") for n in range(count)])


def paused(installation: Installation) -> set[str]:
    return {one["topic"] for one in installation.must("topics", "paused", "--json").document["paused"]}


def quarantined(installation: Installation) -> int:
    return sum(installation.summary()["quarantined"].values())


def test_a_flood_pauses_its_topic_and_a_resume_reads_on(installation: Installation) -> None:
    flooding, other = installation.sender("housing"), installation.sender("health")
    with installation.running("worker") as worker:
        flood(installation, flooding, 230)
        await_that(lambda: paused(installation) == {flooding.topic}, installation.logs)
        installation.send(other, other.report("ME-1"))
        installation.send(flooding, flooding.report("HC-1", number=14))
        installation.await_stored(1)
        assert quarantined(installation) == 200
        assert installation.signals("reconcile").code == 1  # what waits on the broker is not taken in
        installation.must("topics", "resume", flooding.topic)
        installation.await_stored(2)
        installation.await_agreement()
        assert quarantined(installation) == 230
        assert (paused(installation), worker.poll()) == (set(), None)


def test_a_worker_whose_topics_are_all_paused_ends_with_three(installation: Installation) -> None:
    senders = [installation.sender("housing"), installation.sender("water")]
    topics = {sender.topic for sender in senders}
    for sender in senders:
        flood(installation, sender, 210)
    for _ in range(2):  # once when they are paused, once because they are
        with installation.running("worker") as worker:
            await_that(lambda: worker.poll() is not None, installation.logs)
            assert worker.returncode == 3, installation.logs()
        assert (paused(installation), quarantined(installation)) == (topics, 400)
    port = free_port()
    with installation.running("web", "--port", str(port)):
        figures = f"http://127.0.0.1:{port}/metrics"
        await_that(lambda: fetched(figures)[0] == 200, installation.logs)
        assert [metric(figures, "signals_topic_paused", {"topic": topic}) for topic in sorted(topics)] == [1, 1]
    installation.must("topics", "resume", *topics)
    with installation.running("worker"):
        installation.await_agreement()
    assert quarantined(installation) == 420


def test_signals_run_has_no_limits(tmp_path: Path) -> None:
    sender = Sender("walk-flood", "energy")
    lines = [{"topic": sender.topic, "key": None, "value": "{"}] * 450
    file = write_lines(tmp_path / "flood.jsonl", [*lines, sender.line(sender.report("E-1"))])
    said = typed("run", file, "--json")
    assert said.code == 0
    assert (said.document["stored"], said.document["quarantined"]) == (1, {"not-json": 450})
