"""How often does a page ask the database, and for how much?

Every question costs the web process as much as some lines of a template; one that counts a queue costs more with each
household that waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.store.database import transaction
from signals.web.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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


def test_a_case_asks_no_more_than_twenty_times(shared_office: RunningOffice, asked: list[str]) -> None:
    browser = shared_office.signed_in(Role.SPECIALIST)
    path = next(link.attrib["href"] for link in browser.get(QUEUE).all("a") if "data-open" in link.attrib)
    asked.clear()
    browser.get(path)
    assert 8 <= len(asked) <= 20, asked


def scans(node: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Of each part of a plan that reads a table: which, and how many rows came out of it."""
    if "Relation Name" in node:
        yield node["Relation Name"], round(node["Actual Rows"] * node["Actual Loops"])
    for below in node.get("Plans", ()):
        yield from scans(below)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """What each question since the test began read of each table: the statement, the table, the rows."""
    found: list[tuple[str, str, int]] = []
    execute: Callable[..., Any] = psycopg.Cursor.execute

    def planned(cursor: psycopg.Cursor[Any], query: Any, *rest: object, **more: object) -> object:  # noqa: ANN401 - psycopg's
        text = query.decode() if isinstance(query, bytes) else str(query)
        if "SELECT" in text and "INSERT" not in text and " FROM " in text.replace("\n", " "):
            told = execute(
                cursor, f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {text}", *rest, prepare=False
            ).fetchall()
            found.extend((text, table, rows) for table, rows in scans(told[0][0][0]["Plan"]))
        return execute(cursor, query, *rest, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", planned)
    return found


@pytest.mark.parametrize("more", ["", "?claim=unclaimed"])
def test_a_queue_opens_without_counting(
    shared_office: RunningOffice, read: list[tuple[str, str, int]], more: str
) -> None:
    with transaction(shared_office.engine) as cursor:
        cursor.execute("SELECT count(*) FROM cases WHERE waiting AND NOT held AND route = 'letter'")
        (waiting,) = cursor.fetchone() or (0,)
    assert waiting > 60, "a page of 25 has to be much less than what waits"
    browser = shared_office.signed_in(Role.SPECIALIST)
    read.clear()
    sheet = browser.get(f"{QUEUE}{more}")
    assert len(sheet.all("li", data_row="")) == 25
    assert [text for text, table, _ in read if table == "cases"], "the queue was not seen to be read"
    assert [text for text, _, _ in read if "count(" in text.lower()] == []
    # Neither is it read to the end: each look at the cases is one of a page, and never all that waits.
    assert [(text, rows) for text, table, rows in read if table == "cases" and rows >= waiting] == []
