"""Letters that were let go: which are not sent yet, and what follows once they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.outreach.work.attempts import (
    Attempt,
    attempts_of,
    next_steps_of,
    promise_step,
    record_attempt,
    undo_attempt,
)
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import change_route, close
from signals.outreach.work.dismissals import mark_not_picked_up
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.sent import (
    Release,
    Sending,
    SentToday,
    letters_of_release,
    letters_sent,
    moment_of,
    sent_today,
    undo_letters_sent,
    unsent_releases,
)
from signals.outreach.work.steps import NextStep
from tests.reference.notation import report, withdraw

from .people import ANNA, BRAM, R1, act, event_number, file_of, today

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
ALMELO = frozenset({"0141"})


def name(number: int) -> str:
    return f"7607GC {number} 2026-11"


@pytest.fixture
def run(desk: Desk) -> Release:
    """The letters of three households, let go together."""
    desk.take_in(*(report(f"n{at}", f"2026-11-{at:02}", f"vitens/N{at}", at=at) for at in (1, 2, 3)))
    desk.release(*(name(at) for at in (1, 2, 3)))
    (found,) = act(desk, unsent_releases, ALMELO)
    return found  # type: ignore[no-any-return]  # as `act` gives anything


def numbers(desk: Desk, run: Release) -> list[int]:
    return [one.case for one in act(desk, letters_of_release, ALMELO, run.at) if one.hindrance is None]


def send(desk: Desk, cases: list[int], on_day: date | None = None, here: frozenset[str] = ALMELO) -> Sending:
    return act(desk, letters_sent, cases, on_day or today(), ANNA, municipalities=here, today=today())  # type: ignore[no-any-return]  # as above


def left(found: Sending) -> dict[int, str]:
    """Why the letters of these house numbers were left out."""
    return {one.place.number: one.reason for one in found.left if one.place is not None}


def the_clock(desk: Desk, number: int) -> date | None:
    """The day on which the first contact attempt was made."""
    (clock,) = (one for one in file_of(desk, name(number)).case.clocks if one.name == "contact-attempt")
    return clock.done_on


def test_a_release_is_no_attempt_and_stands_in_a_list_until_it_is_sent(desk: Desk, run: Release) -> None:
    assert (run.by_name, run.letters) == ("specialist", 3)
    assert moment_of(run.number) == run.at
    assert the_clock(desk, 1) is None
    sent = send(desk, numbers(desk, run))
    assert sent.left == ()
    assert len(sent.households) == 3
    assert act(desk, unsent_releases, ALMELO) == []
    assert {one.hindrance for one in act(desk, letters_of_release, ALMELO, run.at)} == {"sent"}
    assert the_clock(desk, 1) == today()


def test_it_is_as_if_each_letter_were_written_down_by_hand(desk: Desk, run: Release) -> None:
    one, two, _ = numbers(desk, run)
    act(desk, record_attempt, one, Attempt("letter", today(), None, reached=False), ANNA, today=today())
    assert len(send(desk, [two]).households) == 1
    by_hand, by_run = file_of(desk, name(1)), file_of(desk, name(2))
    assert by_hand.next_step == by_run.next_step
    assert by_run.next_step is not None
    assert (by_run.next_step.kind, by_run.next_step.why) == ("administrative", "no-answer")
    assert [made.attempt for made in by_hand.attempts] == [made.attempt for made in by_run.attempts]
    assert by_hand.history[-1].nl == by_run.history[-1].nl
    days = desk.system.rows("SELECT follow_up_on FROM cases WHERE id = ANY(%s)", [one, two])
    assert days[0] == days[1]
    logged = desk.system.rows("SELECT actor, subject FROM audit WHERE action = 'attempt'")
    assert logged == [("anna-1", f"case {two}")]  # the page itself logs the one by hand
    uses = desk.system.rows("SELECT household_id FROM processing_log WHERE activity = 'attempt'")
    assert uses == [(desk.case(name(2)).household_id,)]
    (run_of_two,) = act(desk, unsent_releases, ALMELO)
    assert run_of_two.letters == 1  # also a letter by hand is that letter


def test_an_agreement_with_the_resident_stays(desk: Desk, run: Release) -> None:
    promised = NextStep("call", today() + timedelta(days=3), None, "promised")
    act(desk, promise_step, desk.case(name(1)).id, promised, ANNA, today=today())
    send(desk, numbers(desk, run))
    assert file_of(desk, name(1)).next_step == promised


def another_route(desk: Desk) -> None:
    act(desk, change_route, desk.case(name(1)).id, "home-visit", "Belde zelf.", BRAM)


def a_death(desk: Desk) -> None:
    desk.take_in(report("y", "2026-10-01", R1, at=1), withdraw("z", "2026-11-21", R1, "deceased"))


def closed(desk: Desk) -> None:
    act(desk, close, [desk.case(name(1)).id], "no-contact", BRAM)


def more_arrears(desk: Desk) -> None:
    desk.take_in(report("z", "2026-11-21", R1, at=1))


def paid(desk: Desk) -> None:
    desk.take_in(withdraw("paid", "2026-11-21", "vitens/N1", "paid"))
    closed(desk)


def sent_by_hand(desk: Desk) -> None:
    letter = Attempt("letter", today(), None, reached=False)
    act(desk, record_attempt, desk.case(name(1)).id, letter, BRAM, today=today())


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (another_route, "changed"),
        (a_death, "held"),
        (closed, "closed"),
        (more_arrears, "changed"),
        (paid, "closed"),
        (sent_by_hand, "sent"),
    ],
)
def test_what_changed_meanwhile_is_left_out_and_named(
    desk: Desk, run: Release, meanwhile: Callable[[Desk], None], reason: str
) -> None:
    cases = numbers(desk, run)
    meanwhile(desk)
    before = desk.system.rows("SELECT count(*) FROM contact_attempts")
    found = send(desk, cases)
    assert left(found) == {1: reason}
    assert len(found.households) == 2
    assert desk.system.rows("SELECT count(*) FROM contact_attempts") == [(before[0][0] + 2,)]
    assert desk.case(name(2)).household_id in found.households
    listed = {one.number: one.hindrance for one in act(desk, letters_of_release, ALMELO, run.at)}
    assert listed == {1: reason, 2: "sent", 3: "sent"}  # whatever it is, its letter is to be taken out of the pile


def test_a_letter_to_who_died_is_named_also_when_its_case_closed_by_that(desk: Desk, run: Release) -> None:
    act(desk, mark_not_picked_up, event_number(desk, "n1"), "deceased", "Buurvrouw vertelde het.", BRAM)
    listed = {one.number: one.hindrance for one in act(desk, letters_of_release, ALMELO, run.at)}
    assert listed == {1: "closed", 2: None, 3: None}
    send(desk, numbers(desk, run))
    act(desk, close, [desk.case(name(2)).id], "no-contact", BRAM)
    listed = {one.number: one.hindrance for one in act(desk, letters_of_release, ALMELO, run.at)}
    assert listed == {1: "closed", 2: "sent", 3: "sent"}  # what was sent before it was closed is in no pile
    (still,) = act(desk, unsent_releases, ALMELO)
    assert (still.letters, still.stopped) == (0, 1)  # nothing is left to send, and one letter is to be found


def test_twice_is_once(desk: Desk, run: Release) -> None:
    cases = numbers(desk, run)
    send(desk, cases)
    again = send(desk, cases)
    assert again.households == ()
    assert left(again) == {1: "sent", 2: "sent", 3: "sent"}
    assert desk.system.rows("SELECT count(*) FROM contact_attempts") == [(3,)]


def test_a_letter_of_another_release_is_to_be_sent_anew(desk: Desk, run: Release) -> None:
    send(desk, numbers(desk, run))
    desk.take_in(report("z", "2026-12-01", "vitens/N9", at=1))
    desk.release("7607GC 1 2026-12")
    (second,) = act(desk, unsent_releases, ALMELO)
    assert second.letters == 1
    assert send(desk, numbers(desk, second)).left == ()


def test_another_municipality_is_not_there(desk: Desk, run: Release) -> None:
    hengelo, cases = frozenset({"0164"}), numbers(desk, run)
    assert act(desk, unsent_releases, hengelo) == []
    assert act(desk, letters_of_release, hengelo, run.at) == []
    found = send(desk, cases, here=hengelo)
    assert [(one.place, one.reason) for one in found.left] == [(None, "gone")] * 3
    assert desk.system.rows("SELECT count(*) FROM contact_attempts") == [(0,)]


@pytest.mark.parametrize(("days", "fault"), [(1, "future"), (-1, "before they were released")])
def test_the_day_is_between_the_release_and_today(desk: Desk, run: Release, days: int, fault: str) -> None:
    with pytest.raises(NotPossibleError, match=fault):
        send(desk, numbers(desk, run), today() + timedelta(days=days))
    assert desk.system.rows("SELECT count(*) FROM contact_attempts") == [(0,)]


def the_act(desk: Desk, by: str | None = None) -> SentToday:
    (found,) = act(desk, sent_today, ALMELO, today(), by)
    return found  # type: ignore[no-any-return]  # as above


def undo(desk: Desk, who: Any = ANNA, *, team_lead: bool = False) -> Sending:  # noqa: ANN401 - an actor
    one, now = the_act(desk), today()
    return act(  # type: ignore[no-any-return]  # as above
        desk, undo_letters_sent, one.at, one.by_id, who, municipalities=ALMELO, team_lead=team_lead, today=now
    )


def come_up_on(desk: Desk) -> list[tuple[date]]:
    return desk.system.rows("SELECT follow_up_on FROM cases ORDER BY id")


def test_it_is_taken_back_as_a_whole(desk: Desk, run: Release) -> None:
    days = come_up_on(desk)
    send(desk, numbers(desk, run))
    assert come_up_on(desk) > days
    assert (the_act(desk, ANNA.id).letters, the_act(desk).by_name) == (3, ANNA.name)
    assert act(desk, sent_today, ALMELO, today(), BRAM.id) == []
    with pytest.raises(NotPossibleError, match="team lead"):
        undo(desk, BRAM)
    undone = undo(desk)
    assert (len(undone.households), undone.left) == (3, ())
    assert the_clock(desk, 1) is None
    assert act(desk, unsent_releases, ALMELO) == [run]
    assert act(desk, sent_today, ALMELO, today(), None) == []
    assert file_of(desk, name(1)).next_step is None  # as before: no letter went out that nobody answered
    assert come_up_on(desk) == days
    assert desk.kinds(name(1))[-1] == "attempt-undone"
    assert file_of(desk, name(1)).attempts[0].undone_by == ANNA.name
    assert len(desk.system.rows("SELECT subject FROM audit WHERE action = 'undo-attempt'")) == 3


def test_what_something_followed_on_stays_and_is_named(desk: Desk, run: Release) -> None:
    send(desk, numbers(desk, run))
    act(desk, claim, desk.case(name(3)).household_id, BRAM)  # that is nothing
    call = Attempt("call", today(), None, reached=True)
    act(desk, record_attempt, desk.case(name(1)).id, call, BRAM, today=today())
    act(desk, close, [desk.case(name(2)).id], "no-contact", BRAM)
    undone = undo(desk, BRAM, team_lead=True)
    assert undone.households == (desk.case(name(3)).household_id,)
    assert left(undone) == {1: "followed", 2: "followed"}
    assert next_steps_of_all(desk) == []
    assert [one.undone_at for one in act(desk, attempts_of, desk.case(name(1)).household_id)] == [None, None]


def test_a_letter_by_hand_that_took_up_what_waits_is_struck_out_at_its_case(desk: Desk, run: Release) -> None:
    desk.take_in(report("w", "2026-10-02", "vitens/W1", at=1))
    sent_by_hand(desk)
    assert len(numbers(desk, run)) == 2
    (made,) = act(desk, attempts_of, desk.case(name(1)).household_id)
    assert act(desk, sent_today, ALMELO, today(), None) == []  # no act on many letters
    undone = act(desk, undo_letters_sent, made.at, BRAM.id, BRAM, municipalities=ALMELO, team_lead=False, today=today())
    assert left(undone) == {1: "followed"}
    act(desk, undo_attempt, made.id, BRAM, team_lead=False, today=today())
    assert desk.case("7607GC 1 2026-10").waiting


def next_steps_of_all(desk: Desk) -> list[int]:
    return list(act(desk, next_steps_of, [case.household_id for case in desk.cases().values()]))


def test_many_letters_ask_no_more_of_the_database(desk: Desk) -> None:
    asked = []
    for count in (2, 12):
        desk.begin()
        many = range(1, count + 1)
        desk.take_in(*(report(f"n{at}", "2026-11-01", f"vitens/N{at}", at=at) for at in many))
        desk.release(*(name(at) for at in many))
        (run,) = act(desk, unsent_releases, ALMELO)
        cases = numbers(desk, run)
        asked.append(_statements(lambda cases=cases: send(desk, cases)))  # type: ignore[misc]  # bound at once
    assert asked[0] == asked[1] < 25


def _statements(do: Callable[[], object]) -> int:
    """How many statements it took, by the count of the connection's own cursor."""
    count, plain = 0, psycopg.Cursor.execute

    def counting(self: Any, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as psycopg has it
        nonlocal count
        count += 1
        return plain(self, *arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counting)
        do()
    return count
