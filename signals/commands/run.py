"""`signals run`: what would become of these events? The whole walk on fresh embedded services, then its summary.

Everything is the real thing: a broker, the Faust worker as a process of its own, PostgreSQL. Nothing is kept.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from signals.commands import show
from signals.commands.connection import settings_of
from signals.commands.eventfile import read_event_lines, register_from
from signals.commands.partnersfile import read_partners
from signals.commands.registers import read_policies, shipped_policies
from signals.consumers.broker import end_offsets
from signals.consumers.publisher import publish
from signals.consumers.topics import WantedTopic, apply_topics, topic_config
from signals.embedded import child, temporary_services
from signals.embedded.children import last_words
from signals.errors import SignalsError
from signals.outreach.configuration import load_partners, load_policies
from signals.outreach.registers import load_policy, register_partners
from signals.reports.summary import summary
from signals.store.database import engine_for, transaction
from signals.store.inbox import positions
from signals.store.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Engine

    from signals.commands.eventfile import EventLine
    from signals.contract.partners import Partner
    from signals.embedded.children import Process
    from signals.outreach.policy import Policy
    from signals.settings import Settings

ACTOR: Final = "run"
STAND_STILL_SECONDS: Final = 90.0
# Every event has its answer, also when all of them are bad (borders.md section 3).
NO_LIMITS: Final = {"SIGNALS_FLOOD_LIMITS": "false"}
# Quick to see a new topic, and its first event: on these services nobody is saved by waiting.
QUICK: Final = {
    "SIGNALS_DISCOVERY_SECONDS": "0.3",
    "SIGNALS_TAKE_WITHIN_SECONDS": "0.05",
    "SIGNALS_WATCH_SECONDS": "3",
}


class DrainError(SignalsError):
    """Not everything that was published was taken in."""


def run(files: Sequence[Path], partners: Path | None, policies: Sequence[Path]) -> dict[str, Any]:
    """Publish the events of `files`, take all of them in, and return the summary of borders.md section 7."""
    started = time.monotonic()
    lines = read_event_lines(files)
    registered = read_partners(partners) if partners else register_from(lines)
    versions = read_policies(policies) if policies else shipped_policies()
    with temporary_services() as services:
        settings = settings_of(services)
        document = _take_all_in(settings, services.environment(), lines, registered, versions)
    return {**document, "published": len(lines), "seconds": round(time.monotonic() - started, 3)}


def _take_all_in(
    settings: Settings,
    environment: Mapping[str, str],
    lines: Sequence[EventLine],
    partners: Sequence[Partner],
    policies: Sequence[Policy],
) -> dict[str, Any]:
    with (
        tempfile.NamedTemporaryFile(prefix="signals-worker-", suffix=".log") as log,
        child(worker_command(), {**QUICK, **NO_LIMITS, **environment}, log=Path(log.name)) as worker,
    ):
        prepare(settings, partners, policies)
        topics = sorted({line.topic for line in lines})
        apply_topics(settings, [WantedTopic(topic, 1, topic_config("delete")) for topic in topics])
        with show.progress("publiceren", len(lines)) as told:
            publish(settings, ((line.topic, line.key, line.value) for line in lines), told)
        engine = engine_for(settings.database)
        try:
            await_drained(engine, settings, topics, worker)
            with transaction(engine) as cursor:
                return summary(cursor)
        except DrainError as error:
            raise DrainError(f"{error}\n{last_words(Path(log.name))}") from error
        finally:
            engine.dispose()


def worker_command() -> list[str]:
    """How a worker is started as a process of its own."""
    return signals_command("worker")


def signals_command(*words: str) -> list[str]:
    """How another `signals` command of this very installation is started."""
    return [sys.executable, "-m", "signals.cli", *words]


def prepare(settings: Settings, partners: Sequence[Partner], policies: Sequence[Policy]) -> None:
    """Make the tables, and bring in what is not known yet of policies and partners: what a person changed stays."""
    upgrade(settings.database)
    engine = engine_for(settings.database)
    try:
        with transaction(engine) as cursor:
            there = {policy.municipality for policy in load_policies(cursor)}
            for policy in (one for one in policies if one.municipality not in there):
                load_policy(cursor, policy, actor=ACTOR)
            known = {partner.id for partner in load_partners(cursor)}
            register_partners(cursor, [one for one in partners if one.id not in known], actor=ACTOR)
    finally:
        engine.dispose()


def await_drained(engine: Engine, settings: Settings, topics: Sequence[str], worker: Process) -> None:
    """Wait until everything on `topics` was taken in. Raises DrainError when the worker ends or stands still."""
    ends = {place: end for place, end in end_offsets(settings, topics).items() if end > 0}
    total = sum(ends.values())
    with show.progress("verwerken", total) as told:
        _await(lambda: _taken(engine, settings, ends), total, worker, told)


def _taken(engine: Engine, settings: Settings, ends: Mapping[tuple[str, int], int]) -> int:
    with transaction(engine) as cursor:
        taken = positions(cursor, settings.kafka_log_id or "")
    return sum(min(taken.get(place, 0), end) for place, end in ends.items())


def _await(taken: Callable[[], int], total: int, worker: Process, told: Callable[[int], None]) -> None:
    seen, moved = -1, time.monotonic()
    while (now := taken()) < total:
        if now != seen:
            seen, moved = now, time.monotonic()
            told(now)
        if worker.poll() is not None:
            raise DrainError(f"the worker ended with code {worker.returncode} after {now} of {total} events")
        if time.monotonic() - moved > STAND_STILL_SECONDS:
            raise DrainError(f"nothing was taken in for {STAND_STILL_SECONDS:.0f} s, at {now} of {total} events")
        time.sleep(0.03)
    told(total)
