"""What is the next step after these contact attempts? (design.md section 5)

Pure. Nobody at home: another part of the day, from the next working day on. Visits exhausted: a card, then a letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from signals.outreach.clocks import is_working_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.policy import Policy
    from signals.outreach.work.attempts import Attempt

# After one part of the day the next one to try; those who work by day are home in the evening.
_TURN: Final = ("morning", "evening", "afternoon")
_WALK: Final = frozenset({"home-visit", "card", "letter"})  # visit, then card, then letter; a call is beside it


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: a contact kind, from `on_day` on, in `part` of the day (None: any), and why.

    `why` is a code: "not-at-home", "visits-exhausted", "card-left", "promised".
    """

    kind: str
    on_day: date
    part: str | None
    why: str


def next_step(attempts: Sequence[Attempt], policy: Policy, today: date) -> NextStep | None:
    """The step that follows these attempts (oldest first, without those undone), or None when none does.

    Whoever was reached is no longer looked for: only what came after that counts. After a letter one waits.
    """
    since = _since_reached(attempts)
    walked = [attempt for attempt in since if attempt.kind in _WALK]
    if not walked or walked[-1].kind == "letter":
        return None
    last = walked[-1]
    day = _next_working_day(last.on_day, today)
    if last.kind == "card":
        return NextStep("letter", day, None, "card-left")
    visits = [attempt for attempt in walked if attempt.kind == "home-visit"]
    if len(visits) >= policy.visits_at_most:
        return NextStep("card", day, None, "visits-exhausted")
    return NextStep("home-visit", day, _another_part([visit.part for visit in visits]), "not-at-home")


def _since_reached(attempts: Sequence[Attempt]) -> Sequence[Attempt]:
    reached = [position for position, attempt in enumerate(attempts) if attempt.reached]
    return attempts[reached[-1] + 1 :] if reached else attempts


def _another_part(tried: Sequence[str | None]) -> str:
    """The part of the day that was tried longest ago or never; of several, the first in turn after the last one."""
    start = _TURN.index(tried[-1]) + 1 if tried[-1] in _TURN else 0
    in_turn = [_TURN[(start + step) % len(_TURN)] for step in range(len(_TURN))]
    when = {part: position for position, part in enumerate(tried)}
    return min(in_turn, key=lambda part: when.get(part, -1))


def _next_working_day(after: date, today: date) -> date:
    day = max(after + timedelta(days=1), today)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
