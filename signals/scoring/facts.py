"""Which facts may a score know? Only these (domain.md section 10).

The walk fills them from the open arrears of a case. There is no name, address, neighbourhood, nationality,
age, health or household composition here, so that no rule and no model can use them.
"""

from __future__ import annotations

import msgspec


class ArrearsFacts(msgspec.Struct, frozen=True, gc=False):
    """One open arrears of a case, with its last known amount and crisis, and how it came to that.

    Attributes:
        sector: One of `contract.partners.SECTORS`.
        partner: The partner's id; only used to count partners, never for points.
        ddas_type: The partner's DDAS type ("Huur"), or None when it has none.
        amount_cents: The last known amount, in cents.
        days_in_arrears: Days from the day it arose to the day it was signalled; None when the partner did
            not say.
        rise_cents: How much higher it is than at the previous signal; 0 when it is not, or is new.
        crisis: The last known crisis (borders.md section 2), or None.
        explicit_wish: The resident asked for help (warm transfer).
        first_cents: What it was at its first signal.
        first_days: `days_in_arrears` at its first signal.
        rises: How many times more was told of it than before.
        largest_rise_cents: How much more it was at the largest of these; 0 without any. Not at the last: then a small
            rise after a large one would count for less than none.
        known_days: Days from its first signal to the last signal of any of the case's arrears.
    """

    sector: str
    partner: str
    ddas_type: str | None
    amount_cents: int
    days_in_arrears: int | None = None
    rise_cents: int = 0
    crisis: str | None = None
    explicit_wish: bool = False
    first_cents: int = 0
    first_days: int | None = None
    rises: int = 0
    largest_rise_cents: int = 0
    known_days: int = 0


class CaseFacts(msgspec.Struct, frozen=True, gc=False):
    """A case as the score sees it.

    Attributes:
        arrears: The open arrears; their order never matters.
        signals_past_six_months: Signals on the household in the six months before this case.
        reached_before: Whether an earlier contact attempt reached the household; None when nobody tried.
    """

    arrears: tuple[ArrearsFacts, ...] = ()
    signals_past_six_months: int = 0
    reached_before: bool | None = None
