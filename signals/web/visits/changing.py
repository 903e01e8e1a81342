"""What does a person change of a list before it goes, and how is it let go? The acts behind the page of a list.

Each form says which version of the list it was made for: where that is another by now, nothing is done, the page says
so and keeps what was typed. An act that was done already is done once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from signals.households.address import HouseholdAddress
from signals.outreach.visits import editing
from signals.outreach.visits.candidates import hindrances
from signals.outreach.visits.glance import household_at
from signals.outreach.visits.going import release_list
from signals.outreach.visits.lists import ListChangedError, VisitError
from signals.outreach.visits.words import WHY_NOT
from signals.outreach.work.people import Actor
from signals.outreach.worklist import household_of
from signals.web.desk import NotFoundError, Page
from signals.web.errands import PLANNING, Errand
from signals.web.people import CASE_WORKERS
from signals.web.texts import number_of, said
from signals.web.visits.a_list import households_of, own_list, shown
from signals.web.visits.plan import BUSY, STRAIGHT
from signals.web.visits.said import of, refusal
from signals.web.visits.typed import NO_START

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.visits.planning import Proposed
    from signals.web.desk import Desk

    Anew = Proposed | VisitError | ListChangedError | None

CHANGED: Final = said(
    "De lijst is veranderd nadat u deze pagina opende, door een collega of in een ander venster. Er is niets gedaan. "
    "Hieronder staat hij zoals hij nu is: kijk of het nog klopt en doe het opnieuw."
)
ADDED: Final = said("Het huishouden staat op de lijst, achteraan. Zet het eerder als dat beter uitkomt.")
DROPPED: Final = said("Het huishouden is van de lijst gehaald, en komt er niet vanzelf weer op.")
PINNED: Final = said("Dit huishouden blijft op de lijst, ook als u hem opnieuw laat voorstellen.")
UNPINNED: Final = said("Of dit huishouden op de lijst blijft, volgt weer uit de regels.")
MOVED: Final = said("De volgorde is veranderd.")
ANEW: Final = said("De lijst is opnieuw voorgesteld. Wat u vastzette staat er nog op, wat u eraf haalde niet.")
RELEASED: Final = said("De lijst is vrijgegeven. Huishoudens die bezocht worden: {number}.")
FALLEN: Final = said("Vervallen: {number}. Zij staan onderaan, met de reden.")
RELEASED_BEFORE: Final = said("De lijst was al vrijgegeven.")
UNSURE: Final = said("Zet een vinkje als u de lijst hebt bekeken.")
BECAUSE: Final = said("Waarom: {why}.")
UNKNOWN: Final = said("Bij dit adres is in deze gemeente niets bekend. Kijk postcode en huisnummer na.")


def add_household(desk: Desk) -> Response:
    """A household, by its address or by one of its cases."""
    found = own_list(desk)
    case = number_of(desk.form.get("case"))
    if case is not None:
        household = _household_of(desk, found, case)
    else:
        address = HouseholdAddress.written(found.wish.municipality, desk.form.get("address"))
        if address is None:
            return shown(desk, found, status=422, faults=[("address", desk.text(NO_START))])
        known = household_at(desk.cursor, address)
        if known is None:
            return shown(desk, found, status=422, faults=[("address", desk.text(UNKNOWN))])
        household = known
    user = Actor(desk.user.id, desk.user.name)
    add = partial(editing.add, desk.cursor, found.id, household, user, _seen(desk), today=desk.today)
    return _changed(desk, found, add, ADDED, household)


def drop_stop(desk: Desk) -> Response:
    """Nobody goes there with this list."""
    found, stop = stop_of(desk)
    if stop.state == "dropped":
        return desk.go("visit-list", list=found.id, notice=desk.text(DROPPED))
    drop = partial(editing.drop, desk.cursor, found.id, stop.id, _seen(desk), today=desk.today)
    return _changed(desk, found, drop, DROPPED, stop.household)


def pin_stop(desk: Desk) -> Response:
    """It stays, whatever is proposed anew; or that is left to the rules again."""
    found, stop = stop_of(desk)
    pinned = desk.form.get("pinned") == "yes"
    said_then = PINNED if pinned else UNPINNED
    if stop.state == "planned" and stop.pinned == pinned:
        return desk.go("visit-list", list=found.id, notice=desk.text(said_then), at=f"stop-{stop.id}")
    pin = partial(editing.pin, desk.cursor, found.id, stop.id, _seen(desk), pinned=pinned, today=desk.today)
    return _changed(desk, found, pin, said_then, stop.household, at=stop)


def move_stop(desk: Desk) -> Response:
    """One place earlier or later."""
    found, stop = stop_of(desk)
    by = -1 if desk.form.get("where") == "earlier" else 1
    move = partial(editing.move, desk.cursor, found.id, stop.id, by, _seen(desk), today=desk.today)
    return _changed(desk, found, move, MOVED, stop.household, at=stop)


def plan_anew(desk: Desk) -> Errand[Anew]:
    """Propose it once more, as an errand."""
    found, actor = own_list(desk), Actor(desk.user.id, desk.user.name)
    anew = partial(desk.planner.anew, found.id, actor, _seen(desk), desk.today)
    return Errand(anew, _planned_anew, None, PLANNING)


def let_go(desk: Desk) -> Response:
    """Release the list; what cannot be visited any more falls out, and is named on its page."""
    found = own_list(desk)
    if "sure" not in desk.form:
        return shown(desk, found, status=422, faults=[("sure", desk.text(UNSURE))])
    if found.state != "proposed" and found.released_by == desk.user.name:
        return desk.go("visit-list", list=found.id, notice=desk.text(RELEASED_BEFORE))
    try:
        with desk.cursor.connection.transaction():
            went = release_list(
                desk.cursor, found.id, Actor(desk.user.id, desk.user.name), _seen(desk), today=desk.today
            )
    except (VisitError, ListChangedError) as error:
        return _refused(desk, error)
    desk.did("release-visits", f"visit-list {found.id}", {"households": went.going}, households=households_of(found))
    notice = desk.text(RELEASED, number=went.going)
    if went.fallen:
        notice += " " + desk.text(FALLEN, number=len(went.fallen))
    return desk.go("visit-list", list=found.id, notice=notice)


def put_on_a_list(desk: Desk) -> Response:
    """A household, from the page of its case, on one of the proposed lists."""
    number, case = number_of(desk.form.get("list")), number_of(desk.form.get("case"))
    if number is None or case is None:
        raise NotFoundError("there is no such list or case")
    desk.path = {**desk.path, "list": number}
    found = own_list(desk)
    household = _household_of(desk, found, case)
    add = partial(editing.add, desk.cursor, found.id, household, Actor(desk.user.id, desk.user.name), today=desk.today)
    return _changed(desk, found, add, ADDED, household)


def _changed(
    desk: Desk,
    found: VisitList,
    act: Callable[[], None],
    notice: str,
    household: int,
    *,
    at: ListedStop | None = None,
) -> Response:
    """Do it, write it down and come back."""
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            act()
    except (VisitError, ListChangedError) as error:
        return _refused(desk, error, household)
    desk.did("edit-visits", f"visit-list {found.id}", households=[household])
    return desk.go("visit-list", list=found.id, notice=desk.text(notice), at=f"stop-{at.id}" if at else None)


def _refused(desk: Desk, error: VisitError | ListChangedError, household: int | None = None) -> Response:
    """The list as it is by now, and why nothing was done."""
    found = own_list(desk)
    problem = refusal(error, desk.language) if isinstance(error, VisitError) else desk.text(CHANGED)
    if isinstance(error, VisitError) and error.code == "hindered" and household is not None:
        problem += _hindrance(desk, found, household)
    return shown(desk, found, status=409, problem=problem)


def _hindrance(desk: Desk, found: VisitList, household: int) -> str:
    """What stands in the way of this household, to be read behind the refusal."""
    user = Actor(desk.user.id, desk.user.name)
    code = hindrances(desk.cursor, found.wish, user, [household], own_list=found.id).get(household)
    if code is None:
        return ""
    desk.viewed("view-visits", f"visit-list {found.id}", households=[household])  # it stands on no page of this list
    return " " + desk.text(BECAUSE, why=of(WHY_NOT, code, desk.language))


def _planned_anew(desk: Desk, done: Anew) -> Response:
    if done is None:
        return shown(desk, own_list(desk), status=503, problem=desk.text(BUSY))
    if isinstance(done, VisitError | ListChangedError):
        return _refused(desk, done)
    notice = desk.text(ANEW) + (f" {desk.text(STRAIGHT)}" if done.fallen_back else "")
    return desk.go("visit-list", list=done.list, notice=notice)


def _seen(desk: Desk) -> int:
    """The version of the list on the page from which this comes; 0 is none."""
    return number_of(desk.form.get("version")) or 0


def stop_of(desk: Desk) -> tuple[VisitList, ListedStop]:
    """The list, and the household on it that the form names. Raises NotFoundError."""
    found, number = own_list(desk), number_of(desk.form.get("stop"))
    stop = next((one for one in found.stops if one.id == number), None)
    if stop is None:
        raise NotFoundError("there is no such stop on this list")
    return found, stop


def _household_of(desk: Desk, found: VisitList, case: int) -> int:
    """The household of a case in the list's municipality. Raises NotFoundError."""
    home = household_of(desk.cursor, case)
    if home is None or home[1] != found.wish.municipality:
        raise NotFoundError("there is no such case in the municipality of the list")
    return home[0]


_AT: Final = "/bezoeken/{list:int}"
PAGES: Final[tuple[Page, ...]] = (
    Page("visit-add", f"{_AT}/erbij", "POST", add_household, CASE_WORKERS),
    Page("visit-drop", f"{_AT}/eraf", "POST", drop_stop, CASE_WORKERS),
    Page("visit-pin", f"{_AT}/vast", "POST", pin_stop, CASE_WORKERS),
    Page("visit-move", f"{_AT}/volgorde", "POST", move_stop, CASE_WORKERS),
    Page("visit-replan", f"{_AT}/opnieuw", "POST", plan_anew, CASE_WORKERS),
    Page("visit-release", f"{_AT}/vrijgeven", "POST", let_go, CASE_WORKERS),
    Page("visit-put", "/bezoeken/erbij", "POST", put_on_a_list, CASE_WORKERS),
)
