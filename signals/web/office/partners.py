"""Which partner went silent, which one sends too much, and what was refused? What a partner manager sees.

Counts only; what a refused record held is not shown, its message names every fault in words without a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel.dates import format_date

from signals.contract.codes import QUARANTINE_CODES
from signals.outreach.queues import policy_book
from signals.reports.partner_health import partner_courses, refused_records, strangers
from signals.reports.partner_reach import reached
from signals.reports.rhythm import Rhythm
from signals.store.partner_contacts import contacts_of
from signals.web.desk import NotFoundError, Page
from signals.web.office.charts import stacked
from signals.web.office.overview import Figure, municipality_names
from signals.web.people import Role
from signals.web.texts import day, number_of, said
from signals.web.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from signals.reports.partner_health import PartnerCourse
    from signals.web.desk import Desk

MANAGERS: Final = frozenset({Role.PARTNER_MANAGER})
ROWS: Final = 25
RHYTHMS: Final = {
    Rhythm.SILENT: (said("Stil"), "danger", said("Stuurt veel langer niets dan anders.")),
    Rhythm.BURSTING: (said("Piek"), "warning", said("Stuurde minstens twee keer zo veel als verwacht.")),
    Rhythm.LOW: (said("Minder dan verwacht"), "warning", said("Stuurde hoogstens de helft van wat u mag verwachten.")),
    Rhythm.USUAL: (said("Als verwacht"), "ok", said("Stuurt ongeveer wat u mag verwachten.")),
    Rhythm.NEW: (
        said("Nog te kort bekend"),
        "neutral",
        said("Nog te kort of te weinig hier binnengekomen om iets van te verwachten."),
    ),
}
CODES: Final = {
    "too-large": said("Bericht te groot"),
    "not-json": said("Geen leesbare JSON"),
    "envelope-invalid": said("Omslag van het bericht klopt niet"),
    "type-unknown": said("Onbekend soort bericht"),
    "source-mismatch": said("Afzender hoort niet bij deze partner"),
    "schema-invalid": said("Veld ontbreekt of klopt niet"),
    "municipality-unknown": said("Gemeente onbekend of niet van deze partner"),
    "bsn-not-allowed": said("BSN niet toegestaan"),
    "amount-invalid": said("Bedrag klopt niet"),
    "date-invalid": said("Datum klopt niet"),
    "postcode-invalid": said("Postcode klopt niet"),
    "internal-error": said("Fout bij ons"),
}


EXPLAINED: Final = {
    "too-large": said("Het bericht is groter dan 64 KB. De partner moet het kleiner maken en opnieuw sturen."),
    "not-json": said("Het bericht is geen tekst die wij kunnen lezen (JSON). De partner moet het goed opbouwen."),
    "envelope-invalid": said(
        "De omslag van het bericht klopt niet: het nummer, de afzender, het soort of het tijdstip ontbreekt of is "
        "verkeerd geschreven."
    ),
    "type-unknown": said("Wij kennen dit soort bericht niet. Er zijn er drie: gemeld, gewijzigd en ingetrokken."),
    "source-mismatch": said(
        "De afzender in het bericht is hier niet aangemeld voor deze partner en deze sector. De partner gebruikt een "
        "verkeerde afzender, of de aanmelding moet worden aangevuld."
    ),
    "schema-invalid": said("Een verplicht gegeven ontbreekt, of een gegeven heeft een verkeerde vorm of code."),
    "municipality-unknown": said(
        "De gemeente in het bericht doet hier niet mee, of de partner mag voor die gemeente niet signaleren."
    ),
    "bsn-not-allowed": said("Er staat een BSN in het bericht, en deze partner mag geen BSN sturen."),
    "amount-invalid": said("Het bedrag is niet goed geschreven, of niet tussen € 0,01 en € 1.000.000."),
    "date-invalid": said("Een datum bestaat niet, of ligt na de dag van het signaal."),
    "postcode-invalid": said("De postcode is geen Nederlandse postcode."),
    "internal-error": said("De fout ligt bij ons, niet bij de partner. De beheerder heeft een melding gekregen."),
}
"""Each code of borders.md section 3 → what it means to who speaks with the partner."""


def list_partners(desk: Desk) -> Response:
    """Every partner that may signal to one of the user's municipalities, those that need attention first."""
    courses = partner_courses(desk.cursor, desk.user.municipalities, desk.today)
    order = list(RHYTHMS)
    desk.did("view-partners", "partners")
    courses.sort(key=lambda one: (one.pause is None, order.index(one.volume.rhythm), one.id))
    return desk.page(
        "office/partners.html",
        courses=courses,
        rhythms=RHYTHMS,
        sector=lambda code: word("sector", code, desk.language),
        strangers=strangers(desk.cursor),
        codes=CODES,
    )


def show_partner(desk: Desk) -> Response:
    """One partner: volume, shares, what is in quarantine, and whom to call."""
    course = course_of(desk)
    code = desk.query.get("reden", "")
    if code and code not in QUARANTINE_CODES:
        raise NotFoundError("there is no such reason")
    rows = refused_records(
        desk.cursor, course.id, code=code or None, after=number_of(desk.query.get("na", "")), size=ROWS + 1
    )
    desk.did("view-partner", f"partner {course.id}")
    weeks = course.volume.weeks
    names = tuple(desk.text("week vanaf {day}", day=day(first, desk.language)) for first, _ in weeks)
    chart = stacked([[count] for _, count in weeks], [format_date(first, "d/M") for first, _ in weeks])
    towns = own_towns(desk, course)
    contacts = contacts_of(desk.cursor, course.id, list(towns))
    concerned = reached(desk.cursor, course.id)
    return desk.page(
        "office/partner.html",
        course=course,
        explained=EXPLAINED,
        concerned=names_of(desk, concerned),
        may_act=concerned <= desk.user.municipalities,
        rhythm=RHYTHMS[course.volume.rhythm],
        sector=word("sector", course.sector, desk.language),
        figure=Figure(chart, (desk.text("Signalen"),), names, tuple((count,) for _, count in weeks)),
        municipalities=list(towns.values()),
        contacts=[(number, town, contacts[number]) for number, town in towns.items()],
        codes=CODES,
        code=code,
        rows=rows[:ROWS],
        after=rows[ROWS - 1].id if len(rows) > ROWS else None,
    )


def course_of(desk: Desk) -> PartnerCourse:
    """The partner of the path. Raises NotFoundError when it is none of the user's municipalities'."""
    found = partner_courses(desk.cursor, desk.user.municipalities, desk.today, desk.path["partner"])
    if not found:
        raise NotFoundError("no such partner for one of the user's municipalities")
    return found[0]


def own_towns(desk: Desk, course: PartnerCourse) -> dict[str, str]:
    """The user's municipalities to which the partner may signal, by code, in the order of their names."""
    named = sorted(municipality_names(desk).items(), key=lambda one: one[1])
    may = course.municipalities
    return {number: name for number, name in named if may is None or number in may}


def names_of(desk: Desk, municipalities: Iterable[str]) -> list[str]:
    """What these municipalities are called, by their latest policy; also those that are not the user's."""
    names = {policy.municipality: policy.name for policy in policy_book(desk.cursor).versions()}
    return sorted(names.get(code, code) for code in municipalities)


PAGES: Final = (
    Page("partners", "/partners", "GET", list_partners, MANAGERS),
    Page("partner", "/partners/{partner}", "GET", show_partner, MANAGERS),
)
