"""With which event does a newcomer begin? Two ready files of one made-up household, in the folder of `signals up`.

The first makes a letter, the second turns it into a home visit. They stand before the walk, as a partner's own file
would: `signals publish` takes them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from signals.contract.codes import REPORTED_TYPE
from signals.simulation.partners import PARTNERS

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from signals.contract.partners import Partner

HOUSEHOLD: Final = "7619ZZ 12"  # no simulated household of Almelo lives in this postcode
AMOUNTS: Final = {"housing": "1837.50", "health": "465.00"}
_ARREARS: Final[dict[str, dict[str, Any]]] = {
    "housing": {"reference": "HC-1", "kind": "rent", "crisis": "eviction"},
    "health": {"reference": "ZK-1", "kind": "health-premium", "crisis": None},
}


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A file for `signals publish`, and whose it is."""

    path: Path
    partner: str


def write_first_events(folder: Path, municipality: str, now: datetime) -> list[ReadyFile]:
    """The two files; one that is there already stays as it is, so that it can be published again as a duplicate."""
    return [
        _written(folder / f"{name}-event.jsonl", f"example-{number}", _sender(sector), municipality, now)
        for number, (name, sector) in enumerate((("first", "housing"), ("second", "health")), 1)
    ]


def _written(path: Path, event_id: str, sender: Partner, municipality: str, now: datetime) -> ReadyFile:
    if not path.exists():
        event = _event(event_id, sender, municipality, now)
        path.write_text(json.dumps(event, ensure_ascii=False) + "\n", encoding="utf-8")
    return ReadyFile(path, sender.id)


def _sender(sector: str) -> Partner:
    return next(partner for partner in PARTNERS if partner.sector == sector)


def _event(event_id: str, sender: Partner, municipality: str, now: datetime) -> dict[str, Any]:
    """A report of an arrears of 45 days, which every sector may signal."""
    arisen = (now - timedelta(days=45)).date().isoformat()
    postcode, number = HOUSEHOLD.split()
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": min(sender.sources),
        "type": REPORTED_TYPE,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {
            "municipality": municipality,
            "signalledOn": now.date().isoformat(),
            "arrears": {**_ARREARS[sender.sector], "amount": AMOUNTS[sender.sector], "arisenOn": arisen},
            "person": {"initials": "V.", "surname": "Voorbeeld"},
            "address": {"postcode": postcode, "houseNumber": int(number)},
        },
    }
