"""Publish → case → released → told: with the commands, worker and relay as processes, on a real broker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.brokers.fixtures import INSIST_KAFKA
from tests.walk.events import compact, write_lines
from tests.walk.installation import CASES, Installation, Message, reading

if TYPE_CHECKING:
    from tests.walk.installation import Reader

pytestmark = [pytest.mark.kafka, pytest.mark.database]


def is_valid(message: Message) -> bool:
    """Whether an outgoing event is as its published schema says; a tombstone holds nothing to judge."""
    if message.event is None:
        return True
    name = message.event["type"].removeprefix("nl.vroegsignalering.")
    schema = json.loads((files("signals.contract") / "schemas" / f"{name}.json").read_text("utf-8"))
    return Draft202012Validator(schema).is_valid(message.event)


def await_case(reader: Reader, case: str, **said: object) -> Message:
    return reader.await_message(
        lambda m: m.key == case and m.event is not None and said.items() <= m.event["data"].items()
    )


def await_feedback(reader: Reader, reference: str, result: str) -> Message:
    wanted = {"reference": reference, "result": result}
    return reader.await_message(lambda m: m.event is not None and wanted.items() <= m.event["data"].items())


def texts_in(value: Any) -> set[str]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return set().union(*map(texts_in, value.values()))
    return {str(value)}


def test_events_of_two_partners_become_a_visit_that_is_released_and_told(installation: Installation) -> None:
    landlord, insurer = installation.sender("housing"), installation.sender("health")
    topics = (CASES, f"feedback.{landlord.id}", f"feedback.{insurer.id}")
    with reading(installation, *topics) as told, installation.running("worker"), installation.running("relay"):
        rent = landlord.report("HC-1", "2026-11-02", amount="612.50", number="12 a")
        file = write_lines(installation.folder / "events.jsonl", [rent, landlord.report("HC-2", number=14)])
        said = installation.must("publish", file, "--partner", landlord.id)
        assert f"2 events published on {landlord.topic}" in said.out
        installation.send(insurer, insurer.report("ME-1", "2026-11-20", number=12, houseLetter="not read here"))
        installation.send(insurer, insurer.report("ME-2", "2026-11-20", number="12A"))

        [visit] = installation.await_cases("visits", 1)
        letters = installation.await_cases("letters", 2)
        assert {case["household"] for case in letters} == {"7607GC 12", "7607GC 14"}
        assert (visit["household"], visit["period"], visit["arrears_count"]) == ("7607GC 12 A", "2026-11", 2)
        assert [(a["partner"], a["amount"]) for a in visit["arrears"]] == sorted(
            [(landlord.id, "612.50"), (insurer.id, "300.00")]
        )
        number = visit["case_id"]
        page = installation.must("case", number, "--json").document
        assert {signal["status"] for signal in page["signals"]} == {"not-yet-picked-up"}
        assert sum(part["points"] for part in page["explanation"]) == page["score"]
        assert number in installation.must("case", number).out
        await_case(told, number, route="home-visit", arrearsCount=2)
        assert not any("reference" in message.event["data"] for message in told.messages)  # nothing to tell yet

        assert "released as home-visit" in installation.must("release", number).out
        assert installation.queue("visits") == []
        for reference in ("HC-1", "ME-2"):
            await_feedback(told, reference, "picked-up")
        statuses = installation.must("case", number, "--json").document["signals"]
        assert {signal["status"] for signal in statuses} == {"picked-up"}
        again = installation.signals("release", number)
        assert (again.code, again.out) == (1, "")
        assert "released before" in again.err
    assert all(map(is_valid, told.messages))
    personal = {"Voorbeeld", "A.M.", "7607GC", "7607GC 12 A"}
    assert not personal & set().union(*(texts_in(message.event) for message in told.messages))
    assert not {"HC-1", "HC-2", "ME-1", "ME-2"} & {message.key for message in told.messages}


def test_a_late_event_that_empties_a_case_leaves_a_tombstone(installation: Installation) -> None:
    landlord = installation.sender("housing")
    with reading(installation, CASES) as told, installation.running("worker"), installation.running("relay"):
        installation.send(landlord, landlord.report("HC-1", "2026-11-20"))
        [november] = installation.await_cases("letters", 1)
        await_case(told, november["case_id"], period="2026-11", state="open")
        installation.send(landlord, landlord.report("HC-1", "2026-10-25"))  # makes the one of November a repeat
        told.await_message(lambda message: message == Message(november["case_id"], None))
        [october] = installation.queue("letters")
        assert october["period"] == "2026-10"
        await_case(told, october["case_id"], period="2026-10", state="open")
        assert installation.summary()["signal_status"] == {"not-yet-picked-up": 1, "repeat": 1}
        removed = installation.signals("case", november["case_id"])
        assert removed.code == 1
        assert "no case" in removed.err
    assert all(map(is_valid, told.messages))


def test_a_withdrawal_closes_the_case_and_tells_the_partner(installation: Installation) -> None:
    water = installation.sender("water")
    topics = (CASES, f"feedback.{water.id}")
    with reading(installation, *topics) as told, installation.running("worker"), installation.running("relay"):
        installation.send(water, water.report("W-1", "2026-11-02"), water.changed("W-1", "2026-11-04", amount="350.00"))
        [case] = installation.await_cases("letters", 1)
        installation.await_stored(2)
        assert installation.queue("letters")[0]["arrears"][0]["amount"] == "350.00"
        installation.send(water, water.withdrawn("W-1", "2026-11-09", "paid"))
        closed = await_case(told, case["case_id"], state="closed")
        assert closed.event["data"]["route"] == "none"
        await_feedback(told, "W-1", "not-picked-up")  # a partner never hears why something else stood in the way
        assert installation.queue("letters") == []
    assert all(map(is_valid, told.messages))


def test_a_new_partner_is_read_while_the_worker_runs(installation: Installation) -> None:
    known = installation.sender("housing")
    with installation.running("worker", SIGNALS_DISCOVERY_SECONDS="5") as worker:  # as it is in production
        installation.send(known, known.report("HC-1"))
        installation.await_cases("letters", 1)
        new = installation.sender("energy")
        file = write_lines(installation.folder / "new.jsonl", [new.report("EN-1", "2026-11-12")])
        installation.must("publish", file, "--partner", new.id)
        [visit] = installation.await_cases("visits", 1)
        assert [arrears["partner"] for arrears in visit["arrears"]] == sorted([known.id, new.id])
        assert worker.poll() is None


def test_what_a_partner_sends_before_it_is_registered_is_replayed_afterwards(installation: Installation) -> None:
    known, late = installation.sender("housing"), installation.sender("water")
    wrong = late.report("W-1") | {"source": "urn:not-registered-yet"}
    with installation.running("worker"):
        installation.send(late, wrong, late.report("W-2", number=20))
        installation.send(known, known.report("HC-1"))
        installation.await_stored(2)
        installation.await_agreement()
        [row] = installation.must("quarantine", "list", "--json").document["quarantine"]
        assert (row["code"], row["topic"]) == ("source-mismatch", late.topic)
        kept = installation.signals("quarantine", "replay", "--all")
        assert (kept.code, kept.out) == (1, "source-mismatch: 1\n")
        add = ("partners", "add", late.id, "--sector", "water", "--source", late.source)
        installation.must(*add, "--source", "urn:not-registered-yet")
        assert installation.must("quarantine", "replay", row["id"]).out == "stored: 1\n"
        again = installation.signals("quarantine", "replay", row["id"])
        assert again.out == "not in quarantine (any more): 1\n"
        assert [case["arrears_count"] for case in installation.queue("visits")] == [2]
        assert installation.signals("reconcile").code == 0


def test_kcat_as_a_foreign_client_publishes_a_case(installation: Installation) -> None:
    kcat = shutil.which("kcat")
    if kcat is None:
        assert not INSIST_KAFKA, "SIGNALS_INSIST_KAFKA is set and kcat is not installed"
        pytest.skip("kcat is not installed: no client that is not ours has published")
    landlord = installation.sender("housing")
    broker = installation.settings.bootstrap[0]
    with installation.running("worker"):
        subprocess.run(
            [kcat, "-P", "-b", broker, "-t", landlord.topic, "-k", "HC-1", "-X", "message.timeout.ms=20000"],
            input=compact(landlord.report("HC-1")) + b"\n",
            check=True,
            capture_output=True,
            timeout=30,
            env=dict(os.environ),
        )
        [case] = installation.await_cases("letters", 1)
    assert case["arrears"] == [{"partner": landlord.id, "reference": "HC-1", "amount": "300.00", "status": "open"}]
