"""What becomes of a report that a person marked as not picked up? Docs/decisions/0028, told with no thought for speed.

Beside `model`, which tells the rules themselves: a mark takes the report out of its case, and gives way to a rise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import EventKey, JudgedReport

NEW = "not-yet-picked-up"


@dataclass(frozen=True, slots=True)
class Mark:
    """A person gave a report this status instead of picking it up; `seen`: the events that were there by then."""

    status: str
    seen: frozenset[EventKey]


def marked(report: JudgedReport, mark: Mark | None) -> JudgedReport:
    """It is in no case; what the rules say is remembered."""
    if mark is None:
        return report
    return replace(report, status=mark.status, entered=False, mark=mark, otherwise=report.status)


def after_rise(afresh: Sequence[JudgedReport], rise: EventKey) -> JudgedReport | None:
    """The report that is work again because its arrears rose; None when a newer one takes the rise, or it was seen.

    `afresh` are the arrears' reports since its last withdrawal, in their order.
    """
    for one in reversed(afresh):
        counts = one.status == NEW and one.ending is None
        if counts or (one.mark is not None and rise in one.mark.seen):
            return None
        if one.mark is not None and one.otherwise == NEW and one.household == afresh[-1].household:
            return one
    return None
