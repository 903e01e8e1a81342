"""A partner that is silent and then catches up, or that sends ten times as much, moves nobody else's score."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from signals.scoring.features import COLUMNS, FEATURES, USUAL_CENTS
from signals.scoring.model import encode
from signals.scoring.table import Table
from signals.scoring.train import train

from .streams import Stream, activate, between, of, town

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.laws.system import System

    Wire = dict[str, Any]
    Scores = dict[tuple[str, str], int]

pytestmark = pytest.mark.database
PARTNER: Final = "menzis"
START, SILENT, CATCHING_UP, END = "2026-02", "2026-03", "2026-04", "2026-05"


@cache
def events() -> list[Wire]:
    """Three months of a small town."""
    return town(20_000, START, 3, seed=5)


@cache
def a_model() -> str:
    """A model of made-up examples: more partners, more money and more days are worse."""
    dice = np.random.default_rng(8)
    values = dice.gamma(2, 20, (800, len(COLUMNS)))
    place = {feature.name: at for at, feature in enumerate(FEATURES)}
    values[:, place["partners"]] = dice.integers(1, 4, 800)
    values[:, [place["amount"], place["first_amount"], place["rise"]]] /= 30
    risk = values[:, place["partners"]] + values[:, place["amount"]] + values[:, place["days"]] / 40
    outcome = risk + dice.logistic(size=800) > np.median(risk) + 1
    day = np.arange(800) + 738_000
    table = Table(COLUMNS, values, outcome, day, day + 90, np.arange(800))
    return encode(train(table, "scorecard", seed=1, usual=USUAL_CENTS))


@dataclass(frozen=True, slots=True)
class Steady:
    """The scores had every partner sent as usual.

    Attributes:
        meanwhile: at the end of the month in which the partner is silent elsewhere.
        last: when all has come in.
        told_of: the households of which that partner ever told.
    """

    meanwhile: Scores
    last: Scores
    told_of: frozenset[str]


class Scored(Stream):
    """A stream of whose cases one sees the scores."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        activate(system, body=a_model())

    def scores(self, events: Iterable[Wire]) -> Scores:
        """Take these events in; then the score of every case, by household and period."""
        self.send(events)
        return {(case["household"], case["period"]): case["score"] for case in self.system.summary()["cases"]}


@pytest.fixture(scope="module")
def steady(system: System) -> Steady:
    stream = Scored(system)
    meanwhile = stream.scores(between(events(), START, CATCHING_UP))
    last = stream.scores(between(events(), CATCHING_UP, END))
    told_of = system.rows(
        """SELECT DISTINCT concat_ws(' ', postcode, number, nullif(suffix, '')) FROM reports
        JOIN arrears ON arrears.id = arrears_id JOIN households ON households.id = reports.household_id
        JOIN addresses ON addresses.id = households.address_id WHERE partner_id = %s""",
        PARTNER,
    )
    scored = system.rows("SELECT count(*), count(DISTINCT score) FROM cases WHERE scored_by IS NOT NULL")
    assert scored > [(len(last) // 2, 10)], "the model should score here"
    return Steady(meanwhile, last, frozenset(label for (label,) in told_of))


def elsewhere(scores: Scores, told_of: frozenset[str]) -> Scores:
    """Those of households of which the partner never told."""
    return {place: score for place, score in scores.items() if place[0] not in told_of}


def copied(event: Wire, number: int) -> Wire:
    """The same signal about another household, of another arrears."""
    copy = deepcopy(event)
    value = copy["value"]
    value["id"] += f"-{number}"
    value["data"]["arrears"]["reference"] += f"-{number}"
    if "address" in value["data"]:
        value["data"]["address"] |= {"postcode": f"79{number:02}ZZ"}
    return copy


def test_a_silent_partner_that_catches_up_moves_no_score(system: System, steady: Steady) -> None:
    month = between(events(), SILENT, CATCHING_UP)
    stream = Scored(system)
    stream.send(between(events(), START, SILENT))
    silent = stream.scores(event for event in month if not of(PARTNER, event))
    others = elsewhere(silent, steady.told_of)
    assert len(others) > 100
    assert others == elsewhere(steady.meanwhile, steady.told_of)
    assert silent != steady.meanwhile, "what it did not tell should be missed"
    after = between(events(), CATCHING_UP, END)
    late = [event for event in month if of(PARTNER, event)]
    assert stream.scores([*after[:40], *late, *after[40:]]) == steady.last


def test_a_partner_that_bursts_moves_no_score(system: System, steady: Steady) -> None:
    bursting = [event for event in between(events(), SILENT, CATCHING_UP) if of(PARTNER, event)]
    burst = Scored(system).scores(
        [*events()[:100], *(copied(event, number) for event in bursting for number in range(1, 10)), *events()[100:]]
    )
    assert len(burst) > 1.3 * len(steady.last)
    assert {place: burst.get(place) for place in steady.last} == steady.last
