"""`signals up --history`: what is done with the year before the month; the whole of it is tried by hand (README)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from signals.commands.demo_policy import demo_policy
from signals.commands.up import up
from signals.commands.up_history import MONTHS, TRUTH, close_all, learn, parted, year_before
from signals.errors import WrongUseError
from signals.settings import variable
from tests.reference.notation import report

if TYPE_CHECKING:
    from pathlib import Path

    from tests.outreach.desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]


def line(sent: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    value = {"time": sent} if sent else "no JSON"
    return {"topic": "arrears.housing.welbions", "key": name, "value": value}, {"of": name}


def test_a_year_is_the_twelve_months_before() -> None:
    assert (year_before(date(2026, 10, 1)), year_before(date(2026, 1, 1))) == ("2025-10", "2025-01")
    assert MONTHS == 12


def test_events_are_parted_where_the_month_begins(tmp_path: Path) -> None:
    pairs = [
        line("2026-09-30T10:00:00Z", "a"),
        line("", "b"),
        line("2026-10-01T07:00:00Z", "c"),
        line("", "d"),
    ]
    year = parted(pairs, date(2026, 10, 1), tmp_path / TRUTH)
    before, month = ([json.loads(one)["key"] for one in lines] for lines in year)
    assert (before, month) == (["a", "b"], ["c", "d"])
    truth = [json.loads(one)["of"] for one in (tmp_path / TRUTH).read_text("utf-8").splitlines()]
    assert truth == ["a", "b", "c", "d"]


def test_the_policy_asks_for_model_and_framework_together() -> None:
    assert demo_policy(date(2026, 10, 1), by="blend").choice.by == "blend"
    assert demo_policy(date(2026, 10, 1)).choice.by == "framework"


def test_empty_with_a_history_is_refused_before_anything_starts() -> None:
    with pytest.raises(WrongUseError, match="give one of them"):
        up(empty=True, port=None, history=True)


@pytest.mark.database
def test_the_year_is_closed_and_too_little_of_it_is_told(
    desk: Desk, desk_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.take_in(
        report("a", "2026-10-02", "welbions/R1", at=1),
        report("b", "2026-11-02", "menzis/R2", at=1),
        report("c", "2026-11-02", "vitens/R3", at=2),
    )
    close_all(desk.system.engine)
    closed = [("closed", "no-response")]
    assert desk.system.rows("SELECT state, outcome FROM cases") == 3 * closed
    learn({variable("database_url"): desk_database}, tmp_path)
    said = capsys.readouterr().err
    assert "signals score train" in said
    assert "not enough history" in said
    assert "activate" not in said
