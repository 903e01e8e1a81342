"""What weighs most in a score? The reasons of a stored explanation (`scoring.score.Contribution`), shortest first.

Pure. Where a model counts from the usual case, that starting point is no reason; and where both the framework and a
model speak (a blend), the same reason of both is told once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST: Final = 3
_SIDES: Final = ("model", "framework")
_NO_REASONS: Final = frozenset({"basis", "cap"})


class Reason(NamedTuple):
    """Why, in words, and what it adds to the score; below 0 it takes off."""

    words: str
    points: int


def part_of(criterion: str) -> tuple[str, str]:
    """Of a criterion in a blend whose it is ("model" or "framework", else empty), and its own name."""
    side, _, own = criterion.partition("-")
    return (side, own) if side in _SIDES and own else ("", criterion)


@lru_cache(8192)  # the same few hundred stand in every queue
def told(words: str, points: int) -> str:
    """A reason with its points: "Achterstand bij 2 partners (+20)"."""
    return f"{words} ({points:+d})".replace("(-", "(\N{MINUS SIGN}") if points else words


def weightiest(explanation: Iterable[Mapping[str, Any]], language: str, most: int = MOST) -> list[Reason]:
    """The reasons that weigh most, whether they add or take off; of equals the first."""
    summed: dict[str, int] = {}
    for one in explanation:
        if part_of(one["criterion"])[1] not in _NO_REASONS:
            words = str(one[language])
            summed[words] = summed.get(words, 0) + int(one["points"])
    found = [Reason(words, points) for words, points in summed.items()]
    return sorted(found, key=lambda one: -abs(one.points))[:most]


def the_others(explanation: Sequence[Mapping[str, Any]], language: str, most: int = MOST) -> list[Reason]:
    """What `weightiest` leaves out: where a model starts, the lighter reasons, and what is above the highest score."""
    lighter = weightiest(explanation, language, most=len(explanation))[most:]
    aside = [(part_of(one["criterion"])[1], Reason(str(one[language]), int(one["points"]))) for one in explanation]
    return [
        *[reason for own, reason in aside if own == "basis"],
        *lighter,
        *[reason for own, reason in aside if own == "cap"],
    ]


def heaviest_reason(explanation: Iterable[Mapping[str, Any]], language: str) -> str:
    """What puts a case where it stands, in words: what adds most, else what takes off most."""
    found = weightiest(explanation, language, most=100)
    adding = [one for one in found if one.points > 0] or found
    return adding[0].words if adding else ""
