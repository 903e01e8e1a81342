"""How does a partner's file become events? For `signals publish FILE --partner ID`, before the walk.

A file is either JSON Lines of complete events or CSV with a header whose columns are the field names of
borders.md section 2, such as `signalledOn` and `arrears.amount`. What makes a file unreadable as a table is
refused here, all faults at once; what a cell says is judged by the intake like any other event.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

from signals.commands.eventfile import MAX_VALUE_BYTES, EventLine, LineError, json_members, raise_faults, utf8
from signals.commands.jsontext import compact
from signals.contract.codes import INCOMING_TYPES
from signals.errors import FaultsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from signals.contract.partners import Partner

_DUTCH_AMOUNT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),([0-9]{1,2})")
_DUTCH_DATE: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES: Final = frozenset({"true", "1", "ja", "yes", "waar"})
_NO: Final = frozenset({"false", "0", "nee", "no", "onwaar"})


def _text(cell: str) -> str:
    return cell


def _amount(cell: str) -> str:
    """Turn "€ 1.612,50" into "1612.50"; what is no Dutch amount stays as it is."""
    bare = cell.removeprefix("€").strip()
    match = _DUTCH_AMOUNT.fullmatch(bare)
    return f"{match[1].replace('.', '')}.{match[2]}" if match else bare


def _date(cell: str) -> str:
    """Turn "2-11-2026" into "2026-11-02"; what is no Dutch date stays as it is."""
    match = _DUTCH_DATE.fullmatch(cell)
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else cell


def _crisis(cell: str) -> str | None:
    """Read "geen" or "none" as: the crisis is over. An empty cell says nothing about it."""
    return None if cell.lower() in {"geen", "none"} else cell


def _truth(cell: str) -> str | bool:
    word = cell.lower()
    return word in _YES if word in _YES | _NO else cell


_OF_EVERY_EVENT: Final[dict[str, Callable[[str], str | bool | None]]] = {
    "type": _text,
    "time": _text,
}
_OF_DATA: Final[dict[str, Callable[[str], str | bool | None]]] = {
    "municipality": _text,
    "signalledOn": _date,
    "reason": _text,
    "arrears.reference": _text,
    "arrears.kind": _text,
    "arrears.amount": _amount,
    "arrears.arisenOn": _date,
    "arrears.crisis": _crisis,
    "arrears.warmTransfer": _truth,
    "person.initials": _text,
    "person.prefix": _text,
    "person.surname": _text,
    "person.partnerPrefix": _text,
    "person.partnerSurname": _text,
    "person.businessName": _text,
    "person.dateOfBirth": _date,
    "person.phone": _text,
    "person.email": _text,
    "person.bsn": _text,
    "address.street": _text,
    "address.houseNumber": _text,
    "address.houseLetter": _text,
    "address.houseNumberAddition": _text,
    "address.postcode": _text,
    "address.city": _text,
    "address.bagId": _text,
    "collection.reminderSentOn": _date,
    "collection.personalContactTried": _truth,
    "collection.pointedToDebtHelp": _truth,
    "collection.objected": _truth,
}
COLUMNS: Final = (*_OF_EVERY_EVENT, *_OF_DATA)
REQUIRED_COLUMNS: Final = ("municipality", "signalledOn", "arrears.reference")
REQUIRED_FOR_REPORTS: Final = ("arrears.kind", "arrears.amount", "address.postcode", "address.houseNumber")
_NAMES: Final = ("person.surname", "person.businessName", "person.bsn")


def read_partner_events(path: Path, partner: Partner) -> list[EventLine]:
    """The events of `path`, ready to publish on the topic of `partner`; CSV when it does not begin with "{".

    Raises:
        FaultsError: the file cannot be read as one of the two; all faults at once, with line numbers.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise FaultsError(str(path), [f"cannot be read ({fault.strerror}); check the name"]) from fault
    except UnicodeDecodeError as fault:
        advice = 'save it as UTF-8 (in a spreadsheet: "CSV UTF-8")'
        raise FaultsError(str(path), [f"not UTF-8 at byte {fault.start + 1}; {advice}"]) from fault
    faults = [] if partner.sources else [f"partner {partner.id} has no source; add one to its registration"]
    rows = _json_lines if content.lstrip().startswith("{") else _csv_rows
    topic = f"arrears.{partner.sector}.{partner.id}"
    raise_faults(str(path), faults)
    lines = [EventLine(topic, key, value, is_object=True) for key, value in rows(content, partner, faults)]
    raise_faults(str(path), faults)
    return lines


def _json_lines(content: str, _: Partner, faults: list[str]) -> Iterator[tuple[bytes | None, bytes]]:
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            try:
                yield _key_of(line), _limited(utf8(compact(line), "event"))
            except LineError as fault:
                faults.append(f"line {number}: {fault}")


def _key_of(line: str) -> bytes | None:
    """The arrears reference, as borders.md section 1 advises: events of one arrears keep their order."""
    written: dict[str, str] | None = json_members(line.encode("utf-8"))
    for name in ("data", "arrears"):
        text = (written or {}).get(name, "")
        written = json_members(text.encode("utf-8", "replace")) if text.startswith("{") else None
    reference = (written or {}).get("reference", "")
    return json.loads(reference).encode("utf-8", "replace") if reference.startswith('"') else None


def _limited(value: bytes) -> bytes:
    if len(value) > MAX_VALUE_BYTES:
        raise LineError(f"the event is over {MAX_VALUE_BYTES} bytes; leave it out")
    return value


def _csv_rows(content: str, partner: Partner, faults: list[str]) -> Iterator[tuple[bytes | None, bytes]]:
    first = content.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(content), delimiter=";" if ";" in first else ",", strict=True)
    try:
        header = _header(next(reader, []), faults)
        for cells in reader if not faults else ():
            try:
                if any(cell.strip() for cell in cells):
                    yield _row(header, cells, partner)
            except LineError as fault:
                faults.append(f"line {reader.line_num}: {fault}")
    except csv.Error as fault:
        faults.append(f"line {reader.line_num}: {fault}; check the quotation marks")


def _header(cells: list[str], faults: list[str]) -> list[str]:
    """The column of each cell; capitals do not matter."""
    spelling = {name.lower(): name for name in COLUMNS}
    header = [spelling.get(cell.strip().lower(), "") for cell in cells]
    unknown = [str(place) for place, name in enumerate(header, start=1) if not name]
    if unknown:
        faults.append(f"line 1: no known name in column {', '.join(unknown)}; known are {', '.join(COLUMNS)}")
    faults += [f'line 1: column "{name}" stands there twice' for name in COLUMNS if header.count(name) > 1]
    required = REQUIRED_COLUMNS if "type" in header else (*REQUIRED_COLUMNS, *REQUIRED_FOR_REPORTS)
    faults += [f'line 1: column "{name}" is missing' for name in required if name not in header]
    if "type" not in header and not set(_NAMES) & set(header):
        faults.append(f"line 1: one of the columns {', '.join(_NAMES)} is needed")
    return header


def _row(header: list[str], cells: list[str], partner: Partner) -> tuple[bytes | None, bytes]:
    if len(cells) != len(header):
        raise LineError(f"{len(cells)} cells under {len(header)} columns; check the separators")
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
    event = _event(row, partner)
    if "time" not in event:
        raise LineError("signalledOn is no date; write YYYY-MM-DD or add a column time")
    value = _limited(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())
    return row.get("arrears.reference", "").encode() or None, value


def _event(row: dict[str, str], partner: Partner) -> dict[str, Any]:
    """One row as an event; without `time` when that can neither be read nor derived."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": row_id(row),
        "source": min(partner.sources),
        "type": _type(row.get("type", "reported")),
        "datacontenttype": "application/json",
        "data": {},
    }
    day = _date(row.get("signalledOn", ""))
    if "time" in row or _ISO_DATE.fullmatch(day):
        event["time"] = row.get("time", f"{day}T12:00:00Z")
    for name, read in _OF_DATA.items():
        if name in row:
            *groups, field = name.split(".")
            target = event["data"]
            for group in groups:
                target = target.setdefault(group, {})
            target[field] = read(row[name])
    return event


def _type(cell: str) -> str:
    """The event type for "reported", "changed" or "withdrawn"; another text is left to the intake."""
    short = {name.split(".")[-2]: name for name in INCOMING_TYPES}
    return short.get(cell.lower(), cell)


def row_id(row: dict[str, str]) -> str:
    """The event id of a row: SHA-256 over its filled cells, whatever the order of the columns.

    The same row published again is the same event, so a file may be sent twice without effect.
    """
    stable = json.dumps(sorted(row.items()), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(stable.encode()).hexdigest()
