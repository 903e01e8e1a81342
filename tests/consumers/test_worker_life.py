"""How a worker's life ends, and with which code: in this process, with a member of the group that is not one."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from signals.consumers import worker as worker_module
from signals.consumers.complete import CompleteIntake
from signals.consumers.pulse import Pulse
from signals.consumers.worker import ALL_PAUSED, DONE, FAILED, PAST_DEADLINE, Worker
from signals.settings import load_settings
from tests.consumers.sources import LogSource
from tests.consumers.test_reading import RENT, SECONDS, WATER, Books, Nothing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from signals.consumers.records import Place, Record
    from signals.settings import Settings


MOMENTS: Final = 10_000


class Member(LogSource):
    """A member of a group of one, that reads what it is told to."""

    def __init__(self, settings: Settings) -> None:
        super().__init__({(RENT, 0): 20, (WATER, 0): 20}, settings.batch_size)
        self.crashed = False
        self.left = False
        self.reads: list[frozenset[str]] = []
        self.over = asyncio.Event()

    async def start(self, topics: frozenset[str]) -> None:
        await self.subscribe(topics)

    async def subscribe(self, topics: frozenset[str]) -> None:
        self.reads.append(topics)

    async def gave_up(self) -> None:
        await self.over.wait()

    async def leave(self) -> None:
        self.left = True

    def give_up(self) -> None:
        self.crashed = True
        self.over.set()


@dataclass(frozen=True)
class Life:
    """A running worker with its member of the group and its books."""

    worker: Worker
    member: Member
    books: Books

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(MOMENTS):
            if condition():
                return
            await asyncio.sleep(0.001)
        raise AssertionError("it did not come to that")


def code_of(books: Books, story: Callable[[Life], Awaitable[None]]) -> tuple[int, Member]:
    """The exit code of a worker that hears of a topic, and then lives through the `story`."""

    async def live() -> tuple[int, Member]:
        settings = load_settings(kafka_bootstrap="127.0.0.1:9", shutdown_seconds=1)
        worker = Worker(settings, CompleteIntake(books, Nothing()), Pulse(60.0))
        member = worker._source
        assert isinstance(member, Member)
        running = asyncio.ensure_future(worker.run())
        worker.hear_of_topics(frozenset({RENT}))
        await story(Life(worker, member, books))
        return await running, member

    return asyncio.run(asyncio.wait_for(live(), SECONDS))


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "FaustSource", Member)
    monkeypatch.setattr(worker_module, "_end_after", lambda *_: None)  # it would end the tests


def test_it_reads_what_appears_and_leaves_when_told() -> None:
    async def story(life: Life) -> None:
        await life.until(lambda: life.books.next.get((RENT, 0)) == 20)
        life.worker.hear_of_topics(frozenset({WATER}))
        await life.until(lambda: len(life.member.reads) == 2)
        life.worker.leave()

    code, member = code_of(Books(), story)
    assert (code, member.left) == (DONE, True)
    assert member.reads == [{RENT}, {RENT, WATER}]


def test_it_leaves_also_while_the_broker_keeps_it_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    started = asyncio.Event()

    async def start(member: Member, topics: frozenset[str]) -> None:
        await member.subscribe(topics)
        started.set()
        await member.over.wait()

    async def story(life: Life) -> None:
        await started.wait()
        life.worker.leave()

    monkeypatch.setattr(Member, "start", start)
    code, member = code_of(Books(), story)
    assert (code, member.left) == (DONE, False)


@pytest.mark.parametrize("broken", [False, True])
def test_a_broker_that_hears_of_no_leaving_changes_no_code(monkeypatch: pytest.MonkeyPatch, *, broken: bool) -> None:
    limits: list[tuple[float, int]] = []

    async def leave(member: Member) -> None:
        member.left = True
        if broken:
            raise ConnectionError

    async def story(life: Life) -> None:
        await life.until(lambda: (RENT, 0) in life.books.next)
        life.worker.leave()

    monkeypatch.setattr(Member, "leave", leave)
    monkeypatch.setattr(worker_module, "_end_after", lambda seconds, code, _: limits.append((seconds, code)))
    assert code_of(Books(), story)[0] == DONE
    assert limits == [(worker_module.LEAVING, DONE)]


def test_a_client_that_gives_up_ends_it() -> None:
    async def story(life: Life) -> None:
        await life.until(lambda: (RENT, 0) in life.books.next)
        life.member.give_up()

    code, member = code_of(Books(), story)
    assert (code, member.left) == (FAILED, True)


def test_all_topics_paused_ends_it() -> None:
    books = Books()
    books.closes_at = {RENT: 3, WATER: 3}

    async def story(_: Life) -> None:
        """Nobody tells it."""

    code, member = code_of(books, story)
    assert (code, member.left) == (ALL_PAUSED, True)


def test_a_batch_that_does_not_end_does_not_keep_it_in_the_group() -> None:
    class Hanging(Books):
        def __init__(self) -> None:
            super().__init__()
            self.over = threading.Event()

        def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
            self.attempts += 1
            self.over.wait(SECONDS)
            return super().store(records, waits=waits)

    books = Hanging()

    async def story(life: Life) -> None:
        await life.until(lambda: books.attempts > 0)
        life.worker.leave()

    code, member = code_of(books, story)
    books.over.set()
    assert (code, member.left) == (PAST_DEADLINE, True)
    assert member.acknowledged == {}
