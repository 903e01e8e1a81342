"""Does every page that shows a person write both logs? Walks all routes, whatever they say of themselves.

Whether a page shows a person is seen from what it holds: the postcodes and surnames of the town. So a page that
forgot to say so is found too.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import html5lib
import pytest

import signals
from signals.store.database import transaction
from signals.web.office.actions import ACTIONS
from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.client import text_of
from tests.web.office import office_on
from tests.web.route_table import PAGES, TABLE, ask, token_of, town_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.web.office import RunningOffice
    from tests.web.route_table import Town

pytestmark = pytest.mark.database

INSIDE: Final = [name for name, page in PAGES.items() if page.roles is not None]
POSTCODE: Final = re.compile(r"\b[1-9][0-9]{3} ?[A-Z]{2}\b")


@dataclass(frozen=True)
class LoggedOffice:
    """An office of this module alone, and who lives in its town."""

    office: RunningOffice
    town: Town
    postcodes: frozenset[str]
    surnames: frozenset[str]

    def lines(self) -> tuple[int, int]:
        """How many lines the audit log and the processing log have."""
        with transaction(self.office.engine) as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM processing_log)")
            audit, processing = cursor.fetchone() or (0, 0)
        return audit, processing

    def shows_person(self, answer: httpx.Response) -> bool:
        """Whether the answer holds a postcode or a surname of the town."""
        text = main_text(answer)
        words = set(re.findall(r"\w+", text))
        return bool(
            {found.replace(" ", "") for found in POSTCODE.findall(text)} & self.postcodes or words & self.surnames
        )


def main_text(answer: httpx.Response) -> str:
    """What the page itself says, without header and menu, and without what stands in its fields."""
    if "html" not in answer.headers.get("content-type", ""):
        return answer.text

    root = html5lib.parse(answer.text, namespaceHTMLElements=False)
    return text_of(next(root.iter("main")))


@pytest.fixture(scope="module")
def logged(postgres: str, months_template: str) -> Iterator[LoggedOffice]:
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        with transaction(running.engine) as cursor:
            postcodes = frozenset(one for (one,) in cursor.execute("SELECT DISTINCT postcode FROM addresses"))
            surnames = frozenset(
                one for (one,) in cursor.execute("SELECT DISTINCT surname FROM persons WHERE length(surname) > 4")
            )
        yield LoggedOffice(running, town_of(running), postcodes, surnames)
    drop_database(postgres, url)


@pytest.mark.parametrize("name", INSIDE)
def test_what_shows_a_person_writes_both_logs(name: str, logged: LoggedOffice) -> None:
    role = min(TABLE[name].roles or ())
    browser = logged.office.signed_in(role)
    token = token_of(browser)
    audit, processing = logged.lines()
    answer = ask(browser, name, logged.town.values(role), token)
    audit_after, processing_after = logged.lines()
    shows = logged.shows_person(answer)
    assert shows or not PAGES[name].shows_person or name == "processing-asked", "its line in the table shows nobody"
    if shows or PAGES[name].shows_person:
        assert audit_after > audit, "it wrote no audit line"
        assert processing_after > processing, "it wrote no line of the processing log"


def test_the_walk_sees_a_person_where_there_is_one(logged: LoggedOffice) -> None:
    browser = logged.office.signed_in(Role.SPECIALIST)
    values = logged.town.values(Role.SPECIALIST)
    assert logged.shows_person(ask(browser, "case", values, None))
    assert not logged.shows_person(browser.http.get("/toetsen"))


def test_the_processing_log_does_not_say_who_looked(logged: LoggedOffice) -> None:
    with transaction(logged.office.engine) as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'processing_log'")
        columns = {name for (name,) in cursor}
    assert columns == {"id", "at", "household_id", "activity", "purpose", "basis"}


def test_every_action_has_its_words() -> None:
    """Each constant that is written to the logs anywhere in the code."""
    written = {action for file in Path(signals.__file__).parent.rglob("*.py") for action in actions_in(file)}
    assert {"view-case", "release", "sign-in", "caseload-import"} <= written
    assert written - ACTIONS.keys() == set()


def actions_in(file: Path) -> Iterator[str]:
    """The actions that this module writes to the logs, and the names of acts, which are written too."""
    places = {"did": 0, "viewed": 0, "note": 2, "Act": 0, "_note": 2}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = places.get(called)
            if place is not None and len(node.args) > place:
                yield from spelled(node.args[place])


def spelled(node: ast.expr) -> Iterator[str]:
    """The texts that this expression can be, where the code spells them out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):  # f"{kind}-import"
        yield from (f"{kind}-import" for kind in ("caseload", "exclusion"))
    elif isinstance(node, ast.IfExp):
        yield from spelled(node.body)
        yield from spelled(node.orelse)
