"""Visits that are announced: whose letter goes with which run, what it says, and what follows once it is posted."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pdfplumber
import pytest

from signals.outreach.letters.announcements import PlannedVisit, announced_stops, answer_before, last_posting_of
from signals.outreach.letters.letter import Announced
from signals.outreach.letters.mail import record_returned
from signals.outreach.letters.runs import to_take_out
from signals.outreach.visits.unsafe import flag_unsafe
from signals.outreach.work.attempts import Attempt, attempts_of, plan, promise_step, record_attempt
from signals.outreach.work.decisions import close
from signals.outreach.work.sent import undo_letters_sent
from signals.outreach.work.steps import NextStep
from signals.outreach.work.teams import policy_today
from tests.outreach.visits.town import visiting
from tests.outreach.work.people import ANNA, act, file_of, today
from tests.reference.notation import report

from .rounds import (
    attempts,
    codes,
    houses,
    lain,
    letters,
    name,
    named,
    posted,
    released,
    sent_round,
    shown,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from signals.outreach.visits.lists import VisitList
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
DAY = timedelta(days=1)
SOON = today() + 5 * DAY
"""The day of the visits."""


def announced(desk: Desk, *numbers: int, on_day: date = SOON) -> VisitList:
    """A list of these houses is let go, whose visits are announced."""
    found = visiting(desk, *numbers, on_day=on_day, part="evening", begins=time(18), minutes=150, announced=True)
    named(desk)
    return found


def stops(desk: Desk, found: VisitList) -> dict[int, date | None]:
    """By house number when the letter of its stop was posted."""
    on = act(desk, announced_stops, found.id)
    return {stop.number: on[stop.id] for stop in found.stops}


def home(desk: Desk, number: int) -> int:
    return desk.case(name(number)).household_id


def step_of(desk: Desk, number: int) -> NextStep | None:
    return file_of(desk, name(number)).next_step


def called(desk: Desk, *, reached: bool) -> None:
    call = Attempt("call", today(), None, reached=reached)
    act(desk, record_attempt, desk.case(name(2)).id, call, ANNA, today=today())


@pytest.mark.parametrize(
    ("begins", "minutes", "said"),
    [
        (time(18), 150, (time(18), time(20, 30))),
        (time(13, 40), 100, (time(13, 30), time(15, 30))),
        (time(18, 20), 180, (time(18), time(21, 30))),  # they are on their way until 21.20
        (time(18), 360, (None, None)),  # past midnight nobody comes
    ],
)
def test_the_letter_says_when_the_pair_goes_round_in_half_hours(
    begins: time, minutes: int, said: tuple[time | None, time | None]
) -> None:
    visit = PlannedVisit(1, 1, 1, SOON, "evening", begins, minutes, None)
    assert visit.announced == Announced(SOON, "evening", *said)


@pytest.mark.parametrize(
    ("visit", "posted_on", "by"),
    [
        (date(2026, 12, 3), date(2026, 11, 26), date(2026, 12, 2)),
        (date(2026, 12, 7), date(2026, 11, 26), date(2026, 12, 4)),  # a Monday: by the Friday before
        (date(2026, 12, 7), date(2026, 12, 4), date(2026, 12, 6)),  # that is the day on which it is posted
        (date(2026, 12, 5), date(2026, 12, 4), date(2026, 12, 4)),
    ],
)
def test_who_wants_no_visit_says_so_before_it(visit: date, posted_on: date, by: date) -> None:
    assert answer_before(visit, posted_on) == by


def test_a_visit_is_announced_and_stands_as_the_next_step(desk: Desk, tmp_path: Path) -> None:
    found = announced(desk, 2, 4)
    preview = shown(desk)
    assert (preview.kinds, codes(preview)) == ({"announced-visit": 2}, {})
    assert [one.place.number for one in shown(desk, [desk.case(name(4)).id]).going] == [4]
    assert [one.letter.visit for one in preview.going] == [Announced(SOON, "evening", time(18), time(20, 30))] * 2
    assert [one.letter.answer_by < SOON for one in preview.going] == [True, True]
    run = released(desk)
    assert set(codes(shown(desk)).values()) == set()  # it is made once
    assert set(codes(shown(desk, [desk.case(name(4)).id])).values()) == {"in-run"}
    manifest = written(desk, run, tmp_path).manifest
    assert [line.kind for line in manifest.letters] == ["announced-visit"] * 2
    with pdfplumber.open(tmp_path / "run.pdf") as merged:
        assert "tussen 18.00 en 20.30 uur" in " ".join(merged.pages[0].extract_text().split())
    assert stops(desk, found) == {2: None, 4: None}
    posted(desk, run)
    assert stops(desk, found) == {2: today(), 4: today()}
    assert sorted(attempts(desk)) == [(2, "letter"), (4, "letter")]
    assert step_of(desk, 2) == NextStep("home-visit", SOON, "evening", "announced")
    assert desk.kinds(name(2))[-2:] == ["attempt", "visit-announced"]
    assert shown(desk, on_day=today() + DAY).going == ()
    assert desk.system.rows("SELECT DISTINCT follow_up_on FROM cases") == [(SOON,)]


def test_a_call_keeps_the_announced_visit_and_the_visit_itself_ends_it(desk: Desk, tmp_path: Path) -> None:
    announced(desk, 2)
    sent_round(desk, tmp_path)
    called(desk, reached=False)
    announced_step = NextStep("home-visit", SOON, "evening", "announced")
    assert step_of(desk, 2) == announced_step
    homes = {home(desk, 2): "0141"}
    act(desk, plan, homes, SOON, keep_promise=True)
    assert step_of(desk, 2) == announced_step  # on its day too
    visit = Attempt("home-visit", today(), "morning", reached=False)
    act(desk, record_attempt, desk.case(name(2)).id, visit, ANNA, today=today())
    step = step_of(desk, 2)
    assert step is not None
    assert (step.kind, step.part, step.why) == ("home-visit", "evening", "not-at-home")


def test_the_announcement_of_a_further_visit_takes_no_visit_away(desk: Desk, tmp_path: Path) -> None:
    announced(desk, 2)
    visit = Attempt("home-visit", today(), "morning", reached=False)
    act(desk, record_attempt, desk.case(name(2)).id, visit, ANNA, today=today())
    sent_round(desk, tmp_path)
    act(desk, plan, {home(desk, 2): "0141"}, today(), keep_promise=False)
    step = step_of(desk, 2)
    assert step is not None
    assert (step.kind, step.why) == ("home-visit", "not-at-home")


def test_when_the_visits_are_used_up_the_letter_says_that_one_wrote_before(desk: Desk, tmp_path: Path) -> None:
    announced(desk, 2)
    sent_round(desk, tmp_path)
    for kind in ("home-visit", "home-visit", "home-visit", "card"):
        attempt = Attempt(kind, today(), "morning", reached=False)
        act(desk, record_attempt, desk.case(name(2)).id, attempt, ANNA, today=today())
    desk.system.rows("UPDATE visit_stops SET state = 'visited' RETURNING id")
    day, kinds = today(), []
    for _ in range(2):
        step = step_of(desk, 2)
        assert step is not None
        day = step.on_day
        kinds += [one.kind for one in letters(desk, sent_round(desk, tmp_path, day))]
    assert kinds == ["reminder", "final"]


@pytest.mark.parametrize(
    ("answer_by", "last"),
    [(date(2026, 12, 4), date(2026, 12, 2)), (date(2026, 12, 6), date(2026, 12, 4))],  # a Friday; the day before it
)
def test_a_letter_is_posted_in_time_for_the_answer_that_it_asks(desk: Desk, answer_by: date, last: date) -> None:
    policy = act(desk, policy_today, "0141")
    assert last_posting_of(date(2026, 12, 7), answer_by, policy) == last


def test_too_late_is_told_in_the_preview_and_takes_it_out_of_a_run(desk: Desk, tmp_path: Path) -> None:
    announced(desk, 2)
    case = desk.case(name(2)).id
    assert codes(shown(desk, on_day=SOON - 3 * DAY)) == {}
    assert codes(shown(desk, on_day=SOON - 2 * DAY)) == {case: "too-late-to-announce"}
    assert codes(shown(desk, on_day=SOON)) == {}  # nobody has to hear any more
    run = released(desk)
    answer_by = "UPDATE letters SET contents = jsonb_set(contents, '{answer_by}', to_jsonb(%s::date)) RETURNING id"
    for days, gone in ((1, ["too-late-to-announce"]), (2, [])):  # it is read two days after it is posted
        desk.system.rows(answer_by, today() + days * DAY)
        assert [one.code for one in act(desk, to_take_out, run)] == gone
    written(desk, run, tmp_path)
    assert [one.code for one in posted(desk, run, SOON - 2 * DAY).taken_out] == ["too-late-to-announce"]
    assert desk.kinds(name(2))[-1] == "letter-taken-out"


def dropped(desk: Desk) -> None:
    desk.system.rows("UPDATE visit_stops SET state = 'left-out', code = 'opted-out' WHERE place = 1 RETURNING id")


def ended(desk: Desk) -> None:
    desk.system.rows("UPDATE visit_lists SET state = 'done', ended_at = now() RETURNING id")


def unsafe(desk: Desk) -> None:
    act(desk, flag_unsafe, home(desk, 2), ANNA)


def another_day(desk: Desk) -> None:
    desk.system.rows("UPDATE visit_lists SET on_day = on_day + 1 RETURNING id")


def closed(desk: Desk) -> None:
    act(desk, close, [desk.case(name(2)).id], "self-reliant", ANNA)


def spoken(desk: Desk) -> None:
    called(desk, reached=True)


def something_else(desk: Desk) -> None:
    act(
        desk,
        promise_step,
        desk.case(name(2)).id,
        NextStep("call", today() + DAY, None, "promised"),
        ANNA,
        today=today(),
    )


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (dropped, "visit-off"),
        (ended, "visit-off"),
        (unsafe, "visit-off"),
        (another_day, "changed"),
        (closed, "closed"),
        (spoken, "answered"),
        (something_else, "step-promised"),
    ],
)
def test_what_is_not_visited_so_is_not_announced(desk: Desk, happens: Callable[[Desk], None], code: str) -> None:
    announced(desk, 2)
    run = released(desk)
    assert act(desk, to_take_out, run) == []
    happens(desk)
    assert [one.code for one in act(desk, to_take_out, run)] == [code]


def test_who_agreed_on_that_very_visit_gets_its_letter_and_keeps_the_agreement(desk: Desk, tmp_path: Path) -> None:
    announced(desk, 2)
    promised = NextStep("home-visit", SOON, "evening", "promised")
    called(desk, reached=True)
    act(desk, promise_step, desk.case(name(2)).id, promised, ANNA, today=today())
    assert houses(desk, sent_round(desk, tmp_path), "posted") == [2]
    assert step_of(desk, 2) == promised


def test_a_household_gets_one_letter_to_one_person_about_that_persons_signals(desk: Desk, tmp_path: Path) -> None:
    desk.take_in(report("d", "2026-10-03", "vitens/D", at=2, surname="De Vries"))
    named(desk)
    desk.release("7607GC 2 2026-10")
    announced(desk, 2)
    found = shown(desk)
    (going,) = found.going
    assert (going.letter.block.name, going.to.partners) == ("A. Jansen", ("menzis", "welbions"))
    october = desk.case("7607GC 2 2026-10").id
    assert codes(found) == {october: "visit-waits"}
    sent_round(desk, tmp_path)
    visit = Attempt("home-visit", today(), "morning", reached=False)
    act(desk, record_attempt, desk.case(name(2)).id, visit, ANNA, today=today())
    assert shown(desk, on_day=today() + DAY).going == ()  # the visits go on
    closed(desk)
    (other,) = shown(desk, on_day=today() + DAY).going
    assert (other.case, other.letter.kind, other.letter.block.name) == (october, "first", "A. De Vries")


def test_a_letter_that_came_back_or_was_not_sent_announced_nothing(desk: Desk, tmp_path: Path) -> None:
    found = announced(desk, 2, 4)
    run = sent_round(desk, tmp_path)
    by_house = {one.number: one.id for one in letters(desk, run)}
    act(desk, record_returned, by_house[2], "unknown", ANNA, today=today())
    (made,) = act(desk, attempts_of, home(desk, 4))
    sent = {"municipalities": {"0141"}, "team_lead": False, "today": today()}
    act(desk, undo_letters_sent, made.at, ANNA.id, ANNA, **sent)  # but where a letter came back
    assert stops(desk, found) == {2: None, 4: None}
    assert desk.queue("review") == [name(2)]
    step = step_of(desk, 4)
    assert step is None or step.why != "announced"
    later = shown(desk, on_day=today() + DAY)
    assert [one.place.number for one in later.going] == [4]
    assert codes(later) == {}  # that a letter came back, a person looks at


def test_posted_late_it_stands_as_it_was_made_meanwhile(desk: Desk, tmp_path: Path) -> None:
    announced(desk, 2, 4)
    run = released(desk)
    written(desk, run, tmp_path)
    lain(desk, run, 2)
    called(desk, reached=True)
    done = posted(desk, run, today() - DAY, today())
    assert (len(done.letters), done.taken_out) == (2, ())
    assert (step_of(desk, 2), step_of(desk, 4)) == (None, NextStep("home-visit", SOON, "evening", "announced"))
