"""Letters to people who are made up, and what stands where in the PDF of one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pdfplumber

from signals.outreach.letters.block import AddressBlock
from signals.outreach.letters.letter import KINDS, specimen
from signals.outreach.letters.sender import Sender
from signals.outreach.letters.typeset import typeset_one
from signals.outreach.letters.windows import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.outreach.letters.letter import Letter

LETTERS: Final = tuple(kind for kind in KINDS if kind != "card")
POINTS_PER_MILLIMETRE: Final = 72 / 25.4
SENDER: Final = Sender(
    "Gemeente Almelo",
    "Municipality of Almelo",
    phone="0000 - 12 34 56",
    email="vroeg@almelo.example",
    website="www.almelo.example",
    hours="maandag tot en met vrijdag van 9.00 tot 17.00 uur",
    hours_en="Monday to Friday, 9.00 to 17.00",
    return_address="Postbus 1, 7600 AA Almelo",
    signed="Team Vroeg Contact",
)
BARE: Final = Sender("Gemeente Almelo", "Municipality of Almelo")
LONGEST: Final = AddressBlock.of(
    name="Maximiliaan Willibrordus van der Oudenhoven tot Westerveld-Ravenswoude van Zuylen",
    street="Schimmelpenninck van der Oyeweg",
    number=12345,
    postcode="7607GC",
    city="Almelo",
)


def letter(kind: str = "first", language: str = "nl", sender: Sender = SENDER, **changes: Any) -> Letter:  # noqa: ANN401 - fields of any type
    """A made-up letter, with these fields changed."""
    return replace(specimen(kind, language, sender), **changes)


def to(name: str) -> AddressBlock:
    """A block with that name and a made-up address."""
    return AddressBlock.of(
        name=name, street="Voorbeeldstraat", number=12, suffix="A", postcode="7607 gc", city="Almelo"
    )


def words_of(pdf: bytes) -> list[list[tuple[str, Box]]]:
    """Each word of each page with its box in millimetres, whatever its size and colour."""
    with pdfplumber.open(BytesIO(pdf)) as opened:
        return [[(word["text"], _box(word)) for word in page.extract_words()] for page in opened.pages]


def _box(word: dict[str, Any]) -> Box:
    return Box(*(word[side] / POINTS_PER_MILLIMETRE for side in ("x0", "top", "x1", "bottom")))


def texts_of(pdf: bytes) -> list[str]:
    """The text of each page, with single blanks."""
    with pdfplumber.open(BytesIO(pdf)) as opened:
        return [" ".join(page.extract_text().split()) for page in opened.pages]


def text_of(pdf: bytes) -> str:
    """All text of all pages, with single blanks."""
    return " ".join(texts_of(pdf))


def characters_of(pdf: bytes) -> list[str]:
    """The characters of each page as they stand in the file, blanks too."""
    with pdfplumber.open(BytesIO(pdf)) as opened:
        return ["".join(character["text"] for character in page.chars) for page in opened.pages]


def printed_text(made: Letter) -> str:
    """The text of a letter as it can be extracted from its PDF."""
    return text_of(typeset_one(made).pdf)


def tags_of(pdf: bytes) -> list[tuple[str, str]]:
    """Kind and text of each leaf of the first page's structure, in reading order."""
    with pdfplumber.open(BytesIO(pdf)) as opened:
        marked: dict[int, str] = defaultdict(str)
        for character in opened.pages[0].chars:
            if character["mcid"] is not None:
                marked[character["mcid"]] += character["text"]
        found = [leaf for root in opened.structure_tree for leaf in _leaves(root)]
        return [(kind, "".join(marked[one] for one in ids)) for kind, ids in found]


def _leaves(node: dict[str, Any]) -> Iterator[tuple[str, list[int]]]:
    if "mcids" in node:
        yield node["type"], node["mcids"]
    for child in node.get("children", []):
        yield from _leaves(child)


def overlaps(one: Box, other: Box) -> bool:
    """Whether the two have a point in common."""
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def within(one: Box, other: Box) -> bool:
    """Whether `one` lies in `other` as a whole."""
    return other.left <= one.left and one.right <= other.right and other.top <= one.top and one.bottom <= other.bottom
