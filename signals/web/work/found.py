"""What did one look for a moment ago? Kept for half an hour, so that one comes back to the list from a case.

A question is sent by a form, because nothing of a person may stand in an address. It is kept beside the session that
asked, under a name that says nothing; whoever comes with that name and that session has the question asked again, as
who may see what by then. In memory alone, in the one process that counts for all (`together`): no database and no disk
learns what somebody looked for, and nothing of it outlives the process.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.web.together import CountingError, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS: Final = 30 * 60.0  # after it was last shown
MOST_SESSIONS: Final = 1000  # some megabytes; the session that was longest not asked for gives way
EACH: Final = 5  # lists of one session: some tabs


@dataclass(slots=True)
class _List:
    """One question, and the households that it found when it was last asked; None: it was not asked yet."""

    question: dict[str, str]
    until: float
    households: frozenset[int] | None = None


class Lists:
    """The questions of some sessions; may be used from several threads.

    Args:
        clock: seconds that only rise.
        most: so many sessions are remembered.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_SESSIONS) -> None:
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, OrderedDict[str, _List]] = OrderedDict()

    def keep(self, session: str, question: dict[str, str]) -> str:
        """Keep a question that was not asked yet; its name."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._forget_old()
            own = self._kept.setdefault(session, OrderedDict())
            own[name] = _List(question, self._clock() + SECONDS)
            self._kept.move_to_end(session)
            if len(own) > EACH:
                own.popitem(last=False)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return name

    def question(self, session: str, name: str) -> tuple[dict[str, str], bool] | None:
        """The question of this name and whether it was asked before; None when this session has none such any more."""
        with self._lock:
            self._forget_old()
            found = self._kept.get(session, OrderedDict()).get(name)
            return None if found is None else (found.question, found.households is not None)

    def found(self, session: str, name: str, households: list[int]) -> None:
        """The question was asked, and these households are shown."""
        with self._lock:
            own = self._kept.get(session, OrderedDict())
            if name in own:
                own[name].households = frozenset(households)
                own[name].until = self._clock() + SECONDS
                own.move_to_end(name)

    def with_household(self, session: str, household: int) -> str:
        """The name of the list that was last shown and has this household; empty without one."""
        with self._lock:
            self._forget_old()
            own = self._kept.get(session, OrderedDict())
            return next((name for name, one in reversed(own.items()) if household in (one.households or ())), "")

    def forget(self, session: str) -> None:
        """This session keeps nothing any more."""
        with self._lock:
            self._kept.pop(session, None)

    def _forget_old(self) -> None:
        now = self._clock()
        for session, own in list(self._kept.items()):
            for name in [name for name, one in own.items() if one.until <= now]:
                del own[name]
            if not own:
                del self._kept[session]


LISTS: Final = Lists()
_KEEP: Final = counted("keep a question", LISTS.keep)
_QUESTION: Final = counted("a question that was kept", LISTS.question)
_FOUND: Final = counted("what a question found", LISTS.found)
_FORGET: Final = counted("forget what a session asked", LISTS.forget)
_WITH: Final = counted("a question that found a household", LISTS.with_household)


def keep_question(session: str | None, question: Mapping[str, str]) -> str:
    """Keep what somebody wants to know; the name under which this session has it asked."""
    return _KEEP(_owner(session), dict(question))


def kept_question(session: str | None, name: str) -> tuple[Mapping[str, str], bool] | None:
    """What this session kept under this name, and whether it was asked before; None when it is not there any more."""
    kept = _QUESTION(_owner(session), name)
    return None if kept is None else (kept[0], kept[1])


def note_found(session: str | None, name: str, households: list[int]) -> None:
    """These households are shown as the answer."""
    _FOUND(_owner(session), name, households)


def list_with(session: str | None, household: int) -> str:
    """The name of the newest list of this session in which this household stands; empty without one."""
    return _WITH(_owner(session), household)


def forget_questions(session: str) -> None:
    """The session ends, and what it asked with it; where that cannot be said, it runs out by itself."""
    with contextlib.suppress(CountingError):
        _FORGET(_owner(session))


def _owner(session: str | None) -> str:
    """Who has the token of a session is in: what is kept is kept by its hash alone."""
    return hashlib.sha256((session or "").encode()).hexdigest()
