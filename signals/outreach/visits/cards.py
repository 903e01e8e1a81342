"""Which cards does a pair take along, to whom, and where is none to be left? The card of the letter set, by stop.

One card to one addressee, chosen as for a letter (`letters.addressees`); it names no partner, so that no housemate
learns anything of it. Where a card cannot be right, none is made, and the stop is named with a code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from signals.outreach.letters.addressees import writable_at
from signals.outreach.letters.block import AddressBlock
from signals.outreach.letters.choosing import places_at
from signals.outreach.letters.codes import CODES
from signals.outreach.letters.letter import Letter
from signals.outreach.letters.typeset import typeset
from signals.outreach.visits.words import WHY_NOT
from signals.outreach.work.steps import answered_by
from signals.outreach.worklist import policies_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from signals.outreach.letters.addressees import Addressee, Writable
    from signals.outreach.policy import Policy
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.visits.round import Door, Round
    from signals.store.database import Cursor

NOT_RELEASED: Final = "not-released"
CARD_CODES: Final[Mapping[str, tuple[str, str]]] = {
    **CODES,
    **WHY_NOT,
    NOT_RELEASED: ("de lijst is nog niet vrijgegeven", "the list was not released yet"),
}
"""Why there is no card for a stop, in words: what stands in the way of the visit, or of a letter."""
_IN_REVIEW: Final = """
SELECT household_id, min(letter_fault) FROM cases
WHERE household_id = ANY(%s) AND state = 'open' AND letter_fault IS NOT NULL GROUP BY household_id
"""


@dataclass(frozen=True, slots=True)
class Card:
    """The card for a stop; `persons`: the numbers of whom it is for, as partners wrote of this person."""

    stop: ListedStop
    persons: tuple[int, ...]
    letter: Letter


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of a list in its order, and the stops without one: why is a code of `CARD_CODES`."""

    made: tuple[Card, ...]
    left_out: tuple[tuple[ListedStop, str], ...]

    @property
    def codes(self) -> dict[int, str]:
        """Why each stop that has none has none, by its number."""
        return {stop.id: code for stop, code in self.left_out}


def cards_of(cursor: Cursor, of: Round, language: str, *, today: date) -> Cards:
    """The cards for the stops that are still to be visited, on the day it is. Reading only.

    What a person did not release concerns nobody yet: of such a list there are no cards.
    """
    found = of.list
    if found.state == "proposed":
        return Cards((), tuple((door.stop, NOT_RELEASED) for door in of.ahead))
    homes = {door.stop.household for door in of.ahead}
    policy = policies_of(cursor, [found.wish.municipality]).in_force(found.wish.municipality, today)
    where = {home: written for home, *_, written in places_at(cursor, list(homes))}
    desk = _Desk(found, language, policy, writable_at(cursor, homes), where, _in_review(cursor, homes))
    made = [(door.stop, desk.card(door)) for door in of.ahead]
    return Cards(
        tuple(card for _, card in made if isinstance(card, Card)),
        tuple((stop, card) for stop, card in made if isinstance(card, str)),
    )


def print_cards(cards: Cards, folder: Path | None = None) -> bytes:
    """All cards as one PDF, a page for each. `folder` and errors as in `typeset`; there must be a card."""
    return typeset([one.letter for one in cards.made], folder).pdf


def _in_review(cursor: Cursor, homes: Collection[int]) -> dict[int, str]:
    """By household why its letters stand in review."""
    return dict(cursor.execute(_IN_REVIEW, (sorted(homes),)).fetchall())


@dataclass(frozen=True, slots=True)
class _Desk:
    """What was read of all stops, to decide stop by stop."""

    found: VisitList
    language: str
    policy: Policy
    writable: Mapping[int, Writable]
    where: Mapping[int, tuple[str | None, str | None]]  # street and city
    in_review: Mapping[int, str]

    def card(self, door: Door) -> Card | str:
        """The card for this stop, or why there is none."""
        stop = door.stop
        writable = self.writable[stop.household]
        if code := door.hindrance or self.in_review.get(stop.household) or writable.fault:
            return code
        return _first_able(Card(stop, one.persons, self._letter(stop, one)) for one in writable.addressees)

    def _letter(self, stop: ListedStop, to: Addressee) -> Letter:
        street, city = self.where[stop.household]
        block = AddressBlock.of(
            name=to.name,
            street=street,
            number=stop.number,
            suffix=stop.suffix,
            postcode=stop.postcode,
            city=city,
        )
        day = self.found.wish.on_day
        return Letter(
            number=f"stop-{stop.id}",
            kind="card",
            language=self.language,
            block=block,
            salutation="",
            partners=(),  # whatever texts a municipality wrote
            date=day,
            answer_by=answered_by(day, self.policy, day),
            sender=replace(self.policy.sender, double_sided=False),
        )


def _first_able(cards: Iterable[Card]) -> Card | str:
    """The first that can be printed, or the fault of the first."""
    faults = []
    for one in cards:
        if one.letter.fault is None:
            return one
        faults.append(one.letter.fault)
    return faults[0]
