"""How often may one address sign in, or one person search? A token bucket for each, in memory, of bounded size.

The buckets are those of the first web process, whichever of them is asked (`together`). A restart fills them, which an
attacker cannot cause.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.web.desk import TooManyError
from signals.web.refusals import Trails
from signals.web.together import counted

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_KEYS: Final = 10_000  # some 2 MB; the bucket that was longest not asked gives way


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` at once, and `per_minute` in the long run."""

    burst: int
    per_minute: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limiter:
    """One bucket per key; may be used from several threads.

    Args:
        rate: how many each key may have.
        name: under which all web processes count together; None: for tests, and for what only one process does.
        most_keys: so many buckets are remembered.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        rate: Rate,
        *,
        name: str | None = None,
        most_keys: int = MOST_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._rate = rate
        self._most_keys = most_keys
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()
        self._asked = counted(f"limit on {name}", self._seconds) if name else self._seconds

    def take(self, key: str) -> None:
        """Count one request of `key`.

        Raises:
            TooManyError: it had its share; nothing was counted.
        """
        seconds = self._asked(key)
        if seconds:
            raise TooManyError(seconds)

    def _seconds(self, key: str) -> int:
        """Count one request; when it had its share, after how many seconds it may be tried again, else 0."""
        with self._lock:
            bucket = self._filled(key)
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0
            return max(1, math.ceil((1 - bucket.tokens) * 60 / self._rate.per_minute))

    def __len__(self) -> int:
        """How many buckets are remembered."""
        return len(self._buckets)

    def _filled(self, key: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(self._rate.burst, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._rate.burst, bucket.tokens + (now - bucket.at) * self._rate.per_minute / 60)
        bucket.at = now
        return bucket


class SignInLimits:
    """The limits on signing in: for one address, and for all answers of the provider together.

    An office shares one address: sixty people who sign in within the same minutes of the morning must not be refused.
    Each takes two steps, going to the provider and coming back. Only who comes back from a sign-in that began here
    counts for all: otherwise some addresses that ask for nothing could keep everybody out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = Limiter(Rate(burst=60, per_minute=30), name="steps of a sign-in", clock=clock)
        self._all = Limiter(Rate(burst=300, per_minute=300), name="answers of the provider", clock=clock)
        self._refused = Trails(1, doubling=False, name="sign-ins", clock=clock)

    def take(self, address: str) -> None:
        """Count one step of a sign-in from `address`. Raises TooManyError."""
        self._address.take(address)

    def take_answer(self) -> None:
        """Count an answer to a sign-in that began here. Raises TooManyError."""
        self._all.take("all")

    def next_refusal(self, why: str) -> int | None:
        """Count a refused sign-in, which anybody can bring about: the log has one line a minute for each reason.

        How many before it had no line, when this one gets a line; None when it gets none.
        """
        return self._refused.next(why)
