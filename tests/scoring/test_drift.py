"""Drift: the index of the books, seen within sectors, so that who sends how much does not matter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from signals.scoring.binning import features_of
from signals.scoring.drift import DriftReport, Reference, drift, level_of, psi, reference
from signals.scoring.table import Column, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = (Column("months", 1), Column("days", 1))
USUAL = {"health": 1.0, "energy": 2.0, "housing": 4.0}


class Town:
    """Cases of sectors that differ much from each other, a third without a number of days."""

    def __init__(self, seed: int, **mix: int) -> None:
        dice = np.random.default_rng(seed)
        self.labels = [sector for sector, count in mix.items() for _ in range(count)]
        months = np.array([USUAL[sector] for sector in self.labels]) * dice.gamma(4, 0.25, len(self.labels))
        days = np.where(dice.random(len(self.labels)) < 0.33, np.nan, dice.integers(30, 90, len(self.labels)))
        self.values: NDArray[np.float64] = np.column_stack([months, days])

    @property
    def points(self) -> NDArray[np.int64]:
        return np.clip(self.values[:, 0] * 15, 0, 100).astype(np.int64)


def trained() -> Town:
    return Town(1, health=2_000, energy=1_500, housing=1_000)


def table(town: Town) -> Table:
    n = len(town.labels)
    days = np.zeros(n, np.int64)
    return Table(COLUMNS, town.values, np.zeros(n, np.bool_), days, days, np.arange(n))


FEATURES = features_of(table(trained()), 8)
REFERENCE = reference(FEATURES, trained().values, trained().points, trained().labels)


def seen(town: Town, against: Reference = REFERENCE) -> DriftReport:
    return drift(FEATURES, town.values, town.points, town.labels, against)


def levels(report: DriftReport) -> dict[str, str]:
    return {one.name: one.level for one in (*report.columns, report.score)}


def test_the_index_is_that_of_the_books() -> None:
    # 0.2·ln(0.7/0.5) + (-0.2)·ln(0.3/0.5), but for half a case in each bin.
    by_hand = 0.2 * math.log(0.7 / 0.5) - 0.2 * math.log(0.3 / 0.5)
    assert psi([0.5, 0.5], [70_000, 30_000]) == pytest.approx(by_hand, rel=1e-4)
    assert psi([0.5, 0.5], [70, 30]) == pytest.approx(by_hand, rel=0.03)
    assert psi([0.25, 0.75], [25, 75]) == pytest.approx(0, abs=1e-12)
    assert psi([0.5, 0.5, 0], [70, 30, 0]) == psi([0.5, 0.5], [70, 30])
    assert 0 < psi([1, 0], [0, 50]) < 10
    for shares, counts in (([1.0], [1, 2]), ([0.5, 0.5], [0, 0])):
        with pytest.raises(ValueError, match="cannot be compared"):
            psi(shares, counts)


@pytest.mark.parametrize(
    ("figure", "by_chance", "cases", "level"),
    [
        (0.0999, 0.0, 200, "quiet"),
        (0.1, 0.0, 200, "watch"),
        (0.2499, 0.0, 200, "watch"),
        (0.25, 0.0, 200, "moved"),
        (0.25, 0.0, 199, "too-few"),
        (0.3, 0.31, 500, "too-few"),
        (0.09, 0.31, 500, "quiet"),
    ],
)
def test_levels(figure: float, by_chance: float, cases: int, level: str) -> None:
    assert level_of(figure, by_chance, cases) == level


def test_a_partner_that_is_silent_or_bursts_moves_nothing() -> None:
    for mix in ({"health": 900, "energy": 20, "housing": 10}, {"energy": 300, "housing": 300}, {"housing": 400}):
        report = seen(Town(2, **mix))
        assert report.level == "quiet"
        assert sum(report.compared.values()) == sum(count for count in mix.values() if count >= 25)
    # Without the sectors the same cases would have raised an alarm.
    town, one = Town(2, health=900, energy=20, housing=10), Town(1, health=2_000, energy=1_500, housing=1_000)
    alike = reference(FEATURES, one.values, one.points, ["all"] * len(one.labels))
    assert drift(FEATURES, town.values, town.points, ["all"] * len(town.labels), alike).level == "moved"


def test_what_does_move_is_told_by_column_and_only_there() -> None:
    town = Town(3, health=300, energy=300, housing=300)
    town.values[:, 1] = np.nan
    report = seen(town)
    assert levels(report) == {"months": "quiet", "days": "moved", "score": "quiet"}
    assert report.level == "moved"
    town = Town(3, health=300, energy=300, housing=300)
    town.values[:300, 0] *= 1.5
    assert levels(seen(town)) == {"months": "moved", "days": "quiet", "score": "moved"}


def test_few_cases_and_unknown_sectors_give_no_level() -> None:
    few = seen(Town(4, health=100, energy=99))
    assert few.level == "too-few"
    assert few.score.psi is not None
    strange = Town(4, health=300)
    strange.labels = ["other"] * 300
    report = seen(strange)
    assert (report.level, report.compared, report.score.psi) == ("too-few", {}, None)
    nothing = seen(Town(4))
    assert (nothing.cases, nothing.level) == (0, "too-few")


def test_chance_alone_raises_no_alarm() -> None:
    reports = [seen(Town(seed, health=100, energy=70, housing=50)) for seed in range(10, 40)]
    assert {report.level for report in reports} <= {"quiet", "too-few"}
    assert sum(report.level == "quiet" for report in reports) > 0


def test_a_reference_survives_json_and_must_fit_the_model() -> None:
    assert msgspec.json.decode(msgspec.json.encode(REFERENCE), type=Reference) == REFERENCE
    assert sum(REFERENCE.cases.values()) == 4_500
    other = features_of(table(trained()), 4)
    with pytest.raises(ValueError, match="other columns or bins"):
        drift(other, trained().values, trained().points, trained().labels, REFERENCE)
    with pytest.raises(ValueError, match="not of the same cases"):
        reference(FEATURES, trained().values, trained().points, ["health"])
