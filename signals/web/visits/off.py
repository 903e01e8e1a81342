"""When does a visit not take place? A resident does not want it, or the list is over: the acts that end something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.visits import editing
from signals.outreach.visits.lists import ListChangedError, VisitError
from signals.outreach.visits.opting import WAYS, opt_out
from signals.outreach.work.lengths import NOTE_LENGTH
from signals.outreach.work.people import Actor, NotPossibleError
from signals.web.desk import Page
from signals.web.people import CASE_WORKERS
from signals.web.texts import number_of, said
from signals.web.visits.a_list import households_of, own_list, shown
from signals.web.visits.changing import CHANGED, stop_of
from signals.web.visits.said import refusal
from signals.web.work.obstacles import why_not

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.web.desk import Desk

NO_WAY: Final = said("Kies hoe de bewoner het liet weten.")
TOO_LONG: Final = said("Maak de notitie korter.")
NOTED: Final = said("Opgeschreven: dit bezoek gaat niet door. Kies bij de zaak hoe het verder gaat.")
NOTED_BEFORE: Final = said("Dit was al opgeschreven.")
ENDED: Final = said("De lijst is beëindigd. Wie er nog op stond, kan op een andere lijst.")
THROWN: Final = said("De lijst is weggegooid. Wie erop stond, kan op een andere lijst.")
ENDED_BEFORE: Final = said("Deze lijst was al klaar.")
SURE: Final = said("Zet een vinkje als u het zeker weet.")


def no_visit_wanted(desk: Desk) -> Response:
    """The resident does not want this visit; whoever says so once more, or a colleague too, changes nothing."""
    (found, stop), how, note = stop_of(desk), desk.form.get("how"), desk.form.get("note")
    faults = [] if how in WAYS else [(f"how-{stop.id}-1", desk.text(NO_WAY))]
    faults += [(f"note-{stop.id}", desk.text(TOO_LONG))] if len(note) > NOTE_LENGTH else []
    if faults:
        return shown(desk, found, status=422, faults=faults)
    try:
        with desk.cursor.connection.transaction():
            actor = Actor(desk.user.id, desk.user.name)
            done = opt_out(desk.cursor, stop.id, how, note, actor, f"opt-out-{stop.id}", at=desk.now)
    except VisitError as error:
        return shown(desk, own_list(desk), status=409, problem=refusal(error, desk.language))
    except NotPossibleError as error:
        return shown(desk, own_list(desk), status=409, problem=desk.text(why_not(error)))
    if not done.again:
        desk.did("opt-out-visit", f"visit-list {found.id}", {"kind": how}, households=[stop.household])
    return desk.go("visit-list", list=found.id, notice=desk.text(NOTED_BEFORE if done.again else NOTED))


def end_list(desk: Desk) -> Response:
    """Nobody more is visited with this list."""
    found = own_list(desk)
    if found.state == "done":
        return desk.go("visit-lists", notice=desk.text(ENDED_BEFORE))
    if "end" not in desk.form:
        return shown(desk, found, status=422, faults=[("end", desk.text(SURE))])
    try:
        with desk.cursor.connection.transaction():
            editing.end(desk.cursor, found.id, number_of(desk.form.get("version")) or 0)
    except VisitError as error:
        return shown(desk, own_list(desk), status=409, problem=refusal(error, desk.language))
    except ListChangedError:
        return shown(desk, own_list(desk), status=409, problem=desk.text(CHANGED))
    desk.did("end-visits", f"visit-list {found.id}", households=households_of(found))
    told = THROWN if found.state == "proposed" else ENDED
    return desk.go("visit-lists", notice=desk.text(told))


_AT: Final = "/bezoeken/{list:int}"
PAGES: Final[tuple[Page, ...]] = (
    Page("visit-opt-out", f"{_AT}/niet-gewenst", "POST", no_visit_wanted, CASE_WORKERS),
    Page("visit-end", f"{_AT}/beeindigen", "POST", end_list, CASE_WORKERS),
)
