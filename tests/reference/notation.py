"""How is a story written down? One line an event, and what must come of it.

A story can be judged by the reference (`judged`), and its `event_set` by the pure core and the whole system.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from .generate import EventSet
from .model import judge
from .policy import almelo
from .wire import ABSENT, Fact, House

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .model import EventKey, Outcome

NEW = "not-yet-picked-up"


class More(TypedDict, total=False):
    """What an event may say besides the usual; `at` is a house at 7607GC when it is only a number."""

    at: int | str | House
    arisen: str
    time: str
    crisis: str | None
    source: str
    municipality: str
    objected: bool | None
    surname: str | None
    business_name: str | None


class PolicyChanges(TypedDict, total=False):
    """What differs from a shipped policy."""

    valid_from: str
    period: str
    repeat_window_days: int
    count: str
    threshold: dict[str, str]
    window: dict[str, dict[str, int]]
    route: dict[str, Any]


@dataclass(frozen=True)
class Story:
    """Events and their results under one rule of borders.md section 4.

    `statuses` and `cases` are complete; `arrears` is looked at for the cases it names; `held` names the cases
    held in review, `outcomes` the reason of closed cases, where given. `scores` with `order` tell rule 10.
    """

    name: str
    rule: str
    facts: Sequence[Fact]
    statuses: Mapping[str, str]
    cases: Mapping[str, str]
    arrears: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    policies: Sequence[dict[str, Any]] = field(default_factory=lambda: [almelo()])
    held: frozenset[str] = frozenset()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    order: Sequence[str] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)  # event id → what a connected register says

    @property
    def event_set(self) -> EventSet:
        """The events with policies, partners, lines: everything that the system needs."""
        return EventSet(tuple(self.facts), tuple(self.policies))

    def judged(self) -> Outcome:
        """What the reference makes of it."""
        given = self.event_set
        return judge(given.events, given.policies, lambda report: self.verdicts.get(report.id))

    def status_by_id(self, signal_status: Mapping[EventKey, str]) -> dict[str, str]:
        """The statuses by id alone, as the story names them."""
        return {key[1]: status for key, status in signal_status.items()}


def report(event_id: str, day: str, arrears: str, amount: str = "100.00", **more: Unpack[More]) -> Fact:
    """A report: report("a", "2026-11-02", "welbions/R1", "612.50", at=House(12), crisis="eviction")."""
    return _fact("reported", event_id, day, arrears, amount=amount, **more)


def change(event_id: str, day: str, arrears: str, amount: str | None = None, **more: Unpack[More]) -> Fact:
    """A new amount and/or crisis; without `crisis` that is as it was, `crisis=None` ends it."""
    return _fact("changed", event_id, day, arrears, amount=amount, **more)


def withdraw(event_id: str, day: str, arrears: str, reason: str, **more: Unpack[More]) -> Fact:
    """The arrears no longer counts."""
    return _fact("withdrawn", event_id, day, arrears, reason=reason, **more)


def policy(base: dict[str, Any] | None = None, **changes: Unpack[PolicyChanges]) -> dict[str, Any]:
    """Almelo's policy (or `base`) with changes."""
    document: dict[str, Any] = (base or almelo()) | changes
    if "valid_from" in changes:
        document["valid_from"] = date.fromisoformat(changes["valid_from"])
    return document


def _fact(
    kind: str,
    event_id: str,
    day: str,
    arrears: str,
    *,
    amount: str | None = None,
    reason: str = "",
    **more: Unpack[More],
) -> Fact:
    partner, reference = arrears.split("/")
    at = more.get("at", 12)
    return Fact(
        kind=kind,
        id=event_id,
        signalled_on=date.fromisoformat(day),
        partner=partner,
        reference=reference,
        time=more.get("time", f"{day}T08:00:00Z"),
        municipality=more.get("municipality", "0141"),
        source=more.get("source", ""),
        amount=amount,
        crisis=more.get("crisis", ABSENT),
        reason=reason,
        house=at if isinstance(at, House) else House(at),
        arisen_on=date.fromisoformat(more["arisen"]) if "arisen" in more else None,
        objected=more.get("objected"),
        surname=more.get("surname", "Jansen"),
        business_name=more.get("business_name"),
    )
