"""What does scoring by a model cost a batch? The call that scores, beside the whole of taking the batch in.

`python -m benchmarks.scored` needs no broker and takes about a minute; `--write` puts its table into the documents. The
intake is handed batches of 500 events of a simulated town in one process; the share is that of the time between taking
a batch and having it committed, so beside a worker, which reads as well, it is high rather than low.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock
from urllib.parse import urlsplit

import psycopg

from benchmarks.score import ALMELO, LEARNED_THROUGH, TOWN, Histories, asked_of
from benchmarks.services import machine
from benchmarks.tables import Table, aims_table, write
from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record
from signals.embedded import embedded_postgres
from signals.outreach import take_up
from signals.outreach.configuration import raise_revision
from signals.outreach.learning import registry
from signals.outreach.learning.training import table_of
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy, register_partners
from signals.outreach.scored import score_by_models
from signals.policies import almelo_policy_text
from signals.scoring.model import encode
from signals.scoring.train import KINDS, train
from signals.simulation.judged import value_of
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate
from signals.store.database import WORKER_OPTIONS, engine_for, transaction
from signals.store.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Engine

    from benchmarks.services import Place

EVENTS: Final = 8_000
BATCH: Final = 500
ROUNDS: Final = 3
# What orders the work, by the policy, and by which kind of model.
WAYS: Final = {
    "scorecard (the default)": ("model", "scorecard"),
    "half scorecard, half framework": ("blend", "scorecard"),
    "boosting (the challenger)": ("model", "boosting"),
}


def _batches() -> list[list[Record]]:
    offsets: dict[str, count[int]] = {}
    found = [
        Record(wire["topic"], 0, next(offsets.setdefault(wire["topic"], count())), value_of(wire), 0)
        for wire, _ in islice(simulate(TOWN, 5 * ALMELO, "2026-01", 6, 1), EVENTS)
    ]
    return [found[at : at + BATCH] for at in range(0, len(found), BATCH)]


def _models() -> dict[str, str]:
    """A model of each kind, learned from a year of one town."""
    learned = asked_of(Histories(ALMELO, 12, 1), LEARNED_THROUGH)
    table = table_of(learned.examples, learned.outcomes, learned.usual)
    return {kind: encode(train(table, kind, seed=1, usual=learned.usual)) for kind in KINDS}


def _begin(engine: Engine, by: str, kind: str, body: str) -> None:
    text = almelo_policy_text(TOWN, "Almelo").replace('by = "framework"', f'by = "{by}"')
    with transaction(engine) as cursor:
        load_policy(cursor, parse_policy(text, "almelo.toml"), actor="benchmark")
        register_partners(cursor, PARTNERS, actor="benchmark")
        number = registry.register(
            cursor,
            municipality=TOWN,
            target="escalation",
            kind=kind,
            body=body,
            seed=1,
            window=(date(2024, 1, 31), LEARNED_THROUGH),
            examples=1,
            positives=0,
            metrics={},
            by="benchmark",
        ).number
        cursor.execute(
            """INSERT INTO score_activations (municipality, target, role, how, model_id, by_name)
            VALUES (%s, 'escalation', 'active', 'activate', %s, 'benchmark')""",
            (TOWN, number),
        )
        raise_revision(cursor, "models")


def _taken_in(engine: Engine, batches: list[list[Record]]) -> tuple[float, float]:
    """Seconds of all, and of the calls that score."""
    spent = 0.0
    score = score_by_models

    def timed(*given: object) -> None:
        nonlocal spent
        started = time.perf_counter()
        score(*given)  # type: ignore[arg-type]  # as it was called
        spent += time.perf_counter() - started

    intake = BatchIntake(engine, "benchmark", gapless=True)
    with mock.patch.object(take_up, "score_by_models", timed):
        started = time.perf_counter()
        for batch in batches:
            intake.store(batch)
        return time.perf_counter() - started, spent


def measured(_place: Place | None, say: Callable[[str], None]) -> Table:
    """The table: microseconds an event of scoring, and its share of the batch."""
    batches, models = _batches(), _models()
    found: dict[str, list[tuple[float, float]]] = {words: [] for words in WAYS}
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder), fresh=True) as url:
        upgrade(_make(url, "ready", "template1"))
        for number in range(ROUNDS):
            for words, (by, kind) in WAYS.items():
                name = f"round_{number}_{len(found[words])}_{by}_{kind}"
                engine = engine_for(_make(url, name, "ready"), options=WORKER_OPTIONS)
                _begin(engine, by, kind, models[kind])
                found[words].append(_taken_in(engine, batches))
                engine.dispose()
            say(f"round {number + 1} of {ROUNDS}")
    return _table(found)


def _make(url: str, name: str, template: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _table(found: Mapping[str, list[tuple[float, float]]]) -> Table:
    shares = {words: statistics.median(spent / whole for whole, spent in runs) for words, runs in found.items()}
    each = {words: statistics.median(spent for _, spent in runs) / EVENTS * 1e6 for words, runs in found.items()}
    rows = [(words, f"{each[words]:.0f} µs", f"{shares[words]:.1%}") for words in found]
    said = f"{EVENTS:,} events in batches of {BATCH}, the middle of {ROUNDS} rounds; one call per batch and model."
    default = next(iter(shares.values()))
    return Table("scored", ("what scores", "an event", "of the batch"), rows, said, {"score of a batch": 100 * default})


def main() -> int:
    """Measure, print, and with `--write` put it into the documents."""
    started = datetime.now(UTC)
    table = measured(None, lambda words: print(words, file=sys.stderr, flush=True))
    print("\n".join(table.lines()))
    if "--write" in sys.argv:
        write([table, aims_table(table.figures)], f"{started:%Y-%m-%d}, {machine()}; `python -m benchmarks.scored`")
    return 0


if __name__ == "__main__":
    sys.exit(main())
