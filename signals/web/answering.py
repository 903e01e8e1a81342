"""How does a request become an answer? Read the form, open one transaction, see who it is, let the page answer.

The page works in a thread; its transaction is committed when it answered and rolled back on any error. An error is
told by its kind and place only: its text may hold what stands in the database. What was typed into a form that could
not be taken goes back to who typed it (`held`).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from signals.store.database import is_again_later, transaction
from signals.web import cookies, texts
from signals.web.arriving import body_of, path_of, require_storable
from signals.web.desk import Desk, FaultError, ForbiddenError, Form, TooManyError, Visit, parse_form
from signals.web.errands import Errand, Errands, NobodyFreeError
from signals.web.guard import ForeignFormError, OldFormError, other_name_of, require_own_form
from signals.web.held import ENDED, OF_ANOTHER, RENEWED, held, held_page, reason_for
from signals.web.pages import FOREIGN_FORM, OLD_FORM, fault_page
from signals.web.planner import Planner
from signals.web.press import Press
from signals.web.refusals import EACH, Trails, note_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine
    from starlette.requests import Request
    from starlette.responses import Response

    from signals.store.database import Cursor
    from signals.web.desk import Page
    from signals.web.held import Held, Reason
    from signals.web.people import SignIn, User
    from signals.web.templating import Templates

log = logging.getLogger(__name__)

SIGN_IN: Final = "sign-in"  # the name of the page to which who is not signed in is sent
DESKS: Final = 12  # so many pages are made at once, each on a connection of its own; the others wait in order
FEWEST_DESKS: Final = 4  # of one process, when several share them


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
        desks: so many pages are made at once in this process.
        letter_sets: where the municipalities' own letter sets lie, or None.
        routing_url: who knows how long one is underway between visits, or None.
    """

    engine: Engine
    sign_in: SignIn
    secret: str
    address: str
    tokens: Path | None = None
    clock: Callable[[], datetime] = field(default=texts.utc_now)
    desks: int = DESKS
    letter_sets: Path | None = None
    routing_url: str | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers come over https."""
        return self.address.startswith("https:")

    @property
    def press(self) -> Press:
        """Makes letters without a desk."""
        return Press(self.engine, self.letter_sets)

    @property
    def planner(self) -> Planner:
        """Plans visits without a desk."""
        return Planner(self.engine, self.routing_url)

    @property
    def jar(self) -> cookies.Jar:
        """Signs the cookies, and marks forms with whose they are."""
        return cookies.Jar(self.secret, secure=self.secure)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a page: what it names and what it sends."""

    page: Page
    visit: Visit
    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: Form


class EndedError(FaultError):
    """The session ended before the form was sent; what it held goes back."""

    status = ENDED.status


class Counter:
    """Answers the requests of one office."""

    def __init__(self, office: Office, templates: Templates) -> None:
        self._office = office
        self._templates = templates
        self._jar = office.jar
        self._desks = asyncio.Semaphore(office.desks)
        self._errands: defaultdict[str, Errands] = defaultdict(Errands)
        self._trails = Trails(EACH, doubling=True, name="requests")

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """What answers the requests for `page`."""

        async def answer(request: Request) -> Response:
            visit = self.visit(request)
            if elsewhere := self._own_address(request, visit):
                return RedirectResponse(elsewhere, status_code=307)
            try:
                form = parse_form(await body_of(request)) if page.method == "POST" else Form()
            except FaultError as fault:
                return await self._fault_page(visit, fault.status)
            return await self._answer(Asked(page, visit, request.path_params, dict(request.query_params), form))

        return answer

    async def _answer(self, asked: Asked) -> Response:
        """The page's answer; when something must be asked or made elsewhere first, that holds no desk."""
        found = await self._at_desk(asked, asked.page.answer)
        if isinstance(found, Errand):
            found = await self._run(asked, found)
        return self.bound(found, asked.visit)

    async def _run(self, asked: Asked, errand: Errand[Any]) -> Response:
        try:
            async with self._errands[errand.place].turn():
                told = await run_in_threadpool(errand.ask)
        except NobodyFreeError:
            told = errand.unasked
        except Exception as error:  # noqa: BLE001 - as at a desk; what was done before is kept
            return self._failed(asked, None, error, unsure=True)
        found = await self._at_desk(asked, lambda desk: errand.then(desk, told))
        if isinstance(found, Errand):
            raise TypeError(f"page {asked.page.name}: one errand is all that a request has")
        return found

    def visit(self, request: Request) -> Visit:
        """What the request itself tells."""
        wish = self._jar.read(request.cookies, cookies.LANGUAGE)
        return Visit(
            method=request.method,
            path=path_of(request),
            language=texts.choose_language(wish, request.headers.get("accept-language", "")),
            nonce=request.scope["signals.nonce"],
            client=self._office.sign_in.client(
                request.client.host if request.client else "", ", ".join(request.headers.getlist("x-forwarded-for"))
            ),
            cookies=request.cookies,
            headers=request.headers,
            binding=self._binding(request.cookies),
            keys=self._jar.read(request.cookies, cookies.KEYS) != "off",
        )

    def _binding(self, kept: Mapping[str, str]) -> str:
        """The session's token, else the cookie of before signing in, else a new one."""
        session = self._jar.read(kept, cookies.SESSION)
        return session or self._jar.read(kept, cookies.BEFORE) or secrets.token_urlsafe(32)

    def _own_address(self, request: Request, visit: Visit) -> str | None:
        """Where this page is, when it is asked for by another name of this machine: cookies and forms are of one."""
        if request.method not in {"GET", "HEAD"}:
            return None
        own = other_name_of(self._office.address, request.headers.get("host", ""))
        return own and own + visit.path

    async def _at_desk(self, asked: Asked, act: Callable[[Desk], Response | Errand[Any]]) -> Response | Errand[Any]:
        async with self._desks:
            return await run_in_threadpool(self._worked, asked, act)

    def _worked(self, asked: Asked, act: Callable[[Desk], Response | Errand[Any]]) -> Response | Errand[Any]:
        """What the page makes of it in one transaction, or what is said when it cannot."""
        user, answered = None, False
        try:
            with transaction(self._office.engine) as cursor:
                now = self._office.clock()
                user = self._user(asked.visit, cursor, now)
                desk = self._desk(asked, user, cursor, now)
                response = self._let_in(asked, desk) or act(desk)
                answered = True
        except FaultError as fault:
            return self._fault(asked, user, fault)
        except Exception as error:  # noqa: BLE001 - whatever fails, the visitor gets a page that says so
            return self._failed(asked, user, error, unsure=answered)
        return response

    def _desk(self, asked: Asked, user: User | None, cursor: Cursor, now: datetime) -> Desk:
        sent = (asked.path, asked.query, asked.form)
        office = self._office
        rooms = (office.sign_in, office.press, office.planner)
        return Desk(asked.visit, user, now, *sent, cursor, self._templates, self._jar, *rooms)

    def bound(self, response: Response, visit: Visit) -> Response:
        """The answer, with the cookie to which its forms are bound when nobody is signed in."""
        if visit.binding not in {self._jar.read(visit.cookies, name) for name in (cookies.SESSION, cookies.BEFORE)}:
            self._jar.put(response, cookies.BEFORE, visit.binding)
        return response

    async def fault(self, request: Request, status: int) -> Response:
        """The page for a request that belongs to no page of the table."""
        return await self._fault_page(self.visit(request), status)

    async def _fault_page(self, visit: Visit, status: int) -> Response:
        async with self._desks:
            user = await run_in_threadpool(self._who, visit)
        return self.bound(fault_page(self._templates, visit, user, status), visit)

    def _who(self, visit: Visit) -> User | None:
        """Who is signed in, for the menu of a page that needs nothing else; nobody while that cannot be read."""
        if self._jar.read(visit.cookies, cookies.SESSION) is None:
            return None
        try:
            with transaction(self._office.engine) as cursor:
                return self._user(visit, cursor, self._office.clock())
        except Exception as error:  # noqa: BLE001 - the page says something else already
            log.warning("who asks is not known: the session could not be read (%s)", type(error).__name__)
            return None

    def _user(self, visit: Visit, cursor: Cursor, now: datetime) -> User | None:
        token = self._jar.read(visit.cookies, cookies.SESSION)
        return self._office.sign_in.sessions.find(cursor, token, now) if token else None

    def _let_in(self, asked: Asked, desk: Desk) -> Response | None:
        """Where to go first, when that is not the page itself. Raises FaultError when there is no way in."""
        page = asked.page
        require_storable(desk.path, desk.query)
        if page.roles is not None and desk.visitor is None:
            return self._to_sign_in(asked)
        if page.roles is not None and not desk.user.has_any(page.roles):
            raise ForbiddenError("the page is not for one of the user's roles")
        if page.method == "POST":
            require_own_form(desk, self._office.address)
        return None

    def _to_sign_in(self, asked: Asked) -> Response:
        """To the sign-in, which afterwards leads back to the page that was asked for. Raises EndedError."""
        if self._held(asked):
            raise EndedError("the session ended while a form was filled in")
        back = asked.visit.path if asked.visit.method != "POST" else None
        return RedirectResponse(self._templates.addresses.url(SIGN_IN, naar=back), status_code=303)

    def _fault(self, asked: Asked, user: User | None, fault: FaultError) -> Response:
        note_refusal(self._office.engine, self._trails, user, asked.page.name, fault.status, asked.path)
        response = self._kept(asked, user, fault) or self._told(asked.visit, user, fault)
        if isinstance(fault, TooManyError):
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    def _told(self, visit: Visit, user: User | None, fault: FaultError) -> Response:
        if isinstance(fault, ForeignFormError):
            address = self._office.address
            return fault_page(self._templates, visit, user, fault.status, FOREIGN_FORM, address=address)
        if isinstance(fault, TooManyError):
            seconds = fault.retry_after
            return fault_page(self._templates, visit, user, fault.status, fault.words, seconds=seconds)
        words = OLD_FORM if isinstance(fault, OldFormError) else None
        return fault_page(self._templates, visit, user, fault.status, words)

    def _kept(self, asked: Asked, user: User | None, fault: FaultError) -> Response | None:
        """The page that gives back what was sent; None where nothing was, or it is not ours to show."""
        held = self._held(asked)
        if held is None:
            return None
        reason = _reason(fault, held, user)
        seconds = fault.retry_after if isinstance(fault, TooManyError) else 0
        return held_page(self._templates, self._jar, user, held, reason, seconds=seconds) if reason else None

    def _held(self, asked: Asked) -> Held | None:
        """What was sent by a form that we made for somebody who was signed in."""
        return held(asked.visit, asked.form, self._jar, self._office.address) if asked.page.method == "POST" else None

    def _failed(self, asked: Asked, user: User | None, error: Exception, *, unsure: bool) -> Response:
        """What is said when it is our fault; `unsure`: the page was done, so it may have been kept."""
        status = 503 if is_again_later(error) else 500
        if status == 503:
            log.warning("page %s: the database is away (%s)", asked.page.name, type(error).__name__)
        else:
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("page %s failed with %s at\n%s", asked.page.name, type(error).__name__, place)
        held = self._held(asked)
        reason = held and reason_for(status, held)
        if held and reason:
            return held_page(self._templates, self._jar, user, held, reason, unsure=unsure)
        return fault_page(self._templates, asked.visit, user, status)


def _reason(fault: FaultError, held: Held, user: User | None) -> Reason | None:
    """Why what was sent was not taken."""
    if isinstance(fault, EndedError):
        return ENDED
    if isinstance(fault, ForeignFormError) or (isinstance(fault, OldFormError) and user is None):
        return None
    if user is not None and held.owner != user.id:
        return OF_ANOTHER
    return RENEWED if isinstance(fault, OldFormError) else reason_for(fault.status, held)
