"""The parts of the service where they meet: figures without a broker, and a relay whose connection breaks."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from signals.commands import services, web
from signals.commands.loglines import InUtc
from signals.consumers.broker import BrokerAwayError
from signals.consumers.flood import FloodLimits
from signals.embedded.broker import free_port
from signals.settings import load_settings
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signals.consumers.relay import Published
    from signals.settings import Settings
    from tests.outreach.desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]

SECONDS: Final = 20.0


@pytest.mark.database
def test_a_broker_that_is_away_costs_the_lag_only(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.take_in(report("a", "2026-11-02", "welbions/R1"))
    found = web.figures(desk.system.engine, load_settings(kafka_bootstrap=f"127.0.0.1:{free_port()}"))
    assert found.cases == {("open", "letter"): 1}
    assert found.partner_last_signal["welbions"] > 0
    assert found.lag is None
    assert "lag is unknown: the broker at 127.0.0.1" in caplog.text


@pytest.mark.database
def test_lag_is_what_the_broker_still_holds_and_nobody_took_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take_in(report("a", "2026-11-02", "welbions/R1"))
    rent, water = ("arrears.housing.welbions", 0), ("arrears.water.vitens", 0)
    monkeypatch.setattr(web, "arrears_topics", lambda _: frozenset({rent[0], water[0]}))
    monkeypatch.setattr(web, "begin_offsets", lambda *_: {rent: 0, water: 7})
    monkeypatch.setattr(web, "end_offsets", lambda *_: {rent: 3, water: 9})
    settings = load_settings(kafka_bootstrap="127.0.0.1:9", kafka_log_id="test-log")
    assert web.figures(desk.system.engine, settings).lag == {rent: 2, water: 2}


def test_a_broker_that_is_silent_is_not_waited_for() -> None:
    silence = threading.Event()
    try:
        with pytest.raises(BrokerAwayError, match="did not answer within 0 s"):
            web.in_time(silence.wait, 0.01)
        assert web.in_time(lambda: "an answer", SECONDS) == "an answer"
    finally:
        silence.set()


def test_what_the_broker_is_asked_in_vain_is_told_as_it_was() -> None:
    def ask() -> None:
        raise ValueError("as it was")

    with pytest.raises(ValueError, match="as it was"):
        web.in_time(ask, SECONDS)


def test_the_flood_limits_are_those_of_the_settings_or_none() -> None:
    assert services.flood_limits(load_settings()) == FloodLimits()
    given = {"flood_share": 0.25, "flood_window": 400, "flood_at_least": 100, "flood_in_a_row": 50}
    assert services.flood_limits(load_settings(**given)) == FloodLimits(0.25, 400, 100, 50)
    assert services.flood_limits(load_settings(flood_limits=False)) is None


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


def test_a_line_of_the_log_begins_with_its_moment_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Amsterdam")
    time.tzset()
    line = logging.LogRecord("signals", logging.INFO, __file__, 1, "it is said", None, None)
    line.created, line.msecs = 1_782_000_000.25, 250.0  # a summer's day
    try:
        assert InUtc("%(asctime)s %(message)s").format(line) == "2026-06-21T00:00:00.250Z it is said"
    finally:
        monkeypatch.undo()
        time.tzset()
