"""A resident says that no visit is wanted, mostly after the letter that announced it: what is written down then?

An announced visit may be declined, by whatever way one likes (domain.md section 9). That is contact: how it goes on, a
person decides, as after any other conversation.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from signals.contract.codes import CONTACT_KINDS
from signals.contract.moments import AMSTERDAM
from signals.outreach.visits.door import LONGEST_KEY, Form, answered, held_visit, worked_case, written_down
from signals.outreach.visits.lists import OPTED_OUT, VisitError
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.hold import tell
from signals.outreach.work.people import NotPossibleError

if TYPE_CHECKING:
    from signals.outreach.visits.door import Recorded, Visit
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

WAYS: Final = tuple(kind for kind in CONTACT_KINDS if kind in {"call", "mail", "text-message"})
"""How one says it: the contact kinds that a resident begins."""


def opt_out(
    cursor: Cursor, stop: int, how: str, note: str, by: Actor, key: str, *, at: datetime | None = None
) -> Recorded:
    """A resident does not want this visit: it falls out of its list, and the contact is written down. Once by `key`.

    Args:
        cursor: Of the transaction.
        stop: Its number.
        how: The resident said so, one of WAYS.
        note: What colleagues should know; may be empty.
        by: Who took it.
        key: The form's own, the same whenever it is sent.
        at: When it is written down; now, when absent.

    Raises:
        VisitError: No such stop or way, it is not planned any more, or its list is done.
        NotPossibleError: No case is open any more, or the note is too long.
    """
    if how not in WAYS or not 0 < len(key) <= LONGEST_KEY:
        raise VisitError(f"one says so by one of {', '.join(WAYS)}; the key has 1 to {LONGEST_KEY}", "choice")
    form = Form(OPTED_OUT, note, by, key, at or datetime.now(AMSTERDAM))
    visit, held, lists = held_visit(cursor, stop)
    if (before := answered(cursor, visit, form)) is not None:
        return before
    _require_planned(visit)
    case = worked_case(cursor, held, visit, form.today)
    if case is None:
        raise NotPossibleError(f"case {visit.case} is closed: its visit is off already", "not-open")
    said = Attempt(how, form.today, None, reached=True, note=note)
    attempt = record_attempt(cursor, case, said, by, today=form.today, now=form.at)
    tell(cursor, case, by, "visit-unwanted", onDay=visit.on_day.isoformat())
    cursor.execute("UPDATE visit_stops SET state = 'left-out', code = %s WHERE id = %s", (OPTED_OUT, stop))
    cursor.execute("UPDATE visit_lists SET version = version + 1 WHERE id = %s", (visit.list,))
    return written_down(cursor, visit, form, case, attempt, lists)


def _require_planned(visit: Visit) -> None:
    if visit.list_state == "done":
        raise VisitError(f"list {visit.list} is done: no visit comes of it any more", "done")
    if visit.state != "planned":
        raise VisitError(f"stop {visit.stop} is not planned any more; look at the list again", "no-stop")
