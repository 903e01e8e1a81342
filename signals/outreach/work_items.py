"""What does a page of work show of each household? Its open cases, why, by when, whose, and what is next.

Beside `worklist`, which says which households these are. A page of 25 households costs a handful of statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.arrears import GRAVITY
from signals.outreach.clocks import Clocks, Deadline, deadlines, help_deadline
from signals.outreach.policy import ROUTES
from signals.outreach.reasons import heaviest_reason, the_others, told, weightiest
from signals.outreach.work.standing import standing_of
from signals.outreach.work.steps import CONVERSATIONS
from signals.outreach.work.teams import team_at
from signals.outreach.worklist_query import ATTEMPTED, SPOKEN_ON, WORKED
from signals.store.urgency import AS_IT_STANDS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from signals.outreach.policy import PolicyBook
    from signals.outreach.work.claims import Claim
    from signals.outreach.work.standing import Standing
    from signals.outreach.work.steps import NextStep
    from signals.store.database import Cursor

_CASES_AT: Final = f"""
SELECT id, household_id, period, period_start, route, crisis, score, explanation, multiple, consecutive, arrears_count,
    earliest_on, received_on, policy_id, waiting, waiting_since, held, released_at,
    {ATTEMPTED.format("cases")} AS attempted, {SPOKEN_ON.format("cases")} AS spoken_on,
    coalesce(looked_as = {AS_IT_STANDS}, false) AS looked, follow_up_on, state, help_due_on,
    letter_fault
FROM cases WHERE household_id = ANY(%(households)s) AND {WORKED.format("cases")}
"""  # noqa: S608 - our own texts
_SAID_AT: Final = f"""
SELECT household.id, sectors, partners, street, city
FROM unnest(%s::bigint[]) AS household(id), LATERAL (
    SELECT array_agg(DISTINCT sector) AS sectors, array_agg(DISTINCT partner_id) AS partners,
        (array_agg(street ORDER BY event_id DESC) FILTER (WHERE street IS NOT NULL))[1] AS street,
        (array_agg(city ORDER BY event_id DESC) FILTER (WHERE city IS NOT NULL))[1] AS city
    FROM cases JOIN reports ON reports.case_id = cases.id JOIN arrears ON arrears.id = arrears_id
    WHERE cases.household_id = household.id AND {WORKED.format("cases")} AND withdrawn IS NULL) AS said
"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class Key:
    """The place of an item in its queue; of the address it holds nothing, only the number of its first case.

    `urgency` is the whole number of the queue's own order (`store.urgency`).
    """

    municipality: str
    urgency: int
    earliest_on: date
    case: int

    @property
    def text(self) -> str:
        """For a link: "0141.303.2026-11-02.4711"."""
        return f"{self.municipality}.{self.urgency}.{self.earliest_on.isoformat()}.{self.case}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """What `text` gave, or None when it is none."""
        parts = text.split(".")
        try:
            municipality, urgency, day, case = parts
            key = cls(municipality, int(urgency), date.fromisoformat(day), int(case))
        except ValueError:
            return None
        return key if key.text == text and 0 <= key.urgency < 2**31 > key.case >= 0 else None


@dataclass(frozen=True, slots=True)
class Place:
    """Which household stands where."""

    key: Key
    household: int
    postcode: str
    number: int
    suffix: str


@dataclass(frozen=True, slots=True)
class WorkCase:
    """One case of a listed household on which there is work; attempts and the first conversation since receipt."""

    id: int
    household_id: int
    period: str
    period_start: date
    route: str
    crisis: str | None
    score: int
    explanation: list[dict[str, Any]]
    multiple: bool
    consecutive: bool
    arrears_count: int
    earliest_on: date
    received_on: date
    policy_id: int
    waiting: bool
    waiting_since: datetime | None
    held: bool
    released_at: datetime | None
    attempted: bool
    spoken_on: date | None
    looked: bool
    follow_up_on: date | None
    state: str
    help_due_on: date | None  # closed with accepted help while something threatens: the day for the conversation
    letter_fault: str | None  # why its letter could not be made, or that it came back

    @property
    def help_due(self) -> Deadline | None:
        """The clock of accepted help, where it runs."""
        return None if self.help_due_on is None else help_deadline(self.help_due_on)

    def reason(self, language: str) -> str:
        """What weighs most in the score, in words; of equals the first."""
        return heaviest_reason(self.explanation, language)

    def reasons(self, language: str) -> str:
        """The few reasons that weigh most in the score, with their points."""
        return "; ".join([told(one.words, one.points) for one in weightiest(self.explanation, language)])

    def other_reasons(self, language: str) -> list[str]:
        """What `reasons` leaves out of the score, so that both together add up to it."""
        return [told(one.words, one.points) for one in the_others(self.explanation, language)]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A household in a queue; `cases` are all its open ones, that which gives it its place first."""

    key: Key
    household: int
    postcode: str
    number: int
    suffix: str
    street: str | None
    city: str | None
    cases: tuple[WorkCase, ...]
    sectors: tuple[str, ...]
    partners: tuple[str, ...]
    due: Deadline | None
    claim: Claim | None
    team: str | None
    step: NextStep | None

    @property
    def municipality(self) -> str:
        """Its code."""
        return self.key.municipality

    @property
    def first(self) -> WorkCase:
        """The case that gives the household its place."""
        return self.cases[0]

    @property
    def comes_up_on(self) -> date:
        """The day by which it stands in the order of "follow-up" (`store.urgency.FOLLOW_UP`)."""
        return self.first.follow_up_on or self.first.earliest_on

    @property
    def worked_route(self) -> str:
        """The gravest route of the open cases: what the household is worked by."""
        return max((case.route for case in self.cases), key=ROUTES.index)

    @property
    def crisis(self) -> str | None:
        """The gravest crisis that threatens."""
        return max((case.crisis for case in self.cases), key=GRAVITY.__getitem__)

    @property
    def consecutive(self) -> bool:
        """Whether there were signals in the six months before one of the cases."""
        return any(case.consecutive for case in self.cases)

    @property
    def held(self) -> bool:
        """Whether a case is held for review."""
        return any(case.held for case in self.cases)

    @property
    def letter_fault(self) -> str | None:
        """Why no letter could be made for one of the cases, or that it came back."""
        return next((case.letter_fault for case in self.cases if case.letter_fault), None)

    @property
    def looked(self) -> bool:
        """Whether somebody looked at the crisis or death of the case that gives it its place, as that stands."""
        return self.first.looked


def due_of(
    received_on: date, clocks: Clocks, crisis: str | None, *, attempted: bool, spoken_on: date | None = None
) -> Deadline | None:
    """The first clock of a case that still runs; an attempt stops the first one, a conversation the second."""
    stopped = {"contact-attempt": attempted, "first-conversation": spoken_on is not None}
    running = deadlines(received_on, clocks, conversation_on=spoken_on, crisis=crisis)
    return next((one for one in running if not stopped.get(one.name)), None)


def work_items(cursor: Cursor, places: Sequence[Place], book: PolicyBook, today: date) -> tuple[WorkItem, ...]:
    """All that a page shows of these households, in their order."""
    if not places:
        return ()
    listing = _listing(cursor, [place.household for place in places], book, today)
    return tuple(listing.item(place) for place in places)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the partners said of a household."""

    sectors: tuple[str, ...]
    partners: tuple[str, ...]
    street: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class _Listing:
    """What was read of the households of one page."""

    book: PolicyBook
    today: date
    cases: dict[int, list[WorkCase]]
    said: dict[int, _Said]
    standing: dict[int, Standing]

    def item(self, place: Place) -> WorkItem:
        said, standing = self.said[place.household], self.standing[place.household]
        cases = sorted(self.cases[place.household], key=lambda case: (case.id != place.key.case, case.period_start))
        return WorkItem(
            key=place.key,
            household=place.household,
            postcode=place.postcode,
            number=place.number,
            suffix=place.suffix,
            street=said.street,
            city=said.city,
            cases=tuple(cases),
            sectors=said.sectors,
            partners=said.partners,
            due=self._due(cases),
            claim=standing.claim,
            team=self._team(place, said.partners),
            step=standing.step,
        )

    def _due(self, cases: Collection[WorkCase]) -> Deadline | None:
        found = (
            due_of(
                one.received_on,
                self.book.by_id[one.policy_id].clocks,
                one.crisis,
                attempted=one.attempted,
                spoken_on=one.spoken_on,
            )
            for one in cases
            if one.state == "open"
        )
        helping = (one.help_due for one in cases)
        return min((one for one in (*found, *helping) if one is not None), key=lambda one: one.due, default=None)

    def _team(self, place: Place, partners: Collection[str]) -> str | None:
        teams = self.book.in_force(place.key.municipality, self.today).teams
        return team_at(self.standing[place.household].assigned, teams, place.postcode, partners)


def _listing(cursor: Cursor, households: list[int], book: PolicyBook, today: date) -> _Listing:
    cursor.execute(_SAID_AT, (households,), prepare=True)
    said = {row[0]: _Said(tuple(row[1] or ()), tuple(row[2] or ()), *row[3:]) for row in cursor}
    return _Listing(book, today, _cases_at(cursor, households), said, standing_of(cursor, households))


def _cases_at(cursor: Cursor, households: list[int]) -> dict[int, list[WorkCase]]:
    found: dict[int, list[WorkCase]] = {household: [] for household in households}
    named = {"households": households, "conversations": sorted(CONVERSATIONS)}
    cursor.execute(_CASES_AT.encode(), named, prepare=True)
    for row in cursor:
        case = WorkCase(*row)
        found[case.household_id].append(case)
    return found
