"""What can be done from the page of a case, and what does the person see next?

Each act is one small form: read, checked, done by `outreach.work`, logged, and back to the page. Saving what someone
else changed meanwhile shows both versions; nothing typed is lost (issue "The workbench", part 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from signals.outreach.release import NotReleasedError
from signals.outreach.work.people import Actor, NotPossibleError, StaleError, TakenError
from signals.web.desk import Page
from signals.web.people import CASE_WORKERS, Role
from signals.web.texts import said
from signals.web.work import doing, typed
from signals.web.work.case import is_offered, open_dossier, show_case, show_changed
from signals.web.work.extent import asks_for_all
from signals.web.work.links import told_at
from signals.web.work.obstacles import why_not
from signals.web.work.tongue import keeping_language, switches_language

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.responses import Response

    from signals.errors import SignalsError
    from signals.outreach.work.dossier import Dossier
    from signals.web.desk import Desk, Form

TAKEN: Final = said(
    "{name} heeft deze zaak al opgepakt. Overleg met elkaar, of vraag de teamleider om hem over te dragen."
)
TAKEN_FOR_LEAD: Final = said("{name} heeft deze zaak al opgepakt. Overleg met elkaar, of draag hem zelf over.")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done with a case.

    Attributes:
        name: of its form, of its route ("case-" before it) and in the audit log.
        path: what stands behind "/zaak/{case:int}/".
        faults: what is wrong with what was typed.
        perform: does it, and gives the particulars for the audit log; None when it wrote there itself.
        notice: said on the page that follows; None where that page shows it plainly.
        undo: the act that takes it back, also where its form asks whether it is certain; None: it only asks.
    """

    name: str
    path: str
    faults: Callable[[Form, Dossier, datetime], typed.Faults]
    perform: Callable[[Desk, Dossier, Actor], doing.Detail | None]
    notice: str | None = None
    undo: str | None = None


def _answer(act: Act, desk: Desk) -> Response:
    """Do it and go back to the page (303), or show what was typed and why it could not be saved."""
    found = open_dossier(desk)
    if (unfinished := _unfinished(act, desk, found)) is not None:
        return unfinished
    sent = typed.Typed(act.name, desk.form, act.faults(desk.form, found, desk.now))
    if sent.faults:
        return _not_yet(desk, found, sent)
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            detail = act.perform(desk, found, Actor(desk.user.id, desk.user.name))
    except doing.AlreadySoError as so:
        return desk.go("case", case=found.case.id, notice=desk.text(str(so)))
    except (StaleError, TakenError, NotPossibleError, NotReleasedError) as refusal:
        return _refused(act, desk, sent, refusal)
    if detail is not None:
        particulars = {name: value for name, value in detail.items() if value is not None}
        whom = _whom(found, particulars)
        desk.did(act.name, f"case {found.case.id}", particulars, households=[found.household], persons=whom)
    notice = act.notice and desk.text(act.notice)
    if desk.form.get("from") == "review":
        return desk.go("queue", queue="review", notice=notice, at=told_at(act.name, found.case.id))
    return desk.go("case", case=found.case.id, notice=notice)


def _unfinished(act: Act, desk: Desk, found: Dossier) -> Response | None:
    """The form as it was typed so far, where somebody goes on with it: nothing is checked or done."""
    sent = typed.Typed(act.name, desk.form)
    if switches_language(desk):
        return keeping_language(desk, _not_yet(desk, found, sent, changed=200, status=200))
    return _not_yet(desk, found, sent, changed=200, status=200) if asks_for_all(desk.form) else None


def _whom(found: Dossier, particulars: doing.Detail) -> list[int] | None:
    """Whom an act on a signal, a person or two of them concerns; None: everybody of the household (ADR 0033)."""
    of_signal = [signal.person for signal in found.signals if signal.event == particulars.get("event")]
    one = next(iter(of_signal), particulars.get("person"))
    return None if one is None else [one, *([particulars["other"]] if "other" in particulars else [])]


def _refused(act: Act, desk: Desk, sent: typed.Typed, refusal: SignalsError) -> Response:
    """The case as it is by now, why nothing was saved, and what was typed."""
    found = open_dossier(desk)
    if isinstance(refusal, StaleError):
        return show_changed(desk, found, sent, lines=refusal.lines)
    problem = _taken(desk, refusal) if isinstance(refusal, TakenError) else desk.text(why_not(refusal))
    if act.faults is typed.no_faults:
        return show_case(desk, found, sent, status=409, problem=problem)
    return show_changed(desk, found, sent, problem=problem)


def _taken(desk: Desk, taken: TakenError) -> str:
    return desk.text(TAKEN_FOR_LEAD if Role.TEAM_LEAD in desk.user.roles else TAKEN, name=taken.name)


def _not_yet(desk: Desk, found: Dossier, sent: typed.Typed, *, changed: int = 409, status: int = 422) -> Response:
    """Nothing is done yet; if the case changed meanwhile too, its page may not have this form any more.

    Then the form stands on a page of its own, so that what was typed is not lost.
    """
    seen = typed.seen_of(sent.form)
    lines = [line for line in found.history if line.id > seen]
    if lines:
        return show_changed(desk, found, sent, lines=lines, status=changed)
    if not is_offered(desk, found, sent):
        return show_changed(desk, found, sent, status=status)
    return show_case(desk, found, sent, status=status)


ACTS: Final[tuple[Act, ...]] = (
    Act("claim", "oppakken", typed.no_faults, doing.do_claim, undo="let-go"),
    Act("let-go", "teruggeven", typed.no_faults, doing.do_let_go, undo="claim"),
    Act(
        "hand-to-team",
        "team",
        typed.team_faults,
        doing.do_hand_to_team,
        said("De zaak staat in de andere wachtrij."),
        undo="hand-to-team",
    ),
    Act(
        "hand-over",
        "overdragen",
        typed.hand_over_faults,
        doing.do_hand_over,
        said("De zaak is overgedragen."),
        undo="take-back",
    ),
    Act(
        "take-back",
        "overdracht-terugnemen",
        typed.no_faults,
        doing.do_take_back,
        said("De overdracht is teruggenomen."),
        undo="hand-over",
    ),
    Act("release", "vrijgeven", typed.certain_faults, doing.do_release, said("De zaak is vrijgegeven.")),
    Act(
        "look",
        "bekeken",
        typed.no_faults,
        doing.do_look,
        said("U hebt de zaak bekeken: hij staat niet meer bovenaan bij Beoordelen."),
        undo="undo-look",
    ),
    Act(
        "undo-look",
        "toch-bekijken",
        typed.no_faults,
        doing.do_undo_look,
        said("De zaak staat weer bovenaan bij Beoordelen."),
        undo="look",
    ),
    Act(
        "attempt",
        "contact",
        typed.attempt_faults,
        doing.do_attempt,
        said("De contactpoging is bewaard."),
        undo="undo-attempt",
    ),
    Act(
        "undo-attempt",
        "contact-doorhalen",
        typed.undo_faults,
        doing.do_undo_attempt,
        said("De contactpoging is doorgehaald en telt niet meer mee."),
    ),
    Act(
        "promise",
        "afspraak",
        typed.step_faults,
        doing.do_promise,
        said("De afspraak is bewaard."),
        undo="cancel-promise",
    ),
    Act(
        "cancel-promise",
        "afspraak-afzeggen",
        typed.no_faults,
        doing.do_cancel_promise,
        said("De afspraak is afgezegd."),
        undo="promise",
    ),
    Act("note", "notitie", typed.note_faults, doing.do_note, said("De notitie is bewaard."), undo="undo-note"),
    Act(
        "undo-note", "notitie-doorhalen", typed.undo_note_faults, doing.do_undo_note, said("De notitie is doorgehaald.")
    ),
    Act(
        "change-route",
        "route",
        typed.route_faults,
        doing.do_change_route,
        said("De route is veranderd."),
        undo="change-route",
    ),
    Act(
        "mark",
        "niet-oppakken",
        typed.mark_faults,
        doing.do_mark,
        said("Het signaal wordt niet opgepakt."),
        undo="take-back-mark",
    ),
    Act(
        "take-back-mark",
        "toch-oppakken",
        typed.take_back_faults,
        doing.do_take_back_mark,
        said("Het signaal telt weer mee."),
        undo="mark",
    ),
    Act(
        "same-person",
        "dezelfde-persoon",
        typed.no_faults,
        doing.do_same_person,
        said("Bewaard: dit is één persoon."),
        undo="undo-link",
    ),
    Act(
        "different-persons",
        "verschillende-personen",
        typed.reason_faults,
        doing.do_different_persons,
        said("Bewaard: dit zijn verschillende personen."),
        undo="undo-link",
    ),
    Act(
        "undo-link",
        "persoon-terugnemen",
        typed.no_faults,
        doing.do_undo_link,
        said("Of dit dezelfde persoon is, staat weer open."),
        undo="same-person",
    ),
    Act("refer", "doorverwijzen", typed.refer_faults, doing.do_refer, said("De doorverwijzing is bewaard.")),
    Act(
        "refer-result",
        "doorverwezen",
        typed.result_faults,
        doing.do_refer_result,
        said("Wat eruit kwam is bewaard."),
        undo="refer-result",
    ),
    Act("close", "afsluiten", typed.close_faults, doing.do_close, said("De zaak is afgesloten."), undo="reopen"),
    Act("reopen", "heropenen", typed.reason_faults, doing.do_reopen, said("De zaak is weer open."), undo="close"),
)

PAGES: Final[tuple[Page, ...]] = tuple(
    Page(f"case-{act.name}", f"/zaak/{{case:int}}/{act.path}", "POST", partial(_answer, act), CASE_WORKERS)
    for act in ACTS
)
