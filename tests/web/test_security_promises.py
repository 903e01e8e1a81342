"""What docs/security.md promises of our own tests: that they would see a page which forgets what it must do."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest
from starlette.responses import PlainTextResponse

from signals.metrics import Figures
from signals.store.database import transaction
from signals.web import routes
from signals.web.app import create_app
from signals.web.desk import Page
from signals.web.people import CASE_WORKERS, EVERYONE, Role
from tests.conftest import create_database, drop_database
from tests.web import test_roles
from tests.web.office import ALMELO, office_on
from tests.web.route_table import PAGES, TABLE
from tests.web.test_logs import logged_at, require_both_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.responses import Response
    from starlette.routing import Route

    from signals.web.desk import Desk
    from tests.web.office import RunningOffice
    from tests.web.test_logs import LoggedOffice

pytestmark = pytest.mark.database
BESIDE: Final = {"/metrics", "/health/live", "/health/ready", "/static/{name}"}
PLACE: Final = "/proef/vergeten/"


def homes(desk: Desk) -> dict[int, str]:
    """Two households of the town, by number, with their postcodes."""
    desk.cursor.execute(
        """SELECT households.id, postcode FROM households JOIN addresses ON addresses.id = address_id
        WHERE households.municipality = %s ORDER BY postcode, households.id LIMIT 1""",
        (ALMELO,),
    )
    first = desk.cursor.fetchall()
    desk.cursor.execute(
        """SELECT households.id, postcode FROM households JOIN addresses ON addresses.id = address_id
        WHERE households.municipality = %s ORDER BY postcode DESC, households.id LIMIT 1""",
        (ALMELO,),
    )
    return dict([*first, *desk.cursor.fetchall()])


def logs_nothing(desk: Desk) -> Response:
    return shown(desk)


def logs_no_household(desk: Desk) -> Response:
    desk.may_see(ALMELO)
    desk.did("view-queue", "queue letters")
    return shown(desk)


def logs_one_of_two(desk: Desk) -> Response:
    desk.may_see(ALMELO)
    desk.viewed("view-queue", "queue letters", households=list(homes(desk))[:1])
    return shown(desk)


def logs_both(desk: Desk) -> Response:
    desk.may_see(ALMELO)
    desk.viewed("view-queue", "queue letters", households=list(homes(desk)))
    return shown(desk)


def shown(desk: Desk) -> Response:
    return PlainTextResponse("\n".join(homes(desk).values()))


FORGETFUL: Final = {one.__name__: one for one in (logs_nothing, logs_no_household, logs_one_of_two, logs_both)}
MORE: Final = tuple(Page(f"test-{name}", PLACE + name, "GET", one, CASE_WORKERS) for name, one in FORGETFUL.items())


class Trial:
    """A page module of this test."""

    PAGES: Final = MORE


@pytest.fixture(scope="module")
def logged(postgres: str, months_template: str) -> Iterator[LoggedOffice]:
    """An office that has these pages too."""
    url = create_database(postgres, months_template)
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(routes, "MODULES", (*routes.MODULES, Trial))
            running = stack.enter_context(office_on(url))
        yield logged_at(running)
    drop_database(postgres, url)


@pytest.mark.parametrize("name", FORGETFUL)
def test_a_page_that_forgets_a_log_is_seen(logged: LoggedOffice, name: str) -> None:
    browser, ends = logged.office.signed_in(Role.SPECIALIST), logged.ends()
    answer = browser.http.get(PLACE + name)
    assert answer.status_code == 200
    assert logged.shows_person(answer)
    written = logged.written_since(ends)
    if name == "logs_both":
        require_both_logs(logged, answer, written)
        return
    with pytest.raises(AssertionError):
        require_both_logs(logged, answer, written)


@pytest.mark.parametrize(
    "notices", [test_roles.test_every_page_has_its_line, test_roles.test_the_table_and_the_pages_know_the_same_roles]
)
def test_a_page_without_a_line_is_seen(notices: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    notices()
    monkeypatch.setattr(test_roles, "PAGES", {**PAGES, MORE[0].name: MORE[0]})
    with pytest.raises(AssertionError):
        notices()


def test_a_page_that_is_opened_to_more_roles_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    case = PAGES["case"]
    wider = Page(case.name, case.path, case.method, case.answer, EVERYONE, case.shows_person)
    monkeypatch.setattr(test_roles, "PAGES", {**PAGES, "case": wider})
    with pytest.raises(AssertionError):
        test_roles.test_the_table_and_the_pages_know_the_same_roles()


def test_nothing_is_answered_beside_the_pages(shared_office: RunningOffice) -> None:
    """A route that somebody adds to the application itself would stand in no table."""
    app = create_app(Figures, list, shared_office.office)
    found: list[Route] = list(app.routes)  # type: ignore[arg-type]  # all of them are, which the next line shows
    paths = [route.path for route in found]
    assert sorted(paths) == sorted([*BESIDE, *(page.path for page in PAGES.values())])
    assert [page.name for page in PAGES.values()] == list(TABLE)


def test_the_database_has_somebody_to_show(logged: LoggedOffice) -> None:
    with transaction(logged.office.engine) as cursor:
        cursor.execute("SELECT count(DISTINCT postcode) > 2 FROM addresses")
        assert cursor.fetchone() == (True,)
