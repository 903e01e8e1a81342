"""With what did a sign-in at the provider begin? The browser keeps it, signed, until it comes back.

One browser may be on its way in several tabs, as after a night with all of them open: each has a journey of its own.
State ties the answer to this browser, the nonce ties the ID token to this sign-in, and the verifier proves to the
provider that who fetches the token is who asked for it (PKCE). All three are new each time and serve once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from signals.web.guard import own_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from starlette.responses import Response

    from signals.web.desk import Desk

COOKIE: Final = "journeys"
SECONDS: Final = 600  # so long may somebody take at the provider
_LONGEST: Final = 2400  # characters, which are 3,300 when signed: a browser keeps no cookie of more than 4,096


@dataclass(frozen=True, slots=True)
class Journey:
    """What a sign-in began with; `path` is where it leads to, `at` when it began (seconds since 1970)."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    path: str
    at: int


def new_journey(path: str, now: datetime) -> Journey:
    """A sign-in that leads to `path`, when that is one of our own."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Journey(state, nonce, verifier, own_path(path), int(now.timestamp()))


def keep(desk: Desk, response: Response, journey: Journey) -> None:
    """Have the browser keep `journey` while it is at the provider, beside those of its other tabs."""
    _put(desk, response, [*journeys_of(desk), journey])


def journeys_of(desk: Desk) -> list[Journey]:
    """The sign-ins that this browser began at most ten minutes ago and that did not come back, the last one last."""
    kept = desk.jar.read(desk.cookies, COOKIE)
    begun = msgspec.json.decode(kept, type=list[Journey]) if kept is not None else []
    return [journey for journey in begun if 0 <= desk.now.timestamp() - journey.at <= SECONDS]


def answered(journeys: Iterable[Journey], answer: Mapping[str, str]) -> Journey | None:
    """The one that this answer of the provider is to, by its state: known before the provider is asked."""
    state = answer.get("state", "").encode()
    return next((one for one in journeys if secrets.compare_digest(state, one.state.encode())), None)


def forget(desk: Desk, response: Response, journey: Journey | None) -> None:
    """A sign-in can come back once; after an answer to none of them (None) none can."""
    rest = [one for one in journeys_of(desk) if one != journey] if journey else []
    if rest:
        _put(desk, response, rest)
    else:
        desk.jar.drop(response, COOKIE)


def _put(desk: Desk, response: Response, journeys: list[Journey]) -> None:
    """As many of the last ones as a cookie holds."""
    text = msgspec.json.encode(journeys).decode()
    while len(text) > _LONGEST and len(journeys) > 1:
        journeys = journeys[1:]
        text = msgspec.json.encode(journeys).decode()
    desk.jar.put(response, COOKIE, text, seconds=SECONDS)
