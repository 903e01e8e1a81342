"""A letter that was recorded as returned by mistake is as if it never came back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.letters.mail import record_returned
from signals.outreach.letters.mistaken import undo_returned
from signals.outreach.letters.runs import LetterRunError
from tests.outreach.work.people import ANNA, act, file_of, today

from .rounds import let_go, letters, name, sent_round

if TYPE_CHECKING:
    from pathlib import Path

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def test_what_did_not_come_back_after_all_is_waited_for_again(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    number = letters(desk, sent_round(desk, tmp_path))[0].id
    step = file_of(desk, name(1)).next_step
    assert step is not None

    def undone(day: int = 0, **asked: Any) -> object:  # noqa: ANN401 - as `undo_returned` takes it
        wanted = {"team_lead": False, **asked}
        return act(desk, undo_returned, number, ANNA, today=today() + timedelta(days=day), **wanted)

    with pytest.raises(LetterRunError, match="is not recorded as returned"):
        undone()
    act(desk, record_returned, number, "moved", ANNA, today=today())
    assert (file_of(desk, name(1)).next_step, desk.queue("review")) == (None, [name(1)])
    with pytest.raises(LetterRunError, match="only a team lead"):
        undone(day=1)
    with pytest.raises(LetterRunError, match="there is no letter"):
        undone(municipalities={"0164"})
    assert undone(municipalities={"0141"}) == desk.case(name(1)).id
    assert (file_of(desk, name(1)).next_step, desk.queue("review")) == (step, [])
    assert [line.kind for line in file_of(desk, name(1)).history][-2:] == ["letter-returned", "letter-returned-undone"]
    act(desk, record_returned, number, "refused", ANNA, today=today())  # the right reason now
    assert desk.queue("review") == [name(1)]
    undone(day=1, team_lead=True)
    assert desk.queue("review") == []
    logged = desk.system.rows("SELECT detail FROM audit WHERE action = 'letter-returned-undone' ORDER BY id")
    assert [detail["returned"] for (detail,) in logged] == ["moved", "refused"]
