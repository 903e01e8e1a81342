"""The parts of the service where they meet: figures without a broker, and a relay whose connection breaks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from signals.commands import services
from signals.consumers.broker import BrokerAwayError
from signals.embedded.broker import free_port
from signals.settings import load_settings
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signals.consumers.relay import Published
    from signals.settings import Settings
    from tests.outreach.desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]


@pytest.mark.database
def test_a_broker_that_is_away_costs_the_lag_only(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.take_in(report("a", "2026-11-02", "welbions/R1"))
    found = services.figures(desk.system.engine, load_settings(kafka_bootstrap=f"127.0.0.1:{free_port()}"))
    assert found.cases == {("open", "letter"): 1}
    assert found.partner_last_signal["welbions"] > 0
    assert found.lag is None
    assert "lag is unknown: the broker at 127.0.0.1" in caplog.text


@pytest.mark.database
def test_lag_is_what_the_broker_still_holds_and_nobody_took_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take_in(report("a", "2026-11-02", "welbions/R1"))
    rent, water = ("arrears.housing.welbions", 0), ("arrears.water.vitens", 0)
    monkeypatch.setattr(services, "arrears_topics", lambda _: frozenset({rent[0], water[0]}))
    monkeypatch.setattr(services, "begin_offsets", lambda *_: {rent: 0, water: 7})
    monkeypatch.setattr(services, "end_offsets", lambda *_: {rent: 3, water: 9})
    settings = load_settings(kafka_bootstrap="127.0.0.1:9", kafka_log_id="test-log")
    assert services.figures(desk.system.engine, settings).lag == {rent: 2, water: 2}


def test_the_relay_takes_a_new_connection_after_an_error_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    @contextmanager
    def publishing(_: Settings) -> Iterator[Callable[[Iterable[Published]], int]]:
        def publish(messages: Iterable[Published]) -> int:
            topics = [topic for topic, _, _ in messages]
            if "away" in topics:
                raise BrokerAwayError
            return len(topics)

        told.append("open")
        try:
            yield publish
        finally:
            told.append("closed")

    monkeypatch.setattr(services, "publishing", publishing)
    publish = services._Reconnecting(load_settings(kafka_bootstrap="127.0.0.1:9"))
    assert told == []
    assert [publish([("t", None, None)]), publish([("t", None, None)] * 2)] == [1, 2]
    assert told == ["open"]
    with pytest.raises(BrokerAwayError):
        publish([("away", None, None)])
    assert told == ["open", "closed"]
    assert publish([("t", None, None)]) == 1
    assert told == ["open", "closed", "open"]
