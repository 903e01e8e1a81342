"""What would go out with a letter run, and letting it go (design.md section 5).

By household: two waiting letters of one household go out together or not at all, whatever the size of the run. What was
shown is looked at once more while the households are locked, so nothing goes out that a colleague, a partner or a death
changed in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import class_row

from signals.errors import SignalsError
from signals.outreach.arrears import GRAVITY
from signals.outreach.reasons import heaviest_reason
from signals.outreach.release import release
from signals.outreach.teams import queues_wanted
from signals.outreach.work.dossier_parts import Address
from signals.outreach.worklist import policies_of
from signals.outreach.worklist_query import VISIT_BESIDE, team_condition
from signals.store.urgency import urgency_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from signals.outreach.policy import PolicyBook
    from signals.outreach.release import Released
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

RUN_SIZE: Final = 500
"""The most households that one run holds; what is over waits for the next."""
LOOKED_AT: Final = 2000
"""So many waiting letters are looked at for a list, the most urgent ones; more only when those do not fill a run."""
REASONS: Final = ("other-team", "held", "visit-waits", "claimed", "step-promised", "gone")
"""Why a letter does not go out; "gone": it waits no more."""
# A visit "waits" also when it is under way: then the household is worked as a visit (borders.md section 4.4).
_LETTERS: Final = """
WITH waiting AS (
    SELECT c.household_id,
        (array_agg(c.id ORDER BY {urgency}, c.earliest_on, c.period_start, c.period))[1] AS first_case,
        array_agg(c.id ORDER BY c.period_start, c.id) AS cases,
        array_agg(c.period ORDER BY c.period_start, c.id) AS periods
    FROM cases AS c
    WHERE c.municipality = %(municipality)s AND c.state = 'open' AND c.waiting AND c.route = 'letter' AND {which}
    GROUP BY c.household_id),
judged AS (
    SELECT c.*, postcode, number, suffix, {in_review} AS look_first, CASE
        WHEN NOT {team} THEN 'other-team'
        WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open' AND b.held)
            THEN 'held'
        WHEN {visit_beside} THEN 'visit-waits'
        WHEN claims.user_id <> %(user)s THEN 'claimed'
        WHEN next_steps.why = 'promised' THEN 'step-promised' END AS hindrance
    FROM waiting AS c JOIN households ON households.id = c.household_id JOIN addresses ON addresses.id = address_id
    LEFT JOIN claims ON claims.household_id = c.household_id
    LEFT JOIN next_steps ON next_steps.household_id = c.household_id),
placed AS (
    SELECT judged.*, f.earliest_on, f.score, f.explanation, row_number() OVER (ORDER BY NOT look_first,
        {first_urgency}, f.earliest_on, postcode, number, suffix, f.period_start, f.period) AS place
    FROM judged JOIN cases AS f ON f.id = first_case),
shown AS (
    (SELECT * FROM placed WHERE hindrance IS NULL ORDER BY place LIMIT %(most)s)
    UNION ALL (SELECT * FROM placed WHERE hindrance IS NOT NULL
        ORDER BY hindrance = 'other-team', place LIMIT %(most)s))
SELECT household_id AS household, %(municipality)s AS municipality, postcode, number, suffix, street, city, cases,
    periods, earliest_on, score, explanation, look_first, sectors, hindrance, ARRAY(SELECT o.crisis FROM cases AS o
        WHERE o.household_id = shown.household_id AND o.state = 'open' AND o.crisis IS NOT NULL) AS crises
FROM shown, LATERAL (SELECT array_agg(DISTINCT sector ORDER BY sector) AS sectors,
        (array_agg(street ORDER BY event_id DESC) FILTER (WHERE street IS NOT NULL))[1] AS street,
        (array_agg(city ORDER BY event_id DESC) FILTER (WHERE city IS NOT NULL))[1] AS city
    FROM reports JOIN arrears ON arrears.id = arrears_id
    WHERE case_id = ANY(shown.cases) AND withdrawn IS NULL) AS said
ORDER BY place
"""
# Where the walk along the letters in their order ends, and who stands before that: also whoever needs a look, wherever.
_EDGE: Final = """
SELECT {urgency}, c.earliest_on FROM cases AS c
WHERE c.municipality = %(municipality)s AND c.waiting AND NOT c.held AND c.route = 'letter'
ORDER BY {urgency}, c.earliest_on OFFSET %(looked_at)s LIMIT 1
"""
_BEFORE_EDGE: Final = """c.household_id = ANY(ARRAY(
    SELECT e.household_id FROM cases AS e
    WHERE e.municipality = %(municipality)s AND e.waiting AND NOT e.held AND e.route = 'letter'
        AND ({urgency}, e.earliest_on) <= (%(edge_urgency)s::int, %(edge_on)s::date)
    UNION SELECT r.household_id FROM cases AS r WHERE r.municipality = %(municipality)s AND r.state = 'open'
        AND (r.held OR (r.crisis IS NOT NULL AND r.waiting))))"""
# As the review queue has it: something threatens, and nobody has begun.
_IN_REVIEW: Final = """EXISTS (SELECT FROM cases AS r WHERE r.household_id = c.household_id AND r.state = 'open'
        AND r.crisis IS NOT NULL AND r.waiting)"""
_NAMED: Final = """
SELECT cases.id, cases.household_id, postcode, number, suffix, street, city
FROM cases JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
    LEFT JOIN LATERAL (SELECT street, city FROM reports WHERE reports.household_id = cases.household_id
        AND street IS NOT NULL ORDER BY event_id DESC LIMIT 1) AS said ON true
WHERE cases.id = ANY(%s) AND cases.municipality = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class RunScope:
    """Whose letters a run is of.

    Attributes:
        municipalities: Of these only.
        user: Who looks: what this person holds may go out, what a colleague holds may not.
        today: The teams of the policy in force on this day.
        team: As in `WorkFilter`: one team or the common queue, or the teams that the user is in; None: of all teams.
    """

    municipalities: Collection[str]
    user: str
    today: date
    team: str | Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class RunLetter:
    """The waiting letter cases of one household, the earliest period first; `hindrance` is one of REASONS, or None.

    Score and reason are those of the most urgent one, as in the queue. `look_first`: something threatens there, and
    nobody has begun; the household stands in the review queue.
    """

    household: int
    municipality: str
    postcode: str
    number: int
    suffix: str
    street: str | None
    city: str | None
    cases: list[int]
    periods: list[str]
    earliest_on: date
    score: int
    explanation: list[dict[str, Any]]
    look_first: bool
    sectors: list[str]
    hindrance: str | None
    crises: list[str]

    @property
    def crisis(self) -> str | None:
        """The gravest crisis that threatens at the household."""
        return max(self.crises, key=GRAVITY.__getitem__, default=None)

    def reason(self, language: str) -> str:
        """What weighs most in the score, in words."""
        return heaviest_reason(self.explanation, language)

    @property
    def address(self) -> str:
        """As "7607GC 12 ABIS"."""
        return f"{self.postcode} {self.number} {self.suffix}".rstrip()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a letter run would let go (at most RUN_SIZE households), and what stays behind.

    Attributes:
        letters: What goes out: first what needs a look before, then as in the queue.
        more: Whether there is more than one run holds.
        excluded: What does not go out, that of other teams last; of very much, what is among the `LOOKED_AT` letters
            that are the most urgent.
        teams: The names of the teams that there are today, by key.
    """

    letters: tuple[RunLetter, ...]
    more: bool
    excluded: tuple[RunLetter, ...]
    teams: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fallen:
    """A chosen letter that cannot go out: the case that was chosen, where (None: no such case here), and why."""

    case: int
    household: int | None
    place: Address | None
    reason: str


class FallenOutError(SignalsError):
    """Something of the run cannot go out any more, so nothing did: `fallen` says what; the rest can be let go anew."""

    def __init__(self, fallen: Sequence[Fallen]) -> None:
        self.fallen = tuple(fallen)
        super().__init__(f"nothing was released: {len(self.fallen)} of the letters cannot go out any more")


def run_preview(cursor: Cursor, scope: RunScope) -> Preview:
    """The letters that wait there, and why some of them stay behind."""
    book = policies_of(cursor, scope.municipalities)
    found = _letters(cursor, scope, book, RUN_SIZE + 1)
    going = [letter for letter in found if letter.hindrance is None]
    staying = [letter for letter in found if letter.hindrance is not None]
    policies = [book.in_force(municipality, scope.today) for municipality in sorted(book.municipalities)]
    return Preview(
        tuple(going[:RUN_SIZE]),
        len(going) > RUN_SIZE,
        tuple(staying[:RUN_SIZE]),
        {team.key: team.name for policy in policies for team in policy.teams},
    )


def release_letters(cursor: Cursor, scope: RunScope, chosen: Collection[int], actor: Actor) -> list[Released]:
    """Release all that waits as a letter at the households of these cases, all or none.

    Writes the audit lines "release" itself, with the actor's id; the history has the name.

    Raises:
        FallenOutError: One of them cannot go out now, as `run_preview` would say.
    """
    cursor.execute(_NAMED, (sorted(set(chosen)), sorted(scope.municipalities)))
    at = {case: (household, Address(*place)) for case, household, *place in cursor}
    households = sorted({household for household, _ in at.values()})
    cursor.execute("SELECT FROM households WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (households,))
    book = policies_of(cursor, scope.municipalities)
    letters = _letters(cursor, scope, book, len(households), households)
    reasons = {case: letter.hindrance for letter in letters for case in letter.cases}
    fallen = [
        Fallen(case, at[case][0] if case in at else None, at[case][1] if case in at else None, reason)
        for case in sorted(set(chosen))
        if (reason := reasons.get(case, "gone")) is not None
    ]
    if fallen:
        raise FallenOutError(fallen)
    return release(cursor, [case for letter in letters for case in letter.cases], actor=actor.id, name=actor.name)


def _letters(
    cursor: Cursor, scope: RunScope, book: PolicyBook, most: int, households: Sequence[int] | None = None
) -> list[RunLetter]:
    """The waiting letters as the queue has them; of each municipality at most so many that go out and that do not."""
    found: list[RunLetter] = []
    for municipality in sorted(set(scope.municipalities) & book.municipalities):
        teams = book.in_force(municipality, scope.today).teams
        queues = queues_wanted(teams, scope.team)
        team, named = ("true", {}) if queues is None else team_condition(teams, queues)
        named |= {"municipality": municipality, "user": scope.user, "most": most, "households": households}
        if households is None:
            found += _first_letters(cursor, team, named)
        else:
            found += _read(cursor, team, named, "c.household_id = ANY(%(households)s)")
    return sorted(found, key=lambda letter: letter.hindrance == "other-team")  # else as they came


def _first_letters(cursor: Cursor, team: str, named: Mapping[str, Any]) -> list[RunLetter]:
    """Those that a run begins with; of all that waits only what is needed to know them is looked at."""
    edge = _EDGE.format(urgency=urgency_of("c"))
    cursor.execute(edge.encode(), {**named, "looked_at": LOOKED_AT})
    if (row := cursor.fetchone()) is not None:
        urgency, on = row
        before = _BEFORE_EDGE.format(urgency=urgency_of("e"))
        found = _read(cursor, team, {**named, "edge_urgency": urgency, "edge_on": on}, before)
        if sum(letter.hindrance is None for letter in found) >= named["most"]:
            return found  # nothing after the edge comes before one of these
    return _read(cursor, team, named, "true")


def _read(cursor: Cursor, team: str, named: Mapping[str, Any], which: str) -> list[RunLetter]:
    question = _LETTERS.format(
        which=which,
        team=team,
        visit_beside=VISIT_BESIDE,
        in_review=_IN_REVIEW,
        urgency=urgency_of("c"),
        first_urgency=urgency_of("f"),
    )
    with cursor.connection.cursor(row_factory=class_row(RunLetter)) as reading:
        return reading.execute(question.encode(), named).fetchall()


def release_run(cursor: Cursor, cases: Sequence[int], actor: Actor, *, reviewed: bool = False) -> list[Released]:
    """Release these cases, all or none; `reviewed` also what is held because of a death. Raises NotReleasedError.

    Writes the audit line "release" itself, with the actor's id; the history has the name.
    """
    return release(cursor, cases, actor=actor.id, name=actor.name, reviewed=reviewed)
