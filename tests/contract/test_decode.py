from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.contract.codes import CRISES, KINDS, WITHDRAWAL_REASONS
from signals.contract.decode import Fault, RejectedError, decode
from signals.contract.events import Address, AnyEvent, Changed, Collection, Person, Reported, Withdrawn
from signals.contract.partners import ArrearsTopic
from tests.contract.examples import DIRECTORY, Json, compact, valid

if TYPE_CHECKING:
    from collections.abc import Mapping

REMOVED = object()
TOPICS = {
    "rent-complete": "arrears.housing.welbions",
    "health-with-bsn": "arrears.health.menzis",
    "changed-amount": "arrears.housing.welbions",
    "withdrawn-paid": "arrears.housing.welbions",
}


def event_with(name: str, changes: Mapping[str, object]) -> Json:
    event = valid(name)
    for path, value in changes.items():
        *parents, last = path.split(".")
        holder = event
        for parent in parents:
            holder = holder[parent]
        if value is REMOVED:
            del holder[last]
        else:
            holder[last] = value
    return event


def decoded(name: str, changes: Mapping[str, object] | None = None, topic: str | None = None) -> AnyEvent:
    parsed = ArrearsTopic.parse(topic or TOPICS[name])
    assert parsed is not None
    return decode(compact(event_with(name, changes or {})), parsed, DIRECTORY)


def refusal(name: str, changes: Mapping[str, object], topic: str | None = None) -> RejectedError:
    with pytest.raises(RejectedError) as caught:
        decoded(name, changes, topic)
    return caught.value


def test_a_complete_report() -> None:
    event = valid("rent-complete")
    assert decoded("rent-complete") == Reported(
        source=event["source"],
        id=event["id"],
        time_us=1_793_607_300_000_000,
        partner="welbions",
        sector="housing",
        municipality="0141",
        signalled_on=date(2026, 11, 2),
        reference=event["data"]["arrears"]["reference"],
        unknown_fields=0,
        kind="rent",
        amount_cents=61_250,
        arisen_on=date(2026, 9, 1),
        crisis=None,
        warm_transfer=False,
        person=Person(
            initials="A.M.",
            prefix="van der",
            surname="Voorbeeld",
            partner_prefix="de",
            partner_surname="Proef",
            date_of_birth=date(1985, 6, 12),
            date_of_birth_text="1985-06-12",
            phone="+31612345678",
            email="a.voorbeeld@example.nl",
        ),
        address=Address(
            postcode="7607GC",
            number=12,
            suffix="ABIS",
            street="Wierdensestraat",
            house_number_text="12A bis",
            city="Almelo",
            bag_id="0141010000000001",
        ),
        collection=Collection(
            reminder_sent_on=date(2026, 10, 10),
            personal_contact_tried=True,
            pointed_to_debt_help=True,
            objected=False,
        ),
    )


def test_a_report_of_only_what_is_required() -> None:
    kept = {"person": {"bsn": "1"}, "address": {"postcode": "7607GC", "houseNumber": "7"}}
    event = decoded("health-with-bsn", {**{f"data.{k}": v for k, v in kept.items()}, "data.collection": REMOVED})
    assert isinstance(event, Reported)
    assert event.person == Person(bsn="1")
    assert event.address == Address(postcode="7607GC", number=7, suffix="", house_number_text="7")
    assert event.collection == Collection()


@pytest.mark.parametrize(
    ("arrears", "amount_cents", "crisis"),
    [
        ({"amount": "740.00"}, 74_000, msgspec.UNSET),
        ({"crisis": "eviction"}, None, "eviction"),
        ({"crisis": None}, None, None),
        ({"amount": "1", "crisis": None}, 100, None),
    ],
)
def test_a_change_tells_absent_from_null(arrears: dict[str, object], amount_cents: int | None, crisis: object) -> None:
    event = decoded("changed-amount", {"data.arrears": {"reference": "R", **arrears}})
    assert isinstance(event, Changed)
    assert (event.reference, event.amount_cents, event.crisis) == ("R", amount_cents, crisis)


@pytest.mark.parametrize("reason", WITHDRAWAL_REASONS)
def test_a_withdrawal(reason: str) -> None:
    event = decoded("withdrawn-paid", {"data.reason": reason})
    assert isinstance(event, Withdrawn)
    assert event.reason == reason


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crisis", [*CRISES, None])
def test_every_kind_and_crisis_is_taken(kind: str, crisis: str | None) -> None:
    event = decoded("rent-complete", {"data.arrears.kind": kind, "data.arrears.crisis": crisis})
    assert isinstance(event, Reported)
    assert (event.kind, event.crisis) == (kind, crisis)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("rent-complete", {"id": "x" * 256}),
        ("rent-complete", {"id": "😀" * 256}),
        ("rent-complete", {"id": " "}),
        ("rent-complete", {"datacontenttype": None}),
        ("rent-complete", {"datacontenttype": REMOVED}),
        ("rent-complete", {"datacontenttype": "text/JSON;charset=utf-8"}),
        ("rent-complete", {"datacontenttype": "application/vnd.x+json"}),
        ("rent-complete", {"dataschema": 17, "subject": None, "\0": "\0"}),
        ("rent-complete", {"data.reason": 17, "data.person.gender": 1, "data.arrears.note": "x" * 300}),
        ("rent-complete", {"data.arrears.reference": "R" * 100}),
        ("rent-complete", {"data.arrears.reference": " "}),
        ("rent-complete", {"data.person.surname": "😀" * 256}),
        ("rent-complete", {"data.person.surname": None, "data.person.businessName": "x"}),
        ("rent-complete", {"data.arrears.warmTransfer": None}),
        ("rent-complete", {"data.arrears.crisis": REMOVED}),
        ("rent-complete", {"data.person.bsn": REMOVED}),
        ("rent-complete", {"data.collection": {}}),
        ("rent-complete", {"data.collection": None}),
        ("rent-complete", {"data.arrears.arisenOn": "2026-11-02"}),
        ("rent-complete", {"data.person.dateOfBirth": "2026-11-00"}),
        ("rent-complete", {"data.signalledOn": "2026-11-03"}),
        ("rent-complete", {"data.signalledOn": "1999-01-01", "data.arrears.arisenOn": None}),
        ("rent-complete", {"data.collection.reminderSentOn": "2030-01-01"}),
        ("rent-complete", {"data.address.postcode": " " * 250 + "7607gc"}),
        ("rent-complete", {"data.address.houseNumber": "12" + "x" * 254}),
        ("rent-complete", {"time": "2026-11-02T08:15:00." + "1" * 300 + "Z"}),
        ("changed-amount", {"data.person": 17, "data.arrears.arisenOn": "never", "data.arrears.kind": None}),
        ("changed-amount", {"data.person": {"surname": 17, "dateOfBirth": "2099-01-01"}, "data.address": []}),
        ("changed-amount", {"data.person": {"bsn": None}}),
        ("withdrawn-paid", {"data.person": [1], "data.arrears.amount": -1, "data.arrears.crisis": "?"}),
        ("withdrawn-paid", {"data.person": {"surname": "\0"}, "data.arrears.kind": "\0", "data.extra": "\0"}),
    ],
)
def test_what_is_accepted(name: str, changes: dict[str, object]) -> None:
    assert decoded(name, changes).partner == "welbions"


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("rent-complete", {"id": "😀" * 257}, "envelope-invalid"),
        ("rent-complete", {"source": ["x"]}, "envelope-invalid"),
        ("rent-complete", {"type": {}}, "envelope-invalid"),
        ("rent-complete", {"type": ""}, "envelope-invalid"),
        ("rent-complete", {"type": "\0"}, "type-unknown"),
        ("rent-complete", {"specversion": True}, "envelope-invalid"),
        ("rent-complete", {"datacontenttype": ""}, "envelope-invalid"),
        ("rent-complete", {"datacontenttype": "application/jsonx"}, "envelope-invalid"),
        ("rent-complete", {"datacontenttype": "application/x;y=+json"}, "envelope-invalid"),
        ("rent-complete", {"datacontenttype": 1}, "envelope-invalid"),
        ("rent-complete", {"time": None}, "envelope-invalid"),
        ("rent-complete", {"source": "x\0"}, "source-mismatch"),
        ("rent-complete", {"id": "x\0"}, "schema-invalid"),
        ("rent-complete", {"data": None}, "schema-invalid"),
        ("rent-complete", {"data.municipality": "\0"}, "schema-invalid"),
        ("rent-complete", {"data.municipality": "0" * 257}, "schema-invalid"),
        ("rent-complete", {"data.signalledOn": "\0"}, "schema-invalid"),
        ("rent-complete", {"data.address.street": "a\0"}, "schema-invalid"),
        ("rent-complete", {"data.address.bagId": 1}, "schema-invalid"),
        ("rent-complete", {"data.address.houseNumber": "12" + "x" * 255}, "schema-invalid"),
        ("rent-complete", {"data.address.postcode": " " * 251 + "7607gc"}, "schema-invalid"),
        ("rent-complete", {"data.address.postcode": 7607}, "schema-invalid"),
        ("rent-complete", {"data.address.houseNumber": 10.0}, "schema-invalid"),
        ("rent-complete", {"data.address.houseNumber": 10**400}, "schema-invalid"),
        ("rent-complete", {"data.address.houseNumber": False}, "schema-invalid"),
        ("rent-complete", {"data.arrears.crisis": False}, "schema-invalid"),
        ("rent-complete", {"data.arrears.arisenOn": 20260901}, "schema-invalid"),
        ("rent-complete", {"data.arrears.amount": None}, "schema-invalid"),
        ("rent-complete", {"data.person.bsn": 1}, "schema-invalid"),
        ("rent-complete", {"data.person.bsn": ""}, "bsn-not-allowed"),
        ("rent-complete", {"data.person.bsn": "x" * 257}, "schema-invalid"),
        ("rent-complete", {"data.person": None}, "schema-invalid"),
        ("rent-complete", {"data.person": [], "data.collection": True}, "schema-invalid"),
        ("rent-complete", {"data.collection.objected": "nee"}, "schema-invalid"),
        ("rent-complete", {"data.arrears.amount": "x", "data.signalledOn": "x"}, "amount-invalid"),
        ("rent-complete", {"data.address.postcode": "x", "data.signalledOn": "x"}, "date-invalid"),
        ("rent-complete", {"data.municipality": "x", "data.person.bsn": "1"}, "municipality-unknown"),
        ("rent-complete", {"data.arrears.amount": "x", "data.person.bsn": "1"}, "bsn-not-allowed"),
        ("rent-complete", {"source": "x", "data": 1}, "source-mismatch"),
        ("rent-complete", {"type": "x", "source": "x"}, "type-unknown"),
        ("rent-complete", {"time": "x", "type": "x"}, "envelope-invalid"),
        ("health-with-bsn", {"data.person.bsn": "x\0"}, "schema-invalid"),
        ("health-with-bsn", {"data.person": {"bsn": " \t"}}, "schema-invalid"),
        ("changed-amount", {"data.person": {"bsn": ""}}, "bsn-not-allowed"),
        ("changed-amount", {"data.person": {"bsn": 1}}, "schema-invalid"),
        ("changed-amount", {"data.arrears.amount": REMOVED}, "schema-invalid"),
        ("changed-amount", {"data.arrears.crisis": "?"}, "schema-invalid"),
        ("changed-amount", {"data.arrears.amount": "1000000.01"}, "amount-invalid"),
        ("changed-amount", {"data.signalledOn": "2026-11-04"}, "date-invalid"),
        ("withdrawn-paid", {"data.person": {"bsn": "1"}}, "bsn-not-allowed"),
        ("withdrawn-paid", {"data.person": {"bsn": "\0"}}, "schema-invalid"),
        ("withdrawn-paid", {"data.reason": None}, "schema-invalid"),
        ("withdrawn-paid", {"data.arrears": {"reference": "R" * 101}}, "schema-invalid"),
    ],
)
def test_the_first_code_that_applies(name: str, changes: dict[str, object], code: str) -> None:
    assert refusal(name, changes).code == code


def test_the_topic_says_who_the_partner_is() -> None:
    assert refusal("rent-complete", {}, "arrears.housing.nobody").code == "source-mismatch"
    assert refusal("rent-complete", {}, "arrears.health.menzis").code == "source-mismatch"
    assert refusal("rent-complete", {}, "arrears.water.welbions").code == "source-mismatch"


def test_every_fault_is_named() -> None:
    changes: dict[str, object] = {
        "specversion": "2",
        "id": "",
        "source": None,
        "time": "x",
        "datacontenttype": 1,
        "data.municipality": "x",
        "data.signalledOn": "x",
        "data.arrears.reference": "",
        "data.arrears.kind": "x",
        "data.arrears.amount": "x",
        "data.arrears.arisenOn": "x",
        "data.arrears.crisis": "x",
        "data.arrears.warmTransfer": "x",
        "data.person.initials": 1,
        "data.person.dateOfBirth": "x",
        "data.person.bsn": "1",
        "data.address.houseNumber": "x",
        "data.address.postcode": "x",
        "data.collection.reminderSentOn": "x",
        "data.collection.objected": "x",
    }
    named = {line.partition(":")[0] for line in refusal("rent-complete", changes).message.splitlines()}
    assert named == set(changes)


MARK = "Qzxjvk"


@given(
    st.sets(
        st.sampled_from(["surname", "initials", "email", "phone", "bsn", "dateOfBirth", "x", MARK]),
        min_size=1,
    )
)
def test_a_message_never_repeats_what_was_sent(names: set[str]) -> None:
    event = valid("rent-complete")
    event["data"]["person"] = dict.fromkeys(names, f"{MARK}\0" * 90)
    event["data"]["address"] = {"street": [MARK], "houseNumber": MARK, "postcode": MARK, MARK: MARK}
    event["data"]["arrears"] |= {"kind": MARK, "amount": MARK, "crisis": MARK, "arisenOn": MARK}
    topic = ArrearsTopic.parse("arrears.housing.welbions")
    assert topic is not None
    with pytest.raises(RejectedError) as caught:
        decode(compact(event), topic, DIRECTORY)
    assert MARK not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 0),
        ({"traceparent": "00", "partitionkey": "1"}, 2),
        (
            {
                "data.x": 1,
                "data.arrears.x": 1,
                "data.person.x": 1,
                "data.address.x": {"y": 1},
                "data.collection.x": 1,
            },
            5,
        ),
        ({"data.collection": None, "data.x": None}, 1),
    ],
)
def test_unknown_fields_and_extensions_are_counted(changes: dict[str, object], count: int) -> None:
    assert decoded("rent-complete", changes).unknown_fields == count


def test_of_a_name_given_twice_the_last_counts() -> None:
    text = json.dumps(valid("rent-complete"))
    topic = ArrearsTopic.parse("arrears.housing.welbions")
    assert topic is not None
    twice = text.replace('"amount": "612.50"', '"amount": 1, "amount": "7.00"')
    event = decode(twice.encode(), topic, DIRECTORY)
    assert isinstance(event, Reported)
    assert event.amount_cents == 700
    with pytest.raises(RejectedError):
        decode(text.replace('"amount": "612.50"', '"amount": "7.00", "amount": 1').encode(), topic, DIRECTORY)


def test_a_refusal_takes_the_first_code_and_keeps_every_fault_once() -> None:
    late = Fault("postcode-invalid", "b", "is wrong")
    early = Fault("schema-invalid", "a", "is wrong")
    refused = RejectedError.of([late, early, late])
    assert (refused.code, refused.message) == ("schema-invalid", "b: is wrong\na: is wrong")


def test_an_instant_at_the_edge_of_time_does_not_crash() -> None:
    event = decoded("rent-complete", {"time": "9999-12-31T23:59:59-23:59", "data.signalledOn": "9999-12-31"})
    assert event.time_us > 253_402_300_799_000_000
    changes = {
        "time": "0001-01-01T00:00:00+23:59",
        "data.signalledOn": "0001-01-02",
        "data.arrears.arisenOn": None,
    }
    assert decoded("rent-complete", {**changes, "data.person.dateOfBirth": None}).signalled_on == date(1, 1, 2)
