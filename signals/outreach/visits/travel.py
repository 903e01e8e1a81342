"""How long is one underway between places? Straight lines with a detour, or the roads that a routing server knows.

The planning of a visiting day asks for all times between its places at once. A routing server is told coordinates, and
these are addresses of people: it is asked only where `SIGNALS_ROUTING_URL` names one (docs/data-protection.md). When it
is away or answers something else, straight lines take its place, and the answer says so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

import httpx
import msgspec
import numpy as np

from signals.outreach.visits.coordinates import degrees_of, fault_of_metres

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from signals.outreach.visits.instance import Instance, Point

    Matrix = npt.NDArray[np.float64]

BLOCK: Final = 100  # OSRM answers at most 100 × 100 by default (--max-table-size)
SECONDS_PER_ANSWER: Final = 5.0
SECONDS_IN_ALL: Final = 20.0
LONGEST_ANSWER: Final = 10_000_000
"""Bytes; a block of OSRM is some 150,000."""
UNREACHABLE: Final = 1e7
"""Minutes to a place that no road leads to: more than any list may take."""


@dataclass(frozen=True, slots=True)
class Travel:
    """Minutes from each place (row) to each place (column).

    `fallen_back` says in words why these are straight lines although a routing server is set; else None.
    """

    minutes: Matrix
    how: Literal["straight lines", "roads"]
    fallen_back: str | None = None


class TravelTimes(Protocol):
    """Whoever knows travel times."""

    def between(self, places: Sequence[Point]) -> Travel:
        """The times between all of these places; of a place to itself 0."""


@dataclass(frozen=True, slots=True)
class StraightLines:
    """Straight lines, so much longer as roads usually are, at one speed."""

    km_per_hour: float
    detour: float

    def between(self, places: Sequence[Point]) -> Travel:
        """Straight line × detour ÷ speed, in minutes."""
        x = np.array([place.x for place in places], dtype=np.float64)
        y = np.array([place.y for place in places], dtype=np.float64)
        metres = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
        return Travel(metres * self.detour * 60 / (1_000 * self.km_per_hour), "straight lines")


class RoutingError(Exception):
    """The routing server answered something that is no table of times; the text says what, without any place."""


class _Table(msgspec.Struct):
    """What OSRM's table service answers; None is a place that it cannot reach."""

    code: str
    durations: list[list[float | None]] = []


@dataclass(frozen=True, slots=True)
class RoutingServer:
    """OSRM's table service (`GET /table/v1/driving/…?annotations=duration`), with straight lines where it fails.

    Attributes:
        url: Of the server, without the path of the service.
        otherwise: Who is asked when the server does not answer.
    """

    url: str
    otherwise: TravelTimes

    def between(self, places: Sequence[Point]) -> Travel:
        """Seconds on the road, as minutes."""
        try:
            return Travel(self._table(_written(places)), "roads")
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            why = f"did not answer ({type(fault).__name__})"
        except (RoutingError, msgspec.MsgspecError) as fault:
            why = f"gave no table of times ({fault})"
        told = f"the routing server {why}: these times are straight lines; look at SIGNALS_ROUTING_URL"
        return Travel(self.otherwise.between(places).minutes, "straight lines", told)

    def _table(self, places: Sequence[str]) -> Matrix:
        found = np.zeros((len(places), len(places)))
        until = time.monotonic() + SECONDS_IN_ALL
        with httpx.Client(timeout=SECONDS_PER_ANSWER, trust_env=False) as client:
            for row in range(0, len(places), BLOCK):
                for column in range(0, len(places), BLOCK):
                    _in_time(until)
                    sources, targets = places[row : row + BLOCK], places[column : column + BLOCK]
                    block = self._block(client, sources, targets, until)
                    found[row : row + len(sources), column : column + len(targets)] = block
        np.fill_diagonal(found, 0)
        return found

    def _block(self, client: httpx.Client, sources: Sequence[str], targets: Sequence[str], until: float) -> Matrix:
        asked = {
            "annotations": "duration",
            "sources": ";".join(map(str, range(len(sources)))),
            "destinations": ";".join(map(str, range(len(sources), len(sources) + len(targets)))),
        }
        address = f"{self.url.rstrip('/')}/table/v1/driving/{';'.join([*sources, *targets])}"
        with client.stream("GET", address, params=asked) as answer:
            if answer.status_code != httpx.codes.OK:
                raise RoutingError(f"status {answer.status_code}")
            table = msgspec.json.decode(_content(answer, until), type=_Table)
        if table.code != "Ok" or [len(row) for row in table.durations] != [len(targets)] * len(sources):
            raise RoutingError("another code or another size than asked")
        seconds = np.array(table.durations, dtype=np.float64)  # None becomes NaN
        if (seconds < 0).any():
            raise RoutingError("a time below 0")
        return np.where(np.isnan(seconds), UNREACHABLE, np.minimum(seconds / 60, UNREACHABLE))


def _content(answer: httpx.Response, until: float) -> bytes:
    """What it answers, piece by piece: the client's own limit is of each piece, and not of all of them."""
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        _in_time(until)
        if len(content) > LONGEST_ANSWER:
            raise RoutingError("more than a table is")
    return bytes(content)


def _in_time(until: float) -> None:
    if time.monotonic() > until:
        raise RoutingError(f"not within {SECONDS_IN_ALL:.0f} s")


def _written(places: Sequence[Point]) -> list[str]:
    """Each place as longitude,latitude: of national coordinates."""
    if any(fault_of_metres(place.x, place.y) for place in places):
        raise RoutingError("a place lies outside the Netherlands, or not in national coordinates (RD)")
    return [f"{east:.6f},{north:.6f}" for north, east in degrees_of((place.x, place.y) for place in places)]


def times_for(instance: Instance, routing_url: str | None) -> TravelTimes:
    """Who knows the times of this instance: the routing server where one is set, else straight lines."""
    lines = StraightLines(instance.km_per_hour, instance.detour)
    return RoutingServer(routing_url, lines) if routing_url else lines
