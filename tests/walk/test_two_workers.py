"""Two workers share the partitions; one leaves, one is killed, and every event is stored exactly once."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from signals.consumers.publisher import publish, publishing
from signals.embedded.broker import free_port
from tests.walk.installation import Installation, await_that, metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.consumers.publisher import Message
    from signals.embedded.children import Process
    from tests.walk.events import Sender

pytestmark = [pytest.mark.kafka, pytest.mark.database]

PARTITIONS = {"SIGNALS_TOPIC_PARTITIONS": "4"}
LEAVING_SECONDS = 10.0
LEAVERS = 3


class Town:
    """Sends reports of ever new arrears, each at a house of its own per partner: so every house gets one of each."""

    def __init__(self, installation: Installation, *senders: Sender) -> None:
        self.sent = 0
        self.installation = installation
        self._senders = senders

    @contextlib.contextmanager
    def sending(self, houses: int) -> Iterator[None]:
        """Send all through the `with` block, a few at a time."""
        sending = threading.Thread(target=self._send_bit_by_bit, args=(houses // 20,))
        sending.start()
        yield
        sending.join(60.0)
        assert not sending.is_alive()

    def _send_bit_by_bit(self, times: int) -> None:
        with publishing(self.installation.settings) as send:
            for _ in range(times):
                send(self._records(20))

    def send(self, houses: int) -> None:
        """Send for so many more houses."""
        publish(self.installation.settings, self._records(houses))

    def _records(self, houses: int) -> list[Message]:
        first = self.sent // len(self._senders)
        self.sent += houses * len(self._senders)
        return [
            sender.record(sender.report(f"R-{house}", number=house + 1))
            for house in range(first, first + houses)
            for sender in self._senders
        ]


@pytest.fixture
def town(installation: Installation) -> Town:
    installation.environment.update(PARTITIONS)
    landlord, water = installation.sender("housing", topics=False), installation.sender("water")
    return Town(installation, landlord, water)


def stored_by(port: int) -> float:
    return metric(f"http://127.0.0.1:{port}/metrics", "signals_events_stored_total") or 0.0


def stores_beyond(port: int, before: float) -> bool:
    return stored_by(port) > before


def await_both_at_work(town: Town, *ports: int) -> None:
    """Send until each worker has stored something that was sent after both were there."""

    def both_have_stored() -> bool:
        town.send(10)
        return all(stored_by(port) > 0 for port in ports)

    await_that(both_have_stored, lambda: ([stored_by(port) for port in ports], town.installation.logs()))


def check_books(installation: Installation, town: Town) -> None:
    """All that was sent is stored once, and each house has its two arrears in one case."""
    installation.await_agreement()
    assert installation.not_stored() == [], installation.logs()
    summary = installation.summary()
    assert (summary["published"], summary["stored"], summary["duplicates"]) == (town.sent, town.sent, 0)
    assert summary["quarantined"] == {}
    assert summary["signal_status"] == {"not-yet-picked-up": town.sent}
    assert [case["arrears_count"] for case in summary["cases"]] == [2] * (town.sent // 2)
    report = installation.must("reconcile", "--json").document
    assert report["agrees"]
    assert sum(row["taken_in"] for row in report["partitions"] if "walk-" in row["topic"]) == town.sent


def test_workers_leave_under_load_one_after_the_other_and_others_take_over(
    installation: Installation, town: Town
) -> None:
    """What a worker still holds when it leaves is neither stored nor acknowledged by it: the next one stores it."""
    with contextlib.ExitStack() as running:

        def started() -> tuple[Process, int]:
            port = free_port()
            worker = installation.running("worker", SIGNALS_METRICS_PORT=str(port), SIGNALS_BATCH_SIZE="50")
            return running.enter_context(worker), port

        leaving, staying = started(), started()
        await_both_at_work(town, leaving[1], staying[1])
        for _ in range(LEAVERS):
            before = stored_by(leaving[1])
            with town.sending(600):
                await_that(functools.partial(stores_beyond, leaving[1], before), installation.logs)  # in the midst
                leaving[0].send_signal(signal.SIGTERM)
                assert leaving[0].wait(LEAVING_SECONDS) == 0
            leaving, staying = staying, started()
            await_both_at_work(town, leaving[1], staying[1])
        check_books(installation, town)


def test_a_worker_that_is_killed_under_load_costs_nothing(installation: Installation, town: Town) -> None:
    one, two = free_port(), free_port()
    with installation.running("worker", SIGNALS_METRICS_PORT=str(two), SIGNALS_BATCH_SIZE="50"):
        with installation.running("worker", SIGNALS_METRICS_PORT=str(one), SIGNALS_BATCH_SIZE="50") as killed:
            await_both_at_work(town, one, two)
            before = stored_by(one)
            with town.sending(1000):
                await_that(lambda: stores_beyond(one, before), installation.logs)  # in the midst of it
                killed.kill()
                assert killed.wait(LEAVING_SECONDS) == -signal.SIGKILL
        town.send(100)
        check_books(installation, town)
