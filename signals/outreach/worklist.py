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
from signals.outreach.teams import queues_wanted
from signals.outreach.work.steps import CONVERSATIONS
from signals.outreach.work_items import Key, Place, WorkItem, work_items
from signals.store.planning import in_index_order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from signals.outreach.clocks import Clock
    from signals.store.database import Cursor

QUEUES: Final = ("letters", "visits", "follow-up", "review")
PAGE_SIZE: Final = 25
_CLAIMS: Final = {"mine": asked.MINE, "given": asked.GIVEN, "unclaimed": asked.UNCLAIMED}
_HELD: Final = frozenset({"mine", "given"})
_GIVEN_AT_MOST: Final = 100
LOOKED_AT: Final = 1000
"""So many households of a queue are looked at for one page, however few of them are wanted."""


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
        clock: Only this one of them, by its name (`worklist_query.DUE`).
        postcode: How the postcode begins; for planning a route only.
        claim: "mine" or "given" (what of it was handed over and not looked at yet; both whatever `team` says),
            "unclaimed" or "anyone".
        user: Whose claims are "mine".
        team: The key of a team, or `teams.COMMON`; or the teams that `user` is in, for whose work comes first there
            (`teams.queues_wanted`).
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
    clock: str | None = None
    postcode: str = ""
    claim: str = "anyone"
    user: str = ""
    team: str | Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of a queue.

    Attributes:
        items: The households, most urgent first.
        next: Where the page after it begins; None when this is the last.
        teams: The names of the teams there are today, by key.
        municipalities: The names of those that were asked for and have a policy, by code.
        given: Whether anything was handed over to the user who did not open it yet (`handed_over`).
    """

    items: tuple[WorkItem, ...]
    next: Key | None
    teams: Mapping[str, str]
    municipalities: Mapping[str, str]
    given: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a filter asks of one municipality's queue: conditions and their parameters.

    `which` says where the page begins. `few` holds what lets the database find the households that pass by themselves,
    where that is known of the filter; it lets all of them through.
    """

    queue: str
    municipality: str
    which: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    of_case: list[str] = field(default_factory=list)
    few: list[str] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)

    def wanted(self) -> list[str]:
        of_case = [asked.CASE_WANTED.format(" AND ".join(self.of_case))] if self.of_case else []
        return [*self.conditions, *of_case]


def work_page(cursor: Cursor, wanted: WorkFilter, after: Key | None = None, size: int = PAGE_SIZE) -> WorkPage:
    """The households of a queue that come after `after`, most urgent first.

    A page may hold fewer than `size`, even none, and still have a next one: then so many were looked at (`LOOKED_AT`).
    """
    book, given = _policies_and_gifts(cursor, wanted)
    places: list[Place] = []
    beyond: Key | None = None
    for municipality in sorted(wanted.municipalities & book.municipalities):
        if after is not None and municipality < after.municipality:
            continue
        start = after if after is not None and municipality == after.municipality else None
        found, beyond = _places(cursor, _asked(wanted, book, municipality, start), size + 1 - len(places))
        places += found
        if len(places) > size or beyond is not None:
            break
    items = work_items(cursor, places[:size], book, wanted.today)
    policies = [book.in_force(municipality, wanted.today) for municipality in sorted(book.municipalities)]
    return WorkPage(
        items,
        items[-1].key if len(places) > size else beyond,
        teams={team.key: team.name for policy in policies for team in policy.teams},
        municipalities={policy.municipality: policy.name for policy in policies},
        given=given,
    )


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Households that were handed over to someone who did not open them yet: all of them, and those of each queue."""

    households: int
    queues: Mapping[str, int]


def handed_over(cursor: Cursor, user: str, municipalities: AbstractSet[str], today: date) -> HandedOver:
    """What was handed over to this user; a queue has the number that the filter "given" lists there.

    Counted up to 100 a queue and municipality; empty queues are left out.
    """
    book = policies_of(cursor, municipalities)
    found: dict[str, set[int]] = {}
    for queue in QUEUES:
        wanted = WorkFilter(queue, municipalities, today, claim="given", user=user)
        asks = [_asked(wanted, book, one, None) for one in sorted(municipalities & book.municipalities)]
        found[queue] = {place.household for ask in asks for place in _places(cursor, ask, _GIVEN_AT_MOST)[0]}
    households: set[int] = set().union(*found.values())
    return HandedOver(len(households), {queue: len(there) for queue, there in found.items() if there})


def _policies_and_gifts(cursor: Cursor, wanted: WorkFilter) -> tuple[PolicyBook, bool]:
    """The policies, and by the way whether anything was handed over to the user: each page of work asks for both."""
    cursor.execute(
        """SELECT id, body, EXISTS (SELECT FROM claims WHERE user_id = %s AND given_by IS NOT NULL)
        FROM policy_versions WHERE municipality = ANY(%s)""",
        (wanted.user, list(wanted.municipalities)),
    )
    rows = cursor.fetchall()
    return PolicyBook(_parsed(number, body) for number, body, _ in rows), any(given for _, _, given in rows)


def policies_of(cursor: Cursor, municipalities: Collection[str]) -> PolicyBook:
    """The policies of these municipalities; what was parsed before is not parsed again."""
    cursor.execute("SELECT id, body FROM policy_versions WHERE municipality = ANY(%s)", (list(municipalities),))
    return PolicyBook(_parsed(number, body) for number, body in cursor)


@lru_cache(1024)
def _parsed(number: int, body: str) -> Policy:
    return numbered(parse_policy(body, f"policy version {number}"), number)


def _places(cursor: Cursor, ask: _Asked, size: int) -> tuple[list[Place], Key | None]:
    """The next `size` households; when there are fewer in what was looked at, how far that was (None: to the end)."""
    wanted = ask.wanted()
    with in_index_order(cursor):
        found = _read(cursor, ask, asked.page_query(ask.queue, ask.which, wanted, size, LOOKED_AT))
        if len(found) == size or not wanted:
            return found, None
        if not ask.few:
            last = _read(cursor, ask, asked.last_looked_at_query(ask.queue, ask.which, LOOKED_AT))
            return found, last[0].key if last else None
    gathering = asked.gathering_query(ask.queue, ask.which, [*ask.few, *wanted], size)
    return _read(cursor, ask, gathering, prepare=False), None  # planned for these very values


def _read(cursor: Cursor, ask: _Asked, statement: str, *, prepare: bool = True) -> list[Place]:
    cursor.execute(statement.encode(), ask.named, prepare=prepare)
    return [Place(Key(ask.municipality, row[2], row[3], row[0]), row[1], *row[4:7]) for row in cursor]


def _asked(wanted: WorkFilter, book: PolicyBook, municipality: str, after: Key | None) -> _Asked:
    ask = _Asked(wanted.queue, municipality, named={"municipality": municipality})
    if after is not None:
        ask.which.append(asked.after(wanted.queue))
        ask.named.update(urgency=after.urgency, earliest_on=after.earliest_on, case=after.case)
    if wanted.postcode:
        ask.conditions.append(asked.POSTCODE)
        ask.few.append(asked.POSTCODE)
        ask.named.update(postcode=wanted.postcode, postcode_end=f"{wanted.postcode}~")
    if wanted.claim in _CLAIMS:
        ask.conditions.append(_CLAIMS[wanted.claim])
        ask.named["user"] = wanted.user
    if wanted.claim in _HELD:
        ask.few.append(_CLAIMS[wanted.claim])
    teams = book.in_force(municipality, wanted.today).teams
    team = None if wanted.claim in _HELD else wanted.team  # what I hold is mine, whatever team its area is of
    if (queues := queues_wanted(teams, team)) is not None:
        condition, named = asked.team_condition(teams, queues)
        ask.conditions.append(condition)
        ask.named.update(named)
        if (area := asked.area_condition(teams, queues)) is not None:
            ask.few.append(area[0])
            ask.named.update(area[1])
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
        versions = [policy for policy in book.versions() if policy.municipality == municipality]
        ask.of_case.append(asked.due(wanted.clock))
        ask.named.update(began_by(wanted.due_before, versions), conversations=sorted(CONVERSATIONS))
        ask.named["due_before"] = wanted.due_before


def began_by(due_before: date, versions: Sequence[Policy]) -> dict[str, list[Any]]:
    """For each policy and clock: the last day on which it may have begun to be due by `due_before`."""
    return {
        "policies": [policy.id for policy in versions],
        "attempt": [_last_start(policy.clocks.contact_attempt, due_before) for policy in versions],
        "conversation": [_last_start(policy.clocks.first_conversation, due_before) for policy in versions],
        "decision": [_last_start(policy.clocks.decision, due_before) for policy in versions],
        "contract_end": [_last_start(policy.clocks.contract_end, due_before) for policy in versions],
    }


def _last_start(clock: Clock, due_before: date) -> date:
    """A later start never makes it due earlier, so the days are gone back one by one."""
    day = due_before
    while clock.due(day) > due_before:
        day -= timedelta(days=1)
    return day


def threatening(kind: str) -> tuple[str, ...]:
    """The crises that a choice of the filter means: one, or "any"."""
    return CRISES if kind == "any" else (kind,)


def household_of(cursor: Cursor, case: int) -> tuple[int, str] | None:
    """The household of a case that was not removed, and its municipality."""
    cursor.execute("SELECT household_id, municipality FROM cases WHERE id = %s AND state <> 'removed'", (case,))
    return cursor.fetchone()
