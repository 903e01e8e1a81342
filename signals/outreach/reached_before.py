"""Was the household reached before? What that makes of its cases, where a policy gives points for it.

Pure, beside `cases`: attempts are acts of people, so the law of borders.md section 4 does not speak of them. An attempt
counts for a case when it was made before the day of the case's first signal; what is done in a case itself never
changes its own place. It is seen when the household is judged the next time, by an event or an act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from signals.scoring.score import score

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from signals.outreach.cases import JudgedCase
    from signals.outreach.policy import PolicyBook

    Attempts = Iterable[tuple[date, bool]]


def is_asked(book: PolicyBook) -> bool:
    """Whether any policy gives points for it; else nobody has to look for attempts."""
    return any(policy.scoring.reached_before for policy in book.versions())


def with_attempts(cases: dict[str, JudgedCase], attempts: Attempts, book: PolicyBook) -> dict[str, JudgedCase]:
    """The cases of a household, by period label, scored with what came of its attempts.

    Args:
        cases: as they were judged without.
        attempts: the day of each attempt at the household, and whether it reached somebody.
        book: the policies.
    """
    known = list(attempts)
    return {label: _with(case, known, book) for label, case in cases.items()} if known else cases


def _with(case: JudgedCase, attempts: Attempts, book: PolicyBook) -> JudgedCase:
    before = [reached for day, reached in attempts if day < case.earliest_on]
    if not before:
        return case
    facts = replace(case.facts, reached_before=any(before))
    return replace(case, facts=facts, score=score(facts, book.by_id[case.policy_id].scoring))
