"""Whose household does a person have in hand, and did anything happen to it since the page was made?

Every act begins here: the household's row is locked, so that acts and batches of one household follow each other
(docs/decisions/0006), and then the history is compared with what the person saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.outreach.work.history import history_of
from signals.outreach.work.people import NotPossibleError, StaleError
from signals.store.ledger import HistoryRow, add_history

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Held:
    """A locked household with the states of its cases by number, the latest period last; removed ones are left out."""

    household: int
    municipality: str
    states: Mapping[int, str]
    helping: frozenset[int] = frozenset()  # closed cases whose accepted help asks for a conversation (`work.help`)

    @property
    def open_cases(self) -> list[int]:
        """Its open cases, the latest period last."""
        return [case for case, state in self.states.items() if state == "open"]

    @property
    def told_at(self) -> int:
        """Where an act on the household as a whole is told: in the latest open case, else in the latest."""
        return (self.worked_cases or list(self.states))[-1]

    @property
    def worked_cases(self) -> list[int]:
        """The cases at which there is something to do: open, or helping; the latest period last."""
        return [case for case, state in self.states.items() if state == "open" or case in self.helping]

    def need_work(self) -> None:
        """Raises NotPossibleError when there is nothing to do at any case: there is nothing to hold then."""
        if not self.worked_cases:
            raise NotPossibleError("no case of this household is open: reopen one first", "not-open")

    def need_worked(self, case: int) -> None:
        """Raises NotPossibleError when `case` is neither open nor helping."""
        if case not in self.helping:
            self.need_open(case)

    def need_open(self, case: int) -> None:
        """Raises NotPossibleError when `case` is not open."""
        if self.states.get(case) != "open":
            raise NotPossibleError(f"case {case} is not open: reopen it first", "not-open")


def hold_case(cursor: Cursor, case: int, seen: int | None = None) -> Held:
    """Lock the household of `case`. Raises NotPossibleError when there is no such case, StaleError."""
    cursor.execute("SELECT household_id FROM cases WHERE id = %s AND state <> 'removed'", (case,))
    found = cursor.fetchone()
    if found is None:
        raise NotPossibleError(f"case {case}: there is no such case", "no-case")
    return hold_household(cursor, found[0], seen)


def hold_household(cursor: Cursor, household: int, seen: int | None = None) -> Held:
    """Lock `household`. Raises NotPossibleError when it has no case, StaleError when it changed since line `seen`."""
    cursor.execute("SELECT municipality FROM households WHERE id = %s FOR UPDATE", (household,))
    found = cursor.fetchone()
    cursor.execute(
        "SELECT id, state, help_due_on FROM cases WHERE household_id = %s ORDER BY period_start, id", (household,)
    )
    rows = cursor.fetchall()
    states: dict[int, str] = {case: state for case, state, _ in rows}
    if seen is not None and (lines := history_of(cursor, states, after=seen)):
        raise StaleError(lines)
    there = {case: state for case, state in states.items() if state != "removed"}
    if found is None or not there:
        raise NotPossibleError(f"household {household}: there is no case of it", "no-case")
    return Held(household, found[0], there, frozenset(case for case, _, due in rows if due is not None))


def tell(cursor: Cursor, case: int, actor: Actor, line: str, /, **detail: object) -> None:
    """Add a line of the kind `line` (`words.KINDS`) to the history of `case`."""
    add_history(cursor, [HistoryRow(case, actor.name, line, detail)])


def need_text(text: str, what: str, longest: int) -> str:
    """`text` without white space around it. Raises NotPossibleError when it is empty or too long."""
    stripped = text.strip()
    if not stripped or len(stripped) > longest:
        raise NotPossibleError(f"{what}: write 1 to {longest} characters", "text-length")
    return stripped
