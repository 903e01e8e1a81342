"""For what were these data used? The processing log of a data subject, for an auditor.

Asked for by who somebody is, or by case or household number; by POST, so that nothing of a person stands in an address.
What an auditor sees of a resident is what was asked for: who answers to a name with a date of birth or an address,
never their case or who lives with them. What the person then gets on paper: `processing_answer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signals.outreach.search import SearchQuery
from signals.reports.logbook import data_subject
from signals.reports.subjects import AT_MOST, find_subjects, subject_faults, subjects_of
from signals.store.processing import ACCESS, Processing, processing_of, processing_of_persons
from signals.web.desk import NotFoundError, Page
from signals.web.office.actions import action_words
from signals.web.people import Role
from signals.web.signin.limits import Limiter, Rate
from signals.web.texts import day_of, moment, number_of, numbers_of, said
from signals.web.work.whom import birth

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from starlette.responses import Response

    from signals.reports.logbook import DataSubject
    from signals.reports.subjects import Subject
    from signals.web.desk import Desk

AUDITORS: Final = frozenset({Role.AUDITOR})
ROWS: Final = 100
WHOM: Final = 10  # so many persons a line names
RATE: Final = Rate(burst=10, per_minute=5)
"""Who answers people asks for some a day, not for a register."""
LIMITER: Final = Limiter(RATE, name="searches for a data subject")
PURPOSES: Final = {
    "vroegsignalering": said("vroegsignalering"),
    ACCESS: said("verantwoording en inzage"),
}
BASES: Final = {
    "Wet gemeentelijke schuldhulpverlening": said("Wet gemeentelijke schuldhulpverlening"),
    "Algemene verordening gegevensbescherming, artikelen 5 en 15": said(
        "Algemene verordening gegevensbescherming, artikelen 5 en 15"
    ),
}
FAULTS: Final = {
    "subject": ("who", said("Vul de naam in, en de geboortedatum of de postcode met het huisnummer.")),
    "name": ("who", said("Vul ten minste één letter van de naam in.")),
    "postcode": ("postcode", said("Vul een postcode in als 7607 GC, of alleen de vier cijfers.")),
    "number": ("house", said("Vul een huisnummer in dat met een cijfer begint, zoals 12 of 12 A.")),
    "born": ("born", said("Vul een datum in die bestaat, bijvoorbeeld 2-11-1985.")),
}
_FIELDS: Final = ("who", "born", "postcode", "house")
_LONGEST: Final = 100


def ask_processing(desk: Desk) -> Response:
    """The empty forms."""
    return _page(desk)


def find_person(desk: Desk) -> Response:
    """Who answers to the question; none of them when they are too many to be one person."""
    typed = {name: desk.form.get(name)[:_LONGEST] for name in _FIELDS}
    born, faults = _born(typed["born"])
    query = SearchQuery(name=typed["who"], postcode=typed["postcode"], number=typed["house"], born=born)
    faults = faults or subject_faults(query)
    if faults:
        return _page(desk, [(field, desk.text(sentence)) for field, sentence in (FAULTS[one] for one in faults)], typed)
    LIMITER.take(desk.user.id)
    found = find_subjects(desk.cursor, query, desk.user.municipalities)
    people = found if len(found) <= AT_MOST else []
    note_subjects(desk, "find-person", "search", people)
    return _page(desk, typed=typed, people=people, too_many=len(found) > AT_MOST)


def _born(text: str) -> tuple[date | None, list[str]]:
    try:
        return (day_of(text) if text else None), []
    except ValueError:
        return None, ["born"]


def show_person(desk: Desk) -> Response:
    """The lines of who was chosen, newest first; the look itself becomes one of them."""
    people = chosen(desk)
    if not people:
        return _page(desk, [("who", desk.text("U koos niemand. Zoek opnieuw, en kies wie u bedoelt."))])
    note_subjects(desk, "view-processing", subject_of(people), people)
    lines = processing_of_persons(desk.cursor, [one.id for one in people], _before(desk), ROWS + 1)
    return desk.page("office/processing_person.html", people=people, written=written, **_listed(desk, lines, people))


def chosen(desk: Desk) -> list[Subject]:
    """The persons that the form names. Raises NotFoundError when one of them is not of the user's municipalities."""
    asked = numbers_of(desk.form.getlist("person")[: AT_MOST + 1])
    found = subjects_of(desk.cursor, asked, desk.user.municipalities) if asked else []
    if len(found) != len(asked):
        raise NotFoundError("there is no such person")
    return found


def note_subjects(desk: Desk, action: str, subject: str, people: Sequence[Subject]) -> None:
    """Write to both logs that these persons were looked up, whoever lives with them left out."""
    households, persons = {one.household for one in people}, [one.id for one in people]
    desk.viewed(action, subject, households=households, persons=persons, purpose=ACCESS)


def subject_of(people: Sequence[Subject]) -> str:
    """What a line of the audit log is about: "person 12, 13"."""
    return f"person {', '.join(str(one.id) for one in people)}"


def written(one: Subject) -> str:
    """Enough to tell one from another: the name, the date of birth and the address, as partners wrote them."""
    home = f"{one.postcode[:4]} {one.postcode[4:]} {one.number} {one.suffix}".rstrip()
    return ", ".join(part for part in (one.name, one.born and birth(one.born), home) if part)


def show_processing(desk: Desk) -> Response:
    """The lines of the household that is asked for, newest first; the look itself becomes one of them."""
    number = number_of(desk.form.get("number"))
    if number is None:
        return _page(desk, [("number", desk.text("Schrijf een nummer, alleen cijfers."))])
    kind = _kind(desk)
    found = _found(desk, kind, number)
    if found is None:
        desk.did("refused", f"{kind} {number}", {"page": "processing-asked", "code": 404})
        return _page(desk, [("number", desk.text("Dit nummer is er niet, of het is niet van uw gemeente."))])
    desk.viewed("view-processing", f"household {found.household}", households=[found.household], purpose=ACCESS)
    return _page(desk, found=found)


def _kind(desk: Desk) -> str:
    return "household" if desk.form.get("kind") == "household" else "case"


def _found(desk: Desk, kind: str, number: int) -> DataSubject | None:
    """The household, when it is of one of the user's municipalities."""
    found = data_subject(desk.cursor, **{kind: number})
    return found if found and found.municipality in desk.user.municipalities else None


def _before(desk: Desk) -> int | None:
    before = desk.form.get("before")
    return number_of(before)


def _listed(desk: Desk, lines: Sequence[Processing], people: Sequence[Subject] = ()) -> dict[str, Any]:
    """The lines of a page as they are shown, those of `people` if any, and where the older ones begin."""
    meant = {one.id for one in people}
    words = dict(action_words(desk, [line.activity for line in lines]))
    rows = [
        (
            moment(line.at, desk.language),
            words[line.activity],
            *reason(desk, line.purpose, line.basis),
            _whom(desk, line, meant),
        )
        for line in lines[:ROWS]
    ]
    return {"rows": rows, "before": lines[ROWS - 1].id if len(lines) > ROWS else None}


def _whom(desk: Desk, line: Processing, meant: AbstractSet[int]) -> str:
    """The persons of a line by number; of a home of many some, those who are `meant` among them.

    Who they are is not for everybody who reads of the household.
    """
    persons = sorted(line.persons or (), key=lambda person: (person not in meant, person))
    told = [str(person) for person in sorted(persons[:WHOM])]
    if len(persons) > WHOM:
        told.append(desk.text("en nog {count} anderen", count=len(persons) - WHOM))
    return ", ".join(told) or "–"


def reason(desk: Desk, purpose: str, basis: str) -> tuple[str, str]:
    """Purpose and legal basis in the language of the page; what an older version wrote stands for itself."""
    return desk.text(PURPOSES.get(purpose, purpose)), desk.text(BASES.get(basis, basis))


def _page(
    desk: Desk,
    faults: Collection[tuple[str, str]] = (),
    typed: dict[str, str] | None = None,
    *,
    found: DataSubject | None = None,
    people: Sequence[Subject] | None = None,
    too_many: bool = False,
) -> Response:
    lines = processing_of(desk.cursor, found.household, _before(desk), ROWS + 1) if found else []
    return desk.page(
        "office/processing.html",
        status=422 if faults else 200,
        found=found,
        people=people,
        choices=[(str(one.id), written(one)) for one in people or ()],
        ids=[str(one.id) for one in people or ()],
        too_many=too_many,
        kind=_kind(desk),
        number=desk.form.get("number"),
        typed=typed or dict.fromkeys(_FIELDS, ""),
        faults=faults,
        **_listed(desk, lines),
    )


PAGES: Final = (
    Page("processing", "/verwerkingen", "GET", ask_processing, AUDITORS),
    Page("processing-asked", "/verwerkingen", "POST", show_processing, AUDITORS, shows_person=True),
    Page("processing-found", "/inzage", "POST", find_person, AUDITORS, shows_person=True),
    Page("processing-person", "/inzage/persoon", "POST", show_person, AUDITORS, shows_person=True),
)
