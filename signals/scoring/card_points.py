"""How many points does what give? The bins of a scorecard, and the criteria of a framework, as tables people can read.

Pure, under `card`.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from signals.contract.codes import CRISES
from signals.contract.partners import SECTORS
from signals.scoring.features import FEATURES
from signals.scoring.paper import PaperTable, Words, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signals.scoring.binning import Feature as Binned
    from signals.scoring.framework import Framework, Step
    from signals.scoring.scorecard import Scorecard

_YES_NO: Final = frozenset(
    {"housing", "energy", "water", "health", "other", "threat", "end_of_delivery", "explicit_wish"}
)
_TIMES: Final = frozenset({"amount", "first_amount", "rise"})
_DAYS: Final = frozenset({"days", "first_days", "health_days", "known_days", "newest_days"})
_UNKNOWN: Final = Words("niet bekend", "not known")
_SECTORS: Final = {
    "housing": Words("huur", "rent"),
    "energy": Words("energie", "energy"),
    "water": Words("water", "water"),
    "health": Words("zorgverzekering", "health insurance"),
    "other": Words("overige", "other"),
}
_CRISES: Final = {
    "eviction": Words("Er dreigt een huisuitzetting", "Eviction threatens"),
    "disconnection": Words("Er dreigt afsluiting", "Disconnection threatens"),
    "end-of-insurance": Words("De zorgverzekering dreigt te stoppen", "The health insurance threatens to end"),
    "end-of-delivery": Words("De energieleverancier wil stoppen", "The energy supplier wants to stop"),
}
_STEPS: Final = {
    "partners": Words("Achterstand bij {} partners of meer", "Arrears with {} partners or more"),
    "severity": Words(
        "Achterstand van {} of meer gewone maandbedragen, per soort",
        "Arrears of {} or more usual monthly bills, by kind",
    ),
    "days": Words("{} dagen achterstand of langer", "{} days in arrears or longer"),
    "past_signals": Words("{} of meer eerdere signalen in zes maanden", "{} or more earlier signals in six months"),
}
POINTS: Final = Words("Punten", "Points")


def sector(name: str) -> Words:
    """What a sector is called."""
    return _SECTORS[name]


def of_scorecard(model: Scorecard) -> PaperTable:
    """What each value of each feature adds to the usual case's points; what makes no difference is left out."""
    meanings = {one.name: Words(one.nl, one.en) for one in FEATURES}
    rows = [
        (meanings.get(feature.name, same(feature.name)), label, same(_signed(given)))
        for feature, points in zip(model.features, model.points, strict=True)
        if any(points)
        for label, given in _told(feature, points)
    ]
    start = (Words("uitgangspunt: de gebruikelijke zaak", "starting point: the usual case"), same(""))
    rows.insert(0, (*start, same(model.scale.basis)))
    return PaperTable(
        Words("Wat telt hoeveel", "What counts how much"),
        (Words("Kenmerk", "Feature"), Words("Waarde", "Value"), POINTS),
        tuple(rows),
        numbers=(2,),
    )


def silent(model: Scorecard) -> list[Words]:
    """The features that this scorecard gives no points for, whatever they are."""
    meanings = {one.name: Words(one.nl, one.en) for one in FEATURES}
    return [
        meanings.get(feature.name, same(feature.name))
        for feature, points in zip(model.features, model.points, strict=True)
        if not any(points)
    ]


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"


def _told(feature: Binned, points: Sequence[int]) -> Iterator[tuple[Words, int]]:
    """The bins in words; those beside each other with the same points are told as one."""
    known = list(points[:-1])
    begin = 0
    for place in range(1, len(known) + 1):
        if place == len(known) or known[place] != known[begin]:
            yield _range(feature, begin, place), known[begin]
            begin = place
    if feature.shares[-1] > 0:
        yield _UNKNOWN, points[-1]


def _range(feature: Binned, first: int, end: int) -> Words:
    """The values from the bin `first` up to, and not with, the bin `end`."""
    if feature.categories is not None:
        return same(
            ", ".join(word for word, at in zip(feature.categories, feature.places, strict=True) if first <= at < end)
        )
    low = feature.edges[first - 1] if first else None
    high = feature.edges[end - 1] if end <= len(feature.edges) else None
    if low is None and high is None:
        return Words("altijd", "always")
    if feature.name in _YES_NO:
        return Words("nee", "no") if low is None else Words("ja", "yes")
    return _between(low, high) if feature.name in _TIMES else _whole(feature.name, low, high)


def _whole(name: str, low: float | None, high: float | None) -> Words:
    """A range of whole numbers."""
    unit = Words(" dagen", " days") if name in _DAYS else Words("", "")
    last = None if high is None else ceil(high) - 1
    if low is None:
        return (
            Words(f"tot en met {last}{unit.nl}", f"up to {last}{unit.en}")
            if last
            else Words(f"0{unit.nl}", f"0{unit.en}")
        )
    first = ceil(low)
    if last is None:
        return Words(f"{first}{unit.nl} of meer", f"{first}{unit.en} or more")
    if first == last:
        return _one_day() if unit.nl and first == 1 else Words(f"{first}{unit.nl}", f"{first}{unit.en}")
    return Words(f"{first} tot en met {last}{unit.nl}", f"{first} to {last}{unit.en}")


def _one_day() -> Words:
    return Words("1 dag", "1 day")


def _between(low: float | None, high: float | None) -> Words:
    """A range of how many times something is."""
    if low is None:
        return Words(f"minder dan {_number(high, ',')} keer", f"less than {_number(high, '.')} times")
    if high is None:
        return Words(f"{_number(low, ',')} keer of meer", f"{_number(low, '.')} times or more")
    return Words(
        f"{_number(low, ',')} tot {_number(high, ',')} keer", f"{_number(low, '.')} to {_number(high, '.')} times"
    )


def _number(value: float | None, mark: str) -> str:
    return f"{value:.3g}".replace(".", mark)


def of_framework(framework: Framework) -> PaperTable:
    """What each criterion of the decision framework gives."""
    rows = [
        (words, same(points))
        for words, points in (*_crises(framework), *_stepped(framework), *_single(framework))
        if points
    ]
    return PaperTable(
        Words("Punten van het afwegingskader", "Points of the decision framework"),
        (Words("Wanneer", "When"), POINTS),
        tuple(rows),
        numbers=(1,),
    )


def bills(framework: Framework) -> PaperTable:
    """What a household usually pays a month, by sector: what makes arrears comparable."""
    return PaperTable(
        Words("Gewoon maandbedrag per soort", "Usual monthly bill by kind"),
        (Words("Soort", "Kind"), Words("Euro", "Euros")),
        tuple((_SECTORS[one], _euros(framework.usual_bill_cents[one])) for one in SECTORS),
        numbers=(1,),
    )


def _euros(cents: float) -> Words:
    text = f"{cents / 100:,.2f}"
    return Words(text.translate(str.maketrans(",.", ".,")), text)


def usual_amounts(model_usual: dict[str, float]) -> PaperTable:
    """What a partner of each sector usually signals at first, as the model learned it."""
    return PaperTable(
        Words("Wat een partner gewoonlijk als eerste meldt", "What a partner usually signals at first"),
        (Words("Soort", "Kind"), Words("Euro", "Euros")),
        tuple((_SECTORS[one], _euros(model_usual[one])) for one in SECTORS if one in model_usual),
        numbers=(1,),
    )


def _crises(framework: Framework) -> Iterator[tuple[Words, int]]:
    for crisis in CRISES:
        yield _CRISES[crisis], framework.crisis.get(crisis, 0)


def _stepped(framework: Framework) -> Iterator[tuple[Words, int]]:
    for key, words in _STEPS.items():
        steps: tuple[Step, ...] = getattr(framework, key)
        for step in steps:
            yield Words(words.nl.format(step.start), words.en.format(step.start)), step.points


def _single(framework: Framework) -> Iterator[tuple[Words, int]]:
    yield Words("Hoger dan bij het vorige signaal", "Higher than at the previous signal"), framework.rise
    yield Words("De inwoner vroeg zelf om hulp", "The resident asked for help"), framework.explicit_wish
    yield Words("Eerder bereikt", "Reached before"), framework.reached_before
    for kind, points in framework.partner_type.items():
        yield Words(f"Soort partner: {kind}", f"Partner type: {kind}"), points
