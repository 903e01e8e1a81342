"""For what were this household's data used? The processing log of a data subject, for an auditor.

Asked for by case or household number, by POST; nobody's name is in it, neither a resident's nor a colleague's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.reports.logbook import data_subject
from signals.store.processing import processing_of
from signals.web.desk import Page
from signals.web.office.actions import action_words
from signals.web.people import Role

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.reports.logbook import DataSubject
    from signals.web.desk import Desk

AUDITORS: Final = frozenset({Role.AUDITOR})
ROWS: Final = 100


def ask_processing(desk: Desk) -> Response:
    """The empty form."""
    return _page(desk, None, ())


def show_processing(desk: Desk) -> Response:
    """The lines of the household that is asked for, newest first; the look itself becomes one of them."""
    text = desk.form.get("number")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return _page(desk, None, (("number", desk.text("Schrijf een nummer, alleen cijfers.")),))
    kind, number = _kind(desk), int(text)
    found = _found(desk, kind, number)
    if found is None:
        desk.did("refused", f"{kind} {number}", {"page": "processing-asked", "code": 404})
        return _page(desk, None, (("number", desk.text("Dit nummer is er niet, of het is niet van uw gemeente.")),))
    desk.viewed("view-processing", f"household {found.household}", households=[found.household])
    return _page(desk, found, ())


def _kind(desk: Desk) -> str:
    return "household" if desk.form.get("kind") == "household" else "case"


def _found(desk: Desk, kind: str, number: int) -> DataSubject | None:
    """The household, when it is of one of the user's municipalities."""
    found = data_subject(desk.cursor, **{kind: number})
    return found if found and found.municipality in desk.user.municipalities else None


def _page(desk: Desk, found: DataSubject | None, faults: tuple[tuple[str, str], ...]) -> Response:
    before = desk.form.get("before")
    after = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    lines = processing_of(desk.cursor, found.household, after, ROWS + 1) if found else []
    return desk.page(
        "office/processing.html",
        status=422 if faults else 200,
        found=found,
        lines=lines[:ROWS],
        words=dict(action_words(desk, [line.activity for line in lines])),
        before=lines[ROWS - 1].id if len(lines) > ROWS else None,
        kind=_kind(desk),
        number=desk.form.get("number"),
        faults=faults,
    )


PAGES: Final = (
    Page("processing", "/verwerkingen", "GET", ask_processing, AUDITORS),
    Page("processing-asked", "/verwerkingen", "POST", show_processing, AUDITORS, shows_person=True),
)
