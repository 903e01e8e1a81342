"""Reading an instance of a visiting day: what may be left out, and every fault at once, in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signals.errors import FaultsError
from signals.outreach.visits.instance import LISTED_FAULTS, MOST_CANDIDATES, Instance, Point, instance_from

CANDIDATE = {"case": "a", "x": 1, "y": 2.5, "points": 30, "address": "Kerkstraat 1"}


def document(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An instance as the issue has it, with these fields changed."""
    whole = {"start": {"x": 0, "y": 0}, "lists": 1, "minutes": 240, "minutes_per_visit": 20, "km_per_hour": 25}
    return {**whole, "detour": 1.3, "candidates": [CANDIDATE], **changed}


def faults_of(written: object) -> list[str]:
    with pytest.raises(FaultsError) as told:
        instance_from(written, "day.json")
    assert told.value.exit_code == 2
    assert "Kerkstraat" not in str(told.value)
    return told.value.faults


def test_the_document_of_the_issue() -> None:
    instance = instance_from(document(), "day.json")
    [candidate] = instance.candidates
    assert (candidate.case, candidate.at, candidate.points) == ("a", Point(1, 2.5), 30)
    assert (instance.lists, instance.maximum, instance.pinned, instance.first) == (1, None, frozenset(), frozenset())


def test_what_may_be_left_out_has_the_defaults() -> None:
    start = {"x": 5, "y": 6}
    assert instance_from({"start": start, "candidates": []}, "day.json") == Instance(Point(5, 6), ())
    [candidate] = instance_from(document(candidates=[{**CANDIDATE, "address": None}]), "day.json").candidates
    assert candidate.address is None


def test_what_the_pages_add() -> None:
    instance = instance_from(document(maximum=3, pinned=["a"], first=["a"]), "day.json")
    assert (instance.maximum, instance.pinned, instance.first) == (3, frozenset({"a"}), frozenset({"a"}))


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"minuts": 5}, "unknown field 'minuts'; is minutes meant?"),
        ({"minutes": -1}, "minutes must be at least 0 and at most 100000"),
        ({"minutes": float("nan")}, "minutes must be a number, not infinite and not NaN"),
        ({"minutes": "240"}, "minutes must be a number"),
        ({"minutes": 10**400}, "minutes must be at least 0 and at most 100000"),
        ({"minutes_per_visit": float("inf")}, "minutes_per_visit must be a number, not infinite and not NaN"),
        ({"lists": 0}, "lists must be at least 1 and at most 50"),
        ({"lists": 1.5}, "lists must be a whole number"),
        ({"lists": True}, "lists must be a whole number"),
        ({"km_per_hour": 0}, "km_per_hour must be more than 0 and at most 1000"),
        ({"detour": 0.9}, "detour must be at least 1 and at most 100"),
        ({"start": [0, 0]}, "start must be an object with x and y in metres"),
        ({"start": {"x": 0}}, "start.y must be a number"),
        ({"start": {"x": 0, "y": 0, "z": 0}}, "start: unknown field 'z'"),
        ({"candidates": None}, "candidates must be a list of objects"),
        ({"candidates": [CANDIDATE] * (MOST_CANDIDATES + 1)}, "candidates must be at most 5000; there are 5001"),
        ({"candidates": ["a"]}, "candidate 1: must be an object with case, x, y, points, address"),
        ({"candidates": [CANDIDATE, CANDIDATE]}, "candidate 2: case is that of candidate 1 too; name it once"),
        ({"candidates": [{**CANDIDATE, "points": -1}]}, "candidate 1: points must be at least 0 and at most 1e+06"),
        ({"candidates": [{**CANDIDATE, "x": 1e9}]}, "candidate 1: x must be at least -1e+08 and at most 1e+08"),
        ({"candidates": [{**CANDIDATE, "case": ""}]}, "candidate 1: case must be a text or a whole number"),
        ({"candidates": [{**CANDIDATE, "case": "\ud800"}]}, "candidate 1: case must be a text or a whole number"),
        ({"candidates": [{**CANDIDATE, "address": 1.5}]}, "candidate 1: address must be a text or a whole number"),
        ({"candidates": [{**CANDIDATE, "score": 1}]}, "candidate 1: unknown field 'score'"),
        ({"maximum": -1}, "maximum must be at least 0 and at most 5000"),
        ({"pinned": ["b"]}, "pinned: number 1 is no case of the candidates"),
        ({"pinned": [["b"]]}, "pinned: number 1 is no case of the candidates"),
        ({"first": "a"}, "first must be a list of cases"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None,
)
def test_a_fault_is_told_in_words(changed: dict[str, Any], fault: str) -> None:
    assert faults_of(document(**changed)) == [fault]


def test_all_faults_at_once_and_of_very_many_the_first() -> None:
    assert len(faults_of(document(minutes=-1, lists=0, candidates=[{**CANDIDATE, "y": None}]))) == 3
    told = faults_of({"candidates": [{}] * 100})
    assert len(told) == LISTED_FAULTS + 1
    assert told[-1] == "… and 381 more"


@pytest.mark.parametrize("written", [None, [], "start", 5])
def test_what_is_no_object(written: object) -> None:
    assert faults_of(written) == ["must be one JSON object with start and candidates"]
