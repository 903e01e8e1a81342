"""What can a partner manager do about a partner? Read its records anew, read its topic on, and keep whom to call.

Reading anew or on puts signals into the queues of every municipality that the partner concerns, and cannot be taken
back: so it is asked for twice, and only of who is partner manager of all of them (docs/decisions/0030).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from signals.consumers.gate import resume
from signals.consumers.quarantine import replay_together
from signals.errors import SignalsError
from signals.reports.partner_health import refused_of
from signals.reports.partner_reach import reached
from signals.store.partner_contacts import Contact, contacts_of, write_contact
from signals.web.desk import ForbiddenError, NotFoundError, Page
from signals.web.office.partners import MANAGERS, ROWS, course_of, names_of, own_towns
from signals.web.texts import numbers_of, said

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.reports.partner_health import PartnerCourse
    from signals.web.desk import Desk

LONGEST: Final = 120
FIELDS: Final = ("name", "email", "phone")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()/-]{4,30}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def replay_records(desk: Desk) -> Response:
    """Take these records in anew, after a mend; what is still wrong stays, with its reason."""
    course, concerned = _own(desk)
    sent = sorted(numbers_of(desk.form.getlist("number")[:ROWS]))
    numbers = refused_of(desk.cursor, course.id, sent)
    if "sure" not in desk.form and numbers:
        return _sure(desk, course, concerned, numbers)
    fates = replay_together(desk.cursor, numbers, actor=desk.user.id)
    out = sum(one.fate in {"stored", "duplicate"} for one in fates)
    notice = desk.text("{out} opnieuw ingelezen, {stay} nog steeds in quarantaine.", out=out, stay=len(fates) - out)
    return desk.go("partner", partner=course.id, notice=notice)


def resume_topic(desk: Desk) -> Response:
    """Have a paused topic read on."""
    course, concerned = _own(desk)
    if "sure" not in desk.form and course.pause:
        return _sure(desk, course, concerned, [])
    try:
        resume(desk.cursor, [course.topic], actor=desk.user.id)
    except SignalsError:  # somebody did so a moment ago
        return desk.go("partner", partner=course.id, notice=desk.text("Deze aanlevering was niet gepauzeerd."))
    return desk.go("partner", partner=course.id, notice=desk.text("De aanlevering wordt weer gelezen."))


def _own(desk: Desk) -> tuple[PartnerCourse, frozenset[str]]:
    """The partner and whom it concerns. Raises ForbiddenError when that is a municipality of others too."""
    course = course_of(desk)
    concerned = reached(desk.cursor, course.id)
    if not concerned <= desk.user.municipalities:
        raise ForbiddenError("the partner concerns municipalities that are not the user's")
    return course, concerned


def _sure(desk: Desk, course: PartnerCourse, concerned: frozenset[str], numbers: list[int]) -> Response:
    """Ask whether that is meant; `numbers` are those of records, none when it is about the topic."""
    return desk.page("office/partner_sure.html", course=course, numbers=numbers, concerned=names_of(desk, concerned))


def edit_contact(desk: Desk) -> Response:
    """The form with whom to call at a partner, for one of the user's municipalities."""
    course = course_of(desk)
    whose = _whose(desk, course, desk.query.get("gemeente", ""))
    desk.did("view-partner", f"partner {course.id}")
    return _contact_page(desk, course, whose, _written(_kept(desk, course, whose)))


def save_contact(desk: Desk) -> Response:
    """Keep whom to call at a partner; what a colleague wrote there meanwhile is shown beside it."""
    course = course_of(desk)
    whose = _whose(desk, course, desk.form.get("municipality"))
    typed = {name: " ".join(desk.form.get(name).split()) for name in FIELDS}
    faults = [(name, desk.text(sentence)) for name, sentence in contact_faults(**typed)]
    if faults:
        return _contact_page(desk, course, whose, typed, status=422, faults=faults)
    before = _contact({name: desk.form.get(f"was_{name}") for name in FIELDS})
    if not write_contact(desk.cursor, course.id, whose, _contact(typed), actor=desk.user.id, before=before):
        return _contact_page(desk, course, whose, typed, status=409)
    return desk.go("partner", partner=course.id, notice=desk.text("Het contactpunt is opgeslagen."))


def _whose(desk: Desk, course: PartnerCourse, wish: str) -> str:
    """Whose contact it is: of a municipality of the user to which the partner may signal; the first, if none is named.

    Raises NotFoundError when another is named.
    """
    own = list(own_towns(desk, course))
    whose = wish or own[0]
    if whose not in own:
        raise NotFoundError("the partner does not signal to that municipality, or it is not the user's")
    desk.may_see(whose)
    return whose


def _kept(desk: Desk, course: PartnerCourse, whose: str) -> Contact:
    return contacts_of(desk.cursor, course.id, [whose])[whose]


def _contact_page(
    desk: Desk,
    course: PartnerCourse,
    whose: str,
    typed: dict[str, str],
    *,
    status: int = 200,
    faults: list[tuple[str, str]] | None = None,
) -> Response:
    """The form; the old values go with it, unless something is wrong: then those that came with what was typed."""
    sent = {name: desk.form.get(f"was_{name}") for name in FIELDS}
    return desk.page(
        "office/partner_contact.html",
        status=status,
        course=course,
        whose=whose,
        town=own_towns(desk, course)[whose],
        typed=typed,
        was=sent if faults else _written(_kept(desk, course, whose)),
        changed=status == 409,
        faults=faults or [],
    )


def _contact(texts: dict[str, str]) -> Contact:
    return Contact(**{name: text or None for name, text in texts.items()})


def _written(contact: Contact) -> dict[str, str]:
    return {name: getattr(contact, name) or "" for name in FIELDS}


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


PAGES: Final = (
    Page("partner-replay", "/partners/{partner}/opnieuw", "POST", replay_records, MANAGERS),
    Page("partner-resume", "/partners/{partner}/hervatten", "POST", resume_topic, MANAGERS),
    Page("partner-contact", "/partners/{partner}/contact", "GET", edit_contact, MANAGERS),
    Page("partner-contact-save", "/partners/{partner}/contact", "POST", save_contact, MANAGERS),
)
