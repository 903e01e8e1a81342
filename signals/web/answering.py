"""How does a request become an answer? Read the form, open one transaction, see who it is, let the page answer.

The page works in a thread; its transaction is committed when it answered and rolled back on any error. An error is
told by its kind and place only: its text may hold what stands in the database.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse

from signals.store.database import is_again_later, transaction
from signals.web import cookies, texts
from signals.web.desk import Desk, FaultError, ForbiddenError, Form, NotFoundError, TooManyError, Visit, parse_form
from signals.web.guard import FORM_BYTES, require_own_form
from signals.web.pages import fault_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine
    from starlette.requests import Request
    from starlette.responses import Response

    from signals.store.database import Cursor
    from signals.web.desk import Page
    from signals.web.people import SignIn, User
    from signals.web.templating import Templates

log = logging.getLogger(__name__)

SIGN_IN: Final = "sign-in"  # the name of the page to which who is not signed in is sent
DESKS: Final = 12  # so many pages are made at once, each on a connection of its own; the others wait in order
BIGGEST_NUMBER: Final = 2**63 - 1  # of the database


class TooLargeError(FaultError):
    """The form is larger than any of ours."""

    status = 413


@dataclass(frozen=True, slots=True)
class Office:
    """What the pages about residents stand on.

    Attributes:
        engine: of the database.
        sign_in: how people sign in.
        secret: signs the cookies; at least 32 characters.
        address: the public address, such as "https://vroegsignalering.example.nl".
        tokens: a municipality's own `tokens.css`, or None for ours.
        clock: the moment it is.
    """

    engine: Engine
    sign_in: SignIn
    secret: str
    address: str
    tokens: Path | None = None
    clock: Callable[[], datetime] = field(default=texts.utc_now)

    @property
    def secure(self) -> bool:
        """Whether browsers come over https."""
        return self.address.startswith("https:")


class Counter:
    """Answers the requests of one office."""

    def __init__(self, office: Office, templates: Templates) -> None:
        self._office = office
        self._templates = templates
        self._jar = cookies.Jar(office.secret, secure=office.secure)
        self._desks = asyncio.Semaphore(DESKS)

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """What answers the requests for `page`."""

        async def answer(request: Request) -> Response:
            visit = self.visit(request)
            try:
                form = parse_form(await _body(request)) if page.method == "POST" else Form()
            except FaultError as fault:
                return self.bound(fault_page(self._templates, visit, None, fault.status), visit)
            async with self._desks:
                return await run_in_threadpool(
                    self._answer, page, visit, request.path_params, dict(request.query_params), form
                )

        return answer

    def visit(self, request: Request) -> Visit:
        """What the request itself tells."""
        wish = self._jar.read(request.cookies, cookies.LANGUAGE)
        return Visit(
            method=request.method,
            path=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            language=texts.choose_language(wish, request.headers.get("accept-language", "")),
            nonce=request.scope["signals.nonce"],
            client=self._office.sign_in.client(
                request.client.host if request.client else "", ", ".join(request.headers.getlist("x-forwarded-for"))
            ),
            cookies=request.cookies,
            headers=request.headers,
            binding=self._binding(request.cookies),
        )

    def _binding(self, kept: Mapping[str, str]) -> str:
        """The session's token, else the cookie of before signing in, else a new one."""
        session = self._jar.read(kept, cookies.SESSION)
        return session or self._jar.read(kept, cookies.BEFORE) or secrets.token_urlsafe(32)

    def _answer(
        self, page: Page, visit: Visit, path: Mapping[str, Any], query: Mapping[str, str], form: Form
    ) -> Response:
        user: User | None = None
        try:
            with transaction(self._office.engine) as cursor:
                now = self._office.clock()
                user = self._user(visit, cursor, now)
                desk = Desk(
                    visit, user, now, path, query, form, cursor, self._templates, self._jar, self._office.sign_in
                )
                response = self._let_in(page, desk) or page.answer(desk)
        except FaultError as fault:
            response = self._fault(visit, user, fault)
        except Exception as error:  # noqa: BLE001 - whatever fails, the visitor gets a page that says so
            response = self._failed(page, visit, user, error)
        return self.bound(response, visit)

    def bound(self, response: Response, visit: Visit) -> Response:
        """The answer, with the cookie to which its forms are bound when nobody is signed in."""
        if visit.binding not in {self._jar.read(visit.cookies, name) for name in (cookies.SESSION, cookies.BEFORE)}:
            self._jar.put(response, cookies.BEFORE, visit.binding)
        return response

    def fault(self, request: Request, status: int) -> Response:
        """The page for a request that belongs to no page of the table."""
        visit = self.visit(request)
        return self.bound(fault_page(self._templates, visit, None, status), visit)

    def _user(self, visit: Visit, cursor: Cursor, now: datetime) -> User | None:
        token = self._jar.read(visit.cookies, cookies.SESSION)
        return self._office.sign_in.sessions.find(cursor, token, now) if token else None

    def _let_in(self, page: Page, desk: Desk) -> Response | None:
        """Where to go first, when that is not the page itself. Raises FaultError when there is no way in."""
        if any(isinstance(value, int) and value > BIGGEST_NUMBER for value in desk.path.values()):
            raise NotFoundError("no number is as large as this")
        if page.roles is not None and desk.visitor is None:
            return self._to_sign_in(desk)
        if page.roles is not None and not desk.user.has_any(page.roles):
            raise ForbiddenError("the page is not for one of the user's roles")
        if page.method == "POST":
            require_own_form(desk, self._office.address)
        return None

    def _to_sign_in(self, desk: Desk) -> Response:
        """To the sign-in, which afterwards leads back to the page that was asked for."""
        back = desk.visit.path if desk.visit.method != "POST" else None
        return RedirectResponse(self._templates.addresses.url(SIGN_IN, naar=back), status_code=303)

    def _fault(self, visit: Visit, user: User | None, fault: FaultError) -> Response:
        response = fault_page(self._templates, visit, user, fault.status)
        if isinstance(fault, TooManyError):
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    def _failed(self, page: Page, visit: Visit, user: User | None, error: Exception) -> Response:
        if is_again_later(error):
            log.warning("page %s: the database is away (%s)", page.name, type(error).__name__)
            return fault_page(self._templates, visit, user, 503)
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("page %s failed with %s at\n%s", page.name, type(error).__name__, place)
        return fault_page(self._templates, visit, user, 500)


async def _body(request: Request) -> bytes:
    """What was sent. Raises FaultError, and TooLargeError as soon as it is more than a form of ours can be."""
    found = bytearray()
    try:
        async for part in request.stream():
            found += part
            if len(found) > FORM_BYTES:
                raise TooLargeError("the form is too large")
    except ClientDisconnect:
        raise FaultError("the visitor left before the form was sent") from None
    return bytes(found)
