"""When does a partition stand still, and what follows? On a clock that the test moves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest

from signals.consumers.broker import BrokerAwayError
from signals.consumers.complete import CompleteIntake
from signals.consumers.pulse import BROKER, DATABASE, STORING, Pulse
from signals.consumers.records import Record, StoreAwayError
from signals.consumers.standing import TURN_SECONDS, Stand, Watch, stands, watch_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from signals.consumers.complete import Hole
    from signals.consumers.records import Place
    from signals.errors import SignalsError

RENT: Final = ("arrears.housing.welbions", 0)
WATER: Final = ("arrears.water.vitens", 0)
SECONDS: Final = 20.0
PERSON: Final = "Jan" + "sen"  # not as it stands in a line of the code


@pytest.mark.parametrize(
    ("before", "position", "end", "expected"),
    [
        pytest.param(None, 5, 5, None, id="read to its end"),
        pytest.param(None, 5, 9, Stand(5, 100.0), id="has more"),
        pytest.param(Stand(5, 40.0, 2), 5, 9, Stand(5, 40.0, 3), id="stood there before"),
        pytest.param(Stand(4, 40.0, 2), 5, 9, Stand(5, 100.0), id="moved"),
        pytest.param(Stand(8, 40.0, 2), 5, 9, Stand(5, 100.0), id="moved back: a restored database"),
        pytest.param(Stand(5, 40.0, 2), None, 9, Stand(0, 100.0), id="nothing taken in yet"),
        pytest.param(Stand(5, 40.0, 2), 9, 9, None, id="caught up"),
    ],
)
def test_where_a_partition_stands(before: Stand | None, position: int | None, end: int, expected: Stand | None) -> None:
    seen = {RENT: before} if before else {}
    positions = {} if position is None else {RENT: position}
    assert stands(seen, positions, {RENT: end}, 100.0) == ({RENT: expected} if expected else {})


@pytest.mark.parametrize(
    ("stand", "late"),
    [
        (Stand(0, 0.0, 3), True),
        (Stand(0, 0.0, 2), False),  # it was not given the chance to move
        (Stand(0, 40.5, 9), False),
    ],
)
def test_how_long_is_too_long(stand: Stand, late: bool) -> None:
    assert stand.is_too_long(100.0, 60.0) is late


@pytest.mark.parametrize(
    ("before", "turns", "expected"),
    [
        pytest.param(Stand(5, 40.0, 2), True, Stand(5, 100.0, 1, 60.0), id="others move: it waits its turn"),
        pytest.param(Stand(5, 90.0, 1, 60.0), True, Stand(5, 100.0, 1, 70.0), id="it waits on"),
        pytest.param(Stand(5, 90.0, 1, 60.0), False, Stand(5, 90.0, 2, 60.0), id="nobody is in front of it any more"),
        pytest.param(
            Stand(5, 90.0, 1, TURN_SECONDS), True, Stand(5, 90.0, 2, TURN_SECONDS), id="longer than any turn takes"
        ),
    ],
)
def test_what_waits_its_turn_does_not_stand_still(before: Stand, turns: bool, expected: Stand) -> None:
    assert stands({RENT: before}, {RENT: 5}, {RENT: 9}, 100.0, turns=turns) == {RENT: expected}


class Still:
    """An intake and a broker of which nothing moves; `error` is raised instead of an answer."""

    def __init__(self, held: Mapping[Place, int], paused: Iterable[str] = ()) -> None:
        self.held = dict(held)
        self.taken: dict[Place, int] = {}
        self._paused = frozenset(paused)
        self.error: SignalsError | None = None
        self.looks = threading.Semaphore(0)

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        self.taken[records[0].place] = records[-1].offset + 1
        return self.taken

    def confirm(self, hole: Hole) -> None:
        raise AssertionError(hole)

    def positions(self) -> Mapping[Place, int]:
        return self.taken

    def paused(self) -> frozenset[str]:
        return self._paused

    def put_off(self) -> Sequence[Record]:
        return ()

    def prepare(self, records: Sequence[Record]) -> Sequence[Record]:
        return records

    def refresh_paused(self) -> frozenset[str]:
        return self._paused

    def read(self, hole: Hole) -> list[Record]:
        held = range(hole[2], min(hole[3], self.held[hole[:2]]))
        return [Record(hole[0], hole[1], offset, b"", 0) for offset in held]

    def ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
        self.looks.release()
        if self.error:
            raise self.error
        return {place: end for place, end in self.held.items() if place[0] in set(topics)}


def test_a_paused_topic_does_not_stand_still() -> None:
    still = Still({RENT: 5, WATER: 5}, [RENT[0]])
    watch = Watch(CompleteIntake(still, still), still, list)
    assert watch.look([RENT, WATER], 0.0).keys() == {WATER}


def test_partitions_of_others_are_not_looked_at() -> None:
    still = Still({RENT: 5, WATER: 5})
    assert Watch(CompleteIntake(still, still), still, list).look([RENT], 0.0).keys() == {RENT}


def test_what_stands_at_the_second_look_is_to_be_mended() -> None:
    still, holes = Still({RENT: 5}), list[tuple[str, int, int, int]]()
    watch = Watch(CompleteIntake(still, still), still, holes.append)
    watch.look([RENT], 0.0)
    assert holes == []
    watch.look([RENT], 10.0)
    assert holes == [(*RENT, 0, 5)]


def looked(behind: bool, water: Sequence[int]) -> tuple[Stand, list[Hole]]:
    """Where rent stands, and what is to be mended, after looks at which water had come so far."""
    still, holes = Still({RENT: 5, WATER: 100}), list[tuple[str, int, int, int]]()
    watch = Watch(CompleteIntake(still, still), still, holes.append, lambda: behind)
    found = {}
    for number, offset in enumerate(water):
        still.taken = {WATER: offset}
        found = watch.look([RENT, WATER], 10.0 * number)
    return found[RENT], holes


def test_a_partition_waits_its_turn_while_others_move_and_more_is_in_hand() -> None:
    assert looked(behind=True, water=range(0, 60, 10)) == (Stand(0, 50.0, 1, 50.0), [])


def test_a_partition_stands_still_while_others_move_when_nothing_is_in_hand() -> None:
    stand, holes = looked(behind=False, water=range(0, 60, 10))
    assert (stand, set(holes)) == (Stand(0, 0.0, 6), {(*RENT, 0, 5)})


def test_a_batch_in_hand_that_does_not_move_is_standing_still_and_cannot_be_mended() -> None:
    assert looked(behind=True, water=[7] * 4) == (Stand(0, 0.0, 4), [])


def test_a_turn_that_never_comes_is_mended() -> None:
    stand, holes = looked(behind=True, water=range(1, 95))
    assert stand.waited == TURN_SECONDS
    assert set(holes) == {(*RENT, 0, 5)}


def test_an_end_behind_which_the_broker_has_nothing_is_no_reason_to_wait() -> None:
    class Marked(Still):
        """Names an end that lies behind a transaction marker."""

        def ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
            return {place: end + 1 for place, end in super().ends(topics).items()}

    still = Marked({RENT: 5})
    still.taken = {RENT: 5}
    intake = CompleteIntake(still, still)
    watch = Watch(intake, still, intake.catch_up)
    assert watch.look([RENT], 0.0) == {RENT: Stand(5, 0.0)}
    watch.look([RENT], 10.0)
    assert watch.look([RENT], 20.0) == {}


class Watched:
    """A watch thread on `still`, and whether it gave up; asking what is assigned fails at first `faults` times."""

    def __init__(self, still: Still, pulse: Pulse, faults: int = 0) -> None:
        self._faults = faults
        self.gave_up, self._leaving = threading.Event(), threading.Event()
        self.still = still
        self._thread = watch_progress(
            Watch(CompleteIntake(still, still), still, list),
            self._assigned,
            pulse,
            self._leaving,
            seconds=0.001,
            longest=0.001,
            give_up=self.gave_up.set,
        )

    def _assigned(self) -> list[Place]:
        self._faults -= 1
        if self._faults >= 0:
            raise RuntimeError(PERSON)
        return [RENT]

    def look(self, times: int) -> None:
        for _ in range(times):
            assert self.still.looks.acquire(timeout=SECONDS)

    def leave(self) -> None:
        self._leaving.set()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


def test_what_does_not_move_although_it_could_ends_the_worker(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(Still({RENT: 5}), Pulse(60.0))
    assert watched.gave_up.wait(SECONDS)
    watched.leave()
    assert "arrears.housing.welbions partition 0 stood still" in caplog.text


@pytest.mark.parametrize(
    ("error", "whom"), [(StoreAwayError("away"), DATABASE), (BrokerAwayError("away"), BROKER)], ids=["store", "broker"]
)
def test_nothing_stands_still_while_somebody_is_away(error: SignalsError, whom: str) -> None:
    still, pulse = Still({RENT: 5}), Pulse(60.0)
    still.error = error
    watched = Watched(still, pulse)
    watched.look(10)
    watched.leave()
    assert not watched.gave_up.is_set()
    assert pulse.is_away(whom)


def test_nothing_stands_still_while_the_loop_tries_again() -> None:
    pulse = Pulse(60.0)
    pulse.missed(STORING)
    watched = Watched(Still({RENT: 5}), pulse)
    watched.look(10)
    watched.leave()
    assert not watched.gave_up.is_set()
    assert pulse.is_away(STORING)


def test_a_database_that_was_away_while_nothing_was_to_be_stored_is_met_again() -> None:
    still, pulse = Still({RENT: 5}), Pulse(60.0)
    still.error = StoreAwayError("it restarts")
    watched = Watched(still, pulse)
    watched.look(3)
    still.error = None
    assert watched.gave_up.wait(SECONDS)
    watched.leave()
    assert pulse.troubles() == []


def test_an_error_that_nobody_foresaw_does_not_end_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(Still({RENT: 5}), Pulse(60.0), faults=3)
    assert watched.gave_up.wait(SECONDS)
    watched.leave()
    assert "watching progress failed, and goes on: RuntimeError" in caplog.text
    assert PERSON not in caplog.text


def test_a_loop_that_hangs_is_not_trying_again() -> None:
    pulse = Pulse(0.0)
    pulse.missed(STORING)
    watched = Watched(Still({RENT: 5}), pulse)
    assert watched.gave_up.wait(SECONDS)
    watched.leave()
