"""Who works on a household? One person at a time (issue "The workbench", part 3).

A claim is of the household: two open cases of it are worked as one (borders.md section 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.outreach.work.hold import hold_household, need_text, tell
from signals.outreach.work.people import Actor, NotPossibleError, TakenError
from signals.outreach.work.teams import assign_held

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a household, and since when."""

    household: int
    by: Actor
    since: datetime


def claim(cursor: Cursor, household: int, actor: Actor) -> Claim:
    """Take the household; a second claim of one's own changes nothing. Raises TakenError when another holds it."""
    held = hold_household(cursor, household)
    cursor.execute(
        "INSERT INTO claims (household_id, user_id, user_name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (household, actor.id, actor.name),
    )
    if cursor.rowcount:
        tell(cursor, held.told_at, actor, "claimed")
    found = claims_of(cursor, [household])[household]
    if found.by.id != actor.id:
        raise TakenError(found.by.name)
    return found


def let_go(cursor: Cursor, household: int, actor: Actor) -> bool:
    """Let go of one's own claim; False when there was none. Raises TakenError when another holds it."""
    held = hold_household(cursor, household)
    found = claims_of(cursor, [household]).get(household)
    if found is None:
        return False
    if found.by.id != actor.id:
        raise TakenError(found.by.name)
    end_claim(cursor, household)
    tell(cursor, held.told_at, actor, "let-go")
    return True


def hand_over(cursor: Cursor, household: int, to: Actor | None, team: str | None, actor: Actor, reason: str) -> None:
    """Give the household to a colleague (`to`), to a team's queue (`team`, then nobody holds it), or to both.

    Raises NotPossibleError when neither is given or the team is unknown. Whether `actor` may hand over another's claim
    is the page's to check.
    """
    if to is None and team is None:
        raise NotPossibleError("name a colleague or a team to hand over to")
    reason = need_text(reason, "the reason", 500)
    held = hold_household(cursor, household)
    if team is not None:
        assign_held(cursor, held, team, actor, reason)
    if to is None:
        end_claim(cursor, household)
        return
    cursor.execute(
        """INSERT INTO claims (household_id, user_id, user_name) VALUES (%s, %s, %s)
        ON CONFLICT (household_id) DO UPDATE
            SET user_id = excluded.user_id, user_name = excluded.user_name, since = now()""",
        (household, to.id, to.name),
    )
    tell(cursor, held.told_at, actor, "handed-over", to=to.name, reason=reason)


def end_claim(cursor: Cursor, household: int) -> None:
    """Nobody holds the household any more."""
    cursor.execute("DELETE FROM claims WHERE household_id = %s", (household,))


def claims_of(cursor: Cursor, households: Collection[int]) -> dict[int, Claim]:
    """Who holds these households; those that nobody holds are left out."""
    cursor.execute(
        "SELECT household_id, user_id, user_name, since FROM claims WHERE household_id = ANY(%s)", (list(households),)
    )
    return {number: Claim(number, Actor(user, name), since) for number, user, name, since in cursor}


def colleagues(cursor: Cursor, municipality: str, but: Actor) -> list[Actor]:
    """Who else works in the municipality, by name, at most 50: signed in there, or holding a household of it."""
    cursor.execute(
        """SELECT user_id, max(user_name) AS name FROM (
            SELECT user_id, user_name FROM claims JOIN households ON households.id = household_id
                WHERE households.municipality = %(here)s
            UNION ALL SELECT user_id, user_name FROM sessions
                WHERE %(here)s = ANY(municipalities) AND roles && ARRAY['specialist', 'team-lead']) AS present
        WHERE user_id <> %(but)s GROUP BY user_id ORDER BY name, user_id LIMIT 50""",
        {"here": municipality, "but": but.id},
    )
    return [Actor(user, name) for user, name in cursor]
