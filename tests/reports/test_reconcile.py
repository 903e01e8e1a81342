"""What `signals reconcile` names: missing records, what waits on purpose, and what was decided but not told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from signals.reports import outgoing
from signals.reports.naming import named
from signals.reports.reconcile import reconcile
from signals.store import pauses
from signals.store.again import publish_again
from signals.store.database import transaction
from signals.store.outbox import Message, add_messages
from tests.laws.system import LOG
from tests.reports.books import CASES, RENT, books, number_of, relayed

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def test_a_town_of_every_kind_agrees(town: Desk) -> None:
    assert {case.state for case in town.cases().values()} == {"open", "closed"}
    assert town.system.rows("SELECT count(*) FROM cases WHERE state = 'removed'") == [(1,)]
    found = books(town)
    assert found.faults == []
    assert found.agrees
    assert Counter({one["topic"]: one["messages"] for one in found.waiting}) == Counter(
        topic for topic, _, _ in town.outbox()
    )


def test_what_became_of_the_records_is_told_for_each_partition(town: Desk) -> None:
    (row,) = [row for row in books(town).partitions if row["topic"] == RENT]
    assert (row["stored"], row["duplicates"], row["quarantined"], row["taken_in"]) == (5, 1, 1, 7)


def test_a_paused_topic_has_a_backlog_and_no_loss(town: Desk) -> None:
    with transaction(town.system.engine) as cursor:
        assert pauses.pause(cursor, RENT, "200 in a row")
    assert books(town).agrees  # paused, but all that came is taken in
    town.ends[RENT, 0] += 3
    town.ends["arrears.health.menzis", 0] += 1
    found = books(town)
    lost, waiting = found.faults
    assert lost == "arrears.health.menzis partition 0: offsets 2 to 2 are not taken in"
    assert waiting.startswith(f"{RENT} partition 0: paused since 20")
    assert "3 waiting (offsets 7 to 9), none lost" in waiting
    assert f"signals topics resume {RENT}" in waiting
    assert [row["paused"] for row in found.partitions if row["topic"] == RENT] == [True]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (
            f"UPDATE progress SET stored = stored - 1 WHERE topic = '{RENT}'",
            "stored records and stored events differ: 8 and 9 (partner welbions: 4 and 5)",
        ),
        (
            "DELETE FROM quarantine",
            f"quarantined records and quarantine rows differ: 1 and 0 ({RENT} partition 0: 1 and 0)",
        ),
        (
            """INSERT INTO inbox SELECT source, 'x', content, partner_id, 0, 0, received_at FROM inbox
            WHERE partner_id = 'vitens' LIMIT 1""",
            "stored events and inbox keys differ: 9 and 10 (partner vitens: 1 keys without an event)",
        ),
        (
            "UPDATE progress SET duplicates = 0",
            "duplicate records and duplicates of inbox keys differ: 0 and 1",
        ),
        (
            f"UPDATE progress SET next_offset = 6 WHERE topic = '{RENT}'",
            f"{RENT} partition 0: 7 records were counted and 0 offsets passed over, but it has 6 offsets from 0 to 5",
        ),
        (
            f"UPDATE progress SET passed_over = 1 WHERE topic = '{RENT}'",
            f"{RENT} partition 0: 7 records were counted and 1 offsets passed over, but it has 7 offsets from 0 to 6",
        ),
        (
            f"UPDATE progress SET next_offset = 9 WHERE topic = '{RENT}'",
            f"{RENT} partition 0: 7 records were counted and 0 offsets passed over, but it has 9 offsets from 0 to 8",
        ),
    ],
)
def test_what_is_missing_is_named(town: Desk, damage: str, fault: str) -> None:
    town.system.rows(damage)
    assert fault in books(town).faults


def test_reports_that_are_not_judged_are_named_by_their_events(town: Desk) -> None:
    number = number_of(town, "c")
    town.system.rows("DELETE FROM reports WHERE event_id = %s", number)
    assert books(town).faults == [f"stored reports and judged reports differ: 7 and 6 (event {number})"]


def passing_over(town: Desk, count: int) -> None:
    """As if the broker had had nothing at so many offsets."""
    town.system.rows(
        "UPDATE progress SET next_offset = next_offset + %s, passed_over = passed_over + %s WHERE topic = %s",
        *(count, count, RENT),
    )
    town.ends[RENT, 0] += count


def test_offsets_that_hold_no_record_are_no_loss_and_those_that_do_are(town: Desk) -> None:
    """As after a transactional producer: the broker is asked what it holds, and only then."""
    passing_over(town, 2)
    assert books(town, held=7).agrees
    (fault,) = books(town, held=8).faults
    assert fault.startswith(f"{RENT} partition 0: 1 records between offsets 0 and 8 were passed over: neither stored")


@pytest.mark.parametrize(("begin", "held", "lost"), [(8, 2, 3), (8, 1, 2), (8, 0, 1), (10, None, 3)])
def test_what_was_removed_before_it_was_taken_in_is_named_for_good(
    town: Desk, begin: int, held: int | None, lost: int
) -> None:
    """Of three offsets that were passed over only those are explained at which the broker still shows nothing."""
    passing_over(town, 3)
    (fault,) = books(town, held, begin=begin).faults
    assert fault.startswith(f"{RENT} partition 0: {lost} offsets between offsets 0 and 9 were passed over")
    assert "removed before they were taken in" in fault


def test_a_log_that_began_later_is_no_loss_unless_the_broker_holds_what_was_in_front(town: Desk) -> None:
    town.system.rows("UPDATE progress SET next_offset = next_offset + 5, first_offset = 5 WHERE topic = %s", RENT)
    town.ends[RENT, 0] += 5
    assert books(town, begin=5).agrees
    assert books(town, held=7, begin=3).agrees
    (fault,) = books(town, held=9, begin=3).faults
    assert fault.startswith(f"{RENT} partition 0: 2 records between offsets 3 and 11 were passed over")


@pytest.mark.parametrize(
    ("done", "ahead", "begin", "end", "faults"),
    [
        (3, [4, 5, 6, 7], 0, 8, ["offsets 3 to 7 (but for 4 of them) are not taken in"]),
        (
            3,
            [4, 5, 6, 7],
            9,
            12,
            ["offsets 3 to 8 (but for 4 of them) were removed", "offsets 9 to 11 are not taken in"],
        ),
        (0, [1, 2, 3, 4, 5, 6, 7], 6, 8, ["offsets 0 to 5 (but for 5 of them) were removed"]),
        (3, [4, 5, 6, 7], 0, 6, ["offsets 3 to 5 (but for 2 of them) are not taken in"]),
        (0, [], 3, 3, []),
    ],
)
def test_what_was_taken_in_beyond_the_next_offset_is_neither_missing_nor_lost(
    town: Desk, done: int, ahead: list[int], begin: int, end: int, faults: list[str]
) -> None:
    topic = "arrears.telecom.new"
    if done or ahead:
        town.system.rows(
            """INSERT INTO progress (log_id, topic, partition, next_offset, ahead, stored)
            VALUES (%s, %s, 0, %s, %s, %s)""",
            *(LOG, topic, done, ahead, done + len(ahead)),
        )
    with transaction(town.system.engine) as cursor:
        ends = {**town.ends, (topic, 0): end}
        later = {**ends, (topic, 0): max(end, done, *(one + 1 for one in ahead), 0)}
        found = reconcile(cursor, LOG, {(topic, 0): begin}, ends, lambda: later).faults
    named = [fault for fault in found if topic in fault]
    assert len(named) == len(faults)
    for fault, words in zip(named, faults, strict=True):
        assert words in fault


def test_tables_and_partitions_are_both_named(town: Desk) -> None:
    town.system.rows("DELETE FROM quarantine")
    passing_over(town, 2)
    tables, partition = books(town, held=9).faults
    assert tables.startswith("quarantined records and quarantine rows differ")
    assert "2 records between offsets 0 and 8 were passed over" in partition


UNTOLD = "does not say how it stands now"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE cases SET score = score + 1 WHERE id = {open}",
        "UPDATE cases SET crisis = NULL WHERE id = {open}",
        "UPDATE cases SET consecutive = NOT consecutive WHERE id = {open}",
        "UPDATE cases SET route = 'none' WHERE id = {open}",
        "DELETE FROM outbox WHERE topic = 'outreach.cases' AND key = '{open}'",
        "DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox WHERE topic = 'outreach.cases' AND key = '{open}')",
        "INSERT INTO outbox (topic, key) VALUES ('outreach.cases', '{open}')",
    ],
)
def test_a_case_that_was_not_told_as_it_stands(town: Desk, damage: str) -> None:
    number = town.case("7607GC 12 2026-11").id
    town.system.rows(damage.format(open=number).replace("%", "%%"))
    assert books(town).faults == [f"outreach.cases: the last message of case {number} {UNTOLD}"]


def test_messages_are_written_as_the_quick_comparison_expects(town: Desk) -> None:
    """Else every one of them would be read as a document: right as well, and ten times slower."""
    quick_alone = outgoing._UNTOLD_CASES.replace("convert_from(body, 'UTF8')::jsonb", "'{}'::jsonb")
    assert quick_alone != outgoing._UNTOLD_CASES
    with transaction(town.system.engine) as cursor:
        assert cursor.execute(quick_alone.encode(), {"cases": CASES}).fetchall() == []


def test_a_removed_case_has_to_be_told_as_removed(town: Desk) -> None:
    ((number,),) = town.system.rows("SELECT id FROM cases WHERE state = 'removed'")
    town.system.rows("DELETE FROM outbox WHERE body IS NULL")
    assert books(town).faults == [f"outreach.cases: the last message of case {number} {UNTOLD}"]


def test_many_are_counted_and_the_first_named(town: Desk) -> None:
    numbers = [row[0] for row in town.system.rows("SELECT id FROM cases WHERE state <> 'removed' ORDER BY id")]
    town.system.rows("DELETE FROM outbox WHERE topic = 'outreach.cases' AND body IS NOT NULL")
    assert len(numbers) == 3
    assert books(town).faults == [f"outreach.cases: the last message of {named('case', numbers)} {UNTOLD}"]
    assert named("case", range(1, 4)) == "cases 1, 2, 3"
    assert named("case", range(1, 9)) == "cases 1, 2, 3, 4, 5 and 3 more"


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM outbox WHERE topic = 'feedback.menzis' AND convert_from(body, 'UTF8') LIKE '%\"repeat\"%'",
        """UPDATE outbox SET body = convert_to(replace(convert_from(body, 'UTF8'), '"repeat"', '"wrongful"'), 'UTF8')
        WHERE topic = 'feedback.menzis'""",
    ],
)
def test_a_report_whose_partner_heard_something_else(town: Desk, damage: str) -> None:
    number = number_of(town, "c")
    town.system.rows(damage)
    assert books(town).faults == [f"feedback: the last message of report {number} does not say its status"]


def test_messages_that_wait_for_long(town: Desk) -> None:
    town.system.rows("UPDATE outbox SET created_at = now() - interval '61 minutes' WHERE topic = 'outreach.cases'")
    (fault,) = books(town).faults
    count = len(town.told(CASES))
    assert fault.startswith(f"outreach.cases: {count} messages wait to be published, the oldest for 366")
    relayed(town)
    assert books(town).agrees


def compared(town: Desk, expected: outgoing.Published, topic: dict[str, bytes | None]) -> outgoing.OnTheTopic:
    with transaction(town.system.engine) as cursor:
        return outgoing.on_the_topic(cursor, expected, topic)


def published(town: Desk) -> outgoing.Published:
    with transaction(town.system.engine) as cursor:
        return outgoing.published(cursor)


def put(town: Desk, key: str, body: bytes | None) -> None:
    with transaction(town.system.engine) as cursor:
        add_messages(cursor, [Message(CASES, key, body)])


def test_the_topic_says_what_was_published_last(town: Desk) -> None:
    assert published(town).by_key == {}
    topic = relayed(town)
    expected = published(town)
    assert compared(town, expected, topic) == outgoing.OnTheTopic(3, 0, [])
    gone: dict[str, bytes | None] = {
        key: mark for key, mark in topic.items() if mark is not None
    }  # its tombstones are compacted away
    assert compared(town, expected, gone) == outgoing.OnTheTopic(3, 0, [])


def test_cases_that_the_topic_lost_or_has_in_an_older_state(town: Desk) -> None:
    number = str(town.case("7607GC 12 2026-11").id)
    (first, *_) = [outgoing.mark_of(bytes(body)) for body in bodies(town, number)]
    topic = relayed(town)
    expected = published(town)
    assert compared(town, expected, topic | {number: first}).faults == [
        f"outreach.cases: the last message of case {number} is an older one"
    ]
    del topic[number]
    assert compared(town, expected, topic).faults == [f"outreach.cases: case {number} should be there and is not"]


def bodies(town: Desk, key: str) -> list[bytes]:
    return [
        row[0]
        for row in town.system.rows("SELECT body FROM outbox WHERE topic = %s AND key = %s ORDER BY id", CASES, key)
    ]


def test_what_is_published_while_the_topic_is_read_is_no_fault(town: Desk) -> None:
    number = str(town.case("7607GC 12 2026-11").id)
    topic = relayed(town)
    expected = published(town)
    put(town, number, b"newer")  # on the broker already, and not yet marked
    assert compared(town, expected, topic | {number: outgoing.mark_of(b"newer")}).faults == []
    assert compared(town, expected, topic).faults == []
    relayed(town)
    assert compared(town, published(town), topic).faults == [
        f"outreach.cases: the last message of case {number} is an older one"
    ]


def test_a_message_that_is_not_ours_is_counted_apart(town: Desk) -> None:
    number = str(town.case("7607GC 12 2026-11").id)
    topic = relayed(town)
    assert compared(town, published(town), topic | {number: outgoing.mark_of(b"another's")}) == outgoing.OnTheTopic(
        3, 1, []
    )


def test_an_empty_broker_is_told_of_every_case_that_is(town: Desk) -> None:
    topic = relayed(town)
    put(town, next(key for key, mark in topic.items() if mark), b"newer")
    with transaction(town.system.engine) as cursor:
        assert publish_again(cursor, CASES) == 2  # the third waits already
    told = relayed(town)
    assert told == {key: mark for key, mark in topic.items() if mark} | told
    assert outgoing.mark_of(b"newer") in told.values()
    assert len(told) == 3
