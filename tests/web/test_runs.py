"""The letter runs, and whose work a person sees first, as a specialist meets them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy
from signals.policies import shipped
from signals.store.database import transaction
from signals.web.people import Role
from tests.web.chromium import PHONE, WIDE, window
from tests.web.office import ALMELO, HENGELO, person
from tests.web.test_queues import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

    from signals.web.people import User
    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


def test_a_letter_run_is_looked_at_and_released(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    sheet = client.get("/brievenronde")
    form = sheet.form("/brievenronde")
    cases = cases_of(sheet)
    assert len(cases) > 2
    unsure = client.send(form, status=422, case=cases[1:])
    assert "Zet een vinkje als u de lijst hebt bekeken." in unsure.words
    chosen = [one.get("value") for one in unsure.all("input", name="case") if one.get("checked") is not None]
    assert chosen == cases[1:]  # what was chosen is still so
    assert "Kies ten minste één brief." in client.send(form, status=422, case=None).words
    done = client.send(unsure.form("/brievenronde"), sure="yes")
    assert f"Vrijgegeven brieven: {len(cases) - 1}." in done.words
    left = cases_of(done)
    assert cases[0] in left
    assert not set(cases[1:]) & set(left)
    ((released,),) = rows(office, "SELECT count(DISTINCT household_id) FROM cases WHERE released_route = 'letter'")
    assert released == len(cases) - 1


def test_one_is_sure_of_the_number_that_goes_out(office: RunningOffice) -> None:
    """Without a script the page says how many are in the list; before another number goes out, the answer says it."""
    client = office.signed_in(Role.SPECIALIST)
    sheet = client.get("/brievenronde")
    chosen = [one for one in ticked(sheet) if one][2:]
    assert f"In deze lijst: {len(cases_of(sheet))}; wat is aangevinkt, gaat uit" in sheet.texts("caption")
    asked = client.send(sheet.form("/brievenronde"), status=422, case=chosen, sure="yes")
    assert f"Er gaan {len(chosen)} brieven uit, zoals u hebt aangevinkt." in asked.words
    assert f"Aangevinkt, gaat uit: {len(chosen)}" in asked.words
    assert rows(office, "SELECT count(*) FROM cases WHERE released_at IS NOT NULL") == [(0,)]
    done = client.send(asked.form("/brievenronde"), sure="yes")
    assert f"Vrijgegeven brieven: {len(chosen)}." in done.words


def cases_of(sheet: Sheet) -> list[str]:
    """The letters that the form of a run offers."""
    return [str(one.get("value")) for one in sheet.all("input", name="case")]


def ticked(sheet: Sheet) -> list[str | None]:
    return [one.get("value") for one in sheet.all("input", name="case") if one.get("checked") is not None]


def test_where_something_threatens_one_looks_first(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    sheet = client.get("/brievenronde")
    before, chosen = cases_of(sheet), [one for one in ticked(sheet) if one]
    last = chosen[-1]
    rows(office, "UPDATE cases SET crisis = 'eviction' WHERE id = %s RETURNING id", last)
    after = client.get("/brievenronde")
    offered = [one.get("value") for one in after.all("input", name="case")]
    assert set(before) >= set(chosen)
    assert last not in ticked(after)
    assert offered.index(last) < min(offered.index(one) for one in chosen if one != last)
    assert "Eerst bekijken" in after.words
    assert "uithuiszetting" in after.words.lower() or "ontruiming" in after.words.lower()
    ((street,),) = rows(
        office,
        """SELECT street FROM reports WHERE street IS NOT NULL AND case_id = %s UNION ALL SELECT '' LIMIT 1""",
        last,
    )
    assert street in after.words
    done = client.send(after.form("/brievenronde"), case=[last], sure="yes", number=1)  # by hand it can be let go
    assert "Vrijgegeven brieven: 1." in done.words


def test_a_run_that_changed_meanwhile_releases_nothing(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    form = client.get("/brievenronde").form("/brievenronde")
    client.send(form, sure="yes")
    again = client.send(form, status=409, sure="yes")
    assert "Er is niets vrijgegeven" in again.words
    assert "Dit wacht niet meer op een brief" in again.words


def test_what_fell_out_of_a_run_is_named_and_the_rest_can_be_confirmed(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    sheet = client.get("/brievenronde")
    form, cases = sheet.form("/brievenronde"), cases_of(sheet)
    claim = """INSERT INTO claims (household_id, user_id, user_name)
        SELECT household_id, 'colleague', 'Sam Voorbeeld' FROM cases WHERE id = %s RETURNING household_id"""
    rows(office, claim, cases[2])
    (label,) = sheet.texts("label", **{"for": f"case-{cases[2]}"})
    assert " " in label.partition(",")[0]  # street and number
    again = client.send(form, status=409, sure="yes", case=cases[1:], number=len(cases) - 1)
    assert f"{label}: Een collega heeft dit opgepakt" in again.texts("li")
    assert ticked(again) == [case for case in cases[1:] if case != cases[2]]  # what was taken out stays out
    done = client.send(again.form("/brievenronde"), sure="yes")
    assert f"Vrijgegeven brieven: {len(cases) - 2}." in done.words
    assert cases_of(done) == [cases[0]]


def test_a_letter_of_another_municipality_cannot_be_released(office: RunningOffice) -> None:
    mine = office.signed_in(Role.SPECIALIST)
    cases = cases_of(mine.get("/brievenronde"))
    stranger = office.signed_in(person(Role.SPECIALIST, 9, frozenset({HENGELO})))
    token = dict(stranger.get("/zoeken").form("/zoeken").fields)["csrf_token"]
    refused = stranger.post("/brievenronde", status=409, csrf_token=token, case=cases[0], sure="yes", number="1")
    assert f"Zaak {cases[0]}: Dit wacht niet meer op een brief" in refused.texts("li")
    assert rows(office, "SELECT count(*) FROM cases WHERE released_at IS NOT NULL") == [(0,)]


def test_who_works_for_two_municipalities_makes_a_run_of_one(two_towns: RunningOffice) -> None:
    def towns(sheet: Sheet) -> set[str]:
        of_cases = "SELECT DISTINCT municipality FROM cases WHERE id = ANY(%s)"
        return {town for (town,) in rows(two_towns, of_cases, [*map(int, cases_of(sheet))])}

    client = two_towns.signed_in(person(Role.SPECIALIST, 9, frozenset({ALMELO, HENGELO})))
    both = client.get("/brievenronde")
    assert towns(both) == {ALMELO, HENGELO}
    chosen = client.send(both.form("/brievenronde"), "Toon", municipality=HENGELO)
    assert towns(chosen) == {HENGELO}
    unsure = client.send(chosen.form("/brievenronde", nth=1), status=422)
    assert towns(unsure) == {HENGELO}
    assert dict(unsure.form("/brievenronde", nth=1).fields)["municipality"] == HENGELO
    letters = client.get(unsure.link("Terug naar de brieven"))
    assert client.get(letters.link("Brieven samen vrijgeven")).url == chosen.url
    assert towns(client.get("/brievenronde?municipality=9999")) == {ALMELO, HENGELO}
    of_one = two_towns.signed_in(person(Role.SPECIALIST, 8, frozenset({HENGELO})))
    assert "Gemeente" not in of_one.get("/brievenronde").texts("label")


TEAMS = """
[[team]]
key = "huur"
name = "Team Huur"
partners = ["welbions"]
[[team]]
key = "leeg"
name = "Team Leeg"
postcodes = ["9999"]
"""
_OF_TEAM = """EXISTS (SELECT FROM cases AS own JOIN reports ON case_id = own.id JOIN arrears ON arrears.id = arrears_id
    WHERE own.household_id = cases.household_id AND own.state = 'open' AND withdrawn IS NULL
    AND partner_id = 'welbions')"""


@pytest.fixture
def teams(office: RunningOffice) -> tuple[set[int], set[int]]:
    """The office from now on has teams; the households with a waiting letter, of the team and of the common queue."""
    body = shipped()["almelo.toml"].replace("2020-01-01", "2026-01-01", 1) + TEAMS
    with transaction(office.engine) as cursor:
        load_policy(cursor, parse_policy(body, "almelo"), actor="test")
    waiting = f"""SELECT household_id, {_OF_TEAM} FROM cases WHERE state = 'open' AND waiting AND NOT held
        AND route = 'letter' AND household_id NOT IN (
            SELECT household_id FROM cases WHERE state = 'open' AND route = 'home-visit')"""
    found = rows(office, waiting)
    return {home for home, of_team in found if of_team}, {home for home, of_team in found if not of_team}


def member(*teams: str, role: Role = Role.SPECIALIST) -> User:
    return replace(person(role, 5), teams=frozenset(teams))


def homes_of(office: RunningOffice, cases: Sequence[str]) -> set[int]:
    return {home for (home,) in rows(office, "SELECT household_id FROM cases WHERE id = ANY(%s)", [*map(int, cases)])}


def all_listed(office: RunningOffice, client: PageClient, path: str) -> set[int]:
    """The households of all pages of a queue."""
    seen: set[int] = set()
    sheet = client.get(path)
    for _ in range(30):
        hrefs = [one.get("href", "") for one in sheet.all("a", data_open="")]
        seen |= homes_of(office, [href.rpartition("/")[2] for href in hrefs])
        if "Volgende" not in sheet.texts("a"):
            return seen
        sheet = client.get(sheet.link("Volgende"))
    raise AssertionError("the pages do not end")


def test_a_member_of_a_team_sees_its_work_first(office: RunningOffice, teams: tuple[set[int], set[int]]) -> None:
    ours, common = teams
    client = office.signed_in(member("huur"))
    sheet = client.get("/werkvoorraad/letters")
    assert "U ziet: Team Huur." in sheet.words
    assert all_listed(office, client, "/werkvoorraad/letters") == ours
    everything = client.get(sheet.link("Toon alle teams"))
    assert "U ziet:" not in everything.words
    assert all_listed(office, client, urlsplit(everything.url).path + "?team=all") == ours | common
    assert all_listed(office, client, "/werkvoorraad/letters?team=-") == common
    chosen = client.send(sheet.form("/werkvoorraad/letters"), "Toon", team="leeg")
    assert "Geen huishouden past bij uw keuze." in chosen.words
    assert "U ziet: Team Leeg." in chosen.words
    narrowed = client.get("/werkvoorraad/letters?team=huur&sector=housing")
    assert "U ziet: Team Huur." in narrowed.words
    assert narrowed.link("Toon alle teams") == "/werkvoorraad/letters?sector=housing&team=all"
    for path in ("/werkvoorraad/letters", "/brievenronde"):  # a bookmark from before the policy changed
        gone = client.get(f"{path}?team=opgeheven").words
        assert "Dit team is er hier niet (meer)." in gone
        assert "U ziet:" not in gone
    same = "Deze lijst is van alle teams samen."
    beside = client.get("/werkvoorraad/review")
    assert (same in beside.words) == ("Bij deze huishoudens is niet zeker" in beside.words)


@pytest.mark.parametrize("who", [member(), member("of-another-town")])
def test_whoever_is_in_no_team_sees_the_common_queue(
    office: RunningOffice, teams: tuple[set[int], set[int]], who: User
) -> None:
    _, common = teams
    client = office.signed_in(who)
    assert "U ziet: Gezamenlijke werkvoorraad." in client.get("/werkvoorraad/letters").words
    assert all_listed(office, client, "/werkvoorraad/letters") == common
    assert all_listed(office, client, "/werkvoorraad/letters?team=no+team%21") == common  # no form sends that


def test_a_team_lead_sees_all_teams(office: RunningOffice, teams: tuple[set[int], set[int]]) -> None:
    ours, common = teams
    client = office.signed_in(member("huur", role=Role.TEAM_LEAD))
    assert all_listed(office, client, "/werkvoorraad/letters") == ours | common
    assert all_listed(office, client, "/werkvoorraad/letters?team=own") == ours


def test_a_run_is_of_ones_own_team(office: RunningOffice, teams: tuple[set[int], set[int]]) -> None:
    ours, common = teams
    client = office.signed_in(member("huur"))
    sheet = client.get("/brievenronde")
    form = sheet.form("/brievenronde", nth=1)
    cases = cases_of(sheet)
    assert homes_of(office, cases) == ours
    ((others,),) = rows(
        office,
        f"""SELECT count(DISTINCT household_id) FROM cases
        WHERE state = 'open' AND waiting AND route = 'letter' AND NOT {_OF_TEAM}""",
    )
    assert sheet.words.count("Dit is werk van een ander team") == others > 0
    (strange,) = rows(office, "SELECT min(id) FROM cases WHERE waiting AND household_id = %s", min(common))[0]
    refused = client.send(form, status=409, sure="yes", case=[*cases, str(strange)], number=len(cases) + 1)
    assert "Dit is werk van een ander team" in "".join(refused.texts("li"))
    done = client.send(form, sure="yes", case=cases, number=len(cases))  # also where something threatens
    assert f"Vrijgegeven brieven: {len(ours)}." in done.words
    assert (
        homes_of(office, [str(n) for (n,) in rows(office, "SELECT id FROM cases WHERE released_at IS NOT NULL")])
        == ours
    )


def test_the_run_keeps_the_team_that_was_chosen(office: RunningOffice, teams: tuple[set[int], set[int]]) -> None:
    ours, common = teams
    client = office.signed_in(member("huur"))
    sheet = client.send(client.get("/brievenronde").form("/brievenronde"), "Toon", team="-")
    form = sheet.form("/brievenronde", nth=1)
    unsure = client.send(form, status=422, case=cases_of(sheet))  # also where something threatens
    assert dict(unsure.form("/brievenronde", nth=1).fields)["team"] == "-"
    done = client.send(unsure.form("/brievenronde", nth=1), sure="yes")
    assert f"Vrijgegeven brieven: {len(common)}." in done.words
    assert done.url.endswith("?team=-")
    assert all_listed(office, client, "/werkvoorraad/letters?team=all") == ours


def test_the_number_follows_the_ticks_by_a_script(office: RunningOffice, browser: Browser) -> None:
    with window(browser, office, Role.SPECIALIST) as opened:
        page = opened.open("/brievenronde")
        boxes, shown = page.locator("input[name=case]:checked"), page.locator("[data-ticked]")
        before = boxes.count()
        assert shown.inner_text() == str(before)
        boxes.first.uncheck()
        assert shown.inner_text() == str(before - 1)
        page.locator("#sure").check()
        page.get_by_role("button", name="Geef deze brieven vrij").click()
        page.get_by_text(f"Vrijgegeven brieven: {before - 1}.").wait_for()


@pytest.mark.usefixtures("teams")
@pytest.mark.parametrize(("width", "size"), [("", WIDE), ("-telefoon", PHONE)])
def test_teams_in_chromium(office: RunningOffice, browser: Browser, width: str, size: tuple[int, int]) -> None:
    with window(browser, office, member("huur"), size=size) as opened:
        opened.open("/werkvoorraad/visits")
        opened.check(f"werkvoorraad-team{width}")
        page = opened.open("/brievenronde")
        opened.check(f"brievenronde-team{width}")
        case = int(page.locator("input[name=case]:checked").first.get_attribute("value") or 0)
        rows(
            office,
            """INSERT INTO claims (household_id, user_id, user_name)
            SELECT household_id, 'colleague', 'Sam Voorbeeld' FROM cases WHERE id = %s RETURNING household_id""",
            case,
        )
        page.locator("#sure").check()
        page.get_by_role("button", name="Geef deze brieven vrij").click()
        page.get_by_text("Deze brieven kunnen niet meer mee:").wait_for()
        opened.check(f"brievenronde-veranderd{width}")
