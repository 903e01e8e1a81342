"""Runs of letters: who gets one, what is taken out, what follows when they are posted or come back."""

from __future__ import annotations

from ast import literal_eval
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from signals.outreach.letters import block
from signals.outreach.letters.age import RunTooOldError
from signals.outreach.letters.candidates import HINDRANCES
from signals.outreach.letters.codes import CODES, FAULTS
from signals.outreach.letters.mail import record_returned
from signals.outreach.letters.runs import (
    LetterRunError,
    cancel_run,
    left_out_of,
    open_runs,
    release_letter_run,
    run_of,
    to_take_out,
)
from signals.outreach.work.attempts import Attempt, promise_step, record_attempt
from signals.outreach.work.decisions import change_route, close, reopen
from signals.outreach.work.pairing import decide_pair
from signals.outreach.work.sent import letters_sent, undo_letters_sent
from signals.outreach.work.steps import NextStep
from signals.store import base
from tests.outreach.work.people import ANNA, act, acting, event_number, file_of, today
from tests.reference.notation import report, withdraw
from tests.reference.wire import House

from .rounds import (
    attempts,
    codes,
    houses,
    lain,
    let_go,
    letters,
    name,
    named,
    posted,
    released,
    sent_round,
    shown,
    wish,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
DAY = timedelta(days=1)


def test_every_code_has_words_and_every_fault_a_place_in_the_database() -> None:
    assert set(literal_eval(base.LETTER_FAULTS)) == FAULTS.keys()
    assert FAULTS.keys() > set(block.FAULTS)
    assert set(HINDRANCES) < CODES.keys()
    assert all(nl and en and nl[0].islower() for nl, en in CODES.values())


def test_a_run_holds_what_was_let_go_in_the_order_of_the_addresses(desk: Desk) -> None:
    let_go(desk, 12, 3, 25)
    desk.take_in(report("w", "2026-11-02", "vitens/W", at=40))
    found = shown(desk)
    assert [one.place.number for one in found.going] == [3, 12, 25]
    assert (found.kinds, found.left_out, found.waiting) == ({"first": 3}, (), 1)
    run = released(desk)
    assert houses(desk, run) == [3, 12, 25]
    first = letters(desk, run)[0]
    assert first.contents["block"]["name"] == "A. Jansen"
    assert first.contents["partners"] == ["Vitens"]
    assert set(codes(shown(desk)).values()) == {"in-run"}
    assert [one.id for one in act(desk, open_runs, "0141")] == [run]
    assert act(desk, open_runs, "0164") == []


def test_only_the_chosen_cases_go(desk: Desk) -> None:
    let_go(desk, 1, 2)
    desk.take_in(report("w", "2026-11-02", "vitens/W", at=3))
    waiting, chosen = desk.case(name(3)).id, desk.case(name(2)).id
    found = shown(desk, [chosen, waiting, 999_999])
    assert [one.case for one in found.going] == [chosen]
    assert codes(found) == {waiting: "waits", 999_999: "gone"}


def test_nothing_is_released_where_nothing_is_due(desk: Desk) -> None:
    assert act(desk, release_letter_run, wish(), ANNA)[0] is None
    assert act(desk, open_runs) == []


def test_a_posted_run_leaves_attempts_and_a_second_time_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    with pytest.raises(LetterRunError, match="were not written"):
        posted(desk, run)
    written(desk, run, tmp_path)
    with pytest.raises(LetterRunError, match="on that day or after it"):
        posted(desk, run, today() - DAY)
    assert len(posted(desk, run).letters) == 2
    again = posted(desk, run)
    assert (again.already, len(again.letters)) == (True, 2)
    assert attempts(desk) == [(1, "letter"), (2, "letter")]
    step = file_of(desk, name(1)).next_step
    assert step is not None
    assert (step.kind, step.why) == ("administrative", "no-answer")
    assert shown(desk).going == ()
    with pytest.raises(LetterRunError, match="not printed a second time"):
        written(desk, run, tmp_path)
    with pytest.raises(LetterRunError, match="on their way"):
        act(desk, cancel_run, run, ANNA)
    actions = desk.system.rows("SELECT action, count(*) FROM audit WHERE actor = 'anna-1' GROUP BY 1 ORDER BY 1")
    assert actions == [("attempt", 2), ("release-letters", 2), ("write-letters", 2)]
    used = desk.system.rows("SELECT DISTINCT activity FROM processing_log ORDER BY 1")
    assert {activity for (activity,) in used} >= {"attempt", "release-letters", "write-letters"}


def test_who_does_not_answer_gets_a_reminder_a_final_letter_and_then_no_more(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    day, kinds = today(), []
    for _ in range(3):
        run = sent_round(desk, tmp_path, day)
        kinds += [one.kind for one in letters(desk, run)]
        step = file_of(desk, name(1)).next_step
        assert step is not None
        assert shown(desk, on_day=step.on_day - DAY).going == ()
        day = step.on_day
    assert kinds == ["first", "reminder", "final"]
    assert shown(desk, on_day=day).left_out == ()
    assert codes(shown(desk, [desk.case(name(1)).id], on_day=day)) == {desk.case(name(1)).id: "all-sent"}
    assert len(attempts(desk)) == 3


def test_a_reaction_ends_the_reminders(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    sent_round(desk, tmp_path)
    step = file_of(desk, name(1)).next_step
    assert step is not None
    call = Attempt("call", today(), None, reached=True)
    act(desk, record_attempt, desk.case(name(1)).id, call, ANNA, today=today())
    assert shown(desk, on_day=step.on_day).going == ()


def test_a_letter_written_by_hand_is_followed_by_a_reminder(desk: Desk) -> None:
    let_go(desk, 1)
    case = desk.case(name(1)).id
    act(desk, letters_sent, [case], today(), ANNA, municipalities={"0141"}, today=today())
    step = file_of(desk, name(1)).next_step
    assert step is not None
    assert shown(desk).going == ()
    assert shown(desk, on_day=step.on_day).kinds == {"reminder": 1}


def closed(desk: Desk) -> None:
    act(desk, close, [desk.case(name(1)).id], "self-reliant", ANNA)


def reopened(desk: Desk) -> None:
    closed(desk)
    act(desk, reopen, desk.case(name(1)).id, "too soon", ANNA)


def paid(desk: Desk) -> None:
    desk.take_in(withdraw("p", "2026-11-05", "vitens/N1", "paid", at=1))


def upgraded(desk: Desk) -> None:
    desk.take_in(report("up", "2026-11-05", "welbions/U1", at=1))


def rerouted(desk: Desk) -> None:
    act(desk, change_route, desk.case(name(1)).id, "home-visit", "does not read letters", ANNA)


def mourned(desk: Desk) -> None:
    desk.take_in(report("o", "2026-11-02", "welbions/O1", at=1, surname="Pietersen"))
    desk.take_in(withdraw("d", "2026-11-05", "welbions/O1", "deceased", at=1))


def called(desk: Desk) -> None:
    call = Attempt("call", today(), None, reached=True)
    act(desk, record_attempt, desk.case(name(1)).id, call, ANNA, today=today())


def agreed(desk: Desk) -> None:
    step = NextStep("call", today() + DAY, None, "promised")
    act(desk, promise_step, desk.case(name(1)).id, step, ANNA, today=today())


def by_hand(desk: Desk) -> None:
    letter = Attempt("letter", today(), None, reached=False)
    act(desk, record_attempt, desk.case(name(1)).id, letter, ANNA, today=today())


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (closed, "closed"),
        (reopened, "changed"),
        (paid, "withdrawn"),
        (upgraded, "visit-waits"),
        (rerouted, "visit-waits"),
        (mourned, "held"),
        (called, "answered"),
        (agreed, "step-promised"),
        (by_hand, "sent"),
    ],
)
def test_what_no_longer_asks_for_its_letter_is_taken_out_of_the_run(
    desk: Desk, tmp_path: Path, happens: Callable[[Desk], None], code: str
) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    written(desk, run, tmp_path)
    gone = tmp_path / "letters" / f"{letters(desk, run)[0].id}.pdf"
    assert gone.exists()
    case = desk.case(name(1)).id
    happens(desk)
    again = written(desk, run, tmp_path)
    assert [one.code for one in again.taken_out] == [code]
    assert again.manifest.document["left_out"] == [{"case_id": str(case), "code": code}]
    assert [line.postcode for line in again.manifest.letters] == ["7607GC"]
    assert not gone.exists()
    assert "letter-taken-out" in desk.kinds(name(1))
    assert posted(desk, run).taken_out == ()
    assert houses(desk, run, "posted") == [2]


def test_what_changed_after_the_files_is_named_when_the_run_is_posted(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    written(desk, run, tmp_path)
    closed(desk)
    done = posted(desk, run)
    assert [one.code for one in done.taken_out] == ["closed"]
    assert act(desk, left_out_of, run) == [(desk.case(name(1)).id, "closed")]
    assert attempts(desk) == [(2, "letter")]


@pytest.mark.parametrize("happens", [closed, called, agreed, upgraded, mourned, paid])
def test_what_fell_out_after_the_day_of_posting_was_posted(
    desk: Desk, tmp_path: Path, happens: Callable[[Desk], None]
) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    written(desk, run, tmp_path)
    lain(desk, run, 3)
    happens(desk)
    before = file_of(desk, name(1)).next_step
    assert [one.house for one in _out(desk, run, today())] == [1]
    assert _out(desk, run, today() - DAY) == []
    done = posted(desk, run, today() - DAY, today())
    assert (len(done.letters), done.taken_out) == (2, ())
    assert attempts(desk).count((1, "letter")) == 1
    if happens not in {upgraded, paid}:
        assert file_of(desk, name(1)).next_step == before  # how it goes on was decided since
    assert desk.case(name(1)).state == ("closed" if happens is closed else "open")


class Out(NamedTuple):
    """A letter that must not go out any more."""

    house: int
    code: str


def _out(desk: Desk, run: int, posted_on: date) -> list[Out]:
    where = {one.id: one.number for one in letters(desk, run)}
    return [Out(where[one.letter], one.code) for one in act(desk, to_take_out, run, posted_on)]


def test_what_stood_in_the_way_on_the_day_of_posting_is_taken_out_however_late(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    written(desk, run, tmp_path)
    lain(desk, run, 3)
    case = desk.case(name(1)).id
    desk.system.rows(
        """INSERT INTO case_history (case_id, actor, kind, detail, at)
        VALUES (%s, 'x', 'closed', '{"outcome": "paid"}', now() - interval '2 days') RETURNING id""",
        case,
    )
    closed(desk)
    done = posted(desk, run, today() - DAY, today())
    assert [one.code for one in done.taken_out] == ["closed"]
    assert attempts(desk) == [(2, "letter")]


def test_a_case_that_was_let_go_anew_meanwhile_keeps_no_letter_from_being_posted(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    written(desk, run, tmp_path)
    lain(desk, run, 3)
    desk.system.rows("UPDATE cases SET released_at = now() WHERE id = %s RETURNING id", desk.case(name(1)).id)
    assert len(posted(desk, run, today() - DAY, today()).letters) == 2
    assert attempts(desk) == [(1, "letter"), (2, "letter")]


def test_a_run_that_lay_too_long_is_taken_back(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    run = released(desk)
    written(desk, run, tmp_path)
    lain(desk, run, 12)
    with pytest.raises(RunTooOldError, match="leave fewer than 7 days to answer"):
        written(desk, run, tmp_path)
    with pytest.raises(RunTooOldError, match=f"letters cancel {run}"):
        posted(desk, run)
    assert len(posted(desk, run, today() - 6 * DAY, today()).letters) == 1  # but it was posted in time


def test_a_letter_that_a_colleague_marked_as_sent_meanwhile_has_one_attempt(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    written(desk, run, tmp_path)
    by_hand(desk)
    assert len(posted(desk, run).letters) == 2
    assert attempts(desk) == [(1, "letter"), (2, "letter")]


def test_taken_back_that_they_were_sent_they_are_due_again(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    sent_round(desk, tmp_path)
    ((at,),) = desk.system.rows("SELECT at FROM contact_attempts")
    here = {"municipalities": {"0141"}, "team_lead": False, "today": today()}
    act(desk, undo_letters_sent, at, ANNA.id, ANNA, **here)
    assert set(codes(shown(desk)).values()) == {"next-day"}
    assert shown(desk, on_day=today() + DAY).kinds == {"first": 1}


def test_a_cancelled_run_is_released_anew_another_day(desk: Desk) -> None:
    let_go(desk, 1)
    run = released(desk)
    assert [one.code for one in act(desk, cancel_run, run, ANNA)] == ["cancelled"]
    assert act(desk, open_runs) == []
    assert houses(desk, released(desk)) == [1]
    with pytest.raises(LetterRunError, match="nothing is left of letter run"):
        written(desk, run, "unused")  # type: ignore[arg-type]  # it does not come to the folder


def two_tenants(desk: Desk) -> None:
    """Two people of other names at one address, each with a case of their own, both let go."""
    desk.take_in(
        report("j", "2026-10-02", "vitens/J", at=1), report("d", "2026-11-03", "menzis/D", at=1, surname="De Vries")
    )
    named(desk)
    desk.release("7607GC 1 2026-10", name(1))


def test_two_people_at_an_address_get_a_letter_each_on_two_days(desk: Desk, tmp_path: Path) -> None:
    two_tenants(desk)
    october, november = desk.case("7607GC 1 2026-10").id, desk.case(name(1)).id
    found = shown(desk)
    assert [one.case for one in found.going] == [october]
    assert codes(found) == {november: "next-day"}
    first = sent_round(desk, tmp_path)
    assert letters(desk, first)[0].contents["partners"] == ["Vitens"]
    assert set(codes(shown(desk)).values()) == {"next-day"}
    second = sent_round(desk, tmp_path, today() + DAY)
    (letter,) = letters(desk, second)
    assert (letter.case, letter.kind) == (november, "first")
    assert (letter.contents["partners"], letter.contents["block"]["name"]) == (["Menzis"], "A. De Vries")
    assert shown(desk, on_day=today() + 2 * DAY).going == ()


def test_a_letter_by_hand_to_somebody_else_is_not_written_of_as_ones_own(desk: Desk) -> None:
    two_tenants(desk)
    october = desk.case("7607GC 1 2026-10").id
    act(desk, letters_sent, [october], today(), ANNA, municipalities={"0141"}, today=today())
    step = file_of(desk, name(1)).next_step
    assert step is not None
    found = shown(desk, on_day=step.on_day).going
    assert [(one.letter.kind, one.letter.partners) for one in found] == [("first", ("Menzis",))]


def test_two_people_of_one_case_get_a_letter_each_and_then_a_reminder_each(desk: Desk, tmp_path: Path) -> None:
    desk.take_in(
        report("j", "2026-11-02", "vitens/J", at=1), report("d", "2026-11-03", "menzis/D", at=1, surname="De Vries")
    )
    named(desk)
    act(desk, change_route, desk.case(name(1)).id, "letter", "wrote so", ANNA)
    desk.release(name(1))
    day, told = today(), []
    for _ in range(4):
        run = sent_round(desk, tmp_path, day)
        told += [(one.kind, one.contents["partners"]) for one in letters(desk, run)]
        assert set(codes(shown(desk, on_day=day)).values()) <= {"next-day"}
        step = file_of(desk, name(1)).next_step
        assert step is not None
        day = day + DAY if len(told) % 2 else step.on_day
    assert told == [(kind, [who]) for kind in ("first", "reminder") for who in ("Vitens", "Menzis")]


def test_a_signal_that_waits_is_named_in_no_letter(desk: Desk) -> None:
    let_go(desk, 1)
    desk.take_in(report("later", "2026-12-02", "menzis/L", at=1))
    desk.system.rows("UPDATE persons SET date_of_birth = '1980-02-03' RETURNING id")
    assert [one.letter.partners for one in shown(desk).going] == [("Vitens",)]


def test_whom_more_threatens_is_written_to_first(desk: Desk) -> None:
    two_tenants(desk)
    desk.system.rows("UPDATE arrears SET last_crisis = 'end-of-insurance' WHERE reference = 'D' RETURNING id")
    assert shown(desk).going[0].letter.partners == ("Menzis",)


def test_two_cases_of_one_person_are_one_letter(desk: Desk, tmp_path: Path) -> None:
    desk.take_in(report("j", "2026-10-02", "vitens/J", at=1), report("d", "2026-11-03", "menzis/D", at=1))
    named(desk)
    desk.system.rows("UPDATE persons SET date_of_birth = '1980-02-03' RETURNING id")
    desk.release("7607GC 1 2026-10", name(1))
    found = shown(desk)
    assert [one.letter.partners for one in found.going] == [("Menzis", "Vitens")]
    assert codes(found) == {desk.case("7607GC 1 2026-10").id: "same-letter"}
    sent_round(desk, tmp_path)
    assert shown(desk, on_day=today() + DAY).going == ()
    assert attempts(desk) == [(1, "letter")]


def test_who_may_be_two_people_is_told_of_no_partner(desk: Desk) -> None:
    desk.take_in(report("j", "2026-10-02", "vitens/J", at=1), report("d", "2026-11-03", "menzis/D", at=1))
    named(desk)
    desk.release("7607GC 1 2026-10", name(1))
    assert [one.letter.partners for one in shown(desk).going] == [()]


def test_two_who_are_one_by_decision_get_one_letter(desk: Desk) -> None:
    two_tenants(desk)
    desk.system.rows("UPDATE persons SET surname = 'Jansen', date_of_birth = '1980-02-03' RETURNING id")
    desk.system.rows(
        "UPDATE persons SET surname = 'Jansen-Smit', initials = NULL WHERE id = (%s) RETURNING id", _last(desk)
    )
    pair = tuple(one for (one,) in desk.system.rows("SELECT id FROM persons ORDER BY id"))
    assert len(shown(desk, on_day=today()).going) == 1
    act(desk, decide_pair, desk.case(name(1)).id, pair, "same", ANNA)
    assert set(codes(shown(desk)).values()) == {"same-letter"}


def _last(desk: Desk) -> int:
    ((number,),) = desk.system.rows("SELECT max(id) FROM persons")
    return int(number)


def test_nobody_writes_to_the_dead_nor_to_who_may_be_them(desk: Desk) -> None:
    desk.take_in(
        report("old", "2026-05-02", "welbions/O1", at=1), withdraw("d", "2026-05-09", "welbions/O1", "deceased")
    )
    let_go(desk, 1)
    case = desk.case(name(1)).id
    assert codes(shown(desk)) == {case: "died"}
    assert act(desk, release_letter_run, wish(), ANNA)[0] is None
    assert desk.queue("review") == [name(1)]


def test_who_may_have_died_is_looked_at_also_when_somebody_else_lives_there(desk: Desk) -> None:
    old = report("old", "2026-05-02", "welbions/O1", at=1, surname="De Vries")
    desk.take_in(old, withdraw("d", "2026-05-09", "welbions/O1", "deceased", at=1))
    two_tenants(desk)
    october, november = desk.case("7607GC 1 2026-10").id, desk.case(name(1)).id
    assert codes(shown(desk)) == {november: "died"}
    run = released(desk)
    assert [one.case for one in letters(desk, run)] == [october]
    assert desk.queue("review") == [name(1)]


def test_who_may_have_died_is_looked_at_also_when_the_letter_of_their_case_goes_to_another(desk: Desk) -> None:
    old = report("old", "2026-05-02", "welbions/O1", at=1, surname="De Vries")
    desk.take_in(old, withdraw("d", "2026-05-09", "welbions/O1", "deceased", at=1))
    who = (("vitens/J", "Jansen"), ("menzis/D", "De Vries"))
    desk.take_in(*(report(f"x-{name}", "2026-11-02", name, at=1, surname=surname) for name, surname in who))
    named(desk)
    act(desk, change_route, desk.case(name(1)).id, "letter", "wrote so", ANNA)
    desk.release(name(1))
    (letter,) = letters(desk, released(desk))
    assert (letter.contents["block"]["name"], desk.queue("review")) == ("A. Jansen", [name(1)])


def test_whose_death_was_told_meanwhile_is_looked_at_also_when_somebody_else_lives_there(desk: Desk) -> None:
    two_tenants(desk)
    run = released(desk)
    old = report("old", "2026-05-02", "welbions/O1", at=1)
    desk.take_in(old, withdraw("d", "2026-11-05", "welbions/O1", "deceased", at=1))
    desk.system.rows("UPDATE cases SET held = false RETURNING id")  # as when somebody looked at it
    assert [one.code for one in act(desk, to_take_out, run)] == ["died"]


def test_no_letter_goes_where_the_visit_of_another_case_was_let_go(desk: Desk) -> None:
    desk.take_in(*(report(f"v-{who}", "2026-11-02", f"{who}/V", at=1) for who in ("vitens", "menzis")))
    named(desk)
    desk.release(name(1))
    for kind in ("home-visit", "home-visit", "home-visit", "card"):
        attempt = Attempt(kind, today(), "morning", reached=False)
        act(desk, record_attempt, desk.case(name(1)).id, attempt, ANNA, today=today())
    step = file_of(desk, name(1)).next_step
    assert step is not None
    assert (step.kind, shown(desk, on_day=step.on_day).kinds) == ("letter", {"first": 1})
    desk.take_in(*(report(f"w-{who}", "2026-12-02", f"{who}/W", at=1) for who in ("vitens", "menzis")))
    desk.release("7607GC 1 2026-12")
    found = shown(desk, on_day=step.on_day)
    assert (found.going, set(codes(found).values())) == ((), {"visit-waits"})
    desk.system.rows(
        "INSERT INTO unsafe_homes (household_id, by_id, by_name) VALUES (%s, 'x', 'X') RETURNING id",
        desk.case(name(1)).household_id,
    )
    assert len(shown(desk, on_day=step.on_day).going) == 1  # nobody goes there any more


def test_a_letter_that_cannot_be_right_goes_to_review_until_it_is_mended(desk: Desk) -> None:
    let_go(desk, 1, 2)
    case = desk.case(name(1)).id
    desk.system.rows("UPDATE reports SET street = NULL WHERE case_id = %s RETURNING event_id", case)
    desk.take_in(report("other", "2026-11-02", "vitens/O", at=House(9)))
    desk.system.rows(
        "UPDATE reports SET street = 'Anderestraat' WHERE street IS NULL AND case_id <> %s RETURNING 1", case
    )
    run = released(desk)
    assert houses(desk, run) == [2]
    assert act(desk, left_out_of, run) == [(case, "no-street")]
    assert desk.queue("review") == [name(1)]
    assert desk.case(name(1)).letter_fault == "no-street"
    assert file_of(desk, name(1)).history[-1].nl == "Brief kan zo niet weg: er is geen straat bekend"
    act(desk, release_letter_run, wish(), ANNA)
    assert desk.kinds(name(1)).count("letter-fault") == 1  # once, as long as it stays so
    named(desk)
    released(desk)
    assert desk.queue("review") == []


def test_a_street_that_no_partner_wrote_is_that_of_the_postcode(desk: Desk) -> None:
    let_go(desk, 1, 2, 3)
    case = desk.case(name(1)).id
    desk.system.rows("UPDATE reports SET street = NULL, city = NULL WHERE case_id = %s RETURNING event_id", case)
    desk.system.rows(
        "UPDATE reports SET street = 'Voorbeeldstr.' WHERE case_id = %s RETURNING event_id", desk.case(name(2)).id
    )
    assert shown(desk).going[0].letter.block.lines[1:] == ("Voorbeeldstraat 1", "7607 GC  ALMELO")


def test_whoever_seeks_contact_otherwise_needs_no_letter_to_look_at(desk: Desk) -> None:
    let_go(desk, 1)
    desk.system.rows("UPDATE persons SET surname = '🙂', initials = NULL RETURNING id")
    act(desk, release_letter_run, wish(), ANNA)
    assert desk.case(name(1)).letter_fault == "unprintable"
    act(desk, record_attempt, desk.case(name(1)).id, Attempt("call", today(), None, reached=False), ANNA, today=today())
    assert desk.queue("review") == []


def test_returned_mail_goes_to_review_and_ends_the_waiting(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    run = released(desk)
    number = letters(desk, run)[0].id
    with pytest.raises(LetterRunError, match="was not posted"):
        act(desk, record_returned, number, "moved", ANNA, today=today())
    written(desk, run, tmp_path)
    posted(desk, run)
    step = file_of(desk, name(1)).next_step
    assert step is not None
    for already in (False, True):
        done = act(desk, record_returned, number, "moved", ANNA, today=today())
        assert (done.already, done.case) == (already, desk.case(name(1)).id)
    with pytest.raises(LetterRunError, match="returned already: moved"):
        act(desk, record_returned, number, "refused", ANNA, today=today())
    with pytest.raises(LetterRunError, match="there is no letter"):
        act(desk, record_returned, number, "moved", ANNA, today=today(), municipalities={"0164"})
    file = file_of(desk, name(1))
    assert file.history[-1].en == f"Letter {number} came back: moved"
    assert [one.attempt.reached for one in file.attempts] == [False]
    assert (file.next_step, desk.queue("review")) == (None, [name(1)])
    called = Attempt("call", today(), None, reached=False)
    act(desk, record_attempt, desk.case(name(1)).id, called, ANNA, today=today())  # somebody looked at it
    assert desk.queue("review") == []
    found = shown(desk, on_day=step.on_day)
    assert (found.going, set(codes(found).values())) == ((), {"returned"})  # but no letter goes there


def test_a_run_of_another_municipality_is_not_there(desk: Desk) -> None:
    let_go(desk, 1)
    run = released(desk)
    with pytest.raises(LetterRunError, match="there is no letter run"):
        act(desk, run_of, run, {"0164"})


def test_a_signal_that_was_marked_is_named_in_no_letter(desk: Desk) -> None:
    let_go(desk, 1)
    run = released(desk)
    desk.system.rows(
        "UPDATE reports SET withdrawn = 'wrongful', withdrawn_on = now() WHERE event_id = %s RETURNING 1",
        event_number(desk, "n1"),
    )
    assert [one.code for one in act(desk, to_take_out, run)] == ["withdrawn"]


def test_a_letter_by_hand_is_the_one_of_that_day(desk: Desk) -> None:
    let_go(desk, 1)
    letter = Attempt("letter", today(), None, reached=False)
    act(desk, record_attempt, desk.case(name(1)).id, letter, ANNA, today=today())
    desk.take_in(report("more1", "2026-12-03", "vitens/V1", at=1))
    desk.release("7607GC 1 2026-12")
    found = shown(desk)
    assert (found.going, set(codes(found).values())) == ((), {"next-day"})


def test_a_letter_that_would_name_others_by_now_is_taken_out(desk: Desk) -> None:
    let_go(desk, 1)
    run = released(desk)
    with acting(desk) as cursor:  # as when it was decided meanwhile that they are two
        cursor.execute("UPDATE letters SET contents = jsonb_set(contents, '{partners}', '[\"Welbions\", \"Menzis\"]')")
        assert [one.code for one in to_take_out(cursor, run)] == ["changed"]
