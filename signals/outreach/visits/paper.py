"""What stands on a visiting list on paper? For a pair that goes without a phone; `printed` makes the PDF of it.

Of each address that is still to be visited what one needs at the door, as on the phone (`round`): no amount, no score,
nothing of a person but the name and who may be named to that person. Where nobody should go, nobody is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.outreach.visits.cards import cards_of
from signals.outreach.worklist import policies_of

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.letters.sender import Sender
    from signals.outreach.visits.lists import VisitList
    from signals.outreach.visits.round import Door, Round
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class PaperStop:
    """An address on paper.

    Attributes:
        door: What is known of it.
        number: Which one of those that are visited; households at one door have one number.
        no_card: Why no card with a name can be left, or None.
    """

    door: Door
    number: int
    no_card: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether one goes there."""
        return self.door.hindrance is None


@dataclass(frozen=True, slots=True)
class Paper:
    """A list on paper: `stops` are those that are still to be visited, in their order; `printed` is the day it is."""

    found: VisitList
    sender: Sender
    language: str
    printed: date
    stops: tuple[PaperStop, ...]

    @property
    def doors(self) -> int:
        """At how many doors one rings."""
        return len({one.door.stop.door for one in self.stops if one.is_open})

    @property
    def is_draft(self) -> bool:
        """Whether nobody released it yet."""
        return self.found.state == "proposed"


def paper_of(cursor: Cursor, of: Round, language: str, *, today: date) -> Paper:
    """The list as it is to be printed on the day it is, its words in one of `letter.LANGUAGES`. Reading only."""
    found = of.list
    policy = policies_of(cursor, [found.wish.municipality]).in_force(found.wish.municipality, today)
    no_card = {} if found.state == "proposed" else cards_of(cursor, of, language, today=today).codes
    stops = [PaperStop(door, door.number, no_card.get(door.stop.id)) for door in of.ahead]
    return Paper(found, policy.sender, language, today, tuple(stops))
