"""Quarantine on the real database: listed, shown, and replayed after a mend without doubling anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from signals.consumers import quarantine
from signals.consumers.quarantine import Replayed
from signals.contract.partners import Partner
from signals.outreach import registers
from signals.outreach.take_up import take_up
from signals.reports.reconcile import reconcile
from signals.store.database import transaction
from tests.laws.system import LOG
from tests.reference.notation import policy, report, withdraw
from tests.reference.policy import toml_text
from tests.reference.wire import source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.consumers.quarantine import Original, Quarantined
    from signals.outreach.rows import Accepted
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

RENT = "arrears.housing.welbions"
R1 = "welbions/R1"
STRANGE = report("s", "2026-11-02", R1, municipality="0153")  # no policy yet


def listed(desk: Desk, **only: str) -> list[Quarantined]:
    with transaction(desk.system.engine) as cursor:
        return quarantine.listed(cursor, **only)


def shown(desk: Desk, number: int) -> Original | None:
    with transaction(desk.system.engine) as cursor:
        return quarantine.shown(cursor, number)


def replay(desk: Desk, *numbers: int) -> list[str]:
    """The fates, in order; without numbers of all that is listed."""
    wanted = numbers or [row.id for row in listed(desk)]
    return [replayed.fate for replayed in quarantine.replay(desk.system.engine, wanted, actor="manager")]


def load_enschede(desk: Desk) -> None:
    desk.load_policy(toml_text(policy(None) | {"municipality": "0153", "name": "Enschede"}))


def assert_books_close(desk: Desk, published: int) -> None:
    with transaction(desk.system.engine) as cursor:
        assert reconcile(cursor, LOG, {}, desk.ends, lambda: desk.ends).faults == []
    document = desk.system.summary()
    gone = sum(document["quarantined"].values())
    assert document["published"] == published == document["stored"] + document["duplicates"] + gone


@pytest.fixture
def three_bad(desk: Desk) -> Desk:
    """Three records in quarantine beside a good one."""
    desk.intake.store(
        [
            desk.record(RENT, b"{"),
            *desk.records(STRANGE, report("a", "2026-11-02", R1)),
            desk.record("arrears.health.menzis", b"\xff"),
        ]
    )
    return desk


@pytest.mark.parametrize(
    ("only", "found"),
    [
        ({}, [(RENT, "not-json"), (RENT, "municipality-unknown"), ("arrears.health.menzis", "not-json")]),
        ({"partner": "menzis"}, [("arrears.health.menzis", "not-json")]),
        ({"code": "not-json"}, [(RENT, "not-json"), ("arrears.health.menzis", "not-json")]),
        ({"partner": "welbions", "code": "not-json"}, [(RENT, "not-json")]),
        ({"partner": "welbion"}, []),
        ({"code": "too-large"}, []),
    ],
)
def test_listed_oldest_first(three_bad: Desk, only: dict[str, str], found: list[tuple[str, str]]) -> None:
    assert [(row.topic, row.code) for row in listed(three_bad, **only)] == found


def test_a_listing_leaves_the_bytes_where_they_are(three_bad: Desk) -> None:
    assert not any(hasattr(row, "original") for row in listed(three_bad))
    with transaction(three_bad.system.engine) as cursor:
        assert quarantine.listed_ids(cursor) == [row.id for row in listed(three_bad)]


def test_shown_with_its_bytes_also_when_it_is_resolved(three_bad: Desk) -> None:
    number = listed(three_bad, code="municipality-unknown")[0].id
    load_enschede(three_bad)
    assert replay(three_bad, number) == ["stored"]
    row = shown(three_bad, number)
    assert row is not None
    assert row.resolution == "stored"
    assert row.resolved_at is not None
    assert row.original is not None
    assert b'"municipality":"0153"' in row.original
    assert "municipality" in row.message
    assert number not in {row.id for row in listed(three_bad)}
    assert shown(three_bad, 4711) is None


def test_after_the_policy_is_loaded_it_is_stored_as_if_it_had_come_now(three_bad: Desk) -> None:
    load_enschede(three_bad)
    (replayed,) = quarantine.replay(
        three_bad.system.engine, [listed(three_bad, code="municipality-unknown")[0].id], actor="manager"
    )
    assert replayed == Replayed(replayed.id, "stored")
    document = three_bad.system.summary()
    assert [(case["municipality"], case["state"]) for case in document["cases"]] == [("0141", "open"), ("0153", "open")]
    assert document["quarantined"] == {"not-json": 2}
    assert_books_close(three_bad, published=4)


def test_after_the_partner_is_registered(desk: Desk) -> None:
    desk.begin(partners=[])
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", R1), withdraw("c", "2026-11-05", R1, "paid"))
    assert [row.code for row in listed(desk)] == ["source-mismatch"] * 3
    with transaction(desk.system.engine) as cursor:
        partner = Partner("welbions", "housing", frozenset({source_of("welbions")}))
        registers.register_partners(cursor, [partner], actor="manager")
    assert replay(desk) == ["stored"] * 3
    assert desk.statuses() == {"a": "other-reason", "b": "repeat"}
    assert desk.lines() == {"7607GC 12 2026-11": "closed none 0"}
    assert_books_close(desk, published=3)


def test_replayed_twice_has_one_effect(three_bad: Desk) -> None:
    load_enschede(three_bad)
    number = listed(three_bad, code="municipality-unknown")[0].id
    assert replay(three_bad, number, number) == ["stored"]
    outbox = three_bad.outbox()
    assert replay(three_bad, number) == []
    assert three_bad.outbox() == outbox
    assert_books_close(three_bad, published=4)


def test_what_was_corrected_meanwhile_under_the_same_id_is_a_duplicate(desk: Desk) -> None:
    desk.take_in(STRANGE)
    desk.take_in(replace(STRANGE, municipality="0141"))
    load_enschede(desk)
    assert replay(desk) == ["duplicate"]
    assert list(desk.lines()) == ["7607GC 12 2026-11"]
    assert desk.system.rows("SELECT duplicates, reused FROM inbox") == [(1, 1)]
    assert desk.system.rows("SELECT resolution FROM quarantine") == [("duplicate",)]
    document = desk.system.summary()
    assert (document["stored"], document["duplicates"], document["quarantined"]) == (1, 1, {})
    assert_books_close(desk, published=2)


def test_the_same_bad_event_twice_is_stored_and_a_duplicate(desk: Desk) -> None:
    desk.take_in(STRANGE, STRANGE)
    load_enschede(desk)
    assert replay(desk) == ["stored", "duplicate"]
    assert_books_close(desk, published=2)


def test_what_is_still_bad_stays_with_its_new_code(desk: Desk) -> None:
    desk.take_in(replace(STRANGE, amount="0.00"))
    load_enschede(desk)
    assert replay(desk) == ["amount-invalid"]
    (row,) = listed(desk)
    assert (row.code, row.resolution) == ("amount-invalid", None)
    assert "amount" in row.message
    assert desk.system.summary()["quarantined"] == {"amount-invalid": 1}
    assert_books_close(desk, published=1)


def test_what_cannot_be_mended_stays_as_it_is(three_bad: Desk) -> None:
    assert sorted(replay(three_bad)) == ["municipality-unknown", "not-json", "not-json"]
    assert len(listed(three_bad)) == 3
    assert_books_close(three_bad, published=4)


def test_a_record_without_value_is_replayed_too(desk: Desk) -> None:
    desk.intake.store([desk.record(RENT, None)])
    assert replay(desk) == ["not-json"]


def test_a_replay_that_fails_by_our_own_fault_does_not_stop_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take_in(STRANGE, replace(STRANGE, id="t", reference="poison"), replace(STRANGE, id="u", reference="R3"))
    load_enschede(desk)

    def poisoned(cursor: object, accepted: Sequence[Accepted], configuration: object) -> None:
        if accepted[0].event.reference == "poison":
            raise ValueError("ours")
        take_up(cursor, accepted, configuration)  # type: ignore[arg-type]  # handed on as they came

    with monkeypatch.context() as broken:
        broken.setattr(quarantine, "take_up", poisoned)
        assert replay(desk) == ["stored", "internal-error", "stored"]
    (row,) = listed(desk)
    assert row.code == "internal-error"
    assert desk.system.rows("SELECT count(*) FROM inbox") == [(2,)]
    assert replay(desk) == ["stored"]
    assert_books_close(desk, published=3)


def test_a_replay_is_in_the_audit_log(three_bad: Desk) -> None:
    load_enschede(three_bad)
    number = listed(three_bad, code="municipality-unknown")[0].id
    replay(three_bad, number)
    assert three_bad.system.rows("SELECT actor, subject, detail FROM audit WHERE action = 'replay'") == [
        ("manager", str(number), {"fate": "stored"})
    ]


def test_a_replayed_report_keeps_the_day_on_which_it_came(desk: Desk) -> None:
    (record,) = desk.records(STRANGE)
    desk.intake.store([replace(record, timestamp_ms=1_793_620_800_000)])  # 2026-11-02T12:00:00Z
    load_enschede(desk)
    assert replay(desk) == ["stored"]
    assert desk.system.rows("SELECT received_on::text FROM cases") == [("2026-11-02",)]


def test_records_replayed_together_are_one_batch(desk: Desk) -> None:
    other = report("t", "2026-11-03", "menzis/P1", municipality="0153")
    desk.intake.store([*desk.records(STRANGE, STRANGE, other), desk.record(RENT, b"{")])
    numbers = [row.id for row in listed(desk)]
    load_enschede(desk)
    with transaction(desk.system.engine) as cursor:
        first = quarantine.replay_together(cursor, numbers, actor="manager")
        again = quarantine.replay_together(cursor, numbers, actor="manager")
    fates = dict(zip(numbers, ("stored", "duplicate", "stored", "not-json"), strict=True))
    assert {one.id: one.fate for one in first} == fates
    assert [one.id for one in again] == numbers[-1:]
    assert_books_close(desk, 4)
    audited = desk.system.rows("SELECT subject, detail ->> 'fate' FROM audit WHERE action = 'replay' ORDER BY id")
    assert sorted(audited) == sorted([*((str(n), fate) for n, fate in fates.items()), (str(numbers[-1]), "not-json")])
