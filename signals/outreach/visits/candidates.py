"""Which households could be visited on a part of a day, and why are others left out? For `lists`; reading only.

Whoever waits for a visit, was let go for one, or has one as the next step. What stands in the way is a code: a list is
proposed without those, and looked at once more when it is released, while the households are locked.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from signals.contract.codes import PARTS_OF_DAY
from signals.contract.moments import AMSTERDAM
from signals.households.address import HouseholdAddress
from signals.outreach.clocks import THREATENING
from signals.outreach.visits.places import place_of
from signals.outreach.work.doors import unsafe
from signals.outreach.worklist import policies_of
from signals.outreach.worklist_query import ATTEMPTED, team_condition
from signals.store.urgency import UNDER_WAY, URGENCY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.outreach.policy import PolicyBook
    from signals.outreach.visits.instance import Point
    from signals.outreach.visits.places import Place
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

HINDRANCES: Final = ("held", "unsafe", "moved", "withdrawn", "on-a-list", "claimed", "promised", "later", "other-part")
"""Why a household is not visited there and then, the first that applies.

A death to look at; nobody goes there; heard to have moved; no arrears counts any more; in another list; a colleague has
it in hand; something else is agreed; the next step is for a later day, or for another part of the day.
"""
LEAVES_AT: Final[Mapping[str, time]] = MappingProxyType(
    {"morning": time(9), "afternoon": time(13), "evening": time(18)}
)
"""When a pair leaves on a part of the day, unless somebody said otherwise."""
NOT_DUE: Final = frozenset({"later", "other-part"})
"""Those that are no obstacle but another time: a person may put such a household on a list all the same."""
# A household is due at the door (`c` is one of its cases): it waits for a visit; a visit or a card is its next step; or
# it was let go for a visit, and nothing was tried since, also where a letter was the next step of what was before it.
_DUE: Final = f"""
SELECT c.household_id FROM cases AS c
WHERE c.municipality = %(here)s AND c.waiting AND NOT c.held AND c.route = 'home-visit'
    AND (%(only)s::bigint[] IS NULL OR c.household_id = ANY(%(only)s))
UNION SELECT c.household_id FROM cases AS c JOIN next_steps AS s ON s.household_id = c.household_id
WHERE c.municipality = %(here)s AND {UNDER_WAY} AND s.kind IN ('home-visit', 'card')
    AND (%(only)s::bigint[] IS NULL OR c.household_id = ANY(%(only)s))
UNION SELECT c.household_id FROM cases AS c
WHERE c.municipality = %(here)s AND {UNDER_WAY} AND c.state = 'open' AND c.route = 'home-visit'
    AND c.released_route = 'home-visit' AND (%(only)s::bigint[] IS NULL OR c.household_id = ANY(%(only)s))
    AND NOT EXISTS (SELECT FROM next_steps AS s WHERE s.household_id = c.household_id AND s.why = 'promised')
    AND NOT EXISTS (SELECT FROM contact_attempts AS a WHERE a.household_id = c.household_id AND a.undone_at IS NULL
        AND a.at >= c.released_at)"""  # noqa: S608 - our own text
# An agreement for this very part of the day is kept by this list, which takes the household over from one of another
# moment (`planning.write_stops`); one for a day before it is kept on that day, and by this list when that day is over.
# A new signal does not wait for the day of a next step that was found before it; the part of the day that it asks
# for holds all the same. Where none asks for a part, the parts on which nobody was at home are passed over while there
# is another, also when that was for a case now closed. Where no arrears counts any more a visit that was let go is
# stopped, as a letter is (borders.md section 4.8); what was agreed is not.
_HINDRANCE: Final = f"""CASE
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open' AND b.held)
        THEN 'held'
    WHEN {unsafe("c")}
        THEN 'unsafe'
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open'
        AND b.letter_fault = 'moved') THEN 'moved'
    WHEN step.why IS DISTINCT FROM 'promised' AND NOT EXISTS (SELECT FROM cases AS b
        WHERE b.household_id = c.household_id AND (b.state = 'open' AND b.arrears_count > 0
            OR b.help_due_on IS NOT NULL)) THEN 'withdrawn'
    WHEN EXISTS (SELECT FROM visit_stops AS v JOIN visit_lists AS l ON l.id = v.list_id
        WHERE v.household_id = c.household_id AND v.state = 'planned' AND v.list_id IS DISTINCT FROM %(own)s
            AND (step.why = 'promised' AND step.kind = 'home-visit' AND step.on_day = %(day)s
                AND coalesce(step.part, %(part)s) = %(part)s AND (l.on_day, l.part) <> (%(day)s, %(part)s)) IS NOT true)
        THEN 'on-a-list'
    WHEN claims.user_id <> ALL(%(users)s) THEN 'claimed'
    WHEN step.why IN ('promised', 'announced') AND (step.kind <> 'home-visit' OR step.on_day > %(day)s OR (
        step.on_day = %(day)s AND step.part <> %(part)s) OR step.on_day >= %(today)s AND step.on_day < %(day)s)
        THEN 'promised'
    WHEN step.kind IN ('home-visit', 'card') AND step.on_day > %(day)s AND NOT EXISTS (SELECT FROM cases AS b
        WHERE b.household_id = c.household_id AND b.waiting AND NOT b.held AND b.route = 'home-visit') THEN 'later'
    WHEN step.kind = 'home-visit' AND step.part <> %(part)s AND step.why NOT IN ('promised', 'announced')
        THEN 'other-part'
    WHEN step.part IS NULL AND step.kind IS DISTINCT FROM 'card' AND (
        SELECT bool_or(a.part = %(part)s) AND count(DISTINCT a.part) < %(parts)s FROM contact_attempts AS a
        WHERE a.household_id = c.household_id AND a.kind = 'home-visit' AND NOT a.reached AND a.undone_at IS NULL
            AND a.on_day > %(tried_since)s) THEN 'other-part' END"""  # noqa: S608 - our own text
_HOMES: Final = """
WITH due AS MATERIALIZED ({due})
SELECT c.household_id, home.address_id, there.postcode, there.number, there.suffix, {hindrance},
    step.kind = 'card', coalesce(step.why IN ('promised', 'announced'), false)
FROM due AS c JOIN households AS home ON home.id = c.household_id JOIN addresses AS there ON there.id = home.address_id
    LEFT JOIN next_steps AS step ON step.household_id = c.household_id
    LEFT JOIN claims ON claims.household_id = c.household_id
WHERE {area} AND {team} ORDER BY c.household_id
"""
_CODE: Final = 5
"""The place of the hindrance in a row of `_HOMES`."""
_STANDING: Final = """
WITH due AS MATERIALIZED ({due})
SELECT c.household_id, EXISTS (SELECT FROM due WHERE due.household_id = c.household_id), {hindrance}
FROM unnest(%(only)s::bigint[]) AS c(household_id)
    LEFT JOIN next_steps AS step ON step.household_id = c.household_id
    LEFT JOIN claims ON claims.household_id = c.household_id
"""
# What keeps one from a door also where no visit is due any more, mostly because of it.
_STRONG: Final = frozenset({"held", "unsafe", "moved", "promised"})
_TRIED: Final = timedelta(days=183)
"""So long a part of the day counts on which nobody was at home."""
_AREA: Final = "(cardinality(%(area)s::text[]) = 0 OR there.postcode ^@ ANY(%(area)s::text[]))"
_CASES: Final = f"""
SELECT household_id, id, period, score, crisis, explanation::text, received_on, policy_id, waiting, route,
    {ATTEMPTED.format("cases")}
FROM cases WHERE household_id = ANY(%(homes)s) AND (state = 'open' OR help_due_on IS NOT NULL)
ORDER BY household_id, route <> 'home-visit', {URGENCY}, earliest_on, period_start, period
"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class DayWish:
    """How one pair goes on one part of a day.

    Attributes:
        municipality: Where.
        on_day: When.
        part: Of codes.PARTS_OF_DAY.
        start: Where they leave from and come back to, in RD metres.
        pair: Who go, one or two; the id of whoever does not sign in is empty.
        minutes: What the list may take, travel and visits together.
        minutes_per_visit: What one door takes.
        maximum: The most doors; None: as many as fit.
        area: How the postcodes begin; empty: the whole municipality.
        team: Only what stands in the queue of this team (its key, or `teams.COMMON`).
        urgent_within: A clock of the first contact attempt that ends so many days after the visit, or before, makes a
            household go first: who is not at home is tried again by then.
        begins: When they leave; None: as usual on that part of the day (`LEAVES_AT`).
        announced: Each of these visits is announced by letter first, and the residents may say that they want none.
    """

    municipality: str
    on_day: date
    part: str
    start: Point
    pair: tuple[Actor, ...]
    minutes: int = 180
    minutes_per_visit: int = 20
    maximum: int | None = None
    area: tuple[str, ...] = ()
    team: str | None = None
    urgent_within: int = 7
    begins: time | None = None
    announced: bool = False

    @property
    def leaves(self) -> time:
        """When they leave."""
        return self.begins or LEAVES_AT[self.part]


class HomeCase(NamedTuple):
    """A case of a household that could be visited, as far as a list asks."""

    id: int
    period: str
    score: int
    crisis: str | None
    explained: str
    received_on: date
    policy_id: int
    waiting: bool
    route: str
    attempted: bool

    @property
    def explanation(self) -> list[dict[str, Any]]:
        """Why it has its score; read when it is asked for, because a whole town is weighed to show some of it."""
        return cast("list[dict[str, Any]]", json.loads(self.explained))


@dataclass(frozen=True, slots=True)
class Home:
    """A household that could be visited; `cases` with the one first for which the visit is written down.

    Of one that is only to be counted, because something stands in the way, `cases` and `place` are not asked for.

    Attributes:
        household: Its number.
        door: The number of its address: who lives at one door is visited at once.
        address: For the place, and to be shown.
        cases: All at which there is something to do.
        hindrance: One of HINDRANCES, or None.
        kind: "home-visit", or "card" when the visits are used up.
        first: Why it goes before what has more points: "agreed", "crisis", "deadline", or None.
        place: Where it lies; None when the register does not say.
    """

    household: int
    door: int
    address: HouseholdAddress
    cases: tuple[HomeCase, ...]
    hindrance: str | None
    kind: str
    first: str | None
    place: Place | None

    @property
    def points(self) -> int:
        """What a visit is worth: the scores of its cases; a low score never means that nobody comes."""
        return sum(max(one.score, 1) for one in self.cases)


def homes(
    cursor: Cursor,
    wish: DayWish,
    actor: Actor,
    *,
    only: Collection[int] | None = None,
    own_list: int | None = None,
) -> list[Home]:
    """The households that are due at the door, by number, with what stands in the way.

    Args:
        cursor: Of the transaction.
        wish: The day and the area.
        actor: Who asks: what this person or one of the pair has in hand is not in another's.
        only: Of these households; whatever the area. All is asked of them, whatever stands in the way.
        own_list: Not in the way is standing in this list.
    """
    book = policies_of(cursor, [wish.municipality])
    team = "true"
    named: dict[str, Any] = {}
    if wish.team is not None and only is None:
        team, named = team_condition(book.in_force(wish.municipality, wish.on_day).teams, [wish.team])
    statement = _HOMES.format(due=_DUE, hindrance=_HINDRANCE, area="true" if only is not None else _AREA, team=team)
    rows = cursor.execute(statement.encode(), _asked(wish, actor, only, own_list) | named).fetchall()
    wanted = {row[0] for row in rows if only is not None or row[_CODE] is None}
    return _homes(cursor, wish, rows, wanted, book)


def hindrances(
    cursor: Cursor, wish: DayWish, actor: Actor | None, only: Collection[int], *, own_list: int | None = None
) -> dict[int, str | None]:
    """By household what stands in the way of a visit there and then: of HINDRANCES, or None; asked as `homes`.

    "changed": no visit is due there any more, for no such reason.
    """
    statement = _STANDING.format(due=_DUE, hindrance=_HINDRANCE)
    cursor.execute(statement.encode(), _asked(wish, actor, only, own_list))
    return {home: code if is_due or code in _STRONG else "changed" for home, is_due, code in cursor}


def _asked(wish: DayWish, actor: Actor | None, only: Collection[int] | None, own_list: int | None) -> dict[str, Any]:
    who = wish.pair if actor is None else (actor, *wish.pair)
    return {
        "here": wish.municipality,
        "day": wish.on_day,
        "today": datetime.now(AMSTERDAM).date(),
        "part": wish.part,
        "parts": len(PARTS_OF_DAY),
        "tried_since": wish.on_day - _TRIED,
        "area": list(wish.area),
        "only": None if only is None else sorted(only),
        "own": own_list,
        "users": [one.id for one in who if one.id],
    }


def _homes(
    cursor: Cursor, wish: DayWish, rows: list[tuple[Any, ...]], wanted: Collection[int], book: PolicyBook
) -> list[Home]:
    addresses = {row[0]: HouseholdAddress(wish.municipality, *row[2:_CODE]) for row in rows}
    places = place_of(cursor, [addresses[household] for household in wanted])
    cases = _cases(cursor, wanted)
    return [
        Home(
            household=household,
            door=door,
            address=addresses[household],
            cases=cases.get(household, ()),
            hindrance=hindrance,
            kind="card" if is_card else "home-visit",
            first="agreed" if agreed else _first(cases.get(household, ()), wish, book),
            place=places.get(addresses[household]),
        )
        for household, door, *_, hindrance, is_card, agreed in rows
    ]


def _cases(cursor: Cursor, households: Collection[int]) -> Mapping[int, tuple[HomeCase, ...]]:
    found: dict[int, list[HomeCase]] = {household: [] for household in households}
    cursor.execute(_CASES.encode(), {"homes": list(households)})
    for household, *case in cursor:
        found[household].append(HomeCase(*case))
    return {household: tuple(cases) for household, cases in found.items()}


def _first(cases: Collection[HomeCase], wish: DayWish, book: PolicyBook) -> str | None:
    """A crisis that threatens, or the clock of the first contact attempt that ends soon and was not met."""
    if any(case.crisis in THREATENING for case in cases):
        return "crisis"
    by = wish.on_day + timedelta(days=wish.urgent_within)
    running = (case for case in cases if not case.attempted)
    late = any(book.by_id[case.policy_id].clocks.contact_attempt.due(case.received_on) <= by for case in running)
    return "deadline" if late else None


def is_free(home: Home) -> bool:
    """Whether it can be on a list: nothing stands in the way but that it is due another time, which a person chose."""
    return home.hindrance is None or home.hindrance in NOT_DUE


def left_out(found: Collection[Home]) -> dict[str, int]:
    """How many households are not planned although they are due, by reason; what is due another time is not told."""
    counted = Counter(home.hindrance for home in found if home.hindrance and home.hindrance not in NOT_DUE)
    return {code: counted[code] for code in HINDRANCES if counted[code]}
