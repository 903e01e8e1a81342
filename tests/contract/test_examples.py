from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from signals.contract.codes import CRISES, KINDS, QUARANTINE_CODES, WITHDRAWAL_REASONS
from signals.contract.decode import RejectedError, decode
from signals.contract.outgoing import FEEDBACK_RESULTS
from tests.contract.examples import DIRECTORY, INVALID, VALID, Example, compact


@pytest.mark.parametrize("example", VALID, ids=str)
def test_a_valid_example_is_accepted(example: Example) -> None:
    event = decode(example.value, example.topic, DIRECTORY)
    assert (event.partner, event.sector) == (example.topic.partner, example.topic.sector)
    if example.event is not None:
        assert (event.id, event.source) == (example.event["id"], example.event["source"])


@pytest.mark.parametrize("example", INVALID, ids=str)
def test_an_invalid_example_has_its_code_and_names_its_fields(example: Example) -> None:
    with pytest.raises(RejectedError) as caught:
        decode(example.value, example.topic, DIRECTORY)
    assert caught.value.code == example.code
    for name in example.names:
        assert name in caught.value.message
    for line in caught.value.message.splitlines():
        where, _, text = line.partition(": ")
        assert where
        assert "; " in text or example.code == "not-json", "a fault says how to mend it"


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) and len(value) > 3 else []


@pytest.mark.parametrize("example", [e for e in INVALID if isinstance(e.event, dict)], ids=str)
def test_a_message_holds_nothing_of_person_or_address(example: Example) -> None:
    content = example.event.get("data")
    content = content if isinstance(content, dict) else {}
    with pytest.raises(RejectedError) as caught:
        decode(example.value, example.topic, DIRECTORY)
    for sent in [*_texts(content.get("person")), *_texts(content.get("address"))]:
        assert sent not in str(caught.value)


def test_there_are_enough_examples_of_every_code() -> None:
    counts = Counter(example.code for example in INVALID)
    assert len(VALID) >= 20
    assert len(INVALID) >= 60
    assert set(counts) == set(QUARANTINE_CODES) - {"internal-error"}
    assert min(counts.values()) >= 3


def test_ids_of_examples_are_used_once() -> None:
    ids = Counter(e.event["id"] for e in VALID if e.event is not None)
    assert max(ids.values()) == 1


def test_the_first_event_of_the_partner_guide_is_accepted() -> None:
    guide = Path(__file__).parents[2] / "docs" / "partner-guide.md"
    event = json.loads(guide.read_text("utf-8").split("```json\n", 1)[1].split("```", 1)[0])
    event["source"] = next(iter(DIRECTORY.partners["welbions"].sources))
    topic = next(example.topic for example in VALID if example.topic.partner == "welbions")
    assert decode(compact(event), topic, DIRECTORY).unknown_fields == 0


def test_the_partner_guide_explains_every_code() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "partner-guide.md").read_text("utf-8")
    for code in (*QUARANTINE_CODES, *FEEDBACK_RESULTS, *KINDS, *CRISES, *WITHDRAWAL_REASONS):
        assert f"`{code}`" in guide
