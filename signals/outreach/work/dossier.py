"""All that a person needs to know of one case and its household, on one screen (issue "The workbench", part 4).

Reading only. Two open cases of one household are worked as one: the dossier shows both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signals.outreach.cases import graver_route
from signals.outreach.policy import PolicyBook
from signals.outreach.work.attempts import attempts_of
from signals.outreach.work.dossier_parts import (
    Address,
    Clock,
    DossierArrears,
    DossierCase,
    TimelineSignal,
    case_of,
    read_cases,
    read_home,
    read_signals,
)
from signals.outreach.work.dossier_persons import DossierPerson, read_persons
from signals.outreach.work.history import history_of
from signals.outreach.work.referrals import notes_of, referrals_of
from signals.outreach.work.standing import standing_of
from signals.outreach.work.teams import team_at
from signals.outreach.worklist import policies_of
from signals.store.planning import by_keys

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.policy import Policy
    from signals.outreach.teams import ReferralTarget, Team
    from signals.outreach.work.attempts import MadeAttempt
    from signals.outreach.work.claims import Claim
    from signals.outreach.work.history import HistoryLine
    from signals.outreach.work.referrals import Note, Referral
    from signals.outreach.work.standing import Standing
    from signals.outreach.work.steps import NextStep
    from signals.store.database import Cursor

__all__ = ["Address", "Clock", "Dossier", "DossierArrears", "DossierCase", "DossierPerson", "TimelineSignal", "dossier"]


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case and all that is shown with it; `cases` holds it first, then the household's other open cases."""

    case: DossierCase
    cases: tuple[DossierCase, ...]
    household: int
    municipality: str
    address: Address
    worked_route: str
    persons: tuple[DossierPerson, ...]
    arrears: tuple[DossierArrears, ...]
    signals: tuple[TimelineSignal, ...]
    attempts: tuple[MadeAttempt, ...]
    next_step: NextStep | None
    claim: Claim | None
    team: Team | None  # whose queue it stands in
    teams: tuple[Team, ...]  # all of the policy
    targets: tuple[ReferralTarget, ...]  # all of the policy
    referrals: tuple[Referral, ...]
    notes: tuple[Note, ...]
    history: tuple[HistoryLine, ...]  # oldest first, of all `cases`
    seen: int  # give this to every act
    book: PolicyBook = field(default_factory=lambda: PolicyBook(()))  # by which its cases were judged


def dossier(cursor: Cursor, case: int, *, today: date) -> Dossier | None:
    """All of one case and its household; None when there is no such case."""
    by_keys(cursor)
    home = read_home(cursor, case)  # before all else: what comes in meanwhile is not seen
    if home is None:
        return None
    household = home.household
    attempts = attempts_of(cursor, household) if home.attempts else []
    referrals = referrals_of(cursor, household) if home.referrals else []
    rows = read_cases(cursor, household, case)
    history = history_of(cursor, [row["id"] for row in rows])
    book = policies_of(cursor, [home.municipality])
    cases = tuple([case_of(row, book, attempts, referrals, history, today) for row in rows])
    open_cases = [one for one in cases if one.state == "open"]
    signals, arrears = read_signals(cursor, household, cases)
    policy = book.in_force(home.municipality, today)
    standing = standing_of(cursor, [household])[household]
    return Dossier(
        case=cases[0],
        cases=cases,
        household=household,
        municipality=home.municipality,
        address=home.address,
        worked_route=graver_route(*(one.route for one in open_cases)) if open_cases else cases[0].route,
        persons=read_persons(cursor, household, signals),
        arrears=arrears,
        signals=signals,
        attempts=tuple(attempts),
        next_step=standing.step,
        claim=standing.claim,
        team=_team(standing, policy, home.address, signals),
        teams=policy.teams,
        targets=policy.targets,
        referrals=tuple(referrals),
        notes=tuple(notes_of(cursor, household) if home.notes else ()),
        history=tuple(history),
        seen=home.seen,
        book=book,
    )


def _team(standing: Standing, policy: Policy, address: Address, signals: tuple[TimelineSignal, ...]) -> Team | None:
    partners = {signal.partner for signal in signals if signal.markable}
    key = team_at(standing.assigned, policy.teams, address.postcode, partners)
    return next((team for team in policy.teams if team.key == key), None)
