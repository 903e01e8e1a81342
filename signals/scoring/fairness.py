"""Does a chance mean the same for everyone? The figures of a model by groups that it does not know.

A group is off when what the model expects of it lies further from what came of it than the municipality allows, and
neither chance nor a year that was worse for everyone can be why. One such group stops activation. Who is in a group is
known of simulated households only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np
from scipy.special import betainc, betaincinv

from signals.scoring.measures import ROUNDS, Estimate, Measures, measures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Verdict = Literal["fair", "off", "unsure", "too-few"]

FEWEST_EXAMPLES: Final = 50
"""A group with fewer gets no verdict."""
FEWEST_HOUSEHOLDS: Final = 10
"""Values with fewer are put together, so that a report tells nothing about a single household."""
CHANCE: Final = 0.05
"""How often a report on a fair model may find a group that is off, whatever the number of groups."""
OTHERS: Final = "other (few)"
"""The value under which small groups are put together."""
UNKNOWN: Final = "unknown"
"""The value of examples of which it is not known."""

_NOTHING: Final = 1e-12  # a sum of squares that is only rounding

_KINDS: Final = {
    "origin": ("herkomst van de naam", "name origin"),
    "name_origin": ("herkomst van de naam", "name origin"),
    "neighbourhood": ("buurt", "neighbourhood"),
    "age_band": ("leeftijd", "age"),
    "household_size": ("grootte van het huishouden", "household size"),
}
_VALUES: Final = {OTHERS: ("overige (weinig)", OTHERS), UNKNOWN: ("onbekend", UNKNOWN)}
_HEAD: Final = (
    'Groep "{value}" ({kind}): {n} zaken van {households} huishoudens. ',
    'Group "{value}" ({kind}): {n} cases of {households} households. ',
)
_SHARES: Final = (
    "Het model verwacht dat {predicted} escaleert; dat gebeurde bij {observed}. ",
    "The model expects {predicted} to escalate; {observed} did. ",
)
_VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "fair": (
        "Het verschil blijft binnen de grens van {margin}.",
        "The difference stays within the margin of {margin}.",
    ),
    "off": (
        "Het verschil is groter dan de grens van {margin} en kan geen toeval zijn. Het model mag niet in gebruik.",
        "The difference is beyond the margin of {margin} and cannot be chance. The model must not be used.",
    ),
    "unsure": (
        "Het verschil is groter dan de grens van {margin}, maar kan toeval zijn. Kijk opnieuw bij meer gegevens.",
        "The difference is beyond the margin of {margin}, but may be chance. Look again with more examples.",
    ),
    "too-few": (
        "Dat zijn er minder dan {fewest}: te weinig voor een oordeel.",
        "That is fewer than {fewest}: too few for a verdict.",
    ),
}


class Group(msgspec.Struct, frozen=True):
    """One value of one kind, such as the age band 18-24.

    Attributes:
        kind: Such as `age_band`.
        value: Such as `18-24`; `OTHERS` for the small ones together, `UNKNOWN` where it is not known.
        households: How many households.
        predicted: The mean chance that the model gives them.
        gap: That chance minus the share that came true, with its 95% interval; below 0: expected too little.
        chance: How often a model that is off by no more here than for all others would give such a difference,
            or a larger one; None without a verdict.
        measures: The figures of a model, on this group alone.
        verdict: What to think of it.
        nl: The verdict in a Dutch sentence, with its figures.
        en: The same in English.
    """

    kind: str
    value: str
    households: int
    predicted: float
    gap: Estimate
    chance: float | None
    measures: Measures
    verdict: Verdict
    nl: str
    en: str


class FairnessReport(msgspec.Struct, frozen=True):
    """Every group, and whether one of them stops activation.

    Attributes:
        margin: The largest allowed difference, 0 to 1.
        tested: How many groups were large enough for a verdict; all are held to `CHANCE` together.
        stops: Whether a group is off.
        groups: By kind and value.
    """

    margin: float
    tested: int
    stops: bool
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class _Examples:
    p: NDArray[np.float64]
    y: NDArray[np.bool_]
    household: NDArray[np.int64]

    def where(self, those: NDArray[np.bool_]) -> _Examples:
        return _Examples(self.p[those], self.y[those], self.household[those])

    @property
    def households(self) -> int:
        return int(np.unique(self.household).size)


def check(
    p: NDArray[np.float64],
    y: NDArray[np.bool_],
    groups: Mapping[str, Sequence[str | None]],
    household: NDArray[np.int64],
    *,
    margin: float,
    seed: int,
    rounds: int = ROUNDS,
) -> FairnessReport:
    """Judge the model's chances in every group.

    Whether a difference can be chance is tested two-sided at `CHANCE` divided by the number of groups tested
    (Bonferroni). The test is the exact binomial one on the mean chance, which is on the safe side where chances differ
    (what is nearly certain surprises seldom), with the number of examples divided by their design effect (Korn and
    Graubard, 1998), for examples of one household resemble each other. What the model is off by for all others, within
    the margin, is taken off first: it says nothing of this group.

    Args:
        p: The model's chance for each example.
        y: What came of it.
        groups: For each kind the value of every example; None where it is not known.
        household: The household of each example.
        margin: The largest allowed difference between mean chance and share, such as 0.05.
        seed: Of the intervals of the figures.
        rounds: Resamplings for those.

    Raises:
        ValueError: The arrays differ in length, a chance is no number from 0 to 1, or the margin is not above 0.
    """
    if not 0 < margin < 1:
        msg = f"the margin must lie between 0 and 1, not be {margin}"
        raise ValueError(msg)
    every = _Examples(p, y, household)
    parts = [(kind, value, every.where(those)) for kind in groups for value, those in _split(groups[kind], every)]
    tested = sum(part.p.size >= FEWEST_EXAMPLES for _, _, part in parts)
    bar = _Bar(margin, every, tested, seed, rounds)
    found = [_group(kind, value, part, bar) for kind, value, part in parts]
    return FairnessReport(margin, tested, any(one.verdict == "off" for one in found), found)


@dataclass(frozen=True, slots=True)
class _Bar:
    """What every group is held to."""

    margin: float
    every: _Examples
    tested: int
    seed: int
    rounds: int

    def shared(self, part: _Examples, gap: float) -> float:
        """How much of the gap of a group all others have too: on the same side, and within the margin."""
        others = self.every.p.size - part.p.size
        if not others:
            return 0.0
        theirs = ((self.every.p - self.every.y).sum() - (part.p - part.y).sum()) / others
        return float(np.clip(theirs, 0, self.margin) if gap > 0 else np.clip(theirs, -self.margin, 0))


def _split(values: Sequence[str | None], every: _Examples) -> list[tuple[str, NDArray[np.bool_]]]:
    """The values with the examples that have them, small ones together and last.

    When those are too small together, the smallest of the others joins them: else a value could be told by
    subtraction.
    """
    of = np.array([UNKNOWN if value is None else value for value in values], dtype=str)
    if of.shape != every.p.shape:
        msg = f"{of.size} values of a group for {every.p.size} examples"
        raise ValueError(msg)
    sizes = {str(value): every.where(of == value).households for value in np.unique(of)}
    pooled: list[str] = []
    for value in sorted(sizes, key=lambda one: (sizes[one], one)):
        together = every.where(np.isin(of, pooled)).households if pooled else 0
        if sizes[value] < FEWEST_HOUSEHOLDS or 0 < together < FEWEST_HOUSEHOLDS:
            pooled.append(value)
    split = [(value, of == value) for value in sizes if value not in pooled]
    return [*split, (OTHERS, np.isin(of, pooled))] if pooled else split


def _group(kind: str, value: str, part: _Examples, bar: _Bar) -> Group:
    gap, chance = _gap(part, bar)
    verdict = _verdict(part.p.size, gap.value, chance, bar)
    figures = measures(part.p, part.y, part.household, seed=bar.seed, rounds=bar.rounds)
    nl, en = _told(kind, value, part, verdict, bar.margin)
    known = None if verdict == "too-few" else chance
    return Group(kind, value, part.households, float(part.p.mean()), gap, known, figures, verdict, nl, en)


def _verdict(n: int, gap: float, chance: float, bar: _Bar) -> Verdict:
    if n < FEWEST_EXAMPLES:
        return "too-few"
    if round(abs(gap), 9) <= bar.margin:  # 0.05 is not beyond 0.05
        return "fair"
    return "off" if chance * bar.tested < CHANCE else "unsure"


def _gap(part: _Examples, bar: _Bar) -> tuple[Estimate, float]:
    """Mean chance minus share, with its 95% interval, and how likely so large a difference is by chance."""
    predicted, observed = float(part.p.mean()), float(part.y.mean())
    n = part.p.size / _design_effect(part)
    hits = observed * n
    low = float(betaincinv(hits, n - hits + 1, 0.025)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 0.975)) if hits < n else 1.0
    gap = Estimate(predicted - observed, predicted - max(high, observed), predicted - min(low, observed))
    fair = min(1.0, max(0.0, predicted - bar.shared(part, gap.value)))
    return gap, min(1.0, 2 * min(_at_least(hits, n, fair), 1 - _at_least(hits + 1, n, fair)))


def _at_least(hits: float, n: float, chance: float) -> float:
    """How likely `hits` or more of `n` are; the binomial sum as an incomplete beta function, which takes fractions."""
    if hits <= 0:
        return 1.0
    return float(betainc(hits, n - hits + 1, chance)) if hits < n + 1 else 0.0


def _design_effect(part: _Examples) -> float:
    """How many times as uncertain the examples are as independent ones would be, at least once."""
    _, home = np.unique(part.household, return_inverse=True)
    surprise = part.p - part.y
    surprise = surprise - surprise.mean()
    alone = float((surprise**2).sum())
    if alone <= _NOTHING:  # all the same: then nothing shows that members of a household are not
        return float((np.bincount(home) ** 2).sum() / home.size)
    return max(1.0, float((np.bincount(home, surprise) ** 2).sum()) / alone)


def _told(kind: str, value: str, part: _Examples, verdict: Verdict, margin: float) -> tuple[str, str]:
    kinds, values = _KINDS.get(kind, (kind, kind)), _VALUES.get(value, (value, value))
    counts = {"n": part.p.size, "households": part.households, "fewest": FEWEST_EXAMPLES}
    shares = {"predicted": part.p.mean(), "observed": part.y.mean(), "margin": margin}
    en = {name: f"{100 * share:.1f}%" for name, share in shares.items()}
    nl = {name: share.replace(".", ",") for name, share in en.items()}
    told = [
        (_HEAD[at] + (_SHARES[at] if verdict != "too-few" else "") + _VERDICTS[verdict][at]).format(
            kind=kinds[at], value=values[at], **counts, **words
        )
        for at, words in enumerate((nl, en))
    ]
    return told[0], told[1]
