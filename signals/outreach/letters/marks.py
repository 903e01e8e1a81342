"""What does a machine read on a letter? The mark of each sheet, and the code that a telephone opens.

A mark, which no other page has, is drawn as paths. The code is the same in all letters of a run: as a picture it stands
once in the file, and is drawn four times as fast.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Final

import segno

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUIET: Final = 2
"""White modules around a micro QR code (ISO/IEC 18004); a QR code has four."""
_DOTS: Final = 4
"""Dots of the picture to a module: enough for edges that are drawn as they are, and little to pack."""


def mark(number: str, page: int, pages: int) -> str:
    """The mark of one page of a letter: its number, which page it is and of how many, as SVG.

    What folds and packs letters sees by it that a sheet is missing or double. The smallest code that holds it; nobody
    can read it by eye, so that it is no reference that shows.
    """
    return _drawn(segno.make(f"{number}/{page}/{pages}", boost_error=False))


@lru_cache(maxsize=64)
def code(link: str) -> bytes:
    """The QR code of an address or telephone number, as PNG; a quarter of it may be unreadable."""
    drawn = BytesIO()
    segno.make_qr(link, error="q").save(drawn, kind="png", scale=_DOTS, border=4)
    return drawn.getvalue()


def _drawn(found: segno.QRCode) -> str:
    size = len(found.matrix) + 2 * _QUIET
    path = "".join(_runs(found.matrix))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-{_QUIET} -{_QUIET} {size} {size}"><path d="{path}"/></svg>'
    )


def _runs(matrix: Iterable[Iterable[int]]) -> Iterable[str]:
    """Each row as rectangles of neighbouring dark modules."""
    for y, row in enumerate(matrix):
        x = 0
        for dark, group in groupby(row):
            length = len(list(group))
            if dark:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length
