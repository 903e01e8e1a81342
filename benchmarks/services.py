"""On what do the benchmarks run? A real Kafka and a real PostgreSQL on this machine, ours alone, gone afterwards.

PostgreSQL runs as in production: it waits for the disk at every commit, and autovacuum is on. Every part that is
measured is a process of its own.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from signals.consumers.broker import admin_client, topic_names
from signals.consumers.publisher import publish
from signals.consumers.topics import apply_topics, wanted_topics
from signals.contract.partners import ArrearsTopic
from signals.embedded import Ending, child, embedded_postgres
from signals.embedded.children import await_until
from signals.embedded.postgres import MAJOR
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy, register_partners
from signals.policies import almelo_policy_text
from signals.settings import PREFIX, Settings, load_settings, variable
from signals.simulation.partners import PARTNERS
from signals.simulation.towns import PROVINCE
from signals.store.database import WORKER_OPTIONS, engine_for, transaction
from signals.store.migrate import upgrade
from signals.store.models import Base
from tests.brokers.jars import fetched_jars
from tests.brokers.server import ApacheKafka

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Engine

    from signals.embedded.children import Process
    from signals.simulation.towns import Town

PARTITIONS: Final = 6
ROOT: Final = Path(__file__).parents[1]
TICK: Final = os.sysconf("SC_CLK_TCK")
GONE_SECONDS: Final = 30.0
LEAVING: Final = Ending(within=12.0)
Message = tuple[str, "bytes | None", "bytes | None"]


@dataclass(frozen=True)
class Place:
    """Where the services are: `bootstrap` is the broker's address, `url` that of the database `postgres`."""

    folder: Path
    url: str
    bootstrap: str
    broker_pid: int

    def environment(self, database: str, **more: str) -> dict[str, str]:
        """The settings of a process that works on the database of that name, without those of our own surroundings."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        here = {"database_url": self.database(database), "kafka_bootstrap": self.bootstrap, **more}
        return {**ours, **{variable(name): value for name, value in here.items()}}

    def settings(self, database: str = "postgres") -> Settings:
        """The same for ourselves."""
        given = {"database_url": self.database(database), "kafka_bootstrap": self.bootstrap}
        return load_settings(**given, topic_partitions=PARTITIONS)

    def database(self, name: str) -> str:
        """The libpq URI of the database of that name."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}/{name}?{parts.query}"

    @contextlib.contextmanager
    def engine(self, name: str) -> Iterator[Engine]:
        """A worker's engine on the database of that name; one connection at a time."""
        engine = engine_for(self.database(name), options=WORKER_OPTIONS, pool_size=1)
        try:
            yield engine
        finally:
            engine.dispose()

    @contextlib.contextmanager
    def running(self, *words: str, environment: Mapping[str, str], name: str) -> Iterator[Process]:
        """`python -m words…` as a process beside us; its log is `name`.log in the folder."""
        with child([sys.executable, "-m", *words], environment, log=self.log(name), ending=LEAVING) as process:
            yield process

    def log(self, name: str) -> Path:
        """Where the process of that name writes what it has to say."""
        return self.folder / f"{name}.log"

    @property
    def postgres_pid(self) -> int:
        """The server's first process."""
        return int((self.folder / "database" / "postgres" / "postmaster.pid").read_text("utf-8").split()[0])


@contextlib.contextmanager
def services() -> Iterator[Place]:
    """Kafka with the topics of the simulated partners, and PostgreSQL, for the length of the `with` block."""
    with tempfile.TemporaryDirectory(prefix="signals-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "broker").mkdir()
        kafka = ApacheKafka(fetched_jars(), folder / "broker")
        with embedded_postgres(folder / "database") as url:
            kafka.start()
            try:
                place = Place(folder, url, kafka.bootstrap, _pid(kafka))
                apply_topics(place.settings(), wanted_topics(place.settings(), PARTNERS))
                yield place
            finally:
                kafka.kill()


def _pid(kafka: ApacheKafka) -> int:
    process = kafka._process  # noqa: SLF001 - the tests have no use for its number
    assert process is not None
    return process.pid


def fresh_topics(place: Place) -> None:
    """Have the partners' topics empty, with offsets from 0."""
    settings = place.settings()
    wanted = [topic for topic in wanted_topics(settings, PARTNERS) if ArrearsTopic.parse(topic.name)]
    names = {topic.name for topic in wanted}
    with admin_client(settings) as admin:
        admin.delete_topics(sorted(names & set(admin.list_topics())))
    if not await_until(lambda: not names & topic_names(settings), GONE_SECONDS):
        raise RuntimeError(f"the broker did not remove its topics within {GONE_SECONDS:.0f} s")
    apply_topics(settings, wanted)


def send(place: Place, messages: Iterable[Message]) -> int:
    """Publish; how many they were."""
    return publish(place.settings(), messages)


def make_database(place: Place, name: str, template: str = "template1") -> None:
    """A new database, as a copy of `template`; what is there under that name goes."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))


def make_installation(place: Place, name: str, towns: Sequence[Town] = PROVINCE) -> None:
    """A new database with our tables, the simulated partners and a policy for each town."""
    make_database(place, name)
    upgrade(place.database(name))
    with place.engine(name) as engine:
        empty(engine, towns)


def empty(engine: Engine, towns: Sequence[Town] = PROVINCE) -> None:
    """Leave nothing but the partners and the policies of the towns."""
    with transaction(engine) as cursor:
        tables = sql.SQL(", ").join(sql.Identifier(table) for table in Base.metadata.tables)
        cursor.execute("SET LOCAL signals.erasing = 'on'")
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        for town in towns:
            load_policy(cursor, parse_policy(almelo_policy_text(town.code, town.name), town.name), actor="bench")
        register_partners(cursor, PARTNERS, actor="bench")


def settle(place: Place, name: str) -> None:
    """Let the database write down what it holds, so that it does not do so while something is measured."""
    with psycopg.connect(place.database(name), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def new_group() -> str:
    """A consumer group that reads from the beginning."""
    return f"bench-{secrets.token_hex(4)}"


def cpu_seconds(pid: int, *, family: bool = False) -> float:
    """The processor time of a process so far; of a `family` also that of its children, the living and the dead."""
    own = _ticks(pid, dead_children=family)
    children = (number for number in _all_pids() if family and _parent(number) == pid)
    return (own + sum(_ticks(number) for number in children)) / TICK


def _stat(pid: int) -> list[str]:
    """What the kernel tells of a process, from its state on; nothing when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def _ticks(pid: int, *, dead_children: bool = False) -> int:
    stat = _stat(pid)
    return sum(int(field) for field in stat[11 : 15 if dead_children else 13])


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def _all_pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def resident_mib(pid: int) -> float:
    """How much memory a process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def machine() -> str:
    """On what this was measured, in a line."""
    model = [line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if line.startswith("model name")]
    name = model[0].partition(":")[2].strip() if model else os.uname().machine
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(str(part) for part in sys.version_info[:3])
    linux = os.uname().release.partition("-")[0]
    kafka = fetched_jars()
    return (
        f"{os.cpu_count()} cores ({name}), {memory:.0f} GiB, Linux {linux}, Python {python}, "
        f"PostgreSQL {MAJOR} and Apache Kafka {kafka.name} on the same machine"
    )
