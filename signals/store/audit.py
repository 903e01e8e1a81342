"""Who did what, and whom did it concern? An append-only log of what people and commands saw and did.

A line names the households that it concerns by number, a list with all that stood in it, so that "who looked at whom"
can be asked from both sides. Lines are of one municipality, and only its auditors read them; a command, or a visitor
whom nobody knows, is of none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

from signals.store.processing import LEGAL_BASIS, NAMED, PURPOSE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from signals.store.database import Cursor
    from signals.store.processing import Use

_EXPORTED_AT_ONCE: Final = 1000
_COLUMNS: Final = "id, at, actor, action, subject, detail, municipality, households"
# What one person did at once with many cases: a line for each of them, of one moment, that of their transaction. Other
# lines of a transaction, such as those of several partners, tell different things.
_OF_ONE_ACT: Final = """({0}.at, {0}.actor, {0}.action, {0}.detail) = ({1}.at, {1}.actor, {1}.action, {1}.detail)
    AND {0}.municipality IS NOT DISTINCT FROM {1}.municipality AND {0}.subject LIKE 'case %%'"""
# The newest line of each act; a scalar question, so that each line asks the index of its moment and no plan reads all.
_NEWEST: Final = f"""(subject NOT LIKE 'case %%' OR (SELECT later.id FROM audit AS later
    WHERE {_OF_ONE_ACT.format("later", "audit")} AND later.id > audit.id LIMIT 1) IS NULL)"""  # noqa: S608 - our own text
_EXTENT: Final = f"""
SELECT shown.id, count(DISTINCT line.id), count(DISTINCT household)
FROM audit AS shown JOIN audit AS line ON {_OF_ONE_ACT.format("line", "shown")}
    LEFT JOIN LATERAL unnest(line.households) AS seen(household) ON true
WHERE shown.id = ANY(%s) AND shown.subject LIKE 'case %%' GROUP BY shown.id
"""  # noqa: S608 - our own text
# Each key of a filter and how it is asked; a line of no single municipality is for every auditor.
_ASKED: Final = {
    "action": "action = %(action)s",
    "first": "at >= %(first)s",
    "before": "at < %(before)s",
    "act": f"""at = (SELECT one.at FROM audit AS one WHERE one.id = %(act)s)
        AND EXISTS (SELECT FROM audit AS one WHERE one.id = %(act)s AND {_OF_ONE_ACT.format("audit", "one")})""",  # noqa: S608 - our own text
}
# Each half by its own index, kept apart from the order: one household stands in few of many lines, and who reads the
# log from its end to find them reads all of it.
_CONCERNED: Final = f"""(WITH concerned AS MATERIALIZED (
    SELECT {_COLUMNS} FROM audit WHERE households @> ARRAY[%(household)s]::bigint[]
    UNION ALL SELECT {_COLUMNS} FROM audit
        WHERE subject = ANY(%(subjects)s) AND NOT households @> ARRAY[%(household)s]::bigint[])
SELECT * FROM concerned)"""  # noqa: S608 - our own text

_NOTED: Final = """
WITH concerned AS (
    SELECT number, coalesce(municipality, %(only)s) AS here
    FROM unnest(%(households)s::bigint[]) AS given(number) LEFT JOIN households ON households.id = number){0}
INSERT INTO audit (actor, action, subject, detail, municipality, households)
SELECT %(actor)s, %(action)s, %(subject)s, %(detail)s, here, array_agg(number ORDER BY number)
FROM concerned GROUP BY here ORDER BY here"""
_USED: Final = f""", used AS (
    INSERT INTO processing_log (household_id, activity, purpose, basis, persons)
    SELECT number, %(action)s, %(purpose)s, %(basis)s, {NAMED.format(household="number", given="%(persons)s")}
    FROM concerned ORDER BY number)"""  # noqa: S608 - our own text
# Of a case those are named of whom there is a signal in it; when there is none left, everybody at the address.
_CASES_NOTED: Final = f"""
WITH these AS (SELECT id, municipality, household_id FROM cases WHERE id = ANY(%(cases)s)),
homes AS (
    SELECT household_id, array_agg(DISTINCT person_id) FILTER (WHERE person_id IS NOT NULL) AS reported
    FROM these LEFT JOIN LATERAL (SELECT person_id FROM reports WHERE case_id = these.id) AS said ON true
    GROUP BY household_id),
used AS (
    INSERT INTO processing_log (household_id, activity, purpose, basis, persons)
    SELECT household_id, %(action)s, %(purpose)s, %(basis)s,
        {NAMED.format(household="homes.household_id", given="reported")}
    FROM homes ORDER BY household_id)
INSERT INTO audit (actor, action, subject, detail, municipality, households)
SELECT %(actor)s, %(action)s, 'case ' || id, %(detail)s, municipality, ARRAY[household_id] FROM these ORDER BY id
"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines are asked for.

    Attributes:
        municipalities: those of the auditor; lines of no municipality are asked for too.
        actors: of one of these people; all when there is none.
        action: of this code.
        subjects: about one of these, letter for letter.
        household: or concerning this household, in whatever list it stood; with `subjects` the one or the other.
        first: from this moment on.
        before: until this moment, which is not included.
        act: of the act on cases of which this line is one.
    """

    municipalities: frozenset[str]
    actors: tuple[str, ...] = ()
    action: str | None = None
    subjects: tuple[str, ...] = ()
    household: int | None = None
    first: datetime | None = None
    before: datetime | None = None
    act: int | None = None

    @property
    def is_of_lines(self) -> bool:
        """Whether single lines are asked for, of an act on many cases only those."""
        return bool(self.subjects) or self.household is not None or self.act is not None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit log; `households` are the numbers of those it concerns."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    municipality: str | None
    households: list[int]


@dataclass(frozen=True, slots=True)
class AuditAct:
    """What somebody did at once: the newest of its lines, how many it has, and how many households it concerns."""

    line: AuditLine
    lines: int
    households: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A household that stands in lines of the log: in how many, and when first and last."""

    household: int
    lines: int
    first: datetime
    last: datetime


def note(
    cursor: Cursor,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
    *,
    municipality: str | None = None,
    households: Collection[int] = (),
) -> None:
    """Add one line; `subject` and `detail` hold nothing personal of a resident, `households` their numbers."""
    cursor.execute(
        """INSERT INTO audit (actor, action, subject, detail, municipality, households)
        VALUES (%s, %s, %s, %s, %s, %s)""",
        (actor, action, subject, Jsonb(dict(detail or {})), municipality, sorted(set(households))),
    )


def note_each(
    cursor: Cursor,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None,
    municipalities: Collection[str],
    households: Collection[int] = (),
    *,
    use: Use | None = None,
) -> None:
    """Add a line for each municipality: of these households, or when none is concerned each of `municipalities`.

    With a `use` every household also has its line in the processing log, in the same statement.
    """
    if not households:
        named: list[str | None] = [*sorted(municipalities)]
        for municipality in named or [None]:
            note(cursor, actor, action, subject, detail, municipality=municipality)
        return
    values = {
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": Jsonb(dict(detail or {})),
        "only": _only(municipalities),
        "households": sorted(set(households)),
    }
    if use is not None:
        values |= {"purpose": use.purpose, "basis": use.basis, "persons": use.numbers}
    cursor.execute(_NOTED.format(_USED if use else "").encode(), values)


def _only(municipalities: Collection[str]) -> str | None:
    """The one that it must be when a household is gone; None when it could be of several."""
    return next(iter(municipalities)) if len(municipalities) == 1 else None


def note_cases(cursor: Cursor, actor: str, action: str, cases: Collection[int], detail: Mapping[str, object]) -> None:
    """Add a line for each of many cases to the audit log, and one for each household to the other, in one statement."""
    values = {"actor": actor, "action": action, "detail": Jsonb(dict(detail)), "cases": list(cases)}
    cursor.execute(_CASES_NOTED.encode(), {**values, "purpose": PURPOSE, "basis": LEGAL_BASIS})


def households_of(cursor: Cursor, cases: Collection[int]) -> list[int]:
    """The households of these cases, by number."""
    cursor.execute("SELECT DISTINCT household_id FROM cases WHERE id = ANY(%s) ORDER BY household_id", (list(cases),))
    return [household for (household,) in cursor]


def audit_page(cursor: Cursor, wanted: AuditFilter, after: int | None = None, size: int = 50) -> list[AuditLine]:
    """At most `size` lines, newest first, with ids below `after` (the last id of the page before)."""
    return _found(cursor, wanted, "id < %(after)s" if after is not None else "true", "DESC", after, size)


def audit_acts(cursor: Cursor, wanted: AuditFilter, after: int | None = None, size: int = 50) -> list[AuditAct]:
    """As `audit_page`, with the lines of one act on many cases as one, in the place of its newest line.

    Unless single lines are asked for: then each is an act of its own. An act that goes on behind a page is not told
    anew on the next one; its size is counted by its moment, which is that of no other.
    """
    if wanted.is_of_lines:
        return [AuditAct(line, 1, len(line.households)) for line in audit_page(cursor, wanted, after, size)]
    beyond = "id < %(after)s" if after is not None else "true"
    newest = _found(cursor, wanted, f"{beyond} AND {_NEWEST}", "DESC", after, size)
    cursor.execute(_EXTENT.encode(), ([line.id for line in newest],))
    extents = {number: extent for number, *extent in cursor}
    return [AuditAct(line, *extents.get(line.id, (1, len(line.households)))) for line in newest]


def audit_export(cursor: Cursor, wanted: AuditFilter) -> Iterator[AuditLine]:
    """Every line that is asked for, oldest first, read in parts so that a long log does not fill the memory."""
    after = 0
    while lines := _found(cursor, wanted, "id > %(after)s", "ASC", after, _EXPORTED_AT_ONCE):
        yield from lines
        after = lines[-1].id


def households_seen(cursor: Cursor, wanted: AuditFilter, after: int | None = None, size: int = 50) -> list[Seen]:
    """The households in the lines that are asked for, by number, at most `size`; those with numbers above `after`."""
    source, which, values = _question(wanted)
    cursor.execute(
        f"""SELECT household, count(*), min(at), max(at)
        FROM {source} AS audit CROSS JOIN LATERAL unnest(households) AS seen(household)
        WHERE {which} AND household > %(after)s GROUP BY household ORDER BY household LIMIT %(size)s""",  # noqa: S608 - our own texts
        {**values, "after": after or 0, "size": size},
    )
    return [Seen(*row) for row in cursor]


def _found(
    cursor: Cursor, wanted: AuditFilter, beyond: str, order: str, after: int | None, size: int
) -> list[AuditLine]:
    source, which, values = _question(wanted)
    cursor.execute(
        f"SELECT {_COLUMNS} FROM {source} AS audit WHERE {which} AND {beyond} ORDER BY id {order} LIMIT %(size)s",  # noqa: S608 - our own texts
        {**values, "after": after, "size": size},
    )
    return [AuditLine(*row) for row in cursor]


def _question(wanted: AuditFilter) -> tuple[str, str, dict[str, Any]]:
    """Where the lines are read from, which of them, and the values of the question."""
    which = ["(municipality IS NULL OR municipality = ANY(%(here)s))"]
    which += [asked for key, asked in _ASKED.items() if getattr(wanted, key) is not None]
    if len(wanted.actors) == 1:  # in the order of the index
        which.append("actor = %(actor)s")
    elif wanted.actors:
        which.append("actor = ANY(%(actors)s)")
    if wanted.subjects and wanted.household is None:
        which.append("subject = ANY(%(subjects)s)")
    values: dict[str, Any] = {key: getattr(wanted, key) for key in (*_ASKED, "household")}
    values |= {"actors": list(wanted.actors), "actor": next(iter(wanted.actors), None)}
    values |= {"subjects": list(wanted.subjects), "here": sorted(wanted.municipalities)}
    return "audit" if wanted.household is None else _CONCERNED, " AND ".join(which), values
