"""Is there time left to answer the letters of a run that lay for some time? For who writes and who posts them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from signals.outreach.letters.runs import LetterRunError

if TYPE_CHECKING:
    from signals.outreach.letters.runs import Run
    from signals.store.database import Cursor

LEAST_TO_ANSWER: Final = timedelta(days=7)
"""So long somebody has for an answer: the post takes a day or two, not on Sundays, and a letter may lie over a weekend.

No law says how long; a town whose own clock is shorter posts its letters on the day that they bear.
"""
_ANSWER_BY: Final = """
SELECT min((contents ->> 'answer_by')::date) FROM letters
WHERE run_id = %s AND state = 'released' AND stop_id IS NULL
"""


class RunTooOldError(LetterRunError):
    """The letters of a run ask for an answer by a day that is too near, or over: it is taken back and released anew."""


def last_posting(cursor: Cursor, run: Run) -> date | None:
    """The last day on which the letters of this run can be posted; None: they ask for no answer.

    An announced visit has a last day of its own (`announcements`), after which its letter is taken out.
    """
    (answer_by,) = cursor.execute(_ANSWER_BY, (run.id,)).fetchone() or (None,)
    return None if answer_by is None else max(answer_by - LEAST_TO_ANSWER, run.on_day)


def require_timely(cursor: Cursor, run: Run, on_day: date) -> None:
    """Raises RunTooOldError: posted on that day, these letters leave too little time to answer."""
    last = last_posting(cursor, run)
    if last is not None and on_day > last:
        raise RunTooOldError(
            f"letter run {run.id} lay too long: posted after {last} its letters leave fewer than "
            f"{LEAST_TO_ANSWER.days} days to answer; `signals letters cancel {run.id}` takes it back, then release it "
            f"anew"
        )
