"""What several processes count together: here two threads stand for them, one that counts and one that asks."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import stat
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import signals.web
from signals.errors import WrongUseError
from signals.web import together
from signals.web.desk import TooManyError
from signals.web.refusals import Trails
from signals.web.signin.limits import Limiter, Rate, SignInLimits
from signals.web.together import CountingError, counted, counting_for_others

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def another_process(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within the block this process counts nothing itself: it asks at `place`, where what it counted so far stands."""
    with monkeypatch.context() as patch:
        patch.setattr(together._COMMON, "elsewhere", together._Elsewhere(place))
        yield


@pytest.fixture
def place() -> Iterator[Path]:
    with counting_for_others() as found:
        yield found


def through(limiter: Limiter, times: int) -> int:
    found = 0
    for _ in range(times):
        with contextlib.suppress(TooManyError):
            limiter.take("anna-1")
            found += 1
    return found


def test_a_limit_is_one_limit_whoever_is_asked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = Limiter(Rate(burst=5, per_minute=1), name="questions of a test")
    assert through(limiter, 2) == 2
    with another_process(place, monkeypatch):
        assert through(limiter, 9) == 3
        with pytest.raises(TooManyError) as told:
            limiter.take("anna-1")
        limiter.take("bram-2")
    assert 1 <= told.value.retry_after <= 60
    assert through(limiter, 1) == 0


def test_a_limit_without_a_name_is_of_one_process(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = Limiter(Rate(burst=1, per_minute=1))
    with another_process(place, monkeypatch):
        assert through(limiter, 2) == 1
    assert through(limiter, 1) == 0


def test_lines_for_refusals_are_as_few_together_as_of_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trails = Trails(2, doubling=False, name="a test")
    assert [trails.next("anna-1") for _ in range(2)] == [0, 0]
    with another_process(place, monkeypatch):
        assert [trails.next("anna-1") for _ in range(3)] == [None, None, None]


def test_what_cannot_be_counted_is_refused_and_tells_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> None:
        raise KeyError("203.0.113.9")

    ask = counted("what fails in a test", fails)
    with another_process(place, monkeypatch), pytest.raises(CountingError) as told:
        ask("203.0.113.9")
    assert str(told.value) == "the first web process could not count what fails in a test (KeyError)"


def test_without_the_first_process_nothing_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = Limiter(Rate(burst=5, per_minute=1), name="questions after the end of a test")
    with counting_for_others() as place:
        pass
    with another_process(place, monkeypatch), pytest.raises(CountingError, match="cannot be asked"):
        limiter.take("anna-1")


def test_threads_ask_beside_each_other(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = Limiter(Rate(burst=50, per_minute=1), name="questions of threads")
    found: list[int] = []
    with another_process(place, monkeypatch):
        threads = [threading.Thread(target=lambda: found.append(through(limiter, 20))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert (len(found), sum(found)) == (4, 50)


def test_only_this_user_can_ask(place: Path) -> None:
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_every_limit_of_the_pages_is_counted_together() -> None:
    """A limit that a module makes without a name would be twice as much with two processes."""
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(signals.web.__path__, "signals.web.")]
    limiters = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Limiter)}
    of_signing_in = [one for one in vars(SignInLimits()).values() if isinstance(one, Limiter)]
    names = [one.name for one in (*limiters.values(), *of_signing_in)]
    assert len(names) >= 4
    assert None not in names
    assert len(set(names)) == len(names)


def test_a_temporary_folder_whose_name_is_too_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with pytest.raises(WrongUseError, match="set a shorter TMPDIR"), counting_for_others():
        pass
    assert not list(deep.iterdir())
