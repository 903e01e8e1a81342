"""Which rows does a batch stand on, and in which order does it lock them?

Arrears first, then every household those arrears ever had; within a class new rows are inserted with ON CONFLICT and
then those that were there are locked, each in a fixed order: so no two workers wait for each other in a circle
(design.md section 5). A row that this transaction made is its own: nobody else sees it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from signals.store.ledger import ArrearsRow
from signals.store.sets import as_json, copy_rows, next_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from signals.store.database import Cursor

ArrearsKey = tuple[str, str, str]  # (municipality, partner, reference)
AddressKey = tuple[str, str, int, str]  # (municipality, postcode, number, suffix)


class Opening(msgspec.Struct, frozen=True, gc=False):
    """What a new row of an arrears says from the start: what its first event says, where that is the only one."""

    sector: str
    ddas_type: str | None
    amount: int | None = None
    crisis: str | None = None


class LockedArrears(msgspec.Struct, frozen=True):
    """The arrears rows that were locked, by key, and the ids of those that this transaction made."""

    rows: dict[ArrearsKey, ArrearsRow]
    new: frozenset[int]


def lock_arrears(cursor: Cursor, openings: Mapping[ArrearsKey, Opening]) -> LockedArrears:
    """Make and lock the arrears rows of these keys."""
    wanted = sorted(openings)
    made = _make_arrears(cursor, wanted, openings)
    there = [key for key in wanted if key not in made]
    new = frozenset(row.id for row in made.values())
    return LockedArrears(made | (_known_arrears(cursor, there) if there else {}), new)


def _make_arrears(
    cursor: Cursor, wanted: Iterable[ArrearsKey], openings: Mapping[ArrearsKey, Opening]
) -> dict[ArrearsKey, ArrearsRow]:
    rows = [
        {"m": key[0], "p": key[1], "r": key[2], "s": told.sector, "a": told.amount, "c": told.crisis}
        for key in wanted
        for told in (openings[key],)
    ]
    cursor.execute(
        """INSERT INTO arrears (municipality, partner_id, reference, sector, last_amount, last_crisis)
        SELECT m, p, r, s, a, c FROM json_to_recordset(%s) AS t(m text, p text, r text, s text, a bigint, c text)
        ON CONFLICT (municipality, partner_id, reference) DO NOTHING
        RETURNING municipality, partner_id, reference, id""",
        (as_json(rows),),
    )
    return {(m, p, r): _opened((m, p, r), number, openings[m, p, r]) for m, p, r, number in cursor.fetchall()}


def _opened(key: ArrearsKey, number: int, told: Opening) -> ArrearsRow:
    return ArrearsRow(number, *key, told.sector, told.ddas_type, told.amount, told.crisis, 0, None, None)


def _known_arrears(cursor: Cursor, keys: Iterable[ArrearsKey]) -> dict[ArrearsKey, ArrearsRow]:
    cursor.execute(
        """SELECT arrears.id, municipality, partner_id, reference, arrears.sector, ddas_type,
            last_amount, last_crisis, rise, deceased_household_id, deceased_on
        FROM json_to_recordset(%s) AS t(m text, p text, r text)
        JOIN arrears ON municipality = m AND partner_id = p AND reference = r JOIN partners ON partners.id = partner_id
        ORDER BY municipality, partner_id, reference FOR UPDATE OF arrears""",
        (as_json([{"m": m, "p": p, "r": r} for m, p, r in keys]),),
    )
    rows = [ArrearsRow(*values) for values in cursor.fetchall()]
    return {(row.municipality, row.partner_id, row.reference): row for row in rows}


class LockedHouseholds(msgspec.Struct, frozen=True):
    """Household ids by address; of all the households that were locked, those known before and those made now."""

    by_address: dict[AddressKey, int]
    known: frozenset[int]
    new: frozenset[int]


def lock_households(cursor: Cursor, addresses: Iterable[AddressKey], arrears: Collection[int]) -> LockedHouseholds:
    """Make the households at `addresses` and lock them with every household that `arrears` ever had."""
    wanted = sorted(set(addresses))
    made = _make_households(cursor, wanted) if wanted else {}
    there = _households_at(cursor, [key for key in wanted if key not in made])
    known = frozenset(there.values()) | _households_of(cursor, arrears)
    if known:
        cursor.execute("SELECT id FROM households WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (sorted(known),))
    return LockedHouseholds(made | there, known, frozenset(made.values()))


def in_other_hands(cursor: Cursor, addresses: Iterable[AddressKey]) -> set[AddressKey]:
    """Which of these another transaction that asked has in hand now; the others are in ours until it ends.

    Nobody waits here, and nothing is safe because of it: what has to wait, waits in `lock_households`.
    """
    keys = {_number(address): address for address in addresses}
    cursor.execute("SELECT k FROM unnest(%s::bigint[]) AS t(k) WHERE NOT pg_try_advisory_xact_lock(k)", (list(keys),))
    return {keys[key] for (key,) in cursor.fetchall()}


def homes_of(cursor: Cursor, arrears: Iterable[ArrearsKey]) -> dict[ArrearsKey, set[AddressKey]]:
    """The addresses that were reported of each of these arrears so far.

    Key by key in three steps: one join over all of it was planned, on tables without statistics, as if it cost nothing.
    """
    cursor.execute(
        """SELECT id, m, p, r FROM json_to_recordset(%s) AS t(m text, p text, r text)
        JOIN arrears ON municipality = m AND partner_id = p AND reference = r""",
        (as_json([{"m": m, "p": p, "r": r} for m, p, r in arrears]),),
    )
    keys = {number: (m, p, r) for number, m, p, r in cursor.fetchall()}
    if not keys:
        return {}
    cursor.execute("SELECT DISTINCT arrears_id, household_id FROM reports WHERE arrears_id = ANY(%s)", (list(keys),))
    lived = cursor.fetchall()
    addresses = _addresses_of(cursor, {household for _, household in lived})
    found: dict[ArrearsKey, set[AddressKey]] = {}
    for number, household in lived:
        found.setdefault(keys[number], set()).add(addresses[household])
    return found


def _addresses_of(cursor: Cursor, households: Collection[int]) -> dict[int, AddressKey]:
    cursor.execute(
        """SELECT households.id, addresses.municipality, postcode, addresses.number, suffix
        FROM households JOIN addresses ON addresses.id = address_id WHERE households.id = ANY(%s)""",
        (list(households),),
    )
    return {household: (m, p, n, s) for household, m, p, n, s in cursor.fetchall()}


def _number(address: AddressKey) -> int:
    digest = hashlib.blake2b("\t".join(map(str, address)).encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def _make_households(cursor: Cursor, addresses: Iterable[AddressKey]) -> dict[AddressKey, int]:
    """The household of every address that nobody knew."""
    cursor.execute(
        """INSERT INTO addresses (municipality, postcode, number, suffix) SELECT m, p, n, s
        FROM json_to_recordset(%s) AS t(m text, p text, n int, s text)
        ON CONFLICT (municipality, postcode, number, suffix) DO NOTHING
        RETURNING id, municipality, postcode, number, suffix""",
        (_as_addresses(addresses),),
    )
    made = cursor.fetchall()
    numbers = next_ids(cursor, "households", len(made))
    if made:
        rows = ((number, address[0], address[1]) for number, address in zip(numbers, made, strict=True))
        copy_rows(cursor, "households", ("id", "address_id", "municipality"), rows)
    return {(m, p, n, s): number for number, (_, m, p, n, s) in zip(numbers, made, strict=True)}


def _households_at(cursor: Cursor, addresses: Collection[AddressKey]) -> dict[AddressKey, int]:
    if not addresses:
        return {}
    cursor.execute(
        """SELECT m, p, n, s, households.id FROM json_to_recordset(%s) AS t(m text, p text, n int, s text)
        JOIN addresses ON addresses.municipality = m AND postcode = p AND number = n AND suffix = s
        JOIN households ON address_id = addresses.id""",
        (_as_addresses(addresses),),
    )
    return {(m, p, n, s): number for m, p, n, s, number in cursor.fetchall()}


def _as_addresses(addresses: Iterable[AddressKey]) -> str:
    return as_json([{"m": m, "p": p, "n": n, "s": s} for m, p, n, s in addresses])


def _households_of(cursor: Cursor, arrears: Collection[int]) -> frozenset[int]:
    if not arrears:
        return frozenset()
    cursor.execute("SELECT DISTINCT household_id FROM reports WHERE arrears_id = ANY(%s)", (list(arrears),))
    return frozenset(number for (number,) in cursor.fetchall())
