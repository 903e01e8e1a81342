"""Is everything still there that the tables, the histories and the messages speak of?

A part of `reconcile`: the database refuses to lose a row that another one names, or a line of history. Whoever may
switch that off (a superuser, a restore without triggers) can still do it, and here it is noticed. Each question is
asked of whole tables at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.contract.outgoing import CASES_TOPIC
from signals.reports.naming import named

if TYPE_CHECKING:
    from signals.store.database import Cursor

# The last of these lines of a case says its state (`outreach.difference`, and `outreach.work` when a person acted; who
# reopens a case takes it up). A case may open closed, when its signals
# were withdrawn in the batch that brought them: then it opens without a route.
_LINES: Final = """
    SELECT case_id, bool_or(kind = 'opened') AS opened, bool_or(kind IN ('released', 'reopened-by-person')) AS released,
        bool_or(kind = 'held') AS held, max(id) FILTER (WHERE kind = 'removed') AS removed,
        max(id) FILTER (WHERE kind IN ('closed', 'closed-by-person')
            OR (kind = 'opened' AND detail ->> 'route' = 'none')) AS closed,
        max(id) FILTER (WHERE kind IN ('reopened', 'reopened-by-person')
            OR (kind = 'opened' AND detail ->> 'route' <> 'none')) AS open
    FROM case_history GROUP BY case_id
"""
_MISSING_LINES: Final = f"""
SELECT id FROM cases LEFT JOIN ({_LINES}) AS told ON told.case_id = cases.id
WHERE opened IS NOT TRUE OR (released_at IS NOT NULL AND NOT released) OR (cases.held AND NOT told.held)
    OR greatest(open, closed, removed) IS DISTINCT FROM
        CASE state WHEN 'open' THEN open WHEN 'closed' THEN closed ELSE removed END
ORDER BY id
"""  # noqa: S608 - our own words
# What has no row is sought first: mostly nothing, while the last of a million keys takes long to find.
_TOLD_CASES_GONE: Final = f"""
WITH unknown AS (SELECT id, key, body FROM outbox WHERE topic = '{CASES_TOPIC}'
    AND NOT EXISTS (SELECT FROM cases WHERE cases.id::text COLLATE "C" = outbox.key))
SELECT key FROM unknown AS told WHERE body IS NOT NULL
AND NOT EXISTS (SELECT FROM unknown AS later WHERE later.key = told.key AND later.id > told.id)
ORDER BY length(key), key
"""  # noqa: S608 - our own words
# Each row: what is wrong with whom, the word for them, and the query that gives their numbers.
_QUESTIONS: Final = (
    (
        "reports: the case of {} is gone",
        "report",
        """SELECT event_id FROM reports WHERE case_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM cases WHERE cases.id = reports.case_id) ORDER BY 1""",
    ),
    (
        "case_history: there are lines of {}, and no such row in cases",
        "case",
        """SELECT DISTINCT case_id FROM case_history
        WHERE NOT EXISTS (SELECT FROM cases WHERE cases.id = case_history.case_id) ORDER BY 1""",
    ),
    (
        f"{CASES_TOPIC}: the last message of {{}} is no tombstone, and there is no such row in cases",
        "case",
        _TOLD_CASES_GONE,
    ),
    ("case_history: lines of {} are missing: how it stands was never written there", "case", _MISSING_LINES),
    (
        "reports: the event of {} is gone",
        "report",
        """SELECT event_id FROM reports
        WHERE NOT EXISTS (SELECT FROM events WHERE events.id = reports.event_id) ORDER BY 1""",
    ),
    (
        "events: the inbox key of {} is gone",
        "event",
        """SELECT id FROM events WHERE NOT EXISTS (SELECT FROM inbox
            WHERE inbox.source = events.source AND inbox.event_id = events.event_id) ORDER BY 1""",
    ),
    (
        "events: the arrears of {} are gone",
        "event",
        """SELECT id FROM events
        WHERE NOT EXISTS (SELECT FROM arrears WHERE arrears.id = events.arrears_id) ORDER BY 1""",
    ),
    (
        "cases: the household of {} is gone",
        "case",
        """SELECT id FROM cases
        WHERE NOT EXISTS (SELECT FROM households WHERE households.id = cases.household_id) ORDER BY 1""",
    ),
)


def losses(cursor: Cursor) -> list[str]:
    """What is spoken of and not there, or there and not written down; one line for each question, with numbers."""
    found = []
    for text, what, question in _QUESTIONS:
        cursor.execute(question)
        if numbers := [row[0] for row in cursor]:
            found.append(text.format(named(what, numbers)))
    return found
