"""Which letters can be printed, and how wide is a line? The typeface of all letters, from its package.

It comes with the program, so that a letter is the same on every machine. It is asked before anything is printed: a
name with a letter that it lacks goes to a person with a code, not to the printer with a hole in it.
"""

from __future__ import annotations

import atexit
import shutil
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it brings no types

FAMILY: Final = "Source Sans Pro"
_PACKAGE: Final = "font_source_sans_pro"
_FILES: Final = ("SourceSansPro-Regular.otf", "SourceSansPro-Bold.otf")
_MILLIMETRES_PER_POINT: Final = 25.4 / 72


def printable(text: str) -> bool:
    """Whether the typeface has every letter of `text`, in each of its weights."""
    return (text.isascii() and text.isprintable()) or all(ord(letter) in _widths() for letter in text)


def width(text: str, points: float) -> float:
    """How wide a line of that size is, in millimetres; a letter that cannot be printed counts nothing.

    The sum of the widths of its letters: kerning makes a line a little narrower, hardly ever wider.
    """
    known = _widths()
    return sum(known.get(ord(letter), 0.0) for letter in text) * points * _MILLIMETRES_PER_POINT


@lru_cache(maxsize=1)
def folder() -> Path:
    """A folder that holds the files of the typeface which letters use, and nothing else.

    The package holds each weight in two formats, and which of them typst takes depends on the order in which the
    file system lists them; the bytes of a letter must not.
    """
    kept = Path(mkdtemp(prefix="signals-typeface-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    with as_file(files(_PACKAGE) / "files") as source:
        for name in _FILES:
            shutil.copyfile(source / name, kept / name)
    return kept


@lru_cache(maxsize=1)
def _widths() -> dict[int, float]:
    """How wide each letter that all weights have is in the normal one, at a size of one point, in points."""
    normal, *others = (_read(folder() / name) for name in _FILES)
    return {letter: wide for letter, wide in normal.items() if all(letter in other for other in others)}


def _read(path: Path) -> dict[int, float]:
    with TTFont(path, lazy=True) as font:
        unit, metrics = font["head"].unitsPerEm, font["hmtx"]
        return {letter: metrics[glyph][0] / unit for letter, glyph in font.getBestCmap().items()}
