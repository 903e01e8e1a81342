"""What would residents do when the municipality writes, calls or stands at the door?

Beside the walk, for whoever must act on a simulated town: a demonstration, the planning of visits, a score that says
who can be reached, reports. Every household has a hidden temper: when it is at home, what it does with post and
phone, whether it trusts the municipality, whether it wants help. The temper gives the chances, and a throw that
follows from seed, household, period and attempt alone decides; so what would have happened otherwise can be asked
too, and a likelier contact reaches everybody whom a less likely one reaches.

Levels and where they are from (domain.md sections 6 and 9, that is Divosa Monitor Vroegsignalering, HvA, Roermond):

==========================================  ==========  =========================================================
what                                        level       source
==========================================  ==========  =========================================================
reached by one letter                       18%         such that 350 letters and 40 visits reach 20% (2023, 2024)
reached by a first home visit               36%         "a little over a third"
the same, announced                         41%         Roermond
visits, calls, mail, WhatsApp: 6 attempts   80%         Amsterdam
simplified letter, chronic late payer       +5 points   HvA
accepted, of those reached                  39/35/31%   2022, 2023, 2024
call 28%, text message 20%, mail 10%,       (made up)   such that the combination of Amsterdam reaches 80%
card 8%, appointment 60%, other 10%
tempers, what a state does, payments        (made up)   `TEMPERS`, `STATES`
==========================================  ==========  =========================================================

A level is the mean over all tempers, parts of the day and the states of `STATES`; the tempers only say how much one
household differs from another. `react` takes for granted that the contact goes to where the household lives;
`react_to` knows from the truth file who has died or left the municipality.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from math import fsum  # rounds once, so the same on every Python; `sum` does so from 3.12 on only
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY
from signals.reports.national import ALMELO_A_MONTH, NATIONAL
from signals.simulation.dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEVELS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "letter": 0.18,
        "home-visit": 0.36,
        "call": 0.28,
        "text-message": 0.20,
        "mail": 0.10,
        "card": 0.08,
        "appointment": 0.60,  # who comes to one has said so before
        "other": 0.10,
        "unknown": 0.10,
        "administrative": 0.0,  # a note in the file: nobody is approached
    }
)
"""Kind of contact → the share of households that one such contact reaches."""

ACCEPTED: Final = NATIONAL["accepted"]  # of those reached, by year; earlier and later years as the nearest
ANNOUNCED_LIFT: Final = 0.05 / 0.64  # of those whom a visit misses, so that 36% becomes 41%
SIMPLIFIED_POINTS: Final = 0.05
CHRONIC_MONTHS: Final = 6  # (made up) from here on somebody is a chronic late payer
FAMILIAR_LIFT: Final = 0.5  # (made up) of those missed: who spoke with us before is found again
FORETOLD: Final = 1.05  # (made up) a visit after a letter, card or message that was read
PAYS_UNASKED: Final = 0.5  # (made up) who noticed nothing pays half as often
_MOST: Final = 0.95  # nothing is certain

_WRITTEN: Final = frozenset({"letter", "card", "mail", "text-message"})
_GONE: Final = frozenset({"moved-away", "deceased"})


@dataclass(frozen=True, slots=True)
class State:
    """What a household's money does to its reactions, beside the mean; `share` is its part of those approached."""

    share: float
    reads: float
    accepts: float
    pays: float  # the chance itself, of a household that noticed the contact


STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        "tight": State(0.30, 1.05, 0.80, 0.40),
        "slipping": State(0.33, 1.00, 1.00, 0.28),
        "sinking": State(0.24, 0.95, 1.25, 0.10),
        "crisis": State(0.09, 0.90, 1.45, 0.04),
        "recovering": State(0.04, 1.05, 0.75, 0.45),
    }
)
"""Hidden state → what it does (made up)."""


@dataclass(frozen=True, slots=True)
class Temper:
    """What a household is like; it does not change from month to month."""

    rhythm: str
    post: str
    phone: str
    trust: str
    help: str


TEMPERS: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "rhythm": {"works-by-day": 0.46, "at-home": 0.28, "works-shifts": 0.16, "seldom-home": 0.10},
        "post": {"opens": 0.40, "piles-up": 0.35, "leaves-closed": 0.25},
        "phone": {"answers": 0.40, "calls-back": 0.35, "never": 0.25},
        "trust": {"low": 0.30, "some": 0.45, "much": 0.25},
        "help": {"wants": 0.30, "unsure": 0.40, "alone": 0.30},
    }
)
"""Trait → the share of households with each temper (made up)."""

# How much likelier or less likely than others (made up); only the proportions count.
_AT_HOME: Final = {
    "works-by-day": {"morning": 0.15, "afternoon": 0.20, "evening": 0.75},
    "at-home": {"morning": 0.62, "afternoon": 0.58, "evening": 0.62},
    "works-shifts": {"morning": 0.50, "afternoon": 0.45, "evening": 0.35},
    "seldom-home": {"morning": 0.12, "afternoon": 0.14, "evening": 0.22},
}
_ON_THE_PHONE: Final = {"morning": 0.9, "afternoon": 1.0, "evening": 1.1}
_POST: Final = {"opens": 1.6, "piles-up": 0.8, "leaves-closed": 0.15}
_PHONE: Final = {"answers": 1.5, "calls-back": 0.9, "never": 0.25}
_TRUST: Final = {"low": 0.30, "some": 1.05, "much": 1.3}
_HELP: Final = {"wants": 1.6, "unsure": 1.0, "alone": 0.4}
# Of those not reached by it: who has read or seen it all the same (made up).
_NOTICED: Final = {
    "letter": {"opens": 0.95, "piles-up": 0.6, "leaves-closed": 0.1},
    "card": {"opens": 0.9, "piles-up": 0.7, "leaves-closed": 0.3},
    "mail": {"opens": 0.6, "piles-up": 0.3, "leaves-closed": 0.1},
    "text-message": {"opens": 0.85, "piles-up": 0.7, "leaves-closed": 0.5},
}


@dataclass(frozen=True, slots=True)
class Contact:
    """One attempt to reach a household.

    Attributes:
        channel: a key of `contract.codes.CONTACT_KINDS`.
        part_of_day: a key of `contract.codes.PARTS_OF_DAY`, or None when it is not known.
        attempt: its number among the attempts of this case, from 1; each has a throw of its own.
        announced: a visit at a time that was told beforehand.
        simplified: a letter in plain words, with one clear step.
        period: the case's matching period; another period has throws of its own.

    Raises:
        ValueError: the channel or part of the day is no such code, or the attempt is below 1.
    """

    channel: str
    part_of_day: str | None = None
    attempt: int = 1
    announced: bool = False
    simplified: bool = False
    period: str = ""

    def __post_init__(self) -> None:
        """Refuse what no table of this module knows."""
        if self.channel not in CONTACT_KINDS:
            raise ValueError(f"channel {self.channel!r} is unknown; it is one of {', '.join(CONTACT_KINDS)}")
        if self.part_of_day is not None and self.part_of_day not in PARTS_OF_DAY:
            raise ValueError(f"part of day {self.part_of_day!r} is unknown; it is one of {', '.join(PARTS_OF_DAY)}")
        if self.attempt < 1:
            raise ValueError("an attempt has a number from 1")


@dataclass(frozen=True, slots=True)
class Chances:
    """What is behind a reaction, each from 0 to 1, for whoever knows what became of the attempts before.

    Accepting and paying are decided once a period: who was reached in it and refused accepts no later attempt of it
    either (0), and who accepted does so again (1). Who did not pay though the contact was noticed does not pay after a
    later attempt; who noticed nothing then may still.

    Attributes:
        reached: that the household is spoken with, or answers.
        noticed: that one who is not reached has seen or read it.
        accepted: that one who is reached accepts help.
        paid: that one who noticed it and accepts no help pays within four weeks.
        paid_unnoticed: the same of one who noticed nothing.
    """

    reached: float
    noticed: float
    accepted: float
    paid: float
    paid_unnoticed: float


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the household did after one contact; a caller stops approaching who accepted or paid.

    `noticed` is true of everybody reached; who accepts help is not `paid`; `paid_after` is in days, or None.
    """

    reached: bool
    noticed: bool
    accepted: bool
    paid: bool
    paid_after: int | None


def temper_of(household: str, *, seed: int) -> Temper:
    """What the household (its id in the truth file) is like."""
    dice = Dice(seed, "temper", household)
    return Temper(**{trait: dice.weighted(shares) for trait, shares in TEMPERS.items()})


def react(
    household: str,
    hidden_state: str,
    contact: Contact,
    *,
    seed: int,
    before: Sequence[Contact] = (),
    months_troubled: int = 0,
    year: int = 2024,
) -> Reaction:
    """What the household does after `contact`; the same arguments give the same answer on any machine.

    Args:
        household: the household's id, as in the truth file.
        hidden_state: a key of `STATES`, as in the truth file.
        contact: this attempt.
        seed: of the simulation.
        before: the earlier attempts of the same case, in order, each with a number of its own.
        months_troubled: as in the truth file.
        year: whose share of accepted help counts.

    Raises:
        KeyError: the state is none of `STATES`.
    """
    approached = _Approached(household, temper_of(household, seed=seed), STATES[hidden_state], months_troubled, year)
    return _story(approached, (*before, contact), seed)[-1][1]


def react_to(
    truth: Mapping[str, Any], contact: Contact, *, seed: int, before: Sequence[Contact] = (), year: int = 2024
) -> Reaction:
    """`react` of the household that a row of the truth file is about; nobody, where it has moved away or died.

    The caller chooses the address, and answers for it: where `errors` of the row holds `old-address`, a contact at the
    address of the event misses, and is no contact to ask about; `address` of the row is where the household lives.
    """
    if truth["register"] in _GONE:
        return Reaction(reached=False, noticed=False, accepted=False, paid=False, paid_after=None)
    months = truth["months_troubled"]
    household, state = truth["household"], truth["hidden_state"]
    return react(household, state, contact, seed=seed, before=before, months_troubled=months, year=year)


def chances(
    household: str,
    hidden_state: str,
    contact: Contact,
    *,
    seed: int,
    before: Sequence[Contact] = (),
    months_troubled: int = 0,
    year: int = 2024,
) -> Chances:
    """The chances behind `react` with the same arguments, given what became of the attempts `before`."""
    approached = _Approached(household, temper_of(household, seed=seed), STATES[hidden_state], months_troubled, year)
    past = _story(approached, before, seed)
    return _given(_odds(approached, contact, past), [told for one, told in past if one.period == contact.period])


@dataclass(frozen=True, slots=True)
class _Approached:
    """A household with all that decides how it reacts."""

    household: str
    temper: Temper
    state: State
    months_troubled: int
    year: int


_Past = list[tuple[Contact, Reaction]]


def _story(approached: _Approached, contacts: Sequence[Contact], seed: int) -> _Past:
    """Every contact with what followed, one after the other."""
    past: _Past = []
    for contact in contacts:
        past.append((contact, _thrown(_odds(approached, contact, past), approached.household, contact, seed)))
    return past


def _thrown(odds: Chances, household: str, contact: Contact, seed: int) -> Reaction:
    """The throws: one per attempt for reaching, one per period for accepting and for paying."""
    attempt = Dice(seed, "attempt", household, contact.period, contact.attempt)
    period = Dice(seed, "period", household, contact.period)
    reached = attempt.chance(odds.reached)
    noticed = attempt.chance(odds.noticed) or reached
    accepted = period.chance(odds.accepted) and reached
    paid = period.chance(odds.paid if noticed else odds.paid_unnoticed) and not accepted
    return Reaction(reached, noticed, accepted, paid, period.between(1, 28) if paid else None)


def _odds(approached: _Approached, contact: Contact, past: _Past) -> Chances:
    """What the throws are held against: earlier attempts count for reaching only."""
    temper, state = approached.temper, approached.state
    first = LEVELS[contact.channel] * _pull(temper, state, contact) / _mean_pull(contact.channel)
    willing = _willing(temper, state) / _mean_willing()
    return Chances(
        reached=min(_bettered(first, contact, past, approached.months_troubled), _MOST),
        noticed=_NOTICED[contact.channel][temper.post] if contact.channel in _NOTICED else 0.0,
        accepted=min(ACCEPTED[min(max(approached.year, 2022), 2024)] * willing, _MOST),
        paid=state.pays,
        paid_unnoticed=state.pays * PAYS_UNASKED,
    )


def _given(odds: Chances, answers: Sequence[Reaction]) -> Chances:
    """`odds` for whoever knows the earlier answers of the period, which tell something of its throws."""
    helped = [one.accepted for one in answers if one.reached]
    # Who accepted is not `paid` whatever the throw, so that tells nothing of it.
    told = [(odds.paid if one.noticed else odds.paid_unnoticed, one.paid) for one in answers if not one.accepted]
    above = max((height for height, paid in told if not paid), default=0.0)
    below = min((height for height, paid in told if paid), default=1.0)
    paid, unnoticed = (_between(height, above, below) for height in (odds.paid, odds.paid_unnoticed))
    accepted = float(any(helped)) if helped else odds.accepted
    return replace(odds, accepted=accepted, paid=paid, paid_unnoticed=unnoticed)


def _between(height: float, above: float, below: float) -> float:
    """The chance that a throw is under `height`, of a throw that lies from `above` to `below`."""
    return min(max((height - above) / (below - above), 0.0), 1.0)


def _bettered(reached: float, contact: Contact, past: _Past, months_troubled: int) -> float:
    """What an announcement, plain words and earlier contacts add; none of them ever takes away."""
    if contact.channel == "administrative":
        return reached
    if contact.channel == "home-visit":
        reached *= FORETOLD if any(one.channel in _WRITTEN and answer.noticed for one, answer in past) else 1.0
        reached += max(0.0, 1 - reached) * (ANNOUNCED_LIFT if contact.announced else 0.0)
    if contact.channel == "letter" and contact.simplified and months_troubled >= CHRONIC_MONTHS:
        reached += SIMPLIFIED_POINTS
    if any(answer.reached for _, answer in past):
        reached += max(0.0, 1 - reached) * FAMILIAR_LIFT
    return reached


def _pull(temper: Temper, state: State, contact: Contact) -> float:
    """How strongly this contact draws this household, beside others; `LEVELS` sets the height."""
    trust = _TRUST[temper.trust]
    if contact.channel == "home-visit":
        return trust * _mean_of(_AT_HOME[temper.rhythm], contact.part_of_day)
    if contact.channel == "call":
        return trust * _PHONE[temper.phone] * _mean_of(_ON_THE_PHONE, contact.part_of_day)
    if contact.channel == "text-message":
        return trust * _PHONE[temper.phone]
    if contact.channel in {"letter", "mail"}:
        return trust * _POST[temper.post] * state.reads
    return trust


def _mean_of(by_part: Mapping[str, float], part: str | None) -> float:
    """The value of this part of the day, or of a part that is not known."""
    return by_part[part] if part else fsum(by_part.values()) / len(by_part)


def _willing(temper: Temper, state: State) -> float:
    return _HELP[temper.help] * _TRUST[temper.trust] * state.accepts


@cache
def _mean_pull(channel: str) -> float:
    """The mean of `_pull` over all households and states."""
    return fsum(share * _pull(temper, state, Contact(channel)) for share, temper, state in _everybody())


@cache
def _mean_willing() -> float:
    """The mean of `_willing` over those whom Almelo's letters and first visits reach."""
    reached = willing = 0.0
    for share, temper, state in _everybody():
        for channel, usual in ALMELO_A_MONTH.items():
            pull = LEVELS[channel] * _pull(temper, state, Contact(channel)) / _mean_pull(channel)
            reached += share * usual.value * pull
            willing += share * usual.value * pull * _willing(temper, state)
    return willing / reached


def _everybody() -> Iterator[tuple[float, Temper, State]]:
    """Every temper in every state, with its share of all households that are approached."""
    for names, state in product(product(*TEMPERS.values()), STATES.values()):
        share = state.share
        for name, shares in zip(names, TEMPERS.values(), strict=True):
            share *= shares[name]
        yield share, Temper(*names), state
