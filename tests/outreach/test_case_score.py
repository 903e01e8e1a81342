"""What a case's page says of its score is true: what is told to change it does so, when it really happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.case_page import case_page
from signals.outreach.case_score import CaseScore, case_scores
from signals.outreach.learning import activation, registry
from signals.outreach.learning.activation import Act
from signals.outreach.policy import parse_policy
from signals.outreach.queues import policy_book
from signals.policies import shipped
from signals.scoring import would_change
from signals.store.database import transaction
from tests.outreach.learning.models import registered, reviewed
from tests.reference.notation import change, report, withdraw

if TYPE_CHECKING:
    from tests.reference.wire import Fact

    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

ALMELO = shipped()["almelo.toml"]


def facts(door: int, *, crisis: str | None = None) -> list[Fact]:
    """The same household at each door: rent that rose, and health insurance."""
    return [
        report(f"{door}a", "2026-11-02", f"welbions/R{door}", "1300.00", at=door, arisen="2026-09-01", crisis=crisis),
        report(f"{door}b", "2026-11-05", f"menzis/P{door}", "320.00", at=door, arisen="2026-10-01"),
        change(f"{door}c", "2026-11-06", f"welbions/R{door}", "1450.00"),
    ]


def begin(desk: Desk, by: str) -> int | None:
    """A municipality that goes by this, and the number of its model."""
    desk.begin([ALMELO.replace('by = "framework"', f'by = "{by}"')])
    if by == "framework":
        return None
    with transaction(desk.system.engine) as cursor:
        model = registry.model(cursor, reviewed(cursor, registered(cursor, 2)))
        assert model is not None
        activation.activate(cursor, model, parse_policy(ALMELO, "almelo"), Act("cli:anna"))
        return model.id


def told(desk: Desk, door: int) -> tuple[int, CaseScore]:
    """The score of the case at this door, and what is said of it."""
    case = desk.case(f"7607GC {door} 2026-11")
    with transaction(desk.system.engine) as cursor:
        return case.score, case_scores(cursor, case.household_id, [case.id], policy_book(cursor))[case.id]


# What may happen at the door of this number, and the beginning of its sentence.
HAPPENS = {
    2: (withdraw("x2", "2026-11-20", "menzis/P2", "paid"), "Als de achterstand bij de zorgverzekering wordt betaald"),
    3: (withdraw("x3", "2026-11-20", "welbions/R3", "paid"), "Als de huurachterstand wordt betaald"),
    4: (change("x4", "2026-11-20", "welbions/R4", "2100.00"), "Als de huurachterstand met een maand van € 650 stijgt"),
    5: (change("x5", "2026-11-20", "welbions/R5", crisis="eviction"), "Als er een huisuitzetting gaat dreigen"),
    6: (change("x6", "2026-11-20", "menzis/P6", crisis="end-of-insurance"), "Als de zorgverzekering dreigt te stoppen"),
    7: (
        report("x7", "2026-11-05", "vitens/W7", "100.00", at=7, arisen="2026-10-06"),
        "Als ook het waterbedrijf een achterstand van € 100 meldt",
    ),
}


@pytest.mark.parametrize("by", ["framework", "model", "blend"])
def test_what_is_told_to_change_the_score_does_when_it_happens(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setattr(would_change, "MOST", 100)
    number = begin(desk, by)
    desk.take_in(*(fact for door in range(1, 8) for fact in facts(door)))
    now, found = told(desk, 1)
    said = {one.nl.replace("\N{NO-BREAK SPACE}", " "): one.score for one in found.would_change}
    desk.take_in(*(event for event, _ in HAPPENS.values()))
    for door, (_, words) in HAPPENS.items():
        expected = next((score for text, score in said.items() if text.startswith(words)), now)
        assert told(desk, door)[0] == expected, words
    assert len({told(desk, door)[0] for door in HAPPENS} - {now}) > 2
    if number is None:
        assert found.model is None
    else:
        assert found.model is not None
        assert (found.model.number, found.model.percent) == (number, 50 if by == "blend" else 100)
        assert 0 <= found.model.chance <= 100


def test_a_threat_that_is_there_can_be_over_and_what_is_all_can_be_paid(desk: Desk) -> None:
    begin(desk, "framework")
    desk.take_in(*facts(1, crisis="eviction"), report("z", "2026-11-02", "vitens/W2", "90.00", at=2))
    now, found = told(desk, 1)
    over = next(one for one in found.would_change if one.nl.startswith("Als de dreiging voorbij is"))
    assert (over.score, over.difference) == (now - 40, -40)
    assert over.en.startswith("If the threat is over: ")
    alone = told(desk, 2)[1].would_change
    assert [one.nl for one in alone if one.closes] == [
        "Als de waterachterstand wordt betaald: er is geen achterstand meer open en de zaak sluit"
    ]
    assert 0 < len(alone) <= would_change.MOST
    sizes = [abs(one.difference) for one in alone]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 not in sizes


def test_the_document_of_a_case_says_by_what_it_is_scored(desk: Desk) -> None:
    number = begin(desk, "blend")
    desk.take_in(*facts(1), report("z", "2026-11-02", "vitens/W2", "90.00", at=2))
    desk.take_in(withdraw("y", "2026-11-03", "vitens/W2", "paid"))
    cases = desk.cases()
    with transaction(desk.system.engine) as cursor:
        page = case_page(cursor, cases["7607GC 1 2026-11"].id)
        closed = case_page(cursor, cases["7607GC 2 2026-11"].id)
    assert page is not None
    assert closed is not None
    assert page["score_by"]["model"] == number
    assert page["score_by"]["percent"] == 50
    assert sum(one["points"] for one in page["explanation"]) == page["score"]
    assert {"nl", "en", "score", "difference", "closes"} == set(page["would_change"][0])
    assert (closed["score_by"], closed["would_change"]) == ("framework", [])
