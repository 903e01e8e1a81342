"""Was everything that was decided also told? Cases and reports against the outbox, and the outbox against the broker.

The other half of `reconcile`: the end of the walk. A case's last message says how the case stands now; a message that
is marked as published is the last word of its case on `outreach.cases`, or a newer one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Final

from signals.contract.outgoing import CASES_TOPIC
from signals.reports.naming import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from signals.store.database import Cursor

WAITS_TOO_LONG_SECONDS: Final = 3600  # a relay needs less than a second, and a short stop of it is no loss

_LAST: Final = "(SELECT key, max(id) AS id FROM outbox WHERE topic {} GROUP BY key) AS newest"
# What a message ends with, byte by byte, is compared first: reading a million documents would take ten times as long.
_UNTOLD_CASES: Final = f"""
WITH standing AS (
    SELECT cases.id, state, body, cases AS whole, convert_to(
        '"data":{{"caseId":"' || cases.id || '","municipality":"' || municipality || '","period":"' || period
        || '","state":"' || state || '","route":"' || route || '","score":' || score || ',"multiple":' || multiple
        || ',"consecutive":' || consecutive || ',"crisis":' || coalesce('"' || crisis || '"', 'null')
        || ',"arrearsCount":' || arrears_count || '}}}}', 'UTF8') AS said
    FROM cases
    LEFT JOIN {_LAST.format("= %(cases)s")} ON newest.key = cases.id::text COLLATE "C"
    LEFT JOIN outbox AS told ON told.id = newest.id)
SELECT id FROM standing
WHERE (state = 'removed') <> (body IS NULL) OR (state <> 'removed'
    AND substr(body, length(body) - length(said) + 1) IS DISTINCT FROM said
    AND convert_from(body, 'UTF8')::jsonb -> 'data' IS DISTINCT FROM jsonb_build_object(
        'caseId', id::text, 'municipality', (whole).municipality, 'period', (whole).period, 'state', state,
        'route', (whole).route, 'score', (whole).score, 'multiple', (whole).multiple,
        'consecutive', (whole).consecutive, 'crisis', (whole).crisis, 'arrearsCount', (whole).arrears_count))
ORDER BY id
"""  # noqa: S608 - our own words
# A report that still waits as it began was never answered; every other status was told.
_UNTOLD_REPORTS: Final = f"""
WITH standing AS (
    SELECT event_id, status, told.id IS NULL AS silent, body,
        coalesce(given_result, CASE status WHEN 'other-reason' THEN 'not-picked-up' ELSE status END) AS result
    FROM reports
    LEFT JOIN {_LAST.format("LIKE 'feedback.%%'")} ON newest.key = event_id::text COLLATE "C"
    LEFT JOIN outbox AS told ON told.id = newest.id)
SELECT event_id FROM standing
WHERE CASE WHEN silent THEN status <> 'not-yet-picked-up'
    ELSE position(convert_to('"result":"' || result || '"', 'UTF8') IN body) = 0
        AND convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'result' IS DISTINCT FROM result END
ORDER BY event_id
"""  # noqa: S608 - our own words
_WAITING: Final = """
SELECT topic, count(*), extract(epoch FROM clock_timestamp() - min(created_at))::float8
FROM outbox WHERE published_at IS NULL GROUP BY topic ORDER BY topic
"""
_PUBLISHED: Final = """
SELECT outbox.key, outbox.id, decode(md5(body), 'hex') FROM outbox JOIN (
    SELECT key, max(id) AS id FROM outbox WHERE topic = %s AND published_at IS NOT NULL GROUP BY key) AS newest
ON newest.id = outbox.id
"""
_LATER: Final = """
SELECT key, id, decode(md5(body), 'hex') FROM outbox WHERE topic = %s AND key = ANY(%s)
"""


def mark_of(body: bytes | None) -> bytes | None:
    """What tells one message from another; None is a tombstone."""
    return None if body is None else md5(body, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class Told:
    """How the outbox stands: messages that wait by topic, with the age of the oldest, and all that is wrong."""

    waiting: dict[str, tuple[int, float]]
    faults: list[str]


@dataclass(frozen=True, slots=True)
class Published:
    """The newest message of each case that is marked as published: its number in the outbox, and its mark."""

    by_key: dict[str, tuple[int, bytes | None]]


def told(cursor: Cursor) -> Told:
    """Compare what is decided with what the outbox says; one moment of the database."""
    faults = []
    cursor.execute(_UNTOLD_CASES, {"cases": CASES_TOPIC})
    if cases := [row[0] for row in cursor]:
        faults.append(f"{CASES_TOPIC}: the last message of {named('case', cases)} does not say how it stands now")
    cursor.execute(_UNTOLD_REPORTS, {})
    if reports := [row[0] for row in cursor]:
        faults.append(f"feedback: the last message of {named('report', reports)} does not say its status")
    cursor.execute(_WAITING)
    waiting = {topic: (count, age) for topic, count, age in cursor}
    faults += [
        f"{topic}: {count} messages wait to be published, the oldest for {age:.0f} s; does the relay run?"
        for topic, (count, age) in waiting.items()
        if age > WAITS_TOO_LONG_SECONDS
    ]
    return Told(waiting, faults)


def published(cursor: Cursor) -> Published:
    """What should be on `outreach.cases` by now; to be asked before the topic is read."""
    cursor.execute(_PUBLISHED, (CASES_TOPIC,))
    return Published({key: (number, mark) for key, number, mark in cursor})


@dataclass(frozen=True, slots=True)
class OnTheTopic:
    """How `outreach.cases` compares: cases it holds, those whose last message is not ours, and what is wrong."""

    cases: int
    foreign: int
    faults: list[str]


def on_the_topic(cursor: Cursor, expected: Published, last_words: Mapping[str, bytes | None]) -> OnTheTopic:
    """Compare `outreach.cases` with what was published.

    Args:
        cursor: reads the outbox as it is *after* `last_words` was read: what was published meanwhile is no fault.
        expected: what was published before `last_words` was read.
        last_words: the mark (`mark_of`) of the last message of every key of the topic.
    """
    # A tombstone may be compacted away, so that nothing at all is as good.
    absent = [key for key, (_, mark) in expected.by_key.items() if mark is not None and key not in last_words]
    differing = [key for key, (_, mark) in expected.by_key.items() if key in last_words and last_words[key] != mark]
    older, foreign = _older_and_foreign(cursor, expected, last_words, differing)
    faults = list(_topic_faults(absent, older))
    return OnTheTopic(sum(1 for mark in last_words.values() if mark is not None), foreign, faults)


def _older_and_foreign(
    cursor: Cursor, expected: Published, last_words: Mapping[str, bytes | None], differing: Sequence[str]
) -> tuple[list[str], int]:
    """Of the keys whose last message is another: those that lag behind, and how many are not in our outbox."""
    newest: dict[str, int] = {}
    cursor.execute(_LATER, (CASES_TOPIC, list(differing)))
    for key, number, mark in cursor:
        if last_words[key] == mark:
            newest[key] = max(number, newest.get(key, 0))
    older = [key for key in differing if key in newest and newest[key] < expected.by_key[key][0]]
    return older, len(differing) - len(newest)


def _topic_faults(absent: Sequence[str], older: Sequence[str]) -> Iterator[str]:
    if absent:
        yield f"{CASES_TOPIC}: {named('case', absent)} should be there and is not"
    if older:
        yield f"{CASES_TOPIC}: the last message of {named('case', older)} is an older one"
