"""At which households is a letter due, and what stands in its way? For `runs`; reading only.

Due is what a person let go as a letter and is not sent (`work.sent`), what comes next there when a letter was not
answered or the visits are used up (`work.steps`), and the letter of another person at an address where somebody else
got theirs another day (docs/decisions/0039).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import class_row

from signals.outreach.work.doors import unsafe
from signals.outreach.work.sent import LET_GO, SENT, let_go
from signals.store.urgency import FOLLOW_UP, UNDER_WAY, urgency_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from signals.store.database import Cursor

HINDRANCES: Final = (
    "closed",
    "held",
    "returned",
    "moved",
    "visit-waits",
    "changed",
    "withdrawn",
    "step-promised",
    "answered",
)
"""What stands in the way of a letter, as far as the case tells; the first that applies."""
# A visit `b` goes before the letter of case `c`: it waits; it is next; it is made where a letter was let go, as long as
# it has not come to a letter (its visits are used up); or it was let go, and nobody went to the door since. At a door
# that is not safe none is made, so one that was let go keeps no letter back.
_VISIT: Final = f"""b.route = 'home-visit' AND (b.waiting OR NOT {unsafe("c")}
    AND (EXISTS (SELECT FROM next_steps AS n WHERE n.household_id = c.household_id AND n.kind IN ('home-visit', 'card')
        AND n.why <> 'promised')
    OR (({let_go("b")} OR {LET_GO}) AND NOT EXISTS (SELECT FROM next_steps AS n
        WHERE n.household_id = c.household_id AND (n.kind = 'letter' OR n.why = 'no-answer')))
    OR ({let_go("b", "home-visit")} AND NOT EXISTS (SELECT FROM contact_attempts AS v
        WHERE v.household_id = c.household_id AND v.kind IN ('home-visit', 'card') AND v.undone_at IS NULL
            AND v.at >= b.released_at))))"""  # noqa: S608 - our own texts
# Of a case `c`, and the moments from which a reaction and a closing count.
_HINDRANCE: Final = f"""CASE WHEN c.state <> 'open' THEN 'closed'
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open' AND b.held)
        THEN 'held'
    WHEN returned IS NOT NULL THEN returned
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open' AND {_VISIT})
        THEN 'visit-waits'
    WHEN c.waiting OR closed_at >= closed_since THEN 'changed'
    WHEN c.arrears_count = 0 THEN 'withdrawn'
    WHEN EXISTS (SELECT FROM next_steps AS s WHERE s.household_id = c.household_id AND s.why = 'promised')
        THEN 'step-promised'
    WHEN EXISTS (SELECT FROM contact_attempts AS a WHERE a.household_id = c.household_id AND a.reached
        AND a.undone_at IS NULL AND a.at >= since) THEN 'answered' END"""  # noqa: S608 - our own texts
# Whether somebody heard that they moved, or mail came back since the letter was let go: however they were sought then.
_RETURNED: Final = """LATERAL (SELECT coalesce(
    (SELECT min(b.letter_fault) FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open'
        AND b.letter_fault IN ('returned', 'moved')),
    (SELECT 'returned' FROM letters AS l WHERE l.household_id = c.household_id AND l.state <> 'taken-out'
        AND l.returned_at >= c.released_at LIMIT 1)) AS returned) AS mail"""
_DAY_OVER: Final = "((%(today)s::date - DATE '0001-01-01' + 1) * 404)"
_BY_STEP: Final = f"""
SELECT c.id FROM cases AS c JOIN next_steps AS s ON s.household_id = c.household_id
WHERE c.municipality = %(here)s AND {UNDER_WAY} AND c.state = 'open' AND {urgency_of("c", FOLLOW_UP)} < {_DAY_OVER}
    AND (s.kind = 'letter' OR s.why = 'no-answer') AND s.on_day <= %(today)s
    AND (%(all_sent)s OR NOT EXISTS (SELECT FROM letters AS l JOIN cases AS own ON own.id = l.case_id
            JOIN contact_attempts AS made ON made.id = l.attempt_id AND made.undone_at IS NULL
        WHERE l.household_id = c.household_id AND l.state <> 'taken-out' AND l.kind = 'final'
            AND NOT l.more AND own.state = 'open'))"""  # noqa: S608 - our own texts
# As `work.sent` has it: of years of releases nearly every letter was sent, and two indexes have all that is asked.
_DUE: Final = f"""
WITH let_go AS MATERIALIZED (
    SELECT c.id, c.household_id, c.released_at FROM cases AS c
    WHERE c.municipality = %(here)s AND {LET_GO} AND c.state = 'open'),
unsent AS MATERIALIZED (
    SELECT c.id FROM let_go AS c
    WHERE NOT EXISTS (SELECT {SENT} AND a.at >= (SELECT min(released_at) FROM let_go))),
further AS MATERIALIZED (
    SELECT c.id FROM letters AS l JOIN cases AS c ON c.household_id = l.household_id
    WHERE l.more AND l.state = 'posted' AND c.municipality = %(here)s AND c.state = 'open' AND NOT c.waiting),
by_step AS MATERIALIZED ({_BY_STEP})
SELECT id, 'unsent' AS why FROM unsent UNION SELECT id, 'further' FROM further UNION SELECT id, 'step' FROM by_step
"""  # noqa: S608 - our own texts
_CHOSEN: Final = f"""
SELECT c.id AS case, c.household_id AS household, c.letter_fault AS fault, {_HINDRANCE} AS hindrance, by_step,
    further, CASE WHEN NOT by_step THEN c.released_at END AS let_go_at
FROM unnest(%(cases)s::bigint[], %(by_step)s::boolean[], %(further)s::boolean[]) AS due(id, by_step, further)
    JOIN cases AS c ON c.id = due.id,
    LATERAL (SELECT CASE WHEN NOT by_step THEN c.released_at END AS since, NULL::timestamptz AS closed_since) AS moment,
    {_RETURNED}
WHERE c.municipality = %(here)s ORDER BY c.household_id, c.period_start DESC, c.id DESC
"""  # noqa: S608 - our own texts
_OF_RUN: Final = f"""
SELECT letters.id, {_HINDRANCE} AS hindrance, EXISTS (SELECT FROM contact_attempts AS a
        WHERE a.household_id = c.household_id AND a.kind = 'letter' AND a.undone_at IS NULL AND a.at >= runs.at) AS sent
FROM letters JOIN letter_runs AS runs ON runs.id = run_id JOIN cases AS c ON c.id = case_id,
    LATERAL (SELECT runs.at AS since, runs.at AS closed_since) AS moment, {_RETURNED}
WHERE run_id = %(run)s AND letters.state = 'released' AND stop_id IS NULL ORDER BY letters.id
"""  # noqa: S608 - our own texts

_REASONS: Final = ("unsent", "step", "further")  # what is not sent yet goes before what comes next


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case whose household may get a letter; `hindrance` is one of HINDRANCES, or None.

    `fault`: why no letter could be made before; `by_step`: not because of its release but by the next step there;
    `further`: only because somebody else at the address was written to before.
    """

    case: int
    household: int
    fault: str | None
    hindrance: str | None
    by_step: bool
    further: bool
    let_go_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with the case of a letter that is released and not posted; `sent`: somebody wrote one down."""

    letter: int
    hindrance: str | None
    sent: bool


def candidates(cursor: Cursor, municipality: str, today: date, cases: Collection[int] | None = None) -> list[Candidate]:
    """All cases of the municipality at which a letter is due, by household, the latest period first; or these alone."""
    due: dict[int, str] = {}
    named = {"here": municipality, "today": today, "all_sent": cases is not None}  # those are many, and no more is due
    for case, why in cursor.execute(_DUE.encode(), named).fetchall():
        due[case] = min(why, due.get(case, why), key=_REASONS.index)
    wanted = sorted(due if cases is None else due.keys() & set(cases))
    asked: dict[str, Any] = {
        "here": municipality,
        "cases": wanted,
        "by_step": [due[case] == "step" for case in wanted],
        "further": [due[case] == "further" for case in wanted],
    }
    with cursor.connection.cursor(row_factory=class_row(Candidate)) as reading:
        return reading.execute(_CHOSEN.encode(), asked).fetchall()


def standing_in_run(cursor: Cursor, run: int) -> list[Standing]:
    """How it stands with each letter of a run that is not posted, but those that announce a visit."""
    return [Standing(*row) for row in cursor.execute(_OF_RUN.encode(), {"run": run}).fetchall()]


def households_of(found: Sequence[Candidate]) -> dict[int, list[Candidate]]:
    """The candidates by household."""
    homes: dict[int, list[Candidate]] = {}
    for one in found:
        homes.setdefault(one.household, []).append(one)
    return homes
