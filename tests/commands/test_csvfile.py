"""A partner's own file becomes events: what cells may look like, and what makes a file unreadable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from signals.commands.csvfile import COLUMNS, read_partner_events, row_id
from signals.contract.decode import decode
from signals.contract.events import Changed, Reported, Withdrawn
from signals.contract.partners import ArrearsTopic, Directory, Partner
from signals.errors import FaultsError

if TYPE_CHECKING:
    from pathlib import Path

    from signals.commands.eventfile import EventLine

PARTNER = Partner("menzis", "health", frozenset({"urn:b", "urn:a"}), bsn=True)
HEADER = (
    "municipality,signalledOn,arrears.reference,arrears.kind,arrears.amount,person.surname,address.postcode,"
    "address.houseNumber"
)
ROW = "0141,2026-11-02,ZV-1,health-premium,300.00,Dekker,7607GC,12A"


def read(path: Path, text: str | bytes, partner: Partner = PARTNER) -> list[EventLine]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_partner_events(path, partner)


def events(path: Path, text: str) -> list[dict[str, Any]]:
    return [json.loads(line.value or b"") for line in read(path, text)]


def faults(path: Path, text: str | bytes, partner: Partner = PARTNER) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        read(path, text, partner)
    assert "Dekker" not in str(caught.value)
    return caught.value.faults


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def accepted(line: EventLine) -> Reported | Changed | Withdrawn:
    topic = ArrearsTopic.parse(line.topic)
    assert topic is not None
    event = decode(line.value, topic, Directory({PARTNER.id: PARTNER}, frozenset({"0141"})))
    assert isinstance(event, Reported | Changed | Withdrawn)
    return event


def test_a_row_is_a_report_on_the_topic_of_the_partner(path: Path) -> None:
    (line,) = read(path, f"{HEADER}\n{ROW}\n")
    assert (line.topic, line.key) == ("arrears.health.menzis", b"ZV-1")
    event = accepted(line)
    assert isinstance(event, Reported)
    assert (event.source, event.amount_cents, event.address.suffix) == ("urn:a", 30000, "A")
    assert json.loads(line.value or b"")["time"] == "2026-11-02T12:00:00Z"


@pytest.mark.parametrize(
    ("column", "cell", "field"),
    [
        ("arrears.amount", "612.50", "612.50"),
        ("arrears.amount", '"612,50"', "612.50"),
        ("arrears.amount", '"1.612,5"', "1612.5"),
        ("arrears.amount", '"€ 1.234.567,89"', "1234567.89"),
        ("arrears.amount", "€75", "75"),
        ("arrears.amount", "1.612", "1.612"),
        ("arrears.amount", "veel", "veel"),
        ("signalledOn", "02-11-2026", "2026-11-02"),
        ("signalledOn", "2-1-2026", "2026-01-02"),
        ("person.dateOfBirth", "00-00-1985", "1985-00-00"),
        ("person.dateOfBirth", "1985", "1985"),
        ("arrears.crisis", "eviction", "eviction"),
        ("arrears.crisis", "geen", None),
        ("collection.objected", "Ja", True),
        ("collection.objected", "FALSE", False),
        ("collection.objected", "misschien", "misschien"),
        ("person.surname", '"van ""t Hof, sr."', 'van "t Hof, sr.'),
        ("person.surname", "  Jansen ", "Jansen"),
    ],
)
def test_what_a_cell_becomes(path: Path, column: str, cell: str, field: str | bool | None) -> None:
    cells = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {column: cell}
    (event,) = events(path, ",".join(cells) + "\n" + ",".join(cells.values()))
    found: Any = event["data"]
    for part in column.split("."):
        found = found[part]
    assert found == field
    assert type(found) is type(field)


def test_an_empty_cell_is_absent(path: Path) -> None:
    (event,) = events(path, f"{HEADER},person.bsn,arrears.crisis\n{ROW},,\n")
    assert "bsn" not in event["data"]["person"]
    assert "crisis" not in event["data"]["arrears"]


def test_all_three_types_can_be_sent(path: Path) -> None:
    report, change, withdrawal = map(
        accepted,
        read(
            path,
            f"{HEADER};type;time;reason\n{ROW};;;\n".replace(",", ";")
            + "0141;03-11-2026;ZV-1;;350,00;;;;changed;2026-11-03T09:00:00+01:00;\n"
            + "0141;04-11-2026;ZV-1;;;;;;nl.vroegsignalering.arrears.withdrawn.v1;;paid\n",
        ),
    )
    assert isinstance(report, Reported)
    assert isinstance(change, Changed)
    assert change.amount_cents == 35000
    assert isinstance(withdrawal, Withdrawn)
    assert withdrawal.reason == "paid"


def test_every_column_has_its_place_in_the_event(path: Path) -> None:
    cells = {name: f"x-{number}" for number, name in enumerate(COLUMNS)} | {"signalledOn": "2026-11-02"}
    (event,) = events(path, ",".join(cells) + "\n" + ",".join(cells.values()))

    def leaves(part: dict[str, Any], prefix: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in part.items():
            found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
        return found

    assert leaves(event["data"]) | {"type": event["type"], "time": event["time"]} == cells


def test_the_id_follows_from_the_cells_alone(path: Path) -> None:
    (one,) = events(path, f"{HEADER}\n{ROW}\n")
    turned = [",".join(reversed(text.split(","))) for text in (HEADER, ROW)]
    (two,) = events(path, "\r\n".join(turned))
    (three,) = events(path, f"{HEADER},person.bsn\n{ROW},\n")
    assert one["id"] == two["id"] == three["id"]
    (other,) = events(path, f"{HEADER}\n{ROW.replace('300.00', '300.01')}\n")
    assert other["id"] != one["id"]


def test_the_id_stays_the_same_over_versions() -> None:
    assert row_id({"b": "é", "a": "1"}) == "86a0f3c0d2c0aa020ea7d85e61ef081ab78447f4b546b0a62e2006e1511fcaa3"


def test_a_spreadsheet_may_write_it_its_own_way(path: Path) -> None:
    text = "\ufeff" + f"{HEADER}\r\n{ROW}\r\n,,,,,,,\r\n\r\n".replace(",", ";").replace(
        "arrears.amount", " Arrears.Amount "
    )
    assert len(events(path, text)) == 1


def test_a_cell_may_hold_a_line_break(path: Path) -> None:
    (event,) = events(path, f"{HEADER}\n{ROW.replace('Dekker', chr(34) + 'De' + chr(10) + 'kker' + chr(34))}\n")
    assert event["data"]["person"]["surname"] == "De\nkker"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            [
                "municipality",
                "signalledOn",
                "reference",
                "kind",
                "amount",
                "postcode",
                "houseNumber",
                "one of",
            ],
        ),
        (
            HEADER.replace("person.surname", "naam") + "\n",
            ["no known name in column 6", "one of the columns"],
        ),
        (HEADER + ",arrears.amount\n", ['"arrears.amount" stands there twice']),
        ("type,municipality\n", ['"signalledOn" is missing', '"arrears.reference" is missing']),
        (f"{HEADER}\n{ROW},extra\n{ROW}\n0141\n", ["line 2: 9 cells under 8", "line 4: 1 cells under 8"]),
        (f"{HEADER}\n{ROW.replace('2026-11-02', 'gisteren')}\n", ["line 2: signalledOn is no date"]),
        (f'{HEADER}\n{ROW}\n0141,"2026"-11\n', ["line 3: "]),
        (f"{HEADER}\n{ROW.replace('Dekker', 'x' * 1_100_000)}\n", ["line 2: "]),
    ],
)
def test_what_cannot_be_read_as_a_table_is_refused_with_all_faults(path: Path, text: str, expected: list[str]) -> None:
    found = faults(path, text)
    assert len(found) == len(expected)
    assert all(part in fault for part, fault in zip(expected, found, strict=True))


def test_another_encoding_is_told(path: Path) -> None:
    assert "CSV UTF-8" in faults(path, f"{HEADER}\n{ROW}é".encode("latin-1"))[0]


def test_a_partner_without_source_is_told(path: Path) -> None:
    assert "no source" in faults(path, HEADER, Partner("menzis", "health", frozenset()))[0]


def test_a_missing_file_is_told(path: Path) -> None:
    with pytest.raises(FaultsError, match="cannot be read"):
        read_partner_events(path, PARTNER)


def test_complete_events_are_published_as_they_are(path: Path) -> None:
    lines = read(
        path,
        '\n{"id": "1", "data": {"arrears": {"reference": "caf\\u00e9", "amount": 612.50}}}\n\n'
        '{"id": "2", "id": "3"}\n{"data": {"arrears": {"reference": 7}}}',
    )
    assert [(line.key, line.value) for line in lines] == [
        ("café".encode(), '{"id":"1","data":{"arrears":{"reference":"café","amount":612.50}}}'.encode()),
        (None, b'{"id":"2","id":"3"}'),
        (None, b'{"data":{"arrears":{"reference":7}}}'),
    ]
    assert {line.topic for line in lines} == {"arrears.health.menzis"}


def test_faults_of_complete_events_are_told_with_their_lines(path: Path) -> None:
    found = faults(
        path,
        '{"id": "1"}\n[]\n{"id": "\\ud800", "data": {"arrears": {"reference": "\\ud800"}}}\n{"id": NaN}\n',
    )
    assert [fault.split(":")[0] for fault in found] == ["line 2", "line 3", "line 4"]
