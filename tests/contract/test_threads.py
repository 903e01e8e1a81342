"""Two threads may look at their first event at the same moment: the worker prepares a batch while one is stored."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROCESSES = 4  # where shapes are built at their first use, such a process dies more than four times out of five
SECONDS = 60
FIRST_LOOK_BY_EIGHT = """
import sys
import threading

from signals.contract.codes import CHANGED_TYPE, REPORTED_TYPE, WITHDRAWN_TYPE
from signals.contract.shapes import shape_of

sys.setswitchinterval(1e-6)
gate = threading.Barrier(8, timeout=30)
looked = []


def look():
    for event_type in (REPORTED_TYPE, CHANGED_TYPE, WITHDRAWN_TYPE):
        gate.wait()
        shape_of({"type": event_type, "data": {}})
    looked.append(None)


threads = [threading.Thread(target=look) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(looked) != 8)
"""


@pytest.mark.parametrize("number", range(PROCESSES))
def test_the_first_look_of_several_threads_at_once_ends_well(number: int) -> None:
    words = [sys.executable, "-c", FIRST_LOOK_BY_EIGHT]
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"process {number}: {done.returncode} {done.stderr}"
