"""A day of visits is planned, looked at, changed and released, as a specialist and a team lead meet it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.instance import Point
from signals.outreach.visits.lists import ListChangedError
from signals.outreach.visits.planning import Proposed
from signals.outreach.visits.unsafe import flag_unsafe
from signals.outreach.visits.words import VISIT_ERRORS
from signals.outreach.work.people import Actor
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.planner import Planner
from signals.web.texts import today_of, utc_now
from tests.web.case_office import COLLEAGUE, opened, rows
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO, person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.web.client import FormOnPage, PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
NEW = "/bezoeken/nieuw"
SETTING = "Morgenavond, Sanne en gast"
GUEST = "Gerda Voorbeeld"
CHANGED = "De lijst is veranderd nadat u deze pagina opende"


def settle(office: RunningOffice) -> None:
    """The address register knows where everybody lives: near each other."""
    with transaction(office.engine) as cursor:
        cursor.execute(
            """INSERT INTO address_places (postcode, number, suffix, x, y)
            SELECT DISTINCT postcode, number, suffix, 241900 + 20 * (number % 40), 486200 + 25 * (id % 40)
            FROM addresses WHERE number BETWEEN 1 AND 99999 ON CONFLICT DO NOTHING"""
        )


def start_of(office: RunningOffice) -> str:
    """Where the pair leaves from, as somebody types it."""
    ((postcode, number),) = rows(office, "SELECT postcode, number FROM address_places ORDER BY 1, 2 LIMIT 1")
    return f"{postcode[:4]} {postcode[4:].lower()} {number}"


def usual(office: RunningOffice, days: int = 1) -> dict[str, Any]:
    """What somebody fills in beside what stands there."""
    return {"on_day": today_of(utc_now()) + timedelta(days=days), "start": start_of(office), "minutes": "120"}


def planned(client: PageClient, office: RunningOffice, days: int = 1, **typed: Any) -> Sheet:  # noqa: ANN401 - fields
    """The page of a list that was proposed."""
    form = client.get(NEW).form(NEW)
    return client.send(form, "Stel een lijst voor", **(usual(office, days) | typed))


def path_of(sheet: Sheet) -> str:
    """Where the list is whose page this is."""
    return "/bezoeken/" + sheet.url.rpartition("/bezoeken/")[2].partition("/")[0].partition("#")[0]


def form_to(sheet: Sheet, act: str, nth: int = 0) -> FormOnPage:
    return sheet.form(f"{path_of(sheet)}/{act}", nth)


def stops_of(office: RunningOffice, sheet: Sheet) -> list[tuple[Any, ...]]:
    """Household, state and whether it is pinned, in the order of the list."""
    number = int(path_of(sheet).rpartition("/")[2])
    return rows(
        office, "SELECT household_id, state, pinned FROM visit_stops WHERE list_id = %s ORDER BY place, id", number
    )


def going(stops: Sequence[tuple[Any, ...]]) -> list[int]:
    return [home for home, state, _ in stops if state == "planned"]


def address_of(office: RunningOffice, household: int) -> str:
    """The address of a household, as somebody types it."""
    ((postcode, number, suffix),) = rows(
        office,
        """SELECT postcode, number, suffix FROM addresses JOIN households ON address_id = addresses.id
        WHERE households.id = %s""",
        household,
    )
    return f"{postcode} {number} {suffix}".rstrip()


def settled(office: RunningOffice) -> PageClient:
    """A specialist where the places are known."""
    settle(office)
    return office.signed_in(Role.SPECIALIST)


def test_from_a_setting_two_clicks_lead_to_a_list_that_is_changed_and_let_go(office: RunningOffice) -> None:
    client = settled(office)
    assert client.get("/werkvoorraad/visits").link("Bezoeklijsten") == "/bezoeken"
    kept = client.send(client.get(NEW).form(NEW), "Bewaar deze instelling", name=SETTING, guest=GUEST, **usual(office))
    assert "De instelling is bewaard." in kept.words
    form = client.get(kept.link(SETTING))
    sheet = client.send(form.form(NEW), "Stel een lijst voor")
    assert "De lijst is voorgesteld." in sheet.words
    assert f"Sanne de Vries en {GUEST}" in sheet.words
    first = going(stops_of(office, sheet))
    assert len(first) >= 3
    assert next(text for text in sheet.texts("a") if text[0].isdigit()).startswith("1. ")
    assert "Omstreeks 18:" in sheet.words
    assert "Score " in sheet.words
    assert "Dichtbij deze ronde" in sheet.words

    again = client.send(form.form(NEW), "Stel een lijst voor")  # the form that was sent before
    assert again.url.partition("#")[0] == sheet.url.partition("#")[0]
    assert "hadden op dit deel van de dag al een lijst" in again.words
    sheet = client.send(form_to(sheet, "volgorde"), where="later")  # the first one: it cannot go earlier
    assert going(stops_of(office, sheet)) == [first[1], first[0], *first[2:]]
    sheet = client.send(form_to(sheet, "vast", 2))
    sheet = client.send(form_to(sheet, "eraf"))
    (offered, *_) = [form for form in sheet.forms() if "case" in dict(form.fields)]
    sheet = client.send(offered)
    added = going(stops_of(office, sheet))[-1]
    sheet = client.send(form_to(sheet, "opnieuw"))
    now = stops_of(office, sheet)
    assert {first[2], added} <= set(going(now))
    assert (first[1], "dropped", False) in now
    assert "Van de lijst af" in sheet.words

    unsure = client.send(form_to(sheet, "vrijgeven"), status=422)
    assert "Zet een vinkje als u de lijst hebt bekeken." in unsure.words
    released = client.send(form_to(unsure, "vrijgeven"), sure="yes")
    assert f"De lijst is vrijgegeven. Huishoudens die bezocht worden: {len(going(now))}." in released.words
    assert [one.action for one in released.forms() if path_of(released) in one.action and "eraf" in one.action] == []
    assert "Op pad: de lijst op uw telefoon" in released.texts("a")
    assert "De lijst was al vrijgegeven." in client.send(form_to(unsure, "vrijgeven"), sure="yes").words
    listed = client.get("/bezoeken")
    assert f"0 van {len(going(now))} opgeschreven" in listed.words
    subject = f"visit-list {path_of(sheet).rpartition('/')[2]}"
    done = rows(office, "SELECT action FROM audit WHERE actor = 'specialist-1' AND subject = %s ORDER BY id", subject)
    acts = [action for (action,) in done if action != "view-visits"]
    assert acts == ["plan-visits", *["edit-visits"] * 4, "plan-visits", "release-visits"]
    assert rows(office, "SELECT count(*) FROM cases WHERE released_by = 'specialist-1'") != [(0,)]


def test_who_saw_another_list_is_told_and_what_falls_out_is_named(office: RunningOffice) -> None:
    client = settled(office)
    sheet = planned(client, office)
    other = office.signed_in(COLLEAGUE)
    theirs = other.send(form_to(other.get(path_of(sheet)), "eraf"))
    assert "van de lijst gehaald" in theirs.words
    late = client.send(form_to(sheet, "erbij"), address="7607 gc", status=422)
    assert late.all("input", id="address")[0].get("value") == "7607 gc"
    assert "Vul postcode en huisnummer in" in late.words
    typed = address_of(office, stops_of(office, sheet)[0][0])
    stale = client.send(form_to(sheet, "erbij"), address=typed, status=409)
    assert CHANGED in stale.words
    assert stale.all("input", id="address")[0].get("value") == typed
    assert CHANGED in client.send(form_to(sheet, "opnieuw"), status=409).words
    before = stops_of(office, sheet)
    assert CHANGED in client.send(form_to(sheet, "vrijgeven"), sure="yes", status=409).words
    assert "komt er niet vanzelf weer op" in client.send(form_to(sheet, "eraf")).words  # done before, by the colleague
    assert stops_of(office, sheet) == before
    other_list = planned(client, office, 3)
    (theirs_still, *_) = going(stops_of(office, sheet))
    looks = "SELECT count(*) FROM processing_log WHERE household_id = %s"
    ((seen,),) = rows(office, looks, theirs_still)
    here = client.send(form_to(other_list, "erbij"), address=address_of(office, theirs_still), status=409)
    assert "Waarom: staat op een andere lijst." in here.words
    assert rows(office, looks, theirs_still) == [(seen + 1,)]
    rows(office, "UPDATE visit_lists SET on_day = on_day - 5 WHERE id = (SELECT max(id) FROM visit_lists) RETURNING id")
    over = client.get(path_of(other_list))
    assert "De dag van deze lijst is voorbij. Plan een nieuwe lijst." in over.words
    assert {one.action.rpartition("/")[2] for one in over.forms()} & {"eraf", "vrijgeven", "erbij"} == set()
    assert "De dag is voorbij" in client.get("/bezoeken").words
    nowhere = client.send(form_to(stale, "erbij"), address="9999XX 1", status=422)
    assert "Bij dit adres is in deze gemeente niets bekend." in nowhere.words

    gone, chosen, *_ = going(stops_of(office, sheet))
    morning = "INSERT INTO next_steps VALUES (%s, %s, 'morning', 'home-visit', 'not-at-home') RETURNING household_id"
    rows(office, morning, chosen, today_of(utc_now()))
    rows(office, "UPDATE cases SET held = true WHERE household_id = %s RETURNING id", gone)
    warned = client.get(path_of(sheet))
    assert "Vervalt bij vrijgeven: een overlijden eerst bekijken" in warned.words
    assert "Eigenlijk aan de beurt: op een ander deel van de dag." in warned.words
    left = client.send(form_to(warned, "vrijgeven"), sure="yes")
    assert "Vervallen: 1." in left.words
    assert "Een overlijden eerst bekijken" in [text_of(cell) for cell in left.all("td")]
    thrown = client.send(form_to(planned(client, office, 2), "beeindigen"), end="yes")
    assert "De lijst is weggegooid." in thrown.words
    ended = client.send(form_to(client.get(path_of(sheet)), "beeindigen"), end="yes")
    assert "De lijst is beëindigd." in ended.words
    assert "Klaar" in ended.texts("h2")
    assert client.get(path_of(sheet)).link("Leg vast wat er nog uitkwam") == f"{path_of(sheet)}/onderweg"


def test_what_is_wrong_with_a_plan_is_told_at_its_field_and_stays(office: RunningOffice) -> None:
    client = settled(office)
    form, today = client.get(NEW).form(NEW), today_of(utc_now())
    wrong = {
        "on_day": today - timedelta(days=1),
        "begins": "12:30",
        "start": "9999 ZZ 1",
        "guest": GUEST,
        "second": "specialist-1",
        "minutes": "0",
        "per_visit": "veel",
        "maximum": "0",
        "area": "7607, straat",
    }
    sheet = client.send(form, "Stel een lijst voor", status=422, **wrong)
    for sentence in (
        "Deze dag is voorbij.",
        "Deze tijd valt in een ander deel van de dag",
        "Het adressenregister kent deze postcode niet.",
        "Er gaan er hoogstens twee.",
        "U koos twee keer dezelfde.",
        "Vul een aantal minuten in",
        "Vul een aantal in van 1 of meer",
        "Vul in hoe de postcodes beginnen",
    ):
        assert sentence in sheet.words
    values = dict(sheet.form(NEW).fields)
    assert {name: values[name] for name in ("start", "area", "guest", "per_visit")} == {
        name: wrong[name] for name in ("start", "area", "guest", "per_visit")
    }
    nobody = client.send(form, "Stel een lijst voor", first="", on_day="", begins="laat", start="x", status=422)
    for sentence in ("Kies wie er gaan", "Vul een datum in", "Vul een tijd in", "Vul postcode en huisnummer in"):
        assert sentence in nobody.words
    far = client.send(form, "Stel een lijst voor", status=422, on_day="9999-12-31", start=start_of(office))
    assert "Deze dag is te ver weg." in far.words
    near = client.send(form, "Stel een lijst voor", status=422, announced="yes", **usual(office))
    assert VISIT_ERRORS["too-near"][0] in near.words
    rows(office, "DELETE FROM address_places RETURNING postcode")
    blind = client.send(form, "Stel een lijst voor", status=422, start="1234 AB 1")
    assert "Er is nog geen adressenregister ingelezen" in blind.words
    assert rows(office, "SELECT count(*) FROM visit_lists") == [(0,)]


def test_a_setting_is_changed_by_one_at_a_time_and_removed(office: RunningOffice) -> None:
    client, other = settled(office), office.signed_in(COLLEAGUE)
    typed = usual(office) | {"name": SETTING}
    client.send(client.get(NEW).form(NEW), "Bewaar deze instelling", **typed)
    taken = client.send(client.get(NEW).form(NEW), "Bewaar deze instelling", status=422, **typed)
    assert "Er is al een instelling met deze naam." in taken.words
    nameless = client.send(client.get(NEW).form(NEW), "Bewaar deze instelling", status=422, **(typed | {"name": ""}))
    assert "Geef de instelling een naam" in nameless.words
    mine, theirs = (one.get(one.get("/bezoeken").link(SETTING)) for one in (client, other))
    other.send(theirs.form(NEW), f"Verander «{SETTING}»", minutes="90")
    late = client.send(mine.form(NEW), f"Verander «{SETTING}»", minutes="150", status=409)
    assert "Een collega veranderde deze instelling intussen." in late.words
    assert dict(late.form(NEW).fields)["minutes"] == "150"
    client.send(late.form(NEW), f"Verander «{SETTING}»")
    assert rows(office, "SELECT minutes, version, by_name FROM visit_plans") == [(150, 3, "Sanne de Vries")]
    removing = mine.form("/bezoeken/instelling/")
    assert "Een collega veranderde deze instelling" in client.send(removing, status=409).words
    now = client.get(client.get("/bezoeken").link(SETTING))
    gone = client.send(now.form("/bezoeken/instelling/"))
    assert "De instelling is verwijderd." in gone.words
    assert SETTING not in gone.words
    lost = other.send(theirs.form(NEW), f"Verander «{SETTING}»", status=409)
    assert "Een collega verwijderde deze instelling" in lost.words
    kept = rows(office, "SELECT actor, action FROM audit WHERE action LIKE '%visit-setting' ORDER BY id")
    assert kept == [
        ("specialist-1", "keep-visit-setting"),
        ("specialist-2", "keep-visit-setting"),
        ("specialist-1", "keep-visit-setting"),
        ("specialist-1", "remove-visit-setting"),
    ]


def test_a_resident_who_wants_no_visit_gets_none(office: RunningOffice) -> None:
    client = settled(office)
    sheet = planned(client, office, 9, announced="yes")
    released = client.send(form_to(sheet, "vrijgeven"), sure="yes")
    assert "Niet langsgaan: niet aangekondigd" in released.words
    assert f"nog niet zijn verstuurd: {len(going(stops_of(office, sheet)))}. Naar de brieven" in released.words
    form = form_to(released, "niet-gewenst")
    silent = client.send(form, note="Belde.", status=422)
    assert "Kies hoe de bewoner het liet weten." in silent.words
    assert "Belde." in silent.texts("textarea")
    off = client.send(form_to(silent, "niet-gewenst"), how="call")
    assert "Opgeschreven: dit bezoek gaat niet door." in off.words
    assert "Wil geen bezoek" in [text_of(cell) for cell in off.all("td")]
    assert next(text for text in off.texts("a") if text[0].isdigit()).startswith("2. ")  # the numbers stay
    assert "Dit was al opgeschreven." in client.send(form, how="call").words
    assert rows(office, "SELECT kind, reached, note FROM contact_attempts") == [("call", True, "Belde.")]


def test_a_door_that_is_not_safe_is_flagged_everywhere_until_a_lead_lifts_it(office: RunningOffice) -> None:
    client = settled(office)
    sheet = planned(client, office)
    (household,) = going(stops_of(office, sheet))[:1]
    case = rows(office, "SELECT case_id FROM visit_stops WHERE household_id = %s", household)[0][0]
    assert path_of(sheet) in [one.get("href") for one in opened(client, case).all("a")]
    with transaction(office.engine) as cursor:
        flag_unsafe(cursor, household, Actor("bram-2", "Bram Voorbeeld"))
    rows(office, "UPDATE cases SET route = 'home-visit' WHERE id = %s RETURNING id", case)
    assert "Onveilig aan de deur" in client.get(path_of(sheet)).words
    assert "Vervalt bij vrijgeven: onveilig aan de deur" in client.get(path_of(sheet)).words
    assert "Onveilig aan de deur" in client.get("/werkvoorraad/visits").words
    seen = opened(client, case)
    assert "Onveilig aan de deur: gemeld door Bram Voorbeeld" in seen.words
    assert "Alleen een teamleider kan zeggen dat het weer veilig is." in seen.words
    assert client.http.get(f"/zaak/{case}/veilig").status_code == 403
    lead = office.signed_in(Role.TEAM_LEAD)
    page = lead.get(opened(lead, case).link("Zeg dat het weer veilig is"))
    unsure = lead.send(page.form(f"/zaak/{case}/veilig"), status=422)
    assert "Schrijf op waarom." in unsure.words
    safe = lead.send(unsure.form(f"/zaak/{case}/veilig"), reason="De hond is weg.", certain="yes")
    assert "het is weer veilig aan de deur" in safe.words
    assert "Er gaat niemand langs." not in safe.words
    again = lead.send(unsure.form(f"/zaak/{case}/veilig"), reason="De hond is weg.", certain="yes")
    assert "Hier staat niet (meer) dat het onveilig is" in again.words
    lifted = rows(office, "SELECT lifted_by, lifted_why FROM unsafe_homes")
    assert lifted == [("Tom Jansen", "De hond is weg.")]
    assert rows(office, "SELECT count(*) FROM audit WHERE action = 'lift-unsafe'") == [(1,)]


def test_without_its_routing_server_a_list_is_proposed_and_says_so(office: RunningOffice) -> None:
    settle(office)
    pair = (Actor("anna-1", "Anna Postma"), Actor("bram-2", "Bram Voorbeeld"))
    found = DayWish(ALMELO, today_of(utc_now()), "evening", Point(241_900, 486_200), pair)
    planner = Planner(office.engine, "http://127.0.0.1:9")  # nobody listens there
    done = planner.proposed(found, pair[0], found.on_day)
    assert isinstance(done, Proposed)
    assert done.fallen_back is not None
    assert planner.proposed(found, pair[0], found.on_day) == done.list
    anew = planner.anew(done.list, pair[0], None, found.on_day)
    assert isinstance(anew, Proposed)
    assert isinstance(planner.anew(done.list, pair[0], 1, found.on_day), ListChangedError)


def test_from_its_page_a_case_is_put_on_a_list_and_no_other_town_sees_it(office: RunningOffice) -> None:
    client = settled(office)
    sheet = planned(client, office, maximum="1")
    assert len(going(stops_of(office, sheet))) == 1
    ((case, household),) = rows(
        office,
        """SELECT min(cases.id), household_id FROM cases WHERE waiting AND NOT held AND route = 'home-visit'
            AND household_id NOT IN (SELECT household_id FROM visit_stops) GROUP BY household_id ORDER BY 1 LIMIT 1""",
    )
    put = opened(client, case).form("/bezoeken/erbij")
    there = client.send(put)
    assert "Het huishouden staat op de lijst, achteraan." in there.words
    assert going(stops_of(office, there))[-1] == household
    neighbour = office.signed_in(person(Role.SPECIALIST, 5, frozenset({HENGELO})))
    for path in (path_of(there), f"{NEW}?municipality={ALMELO}"):
        neighbour.get(path, 404)
    empty = neighbour.get("/bezoeken")
    assert "Er ligt geen lijst van een collega klaar." in empty.words
    assert neighbour.get(f"{NEW}").status == 200
