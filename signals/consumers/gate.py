"""Which topics may come in, and which does this batch close? One worker's side of the flood limits.

Between the intake and the tables: every record in quarantine has a number, the how manieth of its topic it was, and
from these the windows of `flood` are read when a batch has bad records. So a restart, a failed batch and another worker
change nothing. A pause is a row (`store.pauses`): written in the batch's transaction, seen by every other worker with
its next batch, and ended by a person (`signals topics resume`).
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from signals.consumers.flood import read_on, window_of
from signals.contract.partners import ArrearsTopic
from signals.errors import SignalsError, WrongUseError
from signals.outreach.configuration import raise_revision
from signals.store import pauses
from signals.store.audit import note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from signals.consumers.flood import FloodLimits
    from signals.consumers.records import Record
    from signals.store.database import Cursor
    from signals.store.inbox import Numbers, QuarantineRow, Spot
    from signals.store.pauses import Tally

log = logging.getLogger(__name__)
ACTOR: Final = "worker"
NIGHT: Final = "look at `signals quarantine list`, mend, then `signals topics resume`"


@dataclass(frozen=True, slots=True)
class Passage:
    """What the limits say to a batch; `stops` and `reasons` are of the topics that it closes."""

    stops: Mapping[str, int] = field(default_factory=dict)  # how many of the topic's records still come in
    reasons: Mapping[str, str] = field(default_factory=dict)
    numbers: Numbers = field(default_factory=dict)  # of the bad records: the how manieth of its topic each one is
    calm: frozenset[str] = frozenset()  # topics on which a good record can pass no limit

    def within(self, records: Iterable[Record]) -> list[Record]:
        """The records up to the one that closes their topic."""
        seen: Counter[str] = Counter()
        kept = []
        for record in records:
            seen[record.topic] += 1
            if seen[record.topic] <= self.stops.get(record.topic, seen[record.topic]):
                kept.append(record)
        return kept


class FloodGate:
    """The limits and pauses as one worker knows them; without limits no topic is ever closed here."""

    def __init__(self, log_id: str, limits: FloodLimits | None) -> None:
        self.paused: frozenset[str] = frozenset()
        self._log_id = log_id
        self._limits = limits
        self._last: Mapping[str, pauses.LastPause] = {}
        self._calm: set[str] = set()

    def refresh(self, cursor: Cursor) -> None:
        """Read which topics are paused; a topic that was paused or resumed meanwhile is looked at again."""
        last = pauses.last_pauses(cursor)
        self._calm -= {topic for topic, one in last.items() if self._last.get(topic) != one}
        self._last = last
        self.paused = frozenset(topic for topic, one in last.items() if one.lasts)

    def judge(self, cursor: Cursor, records: Sequence[Record], bad: Collection[QuarantineRow]) -> Passage:
        """Which topics are closed by `records`, of which `bad` go to quarantine; nothing is closed yet."""
        if self._limits is None:
            return Passage()
        counts = Counter(record.topic for record in records)
        indices = _indices(records, bad)
        looked = {topic for topic in counts if topic in indices or topic not in self._calm}
        if not looked:
            return Passage()
        self._calm -= looked  # whether the batch is committed or not; if so, `keep` knows better
        tallies = pauses.tallies(cursor, self._log_id, looked, self._limits.window)
        return _judged(tallies, counts, indices, self._limits)

    def write(self, cursor: Cursor, passage: Passage) -> None:
        """Pause the topics that the batch closes, last in its transaction: what is locked here, others wait for.

        All pauses in a fixed order before the revision: so no two workers wait for each other in a circle.
        """
        new = [topic for topic, reason in sorted(passage.reasons.items()) if pauses.pause(cursor, topic, reason)]
        for topic in new:
            note(cursor, ACTOR, "pause-topic", topic, {"reason": passage.reasons[topic]})
        if new:
            raise_revision(cursor, "pauses")

    def keep(self, passage: Passage) -> None:
        """The batch was committed: tell of what was closed."""
        self._calm |= passage.calm
        self.paused |= passage.reasons.keys()
        for topic, reason in sorted(passage.reasons.items()):
            log.critical("%s is paused: %s; nothing is lost, it waits on the broker: %s", topic, reason, NIGHT)


def _judged(
    tallies: Mapping[str, Tally], counts: Mapping[str, int], bad: Mapping[str, Mapping[Spot, int]], limits: FloodLimits
) -> Passage:
    """What `counts` more records of each topic do to the windows, those of `bad` at these indices being bad."""
    read = {
        topic: read_on(window_of(tally), counts[topic], [*bad.get(topic, {}).values()], limits)
        for topic, tally in tallies.items()
    }
    closing = {topic: one for topic, one in read.items() if one.reason}
    windows = {topic: one.window for topic, one in read.items()}
    return Passage(
        stops={topic: one.taken for topic, one in closing.items()},
        reasons={topic: one.reason or "" for topic, one in closing.items()},
        numbers={spot: tallies[topic].read + 1 + n for topic, spots in bad.items() for spot, n in spots.items()},
        calm=frozenset(topic for topic, one in windows.items() if one.read >= limits.at_least or not one.bad),
    )


def _indices(records: Sequence[Record], bad: Collection[QuarantineRow]) -> dict[str, dict[Spot, int]]:
    """By topic, where its bad records are and which of the batch's records of the topic each one is: 0 is the first."""
    found: dict[str, dict[Spot, int]] = {row.topic: {} for row in bad}
    spots = {(row.topic, row.partition, row.offset) for row in bad}
    seen = dict.fromkeys(found, 0)
    for record in records if bad else ():
        index = seen.get(record.topic)
        if index is not None:
            seen[record.topic] = index + 1
            spot = (record.topic, record.partition, record.offset)
            if spot in spots:
                found[record.topic][spot] = index
    return found


def resume(cursor: Cursor, topics: Collection[str], *, actor: str) -> None:
    """End the pauses of `topics`, all of them or none; what was read before no longer counts.

    Raises:
        WrongUseError: one of them is no arrears topic.
        SignalsError: one of them is not paused.
    """
    strangers = sorted(topic for topic in topics if ArrearsTopic.parse(topic) is None)
    if strangers:
        raise WrongUseError(f"no arrears topic: {', '.join(strangers)}; they are named arrears.<sector>.<partner>")
    left = sorted(set(topics) - pauses.resume(cursor, topics, actor=actor))
    if left:
        raise SignalsError(f"not paused: {', '.join(left)}; nothing was changed, see `signals topics paused`")
    for topic in sorted(set(topics)):
        note(cursor, actor, "resume-topic", topic)
    raise_revision(cursor, "pauses")
