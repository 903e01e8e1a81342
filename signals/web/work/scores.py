"""What does the page of a case say of its score: by what it is given, what it means, and what would change it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.case_score import case_scores
from signals.outreach.learning.advice import advised_times
from signals.outreach.reasons import part_of
from signals.web.texts import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.outreach.case_score import CaseScore
    from signals.outreach.learning.advice import BestTime
    from signals.outreach.work.dossier import Dossier
    from signals.scoring.score import Contribution
    from signals.web.desk import Desk

_OF_WHOM: Final = {
    "": said("{reason}"),
    "model": said("{reason} (model)"),
    "framework": said("{reason} (afwegingskader)"),
}


def scores_of(desk: Desk, found: Dossier) -> dict[int, CaseScore]:
    """By case."""
    return case_scores(desk.cursor, found.household, [one.id for one in found.cases], found.book)


def times_of(desk: Desk, found: Dossier) -> tuple[BestTime, ...]:
    """When contact is likely, where there is something to do and a model that says so."""
    if not found.case.is_worked:
        return ()
    return advised_times(desk.cursor, found.household, found.municipality, found.book, desk.today)


def reasons_of(desk: Desk, contributions: Iterable[Contribution]) -> list[tuple[str, str]]:
    """Each reason with its points, with a sign; of a blend with whose it is."""
    return [
        (
            desk.text(_OF_WHOM[part_of(one.criterion)[0]], reason=one.en if desk.language == "en" else one.nl),
            signed(one.points),
        )
        for one in contributions
    ]


def signed(points: int) -> str:
    """+12, −5 or 0."""
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"
