"""What does a pair need on its way and at each door, on a phone, and what came of each visit?

All that is needed at the doors comes with the page of the round, so that it can be read where there is no connection.
What is written down bears a key of its own and can be sent again: by the browser, by the page's script (static/door.js)
and by a colleague who did not know, it counts once.
"""

from __future__ import annotations

import re
from functools import partial
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from signals.contract.codes import CONTACT_KINDS
from signals.contract.partners import partner_name
from signals.outreach.visits.door import record
from signals.outreach.visits.lists import VisitError, read_list
from signals.outreach.visits.round import read_round
from signals.outreach.visits.words import FIRST, RESULTS, WHY_NOT
from signals.outreach.work.attempts import APPOINTMENTS
from signals.outreach.work.lengths import NOTE_LENGTH
from signals.outreach.work.people import Actor, NotPossibleError
from signals.outreach.work.steps import NextStep
from signals.web import cookies
from signals.web.desk import Form, NotFoundError, Page
from signals.web.people import CASE_WORKERS
from signals.web.texts import day, day_of, said
from signals.web.visits.a_list import own_list
from signals.web.visits.said import names_of, of, refusal, when
from signals.web.words import options, word
from signals.web.work.obstacles import why_not
from signals.web.work.typed import step_faults

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.outreach.visits.door import Recorded
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.visits.round import Door, Round
    from signals.web.desk import Desk

    Faults = list[tuple[str, str]]

SCRIPT: Final = "script"
"""The field `answer` of a form that the page's script sends: it is answered in JSON."""
KEY_BYTES: Final = 16
KEPT_SECONDS: Final = 90 * 24 * 3600
"""So long what was not sent is known to be somebody's, and goes when another signs in."""
RECORDED: Final = said("Vastgelegd: {result}.")
NEXT: Final = said("Volgende stap: {kind}, vanaf {day}.")
BEFORE: Final = said("{name} legde dit bezoek al vast: {result}. Er is niets veranderd.")
NO_RESULT: Final = said("Kies wat er uit het bezoek kwam.")
TOO_LONG: Final = said("Maak de notitie korter: hoogstens 4.000 tekens.")
NOT_SPOKEN: Final = said("U vulde een afspraak in. Kies «Gesproken», of maak de afspraak leeg.")
NO_KIND: Final = said("Kies hoe u elkaar spreekt, of maak de afspraak leeg.")
_OF_APPLE: Final = re.compile("iPhone|iPad|Macintosh")  # what these open knows `maps:` and no `geo:`
_AGREED: Final = ("kind", "on_day", "part")
_NOT_AGREED: Final = frozenset(CONTACT_KINDS) - frozenset(APPOINTMENTS)


def show_round(desk: Desk) -> Response:
    """The next stop, the ones after it, and what came of the others."""
    found = own_list(desk)
    if found.state == "proposed":
        return desk.page("visits/round.html", status=409, round=None, list=found, **_words(desk, found))
    response = desk.page("visits/round.html", round=_read(desk, found), list=found, **_words(desk, found))
    desk.jar.put(response, cookies.ROUND, desk.user.id, seconds=KEPT_SECONDS)
    return response


def show_door(desk: Desk) -> Response:
    """One stop by itself."""
    found = own_list(desk)
    return _shown(desk, found, _own_stop(desk, found))


def record_visit(desk: Desk) -> Response:
    """Write down what came of a visit, once however often it is sent; on to the next stop."""
    found = own_list(desk)
    stop = _own_stop(desk, found)
    if stop.result is None and (faults := _faults(desk)):  # one that comes again was right when it came first
        return _refused(desk, found, stop, 422, " ".join(text for _, text in faults), faults)
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            recorded = _recorded(desk, stop)
    except (VisitError, NotPossibleError) as error:
        now = read_list(desk.cursor, found.id)
        return _refused(desk, now, _own_stop(desk, now), 409, _why(desk, _own_stop(desk, now), error))
    if not recorded.again:
        detail = {"stop": stop.id, "result": recorded.result}
        desk.did("record-visit", f"visit-list {found.id}", detail, households=[stop.household])
    words = _told(desk, recorded)
    if desk.form.get("answer") == SCRIPT:
        return JSONResponse({"taken": True, "words": words})
    return desk.go("visit-round", list=found.id, notice=words)


def _own_stop(desk: Desk, found: VisitList) -> ListedStop:
    stop = next((one for one in found.stops if one.id == desk.path["stop"]), None)
    if stop is None or stop.frozen is None:
        raise NotFoundError("there is no such stop in a list that was released")
    return stop


def _read(desk: Desk, found: VisitList, only: int | None = None) -> Round:
    """The round, or one stop of it; from here on it stands in both logs that these households were shown."""
    read = read_round(desk.cursor, found, _actor(desk), only=only)
    desk.viewed("view-visits", f"visit-list {found.id}", households={one.stop.household for one in read.doors})
    return read


def _recorded(desk: Desk, stop: ListedStop) -> Recorded:
    form = desk.form
    agreed = _agreed(form) if form.get("agreed_kind") and stop.result is None else None
    return record(
        *(desk.cursor, stop.id, form.get("result"), form.get("note"), _actor(desk), form.get("key")),
        at=desk.now,
        agreed=agreed,
    )


def _agreed(form: Form) -> NextStep:
    """What was agreed, once `_faults` found nothing wrong with it."""
    part = form.get("agreed_part") or None
    return NextStep(form.get("agreed_kind"), day_of(form.get("agreed_on_day")), part, "promised")


def _faults(desk: Desk) -> Faults:
    """What is wrong with the form, by the field."""
    form, faults = desk.form, []
    if form.get("result") not in RESULTS:
        faults.append(("result", desk.text(NO_RESULT)))
    if len(form.get("note")) > NOTE_LENGTH:
        faults.append(("note", desk.text(TOO_LONG)))
    return faults + [(f"agreed_{name}", desk.text(text)) for name, text in _agreement_faults(desk)]


def _agreement_faults(desk: Desk) -> Faults:
    """An agreement is made with whom one spoke; one that was begun is filled in, or made empty."""
    typed = Form([(name, desk.form.get(f"agreed_{name}")) for name in _AGREED])
    if not any(typed.get(name) for name in _AGREED):
        return []
    if desk.form.get("result") in RESULTS and desk.form.get("result") != "spoken":
        return [("kind", NOT_SPOKEN)]
    if not typed.get("kind"):
        return [("kind", NO_KIND)]
    return list(step_faults(typed, None, desk.now).items())


def _why(desk: Desk, stop: ListedStop, error: VisitError | NotPossibleError) -> str:
    """Why nothing was written down; who was first, and with what, when that is so."""
    if isinstance(error, NotPossibleError):
        return desk.text(why_not(error))
    if stop.result is not None:
        return desk.text(BEFORE, name=stop.told_by, result=_result(desk, stop.result))
    return refusal(error, desk.language)


def _told(desk: Desk, recorded: Recorded) -> str:
    """What was written down, and what follows; nothing personal."""
    words, step = desk.text(RECORDED, result=_result(desk, recorded.result)), recorded.next_step
    if step is None:
        return words
    kind, on_day = word("contact", step.kind, desk.language).lower(), day(step.on_day, desk.language)
    if step.part:
        on_day = f"{on_day}, {word('part', step.part, desk.language).lower()}"
    return f"{words} {desk.text(NEXT, kind=kind, day=on_day)}"


def _result(desk: Desk, code: str) -> str:
    return of(RESULTS, code, desk.language).lower()


def _refused(
    desk: Desk, found: VisitList, stop: ListedStop, status: int, problem: str, faults: Faults | None = None
) -> Response:
    if desk.form.get("answer") == SCRIPT:
        return JSONResponse({"taken": False, "words": problem}, status_code=status)
    return _shown(desk, found, stop, status=status, problem=None if faults else problem, faults=faults or [])


def _shown(
    desk: Desk,
    found: VisitList,
    stop: ListedStop,
    *,
    status: int = 200,
    problem: str | None = None,
    faults: Faults | None = None,
) -> Response:
    """The stop by itself, with what was typed when that could not be written down."""
    (door,) = _read(desk, found, stop.id).doors
    return desk.page(
        "visits/door.html",
        status=status,
        one=door,
        list=found,
        problem=problem,
        faults=[(f"stop-{stop.id}-{name}", text) for name, text in faults or []],
        **_words(desk, found, typed=desk.form, errors=dict(faults or [])),
    )


def _words(
    desk: Desk, found: VisitList, *, typed: Form | None = None, errors: dict[str, str] | None = None
) -> dict[str, Any]:
    """What the templates of a stop ask for."""
    language = desk.language
    return {
        "typed": typed or Form(),
        "errors": errors or {},
        "new_key": partial(token_urlsafe, KEY_BYTES),
        "when": when(found.wish.on_day, found.wish.part, language),
        "pair": names_of(found.wish.pair, language),
        "is_today": found.wish.on_day == desk.today,
        "results": [(code, of(RESULTS, code, language)) for code in RESULTS],
        "result": partial(_result, desk),
        "why_not": lambda code: of(WHY_NOT, code, language),
        "reasons": partial(_reasons, language),
        "appointments": [("", desk.text("Niets afgesproken")), *options("contact", language, without=_NOT_AGREED)],
        "parts": [("", desk.text("Maakt niet uit")), *options("part", language)],
        "word": lambda what, code: word(what, code, language),
        "partner_name": partner_name,
        "geo": partial(_geo, _OF_APPLE.search(desk.visit.headers.get("user-agent", "")) is not None),
    }


def _geo(of_apple: bool, door: Door) -> str | None:  # noqa: FBT001 - bound once, for the template
    """What the phone opens in its own map: the place, and nothing of who lives there."""
    if door.place is None:
        return None
    at = ",".join(f"{degree:.5f}" for degree in door.place)
    return f"maps://?daddr={at}" if of_apple else f"geo:{at}?q={at}"


def _reasons(language: str, stop: ListedStop) -> list[str]:
    """Why this visit, as it was when the list was let go: what came first, and the reasons of the score."""
    frozen = stop.frozen or {"first": None, "cases": []}
    first = [of(FIRST, frozen["first"], language)] if frozen["first"] else []
    crises = [word("crisis", case["crisis"], language) for case in frozen["cases"] if case["crisis"]]
    said_of = [reason[language] for case in frozen["cases"] for reason in case["explanation"]]
    return [f"{one[:1].upper()}{one[1:]}" for one in dict.fromkeys([*first, *crises, *said_of])]


def _actor(desk: Desk) -> Actor:
    return Actor(desk.user.id, desk.user.name)


_AT: Final = "/bezoeken/{list:int}/onderweg"
PAGES: Final[tuple[Page, ...]] = (
    Page("visit-round", _AT, "GET", show_round, CASE_WORKERS, shows_person=True),
    Page("visit-door", f"{_AT}/{{stop:int}}", "GET", show_door, CASE_WORKERS, shows_person=True),
    Page("visit-record", f"{_AT}/{{stop:int}}/uitslag", "POST", record_visit, CASE_WORKERS),
)
