"""A person activates a model, tries one and goes back: only what was looked at, and only its own municipality's."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import psycopg
import pytest

from signals.errors import SignalsError
from signals.outreach.configuration import current_revision
from signals.outreach.learning import activation, registry
from signals.outreach.learning.activation import Act, NotActivatedError, NothingBeforeError
from signals.outreach.policy import parse_policy
from signals.policies import shipped
from signals.store.database import transaction

from .models import registered, reviewed

if TYPE_CHECKING:
    from signals.outreach.learning.registry import Standing
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

ANNA = Act("cli:anna", "better than the points")
POLICY = parse_policy(shipped()["almelo.toml"], "almelo")


def activated(cursor: Cursor, number: int, policy: Policy = POLICY) -> bool:
    found = registry.model(cursor, number)
    assert found is not None
    return activation.activate(cursor, found, policy, ANNA)


def on_trial(cursor: Cursor, number: int) -> bool:
    found = registry.model(cursor, number)
    assert found is not None
    return activation.put_on_trial(cursor, found, ANNA)


def standing(desk: Desk) -> Standing:
    with transaction(desk.system.engine) as cursor:
        return registry.standing(cursor, "0141")


def refused(desk: Desk, number: int, policy: Policy = POLICY) -> str:
    with pytest.raises(NotActivatedError) as told, transaction(desk.system.engine) as cursor:
        activated(cursor, number, policy)
    assert standing(desk) == registry.Standing()
    return str(told.value)


def test_nobody_activates_what_nobody_looked_at(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number, other = registered(cursor, 1), reviewed(cursor, registered(cursor, 2))
    words = refused(desk, number)
    assert "never evaluated" in words
    assert "how it treats groups" in words
    assert f"evaluate --model {number}" in words
    with transaction(desk.system.engine) as cursor:  # the report of another one is none
        registry.add_review(cursor, number, "evaluation", {}, by="x")
        assert registry.last_review(cursor, other, "fairness")
    assert "never evaluated" not in refused(desk, number)


def test_a_model_that_is_off_for_a_group_is_refused_by_its_name_and_figures(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number = reviewed(cursor, registered(cursor, 1), observed=0.5)
    words = refused(desk, number)
    assert "25-34 (age_band), 400 cases: it expects 30.0% to escalate, and 50.0% did" in words
    assert "18-24" not in words
    assert "difference of 5 points" in words


def test_the_margin_is_that_of_the_policy_in_force_and_not_of_the_report(desk: Desk) -> None:
    strict = parse_policy(shipped()["almelo.toml"].replace("fairness_margin = 5", "fairness_margin = 2"), "almelo")
    with transaction(desk.system.engine) as cursor:
        number = reviewed(cursor, registered(cursor, 1), observed=0.45, margin=0.2)
    assert "difference of 2 points" in refused(desk, number, strict)
    with transaction(desk.system.engine) as cursor:
        wide = parse_policy(shipped()["almelo.toml"].replace("fairness_margin = 5", "fairness_margin = 20"), "almelo")
        assert activated(cursor, number, wide)


def test_what_was_found_of_a_group_is_not_undone_by_a_report_that_does_not_look_at_it(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number = reviewed(cursor, reviewed(cursor, registered(cursor, 1), observed=0.5, kind="origin"))
    assert "25-34 (origin)" in refused(desk, number)
    with transaction(desk.system.engine) as cursor:  # nor by one over a few cases
        reviewed(cursor, number, kind="origin", every=30)
    assert "25-34 (origin)" in refused(desk, number)
    with transaction(desk.system.engine) as cursor:
        assert activated(cursor, reviewed(cursor, number, kind="origin"))


def test_a_report_that_says_little_is_made_again_first(desk: Desk) -> None:
    strict = parse_policy(shipped()["almelo.toml"].replace("fairness_margin = 5", "fairness_margin = 4"), "almelo")
    with transaction(desk.system.engine) as cursor:
        wide, few, old = (registered(cursor, seed) for seed in (1, 2, 3))
        reviewed(cursor, wide)
        reviewed(cursor, few, every=30)
        reviewed(cursor, old)
        cursor.execute("SET LOCAL session_replication_role = replica")  # reviews are never changed
        cursor.execute("UPDATE score_reviews SET at = at - interval '184 days' WHERE model_id = %s", (old,))
    assert "by a margin of 5 points, and the policy allows 4" in refused(desk, wide, strict)
    assert "no group in its report on groups was large enough to judge" in refused(desk, few)
    assert "more than 183 days ago" in refused(desk, old)


def test_a_report_that_this_version_cannot_read_is_none(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number = registered(cursor, 1)
        registry.add_review(cursor, number, "evaluation", {}, by="x")
        registry.add_review(cursor, number, "fairness", {"stops": False}, by="x")
    assert "not of this version" in refused(desk, number)


def test_the_last_word_on_groups_counts(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number = reviewed(cursor, reviewed(cursor, registered(cursor, 1)), observed=0.5)
    assert "25-34" in refused(desk, number)


def test_one_goes_back_to_what_was_active_before_and_on_backwards(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        first, second = (reviewed(cursor, registered(cursor, seed)) for seed in (1, 2))
        assert activated(cursor, first)
        assert activated(cursor, second)
        assert not activated(cursor, second)
        back = [activation.roll_back(cursor, "0141", "escalation", POLICY, ANNA) for _ in range(2)]
        assert back == [first, None]
        with pytest.raises(NothingBeforeError, match="the decision framework orders the work"):
            activation.roll_back(cursor, "0141", "escalation", POLICY, ANNA)
        assert activated(cursor, first)
        assert activated(cursor, second)
        assert activation.to_framework(cursor, "0141", "escalation", ANNA) == second
        with pytest.raises(NothingBeforeError):
            activation.roll_back(cursor, "0141", "escalation", POLICY, ANNA)
        acts = registry.activations(cursor, "0141")
    assert [one.how for one in acts] == ["activate"] * 2 + ["rollback"] * 2 + ["activate"] * 2 + ["end"]
    assert {(one.by_name, one.reason) for one in acts} == {("cli:anna", "better than the points")}
    audited = desk.system.rows(
        "SELECT action, subject, municipality FROM audit WHERE action LIKE 'score-%' ORDER BY id"
    )
    assert audited[-3:] == [
        ("score-activate", f"model {first}", "0141"),
        ("score-activate", f"model {second}", "0141"),
        ("score-to-framework", "framework", "0141"),
    ]


def test_one_does_not_go_back_to_what_was_found_off_since(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        first, second = (reviewed(cursor, registered(cursor, seed)) for seed in (1, 2))
        activated(cursor, first)
        activated(cursor, second)
        reviewed(cursor, first, observed=0.5)
    with pytest.raises(NotActivatedError, match="25-34"), transaction(desk.system.engine) as cursor:
        activation.roll_back(cursor, "0141", "escalation", POLICY, ANNA)
    with transaction(desk.system.engine) as cursor:
        assert activation.to_framework(cursor, "0141", "escalation", ANNA) == second
    assert standing(desk) == registry.Standing()


def test_a_trial_needs_no_report_and_ends_when_its_model_is_activated(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number = registered(cursor, 1)
        assert on_trial(cursor, number)
        assert not on_trial(cursor, number)
        assert registry.standing(cursor, "0141") == registry.Standing(None, number)
        assert activated(cursor, reviewed(cursor, number))
        assert registry.standing(cursor, "0141") == registry.Standing(number, None)
        with pytest.raises(NotActivatedError, match="nothing to try"):
            on_trial(cursor, number)
        other = registered(cursor, 2)
        on_trial(cursor, other)
        assert activation.end_trial(cursor, "0141", ANNA) == other
        with pytest.raises(NothingBeforeError, match="no model is on trial"):
            activation.end_trial(cursor, "0141", ANNA)


def test_the_database_refuses_a_model_of_another_municipality_or_target(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        hengelo = registered(cursor, 1, municipality="0164")
        reach = registered(cursor, 2, target="reached")
    for number in (hengelo, reach):
        with pytest.raises(psycopg.errors.ForeignKeyViolation), transaction(desk.system.engine) as cursor:
            cursor.execute(
                """INSERT INTO score_activations (municipality, target, role, how, model_id, by_name)
                VALUES ('0141', 'escalation', 'active', 'activate', %s, 'x')""",
                (number,),
            )


def test_a_model_that_only_advises_when_to_come_by_needs_no_groups_and_is_never_on_trial(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number = registered(cursor, 1, target="reached")
        registry.add_review(cursor, number, "evaluation", {}, by="x")
        assert activated(cursor, number)
        assert registry.standing(cursor, "0141", "reached").active == number
        assert registry.standing(cursor, "0141").active is None
        with pytest.raises(NotActivatedError, match="only a model that scores cases"):
            on_trial(cursor, number)


def test_an_activation_waits_for_the_batches_that_judge_by_what_was(desk: Desk) -> None:
    """A batch that read the configuration before must have written before anything is scored anew."""
    engine = desk.system.engine
    with transaction(engine) as cursor:
        number = reviewed(cursor, registered(cursor, 1))
    acting = Thread(target=lambda: _activate_alone(desk, number))
    with transaction(engine) as batch:
        before = current_revision(batch)
        acting.start()
        _await_a_waiting_lock(desk)
        assert current_revision(batch) == before
    acting.join(timeout=60)
    assert not acting.is_alive()
    assert standing(desk) == registry.Standing(number)
    with transaction(engine) as cursor:
        assert current_revision(cursor) > before


def _activate_alone(desk: Desk, number: int) -> None:
    with transaction(desk.system.engine) as cursor:
        activated(cursor, number)


def _await_a_waiting_lock(desk: Desk) -> None:
    """Until somebody waits to have `revisions` alone."""
    asked = "SELECT 1 FROM pg_locks WHERE relation = 'revisions'::regclass AND NOT granted"
    for _ in range(10_000):
        if desk.system.rows(asked):
            return
    raise AssertionError("nobody waits")


def test_an_activation_that_waits_too_long_says_so_and_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activation, "PATIENCE", "50ms")
    engine = desk.system.engine
    with transaction(engine) as cursor:
        number = reviewed(cursor, registered(cursor, 1))
    with transaction(engine) as batch:
        current_revision(batch)
        with pytest.raises(SignalsError, match="try again in a minute"):
            _activate_alone(desk, number)
    assert standing(desk) == registry.Standing()
