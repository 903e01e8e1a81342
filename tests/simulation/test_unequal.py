"""A group of which less is told: nothing else changes, nothing that remains is at odds, and far less grows worse."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from signals.simulation.simulate import Knobs, simulate
from signals.simulation.unequal import Unequal

if TYPE_CHECKING:
    from collections.abc import Sequence

Pair = tuple[dict[str, Any], dict[str, Any]]
WORSE = {"spread", "risen", "threat", "changed"}
KNOBS = [
    Unequal("origin", "dutch", 60),
    Unequal("age_band", "27-39", 60),
    Unequal("household_size", "1", 60),
    Unequal("neighbourhood", "7607", 60),
]


@cache
def told(*unequal: Unequal) -> Sequence[Pair]:
    """Ten months of a small Almelo."""
    return list(simulate("0141", 20_000, "2025-01", 10, 2, knobs=Knobs(bad=0, duplicates=0, unequal=unequal)))


def of(pairs: Sequence[Pair], knob: Unequal) -> tuple[list[Pair], list[Pair]]:
    """The events of the group's people, and all others."""
    found = {inside: [one for one in pairs if (group(one, knob) == knob.value) is inside] for inside in (True, False)}
    return found[True], found[False]


def group(one: Pair, knob: Unequal) -> str:
    """In which group of that kind the person is."""
    return str(one[1]["groups"][knob.kind])


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.kind)
def test_the_group_is_told_less_of_and_all_others_are_told_of_as_ever(knob: Unequal) -> None:
    (usual, others), (fewer, same) = of(told(), knob), of(told(knob), knob)
    moved = {truth["reference"] for _, truth in usual} if knob.kind == "neighbourhood" else set()
    assert [one for one in same if one[1]["reference"] not in moved] == [
        one for one in others if one[1]["reference"] not in moved
    ]
    usual_ids = {truth["id"]: (wire, truth) for wire, truth in usual}
    assert all(usual_ids[truth["id"]] == (wire, truth) for wire, truth in fewer)
    worse, still = (sum(truth["story"] in WORSE for _, truth in pairs) for pairs in (usual, fewer))
    assert worse > 25
    assert still < 0.5 * worse


def test_nothing_more_is_told_of_what_was_held_back_but_its_end() -> None:
    left = {truth["id"] for _, truth in told(KNOBS[0])}
    closed: set[str] = set()
    begun: set[str] = set()
    for _, truth in sorted(told(), key=lambda one: str(one[1]["id"])):  # in the order of living
        reference = truth["reference"]
        if truth["id"] in left:
            assert reference not in closed or (truth["type"] == "withdrawn" and reference in begun)
            begun.add(reference)
        elif reference not in closed:
            assert truth["story"] in WORSE
            closed.add(reference)
    assert len(closed) > 100
    assert closed & begun


def test_all_is_held_back_at_a_hundred_percent_and_by_each_of_several_knobs() -> None:
    knobs = (Unequal("origin", "dutch", 100), Unequal("household_size", "1", 100))
    left = [truth["groups"] for _, truth in told(*knobs) if truth["story"] in WORSE]
    assert left
    assert not [groups for groups in left if groups["origin"] == "dutch" or groups["household_size"] == 1]


def test_far_less_of_a_group_grows_worse_after_the_same_first_signals() -> None:
    knob = KNOBS[0]
    shares = []
    for pairs in (told(), told(knob)):
        first = {truth["reference"] for _, truth in of(pairs, knob)[0] if truth["story"] == "first"}
        risen = {truth["reference"] for _, truth in pairs if truth["story"] in WORSE}
        shares.append(len(first & risen) / len(first))
    assert shares[0] - shares[1] > 0.1
