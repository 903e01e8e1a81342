"""Two people cannot hold one household; letting go, handing over, and teams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.claims import claim, claims_of, colleagues, hand_over, let_go
from signals.outreach.work.people import Actor, NotPossibleError, TakenError
from signals.outreach.work.teams import assign
from signals.policies import shipped
from signals.store.database import transaction
from tests.reference.notation import report

from .people import ANNA, BRAM, HOME, R1, act, file_of

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
WITH_TEAMS = (
    shipped()["almelo.toml"]
    + """
[[team]]
key = "wijkteam-west"
name = "Wijkteam West"
postcodes = ["7607"]
partners = ["welbions"]
[[team]]
key = "ondernemers"
name = "Team ondernemers"
"""
)


@pytest.fixture
def home(desk: Desk) -> int:
    """The number of a household with one case."""
    desk.take_in(report("a", "2026-11-02", R1))
    return desk.case(HOME).household_id


def test_the_first_wins_and_the_second_hears_who(desk: Desk, home: int) -> None:
    act(desk, claim, home, ANNA)
    with pytest.raises(TakenError) as refused:
        act(desk, claim, home, BRAM)
    assert refused.value.name == ANNA.name
    assert ANNA.name not in str(refused.value)  # what is logged has no names
    assert act(desk, claims_of, [home])[home].by == ANNA


def test_a_second_claim_of_ones_own_changes_nothing(desk: Desk, home: int) -> None:
    first = act(desk, claim, home, ANNA)
    assert act(desk, claim, home, ANNA) == first
    assert desk.kinds(HOME).count("claimed") == 1


def test_of_many_at_once_exactly_one_wins(desk: Desk, home: int) -> None:
    people = [Actor(f"user-{n}", f"Colleague {n}") for n in range(4)]
    ready = Barrier(len(people))

    def attempt(actor: Actor) -> bool:
        with transaction(desk.system.engine) as cursor:
            ready.wait(timeout=30)
            try:
                claim(cursor, home, actor)
            except TakenError:
                return False
            return True

    with ThreadPoolExecutor(len(people)) as pool:
        won = list(pool.map(attempt, people, timeout=60))
    assert sum(won) == 1
    assert act(desk, claims_of, [home])[home].by == people[won.index(True)]


def test_only_the_holder_lets_go(desk: Desk, home: int) -> None:
    assert not act(desk, let_go, home, ANNA)
    act(desk, claim, home, ANNA)
    with pytest.raises(TakenError):
        act(desk, let_go, home, BRAM)
    assert act(desk, let_go, home, ANNA)
    assert act(desk, claims_of, [home]) == {}
    assert desk.kinds(HOME)[-2:] == ["claimed", "let-go"]


def test_handing_over_gives_it_to_the_colleague(desk: Desk, home: int) -> None:
    act(desk, claim, home, ANNA)
    act(desk, hand_over, home, BRAM, None, ANNA, "vakantie")
    assert act(desk, claims_of, [home])[home].by == BRAM
    assert file_of(desk).history[-1].nl == "Overgedragen aan Bram de Wit: vakantie"


def test_handing_over_asks_to_whom_and_why(desk: Desk, home: int) -> None:
    with pytest.raises(NotPossibleError, match="colleague or a team"):
        act(desk, hand_over, home, None, None, ANNA, "vakantie")
    with pytest.raises(NotPossibleError, match="the reason"):
        act(desk, hand_over, home, BRAM, None, ANNA, " ")


def test_colleagues_are_those_who_work_here(desk: Desk, home: int) -> None:
    act(desk, claim, home, BRAM)
    desk.system.rows(
        """INSERT INTO sessions VALUES
        (sha256('1'), 'carla-3', 'Carla Vos', '{team-lead}', '{0141}', '{}', now(), now()),
        (sha256('2'), 'dirk-4', 'Dirk Bos', '{auditor}', '{0141}', '{}', now(), now()),
        (sha256('3'), 'els-5', 'Els Kok', '{specialist}', '{0164}', '{}', now(), now()),
        (sha256('4'), 'anna-1', 'Anna Postma', '{specialist}', '{0141}', '{}', now(), now()) RETURNING user_id"""
    )
    assert act(desk, colleagues, "0141", ANNA) == [BRAM, Actor("carla-3", "Carla Vos")]


@pytest.fixture
def teams(desk: Desk) -> None:
    """A pilot in one neighbourhood with one partner, and a team by hand."""
    desk.begin(policies=[WITH_TEAMS, shipped()["hengelo.toml"]])


@pytest.mark.usefixtures("teams")
def test_the_policy_gives_a_household_its_team(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", "menzis/P1", at=14))
    team = file_of(desk).team
    assert team is not None
    assert team.key == "wijkteam-west"
    assert file_of(desk, "7607GC 14 2026-11").team is None


@pytest.mark.usefixtures("teams")
def test_a_person_gives_a_household_to_another_team_and_back_to_all(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    home = desk.case(HOME).household_id
    act(desk, claim, home, ANNA)
    act(desk, hand_over, home, None, "ondernemers", ANNA, "heeft een zaak")
    found = file_of(desk)
    assert found.team is not None
    assert (found.team.key, found.claim) == ("ondernemers", None)
    assert found.history[-1].nl == "Naar de werkvoorraad van Team ondernemers: heeft een zaak"
    act(desk, assign, home, None, BRAM, "toch niet")
    assert file_of(desk).team is None
    with pytest.raises(NotPossibleError, match="no such team"):
        act(desk, assign, home, "west", ANNA, "vergissing")
