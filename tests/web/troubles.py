"""Partners in trouble, for tests: bad records in quarantine, a topic that is paused, and a record of nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record
from signals.store import pauses
from signals.store.database import transaction
from tests.laws.system import LOG

if TYPE_CHECKING:
    from sqlalchemy import Engine

PARTNER: Final = "welbions"
PAUSED: Final = "vitens"
RENT: Final = f"arrears.housing.{PARTNER}"
STRANGER: Final = "arrears.water.nobody"


def bring_trouble(engine: Engine, more: int = 0) -> None:
    """Three bad records of one partner, one of which can be mended; `more` that cannot."""
    values = [(RENT, _of_another_source()), (RENT, b"{"), (RENT, b"["), (STRANGER, b"{"), *[(RENT, b"{")] * more]
    with transaction(engine) as cursor:
        cursor.execute("SELECT coalesce(max(next_offset), 10000) FROM progress")  # beyond what was taken in
        (offset,) = cursor.fetchone() or (0,)
        pauses.pause(cursor, f"arrears.water.{PAUSED}", "200 records in a row went to quarantine")
    BatchIntake(engine, LOG).store(
        [Record(topic, 0, offset + n, value, 0) for n, (topic, value) in enumerate(values, start=1)]
    )


def _of_another_source() -> bytes:
    event = {
        "specversion": "1.0",
        "id": "made-up-1",
        "source": "urn:nld:oin:new",
        "type": "nl.vroegsignalering.arrears.reported.v1",
        "time": "2026-10-20T08:15:00Z",
        "data": {
            "municipality": "0141",
            "signalledOn": "2026-10-20",
            "arrears": {"reference": "made-up", "kind": "rent", "amount": "612.50"},
            "person": {"surname": "Voorbeeld"},
            "address": {"postcode": "7607GC", "houseNumber": 12},
        },
    }
    return json.dumps(event).encode()
