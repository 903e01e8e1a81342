"""Which reports are about one person? Those of one household with the same cleaned identity.

The exact comparison of the walk's second step; comparing by likeness is for later, on the same cleaned parts.
"""

from __future__ import annotations

import hashlib
from datetime import date  # noqa: TC003 - msgspec reads the annotations at run time
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

import msgspec

from signals.households.names import clean_business_name, clean_initials, is_business_name, surname_words
from signals.households.personal import clean_bsn, plausible_birth

if TYPE_CHECKING:
    from signals.contract.events import Person


class PersonIdentity(msgspec.Struct, frozen=True, gc=False):
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
        # As JSON, in which no two identities are written alike.
        names = ", ".join(map(quoted, self.names))
        born = f'"{self.date_of_birth.isoformat()}"' if self.date_of_birth else "null"
        bsn = "null" if self.bsn is None else quoted(self.bsn)
        text = f"[[{names}], {quoted(self.initials)}, {born}, {bsn}, {quoted(self.business)}]"
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def identity_of(person: Person) -> PersonIdentity:
    """The cleaned identity of a report's person; a business in the surname field counts as business name."""
    own, business = person.surname, person.business_name
    if is_business_name(own):
        own, business = None, business or own
    return PersonIdentity(
        names=_names(own, person.partner_surname),
        initials=clean_initials(person.initials),
        date_of_birth=plausible_birth(person.date_of_birth),
        bsn=clean_bsn(person.bsn),
        business=clean_business_name(business),
    )


def _names(own: str | None, partners: str | None) -> tuple[str, ...]:
    words = surname_words(own)
    return tuple(sorted({*words, *surname_words(partners)})) if partners else words
