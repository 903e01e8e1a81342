"""Where does a worker spend its time? A profile of one that takes in as fast as it can, by room of the house.

py-spy looks two hundred times a second at every thread of the running worker. A look counts for the innermost frame
that belongs to one of the parts below; what the others called for it is theirs.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import events
from benchmarks.runs import DATABASE, members
from benchmarks.services import empty, settle
from benchmarks.tables import Table
from benchmarks.timed import journal
from signals.embedded.children import await_until, last_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.services import Place

SECONDS: Final = 4
RATE: Final = 200
# The first that fits a frame decides; frames are asked from the innermost outwards.
PARTS: Final = (
    ("waiting for the database", r"(wait\w*|_poll) \(psycopg|psycopg/(waiting|generators)\.py"),
    ("asleep until there is something to do", r"select \(selectors|wait \(threading|sigwait|_work \(\S+/beside\.py"),
    ("decode and check", r"signals/contract/"),
    ("clean names and addresses", r"signals/households/"),
    (
        "judge: statuses, cases, score",
        r"signals/(scoring|outreach/(arrears|cases|rows|policy|periods|legal))|_?judge\S* \(",
    ),
    ("write: rows and statements", r"signals/(store|outreach)/|psycopg|sqlalchemy"),
    (
        "the intake around it",
        r"signals/(consumers/(intake|sorting|complete|flood|quarantine)|metrics)|prometheus_client",
    ),
    ("read and acknowledge: Faust, aiokafka", r"faust|mode/|aiokafka|kafka|signals/consumers/|asyncio|selectors"),
)
IDLE: Final = PARTS[1][0]
OTHER: Final = "everything else"


def profiled(place: Place, say: Callable[[str], None]) -> Table:
    """Look at a worker from its first commit on."""
    with place.engine(DATABASE) as engine, ExitStack() as stack:
        empty(engine)
        settle(place, DATABASE)
        [worker] = members(place, stack, "faust")
        if not await_until(lambda: len(journal(worker.journal)) > 1, 30.0):
            raise RuntimeError(f"the worker stored nothing: {last_words(worker.log)}")
        raw = place.folder / "profile.raw"
        _record(worker.process.pid, raw)
        counts = by_part(raw.read_text("utf-8").splitlines())
        say(f"{sum(counts.values())} looks, {len(journal(worker.journal))} batches")
    return _table(counts)


def _record(pid: int, raw: Path) -> None:
    program = Path(sys.executable).with_name("py-spy")
    words = ["record", "--idle", "--format", "raw", "--rate", str(RATE), "--duration", str(SECONDS)]
    subprocess.run(  # noqa: S603 - our own words
        [program, *words, "--output", raw, "--pid", str(pid)], check=True, capture_output=True, timeout=SECONDS + 30
    )


def by_part(stacks: Iterable[str]) -> Counter[str]:
    """How often each part was seen, of stacks as py-spy writes them: `outermost;…;innermost count`."""
    patterns = [(part, re.compile(pattern)) for part, pattern in PARTS]
    counts: Counter[str] = Counter()
    for line in stacks:
        frames, _, count = line.rpartition(" ")
        counts[_part(frames.split(";"), patterns)] += int(count)
    return counts


def _part(frames: list[str], patterns: list[tuple[str, re.Pattern[str]]]) -> str:
    for frame in reversed(frames):
        for part, pattern in patterns:
            if pattern.search(frame):
                return part
    return OTHER


def _table(counts: Counter[str]) -> Table:
    busy = sum(count for part, count in counts.items() if part != IDLE)
    rows = [(part, f"{100 * count / busy:.0f}%") for part, count in counts.most_common() if part != IDLE]
    said = (
        f"Of the looks of py-spy ({RATE} a second, {SECONDS} s) at a worker with {events.NUMBER:,} events before it; "
        "threads that sleep until there is something to do are left out."
    )
    return Table("profile", ("part", "share"), rows, said)
