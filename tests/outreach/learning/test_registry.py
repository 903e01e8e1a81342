"""The registry of models: what is written once stays, and what is read back is what was approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import psycopg
import pytest

from signals.outreach.learning import in_use, registry
from signals.outreach.learning.registry import Activation, Standing, standing_after
from signals.scoring.model import ModelError, digest
from signals.store.database import transaction

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
    VALUES ('0141', 'escalation', 'active', 'activate', %s, 'x')"""


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
        cursor.execute(_ACTIVATED, (number,))
        with pytest.raises(ModelError, match="nothing is scored"):
            in_use.models_in_use(cursor)
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
        assert not registry.models(cursor)
        registered(cursor, body=strange, target="reached")  # that has a list of its own


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
