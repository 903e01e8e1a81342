"""Which faults are there, and how does each befall a running stage?

A fault returns whether it really happened: a blow that was ordered at a step that nobody came to does not count. None
waits until its consequences are over, so the next one meets them; what takes a service away says so to the watch.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kafka import TopicPartition
from kafka.admin import MemberToRemove
from kafka.structs import OffsetAndMetadata

from signals.consumers.broker import admin_client
from signals.embedded.children import await_until
from tests.faults.bindings import EDGES, STEPS
from tests.faults.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.bindings import Role
    from tests.faults.crew import Member
    from tests.faults.orders import Blow
    from tests.faults.proxy import Cut, Proxy
    from tests.faults.stage import Stage

BATCH: Final = 25  # records that give every worker something to do
COMES_SECONDS: Final = 12.0  # how long a fault waits for its moment
TRIES: Final = 6
HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault; `often` is its share in the deck that rounds draw from."""

    name: str
    often: int
    befall: Callable[[Stage], bool]


def _blow(role: Role, blow: Blow) -> Callable[[Stage], bool]:
    """A member is struck before or after a step."""

    def befall(stage: Stage) -> bool:
        step, edge = stage.next_place([(step, edge) for step in STEPS[role] for edge in EDGES], f"{role} {blow}")
        order = Order(step.name, edge, blow, stage.rng.randint(0, 1), stage.rng.uniform(0.5, 4.0))
        members = stage.crew.of(role)
        before = {member.name: len(member.letterbox.struck()) for member in members}
        for member in members:  # whoever comes there first; the others are told to forget it
            member.letterbox.order(order)
        struck = _await_work(stage, lambda: any(len(m.letterbox.struck()) > before[m.name] for m in members))
        for member in members:
            member.letterbox.order(None)
        return struck

    return befall


def _await_work(stage: Stage, came: Callable[[], bool]) -> bool:
    """Give the workers something to do until `came`, for a while."""
    for _ in range(TRIES):
        if stage.watch.lag() < BATCH:
            stage.feed(BATCH)
        if await_until(came, COMES_SECONDS / TRIES):
            return True
    return came()


def _member(stage: Stage, role: Role) -> Member | None:
    alive = [member for member in stage.crew.of(role) if member.alive]
    return stage.rng.choice(alive) if alive else None


def killed(role: Role) -> Callable[[Stage], bool]:
    """kill -9 at any moment."""

    def befall(stage: Stage) -> bool:
        member = _member(stage, role)
        stage.feed(BATCH)
        _rest(stage, 0.0, 0.5)
        if member is None:
            return False
        stage.crew.kill(member)
        return True

    return befall


def frozen_worker(stage: Stage) -> bool:
    """A worker stands still (a machine that swaps, a virtual one that moves) and goes on as if nothing had been."""
    member = _member(stage, "worker")
    if member is None:
        return False
    member.signal(signal.SIGSTOP)
    with stage.watch.outage("a worker stands still"):
        stage.feed(BATCH)
        _rest(stage, 0.5, 5.0)  # past the session's 3 seconds its partitions are given away
    member.signal(signal.SIGCONT)
    return True


def joins(stage: Stage) -> bool:
    """One worker more."""
    away = [m for m in stage.crew.members.values() if m.role == "worker" and not m.wanted]
    if not away:
        return leaves(stage)
    stage.crew.want(stage.rng.choice(away), wanted=True)
    stage.feed(BATCH)
    return True


def leaves(stage: Stage) -> bool:
    """One worker less; the last one does not go."""
    if len(stage.workers) < 2:
        return joins(stage)
    stage.feed(BATCH)
    stage.crew.want(stage.rng.choice(stage.workers), wanted=False)
    return True


def broker_killed(stage: Stage) -> bool:
    """The broker is killed and comes back a little later."""
    stage.feed(BATCH)
    with stage.flow.held(), stage.watch.outage("the broker is away"):
        stage.broker.kill()
        _rest(stage, 0.0, 2.0)
        stage.broker.start()
    return True


def database_stopped(stage: Stage) -> bool:
    """Immediate shutdown of the database, and its return."""
    stage.feed(BATCH)
    with stage.watch.outage("the database is away"):
        stage.database.stop_immediately()
        _rest(stage, 0.0, 2.0)
        stage.database.start()
    return True


def backend_killed(stage: Stage) -> bool:
    """One server process of the database dies: it breaks off all connections and recovers."""
    stage.feed(BATCH)
    backends = stage.database.backends()
    if not backends:
        return False
    with stage.watch.outage("the database recovers"):
        stage.database.kill_backend(stage.rng.choice(backends))
        return stage.database.await_open(30.0)


def _commit_cut(when: Cut, of: Role) -> Callable[[Stage], bool]:
    """The connection breaks in the midst of a commit: before the server hears of it, or after it did it."""

    def befall(stage: Stage) -> bool:
        net = _net(stage, of)
        net.cut_next_commit(when)
        came = _await_work(stage, net.cut_done.is_set)
        net.cut_next_commit(None)
        return came

    return befall


def _net(stage: Stage, role: Role) -> Proxy:
    return stage.worker_net if role == "worker" else stage.relay_net


def network_breaks(stage: Stage) -> bool:
    """All connections to the database break off at once."""
    stage.feed(BATCH)
    _rest(stage, 0.0, 0.3)
    stage.worker_net.reset_all()
    stage.relay_net.reset_all()
    return True


def network_closed(stage: Stage) -> bool:
    """The network lets nobody in any more, and breaks off who is."""
    with stage.watch.outage("the network is closed"):
        stage.worker_net.closed = True
        stage.worker_net.reset_all()
        stage.feed(BATCH)
        _rest(stage, 0.5, 3.0)
        stage.worker_net.heal()
    return True


def network_silent(stage: Stage) -> bool:
    """The network swallows everything for a while, then it turns out that the connections are dead."""
    with stage.watch.outage("the network is silent"):
        stage.worker_net.silent = True
        stage.feed(BATCH)
        _rest(stage, 0.5, 4.0)
        stage.worker_net.heal()
    return True


def slow_database(stage: Stage) -> bool:
    """Every answer takes long."""
    with stage.worker_net.slow(stage.rng.uniform(0.01, 0.15)):
        stage.feed(BATCH)
        _rest(stage, 0.5, 2.0)
    return True


def database_frozen(stage: Stage) -> bool:
    """The database stands still with its connections open."""
    stage.feed(BATCH)
    with stage.watch.outage("the database stands still"), stage.database.frozen():
        _rest(stage, 0.5, 3.0)
    return True


def disk_full(stage: Stage) -> bool:
    """There is no room left in the database for a while; it may even end of that, then it is started again."""
    if not stage.database.can_fill:
        return False
    with stage.watch.outage("the disk is full"):
        with stage.database.full():
            stage.feed(4 * BATCH)
            _rest(stage, 1.0, 2.5)
        return stage.database.await_open(30.0)


def clock_jumps(stage: Stage) -> bool:
    """A worker's clock goes wrong by hours, to either side; it stays so until the end of the round."""
    member = _member(stage, "worker")
    if member is None:
        return False
    member.letterbox.clock(stage.rng.choice((-1, 1)) * stage.rng.uniform(HOUR / 60, 30 * HOUR))
    stage.feed(BATCH)
    return True


def delivered_again(stage: Stage) -> bool:
    """A partner sends a lot again, in another order and to other partitions."""
    again = stage.rng.sample(stage.sent, min(len(stage.sent), 2 * BATCH))
    stage.flow.send(again, stage.rng)
    return bool(again)


def backlog(stage: Stage) -> bool:
    """A partner that was silent sends everything at once."""
    stage.feed(12 * BATCH)
    return True


def offsets_set_back(stage: Stage) -> bool:
    """With all workers stopped, the group's offsets are set back: the broker delivers again what was acknowledged."""
    stage.flow.settle()
    stopped = stage.workers
    ends = [member.await_end(20.0) for member in stopped]
    with stage.watch.outage("all workers are stopped"):
        for member in stopped:
            stage.crew.want(member, wanted=False)
        gone = all(ended() for ended in ends)
        done = gone and await_until(lambda: _set_back(stage), COMES_SECONDS)  # a killed one's session has to end
        for member in stopped:
            stage.crew.want(member, wanted=True)
    stage.feed(BATCH)
    return done


def everything_dies(stage: Stage) -> bool:
    """The machine loses its power: workers, relays, broker and database, all at one moment."""
    stage.feed(BATCH)
    with stage.flow.held(), stage.watch.outage("nothing runs"):
        for member in stage.crew.members.values():
            stage.crew.kill(member)
        stage.broker.kill()
        stage.database.stop_immediately()
        stage.database.start()  # the workers are back before the broker is
        stage.broker.start()
    return True


def _set_back(stage: Stage) -> bool:
    group = stage.settings.kafka_group
    names = [member.name for member in stage.crew.members.values() if member.role == "worker"]
    with admin_client(stage.settings) as admin:
        admin.remove_group_members(group, [MemberToRemove(group_instance_id=name) for name in names])
        committed = admin.list_group_offsets([group])[group]
        back = {
            place: OffsetAndMetadata(stage.rng.randint(0, max(0, entry.offset)), "", -1)
            for place, entry in committed.items()
            if isinstance(place, TopicPartition)
        }
        answers = admin.alter_group_offsets(group, back) if back else {}
    return bool(answers) and all(getattr(answer, "errno", 0) == 0 for answer in answers.values())


def _rest(stage: Stage, shortest: float, longest: float) -> None:
    """The fault itself lasts so long: this is its content, not a wait for something."""
    time.sleep(stage.rng.uniform(shortest, longest))


KINDS: Final = (
    Kind("worker killed at a step", 8, _blow("worker", "kill")),
    Kind("worker told to leave at a step", 4, _blow("worker", "terminate")),
    Kind("worker stalled at a step", 2, _blow("worker", "stall")),
    Kind("relay killed at a step", 3, _blow("relay", "kill")),
    Kind("relay told to leave at a step", 1, _blow("relay", "terminate")),
    Kind("worker killed", 2, killed("worker")),
    Kind("worker frozen", 1, frozen_worker),
    Kind("worker joins", 2, joins),
    Kind("worker leaves", 2, leaves),
    Kind("broker killed", 1, broker_killed),
    Kind("database stopped", 1, database_stopped),
    Kind("database process killed", 1, backend_killed),
    Kind("commit cut before", 2, _commit_cut("before", "worker")),
    Kind("commit cut after", 2, _commit_cut("after", "worker")),
    Kind("relay's commit cut", 1, _commit_cut("after", "relay")),
    Kind("network breaks", 1, network_breaks),
    Kind("network closed", 1, network_closed),
    Kind("network silent", 1, network_silent),
    Kind("database slow", 1, slow_database),
    Kind("database frozen", 1, database_frozen),
    Kind("disk full", 1, disk_full),
    Kind("clock jumps", 2, clock_jumps),
    Kind("delivered again", 2, delivered_again),
    Kind("backlog", 1, backlog),
    Kind("offsets set back", 1, offsets_set_back),
    Kind("everything dies", 1, everything_dies),
)
DECK: Final = tuple(kind for kind in KINDS for _ in range(kind.often))
