"""What a person decides is kept, and what comes in later is not lost on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import OUTCOMES
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import change_route, close, reopen
from signals.outreach.work.dismissals import mark_not_picked_up
from signals.outreach.work.outcomes import ACCEPTED, OF_ONE_PERSON, OF_ONE_SIGNAL, Client, Counting, obstacle
from signals.outreach.work.people import NotPossibleError, StaleError
from signals.reports.kept import losses
from signals.reports.outgoing import told
from tests.reference.notation import change, report, withdraw

from .people import ANNA, BRAM, HOME, P9, R1, V1, act, acting, event_number, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
EARLIER = "7607GC 12 2026-10"


@pytest.fixture
def letter(desk: Desk) -> int:
    """The number of a case that waits for a letter."""
    desk.take_in(report("a", "2026-11-02", R1))
    return desk.case(HOME).id


@pytest.fixture
def visit(desk: Desk) -> int:
    """The number of a case that waits for a visit."""
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    return desk.case(HOME).id


def told_results(desk: Desk, partner: str) -> list[tuple[str, str | None]]:
    return [(content["result"], content["pauseUntil"]) for content in desk.told(f"feedback.{partner}")]


@pytest.fixture(autouse=True)
def all_is_told(desk: Desk) -> object:
    """After every test: what is decided is what the outbox says, and how it stands is written in the history."""
    yield
    with acting(desk) as cursor:
        assert [*told(cursor).faults, *losses(cursor)] == []


class TestRoute:
    def test_a_letter_becomes_a_visit(self, desk: Desk, letter: int) -> None:
        act(desk, change_route, letter, "home-visit", "resident does not read letters", ANNA)
        assert desk.lines() == {HOME: "open home-visit 1"}
        assert desk.queue("visits") == [HOME]
        assert desk.history(letter)[-1] == (
            "route-changed",
            {"before": "letter", "after": "home-visit", "reason": "resident does not read letters"},
        )
        assert desk.told("outreach.cases")[-1]["route"] == "home-visit"

    def test_a_visit_becomes_a_letter_and_a_rise_of_what_was_there_does_not_undo_it(
        self, desk: Desk, visit: int
    ) -> None:
        act(desk, change_route, visit, "letter", "dog", ANNA)
        assert desk.queue("letters") == [HOME]
        desk.take_in(change("c", "2026-11-05", R1, "900.00"))
        assert desk.lines() == {HOME: "open letter 2"}

    def test_a_further_arrears_raises_it_again(self, desk: Desk, visit: int) -> None:
        act(desk, change_route, visit, "letter", "dog", ANNA)
        desk.take_in(report("c", "2026-11-06", V1))
        assert desk.lines() == {HOME: "open home-visit 3"}

    def test_a_released_visit_that_becomes_a_letter_waits_in_the_letters_queue(self, desk: Desk, visit: int) -> None:
        desk.release(HOME)
        act(desk, change_route, visit, "letter", "dog", ANNA)
        assert desk.queue("letters") == [HOME]
        desk.release(HOME)
        assert (desk.case(HOME).waiting, desk.case(HOME).route) == (False, "letter")

    def test_the_other_open_case_of_the_household_is_not_left_graver(self, desk: Desk, visit: int) -> None:
        desk.take_in(report("c", "2026-10-02", V1))
        act(desk, change_route, visit, "letter", "dog", ANNA)
        desk.take_in(report("d", "2026-10-03", "menzis/P8"))
        assert desk.lines() == {HOME: "open letter 2", EARLIER: "open home-visit 2"}
        act(desk, change_route, desk.case(EARLIER).id, "letter", "still a dog", ANNA)
        assert desk.queue("visits") == []

    def test_it_asks_for_another_route_a_reason_and_an_open_case(self, desk: Desk, letter: int) -> None:
        for route, reason, fault in (
            ("none", "dog", "must be one of"),
            ("home-visit", "  ", "the reason"),
            ("letter", "dog", "already"),
        ):
            with pytest.raises(NotPossibleError, match=fault):
                act(desk, change_route, letter, route, reason, ANNA)
        act(desk, close, [letter], "no-contact", ANNA)
        with pytest.raises(NotPossibleError, match="not open"):
            act(desk, change_route, letter, "home-visit", "dog", ANNA)


class TestClose:
    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_with_each_of_the_sixteen_outcomes(self, desk: Desk, letter: int, outcome: str) -> None:
        act(desk, close, [letter], outcome, ANNA)
        case = desk.case(HOME)
        assert (case.state, case.outcome, case.waiting, case.arrears_count) == ("closed", outcome, False, 1)
        assert desk.kinds(HOME)[-2:] == ["released", "closed-by-person"]
        assert file_of(desk).history[-2].nl.startswith("Opgepakt bij het afsluiten, zonder vrijgave")
        assert desk.told("outreach.cases")[-1]["state"] == "closed"

    def test_accepted_help_pauses_collection_for_thirty_days(self, desk: Desk, visit: int) -> None:
        desk.system.rows("UPDATE persons SET date_of_birth = '1985-06-12' RETURNING id")  # certainly one person
        act(desk, close, [visit], "quick-fix", ANNA)
        pause = (today() + timedelta(days=30)).isoformat()
        for partner in ("welbions", "menzis"):
            assert told_results(desk, partner)[-1] == ("accepted-help", pause)

    def test_of_a_bare_name_only_the_partner_whose_client_it_is_hears_of_accepted_help(
        self, desk: Desk, visit: int
    ) -> None:
        ((person,),) = desk.system.rows("SELECT id FROM persons")
        for unsaid in ((), (Client(person),), (Client(person, "vitens"),)):
            with pytest.raises(NotPossibleError) as refusal:
                act(desk, close, [visit], "quick-fix", ANNA, persons=unsaid)
            assert refusal.value.code == "for-whom"
        act(desk, close, [visit], "quick-fix", ANNA, persons=[Client(person, "menzis")])
        assert told_results(desk, "menzis")[-1][0] == "accepted-help"
        assert told_results(desk, "welbions") == [("picked-up", None)]
        assert desk.history(visit)[-1][1]["persons"] == [f"{person}.menzis"]

    def test_of_other_reasons_the_partner_hears_only_that_it_was_not_picked_up(self, desk: Desk, letter: int) -> None:
        act(desk, close, [letter], "other-reason", ANNA)
        assert told_results(desk, "welbions")[-1] == ("not-picked-up", None)

    @pytest.mark.parametrize(
        ("outcome", "told"),
        [("other-reason", "not-picked-up"), ("deceased", "deceased"), ("already-paid", "picked-up")],
    )
    def test_one_closing_of_what_waits_is_one_message(self, desk: Desk, outcome: str, told: str) -> None:
        desk.take_in(report("a", "2026-11-02", R1))
        act(desk, close, [desk.case(HOME).id], outcome, ANNA)
        assert told_results(desk, "welbions") == [(told, None)]

    def test_what_is_true_of_a_person_is_told_to_each_of_its_partners(self, desk: Desk, visit: int) -> None:
        with pytest.raises(NotPossibleError) as refusal:  # a bare name: perhaps two people
            act(desk, close, [visit], "known-to-debt-help", ANNA)
        assert refusal.value.code == "not-certainly-one"
        assert desk.told("feedback.menzis") == []
        desk.system.rows("UPDATE persons SET date_of_birth = '1985-06-12' RETURNING id")
        act(desk, close, [visit], "known-to-debt-help", ANNA)
        for partner in ("welbions", "menzis"):
            assert told_results(desk, partner)[-1] == ("known-to-debt-help", None)

    @pytest.mark.parametrize("outcome", sorted(OF_ONE_SIGNAL))
    def test_what_is_true_of_one_signal_does_not_end_a_case_of_two(self, desk: Desk, visit: int, outcome: str) -> None:
        with pytest.raises(NotPossibleError) as refused:
            act(desk, close, [visit], outcome, ANNA)
        assert refused.value.code == "of-one-signal"
        assert desk.lines() == {HOME: "open home-visit 2"}

    def test_of_what_is_not_theirs_the_partner_hears_nothing(self, desk: Desk, letter: int) -> None:
        desk.release(HOME)
        act(desk, close, [letter], "self-reliant", ANNA)
        assert told_results(desk, "welbions") == [("picked-up", None)]

    def test_a_later_report_reopens_it_and_it_waits(self, desk: Desk, letter: int) -> None:
        act(desk, close, [letter], "no-response", ANNA)
        desk.take_in(report("b", "2026-11-20", P9))
        assert desk.lines() == {HOME: "open home-visit 2"}
        assert desk.queue("visits") == [HOME]
        assert desk.kinds(HOME)[-4:] == ["reopened", "route", "back-in-queue", "report"]

    def test_a_rise_reopens_it_and_a_fall_does_not(self, desk: Desk, letter: int) -> None:
        act(desk, close, [letter], "no-response", ANNA)
        desk.take_in(change("b", "2026-11-20", R1, "10.00"))
        assert desk.case(HOME).state == "closed"
        desk.take_in(change("c", "2026-11-21", R1, "900.00"))
        assert (desk.case(HOME).state, desk.case(HOME).waiting) == ("open", True)

    def test_a_withdrawal_after_it_leaves_the_outcome(self, desk: Desk, letter: int) -> None:
        act(desk, close, [letter], "quick-fix", ANNA)
        desk.take_in(withdraw("b", "2026-11-20", R1, "paid"))
        assert (desk.case(HOME).state, desk.case(HOME).outcome) == ("closed", "quick-fix")
        assert desk.case(HOME).arrears_count == 0

    def test_what_is_released_after_it_came_back_stays_open(self, desk: Desk, letter: int) -> None:
        act(desk, close, [letter], "no-response", ANNA)
        desk.take_in(report("b", "2026-11-20", P9))
        desk.release(HOME)
        desk.take_in(withdraw("c", "2026-11-21", P9, "paid"))
        assert desk.lines() == {HOME: "open home-visit 1"}

    def test_accepted_help_stays_told_when_another_partner_reports(self, desk: Desk, letter: int) -> None:
        act(desk, close, [letter], "quick-fix", ANNA)
        desk.take_in(report("b", "2026-11-20", P9))
        assert told_results(desk, "welbions")[-1][0] == "accepted-help"

    def test_both_cases_of_a_household_and_with_the_last_one_claim_and_step_end(self, desk: Desk, visit: int) -> None:
        desk.take_in(report("c", "2026-10-02", V1))
        earlier, home = desk.case(EARLIER).id, desk.case(HOME).household_id
        act(desk, claim, home, ANNA)
        act(desk, record_attempt, visit, Attempt("home-visit", today(), "evening", reached=False), ANNA, today=today())
        act(desk, close, [visit], "no-contact", ANNA)
        assert file_of(desk, EARLIER).claim is not None
        act(desk, reopen, visit, "too soon", ANNA)
        act(desk, close, [visit, earlier], "no-contact", ANNA)
        found = file_of(desk)
        assert (found.claim, found.next_step) == (None, None)
        assert {case.state for case in desk.cases().values()} == {"closed"}

    def test_the_other_case_still_waits(self, desk: Desk, visit: int) -> None:
        desk.take_in(report("c", "2026-10-02", V1))
        act(desk, close, [visit], "no-contact", ANNA)
        assert (desk.case(EARLIER).waiting, desk.statuses()["c"]) == (True, "not-yet-picked-up")

    def test_it_asks_for_an_outcome_and_open_cases_of_one_household(self, desk: Desk, letter: int) -> None:
        desk.take_in(report("b", "2026-11-02", P9, at=14))
        stranger = desk.case("7607GC 14 2026-11").id
        for cases, outcome, fault in (
            ([letter], "fine", "must be one of"),
            ([], "no-contact", "name the cases"),
            ([letter, stranger], "no-contact", "not open"),
        ):
            with pytest.raises(NotPossibleError, match=fault):
                act(desk, close, cases, outcome, ANNA)
        assert desk.case(HOME).state == "open"

    def test_two_people_cannot_both_close_it(self, desk: Desk, letter: int) -> None:
        seen = file_of(desk).seen
        act(desk, close, [letter], "no-contact", ANNA, seen)
        with pytest.raises(StaleError) as stale:
            act(desk, close, [letter], "quick-fix", BRAM, seen)
        assert stale.value.lines[-1].en == "Closed: No contact could be made, definitively"


def test_of_whom_each_of_the_sixteen_outcomes_is_true() -> None:
    two = Counting(frozenset({1, 2}), frozenset({1, 2}))
    refused = {outcome: code for outcome in OUTCOMES if (code := obstacle(outcome, two)) is not None}
    assert refused == {
        "repeat": "of-one-signal",
        "wrongful": "of-one-signal",
        "other-reason": "of-one-person",
        "deceased": "of-one-person",
        "not-a-resident": "of-one-person",
        "known-to-debt-help": "of-one-person",
        "quick-fix": "for-whom",
        "follow-up-help": "for-whom",
        "follow-up-help-financial": "for-whom",
        "follow-up-help-not-financial": "for-whom",
    }
    assert {obstacle(outcome, Counting(frozenset({1}), frozenset({1}))) for outcome in OUTCOMES} == {None}


class TestTwoPersons:
    """Two tenants at one address: Jansen rents, De Vries is insured."""

    @pytest.fixture
    def shared(self, desk: Desk) -> int:
        desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9, surname="De Vries"))
        return desk.case(HOME).id

    def person(self, desk: Desk, surname: str) -> Client:
        ((number,),) = desk.system.rows("SELECT id FROM persons WHERE surname = %s", surname)
        return Client(int(number))

    @pytest.mark.parametrize("outcome", sorted(OF_ONE_PERSON))
    def test_what_is_true_of_one_is_not_told_to_the_partner_of_the_other(
        self, desk: Desk, shared: int, outcome: str
    ) -> None:
        with pytest.raises(NotPossibleError) as refused:
            act(desk, close, [shared], outcome, ANNA)
        assert refused.value.code == "of-one-person"
        assert desk.lines() == {HOME: "open home-visit 2"}
        act(desk, mark_not_picked_up, event_number(desk, "a"), outcome, "said the neighbour", ANNA)
        act(desk, close, [shared], "no-contact", ANNA)
        expected = "not-picked-up" if outcome == "other-reason" else outcome
        assert told_results(desk, "welbions") == [(expected, None)]
        assert told_results(desk, "menzis") == [("picked-up", None)]

    @pytest.mark.parametrize("chosen", [[], ["a stranger"], ["Jansen", "a stranger"]])
    def test_who_accepted_help_is_said(self, desk: Desk, shared: int, chosen: list[str]) -> None:
        desk.take_in(report("c", "2026-11-04", V1, surname="a stranger", at=14))
        with pytest.raises(NotPossibleError) as refused:
            act(desk, close, [shared], "quick-fix", ANNA, persons=[self.person(desk, name) for name in chosen])
        assert refused.value.code == "for-whom"
        assert desk.case(HOME).state == "open"

    def test_only_their_partners_hear_of_accepted_help(self, desk: Desk, shared: int) -> None:
        act(desk, close, [shared], "quick-fix", ANNA, persons=[self.person(desk, "Jansen")])
        pause = (today() + timedelta(days=30)).isoformat()
        assert told_results(desk, "welbions")[-1] == (ACCEPTED, pause)
        assert told_results(desk, "menzis") == [("picked-up", None)]
        assert desk.history(shared)[-1][1]["persons"] == [self.person(desk, "Jansen").text]
        act(desk, reopen, shared, "both want help", ANNA)
        both = [self.person(desk, name) for name in ("Jansen", "De Vries")]
        act(desk, close, [shared], "quick-fix", ANNA, persons=both)
        for partner in ("welbions", "menzis"):
            assert told_results(desk, partner)[-1] == (ACCEPTED, pause)

    def test_the_pause_of_one_does_not_end_with_what_is_said_of_the_other(self, desk: Desk) -> None:
        desk.take_in(report("a", "2026-11-02", R1))
        act(desk, close, [desk.case(HOME).id], "quick-fix", ANNA)
        desk.take_in(report("b", "2026-11-03", P9, surname="De Vries"))
        act(desk, close, [desk.case(HOME).id], "no-contact", ANNA)
        assert told_results(desk, "welbions")[-1][0] == ACCEPTED
        act(desk, reopen, desk.case(HOME).id, "there they are", ANNA)
        assert told_results(desk, "welbions")[-1] == ("picked-up", None)
        act(desk, close, [desk.case(HOME).id], "quick-fix", ANNA, persons=[self.person(desk, "De Vries")])
        assert told_results(desk, "welbions")[-1] == ("picked-up", None)
        assert told_results(desk, "menzis")[-1][0] == ACCEPTED

    def test_two_cases_of_one_tenant_each_end_by_themselves(self, desk: Desk, shared: int) -> None:
        desk.take_in(report("c", "2026-10-02", V1))
        act(desk, close, [desk.case(EARLIER).id], "deceased", ANNA)
        assert told_results(desk, "vitens")[-1] == ("deceased", None)
        assert desk.case(HOME).state == "open"
        act(desk, reopen, desk.case(EARLIER).id, "it was somebody else", ANNA)
        with pytest.raises(NotPossibleError, match="of-one-person"):
            act(desk, close, [shared, desk.case(EARLIER).id], "deceased", ANNA)


class TestReopen:
    def test_a_closing_is_taken_back_and_the_partner_hears_it(self, desk: Desk, letter: int) -> None:
        act(desk, close, [letter], "quick-fix", ANNA)
        act(desk, reopen, letter, "wrong case", BRAM)
        assert desk.lines() == {HOME: "open letter 1"}
        assert not desk.case(HOME).waiting
        assert told_results(desk, "welbions")[-1] == ("picked-up", None)
        assert desk.history(letter)[-1] == ("reopened-by-person", {"reason": "wrong case"})
        assert desk.told("outreach.cases")[-1]["state"] == "open"

    def test_a_case_that_the_rules_closed_stays_open_then(self, desk: Desk, letter: int) -> None:
        desk.take_in(withdraw("b", "2026-11-05", R1, "paid"))
        act(desk, reopen, letter, "they asked for help", ANNA)
        assert desk.lines() == {HOME: "open none 0"}
        desk.take_in(change("c", "2026-11-06", R1, "80.00"))
        assert desk.lines() == {HOME: "open none 0"}
        act(desk, close, [letter], "follow-up-help", ANNA)
        assert (desk.case(HOME).state, desk.case(HOME).outcome) == ("closed", "follow-up-help")

    def test_what_is_open_cannot_be_opened(self, desk: Desk, letter: int) -> None:
        with pytest.raises(NotPossibleError, match="not closed"):
            act(desk, reopen, letter, "why not", ANNA)
