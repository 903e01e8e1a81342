"""Who works on a household? One person at a time (issue "The workbench", part 3).

A claim is of the household: two open cases of it are worked as one (borders.md section 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.outreach.teams import COMMON
from signals.outreach.work.hold import hold_household, need_text, tell
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.people import Actor, NotPossibleError, TakenError
from signals.outreach.work.teams import assign_held

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.store.database import Cursor


# What `giver` handed over to someone who wrote no line in the history since: who got it, and who held it before.
_GIVEN: Final = """
SELECT user_name, before_id, before_name FROM claims WHERE household_id = %(household)s AND giver_id = %(giver)s
    AND NOT EXISTS (SELECT FROM case_history AS line JOIN cases ON cases.id = line.case_id
        WHERE cases.household_id = claims.household_id AND line.actor = claims.user_name AND line.id > (
            SELECT max(told.id) FROM case_history AS told JOIN cases AS own ON own.id = told.case_id
            WHERE own.household_id = claims.household_id AND told.kind = 'handed-over'))
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a household, and since when.

    `given_by`: who handed it over to someone who did not look at it yet (a name). `giver`: who can take that back.
    """

    household: int
    by: Actor
    since: datetime
    given_by: str | None = None
    giver: str | None = None  # an id


def claim(cursor: Cursor, household: int, actor: Actor) -> bool:
    """Take the household; False when one holds it already: that changes nothing.

    Raises TakenError when another holds it, NotPossibleError when nothing of it is open.
    """
    held = hold_household(cursor, household)
    held.need_work()
    cursor.execute(
        "INSERT INTO claims (household_id, user_id, user_name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (household, actor.id, actor.name),
    )
    if cursor.rowcount:
        tell(cursor, held.told_at, actor, "claimed")
        return True
    found = claims_of(cursor, [household])[household]
    if found.by.id != actor.id:
        raise TakenError(found.by.name)
    return False


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


def hand_over(
    cursor: Cursor,
    household: int,
    to: Actor | None,
    team: str | None,
    actor: Actor,
    reason: str,
    *,
    held_by: str | None,
) -> None:
    """Give the household to a colleague, or into a queue, where nobody holds it.

    Whether `actor` may hand over another's claim is the page's to check: it says in `held_by` whose that was.

    Args:
        cursor: Of the transaction.
        household: Its number.
        to: The colleague.
        team: The key of the team into whose queue it goes, or `teams.COMMON`.
        actor: Who does it.
        reason: Why, for colleagues to read.
        held_by: The id of who held it on the page that the actor saw; None: nobody.

    Raises:
        TakenError: Somebody else holds it by now.
        NotPossibleError: Neither a colleague nor a queue is given, the policy has no such team, or nothing is open.
    """
    if to is None and team is None:
        raise NotPossibleError("name a colleague or a team to hand over to", "choice")
    reason = need_text(reason, "the reason", REASON_LENGTH)
    held = hold_household(cursor, household)
    held.need_work()
    holder = _require_holder(cursor, household, {actor.id, held_by})
    if team is not None:
        assign_held(cursor, held, None if team == COMMON else team, actor, reason)
    if to is None:
        end_claim(cursor, household)
        return
    cursor.execute(
        """INSERT INTO claims (household_id, user_id, user_name, given_by, giver_id, before_id, before_name)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (household_id) DO UPDATE SET user_id = excluded.user_id, user_name = excluded.user_name,
            given_by = excluded.given_by, giver_id = excluded.giver_id, before_id = excluded.before_id,
            before_name = excluded.before_name, since = now()""",
        (household, to.id, to.name, None if to.id == actor.id else actor.name, actor.id, *_known(holder)),
    )
    tell(cursor, held.told_at, actor, "handed-over", holder=(holder or actor).name, to=to.name, reason=reason)


def _known(holder: Actor | None) -> tuple[str | None, str | None]:
    return (None, None) if holder is None else (holder.id, holder.name)


def take_back(cursor: Cursor, household: int, actor: Actor, seen: int | None = None) -> None:
    """Take back what `actor` handed over: whoever held it before holds it again, or nobody.

    As long as the one who got it did nothing with it; to open it is no more than to look. Raises StaleError,
    NotPossibleError.
    """
    held = hold_household(cursor, household, seen)
    cursor.execute(_GIVEN, {"household": household, "giver": actor.id})
    found = cursor.fetchone()
    if found is None:
        raise NotPossibleError("nothing to take back: who got it began, or another handed it over", "not-given")
    to, before_id, before_name = found
    end_claim(cursor, household)
    if before_id is not None:
        cursor.execute(
            "INSERT INTO claims (household_id, user_id, user_name) VALUES (%s, %s, %s)",
            (household, before_id, before_name),
        )
    tell(cursor, held.told_at, actor, "hand-over-undone", to=to)


def _require_holder(cursor: Cursor, household: int, expected: Collection[str | None]) -> Actor | None:
    """Who holds the (locked) household, if anyone. Raises TakenError when somebody else took it meanwhile."""
    found = claims_of(cursor, [household]).get(household)
    if found is not None and found.by.id not in expected:
        raise TakenError(found.by.name)
    return None if found is None else found.by


def note_arrival(cursor: Cursor, household: int, user: str) -> None:
    """Whoever got the household handed over has opened it now: their queues say so no more."""
    cursor.execute(
        "UPDATE claims SET given_by = NULL WHERE household_id = %s AND user_id = %s AND given_by IS NOT NULL",
        (household, user),
    )


def end_claim(cursor: Cursor, household: int) -> None:
    """Nobody holds the household any more."""
    cursor.execute("DELETE FROM claims WHERE household_id = %s", (household,))


def claims_of(cursor: Cursor, households: Collection[int]) -> dict[int, Claim]:
    """Who holds these households; those that nobody holds are left out."""
    cursor.execute(
        "SELECT household_id, user_id, user_name, since, given_by, giver_id FROM claims WHERE household_id = ANY(%s)",
        (list(households),),
    )
    return {number: Claim(number, Actor(user, name), *rest) for number, user, name, *rest in cursor}


def colleagues(cursor: Cursor, municipality: str, but: Actor) -> list[Actor]:
    """Who else works cases of the municipality, by name, at most 200: whoever ever signed in for it."""
    cursor.execute(
        """SELECT user_id, name FROM colleagues
        WHERE %(here)s = ANY(municipalities) AND roles && ARRAY['specialist', 'team-lead'] AND user_id <> %(but)s
        ORDER BY name, user_id LIMIT 200""",
        {"here": municipality, "but": but.id},
    )
    return [Actor(user, name) for user, name in cursor]
