"""What is the next step after these contact attempts? (design.md section 5)

Pure. A visit goes on from visit to card to letter, a letter is waited for; a call, a mail or a message beside it takes
nothing away. Whoever was not reached always has a next step on a day, so that nobody is forgotten.
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
_DAY: Final = timedelta(days=1)
ANNOUNCED: Final = "announced"
"""Why a visit is next of which a letter said when: it is kept, as what was agreed."""
AT_THE_DOOR: Final = frozenset({"home-visit", "card"})
"""The contact kinds for which one goes to the household."""
CONVERSATIONS: Final = frozenset({"home-visit", "call", "appointment"})
"""The contact kinds in which one speaks with somebody."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: a contact kind, from `on_day` on, in `part` of the day (None: any), and why.

    `why` is a code: "not-at-home", "visits-exhausted", "card-left", "promised"; "not-reached" when what the route asks
    for was not tried yet; "no-answer" when a letter was waited for (its kind is "administrative": a person decides);
    "announced" when a letter said that somebody comes then.
    """

    kind: str
    on_day: date
    part: str | None
    why: str


def next_step(
    attempts: Sequence[Attempt], policy: Policy, today: date, route: str, *, chosen: bool = False
) -> NextStep | None:
    """The step that follows these attempts (oldest first, without those undone) at a household worked by `route`.

    `chosen`: a person chose that route, so visits that were made before end in a letter. None when the last of them
    reached somebody: what was said then decides. Only what came after that counts.
    """
    since = _since_reached(attempts)
    if attempts and not since:
        return None
    walked = [attempt for attempt in since if attempt.kind in _WALK]
    at_the_door = [attempt for attempt in walked if attempt.kind in AT_THE_DOOR]
    untried = route not in {attempt.kind for attempt in walked}
    if not walked or (route == "home-visit" and not at_the_door) or (route == "letter" and chosen and untried):
        return _begin(since, route, today)
    return _after(walked, policy, today)


def _begin(since: Sequence[Attempt], route: str, today: date) -> NextStep | None:
    """What the route asks for, however often one called: everyone gets that offer."""
    if route not in _WALK:
        return None
    day = _working_day(max(since[-1].on_day + _DAY, today) if since else today)
    return NextStep(route, day, None, "not-reached")


def _after(walked: Sequence[Attempt], policy: Policy, today: date) -> NextStep:
    last = walked[-1]
    if last.kind == "letter":
        return NextStep("administrative", answered_by(last.on_day, policy, today), None, "no-answer")
    day = _working_day(max(last.on_day + _DAY, today))
    visits = [attempt for attempt in walked if attempt.kind == "home-visit"]
    if last.kind == "card" and not _beside_a_visit(last, visits, policy):
        return NextStep("letter", day, None, "card-left")
    if len(visits) >= policy.visits_at_most:
        return NextStep("card", day, None, "visits-exhausted")
    return NextStep("home-visit", day, _another_part([visit.part for visit in visits]), "not-at-home")


def _beside_a_visit(card: Attempt, visits: Sequence[Attempt], policy: Policy) -> bool:
    """Whether a card was left at a visit in vain, of the same day, that was not the last one: then visits go on."""
    return len(visits) < policy.visits_at_most and card.on_day in {visit.on_day for visit in visits}


def answered_by(written_on: date, policy: Policy, today: date) -> date:
    """A letter is waited for as long as the municipality itself may take to seek contact (domain.md section 4.7).

    Nobody laid down another time. Written on the last day of that clock, the step comes by that of the conversation.
    """
    return _working_day(max(policy.clocks.contact_attempt.due(written_on), today))


def sent_by(received_on: date, policy: Policy, today: date) -> date:
    """When is a letter that was let go looked at, if it is not sent? On the last working day on which it is in time."""
    day = policy.clocks.contact_attempt.due(received_on)
    while not is_working_day(day):
        day -= _DAY
    return max(day, today)


def _since_reached(attempts: Sequence[Attempt]) -> Sequence[Attempt]:
    reached = [position for position, attempt in enumerate(attempts) if attempt.reached]
    return attempts[reached[-1] + 1 :] if reached else attempts


def _another_part(tried: Sequence[str | None]) -> str:
    """The part of the day that was tried longest ago or never; of several, the first in turn after the last one."""
    start = _TURN.index(tried[-1]) + 1 if tried[-1] in _TURN else 0
    in_turn = [_TURN[(start + step) % len(_TURN)] for step in range(len(_TURN))]
    when = {part: position for position, part in enumerate(tried)}
    return min(in_turn, key=lambda part: when.get(part, -1))


def _working_day(day: date) -> date:
    """This day or the first working day after it."""
    while not is_working_day(day):
        day += _DAY
    return day
