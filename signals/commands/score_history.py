"""From whose history, and until when, does a command of `signals score` learn or judge?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from signals.commands import show
from signals.contract.moments import AMSTERDAM, calendar_day
from signals.errors import WrongUseError
from signals.outreach.learning.history import municipalities_with_history
from signals.outreach.learning.reach import load_reach_lessons
from signals.outreach.learning.training import load_lessons
from signals.outreach.queues import policy_book

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from signals.outreach.learning.reach import ReachLessons
    from signals.outreach.learning.training import Lessons
    from signals.store.database import Cursor

_Lessons = TypeVar("_Lessons")


def day_of(text: str | None) -> date:
    """The day that was typed, or today in the Netherlands. Raises WrongUseError."""
    today = datetime.now(AMSTERDAM).date()
    day = today if text is None else calendar_day(text)
    if day is None:
        raise WrongUseError(f"{(text or '')[:40]!r} is no day; write it as 2026-10-31")
    return min(day, today)


def whose_history(cursor: Cursor, municipality: str | None) -> str:
    """The municipality that was asked for, or the only one with a history. Raises WrongUseError."""
    known = policy_book(cursor).municipalities
    if municipality is not None:
        if municipality not in known:
            raise WrongUseError(f"there is no policy for municipality {municipality[:10]!r}; see `signals policy list`")
        return municipality
    found = [code for code in municipalities_with_history(cursor) if code in known]
    if not found:
        raise WrongUseError("there is no history yet: no signal came in")
    if len(found) > 1:
        raise WrongUseError(f"of which municipality? Name one with --municipality: {', '.join(found)}")
    return found[0]


def read_lessons(cursor: Cursor, municipality: str, until: date) -> Lessons:
    """The examples in its history; progress on a terminal. Raises WrongUseError where there is no history."""
    return _read(load_lessons, cursor, municipality, until)


def read_reach_lessons(cursor: Cursor, municipality: str, until: date) -> ReachLessons:
    """The contact attempts in its history; progress on a terminal. Raises WrongUseError where there is no history."""
    return _read(load_reach_lessons, cursor, municipality, until)


def _read(load: Callable[..., _Lessons | None], cursor: Cursor, municipality: str, until: date) -> _Lessons:
    with show.progress("reading the history", 100) as percent:

        def read(done: int, total: int) -> None:
            percent(100 * done // total)

        lessons = load(cursor, municipality, policy_book(cursor), until, read=read)
    if lessons is None:
        raise WrongUseError(f"municipality {municipality} has no history by {until}: no signal came in")
    return lessons
