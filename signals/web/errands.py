"""What must be asked of another machine before a page can be made?

A page that needs the word of the sign-in's provider gives back an errand instead of an answer. Its transaction is
committed and its desk is free while the other machine is asked; then a desk makes the answer. So a machine that is slow
or hangs holds up nobody but those who ask it (docs/decisions/0027).
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

AT_ONCE: Final = 2  # so many errands are run at once; the others wait in order
PATIENCE: Final = 15.0  # seconds that an errand waits for its turn
T = TypeVar("T")


class NobodyFreeError(SignalsError):
    """So many wait for the other machine that this errand is not run: again later."""


@dataclass(frozen=True, slots=True)
class Errand(Generic[T]):
    """Something to ask elsewhere.

    Attributes:
        ask: asks it, in a thread, without desk and transaction; what it raises becomes a page as elsewhere.
        then: makes the answer of what was found, at a desk of its own.
        unasked: what counts as found when so many wait that it is not asked.
    """

    ask: Callable[[], T]
    then: Callable[[Desk, T], Response]
    unasked: T


class Errands:
    """Lets some errands be run at once, and the others wait for a while."""

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
            raise NobodyFreeError("too many wait for the other machine") from None
        try:
            yield
        finally:
            self._turns.release()
