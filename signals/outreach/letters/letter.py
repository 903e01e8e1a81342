"""What is in one letter? Everything that it says of the person, of the day and of the sender, and nothing else.

A letter concerns one addressee and names only that person's partners: housemates learn nothing (domain.md section 9).
It holds no amount and no reference: nobody needs them to answer it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.contract.codes import PARTS_OF_DAY
from signals.errors import SignalsError
from signals.outreach.letters.block import AddressBlock, cleaned
from signals.outreach.letters.typeface import printable

if TYPE_CHECKING:
    from signals.outreach.letters.sender import Sender

KINDS: Final = ("first", "reminder", "announced-visit", "card", "final")
LANGUAGES: Final = ("nl", "en")


class LetterError(SignalsError):
    """A letter cannot be made as it is: `code` says why, `number` which one; the text names no person."""

    def __init__(self, number: str, code: str) -> None:
        self.number, self.code = number, code
        super().__init__(f"letter {number} cannot be printed ({code}); mend the address or the name, or leave it out")


@dataclass(frozen=True, slots=True)
class Announced:
    """A visit that a letter announces: its day and part of the day, and where it is fixed from when until when."""

    day: dt.date
    part: str
    begins: dt.time | None = None
    ends: dt.time | None = None

    def __post_init__(self) -> None:
        if self.part not in PARTS_OF_DAY:
            raise ValueError(f"{self.part!r} is no part of the day; write one of {', '.join(PARTS_OF_DAY)}")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one addressee.

    Attributes:
        number: What it is called in its run and read from its mark; unique, nothing of a person in it.
        kind: One of `KINDS`.
        language: One of `LANGUAGES`.
        block: Name and address.
        salutation: The line that it begins with, such as "Beste A.M. van der Berg,".
        partners: Who wrote to us about the addressee, by the names that people know. Empty where that is not certain.
        date: The day that it bears.
        answer_by: The one date by which an answer is asked for.
        sender: Who writes.
        visit: The visit that it announces; of an announced visit only, and always.
    """

    number: str
    kind: str
    language: str
    block: AddressBlock
    salutation: str
    partners: tuple[str, ...]
    date: dt.date
    answer_by: dt.date
    sender: Sender
    visit: Announced | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of letter; write one of {', '.join(KINDS)}")
        if self.language not in LANGUAGES:
            raise ValueError(f"{self.language!r} is no language of letters; write one of {', '.join(LANGUAGES)}")
        if (self.kind == "announced-visit") != (self.visit is not None):
            raise ValueError("an announced visit, and only that, names its visit")

    @property
    def fault(self) -> str | None:
        """Why it cannot be printed, as a code of `block.FAULTS`; None: it can."""
        said = map(cleaned, (self.number, self.salutation, *self.partners))
        return self.block.fault or (None if all(printable(text) for text in said) else "unprintable")


def specimen(kind: str, language: str, sender: Sender) -> Letter:
    """A letter to somebody made up, to look at."""
    day = dt.date(2026, 12, 1)
    return Letter(
        number="000000-0001",
        kind=kind,
        language=language,
        block=AddressBlock.of(
            name="A.M. van der Berg", street="Voorbeeldstraat", number=12, suffix="A", postcode="7607GC", city="Almelo"
        ),
        salutation="Beste A.M. van der Berg," if language == "nl" else "Dear A.M. van der Berg,",
        partners=("Welbions",),
        date=day,
        answer_by=day + dt.timedelta(days=14),
        sender=sender,
        visit=Announced(day + dt.timedelta(days=21), "morning") if kind == "announced-visit" else None,
    )
