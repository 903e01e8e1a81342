"""What does a person decide about a case? Another route, closed, reopened. (Of a report: `dismissals`.)

A decision is written as such and the household judged again by the same rules as ever, so that history and messages
come from one place (`outreach.difference`). What a person decided is kept (borders.md section 4): docs/decisions/0028.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from signals.contract.codes import OUTCOMES
from signals.contract.moments import AMSTERDAM
from signals.outreach.cases import ROUTE_GRAVITY
from signals.outreach.feedback import result_of, tell_partners
from signals.outreach.queues import policy_book
from signals.outreach.release import take_up_by_hand
from signals.outreach.work.deaths import forget_closing, note_closing
from signals.outreach.work.help import settle_help
from signals.outreach.work.hold import hold_case, need_text, tell
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.links import links_of, one_by_decision
from signals.outreach.work.outcomes import ACCEPTED, Client, asks_for_whom, counting_of, is_certain, obstacle
from signals.outreach.work.pairs import alike, pairs_of
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.rejudge import rejudge
from signals.outreach.work.rerouted import fit_step, step_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from signals.outreach.policy import Policy
    from signals.outreach.work.hold import Held
    from signals.outreach.work.outcomes import Counting
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

ROUTES: Final = ("letter", "home-visit")
# What a person who decides now has seen: the youngest event of the arrears in the case.
YOUNGEST: Final = """(SELECT max(events.id) FROM events
    WHERE arrears_id IN (SELECT arrears_id FROM reports WHERE case_id = cases.id))"""


def change_route(cursor: Cursor, case: int, route: str, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Work the household by "letter" or "home-visit" from now on; its other open cases are not left graver.

    Raises StaleError, NotPossibleError.
    """
    if route not in ROUTES:
        raise NotPossibleError(f"the route must be one of {', '.join(ROUTES)}", "choice")
    reason = need_text(reason, "the reason", REASON_LENGTH)
    held = hold_case(cursor, case, seen)
    held.need_open(case)
    before = _routes(cursor, held)
    step = step_of(cursor, held.household)
    changing = [one for one, now in before.items() if _changes(one == case, now, route)]
    if not changing:
        raise NotPossibleError(f"case {case} has this route already", "same-route")
    cursor.execute(
        f"""UPDATE cases SET person_route = %s, person_route_through = {YOUNGEST}, letter_fault = NULL
        WHERE id = ANY(%s)""",  # noqa: S608 - our own text
        (route, changing),
    )
    for one in changing:
        tell(cursor, one, actor, "route-changed", before=before[one], after=route, reason=reason)
    rejudge(cursor, [held.household], told_already=frozenset((one, "route") for one in changing))
    fit_step(cursor, held, step, route, actor)


def _routes(cursor: Cursor, held: Held) -> dict[int, str]:
    cursor.execute("SELECT id, route FROM cases WHERE id = ANY(%s) ORDER BY id", (held.open_cases,))
    return dict(cursor.fetchall())


def _changes(asked: bool, now: str, route: str) -> bool:  # noqa: FBT001 - a fact, no switch
    return now != route if asked else ROUTE_GRAVITY[now] > ROUTE_GRAVITY[route]


def close(
    cursor: Cursor,
    cases: Sequence[int],
    outcome: str,
    actor: Actor,
    seen: int | None = None,
    *,
    persons: Collection[Client] = (),
) -> None:
    """Close these open cases of one household with one of codes.OUTCOMES; partners hear what domain.md 4.8 allows.

    Whose partner hears of accepted help is said in `persons`, where signals of several clients count in these cases
    (`outcomes.Client`). An outcome that is true of one person or one signal ends no case of more (`outcomes`).
    Raises StaleError, NotPossibleError.
    """
    if outcome not in OUTCOMES:
        raise NotPossibleError(f"the outcome must be one of {', '.join(OUTCOMES)}", "choice")
    if not cases:
        raise NotPossibleError("name the cases to close", "choice")
    held = hold_case(cursor, cases[0], seen)
    for case in cases:
        held.need_open(case)
    groups = alike(pairs_of(cursor, [held.household]))
    counting = _counting(cursor, cases, groups)
    if (code := obstacle(outcome, counting, persons)) is not None:
        raise NotPossibleError(f"the cases {list(cases)} cannot end as {outcome} like this: {code}", code)
    helped = sorted(persons, key=lambda client: client.text) if asks_for_whom(outcome, counting) else None
    taken_up = _waiting_signals(cursor, cases)
    take_up_by_hand(cursor, held.household, actor=actor.id, name=actor.name, only=list(cases), how="closing")
    cursor.execute(
        f"""UPDATE cases SET closed_at = now(), closed_by = %s, closed_outcome = %s,
            closed_through = coalesce({YOUNGEST}, 0) WHERE id = ANY(%s)""",  # noqa: S608 - our own text
        (actor.id, outcome, list(cases)),
    )
    if outcome == "deceased":
        note_closing(cursor, cases)
    settle_help(cursor, held.household)
    for case in cases:
        told = None if helped is None else [client.text for client in helped]
        tell(cursor, case, actor, "closed-by-person", outcome=outcome, persons=told)
    rejudge(cursor, [held.household], told_already=frozenset((case, "closed") for case in cases))
    _answer(cursor, held, cases, outcome, None if helped is None else _each(helped, groups), taken_up)


def _waiting_signals(cursor: Cursor, cases: Sequence[int]) -> frozenset[int]:
    """The events of what nobody picked up yet in those of these cases that wait: closing them does."""
    cursor.execute(
        """SELECT event_id FROM reports JOIN cases ON cases.id = case_id
        WHERE case_id = ANY(%s) AND waiting AND status = 'not-yet-picked-up'""",
        (list(cases),),
    )
    return frozenset(number for (number,) in cursor)


def _each(clients: Sequence[Client], groups: Mapping[int, frozenset[int]]) -> list[Client]:
    """The clients by every number that such a resident has."""
    return [Client(person, one.partner) for one in clients for person in groups.get(one.person, {one.person})]


def _counting(cursor: Cursor, cases: Sequence[int], groups: Mapping[int, frozenset[int]]) -> Counting:
    """Whose signals count in these cases, and of which arrears; `groups`: who is one resident under several numbers."""
    cursor.execute(
        """SELECT person_id, arrears_id, partner_id, initials, date_of_birth
        FROM reports JOIN arrears ON arrears.id = arrears_id JOIN persons ON persons.id = person_id
        WHERE case_id = ANY(%s) AND withdrawn IS NULL""",
        (list(cases),),
    )
    found = cursor.fetchall()
    written = frozenset((person, partner) for person, _, partner, *_ in found)
    certain = {person for person, _, _, *known in found if is_certain(*known)}
    certain |= one_by_decision(written, links_of(cursor, {person for person, _ in written}))
    return counting_of(
        ((person, partner, arrears) for person, arrears, partner, *_ in found),
        certain,
        {person: min(group) for person, group in groups.items()},
        _policy_of(cursor, cases[0]).accepted_help,
    )


def _answer(
    cursor: Cursor,
    held: Held,
    cases: Sequence[int],
    outcome: str | None,
    persons: Sequence[Client] | None = None,
    taken_up: Collection[int] = (),
) -> None:
    """Tell the partners whose reports were worked in these cases; None: the closing was taken back.

    Of these `persons` only, when given; of what this closing took up (`taken_up`, events) each hears at least that.
    One message for one act: a signal that ends as not picked up is not told to be picked up first. Accepted help that
    was told before stays told where this outcome says nothing to a partner: who closes a case over one resident does
    not end the pause of another.
    """
    policy = _policy_of(cursor, cases[0])
    result = None if outcome is None else result_of(outcome, policy.accepted_help)
    pause = policy.clocks.collection_pause.due(datetime.now(AMSTERDAM).date()) if result == ACCEPTED else None
    cursor.execute(
        """UPDATE reports SET given_result = %(result)s, pause_until = %(pause)s
        WHERE case_id = ANY(%(cases)s) AND status = 'picked-up' AND withdrawn IS NULL
            AND (given_result, pause_until) IS DISTINCT FROM (%(result)s::text, %(pause)s::date)
            AND (%(persons)s::bigint[] IS NULL OR EXISTS (
                SELECT FROM unnest(%(persons)s, %(partners)s::text[]) AS client(person, partner)
                WHERE client.person = person_id AND coalesce(client.partner = (
                    SELECT partner_id FROM arrears WHERE arrears.id = arrears_id), true)))
            AND NOT (%(silent)s AND coalesce(given_result, '') = %(accepted)s)
        RETURNING event_id""",
        {
            "result": result,
            "pause": pause,
            "cases": list(cases),
            "persons": None if persons is None else [client.person for client in persons],
            "partners": None if persons is None else [client.partner for client in persons],
            "silent": outcome is not None and result is None,
            "accepted": ACCEPTED,
        },
    )
    if events := {number for (number,) in cursor.fetchall()}.union(taken_up):
        tell_partners(cursor, [held.household], events)


def _policy_of(cursor: Cursor, case: int) -> Policy:
    """The policy of a case: until when the partner pauses collection, and what counts as accepted help."""
    cursor.execute("SELECT policy_id FROM cases WHERE id = %s", (case,))
    (policy,) = cursor.fetchone() or (0,)
    return policy_book(cursor).by_id[policy]


def reopen(cursor: Cursor, case: int, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Open a closed case again; it is under way then, also when nothing in it counts any more.

    Raises StaleError, NotPossibleError.
    """
    reason = need_text(reason, "the reason", REASON_LENGTH)
    held = hold_case(cursor, case, seen)
    if held.states.get(case) != "closed":
        raise NotPossibleError(f"case {case} is not closed", "not-closed")
    forget_closing(cursor, case)
    cursor.execute(
        f"""UPDATE cases SET closed_outcome = NULL, closed_through = NULL,
            released_route = coalesce(released_route, route), released_at = coalesce(released_at, now()),
            released_by = coalesce(released_by, %s), released_how = coalesce(released_how, 'contact'),
            released_through = coalesce(released_through, {YOUNGEST}),
            follow_up_on = coalesce((SELECT on_day FROM next_steps
                WHERE next_steps.household_id = cases.household_id), %s)
        WHERE id = %s AND EXISTS (SELECT FROM reports WHERE case_id = cases.id)""",  # noqa: S608 - our own text
        (actor.id, datetime.now(AMSTERDAM).date(), case),
    )
    if not cursor.rowcount:
        raise NotPossibleError(f"case {case} has no signal left: take back the mark of one first", "nothing-left")
    settle_help(cursor, held.household)
    tell(cursor, case, actor, "reopened-by-person", reason=reason)
    rejudge(cursor, [held.household], told_already=frozenset({(case, "reopened")}))
    _answer(cursor, held, [case], None)
