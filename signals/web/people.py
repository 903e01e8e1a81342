"""Who works here, and what may each of them open?

A user is what the sign-in says of a person: a name, roles and municipalities. `SignIn` is what the frame
needs of a way to sign in; `signals.web.signin` has two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from signals.store.database import Cursor


class Role(StrEnum):
    """What a person does here; one person may have several."""

    SPECIALIST = "specialist"
    TEAM_LEAD = "team-lead"
    PARTNER_MANAGER = "partner-manager"
    AUDITOR = "auditor"


EVERYONE: Final = frozenset(Role)
CASE_WORKERS: Final = frozenset({Role.SPECIALIST, Role.TEAM_LEAD})


@dataclass(frozen=True, slots=True)
class User:
    """A person who is signed in.

    Attributes:
        id: what the provider calls this person for ever; stands in the logs.
        name: as colleagues know the person.
        roles: at least one.
        municipalities: the codes of those whose residents this person works for.
        teams: the keys of the teams this person is in.
    """

    id: str
    name: str
    roles: frozenset[Role]
    municipalities: frozenset[str]
    teams: frozenset[str] = frozenset()

    def has_any(self, roles: frozenset[Role]) -> bool:
        """Whether one of `roles` is this person's."""
        return bool(self.roles & roles)


class SessionStore(Protocol):
    """Where sessions are kept; a token is a secret that only the visitor's signed cookie holds."""

    def begin(self, cursor: Cursor, user: User, now: datetime, browser: str | None = None) -> str:
        """Begin a session, in what its owner calls `browser`; its token, which was never used before."""
        ...

    def find(self, cursor: Cursor, token: str, now: datetime) -> User | None:
        """Who comes with this token; None when the session ended or never was."""
        ...

    def end(self, cursor: Cursor, token: str) -> None:
        """End a session; none is no error."""
        ...


class SignIn(Protocol):
    """A way to sign in; its page named "sign-in" is where it begins, "sign-out" where it ends."""

    @property
    def sessions(self) -> SessionStore:
        """Where sessions are kept."""
        ...

    @property
    def form_targets(self) -> tuple[str, ...]:
        """The origins of others to which a form may lead: the provider's, for signing out."""
        ...

    def client(self, peer: str, forwarded_for: str) -> str:
        """The visitor's network address: `peer`, or what a trusted proxy says in `X-Forwarded-For`."""
        ...
