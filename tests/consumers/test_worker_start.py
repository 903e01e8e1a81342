"""A worker that is started before its broker waits for it, and can be told to leave meanwhile."""

from __future__ import annotations

import itertools
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from signals.consumers import worker as worker_module
from signals.consumers.broker import BrokerAwayError
from signals.consumers.worker import ENDING_SIGNALS, once_there
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def blocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a worker's main thread; with pauses that need not be waited for."""
    monkeypatch.setattr(worker_module, "jittered", lambda attempt: 0.001 * (attempt + 1))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    yield
    signal.sigtimedwait(ENDING_SIGNALS, 0)  # a test that failed may have left one
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_it_waits_until_the_broker_is_there() -> None:
    attempts = itertools.count()

    def make() -> str:
        if next(attempts) < 3:
            raise BrokerAwayError("the broker at 127.0.0.1:1 cannot be used")
        return "intake"

    assert once_there(make) == "intake"
    assert next(attempts) == 4


@pytest.mark.parametrize("ending", sorted(ENDING_SIGNALS))
def test_it_leaves_when_told_to_while_it_waits(ending: signal.Signals) -> None:
    attempts = itertools.count()

    def make() -> str:
        if next(attempts) == 2:
            signal.pthread_kill(threading.get_ident(), ending)
        raise BrokerAwayError("the broker at 127.0.0.1:1 cannot be used")

    assert once_there(make) is None
    assert next(attempts) == 3


def test_another_error_ends_it() -> None:
    def make() -> str:
        raise SignalsError("a setting is missing")

    with pytest.raises(SignalsError, match="a setting is missing"):
        once_there(make)
