"""Liveness and readiness tell the truth, in words and as pages."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from signals.consumers.pulse import BROKER, DATABASE, STORING, Pulse, show_health


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_loop_that_does_not_come_round_does_not_live() -> None:
    clock = Clock()
    pulse = Pulse(60.0, clock)
    clock.now = 59.0
    assert pulse.lives()
    clock.now = 60.0
    assert not pulse.lives()
    assert pulse.troubles() == ["the reading loop hangs; restart the worker"]
    pulse.beat()
    assert pulse.lives()


def test_it_is_ready_while_both_answer_and_it_is_not_leaving() -> None:
    pulse = Pulse(60.0)
    assert pulse.troubles() == []
    pulse.missed(DATABASE)
    pulse.missed(BROKER)
    pulse.missed(STORING)
    assert pulse.troubles() == [
        "the database cannot be used; the worker tries again",
        "the broker cannot be used; the worker tries again",
        "a batch cannot be stored; the worker tries again",
    ]
    pulse.met(STORING)
    pulse.met(DATABASE)
    assert not pulse.is_away(DATABASE)
    assert pulse.is_away(BROKER)
    pulse.met(BROKER)
    pulse.leave()
    assert pulse.troubles() == ["the worker is leaving"]


def test_what_two_threads_note_at_once_is_noted_by_both() -> None:
    """Between the reading and the writing of a copy another thread's word would be lost."""
    pulse = Pulse(60.0)
    noted = pulse._away
    pulse.missed(DATABASE)
    assert pulse._away is noted


def asked(port: int, page: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{page}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


@pytest.fixture
def shown() -> Any:  # noqa: ANN401 - a generator of the pair below
    pulse = Pulse(60.0)
    server = show_health(pulse, 0)
    yield pulse, server.server_address[1]
    server.shutdown()
    server.server_close()


def test_the_pages(shown: tuple[Pulse, int]) -> None:
    pulse, port = shown
    assert asked(port, "/health/live") == (200, '{"lives": true}\n')
    assert asked(port, "/health/ready?now") == (200, '{"ready": true, "problems": []}\n')
    pulse.missed(DATABASE)
    status, body = asked(port, "/health/ready")
    assert (status, json.loads(body)["problems"]) == (503, pulse.troubles())
    status, body = asked(port, "/metrics")
    assert status == 200
    assert "signals_events_received_total" in body
    assert asked(port, "/elsewhere")[0] == 404


def test_a_dead_loop_is_told(shown: tuple[Pulse, int]) -> None:
    pulse, port = shown
    pulse._hung_after = 0.0
    assert asked(port, "/health/live") == (503, '{"lives": false}\n')
