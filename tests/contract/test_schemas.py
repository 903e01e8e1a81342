"""The published schemas and the AsyncAPI document say what the code does."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from signals.contract import outgoing, shapes
from signals.contract.codes import (
    CHANGED_TYPE,
    CRISES,
    INCOMING_TYPES,
    KINDS,
    REPORTED_TYPE,
    WITHDRAWAL_REASONS,
    WITHDRAWN_TYPE,
)
from signals.contract.decode import RejectedError, decode
from signals.contract.moments import amount_cents, birth_day, calendar_day
from signals.contract.outgoing import CASE_CHANGED_TYPE, FEEDBACK_GIVEN_TYPE, FEEDBACK_RESULTS
from signals.contract.partners import SECTORS, TOPIC_PATTERN
from tests.contract.examples import DIRECTORY, INVALID, VALID, Example, Json, compact
from tests.contract.mutations import fields_gone_wrong

if TYPE_CHECKING:
    from random import Random

CONTRACT = files("signals.contract")
OUTGOING_TYPES = (CASE_CHANGED_TYPE, FEEDBACK_GIVEN_TYPE)
# What a schema cannot see: 12 from 12.0, which days a month has, and a newline behind the end.
UNSEEN = {
    "schema-invalid-house-number-point",
    "envelope-invalid-time-no-moment",
    "envelope-invalid-time-newline",
    "amount-invalid-newline",
}
SEEN_CODES = {"envelope-invalid", "type-unknown", "schema-invalid", "amount-invalid", "postcode-invalid"}


def schema_of(event_type: str) -> Json:
    name = event_type.removeprefix("nl.vroegsignalering.")
    return json.loads((CONTRACT / "schemas" / f"{name}.json").read_text("utf-8"))


VALIDATORS = {t: Draft202012Validator(schema_of(t)) for t in (*INCOMING_TYPES, *OUTGOING_TYPES)}


def validator_of(event: Json) -> Draft202012Validator:
    event_type = event.get("type") if isinstance(event, dict) else None
    return VALIDATORS.get(event_type if isinstance(event_type, str) else "", VALIDATORS[REPORTED_TYPE])


@pytest.mark.parametrize("event_type", VALIDATORS)
def test_a_schema_is_one_of_2020_12_and_of_its_type(event_type: str) -> None:
    schema = schema_of(event_type)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["type"] == {"const": event_type}


@pytest.mark.parametrize("example", [e for e in VALID if e.event is not None], ids=str)
def test_a_valid_example_passes_its_schema(example: Example) -> None:
    assert list(validator_of(example.event).iter_errors(example.event)) == []


@pytest.mark.parametrize("example", [e for e in INVALID if e.event is not None and e.code in SEEN_CODES], ids=str)
def test_an_invalid_example_fails_its_schema(example: Example) -> None:
    assert validator_of(example.event).is_valid(example.event) == (example.name in UNSEEN)


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.randoms(use_true_random=True))
def test_what_is_accepted_passes_its_schema(random: Random) -> None:
    event, topic = fields_gone_wrong(random)
    try:
        decode(compact(event), topic, DIRECTORY)
    except RejectedError:
        return
    assert list(validator_of(event).iter_errors(event)) == []


AMOUNTS = st.one_of(st.text(alphabet="0159.,-e", max_size=11), st.integers(0, 10**9).map(lambda c: f"{c / 100:.2f}"))
DAYS = st.one_of(st.text(alphabet="0123-", min_size=10, max_size=10), st.dates().map(str))


def definition(event_type: str, name: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(event_type)["$defs"][name])


@given(AMOUNTS)
def test_the_schema_of_an_amount_is_exact(text: str) -> None:
    assert definition(REPORTED_TYPE, "amount").is_valid(text) == (amount_cents(text) is not None)


@given(DAYS)
def test_the_schema_of_a_day_takes_every_day(text: str) -> None:
    if calendar_day(text) is not None:
        assert definition(REPORTED_TYPE, "day").is_valid(text)
    if birth_day(text) is not None:
        assert definition(REPORTED_TYPE, "dayOfBirth").is_valid(text)


def test_schemas_list_the_codes_of_the_code() -> None:
    assert schema_of(REPORTED_TYPE)["$defs"]["kind"]["enum"] == list(KINDS)
    assert schema_of(REPORTED_TYPE)["$defs"]["crisis"]["enum"] == list(CRISES)
    assert schema_of(CHANGED_TYPE)["$defs"]["crisis"]["enum"] == list(CRISES)
    assert schema_of(CASE_CHANGED_TYPE)["$defs"]["crisis"]["enum"] == list(CRISES)
    assert schema_of(WITHDRAWN_TYPE)["$defs"]["reason"]["enum"] == list(WITHDRAWAL_REASONS)
    told = schema_of(FEEDBACK_GIVEN_TYPE)["properties"]["data"]["properties"]["result"]["enum"]
    assert told == list(FEEDBACK_RESULTS)


@pytest.mark.parametrize(
    ("event_type", "path", "shape"),
    [
        (REPORTED_TYPE, "", shapes.ReportedContent),
        (REPORTED_TYPE, "arrears", shapes.ReportedArrears),
        (REPORTED_TYPE, "person", shapes.PersonShape),
        (REPORTED_TYPE, "address", shapes.AddressShape),
        (REPORTED_TYPE, "collection", shapes.CollectionShape),
        (CHANGED_TYPE, "", shapes.ChangedContent),
        (CHANGED_TYPE, "arrears", shapes.ChangedArrears),
        (WITHDRAWN_TYPE, "", shapes.WithdrawnContent),
        (WITHDRAWN_TYPE, "arrears", shapes.WithdrawnArrears),
        (CASE_CHANGED_TYPE, "", outgoing.CaseChanged),
        (FEEDBACK_GIVEN_TYPE, "", outgoing.FeedbackGiven),
    ],
)
def test_schemas_name_the_fields_of_the_code(event_type: str, path: str, shape: type[msgspec.Struct]) -> None:
    part = schema_of(event_type)["properties"]["data"]
    part = part["properties"][path] if path else part
    assert set(part["properties"]) == {field.encode_name for field in msgspec.structs.fields(shape)}
    assert set(part["properties"]) >= set(part.get("required", ()))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("arrears", shapes.ReportedArrears),
        ("person", shapes.PersonShape),
        ("address", shapes.AddressShape),
        ("collection", shapes.CollectionShape),
    ],
)
def test_known_fields_are_those_of_the_shapes(name: str, shape: type[msgspec.Struct]) -> None:
    assert shapes.FIELDS[name] == {field.encode_name for field in msgspec.structs.fields(shape)}


def test_outgoing_events_pass_their_schemas() -> None:
    time = datetime(2026, 11, 2, tzinfo=UTC)
    for state, route, crisis in (("open", "letter", None), ("closed", "none", "eviction")):
        case = outgoing.CaseChanged(
            case_id="c-1",
            municipality="0141",
            period="2026-11-H1",
            state=state,  # type: ignore[arg-type]  # of the list
            route=route,  # type: ignore[arg-type]  # of the list
            score=12.5,
            multiple=False,
            consecutive=True,
            crisis=crisis,
            arrears_count=1,
        )
        VALIDATORS[CASE_CHANGED_TYPE].validate(json.loads(outgoing.case_changed(case, event_id="e", time=time)))
    for result in FEEDBACK_RESULTS:
        feedback = outgoing.FeedbackGiven(
            municipality="0141",
            reference="R",
            event_id="x",
            result=result,  # type: ignore[arg-type]  # of the list
            pause_until=date(2026, 12, 2) if result == "accepted-help" else None,
        )
        event = json.loads(outgoing.feedback_given(feedback, event_id="e", time=time))
        VALIDATORS[FEEDBACK_GIVEN_TYPE].validate(event)
        event["data"] |= {"pauseUntil": "2026-12-02"}
        assert VALIDATORS[FEEDBACK_GIVEN_TYPE].is_valid(event) == (result == "accepted-help")


def asyncapi() -> Json:
    return yaml.safe_load((CONTRACT / "asyncapi.yaml").read_text("utf-8"))


def resolved(document: Json, reference: str) -> Json:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_the_asyncapi_document_knows_every_type_and_its_schema() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    messages = document["components"]["messages"]
    assert {message["name"] for message in messages.values()} == set(VALIDATORS)
    for message in messages.values():
        file = CONTRACT / message["payload"]["schema"]["$ref"]
        assert json.loads(file.read_text("utf-8"))["properties"]["type"]["const"] == message["name"]


def test_the_asyncapi_document_has_our_channels_and_no_loose_end() -> None:
    document = asyncapi()
    channels = document["channels"]
    assert {channel["address"] for channel in channels.values()} == {
        "arrears.{sector}.{partner}",
        outgoing.CASES_TOPIC,
        outgoing.feedback_topic("{partner}"),
    }
    parameters = channels["arrears"]["parameters"]
    assert parameters["sector"]["enum"] == list(SECTORS)
    for partner in parameters["partner"]["examples"]:
        assert TOPIC_PATTERN.fullmatch(f"arrears.housing.{partner}")
    for channel in channels.values():
        for message in channel["messages"].values():
            assert resolved(document, message["$ref"])["name"] in VALIDATORS
    for operation in document["operations"].values():
        assert resolved(document, operation["channel"]["$ref"]) in channels.values()
        assert operation["action"] in {"send", "receive"}
