"""What is made ready of an event before the database is asked, and what judging changes of a row."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec

from signals.contract.decode import decode
from signals.households.identity import identity_of
from signals.outreach.arrears import JudgedReport
from signals.outreach.periods import Period
from signals.outreach.rows import event_row, new_report, placed, prepared, with_judgement
from tests.contract.examples import DIRECTORY, VALID

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
EXAMPLES = {example.name: example for example in VALID}


def test_a_report_is_made_ready_with_its_address_and_its_person() -> None:
    example = EXAMPLES["rent-complete"]
    event = decode(example.value, example.topic, DIRECTORY)
    ready = prepared(event, AT)
    person, address = example.event["data"]["person"], example.event["data"]["address"]
    assert ready.arrears_key == ("0141", "welbions", example.event["data"]["arrears"]["reference"])
    assert ready.address_key is not None
    assert ready.address_key[:3] == ("0141", address["postcode"], address["houseNumber"])
    assert ready.cleaned is not None
    assert ready.cleaned.phone == person["phone"]
    assert ready.cleaned.identity == identity_of(event.person)  # type: ignore[union-attr]  # a report, as its keys say
    assert ready.cleaned.identity_key == ready.cleaned.identity.key()
    assert ready.cleaned.legal_person is False


def test_a_change_has_neither_address_nor_person() -> None:
    example = EXAMPLES["changed-amount"]
    ready = prepared(decode(example.value, example.topic, DIRECTORY), AT)
    assert (ready.address_key, ready.cleaned) == (None, None)


def test_judging_gives_the_very_row_when_nothing_changed() -> None:
    example = EXAMPLES["rent-complete"]
    ready = prepared(decode(example.value, example.topic, DIRECTORY), AT)
    assert ready.cleaned is not None
    row = event_row(7, 5, ready)
    made = new_report(ready.event, ready.cleaned, row, household=3, person=2, verdict=None)  # type: ignore[arg-type]
    report = placed(made, row)
    period = Period(date(2026, 11, 1), "2026-11")
    judged = JudgedReport(7, 3, "not-yet-picked-up", None, None, moved=False, period=period, policy_id=1)
    first = with_judgement(report, judged)
    assert (first.status, first.period, first.policy_id) == ("not-yet-picked-up", "2026-11", 1)
    assert with_judgement(first, judged) is first
    for change in ({"status": "repeat"}, {"withdrawn": "paid"}, {"raised_by": 9}, {"policy_id": 2}):
        other = msgspec.structs.replace(judged, **change)
        assert with_judgement(first, other) is not first
