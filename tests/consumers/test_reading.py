"""The reading loop without a broker: what it stores, acknowledges, holds back, and when it ends."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from signals.consumers import reading as reading_module
from signals.consumers.complete import CompleteIntake
from signals.consumers.pulse import STORING, Pulse
from signals.consumers.reading import Reading
from signals.consumers.records import Record, StoreAwayError
from tests.consumers.sources import LogSource

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from signals.consumers.complete import Hole
    from signals.consumers.records import Place

RENT: Final = "arrears.housing.welbions"
WATER: Final = "arrears.water.vitens"
SECONDS: Final = 20.0
MOST: Final = 10


class Books:
    """An intake in memory: which offsets it has, which topics are paused, and who called it."""

    def __init__(self) -> None:
        self.stored: list[tuple[str, int]] = []
        self.next: dict[Place, int] = {}
        self.closed: set[str] = set()  # in the database
        self.known: frozenset[str] = frozenset()
        self.away = 0
        self.attempts = 0
        self.error: Exception | None = None
        self.threads: set[str] = set()
        self.closes_at: dict[str, int] = {}

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        self.threads.add(threading.current_thread().name)
        self.attempts += 1
        if self.attempts <= self.away:
            raise StoreAwayError("the database is away")
        if self.error:
            raise self.error
        for record in records:
            self._take(record)
        self.known = frozenset(self.closed)
        return {record.place: self.next.get(record.place, 0) for record in records}

    def _take(self, record: Record) -> None:
        if record.topic in self.closed or record.offset < self.next.get(record.place, 0):
            return
        assert record.offset == self.next.get(record.place, 0), "a gap"
        self.stored.append((record.topic, record.offset))
        self.next[record.place] = record.offset + 1
        if self.closes_at.get(record.topic) == record.offset:
            self.closed.add(record.topic)

    def paused(self) -> frozenset[str]:
        return self.known

    def put_off(self) -> Sequence[Record]:
        return ()

    def prepare(self, records: Sequence[Record]) -> Sequence[Record]:
        return records

    def refresh_paused(self) -> frozenset[str]:
        self.known = frozenset(self.closed)
        return self.known

    def confirm(self, hole: Hole) -> None:
        raise AssertionError(hole)

    def positions(self) -> Mapping[Place, int]:
        return dict(self.next)


class Nothing:
    """A broker that is not asked."""

    def read(self, hole: Hole) -> list[Record]:
        return [Record(hole[0], hole[1], offset, b"", 0) for offset in range(hole[2], hole[3])]

    def ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
        raise AssertionError(topics)


class Running:
    """A reading of these partitions, and what is waited for while it runs."""

    def __init__(self, sizes: Mapping[Place, int], books: Books) -> None:
        self.books = books
        self.source = LogSource(sizes, MOST)
        self.pulse = Pulse(60.0)
        self.leaving = asyncio.Event()
        self.reading = Reading(self.source, CompleteIntake(books, Nothing()), self.pulse, self.leaving)
        self.reading.subscribed(frozenset(topic for topic, _ in sizes))
        self.task = asyncio.ensure_future(self.reading.run())

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            if self.task.done():
                self.task.result()
                raise AssertionError("the reading ended before")
            await asyncio.sleep(0.001)

    async def leave(self) -> None:
        self.leaving.set()
        await self.task


async def _everything(sizes: Mapping[Place, int], books: Books) -> Running:
    running = Running(sizes, books)
    await running.until(lambda: len(books.stored) == sum(sizes.values()))
    await running.leave()
    return running


def test_all_is_stored_in_order_and_acknowledged_in_one_thread_beside_the_loop() -> None:
    async def read() -> None:
        sizes = {(RENT, 0): 35, (WATER, 0): 12}
        running = await _everything(sizes, Books())
        assert [offset for topic, offset in running.books.stored if topic == RENT] == list(range(35))
        assert running.source.acknowledged == sizes
        assert running.books.threads == {"intake"}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


class Sharing(Books):
    """Puts off every seventh record twice, as when another worker has its household in hand."""

    def __init__(self) -> None:
        super().__init__()
        self.times: Counter[int] = Counter()
        self.ahead: dict[Place, set[int]] = {}
        self.left: list[Record] = []
        self.batches = 0

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        self.batches += 1
        self.left = [one for one in records if one.offset % 7 == 3 and self.times[one.offset] < 2]
        self.times.update(one.offset for one in self.left)
        for record in (one for one in records if one not in self.left):
            ahead = self.ahead.setdefault(record.place, set())
            assert record.offset >= self.next.get(record.place, 0)
            assert record.offset not in ahead, "handed over again"
            ahead.add(record.offset)
            self.stored.append((record.topic, record.offset))
        for place, ahead in self.ahead.items():
            while self.next.get(place, 0) in ahead:
                self.next[place] = self.next.get(place, 0) + 1
        self.known = frozenset(self.closed)
        return {record.place: self.next.get(record.place, 0) for record in records}

    def put_off(self) -> Sequence[Record]:
        return self.left


def test_what_was_put_off_goes_first_with_the_next_batch_and_alone_when_there_is_none() -> None:
    async def read() -> None:
        running = await _everything({(RENT, 0): 39}, Sharing())  # the last one but one is put off too
        assert sorted(offset for _, offset in running.books.stored) == list(range(39))
        assert running.books.stored.index((RENT, 3)) < 2 * MOST + 3
        assert running.source.acknowledged == {(RENT, 0): 39}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_what_was_put_off_of_a_topic_that_is_paused_is_left_alone_until_it_is_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading_module, "ASK_PAUSED_SECONDS", 0.0)

    class Pausing(Sharing):
        """Somebody pauses the topic when one of its records was put off once."""

        def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
            assert not {record.topic for record in records} & self.known, "of a paused topic"
            reached = super().store(records, waits=waits)
            if self.left and not self.resumed:
                self.closed.add(RENT)
            self.known = frozenset(self.closed)
            return reached

        resumed = False

    async def read() -> None:
        books = Pausing()
        running = Running({(RENT, 0): 4, (WATER, 0): 3}, books)
        await running.until(lambda: RENT in books.known and len(books.stored) == 6)
        batches = books.batches
        await asyncio.sleep(0.05)  # nothing that would be handed over comes up meanwhile
        assert books.batches == batches
        books.resumed = True
        books.closed.clear()
        await running.until(lambda: (RENT, 3) in books.stored)
        await running.leave()

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_while_the_database_is_away_two_batches_are_held_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "FIRST_RETRY_SECONDS", 0.001)
    monkeypatch.setattr(reading_module, "LONGEST_RETRY_SECONDS", 0.001)

    async def read() -> None:
        books = Books()
        books.away = 10**9
        running = Running({(RENT, 0): 1000}, books)
        await running.until(lambda: books.attempts > 30)
        assert len(running.source.taken) == 2 * MOST
        assert running.pulse.is_away(STORING)
        books.away = 0
        await running.until(lambda: len(books.stored) > 3 * MOST)
        assert running.pulse.troubles() == []
        await running.leave()

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_what_was_not_stored_when_it_is_time_to_leave_is_not_acknowledged() -> None:
    async def read() -> None:
        books = Books()
        books.away = 10**9
        running = Running({(RENT, 0): 5}, books)
        await running.until(lambda: books.attempts > 0)
        await running.leave()
        assert running.source.acknowledged == {}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_an_error_of_the_intake_ends_the_reading_with_nothing_acknowledged() -> None:
    async def read() -> None:
        books = Books()
        books.error = ValueError()
        running = Running({(RENT, 0): 5}, books)
        with pytest.raises(ValueError, match=r"^$"):
            await running.task
        assert running.source.acknowledged == {}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_a_topic_that_is_paused_in_the_midst_of_a_batch_is_acknowledged_up_to_there_and_read_no_more() -> None:
    async def read() -> None:
        books = Books()
        books.closes_at = {RENT: 3}
        running = Running({(RENT, 0): 50, (WATER, 0): 50}, books)
        await running.until(lambda: books.next.get((WATER, 0)) == 50)
        await running.leave()
        assert running.source.acknowledged == {(RENT, 0): 4, (WATER, 0): 50}
        assert running.source.asked[-1] == {RENT}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_a_topic_that_is_resumed_is_read_on_from_where_the_intake_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "ASK_PAUSED_SECONDS", 0.001)

    async def read() -> None:
        books = Books()
        books.closes_at = {RENT: 3}
        running = Running({(RENT, 0): 50, (WATER, 0): 50}, books)
        await running.until(lambda: running.source.asked[-1:] == [{RENT}] and books.next.get((WATER, 0)) == 50)
        books.closed.clear()
        await running.until(lambda: books.next.get((RENT, 0)) == 50)
        await running.leave()
        assert running.source.acknowledged == {(RENT, 0): 50, (WATER, 0): 50}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_a_topic_that_another_worker_paused_is_asked_for_first() -> None:
    async def read() -> None:
        books = Books()
        books.closed = {RENT}
        running = Running({(RENT, 0): 50, (WATER, 0): 5}, books)
        await running.until(lambda: books.next.get((WATER, 0)) == 5)
        await running.leave()
        assert {topic for topic, _ in running.source.taken} == {WATER}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_when_all_topics_are_paused_the_reading_ends_by_itself() -> None:
    async def read() -> None:
        books = Books()
        books.closes_at = {RENT: 3, WATER: 0}
        running = Running({(RENT, 0): 50, (WATER, 0): 50}, books)
        await running.task
        assert running.reading.all_paused()
        assert running.source.acknowledged == {(RENT, 0): 4, (WATER, 0): 1}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_a_batch_that_was_taken_in_only_in_part_is_handed_over_again() -> None:
    class Forgetful(Books):
        """Leaves something out once without a paused topic to show for it: somebody resumed it meanwhile."""

        def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
            return super().store(records if self.attempts else records[:4])

    async def read() -> None:
        running = await _everything({(RENT, 0): 35}, Forgetful())
        assert running.books.stored == [(RENT, offset) for offset in range(35)]
        assert running.source.acknowledged == {(RENT, 0): 35}

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_the_client_reads_on_behind_what_was_caught_up_on() -> None:
    async def read() -> None:
        books = Books()
        running = Running({(RENT, 0): 60, (WATER, 0): 7}, books)
        running.source._next[RENT, 0] = 60  # it read past them
        running.reading.mend((RENT, 0, 0, 20))
        await running.until(lambda: books.next == {(RENT, 0): 60, (WATER, 0): 7})
        await running.leave()
        assert running.source.acknowledged == {(RENT, 0): 60, (WATER, 0): 7}
        assert min(offset for topic, offset in running.source.taken if topic == RENT) == 20

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_while_one_partition_after_the_other_is_mended_the_others_are_read() -> None:
    async def read() -> None:
        books = Books()
        sizes = {("arrears.energy.twentestroom", partition): 5 for partition in range(10)}
        running = Running({**sizes, (WATER, 0): 5 * MOST}, books)
        running.source._next.update(sizes)
        for place in sizes:
            running.reading.mend((*place, 0, 5))
        await running.until(lambda: books.next == {**sizes, (WATER, 0): 5 * MOST})
        await running.leave()
        topics = [topic for topic, _ in books.stored]
        assert topics.index(WATER) < topics.index("arrears.energy.twentestroom") + 10

    asyncio.run(asyncio.wait_for(read(), SECONDS))

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_what_moved_before_its_turn_to_be_mended_is_left_to_its_reader() -> None:
    books = Books()
    books.next = {(RENT, 0): 3}
    assert CompleteIntake(books, Nothing()).catch_up((RENT, 0, 0, 7)) == {}
    assert CompleteIntake(books, Nothing()).catch_up((RENT, 0, 3, 7)) == {(RENT, 0): 7}


def test_a_topic_paused_and_resumed_between_two_looks_is_read_on_from_where_the_intake_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading_module, "ASK_PAUSED_SECONDS", 0.0)

    class Resumed(Books):
        """Somebody resumes the topic as soon as it is paused."""

        def refresh_paused(self) -> frozenset[str]:
            self.closed.clear()
            return super().refresh_paused()

    async def read() -> None:
        books = Resumed()
        books.closes_at = {RENT: 3}
        running = Running({(RENT, 0): 50}, books)
        await running.until(lambda: books.next.get((RENT, 0)) == 50)  # a gap fails in the books
        await running.leave()

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_a_group_that_rebalances_without_end_does_not_keep_the_reading_from_leaving() -> None:
    class Hanging(Books):
        """Takes in only a part, so that the reading goes back."""

        def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
            return super().store(records[:4])

    async def read() -> None:
        books = Hanging()
        running = Running({(RENT, 0): 1000}, books)
        takes = running.source.take

        async def take(paused: Collection[str]) -> list[Record]:
            if running.source.asked:
                await asyncio.Event().wait()
            return await takes(paused)

        running.source.take = take  # type: ignore[method-assign]  # a rebalance of the one source
        await running.until(lambda: books.attempts == 1)
        beaten = running.pulse._beat
        await running.until(lambda: running.pulse._beat > beaten + reading_module.WAKE_SECONDS)
        await running.leave()

    asyncio.run(asyncio.wait_for(read(), SECONDS))


def test_what_stands_still_is_taken_in_by_the_loop() -> None:
    async def read() -> None:
        books = Books()
        running = Running({(RENT, 0): 0, (WATER, 0): 0}, books)
        running.reading.mend((RENT, 0, 0, 7))
        await running.until(lambda: books.next.get((RENT, 0)) == 7)
        await running.leave()
        assert running.source.acknowledged == {(RENT, 0): 7}
        assert books.threads == {"intake"}

    asyncio.run(asyncio.wait_for(read(), SECONDS))
