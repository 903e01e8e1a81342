"""What happens in a town, month after month? Households get into trouble, fall deeper, move, pay; partners tell of it.

The months before the first one are lived too, without a word, so that a town begins with the trouble it always has.
Of what was not told since the first month, nothing is told but a rise or a threat: who reads
the events from there on sees the same number of cases in the first month as later.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from signals.simulation import money
from signals.simulation.dice import Dice, chosen, total
from signals.simulation.habits import END_OF_DELIVERY, HABITS, SECTOR_SHARES, contracts, is_silent, workday
from signals.simulation.homes import households_of
from signals.simulation.residents import household, rents
from signals.simulation.trouble import Debt, Told, Troubled, next_month

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signals.simulation.habits import Contract
    from signals.simulation.money import Shock
    from signals.simulation.residents import Household
    from signals.simulation.towns import Town
    from signals.simulation.trouble import Month


# Households that get into trouble, by month and 1,000 inhabitants.
_NEW_TROUBLE: Final[Mapping[int, float]] = {2022: 1.3, 2023: 1.57, 2024: 1.75}
_MORE_AT_ONCE: Final = 0.052  # the trouble of so many begins with more than one arrears in a month
_HOW_MANY_MORE: Final = {1: 87.5, 2: 8.0, 3: 4.5}
# Signals that end before a case, in percent of the households that get into trouble.
_PASSING: Final[Mapping[int, Mapping[str, float]]] = {
    2022: {"threshold": 6.5, "window": 6.5, "objected": 2.5, "company": 5.0, "moved-away": 3.2},
    2023: {"threshold": 6.5, "window": 6.5, "objected": 2.5, "company": 5.0, "moved-away": 3.2},
    2024: {"threshold": 4.5, "window": 4.5, "objected": 1.5, "company": 4.0, "moved-away": 2.7},
}
_MOVES: Final = 0.012  # of a household in trouble, by month
_FORGOTTEN: Final = 0.6  # of those that left: their partners signal no more, by month
_LEAVES_TOWN: Final = 0.3  # of those that move
_WRONG_AMOUNT: Final = 0.006  # of the signals have ten times the amount and are corrected some days later
_AGAIN_SOON: Final = 0.04  # of the signals are sent again within the month, unchanged
_CAUGHT_UP: Final = 10  # the day of the month by which a partner that was silent has told everything
_MOST_CENTS: Final = 90_000_000  # below the most that an event may hold
_DIES: Final[Mapping[bool, float]] = {False: 0.0004, True: 0.004}  # by month, below 67 and from 67 on
_REASONS: Final = {"paid": 76.0, "arrangement": 22.0, "wrongful": 2.0}
_ENDS: Final = {"moved-away": "moved", "deceased": "deceased"}
_ROOM: Final = (1.0, 1.05, 0.7, 0.5, 0.5, 0.0)  # for another arrears beside so many: few bills are left to miss
_MOST_TRIES: Final = 60  # to find a household; a town of three people may have none left
# Rows of numbers that fall evenly between 0 and 1 (Roberts, 2018), as whole numbers of 64 bits: a small town has its
# share of every sector as well.
_SECTOR, _MORE, _SPREAD = range(3)
_EVEN: Final = (0xD1B54A32D192ED03, 0xABC98388FB8FAC03, 0x8CB92BA72F3D8DD7)
_MASK: Final = 0xFFFFFFFFFFFFFFFF


class Life:
    """The households of one town that are in trouble, and what their partners tell."""

    def __init__(self, town: Town, first: date, seed: int, shocks: tuple[Shock, ...], *, steady: bool) -> None:
        self.town = town
        self.seed = seed
        self.name = f"{town.code}-{first:%Y%m}-{seed}"
        self._shocks = shocks
        self._steady = steady
        self._troubled: dict[int, Troubled] = {}
        self._gone: set[int] = set()  # who moved, or lost somebody, gets into no new trouble
        self._households = households_of(town)
        self._year = first.year
        self._dice = Dice(seed, town.code, "life", first.isoformat())
        self._begun = 0.0
        self._passed: dict[str, float] = {}
        self._even = [self._dice.between(0, _MASK) for _ in _EVEN]
        self._made = 0
        self._vacant = self._households

    def live(self, month: Month) -> Iterator[Told]:
        """Live one month."""
        worse = money.strain(self._shocks, month.first)
        for number in list(self._troubled):
            one = self._troubled[number]
            yield from self._go_on(one, month, worse)
            if not one.debts:
                del self._troubled[number]
                if one.moved_away or one.dead or one.lives_at != number:
                    self._gone.add(number)
        yield from self._begin(month)
        if month.heard:
            yield from self._pass_by(month)

    # One household

    def _go_on(self, one: Troubled, month: Month, worse: float) -> Iterator[Told]:
        one.months += 1
        turn = money.next_state(one.state, one.dice, worse)
        if turn == money.OUT:
            for debt in list(one.debts):
                yield from self._pay(one, debt, month)
            return
        one.state = turn
        chances = money.MONTHS[turn]
        one.debt_help = one.debt_help or one.dice.chance(chances.helped)
        yield from self._move_or_die(one, month)
        for debt in list(one.debts):
            if one.dice.chance(chances.paid):
                yield from self._pay(one, debt, month)
            else:
                yield from self._age(one, debt, month, chances)
        if self._evenly(_SPREAD) < chances.spreads * worse * _ROOM[min(len(one.debts), len(_ROOM) - 1)]:
            yield from self._new_debt(one, month, "spread", one.dice.share())

    def _pay(self, one: Troubled, debt: Debt, month: Month) -> Iterator[Told]:
        """An arrears ends, mostly because it is paid."""
        reason = self._reason(one, debt)
        yield from self._end(one, debt, month, reason if one.dice.chance(debt.habit.tells_payment) else None)

    @staticmethod
    def _reason(one: Troubled, debt: Debt) -> str:
        """Why a partner withdraws what it told, when the arrears is no more."""
        return _ENDS.get(one.register(debt)) or one.dice.weighted(_REASONS)

    def _end(self, one: Troubled, debt: Debt, month: Month, reason: str | None) -> Iterator[Told]:
        """An arrears is no more; with a reason, its partner withdraws what it told."""
        one.debts.remove(debt)
        if reason and debt.on_stream:
            yield self._tell(one, debt, "withdrawn", self._day(debt, month, one.dice), reason)

    def _age(self, one: Troubled, debt: Debt, month: Month, chances: money.Chances) -> Iterator[Told]:
        dice, habit = one.dice, debt.habit
        if dice.chance(chances.grows):
            debt.cents = min(debt.cents + int(debt.bill * chances.missed), _MOST_CENTS)
        if debt.crisis in {None, "end-of-delivery"} and dice.chance(chances.threatens):
            debt.crisis = habit.threat
        elif debt.crisis == habit.threat and dice.chance(0.25):
            debt.crisis = None
        if (month.first - debt.arisen_on).days >= habit.until:
            return
        story = debt.story
        if dice.chance(habit.again_risen if story else habit.again):
            if story or debt.on_stream:
                yield from self._report(one, debt, month, story or "repeat")
        elif story and debt.on_stream and dice.chance(habit.tells_change):
            yield self._tell(one, debt, "changed", self._day(debt, month, one.dice))

    def _move_or_die(self, one: Troubled, month: Month) -> Iterator[Told]:
        if one.moved_away and one.dice.chance(_FORGOTTEN):
            one.debts.clear()
        if not one.moved_away and one.dice.chance(_MOVES):
            yield from self._move(one, month)
        if month.heard and not one.moved_away:
            yield from self._mourn(one, month)

    def _move(self, one: Troubled, month: Month) -> Iterator[Told]:
        one.moved_away = leaves = one.dice.chance(_LEAVES_TOWN)
        if not leaves:
            one.lives_at = self._vacant
            self._vacant += 1
        for debt in list(one.debts):
            if one.dice.chance(debt.habit.keeps_old_address):
                continue
            if not leaves:
                debt.card_home = one.lives_at
            elif one.dice.chance(0.5):
                yield from self._end(one, debt, month, "moved")

    def _mourn(self, one: Troubled, month: Month) -> Iterator[Told]:
        """Somebody may die; the partners hear of it one by one."""
        for place, person in enumerate(self._household(one.number).adults):
            old = self._year - int(person.born[:4]) >= 67
            if place in one.dead or not one.dice.chance(_DIES[old]):
                continue
            one.dead.add(place)
            for debt in [debt for debt in one.debts if debt.contract.person == place]:
                if one.dice.chance(0.6):
                    yield from self._end(one, debt, month, "deceased")

    # New arrears

    def _begin(self, month: Month) -> Iterator[Told]:
        """The households that get into trouble in this month."""
        year, first = month.year, month.first
        shares = {
            sector: share * money.pressure(self._shocks, sector, first) for sector, share in SECTOR_SHARES[year].items()
        }
        usual = total(share * money.pressure((), sector, first) for sector, share in SECTOR_SHARES[year].items())
        heavier = total(shares.values()) / usual
        season = money.SEASONS[first.month - 1]
        self._begun += self.town.inhabitants / 1000 * _NEW_TROUBLE[year] * self.town.level * season * heavier
        while self._begun >= 1:
            self._begun -= 1
            yield from self._fall(month, shares)

    def _evenly(self, row: int) -> float:
        self._even[row] = (self._even[row] + _EVEN[row]) & _MASK
        return (self._even[row] >> 11) * 2.0**-53

    def _fall(self, month: Month, shares: Mapping[str, float]) -> Iterator[Told]:
        sector_at, more_at = self._evenly(_SECTOR), self._evenly(_MORE)
        found = self._somebody(chosen(shares, sector_at))
        if found is None:
            return
        number, pays, contract = found
        dice = Dice(self.seed, self.town.code, "household", number, month.first.isoformat())
        one = Troubled(number, pays, number, money.start_of_trouble(dice), dice)
        self._troubled[number] = one
        yield from self._owe(one, contract, month, "first")
        for _ in range(dice.weighted(_HOW_MANY_MORE) if more_at < _MORE_AT_ONCE else 0):
            yield from self._new_debt(one, month, "first", dice.share())

    def _somebody(self, sector: str) -> tuple[int, tuple[Contract, ...], Contract] | None:
        """A household that is not in trouble, whom it pays, and its contract of that sector."""
        for _ in range(_MOST_TRIES):
            number = self._dice.between(0, self._households - 1)
            if number in self._troubled or number in self._gone:
                continue
            if sector == "housing" and not rents(self.town, number, seed=self.seed):
                continue
            pays = contracts(self._household(number), self.seed)
            if found := [one for one in pays if one.partner.sector == sector]:
                return number, pays, self._dice.pick(found)
        return None

    def _new_debt(self, one: Troubled, month: Month, story: str, at: float) -> Iterator[Told]:
        """Trouble spreads to a contract that has no arrears yet."""
        owed = {debt.contract for debt in one.debts}
        free = [contract for contract in one.contracts if contract not in owed and contract.person not in one.dead]
        if free and not one.moved_away:
            shares: dict[str, float] = {}
            for contract in free:
                sector = contract.partner.sector
                shares[sector] = SECTOR_SHARES[month.year][sector] * money.pressure(self._shocks, sector, month.first)
            sector = chosen(shares, at)
            contract = one.dice.pick([contract for contract in free if contract.partner.sector == sector])
            yield from self._owe(one, contract, month, story)

    def _owe(self, one: Troubled, contract: Contract, month: Month, story: str) -> Iterator[Told]:
        debt = self._debt(one, contract, month)
        one.debts.append(debt)
        yield from self._report(one, debt, month, story)

    def _debt(self, one: Troubled, contract: Contract, month: Month) -> Debt:
        self._made += 1
        dice, chances = one.dice, money.MONTHS[one.state]
        sector, habit = contract.partner.sector, HABITS[contract.partner.sector]
        dearer = 1.0 + total(shock.rise(month.first) for shock in self._shocks if shock.sector == sector)
        ends = sector == "energy" and dice.chance(END_OF_DELIVERY)
        (low, high), (least, most) = habit.first, chances.amounts
        return Debt(
            contract=contract,
            reference=f"{contract.partner.id[:2].upper()}-{self.name}-{self._made:06}",
            kind=dice.pick(habit.kinds),
            bill=int(dice.between(*habit.bill) * dearer),
            cents=int((low + (high - low) * (least + (most - least) * dice.share())) * dearer),
            arisen_on=month.first - timedelta(days=dice.between(*chances.arisen)),
            card_home=one.lives_at,
            crisis="end-of-delivery" if ends else None,
        )

    # What is told

    def _report(self, one: Troubled, debt: Debt, month: Month, story: str) -> Iterator[Told]:
        """A partner signals an arrears, and sometimes tells more of it in the same month."""
        paid_soon = one.dice.chance(money.MONTHS[one.state].paid_soon)
        if not month.heard:
            debt.told, debt.told_crisis = debt.cents, debt.crisis
            if paid_soon:
                one.debts.remove(debt)
            return
        dice, right, day = one.dice, debt.cents, self._day(debt, month, one.dice, in_time=True)
        debt.age_until(day, month)
        last = self._last(debt, month, day)
        wrong = right <= _MOST_CENTS // 10 and day < last and dice.chance(_WRONG_AMOUNT)
        debt.cents = right * 10 if wrong else right
        told = self._tell(one, debt, story, day)._replace(wrong_amount=wrong)
        yield told
        debt.cents = right
        if day == last:  # what followed could come before it
            return
        if wrong:
            yield self._follow(one, told, "corrected", 4, last)
        elif paid_soon:
            one.debts.remove(debt)
            if dice.chance(debt.habit.tells_payment):
                yield self._follow(one, told, "withdrawn", 16, last)
        elif story != "repeat" and dice.chance(_AGAIN_SOON):
            yield self._follow(one, told, "repeat", 12, last)

    def _follow(self, one: Troubled, before: Told, story: str, within: int, last: date) -> Told:
        """What a partner tells some days later of an arrears; it is sent later as well."""
        left = (last - before.signalled_on).days
        day = before.signalled_on + timedelta(days=one.dice.between(1, min(within, left)))
        day = workday(day, before.signalled_on + timedelta(days=1), last, one.dice)
        told = self._tell(
            one, before.debt, story, day, self._reason(one, before.debt) if story == "withdrawn" else None
        )
        if told.sent > before.sent:
            return told
        return told._replace(sent=f"{date.fromisoformat(before.sent[:10]) + timedelta(days=1)}{told.sent[10:]}")

    def _tell(self, one: Troubled, debt: Debt, story: str, day: date, reason: str | None = None) -> Told:
        debt.told, debt.told_crisis, debt.on_stream = debt.cents, debt.crisis, True
        return self._event(one, debt, day, story, reason)

    def _day(self, debt: Debt, month: Month, dice: Dice, *, in_time: bool = False) -> date:
        """The day of which an event speaks; a silent partner catches up in the first days of the next month.

        `in_time` is before the last day on which the sector may signal, but for what a silence holds back.
        """
        if self._is_silent(debt, month.index):
            return next_month(month.first) + timedelta(days=dice.between(0, 4))
        first = _CAUGHT_UP + 1 if self._is_silent(debt, month.index - 1) else 1
        left = debt.habit.until - (month.first - debt.arisen_on).days if in_time else month.days
        last = max(first, min(month.days, left))
        day = month.first.replace(day=dice.between(first, last))
        return workday(day, month.first.replace(day=first), month.first.replace(day=last), dice)

    def _last(self, debt: Debt, month: Month, day: date) -> date:
        """Until when something may follow that belongs to the same month: what the next one brings comes after it."""
        in_time = max(day, debt.arisen_on + timedelta(days=debt.habit.until))
        if self._is_silent(debt, month.index):
            return min(day.replace(day=_CAUGHT_UP), in_time)
        return min(next_month(month.first) - timedelta(days=1), in_time)

    def _is_silent(self, debt: Debt, month: int) -> bool:
        return not self._steady and is_silent(debt.partner, month, self.seed)

    def _event(self, one: Troubled, debt: Debt, day: date, story: str, reason: str | None = None) -> Told:
        self._made += 1
        dice = one.dice
        late = timedelta(days=dice.between(1, 12) if dice.chance(debt.habit.late) else 0)
        if late and (day + late).weekday() > 4:
            late += timedelta(days=2)
        clock = f"{dice.between(6, 18):02}:{dice.between(0, 59):02}:{dice.between(0, 59):02}"
        return Told(
            sent=f"{day + late}T{clock}Z",
            id=f"{self.name}-{self._made:06}",
            story=story,
            type="withdrawn" if reason else "changed" if story in {"changed", "corrected"} else "reported",
            signalled_on=day,
            debt=debt,
            cents=debt.cents,
            crisis=debt.crisis,
            reason=reason,
            arisen_on=debt.arisen_on,
            card_home=debt.card_home,
            household=one.number,
            lives_at=one.lives_at,
            state=one.state,
            months=one.months,
            open_arrears=len(one.debts),
            wrong_amount=False,
            untold=sum(other.story is not None for other in one.debts if other is not debt),
            register=one.register(debt),
            debt_help=one.debt_help,
        )

    # Signals that end before a case

    def _pass_by(self, month: Month) -> Iterator[Told]:
        """Signals about people who are in no trouble, or whom the town does not approach."""
        scale = self.town.inhabitants / 1000 * _NEW_TROUBLE[month.year] * self.town.level / 100
        for story, percent in _PASSING[month.year].items():
            due = self._passed.get(story, 0.5) + percent * scale
            while due >= 1:
                due -= 1
                yield from self._passing(month, story)
            self._passed[story] = due

    def _passing(self, month: Month, story: str) -> Iterator[Told]:
        sector = self._dice.weighted(SECTOR_SHARES[month.year] if story != "threshold" else {"water": 3, "energy": 1})
        found = self._somebody("energy" if story == "company" else sector)
        if found is None:
            return
        number, pays, contract = found
        dice = Dice(self.seed, self.town.code, story, number, month.first.isoformat())
        one = Troubled(number, pays, number, "tight", dice)
        debt = self._debt(one, contract, month)
        debt.crisis = None
        one.debts.append(debt)
        if story == "moved-away":
            one.moved_away = True
            self._gone.add(number)
        elif story == "threshold":
            debt.cents = dice.between(1500, 4899)
        day = self._day(debt, month, dice)
        debt.age_until(day, month)
        if story == "window":
            debt.arisen_on = day - timedelta(days=dice.between(8, 29))
        yield self._event(one, debt, day, story)

    def _household(self, number: int) -> Household:
        return household(self.town, number, seed=self.seed, year=self._year)
