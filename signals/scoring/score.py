"""How urgent is a case, and why? From allowed facts and the framework to a score that explains itself.

The score only orders the work: everyone gets an offer, and a person releases letters and visits (domain.md
section 10). It is the sum of its contributions, exactly; what goes over 100 is taken off by a contribution
of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from signals.contract.codes import CRISES
from signals.contract.partners import SECTORS
from signals.scoring.framework import MAXIMUM, Framework, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signals.scoring.facts import ArrearsFacts, CaseFacts

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
_NO_CRISIS: Final = {None}
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


class Contribution(msgspec.Struct, frozen=True, gc=False):
    """What one criterion adds to a score, with the reason in plain Dutch and in English."""

    criterion: str
    points: int
    nl: str
    en: str


class Score(msgspec.Struct, frozen=True, gc=False):
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
        return _NO_ARREARS
    given = _contributions(facts, framework)
    if not given:
        return _NO_POINTS
    total = sum([contribution.points for contribution in given])
    if total > MAXIMUM:
        given.append(_cap(total))
    return Score(min(total, MAXIMUM), tuple(given))


def _nothing(criterion: str, nl: str, en: str) -> Score:
    return Score(0, (Contribution(criterion, 0, nl, en),))


_NO_ARREARS: Final = _nothing("no-open-arrears", "Er is geen open achterstand", "There are no open arrears")
_NO_POINTS: Final = _nothing("no-points", "Geen enkel punt van het afwegingskader geldt", "No criterion applies")


def _cap(total: int) -> Contribution:
    return Contribution(
        "cap",
        MAXIMUM - total,
        f"Samen is dit {total} punten; de score gaat tot {MAXIMUM}",
        f"Together this is {total} points; the score goes up to {MAXIMUM}",
    )


def _contributions(facts: CaseFacts, framework: Framework) -> list[Contribution]:
    """Every contribution of more than 0 points; words are found only for those."""
    arrears = facts.arrears
    found = [
        _partners(arrears, framework),
        *_severities(arrears, framework),
        _days(arrears, framework),
        _rise(arrears, framework),
        _past_signals(facts.signals_past_six_months, framework),
        _crisis(arrears, framework),
        _wish(arrears, framework),
        _reached(framework.reached_before) if facts.reached_before and framework.reached_before else None,
        *(_partner_types(arrears, framework) if framework.partner_type else ()),
    ]
    return [contribution for contribution in found if contribution is not None]


def _reached_step(steps: tuple[Step, ...], value: int) -> int:
    """The points of the highest step that `value` reaches; 0 below the first."""
    points = 0
    for step in steps:  # neither bounds nor points ever fall
        if value < step.start:
            break
        points = step.points
    return points


def _partners(arrears: Sequence[ArrearsFacts], framework: Framework) -> Contribution | None:
    count = len({one.partner for one in arrears})
    points = _reached_step(framework.partners, count)
    if not points:
        return None
    word = "partner" if count == 1 else "partners"
    return Contribution("partners", points, f"Achterstand bij {count} {word}", f"Arrears with {count} {word}")


def _severities(arrears: Sequence[ArrearsFacts], framework: Framework) -> list[Contribution]:
    cents: dict[str, int] = {}
    for one in arrears:
        cents[one.sector] = cents.get(one.sector, 0) + one.amount_cents
    found = []
    for sector in sorted(cents, key=SECTORS.index):
        bill = framework.usual_bill_cents[sector]
        points = _reached_step(framework.severity, cents[sector] // bill)
        if points:
            found.append(_severity(sector, points, 10 * cents[sector] // bill))
    return found


# Most arrears are of some months: the words are few, and found again rather than written again.
@lru_cache(4096)
def _severity(sector: str, points: int, tenths: int) -> Contribution:
    """`tenths` of usual months, cut: rounding up would seem to reach a step not reached."""
    whole, tenth = divmod(tenths, 10)
    number = f"{whole},{tenth}" if tenth else f"{whole}"
    nl, en = ("maand", "month") if tenths == 10 else ("maanden", "months")
    texts = _SECTOR_NL[sector].format(f"{number} {nl}"), _SECTOR_EN[sector].format(f"{number.replace(',', '.')} {en}")
    return Contribution(f"severity-{sector}", points, *texts)


def _days(arrears: Sequence[ArrearsFacts], framework: Framework) -> Contribution | None:
    longest = max([one.days_in_arrears or 0 for one in arrears])
    points = _reached_step(framework.days, longest)
    return _lasting(points, longest) if points else None


@lru_cache(4096)
def _lasting(points: int, days: int) -> Contribution:
    return Contribution(
        "days", points, f"De langste achterstand duurt {days} dagen", f"The longest arrears last {days} days"
    )


def _rise(arrears: Sequence[ArrearsFacts], framework: Framework) -> Contribution | None:
    if not framework.rise or not any([one.rise_cents > 0 for one in arrears]):  # noqa: C419 - a list is cheaper
        return None
    nl, en = "De achterstand is hoger dan bij het vorige signaal", "The arrears are higher than at the last signal"
    return Contribution("rise", framework.rise, nl, en)


def _past_signals(count: int, framework: Framework) -> Contribution | None:
    points = _reached_step(framework.past_signals, count)
    if not points:
        return None
    nl = f"{count} {'eerder signaal' if count == 1 else 'eerdere signalen'} in de afgelopen 6 maanden"
    en = f"{count} earlier {'signal' if count == 1 else 'signals'} in the past 6 months"
    return Contribution("past-signals", points, nl, en)


def _crisis(arrears: Sequence[ArrearsFacts], framework: Framework) -> Contribution | None:
    present = {one.crisis for one in arrears}
    if present == _NO_CRISIS:
        return None
    # The first of equals is the gravest; points add nothing for a second crisis, so that one household is
    # one crisis.
    kind = max((kind for kind in CRISES if kind in present), key=lambda word: framework.crisis.get(word, 0))
    points = framework.crisis.get(kind, 0)
    return Contribution("crisis", points, _CRISIS_NL[kind], _CRISIS_EN[kind]) if points else None


def _wish(arrears: Sequence[ArrearsFacts], framework: Framework) -> Contribution | None:
    if not framework.explicit_wish or not any([one.explicit_wish for one in arrears]):  # noqa: C419 - as above
        return None
    nl, en = "De inwoner heeft zelf om hulp gevraagd (warme overdracht)", "The resident asked for help (warm transfer)"
    return Contribution("explicit-wish", framework.explicit_wish, nl, en)


def _reached(points: int) -> Contribution:
    nl, en = "Eerder contact met dit huishouden is gelukt", "Earlier contact with this household succeeded"
    return Contribution("reached-before", points, nl, en)


def _partner_types(arrears: Sequence[ArrearsFacts], framework: Framework) -> Iterator[Contribution]:
    for kind in sorted({one.ddas_type for one in arrears if one.ddas_type}):
        points = framework.partner_type.get(kind, 0)
        if points:
            yield Contribution(f"partner-type-{_slug(kind)}", points, f"Soort partner: {kind}", f"Partner type: {kind}")


def _slug(kind: str) -> str:
    return kind.lower().replace(" ", "-")
