"""Does each field of a queue's filter narrow the list as the core says, and does each row say what the core knows?

The forms are filled in as a person does; what must be listed then is asked of `outreach.worklist`, whose own tests hold
what each wish means. The office stands on one evening, on which clocks ended, end today, soon, and later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from signals.contract.codes import CRISES
from signals.outreach.work.claims import claim, hand_over
from signals.outreach.work.people import Actor
from signals.outreach.worklist import QUEUES, WorkFilter, work_page
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.texts import day
from signals.web.words import word
from tests.web.client import text_of
from tests.web.conftest import EVENING
from tests.web.office import ALMELO, HENGELO, person

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from signals.outreach.work_items import WorkItem
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

TODAY: Final = EVENING.date()
BOTH: Final = frozenset({ALMELO, HENGELO})
SANNE: Final = person(Role.SPECIALIST, 1, BOTH)
TOM: Final = person(Role.SPECIALIST, 2, BOTH)
ADDRESS: Final = "utrecht-heading-3"


@pytest.fixture(scope="module")
def desk(two_towns: RunningOffice) -> RunningOffice:
    """Cases of many ages, some held by Sanne, one of which came from Tom."""
    with transaction(two_towns.engine) as cursor:
        cursor.execute(
            "UPDATE cases SET received_on = %s::date - (id %% 40)::int WHERE state = 'open'",
            (TODAY - timedelta(days=2),),
        )
        cursor.execute(
            """SELECT DISTINCT household_id FROM cases WHERE waiting AND NOT held AND route = 'letter'
            AND NOT EXISTS (SELECT FROM claims WHERE claims.household_id = cases.household_id) ORDER BY 1 LIMIT 4"""
        )
        first, *others = [household for (household,) in cursor]
        claim(cursor, first, Actor(TOM.id, TOM.name))
        hand_over(
            cursor, first, Actor(SANNE.id, SANNE.name), None, Actor(TOM.id, TOM.name), "Vakantie.", held_by=TOM.id
        )
        for household in others:
            claim(cursor, household, Actor(SANNE.id, SANNE.name))
    return two_towns


def items_of(office: RunningOffice, queue: str, **wanted: Any) -> tuple[WorkItem, ...]:  # noqa: ANN401 - of a filter
    """What the core lists for Sanne."""
    asked = {"municipalities": BOTH, "today": TODAY, "user": SANNE.id, **wanted}
    with transaction(office.engine) as cursor:
        return work_page(cursor, WorkFilter(queue, **asked)).items


def opened(sheet: Sheet) -> list[str]:
    """The cases to which the rows lead."""
    return [one.get("href", "").rpartition("/")[2] for one in sheet.all("a", data_open="")]


def numbers(items: tuple[WorkItem, ...]) -> list[str]:
    return [str(item.first.id) for item in items]


def days(count: int) -> dict[str, Any]:
    return {"due_before": TODAY + timedelta(days=count)}


CHOICES: Final[list[tuple[str, dict[str, Any], dict[str, Any]]]] = [
    ("review", {"route": "letter"}, {"route": "letter"}),
    ("review", {"route": "home-visit"}, {"route": "home-visit"}),
    ("letters", {"sector": "health"}, {"sector": "health"}),
    ("letters", {"sector": "energy"}, {"sector": "energy"}),
    ("letters", {"crisis": "any"}, {"crises": CRISES}),
    ("review", {"crisis": "eviction"}, {"crises": ("eviction",)}),
    ("letters", {"consecutive": "yes"}, {"consecutive": True}),
    ("letters", {"consecutive": "no"}, {"consecutive": False}),
    ("letters", {"due": "late"}, days(-1)),
    ("letters", {"due": "today"}, days(0)),
    ("letters", {"due": "soon"}, days(7)),
    ("letters", {"due": "today", "clock": "first-conversation"}, {**days(0), "clock": "first-conversation"}),
    ("letters", {"municipality": HENGELO}, {"municipalities": {HENGELO}}),
    ("letters", {"claim": "mine"}, {"claim": "mine"}),
    ("letters", {"claim": "given"}, {"claim": "given"}),
    ("letters", {"claim": "unclaimed"}, {"claim": "unclaimed"}),
]


@pytest.mark.parametrize(("queue", "chosen", "wanted"), CHOICES, ids=[f"{one[0]} {one[1]}" for one in CHOICES])
def test_a_choice_in_the_form_narrows_the_list(
    desk: RunningOffice, queue: str, chosen: dict[str, Any], wanted: dict[str, Any]
) -> None:
    expected = numbers(items_of(desk, queue, **wanted))
    client = desk.signed_in(SANNE)
    before = client.get(f"/werkvoorraad/{queue}")
    assert opened(before) == numbers(items_of(desk, queue))
    after = client.send(before.form(f"/werkvoorraad/{queue}"), "Toon", **chosen)
    assert opened(after) == expected
    assert expected
    assert expected != opened(before), "it chooses all, so that nothing would be seen of a field that does nothing"
    assert expected != numbers(items_of(desk, queue, **{**wanted, "clock": None})) or "clock" not in chosen
    assert dict(after.form(f"/werkvoorraad/{queue}").fields).items() >= chosen.items()


def test_the_days_of_a_deadline_are_three_different_ones(desk: RunningOffice) -> None:
    found = [set(numbers(items_of(desk, "letters", **days(count), claim="unclaimed"))) for count in (-1, 0, 7)]
    assert len({frozenset(one) for one in found}) == 3


def test_an_area_is_chosen_where_a_round_is_planned(desk: RunningOffice) -> None:
    everyone = items_of(desk, "visits")
    area = everyone[0].postcode[:4]
    expected = numbers(items_of(desk, "visits", postcode=area))
    assert 0 < len(expected) < len(everyone)
    client = desk.signed_in(SANNE)
    after = client.send(client.get("/werkvoorraad/visits").form("/werkvoorraad/visits"), "Toon", postcode=area)
    assert opened(after) == expected


@pytest.mark.parametrize("queue", QUEUES)
def test_an_area_is_for_planning_a_round_only(desk: RunningOffice, queue: str) -> None:
    client = desk.signed_in(SANNE)
    sheet = client.get(f"/werkvoorraad/{queue}")
    planned = queue in {"visits", "follow-up"}
    assert ("postcode" in dict(sheet.form(f"/werkvoorraad/{queue}").fields)) is planned
    asked = client.get(f"/werkvoorraad/{queue}?postcode=9999")
    assert opened(asked) == ([] if planned else opened(sheet))
    assert ("1 gekozen" in asked.words) is planned


# What each row says, beside what the core knows of the household.


def row_of(sheet: Sheet, case: int) -> Element:
    (found,) = [
        one for one in sheet.all("li", data_row="") if any(link.get("id") == f"zaak-{case}" for link in one.iter("a"))
    ]
    return found


def parts(row: Element, name: str) -> list[str]:
    return [text_of(one) for one in row.iter() if name in one.get("class", "").split()]


def all_rows(office: RunningOffice) -> list[tuple[WorkItem, Element]]:
    """Every household of the first pages, and its row."""
    client, found = office.signed_in(SANNE), []
    for queue in ("visits", "letters", "review"):
        sheet = client.get(f"/werkvoorraad/{queue}")
        items = items_of(office, queue)
        assert opened(sheet) == numbers(items)
        found += [(item, row_of(sheet, item.first.id)) for item in items]
    assert len(found) > 30
    return found


def test_the_reason_stands_beside_each_household(desk: RunningOffice) -> None:
    for item, row in all_rows(desk):
        (why,) = parts(row, "signals-work__why")
        told = f"Score {item.first.score}: {item.first.reasons('nl')}."
        assert item.first.reason("nl") in told
        sectors = ", ".join(word("sector", sector, "nl").lower() for sector in item.sectors)
        more = f" {len(item.cases)} open zaken, die u samen oppakt." if len(item.cases) > 1 else ""
        assert why == f"{told} Het gaat om {sectors}.{more}"


def test_the_badges_of_a_household_are_those_that_hold(desk: RunningOffice) -> None:
    seen: set[str] = set()
    for item, row in all_rows(desk):
        (flags,) = [one for one in row.iter("p") if "signals-work__flags" in one.get("class", "").split()]
        badges = {text_of(one) for one in flags.iter("span")}
        expected = {
            word("flag", "multiple", "nl"): item.first.multiple,
            word("flag", "consecutive", "nl"): item.consecutive,
            **{word("crisis", crisis, "nl"): item.crisis == crisis for crisis in CRISES},
        }
        assert {name for name in expected if name in badges} == {name for name, holds in expected.items() if holds}
        seen |= badges
    assert {"Meervoudig", word("flag", "consecutive", "nl")} <= seen


def test_a_household_says_what_is_due_and_since_when_it_is_late(desk: RunningOffice) -> None:
    seen: dict[str, int] = {}
    for item, row in all_rows(desk):
        assert item.due
        left = (item.due.due - TODAY).days
        kind = "late" if left < 0 else "today" if left == 0 else "later"
        seen[kind] = seen.get(kind, 0) + 1
        (when,) = parts(row, "signals-work__when")
        assert (
            when
            == {
                "late": f"{item.due.nl}: te laat sinds {day(item.due.due)}",
                "today": f"{item.due.nl}: vandaag",
                "later": f"{item.due.nl}: uiterlijk {day(item.due.due)}",
            }[kind]
        )
        badge = {"late": ["danger"], "today": ["warning"], "later": []}[kind]
        (line,) = [one for one in row.iter("p") if "signals-work__when" in one.get("class", "").split()]
        assert [one.get("class", "").rpartition("--")[2] for one in line.iter("span")] == badge
    assert seen.keys() == {"late", "today", "later"}
