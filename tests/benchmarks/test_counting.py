"""Rates and shares are counted as benchmarks/README.md says."""

from __future__ import annotations

import pytest

from benchmarks.profiled import OTHER, by_part
from benchmarks.timed import Stored, drain


def stored(ended: float, records: int, cpu: float = 0.0) -> Stored:
    return Stored(ended - 0.1, ended, records, cpu)


def test_one_worker_is_counted_from_its_first_commit() -> None:
    found = drain([[stored(10.0, 500, 1.0), stored(11.0, 500, 1.5), stored(12.0, 300, 2.0)]])
    assert (found.records, found.seconds, found.cpu) == (800, 2.0, 1.0)
    assert found.rate == 400


def test_several_are_counted_from_the_first_commit_of_the_last() -> None:
    early = [stored(10.0, 500, 1.0), stored(11.0, 400, 2.0), stored(13.0, 300, 3.0)]
    late = [stored(12.0, 200, 1.0), stored(14.0, 100, 1.5)]
    found = drain([early, late])
    assert (found.records, found.seconds) == (400, 2.0)
    assert found.cpu == pytest.approx(1.5)


def test_a_look_counts_for_the_innermost_part() -> None:
    stacks = [
        "run (faust/app.py:2);store (signals/consumers/intake.py:3);decode (signals/contract/decode.py:4) 7",
        "main (m.py:1);store (signals/consumers/intake.py:3);next (heapq.py:1) 2",
        "main (m.py:1);execute (psycopg/cursor.py:9);wait (psycopg/connection.py:4) 5",
        "main (m.py:1) 1",
    ]
    assert by_part(stacks) == {
        "decode and check": 7,
        "the intake around it": 2,
        "waiting for the database": 5,
        OTHER: 1,
    }
