"""Does the simulated town look like the Netherlands? The figures of the national monitor beside those that came out.

The targets are those of `reports.national` (Divosa Monitor Vroegsignalering, and Almelo's own counts). Pure:
`figures_of` simulates and measures one seed, `within` says which of its figures are off. `benchmarks.calibration`
takes the mean of many seeds and writes the table of docs/calibration.md.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from signals.reports.national import ALMELO_A_MONTH, NATIONAL
from signals.simulation.judged import almelo_policy_for, judge, stands_alone, with_register
from signals.simulation.partners import PARTNERS
from signals.simulation.reactions import Contact, react
from signals.simulation.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from signals.simulation.judged import JudgedSignal, Judgement, MonthCase, Verdict

Unit = Literal["per 1,000", "%", "a month", "ratio"]

AVERAGE_TOWN: Final = ("9990", 150_000)  # a code that no municipality has: the national level
ALMELO: Final = ("0141", 73_000)
YEARS: Final = (2022, 2023, 2024)
FIXED_SEED: Final = 14  # which `make test` measures again each time
RARE: Final = frozenset({"multiple-three", "multiple-more"})  # of so few cases a seed that only a mean says something
# Consecutive looks back six months, so the half-year before the first year is simulated and not measured.
START, MONTHS = "2021-07", 42
_ALMELO_YEAR: Final = 2024  # of letters and visits alone, which look back on nothing


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its target: the mean of many seeds lies from `low` to `high`; no target, no bounds."""

    name: str
    year: int
    words: str
    unit: Unit
    target: float | None = None
    low: float = 0.0
    high: float = float("inf")

    @property
    def key(self) -> str:
        """What the figure is called among the figures of one seed."""
        return f"{self.name} {self.year}"

    def holds(self, value: float) -> bool:
        """Whether a value lies within the bounds."""
        return self.low <= value <= self.high


def _figure(name: str, words: str, unit: Unit, published: Mapping[int, float]) -> Iterator[Figure]:
    """The figure in each year in which it was published (a share as a number from 0 to 1), within a tenth of it."""
    for year, usual in published.items():
        target = round(100 * usual, 1) if unit == "%" else usual
        low, high = target * 0.9, target * 1.1
        yield Figure(name, year, words, unit, target, low, min(high, 100.0) if unit == "%" else high)


def _shares(prefix: str, words_of: Mapping[str, str], year: int) -> Iterator[Figure]:
    """All parts of one whole, in a year; as they were published, so they need not sum to 100."""
    for name, words in words_of.items():
        yield from _figure(f"{prefix}-{name}", words, "%", {year: NATIONAL[name][year]})


def _at_almelo(route: str) -> dict[int, float]:
    """Almelo's own count, held against the year that is simulated."""
    return {_ALMELO_YEAR: ALMELO_A_MONTH[route].value}


_SECTORS: Final = {
    "health": "signals from health insurers",
    "housing": "signals from landlords",
    "energy": "signals from energy suppliers",
    "water": "signals from water companies",
}
_CLASSES: Final = {"single": "single cases", "multiple": "multiple cases", "consecutive": "consecutive cases"}
# What follows from published figures, or was published in words only.
_CASES_2024: Final = 3.3  # 4.4 signals × 83% in a case ÷ 1.10 signals a case
_NOT_A_RESIDENT: Final = {year: NATIONAL["not-a-resident"][year] / NATIONAL["not_picked_up"][year] for year in (2024,)}
_END_OF_DELIVERY: Final = {2024: 0.25}  # "a quarter"

_MORE_ARREARS: Final = 100 * NATIONAL["more_arrears"][2023]

FIGURES: Final = (
    *_figure("signals", "signals per 1,000 inhabitants a month", "per 1,000", NATIONAL["signals_per_1000"]),
    *_figure(
        "cases",
        "cases per 1,000 inhabitants a month",
        "per 1,000",
        {**NATIONAL["cases_per_1000"], 2024: _CASES_2024},
    ),
    *_figure("in-case", "signals that become part of a case", "%", NATIONAL["in_case"]),
    *_figure("signals-per-case", "signals per case", "ratio", NATIONAL["signals_per_case"]),
    *_shares("class", _CLASSES, 2023),
    *_figure("multiple-two", "two arrears, of multiple cases", "%", NATIONAL["two_arrears"]),
    *_figure("multiple-three", "three arrears, of multiple cases", "%", NATIONAL["three_arrears"]),
    # "1%" stands for all that is rounded to it.
    Figure("multiple-more", 2023, "four or more arrears, of multiple cases", "%", _MORE_ARREARS, 0.5, 1.5),
    *_shares("sector", {"health": _SECTORS["health"]}, 2022),
    *_shares("sector", _SECTORS, 2023),
    *_shares("sector", _SECTORS, 2024),
    *_figure("end-of-delivery", "end of delivery, of energy signals", "%", _END_OF_DELIVERY),
    Figure("mismatch", 2024, "signals that the residents' register does not find", "%", 3.5, 3.0, 4.0),
    *_figure("refused", "signals not picked up", "%", NATIONAL["not_picked_up"]),
    *_figure("refused-not-a-resident", "not picked up: not in the residents' register", "%", _NOT_A_RESIDENT),
    Figure("refused-known-to-debt-help", 2024, "not picked up: known to debt help already", "%", 4.0, 2.0, 6.0),
    Figure("refused-repeat", 2024, "not picked up: a repeat of a signal in a case", "%"),
    Figure("refused-wrongful", 2024, "not picked up: wrongful (amount, days, objection)", "%"),
    Figure("refused-deceased", 2024, "not picked up: deceased", "%"),
    Figure("refused-other-reason", 2024, "not picked up: another reason (a company)", "%"),
    *_figure("reached", "reached by one letter or visit", "%", NATIONAL["reached"]),
    *_figure("accepted", "help accepted, of those reached", "%", NATIONAL["accepted"]),
    *_figure("letters", "letters a month at Almelo (published: 2022)", "a month", _at_almelo("letter")),
    *_figure("visits", "home visits a month at Almelo (published: 2022)", "a month", _at_almelo("home-visit")),
)


def within(figures: Mapping[str, float]) -> list[str]:
    """The keys of the figures that lie outside their bounds."""
    return [figure.key for figure in FIGURES if not figure.holds(figures[figure.key])]


def figures_of(seed: int) -> dict[str, float]:
    """Simulate a town of the national level and Almelo with one seed, and measure every figure of `FIGURES`."""
    found = _national(seed) | _almelo(seed)
    return {figure.key: found[figure.key] for figure in FIGURES}


def _national(seed: int) -> dict[str, float]:
    judgement = simulated(*AVERAGE_TOWN, START, MONTHS, seed, verdict=with_register)
    years = {year: measured(judgement, year, AVERAGE_TOWN[1]) | reactions_in(judgement, year, seed) for year in YEARS}
    return {f"{name} {year}": value for year, found in years.items() for name, value in found.items()}


def _almelo(seed: int) -> dict[str, float]:
    judgement = simulated(*ALMELO, f"{_ALMELO_YEAR}-01", 12, seed, verdict=stands_alone)
    found = measured(judgement, _ALMELO_YEAR, ALMELO[1])
    return {f"{name} {_ALMELO_YEAR}": found[name] for name in ("letters", "visits")}


def simulated(
    municipality: str, inhabitants: int, start: str, months: int, seed: int, *, verdict: Verdict
) -> Judgement:
    """Simulate a municipality under Almelo's policy and judge what its partners send."""
    pairs = simulate(municipality, inhabitants, start, months, seed)
    return judge(pairs, partners=PARTNERS, book=almelo_policy_for(municipality), verdict=verdict)


def measured(judgement: Judgement, year: int, inhabitants: int) -> dict[str, float]:
    """All figures of one calendar year by name; shares in percent, 0 where there is nothing to share."""
    signals = [signal for signal in judgement.signals if signal.event.signalled_on.year == year]
    cases = [case for case in judgement.cases if case.month[:4] == str(year)]
    thousands = inhabitants * 12 / 1000
    inside = sum(signal.in_case for signal in signals)
    return {
        "signals": len(signals) / thousands,
        "cases": len(cases) / thousands,
        "in-case": percent(inside, len(signals)),
        "signals-per-case": inside / len(cases) if cases else 0.0,
        **_by_sector(signals),
        **_by_class(cases),
        **_by_size(cases),
        **_refused(signals),
        **_routes(cases),
    }


def percent(part: float, whole: float) -> float:
    """A share in percent; 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def _by_sector(signals: Sequence[JudgedSignal]) -> dict[str, float]:
    sectors = Counter(signal.event.sector for signal in signals)
    ends = sum(signal.event.sector == "energy" and signal.event.crisis == "end-of-delivery" for signal in signals)
    shares = {f"sector-{name}": percent(sectors[name], len(signals)) for name in _SECTORS}
    return {**shares, "end-of-delivery": percent(ends, sectors["energy"])}


def _by_class(cases: Sequence[MonthCase]) -> dict[str, float]:
    classes = Counter(case.monitor_class for case in cases)
    return {f"class-{name}": percent(classes[name], len(cases)) for name in _CLASSES}


def _by_size(cases: Sequence[MonthCase]) -> dict[str, float]:
    sizes = [case.case.arrears_count for case in cases if case.case.multiple]
    two, three = sizes.count(2), sizes.count(3)
    parts = {"multiple-two": two, "multiple-three": three, "multiple-more": len(sizes) - two - three}
    return {name: percent(count, len(sizes)) for name, count in parts.items()}


def _refused(signals: Sequence[JudgedSignal]) -> dict[str, float]:
    statuses = Counter(signal.status for signal in signals if not signal.in_case)
    refused = statuses.total()
    unknown = sum(signal.truth["register"] in {"not-found", "moved-away"} for signal in signals)
    reasons = ("not-a-resident", "known-to-debt-help", "repeat", "wrongful", "deceased", "other-reason")
    return {
        "refused": percent(refused, len(signals)),
        "mismatch": percent(unknown, len(signals)),
        **{f"refused-{reason}": percent(statuses[reason], refused) for reason in reasons},
    }


def reactions_in(judgement: Judgement, year: int, seed: int) -> dict[str, float]:
    """What one letter, or one visit, to every open case of a year brings."""
    reached = accepted = approached = 0
    for case in judgement.cases:
        if case.month[:4] != str(year) or case.case.state != "open":
            continue
        contact = Contact(case.case.route, period=case.month)
        reaction = react(case.truth["household"], case.truth["hidden_state"], contact, seed=seed, year=year)
        approached += 1
        reached += reaction.reached
        accepted += reaction.accepted
    return {"reached": percent(reached, approached), "accepted": percent(accepted, reached)}


def _routes(cases: Sequence[MonthCase]) -> dict[str, float]:
    routes = Counter(case.case.route for case in cases if case.case.state == "open")
    return {"letters": routes["letter"] / 12, "visits": routes["home-visit"] / 12}
