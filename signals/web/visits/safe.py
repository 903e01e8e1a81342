"""Is it safe again at this door? A team lead says so, with a reason, on a page of the case: /zaak/{case}/veilig."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.visits.lists import VisitError
from signals.outreach.visits.unsafe import lift_unsafe, unsafe_at
from signals.outreach.work.lengths import REASON_LENGTH
from signals.outreach.work.people import Actor
from signals.web.desk import Page
from signals.web.people import Role
from signals.web.texts import said
from signals.web.work.case import open_dossier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from signals.outreach.work.dossier import Dossier
    from signals.web.desk import Desk

NO_REASON: Final = said("Schrijf op waarom. Collega's lezen dit terug in de geschiedenis.")
TOO_LONG: Final = said("Maak de reden korter: hoogstens 500 tekens.")
SURE: Final = said("Zet een vinkje als u het zeker weet.")
LIFTED: Final = said("Bewaard: het is weer veilig aan de deur. Kies zo nodig een andere route voor deze zaak.")
NOT_ANY_MORE: Final = said("Hier staat niet (meer) dat het onveilig is aan de deur.")


def show_safe(desk: Desk) -> Response:
    """Who said that it is not safe, and the form."""
    return _shown(desk, open_dossier(desk))


def say_it_is_safe(desk: Desk) -> Response:
    """Visits are possible again."""
    found, reason = open_dossier(desk), desk.form.get("reason")
    faults = [] if reason else [("reason", desk.text(NO_REASON))]
    faults += [("reason", desk.text(TOO_LONG))] if len(reason) > REASON_LENGTH else []
    faults += [] if "certain" in desk.form else [("certain", desk.text(SURE))]
    if faults:
        return _shown(desk, found, faults, status=422)
    try:
        actor = Actor(desk.user.id, desk.user.name)
        lift_unsafe(desk.cursor, found.household, actor, reason, team_lead=Role.TEAM_LEAD in desk.user.roles)
    except VisitError:  # said before; the page is for team leads alone
        return desk.go("case", case=found.case.id, notice=desk.text(NOT_ANY_MORE))
    desk.did("lift-unsafe", f"case {found.case.id}", households=[found.household])
    return desk.go("case", case=found.case.id, notice=desk.text(LIFTED))


def _shown(desk: Desk, found: Dossier, faults: Sequence[tuple[str, str]] = (), *, status: int = 200) -> Response:
    desk.viewed("view-case", f"case {found.case.id}", households=[found.household])
    return desk.page(
        "visits/safe.html",
        status=status,
        case=found.case,
        unsafe=unsafe_at(desk.cursor, [found.household]).get(found.household),
        typed={"reason": desk.form.get("reason")},
        certain="certain" in desk.form,
        faults=faults,
        errors=dict(faults),
    )


_LEADS: Final = frozenset({Role.TEAM_LEAD})
PAGES: Final[tuple[Page, ...]] = (
    Page("case-safe", "/zaak/{case:int}/veilig", "GET", show_safe, _LEADS),
    Page("case-safe-say", "/zaak/{case:int}/veilig", "POST", say_it_is_safe, _LEADS),
)
