"""For which municipalities does a partner signal here? Whom it concerns when its delivery is read on or anew.

Beside the walk, read by whoever acts on a partner (docs/decisions/0030).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from signals.store.database import Cursor

# An arrears is looked up by municipality and partner, so this reads one row of an index for each municipality.
_REACHED: Final = """
SELECT here.municipality, here.municipality = ANY(partners.municipalities),
    EXISTS (SELECT FROM arrears WHERE arrears.municipality = here.municipality AND arrears.partner_id = partners.id)
FROM partners CROSS JOIN (SELECT DISTINCT municipality FROM policy_versions) AS here WHERE partners.id = %s
"""


def reached(cursor: Cursor, partner: str) -> frozenset[str]:
    """The municipalities of this installation that `partner` concerns.

    Those for which it is registered. A partner that is registered for all concerns those for which it ever signalled,
    and until it did for any, all of them.
    """
    rows = cursor.execute(_REACHED, (partner,)).fetchall()
    named = {municipality for municipality, is_named, _ in rows if is_named}
    signalled = {municipality for municipality, _, has_signalled in rows if has_signalled}
    return frozenset(named or signalled or {municipality for municipality, _, _ in rows})
