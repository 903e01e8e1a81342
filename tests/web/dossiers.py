"""A made-up dossier in which everything occurs that the page of a case can show, for tests without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from signals.outreach.teams import DEFAULT_TARGETS, Team
from signals.outreach.work.attempts import Attempt, MadeAttempt
from signals.outreach.work.claims import Claim
from signals.outreach.work.dossier import (
    Address,
    Clock,
    Dossier,
    DossierArrears,
    DossierCase,
    DossierPerson,
    TimelineSignal,
)
from signals.outreach.work.history import HistoryLine
from signals.outreach.work.people import Actor
from signals.outreach.work.referrals import Note, Referral
from signals.outreach.work.steps import NextStep
from signals.scoring.score import Contribution

NOW: Final = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # evening in Amsterdam
TODAY: Final = NOW.date()
SANNE: Final = Actor("specialist-1", "Sanne de Vries")
TEAM: Final = Team("wijk-noord", "Wijkteam Noord")

_CLOCKS: Final = (
    Clock(
        "contact-attempt", "Eerste contactpoging", "First contact attempt", date(2026, 11, 16), -4, date(2026, 11, 12)
    ),
    Clock("first-conversation", "Eerste gesprek", "First conversation", date(2026, 11, 19), -1, None),
    Clock("decision", "Besluit over de hulp", "Decision on help", date(2026, 11, 20), 0, None),
    Clock("collection-pause", "Einde van de pauze in de incasso", "End of the pause", date(2026, 11, 23), 1, None),
    Clock("contract-end", "Einde van het energiecontract mogelijk", "Contract may end", date(2026, 11, 30), 6, None),
)


def made_case(number: int = 12, **other: object) -> DossierCase:
    """An open case of November with two arrears."""
    values: dict[str, Any] = {
        "id": number,
        "period": "2026-11",
        "state": "open",
        "route": "home-visit",
        "route_by_person": False,
        "arrears_count": 2,
        "multiple": True,
        "consecutive": True,
        "crisis": "disconnection",
        "score": 65,
        "contributions": (
            Contribution("partners", 30, "Achterstand bij 2 partners", "Arrears with 2 partners"),
            Contribution("crisis", 35, "Er dreigt afsluiting", "Disconnection threatens"),
        ),
        "earliest_on": date(2026, 11, 2),
        "received_on": date(2026, 11, 2),
        "waiting": True,
        "held": False,
        "released_route": None,
        "released_at": None,
        "released_how": None,
        "outcome": None,
        "closed_by": None,
        "closed_at": None,
        "policy_name": "Almelo",
        "policy_version": 1,
        "policy_valid_from": date(2020, 1, 1),
        "clocks": _CLOCKS,
    }
    values.update(other)
    return DossierCase(**values)


def _signal(event: int, type_: str, day: date, **other: object) -> TimelineSignal:
    values: dict[str, Any] = {
        "event": event,
        "type": type_,
        "partner": "welbions",
        "sector": "housing",
        "reference": "HC-778812",
        "kind": None,
        "signalled_on": day,
        "received_at": NOW,
        "amount": None,
        "crisis": None,
        "reason": None,
        "status": None,
        "withdrawn": None,
        "case": None,
        "person": None,
        "person_verdict": None,
        "crisis_over": False,
        "markable": False,
    }
    values.update(other)
    return TimelineSignal(**values)


_SIGNALS: Final = (
    _signal(1, "reported", date(2026, 9, 2), amount=30000, status="picked-up", case=7, person=1, withdrawn="paid"),
    _signal(2, "reported", date(2026, 11, 2), amount=61250, status="not-yet-picked-up", case=12, person=1,
            markable=True),
    _signal(3, "reported", date(2026, 11, 3), partner="enexis", sector="energy", reference="E9", amount=21000,
            crisis="disconnection", status="picked-up", case=12, person=2, markable=True),
    _signal(4, "changed", date(2026, 11, 5), amount=70000),
    _signal(5, "reported", date(2026, 11, 6), partner="vitens", sector="water", reference="W1", amount=4000,
            status="wrongful", person=1, person_verdict="wrongful"),
    _signal(6, "withdrawn", date(2026, 11, 9), partner="vitens", sector="water", reference="W1", reason="paid"),
)  # fmt: skip

_ATTEMPTS: Final = (
    MadeAttempt(1, 5, 12, Attempt("card", date(2026, 11, 11), "morning", reached=False), SANNE, NOW, NOW, "Tom Jansen"),
    MadeAttempt(
        2,
        5,
        12,
        Attempt("home-visit", date(2026, 11, 12), "morning", reached=False, note="Gordijnen dicht.\nHond blaft."),
        SANNE,
        NOW,
        None,
        None,
    ),
    MadeAttempt(
        3, 5, 12, Attempt("call", date(2026, 11, 13), None, reached=True), Actor("x", "Tom Jansen"), NOW, None, None
    ),
)


def made_dossier(**other: object) -> Dossier:
    """The dossier of one household; `other` takes the place of what stands here."""
    case = other.pop("case", None) or made_case()
    assert isinstance(case, DossierCase)
    values: dict[str, Any] = {
        "case": case,
        "cases": (case,),
        "household": 5,
        "municipality": "0141",
        "address": Address("7607GC", 12, "ABIS", "Wierdensestraat", "Almelo"),
        "worked_route": "home-visit",
        "persons": (
            DossierPerson(
                1,
                "A.M. van der Berg",
                None,
                "1985-06-12",
                ("+31612345678",),
                ("a@example.nl",),
                ("welbions", "vitens"),
                "Zelfde adres en zelfde naam: zeker",
                "Same address and same name: certain",
                certain=True,
            ),
            DossierPerson(
                2,
                "Bakkerij De Korst",
                "Bakkerij De Korst",
                None,
                (),
                (),
                ("enexis",),
                "Zelfde adres",
                "Same address",
                certain=True,
            ),
        ),
        "arrears": (
            DossierArrears("enexis", "energy", "E9", 21000, "disconnection", is_open=True),
            DossierArrears("vitens", "water", "W1", 4000, None, is_open=False),
            DossierArrears("welbions", "housing", "HC-778812", 70000, None, is_open=True),
        ),
        "signals": _SIGNALS,
        "attempts": _ATTEMPTS,
        "next_step": NextStep("home-visit", date(2026, 11, 23), "evening", "not-at-home"),
        "claim": Claim(5, SANNE, NOW),
        "team": TEAM,
        "teams": (TEAM, Team("zuid", "Wijkteam Zuid")),
        "targets": DEFAULT_TARGETS,
        "referrals": (
            Referral(1, 5, 12, "nsr", "Nederlandse Schuldhulproute", SANNE, NOW, None, None, None),
            Referral(2, 5, 12, "wijkteam", "Wijkteam", SANNE, NOW, "no-show", NOW, "Tom Jansen"),
        ),
        "notes": (
            Note(1, 12, "Buurvrouw past op de kinderen.\nBelt liever.", SANNE, NOW, None, None),
            Note(2, 12, "Bij het verkeerde huis.", SANNE, NOW, NOW, "Tom Jansen"),
        ),
        "history": (
            HistoryLine(40, 12, NOW, "signals", "opened", "Zaak geopend", "Case opened"),
            HistoryLine(
                41, 12, NOW, "Sanne de Vries", "attempt", "Huisbezoek, niet bereikt", "Home visit, not reached"
            ),
        ),
        "seen": 41,
    }
    values.update(other)
    return Dossier(**values)
