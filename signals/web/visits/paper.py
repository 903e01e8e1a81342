"""The list and its cards on paper, for a pair that goes without a phone: PDFs that the browser shows.

To typeset them takes a while, and so it is done as an errand. Where nothing can be printed, the page of the list says
why.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from signals.errors import SignalsError
from signals.outreach.visits.cards import cards_of, print_cards
from signals.outreach.visits.paper import paper_of
from signals.outreach.visits.printed import print_list
from signals.outreach.visits.round import read_round
from signals.outreach.work.people import Actor
from signals.web.desk import Page
from signals.web.errands import PRESS, Errand
from signals.web.people import CASE_WORKERS
from signals.web.texts import DUTCH, said
from signals.web.visits.a_list import own_list, shown
from signals.web.work.letter_words import LANGUAGES, chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from signals.outreach.visits.lists import VisitList
    from signals.outreach.visits.round import Round
    from signals.web.desk import Desk

BUSY: Final = said("Er wordt nu al veel gedrukt. Probeer het over een minuut opnieuw.")
NO_CARDS: Final = said("Voor deze adressen is geen kaartje te maken. Op de papieren lijst staat bij elk adres waarom.")
NOT_RELEASED: Final = said("Deze lijst is nog niet vrijgegeven. Kaartjes maakt u als de lijst is vrijgegeven.")
WRONG_SET: Final = said(
    "Dit kan niet worden gedrukt: in de teksten of de opmaak ervan klopt iets niet. Geef dit door aan wie deze "
    "installatie beheert: {told}"
)


def show_paper(desk: Desk) -> Errand[bytes | SignalsError | None]:
    """The list, in the language of the page."""
    found = own_list(desk)
    paper = paper_of(desk.cursor, _round(desk, found), desk.language, today=desk.today)
    desk.viewed("print-visits", f"visit-list {found.id}", households={one.door.stop.household for one in paper.stops})
    made = partial(_made, partial(print_list, paper, desk.press.sets))
    return Errand(made, partial(_answered, f"bezoeklijst-{found.id}"), None, PRESS)


def show_cards(desk: Desk) -> Response | Errand[bytes | SignalsError | None]:
    """The cards of a released list, in Dutch unless English is asked for: who finds one does not choose a language."""
    found = own_list(desk)
    language = chosen(desk.query.get("letters", ""), LANGUAGES, DUTCH)
    cards = cards_of(desk.cursor, _round(desk, found), language, today=desk.today)
    if not cards.made:
        problem = NOT_RELEASED if found.state == "proposed" else NO_CARDS
        return shown(desk, found, status=409, problem=desk.text(problem))
    homes, persons = (
        {one.stop.household for one in cards.made},
        {person for one in cards.made for person in one.persons},
    )
    desk.viewed("print-cards", f"visit-list {found.id}", households=homes, persons=persons)
    made = partial(_made, partial(print_cards, cards, desk.press.sets))
    return Errand(made, partial(_answered, f"kaartjes-{found.id}"), None, PRESS)


def _round(desk: Desk, found: VisitList) -> Round:
    return read_round(desk.cursor, found, Actor(desk.user.id, desk.user.name))


def _made(printing: Callable[[], bytes]) -> bytes | SignalsError:
    """The PDF, or why it cannot be made; the text of that names nobody."""
    try:
        return printing()
    except SignalsError as refusal:
        return refusal


def _answered(name: str, desk: Desk, made: bytes | SignalsError | None) -> Response:
    if made is None:
        return shown(desk, own_list(desk), status=503, problem=desk.text(BUSY))
    if isinstance(made, SignalsError):
        return shown(desk, own_list(desk), status=409, problem=desk.text(WRONG_SET, told=str(made)))
    named = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(made, media_type="application/pdf", headers=named)


PAGES: Final[tuple[Page, ...]] = (
    Page("visit-paper", "/bezoeken/{list:int}/lijst.pdf", "GET", show_paper, CASE_WORKERS, shows_person=True),
    Page("visit-cards", "/bezoeken/{list:int}/kaartjes.pdf", "GET", show_cards, CASE_WORKERS, shows_person=True),
)
