"""Who lives in a household, by the exact cleaned identity that a partner wrote?

The household is locked, so "known or new" is certain here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.store.sets import copy_rows, next_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.contract.events import Person
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class PersonRow:
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


def ensure_persons(cursor: Cursor, rows: Sequence[PersonRow]) -> dict[tuple[int, str], int]:
    """The id of each (household, identity); persons not seen before are added."""
    if not rows:
        return {}
    cursor.execute(
        "SELECT household_id, identity, id FROM persons WHERE household_id = ANY(%s)",
        ([row.household_id for row in rows],),
    )
    known = {(household, identity): number for household, identity, number in cursor}
    new = [row for row in rows if (row.household_id, row.identity) not in known]
    numbers = next_ids(cursor, "persons", len(new))
    columns = list(PersonRow.__dataclass_fields__)
    if new:
        copy_rows(
            cursor,
            "persons",
            ["id", *columns],
            ([n, *(getattr(row, column) for column in columns)] for n, row in zip(numbers, new, strict=True)),
        )
    return known | {(row.household_id, row.identity): n for n, row in zip(numbers, new, strict=True)}
