"""How do partners, policies and lists come in? Each change is audited and seen by every worker with its next batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.errors import WrongUseError
from signals.households.listings import ListedPerson
from signals.outreach.configuration import raise_revision
from signals.store.audit import note
from signals.store.sets import copy_rows, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signals.contract.partners import Partner
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor


def register_partners(cursor: Cursor, partners: Iterable[Partner], *, actor: str) -> list[str]:
    """Register partners, or change what they may send. Returns the ids that are new or changed.

    Raises WrongUseError when a partner is known with another sector: a partner has one.
    """
    in_order = sorted(partners, key=lambda partner: partner.id)  # two registrations at once wait, never for each other
    changed = [partner.id for partner in in_order if _register(cursor, partner)]
    if changed:
        raise_revision(cursor, "partners")
        note(cursor, actor, "partners", ",".join(changed))
    return changed


def _register(cursor: Cursor, partner: Partner) -> bool:
    where = None if partner.municipalities is None else sorted(partner.municipalities)
    cursor.execute(
        """INSERT INTO partners AS known (id, sector, sources, municipalities, bsn, ddas_type)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET sources = excluded.sources, municipalities = excluded.municipalities,
            bsn = excluded.bsn, ddas_type = excluded.ddas_type
        WHERE known.sector = excluded.sector AND (known.sources, known.municipalities, known.bsn, known.ddas_type)
            IS DISTINCT FROM (excluded.sources, excluded.municipalities, excluded.bsn, excluded.ddas_type)
        RETURNING id""",
        (partner.id, partner.sector, sorted(map(storable, partner.sources)), where, partner.bsn, partner.ddas_type),
    )
    if cursor.fetchone():
        return True
    cursor.execute("SELECT sector FROM partners WHERE id = %s", (partner.id,))
    known = cursor.fetchone()
    if known and known[0] != partner.sector:
        raise WrongUseError(
            f"partner {partner.id} is registered for {known[0]} and cannot also be {partner.sector}: "
            "a partner has one sector; register the other part under a name of its own"
        )
    return False


def load_policy(cursor: Cursor, policy: Policy, *, actor: str) -> bool:
    """Add a policy version; False when this very version is loaded already.

    Raises WrongUseError when another text has the same municipality and date: versions are never changed.
    """
    cursor.execute(
        """INSERT INTO policy_versions (municipality, name, valid_from, body) VALUES (%s, %s, %s, %s)
        ON CONFLICT DO NOTHING RETURNING id""",
        (policy.municipality, policy.name, policy.valid_from, policy.body),
    )
    if cursor.fetchone():
        raise_revision(cursor, "policies")
        note(cursor, actor, "policy", f"{policy.municipality} {policy.valid_from}")
        return True
    _refuse_other_text(cursor, policy)
    return False


def _refuse_other_text(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        "SELECT body FROM policy_versions WHERE municipality = %s AND valid_from = %s",
        (policy.municipality, policy.valid_from),
    )
    known = cursor.fetchone()
    if known and known[0] != policy.body:
        raise WrongUseError(
            f"municipality {policy.municipality} already has a policy valid from {policy.valid_from} "
            "with another text: "
            "decisions were taken by it, so it stays; give the new one another valid_from"
        )


def replace_listing(
    cursor: Cursor, kind: str, entries: Sequence[ListedPerson], municipalities: Sequence[str], *, actor: str
) -> int:
    """Replace the `kind` list ("caseload" or "exclusion") of these municipalities by `entries`; returns its length.

    It counts for signals that come in from now on.
    """
    raise_revision(cursor, "listings")  # first: its row makes a second import wait until this one is done
    cursor.execute("DELETE FROM listings WHERE kind = %s AND municipality = ANY(%s)", (kind, list(municipalities)))
    columns = list(ListedPerson.__dataclass_fields__)
    rows = ([kind, *(getattr(entry, column) for column in columns)] for entry in entries)
    copy_rows(cursor, "listings", ["kind", *columns], rows)
    note(cursor, actor, f"{kind}-import", ",".join(municipalities), {"rows": len(entries)})
    return len(entries)
