"""Who looked at a crisis or a death, and what that changes: where it stands in review, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.looks import look, undo_look
from signals.outreach.work.people import NotPossibleError, StaleError
from tests.reference.notation import change, report, withdraw

from .people import ANNA, BRAM, HOME, R1, V1, act, file_of

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


@pytest.fixture
def threatened(desk: Desk) -> int:
    """A household that may be evicted, with an arrears beside it."""
    desk.take_in(report("a", "2026-11-02", R1, "700.00", crisis="eviction"), report("b", "2026-11-03", V1))
    return desk.case(HOME).id


def test_a_look_has_its_line_and_changes_nothing_of_the_case(desk: Desk, threatened: int) -> None:
    before, told = desk.case(HOME), desk.outbox()
    assert file_of(desk).case.to_review
    assert not file_of(desk).case.looked
    assert act(desk, look, threatened, ANNA) == [threatened]
    assert file_of(desk).case.looked
    line = file_of(desk).history[-1]
    assert (line.kind, line.actor, line.nl) == ("looked-at", ANNA.name, "Bekeken: dreigende huisuitzetting")
    assert line.en == "Looked at: eviction"
    assert (desk.case(HOME), desk.outbox()) == (before, told)


def test_a_look_is_taken_back_by_anyone(desk: Desk, threatened: int) -> None:
    act(desk, look, threatened, ANNA)
    assert act(desk, undo_look, threatened, BRAM) == [threatened]
    assert not file_of(desk).case.looked
    assert file_of(desk).history[-1].nl == "Toch weer te bekijken: dreigende huisuitzetting"
    with pytest.raises(NotPossibleError) as refused:
        act(desk, undo_look, threatened, BRAM)
    assert refused.value.code == "nothing-to-look-at"


def test_it_is_looked_at_once_and_only_where_something_threatens(desk: Desk, threatened: int) -> None:
    act(desk, look, threatened, ANNA)
    with pytest.raises(NotPossibleError, match="nothing of its household"):
        act(desk, look, threatened, BRAM)
    desk.take_in(report("c", "2026-11-03", "welbions/R9", at=14))
    with pytest.raises(NotPossibleError, match="nothing of its household"):
        act(desk, look, desk.case("7607GC 14 2026-11").id, ANNA)


def test_what_came_in_since_the_page_was_made_is_shown_first(desk: Desk, threatened: int) -> None:
    seen = file_of(desk).seen
    desk.take_in(change("c", "2026-11-05", R1, "900.00"))
    with pytest.raises(StaleError):
        act(desk, look, threatened, ANNA, seen)
    assert not file_of(desk).case.looked


@pytest.mark.parametrize("later", ["death", "another threat", "one arrears less"])
def test_it_holds_for_the_case_as_it_stood(desk: Desk, threatened: int, later: str) -> None:
    act(desk, look, threatened, ANNA)
    desk.take_in(
        {
            "death": withdraw("c", "2026-11-05", V1, "deceased"),
            "another threat": change("c", "2026-11-05", R1, None, crisis="disconnection"),
            "one arrears less": withdraw("c", "2026-11-05", V1, "paid"),
        }[later]
    )
    assert file_of(desk).case.to_review
    assert not file_of(desk).case.looked


def test_of_a_death_it_says_so(desk: Desk, threatened: int) -> None:
    desk.take_in(withdraw("c", "2026-11-05", V1, "deceased"))
    act(desk, look, threatened, ANNA)
    assert file_of(desk).history[-1].nl == "Bekeken: overlijden gemeld"
    assert file_of(desk).case.held  # it is let go by a release alone
