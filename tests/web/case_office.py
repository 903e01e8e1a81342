"""An office whose cases nobody touched yet, and how the tests take one, open its page and send its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signals.store.database import transaction
from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.office import office_on, person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

COLLEAGUE: Final = person(Role.SPECIALIST, 2)
LONG: Final = 'Mevrouw wil graag hulp.\n\nBelt liever na 18 uur; <b>let op</b> & "groet".'


def fresh_office(postgres: str, template: str) -> Iterator[RunningOffice]:
    """An office on a database of its own."""
    url = create_database(postgres, template)
    with office_on(url) as running:
        yield running
    drop_database(postgres, url)


def rows(office: RunningOffice, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    with transaction(office.engine) as cursor:
        return cursor.execute(sql.encode(), parameters or None).fetchall()


def a_case(office: RunningOffice, which: str = "route = 'letter' AND waiting") -> int:
    """The number of an open case that nobody touched yet, of a household that has no other one."""
    ((number,),) = rows(
        office,
        f"""SELECT min(id) FROM cases WHERE state = 'open' AND {which} AND NOT EXISTS (
            SELECT 1 FROM case_history WHERE case_id = cases.id AND actor <> 'signals') AND household_id IN (
            SELECT household_id FROM cases WHERE state = 'open' GROUP BY household_id HAVING count(*) = 1)""",
    )
    return int(number)


def opened(client: PageClient, case: int) -> Sheet:
    return client.get(f"/zaak/{case}")


def sent(client: PageClient, sheet: Sheet, act: str, *, status: int = 200, **typed: object) -> Sheet:
    """What follows when a form of the page is filled in and sent."""
    case = sheet.url.partition("/zaak/")[2].partition("/")[0]
    return client.send(sheet.form(f"/zaak/{case}/{act}"), None, status=status, **typed)


def audited(office: RunningOffice, case: int) -> list[tuple[str, str]]:
    """Who did what with the case, by the audit log."""
    return [(actor, act) for actor, act in rows(
        office, "SELECT actor, action FROM audit WHERE subject = %s ORDER BY id", f"case {case}"
    )]  # fmt: skip
