"""Who asked for what they may not see? A line of the audit log for each refusal (OWASP ASVS 5.0.0, 16.3.2 and 16.3.3).

Written after the request was rolled back, in a transaction of its own. Whoever tries a thousand cases leaves a trail,
not a thousand lines: past some a minute, a line now and then says how many there were.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signals.store import audit
from signals.store.database import transaction
from signals.web.together import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Engine

    from signals.web.people import User

log = logging.getLogger(__name__)

REFUSED: Final = "refused"
STATUSES: Final = frozenset({403, 404, 429})  # a fault in what was typed, or of ours, is no refusal
EACH: Final = 10  # refusals of one user with a line of their own in one minute
MOST_KEYS: Final = 10_000
_MINUTE: Final = 60.0
_BIGGEST_NUMBER: Final = 2**63 - 1  # of the database; there is no case above it


@dataclass(slots=True)
class _Trail:
    """The refusals of one key: since when, how many in this minute, and how many have no line yet."""

    since: float
    count: int = 0
    unsaid: int = 0


class Trails:
    """Which refusals get a line; may be used from several threads.

    Args:
        each: so many of a key have a line of their own in one minute.
        doubling: of those above it the 20th, 40th, 80th … has one too (with `each` 10), so that also a flood that stops
            at once is known by its size; else none.
        name: under which all web processes count together; None: for tests.
        clock: seconds that only rise.
    """

    def __init__(
        self, each: int, *, doubling: bool, name: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each = each
        self._doubling = doubling
        self._clock = clock
        self._trails: OrderedDict[str, _Trail] = OrderedDict()
        self._lock = threading.Lock()
        self._asked = counted(f"refused {name}", self._count) if name else self._count

    def next(self, key: str) -> int | None:
        """Count a refusal: how many before it had no line, when this one gets a line; None when it gets none."""
        return self._asked(key)

    def _count(self, key: str) -> int | None:
        with self._lock:
            trail = self._trail(key)
            trail.count += 1
            if not self._has_line(trail.count):
                trail.unsaid += 1
                return None
            unsaid, trail.unsaid = trail.unsaid, 0
            return unsaid

    def _has_line(self, count: int) -> bool:
        times, rest = divmod(count, self._each)
        return count <= self._each or (self._doubling and rest == 0 and times & (times - 1) == 0)

    def _trail(self, key: str) -> _Trail:
        now = self._clock()
        trail = self._trails.setdefault(key, _Trail(now))
        self._trails.move_to_end(key)
        if len(self._trails) > MOST_KEYS:
            self._trails.popitem(last=False)
        if now - trail.since >= _MINUTE:
            trail.since, trail.count = now, 0
        return trail


def note_refusal(
    engine: Engine, trails: Trails, user: User | None, page_name: str, status: int, path: Mapping[str, Any]
) -> None:
    """Note that this user was refused; nothing for other answers, and nothing of a visitor who is nobody.

    Never raises: what cannot be noted is told in the log of the process, and the visitor is refused all the same.

    Args:
        engine: of the database; the request's own transaction is over.
        trails: of the office; how many refusals each of its users has had.
        user: who asked.
        page_name: the name of the page in the table of routes.
        status: what was answered: 403, 404 and 429 are refusals.
        path: what stood in its address; the number of a case is kept, nothing else.
    """
    if user is None or status not in STATUSES:
        return
    try:
        unsaid = trails.next(user.id)
        if unsaid is None:
            return
        detail = {"page": page_name, "code": status} | ({"more": unsaid} if unsaid else {})
        with transaction(engine) as cursor:
            audit.note_each(cursor, user.id, REFUSED, _subject(path), detail, user.municipalities)
    except Exception as error:  # noqa: BLE001 - whatever fails here, the visitor gets the page that refuses
        log.error("a refusal could not be noted in the audit log (%s)", type(error).__name__)  # noqa: TRY400 - its text may hold what was asked


def _subject(path: Mapping[str, Any]) -> str:
    case = path.get("case")
    return f"case {case}" if isinstance(case, int) and case <= _BIGGEST_NUMBER else "page"
