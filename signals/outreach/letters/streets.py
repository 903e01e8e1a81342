"""What is the street of an address of which no partner wrote one, and who found out?

Partners may leave street and place out, and then no letter can be made. A person looks them up and writes them here,
per address, so that everybody who is written to there has them. They count only where no partner wrote them
(`choosing`), and no import changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.errors import SignalsError
from signals.outreach.letters.block import AddressBlock, cleaned
from signals.outreach.letters.overview import in_open_run
from signals.outreach.work.hold import hold_case, tell
from signals.store.audit import note_cases

if TYPE_CHECKING:
    from datetime import datetime

    from signals.outreach.work.hold import Held
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

LONGEST: Final = 100
WANTING: Final = ("no-street", "no-city")
"""Why a letter could not be made, that writing street and place mends."""
_PLACE: Final = """
SELECT households.address_id, postcode, number, suffix, said.street AS said_street, said.city AS said_city,
    hand.street, hand.city, by_name, hand.at, EXISTS (SELECT FROM cases WHERE cases.household_id = households.id
        AND state = 'open' AND letter_fault = ANY(%(wanting)s)) AS is_wanting
FROM households JOIN addresses ON addresses.id = address_id
    LEFT JOIN streets_by_hand AS hand ON hand.address_id = addresses.id
    LEFT JOIN LATERAL (SELECT street, city FROM reports WHERE reports.household_id = households.id
        AND street IS NOT NULL ORDER BY event_id DESC LIMIT 1) AS said ON true
WHERE households.id = %(home)s
"""
_WRITE: Final = """
INSERT INTO streets_by_hand (address_id, street, city, by_id, by_name) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (address_id) DO UPDATE SET street = excluded.street, city = excluded.city, by_id = excluded.by_id,
    by_name = excluded.by_name, at = now()
"""
_MENDED: Final = """
UPDATE cases SET letter_fault = NULL WHERE household_id = %s AND state = 'open' AND letter_fault = ANY(%s)
"""


class StreetError(SignalsError):
    """This cannot be written of that address; nothing was changed.

    `code` is one of `block.FAULTS`, "not-asked" (nothing is wanting there, or nothing was written) or "in-run" (a
    letter to it lies in a run that is not posted, and keeps what it says).
    """

    def __init__(self, case: int, code: str) -> None:
        self.code = code
        super().__init__(f"case {case}: its street and place cannot be changed so ({code})")


@dataclass(frozen=True, slots=True)
class StreetOf:
    """What is known of a household's street and place: by partners (`said_…`), and by a person's hand.

    `is_wanting`: a letter could not be made for the want of one of them.
    """

    address_id: int
    postcode: str
    number: int
    suffix: str
    said_street: str | None
    said_city: str | None
    street: str | None
    city: str | None
    by_name: str | None
    at: datetime | None
    is_wanting: bool

    @property
    def is_asked(self) -> bool:
        """Whether there is something for a person to write or to change."""
        return self.is_wanting or self.street is not None

    @property
    def counts(self) -> bool:
        """Whether something that was written by hand stands on letters."""
        return self.street is not None and (self.said_street is None or self.said_city is None)


def street_of(cursor: Cursor, household: int) -> StreetOf | None:
    """What is known of this household's street; None: there is no such household. Reading only."""
    cursor.execute(_PLACE, {"home": household, "wanting": list(WANTING)})
    return next((StreetOf(*row) for row in cursor), None)


def street_fault(at: StreetOf, street: str, city: str) -> str | None:
    """Why no letter could have this street and place, as a code of `block.FAULTS`; None: it can."""
    if len(cleaned(street)) > LONGEST or len(cleaned(city)) > LONGEST:
        return "too-long"
    if str(at.number) in cleaned(street).split() or not any(map(str.isalpha, street)):  # it would stand there twice
        return "no-street"
    return AddressBlock.of(
        name="A", street=street, number=at.number, suffix=at.suffix, postcode=at.postcode, city=city
    ).fault


def write_street(cursor: Cursor, case: int, street: str, city: str, actor: Actor) -> None:
    """Street and place of the address of this case are these; in the place of what was written by hand before.

    The household's cases leave the review queue, if that was what they stood there for: their letters are due again.
    Writes the audit line "write-street" itself.

    Raises:
        StreetError: nothing is wanting there, it would not do on a letter, or a letter to it lies in an open run.
        NotPossibleError: there is no such case.
    """
    held, at = _held(cursor, case)
    if not at.is_asked:
        raise StreetError(case, "not-asked")
    if fault := street_fault(at, street, city):
        raise StreetError(case, fault)
    cursor.execute(_WRITE, (at.address_id, cleaned(street), cleaned(city), actor.id, actor.name))
    cursor.execute(_MENDED, (held.household, list(WANTING)))
    tell(cursor, case, actor, "street-written")
    note_cases(cursor, actor.id, "write-street", [case], {})


def remove_street(cursor: Cursor, case: int, actor: Actor) -> None:
    """What was written by hand of this case's address is no more; writes the audit line "remove-street" itself.

    Raises StreetError: nothing was written, or it may stand on a letter of an open run.
    """
    _, at = _held(cursor, case)
    if at.street is None:
        raise StreetError(case, "not-asked")
    cursor.execute("DELETE FROM streets_by_hand WHERE address_id = %s", (at.address_id,))
    tell(cursor, case, actor, "street-removed")
    note_cases(cursor, actor.id, "remove-street", [case], {})


def _held(cursor: Cursor, case: int) -> tuple[Held, StreetOf]:
    """The locked household of the case, with its street; a letter that is not posted keeps what it says."""
    held = hold_case(cursor, case)
    if in_open_run(cursor, [held.household]):
        raise StreetError(case, "in-run")
    at = street_of(cursor, held.household)
    if at is None:
        raise StreetError(case, "not-asked")
    return held, at
