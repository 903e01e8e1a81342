"""How does one get in at this installation? By the municipality's provider, or in a demo as a made-up person.

Made once at start from the settings; without either there is no way in, and no page about residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from signals.errors import WrongUseError
from signals.settings import is_loopback, variable
from signals.web.desk import NotFoundError
from signals.web.signin.addresses import client_address, networks
from signals.web.signin.claims import ClaimRules, claim_rules
from signals.web.signin.limits import SignInLimits
from signals.web.signin.provider import Provider, Registration
from signals.web.signin.sessions import StoredSessions, session_limits

if TYPE_CHECKING:
    from signals.settings import Settings
    from signals.web.desk import Desk
    from signals.web.signin.addresses import Network


@dataclass(frozen=True, slots=True)
class Entry:
    """The way in (a `people.SignIn`).

    Attributes:
        sessions: where sessions are kept.
        provider: where people sign in; None in a demo.
        rules: what the provider's claims make somebody here.
        limits: on signing in.
        trusted: the proxies whose word on an address is believed.
    """

    sessions: StoredSessions
    provider: Provider | None
    rules: ClaimRules
    limits: SignInLimits
    trusted: tuple[Network, ...] = ()

    @property
    def form_targets(self) -> tuple[str, ...]:
        """The provider's origin: signing out is a form, and ends there."""
        return (self.provider.origin,) if self.provider else ()

    def client(self, peer: str, forwarded_for: str | None) -> str:
        """The visitor's address: `peer`, or what a trusted proxy says in `X-Forwarded-For`."""
        return client_address(peer, forwarded_for or "", self.trusted)


def sign_in_for(settings: Settings, host: str, address: str) -> Entry | None:
    """The way in that the settings say; None when they say none.

    Args:
        settings: of this installation.
        host: what the web process listens on.
        address: the public address, such as "https://vroegsignalering.example.nl".

    Raises:
        WrongUseError: the demo sign-in would be open to other machines.
    """
    if settings.demo_sign_in:
        _require_loopback(host, address)
        return _entry(settings, None)
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
    return _entry(settings, Provider(Registration(settings.oidc_issuer, settings.oidc_client_id, secret, address)))


def entry_of(desk: Desk) -> Entry:
    """The way in at this desk. Raises NotFoundError where it is of another kind."""
    if not isinstance(desk.sign_in, Entry):
        raise NotFoundError("this sign-in has no pages of its own")
    return desk.sign_in


def _entry(settings: Settings, provider: Provider | None) -> Entry:
    sessions = StoredSessions(session_limits(settings))
    return Entry(sessions, provider, claim_rules(settings), SignInLimits(), networks(settings.proxies))


def _require_loopback(host: str, address: str) -> None:
    reachable = [one for one in (host, urlsplit(address).hostname or "") if not is_loopback(one)]
    if reachable:
        raise WrongUseError(
            f"{variable('demo_sign_in')} lets anybody in, so it is refused on {reachable[0]}, which other machines "
            f"reach: listen on 127.0.0.1, or set {variable('oidc_issuer')} instead"
        )
