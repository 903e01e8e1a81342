"""How does a person let work go out? (`signals release`, design.md section 5)

Work waits in a queue until someone releases it. What was released is decided by a person: its reports are picked up and
keep that status, whatever comes in later (borders.md section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from psycopg.rows import class_row

from signals.contract.moments import AMSTERDAM
from signals.errors import SignalsError
from signals.outreach.feedback import tell_partners
from signals.outreach.work.doors import UNSAFE
from signals.outreach.work.steps import sent_by
from signals.outreach.work.teams import policy_today
from signals.store import ledger
from signals.store.audit import note_cases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.store.database import Cursor

# What deciding on a release asks for: these cases alone, without their place among all others.
_ASKED: Final = f"""
SELECT cases.id, household_id, cases.municipality, concat_ws(' ', postcode, number, nullif(suffix, '')) AS household,
    state, route, received_on, waiting, held,
    (SELECT min(other.id) FROM cases AS other
        WHERE other.household_id = cases.household_id AND other.state = 'open' AND other.waiting
        AND other.route = 'home-visit' AND NOT other.id = ANY(%(wanted)s)) AS visit,
    {UNSAFE} AS unsafe
FROM cases JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
WHERE cases.id = ANY(%(wanted)s) AND state <> 'removed' ORDER BY cases.id
"""  # noqa: S608 - our own text
# Judging again asks what this person could see: the events that were there, and with --reviewed the deaths.
_RELEASE: Final = """
UPDATE cases SET released_route = route, released_at = now(), released_by = %(actor)s,
    released_how = %(how)s,
    waiting = false, waiting_since = NULL, held = held AND NOT %(reviewed)s,
    letter_fault = NULL, -- whoever lets it go anew has looked at it
    closed_outcome = NULL, closed_through = NULL, -- it came back after it was closed: from here on it stays open
    released_through = (SELECT max(events.id) FROM events WHERE arrears_id IN (
        SELECT arrears_id FROM reports WHERE case_id = cases.id)),
    reviewed_through = CASE WHEN NOT %(reviewed)s THEN reviewed_through ELSE greatest(reviewed_through, (
        SELECT max(deceased_on) FROM arrears
        WHERE deceased_household_id = cases.household_id AND deceased_on IS NOT NULL)) END,
    reviewed_marks = CASE WHEN NOT %(reviewed)s THEN reviewed_marks ELSE ARRAY(
        SELECT event_id FROM reports WHERE reports.household_id = cases.household_id
            AND reports.deceased_on IS NOT NULL ORDER BY event_id) END,
    follow_up_on = coalesce((SELECT on_day FROM next_steps WHERE next_steps.household_id = cases.household_id),
        (SELECT letter.by FROM unnest(%(letters)s::bigint[], %(sent_by)s::date[]) AS letter(number, by)
            WHERE letter.number = cases.id),
        %(today)s)
WHERE id = ANY(%(numbers)s)
"""
_KEPT: Final = {"closing": "contact"}  # the column tells a release from all else


class NotReleasedError(SignalsError):
    """Nothing was released; the text says why, case by case. `code` is for the pages, where they say more of it."""

    def __init__(self, text: str, code: Literal["unsafe"] | None = None) -> None:
        self.code: Final = code
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class AskedCase:
    """A case that someone wants to release.

    `visit` is a case of its household whose visit would wait on; `unsafe`: nobody goes to that door
    (`visits.unsafe`).
    """

    id: int
    household_id: int
    municipality: str
    household: str
    state: str
    route: str
    received_on: date
    waiting: bool
    held: bool
    visit: int | None
    unsafe: bool

    @property
    def is_unsafe_visit(self) -> bool:
        """Whether it is a visit to a door to which nobody goes."""
        return self.unsafe and self.route == "home-visit"


@dataclass(frozen=True, slots=True)
class Released:
    """A case that was let go, and by which route."""

    case: AskedCase
    route: str


def release(
    cursor: Cursor, numbers: Sequence[int], *, actor: str, name: str | None = None, reviewed: bool = False
) -> list[Released]:
    """Release these cases, all or none. Raises NotReleasedError.

    Args:
        cursor: Of the transaction.
        numbers: The cases.
        actor: Who does it, for the logs.
        name: Who does it, for colleagues to read in the history; `actor` when absent.
        reviewed: Also let go what is held for review.
    """
    wanted = sorted(set(numbers))
    cursor.execute(
        """SELECT households.id FROM households WHERE id IN (SELECT household_id FROM cases WHERE id = ANY(%s))
        ORDER BY id FOR UPDATE""",
        (wanted,),
    )
    cases = _asked(cursor, wanted)
    found = {case.id for case in cases}
    faults = [f"case {number}: there is no such case" for number in wanted if number not in found]
    faults += [fault for case in cases if (fault := _why_not(case, reviewed=reviewed))]
    if faults:
        code: Literal["unsafe"] | None = "unsafe" if any(case.is_unsafe_visit for case in cases) else None
        raise NotReleasedError("Nothing was released.\n" + "\n".join(f"  - {fault}" for fault in faults), code)
    _let_go(cursor, cases, actor=actor, name=name or actor, how="release", reviewed=reviewed)
    note_cases(cursor, actor, "release", [case.id for case in cases], {"reviewed": reviewed})
    return [Released(case, case.route) for case in cases]


def take_up_by_hand(
    cursor: Cursor,
    household: int,
    *,
    actor: str,
    name: str,
    only: Sequence[int] | None = None,
    how: Literal["contact", "closing"] = "contact",
) -> list[int]:
    """Let go what waits at this household (which is locked), because a person works it; the numbers of those cases.

    What is held for review stays held: a death is looked at on purpose. Of these cases alone when `only` is given. The
    history says `how`; the case knows but that it was no release. A closing tells the partners itself, and once.
    """
    cursor.execute(
        """SELECT id FROM cases WHERE household_id = %s AND state = 'open' AND waiting
        AND (%s::bigint[] IS NULL OR id = ANY(%s))""",
        (household, only, only),
    )
    cases = _asked(cursor, [number for (number,) in cursor.fetchall()])
    if cases:
        _let_go(cursor, cases, actor=actor, name=name, how=how)
    return [case.id for case in cases]


def _asked(cursor: Cursor, wanted: Sequence[int]) -> list[AskedCase]:
    with cursor.connection.cursor(row_factory=class_row(AskedCase)) as reading:
        return reading.execute(_ASKED, {"wanted": wanted}).fetchall()


def _why_not(case: AskedCase, *, reviewed: bool) -> str | None:
    if case.state != "open":
        return f"case {case.id} is {case.state}; only an open case can be released"
    if case.held and not reviewed:
        return (
            f"case {case.id} is held for review, because a death was reported at this address: "
            "look at it first, then release it with --reviewed"
        )
    if not case.waiting and not case.held:  # a death after the release is looked at too
        return f"case {case.id} does not wait: it was released before and nothing new came in"
    if case.is_unsafe_visit:
        return (
            f"case {case.id} asks for a visit, and it is not safe at that door: choose a letter, or let a team lead "
            "say that it is safe again"
        )
    if case.route == "letter" and case.visit is not None:
        return (
            f"case {case.id}: no letter goes out while a visit waits at the same household; "
            f"release case {case.visit} with it"
        )
    return None


def _told(case: AskedCase, how: str) -> dict[str, str]:
    """What its history says; only what was no release says how it was let go."""
    return {"route": case.route} if how == "release" else {"route": case.route, "how": how}


def _let_go(
    cursor: Cursor, cases: Sequence[AskedCase], *, actor: str, name: str, how: str, reviewed: bool = False
) -> None:
    numbers = [case.id for case in cases]
    asked = {"actor": actor, "how": _KEPT.get(how, how), "reviewed": reviewed, "numbers": numbers}
    cursor.execute(_RELEASE, asked | _comes_up(cursor, cases if how == "release" else ()))
    ledger.add_history(cursor, [ledger.HistoryRow(case.id, name, "released", _told(case, how)) for case in cases])
    cursor.execute(
        """UPDATE reports SET status = 'picked-up', picked_up = true
        WHERE case_id = ANY(%s) AND status = 'not-yet-picked-up' RETURNING event_id""",
        (numbers,),
    )
    if how != "closing":
        tell_partners(cursor, {case.household_id for case in cases}, {row[0] for row in cursor})


def _comes_up(cursor: Cursor, released: Sequence[AskedCase]) -> dict[str, Any]:
    """When it is to be followed up, where no step is planned: today, and a letter when it should be sent by then."""
    today = datetime.now(AMSTERDAM).date()
    letters = [case for case in released if case.route == "letter"]
    policies = {place: policy_today(cursor, place) for place in sorted({case.municipality for case in letters})}
    by = [sent_by(case.received_on, policies[case.municipality], today) for case in letters]
    return {"letters": [case.id for case in letters], "sent_by": by, "today": today}
