"""Runs of letters at a desk, for the tests: cases let go, a run released, written, posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signals.outreach.letters.choosing import Preview, RunWish, preview
from signals.outreach.letters.mail import Posted, mark_posted
from signals.outreach.letters.runs import RunLetter, letters_of_run, release_letter_run
from signals.outreach.letters.writing import Written, write_run
from tests.outreach.work.people import ANNA, act, acting, today
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from tests.outreach.desk import Desk


def name(number: int) -> str:
    """The case of this house."""
    return f"7607GC {number} 2026-11"


def named(desk: Desk) -> None:
    """Partners write where everybody lives."""
    desk.system.rows("UPDATE reports SET street = 'Voorbeeldstraat', city = 'Almelo' RETURNING event_id")


def let_go(desk: Desk, *numbers: int) -> None:
    """Cases of these houses, each with one arrears, whose letters are let go."""
    desk.take_in(*(report(f"n{at}", "2026-11-02", f"vitens/N{at}", at=at) for at in numbers))
    named(desk)
    desk.release(*map(name, numbers))


def wish(cases: Iterable[int] | None = None, language: str = "nl", on_day: date | None = None) -> RunWish:
    """What is asked for, of Almelo."""
    return RunWish("0141", on_day or today(), None if cases is None else frozenset(cases), language)


def shown(desk: Desk, cases: Iterable[int] | None = None, on_day: date | None = None) -> Preview:
    """The preview."""
    return act(desk, preview, wish(cases, on_day=on_day))  # type: ignore[no-any-return]  # as `act` gives anything


def released(desk: Desk, on_day: date | None = None) -> int:
    """The number of a run that holds all that is due."""
    number, _ = act(desk, release_letter_run, wish(on_day=on_day), ANNA)
    assert isinstance(number, int)
    return number


def written(desk: Desk, run: int, out: Path) -> Written:
    """The run in its folder."""
    return write_run(desk.system.engine, run, out, ANNA)


def posted(desk: Desk, run: int, on_day: date | None = None, now: date | None = None) -> Posted:
    """The run in the post; today, or as if that day were today; written down `now`, when that is later."""
    return act(desk, mark_posted, run, on_day or today(), ANNA, today=now or on_day or today())  # type: ignore[no-any-return]  # as above


def sent_round(desk: Desk, out: Path, on_day: date | None = None) -> int:
    """A run that is released, written and posted; its number."""
    run = released(desk, on_day)
    written(desk, run, out / str(run))
    posted(desk, run, on_day)
    return run


def lain(desk: Desk, run: int, days: int) -> None:
    """The run was released so many days ago, and its letters were let go and written then."""
    with acting(desk) as cursor:
        asked = {"days": days, "run": run}
        cursor.execute(
            """UPDATE letter_runs SET on_day = on_day - %(days)s, at = at - %(days)s * interval '1 day',
                written_at = written_at - %(days)s * interval '1 day' WHERE id = %(run)s""",
            asked,
        )
        cursor.execute(
            """UPDATE letters SET on_day = on_day - %(days)s, contents = contents || jsonb_build_object('answer_by',
                (contents ->> 'answer_by')::date - %(days)s) WHERE run_id = %(run)s""",
            asked,
        )
        cursor.execute("UPDATE cases SET released_at = released_at - %(days)s * interval '1 day'", asked)


def letters(desk: Desk, run: int) -> list[RunLetter]:
    """All letters of a run."""
    return act(desk, letters_of_run, run)  # type: ignore[no-any-return]  # as above


def houses(desk: Desk, run: int, state: str = "released") -> list[int]:
    """The house numbers of the letters of a run that are in this state, in their order."""
    return [one.number for one in letters(desk, run) if one.state == state]


def codes(found: Preview) -> dict[int, str]:
    """Why each case was left out."""
    return {one.case: one.code for one in found.left_out}


def attempts(desk: Desk) -> list[Any]:
    """House number and kind of every contact attempt."""
    return desk.system.rows(
        """SELECT number, kind FROM contact_attempts JOIN households ON households.id = household_id
        JOIN addresses ON addresses.id = address_id WHERE undone_at IS NULL ORDER BY contact_attempts.id"""
    )
