"""Why does a model give a case this score? Its points per feature, in plain Dutch and in English, adding up exactly.

Pure. The points of a model are counted from the usual case: what raises or lowers a score is told, what makes no
difference is not. A blend tells the reasons of both.
"""

from __future__ import annotations

from functools import lru_cache
from math import isnan
from typing import TYPE_CHECKING, Final

from signals.scoring.features import FEATURES
from signals.scoring.framework import MAXIMUM
from signals.scoring.score import Contribution, Score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Words = tuple[str, str]
_PLACE: Final = {feature.name: place for place, feature in enumerate(FEATURES)}
_HEALTH, _HEALTH_DAYS = _PLACE["health"], _PLACE["health_days"]
_KNOWN_DAYS, _NEWEST_DAYS = _PLACE["known_days"], _PLACE["newest_days"]
_IN_TENTHS: Final = frozenset({_PLACE["amount"], _PLACE["first_amount"], _PLACE["rise"]})
_LESS_THAN_A_TENTH: Final = 0.01  # not none


def explained(row: Sequence[float], given: Sequence[int]) -> Score:
    """The score of a case with its reasons.

    Args:
        row: the features of the case (`features.rows`).
        given: the basis and the points of each feature (`model.contributions`).
    """
    told = sorted([(-abs(points), place, points) for place, points in enumerate(_gathered(row, given)) if points])
    reasons = [_basis(given[0]), *[_reason(place, _shown(place, row[place]), points) for _, place, points in told]]
    total = sum(given)
    value = min(max(total, 0), MAXIMUM)
    if value != total:
        reasons.append(_kept_within(total, value))
    return Score(value, tuple(reasons))


def _gathered(row: Sequence[float], given: Sequence[int]) -> Sequence[int]:
    """The points of each feature, by the feature with which they are told."""
    points = list(given[1:])
    if not row[_HEALTH]:
        points[_HEALTH] += points[_HEALTH_DAYS]
        points[_HEALTH_DAYS] = 0
    if row[_NEWEST_DAYS] == row[_KNOWN_DAYS]:
        points[_KNOWN_DAYS] += points[_NEWEST_DAYS]
        points[_NEWEST_DAYS] = 0
    return points


def _shown(place: int, value: float) -> float | None:
    """As much of a value as its words tell, so that few are made; None where nobody said."""
    if isnan(value):
        return None
    if place not in _IN_TENTHS or not value:
        return value
    return round(value, 1) or _LESS_THAN_A_TENTH


@lru_cache(256)
def _basis(points: int) -> Contribution:
    nl, en = "Uitgangspunt: een gebruikelijke zaak", "Starting point: a usual case"
    return Contribution("basis", points, nl, en)


@lru_cache(8192)
def _reason(place: int, value: float | None, points: int) -> Contribution:
    name = FEATURES[place].name
    nl, en = _WORDS[name](value)
    return Contribution(name.replace("_", "-"), points, nl, en)


def _kept_within(total: int, value: int) -> Contribution:
    nl = f"Samen is dit {total} punten; de score gaat van 0 tot {MAXIMUM}"
    en = f"Together this is {total} points; the score goes from 0 to {MAXIMUM}"
    return Contribution("cap", value - total, nl, en)


@lru_cache(8192)
def _of_side(side: str, points: int, criterion: str, nl: str, en: str) -> Contribution:
    return Contribution(f"{side}-{criterion}", points, nl, en)


def blended_points(model: int, framework: int, percent: int) -> int:
    """The whole points of a blend, a half upwards."""
    return (model * percent + framework * (100 - percent) + 50) // 100


def blended(model: Score, framework: Score, percent: int) -> Score:
    """Both scores in one: `percent` of the model's, and the rest of the framework's; reasons add up exactly."""
    rest = 100 - percent
    hundredths = [one.points * percent for one in model.contributions]
    hundredths += [one.points * rest for one in framework.contributions]
    value = blended_points(model.value, framework.value, percent)
    points = [one // 100 for one in hundredths]
    if missing := value - sum(points):
        over = [-(one % 100) for one in hundredths]
        for place in sorted(range(len(points)), key=over.__getitem__)[:missing]:  # the largest remainders
            points[place] += 1
    sides = ["model"] * len(model.contributions) + ["framework"] * len(framework.contributions)
    reasons = [
        _of_side(side, share, one.criterion, one.nl, one.en)
        for one, share, side in zip((*model.contributions, *framework.contributions), points, sides, strict=True)
        if share
    ]
    return Score(value, tuple(reasons))


# Words


def _yes_no(yes: _Words, no: _Words) -> Callable[[float | None], _Words]:
    return lambda value: yes if value else no


def _counted(one: _Words, more: _Words, none: _Words) -> Callable[[float | None], _Words]:
    def words(value: float | None) -> _Words:
        if not value:
            return none
        nl, en = one if value == 1 else more
        return nl.format(int(value)), en.format(int(value))

    return words


def _times(nl: str, en: str, none: _Words | None = None) -> Callable[[float | None], _Words]:
    def words(value: float | None) -> _Words:
        if not value and none is not None:
            return none
        number = f"{value or 0.0:.1f}"
        return nl.format(number.replace(".", ",")), en.format(number)

    return words


def _days(nl: str, en: str, unknown: _Words, none: _Words | None = None) -> Callable[[float | None], _Words]:
    def words(value: float | None) -> _Words:
        if value is None:
            return unknown
        if value == 0 and none is not None:
            return none
        days_nl, days_en = ("1 dag", "1 day") if value == 1 else (f"{int(value)} dagen", f"{int(value)} days")
        return nl.format(days_nl), en.format(days_en)

    return words


_UNSAID: Final = (
    "De partner meldde niet hoe oud de achterstand is",
    "The partner did not say how old the arrears are",
)
_WORDS: Final[dict[str, Callable[[float | None], _Words]]] = {
    "partners": _counted(
        ("Achterstand bij {} partner", "Arrears with {} partner"),
        ("Achterstand bij {} partners", "Arrears with {} partners"),
        ("Geen achterstand", "No arrears"),
    ),
    "housing": _yes_no(
        ("Er is een huurachterstand", "There are rent arrears"),
        ("Er is geen huurachterstand", "There are no rent arrears"),
    ),
    "energy": _yes_no(
        ("Er is een energieachterstand", "There are energy arrears"),
        ("Er is geen energieachterstand", "There are no energy arrears"),
    ),
    "water": _yes_no(
        ("Er is een waterachterstand", "There are water arrears"),
        ("Er is geen waterachterstand", "There are no water arrears"),
    ),
    "health": _yes_no(
        ("Er is een achterstand bij de zorgverzekering", "There are health insurance arrears"),
        ("Er is geen achterstand bij de zorgverzekering", "There are no health insurance arrears"),
    ),
    "other": _yes_no(
        ("Er is een andere achterstand", "There are other arrears"),
        ("Er is geen andere achterstand", "There are no other arrears"),
    ),
    "amount": _times(
        "De hoogste achterstand is {} keer wat zo'n partner gewoonlijk als eerste meldt",
        "The highest arrears are {} times what such a partner usually signals at first",
    ),
    "first_amount": _times(
        "De nieuwste achterstand begon met {} keer wat zo'n partner gewoonlijk meldt",
        "The newest arrears began with {} times what such a partner usually signals",
    ),
    "first_days": _days(
        "De nieuwste achterstand was bij het eerste signaal {} oud",
        "The newest arrears were {} old at the first signal",
        _UNSAID,
    ),
    "days": _days("De langste achterstand duurt {}", "The longest arrears last {}", _UNSAID),
    "health_days": _days(
        "De achterstand bij de zorgverzekering duurt {}", "The health insurance arrears last {}", _UNSAID
    ),
    "rise": _times(
        "De grootste stijging was {} keer wat zo'n partner gewoonlijk meldt",
        "The largest rise was {} times what such a partner usually signals",
        ("De achterstand is niet gestegen", "The arrears have not risen"),
    ),
    "rises": _counted(
        ("De achterstand steeg {} keer", "The arrears rose {} time"),
        ("De achterstand steeg {} keer", "The arrears rose {} times"),
        ("De achterstand is nog nooit gestegen", "The arrears have never risen yet"),
    ),
    "known_days": _days(
        "Het laatste signaal kwam {} na het eerste",
        "The last signal came {} after the first",
        _UNSAID,
        ("Alle signalen kwamen op één dag", "All signals came on one day"),
    ),
    "newest_days": _days(
        "Het eerste signaal van de nieuwste achterstand kwam {} voor het laatste signaal",
        "The first signal of the newest arrears came {} before the last signal",
        _UNSAID,
        (
            "De nieuwste achterstand werd gemeld op de dag van het laatste signaal",
            "The newest arrears were signalled on the day of the last signal",
        ),
    ),
    "past_signals": _counted(
        ("{} eerder signaal in de afgelopen 6 maanden", "{} earlier signal in the past 6 months"),
        ("{} eerdere signalen in de afgelopen 6 maanden", "{} earlier signals in the past 6 months"),
        ("Geen eerder signaal in de afgelopen 6 maanden", "No earlier signal in the past 6 months"),
    ),
    "threat": _yes_no(
        (
            "Er dreigt huisuitzetting, afsluiting of het einde van de zorgverzekering",
            "Eviction, disconnection or the end of the health insurance threatens",
        ),
        (
            "Er dreigt geen huisuitzetting, afsluiting of einde van de zorgverzekering",
            "No eviction, disconnection or end of the health insurance threatens",
        ),
    ),
    "end_of_delivery": _yes_no(
        ("De energieleverancier wil het contract stoppen", "The energy supplier wants to end the contract"),
        ("Geen energieleverancier wil het contract stoppen", "No energy supplier wants to end the contract"),
    ),
    "explicit_wish": _yes_no(
        ("De inwoner heeft zelf om hulp gevraagd (warme overdracht)", "The resident asked for help (warm transfer)"),
        ("De inwoner heeft niet zelf om hulp gevraagd", "The resident did not ask for help"),
    ),
}
