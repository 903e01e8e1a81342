"""Does one of our partitions stand still although the broker holds more of it?

Beside the walk: a thread of its own compares, every few seconds, where the intake stands with the broker's ends. What
stands still the reading loop, the one place that stores, first reads by a client of its own. If it then still does not
move, only a restart can help: the process ends with 1 and its supervisor starts it again, whatever hangs.

Nothing stands still while the database or the broker is away, nor on a topic that is paused. With a backlog on many
partitions one is read after the other: which one waits its turn while others move is late, and does not stand still.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.consumers.broker import BrokerAwayError
from signals.consumers.failures import told
from signals.consumers.pulse import BROKER, DATABASE, STORING
from signals.consumers.records import StoreAwayError
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from signals.consumers.complete import CompleteIntake, Hole, Log
    from signals.consumers.pulse import Pulse
    from signals.consumers.records import Place

log = logging.getLogger(__name__)
LOOKS: Final = 3  # fewer say nothing: the first that finds it, the one that mends it, and one after that
TURN_SECONDS: Final = 900.0  # a turn is some 256 KiB of each partition before it: hundreds of them take minutes


@dataclass(frozen=True, slots=True)
class Stand:
    """A partition that has more to read: where it stands, since when, and how often it was seen there.

    For `waited` seconds before that it only waited its turn.
    """

    offset: int
    since: float
    looks: int = 1
    waited: float = 0.0

    def is_too_long(self, now: float, seconds: float) -> bool:
        """Whether it stands for `seconds`, and was given the chance to move."""
        return self.looks >= LOOKS and now - self.since >= seconds

    def seen_again(self, now: float, *, turns: bool) -> Stand:
        """The same at the next look; `turns`: others moved, so it may be waiting its turn, which ends one day."""
        if turns and self.waited < TURN_SECONDS:
            return Stand(self.offset, now, waited=self.waited + now - self.since)
        return Stand(self.offset, self.since, self.looks + 1, self.waited)


def stands(
    before: Mapping[Place, Stand],
    positions: Mapping[Place, int],
    ends: Mapping[Place, int],
    now: float,
    *,
    turns: bool = False,
) -> dict[Place, Stand]:
    """Where each partition of `ends` that has more to read stands now, given what was seen `before`."""
    found = {}
    for place, end in ends.items():
        offset = positions.get(place, 0)
        if offset < end:
            seen = before.get(place)
            again = seen is not None and seen.offset == offset
            found[place] = seen.seen_again(now, turns=turns) if seen and again else Stand(offset, now)
    return found


class Watch:
    """Looks at the partitions of one worker; `mend` is told which offsets the reading loop must catch up on.

    `behind` says whether the loop has more in hand than it can store at once.
    """

    def __init__(
        self,
        intake: CompleteIntake,
        broker: Log,
        mend: Callable[[Hole], object],
        behind: Callable[[], bool] = lambda: False,
    ) -> None:
        self._intake = intake
        self._broker = broker
        self._mend = mend
        self._behind = behind
        self._stands: dict[Place, Stand] = {}
        self._positions: dict[Place, int] = {}

    def look(self, assigned: Iterable[Place], now: float) -> dict[Place, Stand]:
        """Have mended what stands since the last look; returns all that has more to read. Raises SignalsError: away."""
        paused = self._intake.paused()
        places = {place for place in assigned if place[0] not in paused}
        ends = self._broker.ends({topic for topic, _ in places})
        positions = self._intake.positions()
        empty = self._intake.empty
        there = {place: ends[place] for place in places & ends.keys() if ends[place] > empty.get(place, 0)}
        behind, moved = self._behind(), self._moved(places, positions)
        self._stands = stands(self._stands, positions, there, now, turns=behind and moved)
        for place, stand in self._stands.items():
            if stand.looks > 1 and (stand.waited >= TURN_SECONDS or not behind):
                self._mend((*place, stand.offset, there[place]))
        return self._stands

    def _moved(self, places: Iterable[Place], positions: Mapping[Place, int]) -> bool:
        """Whether one of these partitions is further than at the last look."""
        before, self._positions = self._positions, {place: positions.get(place, 0) for place in places}
        return any(at > before.get(place, at) for place, at in self._positions.items())

    def forget(self) -> None:
        """Count from the beginning: nothing could have moved."""
        self._stands = {}


def watch_progress(
    watch: Watch,
    assigned: Callable[[], Collection[Place]],
    pulse: Pulse,
    leaving: threading.Event,
    *,
    seconds: float,
    longest: float,
    give_up: Callable[[], None],
) -> threading.Thread:
    """Look every `seconds` until `leaving`; `give_up` when something stands still for `longest` seconds.

    All in the thread that is returned, so that it works however the reading loop hangs.
    """

    def look() -> None:
        now = time.monotonic()
        found = watch.look(assigned(), now)
        pulse.met(BROKER)
        pulse.met(DATABASE)
        if pulse.is_away(STORING) and pulse.lives():  # it answers, but takes no batch; the loop tries again and again
            watch.forget()
            return
        if late := sorted(place for place, stand in found.items() if stand.is_too_long(now, longest)):
            log.critical("%s partition %s stood still for %s s: the worker ends", *late[0], round(longest))
            give_up()

    def keep_looking() -> None:
        while not leaving.wait(seconds):
            try:
                look()
            except SignalsError as error:  # broker or database away: next time
                _note(error, pulse)
                watch.forget()
                log.warning("watching progress: %s", error)
            except Exception as error:  # noqa: BLE001 - a thread that ends silently would watch nothing any more
                watch.forget()
                log.error("watching progress failed, and goes on: %s", told(error))  # noqa: TRY400 - told so

    thread = threading.Thread(target=keep_looking, name="progress watch", daemon=True)
    thread.start()
    return thread


def _note(error: SignalsError, pulse: Pulse) -> None:
    if isinstance(error, BrokerAwayError):
        pulse.missed(BROKER)
    if isinstance(error, StoreAwayError):
        pulse.missed(DATABASE)
