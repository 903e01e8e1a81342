"""What can be done from the page of a case, and what does the person see next?

Each act is one small form: read, checked, done by `outreach.work`, logged, and back to the page. Saving what someone
else changed meanwhile shows both versions; nothing typed is lost (issue "The workbench", part 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.release import NotReleasedError
from signals.outreach.work import attempts, claims, decisions, dismissals, referrals
from signals.outreach.work.hold import hold_household
from signals.outreach.work.people import Actor, NotPossibleError, StaleError, TakenError
from signals.outreach.work.runs import release_run
from signals.outreach.work.steps import NextStep
from signals.web.desk import NotFoundError, Page
from signals.web.people import CASE_WORKERS, Role
from signals.web.texts import day_of, said
from signals.web.work import typed
from signals.web.work.case import colleagues_of, deaths_of, is_offered, open_dossier, show_case, show_changed
from signals.web.work.obstacles import why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from starlette.responses import Response

    from signals.errors import SignalsError
    from signals.outreach.work.dossier import Dossier
    from signals.web.desk import Desk, Form

TAKEN: Final = said(
    "{name} heeft deze zaak al opgepakt. Overleg met elkaar, of vraag de teamleider om hem over te dragen."
)
Detail = dict[str, Any]
"""What the audit log keeps of an act; nothing personal, no free text."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done with a case.

    Attributes:
        name: of its form, of its route ("case-" before it) and in the audit log.
        path: what stands behind "/zaak/{case:int}/".
        faults: what is wrong with what was typed.
        perform: does it, and gives the particulars for the audit log; None when it wrote there itself.
        notice: said on the page that follows; None where that page shows it plainly.
    """

    name: str
    path: str
    faults: Callable[[Form, Dossier, date], typed.Faults]
    perform: Callable[[Desk, Dossier, Actor], Detail | None]
    notice: str | None = None


def _answer(act: Act, desk: Desk) -> Response:
    """Do it and go back to the page (303), or show what was typed and why it could not be saved."""
    found = open_dossier(desk)
    sent = typed.Typed(act.name, desk.form, act.faults(desk.form, found, desk.today))
    if sent.faults:
        return _not_yet(desk, found, sent)
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            detail = act.perform(desk, found, Actor(desk.user.id, desk.user.name))
    except (StaleError, TakenError, NotPossibleError, NotReleasedError) as refusal:
        return _refused(act, desk, sent, refusal)
    if detail is not None:
        particulars = {name: value for name, value in detail.items() if value is not None}
        desk.did(act.name, f"case {found.case.id}", particulars, households=[found.household])
    return desk.go("case", case=found.case.id, notice=act.notice and desk.text(act.notice))


def _refused(act: Act, desk: Desk, sent: typed.Typed, refusal: SignalsError) -> Response:
    """The case as it is by now, why nothing was saved, and what was typed."""
    found = open_dossier(desk)
    if isinstance(refusal, StaleError):
        return show_changed(desk, found, sent, lines=refusal.lines)
    problem = desk.text(TAKEN, name=refusal.name) if isinstance(refusal, TakenError) else desk.text(why_not(refusal))
    if act.faults is typed.no_faults:
        return show_case(desk, found, sent, status=409, problem=problem)
    return show_changed(desk, found, sent, problem=problem)


def _not_yet(desk: Desk, found: Dossier, sent: typed.Typed) -> Response:
    """Something is missing; if the case changed meanwhile too, its page may not have this form any more.

    Then the form stands on a page of its own, so that what was typed is not lost.
    """
    seen = typed.seen_of(sent.form)
    lines = [line for line in found.history if line.id > seen]
    if lines:
        return show_changed(desk, found, sent, lines=lines)
    if not is_offered(desk, found, sent.name):
        return show_changed(desk, found, sent, status=422)
    return show_case(desk, found, sent, status=422)


def _claim(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    claims.claim(desk.cursor, found.household, actor)
    return {}


def _let_go(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    claims.let_go(desk.cursor, found.household, actor)
    return {}


def _hand_to_team(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """Into a team's queue, or the common one: nobody holds it then."""
    held_by, team = _holder(desk, found), desk.form.get("team")
    claims.hand_over(desk.cursor, found.household, None, team, actor, desk.form.get("reason"), held_by=held_by)
    return {"team": None if team == typed.COMMON_QUEUE else team}


def _hand_over(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    """To a colleague, who then holds it."""
    held_by = _holder(desk, found)
    chosen = [one for one in colleagues_of(desk, found) if one.id == desk.form.get("to")]
    if not chosen:
        raise NotPossibleError("there is no such colleague in this municipality", "no-colleague")
    reason = desk.form.get("reason")
    claims.hand_over(desk.cursor, found.household, chosen[0], None, actor, reason, held_by=held_by)
    return {"to": chosen[0].id}


def _holder(desk: Desk, found: Dossier) -> str | None:
    """Who holds the household, as the sender's page showed it; from here on nobody else takes it.

    Raises StaleError, and TakenError when it is a colleague: only a team lead hands over what another holds.
    """
    hold_household(desk.cursor, found.household, typed.seen_of(desk.form))
    held = claims.claims_of(desk.cursor, [found.household]).get(found.household)
    if held is not None and held.by.id != desk.user.id and Role.TEAM_LEAD not in desk.user.roles:
        raise TakenError(held.by.name)
    return None if held is None else held.by.id


def _release(desk: Desk, found: Dossier, actor: Actor) -> None:
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


def _attempt(desk: Desk, found: Dossier, actor: Actor) -> Detail:
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


def _undo_attempt(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    number = _one_of(desk.form.get("attempt"), [made.id for made in found.attempts])
    is_lead = Role.TEAM_LEAD in desk.user.roles
    attempts.undo_attempt(desk.cursor, number, actor, team_lead=is_lead, today=desk.today)
    return {"attempt": number}


def _one_of(sent: str, numbers: Iterable[int]) -> int:
    """The number that a button of the page sends. Raises NotFoundError when it is none of this household's."""
    found = next((number for number in numbers if str(number) == sent), None)
    if found is None:
        raise NotFoundError("no such attempt or note at this household")
    return found


def _promise(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    form = desk.form
    step = NextStep(form.get("kind"), day_of(form.get("on_day")), form.get("part") or None, "promised")
    attempts.promise_step(desk.cursor, found.case.id, step, actor, typed.seen_of(form), today=desk.today)
    return {"kind": step.kind, "on": step.on_day.isoformat()}


def _note(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    form = desk.form
    return {"note": referrals.add_note(desk.cursor, found.case.id, form.get("note"), actor, typed.seen_of(form))}


def _undo_note(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    number = _one_of(desk.form.get("note"), [note.id for note in found.notes])
    is_lead = Role.TEAM_LEAD in desk.user.roles
    referrals.undo_note(desk.cursor, number, actor, team_lead=is_lead, today=desk.today)
    return {"note": number}


def _change_route(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    route = desk.form.get("route")
    decisions.change_route(desk.cursor, found.case.id, route, desk.form.get("reason"), actor, typed.seen_of(desk.form))
    return {"route": route}


def _mark(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    form, event = desk.form, int(desk.form.get("event"))
    dismissals.mark_not_picked_up(
        desk.cursor, event, form.get("verdict"), form.get("reason"), actor, typed.seen_of(form)
    )
    return {"event": event, "status": form.get("verdict")}


def _take_back_mark(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    event = int(desk.form.get("event"))
    dismissals.take_back_mark(desk.cursor, event, desk.form.get("reason"), actor, typed.seen_of(desk.form))
    return {"event": event}


def _refer(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    target = desk.form.get("target")
    number = referrals.refer(desk.cursor, found.case.id, target, actor, typed.seen_of(desk.form))
    return {"referral": number, "target": target}


def _refer_result(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    number, result = int(desk.form.get("referral")), desk.form.get("result")
    referrals.refer_result(desk.cursor, number, result, actor, typed.seen_of(desk.form))
    return {"referral": number, "result": result}


def _close(desk: Desk, _: Dossier, actor: Actor) -> Detail:
    form = desk.form
    cases, outcome = sorted(int(text) for text in form.getlist("cases")), form.get("outcome")
    helped = sorted(typed.persons_of(form))
    decisions.close(desk.cursor, cases, outcome, actor, typed.seen_of(form), persons=helped)
    return {"cases": cases, "outcome": outcome}


def _reopen(desk: Desk, found: Dossier, actor: Actor) -> Detail:
    decisions.reopen(desk.cursor, found.case.id, desk.form.get("reason"), actor, typed.seen_of(desk.form))
    return {}


ACTS: Final[tuple[Act, ...]] = (
    Act("claim", "oppakken", typed.no_faults, _claim),
    Act("let-go", "teruggeven", typed.no_faults, _let_go),
    Act("hand-to-team", "team", typed.team_faults, _hand_to_team, said("De zaak staat in de andere wachtrij.")),
    Act("hand-over", "overdragen", typed.hand_over_faults, _hand_over, said("De zaak is overgedragen.")),
    Act("release", "vrijgeven", typed.certain_faults, _release, said("De zaak is vrijgegeven.")),
    Act("attempt", "contact", typed.attempt_faults, _attempt, said("De contactpoging is bewaard.")),
    Act(
        "undo-attempt",
        "contact-doorhalen",
        typed.undo_faults,
        _undo_attempt,
        said("De contactpoging is doorgehaald en telt niet meer mee."),
    ),
    Act("promise", "afspraak", typed.step_faults, _promise, said("De afspraak is bewaard.")),
    Act("note", "notitie", typed.note_faults, _note, said("De notitie is bewaard.")),
    Act(
        "undo-note",
        "notitie-doorhalen",
        typed.no_faults,
        _undo_note,
        said("De notitie is doorgehaald."),
    ),
    Act("change-route", "route", typed.route_faults, _change_route, said("De route is veranderd.")),
    Act("mark", "niet-oppakken", typed.mark_faults, _mark, said("Het signaal wordt niet opgepakt.")),
    Act(
        "take-back-mark",
        "toch-oppakken",
        typed.take_back_faults,
        _take_back_mark,
        said("Het signaal telt weer mee."),
    ),
    Act("refer", "doorverwijzen", typed.refer_faults, _refer, said("De doorverwijzing is bewaard.")),
    Act("refer-result", "doorverwezen", typed.result_faults, _refer_result, said("Wat eruit kwam is bewaard.")),
    Act("close", "afsluiten", typed.close_faults, _close, said("De zaak is afgesloten.")),
    Act("reopen", "heropenen", typed.reason_faults, _reopen, said("De zaak is weer open.")),
)

PAGES: Final[tuple[Page, ...]] = tuple(
    Page(f"case-{act.name}", f"/zaak/{{case:int}}/{act.path}", "POST", partial(_answer, act), CASE_WORKERS)
    for act in ACTS
)
