"""A few seconds of the soak: every step is passed, faults befall, nothing is lost; the checks see it when something is.

The long one is `make soak`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.brokers.fixtures import INSIST_KAFKA, NOT_PROVEN
from tests.brokers.jars import NoKafkaError, fetched_jars
from tests.faults.bindings import STEPS
from tests.faults.checks import check
from tests.faults.kinds import KINDS
from tests.faults.soak import LONGEST_STAND_STILL, perform
from tests.faults.stage import Stage, staged
from tests.faults.town import Town

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kafka, pytest.mark.database]
SEED = 3
BEFALL = (
    "worker killed at a step",
    "commit cut after",
    "database stopped",
    "worker killed at a step",
    "relay killed at a step",
    "commit cut before",
    "broker killed",
    "worker told to leave at a step",
    "disk full",
    "clock jumps",
)
MAY_NOT_HAPPEN = 2  # a disk is filled by root only; nobody may come to a step in time on a busy machine
# Each takes away, doubles or changes what one of the checks looks at.
TAMPERINGS = {
    "quarantine": "DELETE FROM quarantine WHERE id = (SELECT min(id) FROM quarantine)",
    "events": "UPDATE events SET event_id = 'another' WHERE id = (SELECT min(id) FROM events)",
    "progress": "UPDATE progress SET next_offset = next_offset + 1, duplicates = duplicates + 1 WHERE stored > 0",
    "reports": """UPDATE reports SET status = 'known-to-debt-help', case_id = NULL
        WHERE status = 'wrongful' AND withdrawn IS NULL""",
    "cases": "UPDATE cases SET arrears_count = arrears_count + 1 WHERE state = 'open'",
    "outbox": "UPDATE outbox SET body = 'x' WHERE id = (SELECT max(id) FROM outbox WHERE body IS NOT NULL)",
}
SEEN = (
    "quarantined records: 1 missing, 0 too many",
    "stored events: 1 missing, 1 too many",
    "records taken in: 0 missing",
    "are counted as",
    "judged reports:",
    "cases: ",
    "cases rebuilt from outreach.cases: ",
    "signals reconcile ends with 1",
    "messages decided",
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Stage]:
    try:
        fetched_jars()
    except NoKafkaError as missing:
        if INSIST_KAFKA:
            pytest.fail(f"SIGNALS_INSIST_KAFKA is set and there is no real Kafka: {missing}", pytrace=False)
        request.config.stash[NOT_PROVEN] = str(missing)
        pytest.skip(f"needs a real Kafka, whose log survives a restart: {missing}")
    with staged(tmp_path_factory.mktemp("faults")) as stage:
        yield stage


def test_a_round_of_faults_costs_nothing_and_the_checks_would_see_it(stage: Stage) -> None:
    town = Town(SEED)
    kinds = {kind.name: kind for kind in KINDS}
    played = perform(stage, town, [kinds[name] for name in BEFALL])
    assert played.verdict.holds, played.line()
    assert not played.wrong, played.line()
    assert played.longest <= LONGEST_STAND_STILL
    assert not stage.crew.hands
    assert played.befallen.total() >= len(BEFALL) - MAY_NOT_HAPPEN, played.line()
    for role, steps in STEPS.items():
        assert {step.name for step in steps} - stage.crew.passed(role) == set(), f"nobody of the {role}s came there"
    with stage.tampered(TAMPERINGS):
        verdict = check(stage, town)
    assert [words for words in SEEN if not any(words in fault for fault in verdict.faults)] == [], verdict.faults
    assert verdict.lost
    assert verdict.doubled
    assert check(stage, town).holds
