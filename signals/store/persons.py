"""Who lives in a household, by the exact cleaned identity that a partner wrote?

The household is locked, so "known or new" is certain here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import astuple

from signals.store.sets import copy_rows, next_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from signals.contract.events import Person
    from signals.store.database import Cursor

NUMBERED_ALIKE: Final = (
    "CASE WHEN persons.bsn IS NOT NULL THEN min(persons.id) OVER (PARTITION BY persons.household_id, persons.bsn) END"
)
"""A column: of the persons that a statement reads, equal exactly for equal citizen service numbers of one household. So
what compares them, and whoever works a case, needs to read none."""


class PersonRow(msgspec.Struct, frozen=True, gc=False):
    """One person of one household."""

    household_id: int
    identity: str
    initials: str | None
    prefix: str | None
    surname: str | None
    partner_prefix: str | None
    partner_surname: str | None
    business_name: str | None
    date_of_birth: str | None
    bsn: str | None

    @classmethod
    def of(cls, household: int, identity: str, person: Person, bsn: str | None) -> PersonRow:
        """The person as sent, with its cleaned BSN."""
        return cls(
            household,
            identity,
            person.initials,
            person.prefix,
            person.surname,
            person.partner_prefix,
            person.partner_surname,
            person.business_name,
            person.date_of_birth_text,
            bsn,
        )


def ensure_persons(cursor: Cursor, rows: Sequence[PersonRow], known: Collection[int]) -> dict[tuple[int, str], int]:
    """The id of each (household, identity); persons not seen before are added.

    Only the households in `known` are asked for: the others were made in this transaction.
    """
    if not rows:
        return {}
    numbers = _numbers_at(cursor, {row.household_id for row in rows} & set(known))
    new = [row for row in rows if (row.household_id, row.identity) not in numbers]
    if new:
        fresh = next_ids(cursor, "persons", len(new))
        numbers.update({(row.household_id, row.identity): n for n, row in zip(fresh, new, strict=True)})
        columns = ("id", *PersonRow.__struct_fields__)
        copy_rows(cursor, "persons", columns, ((n, *astuple(row)) for n, row in zip(fresh, new, strict=True)))
    return numbers


def _numbers_at(cursor: Cursor, households: Collection[int]) -> dict[tuple[int, str], int]:
    if not households:
        return {}
    cursor.execute("SELECT household_id, identity, id FROM persons WHERE household_id = ANY(%s)", (list(households),))
    return {(household, identity): number for household, identity, number in cursor.fetchall()}
