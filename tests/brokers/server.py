"""Brokers that tests can start, kill and start again on the same address.

`ApacheKafka` is the real one and keeps its log over a restart; `EmbeddedBroker` stands in where Java or Maven is
missing and forgets everything when it is stopped.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import uuid
from typing import TYPE_CHECKING, Final, Protocol

from signals.embedded import broker as embedded_broker
from signals.embedded.broker import free_port, listens
from signals.embedded.children import KILLED, Ending, await_until, last_words, launch, stop

if TYPE_CHECKING:
    from pathlib import Path

    from signals.embedded.children import Process

START_SECONDS: Final = 60.0
JAVA: Final = ("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

PROPERTIES: Final = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
min.insync.replicas=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
auto.create.topics.enable=false
"""


class Broker(Protocol):
    """A broker for tests."""

    real: bool
    bootstrap: str

    def start(self) -> None:
        """Start on the same address as before; returns when it takes connections."""

    def stop(self) -> None:
        """End it in good order."""

    def kill(self) -> None:
        """End it as `kill -9` does."""


class ApacheKafka:
    """A single Apache Kafka node in KRaft mode."""

    real = True

    def __init__(self, jars: Path, folder: Path) -> None:
        self._jars = jars
        self._folder = folder
        self._port = free_port()
        self._process: Process | None = None
        self.bootstrap = f"127.0.0.1:{self._port}"
        self._format()

    def _format(self) -> None:
        properties = PROPERTIES.format(port=self._port, controller=free_port(), logs=self._folder / "logs")
        self._config.write_text(properties, encoding="utf-8")
        cluster = "s" + secrets.token_hex(10) + "w"  # 22 letters; a hyphen in front would be taken for an option
        subprocess.run(
            [*self._java("kafka.tools.StorageTool"), "format", "-t", cluster, "-c", str(self._config)],
            check=True,
            capture_output=True,
            timeout=START_SECONDS,
        )

    @property
    def _config(self) -> Path:
        return self._folder / "server.properties"

    def _java(self, program: str) -> list[str]:
        return [*JAVA, "-cp", f"{self._jars}/*", program]

    def start(self) -> None:
        log = self._folder / "kafka.log"
        with log.open("ab") as output:
            process = launch([*self._java("kafka.Kafka"), str(self._config)], env=os.environ, output=output)
        self._process = process
        await_until(lambda: process.poll() is not None or listens(self._port), START_SECONDS)
        if process.poll() is not None:
            raise RuntimeError(f"Kafka did not start: {last_words(log)}")

    def stop(self) -> None:
        self._end(Ending(signal.SIGTERM, 20.0))

    def kill(self) -> None:
        self._end(KILLED)

    def _end(self, ending: Ending) -> None:
        if self._process:
            stop(self._process, ending)
            self._process = None


class EmbeddedBroker:
    """The broker from the wheel."""

    real = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._running = contextlib.ExitStack()
        self.bootstrap = f"127.0.0.1:{self._port}"

    def start(self) -> None:
        log_id = uuid.uuid4().hex
        self._running.enter_context(embedded_broker.running(self._folder, log_id, self._port))

    def stop(self) -> None:
        self._running.close()

    def kill(self) -> None:
        self._running.close()
