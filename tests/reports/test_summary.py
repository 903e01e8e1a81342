"""The summary, the books, and the figures for `/metrics`, read from a database that a walk has filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach import queues
from signals.reports.figures import read_figures, read_lag
from signals.reports.partners import PartnerHealth, partner_health
from signals.reports.reconcile import reconcile
from signals.reports.summary import summary
from signals.store.database import transaction
from tests.laws.system import LOG
from tests.reference.notation import change, report, withdraw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.metrics import Figures
    from signals.reports.reconcile import Reconciliation
    from signals.store.inbox import Partition
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

R1, P9 = "welbions/R1", "menzis/P9"
RENT, HEALTH = ("arrears.housing.welbions", 0), ("arrears.health.menzis", 0)
HOME = "7607GC 12 2026-11"


def offsets(**known: int) -> dict[Partition, int]:
    return {(f"arrears.{name.replace('_', '.')}", 0): offset for name, offset in known.items()}


def books(
    desk: Desk, begins: Mapping[Partition, int] | None = None, now: Mapping[Partition, int] | None = None, **ends: int
) -> Reconciliation:
    """The books with some partitions ending elsewhere at first; `now` is what the broker says when asked again."""
    read = dict(desk.ends) | offsets(**ends)
    with transaction(desk.system.engine) as cursor:
        return reconcile(cursor, LOG, begins or {}, read, lambda: read if now is None else now)


def figures(desk: Desk) -> Figures:
    with transaction(desk.system.engine) as cursor:
        return read_figures(cursor)


def lag(desk: Desk, **begins: int) -> dict[Partition, int]:
    with transaction(desk.system.engine) as cursor:
        return read_lag(cursor, LOG, offsets(**begins), desk.ends)


@pytest.fixture
def town(desk: Desk) -> Desk:
    """Two municipalities, open and closed cases, a duplicate and two bad records."""
    a = report("a", "2026-11-02", R1, "612.50", at="12 a bis", crisis="eviction")
    desk.take_in(
        a, a, report("b", "2026-11-03", P9, "80.00", at="12ABIS"), report("c", "2026-11-04", P9, "7.00", at="12ABIS")
    )
    desk.take_in(report("d", "2026-11-02", "vitens/W1", at=14), withdraw("e", "2026-11-03", "vitens/W1", "paid"))
    desk.take_in(
        report("f", "2026-10-02", "cogas/E1", municipality="0164"),
        change("g", "2026-10-05", "cogas/E1", "90.00", municipality="0164"),
    )
    desk.intake.store([desk.record(RENT[0], b"{"), desk.record(HEALTH[0], b"{}")])
    return desk


def test_the_summary_is_the_document_of_the_borders(town: Desk) -> None:
    with transaction(town.system.engine) as cursor:
        document = summary(cursor)
    for case in document["cases"]:
        assert case.pop("case_id").isdigit()
        score = case.pop("score")
        assert isinstance(score, int)
        assert 0 <= score <= 100
    assert document == {
        "published": 10,
        "stored": 7,
        "duplicates": 1,
        "quarantined": {"envelope-invalid": 1, "not-json": 1},
        "signal_status": {"not-yet-picked-up": 3, "other-reason": 1, "wrongful": 1},
        "cases": [
            {
                "municipality": "0141",
                "household": "7607GC 12 ABIS",
                "period": "2026-11",
                "state": "open",
                "route": "home-visit",
                "priority": 1,
                "multiple": True,
                "consecutive": False,
                "crisis": "eviction",
                "arrears_count": 2,
                "arrears": [
                    {"partner": "menzis", "reference": "P9", "amount": "7.00", "status": "open"},
                    {"partner": "welbions", "reference": "R1", "amount": "612.50", "status": "open"},
                ],
            },
            {
                "municipality": "0141",
                "household": "7607GC 14",
                "period": "2026-11",
                "state": "closed",
                "route": "none",
                "priority": None,
                "multiple": False,
                "consecutive": False,
                "crisis": None,
                "arrears_count": 0,
                "arrears": [{"partner": "vitens", "reference": "W1", "amount": "100.00", "status": "withdrawn"}],
            },
            {
                "municipality": "0164",
                "household": "7607GC 12",
                "period": "2026-10",
                "state": "open",
                "route": "letter",
                "priority": 1,
                "multiple": False,
                "consecutive": False,
                "crisis": None,
                "arrears_count": 1,
                "arrears": [{"partner": "cogas", "reference": "E1", "amount": "90.00", "status": "open"}],
            },
        ],
    }


def test_the_summary_of_nothing(desk: Desk) -> None:
    assert desk.system.summary() == {
        "published": 0,
        "stored": 0,
        "duplicates": 0,
        "quarantined": {},
        "signal_status": {},
        "cases": [],
    }


def test_books_that_close(town: Desk) -> None:
    found = books(town)
    assert found.agrees
    assert found.faults == []
    assert {(p["topic"], p["end"], p["taken_in"], p["missing"]) for p in found.partitions} >= {
        (RENT[0], 3, 3, 0),
        (HEALTH[0], 3, 3, 0),
    }


def test_records_that_are_not_taken_in_are_named(town: Desk) -> None:
    found = books(town, housing_welbions=5, water_newcomer=2)
    assert not found.agrees
    assert found.faults == [
        "arrears.housing.welbions partition 0: offsets 3 to 4 are not taken in",
        "arrears.water.newcomer partition 0: offsets 0 to 1 are not taken in",
    ]


def test_a_broker_that_ends_before_what_was_taken_in(town: Desk) -> None:
    assert books(town, health_menzis=1).faults == [
        "arrears.health.menzis partition 0: the broker ends at 1, but 3 was taken in"
    ]


def test_what_was_published_and_taken_in_while_the_books_are_closed_is_no_fault(town: Desk) -> None:
    assert books(town, now=town.ends, health_menzis=1).agrees
    assert books(town, now=offsets(health_menzis=2), health_menzis=1).faults == [
        "arrears.health.menzis partition 0: the broker ends at 2, but 3 was taken in"
    ]
    assert books(town, now={}, health_menzis=1).agrees  # the topic is gone: nothing can be said of its end


def test_a_log_that_was_never_read_may_begin_anywhere(town: Desk) -> None:
    found = books(town, offsets(water_newcomer=7), water_newcomer=7)
    assert found.agrees
    (row,) = [row for row in found.partitions if row["topic"] == "arrears.water.newcomer"]
    places = {"topic": row["topic"], "partition": 0, "begin": 7, "end": 7, "taken_in": 0, "missing": 0}
    assert row == places | {
        "stored": 0,
        "duplicates": 0,
        "quarantined": 0,
        "passed_over": 0,
        "ahead": 0,
        "paused": False,
    }
    assert books(town, offsets(water_newcomer=7), water_newcomer=9).faults == [
        "arrears.water.newcomer partition 0: offsets 7 to 8 are not taken in"
    ]


def test_records_that_the_broker_removed_before_they_were_taken_in_are_lost(town: Desk) -> None:
    found = books(town, offsets(housing_welbions=5), housing_welbions=6)
    lost, missing = found.faults
    assert lost.startswith("arrears.housing.welbions partition 0: offsets 3 to 4 were removed by the broker before")
    assert missing == "arrears.housing.welbions partition 0: offsets 5 to 5 are not taken in"
    assert books(town, offsets(housing_welbions=3)).agrees  # removed after they were taken in


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (
            "UPDATE progress SET stored = stored + 1 WHERE topic LIKE '%%welbions'",
            "stored records and stored events differ",
        ),
        ("DELETE FROM quarantine WHERE code = 'not-json'", "quarantined records and quarantine rows differ: 2 and 1"),
        (
            "INSERT INTO inbox SELECT source, 'x', content, partner_id, 0, 0, received_at FROM inbox LIMIT 1",
            "stored events and inbox keys differ: 7 and 8",
        ),
        (
            "DELETE FROM reports WHERE status = 'wrongful'",
            "stored reports and judged reports differ: 5 and 4",
        ),
    ],
)
def test_every_way_in_which_the_books_do_not_close(town: Desk, damage: str, fault: str) -> None:
    town.system.rows(damage.replace("%%", "%"))
    told, *_ = books(town).faults
    assert told.startswith(fault)


def test_figures(town: Desk) -> None:
    found = figures(town)
    assert found.cases == {("open", "home-visit"): 1, ("open", "letter"): 1, ("closed", "none"): 1}
    assert found.outbox_depth == len(town.outbox())
    assert found.lag is None  # it takes a broker
    assert lag(town) == dict.fromkeys(town.ends, 0)
    assert found.partner_last_signal.keys() >= {"welbions", "menzis", "salland"}
    assert found.partner_last_signal["welbions"] > found.partner_last_signal["salland"] == 0.0


def test_lag_counts_a_partition_that_nobody_read_yet(town: Desk) -> None:
    town.ends[RENT] += 4
    town.ends["arrears.water.newcomer", 0] = 3
    found = lag(town)
    assert (found[RENT], found["arrears.water.newcomer", 0], found[HEALTH]) == (4, 3, 0)


def test_lag_leaves_out_what_the_broker_removed(town: Desk) -> None:
    town.ends[RENT] += 4
    town.ends["arrears.water.newcomer", 0] = 9
    found = lag(town, housing_welbions=town.ends[RENT] - 1, water_newcomer=9, health_menzis=1)
    assert (found[RENT], found["arrears.water.newcomer", 0], found[HEALTH]) == (1, 0, 0)


def test_the_oldest_waiting_case_of_each_queue(desk: Desk) -> None:
    assert figures(desk).oldest_waiting_seconds == {"letters": 0.0, "visits": 0.0, "review": 0.0}
    desk.take_in(
        report("a", "2026-11-02", R1),
        report("b", "2026-11-02", P9, at=14),
        report("c", "2026-11-02", "vitens/W1", at=14),
        report("d", "2026-11-02", "welbions/R2", at=16, crisis="eviction"),
    )
    for number, hours in ((12, 1), (14, 2), (16, 3)):
        desk.system.rows(
            "UPDATE cases SET waiting_since = now() - make_interval(hours => %s) WHERE household_id IN "
            "(SELECT households.id FROM households JOIN addresses ON addresses.id = address_id WHERE number = %s)",
            hours,
            number,
        )
    found = {queue: round(seconds / 3600) for queue, seconds in figures(desk).oldest_waiting_seconds.items()}
    assert found == {"letters": 3, "visits": 2, "review": 3}
    desk.release("7607GC 16 2026-11")
    found = {queue: round(seconds / 3600) for queue, seconds in figures(desk).oldest_waiting_seconds.items()}
    assert found == {"letters": 1, "visits": 2, "review": 0}


def test_the_oldest_waiting_is_the_oldest_that_its_queue_shows(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-10-05", R1),  # waits as a letter, but the household is worked as a visit
        report("b", "2026-11-02", R1, "700.00"),
        report("c", "2026-11-02", P9),
        report("d", "2026-11-02", "welbions/R2", at=14),  # held: in review only
        report("e", "2026-11-02", "welbions/R3", at=14),
        withdraw("f", "2026-11-03", "welbions/R3", "deceased"),
        report("g", "2026-11-02", "welbions/R4", at=16),  # held after its release: waits for nothing but review
        report("h", "2026-11-02", "welbions/R5", at=18, crisis="disconnection"),
    )
    desk.release("7607GC 16 2026-11")
    desk.take_in(
        report("i", "2026-10-02", "welbions/R6", at=16), withdraw("j", "2026-11-03", "welbions/R6", "deceased")
    )
    desk.system.rows("UPDATE cases SET waiting_since = now() - make_interval(hours => id::int) WHERE waiting")
    with transaction(desk.system.engine) as cursor:
        cursor.execute("SET LOCAL signals.erasing = 'on'")
        cursor.execute("UPDATE case_history SET at = now() - make_interval(hours => case_id::int) WHERE kind = 'held'")
    with transaction(desk.system.engine) as cursor:
        waiting = {name: [case.id for case in queues.queue(cursor, name)] for name in queues.QUEUES}
    assert {name: len(cases) for name, cases in waiting.items()} == {"letters": 1, "visits": 2, "review": 3}
    found = {name: round(seconds / 3600) for name, seconds in figures(desk).oldest_waiting_seconds.items()}
    assert found == {name: max(cases) for name, cases in waiting.items()}


def test_how_it_goes_with_each_partner(town: Desk) -> None:
    town.take_in(report("a", "2026-11-02", R1, "999.00"), report("x", "2026-11-02", R1, municipality="0153"))
    with transaction(town.system.engine) as cursor:
        cursor.execute("UPDATE quarantine SET resolved_at = now(), resolution = 'stored' WHERE code = 'not-json'")
        health = {one.partner: one for one in partner_health(cursor)}
        cursor.execute("SELECT max(received_at) FROM inbox WHERE partner_id = 'welbions'")
        ((last,),) = cursor.fetchall()
        cursor.execute("SELECT id FROM partners ORDER BY id")
        assert [number for (number,) in cursor] == list(health)
    assert health["welbions"] == PartnerHealth("welbions", last, 2, 2, 1, 1)
    assert health["salland"] == PartnerHealth("salland", None, 0, 0, 0, 0)


def test_a_removed_case_is_in_no_figure_and_no_summary(desk: Desk) -> None:
    desk.take_in(report("b", "2026-11-02", R1))
    desk.take_in(report("a", "2026-10-20", R1))
    assert figures(desk).cases == {("open", "letter"): 1}
    assert [case["period"] for case in desk.system.summary()["cases"]] == ["2026-10"]
