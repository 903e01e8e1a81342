"""The harness's own parts: what it reads on the wire, where it strikes, what it calls standing still."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.faults import bindings, clock
from tests.faults.bindings import STEPS, Step, UnboundError
from tests.faults.orders import Letterbox, Order
from tests.faults.process import Struck
from tests.faults.proxy import Cut, Proxy
from tests.faults.town import Town
from tests.faults.watch import Watch
from tests.faults.wire import Conversation, Messages

if TYPE_CHECKING:
    from collections.abc import Iterator

WROTE, COMMITTED = "UPDATE progress SET next_offset = 1", "COMMIT"


def said(kind: str, body: bytes) -> bytes:
    return kind.encode() + (len(body) + 4).to_bytes(4, "big") + body


def query(text: str) -> bytes:
    return said("Q", text.encode() + b"\0")


def prepared(name: str, text: str) -> bytes:
    return said("P", f"{name}\0{text}\0".encode() + b"\0\0")


def run(name: str) -> bytes:
    return said("B", f"\0{name}\0".encode() + b"\0" * 6) + said("E", b"\0" * 5)


START = (12).to_bytes(4, "big") + b"\0\3\0\0user"


@pytest.mark.parametrize(
    ("stream", "commits"),
    [
        (query("BEGIN") + query(WROTE) + query(COMMITTED), 1),
        (query("BEGIN") + query("SELECT 1 FROM progress") + query(COMMITTED), 0),
        (query(WROTE) + query("ROLLBACK") + query(COMMITTED), 0),
        (prepared("a", WROTE) + run("a") + prepared("b", "commit") + run("b"), 1),
        (prepared("a", WROTE) + run("a") + query(COMMITTED) + run("a") + query(COMMITTED), 2),
        (
            query("COPY events FROM STDIN")
            + said("d", b"COMMIT" * 9)
            + query("UPDATE outbox SET x = 1; ")
            + query("END"),
            1,
        ),
    ],
    ids=["simple", "only read", "rolled back", "prepared", "prepared again", "beside a copy"],
)
def test_a_commit_that_counts_is_seen_however_the_bytes_are_cut(stream: bytes, commits: int) -> None:
    for size in (1, 3, 7):
        talk = Conversation()
        talk.commits(START)
        assert sum(talk.commits(stream[at : at + size]) for at in range(0, len(stream), size)) == commits
    assert Conversation().commits(START + stream) == (commits > 0)


def test_messages_come_whole_and_without_what_holds_no_statement() -> None:
    messages = Messages()
    stream = START + query("one") + said("d", b"x" * 1000) + query("two")
    found = [message for at in range(0, len(stream), 5) for message in messages.feed(stream[at : at + 5])]
    assert found == [(b"", b""), (b"Q", b"one\0"), (b"d", b""), (b"Q", b"two\0")]


@pytest.fixture
def proxy(database: str) -> Iterator[tuple[Proxy, str]]:
    folder = re.search(r"host=([^&]+)", database)
    assert folder is not None
    with psycopg.connect(database) as connection:
        name = connection.info.dbname
    proxy = Proxy(Path(folder[1]) / ".s.PGSQL.5432")
    yield proxy, f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}?sslmode=disable&gssencmode=disable"
    proxy.close()


@pytest.mark.database
@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
def test_a_commit_is_cut_before_or_after_it_happened(proxy: tuple[Proxy, str], when: Cut, stored: int) -> None:
    net, url = proxy
    net.cut_next_commit(when)
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute("INSERT INTO progress (log_id, topic, partition) VALUES ('log', 'arrears.other.one', 0)")
    assert net.cut_done.wait(5.0)
    with psycopg.connect(url) as connection:  # the network is as ever
        assert connection.execute("SELECT count(*) FROM progress").fetchone() == (stored,)


@pytest.mark.database
def test_a_closed_network_lets_nobody_in(proxy: tuple[Proxy, str]) -> None:
    net, url = proxy
    with psycopg.connect(url) as connection:
        net.closed = True
        net.reset_all()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    net.heal()
    psycopg.connect(url).close()


@pytest.mark.parametrize(
    "step", [step for steps in STEPS.values() for step in steps], ids=lambda step: f"{step.home}.{step.function}"
)
def test_every_step_is_where_it_is_bound(step: Step) -> None:
    assert callable(bindings.bound(step)[1])


def test_a_step_that_is_gone_is_told() -> None:
    with pytest.raises(UnboundError, match=r"'gone' is not at signals\.store\.inbox\.nowhere"):
        bindings.bound(Step("gone", "signals.store.inbox", "nowhere"))


def test_a_blow_falls_once_at_its_step_after_what_is_to_be_passed_before(tmp_path: Path) -> None:
    box = Letterbox(tmp_path, "worker-one")
    struck = Struck(box)
    claim, load = Step("claim", "", ""), Step("load", "", "")
    box.order(Order("claim", "after", "stall", skip=1, seconds=0.0))
    for step, edge, blows in (
        (claim, "before", 0),
        (claim, "after", 0),
        (load, "after", 0),
        (claim, "after", 1),
        (claim, "after", 1),
    ):
        struck.passing(step, edge)  # type: ignore[arg-type]  # one of the two
        assert len(box.struck()) == blows
    assert box.passed() == {"claim", "load"}
    assert box.standing_order() is None


def test_only_the_commit_of_a_batch_counts(tmp_path: Path) -> None:
    box = Letterbox(tmp_path, "worker-one")
    struck = Struck(box)
    note, commit = Step("note progress", "", ""), Step("commit", "", "", follows="note progress")

    def pass_through(*steps: Step) -> None:
        for step in steps:
            struck.passing(step, "before")
            struck.passing(step, "after")

    pass_through(commit, commit)
    assert box.passed() == set()
    pass_through(note)
    another = threading.Thread(target=pass_through, args=(commit,))
    another.start()
    another.join()
    assert box.passed() == {"note progress"}
    pass_through(commit, commit)
    assert box.passed() == {"note progress", "commit"}


def test_the_shifted_clock_shows_plain_moments() -> None:
    clock.jump(3600.0)
    try:
        now = clock._Shifted.now(UTC)
        assert now - datetime.now(UTC) > timedelta(minutes=59)
        assert type(now) is datetime
        assert type(clock._Shifted.fromisoformat("2026-11-02T08:15:00+00:00")) is datetime
        assert isinstance(datetime.now(UTC), clock._Shifted)
        assert clock._shifted_time() - time.time() > 3540
    finally:
        clock.jump(0.0)


PLACE = ("arrears.other.one", 0)


class Slow(Watch):
    """A watch that is told what it sees, and when."""

    def __init__(self) -> None:
        self._ends: dict[Any, int] = {PLACE: 10}
        self._lock = threading.Lock()
        self._outages = Counter()
        self._free_since = 0.0
        self._moved, self._lagging_since, self.taken = {}, {}, {}
        self.last_move = self.longest = 0.0

    def at(self, moment: float, taken: int) -> None:
        """What is seen at `moment`."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "monotonic", lambda: moment)
            self._note({PLACE: taken})


def test_standing_still_is_counted_from_the_last_step_forward_while_nothing_is_taken_away() -> None:
    watch = Slow()
    watch.at(100.0, 10)
    watch.at(150.0, 10)
    assert watch.longest == 0.0  # nothing lags
    watch._ends[PLACE] = 20
    watch.at(160.0, 10)
    watch.at(163.0, 10)
    assert watch.longest == 3.0
    watch.at(170.0, 15)
    assert (watch.longest, watch.lag()) == (3.0, 5)
    watch._outages["away"] = 1
    watch.at(200.0, 15)
    watch._outages["away"], watch._free_since = 0, 200.0
    watch.at(204.0, 15)
    assert watch.longest == 4.0


def test_a_town_is_that_of_its_seed() -> None:
    one, again, other = Town(5), Town(5), Town(6)
    assert one.messages() == again.messages() != other.messages()
    assert one.municipalities == again.municipalities
    assert not one.municipalities & other.municipalities
