"""What is the next work, page by page? The queues of the workbench, quick at any length.

Reading only, for `web`; `queues` gives whole queues to the command line. Work is listed per household, because two open
cases of one household are worked as one (borders.md section 4.4), in the exact order of section 4.10 within each
municipality, and by municipality first. A page is asked for with the `Key` of the last item before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from signals.contract.codes import CRISES
from signals.outreach import worklist_query as asked
from signals.outreach.policy import Policy, PolicyBook, numbered, parse_policy
from signals.outreach.work_items import Key, Place, WorkItem, due_of, work_items
from signals.store.planning import in_index_order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from collections.abc import Set as AbstractSet

    from signals.outreach.clocks import Clocks
    from signals.store.database import Cursor

QUEUES: Final = ("letters", "visits", "follow-up", "review")
PAGE_SIZE: Final = 25
COMMON: Final = "-"
"""In `WorkFilter.team`: the households that are in no team's queue."""
_DELIVERY: Final = "end-of-delivery"  # the crisis with a clock of its own


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Which households of a queue are wanted; empty and None let all pass.

    Attributes:
        queue: One of `QUEUES`.
        municipalities: Only these; nothing is listed of others.
        route: Of one of the household's open cases.
        sector: Of one of the arrears that count.
        crises: One of these threatens.
        consecutive: Whether there were signals in the six months before.
        due_before: A clock of an open case ends on this day or before.
        postcode: How the postcode begins; for planning a route only.
        claim: "mine", "unclaimed" or "anyone".
        user: Whose claims are "mine".
        team: The key of a team, or `COMMON`.
        today: The teams of the policy in force on this day.
    """

    queue: str
    municipalities: AbstractSet[str]
    today: date
    route: str | None = None
    sector: str | None = None
    crises: Collection[str] = ()
    consecutive: bool | None = None
    due_before: date | None = None
    postcode: str = ""
    claim: str = "anyone"
    user: str = ""
    team: str | None = None


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of a queue.

    Attributes:
        items: The households, most urgent first.
        next: Where the page after it begins; None when this is the last.
        teams: The names of the teams there are today, by key.
        municipalities: The names of those that were asked for and have a policy, by code.
    """

    items: tuple[WorkItem, ...]
    next: Key | None
    teams: Mapping[str, str]
    municipalities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a filter asks of the database: conditions and their parameters, the same in every municipality."""

    conditions: list[str] = field(default_factory=list)
    of_case: list[str] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)

    def all(self) -> list[str]:
        wanted = [asked.CASE_WANTED.format(" AND ".join(self.of_case))] if self.of_case else []
        return [*self.conditions, *wanted]


def work_page(cursor: Cursor, wanted: WorkFilter, after: Key | None = None, size: int = PAGE_SIZE) -> WorkPage:
    """The households of a queue that come after `after`, most urgent first."""
    book = policies_of(cursor, wanted.municipalities)
    places: list[Place] = []
    with in_index_order(cursor):
        for municipality in sorted(wanted.municipalities & book.municipalities):
            if after is not None and municipality < after.municipality:
                continue
            start = after if after is not None and municipality == after.municipality else None
            places += _places(cursor, wanted, book, municipality, start, size + 1)
            if len(places) > size:
                break
    items = work_items(cursor, places[:size], book, wanted.today)
    policies = [book.in_force(municipality, wanted.today) for municipality in sorted(book.municipalities)]
    return WorkPage(
        items,
        items[-1].key if len(places) > size else None,
        teams={team.key: team.name for policy in policies for team in policy.teams},
        municipalities={policy.municipality: policy.name for policy in policies},
    )


def policies_of(cursor: Cursor, municipalities: Collection[str]) -> PolicyBook:
    """The policies of these municipalities; what was parsed before is not parsed again."""
    cursor.execute("SELECT id, body FROM policy_versions WHERE municipality = ANY(%s)", (list(municipalities),))
    return PolicyBook(_parsed(number, body) for number, body in cursor)


@lru_cache(1024)
def _parsed(number: int, body: str) -> Policy:
    return numbered(parse_policy(body, f"policy version {number}"), number)


def _places(
    cursor: Cursor, wanted: WorkFilter, book: PolicyBook, municipality: str, after: Key | None, size: int
) -> list[Place]:
    """The next households in one municipality."""
    ask = _asked(wanted, book, municipality)
    ask.named["municipality"] = municipality
    if after is not None:
        ask.conditions.append(asked.AFTER)
        ask.named.update(urgency=after.urgency, earliest_on=after.earliest_on, case=after.case)
    cursor.execute(asked.page_query(wanted.queue, ask.all(), size).encode(), ask.named, prepare=True)
    return [Place(Key(municipality, row[2], row[3], row[0]), row[1], *row[4:7]) for row in cursor]


def _asked(wanted: WorkFilter, book: PolicyBook, municipality: str) -> _Asked:
    ask = _Asked()
    if wanted.postcode:
        ask.conditions.append(asked.POSTCODE)
        ask.named.update(postcode=wanted.postcode, postcode_end=f"{wanted.postcode}~")
    if wanted.claim in {"mine", "unclaimed"}:
        ask.conditions.append(asked.MINE if wanted.claim == "mine" else asked.UNCLAIMED)
        ask.named["user"] = wanted.user
    if wanted.team is not None:
        teams = book.in_force(municipality, wanted.today).teams
        condition, named = asked.team_condition(teams, None if wanted.team == COMMON else wanted.team)
        ask.conditions.append(condition)
        ask.named.update(named)
    _ask_of_case(wanted, book, municipality, ask)
    return ask


def _ask_of_case(wanted: WorkFilter, book: PolicyBook, municipality: str, ask: _Asked) -> None:
    simple = {
        "route": (asked.ROUTE, wanted.route),
        "sector": (asked.SECTOR, wanted.sector),
        "crises": (asked.CRISIS, sorted(wanted.crises) or None),
        "consecutive": (asked.CONSECUTIVE, wanted.consecutive),
    }
    for name, (condition, value) in simple.items():
        if value is not None:
            ask.of_case.append(condition)
            ask.named[name] = value
    if wanted.due_before is not None:
        ask.of_case.append(asked.DUE)
        ask.named.update(_received_through(wanted.due_before, book, municipality))


def _received_through(due_before: date, book: PolicyBook, municipality: str) -> dict[str, list[Any]]:
    """For each policy and kind of case: the last day of receipt that makes it due by `due_before`."""
    versions = [policy for policy in book.versions() if policy.municipality == municipality]
    rows = [
        (policy.id, delivery, attempted, _last_receipt(policy.clocks, delivery, attempted, due_before))
        for policy in versions
        for delivery in (False, True)
        for attempted in (False, True)
    ]
    columns = ("policies", "deliveries", "attempted", "through")
    return {name: [row[place] for row in rows] for place, name in enumerate(columns)}


def _last_receipt(clocks: Clocks, delivery: bool, attempted: bool, due_before: date) -> date:  # noqa: FBT001 - three answers of one table row
    """A later receipt never makes a case due earlier, so the days are gone back one by one."""
    day = due_before
    while (due := due_of(day, clocks, _DELIVERY if delivery else None, attempted=attempted)) and due.due > due_before:
        day -= timedelta(days=1)
    return day


def threatening(kind: str) -> tuple[str, ...]:
    """The crises that a choice of the filter means: one, or "any"."""
    return CRISES if kind == "any" else (kind,)


def household_of(cursor: Cursor, case: int) -> tuple[int, str] | None:
    """The household of a case that was not removed, and its municipality."""
    cursor.execute("SELECT household_id, municipality FROM cases WHERE id = %s AND state <> 'removed'", (case,))
    return cursor.fetchone()
