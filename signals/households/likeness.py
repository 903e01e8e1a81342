"""May two persons of one household be one, where partners wrote different things of them? A question for people.

Pure. Not the comparison that links by itself: that is `identity`, and exact. A partner that may not process a citizen
service number leaves it out, another has no initials or no date of birth; so one person stands there as two. What
contradicts is never asked: two numbers, two whole dates of birth, other initials, another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from signals.households.names import clean_business_name, clean_initials, is_business_name, surname_words
from signals.households.personal import clean_date_of_birth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_UNKNOWN: Final = "00"  # a month or day that the register does not know


class Likeness(msgspec.Struct, frozen=True, gc=False):
    """What two persons are compared by.

    Attributes:
        names: The telling words of own and partner's surname together.
        initials: Capitals without dots.
        born: Year, month and day as texts, "00" where it is not known; empty when nothing is.
        business: The folded trade name.
        number: Equal for equal citizen service numbers, and nothing of the number itself; None without one.
    """

    names: frozenset[str] = frozenset()
    initials: str = ""
    born: tuple[str, ...] = ()
    business: str = ""
    number: int | None = None


def likeness_of(
    *,
    initials: str | None,
    surname: str | None,
    partner_surname: str | None,
    business_name: str | None,
    date_of_birth: str | None,
    number: int | None,
) -> Likeness:
    """Of a person as a partner wrote it; `date_of_birth` as the event has it, "1985-06-00"."""
    if is_business_name(surname):
        surname, business_name = None, business_name or surname
    known = clean_date_of_birth(date_of_birth) is not None
    return Likeness(
        names=frozenset({*surname_words(surname), *surname_words(partner_surname)}),
        initials=clean_initials(initials),
        born=tuple((date_of_birth or "").strip().split("-")) if known else (),
        business=clean_business_name(business_name),
        number=number,
    )


def may_be_one(one: Likeness, other: Likeness) -> bool:
    """Whether nothing contradicts that these are one person, and their names are equal or contained."""
    return (
        (_contained(one.names, other.names) or (bool(one.business) and one.business == other.business))
        and _begins(one.initials, other.initials)
        and _born_alike(one.born, other.born)
        and (one.number is None or other.number is None or one.number == other.number)
    )


def _contained(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and (one <= other or other <= one)


def _begins(one: str, other: str) -> bool:
    """Whether one of them begins with the other; nothing begins everything."""
    return one.startswith(other) or other.startswith(one)


def _born_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether they may be the same day: what is not known of one may be as the other has it."""
    return all(a == b or _UNKNOWN in {a, b} for a, b in zip(one, other, strict=False))


def pairs_that_may_be_one(persons: Mapping[int, Likeness]) -> Iterator[tuple[int, int]]:
    """Of the persons of one household by number: each two that may be one, the lower first, in order.

    Only those that share a word are compared: an address may be a home of hundreds.
    """
    earlier: dict[str, list[int]] = {}
    for other in sorted(persons):
        words = {*persons[other].names, persons[other].business} - {""}
        for one in sorted({one for word in words for one in earlier.get(word, ())}):
            if may_be_one(persons[one], persons[other]):
                yield one, other
        for word in words:
            earlier.setdefault(word, []).append(other)
