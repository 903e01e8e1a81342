"""Which rows does a batch stand on, and in which order does it lock them?

Arrears first, then every household those arrears ever had; within a class new rows are inserted with ON CONFLICT and
then all are locked, each in a fixed order: so no two workers wait for each other in a circle (design.md section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.store.sets import as_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from signals.store.database import Cursor

ArrearsKey = tuple[str, str, str]  # (municipality, partner, reference)
AddressKey = tuple[str, str, int, str]  # (municipality, postcode, number, suffix)


@dataclass(frozen=True, slots=True)
class Locked:
    """The rows that were locked: ids by key, and which of them this transaction made."""

    ids: dict[ArrearsKey, int]
    new: frozenset[int]


def lock_arrears(cursor: Cursor, sectors: Mapping[ArrearsKey, str]) -> Locked:
    """Make and lock the arrears rows of these keys; `sectors` gives the sector of each."""
    rows = [{"m": m, "p": p, "r": r, "s": sectors[m, p, r]} for m, p, r in sorted(sectors)]
    parameter = as_json(rows)
    cursor.execute(
        """INSERT INTO arrears (municipality, partner_id, reference, sector) SELECT m, p, r, s
        FROM json_to_recordset(%s) AS t(m text, p text, r text, s text) ON CONFLICT DO NOTHING RETURNING id""",
        (parameter,),
    )
    new = frozenset(row[0] for row in cursor)
    cursor.execute(
        """SELECT municipality, partner_id, reference, id FROM arrears
        JOIN json_to_recordset(%s) AS t(m text, p text, r text)
          ON municipality = m AND partner_id = p AND reference = r
        ORDER BY municipality, partner_id, reference FOR UPDATE OF arrears""",
        (parameter,),
    )
    return Locked({(m, p, r): number for m, p, r, number in cursor}, new)


@dataclass(frozen=True, slots=True)
class LockedHouseholds:
    """Household ids by address, all locked households, and those this transaction made."""

    by_address: dict[AddressKey, int]
    all: frozenset[int]
    new: frozenset[int]


def lock_households(cursor: Cursor, addresses: Iterable[AddressKey], arrears: Collection[int]) -> LockedHouseholds:
    """Make the households at `addresses` and lock them with every household that `arrears` ever had."""
    rows = [{"m": m, "p": p, "n": n, "s": s} for m, p, n, s in sorted(set(addresses))]
    parameter = as_json(rows)
    cursor.execute(
        """WITH made AS (
            INSERT INTO addresses (municipality, postcode, number, suffix) SELECT m, p, n, s
            FROM json_to_recordset(%s) AS t(m text, p text, n int, s text) ON CONFLICT DO NOTHING
            RETURNING id, municipality)
        INSERT INTO households (address_id, municipality) SELECT id, municipality FROM made RETURNING id""",
        (parameter,),
    )
    new = frozenset(row[0] for row in cursor)
    cursor.execute(
        """SELECT m, p, n, s, households.id FROM addresses
        JOIN json_to_recordset(%s) AS t(m text, p text, n int, s text)
          ON addresses.municipality = m AND postcode = p AND number = n AND suffix = s
        JOIN households ON address_id = addresses.id""",
        (parameter,),
    )
    by_address = {(m, p, n, s): number for m, p, n, s, number in cursor}
    cursor.execute("SELECT DISTINCT household_id FROM reports WHERE arrears_id = ANY(%s)", (list(arrears),))
    known = {row[0] for row in cursor} | set(by_address.values())
    cursor.execute("SELECT id FROM households WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (sorted(known - new),))
    return LockedHouseholds(by_address, frozenset(known), new)
