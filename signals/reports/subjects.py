"""Whose data are meant, and who sent them? For an auditor who answers a person (AVG article 15).

Whoever asks is known by name with date of birth or address; only those who answer to all of it are given, and who was
decided to be one of them, never their household. One human can stand here several times, as partners wrote the name in
several ways or one of them still had an old address: then the auditor says which of them are meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.search import (
    SearchQuery,
    address_conditions,
    person_conditions,
    person_name,
    search_faults,
)
from signals.outreach.work.pairs import alike, pairs_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from signals.store.database import Cursor

AT_MOST: Final = 20
"""More people than these are not the one who asks: no answer is given then."""
_SUBJECTS: Final = """
SELECT persons.id, household_id, households.municipality, initials, prefix, surname, partner_prefix, partner_surname,
    business_name, date_of_birth, postcode, number, suffix
FROM persons JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
WHERE households.municipality = ANY(%(municipalities)s) AND {0} ORDER BY persons.id LIMIT %(limit)s
"""
_SOURCES: Final = """
SELECT partner_id, sector, count(*), min(signalled_on), max(signalled_on)
FROM persons JOIN reports ON reports.household_id = persons.household_id AND reports.person_id = persons.id
    JOIN arrears ON arrears.id = arrears_id JOIN events ON events.id = reports.event_id
WHERE persons.id = ANY(%s) GROUP BY partner_id, sector ORDER BY min(signalled_on), partner_id
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as partners wrote it, with the address; the date of birth as sent: month and day may be 00."""

    id: int
    household: int
    municipality: str
    name: str
    born: str | None
    postcode: str
    number: int
    suffix: str


@dataclass(frozen=True, slots=True)
class Source:
    """A partner that signalled about a person: in which sector, how often, and the days of the first and the last."""

    partner: str
    sector: str
    signals: int
    first: date
    last: date


def subject_faults(query: SearchQuery) -> list[str]:
    """What keeps a question from being asked: as of a search, and "subject" when it says too little to mean one."""
    placed = bool(query.postcode and query.number)
    if not query.name or (query.born is None and not placed):
        return ["subject"]
    return search_faults(query)


def find_subjects(cursor: Cursor, query: SearchQuery, municipalities: Collection[str]) -> list[Subject]:
    """Who in these municipalities answers to all of `query`, which has no faults; `AT_MOST` + 1 at most.

    And who is the same person by what somebody decided (`outreach.work.pairs`), however partners wrote them.
    """
    (conditions, named), (of_person, person) = address_conditions(query), person_conditions(query)
    asked = " AND ".join([*of_person, *conditions])
    found = _subjects(cursor, asked, {**named, **person}, municipalities)
    if not found or len(found) > AT_MOST:
        return found
    groups = alike(pairs_of(cursor, {one.household for one in found}))
    answering = {one.id for one in found}
    meant = answering.union(*(groups.get(number, ()) for number in answering))
    return found if meant == answering else subjects_of(cursor, meant, municipalities)


def subjects_of(cursor: Cursor, persons: Collection[int], municipalities: Collection[str]) -> list[Subject]:
    """Those of these persons who are of these municipalities, by number; `AT_MOST` + 1 at most."""
    return _subjects(cursor, "persons.id = ANY(%(persons)s)", {"persons": sorted(set(persons))}, municipalities)


def _subjects(cursor: Cursor, asked: str, named: dict[str, object], municipalities: Collection[str]) -> list[Subject]:
    values = {**named, "municipalities": sorted(municipalities), "limit": AT_MOST + 1}
    cursor.execute(_SUBJECTS.format(asked).encode(), values)
    return [_subject(*row) for row in cursor]


def _subject(number: int, household: int, municipality: str, *written: Any) -> Subject:  # noqa: ANN401 - a row
    *names, born, postcode, house, suffix = written
    return Subject(number, household, municipality, person_name(*names), born, postcode, house, suffix)


def sources_of(cursor: Cursor, persons: Collection[int]) -> list[Source]:
    """The partners that signalled about these persons themselves, the first of them first; none of a housemate."""
    cursor.execute(_SOURCES, (sorted(set(persons)),))
    return [Source(*row) for row in cursor]
