from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.contract.reading import MAX_BYTES, MAX_NESTING, nesting, read_json
from signals.contract.rejection import RejectedError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": {"b": 1}, "a": {}}', {"a": {}}),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\\\ud800"', "\\ud800"),
        ('[1e999, "\\ud83d\\ude00"]', [math.inf, "😀"]),
        ('[-1e999, "\\\\ud800"]', [-math.inf, "\\ud800"]),
        ("[" + "9" * 5000 + "]", [int("9" * 40)]),
        (" \t\r\n[12.0]\n", [12.0]),
        ('"\\u0000\x7f"', "\0\x7f"),
        ("null", None),
    ],
)
def test_json_is_read(text: str, value: object) -> None:
    assert read_json(text.encode()) == value


def test_twelve_and_twelve_point_nought_stay_apart() -> None:
    read = read_json(b"[12, 12.0, 1e1, true]")
    assert isinstance(read, list)
    assert [type(value) for value in read] == [int, float, float, bool]


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b" ",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[nan]",
        b'["\\ud800"]',
        b'["\\udc00\\ud800"]',
        b'{"\\ud800": 1}',
        b'{"a": "\\ud800", "a": 1}',
        b'["\x01"]',
        b'["\n"]',
        b'["\xed\xa0\x80"]',
        b'["\xc0\xaf"]',
        b"[01]",
        b"[1.]",
        b"[.5]",
        b"[+1]",
        b"[0x1]",
        b"[1,]",
        b"// x\n{}",
        b"tru",
        "{}".encode("utf-16"),
        "{}".encode("utf-32-le"),
        b'["\\x41"]',
        b'[1e999, "\\ud800"]',
        b"[1e999, NaN]",
    ],
)
def test_what_is_not_json(value: bytes | None) -> None:
    with pytest.raises(RejectedError) as caught:
        read_json(value)
    assert caught.value.code == "not-json"


@pytest.mark.parametrize("deep", [64, MAX_NESTING])
@pytest.mark.parametrize("number", [b"1", b"1e999"])
def test_nesting_that_must_pass(deep: int, number: bytes) -> None:
    assert read_json(b"[" * deep + number + b"]" * deep)


@pytest.mark.parametrize("deep", [MAX_NESTING + 1, 1000, 32_000])
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_that_is_refused(deep: int, opening: bytes) -> None:
    value = (opening * deep)[: MAX_BYTES // 2]
    with pytest.raises(RejectedError) as caught:
        read_json(value)
    assert (caught.value.code, "nested" in caught.value.message) == ("not-json", True)


@pytest.mark.parametrize(
    ("value", "deep"),
    [
        (b"1", 0),
        (b"[]", 1),
        (b"[[],{}]", 2),
        (b'{"a":[1]}', 2),
        (b'["[[[[", "\\"[[", "\\\\"]', 1),
        (b'"[[[', 0),
    ],
)
def test_brackets_within_strings_do_not_nest(value: bytes, deep: int) -> None:
    assert nesting(value) == deep


def test_many_brackets_side_by_side_are_no_nesting() -> None:
    assert read_json(b"[" + b",".join([b"[]"] * 1000) + b"]") == [[]] * 1000


@pytest.mark.parametrize(("size", "code"), [(MAX_BYTES, "not-json"), (MAX_BYTES + 1, "too-large")])
def test_size_is_decided_first(size: int, code: str) -> None:
    with pytest.raises(RejectedError) as caught:
        read_json(b"\xff" * size)
    assert caught.value.code == code


ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@given(ANY_JSON, st.booleans())
def test_what_a_json_writer_writes_is_read(value: object, ascii_only: bool) -> None:
    try:
        text = json.dumps(value, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    assert read_json(text) == json.loads(text)


@given(st.text(alphabet='{}[]",:\\ud8c019eE.-+nulltrfas \n', max_size=30))
def test_what_is_read_is_json_to_others_too(text: str) -> None:
    try:
        value = read_json(text.encode())
    except RejectedError:
        return
    assert value == json.loads(text)
