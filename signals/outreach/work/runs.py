"""What would go out with a letter run, and letting it go (design.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row

from signals.contract.moments import AMSTERDAM
from signals.outreach.queues import policy_book
from signals.outreach.release import release
from signals.outreach.teams import team_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from signals.outreach.policy import PolicyBook
    from signals.outreach.release import Released
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

RUN_SIZE: Final = 500
"""The most cases that one run holds; what is over waits for the next."""
_LOOKED_AT: Final = 5 * RUN_SIZE
# A visit "waits" also when it is under way: then the household is worked as a visit (borders.md section 4.4).
_WAITING: Final = """
SELECT cases.id, cases.household_id AS household, cases.municipality, postcode, number, suffix, period, earliest_on,
    score, arrears.sectors, arrears.partners, assignments.household_id IS NOT NULL AS assigned, assignments.team,
    CASE WHEN held THEN 'held' WHEN EXISTS (SELECT FROM cases AS other
            WHERE other.household_id = cases.household_id AND other.state = 'open' AND other.route = 'home-visit')
        THEN 'visit-waits'
        WHEN claims.household_id IS NOT NULL THEN 'claimed' WHEN why = 'promised' THEN 'step-promised' END AS hindrance
FROM (SELECT * FROM cases WHERE state = 'open' AND waiting AND route = 'letter' AND municipality = ANY(%(here)s)
    ORDER BY earliest_on, id LIMIT %(most)s) AS cases
JOIN households ON households.id = cases.household_id JOIN addresses ON addresses.id = address_id
LEFT JOIN claims ON claims.household_id = cases.household_id
LEFT JOIN next_steps ON next_steps.household_id = cases.household_id
LEFT JOIN assignments ON assignments.household_id = cases.household_id
CROSS JOIN LATERAL (SELECT array_agg(DISTINCT sector ORDER BY sector) AS sectors,
        array_agg(DISTINCT partner_id ORDER BY partner_id) AS partners
    FROM reports JOIN arrears ON arrears.id = arrears_id
    WHERE case_id = cases.id AND withdrawn IS NULL) AS arrears
ORDER BY earliest_on, cases.id
"""


@dataclass(frozen=True, slots=True)
class RunCase:
    """A case that would go out: all of its household's waiting letters go out with it."""

    id: int
    household: int
    address: str
    municipality: str
    period: str
    earliest_on: date
    score: int
    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A waiting letter that does not go out; `reason` is "held", "visit-waits", "claimed" or "step-promised"."""

    id: int
    household: int
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a letter run would let go (at most RUN_SIZE), whether there is `more`, and what stays behind, and why."""

    cases: tuple[RunCase, ...]
    more: bool
    excluded: tuple[Excluded, ...]


def run_preview(cursor: Cursor, municipalities: Collection[str], team: str | None = None) -> Preview:
    """The letters that wait in these municipalities, oldest first; of one team only when given (a key of the policy).

    Of a long queue the oldest are looked at: what would not go out does not fill the run.
    """
    waiting = _waiting(cursor, municipalities)
    if team is not None:
        book = policy_book(cursor)
        waiting = [one for one in waiting if _team(one, book) == team]
    going = [one for one in waiting if one.hindrance is None]
    staying = [one for one in waiting if one.hindrance is not None]
    return Preview(
        cases=tuple(one.run_case() for one in going[:RUN_SIZE]),
        more=len(going) > RUN_SIZE,
        excluded=tuple(Excluded(one.id, one.household, one.address, one.hindrance or "") for one in staying[:RUN_SIZE]),
    )


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: int
    household: int
    municipality: str
    postcode: str
    number: int
    suffix: str
    period: str
    earliest_on: date
    score: int
    sectors: list[str]
    partners: list[str]
    assigned: bool
    team: str | None
    hindrance: str | None

    @property
    def address(self) -> str:
        return f"{self.postcode} {self.number} {self.suffix}".rstrip()

    def run_case(self) -> RunCase:
        return RunCase(
            self.id,
            self.household,
            self.address,
            self.municipality,
            self.period,
            self.earliest_on,
            self.score,
            tuple(self.sectors),
        )


def _waiting(cursor: Cursor, municipalities: Collection[str]) -> list[_Waiting]:
    with cursor.connection.cursor(row_factory=class_row(_Waiting)) as reading:
        return reading.execute(_WAITING, {"here": sorted(municipalities), "most": _LOOKED_AT}).fetchall()


def _team(one: _Waiting, book: PolicyBook) -> str | None:
    if one.assigned:
        return one.team
    policy = book.in_force(one.municipality, datetime.now(AMSTERDAM).date())
    return team_of(policy.teams, one.postcode, one.partners)


def release_run(cursor: Cursor, cases: Sequence[int], actor: Actor, *, reviewed: bool = False) -> list[Released]:
    """Release these cases, all or none; `reviewed` also what is held because of a death. Raises NotReleasedError.

    Writes the audit line "release" itself, with the actor's id; the history has the name.
    """
    return release(cursor, cases, actor=actor.id, name=actor.name, reviewed=reviewed)
