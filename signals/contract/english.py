"""What are the codes of DDAS called in English, on the pages and in a history?

DDAS has Dutch words only (`contract/codes`); these are ours.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTACT_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "administrative": "Administrative",
        "appointment": "Appointment on location",
        "letter": "Letter",
        "home-visit": "Home visit",
        "card": "Card",
        "mail": "E-mail",
        "unknown": "Unknown",
        "other": "Other",
        "text-message": "Text message or WhatsApp",
        "call": "Telephone",
    }
)
PARTS_OF_DAY: Final[Mapping[str, str]] = MappingProxyType(
    {"morning": "Morning", "afternoon": "Afternoon", "evening": "Evening"}
)
STATUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not-yet-picked-up": "Not yet picked up",
        "picked-up": "Picked up",
        "repeat": "Not picked up: repeated signal",
        "wrongful": "Not picked up: wrongful signal",
        "other-reason": "Not picked up: other reason",
        "deceased": "Resident has died",
        "known-to-debt-help": "Resident already known to debt help",
        "not-a-resident": "Person does not live in the municipality (any more)",
    }
)
OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "repeat": "Not picked up: repeated signal",
        "wrongful": "Not picked up: wrongful signal",
        "other-reason": "Not picked up: other reason",
        "deceased": "Resident has died",
        "not-a-resident": "Person does not live in the municipality (any more)",
        "known-to-debt-help": "Resident already known to debt help",
        "other-support": "Resident already has other support",
        "no-contact": "No contact could be made, definitively",
        "no-response": "No response after earlier contact",
        "self-reliant": "Resident manages alone or needs no help from early warning",
        "already-paid": "Resident has paid or arranged payment",
        "quick-fix": "(Budget) advice and/or quick fix",
        "follow-up-help": "Follow-up help and/or referral",
        "follow-up-help-financial": "Follow-up help and/or referral, financial",
        "follow-up-help-not-financial": "Follow-up help and/or referral, not financial",
        "referral-without-resident": "Referral without the resident being involved",
    }
)
