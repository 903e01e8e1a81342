"""Whom did a command show? Written to both logs before it prints, as a page does (domain.md section 11).

Whoever works at the command line sees the residents of all municipalities, so the auditors of each read of it: a line
for each municipality with the numbers of its households, and one for each household in the processing log. That names
everybody at the address that was printed; of a single case those of whom there is a signal in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.commands.connection import actor
from signals.store import audit
from signals.store.processing import Use

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.store.database import Cursor

CASE: Final = "view-case"
QUEUE: Final = "view-queue"
SUMMARY: Final = "view-summary"
RUN: Final = "view-run"
IN_ONE_LINE: Final = 5000  # households; the auditors' page reads fifty lines at once


def note_case(cursor: Cursor, number: int) -> None:
    """Note that a case is shown."""
    audit.note_cases(cursor, actor(), CASE, [number], {})


def note_queue(cursor: Cursor, name: str, households: Collection[int], municipality: str | None = None) -> None:
    """Note that these households are shown as they stand in a queue; `municipality`: the one that was asked for."""
    _noted(cursor, QUEUE, f"queue {name}", households, municipality)


def note_letters(cursor: Cursor, households: Collection[int], municipality: str) -> None:
    """Note that it is shown to which of these households letters would go out, as the page of a letter run does."""
    _noted(cursor, RUN, "letter run", households, municipality)


def note_summary(cursor: Cursor, cases: Collection[int]) -> None:
    """Note that these cases are shown with their addresses, in a list of all that came in."""
    _noted(cursor, SUMMARY, "summary", audit.households_of(cursor, cases))


def _noted(
    cursor: Cursor, action: str, subject: str, households: Collection[int], municipality: str | None = None
) -> None:
    """Write both logs; when nobody is shown, that it was looked at."""
    named = () if municipality is None else (municipality,)
    numbers = sorted(set(households))
    for first in range(0, max(len(numbers), 1), IN_ONE_LINE):
        some = numbers[first : first + IN_ONE_LINE]
        audit.note_each(cursor, actor(), action, subject, None, named, some, use=Use())
