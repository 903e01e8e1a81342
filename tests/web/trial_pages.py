"""Pages of the tests' own: what the real ones do well or badly, each in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
from starlette.responses import PlainTextResponse

from signals.web.desk import FaultError, ForbiddenError, NotFoundError, Page, TooManyError
from signals.web.people import CASE_WORKERS, EVERYONE
from tests.web.office import ALMELO

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.web.desk import Desk

RESIDENT: Final = "Jansen, Dorpsstraat 1"


def shown(desk: Desk) -> Response:
    desk.did("shown", "test")
    desk.viewed("shown", "household 1", households=[])
    return desk.page("keys.html")


def of_households(desk: Desk) -> Response:
    desk.may_see(ALMELO)
    desk.viewed("test-viewed", "case 12", households=[int(one) for one in desk.query["of"].split(",")])
    return desk.page("keys.html")


def broken(desk: Desk) -> Response:
    desk.did("broken", "test")
    raise ValueError(RESIDENT)


def lost(_: Desk) -> Response:
    raise psycopg.OperationalError(RESIDENT)


def refused(desk: Desk) -> Response:
    faults: dict[str, FaultError] = {
        "404": NotFoundError("Jansen"),
        "403": ForbiddenError("Jansen"),
        "429": TooManyError(7),
        "400": FaultError("Jansen"),
    }
    desk.did("refused", "test")
    raise faults[desk.query["status"]]


def of_hengelo(desk: Desk) -> Response:
    desk.may_see(desk.query["municipality"])
    return desk.page("keys.html")


def told(desk: Desk) -> Response:
    return desk.go("test-shown", notice=desk.text("Sneltoetsen"))


def counted(desk: Desk) -> Response:
    return PlainTextResponse(str(len(desk.form.get("note"))))


PAGES: Final = (
    Page("test-shown", "/proef", "GET", shown, EVERYONE),
    Page("test-told", "/proef", "POST", told, CASE_WORKERS),
    Page("test-broken", "/proef/stuk", "GET", broken, EVERYONE),
    Page("test-lost", "/proef/weg", "GET", lost, EVERYONE),
    Page("test-refused", "/proef/nee", "GET", refused, EVERYONE),
    Page("test-hengelo", "/proef/gemeente", "GET", of_hengelo, EVERYONE),
    Page("test-number", "/proef/{case:int}", "GET", shown, EVERYONE),
    Page("test-households", "/proef/huishoudens", "GET", of_households, EVERYONE),
    Page("test-open", "/proef/open", "POST", counted, None),
)
