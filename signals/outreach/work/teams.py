"""In whose queue does a household stand? By hand, or by the policy's areas and partners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from signals.contract.moments import AMSTERDAM
from signals.outreach.queues import policy_book
from signals.outreach.teams import team_of
from signals.outreach.work.hold import hold_household, need_text, tell
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.people import NotPossibleError

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.outreach.policy import Policy
    from signals.outreach.teams import Team
    from signals.outreach.work.hold import Held
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person put the household in the queue of `team` (None: the common queue), whatever the policy says."""

    household: int
    team: str | None
    by: str
    at: datetime
    reason: str


def team_at(
    by_hand: Assignment | None, teams: Collection[Team], postcode: str, partners: Collection[str]
) -> str | None:
    """The key of the team in whose queue a household stands, None: the common one. By hand, else by the policy.

    A team that the policy has no more is nobody's queue, so what was assigned to it goes by the policy again.
    """
    if by_hand is not None and (by_hand.team is None or by_hand.team in {team.key for team in teams}):
        return by_hand.team
    return team_of(teams, postcode, partners)


def policy_today(cursor: Cursor, municipality: str) -> Policy:
    """The policy in force today: whose teams and referral targets there are."""
    return policy_book(cursor).in_force(municipality, datetime.now(AMSTERDAM).date())


def assign(cursor: Cursor, household: int, team: str | None, actor: Actor, reason: str) -> None:
    """Put the household in a team's queue, or (None) back in the common one. Raises NotPossibleError."""
    reason = need_text(reason, "the reason", REASON_LENGTH)
    assign_held(cursor, hold_household(cursor, household), team, actor, reason)


def assign_held(cursor: Cursor, held: Held, team: str | None, actor: Actor, reason: str) -> None:
    """As `assign`, for a household that is locked already."""
    names = {one.key: one.name for one in policy_today(cursor, held.municipality).teams}
    if team is not None and team not in names:
        raise NotPossibleError(f"team {team}: the policy has no such team", "no-team")
    cursor.execute(
        """INSERT INTO assignments (household_id, team, by_id, by_name, reason) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (household_id) DO UPDATE SET team = excluded.team, by_id = excluded.by_id,
            by_name = excluded.by_name, reason = excluded.reason, at = now()""",
        (held.household, team, actor.id, actor.name, reason),
    )
    tell(cursor, held.told_at, actor, "team", team=None if team is None else names[team], reason=reason)
