"""Where does nobody go to the door any more, who said so, and who may lift that? (design.md section 5)

Said of a household, until a team lead lifts it. What would be a visit falls back to a letter: that is a choice of
route as a person makes it, so a graver signal that comes in later raises it again; then too no list has the household.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.outreach.visits.lists import VisitError
from signals.outreach.work.decisions import change_route
from signals.outreach.work.hold import hold_household, need_text, tell
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.steps import AT_THE_DOOR

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.households.address import HouseholdAddress
    from signals.outreach.work.hold import Held
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

WHY_A_LETTER: Final = "Aan de deur is het niet veilig"
"""The reason of the other route, as the history shows it."""

# Also where the route was a letter already, and a visit was agreed or came next.
_NO_VISIT: Final = """
UPDATE next_steps SET kind = 'letter', part = NULL, why = 'not-reached' WHERE household_id = %s AND kind = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Who said that it is not safe at a household's door, and when."""

    by: str
    at: datetime


def unsafe_at(cursor: Cursor, households: Collection[int]) -> dict[int, Unsafe]:
    """Those of these households at whose door it is not safe."""
    cursor.execute(
        "SELECT household_id, by_name, at FROM unsafe_homes WHERE household_id = ANY(%s) AND lifted_at IS NULL",
        (list(households),),
    )
    return {household: Unsafe(by, at) for household, by, at in cursor}


def unsafe_by_municipality(cursor: Cursor, address: HouseholdAddress) -> dict[str, int]:
    """The households at this address (of any municipality) at whose door it is not safe, by municipality."""
    cursor.execute(
        """SELECT households.municipality, households.id FROM addresses
            JOIN households ON households.address_id = addresses.id
            JOIN unsafe_homes ON unsafe_homes.household_id = households.id AND lifted_at IS NULL
        WHERE (postcode, number, suffix) = (%s, %s, %s)""",
        (address.postcode, address.number, address.suffix),
    )
    return dict(cursor.fetchall())


def flag_unsafe(cursor: Cursor, household: int, actor: Actor) -> None:
    """Nobody goes to this door any more: its open cases are worked by letter. Said once, it stays said.

    Raises NotPossibleError when the household has no case.
    """
    held = hold_household(cursor, household)
    cursor.execute(
        """INSERT INTO unsafe_homes (household_id, by_id, by_name) VALUES (%s, %s, %s)
        ON CONFLICT (household_id) WHERE lifted_at IS NULL DO NOTHING""",
        (household, actor.id, actor.name),
    )
    if cursor.rowcount:
        tell(cursor, held.told_at, actor, "unsafe")
    _write_instead(cursor, held, actor)
    cursor.execute(_NO_VISIT, (household, sorted(AT_THE_DOOR)))


def _write_instead(cursor: Cursor, held: Held, actor: Actor) -> None:
    """Each of the open cases that asks for a visit gets the other route; one choice may settle the others too."""
    for case in held.open_cases:
        cursor.execute("SELECT route = 'home-visit' AND state = 'open' FROM cases WHERE id = %s", (case,))
        if cursor.fetchone() == (True,):
            change_route(cursor, case, "letter", WHY_A_LETTER, actor)


def lift_unsafe(cursor: Cursor, household: int, actor: Actor, reason: str, *, team_lead: bool) -> None:
    """It is safe again at this door, says a team lead; which route is right then, a person chooses.

    Raises VisitError (no team lead; nobody said that it is unsafe), NotPossibleError (no reason).
    """
    if not team_lead:
        raise VisitError("only a team lead can say that it is safe again: ask one", "not-a-lead")
    reason = need_text(reason, "the reason", REASON_LENGTH)
    held = hold_household(cursor, household)
    cursor.execute(
        """UPDATE unsafe_homes SET lifted_at = now(), lifted_by = %s, lifted_why = %s
        WHERE household_id = %s AND lifted_at IS NULL""",
        (actor.name, reason, household),
    )
    if not cursor.rowcount:
        raise VisitError(f"household {household}: nobody said that it is unsafe there, or it was lifted", "not-unsafe")
    tell(cursor, held.told_at, actor, "unsafe-lifted", reason=reason)
