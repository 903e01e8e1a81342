"""What is an arrears, a household in trouble, and one thing told of it? The shapes that a simulated town is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from signals.simulation.habits import HABITS, Contract, Habit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.contract.partners import Partner
    from signals.simulation.dice import Dice
    from signals.simulation.money import HiddenState

Register = Literal["found", "moved-away", "deceased"]
BEFORE: Final = 11  # months that are lived without a word
_FIRST_YEAR, _LAST_YEAR = 2022, 2024  # domain.md section 6 has figures of these years


@dataclass(slots=True)
class Debt:
    """One arrears: what it is, and what its partner has told of it."""

    contract: Contract
    reference: str
    kind: str
    bill: int
    cents: int
    arisen_on: date
    card_home: int  # the number of the home in the partner's card file
    crisis: str | None = None
    told: int | None = None  # the amount last told
    told_crisis: str | None = None
    on_stream: bool = False  # told since the first month

    @property
    def partner(self) -> Partner:
        """Whom it is owed to."""
        return self.contract.partner

    @property
    def story(self) -> str | None:
        """Why it is worth another signal: a threat or a higher amount that was not told; None without either."""
        if self.crisis == self.habit.threat and self.told_crisis != self.crisis:
            return "threat"
        return "risen" if self.told is not None and self.cents > self.told else None

    @property
    def habit(self) -> Habit:
        """How that partner signals."""
        return HABITS[self.contract.partner.sector]

    def age_until(self, day: date, month: Month) -> None:
        """Make it as old on the day of its first signal as it was made for the first of that month."""
        if self.told is None:
            self.arisen_on += day - month.first


@dataclass(slots=True)
class Troubled:
    """A household in trouble."""

    number: int
    contracts: tuple[Contract, ...]
    lives_at: int
    state: HiddenState
    dice: Dice
    months: int = 0
    debts: list[Debt] = field(default_factory=list)
    debt_help: bool = False
    moved_away: bool = False
    dead: set[int] = field(default_factory=set)  # places in the household

    def register(self, debt: Debt) -> Register:
        """What the residents' register says of the person in whose name an arrears stands."""
        if debt.contract.person in self.dead:
            return "deceased"
        return "moved-away" if self.moved_away else "found"


class Told(NamedTuple):
    """One event of a partner with what is behind it, before it is written; in the order of sending."""

    sent: str
    id: str
    story: str
    type: str
    signalled_on: date
    debt: Debt
    cents: int
    crisis: str | None
    reason: str | None
    arisen_on: date
    card_home: int
    household: int
    lives_at: int
    state: HiddenState
    months: int
    open_arrears: int
    wrong_amount: bool
    untold: int
    register: Register
    debt_help: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The month that is lived: its first day, its place in the simulation, whether anybody hears of it."""

    first: date
    index: int

    @property
    def heard(self) -> bool:
        """Whether partners are heard."""
        return self.index >= 0

    @property
    def days(self) -> int:
        """How many days it has."""
        return (next_month(self.first) - self.first).days

    @property
    def year(self) -> int:
        """The year whose national figures count."""
        return min(max(self.first.year, _FIRST_YEAR), _LAST_YEAR)


def next_month(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def months_from(first: date, months: int) -> Iterator[Month]:
    """The months before, in which nobody is heard, and then so many months from `first` on."""
    at = first.year * 12 + first.month - 1 - BEFORE
    for index in range(-BEFORE, months):
        yield Month(date(at // 12, at % 12 + 1, 1), index)
        at += 1
