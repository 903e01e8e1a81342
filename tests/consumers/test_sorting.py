"""A batch that was decoded before its turn is the batch decoded in its turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from signals.commands.eventfile import parse_event_line
from signals.consumers.records import Record
from signals.consumers.sorting import Foreseen, Sorted, foresee, sort_out
from signals.contract.partners import Directory
from signals.simulation.files import wire_line
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import Knobs, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIRECTORY = Directory({one.id: one for one in PARTNERS}, frozenset({"0141"}))
NOBODY = Directory({}, frozenset({"0141"}))


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """A month of which a quarter is bad, at moments that can be and that cannot."""
    lines = [
        parse_event_line(wire_line(wire))
        for wire, _ in simulate("0141", 20_000, "2026-01", 1, 3, knobs=Knobs(bad=0.25))
    ]
    moments = (0, 1_772_000_000_000, 9_999_999_999_999)
    return [Record(line.topic, 0, n, line.value, moments[n % 3]) for n, line in enumerate(lines)]


def outcome(batch: Sorted) -> tuple[list[object], list[object]]:
    """What was found, without saying whether it was foreseen."""
    return [(record.offset, accepted) for record, accepted in batch.valid], list(batch.bad)


def plain(records: Sequence[Record]) -> list[Record]:
    return [Record(one.topic, one.partition, one.offset, one.value, one.timestamp_ms) for one in records]


def test_what_was_foreseen_is_what_is_found(records: list[Record]) -> None:
    foreseen = foresee(records, DIRECTORY, NOW)
    found = sort_out(foreseen, DIRECTORY, "log", NOW)
    assert outcome(found) == outcome(sort_out(records, DIRECTORY, "log", NOW))
    assert found.valid
    assert found.bad


def test_the_records_stay_the_same(records: list[Record]) -> None:
    foreseen = foresee(records, DIRECTORY, NOW)
    assert plain(foreseen) == records
    assert all(isinstance(one, Foreseen) for one in foreseen)


def test_nothing_is_decoded_twice(records: list[Record]) -> None:
    foreseen = [replace(one, value=b"{") for one in foresee(records, DIRECTORY, NOW)]
    assert outcome(sort_out(foreseen, DIRECTORY, "log", NOW))[0] == outcome(sort_out(records, DIRECTORY, "log", NOW))[0]


def test_what_was_foreseen_under_another_directory_is_decoded_again(records: list[Record]) -> None:
    foreseen = foresee(records, NOBODY, NOW)
    assert outcome(sort_out(foreseen, DIRECTORY, "log", NOW)) == outcome(sort_out(records, DIRECTORY, "log", NOW))


def test_a_record_of_no_arrears_topic_is_handed_on_as_it_is(records: list[Record]) -> None:
    mixed = [*records[:2], Record("outreach.cases", 0, 0, b"{}", 0)]
    assert foresee(mixed, DIRECTORY, NOW) == mixed
