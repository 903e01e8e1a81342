"""Whose work does a person see first? The choice of a team that the queues and the letter run have in common.

Whoever is in a team sees its work first, everybody else the common queue; a team lead sees all. Every other queue can
be chosen: a team is a way to share the work, no wall (the wall is the municipality).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from signals.outreach.teams import COMMON
from signals.web.people import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.web.desk import Desk
    from signals.web.people import User

ALL: Final = "all"
OWN: Final = "own"
_CHOICE: Final = re.compile(r"-|[a-z0-9-]{2,40}")


def chosen_team(text: str) -> str:
    """What a form sent, when it can be a choice; else nothing."""
    return text if _CHOICE.fullmatch(text) else ""


def wanted_team(user: User, chosen: str) -> str | Collection[str] | None:
    """What the choice means, as `WorkFilter.team` has it; nothing chosen is this person's own beginning."""
    choice = chosen or default_choice(user)
    if choice == ALL:
        return None
    return user.teams if choice == OWN else choice


def default_choice(user: User) -> str:
    """What is shown when nothing was chosen."""
    return ALL if Role.TEAM_LEAD in user.roles else OWN


def team_choices(desk: Desk, teams: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a list offers, by what a form sends; empty where there are no teams."""
    if not teams:
        return []
    own = teams.keys() & desk.user.teams
    queues = [(COMMON, desk.text("Gezamenlijke werkvoorraad")), *teams.items()]
    every = (ALL, desk.text("Alle teams"))
    if len(own) > 1:
        return [(OWN, desk.text("Mijn teams")), *queues, every]
    first = (OWN, teams[next(iter(own))] if own else queues[0][1])
    return [first, *(queue for queue in queues if queue[0] not in own and (own or queue[0] != COMMON)), every]
