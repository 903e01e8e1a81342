"""The roles of docs/operations.md suffice for the whole walk, and for nothing beyond it."""

from __future__ import annotations

import itertools
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from signals.commands.eventfile import read_event_lines, register_from
from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record
from signals.contract.moments import AMSTERDAM
from signals.embedded import embedded_postgres
from signals.households.listings import read_listing
from signals.outreach.learning import registry
from signals.outreach.learning.activation import Act, activate, put_on_trial, to_framework
from signals.outreach.learning.rescore import rescore
from signals.outreach.letters.choosing import RunWish
from signals.outreach.letters.mail import mark_posted, record_returned
from signals.outreach.letters.mistaken import undo_returned
from signals.outreach.letters.runs import release_letter_run
from signals.outreach.letters.streets import remove_street, write_street
from signals.outreach.letters.writing import write_run
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy, register_partners, replace_listing
from signals.outreach.release import release
from signals.outreach.teams import COMMON
from signals.outreach.visits import editing
from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.door import record
from signals.outreach.visits.extract import Located
from signals.outreach.visits.going import release_list
from signals.outreach.visits.instance import Point
from signals.outreach.visits.lists import read_list
from signals.outreach.visits.places import replace_places
from signals.outreach.visits.planning import propose, replan
from signals.outreach.visits.settings import Usual, keep, remove
from signals.outreach.visits.unsafe import lift_unsafe
from signals.outreach.work.attempts import Attempt, record_attempt, undo_attempt
from signals.outreach.work.claims import claim, hand_over, let_go
from signals.outreach.work.decisions import change_route, close, reopen
from signals.outreach.work.dismissals import mark_not_picked_up, take_back_mark
from signals.outreach.work.dossier import dossier
from signals.outreach.work.people import Actor
from signals.outreach.work.referrals import add_note, refer, refer_result, undo_note
from signals.outreach.work.teams import assign
from signals.reports.summary import summary
from signals.store import audit, sessions
from signals.store.database import WORKER_OPTIONS, engine_for, transaction
from signals.store.migrate import upgrade
from signals.store.outbox import mark_published, take_waiting
from signals.store.processing import Use, days_of_use, note_processing, processing_of_persons
from tests.docs.pages import ROOT, blocks
from tests.outreach.learning.models import registered, reviewed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from signals.store.database import Cursor

pytestmark = pytest.mark.database
LIMITS = sessions.Limits(timedelta(minutes=30), timedelta(hours=10), 1)
POLICY = 'municipality = "0141"\nname = "Almelo"\nvalid_from = 2020-01-01\n'


def run(url: str, statements: str) -> None:
    """Run the statements one by one: a database cannot be made inside a transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in filter(None, map(str.strip, statements.split(";"))):
            connection.execute(statement.encode())


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A server of its own, set up as the page says; an engine with the application's role."""
    create, before, after = blocks((ROOT / "docs" / "operations.md").read_text("utf-8"), "sql")
    with embedded_postgres(tmp_path_factory.mktemp("roles"), fresh=True) as server:
        at = server.partition("?")[2]
        owner = f"postgresql://signals_owner@/signals?{at}"
        run(server, create)
        run(owner, before)
        upgrade(owner)
        run(owner, after)
        engine = engine_for(f"postgresql://signals_app@/signals?{at}", options=WORKER_OPTIONS)
        yield engine
        engine.dispose()


def first_records(folder: Path) -> tuple[list[Record], Path]:
    """The first events of the README as records, with the file that they stand in."""
    (written,) = [b for b in blocks((ROOT / "README.md").read_text("utf-8")) if "<<'END'" in b]
    file = folder / "first.jsonl"
    file.write_text(written.partition("<<'END'\n")[2].partition("\nEND\n")[0], "utf-8")
    offsets = itertools.count()
    return [Record(line.topic, 0, next(offsets), line.value, 0) for line in read_event_lines([file])], file


def test_the_application_can_walk_the_whole_way(application: Engine, tmp_path: Path) -> None:
    records, file = first_records(tmp_path)
    with transaction(application) as cursor:
        load_policy(cursor, parse_policy(POLICY, "almelo"), actor="test")
        register_partners(cursor, register_from(read_event_lines([file])), actor="test")
        entries = read_listing("municipality,bsn\n0141,123456782\n", "caseload")
        replace_listing(cursor, "caseload", entries, ["0141"], actor="test")
        for _ in range(2):  # the second time in the place of the first
            assert replace_places(cursor, [Located("7607GC", 12, "", None, 241_900, 486_200)], actor="test").addresses
            cursor.execute("DROP TABLE staged_places")  # ends with each transaction; here there is one
    topic = records[0].topic
    more = [Record(topic, 0, 10, records[0].value, 0), Record(topic, 0, 11, b"bad", 0)]
    BatchIntake(application, "log").store([*records, *more])
    with transaction(application) as cursor:
        document = summary(cursor)
        release(cursor, [int(document["cases"][0]["case_id"])], actor="test")
        people_act(cursor, int(document["cases"][1]["case_id"]))
        waiting = take_waiting(cursor, 100)
        mark_published(cursor, [one.id for one in waiting])
    assert (document["stored"], document["duplicates"], document["quarantined"]) == (3, 1, {"not-json": 1})
    assert [case["route"] for case in document["cases"]] == ["home-visit", "letter"]
    letters_go_out(application, int(document["cases"][1]["case_id"]), tmp_path / "letters")
    somebody_goes_by(application)
    a_model_orders_the_work(application)
    assert waiting


def a_model_orders_the_work(application: Engine) -> None:
    """It is trained and looked at, put into use, and what waits is scored by it."""
    act = Act("cli:anna")
    with transaction(application) as cursor:
        number = reviewed(cursor, registered(cursor))
        model = registry.model(cursor, number)
        assert model is not None
        assert activate(cursor, model, parse_policy(POLICY, "almelo"), act)
    assert rescore(application, "0141", lambda _: None).households == 0  # the policy says: by the framework
    with transaction(application) as cursor:
        assert to_framework(cursor, "0141", "escalation", act) == number
        assert put_on_trial(cursor, model, act)
    assert rescore(application, "0141", lambda _: None).households > 0


def somebody_goes_by(application: Engine) -> None:
    """A list is planned, edited and released, and at the door it is not safe."""
    anna, today = Actor("anna-1", "Anna Postma"), datetime.now(AMSTERDAM).date()
    with transaction(application) as cursor:
        number = propose(cursor, DayWish("0141", today, "morning", Point(241_900, 486_200), (anna,)), anna, today=today)
        (stop,) = read_list(cursor, number.list).stops
        editing.pin(cursor, number.list, stop.id, today=today)
        editing.move(cursor, number.list, stop.id, 1, today=today)
        replan(cursor, number.list, anna, today=today)
        release_list(cursor, number.list, anna, today=today)
        record(cursor, stop.id, "unsafe", "", anna, "k1")
        lift_unsafe(cursor, stop.household, anna, "a mistake", team_lead=True)
        where = ("0141", "Dinsdagavond", 2, "evening", time(18), "7607GC 2", (anna,))
        remove(cursor, keep(cursor, Usual(*where, 180, 20, None, (), None, announced=False), anna), "0141", 1)


def letters_go_out(application: Engine, case: int, out: Path) -> None:
    """A letter is let go, printed and posted, and comes back."""
    anna, today = Actor("anna-1", "Anna Postma"), datetime.now(AMSTERDAM).date()
    with transaction(application) as cursor:
        change_route(cursor, case, "letter", "reads letters after all", anna)
        release(cursor, [case], actor="test")
        cursor.execute("UPDATE cases SET letter_fault = 'no-street'")
        for street in ("Voorbeeldstrat", "Voorbeeldstraat"):
            write_street(cursor, case, street, "Almelo", anna)
        remove_street(cursor, case, anna)
        cursor.execute("UPDATE reports SET street = 'Voorbeeldstraat', city = 'Almelo'")
        run, _ = release_letter_run(cursor, RunWish("0141", today), anna)
        assert run is not None
    (line,) = write_run(application, run, out, anna).manifest.letters
    with transaction(application) as cursor:
        mark_posted(cursor, run, today, anna, today=today)
        record_returned(cursor, int(line.number), "moved", anna, today=today)
        undo_returned(cursor, int(line.number), anna, team_lead=False, today=today)


def people_act(cursor: Cursor, case: int) -> None:
    """A specialist's work on one case, mistakes included."""
    anna, today = Actor("anna-1", "Anna Postma"), datetime.now(AMSTERDAM).date()
    file = dossier(cursor, case, today=today)
    assert file is not None
    who = sessions.SignedIn(anna.id, anna.name, ("specialist",), ("0141",), ())
    for token in (bytes(32), b"x" * 32):
        sessions.begin(cursor, token, who, datetime.now(AMSTERDAM), LIMITS)
    claim(cursor, file.household, anna)
    hand_over(cursor, file.household, Actor("bram-2", "Bram de Wit"), None, anna, "on holiday", held_by=anna.id)
    hand_over(cursor, file.household, None, COMMON, anna, "back again", held_by="bram-2")
    claim(cursor, file.household, anna)
    let_go(cursor, file.household, anna)
    tried = record_attempt(cursor, case, Attempt("home-visit", today, "evening", reached=False), anna, today=today)
    undo_attempt(cursor, tried, anna, team_lead=False, today=today)
    undo_note(cursor, add_note(cursor, case, "called back", anna), anna, team_lead=False, today=today)
    refer_result(cursor, refer(cursor, case, "nsr", anna), "started", anna)
    assign(cursor, file.household, None, anna, "no team yet")
    change_route(cursor, case, "home-visit", "does not read letters", anna)
    event = file.signals[0].event
    mark_not_picked_up(cursor, event, "wrongful", "mixed up", anna)
    take_back_mark(cursor, event, "was right after all", anna)
    close(cursor, [case], "quick-fix", anna)
    reopen(cursor, case, "too soon", anna)
    note_processing(cursor, [file.household], "case-viewed", "early warning", "Wgs art. 3")
    audit.note_cases(cursor, "cli:test", "view-case", [case], {})
    assert processing_of_persons(cursor, [one.id for one in file.persons])
    assert days_of_use(cursor, [one.id for one in file.persons])
    audit.note_each(cursor, "cli:test", "view-queue", "queue letters", None, (), [file.household], use=Use())
    sessions.end_of(
        cursor, anna.id, [one.token_hash for one in sessions.of_user(cursor, anna.id, datetime.now(AMSTERDAM), LIMITS)]
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE processing_log SET activity = 'none'",
        "DELETE FROM processing_log",
        "DELETE FROM contact_attempts",
        "DELETE FROM notes",
        "DELETE FROM colleagues",
        "UPDATE case_history SET kind = 'other'",
        "DELETE FROM case_history",
        "DELETE FROM cases",
        "UPDATE score_models SET body = ''",
        "UPDATE score_reviews SET report = '{}'",
        "DELETE FROM score_activations",
        "DROP TABLE listings",
        "CREATE TABLE more ()",
    ],
)
def test_the_application_can_do_no_more(application: Engine, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(application) as cursor:
        cursor.execute(statement)
