"""What is the street of this case's address? A form for an address of which no partner wrote it, /zaak/{case}/adres.

What a person finds out stands on letters until a partner writes it; who wrote it is shown with it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from signals.outreach.letters.streets import StreetError, remove_street, street_of, write_street
from signals.outreach.work.people import Actor
from signals.web.desk import NotFoundError, Page
from signals.web.people import CASE_WORKERS
from signals.web.texts import said
from signals.web.work.case import open_dossier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from signals.outreach.work.dossier import Dossier
    from signals.web.desk import Desk

SAVED: Final = said("Straat en plaats zijn bewaard. De brief kan mee in een volgende ronde.")
REMOVED: Final = said("Straat en plaats zijn weggehaald.")
REFUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no-street": said("Vul de straat in, zonder huisnummer."),
        "no-city": said("Vul de plaats in."),
        "unprintable": said("Er staat een teken in dat niet te drukken is. Schrijf het in gewone letters."),
        "too-long": said("Dit is te lang voor het venster van de envelop. Schrijf het korter."),
        "too-many-lines": said("Dit is te lang voor het venster van de envelop. Schrijf het korter."),
        "no-fixed-abode": said("Hier staat dat er geen vast adres is. Dan kan er geen brief weg: zoek anders contact."),
        "in-run": said(
            "Een brief aan dit adres zit in een brievenronde die nog niet op de post is. Wacht daarop, of neem die "
            "ronde terug."
        ),
        "not-asked": said(
            "Hier valt niets in te vullen: een partner schreef straat en plaats, of een collega was u voor."
        ),
    }
)
"""Why it cannot be written so → what to do."""


def show_address(desk: Desk) -> Response:
    """What is known of the address, and the form."""
    return _shown(desk, open_dossier(desk))


def write_address(desk: Desk) -> Response:
    """Street and place are these."""
    found = open_dossier(desk)
    try:
        write_street(desk.cursor, found.case.id, desk.form.get("street"), desk.form.get("city"), _actor(desk))
    except StreetError as refusal:
        return _refused(desk, found, refusal)
    return desk.go("case", case=found.case.id, notice=desk.text(SAVED))


def remove_address(desk: Desk) -> Response:
    """What was written by hand is no more."""
    found = open_dossier(desk)
    try:
        remove_street(desk.cursor, found.case.id, _actor(desk))
    except StreetError as refusal:
        return _refused(desk, found, refusal)
    return desk.go("case", case=found.case.id, notice=desk.text(REMOVED))


def _refused(desk: Desk, found: Dossier, refusal: StreetError) -> Response:
    field = "city" if refusal.code == "no-city" else "street"
    status = 409 if refusal.code in {"in-run", "not-asked"} else 422
    return _shown(desk, found, [(field, desk.text(REFUSED[refusal.code]))], status)


def _shown(desk: Desk, found: Dossier, faults: Sequence[tuple[str, str]] = (), status: int = 200) -> Response:
    at = street_of(desk.cursor, found.household)
    if at is None:
        raise NotFoundError("there is no such household")
    desk.viewed("view-case", f"case {found.case.id}", households=[found.household])
    return desk.page(
        "work/address.html",
        status=status,
        case=found.case,
        at=at,
        typed={
            "street": desk.form.get("street", at.street or at.said_street or ""),
            "city": desk.form.get("city", at.city or at.said_city or ""),
        },
        faults=faults,
        errors=dict(faults),
    )


def _actor(desk: Desk) -> Actor:
    return Actor(desk.user.id, desk.user.name)


_AT: Final = "/zaak/{case:int}/adres"
PAGES: Final[tuple[Page, ...]] = (
    Page("case-address", _AT, "GET", show_address, CASE_WORKERS, shows_person=True),
    Page("case-address-write", _AT, "POST", write_address, CASE_WORKERS),
    Page("case-address-remove", f"{_AT}/weghalen", "POST", remove_address, CASE_WORKERS),
)
