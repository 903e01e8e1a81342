"""What is seen of an active model: silence and bursts are no drift, another kind of arrears is; what came true."""

from __future__ import annotations

import threading
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from signals import metrics
from signals.contract.moments import AMSTERDAM
from signals.outreach.learning import activation
from signals.outreach.learning.activation import Act
from signals.outreach.learning.training import Lessons, load_lessons
from signals.outreach.learning.watching import SEEN, Watched, seen, watch
from signals.outreach.queues import policy_book
from signals.reports.scores import LOOKING, Watch, look, score_figures
from signals.scoring.drift import MOVED
from signals.scoring.model import encode
from signals.scoring.train import train
from signals.store.database import transaction

from .streams import Stream, activate, between, day_before, of, town

if TYPE_CHECKING:
    from datetime import date

    from tests.laws.system import System

    Wire = dict[str, Any]

pytestmark = pytest.mark.database
PEOPLE: Final = 25_000
START: Final = "2024-01"
TRAINED, SILENT, CAUGHT_UP, BURST, DEARER, END = (f"2025-{month:02}-05" for month in (1, 2, 3, 4, 5, 7))
"""Where a stretch begins; one looks at its end, when the month in it is over."""
QUIET, BURSTING = "menzis", "zilverzorg"


@dataclass(frozen=True, slots=True)
class Seen:
    """The active model at the end of each stretch, with the database as it stands after the last."""

    system: System
    model: int
    at: dict[str, Watched]


def lessons(system: System, until: date) -> Lessons:
    with transaction(system.engine) as cursor:
        found = load_lessons(cursor, "0141", policy_book(cursor), until)
    assert found is not None
    return found


def trained(system: System) -> int:
    """Learn from all that is there, and let it score; the number of the model."""
    learned = lessons(system, day_before(TRAINED))
    model = train(learned.table(), "scorecard", seed=1, usual=learned.usual)
    examples = learned.known()[0]
    days = [one.day for one in examples]
    return activate(
        system, body=encode(model), metrics={SEEN: seen(model, examples)}, window=(min(days), max(days))
    )  # fmt: skip


def dearer(event: Wire) -> Wire:
    """The same signal of three times as much."""
    copy = deepcopy(event)
    arrears = copy["value"]["data"]["arrears"]
    if "amount" in arrears:
        arrears["amount"] = f"{3 * float(arrears['amount']):.2f}"
    return copy


@pytest.fixture(scope="module")
def watched(system: System) -> Seen:
    events = town(PEOPLE, START, 19, seed=5)
    stream, at = Stream(system), {}

    def looked(begun: str, ended: str) -> None:
        with transaction(system.engine) as cursor:
            found = watch(cursor, "0141", day_before(ended))
        assert found is not None
        at[begun] = found

    stream.send(between(events, START, TRAINED))
    model = trained(system)
    stream.send(between(events, TRAINED, SILENT))
    looked(TRAINED, SILENT)
    month = between(events, SILENT, CAUGHT_UP)
    stream.send(event for event in month if not of(QUIET, event))
    looked(SILENT, CAUGHT_UP)
    stream.send([event for event in month if of(QUIET, event)] + between(events, CAUGHT_UP, BURST))
    looked(CAUGHT_UP, BURST)
    others = between(town(9 * PEOPLE, "2025-04", 1, seed=77), BURST, DEARER)
    stream.send(between(events, BURST, DEARER) + [event for event in others if of(BURSTING, event)])
    looked(BURST, DEARER)
    stream.send(map(dearer, between(events, DEARER, END)))
    looked(DEARER, END)
    return Seen(system, model, at)


def drifts(seen: Watched) -> dict[str, float]:
    assert seen.drift is not None
    return {one.name: one.psi or 0 for one in (*seen.drift.columns, seen.drift.score)}


@pytest.mark.parametrize("begun", [TRAINED, SILENT, CAUGHT_UP, BURST])
def test_a_silent_or_bursting_partner_is_no_drift(watched: Seen, begun: str) -> None:
    seen = watched.at[begun]
    assert seen.drift is not None
    assert seen.drift.cases >= 350
    assert max(drifts(seen).values()) < 0.6 * MOVED
    assert seen.drift.level != "moved"


def test_other_amounts_are_drift(watched: Seen) -> None:
    before, after = drifts(watched.at[BURST]), drifts(watched.at[DEARER])
    assert after["amount"] > MOVED > 5 * before["amount"]
    assert after["partners"] < MOVED


def test_what_was_expected_came_true(watched: Seen) -> None:
    first, last = (watched.at[begun].came_true for begun in (TRAINED, DEARER))
    assert first is not None
    assert last is not None
    assert 100 < first.cases < last.cases
    assert abs(last.gap) < last.by_chance < first.by_chance


def test_the_metrics_show_it(watched: Seen) -> None:
    engine = watched.system.engine
    found = look(engine)
    assert found == {"0141": watched.at[DEARER]}
    with transaction(engine) as cursor:
        shown = score_figures(cursor, found)
        other = score_figures(cursor, {"0141": Watched(watched.model + 1, found["0141"].drift, None)})
    assert shown[metrics.SCORE_DRIFT]["0141", "amount"] > MOVED
    assert shown[metrics.SCORE_GAP].keys() == shown[metrics.SCORE_MARGIN].keys() == {("0141",)}
    assert shown[metrics.SCORE_MARGIN] == {("0141",): 0.05}
    assert shown[metrics.SCORE_LEARNED_UNTIL] == {
        ("0141",): datetime(2024, 9, 30, 23, 59, 59, 999999, AMSTERDAM).timestamp()
    }
    assert shown[metrics.SCORE_CASES]["0141", "model"] > shown[metrics.SCORE_CASES]["0141", "framework"] > 0
    assert shown[metrics.SCORE_STALE].keys() == {("0141",)}
    assert other[metrics.SCORE_DRIFT] == {}, "what was seen of another model is not told of this one"


def test_a_scrape_does_not_wait_for_the_look(watched: Seen) -> None:
    watching = Watch(watched.system.engine)
    assert watching.found() == {}
    for thread in [one for one in threading.enumerate() if one.name == LOOKING]:
        thread.join()
    assert watching.found() == {"0141": watched.at[DEARER]}
    assert not [one for one in threading.enumerate() if one.name == LOOKING], "the next look is in an hour"


def test_without_an_active_model_there_is_nothing_to_see(watched: Seen) -> None:
    with transaction(watched.system.engine) as cursor:
        activation.to_framework(cursor, "0141", "escalation", Act("cli:anna"))
        assert watch(cursor, "0141", day_before(END)) is None
        assert score_figures(cursor, watched.at)[metrics.SCORE_DRIFT] == {}
        cursor.connection.rollback()
