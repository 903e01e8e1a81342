"""How does a letter become paper? By typst: many letters as one PDF/UA-1, each on pages of its own.

What is written in a letter reaches the templates as one JSON text in `sys.inputs`, so that nothing in it can be
markup. The same letters give the same bytes: the moment in the file is the letters' day, and no typeface of the system
is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

import typst

from signals.errors import WrongUseError
from signals.outreach.letters import typeface
from signals.outreach.letters.contents import contents
from signals.outreach.letters.letter import LetterError, specimen
from signals.outreach.letters.sets import MAIN, set_folder, version_of
from signals.outreach.letters.wording import wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from signals.outreach.letters.letter import Letter
    from signals.outreach.letters.sender import Sender

STANDARD: Final = "ua-1"
"""The standard that typst checks each file against (PDF/UA-1, ISO 14289-1)."""
SCREEN: Final = 110.0
"""Points per inch of a picture that a page shows: an A4 is 909 wide."""


_PAGE: Final = re.compile(rb"/Type */Page\b")
_KEPT: Final = threading.local()
"""A press that is kept has read its templates already, which is a quarter of a single letter's time."""
_PRESSES: Final = 16
_CORES: Final = min(4, len(os.sched_getaffinity(0)))
_One = TypeVar("_One")
_Made = TypeVar("_Made")
_Draw = Callable[[dict[str, str]], list[bytes]]


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF of one or more letters; on how many pages and sheets each of them stands, in their order."""

    pdf: bytes
    pages: tuple[int, ...]
    sheets: tuple[int, ...]


def typeset(letters: Sequence[Letter], folder: Path | None = None) -> Printed:
    """All letters as one PDF, in their order.

    Args:
        letters: One or more, all of one sender.
        folder: Where the municipalities' own letter sets lie, or None.

    Raises:
        LetterError: one of them has a fault; ask `Letter.fault` before.
        WrongUseError: the sender's letter set is not there, or typst does not take it.
    """
    _refuse(letters)
    press = _Press.of(letters[0].sender, folder)
    sides, pages = (2, press.counted(letters)) if letters[0].sender.double_sided else (1, (1,) * len(letters))
    pdf = press.pdf(letters, pages)
    if sides == 1 and len(_PAGE.findall(pdf)) != len(letters):  # some stand on several pages, and their marks name them
        pages = press.counted(letters)
        pdf = press.pdf(letters, pages)
    return Printed(pdf, pages, tuple(-(-count // sides) for count in pages))


def typeset_one(letter: Letter, folder: Path | None = None) -> Printed:
    """One letter as a PDF; see `typeset`."""
    return typeset([letter], folder)


def side_by_side(make: Callable[[_One], _Made], ones: Sequence[_One]) -> Iterator[_Made]:
    """What `make` makes of each of them, in their order.

    As many at once as there are cores, up to four: where letters are made a file each, typst works on one of them
    while another is prepared or brought to the disk. What one of them raises is raised, and those that are not begun
    then are not made.
    """
    with ThreadPoolExecutor(_CORES, "press") as presses:
        yield from presses.map(make, ones)


def picture(letter: Letter, page: int = 1, folder: Path | None = None, *, points_per_inch: float = SCREEN) -> bytes:
    """A page of a letter as PNG, to be looked at before it is printed.

    Raises:
        LetterError: it has a fault.
        ValueError: it has no such page.
        WrongUseError: as `typeset`.
    """
    _refuse([letter])
    pages = _Press.of(letter.sender, folder).pictures(letter, points_per_inch)
    if not 1 <= page <= len(pages):
        raise ValueError(f"the letter has {len(pages)} pages, and no page {page}")
    return pages[page - 1]


def try_set(sender: Sender, kinds: Collection[str], language: str, folder: Path | None = None) -> None:
    """See whether letters of these kinds can be made at all, by ones to somebody made up.

    Raises:
        WrongUseError: the sender's letter set is not there, or typst does not take it; the text says what is wrong.
    """
    press = _Press.of(sender, folder)
    press.pdf([specimen(kind, language, sender) for kind in kinds], (1,) * len(kinds))


def texts_version(sender: Sender, folder: Path | None = None) -> str:
    """What changes when the words or the look of the sender's letters do: a SHA-256 over its set and itself.

    Raises:
        WrongUseError: the letter set is not there.
    """
    said = json.dumps(asdict(sender), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(f"{version_of(set_folder(sender.letter_set, folder))}\n{said}".encode()).hexdigest()


def _refuse(letters: Sequence[Letter]) -> None:
    if not letters or any(letter.sender != letters[0].sender for letter in letters):
        raise ValueError("letters that are printed together are one or more, and of one sender")
    for letter in letters:
        if fault := letter.fault:
            raise LetterError(letter.number, fault)


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The typeface for typst, and no other: what stands on paper is the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(typeface.folder())])


class _Press:
    """The templates and texts of one letter set, ready to print from."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.texts = name, wording(folder, name)
        self.compiler = typst.Compiler(folder / MAIN, root=folder, font_paths=fonts(), ignore_system_fonts=True)

    @classmethod
    def of(cls, sender: Sender, folder: Path | None) -> _Press:
        """The press of this thread for the set; a set that was changed lies in another folder, and has a new one."""
        place = set_folder(sender.letter_set, folder)
        kept: dict[Path, _Press] = _KEPT.__dict__.setdefault("presses", {})
        if place not in kept:
            if len(kept) == _PRESSES:
                kept.clear()
            kept[place] = cls(sender.letter_set, place)
        return kept[place]

    def pdf(self, letters: Sequence[Letter], pages: Sequence[int], *, asked: bool = False) -> bytes:
        noon = int(datetime.combine(max(letter.date for letter in letters), time(12), UTC).timestamp())

        def draw(inputs: dict[str, str]) -> list[bytes]:
            made = self.compiler.compile(sys_inputs=inputs, format="pdf", pdf_standards=[STANDARD], timestamp=noon)
            return _pages_of(made)

        return b"".join(self._made(draw, letters, pages, asked=asked))

    def counted(self, letters: Sequence[Letter]) -> tuple[int, ...]:
        """On how many pages each letter stands, as the templates tell it."""
        self.pdf(letters, (1,) * len(letters), asked=True)
        return tuple(json.loads(self.compiler.query("<pages>", field="value")))

    def pictures(self, letter: Letter, points_per_inch: float) -> list[bytes]:
        def draw(inputs: dict[str, str]) -> list[bytes]:
            return _pages_of(self.compiler.compile(sys_inputs=inputs, format="png", ppi=points_per_inch))

        return self._made(draw, [letter], (1,))

    def _made(
        self, draw: _Draw, letters: Sequence[Letter], pages: Sequence[int], *, asked: bool = False
    ) -> list[bytes]:
        """What typst makes of them; its own words hold what is in a letter, so they are told of a made-up one only."""
        try:
            return draw(self._inputs(letters, pages, asked=asked))
        except typst.TypstError:
            told = {self._complaint(draw, specimen(one.kind, one.language, one.sender)) for one in letters} - {""}
        reasons = "; ".join(sorted(told)) or "made-up letters can be printed, but not one of these"
        raise WrongUseError(f"letter set {self.name}: typst cannot make the letters: {reasons}")

    def _complaint(self, draw: _Draw, letter: Letter) -> str:
        try:
            draw(self._inputs([letter], (1,)))
        except typst.TypstError as error:
            return f"{letter.kind} ({letter.language}): {error.message}"
        return ""

    def _inputs(self, letters: Sequence[Letter], pages: Sequence[int], *, asked: bool = False) -> dict[str, str]:
        return {"run": json.dumps(contents(letters, self.texts, pages, asked=asked), ensure_ascii=False)}


def _pages_of(made: bytes | list[bytes] | None) -> list[bytes]:
    """What typst gives back: a PDF or one picture as bytes, several pictures as a list."""
    return made if isinstance(made, list) else [made or b""]
