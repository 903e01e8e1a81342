"""The frame's own pages: the start, the switch of language, the keys, and what is said when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse

from signals.web import cookies
from signals.web.desk import Page
from signals.web.guard import own_path
from signals.web.people import EVERYONE
from signals.web.texts import LANGUAGES, said

if TYPE_CHECKING:
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
        said("Uw rol geeft hier geen toegang toe, of u was te lang weg. Ga terug en laad de pagina opnieuw."),
    ),
    404: (
        said("Deze pagina bestaat niet"),
        said("Controleer het adres, of ga terug naar de beginpagina."),
    ),
    405: (
        said("Dit adres kunt u niet zo gebruiken"),
        said("Ga naar de beginpagina en kies daar wat u wilt doen."),
    ),
    413: (
        said("Dit formulier is te groot"),
        said("Ga terug, maak de tekst korter en verstuur het formulier opnieuw."),
    ),
    429: (
        said("Te vaak geprobeerd"),
        said("Wacht even en probeer het dan opnieuw."),
    ),
    500: (
        said("Er ging iets mis"),
        said("De pagina kon niet worden gemaakt. Probeer het later opnieuw, of meld het bij de beheerder."),
    ),
    503: (
        said("Even niet bereikbaar"),
        said("De gegevens zijn nu niet te bereiken. Er is niets verloren. Probeer het over een minuut opnieuw."),
    ),
}


def fault_page(templates: Templates, visit: Visit, user: User | None, status: int) -> Response:
    """What is said when a request cannot be answered: in the visitor's language, without anything of the cause."""
    heading, advice = FAULTS.get(status, FAULTS[500])
    return templates.page(visit, user, "fault.html", status, {"fault": heading, "advice": advice})


def start(desk: Desk) -> Response:
    """On to the first page of the user's work."""
    _, href = desk.templates.links(desk.user)[0]
    return RedirectResponse(href, status_code=303)


def switch_language(desk: Desk) -> Response:
    """Keep the language that was chosen and go back to the page."""
    response = RedirectResponse(own_path(desk.form.get("back")), status_code=303)
    if desk.form.get("language") in LANGUAGES:
        desk.jar.put(response, cookies.LANGUAGE, desk.form.get("language"), seconds=A_YEAR)
    return response


def keys(desk: Desk) -> Response:
    """Which keys work."""
    return desk.page("keys.html")


PAGES: Final = (
    Page("start", "/", "GET", start, EVERYONE),
    Page("language", "/taal", "POST", switch_language, None),
    Page("keys", "/toetsen", "GET", keys, EVERYONE),
)
