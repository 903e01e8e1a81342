"""Who is who in the audit log, and whose processing log is asked for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.reports.logbook import DataSubject, actor_names, actors_named, cases_at, data_subject, known_actions
from signals.store.audit import note
from signals.store.database import transaction
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


@pytest.fixture
def cursor(desk: Desk) -> Iterator[Cursor]:
    """A log in which two people signed in, one of them under two names, and a command did something."""
    with transaction(desk.system.engine) as cursor:
        note(cursor, "u1", "sign-in", "session", {"name": "Sanne de Vries"})
        note(cursor, "u2", "sign-in", "session", {"name": "Anna Smit"})
        note(cursor, "u1", "sign-in", "session", {"name": "Sanne Bakker"})
        note(cursor, "u1", "sign-out", "session")
        note(cursor, "root", "replay", "7", {"name": "no name of a person"})
        yield cursor


def test_the_name_is_that_of_the_last_sign_in(cursor: Cursor) -> None:
    found = {actor: one.name for actor, one in actor_names(cursor, ["u1", "u2", "root", "nobody"]).items()}
    assert found == {"u1": "Sanne Bakker", "u2": "Anna Smit"}
    assert actor_names(cursor, []) == {}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("u2", ["u2"]),
        ("root", ["root"]),
        ("anna smit", ["u2"]),
        ("Sanne de Vries", ["u1", "u3"]),
        ("u3", ["u3", "u4"]),  # an id, and what somebody else is called
        ("Anna", []),
        ("7", []),
        ("Els Prins", []),  # of another municipality
        ("u5", []),
    ],
)
def test_everybody_is_found_by_id_or_whole_name(cursor: Cursor, asked: str, found: list[str]) -> None:
    note(cursor, "u3", "sign-in", "session", {"name": "Sanne de Vries"}, municipality="0141")
    note(cursor, "u4", "sign-in", "session", {"name": "u3"}, municipality="0141")
    note(cursor, "u5", "sign-in", "session", {"name": "Els Prins"}, municipality="0164")
    assert actors_named(cursor, asked, {"0141"}) == found


def test_every_action_once(cursor: Cursor) -> None:
    assert known_actions(cursor) == sorted({"sign-in", "sign-out", "replay", "partners", "policy"})


def test_a_household_is_found_by_its_number_and_by_its_cases(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", "welbions/R1"), report("b", "2026-11-02", "menzis/P1"))
    old, new = desk.case("7607GC 12 2026-10"), desk.case("7607GC 12 2026-11")
    found = DataSubject(old.household_id, "0141", tuple(sorted((old.id, new.id))))
    with transaction(desk.system.engine) as cursor:
        assert data_subject(cursor, case=old.id) == data_subject(cursor, case=new.id) == found
        assert data_subject(cursor, household=old.household_id) == found
        assert data_subject(cursor, case=new.id + 1000) is None
        assert data_subject(cursor, household=old.household_id + 1000) is None
        numbers = sorted((old.id, new.id))
        assert cases_at(cursor, [old.household_id, old.household_id + 1000]) == {old.household_id: numbers}
