"""At which household does a signal arrive? One cleaned address is one household (borders.md section 4.1).

Second step of the walk: the border has judged the postcode; here it becomes the address that signals share.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from signals.contract.address import split_house_number, suffix_of

if TYPE_CHECKING:
    from signals.contract.events import Address

_WRITTEN: Final = re.compile(r"([1-9][0-9]{3}) ?([A-Z]{2})[ ,]*([0-9].*)")
_LONGEST: Final = 40


class HouseholdAddress(msgspec.Struct, frozen=True, gc=False, order=True):
    """A cleaned address within a municipality.

    Ordered by municipality and then, as borders.md section 4.10 asks, by postcode, number and suffix;
    strings by code point. No two addresses compare equal unless they are the same.
    """

    municipality: str
    postcode: str
    number: int
    suffix: str = ""

    @classmethod
    def at(cls, municipality: str, address: Address) -> HouseholdAddress:
        """The household of a report's address, which the border has cleaned."""
        return cls(municipality, address.postcode, address.number, address.suffix)

    @classmethod
    def written(cls, municipality: str, text: str) -> HouseholdAddress | None:
        """The address that a person wrote in one line, as "7607 gc 12-a"; None when it is none."""
        parts = _WRITTEN.fullmatch(text.strip().upper()[:_LONGEST])
        number = house_number_forms(parts[3]) if parts else None
        return cls(municipality, parts[1] + parts[2], *number) if parts and number else None

    @property
    def label(self) -> str:
        """The address in one line, "7607GC 12 ABIS"; without a suffix it ends at the number."""
        return f"{self.postcode} {self.number} {self.suffix}".rstrip()


def house_number_forms(
    number: int | str, letter: str | None = None, addition: str | None = None
) -> tuple[int, str] | None:
    """The number and suffix behind the ways in which one house number is written.

    "12 A", "12A", "12-A" and 12 with letter "A" are all (12, "A"); "12 a bis" is (12, "ABIS").

    Args:
        number: The house number as sent, with or without what follows it.
        letter: The house letter, if sent apart.
        addition: The house number addition, if sent apart.

    Returns:
        Number and suffix, or None when it does not begin with a number of 1–99999.
    """
    parts = split_house_number(number)
    return None if parts is None else (parts[0], suffix_of(parts[1], letter, addition))
