"""`signals visits solve FILE`: the document of the issue, faults in words, no database."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.outreach.visits.towns import recounted, town
from tests.walk.terminal import typed

if TYPE_CHECKING:
    from pathlib import Path

    from signals.outreach.visits.instance import Instance

AWAY = "http://127.0.0.1:1"  # nobody listens on this port


def document(instance: Instance, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """The instance as a file has it."""
    candidates = [
        {"case": one.case, "x": one.at.x, "y": one.at.y, "points": one.points, "address": one.address}
        for one in instance.candidates
    ]
    names = ("lists", "minutes", "minutes_per_visit", "km_per_hour", "detour")
    start = {"x": instance.start.x, "y": instance.start.y}
    return {"start": start, **{name: getattr(instance, name) for name in names}, "candidates": candidates, **more}


@pytest.fixture
def day(tmp_path: Path) -> Path:
    return tmp_path / "day.json"


def test_the_document_that_was_asked_for(day: Path) -> None:
    instance = town(1, 200, lists=2)
    day.write_text(json.dumps(document(instance)))
    said = typed("visits", "solve", day, "--json")
    assert (said.code, said.err) == (0, "")
    found = said.document
    assert list(found) == ["lists", "seconds"]
    assert [list(one) for one in found["lists"]] == [["stops", "minutes", "points"]] * 2
    known = {one.case: one.points for one in instance.candidates}
    for one in found["lists"]:
        assert recounted(instance, one["stops"]) <= 240
        assert one["minutes"] == pytest.approx(recounted(instance, one["stops"]))
        assert one["points"] == sum(known[case] for case in one["stops"])
    assert isinstance(found["seconds"], float)


def test_read_by_a_person_and_what_had_no_time(day: Path) -> None:
    given = document(town(2, 12, minutes=60), pinned=["c1", "c2", "c3", "c4"])
    day.write_text(json.dumps(given), "utf-8-sig")
    said = typed("visits", "solve", day)
    assert said.code == 0
    assert "Lijst 1: " in said.out
    assert "Geen tijd voor: " in said.out
    assert typed("visits", "solve", day, "--json").document["unplaced"]


def test_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO(json.dumps(document(town(3, 5))).encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(written))
    said = typed("visits", "solve", "-", "--json")
    assert said.code == 0
    assert len(said.document["lists"]) == 1


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (b"{", "not JSON at line 1, character 2"),
        (b"\xff", "not UTF-8 at byte 1"),
        (b'{"lists": 1, "lists": 2}', "an object names a field twice"),
        (b"[" * 200_000, "nested too deep"),
        (b'{"lists": ' + b"9" * 5_000 + b"}", "no instance of a visiting day"),
        (b"[]", "must be one JSON object with start and candidates"),
        (b'{"start": {"x": NaN, "y": 0}, "candidates": []}', "start.x must be a number, not infinite and not NaN"),
    ],
)
def test_a_file_that_is_no_instance_ends_with_two(day: Path, written: bytes, fault: str) -> None:
    day.write_bytes(written)
    said = typed("visits", "solve", day, "--json")
    assert (said.code, said.out) == (2, "")
    assert fault in said.err


def test_a_routing_server_that_is_away_is_told_and_straight_lines_are_taken(day: Path) -> None:
    day.write_text(json.dumps(document(town(4, 5))))
    plain = typed("visits", "solve", day, "--json")
    said = typed("visits", "solve", day, "--json", settings={"SIGNALS_ROUTING_URL": AWAY})
    assert said.code == 0
    assert "straight lines" in said.err
    assert said.document["lists"] == plain.document["lists"]


def test_a_routing_server_on_an_open_line_is_refused(day: Path) -> None:
    day.write_text(json.dumps(document(town(4, 5))))
    said = typed("visits", "solve", day, settings={"SIGNALS_ROUTING_URL": "http://roads.example.nl"})
    assert said.code == 2
    assert "SIGNALS_ROUTING_URL" in said.err
