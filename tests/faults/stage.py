"""Everything of one soak: broker, database, network between, workers, relays, and what is published.

A stage outlives rounds; a round brings its own town on the same topics.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

import psycopg

from signals.consumers.topics import apply_topics, wanted_topics
from signals.contract.partners import Directory
from signals.embedded.children import await_until
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy, register_partners
from signals.settings import Settings, load_settings
from signals.store.database import engine_for, transaction
from signals.store.migrate import upgrade
from tests.brokers.jars import fetched_jars
from tests.brokers.server import ApacheKafka
from tests.faults.crew import Crew
from tests.faults.database import Database
from tests.faults.flow import Flow
from tests.faults.logbook import Logbook
from tests.faults.proxy import Proxy
from tests.faults.town import partners
from tests.faults.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from signals.consumers.publisher import Message
    from tests.faults.bindings import Edge, Step
    from tests.faults.crew import Member
    from tests.faults.town import Town

WORKERS: Final = ("worker-one", "worker-two", "worker-three")
NAMELESS: Final = WORKERS[2]  # has no name in the group, so its place is free only when its session has ended
RELAYS: Final = ("relay-one", "relay-two")
PARTITIONS: Final = 2
DATABASE: Final = "faults"
BLOWS_PER_ROUND: Final = 3  # of one kind, about; shares no factor with the number of places
DRAIN_SECONDS: Final = 120.0  # twice the stand-still that is allowed: past it somebody must lend a hand
QUICK: Final = {
    "SIGNALS_SESSION_SECONDS": "3",
    "SIGNALS_REBALANCE_SECONDS": "3",
    "SIGNALS_HEARTBEAT_SECONDS": "0.5",
    "SIGNALS_DISCOVERY_SECONDS": "0.5",
    "SIGNALS_BATCH_SIZE": "60",  # more batches, so more steps to be struck at
}


@dataclass
class Stage:
    """The running parts, and what they are told in the course of a round."""

    folder: Path
    broker: ApacheKafka
    database: Database
    worker_net: Proxy
    relay_net: Proxy
    settings: Settings
    crew: Crew
    flow: Flow
    watch: Watch
    logbook: Logbook
    engine: Engine
    rng: Random = field(default_factory=Random)
    waiting: list[Message] = field(default_factory=list)  # of this round, not yet published
    sent: list[Message] = field(default_factory=list)
    municipalities: frozenset[str] = frozenset()
    began: float = field(default_factory=time.monotonic)
    seed: int = 0
    blows: Counter[str] = field(default_factory=Counter)  # of this round

    @property
    def workers(self) -> list[Member]:
        """The workers that are wanted now."""
        return self.crew.of("worker")

    @property
    def relays(self) -> list[Member]:
        """The relays that are wanted now."""
        return self.crew.of("relay")

    @property
    def directory(self) -> Directory:
        """By which the broker's records are judged."""
        return Directory({partner.id: partner for partner in partners()}, self.municipalities)

    def note(self, words: str) -> None:
        """A line in the stage's diary, for whoever has to find out what happened."""
        with (self.folder / "crew" / "diary.log").open("a", encoding="utf-8") as diary:
            diary.write(f"{time.monotonic() - self.began:8.2f} {words}\n")

    def open_round(self, town: Town) -> None:
        """Load the town's policies, take its records up, and have 1 to 3 workers."""
        self.rng, self.seed, self.blows = Random(town.seed), town.seed, Counter()
        with transaction(self.engine) as cursor:
            for text in town.policy_texts:
                load_policy(cursor, parse_policy(text, "policy"), actor="faults")
        self.municipalities |= town.municipalities
        self.waiting, self.sent = town.messages(), []
        number = self.rng.randint(1, len(WORKERS))
        for place, name in enumerate(WORKERS):
            self.crew.want(self.crew.members[name], place < number)

    def next_place(self, places: Sequence[tuple[Step, Edge]], what: str) -> tuple[Step, Edge]:
        """Where the next blow falls: rounds of consecutive seeds come by every place in turn."""
        self.blows[what] += 1
        return places[(self.seed * BLOWS_PER_ROUND + self.blows[what]) % len(places)]

    def feed(self, number: int) -> None:
        """Publish the next `number` records; when there are none left, some that were sent before."""
        slice_, self.waiting = self.waiting[:number], self.waiting[number:]
        again = self.rng.sample(self.sent, min(len(self.sent), number - len(slice_)))
        self.sent += slice_
        self.flow.send([*slice_, *again], self.rng)

    def feed_all(self) -> None:
        """Publish what is left of the round, and wait until the broker has everything."""
        self.feed(len(self.waiting))
        self.flow.settle()

    def idle(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Wait until everything published is taken in; whether it was in time."""
        self.flow.settle()
        return await_until(lambda: self.watch.lag() == 0, seconds)

    def drained(self) -> bool:
        """Wait until everything is taken in and everything decided is published; whether it was in time."""
        deadline = time.monotonic() + DRAIN_SECONDS
        return self.idle() and await_until(self.outbox_is_empty, deadline - time.monotonic())

    def outbox_is_empty(self) -> bool:
        """Whether the relays have nothing left to do."""
        return bool(self.rows("SELECT NOT EXISTS (SELECT 1 FROM outbox WHERE published_at IS NULL)")[0][0])

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query, asked past the network of the workers."""
        with psycopg.connect(self.database.url(DATABASE), autocommit=True) as connection:
            return connection.execute(sql.encode(), parameters or None).fetchall()

    @contextlib.contextmanager
    def tampered(self, statements: Mapping[str, str]) -> Iterator[None]:
        """Each table as it is after its statement, past every trigger and key; put back afterwards."""
        for table, statement in statements.items():
            self._unguarded(f"CREATE TABLE kept_{table} AS TABLE {table}", statement)
        try:
            yield
        finally:
            for table in statements:
                kept = f"kept_{table}"
                self._unguarded(f"DELETE FROM {table}", f"INSERT INTO {table} TABLE {kept}", f"DROP TABLE {kept}")

    def _unguarded(self, *statements: str) -> None:
        with psycopg.connect(self.database.url(DATABASE)) as connection:
            for statement in ("SET LOCAL session_replication_role = replica", *statements):
                connection.execute(statement.encode())

    def heal(self) -> None:
        """Everything is as it should be again: network, servers, clocks, orders; somebody works."""
        self.worker_net.heal()
        self.relay_net.heal()
        for member in self.crew.members.values():
            member.letterbox.order(None)
            member.letterbox.clock(0.0)
        assert self.database.await_open(60.0), "the database does not come back"
        if not self.workers:
            self.crew.want(self.crew.members[WORKERS[0]], wanted=True)

    def environment(self, net: Proxy | None, name: str) -> dict[str, str]:
        """The settings of one member, which reaches the database through `net`, or directly."""
        return {
            **QUICK,
            "SIGNALS_DATABASE_URL": self.database.url(DATABASE, net.port if net else None),
            "SIGNALS_KAFKA_BOOTSTRAP": self.broker.bootstrap,
            "SIGNALS_KAFKA_GROUP": self.settings.kafka_group,
            "SIGNALS_WORKER_NAME": "" if name == NAMELESS else name,
        }


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """A stage with its servers up, its topics made and two relays running. Raises NoKafkaError."""
    with contextlib.ExitStack() as stack:
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        (folder / "broker").mkdir()
        (folder / "crew").mkdir()
        broker = ApacheKafka(fetched_jars(), folder / "broker")
        stack.callback(broker.kill)
        broker.start()
        database = Database(folder)
        stack.callback(database.close)
        stack.callback(database.keep_log, folder / "crew")
        database.start()
        database.create(DATABASE)
        upgrade(database.url(DATABASE))
        nets = [Proxy(database.socket), Proxy(database.socket)]
        for net in nets:
            stack.callback(net.close)
        stage = _stage(folder, broker, database, nets, stack)
        _register(stage)
        for name in RELAYS:
            relay = stage.crew.sign_on("relay", name, stage.environment(stage.relay_net, name))
            stage.crew.want(relay, wanted=True)
        for name in WORKERS:
            stage.crew.sign_on("worker", name, stage.environment(stage.worker_net, name))
        yield stage


def _stage(
    folder: Path, broker: ApacheKafka, database: Database, nets: list[Proxy], stack: contextlib.ExitStack
) -> Stage:
    url = database.url(DATABASE)
    settings = load_settings(
        database_url=url,
        kafka_bootstrap=broker.bootstrap,
        kafka_group=f"faults-{secrets.token_hex(4)}",
        topic_partitions=PARTITIONS,
    )
    engine = engine_for(url)
    stack.callback(engine.dispose)
    flow = Flow(settings, PARTITIONS)
    stack.callback(flow.close)
    watch = Watch(url, flow.ends)
    stack.callback(watch.close)
    crew = Crew(folder / "crew")
    stack.callback(crew.close)
    logbook = Logbook(settings)
    return Stage(folder, broker, database, nets[0], nets[1], settings, crew, flow, watch, logbook, engine)


def _register(stage: Stage) -> None:
    with transaction(stage.engine) as cursor:
        register_partners(cursor, partners(), actor="faults")
    apply_topics(stage.settings, wanted_topics(stage.settings, partners()))
