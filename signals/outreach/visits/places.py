"""Where does a household live, for whoever goes there? The place of an address, from the register that was imported.

Most addresses are found as they stand. A partner that wrote the house number otherwise than the register has is still
brought to the right door or street; how a place was found is told with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from signals.store.audit import note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from signals.households.address import HouseholdAddress
    from signals.outreach.visits.extract import Located
    from signals.store.database import Cursor

How = Literal["address", "number", "postcode"]
REGISTER: Final = "addresses"
_STAGED: Final = """
CREATE TEMP TABLE staged_places (
    postcode text COLLATE "C", number int, suffix text COLLATE "C", bag_id text COLLATE "C", x real, y real
) ON COMMIT DROP"""
_COPY: Final = "COPY staged_places (postcode, number, suffix, bag_id, x, y) FROM STDIN (FORMAT binary)"
_COLUMN_TYPES: Final = ("text", "int4", "text", "text", "float4", "float4")
# Of an address that stands in the file twice the same one is kept, whatever the order of its rows.
_TAKE_OVER: Final = """
INSERT INTO address_places (postcode, number, suffix, bag_id, x, y)
SELECT DISTINCT ON (postcode, number, suffix) postcode, number, suffix, bag_id, x, y
FROM staged_places ORDER BY postcode, number, suffix, bag_id, x, y"""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in RD metres, and how it was found.

    Attributes:
        x: east.
        y: north.
        how: "address" as the register has it; "number": the same house number, with another suffix or none;
            "postcode": the middle of the postcode's addresses, so some doors away.
    """

    x: float
    y: float
    how: How


class Door(NamedTuple):
    """An address of the register, of a postcode and number that are known."""

    suffix: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Replaced:
    """What an import left: so many addresses in so many postcodes."""

    addresses: int
    postcodes: int


def place_of(cursor: Cursor, addresses: Iterable[HouseholdAddress]) -> dict[HouseholdAddress, Place]:
    """Where these addresses lie; one whose postcode the register does not have is not in it.

    The municipality of an address does not matter: a postcode and a number are one place in the country.
    """
    wanted = set(addresses)
    doors = _doors(cursor, wanted)
    found = {one: at_number(one.suffix, doors[key]) for one in wanted if (key := (one.postcode, one.number)) in doors}
    elsewhere = wanted - found.keys()
    middles = _middles(cursor, {one.postcode for one in elsewhere})
    return found | {one: middles[one.postcode] for one in elsewhere if one.postcode in middles}


def at_number(suffix: str, doors: Sequence[Door]) -> Place:
    """Which of the doors of a house number is meant; there is at least one.

    The one with this suffix; else the one without any; else, where the number was divided ("12A", "12B"), the middle.
    """
    if exact := [door for door in doors if door.suffix == suffix]:
        return _middle(exact, "address")
    return _middle([door for door in doors if not door.suffix] or doors, "number")


def _middle(doors: Sequence[Door], how: How) -> Place:
    many = len(doors)
    return Place(sum(door.x for door in doors) / many, sum(door.y for door in doors) / many, how)


def _doors(cursor: Cursor, addresses: Collection[HouseholdAddress]) -> dict[tuple[str, int], list[Door]]:
    doors: defaultdict[tuple[str, int], list[Door]] = defaultdict(list)
    numbers = sorted({(address.postcode, address.number) for address in addresses})
    cursor.execute(
        """SELECT postcode, number, suffix, x, y
        FROM unnest(%s::text[], %s::int[]) AS asked(postcode, number) JOIN address_places USING (postcode, number)
        ORDER BY postcode, number, suffix""",
        ([postcode for postcode, _ in numbers], [number for _, number in numbers]),
    )
    for postcode, number, *door in cursor:
        doors[postcode, number].append(Door(*door))
    return doors


def _middles(cursor: Cursor, postcodes: Collection[str]) -> dict[str, Place]:
    cursor.execute(
        "SELECT postcode, avg(x), avg(y) FROM address_places WHERE postcode = ANY(%s) GROUP BY postcode",
        (sorted(postcodes),),
    )
    return {postcode: Place(x, y, "postcode") for postcode, x, y in cursor}


def replace_places(cursor: Cursor, located: Iterable[Located], *, actor: str) -> Replaced:
    """Put these addresses in the place of all that was known of their postcodes; other postcodes stay as they were.

    Raises whatever `located` raises; then nothing may be committed.
    """
    cursor.execute(_STAGED)
    with cursor.copy(_COPY) as copy:
        copy.set_types(_COLUMN_TYPES)
        for row in located:
            copy.write_row(row)
    cursor.execute("ANALYZE staged_places")
    # A second import waits until this one is done; whoever reads does not.
    cursor.execute("LOCK TABLE address_places IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute("DELETE FROM address_places WHERE postcode IN (SELECT postcode FROM staged_places)")
    cursor.execute(_TAKE_OVER)
    replaced = Replaced(cursor.rowcount, _postcodes(cursor))
    note(cursor, actor, "addresses-import", REGISTER, {"rows": replaced.addresses})
    return replaced


def _postcodes(cursor: Cursor) -> int:
    row = cursor.execute("SELECT count(DISTINCT postcode) FROM staged_places").fetchone()
    return int(row[0]) if row else 0


def knows_places(cursor: Cursor) -> bool:
    """Whether any extract was imported."""
    return cursor.execute("SELECT EXISTS (SELECT 1 FROM address_places)").fetchone() == (True,)
