"""What does each act of a case do with what was typed? Every one in its own small function, called by `acts`.

What was typed is checked by then. Each gives the particulars for the audit log, nothing personal and no free text;
None when it wrote there itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signals.outreach.work import attempts, claims, decisions, dismissals, links, looks, referrals
from signals.outreach.work.hold import hold_household
from signals.outreach.work.people import NotPossibleError, TakenError
from signals.outreach.work.runs import release_run
from signals.outreach.work.steps import NextStep
from signals.web.desk import NotFoundError
from signals.web.people import Role
from signals.web.texts import day_of
from signals.web.work import typed
from signals.web.work.case import colleagues_of, deaths_of, open_dossier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.outreach.work.dossier import Dossier
    from signals.outreach.work.people import Actor
    from signals.web.desk import Desk

Detail = dict[str, Any]
"""What the audit log keeps of an act; nothing personal, no free text."""


def do_claim(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """The sender holds it from now on."""
    claims.claim(desk.cursor, found.household, actor)
    return {}


def do_let_go(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Nobody holds it any more."""
    claims.let_go(desk.cursor, found.household, actor)
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
    form = desk.form
    made = attempts.Attempt(
        kind=form.get("kind"),
        on_day=day_of(form.get("on_day")),
        part=form.get("part") or None,
        reached=form.get("reached") == "yes",
        note=form.get("note") or None,
    )
    seen = typed.seen_of(form)
    number = attempts.record_attempt(desk.cursor, found.case.id, made, actor, seen, today=desk.today)
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


def do_close(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    """Close cases of the household."""
    form = desk.form
    cases, outcome = sorted(int(text) for text in form.getlist("cases")), form.get("outcome")
    decisions.close(desk.cursor, cases, outcome, actor, typed.seen_of(form), persons=typed.persons_of(form))
    return {"cases": cases, "outcome": outcome}


def do_look(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Its crisis or death was looked at."""
    return {"cases": looks.look(desk.cursor, found.case.id, actor, typed.seen_of(desk.form))}


def do_undo_look(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """It is to be looked at again."""
    return {"cases": looks.undo_look(desk.cursor, found.case.id, actor, typed.seen_of(desk.form))}


def do_same_person(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """The partners mean one person."""
    person = _one_of(desk.form.get("person"), [one.id for one in found.persons])
    links.decide_link(desk.cursor, found.case.id, person, "same", actor, typed.seen_of(desk.form))
    return {"person": person}


def do_different_persons(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """The partners mean several persons."""
    form = desk.form
    person = _one_of(form.get("person"), [one.id for one in found.persons])
    seen, reason = typed.seen_of(form), form.get("reason")
    links.decide_link(desk.cursor, found.case.id, person, "different", actor, seen, reason=reason)
    return {"person": person}


def do_undo_link(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """It is open again whether they mean one person."""
    person = _one_of(desk.form.get("person"), [one.id for one in found.persons])
    links.undo_link(desk.cursor, found.case.id, person, actor, typed.seen_of(desk.form))
    return {"person": person}


def do_reopen(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Open it again."""
    decisions.reopen(desk.cursor, found.case.id, desk.form.get("reason"), actor, typed.seen_of(desk.form))
    return {}
