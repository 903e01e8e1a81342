"""What would somebody know who sees behind the arrears? The hidden truth of a household at any moment, and its groups.

No score is told any of it: it is what a score that learned from events alone is held against, and by which groups it is
checked to treat all alike. Households are those of the service: one address as the door cleans it, whoever lives there.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.contract.decode import RejectedError, decode
from signals.contract.events import Reported
from signals.contract.partners import ArrearsTopic, Directory
from signals.simulation.judged import value_of
from signals.simulation.partners import PARTNERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from signals.contract.events import AnyEvent
    from signals.simulation.money import HiddenState
    from signals.simulation.unequal import Groups
    from signals.simulation.wire import Truth, Wire

HouseholdKey = tuple[str, str, int, str]  # municipality, postcode, number, suffix
FEATURES: Final = ("hidden_state", "months_troubled", "open_arrears", "untold", "debt_help")
_DEPTH: Final[dict[HiddenState, int]] = {"recovering": 0, "tight": 1, "slipping": 2, "sinking": 3, "crisis": 4}


def known_to_oracle(truth: Truth) -> tuple[float, ...]:
    """The hidden facts of a truth row as numbers, in the order of `FEATURES`; the state from recovering to crisis."""
    return (float(_DEPTH[truth["hidden_state"]]), *(float(truth[name]) for name in FEATURES[1:]))


class Known(NamedTuple):
    """What the truth said with one event: the hidden facts, and the groups of the person whose arrears it is."""

    facts: tuple[float, ...]
    groups: Groups


class Oracle:
    """Gathers the truth by household while a simulation passes by; a year of 365,000 people takes some megabytes."""

    def __init__(self, municipalities: Collection[str]) -> None:
        self._directory = Directory({partner.id: partner for partner in PARTNERS}, frozenset(municipalities))
        self._topics: dict[str, ArrearsTopic | None] = {}
        self._household_of: dict[tuple[str, str, str], HouseholdKey] = {}  # by (municipality, partner, reference)
        self._times: dict[HouseholdKey, list[int]] = {}
        self._known: dict[HouseholdKey, list[Known]] = {}
        self._alike: dict[tuple[object, ...], Known] = {}  # most rows say what another said

    def noting(self, pairs: Iterable[tuple[Wire, Truth]]) -> Iterator[tuple[Wire, Truth]]:
        """The same pairs; of those that the door refuses nothing is noted."""
        for wire, truth in pairs:
            self._note(wire, truth)
            yield wire, truth

    def at(self, household: HouseholdKey, time_us: int) -> Known | None:
        """What the truth said of a household with its latest event up to a moment; None before the first.

        `time_us` is compared with the time of the events, in microseconds since 1970.
        """
        place = bisect_right(self._times.get(household, ()), time_us)
        return self._known[household][place - 1] if place else None

    def households(self) -> Iterator[HouseholdKey]:
        """All of which something is known, in the order of their first event."""
        yield from self._times

    def _note(self, wire: Wire, truth: Truth) -> None:
        name = wire["topic"]
        topic = self._topics.get(name) or self._topics.setdefault(name, ArrearsTopic.parse(name))
        if topic is None or truth["duplicate"]:
            return
        try:
            event = decode(value_of(wire), topic, self._directory)
        except RejectedError:
            return
        household = self._household(event)
        if household is not None:
            times = self._times.setdefault(household, [])
            place = bisect_right(times, event.time_us)  # what was mended is read later than it was sent
            times.insert(place, event.time_us)
            self._known.setdefault(household, []).insert(place, self._told(truth))

    def _household(self, event: AnyEvent) -> HouseholdKey | None:
        """Where a report says that the household lives; of a change or end, where the last report said it."""
        arrears = (event.municipality, event.partner, event.reference)
        if isinstance(event, Reported):
            where = event.address
            self._household_of[arrears] = (event.municipality, where.postcode, where.number, where.suffix)
        return self._household_of.get(arrears)

    def _told(self, truth: Truth) -> Known:
        known = Known(known_to_oracle(truth), truth["groups"])
        return self._alike.setdefault((known.facts, *known.groups.values()), known)
