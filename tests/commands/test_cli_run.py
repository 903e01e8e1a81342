"""`signals run`: the document it prints, and what it refuses before anything is published."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from signals.policies import shipped
from tests.contract.examples import DIRECTORY, INVALID
from tests.walk.events import Sender, compact, write_lines
from tests.walk.terminal import Said, run_alone, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from signals.contract.partners import Partner

LANDLORD, INSURER = Sender("welbions", "housing"), Sender("menzis", "health")
KEYS = ["published", "stored", "duplicates", "quarantined", "signal_status", "cases", "seconds"]
CASE_KEYS = (
    "case_id municipality household period state route priority score multiple consecutive crisis arrears_count arrears"
)


def told(said: Said) -> dict[str, Any]:
    """The document of a run that ended well and said nothing else."""
    assert (said.code, said.err) == (0, "")
    document: dict[str, Any] = said.document
    assert sorted(document) == sorted(KEYS)
    assert all(sorted(case) == sorted(CASE_KEYS.split()) for case in document["cases"])
    assert document.pop("seconds") > 0
    return document


def without_ids(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "cases": [{k: v for k, v in case.items() if k != "case_id"} for case in document["cases"]]}


def two_sectors() -> list[dict[str, Any]]:
    """Rent and health at number 12 A, rent alone at 14, a change and a withdrawal, and what is no event."""
    reports = [
        LANDLORD.report("HC-1", "2026-11-02", amount="612.50", number="12", crisis="eviction"),
        INSURER.report("ME-1", "2026-11-20", number="12 "),
        LANDLORD.report("HC-2", "2026-11-03", number=14),
        LANDLORD.report("HC-3", "2026-11-03", number=16),
        LANDLORD.report("HC-4", "2026-11-03", number=18, amount="49.99"),
    ]
    events = [*reports, LANDLORD.changed("HC-2", "2026-11-05", amount="900.00")]
    events += [LANDLORD.withdrawn("HC-3", "2026-11-06", "paid"), reports[2]]
    lines = [(LANDLORD if event["source"] == LANDLORD.source else INSURER).line(event) for event in events]
    as_text = INSURER.report("ME-Müller", "2026-11-21", number=20)
    return [
        *lines,
        {"topic": INSURER.topic, "key": None, "value": compact(as_text).decode()},
        {"topic": INSURER.topic, "value": None},
        {"topic": INSURER.topic, "value_base64": base64.b64encode(b"\xff\x00").decode(), "key": "k"},
    ]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run of `two_sectors` tells."""
    file = write_lines(tmp_path_factory.mktemp("run") / "two-sectors.jsonl", two_sectors())
    return told(run_alone("run", file, "--json"))


def case_at(document: dict[str, Any], household: str) -> dict[str, Any]:
    [case] = [case for case in document["cases"] if case["household"] == household]
    return dict(case)


def test_two_sectors_in_one_month_are_a_visit_and_one_is_a_letter(document: dict[str, Any]) -> None:
    assert case_at(document, "7607GC 12") | {"case_id": "", "score": 0} == {
        "case_id": "",
        "municipality": "0141",
        "household": "7607GC 12",
        "period": "2026-11",
        "state": "open",
        "route": "home-visit",
        "priority": 1,
        "score": 0,
        "multiple": True,
        "consecutive": False,
        "crisis": "eviction",
        "arrears_count": 2,
        "arrears": [
            {"partner": "menzis", "reference": "ME-1", "amount": "300.00", "status": "open"},
            {"partner": "welbions", "reference": "HC-1", "amount": "612.50", "status": "open"},
        ],
    }
    letter = case_at(document, "7607GC 14")
    assert (letter["route"], letter["multiple"], letter["arrears"][0]["amount"]) == ("letter", False, "900.00")
    closed = case_at(document, "7607GC 16")
    assert [closed[key] for key in ("state", "route", "priority", "arrears_count")] == ["closed", "none", None, 0]
    assert closed["arrears"][0]["status"] == "withdrawn"
    assert [case["priority"] for case in document["cases"]] == [1, 2, 3, None]
    assert all(isinstance(case["score"], int | float) and 0 <= case["score"] <= 100 for case in document["cases"])


def test_every_line_is_counted_once(document: dict[str, Any]) -> None:
    assert {key: document[key] for key in ("published", "stored", "duplicates")} == {
        "published": 11,
        "stored": 8,
        "duplicates": 1,
    }
    assert document["quarantined"] == {"not-json": 2}
    assert document["signal_status"] == {"not-yet-picked-up": 4, "other-reason": 1, "wrongful": 1}


def test_the_same_lines_shuffled_from_standard_input_tell_the_same(document: dict[str, Any]) -> None:
    lines = two_sectors()
    random.Random(7).shuffle(lines)
    shuffled = told(run_alone("run", "-", "--json", stdin=b"\xef\xbb\xbf" + b"\r\n".join(map(compact, lines))))
    assert without_ids(shuffled) == without_ids(document)


def partners_file(path: Path, partners: Iterable[Partner]) -> Path:
    """A partners.toml that registers these partners."""
    path.write_text("\n".join(map(_partner_table, partners)), encoding="utf-8")
    return path


def _partner_table(partner: Partner) -> str:
    lines = ["[[partner]]", f'id = "{partner.id}"', f'sector = "{partner.sector}"']
    lines += [f"sources = {json.dumps(sorted(partner.sources))}", f"bsn = {json.dumps(partner.bsn)}"]
    if partner.municipalities is not None:
        lines.append(f"municipalities = {json.dumps(sorted(partner.municipalities))}")
    return "\n".join(lines) + "\n"


def test_every_invalid_example_gets_its_code_and_they_do_not_stop_the_run(tmp_path: Path) -> None:
    values = [(str(e.topic.name), None if e.value is None else base64.b64encode(e.value).decode()) for e in INVALID]
    lines = [
        {"topic": topic, "value": None} if v is None else {"topic": topic, "value_base64": v} for topic, v in values
    ]
    file = write_lines(tmp_path / "invalid.jsonl", lines)
    partners = partners_file(tmp_path / "partners.toml", DIRECTORY.partners.values())
    ours = told(run_alone("run", file, "--partners", partners, "--json"))
    assert ours["quarantined"] == dict(Counter(example.code for example in INVALID))
    assert (ours["published"], ours["stored"], ours["cases"]) == (len(INVALID), 0, [])


def test_policies_and_partners_of_ones_own_replace_ours(tmp_path: Path) -> None:
    policy = tmp_path / "own.toml"
    body = next(body for body in shipped().values() if '"0164"' in body)
    policy.write_text(body.replace('"0164"', '"0141"').replace('housing = "75.00"', 'housing = "301.00"'), "utf-8")
    newer = tmp_path / "newer.toml"
    newer.write_text(policy.read_text("utf-8").replace("2020-01-01", "2026-12-01"), encoding="utf-8")
    hengelo = LANDLORD.report("HC-9")
    hengelo["data"]["municipality"] = "0164"  # has no policy any more
    events = [LANDLORD.report("HC-1"), LANDLORD.report("HC-2", amount="301.00"), hengelo]
    events += [INSURER.report("ME-1")]  # not in the partners' file
    first = write_lines(tmp_path / "one.jsonl", map(LANDLORD.line, events[:3]))
    second = write_lines(tmp_path / "two.jsonl", map(INSURER.line, events[3:]))
    register = tmp_path / "partners.toml"
    table = f'[[partner]]\nid = "{LANDLORD.id}"\nsector = "housing"\nsources = ["urn:other", "{LANDLORD.source}"]\n'
    register.write_text(table, encoding="utf-8")
    own = ("--partners", register, "--policy", policy, "--policy", newer)
    ours = told(run_alone("run", first, second, *own, "--json"))
    assert ours["quarantined"] == {"municipality-unknown": 1, "source-mismatch": 1}
    assert ours["signal_status"] == {"not-yet-picked-up": 1, "wrongful": 1}


def test_an_empty_file_is_no_fault_and_a_person_gets_tables(tmp_path: Path) -> None:
    empty = write_lines(tmp_path / "empty.jsonl", [])
    said = run_alone("run", empty)
    assert (said.code, said.err) == (0, "")
    assert "Zaken: 0" in said.out
    assert "\x1b" not in said.out


GOOD = compact(LANDLORD.line(LANDLORD.report("HC-1")))
TOPIC = LANDLORD.topic
REFUSED = {
    "not JSON": (b"{", "not JSON"),
    "no object": (b"[]", "no object"),
    "not UTF-8": (b'{"topic":"\xff"}', "not UTF-8"),
    "topic of none": (b'{"value":null}', "arrears.<sector>.<partner>"),
    "topic of another form": (b'{"topic":"outreach.cases","value":null}', "arrears.<sector>.<partner>"),
    "topic of no sector": (b'{"topic":"arrears.gas.welbions","value":null}', "arrears.<sector>.<partner>"),
    "a number": (compact({"topic": TOPIC, "value": 7}), "a number, boolean or array"),
    "a boolean": (compact({"topic": TOPIC, "value": True}), "a number, boolean or array"),
    "an array": (compact({"topic": TOPIC, "value": []}), "a number, boolean or array"),
    "no value": (compact({"topic": TOPIC}), 'exactly one of "value" and "value_base64"'),
    "two values": (compact({"topic": TOPIC, "value": None, "value_base64": ""}), "exactly one"),
    "no base64": (compact({"topic": TOPIC, "value_base64": "%"}), "not base64"),
    "over 1 MiB": (compact({"topic": TOPIC, "value": "x" * 1_048_577}), "over 1048576 bytes"),
    "half a character": (b'{"topic":"%s","value":"\\ud800"}' % TOPIC.encode(), "unpaired surrogate"),
    "a key of a wrong type": (compact({"topic": TOPIC, "key": 7, "value": None}), "the key is neither"),
}


@pytest.fixture
def nothing_starts() -> Iterable[mock.Mock]:
    """No services may be started: what is refused is refused before anything is published."""
    with mock.patch("signals.commands.run.temporary_services", side_effect=AssertionError("started")) as services:
        yield services


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_line_is_refused_with_file_and_line(name: str, tmp_path: Path) -> None:
    line, words = REFUSED[name]
    file = tmp_path / "events.jsonl"
    file.write_bytes(GOOD + b"\n\n" + line + b"\n" + GOOD)
    said = typed("run", file, "--json")
    assert (said.code, said.out) == (2, "")
    assert f"{file} line 3" in said.err
    assert words in said.err


@pytest.mark.usefixtures("nothing_starts")
def test_all_malformed_lines_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_bytes(b"{\n" + GOOD)
    two.write_bytes(GOOD + b"\n[]\n7")
    said = typed("run", one, two, tmp_path / "three.jsonl")
    assert said.code == 2
    places = [f"{one} line 1", f"{two} line 2", f"{two} line 3", f"{tmp_path / 'three.jsonl'}: cannot be read"]
    assert all(place in said.err for place in places)


def folder_instead(folder: Path) -> tuple[object, ...]:
    return (folder,)


def no_file(folder: Path) -> tuple[object, ...]:
    return (folder / "none.jsonl",)


def no_partners(folder: Path) -> tuple[object, ...]:
    return (write_lines(folder / "e.jsonl", []), "--partners", folder / "none.toml")


def no_policy(folder: Path) -> tuple[object, ...]:
    return (write_lines(folder / "e.jsonl", []), "--policy", folder / "none.toml")


def one_policy_twice(folder: Path) -> tuple[object, ...]:
    body = next(iter(shipped().values()))
    for name in ("a.toml", "b.toml"):
        (folder / name).write_text(body, encoding="utf-8")
    return (write_lines(folder / "e.jsonl", []), "--policy", folder / "a.toml", "--policy", folder / "b.toml")


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize("words", [folder_instead, no_file, no_partners, no_policy, one_policy_twice])
def test_a_file_that_cannot_be_used_is_named(words: Callable[[Path], tuple[object, ...]], tmp_path: Path) -> None:
    said = typed("run", *words(tmp_path))
    assert (said.code, said.out) == (2, "")
    assert str(tmp_path) in said.err


def test_without_any_file_it_is_wrong_use() -> None:
    assert typed("run", "--json").code == 2
