"""Which pages does the door have? Signing in, coming back from the provider, and signing out.

All are open to whoever is not signed in. What was refused is noted without a name: nobody was identified.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse

from signals.store import audit
from signals.web import cookies
from signals.web.desk import NotFoundError, Page
from signals.web.guard import own_path
from signals.web.signin.claims import user_of
from signals.web.signin.demo import DEMO_PEOPLE, demo_person
from signals.web.signin.entry import entry_of
from signals.web.signin.idtoken import RefusedError
from signals.web.signin.journey import forget, journey_of, keep, new_journey
from signals.web.signin.provider import ProviderAwayError

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.web.desk import Desk
    from signals.web.people import User
    from signals.web.signin.entry import Entry
    from signals.web.signin.provider import Provider

log = logging.getLogger(__name__)

NOBODY: Final = "nobody"  # the actor of a refused sign-in
SESSION: Final = "session"  # the subject of all lines here
NO_ROLE: Final = "no-role"


def sign_in(desk: Desk) -> Response:
    """How to sign in here; who is signed in already goes on."""
    path = own_path(desk.query.get("naar", ""))
    if desk.visitor is not None:
        return RedirectResponse(path, status_code=303)
    if entry_of(desk).provider is None:
        return desk.page("signin/demo.html", people=DEMO_PEOPLE, path=path)
    return desk.page("signin/provider.html", path=path)


def begin(desk: Desk) -> Response:
    """On to the provider."""
    entry = entry_of(desk)
    provider = _provider(entry)
    entry.limits.take(desk.address)
    journey = new_journey(desk.query.get("naar", ""), desk.now)
    try:
        response = RedirectResponse(provider.authorization_url(journey), status_code=303)
    except ProviderAwayError as away:
        return _away(desk, away)
    keep(desk, response, journey)
    return response


def come_back(desk: Desk) -> Response:
    """Back from the provider: check its answer, and begin a session."""
    entry = entry_of(desk)
    provider = _provider(entry)
    entry.limits.take(desk.address)
    try:
        user, path = _who(desk, entry, provider)
    except RefusedError as refused:
        response = _refused(desk, refused.why)
    except ProviderAwayError as away:
        response = _away(desk, away)
    else:
        response = _let_in(desk, entry, user, path)
    forget(desk, response)
    return response


def _who(desk: Desk, entry: Entry, provider: Provider) -> tuple[User, str]:
    """Who came back, and where they were going. Raises RefusedError, ProviderAwayError."""
    journey = journey_of(desk)
    if journey is None:
        raise RefusedError("no-journey")
    user = user_of(provider.claims(journey, desk.query, int(desk.now.timestamp())), entry.rules)
    if user is None:
        raise RefusedError(NO_ROLE)
    return user, journey.path


def demo(desk: Desk) -> Response:
    """Be one of the made-up people."""
    entry = entry_of(desk)
    person = demo_person(desk.form.get("persoon"))
    if entry.provider is not None or person is None:
        raise NotFoundError("no such way to sign in")
    entry.limits.take(desk.address)
    return _let_in(desk, entry, person.user(entry.rules.granted), own_path(desk.form.get("naar")))


def sign_out(desk: Desk) -> Response:
    """End the session here, and on to the provider to end it there."""
    entry = entry_of(desk)
    if desk.session is not None:
        entry.sessions.end(desk.cursor, desk.session)
    if desk.visitor is not None:
        _note(desk, desk.visitor, "sign-out", {})
    elsewhere = entry.provider.goodbye_url() if entry.provider else None
    response = RedirectResponse(elsewhere or desk.url("signed-out"), status_code=303)
    desk.jar.drop(response, cookies.SESSION)
    return response


def signed_out(desk: Desk) -> Response:
    """That one is signed out."""
    return desk.page("signin/signed_out.html")


def _let_in(desk: Desk, entry: Entry, user: User, path: str) -> Response:
    """Begin a session under a token that did not exist before; the one that was ends."""
    if desk.session is not None:
        entry.sessions.end(desk.cursor, desk.session)
    token = entry.sessions.begin(desk.cursor, user, desk.now)
    given = {"roles": sorted(user.roles), "municipalities": sorted(user.municipalities), "name": user.name}
    _note(desk, user, "sign-in", given)
    response = RedirectResponse(path, status_code=303)
    desk.jar.put(response, cookies.SESSION, token)
    return response


def _note(desk: Desk, user: User, action: str, detail: dict[str, object]) -> None:
    """A line for the auditors of the user's municipality; of a user with several, for those of all."""
    only = next(iter(user.municipalities)) if len(user.municipalities) == 1 else None
    audit.note(desk.cursor, user.id, action, SESSION, detail, municipality=only)
    desk.logged.append(action)


def _refused(desk: Desk, why: str) -> Response:
    audit.note(desk.cursor, NOBODY, "sign-in-refused", SESSION, {"why": why})
    desk.logged.append("sign-in-refused")
    log.warning("a sign-in was refused (%s)", why)
    return desk.page("signin/no_role.html" if why == NO_ROLE else "signin/refused.html", status=403)


def _away(desk: Desk, away: ProviderAwayError) -> Response:
    log.error("%s", away)
    return desk.page("signin/away.html", status=503)


def _provider(entry: Entry) -> Provider:
    if entry.provider is None:
        raise NotFoundError("no provider is set up")
    return entry.provider


PAGES: Final = (
    Page("sign-in", "/aanmelden", "GET", sign_in, None),
    Page("sign-in-begin", "/aanmelden/begin", "GET", begin, None),
    Page("sign-in-return", "/aanmelden/terug", "GET", come_back, None),
    Page("demo-sign-in", "/aanmelden/voorbeeld", "POST", demo, None),
    Page("sign-out", "/afmelden", "POST", sign_out, None),
    Page("signed-out", "/afgemeld", "GET", signed_out, None),
)
