"""A topic with too many bad records is paused at exactly one record, others go on, and a resume takes in the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from psycopg import errors as pg

from signals.consumers import gate
from signals.consumers import intake as intake_module
from signals.consumers.complete import MissingRecordsError
from signals.consumers.flood import FloodLimits
from signals.consumers.intake import BatchIntake
from signals.consumers.records import StoreAwayError
from signals.errors import SignalsError, WrongUseError
from signals.outreach.take_up import take_up
from signals.reports.figures import read_figures
from signals.store import pauses
from signals.store.database import transaction
from tests.laws.system import LOG
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.consumers.records import Record
    from signals.outreach.configuration import Configuration
    from signals.outreach.rows import Accepted
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

RENT, CARE = "arrears.housing.welbions", "arrears.health.menzis"
LIMITS = FloodLimits()
IN_A_ROW = FloodLimits(share=1.0)


def worker(desk: Desk, *, limits: FloodLimits | None = LIMITS, gapless: bool = True) -> BatchIntake:
    """An intake that knows nothing yet, as after a start."""
    return BatchIntake(desk.system.engine, LOG, gapless=gapless, limits=limits)


def bad(desk: Desk, count: int, topic: str = RENT) -> list[Record]:
    return [desk.record(topic, b"{") for _ in range(count)]


def good(desk: Desk, count: int, partner: str = "welbions") -> list[Record]:
    first = desk.ends.total()
    return desk.records(*[report(f"g{first + n}", "2026-11-02", f"{partner}/R{first + n}") for n in range(count)])


def kept(desk: Desk, topic: str = RENT) -> int:
    """How many of a topic stand in quarantine."""
    return int(desk.system.rows("SELECT count(*) FROM quarantine WHERE topic = %s", topic)[0][0])


def stored(desk: Desk, partner: str = "welbions") -> int:
    return int(desk.system.rows("SELECT count(*) FROM inbox WHERE partner_id = %s", partner)[0][0])


def reasons(desk: Desk) -> list[tuple[str, str]]:
    with transaction(desk.system.engine) as cursor:
        return [(one.topic, one.reason) for one in pauses.paused(cursor)]


def resume(desk: Desk, *topics: str) -> None:
    with transaction(desk.system.engine) as cursor:
        gate.resume(cursor, topics, actor="somebody")


def spread(records: Sequence[Record], partitions: int) -> list[Record]:
    """The records of one topic dealt out over partitions, in the same order."""
    return [replace(one, partition=n % partitions, offset=n // partitions) for n, one in enumerate(records)]


@pytest.mark.parametrize("batch", [1, 7, 100, 500])
def test_at_the_two_hundredth_in_a_row_the_topic_is_paused_and_the_rest_waits(desk: Desk, batch: int) -> None:
    intake = worker(desk)
    records = [*bad(desk, 300), *good(desk, 5)]
    for start in range(0, 199, batch):
        intake.store(records[start : min(start + batch, 199)])
    assert (kept(desk), intake.paused(), reasons(desk)) == (199, frozenset(), [])
    assert intake.store(records[199:]) == {(RENT, 0): 200}
    assert (kept(desk), stored(desk)) == (200, 0)
    assert intake.paused() == {RENT}
    assert reasons(desk) == [(RENT, "200 bad records in a row")]
    assert desk.system.rows("SELECT next_offset, quarantined FROM progress") == [(200, 200)]


def test_the_others_in_the_batch_go_on(desk: Desk) -> None:
    intake = worker(desk)
    rest, others = [*bad(desk, 250), *good(desk, 3)], good(desk, 120, "menzis")
    mixed = [one for pair in zip(rest[:120], others, strict=True) for one in pair] + rest[120:]
    assert intake.store(mixed) == {(RENT, 0): 200, (CARE, 0): 120}
    assert (kept(desk), stored(desk), stored(desk, "menzis")) == (200, 0, 120)
    assert intake.store([*rest[200:], *good(desk, 2, "menzis")]) == {(RENT, 0): 200, (CARE, 0): 122}
    assert (kept(desk), stored(desk), stored(desk, "menzis")) == (200, 0, 122)


def test_the_record_with_which_the_share_begins_to_count_is_stored(desk: Desk) -> None:
    intake = worker(desk)
    records = [*bad(desk, 101), *good(desk, 120)]
    assert intake.store(records) == {(RENT, 0): 200}
    assert (kept(desk), stored(desk)) == (101, 99)
    assert reasons(desk) == [(RENT, "101 of the last 200 records were bad")]


def test_so_it_is_when_the_first_ones_were_good_and_the_bad_ones_came_batches_ago(desk: Desk) -> None:
    intake = worker(desk)
    for records in (good(desk, 1), good(desk, 1), bad(desk, 101), good(desk, 50)):
        intake.store(records)
    assert reasons(desk) == []
    assert intake.store(good(desk, 60)) == {(RENT, 0): 200}
    assert reasons(desk) == [(RENT, "101 of the last 200 records were bad")]


def test_a_duplicate_is_good(desk: Desk) -> None:
    intake = worker(desk, limits=IN_A_ROW)
    (one,) = good(desk, 1)
    intake.store([one, *bad(desk, 199), desk.record(RENT, one.value), *bad(desk, 199)])
    assert (kept(desk), intake.paused()) == (398, frozenset())


def test_a_resume_takes_in_the_rest_and_counts_afresh(desk: Desk) -> None:
    intake = worker(desk, limits=IN_A_ROW)
    records = [*bad(desk, 399), *good(desk, 5), *bad(desk, 250)]
    intake.store(records)
    assert kept(desk) == 200
    resume(desk, RENT)
    assert intake.paused() == {RENT}  # not known here yet
    assert intake.refresh_paused() == frozenset()
    assert intake.store(records[200:404]) == {(RENT, 0): 404}
    assert (kept(desk), stored(desk), reasons(desk)) == (399, 5, [])
    assert intake.store(records[404:]) == {(RENT, 0): 604}
    assert reasons(desk) == [(RENT, "200 bad records in a row")]


def test_a_batch_that_meets_the_resume_is_taken_in(desk: Desk) -> None:
    intake = worker(desk)
    records = [*bad(desk, 200), *good(desk, 5)]
    intake.store(records)
    resume(desk, RENT)
    assert intake.store(records[200:]) == {(RENT, 0): 205}
    assert intake.paused() == frozenset()


@pytest.mark.parametrize("partitions", [1, 3])
@pytest.mark.parametrize(("limits", "fates"), [(IN_A_ROW, (200, 30)), (LIMITS, (170, 30))])
def test_a_restart_does_not_forget(desk: Desk, partitions: int, limits: FloodLimits, fates: tuple[int, int]) -> None:
    records = spread([*good(desk, 30), *bad(desk, 250)], partitions)
    worker(desk, limits=limits).store(records[:130])
    worker(desk, limits=limits).store(records[130:199])
    last = worker(desk, limits=limits)
    last.store(records[199:])
    assert (kept(desk), stored(desk)) == fates
    assert last.paused() == {RENT}


def test_a_restart_after_a_resume_begins_there(desk: Desk) -> None:
    records = bad(desk, 600)
    worker(desk).store(records)
    resume(desk, RENT)
    worker(desk).store(records[200:300])
    worker(desk).store(records[300:399])
    assert (kept(desk), reasons(desk)) == (399, [])
    worker(desk).store(records[399:])
    assert (kept(desk), len(reasons(desk))) == (400, 1)


def test_a_restart_while_paused_takes_nothing_in(desk: Desk) -> None:
    records = bad(desk, 250)
    worker(desk).store(records)
    anew = worker(desk)
    assert anew.refresh_paused() == {RENT}
    assert anew.store(records[200:]) == {(RENT, 0): 200}
    assert kept(desk) == 200


def test_another_worker_sees_the_pause_with_its_next_batch(desk: Desk) -> None:
    one, other = worker(desk), worker(desk)
    records = bad(desk, 210)
    elsewhere = [replace(record, partition=1, offset=n) for n, record in enumerate(good(desk, 4))]
    other.store(elsewhere[:2])
    one.store(records)
    assert other.store(elsewhere[2:]) == {(RENT, 1): 2}
    assert other.paused() == {RENT}
    assert stored(desk) == 2


def test_a_worker_begins_with_what_the_others_saw_of_a_topic(desk: Desk) -> None:
    one, other = worker(desk), worker(desk)
    records = spread(bad(desk, 398), 2)
    one.store(records[0::2])
    assert (kept(desk), reasons(desk)) == (199, [])
    assert other.store(records[1::2]) == {(RENT, 1): 1}
    assert (kept(desk), len(reasons(desk))) == (200, 1)


def one_bad_branch(desk: Desk, rounds: int) -> list[Record]:
    """A topic of four partitions: in the first one every second record is bad, in the others none: 12.5% are."""
    fates = [bad(desk, 1)[0] if n % 8 == 0 else good(desk, 1)[0] for n in range(4 * rounds)]
    return spread(fates, 4)


def test_a_topic_far_below_the_limits_is_not_paused_whatever_fails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each partition's last 100 records lie as many bad ones as the limit lets pass; in the topic's, far fewer."""
    limits = FloodLimits(share=0.5, window=100, at_least=20, in_a_row=50)
    intake, records = worker(desk, limits=limits), one_bad_branch(desk, 300)
    intake.store(records[:600])
    with monkeypatch.context() as broken:
        broken.setattr(intake_module, "take_up", _away)
        with pytest.raises(StoreAwayError):
            intake.store(records[600:700])
        broken.setattr(intake_module, "take_up", _stumble)
        intake.store(records[601:602])
    for start in range(600, 1000, 100):
        intake.store(records[start : start + 100])
    worker(desk, limits=limits).store(records[1000:])
    assert (kept(desk), reasons(desk)) == (151, [])


@pytest.mark.parametrize("size", [1, 90, 1000])
def test_over_several_partitions_a_restart_at_every_batch_changes_nothing(desk: Desk, size: int) -> None:
    """The partitions are read one after the other, so that the order over all of them is nobody's but the worker's."""
    limits = FloodLimits(share=0.5, window=40, at_least=20, in_a_row=15)
    fates = [*bad(desk, 14), *good(desk, 1), *bad(desk, 3), *good(desk, 20), *bad(desk, 14), *good(desk, 40)]
    records = sorted(spread([*fates, *bad(desk, 30)], 3), key=lambda one: (one.offset // 9, one.partition))
    steady, *restarted = (worker(desk, limits=limits) for _ in range(1 + len(records)))
    for start in range(0, len(records), size):
        restarted.pop().store(records[start : start + size])
    anew = desk.system.rows("SELECT partition, next_offset, quarantined FROM progress ORDER BY 1"), reasons(desk)
    desk.begin()
    steady.store(records)
    once = desk.system.rows("SELECT partition, next_offset, quarantined FROM progress ORDER BY 1"), reasons(desk)
    assert (anew, len(once[1])) == (once, 1)


def test_what_was_bad_while_nobody_counted_is_not_counted(desk: Desk) -> None:
    records = bad(desk, 500)
    worker(desk, limits=None).store(records[:300])
    assert desk.system.rows("SELECT DISTINCT nth FROM quarantine") == [(None,)]
    worker(desk, limits=IN_A_ROW).store(records[300:])
    assert desk.system.rows("SELECT min(nth), max(nth) FROM quarantine") == [(301, 500)]
    assert (kept(desk), len(reasons(desk))) == (500, 1)


def test_one_batch_may_close_two_topics(desk: Desk) -> None:
    records = [one for pair in zip(bad(desk, 210), bad(desk, 210, CARE), strict=True) for one in pair]
    assert worker(desk).store(records) == {(RENT, 0): 200, (CARE, 0): 200}
    assert [topic for topic, _ in reasons(desk)] == [CARE, RENT]
    assert desk.system.rows("SELECT version FROM revisions WHERE name = 'pauses'") == [(1,)]


def test_two_workers_pause_a_topic_once(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        assert [pauses.pause(cursor, RENT, "flood") for _ in range(2)] == [True, False]
    assert len(reasons(desk)) == 1


def test_a_batch_that_is_tried_again_counts_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise pg.AdminShutdown

    intake = worker(desk)
    records = [*good(desk, 1), *bad(desk, 198), *good(desk, 2)]
    with monkeypatch.context() as broken:
        broken.setattr(intake_module, "take_up", away)
        for _ in range(3):
            with pytest.raises(StoreAwayError):
                intake.store(records[:120])
    intake.store(records[:120])
    intake.store(records[100:199])  # twenty of them are read again
    assert (kept(desk), intake.paused()) == (198, frozenset())


def test_a_commit_whose_answer_was_lost_is_not_forgotten(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = worker(desk)
    records = bad(desk, 220)
    intake.store(records[:1])
    with monkeypatch.context() as broken:
        broken.setattr(intake._gate, "keep", _away)
        with pytest.raises(StoreAwayError):
            intake.store(records[1:150])
    assert kept(desk) == 150
    intake.store(records[1:])
    assert kept(desk) == 200
    assert intake.paused() == {RENT}


def _away(*_: object) -> None:
    raise pg.OperationalError("the connection is gone")


def _stumble(*_: object) -> None:
    raise ValueError


def test_what_is_our_fault_counts_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    small = FloodLimits(in_a_row=5, at_least=10, window=10)
    monkeypatch.setattr(intake_module, "take_up", _stumble)
    intake = worker(desk, limits=small)
    assert intake.store(good(desk, 9)) == {(RENT, 0): 5}
    assert desk.system.rows("SELECT DISTINCT code FROM quarantine") == [("internal-error",)]
    assert intake.paused() == {RENT}


def test_a_poison_event_in_a_batch_that_is_closed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(cursor: Cursor, accepted: Sequence[Accepted], configuration: Configuration) -> None:
        if any(one.event.reference == "poison" for one in accepted):
            raise ValueError
        take_up(cursor, accepted, configuration)

    monkeypatch.setattr(intake_module, "take_up", stumble)
    small = FloodLimits(in_a_row=5, at_least=10, window=10)
    poison = desk.records(report("p", "2026-11-02", "welbions/poison"))
    records = [*good(desk, 3, "menzis"), *poison, *bad(desk, 6), *good(desk, 3), *good(desk, 2, "menzis")]
    assert worker(desk, limits=small).store(records) == {(RENT, 0): 5, (CARE, 0): 5}
    assert (kept(desk), stored(desk), stored(desk, "menzis")) == (5, 0, 5)


def test_without_limits_nothing_is_paused_and_what_is_paused_stays_so(desk: Desk) -> None:
    intake = worker(desk, limits=None)
    intake.store(bad(desk, 1200, CARE))
    assert (kept(desk, CARE), reasons(desk)) == (1200, [])
    records = bad(desk, 201)
    worker(desk).store(records)
    assert intake.store(records[200:]) == {(RENT, 0): 200}


def test_a_gap_is_refused_on_an_open_topic_only(desk: Desk) -> None:
    intake = worker(desk)
    records, others = bad(desk, 260), good(desk, 3, "menzis")
    intake.store(records)
    assert intake.store(records[230:]) == {(RENT, 0): 200}
    with pytest.raises(MissingRecordsError):
        intake.store([*records[230:], others[1]])
    resume(desk, RENT)
    intake.refresh_paused()
    with pytest.raises(MissingRecordsError) as missing:
        intake.store(records[230:])
    assert missing.value.hole == (RENT, 0, 200, 230)


def test_who_paused_and_who_resumed_is_in_the_audit_log(desk: Desk) -> None:
    worker(desk).store(bad(desk, 200))
    resume(desk, RENT)
    lines = desk.system.rows("SELECT actor, action, subject, detail FROM audit WHERE subject = %s ORDER BY id", RENT)
    assert lines == [
        ("worker", "pause-topic", RENT, {"reason": "200 bad records in a row"}),
        ("somebody", "resume-topic", RENT, {}),
    ]
    assert desk.system.rows("SELECT resumed_by, resumed_from FROM paused_topics") == [("somebody", {LOG: 200})]


@pytest.mark.parametrize(
    ("topics", "error"),
    [((CARE,), SignalsError), ((RENT, CARE), SignalsError), (("rent",), WrongUseError), ((RENT, "x"), WrongUseError)],
)
def test_of_a_resume_that_asks_too_much_nothing_is_done(
    desk: Desk, topics: tuple[str, ...], error: type[SignalsError]
) -> None:
    worker(desk).store(bad(desk, 200))
    with pytest.raises(error) as raised:
        resume(desk, *topics)
    assert type(raised.value) is error
    assert len(reasons(desk)) == 1


def test_the_figures_tell_which_topics_are_paused(desk: Desk) -> None:
    stranger = "arrears.water.stranger"
    with transaction(desk.system.engine) as cursor:
        assert set(read_figures(cursor).topic_paused.values()) == {False}
    worker(desk).store([*bad(desk, 200), *bad(desk, 200, stranger)])
    with transaction(desk.system.engine) as cursor:
        found = read_figures(cursor).topic_paused
    assert {topic for topic, is_so in found.items() if is_so} == {RENT, "unregistered"}
    assert CARE in found


def test_the_alert_says_what_to_do(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    worker(desk).store(bad(desk, 200))
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert all(word in line for word in (RENT, "200 bad records in a row", "signals topics resume"))
