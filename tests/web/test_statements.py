"""How often does a page ask the database? Every question costs the web process as much as some lines of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.web.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.office import RunningOffice

QUEUE = "/werkvoorraad/letters"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were asked for since the test began, without the beginning and the end of transactions."""
    found: list[str] = []
    execute: Callable[..., object] = psycopg.Cursor.execute

    def noted(cursor: psycopg.Cursor[Any], query: object, *rest: object, **more: object) -> object:
        found.append(str(query))
        return execute(cursor, query, *rest, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return found


def test_a_queue_asks_no_more_than_nine_times(shared_office: RunningOffice, asked: list[str]) -> None:
    browser = shared_office.signed_in(Role.SPECIALIST)
    asked.clear()
    browser.get(QUEUE)
    assert 5 <= len(asked) <= 9, asked


def test_a_case_asks_no_more_than_fifteen_times(shared_office: RunningOffice, asked: list[str]) -> None:
    browser = shared_office.signed_in(Role.SPECIALIST)
    path = next(link.attrib["href"] for link in browser.get(QUEUE).all("a") if "data-open" in link.attrib)
    asked.clear()
    browser.get(path)
    assert 8 <= len(asked) <= 15, asked
