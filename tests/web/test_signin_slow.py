"""A provider that is slow, or hangs: who works here notices nothing, and who comes is told soon."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from signals.embedded.children import await_until
from signals.web import answering, errands
from signals.web.answering import DESKS
from signals.web.errands import Errands, NobodyFreeError
from signals.web.people import Role
from signals.web.signin import provider as providers
from signals.web.signin.limits import SignInLimits
from signals.web.signin.provider import (
    AWAY_SECONDS,
    FRESH_SECONDS,
    WELL_KNOWN,
    Provider,
    ProviderAwayError,
    Registration,
)
from tests.web.signin_office import TARGET, RealProvider, sign_in_office
from tests.web.test_signin_token import ISSUER, JOURNEY, FalseProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.signin_office import SignInOffice

SOON: Final = 20.0  # seconds in which what is waited for must have happened


@dataclass
class HangingProvider:
    """Takes every connection, reads what is asked, and never answers, until it is let go."""

    listening: socket.socket
    taken: list[socket.socket] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def take(self) -> None:
        while True:
            try:
                self.taken.append(self.listening.accept()[0])
            except OSError:
                return  # it was closed

    def let_go(self) -> None:
        with suppress(OSError):  # it was let go before
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for one in self.taken:
            one.close()


@contextmanager
def hanging_provider() -> Iterator[HangingProvider]:
    with ExitStack() as stack:
        hanging = HangingProvider(socket.create_server(("127.0.0.1", 0), backlog=64))
        thread = threading.Thread(target=hanging.take)
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(hanging.let_go)
        yield hanging


@pytest.fixture
def knocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who came to the door so far."""
    found: list[str] = []
    take = SignInLimits.take

    def counted(self: SignInLimits, address: str) -> None:
        take(self, address)
        found.append(address)

    monkeypatch.setattr(SignInLimits, "take", counted)
    return found


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives up before the test ends."""
    monkeypatch.setattr(providers, "SECONDS", 60.0)


@pytest.mark.database
@pytest.mark.usefixtures("patient")
def test_while_the_provider_hangs_people_at_work_go_on(database: str, knocks: list[str]) -> None:
    many = DESKS + 6
    with hanging_provider() as hanging, ExitStack() as stack:
        office = stack.enter_context(sign_in_office(database, RealProvider(hanging.issuer)))
        doors = stack.enter_context(ThreadPoolExecutor(many))
        waiting = [doors.submit(begin, office) for _ in range(many)]
        await_until(lambda: len(knocks) == many and bool(hanging.taken), SOON)
        at_work = office.running.signed_in(Role.SPECIALIST)
        assert at_work.get(TARGET).heading == "Sneltoetsen"
        assert not any(one.done() for one in waiting)
        assert len(hanging.taken) <= errands.AT_ONCE
        hanging.let_go()
        assert [one.result(SOON) for one in waiting] == [503] * many


def begin(office: SignInOffice) -> int:
    return office.running.visitor().http.get("/aanmelden/begin").status_code


@pytest.mark.database
@pytest.mark.usefixtures("patient")
def test_who_signs_out_is_out_whatever_the_provider_does(database: str) -> None:
    with hanging_provider() as hanging, ExitStack() as stack:
        office = stack.enter_context(sign_in_office(database, RealProvider(hanging.issuer)))
        doors = stack.enter_context(ThreadPoolExecutor(1))
        client = office.running.signed_in(Role.SPECIALIST)
        sent = dict(client.get(TARGET).form("/afmelden").filled())
        leaving = doors.submit(client.http.post, "/afmelden", data=sent)
        await_until(lambda: bool(hanging.taken), SOON)
        assert office.rows("SELECT count(*) FROM sessions") == [(0,)]
        assert not leaving.done()
        hanging.let_go()
        assert leaving.result(SOON).headers["location"] == "/afgemeld"


@pytest.mark.database
@pytest.mark.usefixtures("patient")
def test_when_too_many_wait_for_the_provider_they_are_told_and_who_leaves_is_out(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "Errands", partial(Errands, 1, patience=0.01))
    with hanging_provider() as hanging, ExitStack() as stack:
        office = stack.enter_context(sign_in_office(database, RealProvider(hanging.issuer)))
        doors = stack.enter_context(ThreadPoolExecutor(1))
        client = office.running.signed_in(Role.SPECIALIST)
        sent = dict(client.get(TARGET).form("/afmelden").filled())
        first = doors.submit(begin, office)
        await_until(lambda: bool(hanging.taken), SOON)
        assert office.running.visitor().get("/aanmelden/begin", status=503).heading == "Aanmelden kan nu even niet"
        assert client.http.post("/afmelden", data=sent).headers["location"] == "/afgemeld"
        assert not office.is_in(client)
        assert not first.done()
        hanging.let_go()
        assert first.result(SOON) == 503


async def wait_in_vain() -> None:
    line = Errands(1, patience=0.01)
    async with line.turn():
        with pytest.raises(NobodyFreeError):
            async with line.turn():
                pass
    async with line.turn():
        pass  # the turn was given back


def test_an_errand_does_not_wait_for_ever() -> None:
    with ThreadPoolExecutor(1) as other:  # a browser of another test may have a loop in this thread
        other.submit(lambda: asyncio.run(wait_in_vain())).result(SOON)


@dataclass
class Falling:
    """A provider that answers as `FalseProvider` does, until it falls or is held."""

    answers: FalseProvider = field(default_factory=FalseProvider)
    fallen: str = "nothing"  # the end of the paths that do not answer
    held: threading.Event | None = None  # until then it does not answer
    asked: threading.Event = field(default_factory=threading.Event)
    now: float = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers(request)
        self.asked.set()
        assert self.held is None or self.held.wait(SOON)
        if request.url.path.endswith(self.fallen):
            raise httpx.ConnectTimeout("away", request=request)
        return answer

    def provider(self) -> Provider:
        registration = Registration(ISSUER, "signals", None, "https://signals.example.nl")
        return Provider(registration, transport=httpx.MockTransport(self), clock=lambda: self.now)

    def times(self, path: str) -> int:
        """How often this path was asked for."""
        return self.answers.paths().count(path)


def claims_of(provider: Provider) -> dict[str, Any]:
    return provider.claims(JOURNEY, {"state": JOURNEY.state, "code": "c"}, int(time.time()))


def test_a_provider_that_did_not_answer_is_left_alone_for_a_while() -> None:
    falling = Falling(fallen=WELL_KNOWN)
    provider = falling.provider()
    for now, asked in ((0.0, 1), (AWAY_SECONDS - 0.1, 1), (AWAY_SECONDS, 2)):
        falling.now = now
        with pytest.raises(ProviderAwayError):
            provider.authorization_url(JOURNEY)
        assert falling.times(WELL_KNOWN) == asked
    falling.fallen, falling.now = "nothing", 3 * AWAY_SECONDS
    assert provider.authorization_url(JOURNEY)


def test_what_it_said_before_serves_while_nothing_newer_is_to_be_had() -> None:
    falling = Falling()
    provider = falling.provider()
    provider.authorization_url(JOURNEY)
    falling.fallen, falling.now = WELL_KNOWN, FRESH_SECONDS + 1
    assert provider.authorization_url(JOURNEY)
    assert claims_of(provider)["sub"] == "u-1"
    assert falling.times(WELL_KNOWN) == 2
    falling.fallen, falling.now = "nothing", FRESH_SECONDS + 2 * AWAY_SECONDS
    provider.authorization_url(JOURNEY)
    assert falling.times(WELL_KNOWN) == 3
    provider.authorization_url(JOURNEY)
    assert falling.times(WELL_KNOWN) == 3


def test_a_token_endpoint_that_hangs_is_left_alone_and_one_that_answers_badly_is_not() -> None:
    falling = Falling(fallen="/token")
    provider = falling.provider()
    for _ in range(3):
        with pytest.raises(ProviderAwayError):
            claims_of(provider)
    assert falling.times("/token") == 1
    falling.fallen, falling.now, falling.answers.status = "nothing", AWAY_SECONDS, 503
    for asked in (2, 3):  # a code that somebody made up may be why, and must not shut the door
        with pytest.raises(ProviderAwayError):
            claims_of(provider)
        assert falling.times("/token") == asked


def test_while_one_asks_anew_the_others_take_what_is_known() -> None:
    falling = Falling()
    provider = falling.provider()
    provider.authorization_url(JOURNEY)
    falling.now, falling.held = FRESH_SECONDS + 1, threading.Event()
    falling.asked.clear()
    with ThreadPoolExecutor(1) as other:
        first = other.submit(provider.authorization_url, JOURNEY)
        try:
            assert falling.asked.wait(SOON)
            assert provider.authorization_url(JOURNEY)
            assert not first.done()
        finally:
            falling.held.set()
        assert first.result(SOON)


class Endless(httpx.SyncByteStream):
    """An answer that never ends; each of its parts takes so many seconds."""

    def __init__(self, falling: Falling, seconds: float, part: bytes) -> None:
        self._falling = falling
        self._seconds = seconds
        self._part = part

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._falling.now += self._seconds
            yield self._part


@pytest.mark.parametrize(
    ("seconds", "part", "why"), [(1.0, b" ", "ReadTimeout"), (0.0, b" " * 4096, "ReadError")], ids=["slow", "long"]
)
def test_an_answer_that_does_not_end_is_not_waited_for(seconds: float, part: bytes, why: str) -> None:
    falling = Falling()
    registration = Registration(ISSUER, "signals", None, "https://signals.example.nl")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless(falling, seconds, part)))
    with pytest.raises(ProviderAwayError, match=why):
        Provider(registration, transport=transport, clock=lambda: falling.now).authorization_url(JOURNEY)
    assert falling.now <= providers.SECONDS + 1
