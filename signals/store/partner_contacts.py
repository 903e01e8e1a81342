"""Whom does one call at a partner? The desk of an organisation, kept beside what the partner may send.

Users of systems like this one ask for it (domain.md section 8). It is the desk of an organisation, not a resident's
address; still nothing of it goes to a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.store.audit import note

if TYPE_CHECKING:
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Contact:
    """The operational contact of a partner; None is not known."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


def write_contact(cursor: Cursor, partner: str, contact: Contact, *, actor: str) -> bool:
    """Keep `contact` for `partner`; False when there is no such partner. The audit log says that, not what, changed."""
    cursor.execute(
        "UPDATE partners SET contact_name = %s, contact_email = %s, contact_phone = %s WHERE id = %s",
        (contact.name, contact.email, contact.phone, partner),
    )
    if not cursor.rowcount:
        return False
    note(cursor, actor, "partner-contact", partner)
    return True
