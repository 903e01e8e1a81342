"""Whom does one call at a partner? The desk of an organisation, kept beside what the partner may send.

Users of systems like this one ask for it (domain.md section 8). It is the desk of an organisation, not a resident's
address; still nothing of it goes to a log. A partner has one, for all municipalities of the installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.store.audit import note_each

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Contact:
    """The operational contact of a partner; None is not known."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


def write_contact(
    cursor: Cursor,
    partner: str,
    contact: Contact,
    *,
    actor: str,
    before: Contact | None = None,
    municipalities: Collection[str] = (),
) -> bool:
    """Keep `contact` for `partner`. The audit log says that, not what, changed.

    Args:
        cursor: of the caller's transaction.
        partner: its id.
        contact: whom to call from now on.
        actor: who says so.
        before: what must stand there still; None: whatever it is.
        municipalities: whose auditors read the line; none: it is of no single one.

    Returns:
        False when there is no such partner, or it has another contact than `before`: then nothing was changed.
    """
    cursor.execute(
        """UPDATE partners SET contact_name = %(name)s, contact_email = %(email)s, contact_phone = %(phone)s
        WHERE id = %(partner)s AND (%(any)s OR (contact_name, contact_email, contact_phone)
            IS NOT DISTINCT FROM (%(was_name)s::text, %(was_email)s::text, %(was_phone)s::text))""",
        {**_columns(contact), **_columns(before or Contact(), "was_"), "partner": partner, "any": before is None},
    )
    if not cursor.rowcount:
        return False
    note_each(cursor, actor, "partner-contact", partner, None, municipalities)
    return True


def _columns(contact: Contact, prefix: str = "") -> dict[str, str | None]:
    return {f"{prefix}{name}": getattr(contact, name) for name in ("name", "email", "phone")}
