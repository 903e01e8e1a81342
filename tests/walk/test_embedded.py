"""The same walk on the embedded broker: a made-up month through `signals simulate` and `signals run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.walk.terminal import run_alone, typed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.kafka


def test_a_simulated_month_becomes_routed_cases(tmp_path: Path) -> None:
    events, truth = tmp_path / "events.jsonl", tmp_path / "truth.jsonl"
    town = ("--municipality", "0141", "--inhabitants", 3000, "--start", "2026-01", "--months", 1, "--seed", 1)
    assert typed("simulate", *town, "--events", events, "--truth", truth).code == 0
    said = run_alone("run", events, "--json")
    assert said.code == 0, said.err
    assert said.err == ""
    document = said.document
    lines = len(events.read_bytes().splitlines())
    assert document["published"] == lines > 5
    assert document["stored"] + document["duplicates"] + sum(document["quarantined"].values()) == lines
    for case in document["cases"]:
        wanted = {0: "none", 1: "letter"}.get(case["arrears_count"], "home-visit")
        assert (case["route"], case["state"]) == (wanted, "closed" if wanted == "none" else "open")
    open_cases = [case for case in document["cases"] if case["state"] == "open"]
    assert [case["priority"] for case in open_cases] == list(range(1, len(open_cases) + 1))
