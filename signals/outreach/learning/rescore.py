"""How do the scores that stand in the queues become those of another model? Household by household, as by any event.

After an activation or a roll-back (`activation`) every batch and every act judges by what is in use now; what nobody
touches is judged again here, a number of households at a time, each time in a transaction with their locks. What is
left to do is asked of the cases themselves, so whoever is stopped goes on where it was.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signals.outreach.learning import registry
from signals.outreach.queues import policy_book
from signals.outreach.work.rejudge import rejudge
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from signals.outreach.policy import PolicyBook
    from signals.store.database import Cursor

HOUSEHOLDS: Final = 200  # at a time: some tenths of a second in which a batch waits for one of them

# A case without open arrears has no score to come by. The policy of a case may be newer than the one it was judged by:
# that matters where a model speaks, because a blend says how much.
_STALE: Final = """
FROM cases JOIN unnest(%(policies)s::bigint[], %(first)s::date[], %(before)s::date[], %(speaks)s::boolean[])
    AS policy(id, first, before, speaks) ON period_start >= policy.first AND period_start < policy.before
WHERE municipality = %(municipality)s AND state <> 'removed' AND household_id > %(after)s AND (
    scored_by IS DISTINCT FROM CASE WHEN arrears_count > 0 AND policy.speaks THEN %(active)s::bigint END
    OR shadow_by IS DISTINCT FROM CASE WHEN arrears_count > 0 THEN %(shadow)s::bigint END
    OR (scored_by IS NOT NULL AND policy_id <> policy.id))
"""


class Rescored(NamedTuple):
    """How many households were judged again, and how many of their cases have another score now."""

    households: int
    changed: int


def rescore(engine: Engine, municipality: str, told: Callable[[int], None]) -> Rescored:
    """Score every case there by what is in use now, where it was not; `told` hears how many households are done."""
    done = changed = after = 0
    while True:
        with transaction(engine) as cursor:
            households = _next(cursor, municipality, after)
            if not households:
                return Rescored(done, changed)
            changed += _judge_again(cursor, households)
        done += len(households)
        after = households[-1]
        told(done)


def waiting(cursor: Cursor, municipality: str) -> int:
    """How many households have a case that is not scored by what is in use now."""
    cursor.execute(f"SELECT count(DISTINCT household_id) {_STALE}".encode(), _asked(cursor, municipality, 0))
    return int(cursor.fetchall()[0][0])


def _next(cursor: Cursor, municipality: str, after: int) -> list[int]:
    """The next of them by number; in the order of the index on household and period, so that none is sorted."""
    asked = _asked(cursor, municipality, after) | {"size": HOUSEHOLDS}
    cursor.execute(
        f"SELECT household_id {_STALE} GROUP BY household_id ORDER BY household_id LIMIT %(size)s".encode(),
        asked,
    )
    return [number for (number,) in cursor]


def _judge_again(cursor: Cursor, households: list[int]) -> int:
    cursor.execute("SELECT id FROM households WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (households,))
    before = _scores(cursor, households)
    rejudge(cursor, households)
    return len(before.items() - _scores(cursor, households).items())


def _scores(cursor: Cursor, households: list[int]) -> dict[int, int]:
    cursor.execute("SELECT id, score FROM cases WHERE household_id = ANY(%s) AND state <> 'removed'", (households,))
    return dict(cursor.fetchall())


def _asked(cursor: Cursor, municipality: str, after: int) -> dict[str, Any]:
    standing = registry.standing(cursor, municipality)
    versions = _versions(policy_book(cursor), municipality)
    return {
        "municipality": municipality,
        "after": after,
        "active": standing.active,
        "shadow": standing.shadow,
        "policies": [one.policy for one in versions],
        "first": [one.first for one in versions],
        "before": [one.before for one in versions],
        "speaks": [one.speaks for one in versions],
    }


class _Version(NamedTuple):
    """A policy with the days from and before which a period begins that it judges, and whether a model speaks."""

    policy: int
    first: date
    before: date
    speaks: bool


def _versions(book: PolicyBook, municipality: str) -> list[_Version]:
    """As `PolicyBook.in_force` has it: before the first version its policy counts."""
    own = [one for one in book.versions() if one.municipality == municipality]
    firsts = [date.min, *(one.valid_from for one in own[1:])]
    return [
        _Version(one.id, first, before, one.choice.by != "framework")
        for one, first, before in zip(own, firsts, [*firsts[1:], date.max], strict=True)
    ]
