"""Searching: days as people write them, and periods in words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import pytest

from signals.store.database import transaction
from signals.web.people import Role
from tests.web.office import person

if TYPE_CHECKING:
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

BUTTON: Final = {"nl": "Zoek", "en": "Search"}


def ask(office: RunningOffice, *, language: str = "nl", status: int = 200, **typed: str) -> Sheet:
    client = office.signed_in(person(Role.SPECIALIST, 88), language)  # who may ask so often is counted by person
    return client.send(client.get("/zoeken").form("/zoeken"), BUTTON[language], status=status, **typed)


def someone(office: RunningOffice) -> tuple[str, str]:
    """Surname and day of birth of a resident with a case of a month: "Berg", "1985-06-12"."""
    with transaction(office.engine) as cursor:
        row = cursor.execute(
            """SELECT surname, date_of_birth FROM persons JOIN cases USING (household_id)
            WHERE surname ~ '^[A-Z][a-z]{5,}$' AND date_of_birth ~ '-[01][1-9]-[0-2][1-9]$' AND state <> 'removed'
            ORDER BY persons.id LIMIT 1"""
        ).fetchone()
    assert row is not None
    return row


def test_a_day_is_found_however_it_is_written(shared_office: RunningOffice) -> None:
    surname, born = someone(shared_office)
    year, month, day = born.split("-")
    for written in (born, f"{int(day)}-{int(month)}-{year}", f"{day}/{month}/{year}"):
        assert surname in ask(shared_office, born=written, name=surname).words


@pytest.mark.parametrize("written", ["31-2-1985", "1985", "gisteren", "2-11-85"])
def test_what_is_no_day_is_said(shared_office: RunningOffice, written: str) -> None:
    page = ask(shared_office, born=written, status=422)
    assert "Vul een datum in die bestaat, bijvoorbeeld 2-11-1985." in page.words
    assert dict(page.form("/zoeken").fields)["born"] == written


@pytest.mark.parametrize(("language", "months"), [("nl", ("september", "oktober")), ("en", ("September", "October"))])
def test_a_case_is_told_with_its_period_in_words(
    shared_office: RunningOffice, language: str, months: tuple[str, str]
) -> None:
    surname, _ = someone(shared_office)
    words = ask(shared_office, language=language, name=surname).words
    assert any(f"{month} 2026" in words for month in months)
    assert "2026-" not in words


def test_the_log_of_the_process_holds_nothing_of_a_search(
    shared_office: RunningOffice, caplog: pytest.LogCaptureFixture
) -> None:
    surname, born = someone(shared_office)
    with caplog.at_level(logging.DEBUG):
        assert surname in ask(shared_office, name=surname, born=born).words
        ask(shared_office, name=surname, number="12", status=422)
        ask(shared_office, reference="KENMERK-4711")
    told = [record.getMessage() for record in caplog.records if record.name.split(".")[0] not in {"httpx", "httpcore"}]
    assert not [line for line in told if any(one in line for one in (surname, born, "KENMERK-4711"))]
