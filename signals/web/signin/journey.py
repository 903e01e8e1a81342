"""With what did a sign-in at the provider begin? The browser keeps it, signed, until it comes back.

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
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.responses import Response

    from signals.web.desk import Desk

COOKIE: Final = "journey"
SECONDS: Final = 600  # so long may somebody take at the provider


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
    """Have the browser keep `journey` while it is at the provider."""
    desk.jar.put(response, COOKIE, msgspec.json.encode(journey).decode(), seconds=SECONDS)


def journey_of(desk: Desk) -> Journey | None:
    """The sign-in that this browser began at most ten minutes ago; None when it began none."""
    kept = desk.jar.read(desk.cookies, COOKIE)
    if kept is None:
        return None
    journey = msgspec.json.decode(kept, type=Journey)
    return journey if 0 <= desk.now.timestamp() - journey.at <= SECONDS else None


def is_answer_to(journey: Journey, answer: Mapping[str, str]) -> bool:
    """Whether this answer of the provider is to this sign-in, by its state: known before the provider is asked."""
    return secrets.compare_digest(answer.get("state", "").encode(), journey.state.encode())


def forget(desk: Desk, response: Response) -> None:
    """A sign-in can come back once."""
    desk.jar.drop(response, COOKIE)
