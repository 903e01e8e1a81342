"""Event files as `signals run` reads them: what is published, what is refused, who is registered."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.commands.eventfile import (
    MAX_VALUE_BYTES,
    EventLine,
    LineError,
    parse_event_line,
    read_event_lines,
    register_from,
)
from signals.contract.partners import Partner
from signals.errors import FaultsError

TOPIC = "arrears.housing.welbions"


def line(value: str, key: str = '"k"', topic: str = f'"{TOPIC}"', name: str = "value") -> bytes:
    return f'{{"topic": {topic}, "key": {key}, "{name}": {value}}}'.encode()


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ('{"id": "a", "amount": 612.50, "n": 12.0}', b'{"id":"a","amount":612.50,"n":12.0}'),
        ('{"name": "B\\u00e9atrice", "mail": "a\\/b"}', '{"name":"Béatrice","mail":"a/b"}'.encode()),
        ('{"b": 1, "a": 2, "b": 3}', b'{"b":1,"a":2,"b":3}'),
        ("{}", b"{}"),
        ('"{ not  json"', b"{ not  json"),
        ('"caf\\u00e9 \\u0000 \\ud83d\\ude00"', "café \0 😀".encode()),
        ('""', b""),
        ("null", None),
    ],
)
def test_what_a_value_becomes(written: str, published: bytes | None) -> None:
    assert parse_event_line(line(written)).value == published


@pytest.mark.parametrize(
    ("written", "key"), [('"HC-1"', b"HC-1"), ('""', b""), ("null", None), ('"\\u00e9"', "é".encode())]
)
def test_what_a_key_becomes(written: str, key: bytes | None) -> None:
    assert parse_event_line(line("{}", key=written)).key == key


def test_a_key_may_be_absent() -> None:
    assert parse_event_line(b'{"topic":"arrears.housing.welbions","value":{}}').key is None


def test_other_members_are_not_read() -> None:
    assert parse_event_line(b'{"topic":"arrears.housing.welbions","value":{},"note":"\\ud800"}').value == b"{}"


@given(st.binary(max_size=200))
def test_raw_bytes_are_published_as_they_are(raw: bytes) -> None:
    encoded = base64.b64encode(raw).decode()
    assert parse_event_line(line(f'"{encoded}"', name="value_base64")).value == raw


@given(st.text())
def test_a_text_is_published_as_its_bytes(text: str) -> None:
    assert parse_event_line(line(json.dumps(text))).value == text.encode()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line("1"), "number, boolean or array"),
        (line("1.5"), "number, boolean or array"),
        (line("true"), "number, boolean or array"),
        (line("[]"), "number, boolean or array"),
        (line('"\\ud800"'), "unpaired surrogate"),
        (line('{"a": "\\udc00"}'), "unpaired surrogate"),
        (line('{"\\udfff": 1}'), "unpaired surrogate"),
        (line("{}", key='"\\ud800"'), "the key holds an unpaired surrogate"),
        (line("{}", key="1"), "the key is neither"),
        (line("{}", key="{}"), "the key is neither"),
        (line("{}", topic="1"), "the topic is not"),
        (line("{}", topic="null"), "the topic is not"),
        (line("{}", topic='"arrears.housing"'), "the topic is not"),
        (line("{}", topic='"arrears.gas.welbions"'), "the topic is not"),
        (line("{}", topic='"arrears.housing.w"'), "the topic is not"),
        (line("{}", topic='"arrears.housing.Welbions"'), "the topic is not"),
        (line("{}", topic='"arrears.housing.welbions\\n"'), "the topic is not"),
        (line("{}", topic='"outreach.cases"'), "the topic is not"),
        (line("{}", topic='"\\ud800"'), "the topic is not"),
        (b'{"key":"k","value":{}}', "the topic is not"),
        (b'{"topic":"arrears.housing.welbions","key":"k"}', "exactly one"),
        (b'{"topic":"arrears.housing.welbions","value":{},"value_base64":""}', "exactly one"),
        (line('"YQ"', name="value_base64"), "not base64"),
        (line('"Y Q="', name="value_base64"), "not base64"),
        (line('"-_-_"', name="value_base64"), "not base64"),
        (line('"\\u00e9"', name="value_base64"), "not base64"),
        (line("null", name="value_base64"), "not base64"),
        (line('{"a": NaN}'), "not JSON"),
        (line('{"a": Infinity}'), "not JSON"),
        (line("{"), "not JSON"),
        (b"topic;key;value", "not JSON"),
        (b"[]", "no object"),
        (b'"text"', "no object"),
        (b"null", "no object"),
        (line('{"a": "')[:-2] + b'\xff"}}', "not UTF-8"),
    ],
)
def test_a_malformed_line_is_refused(bad: bytes, reason: str) -> None:
    with pytest.raises(LineError, match=reason):
        parse_event_line(bad)


@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("kind", ["object", "text", "base64"])
def test_a_value_has_at_most_a_mebibyte(kind: str, over: int) -> None:
    size = MAX_VALUE_BYTES + over
    written = {
        "object": lambda: line('{ "a": "' + "x" * (size - 8) + '" }'),
        "text": lambda: line('"' + "x" * size + '"'),
        "base64": lambda: line(f'"{base64.b64encode(bytes(size)).decode()}"', name="value_base64"),
    }[kind]()
    if over:
        with pytest.raises(LineError, match="over 1048576 bytes"):
            parse_event_line(written)
    else:
        assert len(parse_event_line(written).value or b"") == MAX_VALUE_BYTES


def test_lines_are_read_in_order_over_all_files_and_blank_ones_are_skipped(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_bytes(b"\xef\xbb\xbf" + line('"1"') + b"\r\n\n  \t\r\n" + line('"2"'))
    two.write_bytes(line('"3\u2028"') + b"\n")
    values = [read.value for read in read_event_lines([one, two])]
    assert values == [b"1", b"2", "3\u2028".encode()]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    assert read_event_lines([tmp_path / "empty.jsonl"]) == []


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line('"1"') + b"\n")))
    assert [read.value for read in read_event_lines([Path("-")])] == [b"1"]
    assert not sys.stdin.buffer.closed


def test_all_faults_are_told_at_once_with_file_and_line_and_without_content(tmp_path: Path) -> None:
    one, two, gone = tmp_path / "one.jsonl", tmp_path / "two.jsonl", tmp_path / "gone.jsonl"
    one.write_bytes(line("{}") + b"\n" + line("7") + b"\n\nMevrouw Voorbeeld\n")
    two.write_bytes(line("{}", topic='"arrears.housing.Voorbeeld"'))
    with pytest.raises(FaultsError) as caught:
        read_event_lines([one, gone, two])
    assert [fault.partition(": ")[0] for fault in caught.value.faults] == [
        f"{one} line 2",
        f"{one} line 4",
        f"{gone}",
        f"{two} line 1",
    ]
    assert caught.value.exit_code == 2
    assert "Voorbeeld" not in str(caught.value)


def test_of_many_faults_the_first_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_bytes((line("7") + b"\n") * 25)
    with pytest.raises(FaultsError, match=r"the first 20 of 25") as caught:
        read_event_lines([path])
    assert len(caught.value.faults) == 20
    assert caught.value.faults[-1].startswith(f"{path} line 20:")


def read(topic: str, value: object) -> EventLine:
    return parse_event_line(json.dumps({"topic": topic, "value": value}).encode())


def partner(name: str, sector: str, *sources: str) -> Partner:
    return Partner(name, sector, frozenset(sources), bsn=sector == "health")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], []),
        (
            [read("arrears.housing.aa", {"source": "s1"}), read("arrears.housing.aa", {"source": "s2"})],
            [partner("aa", "housing", "s1")],
        ),
        (
            [
                read("arrears.health.bb", None),
                read("arrears.health.bb", '{"source":"text"}'),
                read("arrears.health.bb", {"source": 7}),
                read("arrears.health.bb", {"id": "no source"}),
                read("arrears.health.bb", {"data": {"source": "deeper"}, "source": ""}),
            ],
            [partner("bb", "health", "")],
        ),
        (
            [
                parse_event_line(line(f'"{base64.b64encode(b"{}").decode()}"', name="value_base64")),
                parse_event_line(line('{"source": "one", "source": "tw\\u006f"}')),
            ],
            [partner("welbions", "housing", "two")],
        ),
        (
            [read("arrears.energy.cc", {"source": "e"}), read("arrears.water.cc", {"source": "w"})],
            [partner("cc", "energy", "e")],
        ),
        ([read("arrears.energy.dd", "nothing")], []),
    ],
)
def test_who_is_registered_without_a_file_of_partners(lines: list[EventLine], expected: list[Partner]) -> None:
    assert register_from(lines) == expected
