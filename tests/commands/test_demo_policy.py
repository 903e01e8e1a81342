"""The policy of the demonstration: Almelo's, with a team that somebody of the demonstration is in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from signals.commands.demo_policy import demo_policy
from signals.outreach.policy import parse_policy
from signals.outreach.teams import team_of
from signals.policies import shipped
from signals.simulation.towns import ALMELO
from signals.web.signin.demo import DEMO_PEOPLE, DEMO_TEAM

FIRST = date(2026, 10, 1)


def test_it_decides_as_the_shipped_one_does() -> None:
    own = parse_policy(shipped()["almelo.toml"], "almelo.toml")
    assert replace(demo_policy(FIRST), valid_from=own.valid_from, teams=own.teams, body=own.body) == own


def test_the_team_has_a_part_of_the_town_and_somebody_in_it() -> None:
    policy = demo_policy(FIRST)
    codes = [str(ALMELO.first_postcode + n) for n in range(ALMELO.postcodes)]
    ours = [code for code in codes if team_of(policy.teams, f"{code}AA", ()) == DEMO_TEAM]
    assert 0 < len(ours) < len(codes) / 2
    assert [one.key for one in DEMO_PEOPLE if one.teams == {DEMO_TEAM}] == ["neighbourhood"]
    assert policy.valid_from == FIRST
