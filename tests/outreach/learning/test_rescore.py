"""After an activation every case has the score of what is in use: also what nobody touches, and what is under way."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.learning import activation, registry, rescore
from signals.outreach.learning.activation import Act
from signals.outreach.learning.rescore import Rescored
from signals.outreach.policy import parse_policy
from signals.policies import shipped
from signals.store.database import transaction
from tests.reference.notation import change, report, withdraw

from .models import registered, reviewed

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

ANNA = Act("cli:anna")
FRAMEWORK = shipped()["almelo.toml"]
MODEL = FRAMEWORK.replace('by = "framework"', 'by = "model"')
FACTS = (
    report("a", "2026-11-02", "welbions/R1", "2400.00", at=1, arisen="2026-08-01"),
    report("b", "2026-11-03", "menzis/R2", "320.00", at=1, arisen="2026-09-20"),
    report("c", "2026-11-04", "welbions/R3", "800.00", at=2, arisen="2026-09-01", crisis="eviction"),
    report("d", "2026-11-05", "vitens/R4", "90.00", at=3, arisen="2026-07-01"),
    withdraw("e", "2026-11-06", "vitens/R4", "paid"),
    report("f", "2026-10-05", "welbions/R5", "700.00", at=4, arisen="2026-08-01"),
    report("g", "2026-11-05", "welbions/R5", "900.00", at=4, arisen="2026-08-01"),
)


def begin(desk: Desk, almelo: str = MODEL, *more: str) -> None:
    desk.begin([almelo, *more, shipped()["hengelo.toml"].replace('by = "framework"', 'by = "model"')])


def activate(desk: Desk, seed: int = 1, *, shadow: bool = False) -> int:
    with transaction(desk.system.engine) as cursor:
        number = reviewed(cursor, registered(cursor, seed))
        model = registry.model(cursor, number)
        assert model is not None
        if shadow:
            assert activation.put_on_trial(cursor, model, ANNA)
        else:
            assert activation.activate(cursor, model, parse_policy(FRAMEWORK, "almelo"), ANNA)
    return number


def again(desk: Desk, municipality: str = "0141") -> Rescored:
    return rescore.rescore(desk.system.engine, municipality, lambda _: None)


def rows(desk: Desk) -> list[tuple[Any, ...]]:
    """All that a score is, by case."""
    return desk.system.rows(
        """SELECT municipality, household_id, period, score, scored_by, shadow_by, shadow_score, explanation
        FROM cases WHERE state <> 'removed' ORDER BY household_id, period"""
    )


def left(desk: Desk) -> int:
    with transaction(desk.system.engine) as cursor:
        return rescore.waiting(cursor, "0141")


def test_what_waits_is_scored_as_if_the_model_had_been_there_from_the_start(desk: Desk) -> None:
    begin(desk)
    desk.take_in(*FACTS)
    by_framework = rows(desk)
    number = activate(desk)
    desk.forget_outbox()
    assert left(desk) == 3  # at the third door nothing is owed any more
    done = again(desk)
    assert (done.households, left(desk)) == (3, 0)
    scored = rows(desk)
    assert [row[4] for row in scored] == [number, number, None, number, number]
    assert all(sum(one["points"] for one in row[7]) == row[3] for row in scored)
    changed = sum(old[3] != new[3] for old, new in zip(by_framework, scored, strict=True))
    assert changed == done.changed > 0
    assert len({told["caseId"] for told in desk.told("outreach.cases")}) == len(desk.outbox()) == changed
    assert again(desk) == Rescored(0, 0)
    with transaction(desk.system.engine) as cursor:
        assert activation.roll_back(cursor, "0141", "escalation", parse_policy(FRAMEWORK, "x"), ANNA) is None
    assert again(desk).households == 3
    assert rows(desk) == by_framework

    begin(desk)
    number = activate(desk)
    desk.take_in(*FACTS)
    assert left(desk) == 0
    assert [(*row[2:4], row[4] is not None, row[7]) for row in rows(desk)] == [
        (*row[2:4], row[4] is not None, row[7]) for row in scored
    ]


def test_who_is_stopped_in_the_middle_goes_on_where_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescore, "HOUSEHOLDS", 1)
    begin(desk)
    desk.take_in(*FACTS)
    activate(desk)

    def killed(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rescore.rescore(desk.system.engine, "0141", killed)
    assert left(desk) == 1
    assert again(desk).households == 1
    assert left(desk) == 0


def test_a_model_on_trial_scores_beside_and_orders_nothing(desk: Desk) -> None:
    begin(desk)
    desk.take_in(*FACTS)
    before, queue = rows(desk), desk.queue("letters")
    desk.forget_outbox()
    number = activate(desk, shadow=True)
    assert again(desk) == Rescored(3, 0)
    after = rows(desk)
    assert [row[:5] for row in after] == [row[:5] for row in before]
    assert [row[5] for row in after] == [number, number, None, number, number]
    assert all((row[6] is None) == (row[5] is None) for row in after)
    assert desk.queue("letters") == queue
    assert not desk.outbox()
    with transaction(desk.system.engine) as cursor:
        activation.end_trial(cursor, "0141", ANNA)
    again(desk)
    assert rows(desk) == before


def test_where_the_policy_says_framework_a_model_orders_nothing(desk: Desk) -> None:
    begin(desk, FRAMEWORK)
    desk.take_in(*FACTS)
    before = rows(desk)
    activate(desk)
    assert again(desk) == Rescored(0, 0)
    assert rows(desk) == before


def test_only_periods_from_the_day_of_the_policy_on_go_by_the_model(desk: Desk) -> None:
    later = MODEL.replace("valid_from = 2020-01-01", "valid_from = 2026-11-01")
    begin(desk, FRAMEWORK, later)
    desk.take_in(*FACTS)
    number = activate(desk)
    again(desk)
    assert {(row[2], row[4]) for row in rows(desk)} == {("2026-10", None), ("2026-11", number), ("2026-11", None)}


def test_another_share_of_a_blend_is_another_score(desk: Desk) -> None:
    half = FRAMEWORK.replace('by = "framework"', 'by = "blend"')
    begin(desk, half)
    desk.take_in(*FACTS)
    activate(desk)
    again(desk)
    before = rows(desk)
    desk.load_policy(half.replace("model_percent = 50", "model_percent = 90").replace("2020-01-01", "2026-11-01"))
    assert left(desk) == 3
    assert again(desk).changed > 0
    assert left(desk) == 0
    assert [row for row in rows(desk) if row[2] == "2026-10"] == [row for row in before if row[2] == "2026-10"]


def test_a_model_scores_no_cases_of_another_municipality(desk: Desk) -> None:
    begin(desk)
    desk.take_in(*FACTS, report("h", "2026-11-02", "welbions/R9", "2400.00", at=9, municipality="0164"))
    activate(desk)
    again(desk)
    again(desk, "0164")
    assert {(row[0], row[4]) for row in rows(desk) if row[0] == "0164"} == {("0164", None)}


def test_a_batch_that_is_under_way_leaves_no_old_score_behind(desk: Desk) -> None:
    """It judges by what it read; the activation waits for it, and what it wrote is scored anew."""
    begin(desk)
    desk.take_in(*FACTS)
    engine = desk.system.engine
    numbers: list[int] = []
    batch = desk.records(
        change("i", "2026-11-09", "welbions/R1", "2900.00"),
        report("j", "2026-11-09", "welbions/R6", "700.00", at=5, arisen="2026-08-01"),
    )
    taking_in = Thread(target=lambda: desk.intake.store(batch))
    acting = Thread(target=lambda: numbers.append(activate(desk)))
    with transaction(engine) as cursor:
        cursor.execute("SELECT id FROM households FOR UPDATE")
        taking_in.start()
        _until(desk, "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('tuple', 'transactionid')")
        acting.start()
        _until(desk, "SELECT 1 FROM pg_locks WHERE relation = 'revisions'::regclass AND NOT granted")
    for one in (taking_in, acting):
        one.join(timeout=60)
        assert not one.is_alive()
    again(desk)
    assert left(desk) == 0
    (number,) = numbers
    scored = desk.system.rows("SELECT scored_by FROM cases WHERE arrears_count > 0")
    assert scored == [(number,)] * 5
    desk.take_in(report("k", "2026-11-10", "welbions/R7", "700.00", at=6, arisen="2026-08-01"))
    assert desk.system.rows("SELECT scored_by FROM cases ORDER BY id DESC LIMIT 1") == [(number,)]


def _until(desk: Desk, asked: str) -> None:
    """Until somebody waits."""
    for _ in range(10_000):
        if desk.system.rows(asked):
            return
    raise AssertionError("nobody waits")
