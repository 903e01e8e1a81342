"""The quickest way through the door takes only what the others take, and makes the same of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.contract.accept import accepted, exactly_accepted
from signals.contract.decode import decode
from signals.contract.reading import read_json
from signals.contract.rejection import RejectedError
from tests.contract.examples import DIRECTORY, VALID, Example, compact

if TYPE_CHECKING:
    from signals.contract.events import AnyEvent
    from signals.contract.partners import ArrearsTopic

BY_NAME = {example.name: example for example in VALID}
REPORT, CHANGE = BY_NAME["rent-complete"], BY_NAME["changed-amount"]


def with_text(example: Example, old: str, new: str) -> bytes:
    """The record of an example with one piece of its text replaced."""
    text = compact(example.event).decode()
    assert text.count(old) == 1
    return text.replace(old, new).encode()


@pytest.mark.parametrize("example", VALID, ids=str)
def test_what_it_takes_is_what_the_parsed_event_says(example: Example) -> None:
    assert example.value is not None
    quickest = exactly_accepted(example.value, example.topic, DIRECTORY)
    assert quickest is None or quickest == accepted(read_json(example.value), example.topic, DIRECTORY)


def test_most_examples_are_taken_so() -> None:
    """The guard of the law above: a way that takes nothing would keep it."""
    taken = [exactly_accepted(example.value or b"", example.topic, DIRECTORY) for example in VALID]
    assert sum(event is not None for event in taken) > len(VALID) / 2


DEEP = "[" * 300 + "]" * 300
CITY = '"city":"Almelo"'
SAID_TWICE = {
    "a reference, the last one right": (REPORT, '"arrears":{', '"arrears":{"reference":"other",'),
    "an object, the last one right": (REPORT, '"arrears":{', '"arrears":null,"arrears":{'),
    "a type": (REPORT, '"data":{', '"type":"nl.vroegsignalering.arrears.changed.v1","data":{'),
    "the same type": (REPORT, '"data":{', '"type":"nl.vroegsignalering.arrears.reported.v1","data":{'),
    "a wrong type of value": (REPORT, CITY, f'"city":12,{CITY}'),
    "half a surrogate pair": (REPORT, CITY, f'"city":"\\ud800",{CITY}'),
    "a name in escapes": (REPORT, CITY, f'"\\u0063ity":"Borne",{CITY}'),
    "a person of a change, nested deep": (CHANGE, '"arrears":{', f'"person":{DEEP},"person":null,"arrears":{{'),
}
ADDED = {
    "an extension": (REPORT, '"data":{', '"traceparent":"00-ab","data":{'),
    "a member of data": (REPORT, '"arrears":{', '"note":"x","arrears":{'),
    "a member of an object": (REPORT, CITY, f'"country":"NL",{CITY}'),
    "a known member that the type does not read": (REPORT, '"arrears":{', '"reason":"paid","arrears":{'),
    "a person of a change": (CHANGE, '"arrears":{', '"person":{"note":1},"arrears":{'),
}


@pytest.mark.parametrize("words", [*SAID_TWICE, *ADDED])
def test_what_is_odd_is_read_as_the_parsed_event_says(words: str) -> None:
    example, old, new = (SAID_TWICE | ADDED)[words]
    value = with_text(example, old, new)
    assert end_of(value, example.topic) == parsed_end_of(value, example.topic)


@pytest.mark.parametrize("words", ADDED)
def test_what_holds_more_than_it_reads_is_left_to_the_others(words: str) -> None:
    example, old, new = ADDED[words]
    assert exactly_accepted(with_text(example, old, new), example.topic, DIRECTORY) is None


def end_of(value: bytes, topic: ArrearsTopic) -> AnyEvent | None:
    """The event, or None when something keeps it out."""
    try:
        return decode(value, topic, DIRECTORY)
    except RejectedError:
        return None


def parsed_end_of(value: bytes, topic: ArrearsTopic) -> AnyEvent | None:
    try:
        return accepted(read_json(value), topic, DIRECTORY)
    except RejectedError:
        return None
