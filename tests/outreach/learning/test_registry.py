"""The registry of models: what is written once stays, and what is read back is what was approved."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import psycopg
import pytest

from signals.outreach.learning import in_use, registry
from signals.outreach.learning.advice import advised_times
from signals.outreach.learning.papers import card_facts
from signals.outreach.learning.registry import Activation, Standing, standing_after
from signals.outreach.queues import policy_book
from signals.policies import shipped
from signals.scoring.model import ModelError, digest
from signals.store.database import transaction
from tests.reference.notation import report

from .models import made_up, registered

if TYPE_CHECKING:
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def test_the_same_model_of_a_municipality_is_there_once(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        first = registered(cursor, 1)
        assert registered(cursor, 1) == first
        elsewhere, another = registered(cursor, 1, municipality="0164"), registered(cursor, 2)
        assert len({first, elsewhere, another}) == 3
        assert [one.id for one in registry.models(cursor, "0141", "escalation")] == [first, another]
        found = registry.model(cursor, first)
        assert found is not None
        assert (found.digest, found.trained_by) == (digest(made_up(1)), "cli:anna")
        assert registry.model(cursor, another + 100) is None
    audited = desk.system.rows("SELECT actor, subject, municipality FROM audit WHERE action = 'score-train'")
    assert audited == [
        ("cli:anna", f"model {first}", "0141"),
        ("cli:anna", f"model {elsewhere}", "0164"),
        ("cli:anna", f"model {another}", "0141"),
    ]


_ACTIVATED = """INSERT INTO score_activations (municipality, target, role, how, model_id, by_name)
    SELECT municipality, target, 'active', 'activate', id, 'x' FROM score_models WHERE id = ANY(%s)"""
_OF_ANOTHER_VERSION = """INSERT INTO score_models (municipality, target, kind, body, digest, seed, window_from,
        window_to, examples, positives, metrics, trained_by)
    SELECT municipality, target, kind, %s, %s, seed, window_from, window_to, examples, positives, metrics, trained_by
    FROM score_models WHERE id = %s RETURNING id"""


def _changed_in_the_table(cursor: Cursor, number: int, body: str) -> None:
    """As only the owner of the tables could, with the triggers off."""
    cursor.execute("ALTER TABLE score_models DISABLE TRIGGER USER")
    cursor.execute("UPDATE score_models SET body = %s WHERE id = %s", (body, number))


def test_a_model_whose_parameters_were_changed_is_refused(desk_database: str) -> None:
    with psycopg.connect(desk_database) as connection:
        cursor = connection.cursor()
        number = registered(cursor, 1)
        assert registry.read_model(cursor, number).id == number
        _changed_in_the_table(cursor, number, made_up(2))
        with pytest.raises(ModelError, match="not those that were registered"):
            registry.read_model(cursor, number)
        cursor.execute(_ACTIVATED, ([number],))
        assert in_use.models_in_use(cursor) == {}
        connection.rollback()


def _renamed(body: str, name: str) -> str:
    document = msgspec.json.decode(body)
    document["features"][0]["name"] = name
    return msgspec.json.encode(document, order="sorted").decode()


def test_a_model_that_knows_what_is_not_listed_is_refused(desk: Desk) -> None:
    strange = _renamed(made_up(1), "postcode")
    with transaction(desk.system.engine) as cursor:
        with pytest.raises(ModelError, match="postcode"):
            registered(cursor, body=strange)
        with pytest.raises(ModelError, match=r"usual.water"):
            registered(cursor, body=made_up(1).replace('"water":', '"water_":'))
        with pytest.raises(ModelError, match="amount"):  # what advises when to try has a list of its own
            registered(cursor, body=made_up(1), target="reached")
        assert not registry.models(cursor)
        assert registered(cursor, target="reached")


def test_where_the_active_model_cannot_be_used_signals_come_in_and_the_framework_orders(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as after a new version that knows other features; the log says so, and other models stay in use."""
    desk.begin([text.replace('by = "framework"', 'by = "model"') for text in shipped().values()])
    strange = _renamed(made_up(1), "of-another-version")
    with transaction(desk.system.engine) as cursor:
        sound = registered(cursor, 1, municipality="0164")
        cursor.execute(_OF_ANOTHER_VERSION, (strange, digest(strange), registered(cursor, 1)))
        unusable = cursor.fetchall()[0][0]
        cursor.execute(_OF_ANOTHER_VERSION, (made_up(3), digest(made_up(3)), registered(cursor, target="reached")))
        cursor.execute(_ACTIVATED, ([sound, unusable, cursor.fetchall()[0][0]],))
    desk.take_in(
        *(report(town, "2026-11-02", f"welbions/{town}", at=1, municipality=town) for town in ("0141", "0164"))
    )
    assert desk.system.rows("SELECT municipality, scored_by FROM cases ORDER BY 1") == [("0141", None), ("0164", sound)]
    assert desk.system.rows("SELECT count(*) FROM quarantine") == [(0,)]
    (told,) = [one for one in caplog.records if one.name == in_use.__name__]
    assert told.levelname == "ERROR"
    assert f"model {unusable} (active) of 0141 is left out of use" in told.getMessage()
    with transaction(desk.system.engine) as cursor:
        at = desk.case("7607GC 1 2026-11").household_id
        book, today = policy_book(cursor), date(2026, 11, 3)
        assert advised_times(cursor, at, "0141", book, today) == ()
        cards = [card_facts(cursor, town, book, today) for town in ("0141", "0164")]
        assert [(one.orders, one.active) for one in cards] == [("framework", None), ("model", sound)]


def test_what_was_found_of_a_model_is_kept_and_the_last_word_is_told(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        number, other = registered(cursor, 1), registered(cursor, 2)
        for auc in (0.7, 0.8):
            registry.add_review(cursor, number, "evaluation", {"auc": auc}, by="cli:anna")
        registry.add_review(cursor, other, "fairness", {"stops": False}, by="cli:anna")
        last = registry.last_review(cursor, number, "evaluation")
        assert last is not None
        assert (last.report, last.by_name) == ({"auc": 0.8}, "cli:anna")
        assert registry.last_review(cursor, number, "fairness") is None


@pytest.mark.parametrize(
    ("acts", "left"),
    [
        ("", Standing()),
        ("+1", Standing(1)),
        ("+1 +2", Standing(2, before=(1,))),
        ("+1 +2 <", Standing(1)),
        ("+1 +2 < <", Standing()),
        ("+1 +2 < +3", Standing(3, before=(1,))),
        ("+1 +2 +3 < <", Standing(1)),
        ("+1 +2 .", Standing()),
        ("+1 . +2", Standing(2)),
        ("+1 ?2", Standing(1, 2)),
        ("+1 ?2 !", Standing(1)),
        ("?2 ! +2", Standing(2)),
    ],
)
def test_a_second_roll_back_goes_on_backwards(acts: str, left: Standing) -> None:
    hows = {"+": ("active", "activate"), "<": ("active", "rollback"), ".": ("active", "end")}
    hows |= {"?": ("shadow", "shadow"), "!": ("shadow", "end")}
    told = []
    for number, act in enumerate(acts.split()):
        role, how = hows[act[0]]
        model = int(act[1:]) if act[1:] else None
        told.append(Activation(number, role, model, how, "", "x", None))  # type: ignore[arg-type]
    assert standing_after(told) == left
