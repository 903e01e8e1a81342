"""How much of a case does its page show at once? Of a home with hundreds of people, or years of work, a part.

A care home is one address, so one household. The page then shows those of whom there is something to do and what
happened last, says of each list how long it is, and has all of it when that is asked for: nothing is left out for good.
So it is with what one chooses from in a form. Whoever was chosen, and of whom something was typed, is always there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from signals.outreach.work.attempts import MadeAttempt
    from signals.outreach.work.dossier import Dossier, DossierArrears, DossierPerson, TimelineSignal
    from signals.outreach.work.history import HistoryLine
    from signals.outreach.work.referrals import Note, Referral
    from signals.web.desk import Form

SHOW: Final = "toon"
WHOLE: Final = "alles"
"""What the address of the page says to have everything, and a button of a form to have all one can choose from."""
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


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list of a form offers, as pairs of value and label; `of`: how many there are, when these are a part."""

    options: list[tuple[str, str]]
    of: int | None


def asks_for_all(form: Form) -> bool:
    """Whether the form was sent by the button that shows everything one can choose from: nothing is to be done."""
    return form.get(SHOW) == WHOLE


def choices_of(options: Sequence[tuple[str, str]], chosen: Collection[str], *, whole: bool) -> Choices:
    """The last of them in their order, and those that were chosen; all when they are few, or asked for as a whole."""
    if whole or len(options) <= PEOPLE:
        return Choices(list(options), None)
    first = len(options) - PEOPLE
    return Choices([one for n, one in enumerate(options) if n >= first or one[0] in chosen], len(options))


def extent_of(found: Dossier, *, whole: bool, sent_of: Collection[int] = ()) -> Extent:
    """The page's part of a dossier: all of it when it is small, or asked for as a whole.

    `sent_of`: persons of whom a form was sent that could not be saved; they are there with what was typed.
    """
    arrears = sorted(found.arrears, key=lambda one: not one.is_open)
    lists = {
        "persons": (found.persons, _first_people(found, sent_of)),
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


def _first_people(found: Dossier, sent_of: Collection[int]) -> Sequence[DossierPerson]:
    """Who is asked about and who has signals that count, before the others; all in the order in which they came up."""
    if len(found.persons) <= PEOPLE:
        return found.persons
    counting = {signal.person for signal in found.signals if signal.markable}

    def place(one: DossierPerson) -> tuple[bool, bool, bool]:
        return one.id not in sent_of, not (one.asked or one.asked_with), one.id not in counting

    return sorted(sorted(found.persons, key=place)[:PEOPLE], key=lambda one: one.id)
