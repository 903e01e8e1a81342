"""For what were somebody's data used? The processing log of a data subject, without who used them (domain.md 11).

It holds what people look at and what they do: attempts, releases, referrals, closing. What the rules do with a signal
stands in the events and in the history of the case. A line is of one household and names those of its persons whom it
concerns, so that one of them can be told apart from the others (docs/decisions/0033). Append-only: the database refuses
to change, delete or empty it (`refusals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from signals.store.database import Cursor

PURPOSE: Final = "vroegsignalering"
LEGAL_BASIS: Final = "Wet gemeentelijke schuldhulpverlening"
ACCESS: Final = "verantwoording en inzage"
"""The purpose of an auditor who looks for what data were used, or answers the person whose they are."""
BASES: Final = {PURPOSE: LEGAL_BASIS, ACCESS: "Algemene verordening gegevensbescherming, artikelen 5 en 15"}

# Whom a line names: those of the household who were given, or everybody who is known there.
NAMED: Final = """ARRAY(SELECT persons.id FROM persons WHERE persons.household_id = {household}
    AND ({given}::bigint[] IS NULL OR persons.id = ANY({given}::bigint[])) ORDER BY persons.id)"""
_COLUMNS: Final = "line.id, line.at, line.household_id, line.activity, line.purpose, line.basis, line.persons"
# Lines of before persons were kept are of the household as a whole: of all who were known there by then.
_HOMES: Final = """
WITH homes AS MATERIALIZED (
    SELECT reports.household_id AS id, min(received_at) AS known_from
    FROM persons JOIN reports ON reports.household_id = persons.household_id AND reports.person_id = persons.id
        JOIN events ON events.id = reports.event_id
    WHERE persons.id = ANY(%(persons)s) GROUP BY reports.household_id)
"""
_THEIRS: Final = (
    "line.household_id = homes.id AND "
    "(line.persons && %(persons)s::bigint[] OR (line.persons IS NULL AND line.at >= homes.known_from))"
)
_DAYS: Final = f"""{_HOMES}
SELECT (line.at AT TIME ZONE 'Europe/Amsterdam')::date AS on_day, line.activity, line.purpose, line.basis,
    coalesce(NOT line.persons <@ %(persons)s::bigint[], true) AS shared, count(*)
FROM homes JOIN processing_log AS line ON {_THEIRS}
WHERE %(before)s::date IS NULL OR line.at < %(before)s::timestamp AT TIME ZONE 'Europe/Amsterdam'
GROUP BY 1, 2, 3, 4, 5 ORDER BY on_day DESC, min(line.id) DESC, shared LIMIT %(size)s
"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class Use:
    """For which purpose data are used, and those of whom: of these persons, or (None) of everybody of a household."""

    purpose: str = PURPOSE
    persons: Collection[int] | None = None

    @property
    def basis(self) -> str:
        """The legal basis of its purpose."""
        return BASES.get(self.purpose, LEGAL_BASIS)

    @property
    def numbers(self) -> list[int] | None:
        """The persons by number, each once."""
        return None if self.persons is None else sorted(set(self.persons))


@dataclass(frozen=True, slots=True)
class Processing:
    """One use of data: which activity, for which purpose, on which legal basis.

    `persons` are the numbers of those of the household whom it concerns; None in a line of before they were kept.
    """

    id: int
    at: datetime
    household: int
    activity: str
    purpose: str
    basis: str
    persons: list[int] | None


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """What was done with somebody's data on a day in Amsterdam, and how often; `shared`: with another's too."""

    day: date
    activity: str
    purpose: str
    basis: str
    shared: bool
    times: int


def note_processing(
    cursor: Cursor,
    households: Collection[int],
    activity: str,
    purpose: str = PURPOSE,
    basis: str = LEGAL_BASIS,
    *,
    persons: Collection[int] | None = None,
) -> None:
    """Add a line for each of these households: it names these of its persons, or everybody when None are given."""
    if not households:
        return
    named = NAMED.format(household="household", given="%(persons)s")
    cursor.execute(
        f"""INSERT INTO processing_log (household_id, activity, purpose, basis, persons)
        SELECT household, %(activity)s, %(purpose)s, %(basis)s, {named}
        FROM unnest(%(households)s::bigint[]) AS household ORDER BY household""".encode(),  # noqa: S608 - our own texts
        {
            "activity": activity,
            "purpose": purpose,
            "basis": basis,
            "persons": Use(persons=persons).numbers,
            "households": sorted(set(households)),
        },
    )


def processing_of(cursor: Cursor, household: int, after: int | None = None, size: int = 100) -> list[Processing]:
    """The uses of a household's data, newest first, at most `size`; those older than line `after`."""
    cursor.execute(
        f"""SELECT {_COLUMNS} FROM processing_log AS line
        WHERE household_id = %s AND (%s::bigint IS NULL OR id < %s) ORDER BY id DESC LIMIT %s""".encode(),  # noqa: S608 - our own texts
        (household, after, after, size),
    )
    return [Processing(*row) for row in cursor]


def processing_of_persons(
    cursor: Cursor, persons: Collection[int], after: int | None = None, size: int = 100
) -> list[Processing]:
    """The uses of the data of any of these persons, newest first, at most `size`; those older than line `after`.

    By the index of households: a person is of one household for good, so it needs none of its own.
    """
    cursor.execute(
        f"""{_HOMES} SELECT line.* FROM homes CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM processing_log AS line
            WHERE {_THEIRS} AND (%(after)s::bigint IS NULL OR line.id < %(after)s)
            ORDER BY line.id DESC LIMIT %(size)s) AS line
        ORDER BY line.id DESC LIMIT %(size)s""".encode(),  # noqa: S608 - our own texts
        {"persons": sorted(set(persons)), "after": after, "size": size},
    )
    return [Processing(*row) for row in cursor]


def days_of_use(
    cursor: Cursor, persons: Collection[int], before: date | None = None, size: int = 1000
) -> list[DayOfUse]:
    """What was done with the data of these persons, by day, the last day first, at most `size`; those before a day."""
    cursor.execute(_DAYS.encode(), {"persons": sorted(set(persons)), "before": before, "size": size})
    return [DayOfUse(*row) for row in cursor]
