"""Referrals with what came of them, and notes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.people import NotPossibleError, StaleError
from signals.outreach.work.referrals import RESULTS, add_note, notes_of, refer, refer_result, undo_note
from tests.reference.notation import report

from .people import ANNA, BRAM, HOME, P9, R1, act, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


@pytest.fixture
def home(desk: Desk) -> int:
    """The number of a case that waits."""
    desk.take_in(report("a", "2026-11-02", R1))
    return desk.case(HOME).id


@pytest.mark.parametrize("result", RESULTS)
def test_what_came_of_it_is_written_beside_it(desk: Desk, home: int, result: str) -> None:
    number = act(desk, refer, home, "schuldhulp", ANNA)
    assert not desk.case(HOME).waiting  # whoever refers works the case
    act(desk, refer_result, number, result, BRAM)
    (referral,) = file_of(desk).referrals
    assert (referral.id, referral.by, referral.result, referral.result_by) == (number, ANNA, result, BRAM.name)
    assert desk.kinds(HOME)[-2:] == ["referred", "referral-result"]


def test_a_note_that_is_sent_twice_is_there_once(desk: Desk, home: int) -> None:
    seen = file_of(desk).seen
    act(desk, add_note, home, "belde terug", ANNA, seen)
    with pytest.raises(NotPossibleError) as refusal:
        act(desk, add_note, home, " belde terug", ANNA, seen)
    assert refusal.value.code == "note-there"
    act(desk, add_note, home, "belde terug", BRAM, seen)  # a colleague's is another
    act(desk, add_note, home, "belde niet", ANNA, seen)  # what happened meanwhile stands in no note's way
    act(desk, add_note, home, "belde terug", ANNA, file_of(desk).seen)  # on purpose
    assert [note.text for note in file_of(desk).notes] == ["belde terug", "belde terug", "belde niet", "belde terug"]


def test_what_cannot_be_is_refused(desk: Desk, home: int) -> None:
    with pytest.raises(NotPossibleError, match="no such target"):
        act(desk, refer, home, "bank", ANNA)
    with pytest.raises(NotPossibleError, match="must be one of"):
        act(desk, refer_result, 1, "fine", ANNA)
    with pytest.raises(NotPossibleError, match="no such row"):
        act(desk, refer_result, 404, "started", ANNA)
    with pytest.raises(NotPossibleError, match="the note"):
        act(desk, add_note, home, "x" * 4001, ANNA)
    assert desk.case(HOME).waiting


def test_a_referral_from_an_old_page_is_refused(desk: Desk, home: int) -> None:
    seen = file_of(desk).seen
    desk.take_in(report("b", "2026-11-03", P9))
    with pytest.raises(StaleError):
        act(desk, refer, home, "nsr", ANNA, seen)


def test_what_a_colleague_wrote_down_is_not_replaced_unseen(desk: Desk, home: int) -> None:
    number = act(desk, refer, home, "schuldhulp", ANNA)
    seen = file_of(desk).seen
    act(desk, refer_result, number, "started", BRAM, seen)
    with pytest.raises(StaleError) as stale:
        act(desk, refer_result, number, "no-show", ANNA, seen)
    assert [line.kind for line in stale.value.lines] == ["referral-result"]
    assert file_of(desk).referrals[0].result == "started"
    act(desk, refer_result, number, "no-show", ANNA, file_of(desk).seen)
    assert file_of(desk).referrals[0].result == "no-show"


def test_a_note_can_be_struck_out_by_its_author_on_the_same_day(desk: Desk, home: int) -> None:
    note = act(desk, add_note, home, "belde terug", ANNA)
    for actor, team_lead, day in ((BRAM, False, today()), (ANNA, False, today() + timedelta(days=1))):
        with pytest.raises(NotPossibleError, match="same day"):
            act(desk, undo_note, note, actor, team_lead=team_lead, today=day)
    act(desk, undo_note, note, ANNA, team_lead=False, today=today())
    ((written,)) = act(desk, notes_of, desk.case(HOME).household_id)
    assert (written.text, written.undone_by) == ("belde terug", ANNA.name)
    with pytest.raises(NotPossibleError, match="once"):
        act(desk, undo_note, note, BRAM, team_lead=True, today=today())
    assert desk.case(HOME).waiting  # a note is no work on the case
