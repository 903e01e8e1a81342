"""What does an event file hold? Lines of borders.md section 7, read and checked before anything is published.

Stands before the walk: `signals run` reads its files here, `signals simulate` writes such files. What is
inside a value is not judged here; the intake does that, also for what no partner should ever send.
"""

from __future__ import annotations

import base64
import binascii
import json
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.commands.jsontext import NotJsonError, members
from signals.contract.partners import ArrearsTopic, Partner
from signals.errors import FaultsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MAX_VALUE_BYTES: Final = 1_048_576  # borders.md section 3: up to 1 MiB can be published
LISTED_FAULTS: Final = 20
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class EventLine:
    """One record to publish. `is_object` tells that the value was written as a JSON object, not as text."""

    topic: str
    key: bytes | None
    value: bytes | None
    is_object: bool = False


class LineError(ValueError):
    """A line that cannot be published; the message says why and what to do, without quoting the line."""


def read_event_lines(paths: Sequence[Path]) -> list[EventLine]:
    """The records of all files in order; "-" is standard input. Blank lines are skipped.

    Raises:
        FaultsError: a file that cannot be read, or lines that cannot be published; each with file and line.
    """
    lines: list[EventLine] = []
    faults: list[str] = []
    for path in paths:
        for number, text in _numbered_lines(path, faults):
            try:
                lines.append(parse_event_line(text))
            except LineError as fault:
                faults.append(f"{path} line {number}: {fault}")
    raise_faults(", ".join(str(path) for path in paths), faults)
    return lines


def raise_faults(where: str, faults: list[str]) -> None:
    """Raise the faults, if there are any; of a great many the first ones.

    Raises:
        FaultsError: there is at least one fault.
    """
    if len(faults) > LISTED_FAULTS:
        raise FaultsError(f"{where} (the first {LISTED_FAULTS} of {len(faults)})", faults[:LISTED_FAULTS])
    if faults:
        raise FaultsError(where, faults)


def _numbered_lines(path: Path, faults: list[str]) -> Iterator[tuple[int, bytes]]:
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                text = line.removeprefix(_BOM) if number == 1 else line
                if text.strip():
                    yield number, text
    except OSError as fault:
        faults.append(f"{path}: cannot be read ({fault.strerror}); check the name and the permissions")


def parse_event_line(line: bytes) -> EventLine:
    """The record that one line asks to publish.

    Raises:
        LineError: the line is malformed or its topic is outside borders.md section 1.
    """
    found = json_members(line)
    topic = _topic(found.get("topic", "null"))
    key = _text(found.get("key", "null"), "key")
    if ("value" in found) == ("value_base64" in found):
        raise LineError('give exactly one of "value" and "value_base64"')
    value = _from_base64(found["value_base64"]) if "value_base64" in found else _value(found["value"])
    if any(part is not None and len(part) > MAX_VALUE_BYTES for part in (key, value)):
        raise LineError(f"key or value is over {MAX_VALUE_BYTES} bytes; leave the record out")
    return EventLine(topic, key, value, is_object=found.get("value", "").startswith("{"))


def json_members(line: bytes) -> dict[str, str]:
    """The members of the JSON object that `line` is, each as compact JSON text.

    Raises:
        LineError: the line is not UTF-8, not JSON or no object.
    """
    try:
        found = members(line.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise LineError(f"not UTF-8 at byte {fault.start + 1}; save the file as UTF-8") from fault
    except NotJsonError as fault:
        raise LineError(f"{fault}; write one JSON object on each line") from fault
    if found is None:
        raise LineError("JSON, but no object; write one JSON object on each line")
    return found


def _topic(written: str) -> str:
    topic = json.loads(written) if written.startswith('"') else None
    if topic is None or ArrearsTopic.parse(topic) is None:
        raise LineError(
            "the topic is not arrears.<sector>.<partner>, with sector housing, energy, water, health or "
            "other and as partner 2 to 40 of a-z, 0-9 and -"
        )
    return str(topic)


def _text(written: str, name: str) -> bytes | None:
    if written == "null":
        return None
    if not written.startswith('"'):
        raise LineError(f"the {name} is neither a string nor null; put it in quotation marks")
    return utf8(json.loads(written), name)


def _value(written: str) -> bytes | None:
    if written.startswith("{"):
        return utf8(written, "value")
    if written == "null" or written.startswith('"'):
        return _text(written, "value")
    raise LineError("the value is a number, boolean or array; write an object, a string or null")


def utf8(text: str, name: str) -> bytes:
    """`text` as UTF-8.

    Raises:
        LineError: it holds an unpaired surrogate.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as fault:
        advice = 'write a proper character, or the raw bytes as "value_base64"'
        raise LineError(f"the {name} holds an unpaired surrogate, which cannot be UTF-8; {advice}") from fault


def _from_base64(written: str) -> bytes:
    try:
        if not written.startswith('"'):
            raise binascii.Error("no string")
        return base64.b64decode(json.loads(written), validate=True)
    except ValueError as fault:
        raise LineError('"value_base64" is not base64; use A-Z, a-z, 0-9, + and /, padded with =') from fault


def register_from(lines: Iterable[EventLine]) -> list[Partner]:
    """The partners of the topics in `lines`, as `signals run` registers them without `--partners`.

    A partner's source is that of its topic's first line whose value is an object with a string `source`. Only
    health partners may send a BSN. Of a partner named with two sectors the first topic in file order counts.
    A topic without any such line registers nobody: all its events are of an unknown partner.
    """
    first_topic: dict[str, ArrearsTopic] = {}
    sources: dict[str, str] = {}
    for line in lines:
        topic = ArrearsTopic.parse(line.topic)
        if topic is None:
            continue
        first_topic.setdefault(topic.partner, topic)
        if topic.name not in sources and (source := _source(line)) is not None:
            sources[topic.name] = source
    return [
        Partner(topic.partner, topic.sector, frozenset({sources[topic.name]}), bsn=topic.sector == "health")
        for topic in first_topic.values()
        if topic.name in sources
    ]


def _source(line: EventLine) -> str | None:
    """The `source` of a value that was written as an object, when it is a string."""
    if not line.is_object or line.value is None:
        return None
    written = (members(line.value.decode("utf-8")) or {}).get("source", "null")
    return str(json.loads(written)) if written.startswith('"') else None
