"""Which runs of letters are there, and how far is each? For the pages that list them; reading only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from signals.store.database import Cursor

SHOWN: Final = 50
"""The most runs of which a list is made."""
_LINES: Final = """
SELECT runs.id AS number, municipality, on_day, by_name, at, written_at, posted_on,
    count(*) FILTER (WHERE state <> 'taken-out') AS letters, count(*) FILTER (WHERE state = 'taken-out') AS taken_out,
    count(returned_at) AS returned
FROM (SELECT * FROM letter_runs AS one WHERE municipality = ANY(%s) AND {which} ORDER BY id DESC LIMIT %s) AS runs,
    LATERAL (SELECT state, returned_at FROM letters WHERE run_id = runs.id OFFSET 0) AS letters
GROUP BY runs.id, municipality, on_day, by_name, at, written_at, posted_on ORDER BY runs.id DESC
"""
_OPEN: Final = (
    "posted_at IS NULL AND EXISTS (SELECT FROM letters WHERE run_id = one.id AND state = 'released' OFFSET 0)"
)
_POSTED: Final = "posted_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in a list: of whom, who released it, how far it is, and how many letters it has, had and got back."""

    number: int
    municipality: str
    on_day: date
    by_name: str
    at: datetime
    written_at: datetime | None
    posted_on: date | None
    letters: int
    taken_out: int
    returned: int


def runs_to_post(cursor: Cursor, municipalities: Collection[str]) -> list[RunLine]:
    """The runs of these municipalities that hold a letter and are not posted, the newest first."""
    return _lines(cursor, municipalities, _OPEN, SHOWN)


def runs_posted(cursor: Cursor, municipalities: Collection[str], most: int = SHOWN) -> list[RunLine]:
    """Those that were posted, the newest first."""
    return _lines(cursor, municipalities, _POSTED, most)


def _lines(cursor: Cursor, municipalities: Collection[str], which: str, most: int) -> list[RunLine]:
    with cursor.connection.cursor(row_factory=class_row(RunLine)) as reading:
        return reading.execute(_LINES.format(which=which).encode(), (sorted(municipalities), most)).fetchall()


def in_open_run(cursor: Cursor, households: Collection[int]) -> dict[int, int]:
    """Of these households those whose letter lies in a run that is not posted: the number of that run."""
    cursor.execute(
        "SELECT household_id, run_id FROM letters WHERE household_id = ANY(%s) AND state = 'released'",
        (sorted(households),),
    )
    return dict(cursor.fetchall())


def returned_of(cursor: Cursor, run: int) -> dict[int, str]:
    """The letters of a run that came back, and why."""
    cursor.execute("SELECT id, returned_reason FROM letters WHERE run_id = %s AND returned_at IS NOT NULL", (run,))
    return dict(cursor.fetchall())
