"""Who stands on the caseload list or the exclusion list? Reading the two lists, and looking a person up.

Where no register is connected, a municipality imports a CSV of the people already in debt help (caseload)
and of those who must not be approached (exclusions). The status of a report (borders.md section 4.2) asks
here.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, TypeVar, get_args

from signals.contract.address import valid_postcode
from signals.errors import FaultsError
from signals.households.address import HouseholdAddress, house_number_forms
from signals.households.names import clean_initials, clean_surname
from signals.households.personal import clean_bsn, clean_date_of_birth

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
    from datetime import date

    from signals.households.identity import PersonIdentity

_T = TypeVar("_T")
_K = TypeVar("_K", bound="Hashable")

ListingKind = Literal["caseload", "exclusions"]
ExclusionReason = Literal["safety", "objection", "legal-person", "other"]
EXCLUSION_REASONS: Final[tuple[str, ...]] = get_args(ExclusionReason)

COLUMNS: Final = (
    "municipality",
    "bsn",
    "surname",
    "initials",
    "date_of_birth",
    "postcode",
    "house_number",
    "house_letter",
    "house_number_addition",
    "reason",
)
_MUNICIPALITY: Final = re.compile(r"[0-9]{4}")
_MOST_FAULTS: Final = 50
"""A wrong file is wrong on every line; after so many faults the rest is only counted."""


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One line of a list, cleaned. What the line leaves out is None or empty and is not compared.

    A line with neither BSN nor surname with date of birth stands for everyone at its address (exclusions
    only).
    """

    municipality: str
    bsn: str | None = None
    date_of_birth: date | None = None
    surname: str = ""
    initials: str = ""
    postcode: str | None = None
    number: int | None = None
    suffix: str = ""
    reason: str | None = None

    @property
    def names_a_person(self) -> bool:
        """Whether the line is about one person, by BSN or by surname with date of birth."""
        return bool(self.bsn or (self.surname and self.date_of_birth))


def read_listing(text: str | Iterable[str], kind: ListingKind, *, file: str = "list") -> list[ListedPerson]:
    """Read a list from CSV with a header, separated by commas or semicolons.

    Args:
        text: The whole text, or its lines; a byte order mark is taken off.
        kind: "caseload" or "exclusions"; only exclusions have reasons and lines for a whole address.
        file: What to call the file in the faults.

    Returns:
        The lines, cleaned, in the order of the file; the same line twice is given twice.

    Raises:
        FaultsError: With every fault, each naming line, column and mend, and never what the line says.
    """
    faults: list[str] = []
    rows = _rows(text, faults)
    header = _header(next(rows, (1, []))[1], faults)
    if faults:
        raise FaultsError(file, faults)
    read = [_listed_person(_Row(line, header, cells, faults), kind) for line, cells in rows]
    if faults:
        raise FaultsError(file, _at_most(faults))
    return read


def _rows(text: str | Iterable[str], faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its last line."""
    lines = iter(io.StringIO(text, newline="") if isinstance(text, str) else text)
    first = next(lines, "").removeprefix("\ufeff")
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error:
        faults.append(f"line {reader.line_num}: no readable CSV; close every quotation mark, save as UTF-8")


def _header(cells: list[str], faults: list[str]) -> tuple[str, ...]:
    names = tuple(cell.lower() for cell in cells)
    unknown = [name for name in names if name not in COLUMNS]
    faults.extend(f"line 1: a column is unknown; {_suggestion(name)}" for name in unknown)
    twice = [name for name in COLUMNS if names.count(name) > 1]
    faults.extend(f"line 1: column {name} is given twice; keep one" for name in twice)
    if "municipality" not in names:
        faults.append("line 1: column municipality is missing; the first line names the columns")
    return names


def _suggestion(name: str) -> str:
    # The word itself is not repeated: in a file without a header the first line is a person.
    close = get_close_matches(name, COLUMNS, n=1)
    return f"did you mean {close[0]}?" if close else f"the columns are {', '.join(COLUMNS)}"


def _at_most(faults: list[str]) -> list[str]:
    rest = len(faults) - _MOST_FAULTS
    return faults if rest <= 0 else [*faults[:_MOST_FAULTS], f"and {rest} more; mend these first"]


class _Row:
    """One row while it is read: its cells by column, and where its faults go."""

    def __init__(self, line: int, header: tuple[str, ...], cells: list[str], faults: list[str]) -> None:
        self._line = line
        self._cells = dict(zip(header, cells, strict=False))
        self._faults = faults
        self.complete = len(cells) == len(header)
        if not self.complete:
            self.fault("", f"{len(cells)} cells where the header has {len(header)}; is a separator missing?")

    def __getitem__(self, column: str) -> str:
        return self._cells.get(column, "")

    def fault(self, column: str, mend: str) -> None:
        where = f"line {self._line}, {column}" if column else f"line {self._line}"
        self._faults.append(f"{where}: {mend}")

    def cleaned(self, column: str, clean: Callable[[str], _T | None], mend: str) -> _T | None:
        """The cleaned cell; None when it is empty, and with a fault when cleaning leaves nothing."""
        if not self[column]:
            return None
        value = clean(self[column])
        if value is None:
            self.fault(column, mend)
        return value


def _listed_person(row: _Row, kind: ListingKind) -> ListedPerson:
    if not row.complete:
        return ListedPerson("")
    number, suffix = _house_number(row)
    person = ListedPerson(
        municipality=_municipality(row),
        bsn=row.cleaned("bsn", clean_bsn, "nine digits that pass the eleven-test are needed; check them"),
        date_of_birth=row.cleaned("date_of_birth", clean_date_of_birth, "a date such as 1985-06-12 is needed"),
        surname=row.cleaned("surname", _some_surname, "a name has letters; correct it or empty it") or "",
        initials=clean_initials(row["initials"]),
        postcode=row.cleaned("postcode", valid_postcode, "a postcode such as 7607GC is needed"),
        number=number,
        suffix=suffix,
        reason=_reason(row) if kind == "exclusions" else None,
    )
    _check_identifies(row, person, kind)
    return person


def _municipality(row: _Row) -> str:
    code = row["municipality"]
    if not _MUNICIPALITY.fullmatch(code):
        row.fault("municipality", "the four digits of the municipality's code are needed, such as 0141")
    return code


def _some_surname(text: str) -> str | None:
    return clean_surname(text) or None


def _house_number(row: _Row) -> tuple[int | None, str]:
    letter, addition = row["house_letter"], row["house_number_addition"]
    if not row["house_number"]:
        if letter or addition:
            row.fault("house_number", "a house letter or addition needs a house number; fill it in")
        return None, ""
    forms = house_number_forms(row["house_number"], letter, addition)
    if forms is None:
        row.fault("house_number", "it must begin with a number of 1 to 99999, such as 12 or 12A")
    return forms or (None, "")


def _reason(row: _Row) -> str:
    reason = row["reason"].lower() or "other"
    if reason not in EXCLUSION_REASONS:
        row.fault("reason", f"use one of: {', '.join(EXCLUSION_REASONS)}; empty means other")
    return reason


_NEEDED: Final = ("bsn", "surname", "date_of_birth", "postcode", "house_number")


def _check_identifies(row: _Row, person: ListedPerson, kind: ListingKind) -> None:
    """A line must say who it is about; judged by what was written, so that one slip is one fault."""
    bsn, surname, born, postcode, number = (bool(row[column]) for column in _NEEDED)
    if bsn or (surname and born):
        return
    # Half a person must never become a whole address: that would exclude the neighbours in the house.
    if kind == "exclusions" and postcode and number and not (surname or born or person.initials):
        return
    whole = ", or postcode and house_number alone for everyone there" if kind == "exclusions" else ""
    row.fault("", f"it is not clear who is meant; give bsn, or surname and date_of_birth{whole}")


@dataclass(frozen=True, slots=True)
class ListingIndex:
    """A list made ready for looking people up; made once per list by `index_of`."""

    by_bsn: Mapping[tuple[str, str], tuple[ListedPerson, ...]]
    by_birth: Mapping[tuple[str, date], tuple[ListedPerson, ...]]
    by_address: Mapping[HouseholdAddress, tuple[ListedPerson, ...]]

    def __bool__(self) -> bool:
        """Whether anybody stands on the list."""
        return bool(self.by_bsn or self.by_birth or self.by_address)


def index_of(entries: Iterable[ListedPerson]) -> ListingIndex:
    """Index the lines of a list by BSN, by date of birth, and by address for lines about a whole address."""
    by_bsn: defaultdict[tuple[str, str], list[ListedPerson]] = defaultdict(list)
    by_birth: defaultdict[tuple[str, date], list[ListedPerson]] = defaultdict(list)
    by_address: defaultdict[HouseholdAddress, list[ListedPerson]] = defaultdict(list)
    for entry in entries:
        if entry.bsn:
            by_bsn[entry.municipality, entry.bsn].append(entry)
        if entry.date_of_birth and entry.surname:
            by_birth[entry.municipality, entry.date_of_birth].append(entry)
        if not entry.names_a_person and entry.postcode and entry.number:
            place = HouseholdAddress(entry.municipality, entry.postcode, entry.number, entry.suffix)
            by_address[place].append(entry)
    return ListingIndex(_grouped(by_bsn), _grouped(by_birth), _grouped(by_address))


def _grouped(lists: Mapping[_K, list[ListedPerson]]) -> dict[_K, tuple[ListedPerson, ...]]:
    return {key: tuple(entries) for key, entries in lists.items()}


def listed(index: ListingIndex, municipality: str, identity: PersonIdentity, address: HouseholdAddress) -> bool:
    """Whether a person is on the list; see `matching_entry`."""
    return matching_entry(index, municipality, identity, address) is not None


def matching_entry(
    index: ListingIndex, municipality: str, identity: PersonIdentity, address: HouseholdAddress
) -> ListedPerson | None:
    """The first line of the list that means this person.

    A line means the person when the BSN is the same; or when date of birth and surname are (own, partner's
    or both, in either order), no BSN contradicts it, postcode and house number are the same where the line
    gives them, and the first initials are the same where both have any. A line for a whole address means
    everyone at exactly that one.

    Args:
        index: The list, from `index_of`.
        municipality: Only lines of this municipality count.
        identity: The cleaned identity of the person reported.
        address: The household of the report.
    """
    if identity.bsn and (entries := index.by_bsn.get((municipality, identity.bsn))):
        return entries[0]
    if identity.date_of_birth:
        for entry in index.by_birth.get((municipality, identity.date_of_birth), ()):
            if _same_person(entry, identity) and _same_place(entry, address):
                return entry
    if not index.by_address:
        return None
    place = HouseholdAddress(municipality, address.postcode, address.number, address.suffix)
    return next(iter(index.by_address.get(place, ())), None)


def _same_person(entry: ListedPerson, identity: PersonIdentity) -> bool:
    if entry.bsn and identity.bsn and entry.bsn != identity.bsn:
        return False
    if entry.initials and identity.initials and entry.initials[0] != identity.initials[0]:
        return False
    theirs, ours = set(entry.surname.split()), set(identity.names)
    # One side may know only the own or only the partner's name; two different double names are two people.
    return bool(ours) and (theirs <= ours or ours <= theirs)


def _same_place(entry: ListedPerson, address: HouseholdAddress) -> bool:
    return entry.postcode in {None, address.postcode} and entry.number in {None, address.number}
