"""Which pages does the door have? Signing in, coming back from the provider, and signing out.

All are open to whoever is not signed in. What was refused is noted without a name: nobody was identified. The provider
is asked on errands, so that nobody who works here waits for it.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import RedirectResponse

from signals.metrics import SIGN_INS_REFUSED
from signals.outreach.queues import policy_book
from signals.store import audit
from signals.web import cookies
from signals.web.desk import NotFoundError, Page
from signals.web.errands import Errand
from signals.web.guard import own_path
from signals.web.signin.browsers import browser_name
from signals.web.signin.claims import NO_MUNICIPALITY, NO_ROLE, user_of
from signals.web.signin.demo import DEMO_PEOPLE, demo_person
from signals.web.signin.entry import entry_of
from signals.web.signin.idtoken import RefusedError
from signals.web.signin.journey import answered, forget, journeys_of, keep, new_journey
from signals.web.signin.provider import ProviderAwayError
from signals.web.together import counted
from signals.web.work.found import forget_questions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from signals.web.desk import Desk
    from signals.web.people import User
    from signals.web.signin.claims import ClaimRules
    from signals.web.signin.entry import Entry
    from signals.web.signin.journey import Journey
    from signals.web.signin.provider import Provider

log = logging.getLogger(__name__)

NOBODY: Final = "nobody"  # the actor of a refused sign-in
SESSION: Final = "session"  # the subject of all lines here
NO_JOURNEY: Final = "no-journey"
UNKNOWN_MUNICIPALITY: Final = "unknown-municipality"
NO_ACCESS: Final = frozenset({NO_ROLE, NO_MUNICIPALITY, UNKNOWN_MUNICIPALITY})  # the account is in order
WAITING: Final = "the sign-in provider: too many wait for its answer"
REFUSED: Final = "sign-in-refused"
FROM_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})  # of which site a browser says it was led here


def _count_refused(why: str) -> None:
    SIGN_INS_REFUSED.labels(why=why).inc()


COUNT_REFUSED: Final = counted("refused sign-ins by why", _count_refused)


def sign_in(desk: Desk) -> Response:
    """How to sign in here; who is signed in already goes on."""
    path = own_path(desk.query.get("naar", ""))
    if desk.visitor is not None:
        return RedirectResponse(path, status_code=303)
    if entry_of(desk).provider is None:
        return desk.page("signin/demo.html", people=DEMO_PEOPLE, path=path)
    return desk.page("signin/provider.html", path=path)


def begin(desk: Desk) -> Response | Errand[str | ProviderAwayError]:
    """On to the provider; who is led here by another site reads first that this is signing in, and chooses to."""
    entry = entry_of(desk)
    provider = _provider(entry)
    if desk.visit.headers.get("sec-fetch-site", "none") in FROM_ELSEWHERE:
        return RedirectResponse(desk.url("sign-in", naar=own_path(desk.query.get("naar", ""))), status_code=303)
    entry.limits.take(desk.address)
    journey = new_journey(desk.query.get("naar", ""), desk.now)
    return Errand(partial(_way_there, provider, journey), partial(_begun, journey=journey), ProviderAwayError(WAITING))


def _way_there(provider: Provider, journey: Journey) -> str | ProviderAwayError:
    try:
        return provider.authorization_url(journey)
    except ProviderAwayError as away:
        return away


def _begun(desk: Desk, url: str | ProviderAwayError, *, journey: Journey) -> Response:
    if isinstance(url, ProviderAwayError):
        return _away(desk, url)
    response = RedirectResponse(url, status_code=303)
    keep(desk, response, journey)
    return response


def come_back(desk: Desk) -> Response | Errand[User | RefusedError | ProviderAwayError]:
    """Back from the provider: check its answer, and begin a session."""
    entry = entry_of(desk)
    provider = _provider(entry)
    entry.limits.take(desk.address)
    journeys = journeys_of(desk)
    journey = answered(journeys, desk.query)
    if journey is None:
        return _arrived(desk, RefusedError("state" if journeys else NO_JOURNEY), None)
    entry.limits.take_answer()
    ask = partial(provider.claims, journey, dict(desk.query), int(desk.now.timestamp()))
    return Errand(partial(_who, ask, entry.rules), partial(_arrived, journey=journey), ProviderAwayError(WAITING))


def _who(ask: Callable[[], Mapping[str, Any]], rules: ClaimRules) -> User | RefusedError | ProviderAwayError:
    """Who came back, or why nobody did."""
    try:
        return user_of(ask(), rules)
    except (RefusedError, ProviderAwayError) as fault:
        return fault


def _arrived(desk: Desk, found: User | RefusedError | ProviderAwayError, journey: Journey | None) -> Response:
    if isinstance(found, RefusedError):
        response = _refused(desk, found.why)
    elif isinstance(found, ProviderAwayError):
        response = _away(desk, found)
    elif _is_of_elsewhere(desk, found):
        response = _refused(desk, UNKNOWN_MUNICIPALITY)
    else:
        response = _let_in(desk, entry_of(desk), found, journey.path if journey else "/")
    forget(desk, response, journey)
    return response


def _is_of_elsewhere(desk: Desk, user: User) -> bool:
    """Whether this installation has policies, and none of one of the user's municipalities: every queue would be empty.

    A mistyped code at the provider, or in the settings, looks like that.
    """
    known = {policy.municipality for policy in policy_book(desk.cursor).versions()}
    return bool(known) and known.isdisjoint(user.municipalities)


def demo(desk: Desk) -> Response:
    """Be one of the made-up people."""
    entry = entry_of(desk)
    person = demo_person(desk.form.get("persoon"))
    if entry.provider is not None or person is None:
        raise NotFoundError("no such way to sign in")
    entry.limits.take(desk.address)
    for one in DEMO_PEOPLE:  # so that work can be handed over to somebody who was never here
        entry.sessions.remember(desk.cursor, one.user(entry.rules.granted), desk.now)
    return _let_in(desk, entry, person.user(entry.rules.granted), own_path(desk.form.get("naar")))


def sign_out(desk: Desk) -> Response | Errand[str | None]:
    """End the session here, which holds whatever the provider says, and on to the provider to end it there."""
    entry = entry_of(desk)
    if desk.session is not None:
        entry.sessions.end(desk.cursor, desk.session)
        forget_questions(desk.session)
    if desk.visitor is not None:
        _note(desk, desk.visitor, "sign-out", {})
    return Errand(entry.provider.goodbye_url, _gone, None) if entry.provider else _gone(desk, None)


def _gone(desk: Desk, elsewhere: str | None) -> Response:
    response = RedirectResponse(elsewhere or desk.url("signed-out"), status_code=303)
    desk.jar.drop(response, cookies.SESSION)
    _forget_visits(desk, response)
    return response


def signed_out(desk: Desk) -> Response:
    """That one is signed out."""
    return desk.page("signin/signed_out.html")


def _let_in(desk: Desk, entry: Entry, user: User, path: str) -> Response:
    """Begin a session under a token that did not exist before; the one that was ends."""
    if desk.session is not None:
        entry.sessions.end(desk.cursor, desk.session)
    browser = browser_name(desk.visit.headers.get("user-agent", ""))
    token = entry.sessions.begin(desk.cursor, user, desk.now, browser)
    given = {"roles": sorted(user.roles), "municipalities": sorted(user.municipalities), "name": user.name}
    _note(desk, user, "sign-in", given)
    response = RedirectResponse(path, status_code=303)
    desk.jar.put(response, cookies.SESSION, token)
    if desk.jar.read(desk.cookies, cookies.ROUND) not in {None, user.id}:
        _forget_visits(desk, response)
    return response


def _forget_visits(desk: Desk, response: Response) -> None:
    """Have the browser remove what the page of a round kept of whoever was signed in here (static/door.js)."""
    response.headers["Clear-Site-Data"] = '"storage"'
    desk.jar.drop(response, cookies.ROUND)


def _note(desk: Desk, user: User, action: str, detail: dict[str, object]) -> None:
    """A line for the auditors of each of the user's municipalities."""
    audit.note_each(desk.cursor, user.id, action, SESSION, detail, user.municipalities)
    desk.logged.append(action)


def _refused(desk: Desk, why: str) -> Response:
    """Anybody can have a sign-in refused, as often as they like: all are counted, some are written down."""
    COUNT_REFUSED("token" if why.startswith("token-") else why)
    unsaid = entry_of(desk).limits.next_refusal(why)
    if unsaid is not None:
        audit.note(desk.cursor, NOBODY, REFUSED, SESSION, {"why": why} | ({"more": unsaid} if unsaid else {}))
        desk.logged.append(REFUSED)
        log.warning("a sign-in was refused (%s), and %d before it without a line", why, unsaid)
    if why in NO_ACCESS:
        return desk.page("signin/no_access.html", status=403, why=why)
    return desk.page("signin/refused.html", status=403, is_in=desk.visitor is not None and why == NO_JOURNEY)


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
