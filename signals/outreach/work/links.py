"""Do several partners mean the same person? What somebody of the municipality decided of it.

A household is an address, and a person in it what partners wrote alike; a bare surname may be two people. Whoever
looked at it says "the same" or "different": it changes no case, no route and no count (borders.md section 4), only of
whom an outcome is true (`outcomes`). A decision names the partners that it is about and holds as long as no other one
writes of that person in an open case; then the question is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from signals.outreach.work.hold import hold_case, need_text, tell
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.outcomes import is_certain
from signals.outreach.work.people import NotPossibleError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

Verdict = Literal["same", "different"]
_LINES: Final[dict[Verdict, str]] = {"same": "same-person", "different": "different-persons"}
_WRITERS: Final = """
SELECT initials, date_of_birth, array_agg(DISTINCT partner_id ORDER BY partner_id)
FROM persons JOIN reports ON reports.person_id = persons.id JOIN arrears ON arrears.id = arrears_id
    JOIN cases ON cases.id = reports.case_id
WHERE reports.household_id = %s AND persons.id = %s AND withdrawn IS NULL AND cases.state = 'open'
GROUP BY persons.id
"""
_DECIDE: Final = """
INSERT INTO person_links (person_id, verdict, partners, reason, by_id, by_name) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (person_id) DO UPDATE SET verdict = excluded.verdict, partners = excluded.partners,
    reason = excluded.reason, by_id = excluded.by_id, by_name = excluded.by_name, at = now(), undone_at = NULL
"""


@dataclass(frozen=True, slots=True)
class Link:
    """What was decided of a person: whether these partners mean the same one, by whom (a name), when and why."""

    person: int
    verdict: str
    partners: frozenset[str]
    reason: str | None
    by: str
    at: datetime

    def holds(self, partners: Collection[str]) -> bool:
        """Whether it answers for these partners: nobody else wrote of the person."""
        return self.partners.issuperset(partners)


def links_of(cursor: Cursor, persons: Collection[int]) -> dict[int, Link]:
    """What was decided of these persons and not taken back."""
    cursor.execute(
        """SELECT person_id, verdict, partners, reason, by_name, at FROM person_links
        WHERE person_id = ANY(%s) AND undone_at IS NULL""",
        (list(persons),),
    )
    return {row[0]: Link(row[0], row[1], frozenset(row[2]), *row[3:]) for row in cursor}


def one_by_decision(written: Iterable[tuple[int, str]], links: Mapping[int, Link]) -> frozenset[int]:
    """Of these (person, partner): the persons of whom somebody decided that all these partners mean the same one."""
    partners: dict[int, set[str]] = {}
    for person, partner in written:
        partners.setdefault(person, set()).add(partner)
    return frozenset(
        person
        for person, names in partners.items()
        if person in links and links[person].verdict == "same" and links[person].holds(names)
    )


def decide_link(
    cursor: Cursor, case: int, person: int, verdict: Verdict, actor: Actor, seen: int | None = None, *, reason: str = ""
) -> None:
    """Say whether all partners of whom signals of `person` count at this household mean the same one.

    A reason is asked for "different". Raises StaleError, NotPossibleError (the person is certainly one, is known by
    one partner only, is not of this household, or the same was decided already).
    """
    written = need_text(reason, "the reason", REASON_LENGTH) if verdict == "different" else None
    held = hold_case(cursor, case, seen)
    partners = _writers(cursor, held.household, person)
    before = links_of(cursor, [person]).get(person)
    if before is not None and before.verdict == verdict and before.holds(partners):
        raise NotPossibleError(f"person {person}: this was decided already", "nothing-to-link")
    cursor.execute(_DECIDE, (person, verdict, partners, written, actor.id, actor.name))
    tell(cursor, held.told_at, actor, _LINES[verdict], partners=partners, reason=written)


def _writers(cursor: Cursor, household: int, person: int) -> list[str]:
    """The partners of whom it is the question. Raises NotPossibleError when it is none."""
    cursor.execute(_WRITERS, (household, person))
    found = cursor.fetchone()
    if found is None or len(found[2]) == 1 or is_certain(found[0], found[1]):
        raise NotPossibleError(f"person {person}: there is nothing to decide", "nothing-to-link")
    return list(found[2])


def undo_link(cursor: Cursor, case: int, person: int, actor: Actor, seen: int | None = None) -> None:
    """Take the decision back: it is asked again. Raises StaleError, NotPossibleError."""
    held = hold_case(cursor, case, seen)
    cursor.execute(
        """UPDATE person_links SET undone_at = now() WHERE person_id = %s AND undone_at IS NULL
            AND EXISTS (SELECT FROM persons WHERE persons.id = person_id AND household_id = %s)
        RETURNING partners""",
        (person, held.household),
    )
    found = cursor.fetchone()
    if found is None:
        raise NotPossibleError(f"person {person}: nothing was decided, or it was taken back", "nothing-to-link")
    tell(cursor, held.told_at, actor, "link-undone", partners=found[0])
