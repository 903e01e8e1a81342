"""Compact JSON text: the same meaning, the numbers as written, whatever the depth."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.commands import jsontext
from signals.commands.jsontext import NotJsonError, compact, members

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 0, 3, "\t"]), st.booleans())
def test_compact_is_what_the_standard_library_would_write(
    value: object, indent: int | str | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert compact(text) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(st.dictionaries(st.text(), VALUES, max_size=5), st.sampled_from([None, 2]), st.booleans())
def test_members_are_the_compact_parts(value: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert members(text) == {
        name: json.dumps(part, ensure_ascii=False, separators=(",", ":")) for name, part in value.items()
    }


@given(st.text(alphabet='{}[],:"\\ \n01-+.eEtruefalsn', max_size=12))
def test_what_is_json_is_what_the_standard_library_reads(text: str) -> None:
    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        with pytest.raises(NotJsonError):
            compact(text)
        with pytest.raises(NotJsonError):
            members(text)
    else:
        assert json.loads(compact(text)) == json.loads(text)


@given(st.text(alphabet='{}[],:"a \n01-.e', max_size=14))
def test_the_quick_way_and_the_tokens_agree(text: str) -> None:
    try:
        expected = jsontext._members_by_token(text)
    except NotJsonError:
        with pytest.raises(NotJsonError):
            members(text)
    else:
        assert members(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{ "a" : 612.50 , "b" : 12.0 }', '{"a":612.50,"b":12.0}'),
        (
            '{"n": 123456789012345678901234567890, "e": 1E+02, "x": 1e999, "z": -0}',
            '{"n":123456789012345678901234567890,"e":1E+02,"x":1e999,"z":-0}',
        ),
        ('{"z": 1, "a": 2, "z": 3}', '{"z":1,"a":2,"z":3}'),
        ('"caf\\u00e9 \\ud83d\\ude00 \\/ \\n"', '"café 😀 / \\n"'),
        ('["  two  blanks  "]', '["  two  blanks  "]'),
        ("\t[ ]\r\n", "[]"),
        (" { } ", "{}"),
        ("null", "null"),
    ],
)
def test_what_is_kept_and_what_goes(text: str, expected: str) -> None:
    assert compact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        '{"a":1,}',
        '{"a"}',
        "{1:2}",
        "[1 2]",
        "NaN",
        "-Infinity",
        "01",
        "1.",
        "+1",
        '"\x01"',
        '"\\x"',
        '"\\u12"',
        "tru",
        "{} {}",
        "\ufeff{}",
        "'a'",
        "\xa0[]",
        '{"a":1]',
        "[}",
    ],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(NotJsonError):
        compact(text)
    with pytest.raises(NotJsonError):
        members(text)


def test_depth_has_no_limit() -> None:
    deep = '{"a":' * 50_000 + "1" + "}" * 50_000
    assert compact(deep) == deep
    assert members(f'{{"value": {deep}}}') == {"value": deep}


def test_of_a_name_given_twice_the_last_counts() -> None:
    assert members('{"a": 1, "\\u0061": 2}') == {"a": "2"}


@pytest.mark.parametrize("text", ["[]", '"a"', "1", "null", "[{}]", "true"])
def test_what_is_no_object_has_no_members(text: str) -> None:
    assert members(text) is None
