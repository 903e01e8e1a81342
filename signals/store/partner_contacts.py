"""Whom does one call at a partner? The desk of an organisation, as each municipality knows it.

Users of systems like this one ask for it (domain.md section 8). It is the desk of an organisation, not a resident's
address; still nothing of it goes to a log. Each municipality keeps its own: what one writes, no other reads or loses
(docs/decisions/0030).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.store.audit import note

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Contact:
    """The operational contact of a partner; None is not known."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


def contacts_of(cursor: Cursor, partner: str, municipalities: Collection[str]) -> dict[str, Contact]:
    """Whom these municipalities call at `partner`, by their codes; an empty contact where nobody wrote one."""
    cursor.execute(
        """SELECT municipality, name, email, phone FROM partner_contacts
        WHERE partner_id = %s AND municipality = ANY(%s)""",
        (partner, list(municipalities)),
    )
    known = {municipality: Contact(*texts) for municipality, *texts in cursor}
    return {municipality: known.get(municipality, Contact()) for municipality in municipalities}


def write_contact(
    cursor: Cursor, partner: str, municipality: str, contact: Contact, *, actor: str, before: Contact | None = None
) -> bool:
    """Keep `contact` as whom `municipality` calls at `partner`. The audit log says that, not what, changed.

    Args:
        cursor: of the caller's transaction.
        partner: its id.
        municipality: whose contact it is, and whose auditors read the line.
        contact: whom to call from now on.
        actor: who says so.
        before: what must stand there still; None: whatever it is.

    Returns:
        False when there is no such partner, or another contact than `before` stands there: then nothing was changed.
    """
    cursor.execute(
        """INSERT INTO partner_contacts AS kept (partner_id, municipality, name, email, phone)
        SELECT id, %(municipality)s, %(name)s, %(email)s, %(phone)s FROM partners WHERE id = %(partner)s
        ON CONFLICT (partner_id, municipality) DO UPDATE
        SET name = excluded.name, email = excluded.email, phone = excluded.phone
        WHERE %(any)s OR (kept.name, kept.email, kept.phone)
            IS NOT DISTINCT FROM (%(was_name)s::text, %(was_email)s::text, %(was_phone)s::text)""",
        {
            **_columns(contact),
            **_columns(before or Contact(), "was_"),
            "partner": partner,
            "municipality": municipality,
            "any": before is None,
        },
    )
    if not cursor.rowcount:
        return False
    note(cursor, actor, "partner-contact", partner, municipality=municipality)
    return True


def _columns(contact: Contact, prefix: str = "") -> dict[str, str | None]:
    return {f"{prefix}{name}": getattr(contact, name) for name in ("name", "email", "phone")}
