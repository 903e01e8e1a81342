"""The page of the policy, and what one says when a resident asks where the details come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import ACCEPTED_HELP, OUTCOMES
from signals.outreach.policy import parse_policy
from signals.policies import shipped
from signals.web.office.policy_words import parts_of
from signals.web.people import Role
from signals.web.words import word
from signals.web.work.case import show_case
from tests.web.case_office import a_case, opened
from tests.web.client import text_of
from tests.web.dossiers import made_dossier
from tests.web.office import ALMELO, HENGELO, person
from tests.web.test_case_page import desk, sheet_of

if TYPE_CHECKING:
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice


def lines(sheet: Sheet) -> dict[str, str]:
    """What and how much."""
    pairs = [list(one) for one in sheet.all("div", class_="utrecht-data-list__item")]
    return {text_of(what): text_of(how) for what, how in pairs}


@pytest.mark.database
@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_the_policy_of_their_own_municipality(shared_office: RunningOffice, role: Role) -> None:
    sheet = shared_office.signed_in(role).get("/beleid")
    assert sheet.texts("h2") == ["Gemeente Almelo"]
    assert "geldt vanaf 1 januari 2020" in sheet.texts("summary")[-1]
    assert "nu van kracht" in sheet.texts("summary")[0]
    said = lines(sheet)
    assert said["Huur: bedrag"] == "vanaf € 50,00"
    assert said["Zorgverzekering: dagen achterstand"] == "van 30 tot en met 100 dagen"
    assert (said["Eerste contactpoging"], said["Gesprek bij een bedreigende situatie"]) == ("14 dagen", "3 werkdagen")
    assert said["Achterstand bij 2 partners of meer"] == "20 punten"
    assert "Nederlandse Schuldhulproute" in sheet.texts("li")
    assert (said["Afzender"], said["Venster van de envelop"]) == ("Gemeente Almelo", "links")


@pytest.mark.database
def test_who_works_for_two_municipalities_reads_both_and_in_english(shared_office: RunningOffice) -> None:
    both = person(Role.AUDITOR, 5, frozenset({ALMELO, HENGELO}))
    sheet = shared_office.signed_in(both, "en").get("/beleid")
    assert sheet.texts("h2") == ["Municipality Almelo", "Municipality Hengelo"]
    assert "each partner counts once" in sheet.words


@pytest.mark.database
def test_the_case_leads_to_the_version_that_it_was_judged_by(shared_office: RunningOffice) -> None:
    client = shared_office.signed_in(Role.SPECIALIST)
    path, _, place = opened(client, a_case(shared_office)).link("Wat dit beleid zegt").partition("#")
    assert client.get(path).all("details", id=place)


def test_what_a_policy_may_have_besides_is_said_too() -> None:
    team = '[[team]]\nkey = "west"\nname = "Wijkteam West"\npostcodes = ["7607"]\npartners = ["welbions"]\n'
    body = shipped()["almelo.toml"].replace('# eviction = "home-visit"', 'eviction = "home-visit"')
    policy = parse_policy(body + team, "policy")
    policy = replace(policy, threshold={}, window={})
    said = {row for part in parts_of(desk("nl"), policy) for row in part.rows}
    assert ("Wijkteam West", "postcodes 7607; signalen van Welbions") in said
    assert ("Huur: bedrag", "geen drempel") in said
    assert ("Huur: dagen achterstand", "geen grens") in said
    assert (word("crisis", "eviction", "nl"), "Huisbezoek") in said


def test_which_outcomes_count_as_accepted_help_is_said_of_each_version() -> None:
    def listed(body: str, language: str = "nl") -> list[str]:
        parts = parts_of(desk(language), parse_policy(body, "policy"))
        (part,) = [one for one in parts if "geaccepteerde hulp" in one.heading or "accepted help" in one.heading]
        return [name for name, _ in part.rows]

    shipped_one = shipped()["almelo.toml"]
    assert listed(shipped_one) == [word("outcome", one, "nl") for one in OUTCOMES if one in ACCEPTED_HELP]
    narrow = 'accepted_help = ["follow-up-help"]\n' + shipped_one
    assert listed(narrow) == [word("outcome", "follow-up-help", "nl")]
    assert listed(narrow, "en") == [word("outcome", "follow-up-help", "en")]


@pytest.mark.parametrize(("language", "to"), [("nl", "Tegen"), ("en", "To")])
def test_each_person_is_told_only_of_their_own_partners(language: str, to: str) -> None:
    sheet = sheet_of(show_case(desk(language), made_dossier()))
    drawer = sheet.all("details", id="hoe-komt-u-aan")[0]
    first, second = (text_of(one) for one in drawer.iter("li"))
    assert first.startswith(f"{to} A.M. van der Berg:")
    assert ("Welbions" in first, "Vitens" in first, "Enexis" in first) == (True, True, False)
    assert ("Welbions" in second, "Enexis" in second) == (False, True)
    assert "Wet gemeentelijke schuldhulpverlening" in text_of(drawer)


def test_who_may_be_several_people_is_told_of_no_partner() -> None:
    one, other = made_dossier().persons
    sheet = sheet_of(show_case(desk("nl"), made_dossier(persons=(replace(one, certain=False), other))))
    first = text_of(next(sheet.all("details", id="hoe-komt-u-aan")[0].iter("li")))
    assert "Welbions" not in first
    assert "niet zeker" in first


def test_the_parts_stand_in_the_order_of_the_work() -> None:
    """From the signal that comes in to the outcome; what a month costs stands before the points that count months."""
    headings = [part.heading for part in parts_of(desk("nl"), parse_policy(shipped()["hengelo.toml"], "policy"))]
    wanted = ["meetelt", "zaak worden", "huisbezoek", "per maand", "punten", "Termijnen", "Doorverwijzen", "tellen"]
    wanted.append("afzender")
    assert [one for one in headings if "Teams" not in one] == [
        next(heading for heading in headings if want in heading) for want in wanted
    ]
