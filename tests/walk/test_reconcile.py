"""`signals reconcile` over the whole walk: what was decided is on `outreach.cases`, and it notices when it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.consumers.publisher import publish
from tests.walk.installation import CASES, Installation, await_that

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.kafka, pytest.mark.database]


def rows(installation: Installation, sql: str) -> Sequence[tuple[Any, ...]]:
    with psycopg.connect(installation.settings.database) as connection:
        return connection.execute(sql.encode()).fetchall()


def document(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = installation.signals("reconcile", "--json").document
    return found


def test_what_was_decided_is_told_and_a_topic_that_says_otherwise_is_noticed(installation: Installation) -> None:
    sender = installation.sender("housing")
    with installation.running("worker"):
        installation.send(sender, *[sender.report(f"HC-{n}", number=n) for n in range(1, 4)])
        installation.await_stored(3)
        installation.send(sender, sender.report("HC-4", number=1))
        installation.await_stored(4)
        installation.await_agreement()
    waiting = document(installation)
    assert waiting["agrees"]  # not told yet, and not for long
    assert {row["topic"]: row["messages"] for row in waiting["outbox"]} == {CASES: 4}
    assert "messages wait" in installation.must("reconcile").out
    with installation.running("relay"):
        await_that(lambda: document(installation)["outbox"] == [], installation.logs)
    told = document(installation)
    assert told["agrees"]
    assert told["faults"] == []
    assert told["cases_topic"]["cases"] >= 3  # the topic is shared with other tests' installations
    [(key, older), *_] = rows(
        installation,
        """SELECT key, body FROM outbox WHERE topic = 'outreach.cases' AND EXISTS (SELECT FROM outbox AS later
        WHERE later.topic = outbox.topic AND later.key = outbox.key AND later.id > outbox.id)""",
    )
    publish(installation.settings, [(CASES, key.encode(), bytes(older))])
    said = installation.signals("reconcile", "--json")
    assert said.code == 1
    assert said.document["faults"] == [f"{CASES}: the last message of case {key} is an older one"]
    publish(installation.settings, [(CASES, key.encode(), b"{}")])
    assert document(installation)["cases_topic"]["foreign"] >= 1
    assert document(installation)["agrees"]


def test_while_worker_and_relay_run_only_lag_is_named(installation: Installation) -> None:
    sender, other = installation.sender("housing"), installation.sender("water")
    with installation.running("worker"), installation.running("relay"):
        for chunk in range(6):
            numbers = range(100 * chunk, 100 * chunk + 100)
            installation.send(sender, *[sender.report(f"HC-{n}", number=n % 70 + 1) for n in numbers])
            installation.send(other, *[other.report(f"W-{n}", number=n % 50 + 1) for n in numbers])
            faults = document(installation)["faults"]
            assert [fault for fault in faults if not fault.endswith("are not taken in")] == []
        installation.await_stored(1200)
        installation.await_agreement()
