"""What does each act of a case do with what was typed? Every one in its own small function, called by `acts`.

What was typed is checked by then. Each gives the particulars for the audit log, nothing personal and no free text;
None when it wrote there itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signals.errors import SignalsError
from signals.outreach.work import attempts, claims, decisions, dismissals, links, looks, pairing, pairs, referrals
from signals.outreach.work.hold import hold_household
from signals.outreach.work.people import NotPossibleError, TakenError
from signals.outreach.work.runs import release_run
from signals.outreach.work.steps import NextStep
from signals.web.desk import NotFoundError
from signals.web.people import Role
from signals.web.texts import day_of, said
from signals.web.work import typed
from signals.web.work.case import colleagues_of, deaths_of, open_dossier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.outreach.work.dossier import Dossier
    from signals.outreach.work.people import Actor
    from signals.web.desk import Desk, Form

Detail = dict[str, Any]
"""What the audit log keeps of an act; nothing personal, no free text."""


class AlreadySoError(SignalsError):
    """It is so already: nothing was written, and nothing is logged. The text says so, in Dutch."""


def do_claim(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """The sender holds it from now on."""
    if not claims.claim(desk.cursor, found.household, actor):
        raise AlreadySoError(said("U had deze zaak al opgepakt."))
    return {}


def do_let_go(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Nobody holds it any more."""
    if not claims.let_go(desk.cursor, found.household, actor):
        raise AlreadySoError(said("Niemand had deze zaak nog opgepakt."))
    return {}


def do_hand_to_team(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Into a team's queue, or the common one: nobody holds it then."""
    held_by, team = _holder(desk, found), desk.form.get("team")
    claims.hand_over(desk.cursor, found.household, None, team, actor, desk.form.get("reason"), held_by=held_by)
    return {"team": None if team == typed.COMMON_QUEUE else team}


def do_hand_over(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """To a colleague, who then holds it."""
    held_by = _holder(desk, found)
    chosen = [one for one in colleagues_of(desk, found) if one.id == desk.form.get("to")]
    if not chosen:
        raise NotPossibleError("there is no such colleague in this municipality", "no-colleague")
    reason = desk.form.get("reason")
    claims.hand_over(desk.cursor, found.household, chosen[0], None, actor, reason, held_by=held_by)
    return {"to": chosen[0].id}


def do_take_back(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Take back what the sender handed over."""
    claims.take_back(desk.cursor, found.household, actor, typed.seen_of(desk.form))
    return {}


def _holder(desk: Desk, found: Dossier) -> str | None:
    """Who holds the household, as the sender's page showed it; from here on nobody else takes it.

    Raises StaleError, and TakenError when it is a colleague: only a team lead hands over what another holds.
    """
    hold_household(desk.cursor, found.household, typed.seen_of(desk.form))
    held = claims.claims_of(desk.cursor, [found.household]).get(found.household)
    if held is not None and held.by.id != desk.user.id and Role.TEAM_LEAD not in desk.user.roles:
        raise TakenError(held.by.name)
    return None if held is None else held.by.id


def do_release(desk: Desk, found: Dossier, actor: Actor) -> None:
    """What the page showed and no more: a death that it did not show is looked at first."""
    hold_household(desk.cursor, found.household, typed.seen_of(desk.form))
    now = open_dossier(desk)  # once more, now that nobody else changes it
    going = [case for case in now.cases if case.state == "open" and (case.waiting or case.held)]
    if not going:
        raise NotPossibleError("nothing of this household waits", "nothing-waits")
    held = any(case.held for case in going)
    if held and desk.form.get("deaths") != deaths_of(now):
        raise NotPossibleError("a death was reported that the page did not show", "death-reported")
    release_run(desk.cursor, [case.id for case in going], actor, reviewed=held)


def do_attempt(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """A contact attempt."""
    return _recorded(desk, found.case.id, desk.form, actor)


def _recorded(desk: Desk, case: int, form: Form, actor: Actor) -> Detail:
    """Write down the attempt of this form; what its sender had seen stands in the form that was sent."""
    made = attempts.Attempt(
        kind=form.get("kind"),
        on_day=day_of(form.get("on_day")),
        part=form.get("part") or None,
        reached=form.get("reached") == "yes",
        note=form.get("note") or None,
    )
    seen, today = typed.seen_of(desk.form), desk.today
    number = attempts.record_attempt(desk.cursor, case, made, actor, seen, today=today, now=desk.now)
    return {"attempt": number, "kind": made.kind, "part": made.part, "reached": made.reached}


def do_undo_attempt(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Strike out a contact attempt."""
    number = _one_of(desk.form.get("attempt"), [made.id for made in found.attempts])
    is_lead = Role.TEAM_LEAD in desk.user.roles
    attempts.undo_attempt(desk.cursor, number, actor, team_lead=is_lead, today=desk.today)
    return {"attempt": number}


def _one_of(sent: str, numbers: Iterable[int]) -> int:
    """The number that a button of the page sends. Raises NotFoundError when it is none of this household's."""
    found = next((number for number in numbers if str(number) == sent), None)
    if found is None:
        raise NotFoundError("no such attempt, note or person at this household")
    return found


def do_promise(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """An appointment with the resident."""
    form = desk.form
    step = NextStep(form.get("kind"), day_of(form.get("on_day")), form.get("part") or None, "promised")
    attempts.promise_step(desk.cursor, found.case.id, step, actor, typed.seen_of(form), today=desk.today)
    return {"kind": step.kind, "on": step.on_day.isoformat()}


def do_cancel_promise(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """The appointment is off."""
    attempts.cancel_promise(desk.cursor, found.case.id, actor, typed.seen_of(desk.form), today=desk.today)
    return {}


def do_note(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """A note."""
    form = desk.form
    return {"note": referrals.add_note(desk.cursor, found.case.id, form.get("note"), actor, typed.seen_of(form))}


def do_undo_note(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Strike out a note."""
    number = _one_of(desk.form.get("note"), [note.id for note in found.notes])
    is_lead = Role.TEAM_LEAD in desk.user.roles
    referrals.undo_note(desk.cursor, number, actor, team_lead=is_lead, today=desk.today)
    return {"note": number}


def do_change_route(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Another route."""
    route = desk.form.get("route")
    decisions.change_route(desk.cursor, found.case.id, route, desk.form.get("reason"), actor, typed.seen_of(desk.form))
    return {"route": route}


def do_mark(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    """A signal that is not picked up."""
    form, event = desk.form, int(desk.form.get("event"))
    dismissals.mark_not_picked_up(
        desk.cursor, event, form.get("verdict"), form.get("reason"), actor, typed.seen_of(form)
    )
    return {"event": event, "status": form.get("verdict")}


def do_take_back_mark(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    """A signal that is picked up after all."""
    event = int(desk.form.get("event"))
    dismissals.take_back_mark(desk.cursor, event, desk.form.get("reason"), actor, typed.seen_of(desk.form))
    return {"event": event}


def do_refer(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Refer the resident."""
    target = desk.form.get("target")
    number = referrals.refer(desk.cursor, found.case.id, target, actor, typed.seen_of(desk.form))
    return {"referral": number, "target": target}


def do_refer_result(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    """What came of a referral."""
    number, result = int(desk.form.get("referral")), desk.form.get("result")
    referrals.refer_result(desk.cursor, number, result, actor, typed.seen_of(desk.form))
    return {"referral": number, "result": result}


def do_close(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Close cases of the household, with the conversation that led to it where nobody wrote that down yet."""
    form, persons = desk.form, typed.persons_of(desk.form)
    cases, outcome, seen = sorted(int(text) for text in form.getlist("cases")), form.get("outcome"), typed.seen_of(form)
    if form.get("spoken") == "contact" and typed.asks_for_conversation(form, found):
        made = _recorded(desk, cases[0], typed.conversation_of(form), actor)
        told = {name: value for name, value in made.items() if value is not None}
        desk.did("attempt", f"case {cases[0]}", told, households=[found.household])
        decisions.close(desk.cursor, cases, outcome, actor, persons=persons)  # the household is locked: all was seen
    else:
        decisions.close(desk.cursor, cases, outcome, actor, seen, persons=persons)
    return {"cases": cases, "outcome": outcome}


def do_look(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Its crisis or death was looked at."""
    return {"cases": looks.look(desk.cursor, found.case.id, actor, typed.seen_of(desk.form))}


def do_undo_look(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """It is to be looked at again."""
    return {"cases": looks.undo_look(desk.cursor, found.case.id, actor, typed.seen_of(desk.form))}


def do_same_person(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """The partners mean one person."""
    return _decide_who(desk, found, "same", actor)


def do_different_persons(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """The partners mean several persons."""
    return _decide_who(desk, found, "different", actor)


def _decide_who(desk: Desk, found: Dossier, verdict: links.Verdict, actor: Actor) -> Detail:
    """Of the person, or the two persons, whose button it was."""
    case, seen, reason = found.case.id, typed.seen_of(desk.form), desk.form.get("reason")
    person, other = _persons(desk, found)
    if other is None:
        links.decide_link(desk.cursor, case, person, verdict, actor, seen, reason=reason)
    else:
        pairing.decide_pair(desk.cursor, case, pairs.pair_of(person, other), verdict, actor, seen, reason=reason)
    return {"person": person, "other": other}


def do_undo_link(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """It is open again whether they mean one person."""
    case, seen = found.case.id, typed.seen_of(desk.form)
    person, other = _persons(desk, found)
    if other is None:
        links.undo_link(desk.cursor, case, person, actor, seen)
    else:
        pairing.undo_pair(desk.cursor, case, pairs.pair_of(person, other), actor, seen)
    return {"person": person, "other": other}


def _persons(desk: Desk, found: Dossier) -> tuple[int, int | None]:
    """Of whom a form is: one person, or two who may be one. Raises NotFoundError: they are not of this household."""
    numbers = [one.id for one in found.persons]
    person, other = desk.form.get("person"), desk.form.get("other")
    return _one_of(person, numbers), _one_of(other, numbers) if other else None


def do_reopen(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Open it again."""
    decisions.reopen(desk.cursor, found.case.id, desk.form.get("reason"), actor, typed.seen_of(desk.form))
    return {}
