"""What must someone know of one case, and what can they do with it? One screen, /zaak/{case}.

Who, what, why, by when, what was done, what was noted, how it ended (issue "The workbench", part 4). The acts behind
the forms of the screen stand in `acts`; both show the screen with `show_case`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from signals.contract.codes import CONTACT_KINDS
from signals.contract.partners import partner_name
from signals.outreach.feedback import result_of
from signals.outreach.letters.streets import street_of
from signals.outreach.visits.glance import lists_of
from signals.outreach.visits.unsafe import unsafe_at
from signals.outreach.work.attempts import APPOINTMENTS
from signals.outreach.work.claims import colleagues, note_arrival
from signals.outreach.work.dismissals import NOT_PICKED_UP
from signals.outreach.work.dossier import dossier
from signals.outreach.work.dossier_persons import residents, spoken_to
from signals.outreach.work.people import Actor
from signals.web.desk import Form, NotFoundError, Page
from signals.web.people import CASE_WORKERS, Role
from signals.web.texts import day, euros, moment
from signals.web.visits.said import names_of, when
from signals.web.words import options, period_words, word
from signals.web.work.extent import SHOW, WHOLE, asks_for_all, choices_of, extent_of
from signals.web.work.found import list_with
from signals.web.work.openings import count_opening
from signals.web.work.scores import reasons_of, scores_of, times_of
from signals.web.work.typed import COMMON_QUEUE, Typed, counting_in
from signals.web.work.whom import (
    asked_first,
    birth,
    clients,
    fully_named,
    helped,
    is_asked,
    sent_of,
    threats_of_the_dead,
    whose,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from signals.outreach.work.attempts import MadeAttempt
    from signals.outreach.work.dossier import Dossier, TimelineSignal
    from signals.outreach.work.history import HistoryLine
    from signals.outreach.work.outcomes import Counting
    from signals.outreach.work.referrals import Note
    from signals.web.desk import Desk
    from signals.web.work.extent import Choices

# Fields of which one is chosen by a button: what is wrong leads to the first of them.
_CHOICES: Final = frozenset(
    {
        "attempt",
        "part",
        "reached",
        "route",
        "event",
        "verdict",
        "target",
        "referral",
        "result",
        "team",
        "cases",
        "persons",
        "spoken",
        "spoken_part",
    }
)
# What is chosen from a list that grows with the household: the form and the field that choose from it.
_CHOSEN_IN: Final = {
    "tenants": ("close", "persons"),
    "markable": ("mark", "event"),
    "marked": ("take-back-mark", "event"),
    "referrals": ("refer-result", "referral"),
}


def open_dossier(desk: Desk) -> Dossier:
    """The case of the address. Raises NotFoundError when there is none, or it is of another municipality."""
    found = dossier(desk.cursor, desk.path["case"], today=desk.today)
    if found is None:
        raise NotFoundError("there is no such case")
    desk.may_see(found.municipality)
    return found


def show_case(
    desk: Desk, found: Dossier, typed: Typed | None = None, *, status: int = 200, problem: str | None = None
) -> Response:
    """The screen of a case; with what was typed into one of its forms, when that could not be saved."""
    _log_view(desk, found)
    return desk.page("work/case.html", status=status, problem=problem, **_values(desk, found, typed))


def show_changed(
    desk: Desk,
    found: Dossier,
    typed: Typed,
    lines: Sequence[HistoryLine] = (),
    problem: str | None = None,
    *,
    status: int = 409,
) -> Response:
    """What colleagues did meanwhile beside what was typed (409): it can be saved all the same where that is possible.

    Args:
        desk: The request's.
        found: The case as it is now.
        typed: What could not be saved.
        lines: What happened since the sender's page was made; none when the case itself stands in the way.
        problem: What stands in the way then, and what to do.
        status: Of the answer; 422 when what was typed is not complete, beside all else.
    """
    _log_view(desk, found)
    written = {line.at for line in lines if line.kind == "note"}  # a note and its line are of one moment
    notes = [note for note in found.notes if note.at in written]
    shown = {"lines": lines, "new_notes": notes, "problem": problem}
    return desk.page("work/case_changed.html", status=status, **shown, **_values(desk, found, typed))


def _log_view(desk: Desk, found: Dossier) -> None:
    count_opening(desk)
    desk.viewed("view-case", f"case {found.case.id}", households=[found.household])


def _values(desk: Desk, found: Dossier, typed: Typed | None) -> dict[str, object]:
    """What the templates of a case ask for."""
    shown = extent_of(found, whole=_is_whole(desk), sent_of=sent_of(typed.form) if typed else ())
    return {
        "dossier": found,
        "shown": shown,
        "whole": WHOLE,
        "case": found.case,
        "street": street_of(desk.cursor, found.household),
        **_visits(desk, found),
        "today": desk.today,
        "open_cases": [case for case in found.cases if case.state == "open"],
        "queue": _queue(found),
        "scores": scores_of(desk, found),
        "reasons_of": partial(reasons_of, desk),
        "times": times_of(desk, found),
        "found_list": list_with(desk.session, found.household),
        "typed": typed,
        "draft_of": partial(_draft, _drafts(desk, found, typed)),
        "word": partial(_word, desk.language),
        "choices": partial(options, language=desk.language),
        "choice_fields": _CHOICES,
        "deaths": deaths_of(found),
        "birth": birth,
        "fully_named": partial(fully_named, desk),
        "people": {person.id: person for person in found.persons},
        "resident_of": {number: one for one in residents(found.persons) for number in one.persons},
        "asked_first": asked_first(found),
        "spoken_to": spoken_to(shown.persons),
        "helped": helped(desk, found),
        "threats_of_the_dead": threats_of_the_dead(found),
        "partner_name": partner_name,
        "not_sought": frozenset({"unknown"}),
        "not_agreed": frozenset(CONTACT_KINDS) - frozenset(APPOINTMENTS),
        "keeps_typed": True,
        "period": partial(period_words, language=desk.language),
        **(rights := _rights(desk, found)),
        **(lists := _lists(desk, found, typed)),
        "offered": _offered(found, {**rights, **lists}),
    }


def _visits(desk: Desk, found: Dossier) -> dict[str, object]:
    """Whether it is safe at the door, on which list of visits it stands, and on which it can be put."""
    lists = lists_of(desk.cursor, found.household, found.municipality, desk.today)
    unsafe = unsafe_at(desk.cursor, [found.household]).get(found.household)
    may_put = unsafe is None and found.case.is_worked and found.worked_route == "home-visit"
    return {
        "unsafe": unsafe,
        "is_lead": Role.TEAM_LEAD in desk.user.roles,
        "visit_list": lists.on,
        "visit_when": lambda one: when(one.on_day, one.part, desk.language),
        "visit_lists": [
            (str(one.id), f"{when(one.on_day, one.part, desk.language)}: {names_of(one.pair, desk.language)}")
            for one in lists.open
            if may_put
        ],
    }


def deaths_of(found: Dossier) -> str:
    """What tells apart which deaths the page shows: the last event that reported one, and of whom it is known."""
    told = [signal.event for signal in found.signals if signal.reason == "deceased"]
    # also by a colleague who closed a case so
    died = sorted(person.id for person in found.persons if person.died or person.died_with)
    return ".".join(map(str, [max(told, default=0), *died]))


def _rights(desk: Desk, found: Dossier) -> dict[str, object]:
    """What this user may do that another may not."""
    user, holder = Actor(desk.user.id, desk.user.name), found.claim.by.id if found.claim else None
    is_lead = Role.TEAM_LEAD in desk.user.roles

    def may_undo(made: MadeAttempt | Note) -> bool:
        return made.may_undo(user, team_lead=is_lead, today=desk.today)

    return {
        "is_mine": holder == user.id,
        "may_hand_over": is_lead or holder in {None, user.id},
        "may_undo": may_undo,
        "may_take_back": _may_take_back(found, user.id),
        "undoable_notes": [
            (str(note.id), f"{moment(note.at, desk.language)} ({note.by.name})")
            for note in found.notes
            if may_undo(note)
        ],
        "undoable": [(str(made.id), _attempt_words(made, desk.language)) for made in found.attempts if may_undo(made)],
    }


def _may_take_back(found: Dossier, user: str) -> bool:
    """Whether this user handed it over, and the one who got it wrote nothing in its history since."""
    claim = found.claim
    if claim is None or claim.giver != user:
        return False
    given = max((line.id for line in found.history if line.kind == "handed-over"), default=0)
    return not any(line.actor == claim.by.name and line.id > given for line in found.history)


def _attempt_words(made: MadeAttempt, language: str) -> str:
    """Enough to tell one attempt from another."""
    one = made.attempt
    part = f", {word('part', one.part, language).lower()}" if one.part else ""
    return f"{word('contact', one.kind, language)}, {day(one.on_day, language)}{part} ({made.by.name})"


def is_offered(desk: Desk, found: Dossier, sent: Typed) -> bool:
    """Whether the page has this form, as the case stands now; of a person, whether that is still asked of them."""
    if sent.name == "different-persons" and not is_asked(found, sent.form):
        return False
    return sent.name in _offered(found, {**_rights(desk, found), **_lists(desk, found, sent)})


def _is_whole(desk: Desk) -> bool:
    return desk.query.get(SHOW) == WHOLE


def _offered(found: Dossier, values: Mapping[str, object]) -> frozenset[str]:
    """The forms that the page has: what can be done as the case stands now, by this user."""
    case, is_open, is_worked = found.case, found.case.state == "open", found.case.is_worked
    hands_over = is_worked and bool(values["may_hand_over"])
    asked = {
        "attempt": is_worked,
        "promise": is_worked,
        "release": is_open and (case.waiting or case.held),
        "look": any(one.to_review and not one.looked for one in found.cases),
        "undo-look": any(one.to_review and one.looked for one in found.cases),
        "undo-attempt": values["undoable"],
        "undo-note": values["undoable_notes"],
        "cancel-promise": found.next_step is not None and found.next_step.why == "promised",
        "take-back": values["may_take_back"],
        "same-person": any(one.asked or one.asked_with for one in found.persons),
        "different-persons": any(one.asked or one.asked_with for one in found.persons),
        "undo-link": any(one.link or one.pairs for one in found.persons),
        "refer": is_worked and values["targets"],
        "refer-result": values["referrals"],
        "note": True,
        "close": is_open,
        "change-route": is_open,
        "mark": values["markable"],
        "take-back-mark": values["marked"],
        "hand-to-team": hands_over and values["teams"],
        "hand-over": hands_over and values["colleagues"],
        "reopen": not is_open,
    }
    return frozenset(name for name, offered in asked.items() if offered)


def _lists(desk: Desk, found: Dossier, typed: Typed | None) -> dict[str, object]:
    """What there is to choose from; `left_out` says how long those lists are that are shown in part."""
    there = counting_in(found, [str(case.id) for case in found.cases])
    growing = {name: _choices(desk, name, options, typed) for name, options in _growing(desk, found, there).items()}
    text, language = desk.text, desk.language
    teams = [(team.key, team.name) for team in found.teams if team != found.team]
    return {
        **{name: choices.options for name, choices in growing.items()},
        "left_out": {name: choices.of for name, choices in growing.items() if choices.of is not None},
        "counted_persons": len(there.persons),
        "counted_arrears": len(there.arrears),
        "unsure": bool(there.unsure),
        "told": result_of(found.case.outcome or "", found.case.accepted_help) if found.case.closed_by else None,
        "not_picked_up": [(code, word("status", code, language)) for code in NOT_PICKED_UP],
        "targets": [(target.key, target.name) for target in found.targets],
        "teams": [*teams, (COMMON_QUEUE, text("Gezamenlijke werkvoorraad"))] if found.team else teams,
        "colleagues": [(one.id, one.name) for one in colleagues_of(desk, found)],
        "closable": [
            (str(case.id), text("Zaak {number}, {period}", number=case.id, period=period_words(case.period, language)))
            for case in found.cases
            if case.state == "open"
        ],
    }


def _choices(desk: Desk, name: str, options: Sequence[tuple[str, str]], typed: Typed | None) -> Choices:
    act, field = _CHOSEN_IN[name]
    form = typed.form if typed and typed.name == act else Form()
    return choices_of(options, form.getlist(field), whole=_is_whole(desk) or asks_for_all(form))


def _growing(desk: Desk, found: Dossier, there: Counting) -> dict[str, list[tuple[str, str]]]:
    """By name the lists that grow with the household and with the years."""
    language, names = desk.language, whose(desk, found)
    return {
        "tenants": clients(desk, found, there),
        "markable": [
            (str(signal.event), _signal_words(signal, names, language)) for signal in found.signals if signal.markable
        ],
        "marked": [
            (str(signal.event), _signal_words(signal, names, language))
            for signal in found.signals
            if signal.person_verdict is not None
        ],
        "referrals": [(str(one.id), f"{day(one.at, language)}: {one.target_name}") for one in found.referrals],
    }


def colleagues_of(desk: Desk, found: Dossier) -> list[Actor]:
    """To whom the case can be handed over: who works there too, oneself included, and does not hold it."""
    user = Actor(desk.user.id, desk.user.name)
    holder = found.claim.by.id if found.claim else user.id
    everyone = [user, *colleagues(desk.cursor, found.municipality, user)]
    return [one for one in everyone if one.id != holder]


def _signal_words(signal: TimelineSignal, names: Mapping[int, str], language: str) -> str:
    """Enough to tell one signal from another; whose it is where several people live."""
    amount = "" if signal.amount is None else f", {euros(signal.amount, language)}"
    owner = names.get(signal.person or 0, "")
    return f"{day(signal.signalled_on, language)}, {partner_name(signal.partner)}{amount}{owner}"


def _queue(found: Dossier) -> str:
    """In which queue of the workbench it stands, if in any."""
    if found.case.held:
        return "review"
    if not any(case.waiting for case in found.cases):
        return "follow-up"
    return "letters" if found.worked_route == "letter" else "visits"


def _word(language: str, what: str, code: str) -> str:
    return word(what, code, language)


def _drafts(desk: Desk, found: Dossier, typed: Typed | None) -> Mapping[str, Form]:
    """How each form begins: as is likely, or as it was sent."""
    today = desk.today.isoformat()
    likely = "home-visit" if found.worked_route == "home-visit" else "call"
    begun = {
        "attempt": Form([("kind", likely), ("on_day", today)]),
        "close": Form([("cases", str(case.id)) for case in found.cases]),
    }
    return begun | ({typed.name: typed.form} if typed else {})


def _draft(drafts: Mapping[str, Form], name: str) -> Form:
    return drafts.get(name) or Form()


def _page(desk: Desk) -> Response:
    found = open_dossier(desk)
    if found.claim and found.claim.given_by and found.claim.by.id == desk.user.id:
        note_arrival(desk.cursor, found.household, desk.user.id)
    return show_case(desk, found)


PAGES: Final[tuple[Page, ...]] = (Page("case", "/zaak/{case:int}", "GET", _page, CASE_WORKERS, shows_person=True),)
