"""How is any CSV file with a target read as a table of examples? Numbers, dates and words; what is missing is unknown.

Nothing is guessed silently: every column that is left out is told with the reason.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import date
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from signals.errors import FaultsError
from signals.scoring.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

MISSING: Final = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "inf", "-inf"})
RAREST: Final = 20
"""Of either value of the target there must be this many rows: five folds, and folds within."""
_MOST_WORDS: Final = 20
_SEPARATORS: Final = ",;\t|"
_QUOTED: Final = re.compile(r'"[^"]*"')
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?", re.ASCII)
_SIGN: Final = re.compile(r"[€$£]\s*|\s*%$")
_GROUPED: Final = {
    mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+(?:{re.escape(other)}\d+)?", re.ASCII)
    for mark, other in (",.", ".,")
}
"""Whole thousands set apart: 1,234.50 and 1.234,50."""


class TabularError(FaultsError):
    """The file cannot be read as a table of examples, or holds no such target."""


class Asked(NamedTuple):
    """What someone wants to know of a file."""

    target: str
    true: str | None = None
    without: tuple[str, ...] = ()


class Tabular(NamedTuple):
    """A table, which value of the target is "true", and what was left out of it and why."""

    table: Table
    true: str
    notes: tuple[str, ...]


def read(path: Path, asked: Asked) -> Tabular:
    """Read a file.

    Raises:
        TabularError: It is not there, empty, no table, or has no target of two values; in words.
    """
    separator, header, rows = _cells(path)
    faults = [
        *_named(header),
        *(_unknown(name, header) for name in (asked.target, *asked.without) if name not in header),
    ]
    if faults:
        raise TabularError(path.name, faults)
    place = header.index(asked.target)
    notes = []
    known = [row for row in rows if not _is_missing(row[place])]
    if len(known) < len(rows):
        notes.append(f"{len(rows) - len(known)} rows without a value of {asked.target} are left out")
    true, outcome = _outcome(path, [row[place] for row in known], asked)
    columns, values = [], []
    for number, name in enumerate(header):
        if number == place or name in asked.without:
            continue
        read_column = _column(name, [row[number].strip() for row in known], separator)
        if isinstance(read_column, str):
            notes.append(f"{name} is left out: {read_column}")
        else:
            columns.append(read_column[0])
            values.append(read_column[1])
    if not columns:
        raise TabularError(path.name, ["no column is left to learn from", *notes])
    count = len(known)
    zeros = np.zeros(count, dtype=np.int64)
    table = Table(tuple(columns), np.column_stack(values), outcome, zeros, zeros, np.arange(count))
    return Tabular(table, true, tuple(notes))


def _cells(path: Path) -> tuple[str, list[str], list[list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read: is it there?"
        raise TabularError(path.name, [why]) from None
    separator = max(_SEPARATORS, key=_QUOTED.sub("", text.partition("\n")[0]).count)
    try:
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    except csv.Error as error:
        raise TabularError(path.name, [f"is no CSV: {error}"]) from None
    if len(lines) < 2:
        raise TabularError(path.name, ["holds no rows; the first line names the columns, each next one is an example"])
    header, rows = [name.strip() for name in lines[0]], lines[1:]
    wrong = [number for number, row in enumerate(rows, start=1) if len(row) != len(header)]
    if wrong:
        raise TabularError(path.name, [f"row {wrong[0]} has not one cell for each of the {len(header)} columns"])
    return separator, header, rows


def _named(header: list[str]) -> list[str]:
    twice = sorted({name for name in header if header.count(name) > 1})
    return [f"column {name or '(without a name)'} is there more than once" for name in twice]


def _unknown(name: str, header: list[str]) -> str:
    close = get_close_matches(name, header, n=1)
    return f"no column {name}; " + (f"did you mean {close[0]}?" if close else f"there are: {', '.join(header[:20])}")


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def _outcome(path: Path, cells: list[str], asked: Asked) -> tuple[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    words = [_plain(cell) for cell in cells]
    counted = dict(sorted(Counter(words).items()))
    if len(counted) != 2:
        found = ", ".join(list(counted)[:5]) or "none"
        raise TabularError(path.name, [f"{asked.target} must have two values; it has {len(counted)} ({found}…)"])
    true = min(reversed(counted), key=lambda word: counted[word]) if asked.true is None else _plain(asked.true)
    if true not in counted:
        raise TabularError(path.name, [f"{asked.target} is never {asked.true}; it is {' or '.join(counted)}"])
    if min(counted.values()) < RAREST:
        rarer = min(counted, key=lambda word: counted[word])
        raise TabularError(path.name, [f"{asked.target} is {rarer} in {counted[rarer]} rows; {RAREST} are needed"])
    return true, np.array([word == true for word in words])


def _plain(cell: str) -> str:
    """1 and 1.0 are the same value."""
    number = _number(cell.strip())
    return cell.strip() if number is None else f"{number:.15g}"


def _number(cell: str) -> float | None:
    try:
        found = float(cell.replace(",", ".") if "." not in cell else cell)
    except ValueError:
        return None
    return found if isfinite(found) else None


def _ordinal(cell: str) -> float | None:
    try:
        return float(date.fromisoformat(cell[:10]).toordinal()) if _DATE.fullmatch(cell) else None
    except ValueError:
        return None


def _ungrouped(cells: Collection[str], separator: str) -> dict[str, str]:
    """Each cell without signs of money and share, and without what sets thousands apart, where the column has that.

    One group alone, as in 1,234, may as well be a decimal comma: it is one unless another cell of the column shows
    otherwise, by two groups or by both marks, or commas separate the cells of this file.
    """
    bare = {cell: _SIGN.sub("", cell) for cell in cells}
    for mark, grouped in _GROUPED.items():
        other = "," if mark == "." else "."
        marked = [cell for cell in bare.values() if mark in cell]
        sure = mark == separator or any(other in cell or cell.count(mark) > 1 for cell in marked)
        if marked and sure and all(map(grouped.fullmatch, marked)):
            return {cell: plain.replace(mark, "") for cell, plain in bare.items()}
    return bare


_Read = tuple[Column, "np.ndarray[tuple[int], np.dtype[np.float64]]"]


def _column(name: str, cells: Sequence[str], separator: str) -> _Read | str:
    """The column with its values, or why it is left out."""
    known = {cell for cell in cells if not _is_missing(cell)}
    if not known:
        return "it is empty"
    if len(known) == 1 and not any(map(_is_missing, cells)):
        return "it is the same in every row"
    plain = _ungrouped(known, separator)
    for read_cell in (_number, _ordinal):
        found = {cell: number for cell in known if (number := read_cell(plain[cell])) is not None}
        if len(found) == len(known):
            return _numbers(name, cells, found)
    return _words(name, cells, known)


def _numbers(name: str, cells: Sequence[str], found: dict[str, float]) -> _Read | str:
    values = np.array([found.get(cell, np.nan) for cell in cells])
    steps = np.diff(values)
    if len(values) > _MOST_WORDS and np.isfinite(steps).all() and (steps == 1).all():
        return "it numbers the rows"
    return Column(name), values


def _words(name: str, cells: Sequence[str], known: Collection[str]) -> _Read | str:
    count = sum(not _is_missing(cell) for cell in cells)
    if len(known) > max(_MOST_WORDS, count // 2):
        return f"it names the rows ({len(known)} different words)"
    words = tuple(sorted(known))
    place = {word: float(number) for number, word in enumerate(words)}
    return Column(name, categories=words), np.array([place.get(cell, np.nan) for cell in cells])
