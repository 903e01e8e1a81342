"""What is listed on a page of work, in which order, and what lies between two pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from signals.contract.codes import CRISES
from signals.contract.moments import AMSTERDAM
from signals.outreach import queues, worklist
from signals.outreach.clocks import is_working_day
from signals.outreach.teams import COMMON
from signals.outreach.work.attempts import Attempt, promise_step, record_attempt, set_step
from signals.outreach.work.claims import claim
from signals.outreach.work.looks import look
from signals.outreach.work.people import Actor
from signals.outreach.work.steps import NextStep
from signals.outreach.work.teams import assign
from signals.outreach.work_items import Key
from signals.outreach.worklist import WorkFilter, WorkPage, work_page
from signals.policies import shipped
from signals.store.database import transaction
from tests.reference.notation import change, policy, report, withdraw
from tests.reference.policy import toml_text

if TYPE_CHECKING:
    from .desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]

ALMELO, HENGELO = "0141", "0164"
TODAY = date(2026, 11, 25)
SANNE, BRAM = Actor("sanne", "Sanne de Vries"), Actor("bram", "Bram Jansen")
R1, P9, W1 = "welbions/R1", "menzis/P9", "vitens/W1"
OCTOBER, NOVEMBER = "7607GC 12 2026-10", "7607GC 12 2026-11"
TEAM = """
[[team]]
key = "wijkracht"
name = "Wijkracht"
postcodes = ["7607"]
partners = ["menzis"]
"""


def page(desk: Desk, queue: str, after: Key | None = None, size: int = 25, **wanted: Any) -> WorkPage:  # noqa: ANN401 - as WorkFilter has it
    """One page of work, of Almelo and Hengelo unless wanted otherwise."""
    asked: dict[str, Any] = {"municipalities": frozenset({ALMELO, HENGELO}), "today": TODAY, **wanted}
    with transaction(desk.system.engine) as cursor:
        return work_page(cursor, WorkFilter(queue, **asked), after, size)


def listed(desk: Desk, queue: str, **wanted: Any) -> list[str]:  # noqa: ANN401 - as WorkFilter has it
    """The households on the first page: "7607GC 12"."""
    return [f"{item.postcode} {item.number} {item.suffix}".strip() for item in page(desk, queue, **wanted).items]


def all_pages(desk: Desk, queue: str, size: int) -> list[int]:
    """The first cases of all pages of this size, one after the other."""
    found, after = [], None
    for _ in range(100):
        one = page(desk, queue, after, size)
        found += [item.first.id for item in one.items]
        after = one.next
        if after is None:
            return found
    raise AssertionError("the pages do not end")


def by_priority(desk: Desk, queue: str) -> list[int]:
    """The same from the whole queue as the command line has it: the first case of each household."""
    with transaction(desk.system.engine) as cursor:
        cases = queues.queue(cursor, queue)
    first: dict[int, int] = {}
    for case in cases:
        first.setdefault(case.household_id, case.id)
    return list(first.values())


def busy_month(desk: Desk) -> None:
    """Many households that differ in little: crises, scores, days, numbers, suffixes, two open cases, two towns."""
    facts = []
    for n in range(24):
        crisis = (None, None, None, *CRISES)[n % 7]
        amount = ("100.00", "700.00", "1400.00")[n % 3]
        at = f"{1 + n // 3}{('', 'A', 'B')[n % 3]}"
        facts.append(report(f"a{n}", f"2026-11-0{1 + n % 4}", f"welbions/A{n}", amount, at=at, crisis=crisis))
        if n % 4 == 0:
            facts.append(report(f"o{n}", "2026-10-05", f"vitens/O{n}", at=at))
        if n % 5 == 0:
            facts.append(report(f"b{n}", "2026-11-06", f"menzis/B{n}", at=at))
        if n % 6 == 0:
            facts.append(report(f"h{n}", "2026-11-02", f"welbions/H{n}", at=at, municipality=HENGELO))
    desk.take_in(*facts)


@pytest.mark.database
@pytest.mark.parametrize("queue", ["letters", "visits", "review"])
@pytest.mark.parametrize("size", [1, 2, 25])
def test_the_pages_together_are_the_queue_in_order_of_priority(desk: Desk, queue: str, size: int) -> None:
    busy_month(desk)
    expected = by_priority(desk, queue)
    assert len(expected) > 3
    assert all_pages(desk, queue, size) == expected


def under_way(desk: Desk) -> dict[int, date | None]:
    """Five households under way by number, and the day of their next step: two of one day, one without any."""
    facts = [report(f"a{n}", "2026-11-02", f"welbions/A{n}", "700.00", at=n) for n in range(1, 6)]
    desk.take_in(*facts, report("b4", "2026-11-03", "menzis/B4", at=4))
    desk.release(*(f"7607GC {n} 2026-11" for n in range(1, 6)))
    days = {1: date(2026, 11, 27), 2: TODAY, 3: date(2026, 11, 20), 4: TODAY, 5: None}
    with transaction(desk.system.engine) as cursor:
        cursor.execute("UPDATE cases SET follow_up_on = NULL")
        for number, day in days.items():
            if day is not None:
                home = desk.case(f"7607GC {number} 2026-11").household_id
                set_step(cursor, home, NextStep("call", day, None, "promised"))
    return days


@pytest.mark.database
@pytest.mark.parametrize("size", [1, 2, 25])
def test_what_is_followed_up_goes_by_its_day_and_within_a_day_by_priority(desk: Desk, size: int) -> None:
    under_way(desk)
    # What nobody planned, what was left lying, what is for today with the highest score first, and what comes later.
    assert [item.number for item in page(desk, "follow-up").items] == [5, 3, 4, 2, 1]
    names = {case.id: name for name, case in desk.cases().items()}
    assert [names[case].split()[1] for case in all_pages(desk, "follow-up", size)] == ["5", "3", "4", "2", "1"]


@pytest.mark.database
def test_what_was_let_go_comes_up_at_once_and_a_letter_while_sending_it_is_in_time(desk: Desk) -> None:
    desk.take_in(*(report(f"a{n}", "2026-11-02", f"welbions/A{n}", at=n) for n in (1, 2)))
    desk.take_in(report("b", "2026-11-03", "menzis/B", at=2))
    desk.release("7607GC 1 2026-11", "7607GC 2 2026-11")
    today = datetime.now(AMSTERDAM).date()
    days = {item.number: item.first.follow_up_on for item in page(desk, "follow-up").items}
    assert days[2] == today
    assert days[1] is not None
    assert today + timedelta(8) <= days[1] <= today + timedelta(14)
    assert is_working_day(days[1])
    assert [item.number for item in page(desk, "follow-up").items] == [2, 1]


@pytest.mark.database
def test_who_was_reached_without_a_next_step_comes_up_on_that_day(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    case = desk.case(NOVEMBER).id
    with transaction(desk.system.engine) as cursor:
        promise_step(cursor, case, NextStep("call", date(2026, 12, 1), None, "promised"), SANNE, today=TODAY)
    assert page(desk, "follow-up").items[0].first.follow_up_on == date(2026, 12, 1)
    with transaction(desk.system.engine) as cursor:
        record_attempt(cursor, case, Attempt("call", TODAY, "morning", reached=True), SANNE, today=TODAY)
    assert page(desk, "follow-up").items[0].first.follow_up_on == TODAY


@pytest.mark.database
@pytest.mark.parametrize("size", [2, 25])
def test_what_nobody_looked_at_stands_before_all_that_was_whatever_its_score(desk: Desk, size: int) -> None:
    desk.take_in(
        *(report(f"a{n}", "2026-11-02", f"welbions/A{n}", "1400.00", at=n, crisis="eviction") for n in range(1, 6)),
        report("b", "2026-11-04", "vitens/B", "60.00", at=6, crisis="end-of-delivery"),
        *(report("c", "2026-11-02", "menzis/C", at=7), report("d", "2026-11-02", "vitens/D", at=7)),
    )
    desk.take_in(withdraw("e", "2026-11-05", "menzis/C", "deceased"))

    def numbers() -> list[int]:
        names = {case.id: name for name, case in desk.cases().items()}
        return [int(names[case].split()[1]) for case in all_pages(desk, "review", size)]

    assert numbers() == [7, 1, 2, 3, 4, 5, 6]  # a death first
    with transaction(desk.system.engine) as cursor:
        for number in (1, 2, 3, 4, 5, 7):
            look(cursor, desk.case(f"7607GC {number} 2026-11").id, SANNE)
    assert numbers() == [6, 1, 2, 3, 4, 5, 7]
    desk.take_in(change("f", "2026-11-06", "welbions/A3", None, crisis="disconnection"))
    assert numbers()[:2] == [3, 6]  # another threat than the one that was looked at


@pytest.mark.database
def test_what_was_worked_meanwhile_leaves_no_gap_between_pages(desk: Desk) -> None:
    busy_month(desk)
    expected = by_priority(desk, "letters")
    first = page(desk, "letters", size=3)
    names = {case.id: name for name, case in desk.cases().items()}
    desk.release(names[expected[2]])  # the very case after which the next page begins
    assert first.next is not None
    assert [item.first.id for item in page(desk, "letters", first.next, 3).items] == expected[3:6]


@pytest.mark.database
def test_a_household_is_listed_once_with_all_its_open_cases(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-10-02", R1),
        *(report("b", "2026-11-02", P9), report("c", "2026-11-02", W1, crisis="eviction")),
    )
    (item,) = page(desk, "visits").items
    assert [case.period for case in item.cases] == ["2026-11", "2026-10"]
    assert (item.worked_route, item.crisis, item.consecutive, item.held) == ("home-visit", "eviction", True, False)
    assert item.sectors == ("health", "housing", "water")
    assert item.partners == ("menzis", "vitens", "welbions")
    assert item.first.reason("nl") == "Er dreigt een huisuitzetting"
    assert item.first.reason("en") == "Eviction threatens"
    assert item.municipality == ALMELO
    assert listed(desk, "letters") == []
    assert listed(desk, "review") == ["7607GC 12"]


@pytest.mark.database
def test_what_is_held_stands_in_review_only(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-11-02", P9))
    desk.take_in(withdraw("c", "2026-11-05", P9, "deceased"))
    (item,) = page(desk, "review").items
    assert item.held
    assert [listed(desk, queue) for queue in ("letters", "visits", "follow-up")] == [[], [], []]


@pytest.mark.database
def test_what_went_out_is_followed_up_with_its_next_step_or_without(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", P9), report("b", "2026-11-02", W1))
    assert listed(desk, "follow-up") == []
    desk.release(NOVEMBER)
    assert listed(desk, "follow-up") == ["7607GC 12"]
    case = desk.case(NOVEMBER).id
    with transaction(desk.system.engine) as cursor:
        record_attempt(cursor, case, Attempt("home-visit", TODAY, "evening", reached=False), SANNE, today=TODAY)
    (item,) = page(desk, "follow-up").items
    assert item.step is not None
    assert item.step.part != "evening"
    with transaction(desk.system.engine) as cursor:
        record_attempt(cursor, case, Attempt("call", TODAY, "morning", reached=True), SANNE, today=TODAY)
    (item,) = page(desk, "follow-up").items  # until the case is closed
    assert item.step is None


@pytest.mark.database
def test_a_visit_that_was_only_called_in_vain_is_in_no_fewer_queues(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", P9), report("b", "2026-11-02", W1))
    assert listed(desk, "visits") == ["7607GC 12"]
    with transaction(desk.system.engine) as cursor:
        attempt = Attempt("call", TODAY, "morning", reached=False)
        record_attempt(cursor, desk.case(NOVEMBER).id, attempt, SANNE, today=TODAY)
    assert [listed(desk, queue) for queue in ("visits", "follow-up")] == [[], ["7607GC 12"]]


@pytest.mark.database
def test_a_letter_beside_a_visit_under_way_is_followed_up_with_it(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", P9), report("b", "2026-10-02", W1))
    desk.release(OCTOBER)
    with transaction(desk.system.engine) as cursor:
        reached = Attempt("home-visit", TODAY, "evening", reached=True)
        record_attempt(cursor, desk.case(OCTOBER).id, reached, SANNE, today=TODAY)
    desk.take_in(report("c", "2026-11-02", R1))
    (item,) = page(desk, "follow-up").items
    assert [(case.period, case.waiting) for case in item.cases] == [("2026-10", False), ("2026-11", True)]
    assert listed(desk, "letters") == listed(desk, "visits") == []


@pytest.mark.database
def test_filters(desk: Desk) -> None:
    desk.take_in(
        *(report("a", "2026-11-02", R1, at=1), report("b", "2026-11-02", P9, at=2, crisis="eviction")),
        *(report("c", "2026-11-02", W1, at=3), report("d", "2026-10-02", "vitens/W2", at=3)),
        report("e", "2026-11-02", "welbions/R2", at=4, municipality=HENGELO),
    )

    def shown(**wanted: Any) -> list[str]:  # noqa: ANN401 - as WorkFilter has it
        return [name.removeprefix("7607GC ") for name in listed(desk, "letters", **wanted)]

    everything = shown()
    assert sorted(everything) == ["1", "2", "3", "4"]
    assert shown(sector="health") == ["2"]
    assert shown(crises=CRISES) == shown(crises=["eviction"]) == ["2"]
    assert shown(crises=["disconnection"]) == []
    assert shown(consecutive=True) == ["3"]
    assert sorted(shown(consecutive=False)) == sorted(everything)  # of household 3 the first case
    assert shown(route="letter") == everything
    assert shown(route="home-visit") == []
    assert shown(municipalities=frozenset({HENGELO})) == ["4"]
    assert shown(municipalities=frozenset({"9999"})) == []
    assert shown(postcode="76") == shown(postcode="7607GC") == everything
    assert shown(postcode="7608") == []


def asked_for(desk: Desk, queue: str, **wanted: Any) -> tuple[list[str], int]:  # noqa: ANN401 - as WorkFilter has it
    """The households of all pages together, and how many pages that takes."""
    found: list[str] = []
    after = None
    for pages in range(1, 100):
        one = page(desk, queue, after, **wanted)
        found += [f"{item.number}{item.suffix}" for item in one.items]
        after = one.next
        if after is None:
            return found, pages
    raise AssertionError("the pages do not end")


FILTERS: dict[str, dict[str, Any]] = {
    "rare sector": {"sector": "health"},
    "rare crisis": {"crises": ["end-of-delivery"]},
    "nobody": {"sector": "other"},
    "both towns": {"consecutive": True},
    "area": {"postcode": "7607"},
    "another area": {"postcode": "9999"},
    "mine": {"claim": "mine", "user": SANNE.id},
    "team": {"team": "wijkracht"},
    "common": {"team": COMMON},
}


@pytest.mark.database
@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("queue", ["letters", "review"])
def test_a_filter_that_few_pass_finds_the_same_however_few_are_looked_at(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, queue: str
) -> None:
    desk.begin([toml_text(policy()) + TEAM, shipped()["hengelo.toml"]])
    busy_month(desk)
    homes = desk.system.rows("SELECT id FROM households WHERE id % 3 = 0")
    with transaction(desk.system.engine) as cursor:
        for (home,) in homes:
            claim(cursor, home, SANNE)
    whole, pages = asked_for(desk, queue, **FILTERS[name])
    assert pages == 1
    monkeypatch.setattr(worklist, "LOOKED_AT", 2)
    piecemeal, pages = asked_for(desk, queue, **FILTERS[name])
    assert piecemeal == whole
    if name in {"rare sector", "rare crisis", "nobody", "common"}:
        assert pages > 2  # a page looks at two households; those of an area or a person are found all the same
    elif name in {"area", "another area", "mine", "team"}:
        assert pages == 1


@pytest.mark.database
def test_whose_it_is(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, at=1), report("b", "2026-11-02", P9, at=2))
    items = {item.number: item for item in page(desk, "letters").items}
    with transaction(desk.system.engine) as cursor:
        claim(cursor, items[1].household, SANNE)
    assert listed(desk, "letters", claim="mine", user=SANNE.id) == ["7607GC 1"]
    assert listed(desk, "letters", claim="mine", user=BRAM.id) == []
    assert listed(desk, "letters", claim="unclaimed", user=SANNE.id) == ["7607GC 2"]
    claims = {item.number: item.claim for item in page(desk, "letters").items}
    assert claims[2] is None
    assert claims[1] is not None
    assert claims[1].by == SANNE


@pytest.mark.database
def test_the_queue_of_a_team_is_by_area_and_partner_unless_a_person_assigned(desk: Desk) -> None:
    desk.begin([toml_text(policy()) + TEAM])
    desk.take_in(
        *(report("a", "2026-11-02", R1, at=1), report("b", "2026-11-02", P9, at=2)),
        report("c", "2026-11-02", "menzis/P8", at=3),
    )
    found = page(desk, "letters")
    assert found.teams == {"wijkracht": "Wijkracht"}
    assert {item.number: item.team for item in found.items} == {1: None, 2: "wijkracht", 3: "wijkracht"}
    assert sorted(listed(desk, "letters", team="wijkracht")) == ["7607GC 2", "7607GC 3"]
    assert listed(desk, "letters", team=COMMON) == ["7607GC 1"]
    households = {item.number: item.household for item in found.items}
    with transaction(desk.system.engine) as cursor:
        assign(cursor, households[1], "wijkracht", SANNE, "known there")
        assign(cursor, households[2], None, SANNE, "too far away")
    assert sorted(listed(desk, "letters", team="wijkracht")) == ["7607GC 1", "7607GC 3"]
    assert listed(desk, "letters", team=COMMON) == ["7607GC 2"]
    assert listed(desk, "letters", team="no-such-team") == []
    with transaction(desk.system.engine) as cursor:
        claim(cursor, households[1], SANNE)
    mine = {"claim": "mine", "user": SANNE.id}
    assert listed(desk, "letters", team=COMMON, **mine) == ["7607GC 1"]  # what I hold, whatever the team
    assert listed(desk, "letters", team=frozenset[str](), **mine) == ["7607GC 1"]
    assert sorted(listed(desk, "letters", team=frozenset({"wijkracht"}))) == ["7607GC 1", "7607GC 3"]  # of its members
    assert listed(desk, "letters", team=frozenset[str]()) == ["7607GC 2"]  # of who is in no team
    desk.load_policy(toml_text(policy(valid_from="2026-01-01")))  # from now on there is no such team
    everyone = ["7607GC 1", "7607GC 2", "7607GC 3"]
    assert {item.team for item in page(desk, "letters").items} == {None}
    assert sorted(listed(desk, "letters", team=COMMON)) == everyone
    assert sorted(listed(desk, "letters", team=frozenset({"wijkracht"}))) == everyone


@pytest.mark.database
def test_the_household_of_a_case(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    case = desk.case(NOVEMBER)
    with transaction(desk.system.engine) as cursor:
        assert worklist.household_of(cursor, case.id) == (case.household_id, ALMELO)
        assert worklist.household_of(cursor, case.id + 1) is None


def test_a_key_in_a_link_comes_back_as_it_was() -> None:
    key = Key(ALMELO, 303, date(2026, 11, 2), 4711)
    assert key.text == "0141.303.2026-11-02.4711"
    assert Key.parse(key.text) == key


@pytest.mark.parametrize(
    "text",
    [
        *("", "0141", "0141.303.2026-11-02", "0141.x.2026-11-02.1", "0141.303.2026-02-31.1", "0141.3.2026-11-02.01"),
        *("0141.3.2026-11-02.99999999999", "0141.3.2026-11-02.-1.5", "0141.-3.2026-11-02.1", "0141.3.2026-11-02.1.2"),
        "0141.3.2026-11-02.-1",
    ],
)
def test_no_other_text_is_a_key(text: str) -> None:
    assert Key.parse(text) is None
