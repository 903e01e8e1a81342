"""Which reports are about one person? Those of one household with the same cleaned identity.

The exact comparison of the walk's second step; comparing by likeness is for later, on the same cleaned parts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.households.names import clean_business_name, clean_initials, is_business_name, surname_words
from signals.households.personal import clean_bsn, plausible_birth

if TYPE_CHECKING:
    from datetime import date

    from signals.contract.events import Person


@dataclass(frozen=True, slots=True)
class PersonIdentity:
    """What tells one person from another after cleaning; equal identities are one person.

    Attributes:
        names: The telling words of own and partner's surname together, sorted: maiden and partner name may
            stand in either order, in one field or in two.
        initials: Capitals without dots.
        date_of_birth: None when unknown.
        bsn: Only one that passes the eleven-test.
        business: The folded trade name.
    """

    names: tuple[str, ...] = ()
    initials: str = ""
    date_of_birth: date | None = None
    bsn: str | None = None
    business: str = ""

    def key(self) -> str:
        """64 hex digits, equal exactly for equal identities: for a unique column, never for a log."""
        born = self.date_of_birth.isoformat() if self.date_of_birth else None
        parts = json.dumps([self.names, self.initials, born, self.bsn, self.business], ensure_ascii=True)
        return hashlib.sha256(parts.encode("ascii")).hexdigest()


def identity_of(person: Person) -> PersonIdentity:
    """The cleaned identity of a report's person; a business in the surname field counts as business name."""
    own, business = person.surname, person.business_name
    if is_business_name(own):
        own, business = None, business or own
    return PersonIdentity(
        names=tuple(sorted({*surname_words(own), *surname_words(person.partner_surname)})),
        initials=clean_initials(person.initials),
        date_of_birth=plausible_birth(person.date_of_birth),
        bsn=clean_bsn(person.bsn),
        business=clean_business_name(business),
    )
