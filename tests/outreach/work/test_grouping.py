"""What counts as accepted help stands in the policy: it is told to partners, runs the clock, and stands in reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import ACCEPTED_HELP
from signals.errors import FaultsError
from signals.outreach.policy import GROUPABLE, parse_policy
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.decisions import close
from signals.policies import shipped
from signals.reports.overview import document, read_overview
from tests.reference.notation import report

from .people import ANNA, HOME, R1, act, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]
ALMELO = shipped()["almelo.toml"]
OTHERWISE = 'accepted_help = ["self-reliant", "quick-fix"]\n' + ALMELO


def test_the_shipped_policies_and_one_without_the_key_count_the_four() -> None:
    assert {parse_policy(body, name).accepted_help for name, body in shipped().items()} == {ACCEPTED_HELP}
    assert parse_policy(OTHERWISE, "almelo").accepted_help == {"self-reliant", "quick-fix"}


def test_the_line_in_the_shipped_policies_says_what_holds_without_it() -> None:
    for name, body in shipped().items():
        given = parse_policy(body.replace("# accepted_help", "accepted_help"), name)
        assert given.body != body
        assert given.accepted_help == ACCEPTED_HELP


@pytest.mark.parametrize("value", ["[]", '"quick-fix"', '["quick-fix", "quick-fix"]', '["deceased"]', "[1]", "[[]]"])
def test_what_is_no_grouping_is_a_fault(value: str) -> None:
    with pytest.raises(FaultsError, match="accepted_help: must be a list of one or more of other-support"):
        parse_policy(f"accepted_help = {value}\n{ALMELO}", "almelo")
    assert set(GROUPABLE) > ACCEPTED_HELP
    assert "known-to-debt-help" not in GROUPABLE


@pytest.mark.database
def test_partners_hear_by_the_policy_of_the_case(desk: Desk) -> None:
    desk.begin([OTHERWISE])
    desk.take_in(report("a", "2026-11-02", R1, crisis="eviction"))
    desk.take_in(report("b", "2026-11-02", "welbions/R2", at=14, crisis="eviction"))
    act(desk, close, [desk.case(HOME).id], "self-reliant", ANNA)
    act(desk, close, [desk.case("7607GC 14 2026-11").id], "follow-up-help", ANNA)
    told = {one["reference"]: (one["result"], one["pauseUntil"] is not None) for one in desk.told("feedback.welbions")}
    assert told == {"R1": ("accepted-help", True), "R2": ("picked-up", False)}
    assert file_of(desk).case.help_due_on is not None  # and so does the clock of a threatening situation
    assert file_of(desk, "7607GC 14 2026-11").case.help_due_on is None
    assert "threatening-help" in {one.name for one in file_of(desk).case.clocks}


@pytest.mark.database
def test_the_overview_counts_by_it_and_names_it(desk: Desk) -> None:
    desk.begin([OTHERWISE, shipped()["hengelo.toml"]])
    desk.take_in(report("a", "2026-11-02", R1))
    case = desk.case(HOME).id
    act(desk, record_attempt, case, Attempt("call", today(), None, reached=True), ANNA, today=today())
    act(desk, close, [case], "self-reliant", ANNA)
    found = act(desk, read_overview, {"0141", "0164"}, today())
    assert [one.accepted for one in found.channels] == [1]
    assert found.accepted_help == {"0141": ("quick-fix", "self-reliant"), "0164": tuple(sorted(ACCEPTED_HELP))}
    assert document(found)["accepted_help_by_municipality"]["0141"] == ["quick-fix", "self-reliant"]
    assert set(document(found)["accepted_help"]) == {"self-reliant", *ACCEPTED_HELP}
