"""What does the review queue show besides its households? Who may be several persons, and what lies in quarantine.

Between `queues` and `outreach.review`. The forms beside each person are acts of its case (`acts`) that lead back here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from signals.outreach.review import QUARANTINE_AT_MOST, decided_home, doubt_page, in_quarantine
from signals.outreach.work_items import Key
from signals.web.texts import number_of, said

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.outreach.review import DecidedHome, DoubtfulHome
    from signals.web.desk import Desk

LACKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "only-name": said("Alleen de naam is gelijk: er zijn geen voorletters en geen geboortedatum."),
        "no-initials": said("Er zijn geen voorletters: ook een huisgenoot met deze naam kan bedoeld zijn."),
        "no-birth": said("Er is geen geboortedatum: ook een huisgenoot met deze voorletters kan bedoeld zijn."),
        "written-apart": said(
            "Dit telt nu als twee personen, want niet elke partner stuurde hetzelfde mee. Het verschil ziet u hier "
            "misschien niet. Niets spreekt tegen dat het één persoon is."
        ),
        "part-of-birth": said("De geboortedatum is niet helemaal bekend: van de maand of de dag weten partners niets."),
    }
)
"""Why it is not certain that partners mean the same person, by `outreach.review.Lack`."""
PLACE: Final = "zelfde-persoon"
_DECIDED: Final = "beslist"
_AGAIN: Final = "weer-open"
_TOLD: Final[Mapping[str, str]] = MappingProxyType(
    {"same-person": _DECIDED, "different-persons": _DECIDED, "undo-link": _AGAIN}
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands below the households of the review queue; `first` and `following` are addresses."""

    homes: tuple[DoubtfulHome, ...]
    first: str | None
    following: str | None
    quarantine: int
    beyond: bool  # more than are counted
    told: DecidedHome | None  # of which household the notice is


def told_at(act: str, case: int) -> str | None:
    """The id of the notice that says what was decided for a case; the household is named on the page alone."""
    return f"{_TOLD[act]}-{case}" if act in _TOLD else None


def _told(desk: Desk) -> DecidedHome | None:
    """The household that the notice is about; what was taken back cannot be taken back once more."""
    kind, _, case = desk.notice_at.rpartition("-")
    number = number_of(case)
    if kind not in _TOLD.values() or number is None:
        return None
    found = decided_home(desk.cursor, number, desk.user.municipalities, desk.user.id)
    return replace(found, person=None) if found and kind == _AGAIN else found


def beside_review(desk: Desk, municipalities: Collection[str], chosen: Mapping[str, str]) -> Beside:
    """For these municipalities; `chosen` is the filter of the queue, which the links keep."""
    after = Key.parse(desk.query.get("persons", ""))
    page = doubt_page(desk.cursor, municipalities, after)
    count = in_quarantine(desk.cursor, municipalities)
    here = desk.url("queue", queue="review", **chosen)
    following = page.next and desk.url("queue", queue="review", **chosen, persons=page.next.text)
    return Beside(
        page.homes,
        f"{here}#{PLACE}" if after else None,
        f"{following}#{PLACE}" if following else None,
        min(count, QUARANTINE_AT_MOST),
        count > QUARANTINE_AT_MOST,
        _told(desk),
    )
