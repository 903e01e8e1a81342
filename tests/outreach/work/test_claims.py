"""Two people cannot hold one household; letting go, handing over, and teams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from signals.outreach.teams import COMMON
from signals.outreach.work.claims import claim, claims_of, colleagues, hand_over, let_go, note_arrival
from signals.outreach.work.decisions import close
from signals.outreach.work.people import Actor, NotPossibleError, TakenError
from signals.outreach.work.teams import assign
from signals.outreach.worklist import WorkFilter, handed_over, work_page
from signals.policies import shipped
from signals.store import sessions
from signals.store.database import transaction
from signals.store.sessions import Limits, SignedIn
from tests.reference.notation import report

from .people import ANNA, BRAM, HOME, R1, act, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
CARLA = Actor("carla-3", "Carla Vos")
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
    assert act(desk, claim, home, ANNA)
    assert not act(desk, claim, home, ANNA)
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


def test_where_nothing_is_open_there_is_nothing_to_hold(desk: Desk, home: int) -> None:
    act(desk, close, [desk.case(HOME).id], "no-contact", ANNA)
    with pytest.raises(NotPossibleError, match="reopen"):
        act(desk, claim, home, ANNA)
    with pytest.raises(NotPossibleError, match="reopen"):
        act(desk, hand_over, home, BRAM, None, ANNA, "vakantie", held_by=None)
    assert act(desk, claims_of, [home]) == {}


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
    act(desk, hand_over, home, BRAM, None, ANNA, "vakantie", held_by=ANNA.id)
    assert act(desk, claims_of, [home])[home].by == BRAM
    assert file_of(desk).history[-1].nl == "Overgedragen van Anna Postma aan Bram de Wit: vakantie"
    assert file_of(desk).history[-1].en == "Handed over by Anna Postma to Bram de Wit: vakantie"


def test_what_is_handed_over_says_who_had_it_also_when_another_gives_it(desk: Desk, home: int) -> None:
    act(desk, claim, home, ANNA)
    act(desk, hand_over, home, BRAM, None, CARLA, "ziek", held_by=ANNA.id)
    (line,) = [one for one in file_of(desk).history if one.kind == "handed-over"]
    assert (line.actor, line.nl) == (CARLA.name, "Overgedragen van Anna Postma aan Bram de Wit: ziek")


def test_who_gets_a_household_finds_it_in_their_queues_until_they_opened_it(desk: Desk, home: int) -> None:
    there = frozenset({"0141"})
    assert act(desk, handed_over, BRAM.id, there, today()).households == 0
    act(desk, hand_over, home, BRAM, None, ANNA, "vakantie", held_by=None)
    found = act(desk, handed_over, BRAM.id, there, today())
    assert found.households == 1
    assert found.queues
    for queue, number in found.queues.items():
        asked = WorkFilter(queue, there, today(), claim="given", user=BRAM.id)
        listed = act(desk, work_page, asked).items
        assert [(item.household, item.claim.given_by) for item in listed] == [(home, ANNA.name)] * number
    assert act(desk, handed_over, ANNA.id, there, today()).queues == {}
    assert act(desk, handed_over, BRAM.id, frozenset({"0164"}), today()).households == 0
    act(desk, note_arrival, home, ANNA.id)  # another's look is not theirs
    assert act(desk, handed_over, BRAM.id, there, today()).households == 1
    act(desk, note_arrival, home, BRAM.id)
    assert act(desk, handed_over, BRAM.id, there, today()).households == 0
    assert act(desk, claims_of, [home])[home].by == BRAM


def test_what_one_takes_oneself_is_not_handed_over(desk: Desk, home: int) -> None:
    act(desk, claim, home, ANNA)
    act(desk, hand_over, home, BRAM, None, BRAM, "ziek", held_by=ANNA.id)
    assert act(desk, claims_of, [home])[home].given_by is None


def test_handing_over_asks_to_whom_and_why(desk: Desk, home: int) -> None:
    with pytest.raises(NotPossibleError, match="colleague or a team"):
        act(desk, hand_over, home, None, None, ANNA, "vakantie", held_by=None)
    with pytest.raises(NotPossibleError, match="the reason"):
        act(desk, hand_over, home, BRAM, None, ANNA, " ", held_by=None)


@pytest.mark.parametrize(("to", "team"), [(CARLA, None), (None, COMMON)])
@pytest.mark.parametrize("held_by", [None, ANNA])
def test_what_a_colleague_took_meanwhile_is_not_handed_over(
    desk: Desk, home: int, held_by: Actor | None, to: Actor | None, team: str | None
) -> None:
    if held_by:
        act(desk, claim, home, held_by)
        act(desk, let_go, home, held_by)
    act(desk, claim, home, BRAM)
    with pytest.raises(TakenError) as refused:
        act(desk, hand_over, home, to, team, ANNA, "vakantie", held_by=held_by and held_by.id)
    assert refused.value.name == BRAM.name
    assert act(desk, claims_of, [home])[home].by == BRAM
    assert desk.kinds(HOME)[-1] == "claimed"
    act(desk, hand_over, home, to, team, ANNA, "vakantie", held_by=BRAM.id)  # now that it was seen
    assert [one.by for one in act(desk, claims_of, [home]).values()] == ([to] if to else [])


def test_what_was_let_go_or_is_ones_own_by_now_can_be_handed_over(desk: Desk, home: int) -> None:
    act(desk, hand_over, home, CARLA, None, ANNA, "vakantie", held_by=BRAM.id)
    assert act(desk, claims_of, [home])[home].by == CARLA
    act(desk, hand_over, home, ANNA, None, ANNA, "vakantie", held_by=CARLA.id)
    act(desk, hand_over, home, BRAM, None, ANNA, "toch niet", held_by=None)
    assert act(desk, claims_of, [home])[home].by == BRAM


def sign_in(desk: Desk, user: str, name: str, role: str = "specialist", municipality: str = "0141") -> None:
    who = SignedIn(user, name, (role,), (municipality,), ())
    limits = Limits(timedelta(minutes=30), timedelta(hours=10), 3)
    act(desk, sessions.begin, token_bytes(32), who, datetime.now(UTC), limits)


def test_colleagues_are_those_who_ever_signed_in_for_this_work_here(desk: Desk) -> None:
    sign_in(desk, "carla-3", "Carla Vos", "team-lead")
    sign_in(desk, "bram-2", "Bram Wit")
    sign_in(desk, "dirk-4", "Dirk Bos", "auditor")
    sign_in(desk, "els-5", "Els Kok", municipality="0164")
    sign_in(desk, "anna-1", "Anna Postma")
    sign_in(desk, "bram-2", "Bram de Wit")  # who has another name by now
    desk.system.rows("DELETE FROM sessions RETURNING user_id")  # and went home
    assert act(desk, colleagues, "0141", ANNA) == [BRAM, CARLA]
    sign_in(desk, "carla-3", "Carla Vos", "partner-manager")
    assert act(desk, colleagues, "0141", ANNA) == [BRAM]


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
    act(desk, hand_over, home, None, "ondernemers", ANNA, "heeft een zaak", held_by=ANNA.id)
    found = file_of(desk)
    assert found.team is not None
    assert (found.team.key, found.claim) == ("ondernemers", None)
    assert found.history[-1].nl == "Naar de werkvoorraad van Team ondernemers: heeft een zaak"
    act(desk, assign, home, None, BRAM, "toch niet")
    assert file_of(desk).team is None
    with pytest.raises(NotPossibleError, match="no such team"):
        act(desk, assign, home, "west", ANNA, "vergissing")


@pytest.mark.usefixtures("teams")
def test_a_team_that_is_no_more_keeps_nobody_from_the_others(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", "menzis/P1", at=14))
    for name in (HOME, "7607GC 14 2026-11"):
        act(desk, assign, desk.case(name).household_id, "ondernemers", ANNA, "heeft een zaak")
    without = WITH_TEAMS.partition('[[team]]\nkey = "ondernemers"')[0].replace("2020-01-01", "2026-01-01", 1)
    desk.load_policy(without)
    team = file_of(desk).team
    assert team is not None
    assert team.key == "wijkteam-west"
    assert file_of(desk, "7607GC 14 2026-11").team is None
