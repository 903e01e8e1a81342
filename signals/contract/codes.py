"""Which codes may stand in an event, a status or an outcome, and what DDAS calls them.

The ground floor of the walk: every room uses these words. The Dutch words are those of the national exchange
standard DDAS Vroegsignalering v1.2, letter for letter: Statistics Netherlands refuses a report with any
other.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

REPORTED_TYPE: Final = "nl.vroegsignalering.arrears.reported.v1"
CHANGED_TYPE: Final = "nl.vroegsignalering.arrears.changed.v1"
WITHDRAWN_TYPE: Final = "nl.vroegsignalering.arrears.withdrawn.v1"
INCOMING_TYPES: Final = (REPORTED_TYPE, CHANGED_TYPE, WITHDRAWN_TYPE)

Kind = Literal[
    "rent",
    "electricity",
    "gas",
    "heat",
    "energy",
    "water",
    "health-premium",
    "mortgage",
    "tax",
    "benefits",
    "student-loan",
    "other",
]
"""What the arrears is of; not compared with the partner's sector."""
KINDS: Final[tuple[str, ...]] = get_args(Kind)

Crisis = Literal["eviction", "disconnection", "end-of-insurance", "end-of-delivery"]
"""A threatening situation, gravest first."""
CRISES: Final[tuple[str, ...]] = get_args(Crisis)

WithdrawalReason = Literal["paid", "arrangement", "wrongful", "deceased", "moved"]
"""Why an arrears no longer counts; `moved` means: left the municipality."""
WITHDRAWAL_REASONS: Final[tuple[str, ...]] = get_args(WithdrawalReason)

QuarantineCode = Literal[
    "too-large",
    "not-json",
    "envelope-invalid",
    "type-unknown",
    "source-mismatch",
    "schema-invalid",
    "municipality-unknown",
    "bsn-not-allowed",
    "amount-invalid",
    "date-invalid",
    "postcode-invalid",
    "internal-error",
]
"""Why an event is in quarantine; of several faults the first in this order counts (borders.md section 3)."""
QUARANTINE_CODES: Final[tuple[QuarantineCode, ...]] = get_args(QuarantineCode)

ID_REUSED: Final = "id-reused"
"""Shown to a partner that used one (source, id) for two contents; not a quarantine code."""

Status = Literal[
    "not-yet-picked-up",
    "picked-up",
    "repeat",
    "wrongful",
    "other-reason",
    "deceased",
    "known-to-debt-help",
    "not-a-resident",
]
"""What became of a report."""
STATUSES: Final[tuple[str, ...]] = get_args(Status)

STATUS_IN_DDAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not-yet-picked-up": "Nog niet opgepakt",
        "picked-up": "Opgepakt",
        "repeat": "Niet opgepakt: herhaalde melding",
        "wrongful": "Niet opgepakt: onterecht signaal",
        "other-reason": "Niet opgepakt: andere reden",
        "deceased": "Inwoner is overleden",
        "known-to-debt-help": "Inwoner al bekend bij schuldhulpverlening",
        "not-a-resident": "Persoon is geen inwoner (meer) in de gemeente",
    }
)
"""Our status → the DDAS signal status."""

PARTNER_TYPES: Final = (
    "Energie",
    "Huur",
    "Water",
    "Zorg",
    "CAK Zorgverzekeringen",
    "CAK Eigen bijdrage",
    "Hypotheek",
    "DUO",
    "Belastingdienst",
    "Dienst Toeslagen",
    "Overige",
)
"""The DDAS types of a signal partner."""

PARTNER_TYPE_OF_SECTOR: Final[Mapping[str, str]] = MappingProxyType(
    {"housing": "Huur", "energy": "Energie", "water": "Water", "health": "Zorg", "other": "Overige"}
)
"""Sector → the DDAS partner type of a partner that has none of its own."""

CONTACT_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "administrative": "Administratief",
        "appointment": "Afspraak op locatie",
        "letter": "Brief",
        "home-visit": "Huisbezoek",
        "card": "Kaartje",
        "mail": "Mail",
        "unknown": "Onbekend",
        "other": "Overige",
        "text-message": "SMS/Whatsapp",
        "call": "Telefoon",
    }
)
"""Kind of contact attempt → its DDAS word."""

PARTS_OF_DAY: Final[Mapping[str, str]] = MappingProxyType(
    {"morning": "Ochtend", "afternoon": "Middag", "evening": "Avond"}
)
"""Part of day (until 12:00, 12:00-18:00, from 18:00) → its DDAS word."""

OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "repeat": "Niet opgepakt: herhaalde melding",
        "wrongful": "Niet opgepakt: onterecht signaal",
        "other-reason": "Niet opgepakt: andere reden",
        "deceased": "Inwoner is overleden",
        "not-a-resident": "Persoon is geen inwoner (meer) in de gemeente",
        "known-to-debt-help": "Inwoner al bekend bij schuldhulpverlening",
        "other-support": "Inwoner heeft al een ander lopend traject",
        "no-contact": "Definitief geen contact kunnen krijgen",
        "no-response": "Geen reactie na eerder contact",
        "self-reliant": "Inwoner regelt het zelf/hoeft geen hulp vanuit vroegsignalering",
        "already-paid": "Inwoner heeft zelf al betaald/betalingsregeling getroffen",
        "quick-fix": "(Budget)advies en/of quick fix",
        "follow-up-help": "Vervolghulp en/of verwijzing",
        "follow-up-help-financial": "Vervolghulp en/of verwijzing financieel",
        "follow-up-help-not-financial": "Vervolghulp en/of verwijzing niet financieel",
        "referral-without-resident": "Verwijzing zonder tussenkomst inwoner",
    }
)
"""How a case ended → its DDAS word (16)."""

ACCEPTED_HELP: Final = frozenset(
    {"quick-fix", "follow-up-help", "follow-up-help-financial", "follow-up-help-not-financial"}
)
"""The outcomes that count as accepted help unless a municipality groups them otherwise (domain.md 5)."""
