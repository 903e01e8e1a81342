"""Which addresses does an extract of the address register (BAG) hold, and where do they lie?

A CSV of any size with a header, as one gets it from the register; row by row, so that the whole country needs no more
memory than a village. What is wrong is told with line numbers, and never with what the line says.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.contract.address import valid_postcode
from signals.errors import FaultsError
from signals.households.address import house_number_forms
from signals.outreach.visits.coordinates import fault_of_degrees, fault_of_metres, metres_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "postcode": ("postcode", "postal code"),
    "house number": ("house number", "huisnummer"),
    "house letter": ("house letter", "huisletter", "letter"),
    "addition": ("house number addition", "huisnummertoevoeging", "addition", "toevoeging"),
    "BAG id": ("bag id", "nummeraanduiding", "nummeraanduiding id", "nummeraanduiding hoofdadres identificatie"),
    "x": ("x", "rd x", "x rd", "x coordinate", "x coordinaat"),
    "y": ("y", "rd y", "y rd", "y coordinate", "y coordinaat"),
    "lat": ("lat", "latitude", "breedtegraad"),
    "lon": ("lon", "lng", "longitude", "lengtegraad"),
}
"""How each column may be called; capitals, spaces, hyphens and underscores do not matter."""
_AT_ONCE: Final = 5_000  # rows whose degrees are converted together
_LINES_NAMED: Final = 5
_BAG_ID: Final = re.compile(r"[0-9]{0,16}")


class Located(NamedTuple):
    """One address, cleaned as a household's is, with its point in RD metres."""

    postcode: str
    number: int
    suffix: str
    bag_id: str | None
    x: float
    y: float


@dataclass(slots=True)
class Findings:
    """What was noticed while an extract was read: rows, and what was left out of it.

    Attributes:
        rows: the rows that are not blank, the header aside.
        without_postcode: rows of the register that have none (garages, pumping stations): nobody is written to there.
        faulty: the lines of each fault, by what is to be mended; of each the first few and how many there are.
    """

    rows: int = 0
    without_postcode: int = 0
    faulty: dict[str, tuple[list[int], int]] = field(default_factory=dict)

    def fault(self, line: int, mend: str) -> None:
        """Note a fault of this line."""
        named, many = self.faulty.get(mend, ([], 0))
        self.faulty[mend] = ([*named, line] if many < _LINES_NAMED else named, many + 1)

    @property
    def faults(self) -> list[str]:
        """Each kind of fault once, with where it is: "lines 3, 4: a postcode such as 7607GC is needed"."""
        return [f"{_lines(named, many)}: {mend}" for mend, (named, many) in self.faulty.items()]


def _lines(named: Sequence[int], many: int) -> str:
    more = f" and {many - len(named):,} more" if many > len(named) else ""
    return f"line{'s' if many > 1 else ''} {', '.join(map(str, named))}{more}"


def read_extract(
    lines: Iterable[str], findings: Findings, *, file: str = "addresses", skip_faulty: bool = False
) -> Iterator[Located]:
    """The addresses of an extract, in the order of the file; `findings` is complete when they are through.

    Args:
        lines: The lines of the file, the first one its header; separated by commas or semicolons.
        findings: Where rows are counted and faults noted.
        file: What to call the file in the faults.
        skip_faulty: Whether a row with a fault is left out; else the first one ends what is given, not the reading.

    Raises:
        FaultsError: The header, or at the end all faults of the rows; nothing may be done with what was given before.
    """
    rows = _rows(lines, file)
    header = next(rows, (1, []))[1]
    reader = _Reader(_places_of(header, file), len(header), findings)
    while chunk := list(islice(rows, _AT_ONCE)):
        located = reader.located(chunk)
        if skip_faulty or not findings.faulty:
            yield from located
    if findings.faulty and not skip_faulty:
        raise FaultsError(file, findings.faults)


def _rows(lines: Iterable[str], file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its last line."""
    rest = iter(lines)
    first = next(rest, "").removeprefix("\ufeff")
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(chain([first], rest), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield reader.line_num, cells
    except csv.Error as error:
        fault = f"line {reader.line_num}: no readable CSV; close every quotation mark, save as UTF-8"
        raise FaultsError(file, [fault]) from error


def _places_of(header: Sequence[str], file: str) -> dict[str, int]:
    """In which cell each column stands; columns that nobody asks for are passed over."""
    spellings = {_bare(spelling): column for column, known in COLUMNS.items() for spelling in known}
    named = [spellings.get(_bare(cell)) for cell in header]
    faults = [f"line 1: column {column} is given twice; keep one" for column in COLUMNS if named.count(column) > 1]
    faults += [f"line 1: column {_asked(column)} is missing" for column in _missing(named)]
    if faults:
        raise FaultsError(file, faults)
    return {column: place for place, column in enumerate(named) if column is not None}


def _missing(named: Sequence[str | None]) -> list[str]:
    point = ("lat", "lon") if {"lat", "lon"} & set(named) and not {"x", "y"} & set(named) else ("x", "y")
    return [column for column in ("postcode", "house number", *point) if column not in named]


def _asked(column: str) -> str:
    other = ", or lat and lon instead of x and y" if column in {"x", "y"} else ""
    return f"{column} ({' or '.join(COLUMNS[column])}{other})"


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]", "", heading.lower())


class _Reader:
    """Reads the rows of one extract; `places` says in which cell each column stands, of `width` cells."""

    def __init__(self, places: Mapping[str, int], width: int, findings: Findings) -> None:
        self._width = width
        self._findings = findings
        self._in_degrees = "x" not in places
        point = ("lat", "lon") if self._in_degrees else ("x", "y")
        asked = ("postcode", "house number", "house letter", "addition", "BAG id", *point)
        self._asked = itemgetter(*(places.get(column, width) for column in asked))

    def located(self, rows: Sequence[tuple[int, list[str]]]) -> list[Located]:
        """The addresses of these rows; what is faulty is noted and left out."""
        read = [(line, found) for line, cells in rows if (found := self._address(line, cells)) is not None]
        self._findings.rows += len(rows)
        return self._in_metres(read) if self._in_degrees else [found for _, found in read]

    def _in_metres(self, read: Sequence[tuple[int, Located]]) -> list[Located]:
        points = metres_of((found.x, found.y) for _, found in read) if read else []
        located = []
        for (line, found), (x, y) in zip(read, points, strict=True):
            if fault := fault_of_metres(x, y):  # within the degrees of the country, but beyond its border
                self._findings.fault(line, fault.partition(";")[0])
            else:
                located.append(found._replace(x=x, y=y))
        return located

    def _address(self, line: int, cells: Sequence[str]) -> Located | None:
        if len(cells) != self._width:
            self._findings.fault(line, "not as many cells as the header has columns; is a separator missing?")
            return None
        # A column that is not there is the empty cell behind the last one.
        written, number, letter, addition, bag_id, east, north = map(str.strip, self._asked((*cells, "")))
        if not written:
            self._findings.without_postcode += 1
            return None
        postcode, forms = valid_postcode(written), house_number_forms(number, letter, addition)
        x, y = _number(east), _number(north)
        fault = self._fault_of_point(x, y)
        if postcode is None or forms is None or fault or not _BAG_ID.fullmatch(bag_id):
            self._tell(line, postcode, forms, bag_id, fault)
            return None
        # A spreadsheet takes the leading zeros off; without a value the point was refused above.
        return Located(postcode, *forms, bag_id.zfill(16) if bag_id else None, x or 0.0, y or 0.0)

    def _fault_of_point(self, x: float | None, y: float | None) -> str | None:
        if x is None or y is None:
            columns = "lat and lon" if self._in_degrees else "x and y"
            return f"{columns} are numbers, such as {'52.3567' if self._in_degrees else '241500.5'}"
        return fault_of_degrees(x, y) if self._in_degrees else fault_of_metres(x, y)

    def _tell(
        self, line: int, postcode: str | None, forms: tuple[int, str] | None, bag_id: str, fault: str | None
    ) -> None:
        if postcode is None:
            self._findings.fault(line, "a postcode such as 7607GC is needed")
        if forms is None:
            self._findings.fault(line, "the house number must begin with a number of 1 to 99999")
        if not _BAG_ID.fullmatch(bag_id):
            self._findings.fault(line, "a BAG id has 16 digits; in a spreadsheet, make it a column of text")
        if fault:
            self._findings.fault(line, fault)


def _number(cell: str) -> float | None:
    """The number in a cell, with a point or a comma; None when there is none."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None
