"""A house with very many people and a case with a very long history, for tests: made from a case that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.store.database import transaction

if TYPE_CHECKING:
    from sqlalchemy import Engine

SURNAME: Final = "Vollehuis"
LAST: Final = "zuid"  # how the name of the last of them ends; those of the others in a number
_CROWD: Final = """
WITH one AS (SELECT reports.*, persons.initials FROM reports JOIN persons ON persons.id = person_id
    WHERE case_id = %(case)s ORDER BY event_id LIMIT 1),
people AS (INSERT INTO persons (household_id, identity, initials, surname, date_of_birth)
    SELECT household_id, 'crowd ' || n, 'Q.', %(surname)s || CASE n WHEN %(people)s THEN %(last)s ELSE n::text END,
        '1940-01-01'
    FROM one, generate_series(1, %(people)s) AS n
    RETURNING id, household_id, substr(identity, 7)::int AS n),
owed AS (INSERT INTO arrears (municipality, partner_id, reference, sector, last_amount)
    SELECT one.municipality, partner_id, 'crowd ' || people.n, sector, 5000 + people.n
    FROM people, one JOIN arrears ON arrears.id = arrears_id RETURNING id, substr(reference, 7)::int AS n),
keys AS (INSERT INTO inbox (source, event_id, content, partner_id, received_at)
    SELECT source, 'crowd ' || n, '', partner_id, received_at
    FROM people, one JOIN events ON events.id = one.event_id JOIN arrears ON arrears.id = one.arrears_id
    RETURNING source, event_id),
said AS (INSERT INTO events
        (arrears_id, type, signalled_on, time_us, event_id, source, amount, crisis_given, received_at)
    SELECT owed.id, 'reported', signalled_on, time_us + owed.n, keys.event_id, keys.source, 5000 + owed.n, false,
        received_at
    FROM owed JOIN keys ON keys.event_id = 'crowd ' || owed.n, one JOIN events ON events.id = one.event_id
    RETURNING id, arrears_id, substr(event_id, 7)::int AS n)
INSERT INTO reports (event_id, arrears_id, household_id, municipality, person_id, kind, objected, warm_transfer,
    legal_person, house_number_text, status, case_id, period, period_start, policy_id, picked_up)
SELECT said.id, said.arrears_id, one.household_id, one.municipality, people.id, kind, false, false, false,
    house_number_text, status, case_id, period, period_start, policy_id, picked_up
FROM said JOIN people USING (n), one
"""
_HISTORY: Final = """
INSERT INTO case_history (case_id, actor, kind, detail)
SELECT %(case)s, 'Sanne de Vries 2', 'note', jsonb_build_object('note', n) FROM generate_series(1, %(lines)s) AS n
"""
_NOTES: Final = """
INSERT INTO notes (household_id, case_id, text, by_id, by_name)
SELECT household_id, id, 'Note number ' || n, 'specialist-2', 'Sanne de Vries 2'
FROM cases, generate_series(1, %(lines)s) AS n WHERE id = %(case)s
"""


def crowd_in(engine: Engine, case: int, *, people: int = 0, lines: int = 0) -> None:
    """Have so many more people live at the address of this case, each with a signal, and so much be written of it."""
    asked = {"case": case, "people": people, "lines": lines, "surname": SURNAME, "last": LAST}
    with transaction(engine) as cursor:
        cursor.execute("SET LOCAL signals.erasing = 'on'")
        for statement in (_CROWD, _HISTORY, _NOTES):
            cursor.execute(statement.encode(), asked)
