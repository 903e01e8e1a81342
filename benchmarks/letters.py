"""How quickly are letters made, beside WeasyPrint making the same letter? As single files, and as one for the printer.

Both are given the same letters (400, other ones in each round; WeasyPrint the first hundred of them) and make PDF/UA-1
of them with the same typeface, codes and marks, each in one process, in turn. Typst uses all cores: it lays out several
pages of one file at once, and files of their own are made side by side, as a run writes them; how quickly they are made
one after the other is told too. WeasyPrint is Python and has one core in a process. No services are needed:
`python -m benchmarks.letters`, in the environment of `make bench`.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.letter_twin import Twin
from benchmarks.services import machine
from benchmarks.tables import Table, aims_table, write
from signals.outreach.letters.block import AddressBlock
from signals.outreach.letters.letter import specimen
from signals.outreach.letters.typeset import side_by_side, typeset, typeset_one
from tests.outreach.letters.samples import SENDER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.services import Place
    from signals.outreach.letters.letter import Letter

FULL: Final = 400
LETTERS: Final = int(os.environ.get("SIGNALS_BENCH_LETTERS", FULL))
ROUNDS: Final = 3
PEER_SHARE: Final = 4
"""WeasyPrint makes a fourth of them, so that it takes no longer than it must; its pace is the same for all."""
PARTNERS: Final = ("Welbions", "Menzis", "Vitens", "Enexis", "Essent")
_NAMES: Final = (
    "van Dijk",
    "Jansen",
    "de Vries",
    "Öztürk",
    "Bakker",
    "Visser-Smit",
    "Mulder",
    "Bos",
    "van der Berg",
    "Kok",
)
_STREETS: Final = ("Wierdensestraat", "Voorbeeldlaan", "Eikenhof", "Beukstraat", "Kanaalweg", "Marktplein", "Dorpsweg")


class Cost(NamedTuple):
    """What a letter takes, in seconds: of the clock, and of the processor."""

    seconds: float
    processor: float


def letters(seed: int, number: int) -> list[Letter]:
    """Letters to people who are made up: one with two partners for every nine with one (domain.md section 6)."""
    return [_letter(seed, place) for place in range(number)]


def _letter(seed: int, place: int) -> Letter:
    turn = seed * 7919 + place
    name = f"{chr(65 + turn % 26)}.{chr(65 + turn // 26 % 26)}. {_NAMES[turn % len(_NAMES)]}"
    return replace(
        specimen("first", "nl", SENDER),
        number=f"{seed:06}-{place:04}",
        block=AddressBlock.of(
            name=name,
            street=_STREETS[turn % len(_STREETS)],
            number=1 + turn % 250,
            postcode=f"76{turn % 90 + 10}AB",
            city="Almelo",
        ),
        salutation=f"Beste {name},",
        partners=tuple(PARTNERS[(turn + one) % len(PARTNERS)] for one in range(1 if place % 10 else 2)),
    )


def _written(letter: Letter, folder: Path) -> int:
    return (folder / f"{letter.number}.pdf").write_bytes(typeset_one(letter).pdf)


def _single(found: Sequence[Letter], folder: Path) -> None:
    for _ in side_by_side(lambda letter: _written(letter, folder), found):
        pass


def _one_by_one(found: Sequence[Letter], folder: Path) -> None:
    for letter in found:
        _written(letter, folder)


def _merged(found: Sequence[Letter], folder: Path) -> None:
    (folder / "run.pdf").write_bytes(typeset(found).pdf)


def measured(_place: Place | None, say: Callable[[str], None]) -> Table:
    """The table: letters a second of each, as single files and as one.

    Raises:
        RuntimeError: WeasyPrint is not there.
    """
    twin = Twin()
    ways: dict[str, Callable[[Sequence[Letter], Path], None]] = {
        "single": _single,
        "one by one": _one_by_one,
        "merged": _merged,
        "twin single": twin.single,
        "twin merged": twin.merged,
    }
    for make in ways.values():
        _cost(make, letters(0, 2))  # typeface, templates and style sheet are read
    costs: dict[str, list[Cost]] = {way: [] for way in ways}
    for turn in range(1, ROUNDS + 1):
        found = letters(turn, LETTERS)
        for way, make in ways.items():
            taken = found[: len(found) // PEER_SHARE] if way.startswith("twin") else found
            costs[way].append(_cost(make, taken))
            say(f"{way}: {1 / costs[way][-1].seconds:.0f} letters/s")
    return _table(costs)


def _cost(make: Callable[[Sequence[Letter], Path], None], found: Sequence[Letter]) -> Cost:
    with TemporaryDirectory() as folder:
        started, used = time.perf_counter(), time.process_time()
        make(found, Path(folder))
        return Cost((time.perf_counter() - started) / len(found), (time.process_time() - used) / len(found))


def _table(costs: dict[str, list[Cost]]) -> Table:
    figures = {f"letters {way} ÷ weasyprint": _ratio(costs[way], costs[f"twin {way}"]) for way in ("single", "merged")}
    rows = [
        _row("typst, a file each, side by side", costs["single"], figures["letters single ÷ weasyprint"]),
        _row(
            "typst, a file each, one after the other",
            costs["one by one"],
            _ratio(costs["one by one"], costs["twin single"]),
        ),
        _row("WeasyPrint, a file each", costs["twin single"], 1.0),
        _row("typst, one file", costs["merged"], figures["letters merged ÷ weasyprint"]),
        _row("WeasyPrint, one file", costs["twin merged"], 1.0),
    ]
    said = (
        f"Medians of {ROUNDS} rounds of {LETTERS} letters, of which WeasyPrint makes {LETTERS // PEER_SHARE}; "
        "the ratio of each round is of the same minute."
    )
    header = ("what", "letters/s", "÷ WeasyPrint", "ms of processor a letter")
    return Table("letters", header, rows, said, figures)


def _ratio(ours: Sequence[Cost], peer: Sequence[Cost]) -> float:
    return statistics.median(other.seconds / one.seconds for one, other in zip(ours, peer, strict=True))


def _row(words: str, costs: Sequence[Cost], ratio: float) -> tuple[str, ...]:
    seconds, processor = (statistics.median(found) for found in zip(*costs, strict=True))
    return words, f"{1 / seconds:.0f}", f"{ratio:.1f}", f"{1000 * processor:.1f}"


def main() -> int:
    """Measure, print, and with `--write` put it into the documents."""
    table = measured(None, lambda words: print(words, file=sys.stderr, flush=True))
    print("\n".join(table.lines()))
    if "--write" in sys.argv and LETTERS >= FULL:
        stamp = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; `python -m benchmarks.letters`"
        write([table, aims_table(table.figures)], stamp)
    return 0


if __name__ == "__main__":
    sys.exit(main())
