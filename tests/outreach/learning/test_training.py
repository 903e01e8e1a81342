"""What may be learned from, when there is enough of it, and that the same history and seed give the same model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import pytest

from signals.outreach.learning.enough import enough
from signals.outreach.learning.training import (
    ColumnsError,
    TooLittleError,
    learn_from,
    lessons_from,
    refuse_columns,
)
from signals.scoring.facts import ArrearsFacts, CaseFacts
from signals.scoring.features import COLUMNS, FEATURES, USUAL_CENTS
from signals.scoring.table import Column, Table

from .told import BOOK, FAR, household, report

DAY: Final = date(2026, 1, 31).toordinal()
THROUGH: Final = date(2026, 12, 31)
# domain.md section 10: all that a score may know. A fact of another name is a new one, which somebody must judge.
ALLOWED_FACTS: Final = {
    "sector": "partner type",
    "ddas_type": "partner type",
    "partner": "number of partners",
    "amount_cents": "amount relative to the sector's usual bill",
    "first_cents": "amount relative to the sector's usual bill",
    "days_in_arrears": "days in arrears",
    "first_days": "days in arrears",
    "known_days": "days in arrears",
    "rise_cents": "rise since the last signal",
    "rises": "rise since the last signal",
    "largest_rise_cents": "rise since the last signal",
    "signals_past_six_months": "signals in the past 6 months",
    "crisis": "crisis or end-of-delivery flag",
    "explicit_wish": "an explicit wish of the resident",
    "reached_before": "reached before",
}


def table(examples: int = 600, months: int = 9, *, seed: int = 1) -> Table:
    """Examples at the ends of months of thirty days, of which the amount decides half."""
    dice = np.random.default_rng(seed)
    values = dice.integers(0, 4, (examples, len(COLUMNS))).astype(float)
    chance = 1 / (1 + np.exp(4 - 2 * values[:, [column.name for column in COLUMNS].index("amount")]))
    day = DAY + 30 * (np.arange(examples) % months)
    return Table(COLUMNS, values, dice.uniform(size=examples) < chance, day, day + 90, np.arange(examples))


def test_every_fact_that_a_score_may_know_is_an_allowed_one() -> None:
    assert {*ArrearsFacts.__struct_fields__, *CaseFacts.__struct_fields__} - {"arrears"} == set(ALLOWED_FACTS)
    for feature in FEATURES:
        sources = feature.source.split(", ")
        assert feature.allowed in {ALLOWED_FACTS[source] for source in sources} | {"number of partners"}, feature.name


@pytest.mark.parametrize("name", ["postcode", "date_of_birth", "surname", "gender", "escalated"])
def test_a_column_that_is_not_listed_is_refused(name: str) -> None:
    learned = table()
    strange = replace(learned, columns=(*COLUMNS, Column(name)), values=np.hstack([learned.values, np.ones((600, 1))]))
    with pytest.raises(ColumnsError, match=f"not listed: {name}"):
        learn_from(strange, "scorecard", THROUGH, seed=1)
    with pytest.raises(ColumnsError, match="left out: partners"):
        refuse_columns((Column(name), *COLUMNS[1:]))
    with pytest.raises(ColumnsError, match="another order"):
        refuse_columns(COLUMNS[::-1])


@pytest.mark.parametrize(
    ("short", "lacks"),
    [
        (table(280), "examples with a known outcome: 280, and 300 are needed"),
        (replace(table(), outcome=np.arange(600) < 60), "of these with the outcome: 60, and 100 are needed"),
        (replace(table(), outcome=np.arange(600) >= 60), "of these without it: 60, and 100 are needed"),
        (table(months=5), "days between the first and the last example: 120, and 180 are needed"),
        (replace(table(), known_on=np.full(600, DAY + 400)), "blocks of time to try a model on: 0, and 3 are needed"),
    ],
)
def test_too_little_is_told_in_words_and_when_it_will_be_enough(short: Table, lacks: str) -> None:
    with pytest.raises(TooLittleError, match=lacks) as told:
        learn_from(short, "scorecard", THROUGH, seed=1)
    assert told.value.exit_code == 1
    assert len(told.value.short.lacks) == 1


def test_when_there_will_be_enough_follows_from_the_pace_so_far() -> None:
    """A hundred examples came in the 30 days of moments whose outcome is known: 200 more take 60."""
    few = table(100, months=1)
    assert enough(few, date.fromordinal(DAY + 30 + 90)).when is not None
    some = replace(few, outcome=np.arange(100) < 50)
    by_number = [lack for lack in enough(some, date.fromordinal(DAY + 30 + 90)).lacks if lack.needed == 300]
    assert by_number
    assert enough(some, date.fromordinal(DAY + 30 + 90)).when == date.fromordinal(DAY + 30 + 90 + 180)
    assert enough(replace(few, outcome=np.zeros(100, dtype=bool)), THROUGH).when is None
    assert enough(table(), THROUGH).lacks == ()


def test_the_same_examples_and_seed_give_the_same_model_whatever_their_order() -> None:
    learned = table()
    shuffled = np.random.default_rng(5).permutation(600)
    again = replace(
        learned,
        **{name: getattr(learned, name)[shuffled] for name in ("values", "outcome", "day", "known_on", "group")},
    )
    one, other = (learn_from(each, "scorecard", THROUGH, seed=4) for each in (learned, again))
    assert (one.body, one.digest, one.window) == (other.body, other.digest, other.window)
    assert one.metrics["n"] > 200
    assert one.metrics["auc"]["value"] > 0.7


def test_what_is_usual_in_a_sector_is_the_middle_first_amount_where_there_are_thirty() -> None:
    lines = [
        line
        for n in range(31)
        for line in (report(n, "2026-01-10", f"R{n}", 500 + n), report(100 + n, "2026-02-10", f"R{n}", 5000))
    ]
    lessons = lessons_from([household(lines)], "0141", BOOK, FAR)
    assert lessons.usual == {**{sector: float(cents) for sector, cents in USUAL_CENTS.items()}, "housing": 51_500.0}
