"""By which partners, policies, models and lists is a batch judged?

Read from the database and kept until its revision rises, so that every worker sees a change with its next batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from signals.contract.partners import Directory, Partner
from signals.households.address import HouseholdAddress
from signals.households.listings import ListedPerson, ListingIndex, index_of, listed
from signals.outreach.learning.in_use import ModelsInUse, models_in_use
from signals.outreach.policy import Policy, PolicyBook, numbered, parse_policy
from signals.store.sets import as_sent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from signals.contract.events import Reported
    from signals.households.identity import PersonIdentity
    from signals.store.database import Cursor

_VERSIONS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that judging needs besides the events themselves."""

    revision: int
    directory: Directory
    book: PolicyBook
    caseload: ListingIndex
    exclusions: ListingIndex
    models: Mapping[str, ModelsInUse] = field(default_factory=dict)

    def verdict(self, event: Reported, identity: PersonIdentity) -> str | None:
        """What caseload and exclusion list say of a report (borders.md section 4.2), or None."""
        if not self.caseload and not self.exclusions:
            return None
        address = HouseholdAddress.at(event.municipality, event.address)
        if listed(self.caseload, event.municipality, identity, address):
            return "known-to-debt-help"
        if listed(self.exclusions, event.municipality, identity, address):
            return "other-reason"
        return None


def current_revision(cursor: Cursor) -> int:
    """A number that rises with every change of partners, policies, models or lists."""
    cursor.execute("SELECT coalesce(sum(version), 0)::bigint FROM revisions")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def raise_revision(cursor: Cursor, name: str) -> None:
    """Tell every worker that `name` (partners, policies, models, listings) changed, with this transaction."""
    cursor.execute(
        "INSERT INTO revisions (name, version) VALUES (%s, 1) "
        "ON CONFLICT (name) DO UPDATE SET version = revisions.version + 1",
        (name,),
    )


def load_configuration(cursor: Cursor) -> Configuration:
    """Read partners, policies, models and lists as this transaction sees them."""
    revision = current_revision(cursor)
    book = PolicyBook(load_policies(cursor))
    partners = {partner.id: partner for partner in load_partners(cursor)}
    return Configuration(
        revision=revision,
        directory=Directory(partners, book.municipalities),
        book=book,
        caseload=index_of(_load_list(cursor, "caseload")),
        exclusions=index_of(_load_list(cursor, "exclusion")),
        models=models_in_use(cursor),
    )


def refreshed(cursor: Cursor, known: Configuration | None) -> Configuration:
    """`known` if nothing changed since, or the configuration read anew."""
    if known is not None and known.revision == current_revision(cursor):
        return known
    return load_configuration(cursor)


def load_policies(cursor: Cursor) -> list[Policy]:
    """All policy versions."""
    cursor.execute("SELECT id, body FROM policy_versions ORDER BY municipality, valid_from")
    return [_policy(number, body) for number, body in cursor]


@lru_cache(maxsize=_VERSIONS_KEPT)
def _policy(number: int, body: str) -> Policy:
    """A version never changes: its text is read once, not for every page."""
    return numbered(parse_policy(body, f"policy version {number}"), number)


def load_partners(cursor: Cursor) -> list[Partner]:
    """All registered partners."""
    cursor.execute("SELECT id, sector, sources, municipalities, bsn, ddas_type FROM partners ORDER BY id")
    return [
        Partner(
            id=number,
            sector=sector,
            sources=frozenset(map(as_sent, sources)),
            municipalities=None if where is None else frozenset(where),
            bsn=bsn,
            ddas_type=ddas_type,
        )
        for number, sector, sources, where, bsn, ddas_type in cursor
    ]


def _load_list(cursor: Cursor, kind: str) -> Sequence[ListedPerson]:
    cursor.execute(
        """SELECT municipality, bsn, date_of_birth, surname, initials, postcode, number, suffix, reason
        FROM listings WHERE kind = %s ORDER BY id""",
        (kind,),
    )
    return [ListedPerson(*row) for row in cursor]
