"""An office whose work a learned model orders, half of it: what pages show of scores then."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from signals.outreach.learning import activation, registry
from signals.outreach.learning.activation import Act
from signals.outreach.learning.reach import REACH_COLUMNS
from signals.outreach.learning.rescore import rescore
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy
from signals.policies import shipped
from signals.scoring.fairness import check
from signals.scoring.measures import calibration_table, measures
from signals.scoring.model import encode
from signals.scoring.table import Table
from signals.scoring.train import train
from signals.store.database import transaction
from tests.outreach.learning.models import registered, reviewed
from tests.web.office import ALMELO

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from signals.store.database import Cursor

BLEND = ('by = "framework"', 'by = "blend"')
ANNA = Act("cli:anna", "het model ordent beter")


def order_by_blend(engine: Engine, since: date) -> int:
    """A policy that holds from `since` on and blends; a model, evaluated and active; and all cases scored by it."""
    body = shipped()["almelo.toml"].replace("2020-01-01", since.isoformat(), 1).replace(*BLEND)
    with transaction(engine) as cursor:
        load_policy(cursor, parse_policy(body, "policy"), actor="test")
        number = evaluated(cursor)
    rescore(engine, ALMELO, lambda _: None)
    return number


def advised(cursor: Cursor) -> int:
    """The number of a model of who is reached that somebody activated: visits in the evening succeed most."""
    dice = np.random.default_rng(1)
    values = np.zeros((600, len(REACH_COLUMNS)))
    names = [column.name for column in REACH_COLUMNS]
    channel, part = dice.choice([0, 1], 600), dice.integers(0, 3, 600)
    channels = REACH_COLUMNS[0].categories or ()
    visit, call = channels.index("home-visit"), channels.index("call")
    values[:, names.index("channel")] = np.where(channel, visit, call)
    values[:, names.index("part")] = part
    days = np.arange(600) + date(2026, 1, 1).toordinal()
    came = dice.random(600) < 0.1 + 0.2 * channel + 0.2 * part
    table = Table(REACH_COLUMNS, values, came, days, days, np.arange(600))
    body = encode(train(table, "scorecard", seed=1))
    number = reviewed(cursor, registered(cursor, body=body, target="reached"))
    model = registry.model(cursor, number)
    assert model is not None
    activation.activate(cursor, model, parse_policy(shipped()["almelo.toml"], "almelo"), ANNA)
    return number


def evaluated(cursor: Cursor) -> int:
    """The number of a model that somebody evaluated and activated."""
    number = registered(cursor, 2)
    p = np.linspace(0.1, 0.9, 400)
    y, each = np.random.default_rng(1).random(400) < p, np.arange(400)
    found = {"measures": measures(p, y, each, seed=1, rounds=20), "calibration": calibration_table(p, y)}
    fairness = check(p, y, {"age_band": ["18-24", "25-34"] * 200}, each, margin=0.05, seed=1, rounds=2)
    registry.add_review(cursor, number, "evaluation", found, by="cli:anna")
    registry.add_review(cursor, number, "fairness", fairness, by="cli:anna")
    model = registry.model(cursor, number)
    assert model is not None
    activation.activate(cursor, model, parse_policy(shipped()["almelo.toml"], "almelo"), ANNA)
    return number
