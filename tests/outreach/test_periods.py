"""Matching periods, six months before a day, and legal persons: tables of cases."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.contract.events import Person
from signals.outreach.legal import is_legal_person
from signals.outreach.periods import PERIOD_KINDS, period_of, six_months_before


@pytest.mark.parametrize(
    ("kind", "day", "label", "start"),
    [
        ("month", "2026-11-01", "2026-11", "2026-11-01"),
        ("month", "2026-11-30", "2026-11", "2026-11-01"),
        ("month", "2024-02-29", "2024-02", "2024-02-01"),
        ("month", "0001-01-01", "0001-01", "0001-01-01"),
        ("half-month", "2026-11-01", "2026-11-H1", "2026-11-01"),
        ("half-month", "2026-11-15", "2026-11-H1", "2026-11-01"),
        ("half-month", "2026-11-16", "2026-11-H2", "2026-11-16"),
        ("half-month", "2026-02-28", "2026-02-H2", "2026-02-16"),
        ("iso-week", "2026-11-02", "2026-W45", "2026-11-02"),
        ("iso-week", "2026-11-08", "2026-W45", "2026-11-02"),
        ("iso-week", "2026-01-01", "2026-W01", "2025-12-29"),  # a Thursday: the week is of 2026
        ("iso-week", "2025-12-29", "2026-W01", "2025-12-29"),
        ("iso-week", "2025-12-28", "2025-W52", "2025-12-22"),
        ("iso-week", "2026-12-31", "2026-W53", "2026-12-28"),
        ("iso-week", "2027-01-03", "2026-W53", "2026-12-28"),  # a Sunday: still of 2026
        ("iso-week", "2027-01-04", "2027-W01", "2027-01-04"),
        ("iso-week", "0001-01-01", "0001-W01", "0001-01-01"),
        ("iso-week", "9999-12-31", "9999-W52", "9999-12-27"),
    ],
)
def test_period(kind: str, day: str, label: str, start: str) -> None:
    period = period_of(kind, date.fromisoformat(day))
    assert (period.label, period.start) == (label, date.fromisoformat(start))


@given(st.sampled_from(PERIOD_KINDS), st.dates(date(1, 1, 8)))
def test_a_period_is_that_of_its_first_day_and_begins_no_later(kind: str, day: date) -> None:
    period = period_of(kind, day)
    assert period_of(kind, period.start) == period
    assert period.start <= day
    assert period_of(kind, period.start - timedelta(days=1)) != period


@given(st.sampled_from(PERIOD_KINDS), st.dates(), st.dates())
def test_periods_go_up_with_the_days(kind: str, one: date, other: date) -> None:
    early, late = sorted((one, other))
    first, second = period_of(kind, early), period_of(kind, late)
    assert first.start <= second.start
    assert (first.start == second.start) is (first.label == second.label)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-11-02", "2026-05-02"),
        ("2026-08-31", "2026-02-28"),
        ("2024-08-31", "2024-02-29"),
        ("2026-08-28", "2026-02-28"),
        ("2026-12-31", "2026-06-30"),
        ("2026-03-31", "2025-09-30"),
        ("2026-01-15", "2025-07-15"),
        ("2026-06-30", "2025-12-30"),
        ("2024-02-29", "2023-08-29"),
        ("0001-06-30", "0001-01-01"),  # the calendar begins there
    ],
)
def test_six_months_before(day: str, before: str) -> None:
    assert six_months_before(date.fromisoformat(day)) == date.fromisoformat(before)


@pytest.mark.parametrize(
    ("surname", "business", "legal"),
    [
        (None, "Bakkerij De Hoek B.V.", True),
        (None, "bakkerij de hoek b.v.", True),
        (None, "De Hoek BV", True),
        (None, "BV De Hoek", True),
        (None, "De Hoek (BV)", True),
        (None, "De-Hoek-BV", True),
        (None, "De Hoek N.V.", True),
        (None, "De Hoek nv", True),
        (None, "Stichting Warmte", True),
        ("", "VERENIGING VAN EIGENAREN", True),
        (" \t", "Coöperatie Oost", True),
        (None, unicodedata.normalize("NFD", "COÖPERATIEVE Akkerbouw"), True),
        (None, "cooperatieve vereniging", True),
        (None, "Cooperatie", True),
        # whole words only: no letter, digit or underscore beside it
        (None, "Bvlgari", False),
        (None, "AdvBV", False),
        (None, "BV1", False),
        (None, "BV_Oost", False),
        (None, "B.V.Oost", False),
        (None, "B.V", False),
        (None, "Verenigingsgebouw", False),
        (None, "Stichtingen", False),
        (None, "Coöperatief", False),
        (None, "ÉBV", False),
        # not legal persons
        (None, "Schildersbedrijf Jansen VOF", False),
        (None, "Jansen CV", False),
        (None, "Maatschap Jansen", False),
        (None, None, False),
        (None, "", False),
        ("Jansen", "Jansen Bouw BV", False),
        # on behalf of a resident, also inside a word
        (None, "Stichting Bewindvoering Oost", False),
        (None, "BEWINDVOERDERSKANTOOR Twente B.V.", False),
        (None, "Beschermingsbewind BV", False),
        (None, "Stichting Balans inzake J. Jansen", False),
        (None, "Stichting Balans C/O Jansen", False),
    ],
)
def test_legal_person(surname: str | None, business: str | None, legal: bool) -> None:
    assert is_legal_person(Person(surname=surname, business_name=business)) is legal
