"""Reading what orders the work: framework, model or blend."""

from __future__ import annotations

import tomllib

import pytest

from signals.policies import almelo_policy_text
from signals.scoring.choice import Choice, choice_from


def read(text: str) -> tuple[Choice, list[str]]:
    return choice_from(tomllib.loads(text))


def test_the_framework_orders_the_work_unless_the_policy_says_otherwise() -> None:
    assert read("") == (Choice("framework", 50, 5), [])
    assert choice_from(tomllib.loads(almelo_policy_text("0141", "Almelo"))["scoring"])[0] == Choice()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('by = "model"', Choice(by="model")),
        ('by = "blend"\nmodel_percent = 70', Choice("blend", 70)),
        ("fairness_margin = 3", Choice(fairness_margin=3)),
    ],
)
def test_each_key_counts(text: str, expected: Choice) -> None:
    assert read(text) == (expected, [])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('by = "ai"', "scoring.by"),
        ("by = true", "scoring.by"),
        ("by = []", "scoring.by"),
        ("model_percent = 0", "scoring.model_percent"),
        ("model_percent = 100", "scoring.model_percent"),
        ('model_percent = "50"', "scoring.model_percent"),
        ("fairness_margin = 0", "scoring.fairness_margin"),
        ("fairness_margin = 0.05", "scoring.fairness_margin"),
        ("fairness_margin = true", "scoring.fairness_margin"),
    ],
)
def test_a_wrong_value_is_told_with_its_key_and_the_default_is_kept(text: str, key: str) -> None:
    choice, (fault,) = read(text)
    assert choice == Choice()
    assert fault.startswith(key + ": must be ")


def test_all_faults_come_at_once() -> None:
    assert len(read('by = 1\nmodel_percent = -1\nfairness_margin = "5"')[1]) == 3
