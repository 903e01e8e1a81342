"""A municipality's database as it is after years: so many cases, a sixth of them open, made by SQL.

For the benchmark of pages. Two cases for every household, five signals for every three cases; a tenth are visits, two
of five open cases wait, a few threaten, some are held. One municipality has them all, which is harder for its queues
than many with some each. What stands here is made up; the rows pass every check of the tables but the foreign keys,
which hold by construction and are not asked.
"""

from __future__ import annotations

from typing import Final

import psycopg

from signals.simulation.names import surnames
from signals.store.models import Base

MUNICIPALITY: Final = "0141"
OPEN_OF: Final = 6
"""One of so many cases is open."""
LAST_DAY: Final = "2026-11-20"
USER: Final = "user-1"
# `n` is a household's number; both its cases, the second of them open for the first third of the households.
_CASES: Final = """
CREATE TEMPORARY TABLE filled AS
SELECT n + nth * %(households)s AS id, n AS household_id, nth,
    CASE WHEN is_open THEN date '2026-09-01' + make_interval(months => nth + (n %% 2)::int)
        ELSE date '2023-01-01' + make_interval(months => ((n %% 20) + nth * 20)::int) END::date AS period_start,
    is_open, is_open AND n / 10 %% 5 < 2 AS waiting, is_open AND n %% 500 = 0 AS held,
    n * 11 %% 10 = 0 AS multiple, n %% 5 < 2 AS consecutive,
    CASE n * 13 %% 200 WHEN 0 THEN 'eviction' WHEN 1 THEN 'disconnection' WHEN 2 THEN 'end-of-insurance'
        WHEN 3 THEN 'end-of-delivery' WHEN 4 THEN 'end-of-delivery' END AS crisis,
    5 * (n * 17 %% 11) + CASE WHEN n * 11 %% 10 = 0 THEN 25 ELSE 0 END AS score
FROM generate_series(1, %(households)s) AS n,
    LATERAL (SELECT nth, n <= CASE nth WHEN 1 THEN %(open)s * 9 / 10 ELSE %(open)s / 10 END AS is_open
        FROM generate_series(0, 1) AS nth) AS one
"""
_SIGNALS: Final = """
CREATE TEMPORARY TABLE filled_signals AS
SELECT row_number() OVER () AS id, filled.id AS case_id, household_id, is_open, waiting, period_start,
    period_start + (household_id * 19 % 20)::int + nth_signal AS day, crisis,
    partners.id AS partner_id, partners.sector, partners.sources[1] AS source
FROM filled CROSS JOIN generate_series(0, 1) AS nth_signal
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS number FROM partners) AS partners
    ON (filled.id * 3 + nth_signal) % partners.number = partners.place
WHERE nth_signal = 0 OR filled.id % 3 <> 0
"""
# Table → its columns and where they come from, in the order in which they refer to each other.
_ROWS: Final = {
    "addresses (id, municipality, postcode, number, suffix)": """
        SELECT n, %(municipality)s,
            (7600 + n %% 100) || chr(65 + (n / 100 %% 26)::int) || chr(65 + (n / 2600 %% 26)::int),
            1 + n / 67600, CASE WHEN n %% 7 = 0 THEN 'A' ELSE '' END
        FROM generate_series(1, %(households)s) AS n""",
    "households (id, address_id, municipality)": """
        SELECT n, n, %(municipality)s FROM generate_series(1, %(households)s) AS n""",
    "persons (id, household_id, identity, initials, prefix, surname, date_of_birth)": """
        SELECT n, n, md5(n::text), chr(65 + (n %% 26)::int) || '.', names.prefix, names.name,
            (date '1940-01-01' + (n * 37 %% 23000)::int)::text
        FROM generate_series(1, %(households)s) AS n
        JOIN unnest(%(prefixes)s::text[], %(names)s::text[]) WITH ORDINALITY AS names(prefix, name, place)
            ON names.place = 1 + floor(((n::bigint * 7919 %% 10007)::float / 10007) ^ 2 * %(number)s)""",
    "arrears (id, municipality, partner_id, reference, sector, last_amount, last_crisis)": """
        SELECT id, %(municipality)s, partner_id, 'HC-' || id, sector, 5000 + id %% 90000, crisis FROM filled_signals""",
    "inbox (source, event_id, content, partner_id, received_at)": """
        SELECT source, 'event-' || id, decode(md5(id::text), 'hex'), partner_id, day FROM filled_signals""",
    """events (id, arrears_id, type, signalled_on, time_us, event_id, source, amount, crisis, crisis_given,
        received_at)""": """
        SELECT id, id, 'reported', day, 0, 'event-' || id, source, 5000 + id %% 90000, crisis, true, day
        FROM filled_signals""",
    """cases (id, household_id, municipality, period, period_start, state, route, arrears_count, multiple, consecutive,
        crisis, score, explanation, earliest_on, received_on, policy_id, waiting, waiting_since, held, released_route,
        released_at, released_by, released_how, released_through, outcome)""": """
        SELECT id, household_id, %(municipality)s, to_char(period_start, 'YYYY-MM'), period_start,
            CASE WHEN is_open THEN 'open' ELSE 'closed' END, route, CASE WHEN is_open THEN 1 ELSE 0 END, multiple,
            consecutive, crisis, score, %(explanation)s::jsonb, earliest, earliest,
            (SELECT min(id) FROM policy_versions), waiting, CASE WHEN waiting THEN earliest::timestamptz END, held,
            CASE WHEN released THEN route END, CASE WHEN released THEN earliest + interval '3 days' END,
            CASE WHEN released THEN %(user)s END, CASE WHEN released THEN 'release' END,
            CASE WHEN released THEN 1 END,
            CASE WHEN NOT is_open THEN 'already-paid' END
        FROM (SELECT *, period_start + (household_id * 19 %% 20)::int AS earliest, is_open AND NOT waiting AS released,
            CASE WHEN NOT is_open THEN 'none' WHEN multiple THEN 'home-visit' ELSE 'letter' END AS route
            FROM filled) AS filled""",
    """reports (event_id, arrears_id, household_id, municipality, person_id, kind, objected, warm_transfer,
        legal_person, street, house_number_text, city, status, withdrawn, withdrawn_on, case_id, period,
        period_start, policy_id, picked_up)""": """
        SELECT id, id, household_id, %(municipality)s, household_id, 'other', false, false, false, 'Dorpsstraat',
            (1 + household_id / 67600)::text, 'Almelo',
            CASE WHEN NOT is_open THEN 'other-reason' WHEN waiting THEN 'not-yet-picked-up' ELSE 'picked-up' END,
            CASE WHEN NOT is_open THEN 'paid' END, CASE WHEN NOT is_open THEN day + 20 END, case_id,
            to_char(period_start, 'YYYY-MM'), period_start, (SELECT min(id) FROM policy_versions),
            is_open AND NOT waiting
        FROM filled_signals""",
    "case_history (id, case_id, at, actor, kind, detail)": """
        SELECT row_number() OVER (), id, period_start + nth_line::int, 'signals', kind, '{}'
        FROM filled CROSS JOIN unnest('{opened,released}'::text[]) WITH ORDINALITY AS line(kind, nth_line)""",
    "contact_attempts (id, household_id, case_id, kind, on_day, part, reached, by_id, by_name, at)": """
        SELECT row_number() OVER (), household_id, id, CASE WHEN multiple THEN 'home-visit' ELSE 'letter' END,
            period_start, 'morning', false, %(user)s, 'Sanne de Vries', period_start
        FROM filled WHERE is_open AND NOT waiting AND id %% 10 < 8""",
    "next_steps (household_id, on_day, part, kind, why)": """
        SELECT DISTINCT ON (household_id) household_id, date %(day)s, 'evening', 'home-visit', 'not-at-home'
        FROM filled WHERE is_open AND NOT waiting AND multiple AND id %% 10 < 8""",
    "claims (household_id, user_id, user_name)": """
        SELECT DISTINCT household_id, %(user)s, 'Sanne de Vries'
        FROM filled WHERE is_open AND household_id %% 50 = 0""",
}
_EXPLANATION: Final = """[
    {"criterion": "partners", "points": 20, "nl": "Achterstand bij 2 partners", "en": "Arrears with 2 partners"},
    {"criterion": "severity-housing", "points": 5, "nl": "Huurachterstand is ongeveer 1,4 maanden huur",
        "en": "Rent arrears are about 1.4 months of rent"}]"""

_NEXT_NUMBER: Final = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), greatest(max(id), 1)) FROM {0}"


def fill(url: str, cases: int) -> None:
    """Fill the empty database at `url`, which has the tables, a policy and the partners, with so many cases."""
    names = surnames("dutch")
    named = {
        "municipality": MUNICIPALITY,
        "households": cases // 2,
        "open": cases // OPEN_OF,
        "prefixes": [one.prefix for one in names],
        "names": [one.name for one in names],
        "number": len(names),
        "explanation": _EXPLANATION,
        "user": USER,
        "day": LAST_DAY,
    }
    with psycopg.ClientCursor(psycopg.connect(url, autocommit=True)) as cursor, cursor.connection:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(_CASES, named)
        cursor.execute(_SIGNALS)
        for table, rows in _ROWS.items():
            cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE {rows}".encode(), named)
        for name, stored in Base.metadata.tables.items():
            if "id" in stored.columns and stored.columns["id"].identity is not None:
                cursor.execute(_NEXT_NUMBER.format(name).encode())
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")  # else what was filled in is written down while something is measured
