"""Are two persons of one household one, whom partners wrote differently? What is asked of it, and what was decided.

One partner sends a citizen service number and the other may not, one has no initials: then one resident stands there as
two persons (`households.likeness` says when that may be). Whoever looked at it says "the same" or "different":
`pairing`. What several partners wrote alike, and may be several persons all the same: `links`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from signals.households.likeness import likeness_of, may_be_one, pairs_that_may_be_one

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from signals.households.likeness import Likeness
    from signals.store.database import Cursor

Pair = tuple[int, int]
"""Two persons by number, the lower first."""
ASKED_AT_MOST: Final = 20
"""So many pairs of one household are asked at a time; the rest when these are decided."""


@dataclass(frozen=True, slots=True)
class PairLink:
    """What was decided of two persons, by whom (a name), when and why."""

    pair: Pair
    verdict: str
    reason: str | None
    by: str
    at: datetime


def pair_of(one: int, other: int) -> Pair:
    """These two, the lower first."""
    return min(one, other), max(one, other)


def pairs_of(cursor: Cursor, households: Collection[int]) -> dict[Pair, PairLink]:
    """What was decided of the persons of these households and not taken back."""
    cursor.execute(
        """SELECT person_id, other_id, verdict, reason, by_name, at FROM person_pairs
        WHERE household_id = ANY(%s) AND undone_at IS NULL ORDER BY person_id, other_id""",
        (list(households),),
    )
    return {(one, other): PairLink((one, other), *rest) for one, other, *rest in cursor}


def alike(links: Mapping[Pair, PairLink]) -> dict[int, frozenset[int]]:
    """By person all who are that person too, of whom it was decided; who is alone is left out."""
    groups: dict[int, frozenset[int]] = {}
    for (one, other), link in links.items():
        if link.verdict == "same":
            joined = groups.get(one, frozenset({one})) | groups.get(other, frozenset({other}))
            groups.update(dict.fromkeys(joined, joined))
    return groups


def asked_pairs(persons: Mapping[int, Likeness], links: Mapping[Pair, PairLink]) -> list[Pair]:
    """Which of these persons of one household must somebody look at? At most `ASKED_AT_MOST`.

    Not what was decided, nor what follows from it.
    """
    return list(islice(_asked(persons, links), ASKED_AT_MOST))


def _asked(persons: Mapping[int, Likeness], links: Mapping[Pair, PairLink]) -> Iterator[Pair]:
    groups = alike(links)
    residents: set[Pair] = set()  # of whom it is asked: once, however many persons they were joined of
    for one, other in pairs_that_may_be_one(persons):
        first, second = (min(groups.get(person, {person})) for person in (one, other))
        if first == second or pair_of(first, second) in residents or (one, other) in links:
            continue
        if not contradicts((one, other), persons, links, groups):
            residents.add(pair_of(first, second))
            yield one, other


def contradicts(
    pair: Pair,
    persons: Mapping[int, Likeness],
    links: Mapping[Pair, PairLink],
    groups: Mapping[int, frozenset[int]],
) -> bool:
    """Whether these cannot be one with what was decided of others: somebody of the one is not somebody of the other."""
    one, other = (groups.get(person, frozenset({person})) for person in pair)
    return any(_apart(pair_of(a, b), persons, links) for a, b in product(one, other))


def _apart(pair: Pair, persons: Mapping[int, Likeness], links: Mapping[Pair, PairLink]) -> bool:
    one, other = pair
    if pair in links:
        return links[pair].verdict == "different"
    return one in persons and other in persons and not may_be_one(persons[one], persons[other])


def likeness_by_columns(row: Iterable[object]) -> Likeness:
    """Of initials, surname, partner_surname, business_name, date_of_birth and `NUMBERED_ALIKE`."""
    names = ("initials", "surname", "partner_surname", "business_name", "date_of_birth", "number")
    return likeness_of(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]  # as the columns are
