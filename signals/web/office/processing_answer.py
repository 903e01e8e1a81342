"""What do we answer a person who asks what was done with their data? A page for paper (AVG article 15).

Made by an auditor who found the person in `processing`. It names no user, nobody who lives there too, and of the
partners only those that signalled about this person. What was written down for a household of several people may be of
one of them alone: a referral, an attempt, a note. Of these the answer says only that the case was worked on.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from signals.contract.partners import partner_name
from signals.reports.subjects import sources_of
from signals.store.processing import days_of_use
from signals.web.desk import NotFoundError, Page
from signals.web.office.overview import municipality_names
from signals.web.office.processing import AUDITORS, chosen, note_subjects, reason, subject_of
from signals.web.texts import day, said
from signals.web.words import word
from signals.web.work.tongue import switches_language
from signals.web.work.whom import birth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.responses import Response

    from signals.reports.subjects import Source, Subject
    from signals.store.processing import DayOfUse
    from signals.web.desk import Desk

ROWS: Final = 1000  # kinds of use by day; more than a few years of them
OF_THE_HOUSEHOLD: Final = said("Aan de zaak van uw adres gewerkt")
# What is said of each activity. `_WHOLE` is of all who live there; the rest is said of one person alone.
_WHOLE: Final = {
    "view-case": said("De zaak van uw adres bekeken"),
    "view-queue": said("Een lijst met werk bekeken waar uw adres in staat"),
    "view-run": said("Een lijst met brieven bekeken waar uw adres in staat"),
    "view-summary": said("Een lijst van zaken bekeken waar uw adres in staat"),
    "search": said("Iemand gezocht; uw gegevens stonden bij wat is gevonden"),
    "find-person": said("Uw gegevens opgezocht, om te zien waarvoor ze zijn gebruikt"),
    "view-processing": said("Bekeken waarvoor uw gegevens zijn gebruikt"),
    "answer-access": said("Dit antwoord voor u gemaakt"),
    "claim": said("Verdeeld wie aan de zaak van uw adres werkt"),
    "let-go": said("Verdeeld wie aan de zaak van uw adres werkt"),
    "hand-over": said("Verdeeld wie aan de zaak van uw adres werkt"),
    "hand-to-team": said("Verdeeld wie aan de zaak van uw adres werkt"),
    "release": said("Besloten dat er een brief of een bezoek komt"),
    "plan-visits": said("Een lijst met bezoeken gemaakt waar uw adres in staat"),
    "view-visits": said("Een lijst met bezoeken bekeken waar uw adres in staat"),
    "release-visits": said("Besloten dat er een bezoek komt"),
    "print-visits": said("Een lijst met bezoeken afgedrukt waar uw adres in staat"),
    "edit-visits": said("Een lijst met bezoeken veranderd waar uw adres in staat"),
    "end-visits": said("Een lijst met bezoeken beëindigd waar uw adres in staat"),
    "release-letters": said("Besloten dat er een brief naar uw adres gaat"),
    "write-letters": said("Een brief voor uw adres gemaakt"),
    "take-out-letter": said("Besloten dat een brief niet naar uw adres gaat"),
    "letter-returned": said("Opgeschreven dat een brief aan uw adres terugkwam"),
    "letter-returned-undone": said("Verbeterd dat een brief aan uw adres terugkwam"),
    "write-street": said("Opgeschreven wat uw straat en plaats zijn"),
    "remove-street": said("Weggehaald wat wij van uw straat en plaats opschreven"),
    "change-route": said("Besloten of er een brief of een bezoek komt"),
    "close": said("De zaak van uw adres afgesloten"),
    "reopen": said("De zaak van uw adres weer geopend"),
}
_ALONE: Final = {
    "print-cards": said("Een kaartje voor u gemaakt, om achter te laten als u niet thuis was"),
    "view-letter": said("Een brief aan u bekeken voordat of nadat hij op de post ging"),
    "attempt": said("Opgeschreven dat wij contact met u zochten"),
    "undo-attempt": said("Verbeterd wat wij opschreven over contact met u"),
    "promise": said("Een afspraak met u opgeschreven"),
    "record-visit": said("Opgeschreven hoe een bezoek bij u ging"),
    "opt-out-visit": said("Opgeschreven dat u geen bezoek wilt"),
    "lift-unsafe": said("Besloten dat wij weer bij u kunnen langskomen"),
    "note": said("Een notitie geschreven"),
    "undo-note": said("Een notitie doorgehaald"),
    "mark": said("Besloten om een melding over u niet op te pakken"),
    "take-back-mark": said("Besloten om een melding over u toch op te pakken"),
    "refer": said("U doorverwezen naar hulp"),
    "refer-result": said("Opgeschreven wat er van een doorverwijzing kwam"),
}


def show_answer(desk: Desk) -> Response:
    """The answer in the language of the button that asked for it; making it becomes one of its lines."""
    switches_language(desk)
    people = chosen(desk)
    if not people:
        raise NotFoundError("nobody was chosen")
    note_subjects(desk, "answer-access", subject_of(people), people)
    numbers = [one.id for one in people]
    used, before = _whole_days(days_of_use(desk.cursor, numbers, _before(desk), ROWS + 1))
    towns = municipality_names(desk)
    return desk.page(
        "office/processing_answer.html",
        people=people,
        towns=[towns.get(code, code) for code in sorted({one.municipality for one in people})],
        names=_names(people),
        sources=[_source(desk, one) for one in sources_of(desk.cursor, numbers)],
        uses=_uses(desk, used),
        before=before and before.isoformat(),
        day_before=before,
        continued=_before(desk),
        made_on=desk.today,
    )


def _names(people: Sequence[Subject]) -> list[tuple[str, str, str]]:
    """Each way in which the person was written: name, date of birth and address."""
    found = [
        (
            one.name,
            birth(one.born) if one.born else "–",
            f"{one.postcode[:4]} {one.postcode[4:]} {one.number} {one.suffix}",
        )
        for one in people
    ]
    return [(name, born, home.rstrip()) for name, born, home in dict.fromkeys(found)]


def _source(desk: Desk, one: Source) -> tuple[str, str, int, str, str]:
    first, last = day(one.first, desk.language), day(one.last, desk.language)
    return partner_name(one.partner), word("sector", one.sector, desk.language), one.signals, first, last


def _before(desk: Desk) -> date | None:
    try:
        return date.fromisoformat(desk.form.get("before"))
    except ValueError:
        return None


def _whole_days(found: list[DayOfUse]) -> tuple[list[DayOfUse], date | None]:
    """What fits, no day of it halved, and the day before which the rest is; None when that is all."""
    if len(found) <= ROWS:
        return found, None
    last = found[-1].day
    kept = [one for one in found if one.day != last]
    return kept, kept[-1].day if kept else last


def _uses(desk: Desk, used: Iterable[DayOfUse]) -> list[tuple[str, str, int, str, str]]:
    """Each kind of use once a day: the day, what was done, how often, for which purpose and on which basis."""
    found: dict[tuple[str, str, str, str], int] = {}
    for one in used:
        purpose, basis = reason(desk, one.purpose, one.basis)
        key = (day(one.day, desk.language), _said_of(desk, one), purpose, basis)
        found[key] = found.get(key, 0) + one.times
    return [(on, what, times, purpose, basis) for (on, what, purpose, basis), times in found.items()]


def _said_of(desk: Desk, one: DayOfUse) -> str:
    """In words for the person; what could be of a housemate alone is not told apart."""
    words = _WHOLE if one.shared else {**_WHOLE, **_ALONE}
    return desk.text(words.get(one.activity, OF_THE_HOUSEHOLD))


PAGES: Final = (Page("processing-answer", "/inzage/antwoord", "POST", show_answer, AUDITORS, shows_person=True),)
