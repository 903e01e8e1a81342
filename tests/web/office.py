"""A running office for tests: a small town's simulated months in a database of their own, and people who sign in."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from signals.metrics import Figures
from signals.policies import shipped
from signals.settings import load_settings
from signals.simulation.files import wire_line
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate
from signals.store.database import engine_for, transaction
from signals.web import cookies
from signals.web.answering import Office
from signals.web.app import build_server, create_app, listen
from signals.web.people import Role, User
from signals.web.signin.entry import sign_in_for
from signals.web.texts import AMSTERDAM, utc_now
from tests.laws.system import System, records_of
from tests.web.client import PageClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from socket import socket

    from sqlalchemy import Engine
    from starlette.applications import Starlette

    from signals.web.people import SignIn

ALMELO: Final = "0141"
HENGELO: Final = "0164"
NEIGHBOURS: Final = "zonderwal"  # how each surname of Hengelo ends in the tests
SECRET: Final = "a secret that only the tests know, of some length"  # noqa: S105 - a made-up one
NAMES: Final = {
    Role.SPECIALIST: "Sanne de Vries",
    Role.TEAM_LEAD: "Tom Jansen",
    Role.PARTNER_MANAGER: "Petra Bakker",
    Role.AUDITOR: "Anna Smit",
}


def person(role: Role, number: int = 1, municipalities: frozenset[str] = frozenset({ALMELO})) -> User:
    """A colleague of this role; another number is another person."""
    return User(
        f"{role}-{number}", f"{NAMES[role]}{f' {number}' if number > 1 else ''}", frozenset({role}), municipalities
    )


@dataclass(frozen=True)
class RunningOffice:
    """An office that answers on a port of this machine."""

    office: Office
    clients: ExitStack

    @property
    def engine(self) -> Engine:
        return self.office.engine

    @property
    def address(self) -> str:
        return self.office.address

    def visitor(self, language: str = "nl") -> PageClient:
        """The browser of somebody who is not signed in."""
        return self._client({}, language)

    def signed_in(self, who: Role | User, language: str = "nl") -> PageClient:
        """The browser of somebody who is."""
        return self._client(self.session(who), language)

    def session(self, who: Role | User) -> dict[str, str]:
        """The cookies of a new session."""
        user = who if isinstance(who, User) else person(who)
        with transaction(self.engine) as cursor:
            token = self.office.sign_in.sessions.begin(cursor, user, self.office.clock())
        return signed_cookie(self.office, cookies.SESSION, token)

    def _client(self, kept: dict[str, str], language: str) -> PageClient:
        client = PageClient(self.address, kept, language)
        self.clients.callback(client.http.close)
        return client


def app_of(office: Office) -> Starlette:
    """The application of an office, without figures."""
    return create_app(Figures, list, office)


def signed_cookie(office: Office, name: str, value: str) -> dict[str, str]:
    """A cookie as the office itself would set it."""
    jar = cookies.Jar(office.secret, secure=office.secure)
    return {jar.name(name): jar.sealed(name, value)}


def demo_entry(address: str) -> SignIn:
    """The way in as a made-up person, with room for the sessions of many tests."""
    settings = load_settings(demo_sign_in=True, session_secret=SECRET, municipalities=ALMELO, sign_in_most_sessions=100)
    sign_in = sign_in_for(settings, "127.0.0.1", address)
    assert sign_in is not None
    return sign_in


def this_evening() -> datetime:
    """A moment of today at which each part of the day has begun, later as it is later."""
    now = utc_now().astimezone(AMSTERDAM)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight.replace(hour=18) + (now - midnight) / 4).astimezone(UTC)


@contextmanager
def office_on(
    url: str, way_in: Callable[[str], SignIn] = demo_entry, clock: Callable[[], datetime] = this_evening
) -> Iterator[RunningOffice]:
    """An office on the database of this URI, until the block ends; `way_in` makes its sign-in from its address."""
    with listen("127.0.0.1", 0) as listening, ExitStack() as stack:
        address = address_of(listening)
        office = Office(engine_for(url), way_in(address), SECRET, address, clock=clock)
        stack.callback(office.engine.dispose)
        stack.enter_context(answering(office, listening))
        yield RunningOffice(office, stack.enter_context(ExitStack()))


@contextmanager
def serving(office: Office) -> Iterator[str]:
    """An office whose public address is another than where it listens: that is told."""
    with listen("127.0.0.1", 0) as listening, answering(office, listening):
        yield address_of(listening)


@contextmanager
def answering(office: Office, listening: socket) -> Iterator[None]:
    """Answer in a thread, until the block ends."""
    server = build_server(app_of(office))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(15)
    assert not thread.is_alive()


def address_of(listening: socket) -> str:
    """Where one asks."""
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def take_in_months(url: str) -> None:
    """Two simulated months of a small Almelo, taken in as the worker does, in an empty database."""
    _take_in(url, ALMELO, 8000, 51)


def take_in_neighbours(url: str) -> None:
    """Two simulated months of a part of Hengelo beside it; who lives there can be told by the surname."""
    _take_in(url, HENGELO, 3000, 7, partition=1)
    engine = engine_for(url)
    with transaction(engine) as cursor:
        cursor.execute(
            """UPDATE persons SET surname = coalesce(surname, '') || %s
            FROM households WHERE households.id = household_id AND households.municipality = %s""",
            (NEIGHBOURS, HENGELO),
        )
    engine.dispose()


def _take_in(url: str, municipality: str, people: int, seed: int, partition: int = 0) -> None:
    engine = engine_for(url)
    try:
        system = System(engine)
        if not partition:
            system.begin(shipped().values(), PARTNERS)
        lines = [wire_line(wire).decode() for wire, _ in simulate(municipality, people, "2026-09", 2, seed)]
        system.store([replace(record, partition=partition) for record in records_of(lines)])
    finally:
        engine.dispose()
