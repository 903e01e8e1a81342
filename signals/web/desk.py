"""What does a page have at hand, and what may it do? One desk per request, inside one database transaction.

A page is a synchronous function from a desk to an answer. What it raises rolls the transaction back; the errors of
this module become pages that say what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse

from signals.errors import SignalsError
from signals.store import audit
from signals.store.processing import PURPOSE, Use
from signals.web import cookies, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date, datetime

    from starlette.responses import Response

    from signals.store.database import Cursor
    from signals.web.errands import Errand
    from signals.web.people import Role, SignIn, User
    from signals.web.planner import Planner
    from signals.web.press import Press
    from signals.web.templating import Templates

FIELDS_AT_MOST: Final = 1000  # in one form
NOTICE_SECONDS: Final = 300


class FaultError(SignalsError):
    """A request that is answered with a page that says what is wrong; `status` is its HTTP code."""

    status = 400


class NotFoundError(FaultError):
    """There is no such thing, or it is not this user's to see."""

    status = 404


class ForbiddenError(FaultError):
    """The user's roles do not allow this, or the form did not come from our own page."""

    status = 403


class TooManyError(FaultError):
    """The same visitor asks too often; after `retry_after` seconds it may be tried again.

    `words` are the heading and the advice of its page, with {seconds}; None: those of every such page.
    """

    status = 429

    def __init__(self, retry_after: int, words: tuple[str, str] | None = None) -> None:
        super().__init__(f"too many requests; again after {retry_after} s")
        self.retry_after = retry_after
        self.words = words


class Form:
    """What a form sent: texts by name, in order."""

    def __init__(self, fields: Collection[tuple[str, str]] = ()) -> None:
        self._fields = tuple(fields)

    def get(self, name: str, default: str = "") -> str:
        """The last text under this name, without white space around it."""
        return next((text.strip() for key, text in reversed(self._fields) if key == name), default)

    def getlist(self, name: str) -> list[str]:
        """All texts under this name."""
        return [text for key, text in self._fields if key == name]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._fields)

    def items(self) -> tuple[tuple[str, str], ...]:
        """Every name and text, in order."""
        return self._fields


def parse_form(body: bytes) -> Form:
    """A form as a browser sends it. Raises FaultError when it is none that ours could send."""
    try:
        text = body.decode("ascii")
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_AT_MOST)
    except ValueError:
        raise FaultError("the form cannot be read") from None
    if any("\0" in part for pair in fields for part in pair):
        raise FaultError("the form holds a character that no text has")
    return Form([(name, value.replace("\r\n", "\n")) for name, value in fields])


@dataclass(frozen=True, slots=True)
class Page:
    """One route; the table of routes is complete by construction.

    Attributes:
        name: unique; what `url_for` and `Desk.go` call it.
        path: Dutch words, `{…}` for what varies: "/zaak/{case:int}".
        method: "GET" or "POST".
        answer: makes the page, in a thread and inside one transaction; an errand when something is asked or made
            elsewhere first.
        roles: one of these is needed; None opens it to whoever is not signed in.
        shows_person: whether it shows who a person is; then it must call `Desk.viewed`.
    """

    name: str
    path: str
    method: str
    answer: Callable[[Desk], Response | Errand[Any]]
    roles: frozenset[Role] | None
    shows_person: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of a request before anything was read for it."""

    method: str
    path: str  # with what follows the question mark
    language: str
    nonce: str
    client: str  # the network address it came from
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    binding: str  # the secret to which this visitor's forms are bound
    keys: bool = True  # whether single letters do something (WCAG 2.1.4)

    @property
    def back(self) -> str:
        """Where a form that is on every page leads back to: a page that may be asked for."""
        return self.path if self.method != "POST" else "/"


@dataclass(slots=True)
class Desk:
    """All that a page may use."""

    visit: Visit
    visitor: User | None
    now: datetime
    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: Form
    cursor: Cursor
    templates: Templates
    jar: cookies.Jar
    sign_in: SignIn
    press: Press
    planner: Planner
    about: str | None = None  # the municipality of which it is
    logged: list[str] = field(default_factory=list)  # the actions that this request put into the logs

    @property
    def user(self) -> User:
        """Who is signed in; only a page for roles may ask."""
        if self.visitor is None:
            raise ForbiddenError("nobody is signed in")
        return self.visitor

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies as they came; `jar` reads them."""
        return self.visit.cookies

    @property
    def address(self) -> str:
        """The network address of the visitor."""
        return self.visit.client

    @property
    def session(self) -> str | None:
        """The token of the visitor's session, whether it still lasts or not; None without one."""
        return self.jar.read(self.visit.cookies, cookies.SESSION)

    @property
    def language(self) -> str:
        """The language of the page: nl or en."""
        return self.visit.language

    @property
    def today(self) -> date:
        """The day it is in Amsterdam."""
        return texts.today_of(self.now)

    @property
    def notice_at(self) -> str:
        """The id of what the notice that comes on this page is about; empty when it is about the whole."""
        return (self._kept_notice or "").partition("\n")[2]

    @property
    def _kept_notice(self) -> str | None:
        return self.jar.read(self.visit.cookies, cookies.NOTICE, seconds=NOTICE_SECONDS)

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """The page of this template; it also has the user, the language, the token of forms and the notices."""
        kept = self._kept_notice
        notice, _, place = (kept or "").partition("\n")
        said = {"notice": notice or None, "notice_at": place or None}
        response = self.templates.page(self.visit, self.visitor, template, status, {**values, **said})
        if kept is not None:
            self.jar.drop(response, cookies.NOTICE)
        return response

    def go(self, name: str, *, notice: str | None = None, at: str | None = None, **path: object) -> Response:
        """On to the page of this name (303).

        Args:
            name: of the page.
            notice: said there once, on one line; holds nothing personal.
            at: the id of what it is about: the page opens there, and the notice stands beside it.
            path: as in `url`.
        """
        response = RedirectResponse(self.url(name, **path) + (f"#{at}" if at else ""), status_code=303)
        if notice is not None:
            self.jar.put(response, cookies.NOTICE, f"{notice}\n{at}" if at else notice, seconds=NOTICE_SECONDS)
        return response

    def url(self, name: str, **path: object) -> str:
        """The address of the page of this name; what is no part of its path goes behind the question mark."""
        return self.templates.addresses.url(name, **path)

    def text(self, dutch: str, **values: object) -> str:
        """`dutch` in the language of the page."""
        return texts.translate(self.language, dutch, **values)

    def may_see(self, municipality: str) -> None:
        """Raise NotFoundError when this municipality is not the user's; from here on the logs name it."""
        if municipality not in self.user.municipalities:
            raise NotFoundError("not of one of the user's municipalities")
        self.about = municipality

    def viewed(
        self,
        action: str,
        subject: str,
        *,
        households: Collection[int] = (),
        persons: Collection[int] | None = None,
        purpose: str = PURPOSE,
        municipality: str | None = None,
    ) -> None:
        """Log that the user saw this: in the audit log, and without the user in that of each household.

        Args:
            action: what was looked at, such as "case-viewed".
            subject: which one, such as "case 12"; nothing personal.
            households: whose data were shown, of a list everybody who stands in it.
            persons: whom of them alone; None: everybody of these households.
            purpose: why these data were used.
            municipality: as in `did`.
        """
        self.did(action, subject, households=households, persons=persons, purpose=purpose, municipality=municipality)

    def did(
        self,
        action: str,
        subject: str,
        detail: Mapping[str, object] | None = None,
        *,
        households: Collection[int] = (),
        persons: Collection[int] | None = None,
        purpose: str = PURPOSE,
        municipality: str | None = None,
    ) -> None:
        """Log what the user did: a line for each municipality that it concerns, so that its auditors can see it.

        Args:
            action: what was done, such as "attempt".
            subject: with what, such as "case 12"; nothing personal.
            detail: particulars; nothing personal either.
            households: whom it concerns; their own municipalities are those of the lines.
            persons: as in `viewed`, for the processing log.
            purpose: why these data were used, for the processing log of each household.
            municipality: whose, when no household is concerned; else that of `may_see`, or each of the user's.
        """
        only = municipality or self.about
        named = {only} if only else self.user.municipalities
        use = Use(purpose, persons)
        audit.note_each(self.cursor, self.user.id, action, subject, detail, named, households, use=use)
        self.logged.append(action)
