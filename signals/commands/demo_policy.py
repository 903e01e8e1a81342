"""By which policy does the demonstration of `signals up` work? Almelo's as shipped, with a neighbourhood team.

Pure. A version of its own from the first simulated day on, so that a team's queue can be seen and the page of the
policy has two versions to show; what it decides of signals and cases is the same, but for the score once a model
learned from a year.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from signals.outreach.policy import Policy, parse_policy
from signals.policies import shipped
from signals.web.signin.demo import DEMO_TEAM

if TYPE_CHECKING:
    from datetime import date

TEAM: Final = f"""
[[team]]                     # made up: a pilot in one neighbourhood
key = "{DEMO_TEAM}"
name = "Wijkteam De Brug"
postcodes = ["7607", "7608"]
"""
_VALID_FROM: Final = re.compile(r"(?m)^valid_from = \S+")
_BY: Final = re.compile(r'(?m)^by = "framework"')


def demo_policy(first: date, *, by: str = "framework") -> Policy:
    """The version that holds from `first` on, with what orders the work (`scoring.choice`)."""
    body = _VALID_FROM.sub(f"valid_from = {first.isoformat()}", shipped()["almelo.toml"], count=1)
    body = _BY.sub(f'by = "{by}"', body, count=1)
    return parse_policy(body + TEAM, "the policy of the demonstration")
