"""Who is who in the audit log, what happens there, and of whom is a processing log? For the auditor's pages.

The log itself knows a person by the id that the sign-in gave; the name stands in the lines of signing in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.store.database import Cursor

SIGN_IN: Final = "sign-in"  # the action of the lines that hold a name

_NAMES: Final = """
SELECT asked.actor, line.name, line.at FROM unnest(%s::text[]) AS asked(actor) CROSS JOIN LATERAL (
    SELECT detail ->> 'name' AS name, at FROM audit
    WHERE audit.actor = asked.actor AND action = %s AND detail ? 'name' ORDER BY id DESC LIMIT 1) AS line
"""
_OURS: Final = "(municipality IS NULL OR municipality = ANY(%(here)s))"
_NAMED: Final = f"""
SELECT actor FROM audit WHERE action = %(sign_in)s AND lower(detail ->> 'name') = lower(%(asked)s) AND {_OURS}
UNION (SELECT actor FROM audit WHERE actor = %(asked)s AND {_OURS} LIMIT 1)
ORDER BY actor
"""  # noqa: S608 - our own text
# Each step looks up the next action by the index: the log may be long, its actions are a few dozen.
_ACTIONS: Final = """
WITH RECURSIVE found(action) AS (
    (SELECT action FROM audit ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT audit.action FROM audit WHERE audit.action > found.action ORDER BY audit.action LIMIT 1)
    FROM found WHERE found.action IS NOT NULL)
SELECT action FROM found WHERE action IS NOT NULL ORDER BY action
"""
_SUBJECT: Final = """
SELECT households.id, households.municipality, ARRAY(
    SELECT cases.id FROM cases WHERE cases.household_id = households.id AND state <> 'removed' ORDER BY cases.id)
FROM households WHERE id = {which}
"""
_BY_HOUSEHOLD: Final = _SUBJECT.format(which="%s")
_BY_CASE: Final = _SUBJECT.format(which="(SELECT household_id FROM cases WHERE cases.id = %s)")


_CASES: Final = """
SELECT household_id, array_agg(id ORDER BY id) FROM cases
WHERE household_id = ANY(%s) AND state <> 'removed' GROUP BY household_id
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """As whom somebody signed in last, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DataSubject:
    """A household by its number, with the numbers of its cases; nothing that says who lives there."""

    household: int
    municipality: str
    cases: tuple[int, ...]


def actor_names(cursor: Cursor, actors: Collection[str]) -> dict[str, SignedIn]:
    """Who each of these actors is that ever signed in, as at the last time."""
    cursor.execute(_NAMES, (sorted(set(actors)), SIGN_IN))
    return {actor: SignedIn(name, at) for actor, name, at in cursor}


def actors_named(cursor: Cursor, name_or_id: str, municipalities: Collection[str]) -> list[str]:
    """The ids of all actors that have this id, or ever signed in under this name, in lines of these municipalities."""
    cursor.execute(_NAMED.encode(), {"sign_in": SIGN_IN, "asked": name_or_id, "here": sorted(municipalities)})
    return [actor for (actor,) in cursor]


def known_actions(cursor: Cursor) -> list[str]:
    """Every action that the audit log has, by name."""
    cursor.execute(_ACTIONS)
    return [action for (action,) in cursor]


def data_subject(cursor: Cursor, *, case: int | None = None, household: int | None = None) -> DataSubject | None:
    """The household of this case, or of this number; None when there is none."""
    question, number = (_BY_HOUSEHOLD, household) if case is None else (_BY_CASE, case)
    cursor.execute(question.encode(), (number,))
    found = cursor.fetchone()
    return DataSubject(found[0], found[1], tuple(found[2])) if found else None


def cases_at(cursor: Cursor, households: Collection[int]) -> dict[int, list[int]]:
    """The numbers of the cases of each of these households that has any."""
    cursor.execute(_CASES, (sorted(set(households)),))
    return dict(cursor.fetchall())
