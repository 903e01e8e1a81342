"""Who may somebody be in `signals up`? Six made-up people, whom anybody at this machine may be.

One for each role; a second specialist, to hand work over to; and one in a neighbourhood team with a queue of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from signals.web.people import Role, User
from signals.web.texts import said

DEMO_TEAM: Final = "wijkteam-de-brug"
"""The key of the team that the policy of the demonstration has (`commands/demo_policy`)."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A made-up person, what somebody in this role does, in words, and the teams this person is in."""

    key: str
    name: str
    role: Role
    does: str
    teams: frozenset[str] = frozenset()

    def user(self, municipalities: frozenset[str]) -> User:
        """This person as one who signed in."""
        return User(f"demo-{self.key}", self.name, frozenset({self.role}), municipalities, self.teams)


DEMO_PEOPLE: Final = (
    DemoPerson(
        "specialist",
        "Samira de Boer",
        Role.SPECIALIST,
        said("Werkt de brieven en huisbezoeken af en legt vast wat er is gedaan."),
    ),
    DemoPerson(
        "colleague",
        "Daan Visser",
        Role.SPECIALIST,
        said("Doet hetzelfde werk. Draag een zaak over, en zie hier hoe die aankomt."),
    ),
    DemoPerson(
        "neighbourhood",
        "Noor Aydin",
        Role.SPECIALIST,
        said("Werkt in een wijkteam: ziet eerst de huishoudens van de eigen buurt."),
        frozenset({DEMO_TEAM}),
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
