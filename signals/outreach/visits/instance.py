"""What is asked of the planning of a visiting day? A start, so much time, and the cases that wait.

Stands before `solve`: a day plan makes an `Instance` of what waits, `signals visits solve` reads one from a file.
Reading tells every fault at once, by the number of the candidate, never by its address.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Final

from signals.errors import FaultsError

MOST_CANDIDATES: Final = 5_000
LISTED_FAULTS: Final = 20
Case = str | int
"""A case's number as its owner writes it."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A place in the plane, in metres, such as national coordinates (RD)."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that could be visited. Cases with the same `address` are one door; None is a door of its own.

    `points` say what the visit is worth: a case of 0 points is never worth a trip.
    """

    case: Case
    at: Point
    points: float
    address: Case | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One part of a day for one or more pairs, who all leave from `start` and come back to it.

    Attributes:
        start: Where each list starts and ends.
        candidates: The cases that wait; each with a number of its own.
        lists: How many pairs go.
        minutes: What each list may take, travel and visits together.
        minutes_per_visit: What one door takes, however many cases wait behind it.
        km_per_hour: Speed on the road.
        detour: How much longer the road is than a straight line.
        maximum: The most doors on one list; None: as many as fit.
        pinned: Cases that a person wants on a list: they go before all others.
        first: Cases in crisis or before a deadline: they go before those that are in neither.
    """

    start: Point
    candidates: tuple[Candidate, ...]
    lists: int = 1
    minutes: float = 240
    minutes_per_visit: float = 20
    km_per_hour: float = 25
    detour: float = 1.3
    maximum: int | None = None
    pinned: frozenset[Case] = frozenset()
    first: frozenset[Case] = frozenset()


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Within what a number must lie; `above` tells that `low` itself is too little."""

    low: float
    high: float
    whole: bool = False
    above: bool = False

    def fault(self, value: object) -> str | None:
        """What is wrong with `value`, in words."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return f"must be a {'whole ' if self.whole else ''}number"
        if isinstance(value, float) and not math.isfinite(value):
            return "must be a number, not infinite and not NaN"
        if value < self.low or value > self.high or (self.above and value == self.low):
            return f"must be {'more than' if self.above else 'at least'} {self.low:g} and at most {self.high:g}"
        return None


_METRES: Final = _Bounds(-1e8, 1e8)
_POINTS: Final = _Bounds(0, 1e6)
_NUMBERS: Final = {
    "lists": _Bounds(1, 50, whole=True),
    "minutes": _Bounds(0, 100_000),
    "minutes_per_visit": _Bounds(0, 100_000),
    "km_per_hour": _Bounds(0, 1_000, above=True),
    "detour": _Bounds(1, 100),
    "maximum": _Bounds(0, MOST_CANDIDATES, whole=True),
}
_FIELDS: Final = tuple(one.name for one in fields(Instance))
_OF_CANDIDATE: Final = ("case", "x", "y", "points", "address")


def instance_from(document: object, where: str) -> Instance:
    """The instance that a JSON document asks for; what may be left out has the defaults of `Instance`.

    Raises:
        FaultsError: something is missing, unknown, of another kind or out of bounds; all of it is named.
    """
    reading = _Reading()
    if not isinstance(document, dict):
        raise FaultsError(where, ["must be one JSON object with start and candidates"])
    found = reading.instance(document)
    if reading.faults:
        more = len(reading.faults) - LISTED_FAULTS
        shown = reading.faults[:LISTED_FAULTS] + ([f"… and {more} more"] if more > 0 else [])
        raise FaultsError(where, shown)
    return found


@dataclass(slots=True)
class _Reading:
    """Reads a document and notes what is wrong with it; what is wrong counts as something harmless."""

    faults: list[str] = field(default_factory=list)

    def instance(self, document: dict[str, object]) -> Instance:
        self._known("", document, _FIELDS)
        candidates = self._candidates(document)
        cases = {one.case for one in candidates}
        chosen = {name: self._cases(name, document.get(name, []), cases) for name in ("pinned", "first")}
        given = {name: value for name, value in document.items() if name in _NUMBERS and value is not None}
        numbers = {name: self._number(name, value, _NUMBERS[name]) for name, value in given.items()}
        return Instance(self._start(document), candidates, **chosen, **numbers)  # type: ignore[arg-type]  # whole by their bounds

    def _known(self, where: str, holder: dict[str, object], names: tuple[str, ...]) -> None:
        for name in holder:
            if name not in names:
                near = get_close_matches(str(name), names, 1)
                meant = f"; is {near[0]} meant?" if near else ""
                self.faults.append(f"{where}unknown field {str(name)[:40]!r}{meant}")

    def _number(self, where: str, value: object, bounds: _Bounds) -> float:
        fault = bounds.fault(value)
        if fault is None:
            return value  # type: ignore[return-value]  # the bounds say that it is a number
        self.faults.append(f"{where} {fault}")
        return bounds.high

    def _point(self, where: str, holder: dict[str, object]) -> Point:
        x, y = (self._number(f"{where}{name}", holder.get(name), _METRES) for name in ("x", "y"))
        return Point(x, y)

    def _start(self, document: dict[str, object]) -> Point:
        start = document.get("start")
        if not isinstance(start, dict):
            self.faults.append("start must be an object with x and y in metres")
            return Point(0, 0)
        self._known("start: ", start, ("x", "y"))
        return self._point("start.", start)

    def _candidates(self, document: dict[str, object]) -> tuple[Candidate, ...]:
        written = document.get("candidates")
        if not isinstance(written, list):
            self.faults.append("candidates must be a list of objects")
            return ()
        if len(written) > MOST_CANDIDATES:
            self.faults.append(f"candidates must be at most {MOST_CANDIDATES}; there are {len(written)}")
            return ()
        found = [self._candidate(f"candidate {number}: ", one) for number, one in enumerate(written, start=1)]
        self._once([None if one is None else one.case for one in found])
        return tuple(one for one in found if one is not None)

    def _candidate(self, where: str, written: object) -> Candidate | None:
        if not isinstance(written, dict):
            self.faults.append(f"{where}must be an object with {', '.join(_OF_CANDIDATE)}")
            return None
        self._known(where, written, _OF_CANDIDATE)
        case = self._label(f"{where}case", written.get("case"))
        at = self._point(where, written)
        points = self._number(f"{where}points", written.get("points"), _POINTS)
        address = None if written.get("address") is None else self._label(f"{where}address", written["address"])
        return Candidate(case, at, points, address)

    def _label(self, where: str, value: object) -> Case:
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "" and _is_writable(value):
            return value
        self.faults.append(f"{where} must be a text or a whole number")
        return ""

    def _once(self, cases: list[Case | None]) -> None:
        seen: dict[str, int] = {}
        for number, case in enumerate(cases, start=1):
            if case is not None and case != "" and seen.setdefault(str(case), number) != number:
                self.faults.append(f"candidate {number}: case is that of candidate {seen[str(case)]} too; name it once")

    def _cases(self, name: str, written: object, known: set[Case]) -> frozenset[Case]:
        if not isinstance(written, list):
            self.faults.append(f"{name} must be a list of cases")
            return frozenset()
        strange = [
            number
            for number, one in enumerate(written, 1)
            if not isinstance(one, str | int) or isinstance(one, bool) or one not in known
        ]
        self.faults += [f"{name}: number {number} is no case of the candidates" for number in strange]
        return frozenset() if strange else frozenset(written)


def _is_writable(value: Case) -> bool:
    """Whether it can be written in an answer: JSON can name half of a character, which UTF-8 cannot hold."""
    return isinstance(value, int) or value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)
