"""Who may somebody be in `signals up`? Four made-up people, one for each role, whom anybody at this machine may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from signals.web.people import Role, User
from signals.web.texts import said


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A made-up person, and what somebody in this role does, in words."""

    key: str
    name: str
    role: Role
    does: str

    def user(self, municipalities: frozenset[str]) -> User:
        """This person as one who signed in."""
        return User(f"demo-{self.key}", self.name, frozenset({self.role}), municipalities)


DEMO_PEOPLE: Final = (
    DemoPerson(
        "specialist",
        "Samira de Boer",
        Role.SPECIALIST,
        said("Werkt de brieven en huisbezoeken af en legt vast wat er is gedaan."),
    ),
    DemoPerson(
        "team-lead",
        "Joost Hendriks",
        Role.TEAM_LEAD,
        said("Ziet ook wat er te laat is, en verdeelt het werk."),
    ),
    DemoPerson(
        "partner-manager",
        "Ilse van Dam",
        Role.PARTNER_MANAGER,
        said("Ziet of elke partner levert, en wat er is geweigerd."),
    ),
    DemoPerson(
        "auditor",
        "Pieter Kok",
        Role.AUDITOR,
        said("Ziet wie wat heeft bekeken en gedaan."),
    ),
)


def demo_person(key: str) -> DemoPerson | None:
    """The person with this key."""
    return next((person for person in DEMO_PEOPLE if person.key == key), None)
