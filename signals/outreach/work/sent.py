"""Which letters were released and are not sent yet, and what follows once they are? (docs/decisions/0037)

A release is no contact attempt: a letter that lies in the printer reached nobody. Whoever sends the letters of a run
says so of all of them at once, and a print run may too (`letters_sent`): each household gets the attempt and the next
step that a letter written down by hand gives. However many letters there are, the statements are as few.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import class_row

from signals.contract.moments import AMSTERDAM
from signals.outreach.work.attempts import plan
from signals.outreach.work.dossier_parts import Address
from signals.outreach.work.given_back import BESIDE
from signals.outreach.work.people import NotPossibleError
from signals.outreach.worklist_query import VISIT_BESIDE
from signals.store.audit import note_cases
from signals.store.ledger import HistoryRow, add_history

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

SHOWN: Final = 500
"""The most households of one release, and the most releases, that a page shows; the rest follows after these."""
IN_THE_PILE: Final = timedelta(days=14)
"""So long after its release somebody may still find a letter that must not go out: then its clock is over as well."""
_IN_THE_PILE_SINCE: Final = f"now() - interval '{IN_THE_PILE.days} days'"
REASONS: Final = ("gone", "closed", "held", "changed", "visit-waits", "sent", "followed")
"""Why a letter is not marked as sent, or (the last) that is not taken back."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def let_go(case: str, route: str = "letter") -> str:
    """The condition of a case (its name in the statement): a person let it go by this route."""
    return f"{case}.released_how = 'release' AND {case}.released_route = '{route}'"


LET_GO: Final = let_go("c")
"""Of a case `c`: a person let its letter go."""
# A letter that was written down since the release, of no earlier day, is the one that was let go.
SENT: Final = """FROM contact_attempts AS a WHERE a.household_id = c.household_id AND a.kind = 'letter'
    AND a.undone_at IS NULL AND a.at >= c.released_at
    AND a.on_day >= (c.released_at AT TIME ZONE 'Europe/Amsterdam')::date"""
"""Of a case `c` whose letter was let go: where it stands that it was sent."""
# Of a case `c` whose letter was let go: what stands in the way of sending it; then the same, or that it was sent.
_STOPPED: Final = f"""CASE WHEN c.state <> 'open' THEN 'closed'
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open' AND b.held)
        THEN 'held'
    WHEN ({LET_GO} AND NOT c.waiting) IS NOT true THEN 'changed'
    WHEN c.route <> 'letter' OR {VISIT_BESIDE} THEN 'visit-waits' END"""
_HINDRANCE: Final = f"CASE WHEN {LET_GO} AND EXISTS (SELECT {SENT}) THEN 'sent' ELSE {_STOPPED} END"
# Of years of releases nearly every letter was sent: what is left is found by two indexes that have all that is asked,
# and only that is looked at more closely.
_RELEASES: Final = f"""
WITH let_go AS MATERIALIZED (
    SELECT c.id, c.household_id, c.released_at FROM cases AS c
    WHERE c.municipality = ANY(%(here)s) AND {LET_GO} AND c.state = 'open'
    UNION ALL SELECT c.id, c.household_id, c.released_at FROM cases AS c
    WHERE c.municipality = ANY(%(here)s) AND {LET_GO} AND c.state = 'closed' AND c.released_at > {_IN_THE_PILE_SINCE}),
unsent AS MATERIALIZED (
    SELECT c.id FROM let_go AS c
    WHERE NOT EXISTS (SELECT {SENT} AND a.at >= (SELECT min(released_at) FROM let_go))),
judged AS MATERIALIZED (
    SELECT c.released_at AS at, c.household_id AS home, c.id, {_STOPPED} AS hindrance
    FROM unsent, LATERAL (SELECT * FROM cases WHERE cases.id = unsent.id OFFSET 0) AS c),  -- few: one by one
releases AS (
    SELECT at, min(id) AS one, count(DISTINCT home) FILTER (WHERE hindrance IS NULL) AS letters,
        count(DISTINCT home) FILTER (WHERE hindrance IS NOT NULL) AS stopped
    FROM judged WHERE hindrance IS NULL OR at > {_IN_THE_PILE_SINCE} GROUP BY at ORDER BY at LIMIT {SHOWN})
SELECT at, (SELECT actor FROM case_history WHERE case_id = one AND kind = 'released' ORDER BY id DESC LIMIT 1)
    AS by_name, letters, stopped
FROM releases ORDER BY at
"""  # noqa: S608 - our own texts
_LETTERS: Final = f"""
WITH these AS (
    SELECT c.id, c.household_id, c.municipality, (c.released_at AT TIME ZONE 'Europe/Amsterdam')::date AS released_on,
        {_HINDRANCE} AS hindrance
    FROM cases AS c WHERE c.municipality = ANY(%(here)s) AND c.state IN ('open', 'closed') AND {{which}})
SELECT these.id AS case, household_id AS household, these.municipality, postcode, number, suffix, street, city,
    released_on, hindrance
FROM these JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
    LEFT JOIN LATERAL (SELECT street, city FROM reports
        WHERE reports.household_id = these.household_id AND street IS NOT NULL ORDER BY event_id DESC LIMIT 1) AS said
        ON true
ORDER BY postcode, number, suffix, these.id
"""  # noqa: S608 - our own texts
# A letter written down by hand may have taken up what waited there; that waits again when it is struck out at its case.
_TOOK_UP: Final = """EXISTS (SELECT FROM cases AS t
    WHERE t.household_id = c.household_id AND t.released_how = 'contact' AND t.released_at = a.at)"""
# Also what was closed since: its letter lies in the pile, and must be taken out of it.
_OF_RELEASE: Final = f"{LET_GO} AND c.released_at = %(at)s"
_SENT_TODAY: Final = f"""
SELECT a.at, a.by_id, min(a.by_name) AS by_name, min(a.on_day) AS on_day, count(*) AS letters
FROM cases AS c JOIN contact_attempts AS a ON a.household_id = c.household_id AND a.case_id = c.id
WHERE c.municipality = ANY(%(here)s) AND c.state = 'open' AND {LET_GO} AND a.kind = 'letter' AND a.undone_at IS NULL
    AND a.at >= %(midnight)s AND a.at >= c.released_at AND (%(by)s::text IS NULL OR a.by_id = %(by)s) AND NOT {_TOOK_UP}
GROUP BY a.at, a.by_id ORDER BY a.at DESC LIMIT {SHOWN}
"""  # noqa: S608 - our own texts
_WRITE: Final = """
INSERT INTO contact_attempts (household_id, case_id, kind, on_day, reached, by_id, by_name)
SELECT home, number, 'letter', %(on_day)s, false, %(by_id)s, %(by_name)s
FROM unnest(%(homes)s::bigint[], %(cases)s::bigint[]) AS letter(home, number) RETURNING case_id, id
"""
# What followed is any line of the household since, but of what changes nothing of a case.
_MADE: Final = f"""
SELECT a.id, c.id, c.household_id, c.municipality, a.on_day, EXISTS (
    SELECT FROM case_history AS own JOIN cases AS o ON o.id = own.case_id
    WHERE o.household_id = c.household_id AND own.kind <> ALL(%(beside)s) AND own.id > (SELECT max(id)
        FROM case_history WHERE case_id = c.id AND kind = 'attempt' AND detail ->> 'attempt' = a.id::text))
    OR {_TOOK_UP}
FROM cases AS c JOIN contact_attempts AS a ON a.household_id = c.household_id AND a.case_id = c.id
WHERE c.id = ANY(%(cases)s) AND a.kind = 'letter' AND a.undone_at IS NULL AND a.at = %(at)s AND a.by_id = %(by)s
ORDER BY a.id
"""  # noqa: S608 - our own texts
_CASES_OF_ACT: Final = """
SELECT c.id FROM cases AS c JOIN contact_attempts AS a ON a.case_id = c.id
WHERE c.municipality = ANY(%(here)s) AND a.kind = 'letter' AND a.undone_at IS NULL AND a.at = %(at)s
    AND a.by_id = %(by)s
"""


@dataclass(frozen=True, slots=True)
class Release:
    """Letters that were let go together and are not sent yet: when, by whom (a name), and to how many households.

    `stopped`: to how many it must not go out any more, of late; these letters are to be taken out of the pile.
    """

    at: datetime
    by_name: str
    letters: int
    stopped: int

    @property
    def number(self) -> int:
        """What tells it apart in an address: the microseconds since 1970."""
        return (self.at - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SentToday:
    """Letters that somebody marked as sent today, in one act, and that can be taken back."""

    at: datetime
    by_id: str
    by_name: str
    on_day: date
    letters: int

    @property
    def number(self) -> int:
        """As of a `Release`."""
        return (self.at - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ReleasedLetter:
    """A case whose letter was let go; `hindrance` is one of REASONS, or None when it can be sent."""

    case: int
    household: int
    municipality: str
    postcode: str
    number: int
    suffix: str
    street: str | None
    city: str | None
    released_on: date | None
    hindrance: str | None

    @property
    def place(self) -> Address:
        """Where it is."""
        return Address(self.postcode, self.number, self.suffix, self.street, self.city)


@dataclass(frozen=True, slots=True)
class NotSent:
    """A letter that was left out: the case that was named, where (None: no such case here), and why."""

    case: int
    household: int | None
    place: Address | None
    reason: str


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of an act on many letters: for whom it was written down (household → municipality), and what not."""

    homes: Mapping[int, str]
    left: tuple[NotSent, ...]

    @property
    def households(self) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(sorted(self.homes))


def moment_of(number: int) -> datetime | None:
    """The moment of `Release.number`; None when there is no such one."""
    try:
        return _EPOCH + timedelta(microseconds=number)
    except OverflowError:
        return None


def unsent_releases(cursor: Cursor, municipalities: Collection[str]) -> list[Release]:
    """What was let go as a letter and is not sent, the oldest first; also where every letter is to be taken out."""
    with cursor.connection.cursor(row_factory=class_row(Release)) as reading:
        return reading.execute(_RELEASES.encode(), {"here": sorted(municipalities)}).fetchall()


def letters_of_release(cursor: Cursor, municipalities: Collection[str], at: datetime) -> list[ReleasedLetter]:
    """The letters let go at that moment, one of a household, by address; also those sent, and of what was closed since.

    Where another case of the household is open, its letter is that of the household.
    """
    found = _letters(cursor, _OF_RELEASE, {"here": sorted(municipalities), "at": at})
    is_open = {one.household for one in found if one.hindrance != "closed"}
    wanted = [one for one in found if one.hindrance != "closed" or one.household not in is_open]
    return list({(one.household, one.hindrance): one for one in wanted}.values())


def sent_today(cursor: Cursor, municipalities: Collection[str], today: date, by: str | None) -> list[SentToday]:
    """What was marked as sent today, by this user (an id) or (None) by anybody, the latest first."""
    midnight = datetime.combine(today, datetime.min.time(), AMSTERDAM)
    asked = {"here": sorted(municipalities), "midnight": midnight, "by": by}
    with cursor.connection.cursor(row_factory=class_row(SentToday)) as reading:
        return reading.execute(_SENT_TODAY.encode(), asked).fetchall()


def letters_sent(
    cursor: Cursor,
    cases: Collection[int],
    on_day: date,
    actor: Actor,
    *,
    municipalities: Collection[str],
    today: date,
    looked_at: Collection[int] = (),
    settled: Collection[int] = (),
) -> Sending:
    """Write down that the letters of these cases were sent on that day: one contact attempt for each household.

    What cannot be sent any more (`REASONS`) is left out and named, but of the cases in `looked_at`: whoever gives them
    saw to it that theirs goes out, such as a reminder, and on which day it was released. What comes next is found anew,
    but at the cases in `settled`, of which whoever gives them knows it. Writes the audit lines "attempt" itself. Raises
    NotPossibleError: the day is to come, or before one of these letters was released.
    """
    if on_day > today:
        raise NotPossibleError("letters cannot be sent in the future: write down when they were", "attempt")
    here = sorted(municipalities)
    _lock(cursor, cases, here)
    found = _letters(cursor, "c.id = ANY(%(cases)s)", {"here": here, "cases": sorted(set(cases))})
    going = {one.household: one for one in found if one.hindrance is None or one.case in looked_at}
    own = [letter for letter in going.values() if letter.case not in looked_at]
    if any(letter.released_on is not None and on_day < letter.released_on for letter in own):
        raise NotPossibleError("letters cannot be sent before they were released", "attempt")
    _write(cursor, list(going.values()), on_day, actor)
    unsettled = [letter for letter in going.values() if letter.case not in settled]
    # No letter answers the clock of accepted help, which asks for a conversation.
    plan(cursor, {letter.household: letter.municipality for letter in unsettled}, today, keep_promise=True)
    left = tuple(one for one in _left(cases, found) if one.case not in looked_at or one.reason == "gone")
    return Sending({home: letter.municipality for home, letter in going.items()}, left)


def _lock(cursor: Cursor, cases: Collection[int], here: list[str]) -> None:
    cursor.execute(
        """SELECT FROM households WHERE id IN (
            SELECT household_id FROM cases WHERE id = ANY(%s) AND municipality = ANY(%s)) ORDER BY id FOR UPDATE""",
        (sorted(set(cases)), here),
    )


def _letters(cursor: Cursor, which: str, asked: dict[str, Any]) -> list[ReleasedLetter]:
    with cursor.connection.cursor(row_factory=class_row(ReleasedLetter)) as reading:
        return reading.execute(_LETTERS.format(which=which).encode(), asked).fetchall()


def _left(cases: Collection[int], found: Sequence[ReleasedLetter]) -> Iterable[NotSent]:
    known = {letter.case: letter for letter in found}
    for case in sorted(set(cases) - known.keys()):
        yield NotSent(case, None, None, "gone")
    for letter in found:
        if letter.hindrance is not None:
            yield NotSent(letter.case, letter.household, letter.place, letter.hindrance)


def _write(cursor: Cursor, letters: Sequence[ReleasedLetter], on_day: date, actor: Actor) -> None:
    if not letters:
        return
    homes, cases = [letter.household for letter in letters], [letter.case for letter in letters]
    named = {"homes": homes, "cases": cases, "on_day": on_day, "by_id": actor.id, "by_name": actor.name}
    made = cursor.execute(_WRITE, named).fetchall()
    said = {"kind": "letter", "onDay": on_day.isoformat(), "part": None, "reached": False}
    add_history(cursor, [HistoryRow(case, actor.name, "attempt", {"attempt": number, **said}) for case, number in made])
    note_cases(cursor, actor.id, "attempt", cases, {"kind": "letter", "on": on_day.isoformat(), "reached": False})


def undo_letters_sent(
    cursor: Cursor,
    at: datetime,
    by: str,
    actor: Actor,
    *,
    municipalities: Collection[str],
    team_lead: bool,
    today: date,
) -> Sending:
    """Take back what `by` (an id) marked as sent at that moment, all of it in which nothing followed.

    Only by its author or a team lead, on the day it was written down, as of one attempt (`attempts.undo_attempt`).
    Writes the audit lines "undo-attempt" itself. Raises NotPossibleError.
    """
    if not (team_lead or by == actor.id) or at.astimezone(AMSTERDAM).date() != today:
        raise NotPossibleError(
            "only who wrote it down or a team lead can take back that letters were sent, on the same day", "not-yours"
        )
    here = sorted(municipalities)
    cases = [case for (case,) in cursor.execute(_CASES_OF_ACT, {"here": here, "at": at, "by": by}).fetchall()]
    _lock(cursor, cases, here)
    made = cursor.execute(_MADE.encode(), {"cases": cases, "at": at, "by": by, "beside": BESIDE}).fetchall()
    going = [row[:-1] for row in made if not row[-1]]
    followed = {case for _, case, *_, has_followed in made if has_followed}
    _strike(cursor, going, actor, today)
    found = _letters(cursor, "c.id = ANY(%(cases)s)", {"here": here, "cases": sorted(followed)})
    left = [NotSent(letter.case, letter.household, letter.place, "followed") for letter in found]
    return Sending({home: here for _, _, home, here, _ in going}, tuple(left))


def _strike(cursor: Cursor, made: Sequence[tuple[int, int, int, str, date]], actor: Actor, today: date) -> None:
    if not made:
        return
    cursor.execute(
        "UPDATE contact_attempts SET undone_at = now(), undone_by = %s WHERE id = ANY(%s)",
        (actor.name, [number for number, *_ in made]),
    )
    lines = [
        HistoryRow(case, actor.name, "attempt-undone", {"attempt": number, "kind": "letter", "onDay": day.isoformat()})
        for number, case, _, _, day in made
    ]
    add_history(cursor, lines)
    plan(cursor, {home: here for _, _, home, here, _ in made}, today, keep_promise=True)
    note_cases(cursor, actor.id, "undo-attempt", [case for _, case, *_ in made], {"kind": "letter"})
