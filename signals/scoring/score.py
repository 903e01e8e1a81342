"""How urgent is a case, and why? From allowed facts and the framework to a score that explains itself.

The score only orders the work: everyone gets an offer, and a person releases letters and visits (domain.md
section 10). It is the sum of its contributions, exactly; what goes over 100 is taken off by a contribution
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.contract.codes import CRISES
from signals.contract.partners import SECTORS
from signals.scoring.framework import MAXIMUM, Framework, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.scoring.facts import CaseFacts

_SECTOR_NL: Final = {
    "housing": "Huurachterstand is ongeveer {} huur",
    "energy": "Energieachterstand is ongeveer {} energie",
    "water": "Waterachterstand is ongeveer {} water",
    "health": "Achterstand bij de zorgverzekering is ongeveer {} premie",
    "other": "Andere achterstand is ongeveer {} vaste lasten",
}
_SECTOR_EN: Final = {
    "housing": "Rent arrears are about {} of rent",
    "energy": "Energy arrears are about {} of energy",
    "water": "Water arrears are about {} of water",
    "health": "Health insurance arrears are about {} of premium",
    "other": "Other arrears are about {} of fixed costs",
}
_CRISIS_NL: Final = {
    "eviction": "Er dreigt een huisuitzetting",
    "disconnection": "Er dreigt afsluiting van energie, warmte of water",
    "end-of-insurance": "De zorgverzekering dreigt te stoppen",
    "end-of-delivery": "De energieleverancier wil het contract stoppen",
}
_CRISIS_EN: Final = {
    "eviction": "Eviction threatens",
    "disconnection": "Disconnection of energy, heat or water threatens",
    "end-of-insurance": "The health insurance threatens to end",
    "end-of-delivery": "The energy supplier wants to end the contract",
}


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one criterion adds to a score, with the reason in plain Dutch and in English."""

    criterion: str
    points: int
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score of 0–100; the points of `contributions` add up to `value`, exactly."""

    value: int
    contributions: tuple[Contribution, ...]


def score(facts: CaseFacts, framework: Framework) -> Score:
    """Weigh a case.

    Args:
        facts: The allowed facts of the case; the order of its arrears does not matter.
        framework: The points of the policy in force.

    Returns:
        The score with its contributions, always in the same order. A case without open arrears scores 0.
    """
    if not facts.arrears:
        return _nothing("no-open-arrears", "Er is geen open achterstand", "There are no open arrears")
    given = tuple(_contributions(facts, framework))
    total = sum(contribution.points for contribution in given)
    if total == 0:
        return _nothing("no-points", "Geen enkel punt van het afwegingskader geldt", "No criterion applies")
    if total > MAXIMUM:
        given = (*given, _cap(total))
    return Score(min(total, MAXIMUM), given)


def _nothing(criterion: str, nl: str, en: str) -> Score:
    return Score(0, (Contribution(criterion, 0, nl, en),))


def _cap(total: int) -> Contribution:
    return Contribution(
        "cap",
        MAXIMUM - total,
        f"Samen is dit {total} punten; de score gaat tot {MAXIMUM}",
        f"Together this is {total} points; the score goes up to {MAXIMUM}",
    )


def _contributions(facts: CaseFacts, framework: Framework) -> Iterator[Contribution]:
    """Every contribution of more than 0 points."""
    present = {arrears.sector for arrears in facts.arrears}
    for contribution in (
        _partners(facts, framework),
        *(_severity(sector, facts, framework) for sector in SECTORS if sector in present),
        _days(facts, framework),
        _rise(facts, framework),
        _past_signals(facts, framework),
        _crisis(facts, framework),
        _wish(facts, framework),
        _reached(facts, framework),
        *_partner_types(facts, framework),
    ):
        if contribution.points > 0:
            yield contribution


def _reached_step(steps: tuple[Step, ...], value: int) -> int:
    """The points of the highest step that `value` reaches; 0 below the first."""
    return max((step.points for step in steps if value >= step.start), default=0)


def _partners(facts: CaseFacts, framework: Framework) -> Contribution:
    count = len({arrears.partner for arrears in facts.arrears})
    points = _reached_step(framework.partners, count)
    word = "partner" if count == 1 else "partners"
    nl = f"Achterstand bij {count} {word}"
    return Contribution("partners", points, nl, f"Arrears with {count} {word}")


def _severity(sector: str, facts: CaseFacts, framework: Framework) -> Contribution:
    cents = sum(arrears.amount_cents for arrears in facts.arrears if arrears.sector == sector)
    bill = framework.usual_bill_cents[sector]
    points = _reached_step(framework.severity, cents // bill)
    nl, en = _months(cents, bill)
    texts = _SECTOR_NL[sector].format(nl), _SECTOR_EN[sector].format(en)
    return Contribution(f"severity-{sector}", points, *texts)


def _months(cents: int, bill: int) -> tuple[str, str]:
    """A number of months in words, cut to tenths: rounding up would seem to reach a step not reached."""
    whole, tenth = divmod(10 * cents // bill, 10)
    number = f"{whole},{tenth}" if tenth else f"{whole}"
    single = (whole, tenth) == (1, 0)
    nl, en = ("maand", "month") if single else ("maanden", "months")
    return f"{number} {nl}", f"{number.replace(',', '.')} {en}"


def _days(facts: CaseFacts, framework: Framework) -> Contribution:
    longest = max((arrears.days_in_arrears or 0 for arrears in facts.arrears), default=0)
    points = _reached_step(framework.days, longest)
    return Contribution(
        "days",
        points,
        f"De langste achterstand duurt {longest} dagen",
        f"The longest arrears last {longest} days",
    )


def _rise(facts: CaseFacts, framework: Framework) -> Contribution:
    risen = any(arrears.rise_cents > 0 for arrears in facts.arrears)
    nl, en = (
        "De achterstand is hoger dan bij het vorige signaal",
        "The arrears are higher than at the last signal",
    )
    return Contribution("rise", framework.rise if risen else 0, nl, en)


def _past_signals(facts: CaseFacts, framework: Framework) -> Contribution:
    count = facts.signals_past_six_months
    points = _reached_step(framework.past_signals, count)
    nl = f"{count} {'eerder signaal' if count == 1 else 'eerdere signalen'} in de afgelopen 6 maanden"
    en = f"{count} earlier {'signal' if count == 1 else 'signals'} in the past 6 months"
    return Contribution("past-signals", points, nl, en)


def _crisis(facts: CaseFacts, framework: Framework) -> Contribution:
    present = {arrears.crisis for arrears in facts.arrears}
    kinds = [kind for kind in CRISES if kind in present]
    if not kinds:
        return Contribution("crisis", 0, "Er is geen crisis", "There is no crisis")
    # The first of equals is the gravest; points add nothing for a second crisis, so that one household is
    # one crisis.
    kind = max(kinds, key=lambda word: framework.crisis.get(word, 0))
    return Contribution("crisis", framework.crisis.get(kind, 0), _CRISIS_NL[kind], _CRISIS_EN[kind])


def _wish(facts: CaseFacts, framework: Framework) -> Contribution:
    wished = any(arrears.explicit_wish for arrears in facts.arrears)
    points = framework.explicit_wish if wished else 0
    nl = "De inwoner heeft zelf om hulp gevraagd (warme overdracht)"
    return Contribution("explicit-wish", points, nl, "The resident asked for help (warm transfer)")


def _reached(facts: CaseFacts, framework: Framework) -> Contribution:
    points = framework.reached_before if facts.reached_before else 0
    nl = "Eerder contact met dit huishouden is gelukt"
    return Contribution("reached-before", points, nl, "Earlier contact with this household succeeded")


def _partner_types(facts: CaseFacts, framework: Framework) -> Iterator[Contribution]:
    for kind in sorted({arrears.ddas_type for arrears in facts.arrears if arrears.ddas_type}):
        points = framework.partner_type.get(kind, 0)
        yield Contribution(f"partner-type-{_slug(kind)}", points, f"Soort partner: {kind}", f"Partner type: {kind}")


def _slug(kind: str) -> str:
    return kind.lower().replace(" ", "-")
