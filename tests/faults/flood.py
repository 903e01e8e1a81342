"""A partner's topic is flooded with what nobody can read: is it paused, do the others go on, and does it resume?

A round of its own, since in the others the bad records stay below the limits. While the topic is paused all
workers are killed: a restart must not forget the pause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.embedded.children import await_until
from tests.faults.bindings import PAUSED
from tests.faults.checks import check
from tests.faults.kinds import BATCH
from tests.faults.stage import DRAIN_SECONDS
from tests.faults.town import partners, topic_of
from tests.walk.terminal import typed

if TYPE_CHECKING:
    from tests.faults.stage import Stage
    from tests.faults.town import Town

LIMIT: Final = 200  # in a row (borders.md section 3); or sooner, as half of what was read lately
FLOOD: Final = LIMIT + 60
BAD: Final = b"this is no event"


def flooded(stage: Stage, town: Town) -> list[str]:
    """Play the round on a drained stage, with records of `town`; what is not as it must be."""
    topic = stage.rng.choice([topic_of(partner) for partner in partners()])
    began = stage.flow.ends.get((topic, 0), 0)
    stage.flow.send_to((topic, 0), [(topic, b"k", BAD)] * FLOOD)
    stage.flow.settle()
    with stage.watch.outage(f"{topic} is paused"):
        if not await_until(lambda: (topic,) in stage.rows(PAUSED), DRAIN_SECONDS):
            return [f"{topic} is not paused after {FLOOD} bad records in a row"]
        faults = _others_go_on(stage, topic, began)
        said = typed("topics", "resume", topic, settings=stage.environment(None, "resume"))
        faults += [] if said.code == 0 else [f"signals topics resume ends with {said.code}: {said.err}"]
    faults += [] if stage.drained() else [f"{topic} is not read on after it was resumed"]
    return [*faults, *check(stage, town).faults]


def _others_go_on(stage: Stage, topic: str, began: int) -> list[str]:
    for worker in stage.workers:
        stage.crew.kill(worker)
    stage.feed(4 * BATCH)
    stage.flow.settle()
    places = [place for place in stage.flow.ends if place[0] != topic]
    gone_on = await_until(lambda: stage.watch.lag(places) == 0, DRAIN_SECONDS)
    taken = stage.watch.taken.get((topic, 0), 0) - began
    return [
        *([] if gone_on else [f"while {topic} is paused, the others stand still"]),
        *([] if LIMIT / 2 < taken <= LIMIT else [f"{taken} of {FLOOD} bad records of {topic} were taken in"]),
    ]
