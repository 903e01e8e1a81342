"""Whatever the bytes, decoding raises nothing but its own error; both ways take the same."""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.contract.accept import accepted
from signals.contract.codes import QUARANTINE_CODES
from signals.contract.decode import RejectedError, decode
from signals.contract.judge import faults_of
from signals.contract.reading import read_json
from tests.contract.examples import DIRECTORY, VALID, Example
from tests.contract.mutations import mutated

if TYPE_CHECKING:
    from signals.contract.events import Event
    from signals.contract.partners import ArrearsTopic

# A seed per example: what is drawn stays cheap, so that a million of them are a matter of minutes.
SEEDS = st.randoms(use_true_random=True)
FEW = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def outcome(record: Example) -> Event | RejectedError:
    """What becomes of `record`; anything else that is raised fails the test."""
    try:
        return decode(record.value, record.topic, DIRECTORY)
    except RejectedError as refusal:
        return refusal


def judge_as_the_worker_does(record: Example) -> None:
    end = outcome(record)
    if isinstance(end, RejectedError):
        assert end.code in QUARANTINE_CODES
        assert end.code != "internal-error", record.value
        assert end.message
        both_ways_agree(record, None)
    else:
        assert end.partner == record.topic.partner
        both_ways_agree(record, end)


def both_ways_agree(record: Example, event: Event | None) -> None:
    try:
        envelope = read_json(record.value)
    except RejectedError:
        assert event is None
        return
    quick, faults = accepted(envelope, record.topic, DIRECTORY), faults_of(envelope, record.topic, DIRECTORY)
    # U+0000 is the one thing that the quick way leaves to the bytes.
    assert (quick is not None) == all("U+0000" in fault.text for fault in faults)
    assert event == (None if faults else quick)


@settings(FEW, max_examples=5_000)
@given(SEEDS)
def test_mutated_events_raise_nothing_but_a_refusal(random: Random) -> None:
    judge_as_the_worker_does(mutated(random))


@pytest.mark.soak
@pytest.mark.skipif("SIGNALS_SOAK" not in os.environ, reason="a million events; `make soak` runs it")
@settings(FEW, max_examples=1_000_000)
@given(SEEDS)
def test_a_million_mutated_events_raise_nothing_but_a_refusal(random: Random) -> None:
    judge_as_the_worker_does(mutated(random))


@FEW
@given(st.binary(max_size=300), st.sampled_from([example.topic for example in VALID]))
def test_any_bytes_raise_nothing_but_a_refusal(value: bytes, topic: ArrearsTopic) -> None:
    with pytest.raises(RejectedError) as caught:
        decode(value, topic, DIRECTORY)
    assert caught.value.code in {"not-json", "envelope-invalid"}


def test_mutation_reaches_every_code_and_acceptance() -> None:
    """The guard of the laws above: accidents that never change a verdict would prove nothing."""
    random = Random(1)
    ends = [outcome(mutated(random)) for _ in range(6000)]
    codes = {end.code if isinstance(end, RejectedError) else "accepted" for end in ends}
    assert codes == {"accepted", *QUARANTINE_CODES} - {"internal-error", "too-large"}
