"""Somebody says whether two persons of one household are one: what is written down, and what follows from it?

It changes no route and no count (borders.md section 4), only of whom an outcome is true and who is whom here (`pairs`
reads it). Where somebody marked a death it may be that of the other one too, so the household is judged again
(docs/decisions/0036).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.households.likeness import may_be_one
from signals.outreach.work.hold import hold_case, need_text, tell
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.pairs import alike, contradicts, likeness_by_columns, pairs_of
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.rejudge import rejudge
from signals.store.persons import NUMBERED_ALIKE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.households.likeness import Likeness
    from signals.outreach.work.links import Verdict
    from signals.outreach.work.pairs import Pair
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

_LINES: Final[dict[Verdict, str]] = {"same": "one-person", "different": "two-persons"}
_COUNTING: Final = f"""
SELECT persons.id, initials, surname, partner_surname, business_name, date_of_birth, {NUMBERED_ALIKE}, counting.partners
FROM persons JOIN (
    SELECT person_id, array_agg(DISTINCT partner_id ORDER BY partner_id) AS partners
    FROM reports JOIN arrears ON arrears.id = arrears_id JOIN cases ON cases.id = reports.case_id
    WHERE reports.household_id = %s AND withdrawn IS NULL AND cases.state = 'open' GROUP BY person_id
) AS counting ON counting.person_id = persons.id
"""  # noqa: S608 - our own texts
_DECIDE: Final = """
INSERT INTO person_pairs (household_id, person_id, other_id, verdict, reason, by_id, by_name)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (household_id, person_id, other_id) DO UPDATE SET verdict = excluded.verdict, reason = excluded.reason,
    by_id = excluded.by_id, by_name = excluded.by_name, at = now(), undone_at = NULL
"""


def decide_pair(
    cursor: Cursor, case: int, pair: Pair, verdict: Verdict, actor: Actor, seen: int | None = None, *, reason: str = ""
) -> None:
    """Say whether two persons whose signals count in open cases of the household of `case` are one.

    A reason is asked for "different". Raises StaleError, NotPossibleError (they cannot be one, or are not both there;
    it was decided already; it contradicts what was decided of others).
    """
    written = need_text(reason, "the reason", REASON_LENGTH) if verdict == "different" else None
    held = hold_case(cursor, case, seen)
    persons, partners = _counting(cursor, held.household)
    links = pairs_of(cursor, [held.household])
    before = links.pop(pair, None)
    if not may_be_asked(pair, persons) or (before is not None and before.verdict == verdict):
        raise NotPossibleError(f"persons {pair}: there is nothing to decide", "nothing-to-link")
    groups = alike(links)
    follows = pair[1] in groups.get(pair[0], ())
    if follows if verdict == "different" else contradicts(pair, persons, links, groups):
        raise NotPossibleError(f"persons {pair}: something else was decided of them and a third", "contradicts")
    cursor.execute(_DECIDE, (held.household, *pair, verdict, written, actor.id, actor.name))
    tell(cursor, held.told_at, actor, _LINES[verdict], partners=_named(pair, partners), persons=pair, reason=written)
    rejudge(cursor, [held.household])


def may_be_asked(pair: Pair, persons: Mapping[int, Likeness]) -> bool:
    """Whether signals of both count, and nothing that was written of them contradicts that they are one."""
    one, other = (persons.get(person) for person in pair)
    return pair[0] < pair[1] and one is not None and other is not None and may_be_one(one, other)


def _counting(cursor: Cursor, household: int) -> tuple[dict[int, Likeness], dict[int, list[str]]]:
    """Whose signals count in the open cases of a household: what they are compared by, and the partners who wrote."""
    cursor.execute(_COUNTING.encode(), (household,))
    rows = cursor.fetchall()
    return {row[0]: likeness_by_columns(row[1:7]) for row in rows}, {row[0]: row[7] for row in rows}


def _named(pair: Pair, partners: Mapping[int, Collection[str]]) -> list[str]:
    return sorted({name for person in pair for name in partners.get(person, ())})


def undo_pair(cursor: Cursor, case: int, pair: Pair, actor: Actor, seen: int | None = None) -> None:
    """Take the decision back: it is asked again. Raises StaleError, NotPossibleError."""
    held = hold_case(cursor, case, seen)
    cursor.execute(
        """UPDATE person_pairs SET undone_at = now()
        WHERE household_id = %s AND person_id = %s AND other_id = %s AND undone_at IS NULL""",
        (held.household, *pair),
    )
    if not cursor.rowcount:
        raise NotPossibleError(f"persons {pair}: nothing was decided, or it was taken back", "nothing-to-link")
    _, partners = _counting(cursor, held.household)
    tell(cursor, held.told_at, actor, "pair-undone", partners=_named(pair, partners), persons=pair)
    rejudge(cursor, [held.household])
