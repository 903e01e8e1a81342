"""To whom is the letter addressed, as it stands in the window, and can it be right so?

A value: what was sent is normalised once, and then the block answers questions about itself. What is wrong with it is
a code; the words for it belong to the pages.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from signals.outreach.letters.typeface import printable, width
from signals.outreach.letters.windows import WINDOWS

FAULTS: Final = (
    "died",
    "no-fixed-abode",
    "abroad",
    "no-name",
    "no-street",
    "no-city",
    "postcode",
    "unprintable",
    "too-long",
    "too-many-lines",
)
"""Why a block cannot be printed, in the order in which they are asked."""
POINTS: Final = 11.0
"""The size of the letters in the window."""
LINES_AT_MOST: Final = 5
"""What fits in the window, also when the sheet slid."""
LINE_WIDTH: Final = min(window.width for window in WINDOWS.values())
_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")
_NETHERLANDS: Final = frozenset(
    {"", "nl", "nld", "nederland", "the netherlands", "netherlands", "holland", "niederlande", "pays-bas"}
)
_FOREIGN_POSTCODE: Final = re.compile(r"(?!NL)[A-Z]{1,3}-[0-9]+")
# In words ("zonder vaste woon- of verblijfplaats", "geen vast adres"), by their first letters in any spelling
# ("z.w.o.v.", "ZVWOV", "z.v.w. of v.", "zbwov", "zvwp"), and of who has no roof.
_NO_FIXED_ABODE: Final = re.compile(
    r"\b(zonder|geen) (een )?((vaste?|bekende?|eigen) )?(woon|verblijf|woning|adres\b|w[\W_]*o)"
    r"|\bz[\W_]*[vb]?[\W_]*w[\W_]*(o|of|o[\W_]*f|en)?[\W_]*v[\W_]*p?\b|\bz[\W_]*[vb][\W_]*w[\W_]*p\b"
    r"|\bno fixed (abode|address)|\b(dak|thuis)-? ?((of|en) ?(thuis|dak))?lo[os]",
    re.IGNORECASE,
)
# Also after the initials of who died, but somebody may be called "A. Erven".
_OF_THE_DEAD: Final = re.compile(
    r"(de )?(erven|erfgenamen|nalatenschap|wijlen)\b"
    r"|.*[\s(,](erfgenamen|nalatenschap|wijlen|de erven|erven v(an)?)\b|.*(\(|, )erven\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """Name and address of one person, normalised; made by `of`."""

    name: str
    care_of: str
    street: str
    number: str
    suffix: str
    postcode: str
    city: str
    country: str

    @classmethod
    def of(
        cls,
        *,
        name: str | None,
        street: str | None,
        number: int | str | None,
        postcode: str | None,
        city: str | None,
        suffix: str | None = None,
        care_of: str | None = None,
        country: str | None = None,
    ) -> AddressBlock:
        """The block of what was sent: one kind of white space, composed accents, no invisible characters."""
        return cls(
            name=cleaned(name),
            care_of=cleaned(care_of),
            street=cleaned(street),
            number=cleaned(None if number is None else str(number)),
            suffix=cleaned(suffix),
            postcode=cleaned(postcode).replace(" ", "").upper(),
            city=cleaned(city).upper(),
            country=cleaned(country),
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """As printed; a long name, care-of or street takes more lines where it has spaces to break at."""
        street = " ".join(part for part in (self.street, self.number, self.suffix) if part)
        place = "  ".join(part for part in (_spaced(self.postcode), self.city) if part)
        care = f"p/a {self.care_of}" if self.care_of else ""
        return tuple(line for line in (*_broken(self.name), *_broken(care), *_broken(street), place) if line)

    @property
    def has_enough_lines(self) -> bool:
        """Whether there is a name, a street with a number, and a place."""
        return bool(self.name and self.street and self.number and self.city)

    @property
    def has_too_many_lines(self) -> bool:
        """Whether it would not fit in the height of the window."""
        return len(self.lines) > LINES_AT_MOST

    @property
    def has_too_long_a_line(self) -> bool:
        """Whether it would not fit in the width of the window."""
        return any(not _fits(line) for line in self.lines)

    @property
    def has_valid_postcode(self) -> bool:
        """Whether it is a Dutch postcode."""
        return _POSTCODE.fullmatch(self.postcode) is not None

    @property
    def is_abroad(self) -> bool:
        """Whether it names another country, or has the postcode of one."""
        return self.country.casefold() not in _NETHERLANDS or bool(_FOREIGN_POSTCODE.match(self.postcode))

    @property
    def has_no_fixed_abode(self) -> bool:
        """Whether it says so in the place of a street or a city."""
        return any(_NO_FIXED_ABODE.search(part) for part in (self.street, self.city))

    @property
    def is_of_the_dead(self) -> bool:
        """Whether it is written to heirs ("Erven van …"), so that somebody died there."""
        return _OF_THE_DEAD.match(self.name) is not None

    @property
    def is_printable(self) -> bool:
        """Whether the typeface has every letter of it."""
        return all(printable(line) for line in self.lines)

    @property
    def fault(self) -> str | None:
        """The first of `FAULTS` that applies, or None: it can be printed."""
        found = (
            self.is_of_the_dead,
            self.has_no_fixed_abode,
            self.is_abroad,
            not self.name,
            not (self.street and self.number),
            not self.city,
            not self.has_valid_postcode,
            not self.is_printable,
            self.has_too_long_a_line,
            self.has_too_many_lines,
        )
        return next((code for code, applies in zip(FAULTS, found, strict=True) if applies), None)


def cleaned(text: str | None) -> str:
    """`text` as it can be printed: composed (NFC), with single blanks, without invisible format characters."""
    seen = (letter for letter in unicodedata.normalize("NFC", text or "") if unicodedata.category(letter) != "Cf")
    return " ".join("".join(seen).split())


def _spaced(postcode: str) -> str:
    return f"{postcode[:4]} {postcode[4:]}" if _POSTCODE.fullmatch(postcode) else postcode


def _fits(line: str) -> bool:
    return width(line, POINTS) <= LINE_WIDTH


def _broken(line: str) -> list[str]:
    """The line in as many as it takes, with as many words on each as fit; a word that is too long stays so."""
    lines: list[str] = []
    for word in line.split():
        if lines and _fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
