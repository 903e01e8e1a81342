"""The commands at a database with two partners: lists, quarantine, queues, release, registers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from signals.consumers.flood import FloodLimits
from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record
from signals.policies import shipped
from signals.store.database import engine_for
from tests.commands.test_cli import in_words
from tests.walk.events import Event, Sender, compact, write_lines
from tests.walk.terminal import Said, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.database


class Office:
    """A migrated database with both policies and two partners, and an intake that stands for the worker."""

    def __init__(self, database: str) -> None:
        self.landlord, self.insurer = Sender("welbions", "housing"), Sender("menzis", "health")
        self.settings = {"SIGNALS_DATABASE_URL": database}
        self.engine = engine_for(database)
        self._intake = BatchIntake(self.engine, "log", limits=FloodLimits())
        self._offset = 0
        self.must("policy", "load")
        for sender in (self.landlord, self.insurer):
            self.must("partners", "add", sender.id, "--sector", sender.sector, "--source", sender.source)

    def signals(self, *words: object) -> Said:
        return typed(*words, settings=self.settings)

    def must(self, *words: object) -> Said:
        said = self.signals(*words)
        assert said.code == 0, said
        return said

    def take_in(self, sender: Sender, *events: Event | bytes) -> None:
        values = [event if isinstance(event, bytes) else compact(event) for event in events]
        self._intake.store([Record(sender.topic, 0, self._next(), value, 0) for value in values])

    def _next(self) -> int:
        self._offset += 1
        return self._offset - 1

    def statuses(self) -> dict[str, int]:
        statuses: dict[str, int] = self.must("summary", "--json").document["signal_status"]
        return statuses


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.engine.dispose()


def test_caseload_and_exclusions_decide_the_status_of_what_comes_after(office: Office, tmp_path: Path) -> None:
    office.take_in(office.landlord, office.landlord.report("HC-0", number=7))
    caseload, exclusions = tmp_path / "caseload.csv", tmp_path / "exclusions.csv"
    lines = "municipality,surname,date_of_birth,postcode,house_number\n0141,Voorbeeld,1985-06-12,7607GC,7\n"
    caseload.write_text(lines, encoding="utf-8")
    exclusions.write_text("municipality;postcode;house_number;reason\n0141;7607 gc;9;safety\n", encoding="utf-8")
    assert office.must("caseload", "import", caseload).out == "caseload: 1 rows\n"
    assert office.must("exclusions", "import", exclusions).out == "exclusions: 1 rows\n"
    known = office.landlord.report("HC-1", number=7)
    known["data"]["person"]["dateOfBirth"] = "1985-06-12"
    office.take_in(office.landlord, known, office.landlord.report("HC-2", number=9))
    assert office.statuses() == {"known-to-debt-help": 1, "not-yet-picked-up": 1, "other-reason": 1}
    empty = tmp_path / "empty.csv"
    empty.write_text("municipality,bsn\n", encoding="utf-8")
    assert in_words(office.signals("exclusions", "import", empty), 2)
    assert office.must("exclusions", "import", empty, "--municipality", "0141").out == "exclusions: 0 rows\n"
    office.take_in(office.landlord, office.landlord.report("HC-3", number=9))
    assert office.statuses()["not-yet-picked-up"] == 2


def test_a_faulty_list_changes_nothing_and_quotes_nobody(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("municipality,bsn,surname,date_of_birth\n0141,123,Voorbeeld,31-31-31\n", encoding="utf-8")
    said = office.signals("caseload", "import", file)
    assert in_words(said, 2)
    assert all(word in said.err for word in (str(file), "line 2, bsn", "line 2, date_of_birth"))
    assert not any(word in said.err for word in ("Voorbeeld", "31-31-31"))


def test_quarantine_is_listed_shown_and_replayed_once(office: Office) -> None:
    stranger = office.landlord.report("HC-1") | {"source": "urn:stranger"}
    office.take_in(office.landlord, stranger, b"{", office.landlord.report("HC-2", amount="1,00"))
    rows = office.must("quarantine", "list", "--json").document["quarantine"]
    assert [row["code"] for row in rows] == ["source-mismatch", "not-json", "amount-invalid"]
    assert [
        row["id"] for row in office.must("quarantine", "list", "--code", "not-json", "--json").document["quarantine"]
    ]
    assert office.must("quarantine", "list", "--partner", "menzis", "--json").document == {"quarantine": []}
    shown = office.must("quarantine", "show", rows[2]["id"]).out
    assert "amount" in shown
    assert "Voorbeeld" not in shown
    original = office.must("quarantine", "show", rows[2]["id"], "--original", "--json").document["original"]
    assert json.loads(original)["data"]["arrears"]["amount"] == "1,00"
    kept = office.signals("quarantine", "replay", "--all")
    assert (kept.code, kept.out) == (1, "amount-invalid: 1\nnot-json: 1\nsource-mismatch: 1\n")
    add = ("partners", "add", "welbions", "--sector", "housing", "--source", office.landlord.source)
    office.must(*add, "--source", "urn:stranger")
    assert office.must("quarantine", "replay", rows[0]["id"]).out == "stored: 1\n"
    assert office.must("quarantine", "replay", rows[0]["id"]).out == "not in quarantine (any more): 1\n"
    assert office.must("summary", "--json").document["stored"] == 1
    assert in_words(office.signals("quarantine", "show", 999_999), 1)
    assert in_words(office.signals("quarantine", "show", 2**70), 1)


def test_paused_topics_are_told_and_resumed_all_or_none(office: Office) -> None:
    assert office.must("topics", "paused", "--json").document == {"paused": []}
    assert office.must("quarantine", "list", "--json").document == {"quarantine": []}
    office.take_in(office.landlord, *[b"{"] * 250)
    office.take_in(office.insurer, office.insurer.report("ME-1"))
    topic = office.landlord.topic
    [paused] = office.must("topics", "paused", "--json").document["paused"]
    assert (paused["topic"], paused["reason"]) == (topic, "200 bad records in a row")
    listed = office.must("quarantine", "list", "--json").document
    assert (len(listed["quarantine"]), listed["paused"]) == (200, [paused])
    for words in (("quarantine", "list"), ("topics", "paused")):
        assert f"signals topics resume {topic}" in office.must(*words).err
    assert topic in office.must("topics", "paused").out
    not_paused = office.signals("topics", "resume", topic, office.insurer.topic)
    assert in_words(not_paused, 1)
    assert f"not paused: {office.insurer.topic}" in not_paused.err
    assert in_words(office.signals("topics", "resume", topic, "welbions"), 2)
    assert office.must("topics", "resume", topic, topic, "--json").document == {"resumed": [topic]}
    assert in_words(office.signals("topics", "resume", topic), 1)
    assert office.must("topics", "paused", "--json").document == {"paused": []}
    office.take_in(office.landlord, office.landlord.report("HC-1"))
    assert office.must("summary", "--json").document["stored"] == 2


def test_cases_are_queued_released_and_shown_and_strangers_are_refused(office: Office) -> None:
    office.take_in(office.landlord, office.landlord.report("HC-1"), office.landlord.report("HC-2", number=14))
    office.take_in(office.insurer, office.insurer.report("ME-1", crisis="end-of-insurance"))
    [visit] = office.must("queue", "visits", "--json").document["cases"]
    [letter] = office.must("queue", "letters", "--json").document["cases"]
    [review] = office.must("queue", "review", "--json", "--municipality", "0141").document["cases"]
    assert review["case_id"] == visit["case_id"]
    assert office.must("queue", "letters", "--json", "--municipality", "0164").document["cases"] == []
    assert "7607GC 14" in office.must("queue", "letters").out
    refused = office.signals("release", letter["case_id"], "999999")
    assert in_words(refused, 1)
    assert "case 999999: there is no such case" in refused.err
    assert len(office.must("queue", "letters", "--json").document["cases"]) == 1  # all of them, or none
    office.must("release", letter["case_id"], visit["case_id"], visit["case_id"])
    assert office.statuses() == {"picked-up": 3}
    for words in (("case", "999999"), ("release", "999999"), ("release", "9" * 18)):
        assert in_words(office.signals(*words), 1)
    page = office.must("case", visit["case_id"], "--json").document
    assert sum(part["points"] for part in page["explanation"]) == page["score"]
    assert "7607GC 12 " in office.must("case", visit["case_id"]).out


def test_a_partner_has_one_sector_and_a_policy_version_one_text(office: Office, tmp_path: Path) -> None:
    said = office.signals("partners", "add", "welbions", "--sector", "water", "--source", "urn:x")
    assert in_words(said, 2)
    assert "one sector" in said.err
    again = ("partners", "add", "welbions", "--sector", "housing", "--source", office.landlord.source)
    assert "was registered so already" in office.must(*again).out
    [welbions] = [p for p in office.must("partners", "list", "--json").document["partners"] if p["id"] == "welbions"]
    assert welbions["sources"] == [office.landlord.source]
    file = tmp_path / "almelo.toml"
    body = next(body for body in shipped().values() if '"0141"' in body)
    file.write_text(body.replace('"50.00"', '"51.00"'), encoding="utf-8")
    assert in_words(office.signals("policy", "load", file), 2)
    file.write_text(body.replace("2020-01-01", "2027-01-01"), encoding="utf-8")
    office.must("policy", "load", file)
    dates = [(p["municipality"], p["valid_from"]) for p in office.must("policy", "list", "--json").document["policies"]]
    assert dates == [("0141", "2020-01-01"), ("0141", "2027-01-01"), ("0164", "2020-01-01")]


def test_publishing_for_a_stranger_or_from_a_bad_file_is_refused(office: Office, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "events.jsonl", [office.landlord.report("HC-1")])
    stranger = office.signals("publish", file, "--partner", "nobody")
    assert in_words(stranger, 2)
    assert "partners add" in stranger.err
    file.write_text('{"id": 1}\nno JSON\n', encoding="utf-8")
    bad = office.signals("publish", file, "--partner", "welbions")
    assert in_words(bad, 2)
    assert str(file) in bad.err
    assert "line 2: not JSON" in bad.err
