"""Where on the paper does the address stand, and what does the envelope's window show? In millimetres.

The places of the text are those of Dutch window envelopes (domain.md section 9). The window itself is taken a little
larger than the text, and paper slides in an envelope: what must not be read stays clear of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SLIDE: Final = 3.0
"""How far a sheet may lie from its place in the envelope, in any direction."""
BODY_FROM: Final = 98.0
"""Above this line stand only the sender, at the very top, and the address."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> Box:
        """The box with a margin of that many millimetres on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True, slots=True)
class Window:
    """One kind of envelope: where the address block begins, how wide it may be and around which height it stands."""

    left: float
    width: float = 70.0
    middle: float = 63.5
    margin: float = 5.0
    height: float = 35.0

    @property
    def opening(self) -> Box:
        """What the window shows of a sheet that lies in its place."""
        half = self.height / 2
        return Box(
            self.left - self.margin, self.middle - half, self.left + self.width + self.margin, self.middle + half
        )

    @property
    def shown(self) -> Box:
        """All that the window may show of a sheet that slid."""
        return self.opening.grown(SLIDE)

    @property
    def safe(self) -> Box:
        """What the window shows wherever the sheet slid: the address stands inside it."""
        return self.opening.grown(-SLIDE)


WINDOWS: Final[Mapping[str, Window]] = MappingProxyType({"left": Window(35.0), "right": Window(105.0)})
