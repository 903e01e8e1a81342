from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.contract.moments import (
    amount_cents,
    amsterdam_day,
    birth_day,
    calendar_day,
    instant_us,
    is_signalled_too_late,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE = 60_000_000


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1970-01-01T00:00:00.5Z", 500_000),
        ("1970-01-01T00:00:00." + "9" * 300 + "Z", 999_999),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T00:00:00+01:00", -60 * MINUTE),
        ("1970-01-01T00:00:00-23:59", 1439 * MINUTE),
        ("0001-01-01T00:00:00+23:59", -62_135_596_800_000_000 - 1439 * MINUTE),
        ("9999-12-31T23:59:59.999999-23:59", 253_402_300_799_999_999 + 1439 * MINUTE),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
    ],
)
def test_an_instant_is_a_whole_number_of_microseconds(text: str, microseconds: int) -> None:
    assert instant_us(text) == microseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-02",
        "2026-11-02T08:15:00",
        "2026-11-02T08:15Z",
        "2026-11-02 08:15:00Z",
        "2026-11-02t08:15:00Z",
        "2026-11-02T08:15:00z",
        "2026-11-02T08:15:00Z\n",
        " 2026-11-02T08:15:00Z",
        "2026-11-02T08:15:00.Z",
        "2026-11-02T08:15:00,5Z",
        "2026-11-02T24:00:00Z",
        "2026-11-02T08:60:00Z",
        "2026-11-02T23:59:60Z",
        "2026-11-02T08:15:00+0100",
        "2026-11-02T08:15:00+01",
        "2026-11-02T08:15:00+24:00",
        "2026-11-02T08:15:00+01:60",
        "2026-11-02T08:15:00−01:00",
        "2026-02-29T08:15:00Z",
        "2026-00-01T08:15:00Z",
        "0000-01-01T08:15:00Z",
        "02026-11-02T08:15:00Z",
        "٢٠٢٦-11-02T08:15:00Z",
    ],
)
def test_what_is_no_moment(text: str) -> None:
    assert instant_us(text) is None


@given(
    st.datetimes(timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))),
    st.integers(0, 9),
)
def test_an_instant_is_what_datetime_says(moment: datetime, digits: int) -> None:
    text = moment.isoformat(timespec="microseconds")
    cut = f"{text[:26]}{'7' * digits}{text[26:]}"
    assert instant_us(cut) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-02T22:59:59Z", date(2026, 11, 2)),
        ("2026-11-02T23:00:00Z", date(2026, 11, 3)),
        ("2026-07-02T21:59:59.999999Z", date(2026, 7, 2)),
        ("2026-07-02T22:00:00Z", date(2026, 7, 3)),
        ("2026-10-25T00:59:59Z", date(2026, 10, 25)),
        ("1850-06-01T23:50:00Z", date(1850, 6, 2)),
        ("0001-01-01T00:00:00+23:59", date(1, 1, 1)),
        ("0001-01-01T00:00:00Z", date(1, 1, 1)),
        ("9999-12-31T23:59:59Z", date(9999, 12, 31)),
        ("9999-12-31T23:59:59-23:59", date(9999, 12, 31)),
    ],
)
def test_the_day_in_amsterdam(text: str, day: date) -> None:
    time_us = instant_us(text)
    assert time_us is not None
    assert amsterdam_day(time_us) == day


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-3, 3))
def test_too_late_is_more_than_one_day_after_the_day_in_amsterdam(moment: datetime, days: int) -> None:
    time_us = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    ordinal = amsterdam_day(time_us).toordinal() + days
    if date.min.toordinal() <= ordinal <= date.max.toordinal():
        assert is_signalled_too_late(date.fromordinal(ordinal), time_us) == (days > 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-2",
        "2026-11-02 ",
        " 2026-11-02",
        "2026-11-02\n",
        "20261102",
        "2026-W45-1",
        "2026-306",
        "02-11-2026",
        "2026/11/02",
        "2026-02-29",
        "0000-01-01",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "٢٠٢٦-11-02",
        "2026-11-0２",
        "2026-W4-01",
        "+026-11-02",
        "2026- 1-02",
        "2026-1--02",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert calendar_day(text) is None


@given(st.one_of(st.text(alphabet="0123456789-WT:+ ", max_size=12), st.dates().map(str)))
def test_a_day_is_four_two_and_two_digits(text: str) -> None:
    assert (calendar_day(text) is None) or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)


@given(st.dates())
def test_every_day_is_read_back(day: date) -> None:
    assert calendar_day(day.isoformat()) == birth_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1985-00-00", date(1985, 1, 1)),
        ("1985-06-00", date(1985, 6, 1)),
        ("1985-00-12", date(1985, 1, 12)),
        ("1985-02-00", date(1985, 2, 1)),
        ("0000-00-00", None),
        ("1985-02-30", None),
        ("1985-00-32", None),
        ("1985-00-00 ", None),
        ("1985-00", None),
        ("198500-00", None),
        ("", None),
    ],
)
def test_an_unknown_month_or_day_of_birth_counts_as_the_first(text: str, day: date | None) -> None:
    assert birth_day(text) == day


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("612.50", 61_250),
        ("612.5", 61_250),
        ("612", 61_200),
        ("0.01", 1),
        ("00.010"[:5], 1),
        ("0" * 250 + "7", 700),
        ("1000000", 100_000_000),
        ("1000000.00", 100_000_000),
        ("1000000.01", None),
        ("0", None),
        ("0.00", None),
        ("0.001", None),
        ("612.505", None),
        ("612,50", None),
        ("1,000.00", None),
        ("612.", None),
        (".50", None),
        ("-1", None),
        ("+1", None),
        ("1e3", None),
        ("1_000", None),
        (" 1", None),
        ("1\n", None),
        ("٦١٢", None),
        ("٦.50", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_an_amount_in_cents(text: str, cents: int | None) -> None:
    assert amount_cents(text) == cents


@given(st.integers(1, 100_000_000))
def test_every_amount_is_read_back(cents: int) -> None:
    assert amount_cents(f"{cents // 100}.{cents % 100:02}") == cents


@given(st.from_regex(r"[0-9]{1,8}\.[0-9]{2}", fullmatch=True))
def test_zeros_in_front_change_no_amount(text: str) -> None:
    # With so many digits it is not read in the short way.
    assert amount_cents(text) == amount_cents(f"00000000{text}")


NEARLY_DAYS = (
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True)
    | st.text("0123456789-TZ:W /.+é", max_size=12)
    | st.dates().map(str)
)


@given(NEARLY_DAYS)
def test_the_shapes_take_the_same_days(text: str) -> None:
    """`shapes` leaves days to msgspec; what a partner hears of them is by `calendar_day`."""
    day = calendar_day(text)
    assert day == _or_none(lambda: msgspec.convert(text, date))
    assert day == _or_none(lambda: msgspec.json.decode(msgspec.json.encode(text), type=date))


def _or_none(read: Callable[[], date]) -> date | None:
    try:
        return read()
    except msgspec.ValidationError:
        return None
