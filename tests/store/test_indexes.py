"""Every index is used by the query it is there for: the system's own statements are recorded and explained."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.consumers import quarantine
from signals.outreach import case_page, queues, registers, review, search, worklist
from signals.outreach.learning import registry
from signals.outreach.letters import announcements, choosing
from signals.outreach.letters import candidates as letter_candidates
from signals.outreach.letters import runs as letter_runs
from signals.outreach.policy import parse_policy
from signals.outreach.visits import lists as visit_lists
from signals.outreach.visits import unsafe
from signals.outreach.visits.candidates import DayWish, homes
from signals.outreach.visits.instance import Point
from signals.outreach.work import attempts, referrals, sent
from signals.outreach.work.people import Actor
from signals.outreach.work_items import Key
from signals.policies import shipped
from signals.reports import overview
from signals.reports.partners import last_signals, partner_health
from signals.store import audit, ledger, locks, outbox, pauses, processing, sessions
from signals.store.models import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
Cursor = psycopg.Cursor[tuple[Any, ...]]


class _Explaining(psycopg.Cursor[Any]):
    """Asks for the plan of every statement before it runs it."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> _Explaining:  # noqa: ANN401 - as psycopg has it
        statement = query.decode() if isinstance(query, bytes) else str(query)
        if not statement.startswith("SET "):  # a switch of the planner: it has no plan of its own
            asking = psycopg.Cursor(self.connection).execute(f"EXPLAIN {statement}".encode(), params)
            PLANS.extend(row[0] for row in asking)
        return super().execute(query, params, **more)


PLANS: list[str] = []


@pytest.fixture
def explaining(desk_database: str) -> Iterator[Cursor]:
    """A cursor whose connection explains; small tables would be read whole, so that is made dear."""
    PLANS.clear()
    with psycopg.connect(desk_database, options="-c enable_seqscan=off", cursor_factory=_Explaining) as connection:
        yield connection.cursor()
        connection.rollback()


def _take_from_a_long_outbox(cursor: Cursor) -> None:
    """As it is after some weeks: nearly all of it published."""
    told = psycopg.Cursor(cursor.connection)
    told.execute(
        """INSERT INTO outbox (topic, key, published_at)
        SELECT 'outreach.cases', n::text, now() FROM generate_series(1, 5000) AS n"""
    )
    told.execute("ANALYZE outbox")
    outbox.take_waiting(cursor, 500)


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _audited(cursor: Cursor, **wanted: Any) -> object:  # noqa: ANN401 - a key of AuditFilter
    """As it is after some years: what is asked for is a small part of it."""
    told = psycopg.Cursor(cursor.connection)
    told.execute(
        """INSERT INTO audit (at, actor, action, subject, municipality, households)
        SELECT %s - n * interval '1 hour', n::text, n::text, n::text, '0141', ARRAY[n]
        FROM generate_series(1, 20000) AS n""",
        (NOON,),
    )
    told.execute("ANALYZE audit")
    return audit.audit_page(cursor, audit.AuditFilter(frozenset({"0141"}), **wanted))


def _begin_a_session(cursor: Cursor) -> None:
    limits = sessions.Limits(timedelta(minutes=30), timedelta(hours=10), 3)
    sessions.begin(cursor, bytes(32), sessions.SignedIn("anna-1", "Anna", ("auditor",), (), ()), NOON, limits)


def _search_a_town(cursor: Cursor) -> None:
    """In one of some size: in a small one it is as well to look at everyone."""
    told = psycopg.Cursor(cursor.connection)
    told.execute(
        """WITH home AS (INSERT INTO addresses (municipality, postcode, number, suffix)
            SELECT '0141', '7600AA', n, '' FROM generate_series(1, 3000) AS n RETURNING id),
        lived AS (INSERT INTO households (address_id, municipality) SELECT id, '0141' FROM home RETURNING id)
        INSERT INTO persons (household_id, identity, surname) SELECT id, id::text, 'van der Berg' FROM lived"""
    )
    told.execute("ANALYZE addresses, households, persons")
    search.search(cursor, search.SearchQuery(name="Jansen"), {"0141"})


def _search_a_reference(cursor: Cursor) -> None:
    """Among some; in a few it is as well to look at all of a municipality."""
    told = psycopg.Cursor(cursor.connection)
    told.execute("INSERT INTO partners (id, sector, sources) VALUES ('of-index', 'housing', '{urn:x}')")
    told.execute(
        """INSERT INTO arrears (municipality, partner_id, reference, sector)
        SELECT '0141', 'of-index', 'HC-' || n, 'housing' FROM generate_series(1, 5000) AS n"""
    )
    told.execute("ANALYZE arrears")
    search.search(cursor, search.SearchQuery(reference="hc-12"), {"0141"})


def _work(cursor: Cursor, queue: str) -> None:
    """The queues look at the indexes of a municipality that has a policy."""
    registers.load_policy(cursor, parse_policy(shipped()["almelo.toml"], "almelo"), actor="test")
    worklist.work_page(cursor, worklist.WorkFilter(queue, {"0141"}, NOON.date()))


def _doubts(cursor: Cursor) -> None:
    """Among the few cases of a test it is as well to look at all that are open; so not by that index."""
    psycopg.Cursor(cursor.connection).execute("DROP INDEX ix_cases_open, ix_cases_under_way, ix_cases_review")
    review.doubt_page(cursor, {"0141"})


def _visits(cursor: Cursor) -> None:
    """Who stands on a list is not planned on another."""
    registers.load_policy(cursor, parse_policy(shipped()["almelo.toml"], "almelo"), actor="test")
    anna = Actor("anna-1", "Anna")
    homes(cursor, DayWish("0141", NOON.date(), "morning", Point(241_900, 486_200), (anna,)), anna)


def _letters_of(cursor: Cursor, unlike: str) -> None:
    """What was sent to a household, or is on its way there; of a handful of letters any index will do."""
    psycopg.Cursor(cursor.connection).execute(f"DROP INDEX ix_letters_more, {unlike}".encode())
    registers.load_policy(cursor, parse_policy(shipped()["almelo.toml"], "almelo"), actor="test")
    choosing.preview(cursor, choosing.RunWish("0141", NOON.date()))


# Each index and what asks for it, as its comment in the models says.
ASKED_BY: dict[str, Callable[[Cursor], object]] = {
    "ix_arrears_deceased": lambda cursor: ledger.deceased_at(cursor, [1]),
    "uq_events_arrears_id_id": lambda cursor: ledger.events_of(cursor, [1]),
    "ix_cases_open": lambda cursor: queues.queue(cursor, "letters", "0141"),
    "ix_reports_arrears": lambda cursor: locks.lock_households(cursor, [], [1]),
    "ix_reports_household": lambda cursor: ledger.reports_at(cursor, [1]),
    "ix_reports_case": lambda cursor: case_page._signals(cursor, 1),
    "ix_case_history_case": lambda cursor: case_page._history(cursor, 1),
    "ix_case_history_steps": lambda cursor: overview.read_overview(cursor, {"0141"}, NOON.date()),
    "ix_quarantine_open": quarantine.listed,
    "ix_quarantine_topic": lambda cursor: partner_health(cursor, "welbions"),
    "ix_quarantine_nth": lambda cursor: pauses.tallies(cursor, "log", ["arrears.housing.welbions"], 1000),
    "ix_outbox_waiting": _take_from_a_long_outbox,
    "ix_listings_list": lambda cursor: registers.replace_listing(cursor, "caseload", [], ["0141"], actor="test"),
    "ix_inbox_reused": partner_health,
    "ix_inbox_last": last_signals,
    "ix_paused_topics_latest": pauses.last_pauses,
    "uq_paused_topics_now": pauses.paused,
    "ix_cases_letters": lambda cursor: sent.letters_of_release(cursor, {"0141"}, NOON),
    "ix_contact_attempts_letters": lambda cursor: sent.sent_today(cursor, {"0141"}, NOON.date(), None),
    "ix_contact_attempts_household": lambda cursor: attempts.attempts_of(cursor, 1),
    "ix_notes_household": lambda cursor: referrals.notes_of(cursor, 1),
    "ix_referrals_household": lambda cursor: referrals.referrals_of(cursor, 1),
    "ix_processing_log_household": lambda cursor: processing.processing_of(cursor, 1),
    "ix_audit_actor": lambda cursor: _audited(cursor, actors=("anna-1",)),
    "ix_audit_subject": lambda cursor: _audited(cursor, subjects=("case 1",)),
    "ix_audit_households": lambda cursor: _audited(cursor, household=1, subjects=("case 1",)),
    "ix_audit_action": lambda cursor: _audited(cursor, action="release"),
    "ix_audit_at": lambda cursor: _audited(cursor, first=NOON, before=NOON + timedelta(days=1)),
    "ix_sessions_user": _begin_a_session,
    "ix_cases_waiting": lambda cursor: _work(cursor, "letters"),
    "ix_cases_under_way": lambda cursor: _work(cursor, "follow-up"),
    "ix_cases_review": lambda cursor: _work(cursor, "review"),
    "ix_cases_several": _doubts,
    "ix_visit_lists_open": lambda cursor: visit_lists.end_past(cursor, "0141", NOON.date()),
    "uq_visit_stops_open": _visits,
    "uq_unsafe_homes_now": lambda cursor: unsafe.unsafe_at(cursor, [1]),
    "ix_letter_runs_open": lambda cursor: letter_runs.open_runs(cursor, "0141"),
    "ix_letters_run": lambda cursor: letter_runs.letters_of_run(cursor, 1),
    "ix_letters_stop": lambda cursor: announcements.announced_stops(cursor, 1),
    "ix_letters_more": lambda cursor: letter_candidates.candidates(cursor, "0141", NOON.date()),
    "uq_letters_day": lambda cursor: _letters_of(cursor, "uq_letters_released"),
    "uq_letters_released": lambda cursor: _letters_of(cursor, "uq_letters_day"),
    "ix_reports_street": lambda cursor: search.search(cursor, search.SearchQuery(street="Wierden"), {"0141"}),
    "ix_arrears_reference": _search_a_reference,
    "ix_score_reviews_model": lambda cursor: registry.last_review(cursor, 1, "fairness"),
    "ix_score_activations_last": lambda cursor: registry.activations(cursor, "0141"),
    "ix_persons_names": _search_a_town,
    "ix_persons_birth": lambda cursor: search.search(cursor, search.SearchQuery(born=date(1980, 1, 1)), {"0141"}),
}


@pytest.mark.parametrize("index", ASKED_BY)
def test_index_is_used(explaining: Cursor, index: str) -> None:
    ASKED_BY[index](explaining)
    assert any(index in line.split() for line in PLANS), "\n".join(PLANS)


@pytest.mark.parametrize(
    ("queue", "index"),
    [("letters", "ix_cases_waiting"), ("follow-up", "ix_cases_under_way"), ("review", "ix_cases_review")],
)
def test_a_next_page_begins_in_the_index_where_the_last_one_ended(explaining: Cursor, queue: str, index: str) -> None:
    registers.load_policy(explaining, parse_policy(shipped()["almelo.toml"], "almelo"), actor="test")
    PLANS.clear()
    after = Key("0141", 300, NOON.date(), 12)
    worklist.work_page(explaining, worklist.WorkFilter(queue, {"0141"}, NOON.date()), after)
    bounds = [PLANS[place + 1] for place, line in enumerate(PLANS) if index in line.split()]
    assert any("Index Cond" in line and "ROW(" in line for line in bounds), "\n".join(PLANS)


def test_a_line_of_an_act_asks_the_index_of_its_moment(explaining: Cursor) -> None:
    _audited(explaining)
    PLANS.clear()
    audit.audit_acts(explaining, audit.AuditFilter(frozenset({"0141"})))
    bounds = [PLANS[place + 1] for place, line in enumerate(PLANS) if "ix_audit_at" in line.split()]
    assert any("(at = audit.at) AND (id > audit.id)" in line for line in bounds), "\n".join(PLANS)


def test_a_search_joins_no_table_whole(desk_database: str) -> None:
    """What thousands bear the name of is looked up one by one, also where reading all households seems the less."""
    PLANS.clear()
    with psycopg.connect(desk_database, cursor_factory=_Explaining) as connection:
        _search_a_town(connection.cursor())
        connection.rollback()
    asked = [place for place, line in enumerate(PLANS) if line.startswith("Limit")]
    assert len(asked) == 2
    assert not [line for line in PLANS[asked[0] :] if "Seq Scan on households" in line or "Hash" in line.split()]


def test_every_index_has_its_query() -> None:
    indexes = {str(index.name) for table in Base.metadata.tables.values() for index in table.indexes}
    assert indexes == ASKED_BY.keys() - {"uq_events_arrears_id_id"}  # a constraint's
