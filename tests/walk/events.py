"""Events of made-up partners about made-up people."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Event = dict[str, Any]
KINDS = {"housing": "rent", "energy": "energy", "water": "water", "health": "health-premium", "other": "other"}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sender:
    """A partner: what its topic and its events say about it."""

    id: str
    sector: str

    @property
    def source(self) -> str:
        return f"urn:nld:oin:00000009900000000000:systeem:{self.id}"

    @property
    def topic(self) -> str:
        return f"arrears.{self.sector}.{self.id}"

    def report(
        self,
        reference: str,
        on: str = "2026-11-02",
        *,
        amount: str = "300.00",
        postcode: str = "7607GC",
        number: int | str = 12,
        **arrears: object,
    ) -> Event:
        """A report of an arrears of 45 days at an address in Almelo."""
        arisen = date.fromisoformat(on) - timedelta(days=45)
        what = {"kind": KINDS[self.sector], "amount": amount, "arisenOn": arisen.isoformat()}
        return self._event(
            "reported",
            on,
            {
                "arrears": {"reference": reference, **what, **arrears},
                "person": {"initials": "A.M.", "surname": "Voorbeeld"},
                "address": {"postcode": postcode, "houseNumber": number},
            },
        )

    def changed(self, reference: str, on: str, **arrears: object) -> Event:
        return self._event("changed", on, {"arrears": {"reference": reference, **arrears}})

    def withdrawn(self, reference: str, on: str, reason: str) -> Event:
        return self._event("withdrawn", on, {"arrears": {"reference": reference}, "reason": reason})

    def _event(self, kind: str, on: str, content: Event) -> Event:
        return {
            "specversion": "1.0",
            "id": f"{self.id}-{next(_numbers):06}",
            "source": self.source,
            "type": f"nl.vroegsignalering.arrears.{kind}.v1",
            "time": f"{on}T08:15:00Z",
            "datacontenttype": "application/json",
            "data": {"municipality": "0141", "signalledOn": on, **content},
        }

    def record(self, event: Event) -> tuple[str, bytes, bytes]:
        """The event as a record: topic, key and value."""
        return self.topic, event["data"]["arrears"]["reference"].encode(), compact(event)

    def line(self, event: Event) -> Event:
        """The event as a line of a file for `signals run`."""
        return {"topic": self.topic, "key": event["data"]["arrears"]["reference"], "value": event}


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write_lines(path: Path, lines: Iterable[object]) -> Path:
    """A file with a JSON document on each line."""
    path.write_bytes(b"".join(compact(line) + b"\n" for line in lines))
    return path
