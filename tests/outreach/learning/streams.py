"""A simulated town's events, sent to a real database in one stream after another, and a model that scores there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.learning import activation, registry
from signals.outreach.learning.activation import Act
from signals.outreach.policy import parse_policy
from signals.policies import shipped
from signals.simulation.files import wire_line
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import Knobs, simulate
from signals.store.database import transaction
from tests.laws.system import System, records_of

from .models import registered, reviewed

if TYPE_CHECKING:
    from collections.abc import Iterable

    Wire = dict[str, Any]

BY_MODEL: Final = shipped()["almelo.toml"].replace('\nby = "framework"', '\nby = "model"')
STEADY: Final = Knobs(bad=0, duplicates=0, steady=True)


class Stream:
    """Sends events to a database that was emptied for it."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._lines: list[str] = []
        system.begin([BY_MODEL], PARTNERS)

    def send(self, events: Iterable[Wire]) -> None:
        """Take these events in; all of them are good ones."""
        before = len(self._lines)
        self._lines += [wire_line(event).decode() for event in events]
        self.system.store(records_of(self._lines)[before:])
        assert self.system.rows("SELECT count(*) FROM quarantine") == [(0,)]


def activate(system: System, **cells: Any) -> int:  # noqa: ANN401
    """Let a model score Almelo from the next batch on; its number. `cells` are of its row in the registry."""
    with transaction(system.engine) as cursor:
        number = reviewed(cursor, registered(cursor, **cells))
        found = registry.model(cursor, number)
        assert found is not None
        activation.activate(cursor, found, parse_policy(BY_MODEL, "almelo"), Act("cli:anna"))
    return number


def town(inhabitants: int, start: str, months: int, seed: int) -> list[Wire]:
    """What the partners of a town send; nobody is silent, nothing is spoilt."""
    return [wire for wire, _ in simulate("0141", inhabitants, start, months, seed, knobs=STEADY)]


def sent(event: Wire) -> str:
    """When it was sent."""
    moment: str = event["value"]["time"]
    return moment


def between(events: Iterable[Wire], start: str, end: str) -> list[Wire]:
    """Those sent from one day or month on, until another begins."""
    return [event for event in events if start <= sent(event) < end]


def of(partner: str, event: Wire) -> bool:
    """Whether this partner sent it."""
    topic: str = event["topic"]
    return topic.endswith(f".{partner}")


def day_before(day: str) -> date:
    """The day before this one."""
    return date.fromisoformat(day) - timedelta(days=1)
