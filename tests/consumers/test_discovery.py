"""The thread that looks for new topics looks on, whatever befalls it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest

from signals.consumers import discovery
from signals.consumers.broker import BrokerAwayError
from signals.settings import load_settings

if TYPE_CHECKING:
    from signals.settings import Settings

SECONDS: Final = 20.0
TOPIC: Final = "arrears.water.vitens"
PERSON: Final = "Jan" + "sen"  # not as it stands in a line of the code


@pytest.mark.parametrize(("error", "missed"), [(BrokerAwayError("away"), 1), (ValueError(PERSON), 0)])
def test_after_an_error_it_looks_again(
    error: Exception, missed: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    errors, misses, leaving = [error], list[int](), threading.Event()

    def names(_: Settings) -> frozenset[str]:
        if errors:
            raise errors.pop()
        return frozenset({TOPIC, "feedback.vitens"})

    def found(topics: frozenset[str]) -> None:
        assert topics == {TOPIC}
        leaving.set()

    monkeypatch.setattr(discovery, "topic_names", names)
    settings = load_settings(kafka_bootstrap="127.0.0.1:9", discovery_seconds=0.001)
    thread = discovery.watch_topics(settings, found, leaving, missed=lambda: misses.append(1))
    assert leaving.wait(SECONDS)
    thread.join(SECONDS)
    assert not thread.is_alive()
    assert len(misses) == missed
    assert "looking for new topics" in caplog.text
    assert PERSON not in caplog.text
