"""Monitoring is answered to who asks the process itself, and to nobody who comes through a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from signals.web.inside import FORWARDED, came_through_a_proxy
from tests.web.test_app import Service, served

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSED = ("/metrics", "/health/ready")


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with (
        served(Service(problems=["the database is away"])) as service,
        httpx.Client(base_url=f"http://127.0.0.1:{service.port}") as asking,
    ):
        yield asking


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("header", [*sorted(FORWARDED), "X-Forwarded-For", "VIA"])
def test_monitoring_is_not_there_for_who_comes_through_a_proxy(client: httpx.Client, path: str, header: str) -> None:
    for value in ("203.0.113.7", "127.0.0.1", ""):
        answer = client.get(path, headers={header: value})
        assert answer.status_code == 404
        assert "signals_" not in answer.text
        assert "database" not in answer.text


def test_it_is_there_for_who_asks_directly(client: httpx.Client) -> None:
    assert "signals_outbox_depth" in client.get("/metrics", headers={"user-agent": "Prometheus/3.0"}).text
    assert client.get("/health/ready").json()["problems"] == ["the database is away"]


def test_that_it_lives_is_said_to_everybody(client: httpx.Client) -> None:
    assert client.get("/health/live", headers={"x-forwarded-for": "203.0.113.7"}).json() == {"status": "live"}


def test_other_headers_are_no_proxy() -> None:
    assert not came_through_a_proxy(["host", "accept", "x-request-id", "user-agent"])
    assert came_through_a_proxy(["host", "X-Forwarded-Proto"])
