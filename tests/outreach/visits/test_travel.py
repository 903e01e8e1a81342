"""Travel times: straight lines, and a routing server that answers as OSRM documents it, or does not."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from signals.outreach.visits import travel
from signals.outreach.visits.instance import Instance, Point
from signals.outreach.visits.solve import solve
from signals.outreach.visits.travel import UNREACHABLE, RoutingServer, StraightLines, Travel, times_for
from tests.outreach.visits.towns import one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALMELO = [Point(241_000 + 100 * at, 486_000 + 37 * at) for at in range(5)]
LINES = StraightLines(25, 1.3)
PLACE = re.compile(r"-?\d+\.\d{6},-?\d+\.\d{6}")


def seconds(sources: list[str], targets: list[str]) -> dict[str, Any]:
    """An answer of OSRM's table service: a time that differs by direction."""
    east = [float(place.split(",")[0]) for place in [*sources, *targets]]
    rows, columns = east[: len(sources)], east[len(sources) :]
    durations = [[60_000 * abs(a - b) * (1 if a < b else 2) for b in columns] for a in rows]
    return {"code": "Ok", "durations": durations, "sources": [], "destinations": []}


@contextmanager
def osrm(answer: Callable[[list[str], list[str]], Any], status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback whose table service answers so; and the paths that it was asked for."""
    asked: list[str] = []

    class Table(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            path = urlsplit(self.path)
            query = parse_qs(path.query, strict_parsing=True)
            places = path.path.removeprefix("/roads/table/v1/driving/").split(";")
            assert query["annotations"] == ["duration"]
            assert all(PLACE.fullmatch(place) for place in places)
            chosen = [[places[int(at)] for at in query[name][0].split(";")] for name in ("sources", "destinations")]
            assert len(chosen[0]) * len(chosen[1]) <= 100 * 100
            body = answer(*chosen)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Table)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/roads/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_straight_lines_are_longer_by_the_detour() -> None:
    found = StraightLines(25, 1.3).between([Point(0, 0), Point(3000, 4000)])
    assert found.minutes.tolist() == [[0, 15.6], [15.6, 0]]
    assert (found.how, found.fallen_back) == ("straight lines", None)


def test_the_roads_of_a_server() -> None:
    with osrm(seconds) as (url, asked):
        found = RoutingServer(url, LINES).between(ALMELO)
    assert (found.how, found.fallen_back, len(asked)) == ("roads", None, 1)
    assert asked[0].startswith("/roads/table/v1/driving/6.6")  # longitude first
    there, back = found.minutes[0, 4], found.minutes[4, 0]
    assert back == pytest.approx(2 * there)
    assert there == pytest.approx(60_000 * 0.00585 / 60, rel=0.02)  # 400 m east are 0.00585 degrees here
    assert not found.minutes.diagonal().any()


def test_more_places_than_a_server_answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with osrm(seconds) as (url, asked):
        whole = RoutingServer(url, LINES).between(ALMELO)
        monkeypatch.setattr(travel, "BLOCK", 2)
        parts = RoutingServer(url, LINES).between(ALMELO)
    assert len(asked) == 1 + 9
    assert np.allclose(whole.minutes, parts.minutes)


def test_a_place_without_a_road_is_never_visited() -> None:
    start, near, island = ALMELO[:3]

    def table(sources: list[str], targets: list[str]) -> dict[str, Any]:
        found = seconds(sources, targets)
        for row in found["durations"]:
            row[2] = None
        found["durations"][2] = [None] * 3
        return found

    instance = Instance(start, (one("near", near.x, near.y), one("island", island.x, island.y, 99)))
    with osrm(table) as (url, _):
        times = times_for(instance, url)
        assert times.between([start, near, island]).minutes[0, 2] == UNREACHABLE
        plan = solve(instance, times, steps=50)
    assert [made.stops for made in plan.lists] == [("near",)]
    assert plan.how == "roads"


def fallen_back(url: str, places: list[Point] = ALMELO) -> Travel:
    found = RoutingServer(url, LINES).between(places)
    assert found.how == "straight lines"
    assert np.array_equal(found.minutes, LINES.between(places).minutes)
    return found


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (400, {"code": "TooBig"}, "status 400"),
        (200, {"code": "NoTable"}, "another code or another size"),
        (200, {"code": "Ok", "durations": [[0]]}, "another code or another size"),
        (200, {"code": "Ok", "durations": [[-1.0] * 5] * 5}, "a time below 0"),
        (200, {"code": "Ok", "durations": [["far"] * 5] * 5}, "no table of times"),
        (200, b"<html>", "no table of times"),
    ],
)
def test_another_answer_is_passed_over_and_told(status: int, body: object, why: str) -> None:
    with osrm(lambda *_: body, status) as (url, _):
        told = fallen_back(url).fallen_back or ""
    assert why in told
    assert "SIGNALS_ROUTING_URL" in told
    assert "6.6" not in told  # no coordinate


def test_a_server_that_is_away_or_silent_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "did not answer (ConnectError)" in (fallen_back("http://127.0.0.1:1").fallen_back or "")
    monkeypatch.setattr(travel, "SECONDS_PER_ANSWER", 0.05)
    done = threading.Event()

    def late(*_: object) -> bytes:
        done.wait(10)
        return b"{}"

    with osrm(late) as (url, _):
        assert "did not answer (ReadTimeout)" in (fallen_back(url).fallen_back or "")
        done.set()
    monkeypatch.setattr(travel, "SECONDS_IN_ALL", -1.0)
    with osrm(seconds) as (url, asked):
        assert "not within" in (fallen_back(url).fallen_back or "")
    assert asked == []


def test_a_place_that_is_not_in_the_national_grid_is_not_sent() -> None:
    with osrm(seconds) as (url, asked):
        assert "outside the Netherlands" in (fallen_back(url, [Point(0, 0), *ALMELO]).fallen_back or "")
    assert asked == []


def test_without_a_server_nobody_is_asked() -> None:
    assert times_for(Instance(Point(0, 0), ()), None) == LINES


def test_an_answer_that_comes_in_drops_or_without_end_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*chosen: list[str]) -> dict[str, Any]:
        threading.Event().wait(0.2)
        return seconds(*chosen)

    with osrm(seconds) as (url, _), monkeypatch.context() as patched:
        patched.setattr(travel, "LONGEST_ANSWER", 100)
        assert "more than a table" in (fallen_back(url).fallen_back or "")
    monkeypatch.setattr(travel, "SECONDS_IN_ALL", 0.1)  # each piece would come in time, all of them do not
    with osrm(late) as (url, _):
        assert "not within" in (fallen_back(url).fallen_back or "")
