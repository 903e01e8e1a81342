"""What did the partners of one municipality tell, household by household, and when was it told?

Read as it is stored, without names and without what people did: whom somebody reached, picked up, dismissed or closed
says nothing here, so that a model does not learn who was worked with (docs/scoring.md). Addresses and dates of birth
stay in the database; what groups they make is read apart, for whoever checks that a model treats all alike.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from signals.contract.moments import AMSTERDAM, amsterdam_day
from signals.outreach.arrears import ChangeFact, Fact, Place, ReportFact, WithdrawalFact
from signals.store.ledger import arrears_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from signals.store.database import Cursor

_AT_ONCE: Final = 1000  # households
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NEARLY_ALL: Final = 0.999  # of the events: a partner whose clock runs a year ahead does not make the history longer
_BY_TIME: Final = attrgetter("place.time_us")
_BY_PLACE: Final = attrgetter("place")
_BANDS: Final = ((27, "18-26"), (40, "27-39"), (55, "40-54"), (67, "55-66"))  # below this age, the band
_OLDEST: Final = "67+"


class ToldArrears(msgspec.Struct, frozen=True, gc=False):
    """All that a partner told of one arrears, at whatever address, in the order in which it was told."""

    id: int
    partner: str
    ddas_type: str | None
    sector: str
    facts: tuple[Fact, ...]

    def until(self, time_us: int) -> tuple[Fact, ...]:
        """What was told of it by then."""
        return self.facts[: bisect_right(self.facts, time_us, key=_BY_TIME)]

    def between(self, after_us: int, until_us: int) -> tuple[Fact, ...]:
        """What was told after one moment, and by another."""
        return self.facts[bisect_right(self.facts, after_us, key=_BY_TIME) : len(self.until(until_us))]


class HouseholdHistory(msgspec.Struct, frozen=True, gc=False):
    """All that was told of one household.

    Attributes:
        id: its number.
        municipality: its municipality's code.
        arrears: those of which a report was ever about this household.
        wishes: the reports, by event, with which the partner said that the resident asked for help.
        place: its place among the households of the municipality, in an order that does not depend on how their events
            came in; tells households apart, and nothing else. None: its number does.
    """

    id: int
    municipality: str
    arrears: tuple[ToldArrears, ...]
    wishes: frozenset[int] = frozenset()
    place: int | None = None


class Background(msgspec.Struct, frozen=True, gc=False):
    """What no model is told of a household: the digits of its postcode, and by report when the person was born."""

    neighbourhood: str
    born: Mapping[int, int]


def in_one_view(cursor: Cursor) -> None:
    """Let all that follows in this transaction read the tables as they are now; it must be the first statement."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


@lru_cache(4096)
def end_of(day: date) -> int:
    """The last microsecond of a day in Amsterdam, as the time of an event."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM)
    return (midnight - _EPOCH) // _MICROSECOND - 1


def municipalities_with_history(cursor: Cursor) -> list[str]:
    """The municipalities of which there is any."""
    cursor.execute("SELECT DISTINCT municipality FROM households ORDER BY municipality")
    return [municipality for (municipality,) in cursor]


def known_through(cursor: Cursor, municipality: str, until: date) -> date | None:
    """The last day of the history, `until` at the latest; None when there is none."""
    cursor.execute(
        """SELECT percentile_disc(%s) WITHIN GROUP (ORDER BY time_us) FROM events
        JOIN arrears ON arrears.id = arrears_id WHERE municipality = %s AND time_us <= %s""",
        (_NEARLY_ALL, municipality, end_of(until)),
    )
    (last,) = cursor.fetchone() or (None,)
    return None if last is None else amsterdam_day(last)


def history_of(
    cursor: Cursor, municipality: str, through: date, *, read: Callable[[int, int], None] = lambda *_: None
) -> Iterator[HouseholdHistory]:
    """Every household with what was told of it by the end of `through`, in the order of their addresses.

    `read` is told how many households were read, and how many there are.
    """
    cursor.execute(
        """SELECT households.id FROM households JOIN addresses ON addresses.id = address_id
        WHERE households.municipality = %s ORDER BY postcode, number, suffix""",
        (municipality,),
    )
    numbers = [number for (number,) in cursor]
    places = {number: place for place, number in enumerate(numbers)}
    for start in range(0, len(numbers), _AT_ONCE):
        for history in _some(cursor, municipality, numbers[start : start + _AT_ONCE], end_of(through)):
            yield msgspec.structs.replace(history, place=places[history.id])
        read(min(start + _AT_ONCE, len(numbers)), len(numbers))


def histories_of(
    cursor: Cursor, municipality: str, households: Sequence[int], through: date
) -> Iterator[HouseholdHistory]:
    """The same of these households alone."""
    for start in range(0, len(households), _AT_ONCE):
        yield from _some(cursor, municipality, households[start : start + _AT_ONCE], end_of(through))


def one_household(cursor: Cursor, household: int, through: date) -> HouseholdHistory | None:
    """One household with what was told of it by the end of `through`; None when that is nothing."""
    cursor.execute("SELECT municipality FROM households WHERE id = %s", (household,))
    found = cursor.fetchone()
    return next(_some(cursor, found[0], [household], end_of(through)), None) if found else None


def _some(cursor: Cursor, municipality: str, households: Sequence[int], until_us: int) -> Iterator[HouseholdHistory]:
    cursor.execute(
        "SELECT DISTINCT household_id, arrears_id FROM reports WHERE household_id = ANY(%s) ORDER BY 1, 2",
        (list(households),),
    )
    at: dict[int, list[int]] = {}
    for household, arrears in cursor:
        at.setdefault(household, []).append(arrears)
    told, wishes = _told(cursor, {arrears for own in at.values() for arrears in own}, until_us)
    for household, own in at.items():
        known = tuple(told[arrears] for arrears in own if arrears in told)
        if known:
            reports = {fact.id for arrears in known for fact in arrears.facts}
            yield HouseholdHistory(household, municipality, known, frozenset(reports & wishes))


def _told(cursor: Cursor, arrears: Collection[int], until_us: int) -> tuple[dict[int, ToldArrears], set[int]]:
    """These arrears with what was told of them by then, and which reports came with a wish."""
    cursor.execute(
        """SELECT events.arrears_id, events.id, type, signalled_on, time_us, events.event_id, source, amount, crisis,
            crisis_given, reason, household_id, arisen_on, objected, legal_person, verdict, warm_transfer
        FROM events LEFT JOIN reports ON reports.event_id = events.id
        WHERE events.arrears_id = ANY(%s) AND time_us <= %s""",
        (list(arrears), until_us),
    )
    facts: dict[int, list[Fact]] = {}
    wishes: set[int] = set()
    for number, *row, warm in cursor:
        fact = _fact(row)
        facts.setdefault(number, []).append(fact)
        if warm:
            wishes.add(fact.id)
    return {
        row.id: ToldArrears(row.id, row.partner_id, row.ddas_type, row.sector, in_order_told(facts[row.id]))
        for row in arrears_rows(cursor, facts)
    }, wishes


def in_order_told(facts: Collection[Fact]) -> tuple[Fact, ...]:
    """By the time of the events; of one moment in the order of their arrears."""
    return tuple(sorted(sorted(facts, key=_BY_PLACE), key=_BY_TIME))


def _fact(row: Sequence[Any]) -> Fact:
    number, kind, signalled_on, time_us, event_id, source, amount, crisis, given, reason, *report = row
    place = Place(signalled_on, time_us, event_id, source)
    if kind == "withdrawn":
        return WithdrawalFact(number, place, reason)
    if kind == "changed":
        return ChangeFact(number, place, amount, crisis, given)
    household, arisen_on, objected, legal_person, verdict = report
    return ReportFact(number, place, household, amount, crisis, arisen_on, objected, legal_person, verdict)


def backgrounds(cursor: Cursor, municipality: str) -> dict[int, Background]:
    """By household the groups that its people belong to; only to hold a model against, never to learn from."""
    cursor.execute(
        """SELECT households.id, left(postcode, 4) FROM households JOIN addresses ON addresses.id = address_id
        WHERE households.municipality = %s""",
        (municipality,),
    )
    where: dict[int, str] = dict(cursor.fetchall())
    cursor.execute(
        """SELECT reports.household_id, event_id, left(date_of_birth, 4)::int FROM reports
        JOIN persons ON persons.id = person_id WHERE municipality = %s AND date_of_birth IS NOT NULL""",
        (municipality,),
    )
    born: dict[int, dict[int, int]] = {}
    for household, report, year in cursor:
        born.setdefault(household, {})[report] = year
    return {household: Background(digits, born.get(household, {})) for household, digits in where.items()}


def age_band(born: int, year: int) -> str:
    """The band of an age in whole years, as the reports on fairness have it."""
    return next((band for below, band in _BANDS if year - born < below), _OLDEST)
