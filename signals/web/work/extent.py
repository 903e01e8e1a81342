"""How much of a case does its page show at once? Of a home with hundreds of people, or years of work, a part.

A care home is one address, so one household. The page then shows those of whom there is something to do and what
happened last, says of each list how long it is, and has all of it when that is asked for: nothing is left out for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.work.attempts import MadeAttempt
    from signals.outreach.work.dossier import Dossier, DossierArrears, DossierPerson, TimelineSignal
    from signals.outreach.work.history import HistoryLine
    from signals.outreach.work.referrals import Note, Referral

WHOLE: Final = "alles"
"""What the address of the page says to have everything."""
PEOPLE: Final = 25
LINES: Final = 50


@dataclass(frozen=True, slots=True)
class Extent:
    """What a page shows of each list; `of` says how long those are that it shows a part of."""

    persons: Sequence[DossierPerson]
    arrears: Sequence[DossierArrears]  # those that are open first
    signals: Sequence[TimelineSignal]
    attempts: Sequence[MadeAttempt]
    referrals: Sequence[Referral]
    notes: Sequence[Note]
    history: Sequence[HistoryLine]
    of: dict[str, int]


def extent_of(found: Dossier, *, whole: bool) -> Extent:
    """The page's part of a dossier: all of it when it is small, or asked for as a whole."""
    arrears = sorted(found.arrears, key=lambda one: not one.is_open)
    lists = {
        "persons": (found.persons, _first_people(found)),
        "arrears": (arrears, arrears[:PEOPLE]),
        "signals": (found.signals, found.signals[-LINES:]),
        "attempts": (found.attempts, found.attempts[-LINES:]),
        "referrals": (found.referrals, found.referrals[-LINES:]),
        "notes": (found.notes, found.notes[-LINES:]),
        "history": (found.history, found.history[-LINES:]),
    }
    shown = {name: everything if whole else part for name, (everything, part) in lists.items()}
    of = {name: len(everything) for name, (everything, _) in lists.items() if len(shown[name]) < len(everything)}
    return Extent(**shown, of=of)  # type: ignore[arg-type]  # each list under its own name


def _first_people(found: Dossier) -> Sequence[DossierPerson]:
    """Who is asked about and who has signals that count, before the others; all in the order in which they came up."""
    if len(found.persons) <= PEOPLE:
        return found.persons
    counting = {signal.person for signal in found.signals if signal.markable}
    first = sorted(found.persons, key=lambda one: (not (one.asked or one.asked_with), one.id not in counting))[:PEOPLE]
    return sorted(first, key=lambda one: one.id)
