"""How are rows named in a line of `reconcile`? By their numbers, the first few of them; nothing personal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMED_AT_MOST: Final = 5


def named(what: str, numbers: Sequence[int | str]) -> str:
    """As "case 3", or "cases 1, 2, 3, 4, 5 and 3 more"."""
    first = ", ".join(str(number) for number in numbers[:NAMED_AT_MOST])
    more = f" and {len(numbers) - NAMED_AT_MOST} more" if len(numbers) > NAMED_AT_MOST else ""
    return f"{what}{'s' if len(numbers) > 1 else ''} {first}{more}"
