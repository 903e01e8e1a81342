"""The frame's own pages: the start, the switches of language and of keys, and what is said when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse

from signals.web import cookies
from signals.web.desk import Page
from signals.web.guard import own_path
from signals.web.people import EVERYONE, Role
from signals.web.texts import LANGUAGES, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from signals.web.desk import Desk, Visit
    from signals.web.people import User
    from signals.web.templating import Templates

A_YEAR: Final = 365 * 24 * 3600
FAULTS: Final = {
    400: (
        said("Dit formulier kon niet worden gelezen"),
        said("Ga terug, laad de pagina opnieuw en probeer het nog eens."),
    ),
    403: (
        said("Dit mag u niet doen"),
        said("Uw rol geeft hier geen toegang toe."),
    ),
    404: (
        said("Deze pagina bestaat niet"),
        said("Controleer het adres, of ga terug naar de beginpagina."),
    ),
    405: (
        said("Dit adres kunt u niet zo gebruiken"),
        said("Ga naar de beginpagina en kies daar wat u wilt doen."),
    ),
    408: (
        said("Het formulier kwam niet helemaal aan"),
        said("Er is niets bewaard of gedaan. Controleer de verbinding, ga terug en verstuur het formulier opnieuw."),
    ),
    413: (
        said("Dit formulier is te groot"),
        said("Ga terug, maak de tekst korter en verstuur het formulier opnieuw."),
    ),
    429: (
        said("Te vaak geprobeerd"),
        said("Wacht {seconds} seconden en probeer het dan opnieuw."),
    ),
    500: (
        said("Er ging iets mis"),
        said("De pagina kon niet worden gemaakt. Probeer het later opnieuw, of meld het bij de beheerder."),
    ),
    503: (
        said("Even niet bereikbaar"),
        said("De gegevens zijn nu niet te bereiken. Probeer het over een minuut opnieuw."),
    ),
}
OLD_FORM: Final = (
    said("Deze pagina is te oud"),
    said("Er is niets bewaard of gedaan. Laad de pagina opnieuw en probeer het nog eens."),
)
FOREIGN_FORM: Final = (
    said("Dit formulier komt van een ander adres"),
    said("Er is niets bewaard of gedaan. Deze dienst werkt alleen op {address}: open de pagina daar."),
)


_BEGINNINGS: Final[Mapping[Role, tuple[str, Mapping[str, str]]]] = {
    Role.TEAM_LEAD: ("overview", {}),
    Role.SPECIALIST: ("queue", {"queue": "visits"}),
    Role.PARTNER_MANAGER: ("partners", {}),
    Role.AUDITOR: ("audit", {}),
}


def fault_page(
    templates: Templates,
    visit: Visit,
    user: User | None,
    status: int,
    words: tuple[str, str] | None = None,
    **values: object,
) -> Response:
    """What is said when a request cannot be answered: in the visitor's language, without anything of the cause.

    Args:
        templates: of the pages.
        visit: what the request itself tells.
        user: who is signed in, as far as that is known.
        status: what is answered.
        words: heading and advice; else those of the status.
        values: what stands in the braces of the advice.
    """
    heading, advice = words or FAULTS.get(status, FAULTS[500])
    return templates.page(visit, user, "fault.html", status, {"fault": heading, "advice": advice, "values": values})


def start(desk: Desk) -> Response:
    """On to the page with which the user's work begins; a team lead's with what is late."""
    name, values = next(place for role, place in _BEGINNINGS.items() if role in desk.user.roles)
    return desk.go(name, **values)


def switch_language(desk: Desk) -> Response:
    """Keep the language that was chosen and go back to the page."""
    response = RedirectResponse(own_path(desk.form.get("back")), status_code=303)
    if desk.form.get("language") in LANGUAGES:
        desk.jar.put(response, cookies.LANGUAGE, desk.form.get("language"), seconds=A_YEAR)
    return response


def keys(desk: Desk) -> Response:
    """Which keys work, and whether they do."""
    return desk.page("keys.html")


def switch_keys(desk: Desk) -> Response:
    """Turn the single keys off or on in this browser (WCAG 2.1.4)."""
    on = desk.form.get("keys") != "off"
    notice = desk.text("De sneltoetsen staan aan.") if on else desk.text("De sneltoetsen staan uit.")
    response = desk.go("keys", notice=notice)
    if on:
        desk.jar.drop(response, cookies.KEYS)
    else:
        desk.jar.put(response, cookies.KEYS, "off", seconds=A_YEAR)
    return response


PAGES: Final = (
    Page("start", "/", "GET", start, EVERYONE),
    Page("language", "/taal", "POST", switch_language, None),
    Page("keys", "/toetsen", "GET", keys, EVERYONE),
    Page("keys-switch", "/toetsen", "POST", switch_keys, EVERYONE),
)
