"""What the trainer learns from a simulated year, beside an oracle that sees what the simulation hides."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks import score
from benchmarks.score import ALMELO, ASKED_THROUGH, LEARNED_THROUGH, Histories, asked_of, oracle_auc
from signals.outreach.learning.training import table_of
from signals.scoring.measures import measures
from signals.scoring.model import margin, probability
from signals.scoring.train import train


def test_a_year_of_one_town_teaches_most_of_what_can_be_known() -> None:
    town = Histories(ALMELO, 24, seed=1)
    learned = asked_of(town, LEARNED_THROUGH)
    asked = asked_of(town, ASKED_THROUGH, LEARNED_THROUGH)
    model = train(table_of(learned.examples, learned.outcomes, learned.usual), "scorecard", seed=1, usual=learned.usual)
    table = table_of(asked.examples, asked.outcomes, model.usual)
    found = measures(probability(model, table.values), table.outcome, table.group, seed=1, rounds=20)
    assert found.auc is not None
    assert found.ece is not None
    assert found.auc.value / oracle_auc(learned, asked) >= 0.90
    assert found.ece.value <= 0.05  # of 3,500 cases; the benchmark asks 17,500 for the 0.03
    assert margin(model, table.values).std() > 0.3


def test_what_is_learned_from_ends_where_what_is_asked_begins() -> None:
    town = Histories(20_000, 18, seed=3)
    learned = asked_of(town, LEARNED_THROUGH)
    asked = asked_of(town, date(2025, 6, 30), LEARNED_THROUGH)
    assert max(one.day for one in learned.examples) <= date(2024, 10, 2)  # 90 days before the end of the year
    assert min(one.day for one in asked.examples) > LEARNED_THROUGH


@pytest.mark.soak
def test_the_whole_benchmark_is_as_it_must_be() -> None:
    figures = score.measured(None, lambda _: None).figures
    assert figures["score ÷ oracle"] >= 0.97
    assert figures["score ÷ oracle, small"] >= 0.90
    assert figures["score ece"] <= 0.03
    assert figures["score lift ÷ amount"] > 1.0
