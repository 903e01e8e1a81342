"""An office that people enter by a real OpenID Connect provider, run beside it, or by the demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx

from signals.embedded.broker import free_port, listens
from signals.embedded.children import await_until
from signals.settings import load_settings
from signals.store.database import transaction
from signals.web.signin.entry import Entry, sign_in_for
from tests.web.office import SECRET, RunningOffice, office_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.web.client import PageClient

SUBJECT: Final = "3f6c-sanne"
CLAIMS: Final = {"name": "Sanne de Vries", "roles": ["vs-specialist"], "gemeenten": ["0141"]}
ROLES: Final = {"vs-specialist": "specialist", "vs-audit": "auditor"}
STARTED_WITHIN: Final = 30.0
TARGET: Final = "/toetsen"  # a page for everyone who is signed in


@dataclass
class ShiftedClock:
    """The clock of this machine, moved by the test."""

    shift: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass(frozen=True)
class RealProvider:
    """A provider in a process of its own."""

    issuer: str

    def knows(self, subject: str = SUBJECT, **claims: object) -> None:
        """Have it say these claims of somebody from now on."""
        httpx.put(f"{self.issuer}/users/{subject}", json={**CLAIMS, **claims}).raise_for_status()

    def sign_in(self, address: str, subject: str = SUBJECT, **form: str) -> str:
        """Give consent on its page at `address`; where it sends the browser."""
        answer = httpx.post(address, data={"sub": subject, **form})
        assert answer.is_redirect, answer.text
        return str(answer.headers["location"])


@dataclass(frozen=True)
class SignInOffice:
    """An office with real sessions, its provider, and its clock."""

    running: RunningOffice
    entered_by: RealProvider | None
    clock: ShiftedClock

    @property
    def provider(self) -> RealProvider:
        """The provider of this office, which is no demo."""
        assert self.entered_by is not None
        return self.entered_by

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with transaction(self.running.engine) as cursor:
            return cursor.execute(query.encode()).fetchall()

    def audit(self) -> list[tuple[str, str]]:
        """Who did what, in order."""
        return [(actor, action) for actor, action in self.rows("SELECT actor, action FROM audit ORDER BY id")]

    def begun(self, client: PageClient, path: str = TARGET) -> str:
        """The provider's address to which the browser is sent."""
        answer = client.http.get("/aanmelden/begin", params={"naar": path})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def signed_in(self, client: PageClient, path: str = TARGET, subject: str = SUBJECT) -> httpx.Response:
        """The answer to the browser that comes back from the provider."""
        return client.http.get(self.provider.sign_in(self.begun(client, path), subject))

    def is_in(self, client: PageClient) -> bool:
        """Whether the browser sees what only people with a role see."""
        return client.http.get(TARGET).status_code == 200


@contextmanager
def real_provider(log: Path) -> Iterator[RealProvider]:
    """A provider on a free port of this machine, until the block ends."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, "NO_COLOR": "1"})
        try:
            await_until(lambda: process.poll() is not None or listens(port), STARTED_WITHIN)
            assert process.poll() is None, log.read_text()
            yield RealProvider(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(10)


def by_provider(issuer: str, address: str) -> Entry:
    """The way in by the provider."""
    settings = load_settings(
        oidc_issuer=issuer,
        oidc_client_id="signals",
        oidc_client_secret="made up",  # noqa: S106 - made up
        oidc_roles=json.dumps(ROLES),
        oidc_municipality_claim="gemeenten",
        session_secret=SECRET,
        web_address=address,
    )
    return _required(sign_in_for(settings, "127.0.0.1", address))


def by_demo(address: str) -> Entry:
    """The way in as a made-up person."""
    settings = load_settings(demo_sign_in=True, session_secret=SECRET, municipalities="0141")
    return _required(sign_in_for(settings, "127.0.0.1", address))


def _required(entry: Entry | None) -> Entry:
    assert entry is not None
    return entry


@contextmanager
def sign_in_office(url: str, provider: RealProvider | None) -> Iterator[SignInOffice]:
    """An office on the database of this URI, entered by `provider` or, without one, by the demo."""
    clock = ShiftedClock()

    def way_in(address: str) -> Entry:
        return by_provider(provider.issuer, address) if provider else by_demo(address)

    with office_on(url, way_in, clock) as running:
        yield SignInOffice(running, provider, clock)
