"""A letter run: what would go out, what stays behind and why, and letting it go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from signals.outreach.release import NotReleasedError
from signals.outreach.teams import COMMON
from signals.outreach.work import runs
from signals.outreach.work.attempts import Attempt, record_attempt, set_step
from signals.outreach.work.claims import claim
from signals.outreach.work.runs import (
    Fallen,
    FallenOutError,
    RunScope,
    release_letters,
    release_run,
    run_preview,
)
from signals.outreach.work.steps import NextStep
from signals.outreach.work.teams import assign
from signals.outreach.worklist import WorkFilter, work_page
from signals.policies import shipped
from tests.reference.notation import report, withdraw

from .people import ANNA, BRAM, P9, R1, V1, act, acting, today

if TYPE_CHECKING:
    from collections.abc import Callable

    from signals.outreach.work.runs import Preview
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
PROMISED = NextStep("call", date(2030, 1, 2), None, "promised")


def scope(team: str | frozenset[str] | None = None, here: str = "0141", user: str = ANNA.id) -> RunScope:
    return RunScope(frozenset({here}), user, today(), team)


def preview(desk: Desk, team: str | frozenset[str] | None = None) -> Preview:
    found: Preview = act(desk, run_preview, scope(team))
    return found


def chosen(found: Preview) -> list[int]:
    """What the form sends of a list in which everything stays ticked: one case of each household."""
    return [letter.cases[0] for letter in found.letters]


def going(found: Preview) -> list[str]:
    return [letter.address.removeprefix("7607GC ") for letter in found.letters]


def staying(found: Preview) -> dict[str, str | None]:
    return {letter.address.removeprefix("7607GC "): letter.hindrance for letter in found.excluded}


def fallen(refusal: FallenOutError) -> list[tuple[str, int, str]]:
    """Where, and why."""
    return [(one.place.postcode, one.place.number, one.reason) for one in refusal.fallen if one.place is not None]


def letters(desk: Desk, count: int) -> None:
    desk.take_in(*(report(f"n{at}", f"2026-11-{at:02}", f"vitens/N{at}", at=at) for at in range(1, count + 1)))


def test_letters_go_in_order_and_visits_do_not(desk: Desk) -> None:
    letters(desk, 3)
    desk.take_in(report("a", "2026-11-02", R1, at=20), report("b", "2026-11-02", P9, at=20))
    found = preview(desk)
    assert going(found) == ["1", "2", "3"]
    assert {tuple(letter.sectors) for letter in found.letters} == {("water",)}
    assert (found.more, found.excluded) == (False, ())


def test_the_run_is_in_the_order_of_the_queue_after_what_needs_a_look(desk: Desk) -> None:
    letters(desk, 3)  # of equal score, the oldest first
    desk.take_in(report("o", "2026-11-20", "welbions/R5", at=5), report("p", "2026-11-20", P9, at=6))
    desk.take_in(report("c", "2026-11-22", "welbions/R7", at=7, crisis="end-of-delivery"))
    desk.take_in(report("d", "2026-11-21", "welbions/R8", at=8, crisis="eviction"))
    found = preview(desk)
    wanted = WorkFilter("letters", frozenset({"0141"}), today())
    queue = [str(item.number) for item in act(desk, work_page, wanted).items]
    threatened = [letter for letter in found.letters if letter.look_first]
    assert [letter.number for letter in threatened] == [8, 7]
    assert [letter.crisis for letter in threatened] == ["eviction", "end-of-delivery"]
    assert going(found) == ["8", "7", *(number for number in queue if number not in {"7", "8"})]
    assert {letter.crisis for letter in found.letters if not letter.look_first} == {None}


def test_a_letter_says_what_the_queue_says(desk: Desk) -> None:
    letters(desk, 1)
    (letter,) = preview(desk).letters
    (item,) = act(desk, work_page, WorkFilter("letters", frozenset({"0141"}), today())).items
    assert (letter.score, letter.reason("nl"), letter.reason("en")) == (
        *(item.first.score, item.first.reason("nl")),
        item.first.reason("en"),
    )
    assert letter.reason("nl")
    assert (letter.street, letter.city) == (item.street, item.city)


def test_another_municipality_is_not_in_it(desk: Desk) -> None:
    letters(desk, 1)
    found = preview(desk)
    assert act(desk, run_preview, scope(here="0164")).letters == ()
    with pytest.raises(FallenOutError) as refused:
        act(desk, release_letters, scope(here="0164"), chosen(found), ANNA)
    assert refused.value.fallen == (Fallen(found.letters[0].cases[0], None, None, "gone"),)


def test_what_stays_behind_says_why(desk: Desk) -> None:
    letters(desk, 6)
    desk.take_in(report("v1", "2026-10-01", R1, at=1), report("v2", "2026-10-01", P9, at=1))
    desk.take_in(report("d", "2026-10-01", "welbions/R9", at=4), withdraw("e", "2026-11-20", "welbions/R9", "deceased"))
    homes = {case.number: case.household_id for case in desk.cases().values()}
    act(desk, claim, homes[2], BRAM)
    act(desk, claim, homes[6], ANNA)  # who makes the run: that is in nobody's way
    act(desk, set_step, homes[3], PROMISED)
    found = preview(desk)
    assert staying(found) == {"1": "visit-waits", "2": "claimed", "3": "step-promised", "4": "held"}
    assert going(found) == ["5", "6"]
    desk.release("7607GC 1 2026-10")  # the visit is under way then
    assert staying(preview(desk))["1"] == "visit-waits"


@pytest.mark.parametrize("looked_at", [0, 1, 2, 3, 5, 6])
def test_a_run_is_the_same_however_few_are_looked_at_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    letters(desk, 6)
    desk.take_in(report("o", "2026-11-20", "welbions/R5", at=5), report("p", "2026-11-20", P9, at=6))
    desk.take_in(report("c", "2026-11-22", "welbions/R7", at=7, crisis="end-of-delivery"))
    desk.take_in(report("d", "2026-10-01", "welbions/R9", at=8), withdraw("e", "2026-11-20", "welbions/R9", "deceased"))
    first = next(case for case in desk.cases().values() if case.number == 1)
    act(desk, claim, first.household_id, BRAM)
    monkeypatch.setattr(runs, "RUN_SIZE", 3)
    whole = preview(desk)
    monkeypatch.setattr(runs, "LOOKED_AT", looked_at)
    assert going(preview(desk)) == going(whole)
    assert len(whole.letters) == 3
    assert preview(desk).more
    assert staying(preview(desk)).items() <= staying(whole).items()


def test_what_a_run_needs_is_found_behind_what_cannot_go_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    letters(desk, 5)
    for case in list(desk.cases().values())[:3]:
        act(desk, claim, case.household_id, BRAM)
    monkeypatch.setattr(runs, "LOOKED_AT", 2)
    assert going(preview(desk)) == ["4", "5"]
    assert set(staying(preview(desk)).values()) == {"claimed"}


def test_a_run_has_an_end_and_what_stays_behind_does_not_fill_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    letters(desk, 5)
    for case in list(desk.cases().values())[:3]:
        act(desk, claim, case.household_id, BRAM)
    monkeypatch.setattr(runs, "RUN_SIZE", 2)
    assert len(staying(preview(desk))) == 2
    assert (len(going(preview(desk))), preview(desk).more) == (2, False)
    monkeypatch.setattr(runs, "RUN_SIZE", 1)
    assert (len(going(preview(desk))), preview(desk).more) == (1, True)


def two_letters(desk: Desk) -> None:
    """Of household 2 two letters wait: an old one, and one that is younger than that of household 1."""
    desk.take_in(report("old", "2026-10-02", R1, at=2), report("other", "2026-11-02", P9, at=1))
    desk.take_in(report("young", "2026-11-20", V1, at=2))


def test_a_household_is_never_split_over_two_runs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    two_letters(desk)
    monkeypatch.setattr(runs, "RUN_SIZE", 1)
    found = preview(desk)
    assert (going(found), found.more) == (["2"], True)
    assert found.letters[0].periods == ["2026-10", "2026-11"]
    assert len(act(desk, release_letters, scope(), chosen(found), ANNA)) == 2
    assert going(preview(desk)) == ["1"]


TEAMS = (
    shipped()["almelo.toml"]
    + """
[[team]]
key = "rent"
name = "Rent"
partners = ["welbions"]
[[team]]
key = "west"
name = "West"
postcodes = ["7608"]
"""
)


def test_a_run_is_of_one_team_by_household(desk: Desk) -> None:
    desk.begin(policies=[TEAMS])
    two_letters(desk)
    letters(desk, 3)  # households 1 to 3, with one more arrears at 1 and 2
    desk.take_in(withdraw("w1", "2026-11-21", "vitens/N1", "paid"), withdraw("w2", "2026-11-21", "vitens/N2", "paid"))
    found = preview(desk, "rent")
    assert found.teams == {"rent": "Rent", "west": "West"}
    assert going(found) == ["2"]  # both its letters, also the one that is of no partner of the team
    assert found.letters[0].periods == ["2026-10", "2026-11"]
    assert staying(found) == {"1": "other-team", "3": "other-team"}
    assert going(preview(desk, COMMON)) == ["3", "1"]  # in order of priority
    assert staying(preview(desk, COMMON)) == {"2": "other-team"}
    assert going(preview(desk)) == ["2", "3", "1"]
    assert going(preview(desk, frozenset({"rent", "west"}))) == ["2"]  # of whoever is in both
    assert going(preview(desk, frozenset[str]())) == ["3", "1"]  # of whoever is in none
    act(desk, assign, desk.case("7607GC 3 2026-11").household_id, "west", ANNA, "asked for it")
    assert going(preview(desk, "west")) == ["3"]


def test_a_team_lets_go_nothing_of_another(desk: Desk) -> None:
    desk.begin(policies=[TEAMS])
    two_letters(desk)
    everything = chosen(preview(desk))
    with pytest.raises(FallenOutError) as refused:
        act(desk, release_letters, scope("rent"), everything, ANNA)
    assert fallen(refused.value) == [("7607GC", 1, "other-team")]
    assert len(going(preview(desk))) == 2


def test_the_run_is_let_go_as_a_whole_or_not_at_all(desk: Desk) -> None:
    letters(desk, 2)
    numbers = chosen(preview(desk))
    with pytest.raises(FallenOutError):
        act(desk, release_letters, scope(), [*numbers, 404], ANNA)
    assert len(act(desk, release_letters, scope(), numbers, ANNA)) == 2
    assert preview(desk).letters == ()
    logged = desk.system.rows("SELECT actor, subject, municipality FROM audit WHERE action = 'release' ORDER BY id")
    assert logged == [("anna-1", f"case {number}", "0141") for number in sorted(numbers)]
    assert desk.system.rows("SELECT DISTINCT actor FROM case_history WHERE kind = 'released'") == [("Anna Postma",)]
    assert desk.system.rows("SELECT DISTINCT released_how FROM cases") == [("release",)]


def someone_dies(desk: Desk, _: int) -> None:
    desk.take_in(report("y", "2026-10-01", R1, at=1), withdraw("z", "2026-11-21", R1, "deceased"))


def another_arrears(desk: Desk, _: int) -> None:
    desk.take_in(report("z", "2026-11-21", R1, at=1))


def a_visit_beside(desk: Desk, _: int) -> None:
    desk.take_in(report("y", "2026-10-21", R1, at=1), report("z", "2026-10-21", P9, at=1))
    desk.release("7607GC 1 2026-10")


def a_colleague_takes_it(desk: Desk, home: int) -> None:
    act(desk, claim, home, BRAM)


def a_colleague_calls(desk: Desk, _: int) -> None:
    attempt = Attempt("call", today(), None, reached=True)
    act(desk, record_attempt, desk.case("7607GC 1 2026-11").id, attempt, BRAM, today=today())


def something_is_agreed(desk: Desk, home: int) -> None:
    act(desk, set_step, home, PROMISED)


def it_is_paid(desk: Desk, _: int) -> None:
    desk.take_in(withdraw("paid", "2026-11-21", "vitens/N1", "paid"))


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (someone_dies, "held"),
        (another_arrears, "gone"),
        (a_visit_beside, "visit-waits"),
        (a_colleague_takes_it, "claimed"),
        (a_colleague_calls, "gone"),
        (something_is_agreed, "step-promised"),
        (it_is_paid, "gone"),
    ],
)
def test_what_changed_since_it_was_shown_does_not_go_out(
    desk: Desk, meanwhile: Callable[[Desk, int], None], reason: str
) -> None:
    letters(desk, 3)
    numbers = chosen(preview(desk))
    meanwhile(desk, desk.case("7607GC 1 2026-11").household_id)
    with pytest.raises(FallenOutError) as refused:
        act(desk, release_letters, scope(), numbers, ANNA)
    assert fallen(refused.value) == [("7607GC", 1, reason)]
    assert len(act(desk, release_letters, scope(), numbers[1:], ANNA)) == 2  # the rest can


def test_the_look_at_the_letters_waits_for_whoever_works_the_household(desk: Desk) -> None:
    letters(desk, 1)
    numbers, home = chosen(preview(desk)), desk.case("7607GC 1 2026-11").household_id
    with acting(desk) as mine, ThreadPoolExecutor(1) as pool:
        mine.execute("SET LOCAL lock_timeout = '20s'")
        claim(mine, home, BRAM)
        later = pool.submit(act, desk, release_letters, scope(), numbers, ANNA)
        await_lock(desk)
        mine.connection.commit()
        with pytest.raises(FallenOutError) as refused:
            later.result(timeout=30)
    assert [one.reason for one in refused.value.fallen] == ["claimed"]


def await_lock(desk: Desk) -> None:
    """Until somebody waits for a lock."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = monotonic() + 20
    while not desk.system.rows(waiting):
        assert monotonic() < deadline


def test_a_case_by_itself_is_let_go_as_it_is(desk: Desk) -> None:
    letters(desk, 2)
    numbers = chosen(preview(desk))
    with pytest.raises(NotReleasedError):
        act(desk, release_run, [*numbers, 404], ANNA)
    assert len(act(desk, release_run, numbers, ANNA)) == 2
