"""How does a session begin, last and end? A random token in the visitor's cookie, its hash in the database.

The token has 256 bits and is new at every sign-in, so nobody can hand a visitor a session prepared beforehand.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from signals.store import sessions
from signals.store.sessions import Limits, SignedIn
from signals.web.people import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from signals.settings import Settings
    from signals.store.database import Cursor

TOKEN_BYTES: Final = 32
KNOWN_ROLES: Final = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session as its owner sees it.

    Attributes:
        mark: names it, and lets nobody in.
        began_at: when it began.
        seen_at: when it was last used.
        here: whether it is the one that asks.
        browser: what its owner knows it by; None when it did not say.
    """

    mark: str
    began_at: datetime
    seen_at: datetime
    here: bool
    browser: str | None


@dataclass(frozen=True, slots=True)
class StoredSessions:
    """The sessions of the installation, within these limits (a `people.SessionStore`)."""

    limits: Limits

    def begin(self, cursor: Cursor, user: User, now: datetime, browser: str | None = None) -> str:
        """Begin a session; its token. Sessions that ran out are removed on the way."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        sessions.begin(cursor, _hashed(token), _stored(user), now, self.limits, browser)
        return token

    def remember(self, cursor: Cursor, user: User, now: datetime) -> None:
        """Know this person as a colleague without a session."""
        sessions.remember(cursor, _stored(user), now)

    def find(self, cursor: Cursor, token: str, now: datetime) -> User | None:
        """Who comes with this token; None when the session ended or never was."""
        found = sessions.find(cursor, _hashed(token), now, self.limits)
        return _user(found) if found else None

    def end(self, cursor: Cursor, token: str) -> None:
        """End a session; none is no error."""
        sessions.end(cursor, _hashed(token))

    def of_user(self, cursor: Cursor, user_id: str, token: str, now: datetime) -> list[OwnSession]:
        """The sessions of a person, the newest first; that of `token` is the one that asks."""
        here = _hashed(token)
        found = sessions.of_user(cursor, user_id, now, self.limits)
        return [
            OwnSession(one.token_hash.hex(), one.began_at, one.seen_at, one.token_hash == here, one.browser)
            for one in found
        ]

    def end_of(self, cursor: Cursor, user_id: str, marks: Iterable[str]) -> int:
        """End the sessions with these marks, as far as they are this person's; how many there were."""
        return sessions.end_of(cursor, user_id, [bytes.fromhex(mark) for mark in marks])


def session_limits(settings: Settings) -> Limits:
    """The limits of the settings."""
    return Limits(
        idle=timedelta(minutes=settings.sign_in_idle_minutes),
        absolute=timedelta(hours=settings.sign_in_hours),
        most=settings.sign_in_most_sessions,
    )


def _hashed(token: str) -> bytes:
    """A token is random enough that a plain hash of it cannot be turned back."""
    return hashlib.sha256(token.encode()).digest()


def _stored(user: User) -> SignedIn:
    roles = tuple(role.value for role in user.roles)
    return SignedIn(user.id, user.name, roles, tuple(user.municipalities), tuple(user.teams))


def _user(found: SignedIn) -> User | None:
    """A role that this version does not know gives nothing; without any, nobody is signed in."""
    roles = frozenset(Role(role) for role in found.roles if role in KNOWN_ROLES)
    if not roles:
        return None
    return User(found.user_id, found.user_name, roles, frozenset(found.municipalities), frozenset(found.teams))
