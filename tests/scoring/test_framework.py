"""Reading the decision framework: every key, every fault at once, in words that name the mend."""

from __future__ import annotations

import tomllib

import pytest
from msgspec.structs import fields

from signals.scoring.facts import ArrearsFacts, CaseFacts
from signals.scoring.framework import Framework, Step, framework_from

DEFAULTS = """
rise = 10
explicit_wish = 10
reached_before = 0
partners = [{ partners = 2, points = 20 }, { partners = 3, points = 30 }]
severity = [{ months = 1, points = 5 }, { months = 2, points = 10 }, { months = 3, points = 15 }]
days = [{ days = 60, points = 5 }, { days = 90, points = 10 }, { days = 180, points = 15 }]
past_signals = [{ signals = 1, points = 5 }, { signals = 3, points = 10 }]
[usual_monthly_bill]
housing = "650.00"
energy = "175"
water = "20.0"
health = "160.00"
other = "100.00"
[crisis]
eviction = 40
disconnection = 35
end-of-insurance = 30
end-of-delivery = 20
[partner_type]
"""


def read(text: str) -> tuple[Framework, list[str]]:
    return framework_from(tomllib.loads(text))


def test_an_empty_table_and_a_table_of_the_defaults_are_the_same() -> None:
    assert read("") == (Framework(), [])
    assert read(DEFAULTS) == (Framework(), [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rise = 0", Framework(rise=0)),
        ("explicit_wish = 100", Framework(explicit_wish=100)),
        ("reached_before = 3", Framework(reached_before=3)),
        ("partners = []", Framework(partners=())),
        ("days = [{ days = 30, points = 7 }]", Framework(days=(Step(30, 7),))),
        ("severity = [{ points = 7, months = 4 }]", Framework(severity=(Step(4, 7),))),
        ("past_signals = [{ signals = 2, points = 0 }]", Framework(past_signals=(Step(2, 0),))),
        ("[partner_type]\nDUO = 3", Framework(partner_type={"DUO": 3})),
        ('[partner_type]\n"CAK Eigen bijdrage" = 4', Framework(partner_type={"CAK Eigen bijdrage": 4})),
    ],
)
def test_one_key_changes_one_criterion(text: str, expected: Framework) -> None:
    assert read(text) == (expected, [])


def test_a_key_left_out_of_a_table_keeps_its_default() -> None:
    framework, faults = read('[usual_monthly_bill]\nwater = "18.50"\n[crisis]\neviction = 50')
    assert not faults
    assert framework.usual_bill_cents == {**Framework().usual_bill_cents, "water": 1850}
    assert framework.crisis == {**Framework().crisis, "eviction": 50}


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("rize = 3", 'scoring.rize: unknown key; did you mean "rise"?'),
        ("zzz = 3", "scoring.zzz: unknown key; use one of: partners, "),
        ("rise = -1", "scoring.rise: points are a whole number from 0 to 100"),
        ("rise = 101", "scoring.rise: points are"),
        ("rise = true", "scoring.rise: points are"),
        ("rise = 1.0", "scoring.rise: points are"),
        ('rise = "10"', "scoring.rise: points are"),
        ("crisis = 3", "scoring.crisis: must be a table; "),
        ("[crisis]\nevictoin = 3", 'scoring.crisis.evictoin: unknown key; did you mean "eviction"?'),
        ("[crisis]\neviction = 3.5", "scoring.crisis.eviction: points are"),
        ("[partner_type]\nHuurder = 3", 'scoring.partner_type.Huurder: unknown key; did you mean "Huur"?'),
        ("[partner_type]\nHuur = -3", "scoring.partner_type.Huur: points are"),
        ("usual_monthly_bill = 3", "scoring.usual_monthly_bill: must be a table; "),
        ("[usual_monthly_bill]\nwater = 20", "scoring.usual_monthly_bill.water: must be an amount in euros"),
        ('[usual_monthly_bill]\nwater = "0.00"', "scoring.usual_monthly_bill.water: must be"),
        ('[usual_monthly_bill]\nwater = "20,00"', "scoring.usual_monthly_bill.water: must be"),
        ('[usual_monthly_bill]\nwater = "2.555"', "scoring.usual_monthly_bill.water: must be"),
        (
            '[usual_monthly_bill]\nwatr = "2.55"',
            "scoring.usual_monthly_bill.watr: unknown key; did you",
        ),
        ("days = 3", "scoring.days: must be a list of steps, such as [{ days = 60, points = 5 }]"),
        ("days = [3]", "scoring.days, step 1: a step has exactly days and points"),
        ("days = [{ days = 3 }]", "scoring.days, step 1: a step has exactly days and points"),
        ("days = [{ months = 3, points = 3 }]", "scoring.days, step 1: a step has exactly days and points"),
        (
            "days = [{ days = 0, points = 3 }]",
            "scoring.days, step 1: days must be a whole number of 1 or more",
        ),
        ("days = [{ days = true, points = 3 }]", "scoring.days, step 1: days must be a whole number"),
        ("days = [{ days = 3, points = 300 }]", "scoring.days, step 1: points are"),
        (
            "days = [{ days = 3, points = 3 }, { days = 3, points = 4 }]",
            "scoring.days: each step must begin higher",
        ),
        (
            "days = [{ days = 3, points = 3 }, { days = 4, points = 2 }]",
            "scoring.days: each step must begin higher",
        ),
    ],
)
def test_each_fault_names_key_and_mend(text: str, start: str) -> None:
    framework, faults = read(text)
    assert len(faults) == 1
    assert faults[0].startswith(start)
    assert isinstance(framework, Framework)


def test_all_faults_come_at_once() -> None:
    text = "rize = 1\nexplicit_wish = -1\ndays = [3, { days = 0, points = -1 }]\n[crisis]\nx = 1\n"
    assert len(read(text)[1]) == 6


def test_the_score_knows_the_allowed_facts_and_no_other() -> None:
    # domain.md section 10, one by one: a fact added here needs a place in that list first.
    assert {field.name for field in fields(CaseFacts)} == {
        "arrears",
        "signals_past_six_months",
        "reached_before",
    }
    assert {field.name for field in fields(ArrearsFacts)} == {
        "sector",
        "partner",
        "ddas_type",
        "amount_cents",
        "days_in_arrears",
        "first_days",
        "known_days",
        "first_cents",
        "rise_cents",
        "rises",
        "largest_rise_cents",
        "crisis",
        "explicit_wish",
    }
