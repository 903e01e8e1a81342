"""What an operator relies on: topics applied, books that close, figures, health, and a database that goes away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from psycopg import sql

from signals.consumers.broker import admin_client
from signals.consumers.publisher import publish
from signals.embedded.broker import free_port
from signals.outreach.learning import registry
from signals.outreach.learning.activation import Act, put_on_trial
from signals.store.database import engine_for, transaction
from tests.conftest import database_name
from tests.outreach.learning.models import registered
from tests.walk.events import write_lines
from tests.walk.installation import Installation, await_that, fetched, metric

if TYPE_CHECKING:
    from tests.brokers.server import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.database]

DAY_MS = 86_400_000


def retention_and_partitions(installation: Installation, topic: str) -> tuple[int, int]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    with admin_client(installation.settings) as admin:
        [description] = admin.describe_topics([topic])
        told = admin.describe_configs([resource], config_filter="all")["topic"][topic]
    return int(told["retention.ms"]["value"]), len(description["partitions"])


def test_topics_are_applied_once_and_grow_with_the_settings(installation: Installation, kafka: Broker) -> None:
    if not kafka.real:
        pytest.skip("needs a real Kafka: the embedded broker tells nothing about its topics")
    sender = installation.sender("housing", topics=False)
    made = installation.must("topics", "apply").out.splitlines()
    assert f"{sender.topic}: created with 2 partitions" in made
    assert f"feedback.{sender.id}: created with 1 partitions" in made
    assert installation.must("topics", "apply").out == "nothing to change\n"
    assert retention_and_partitions(installation, sender.topic) == (30 * DAY_MS, 2)
    more = {"SIGNALS_TOPIC_PARTITIONS": "3", "SIGNALS_TOPIC_RETENTION_DAYS": "40"}
    changed = installation.must("topics", "apply", **more).out
    assert f"{sender.topic}: partitions 2 → 3" in changed
    assert f"{sender.topic}: retention.ms {30 * DAY_MS} → {40 * DAY_MS}" in changed
    assert installation.must("topics", "apply", **more).out == "nothing to change\n"
    assert retention_and_partitions(installation, sender.topic) == (40 * DAY_MS, 3)
    installation.must("topics", "apply", SIGNALS_TOPIC_PARTITIONS="1")  # fewer would mean lost records
    assert retention_and_partitions(installation, sender.topic) == (30 * DAY_MS, 3)


def test_reconcile_says_what_waits_while_the_worker_is_down(installation: Installation) -> None:
    sender = installation.sender("water")
    assert installation.must("reconcile", "--json").document["agrees"]
    installation.send(sender, *[sender.report(f"W-{number}", number=number) for number in range(1, 6)])
    waiting = installation.signals("reconcile", "--json")
    assert waiting.code == 1
    assert sum(row["missing"] for row in waiting.document["partitions"] if row["topic"] == sender.topic) == 5
    assert all(sender.topic in fault for fault in waiting.document["faults"])
    told = installation.signals("reconcile")
    assert told.code == 1
    assert "er ontbreekt iets" in told.out
    with installation.running("worker"):
        installation.await_agreement()
    assert "alles klopt" in installation.must("reconcile").out
    assert installation.summary()["stored"] == 5


def test_a_worker_that_scores_by_a_model_leaves_in_good_order(installation: Installation) -> None:
    """What computes brings threads of its own, and they leave the signals to the worker."""
    sender = installation.sender("water")
    engine = engine_for(installation.environment["SIGNALS_DATABASE_URL"])
    with transaction(engine) as cursor:
        model = registry.model(cursor, registered(cursor))
        assert model is not None
        put_on_trial(cursor, model, Act("test"))
    with installation.running("worker") as worker:
        installation.send(sender, sender.report("W-1"))
        installation.await_stored(1)
        installation.await_agreement()
        with transaction(engine) as cursor:
            assert cursor.execute("SELECT shadow_by FROM cases").fetchall() == [(model.id,)]
        worker.terminate()
        assert worker.wait(10) == 0
    engine.dispose()


def test_the_figures_of_worker_relay_and_web_after_a_run(installation: Installation) -> None:
    landlord, insurer = installation.sender("housing"), installation.sender("health")
    worker_port, relay_port, web_port = free_port(), free_port(), free_port()
    of_worker, of_relay, of_web = (f"http://127.0.0.1:{p}/metrics" for p in (worker_port, relay_port, web_port))
    with installation.running("worker", SIGNALS_METRICS_PORT=str(worker_port)) as worker:
        reports = [landlord.report("HC-1"), landlord.report("HC-2", number=14), insurer.report("ME-1")]
        installation.send(landlord, *reports[:2], landlord.report("HC-1") | {"type": "unheard.of"}, reports[0])
        installation.send(insurer, reports[2])
        installation.await_stored(3)
        installation.await_agreement()
        assert metric(of_worker, "signals_events_stored_total") == 3
        assert metric(of_worker, "signals_events_duplicate_total") == 1
        assert metric(of_worker, "signals_events_quarantined_total", {"code": "type-unknown"}) == 1
        assert metric(of_worker, "signals_transaction_seconds_count") is not None
        assert metric(of_worker, "signals_event_age_seconds_count") == 3
        worker.terminate()
        assert worker.wait(10) == 0
    installation.send(insurer, insurer.report("ME-2", number=20))  # nobody takes it in
    with installation.running("web", "--port", str(web_port)):
        await_that(lambda: fetched(of_web)[0] == 200, installation.logs)
        assert metric(of_web, "signals_figures_up") == 1
        assert metric(of_web, "signals_lag", {"topic": insurer.topic}) == 1
        assert metric(of_web, "signals_lag", {"topic": landlord.topic}) == 0
        assert metric(of_web, "signals_cases", {"state": "open", "route": "home-visit"}) == 1
        assert metric(of_web, "signals_cases", {"state": "open", "route": "letter"}) == 1
        assert (metric(of_web, "signals_outbox_depth") or 0) > 0
        assert (metric(of_web, "signals_partner_last_signal_timestamp_seconds", {"partner": landlord.id}) or 0) > 0
        assert "Voorbeeld" not in fetched(of_web)[1]
        with installation.running("relay", SIGNALS_METRICS_PORT=str(relay_port)):
            await_that(lambda: metric(of_web, "signals_outbox_depth") == 0, installation.logs)
            assert (metric(of_relay, "signals_outbox_published_total") or 0) > 0


def take_away(postgres: str, database: str, *, back: bool = False) -> None:
    """Refuse connections to the database and end those that are there; or take it back in service."""
    name = database_name(database)
    with psycopg.connect(postgres, autocommit=True) as connection:
        allowed = sql.SQL("true" if back else "false")
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(name), allowed))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_a_database_that_goes_away_is_said_and_what_came_meanwhile_is_taken_in(
    installation: Installation, postgres: str, database: str
) -> None:
    sender, port = installation.sender("energy"), free_port()
    ready = f"http://127.0.0.1:{port}/health/ready"
    with (
        installation.running("worker") as worker,
        installation.running("relay") as relay,
        installation.running("web", "--port", str(port)) as web,
    ):
        installation.send(sender, sender.report("E-1"))
        installation.await_stored(1)
        await_that(lambda: fetched(ready)[0] == 200, lambda: (fetched(ready), installation.logs()))
        take_away(postgres, database)
        try:
            await_that(lambda: fetched(ready)[0] == 503, lambda: fetched(ready))
            assert "the database cannot be used" in fetched(ready)[1]
            assert fetched(ready.replace("ready", "live"))[0] == 200
            assert metric(ready.replace("health/ready", "metrics"), "signals_figures_up") == 0
            refused = installation.signals("queue", "letters")
            assert refused.code == 1
            assert "the database cannot be used" in refused.err
            installation.send(sender, sender.report("E-2", number=14))
        finally:
            take_away(postgres, database, back=True)
        await_that(lambda: fetched(ready)[0] == 200, lambda: fetched(ready))
        installation.await_stored(2)
        installation.await_agreement()
        assert [part.poll() for part in (worker, relay, web)] == [None, None, None]
        for part in (worker, relay, web):
            part.terminate()
        assert [part.wait(10) for part in (worker, relay, web)] == [0, 0, 0]


def test_nothing_personal_is_logged_and_bad_records_do_not_stop_a_partition(installation: Installation) -> None:
    sender = installation.sender("health")
    bad = [b"", b"{", b"\xff\xfe", b"x" * 70_000, None]
    file = write_lines(installation.folder / "one.jsonl", [sender.report("ME-1")])
    with installation.running("worker"):
        publish(installation.settings, [(sender.topic, b"secret-key", value) for value in bad])
        installation.must("publish", file, "--partner", sender.id)
        installation.await_stored(1)
        installation.await_agreement()
    assert installation.summary()["quarantined"] == {"not-json": 4, "too-large": 1}
    logged = "".join(installation.logs().values())
    assert not any(word in logged for word in ("secret-key", "Voorbeeld", "7607GC", "ME-1"))
