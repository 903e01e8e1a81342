"""Events with their truth, written by hand: what the measuring of simulated months is tried on."""

from __future__ import annotations

from itertools import count
from typing import Any

from signals.contract.codes import CHANGED_TYPE, REPORTED_TYPE, WITHDRAWN_TYPE
from signals.simulation.partners import PARTNERS

Pair = tuple[dict[str, Any], dict[str, Any]]
KINDS = {"housing": "rent", "energy": "energy", "water": "water", "health": "health-premium"}
_NUMBERS = count(1)


def pair(
    day: str,
    sector: str,
    reference: str,
    door: int = 1,
    amount: str = "300.00",
    crisis: str | None = None,
    **truth: object,
) -> Pair:
    """A report on `day` about a household behind `door`; of the truth only what differs."""
    partner = next(one for one in PARTNERS if one.sector == sector)
    content = {
        "arrears": {"reference": reference, "kind": KINDS[sector], "amount": amount, "crisis": crisis},
        "person": {"surname": "Voorbeeld"},
        "address": {"postcode": "7607GC", "houseNumber": door},
    }
    return _sent(day, partner.id, reference, REPORTED_TYPE, content, truth)


def change(day: str, sector: str, reference: str, amount: str) -> Pair:
    """The partner tells a new amount."""
    partner = next(one for one in PARTNERS if one.sector == sector)
    return _sent(day, partner.id, reference, CHANGED_TYPE, {"arrears": {"reference": reference, "amount": amount}}, {})


def withdrawal(day: str, sector: str, reference: str, reason: str = "paid") -> Pair:
    """The partner takes its signals back."""
    partner = next(one for one in PARTNERS if one.sector == sector)
    content = {"reason": reason, "arrears": {"reference": reference}}
    return _sent(day, partner.id, reference, WITHDRAWN_TYPE, content, {})


def _sent(
    day: str, partner_id: str, reference: str, kind: str, content: dict[str, Any], truth: dict[str, object]
) -> Pair:
    partner = next(one for one in PARTNERS if one.id == partner_id)
    event = {
        "specversion": "1.0",
        "id": f"made-{next(_NUMBERS):05}",
        "source": min(partner.sources),
        "type": kind,
        "time": f"{day}T09:00:00Z",
        "data": {"municipality": "0141", "signalledOn": day, **content},
    }
    wire = {"topic": f"arrears.{partner.sector}.{partner.id}", "key": reference, "value": event}
    usual = {"household": "0141-0000001", "hidden_state": "tight", "register": "found", "debt_help": False}
    return wire, {**usual, **truth}
