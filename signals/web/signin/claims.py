"""What does the provider's word make somebody here? From the claims of an ID token to a user with roles.

Pure. Only values that the settings map give a role, so a new group at the provider opens nothing by itself. Where they
name strengths, only a sign-in of such a strength counts, a second factor for instance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signals.web.people import Role, User
from signals.web.signin.idtoken import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.settings import Settings

NO_ROLE: Final = "no-role"
NO_MUNICIPALITY: Final = "no-municipality"
LONGEST_NAME: Final = 100
_MUNICIPALITY: Final = re.compile(r"\d{4}", re.ASCII)
_TEAM: Final = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """Which claim says what; `roles` is value of the claim → role, `granted` the municipalities that everyone has.

    Of `strengths`, when there are any, a sign-in must have one as its `acr` or among its `amr`.
    """

    roles: Mapping[str, Role]
    granted: frozenset[str] = frozenset()
    role_claim: str = "roles"
    name_claim: str = "name"
    municipality_claim: str | None = None
    team_claim: str | None = None
    strengths: frozenset[str] = frozenset()


def claim_rules(settings: Settings) -> ClaimRules:
    """The rules of the settings."""
    return ClaimRules(
        {value: Role(role) for value, role in settings.role_map.items()},
        settings.granted_municipalities,
        settings.oidc_role_claim,
        settings.oidc_name_claim,
        settings.oidc_municipality_claim,
        settings.oidc_team_claim,
        settings.strengths,
    )


def user_of(claims: Mapping[str, Any], rules: ClaimRules) -> User:
    """Who somebody with these checked claims is here.

    Raises:
        RefusedError: the sign-in was not as strong as the rules ask, or gives no role (NO_ROLE) or no municipality
            (NO_MUNICIPALITY).
    """
    if rules.strengths and rules.strengths.isdisjoint({*_values(claims, "acr"), *_values(claims, "amr")}):
        raise RefusedError("strength")
    roles = frozenset(rules.roles[value] for value in _values(claims, rules.role_claim) if value in rules.roles)
    of_claim = (value for value in _values(claims, rules.municipality_claim) if _MUNICIPALITY.fullmatch(value))
    municipalities = rules.granted | frozenset(of_claim)
    if not roles or not municipalities:
        raise RefusedError(NO_MUNICIPALITY if roles else NO_ROLE)
    teams = frozenset(value for value in _values(claims, rules.team_claim) if _TEAM.fullmatch(value))
    subject = str(claims["sub"])
    return User(subject, _name(claims, rules.name_claim) or subject, roles, municipalities, teams)


def _values(claims: Mapping[str, Any], name: str | None) -> list[str]:
    """The texts of a claim: one, or a list of them; dots lead into objects where no claim has the name itself."""
    found = _claim(claims, name) if name else None
    values = found if isinstance(found, list) else [found]
    return [value for value in values if isinstance(value, str)]


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """Keycloak, for one, has `realm_access.roles`: an object with a list."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _name(claims: Mapping[str, Any], name: str) -> str:
    written = _claim(claims, name)
    if not isinstance(written, str):
        return ""
    shown = "".join(letter if letter.isprintable() else " " for letter in written)
    return " ".join(shown.split())[:LONGEST_NAME]
