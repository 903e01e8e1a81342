"""What must be asked of another machine, or made at length, before a page can answer?

A page that needs the word of the sign-in's provider, or the letters of the press, gives back an errand instead of an
answer. Its transaction is committed and its desk is free meanwhile; then a desk makes the answer. So a machine that is
slow or hangs holds up nobody but those who ask it (docs/decisions/0027): each place has a line of its own.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.responses import Response

    from signals.web.desk import Desk

AT_ONCE: Final = 2  # so many errands to one place are run at once; the others wait in order
PROVIDER: Final = "provider"
PRESS: Final = "press"
PLANNING: Final = "planning"
PATIENCE: Final = 15.0  # seconds that an errand waits for its turn
T = TypeVar("T")


class NobodyFreeError(SignalsError):
    """So many wait at that place that this errand is not run: again later."""


@dataclass(frozen=True, slots=True)
class Errand(Generic[T]):
    """Something to ask elsewhere, or to have made.

    Attributes:
        ask: asks it, in a thread, without desk and transaction; what it raises becomes a page as elsewhere.
        then: makes the answer of what was found, at a desk of its own.
        unasked: what counts as found when so many wait that it is not asked.
        place: where one asks; who waits there waits for nobody elsewhere.
    """

    ask: Callable[[], T]
    then: Callable[[Desk, T], Response]
    unasked: T
    place: str = PROVIDER


class Errands:
    """Lets some errands to a place be run at once, and the others wait for a while."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._patience = patience

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Within the block it is this errand's turn. Raises NobodyFreeError when that takes too long."""
        try:
            async with asyncio.timeout(self._patience):
                await self._turns.acquire()
        except TimeoutError:
            raise NobodyFreeError("too many wait for the same place") from None
        try:
            yield
        finally:
            self._turns.release()
