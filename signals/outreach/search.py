"""Where is the household that someone asks for? By name, address, date of birth, case, or a partner's reference.

Reading only, for the workbench. Names are compared folded (`households.names`), so that spelling does not matter, and
by their beginning; each way has an index, so that an answer takes no longer with a million signals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signals.households.address import house_number_forms
from signals.households.names import clean_business_name, surname_words
from signals.store.name_words import NAME_WORDS
from signals.store.planning import row_by_row
from signals.store.street_words import ASKED, STREET, WRITTEN_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from signals.store.database import Cursor

AT_MOST: Final = 50
"""The most households that an answer holds: who gets more has to ask more precisely."""
ENOUGH: Final = 1000
"""So many people of a name fill an answer, unless they live elsewhere."""
PEOPLE_AT_MOST: Final = 10
"""The most people that it names of each; how many more there are, it says."""
_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}(?:[A-Z]{2})?")
_SHORT: Final = 2  # so short a name is not the beginning of another
_STREET_LETTERS: Final = 3  # fewer are the beginning of too many
_CASE_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_LONGEST: Final = 100
_FOUND: Final = """
SELECT households.id, households.municipality, postcode, number, suffix
FROM households JOIN addresses ON addresses.id = address_id
WHERE households.municipality = ANY(%(municipalities)s) AND {0}
ORDER BY households.municipality, postcode, number, suffix LIMIT %(limit)s
"""
_PERSON: Final = "households.id IN (SELECT household_id FROM persons WHERE {0})"
# A surname that thousands bear: the answer is full long before all of them are looked up and put in order.
_SOME_PERSON: Final = _PERSON.replace("{0}", "{0} LIMIT %(enough)s")
_NAME: Final = f"{NAME_WORDS} @@ %(words)s::tsquery"
_BORN: Final = "date_of_birth = ANY(%(born)s)"
_REFERENCE: Final = """households.id IN (SELECT household_id FROM reports WHERE arrears_id = ANY(ARRAY(
    SELECT id FROM arrears WHERE municipality = ANY(%(municipalities)s)
    AND lower(reference) = lower(%(reference)s::text COLLATE "C"))))"""
_BEGINS: Final = f"""SELECT household_id FROM reports WHERE municipality = ANY(%(municipalities)s)
    AND street IS NOT NULL AND {STREET} >= {{0}} AND {STREET} < {{0}} || '~'"""  # noqa: S608 - our own texts
_STREET: Final = (
    f"households.id IN ({_BEGINS.format(ASKED)} UNION ALL {_BEGINS.format(WRITTEN_OUT)} AND {WRITTEN_OUT} <> {ASKED})"
)
_CASE: Final = "households.id IN (SELECT household_id FROM cases WHERE cases.id = %(case)s AND state <> 'removed')"
_POSTCODES: Final = "postcode >= %(postcode)s AND postcode < %(postcode_end)s"
_NUMBER: Final = "number = %(number)s AND (%(suffix)s = '' OR starts_with(suffix, %(suffix)s))"
# Of a house with many, those who were asked for come first.
_PEOPLE: Final = """
SELECT home, initials, prefix, surname, partner_prefix, partner_surname, business_name, date_of_birth, counted
FROM unnest(%(homes)s::bigint[]) AS home CROSS JOIN LATERAL (
    SELECT *, count(*) OVER () AS counted FROM persons WHERE household_id = home
    ORDER BY ({0}) IS TRUE DESC, id LIMIT %(people)s) AS resident
"""
_STREETS: Final = """
SELECT DISTINCT ON (household_id) household_id, street, city FROM reports
WHERE household_id = ANY(%s) AND street IS NOT NULL ORDER BY household_id, event_id DESC
"""
_CASES: Final = """
SELECT household_id, id, period, state, route, outcome FROM cases
WHERE household_id = ANY(%s) AND state <> 'removed' ORDER BY household_id, period_start DESC, period DESC
"""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What someone asks for, as typed; what is given must all hold."""

    name: str = ""
    postcode: str = ""
    number: str = ""
    born: date | None = None
    reference: str = ""
    street: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person of a found household; the date of birth as sent, in which month and day may be 00."""

    name: str
    born: str | None


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case of a found household."""

    id: int
    period: str
    state: str
    route: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class FoundHousehold:
    """A household that answers the question, with its people and its cases, the newest first."""

    id: int
    municipality: str
    postcode: str
    number: int
    suffix: str
    people: tuple[FoundPerson, ...]
    cases: tuple[FoundCase, ...]
    street: str | None = None  # as a partner last wrote it
    city: str | None = None  # likewise
    unnamed: int = 0  # so many more people live there


@dataclass(frozen=True, slots=True)
class Found:
    """The households by address; `more` tells that there are others."""

    households: tuple[FoundHousehold, ...]
    more: bool


def search_faults(query: SearchQuery) -> list[str]:
    """What makes the question impossible to answer.

    "empty", "name", "street", "postcode", "number", "number-alone", "case".
    """
    faults = []
    if query == SearchQuery():
        faults.append("empty")
    if query.name and not _words(query.name):
        faults.append("name")
    if query.postcode and not _POSTCODE.fullmatch(_clean_postcode(query.postcode)):
        faults.append("postcode")
    return faults + _address_faults(query)


def _address_faults(query: SearchQuery) -> list[str]:
    faults = []
    if query.street and sum(letter.isalnum() for letter in query.street) < _STREET_LETTERS:
        faults.append("street")
    if query.number and not (query.postcode or query.street):
        faults.append("number-alone")
    if query.number and house_number_forms(query.number.strip()) is None:
        faults.append("number")
    if query.case and not _CASE_NUMBER.fullmatch(query.case.strip()):
        faults.append("case")
    return faults


def search(cursor: Cursor, query: SearchQuery, municipalities: AbstractSet[str], at_most: int = AT_MOST) -> Found:
    """The households in these municipalities that answer `query`, which has no faults."""
    conditions, named = _conditions(query)
    named.update(municipalities=sorted(municipalities), limit=at_most + 1, enough=ENOUGH)
    with row_by_row(cursor):
        rows = _found(cursor, _of_some(query), named)
        if len(rows) <= at_most:
            rows = _found(cursor, conditions, named)
    return Found(_households(cursor, rows[:at_most], query), more=len(rows) > at_most)


def _found(cursor: Cursor, conditions: Sequence[str], named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    asked = _FOUND.format(" AND ".join(conditions)).encode()
    return cursor.execute(asked, named).fetchall() if conditions else []


def _of_some(query: SearchQuery) -> list[str]:
    """What finds enough for a full answer where only a name is asked for that many bear; nothing for another question.

    It is one of several full answers, and that there are more it says anyway.
    """
    asked_more = query.postcode or query.street or query.reference or query.case
    conditions, _ = person_conditions(query)
    return [] if asked_more or not conditions else [_SOME_PERSON.format(" AND ".join(conditions))]


def _conditions(query: SearchQuery) -> tuple[list[str], dict[str, Any]]:
    conditions, named = address_conditions(query)
    of_person, person = person_conditions(query)
    named.update(person)
    if of_person:
        conditions.append(_PERSON.format(" AND ".join(of_person)))
    if query.reference:
        conditions.append(_REFERENCE)
        named["reference"] = query.reference.strip()[:_LONGEST]
    if query.case:
        conditions.append(_CASE)
        named["case"] = int(query.case)
    return conditions, named


def person_conditions(query: SearchQuery) -> tuple[list[str], dict[str, Any]]:
    """What must hold of a row of `persons`, with its values: name and date of birth, as far as they are asked for."""
    conditions: list[str] = []
    named: dict[str, Any] = {}
    if query.name:
        conditions.append(_NAME)
        named["words"] = " & ".join(_as_asked(word) for word in _words(query.name))
    if query.born is not None:
        conditions.append(_BORN)
        named["born"] = _ways_to_write(query.born)
    return conditions, named


def address_conditions(query: SearchQuery) -> tuple[list[str], dict[str, Any]]:
    """What must hold of a row of `households` and its `addresses`, with its values."""
    conditions: list[str] = []
    named: dict[str, Any] = {}
    if query.postcode:
        postcode = _clean_postcode(query.postcode)
        conditions.append(_POSTCODES)
        named.update(postcode=postcode, postcode_end=f"{postcode}~")
    if query.street:
        conditions.append(_STREET)
        named["street"] = query.street[:_LONGEST]
    form = house_number_forms(query.number.strip()) if query.number else None
    if form is not None and conditions:
        conditions.append(_NUMBER)
        named.update(number=form[0], suffix=form[1])
    return conditions, named


def _clean_postcode(text: str) -> str:
    return "".join(text.split()).upper()


def _words(name: str) -> list[str]:
    """The words that tell people apart, of a person or a business; initials before a surname are left out."""
    name = name[:_LONGEST]
    words = sorted({*surname_words(name)} or {*clean_business_name(name).split()})
    return [word for word in words if len(word) > 1] or words


def _as_asked(word: str) -> str:
    """A word of the text search: only letters are in it, and a short one stands for itself alone."""
    return f"'{word}'" if len(word) <= _SHORT else f"'{word}':*"


def _ways_to_write(born: date) -> list[str]:
    """The date as partners send it: what is unknown in the register counts as 01 (borders.md section 2)."""
    months = {f"{born.month:02}", *(["00"] if born.month == 1 else [])}
    days = {f"{born.day:02}", *(["00"] if born.day == 1 else [])}
    return sorted(f"{born.year:04}-{month}-{day}" for month in months for day in days)


def _households(cursor: Cursor, rows: list[tuple[Any, ...]], query: SearchQuery) -> tuple[FoundHousehold, ...]:
    numbers = [row[0] for row in rows]
    people = _people(cursor, numbers, query)
    cases = _gathered(numbers, cursor.execute(_CASES, (numbers,)))
    written = {number: (street, city) for number, street, city in cursor.execute(_STREETS, (numbers,))}
    return tuple(
        FoundHousehold(
            *(number, municipality, postcode, house_number, suffix),
            tuple(FoundPerson(person_name(*one[:-2]), one[-2]) for one in people[number]),
            tuple(FoundCase(*one) for one in cases[number]),
            *written.get(number, (None, None)),
            max((one[-1] for one in people[number]), default=0) - len(people[number]),
        )
        for number, municipality, postcode, house_number, suffix in rows
    )


def _people(cursor: Cursor, households: list[int], query: SearchQuery) -> dict[int, list[tuple[Any, ...]]]:
    """Some people of each household, each with how many live there."""
    asked, named = person_conditions(query)
    found = _PEOPLE.format(" AND ".join(asked) or "true")
    cursor.execute(found.encode(), {**named, "homes": households, "people": PEOPLE_AT_MOST})
    return _gathered(households, cursor)


def _gathered(households: list[int], rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {household: [] for household in households}
    for household, *rest in rows:
        found[household].append(tuple(rest))
    return found


def person_name(
    initials: str | None,
    prefix: str | None,
    surname: str | None,
    partner_prefix: str | None,
    partner_surname: str | None,
    business_name: str | None,
) -> str:
    """A person as one writes it: "A.M. van der Berg - de Vries"; a business by its name."""
    own = " ".join(part for part in (prefix, surname) if part)
    partners = " ".join(part for part in (partner_prefix, partner_surname) if part)
    family = " - ".join(name for name in (own, partners) if name)
    person = " ".join(part for part in (initials, family) if part)
    if business_name and family:
        return f"{person} ({business_name})"
    return business_name or person
