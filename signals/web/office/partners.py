"""Which partner went silent, which one sends too much, and what was refused? The pages of a partner manager.

Counts only; what a refused record held is not shown, its message names every fault in words without a value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from babel.dates import format_date

from signals.consumers.gate import resume
from signals.consumers.quarantine import replay_together
from signals.contract.codes import QUARANTINE_CODES
from signals.errors import SignalsError
from signals.reports.partner_health import partner_courses, refused_of, refused_records, strangers
from signals.reports.rhythm import Rhythm
from signals.store.partner_contacts import Contact, write_contact
from signals.web.desk import NotFoundError, Page
from signals.web.office.charts import stacked
from signals.web.office.overview import Figure, municipality_names
from signals.web.people import Role
from signals.web.texts import day, said
from signals.web.words import word

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.reports.partner_health import PartnerCourse
    from signals.web.desk import Desk

MANAGERS: Final = frozenset({Role.PARTNER_MANAGER})
ROWS: Final = 25
LONGEST: Final = 120
RHYTHMS: Final = {
    Rhythm.SILENT: (said("Stil"), "danger", said("Stuurt veel langer niets dan anders.")),
    Rhythm.BURSTING: (said("Piek"), "warning", said("Stuurde minstens twee keer zo veel als verwacht.")),
    Rhythm.LOW: (said("Minder dan verwacht"), "warning", said("Stuurde hoogstens de helft van wat u mag verwachten.")),
    Rhythm.USUAL: (said("Als verwacht"), "ok", said("Stuurt ongeveer wat u mag verwachten.")),
    Rhythm.NEW: (said("Nog te kort bekend"), "neutral", said("Er is nog te weinig om iets van te verwachten.")),
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
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()/-]{4,30}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def list_partners(desk: Desk) -> Response:
    """Every partner that may signal to one of the user's municipalities, those that need attention first."""
    courses = partner_courses(desk.cursor, desk.user.municipalities, desk.today)
    order = list(RHYTHMS)
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
    course = _course(desk)
    code = desk.query.get("reden", "")
    if code and code not in QUARANTINE_CODES:
        raise NotFoundError("there is no such reason")
    rows = refused_records(
        desk.cursor, course.id, code=code or None, after=_number(desk.query.get("na", "")), size=ROWS + 1
    )
    weeks = course.volume.weeks
    names = tuple(desk.text("week vanaf {day}", day=day(first, desk.language)) for first, _ in weeks)
    chart = stacked([[count] for _, count in weeks], [format_date(first, "d/M") for first, _ in weeks])
    cities = municipality_names(desk)
    own = course.municipalities is None
    return desk.page(
        "office/partner.html",
        course=course,
        rhythm=RHYTHMS[course.volume.rhythm],
        sector=word("sector", course.sector, desk.language),
        figure=Figure(chart, (desk.text("Signalen"),), names, tuple((count,) for _, count in weeks)),
        municipalities=sorted(
            name for number, name in cities.items() if own or number in (course.municipalities or ())
        ),
        codes=CODES,
        code=code,
        rows=rows[:ROWS],
        after=rows[ROWS - 1].id if len(rows) > ROWS else None,
    )


def replay_records(desk: Desk) -> Response:
    """Take these records in anew, after a mend; what is still wrong stays, with its reason."""
    course = _course(desk)
    numbers = [number for text in desk.form.getlist("number")[:ROWS] if (number := _number(text)) is not None]
    fates = replay_together(desk.cursor, refused_of(desk.cursor, course.id, numbers), actor=desk.user.id)
    out = sum(one.fate in {"stored", "duplicate"} for one in fates)
    notice = desk.text("{out} opnieuw ingelezen, {stay} nog steeds in quarantaine.", out=out, stay=len(fates) - out)
    return desk.go("partner", partner=course.id, notice=notice)


def resume_topic(desk: Desk) -> Response:
    """Have a paused topic read on."""
    course = _course(desk)
    try:
        resume(desk.cursor, [course.topic], actor=desk.user.id)
    except SignalsError:  # somebody did so a moment ago
        return desk.go("partner", partner=course.id, notice=desk.text("Deze aanlevering was niet gepauzeerd."))
    return desk.go("partner", partner=course.id, notice=desk.text("De aanlevering wordt weer gelezen."))


def edit_contact(desk: Desk) -> Response:
    """The form with whom to call at a partner."""
    course = _course(desk)
    typed = {name: getattr(course.contact, name) or "" for name in ("name", "email", "phone")}
    return desk.page("office/partner_contact.html", course=course, typed=typed, faults=[])


def save_contact(desk: Desk) -> Response:
    """Keep whom to call at a partner."""
    course = _course(desk)
    typed = {name: " ".join(desk.form.get(name).split()) for name in ("name", "email", "phone")}
    faults = [(name, desk.text(sentence)) for name, sentence in contact_faults(**typed)]
    if faults:
        return desk.page("office/partner_contact.html", status=422, course=course, typed=typed, faults=faults)
    write_contact(
        desk.cursor,
        course.id,
        Contact(**{name: text or None for name, text in typed.items()}),
        actor=desk.user.id,
    )
    return desk.go("partner", partner=course.id, notice=desk.text("Het contactpunt is opgeslagen."))


def contact_faults(name: str, email: str, phone: str) -> list[tuple[str, str]]:
    """What is wrong with a contact: pairs of the field and a sentence. All three may be empty."""
    found = [
        (key, said("Maak dit korter dan 120 tekens."))
        for key, text in (("name", name), ("email", email))
        if len(text) > LONGEST
    ]
    if email and not _EMAIL.fullmatch(email):
        found.append(("email", said("Schrijf een e-mailadres als incasso@partner.example.")))
    if phone and not _PHONE.fullmatch(phone):
        found.append(("phone", said("Schrijf een telefoonnummer als 074 123 45 67 of +31 74 123 45 67.")))
    return found


def _course(desk: Desk) -> PartnerCourse:
    """The partner of the path. Raises NotFoundError when it is none of the user's municipalities'."""
    found = partner_courses(desk.cursor, desk.user.municipalities, desk.today, desk.path["partner"])
    if not found:
        raise NotFoundError("no such partner for one of the user's municipalities")
    return found[0]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


PAGES: Final = (
    Page("partners", "/partners", "GET", list_partners, MANAGERS),
    Page("partner", "/partners/{partner}", "GET", show_partner, MANAGERS),
    Page("partner-replay", "/partners/{partner}/opnieuw", "POST", replay_records, MANAGERS),
    Page("partner-resume", "/partners/{partner}/hervatten", "POST", resume_topic, MANAGERS),
    Page("partner-contact", "/partners/{partner}/contact", "GET", edit_contact, MANAGERS),
    Page("partner-contact-save", "/partners/{partner}/contact", "POST", save_contact, MANAGERS),
)
