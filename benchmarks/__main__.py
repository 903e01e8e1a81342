"""How fast is it, beside what bounds it, and beside its peers? All tables of benchmarks/README.md, in one run.

`python -m benchmarks` measures everything in about a quarter of an hour; names of tables measure those. `--write` puts
the tables between their marks in benchmarks/README.md and README.md, `--json` prints the figures as one document.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import time
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Final

from benchmarks import (
    core,
    events,
    hot,
    latency,
    letters,
    memory,
    pages,
    profiled,
    score,
    scored,
    speed,
    stored,
    visits,
)
from benchmarks.runs import DATABASE
from benchmarks.services import machine, make_installation, send, services
from benchmarks.tables import Table, aims_table, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.services import Place

TABLES: Final[dict[str, Callable[[Place, Callable[[str], None]], Table]]] = {
    "decode": core.decoded,
    "intake": core.taken_in,
    "speed": speed.compared,
    "workers": speed.scaled,
    "profile": profiled.profiled,
    "stored": stored.compared,
    "hot": hot.compared,
    "late": hot.late,
    "latency": latency.measured,
    "memory": memory.measured,
    "pages": pages.measured,
    "letters": letters.measured,
    "visits": visits.measured,
    "score": score.measured,
    "scored": scored.measured,
}
PUBLISHED: Final = {"speed", "workers", "profile"}  # these read the events from the broker


def main() -> int:
    """Measure, print, write."""
    asked = _arguments()
    logging.disable(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what we started ends with us
    started = time.monotonic()
    out = sys.stderr if asked.json else sys.stdout
    with services() as place:
        found, failed = _measure(place, [name for name in TABLES if name in (asked.tables or TABLES)], out)
    found.append(aims_table({name: value for table in found for name, value in table.figures.items()}))
    chosen = (f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("SIGNALS_BENCH_"))
    command = " ".join([*chosen, "python -m benchmarks", *asked.tables])
    measured_on = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; `{command}`"
    if asked.write:
        write(found, measured_on)
    if asked.json:
        figures = {name: value for table in found for name, value in table.figures.items()}
        print(json.dumps({"measured": measured_on, "figures": figures}, ensure_ascii=False))
    else:
        _show(found[-1], out)
    _say(f"{measured_on}; {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)}; all if none is named")
    parser.add_argument("--write", action="store_true", help="put the tables into the documents")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    if unknown := set(asked.tables) - set(TABLES):
        parser.error(f"there is no table {', '.join(sorted(unknown))}")
    if asked.write and (events.NUMBER < events.FULL or pages.CASES < pages.FULL):
        parser.error("what goes into the documents is measured in full: unset SIGNALS_BENCH_EVENTS and _CASES")
    return asked


def _measure(place: Place, names: Sequence[str], out: IO[str]) -> tuple[list[Table], bool]:
    """Those tables, in their order; and whether one could not be measured, which does not keep the others back."""
    make_installation(place, core.DATABASE)
    make_installation(place, DATABASE)
    if PUBLISHED.intersection(names):
        send(place, events.messages(events.lines(events.NUMBER)))
    found, failed = [], False
    for name in names:
        _say(f"{name} …")
        try:
            found.append(TABLES[name](place, _say))
        except RuntimeError as error:
            failed = True
            _say(f"{name} could not be measured: {error}")
        else:
            _show(found[-1], out)
    return found, failed


def _show(table: Table, out: IO[str]) -> None:
    print("\n".join(["", f"## {table.name}", "", *table.lines()]), file=out, flush=True)


def _say(words: str) -> None:
    print(f"  {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
