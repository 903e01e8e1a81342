"""A letter run: what would go out, what stays behind and why, and letting it go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach.release import NotReleasedError
from signals.outreach.work import runs
from signals.outreach.work.attempts import set_step
from signals.outreach.work.claims import claim
from signals.outreach.work.runs import release_run, run_preview
from signals.outreach.work.steps import NextStep
from signals.outreach.work.teams import assign
from signals.policies import shipped
from tests.reference.notation import report, withdraw

from .people import ANNA, BRAM, P9, R1, act, today

if TYPE_CHECKING:
    from signals.outreach.work.runs import Preview
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def preview(desk: Desk, team: str | None = None) -> Preview:
    found: Preview = act(desk, run_preview, ["0141"], team)
    return found


def letters(desk: Desk, count: int) -> None:
    desk.take_in(*(report(f"n{at}", f"2026-11-{at:02}", f"vitens/N{at}", at=at) for at in range(1, count + 1)))


def test_the_oldest_letters_go_first_and_visits_do_not(desk: Desk) -> None:
    letters(desk, 3)
    desk.take_in(report("a", "2026-11-02", R1, at=20), report("b", "2026-11-02", P9, at=20))
    found = preview(desk)
    assert [(case.address, case.sectors) for case in found.cases] == [
        ("7607GC 1", ("water",)),
        ("7607GC 2", ("water",)),
        ("7607GC 3", ("water",)),
    ]
    assert (found.more, found.excluded) == (False, ())


def test_another_municipality_is_not_in_it(desk: Desk) -> None:
    letters(desk, 1)
    assert act(desk, run_preview, ["0164"]).cases == ()


def test_what_stays_behind_says_why(desk: Desk) -> None:
    letters(desk, 5)
    desk.take_in(report("v1", "2026-10-01", R1, at=1), report("v2", "2026-10-01", P9, at=1))
    desk.take_in(report("d", "2026-10-01", "welbions/R9", at=4), withdraw("e", "2026-11-20", "welbions/R9", "deceased"))
    homes = {case.number: case.household_id for case in desk.cases().values()}
    act(desk, claim, homes[2], BRAM)
    with_step = NextStep("call", today() + timedelta(days=2), None, "promised")
    act(desk, set_step, homes[3], with_step)
    found = preview(desk)
    assert {(one.address, one.reason) for one in found.excluded} == {
        ("7607GC 1", "visit-waits"),
        ("7607GC 2", "claimed"),
        ("7607GC 3", "step-promised"),
        ("7607GC 4", "held"),
    }
    assert [case.address for case in found.cases] == ["7607GC 5"]


def test_a_run_has_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    letters(desk, 3)
    monkeypatch.setattr(runs, "RUN_SIZE", 2)
    found = preview(desk)
    assert (len(found.cases), found.more) == (2, True)


def test_a_team_has_its_own_run(desk: Desk) -> None:
    team = '\n[[team]]\nkey = "west"\nname = "West"\npostcodes = ["7608"]\n'
    desk.begin(policies=[shipped()["almelo.toml"] + team])
    letters(desk, 2)
    home = desk.case("7607GC 2 2026-11").household_id
    assert preview(desk, "west").cases == ()
    act(desk, assign, home, "west", ANNA, "asked for it")
    assert [case.address for case in preview(desk, "west").cases] == ["7607GC 2"]


def test_the_run_is_let_go_as_a_whole_or_not_at_all(desk: Desk) -> None:
    letters(desk, 2)
    numbers = [case.id for case in preview(desk).cases]
    with pytest.raises(NotReleasedError):
        act(desk, release_run, [*numbers, 404], ANNA)
    assert len(act(desk, release_run, numbers, ANNA)) == 2
    assert preview(desk).cases == ()
    told = desk.system.rows("SELECT actor, subject, municipality FROM audit WHERE action = 'release' ORDER BY id")
    assert told == [("anna-1", f"case {number}", "0141") for number in sorted(numbers)]
    assert desk.system.rows("SELECT DISTINCT actor FROM case_history WHERE kind = 'released'") == [("Anna Postma",)]
