"""The same walk on the embedded broker: made-up months through `signals simulate` and `signals run`."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.walk.terminal import run_alone, typed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.kafka


def test_simulated_months_become_routed_cases_as_the_truth_has_it(tmp_path: Path) -> None:
    """A municipality whose policy is none of those shipped, with many events that are bad or sent twice."""
    events, truth, policies = tmp_path / "events.jsonl", tmp_path / "truth.jsonl", tmp_path / "policies"
    town = ("--municipality", "1234", "--inhabitants", 3000, "--start", "2026-01", "--months", 2, "--seed", 1)
    knobs = ("--bad", 0.3, "--duplicates", 0.2, "--policies", policies)
    assert typed("simulate", *town, *knobs, "--events", events, "--truth", truth).code == 0
    said = run_alone("run", events, "--policy", policies / "1234.toml", "--json")
    assert said.code == 0, said.err
    assert said.err == ""
    document = said.document
    truths = [json.loads(line) for line in truth.read_bytes().splitlines()]
    codes = Counter(one["code"] for one in truths if one["code"])
    twice = sum(one["duplicate"] for one in truths)
    assert len(codes) > 2
    assert twice > 0
    assert document["published"] == len(truths)
    assert document["quarantined"] == codes
    assert document["duplicates"] == twice
    assert document["stored"] == len(truths) - codes.total() - twice
    good = [one for one in truths if one["code"] is None and one["type"] == "reported" and not one["errors"]]
    assert {one["address"] for one in good if one["story"] in {"first", "spread"}} <= {
        case["household"] for case in document["cases"]
    }
    for case in document["cases"]:
        wanted = {0: "none", 1: "letter"}.get(case["arrears_count"], "home-visit")
        assert (case["route"], case["state"]) == (wanted, "closed" if wanted == "none" else "open")
        assert case["municipality"] == "1234"
    open_cases = [case for case in document["cases"] if case["state"] == "open"]
    assert [case["priority"] for case in open_cases] == list(range(1, len(open_cases) + 1))
