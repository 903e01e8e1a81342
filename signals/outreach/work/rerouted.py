"""What becomes of the next step when a person chooses another route?

A visit that was planned, or agreed with the resident, is no step of a household that is written to. What the rules
found for the route of before is found anew. The history says what ended, and there it is found again when the route is
changed back while nothing else was done: then it stands as it was, as long as its day is to come.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from signals.contract.moments import AMSTERDAM
from signals.outreach.work.attempts import next_steps_of, plan, set_step
from signals.outreach.work.given_back import BESIDE
from signals.outreach.work.hold import tell
from signals.outreach.work.steps import AT_THE_DOOR, NextStep

if TYPE_CHECKING:
    from signals.outreach.work.hold import Held
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

# The step that ended at the change of the route before this one, when no more was done at the household since.
_ENDED: Final = """
WITH line AS (
    SELECT told.id, told.kind, told.detail FROM case_history AS told JOIN cases ON cases.id = told.case_id
    WHERE household_id = %(home)s AND told.kind <> ALL(%(beside)s) AND told.actor <> 'signals'),
of_now AS (SELECT min(id) AS first FROM line WHERE kind = 'route-changed' AND id > coalesce(
    (SELECT max(id) FROM line WHERE kind <> 'route-changed'), 0)),
last AS (SELECT kind, detail FROM line, of_now WHERE id < first ORDER BY id DESC LIMIT 1)
SELECT detail FROM last WHERE kind = 'step-ended' AND detail ->> 'route' = %(route)s
"""


def step_of(cursor: Cursor, household: int) -> NextStep | None:
    """The next step of the household, if there is one."""
    return next_steps_of(cursor, [household]).get(household)


def fit_step(cursor: Cursor, held: Held, before: NextStep | None, route: str, actor: Actor) -> None:
    """End the step `before` of the (locked) household that does not fit the new route, or put back what had ended so.

    The change of the route is told and the cases are judged again by then.
    """
    today, homes = datetime.now(AMSTERDAM).date(), {held.household: held.municipality}
    ended = _ended_by_change(cursor, held.household, route)
    if ended is not None and ended.on_day >= today:
        set_step(cursor, held.household, ended)
        _tell(cursor, held, actor, "step-restored", ended, None)
    elif ended is not None or (before is not None and not _stays(before, route)):
        plan(cursor, homes, today, keep_promise=False)
        if before is not None and step_of(cursor, held.household) != before:
            _tell(cursor, held, actor, "step-ended", before, _other(route))


def _stays(step: NextStep, route: str) -> bool:
    """Whether an agreement with the resident can be kept; what the rules found is found anew."""
    return step.why == "promised" and (route != "letter" or step.kind not in AT_THE_DOOR)


def _other(route: str) -> str:
    return "home-visit" if route == "letter" else "letter"


def _ended_by_change(cursor: Cursor, household: int, route: str) -> NextStep | None:
    cursor.execute(_ENDED, {"home": household, "route": route, "beside": BESIDE})
    found = cursor.fetchone()
    return None if found is None else _step(found[0])


def _step(detail: dict[str, Any]) -> NextStep:
    return NextStep(detail["kind"], date.fromisoformat(detail["onDay"]), detail["part"], detail["why"])


def _tell(cursor: Cursor, held: Held, actor: Actor, line: str, step: NextStep, route: str | None) -> None:
    """`route`: the one for which it was planned, where it comes back if that is chosen again."""
    said: dict[str, object] = {"kind": step.kind, "onDay": step.on_day.isoformat(), "part": step.part, "why": step.why}
    tell(cursor, held.told_at, actor, line, **said, **({} if route is None else {"route": route}))
