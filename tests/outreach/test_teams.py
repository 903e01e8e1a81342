"""The policy's teams and referral targets: who gets which household, and what may not be written."""

from __future__ import annotations

import re
from typing import Final

import pytest

from signals.outreach.teams import (
    COMMON,
    DEFAULT_TARGETS,
    ReferralTarget,
    Team,
    queues_wanted,
    targets_from,
    team_of,
    teams_from,
)

WEST = Team("west", "West", frozenset({"7607", "7609AB"}))
RENT = Team("rent", "Rent", frozenset(), frozenset({"welbions", "menzis"}))
PILOT = Team("pilot", "Pilot", frozenset({"7555"}), frozenset({"welbions"}))
BY_HAND = Team("by-hand", "By hand")
ALL: Final = (PILOT, WEST, RENT, BY_HAND)


@pytest.mark.parametrize(
    ("postcode", "partners", "team"),
    [
        ("7607GC", ["vitens"], "west"),
        ("7609AB", [], "west"),
        ("7609AC", [], None),
        ("7609AC", ["menzis"], "rent"),
        ("7607GC", ["welbions"], "west"),  # the first that fits
        ("7555AA", ["welbions", "vitens"], "pilot"),
        ("7555AA", ["vitens"], None),  # a team with both needs both
        ("1011AA", [], None),
    ],
)
def test_the_first_team_that_fits(postcode: str, partners: list[str], team: str | None) -> None:
    assert team_of(ALL, postcode, partners) == team


def test_without_teams_there_is_one_queue() -> None:
    assert teams_from(None) == ((), [])
    assert team_of((), "7607GC", ["welbions"]) is None


@pytest.mark.parametrize(
    ("wanted", "queues"),
    [
        (None, None),
        ("west", ["west"]),
        (COMMON, [COMMON]),
        (frozenset({"rent", "west", "elsewhere"}), ["west", "rent"]),
        (frozenset({"elsewhere"}), [COMMON]),
        (frozenset[str](), [COMMON]),
    ],
)
def test_whose_queues_a_person_sees(wanted: str | frozenset[str] | None, queues: list[str] | None) -> None:
    assert queues_wanted(ALL, wanted) == queues


def test_where_there_are_no_teams_everyone_sees_everything() -> None:
    assert queues_wanted((), frozenset({"west"})) is None
    assert queues_wanted((), "west") == ["west"]  # of that team there is nothing


def test_what_is_written_is_read() -> None:
    written = [{"key": "west", "name": "West", "postcodes": ["7607", "7609AB"]}, {"key": "by-hand", "name": "By hand"}]
    assert teams_from(written) == ((WEST, BY_HAND), [])
    assert targets_from([{"key": "nsr", "name": "NSR"}]) == ((ReferralTarget("nsr", "NSR"),), [])


def test_without_targets_there_are_the_usual_ones() -> None:
    assert targets_from(None) == (DEFAULT_TARGETS, [])


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ({"key": "west"}, r"team: must be a list of tables: write \[\[team\]\]"),
        ([{"key": "West", "name": "West"}], "team, number 1: key must be"),
        ([{"key": "west", "name": " "}], "team, number 1: name must be"),
        ([{"key": "west", "name": "West", "postcodes": ["760"]}], "number 1: postcodes must be a list"),
        ([{"key": "west", "name": "West", "postcodes": "7607"}], "number 1: postcodes must be a list"),
        ([{"key": "west", "name": "West", "partners": ["Welbions"]}], "number 1: partners must be a list"),
        ([{"key": "west", "name": "West", "street": "x"}], "number 1: street is not a key here; known are key, name"),
        ([{"key": "west", "name": "A"}, {"key": "west", "name": "B"}], "team: west is given twice"),
    ],
)
def test_a_fault_is_told(written: object, fault: str) -> None:
    _, faults = teams_from(written)
    assert len(faults) == 1
    assert re.search(fault, faults[0])


def test_a_fault_in_a_target_is_told() -> None:
    _, faults = targets_from([{"key": "nsr", "name": "NSR", "phone": "0"}, {"key": "nsr", "name": "Again"}])
    assert faults == [
        "referral, number 1: phone is not a key here; known are key, name",
        "referral: nsr is given twice",
    ]
