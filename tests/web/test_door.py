"""On the way with a list: what the page of a phone says at each door, and what came of each visit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.visits.lists import end_past, read_list
from signals.outreach.visits.round import read_round
from signals.outreach.work.people import Actor
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.texts import today_of
from tests.web.case_office import rows
from tests.web.doors import COLLEAGUE, SPECIALIST, let_go, proposed, released, stops_of
from tests.web.office import ALMELO, HENGELO, person
from tests.web.test_statements import asked

if TYPE_CHECKING:
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.store.database import Cursor
    from tests.web.client import FormOnPage, Sheet
    from tests.web.office import RunningOffice

__all__ = ["asked"]
pytestmark = pytest.mark.database


def at(found: VisitList, stop: ListedStop | None = None) -> str:
    return f"/bezoeken/{found.id}/onderweg" + (f"/{stop.id}" if stop else "")


def form_of(sheet: Sheet, found: VisitList, stop: ListedStop) -> FormOnPage:
    return sheet.form(f"{at(found, stop)}/uitslag")


def attempts(office: RunningOffice, stop: ListedStop) -> list[tuple[Any, ...]]:
    statement = "SELECT kind, part, reached, note, by_name FROM contact_attempts WHERE household_id = %s ORDER BY id"
    return rows(office, statement, stop.household)


def test_what_came_of_a_visit_counts_once_and_leads_to_the_next_stop(office: RunningOffice) -> None:
    way = released(office, 3)
    first, second, _ = way.stops
    anna, bram = office.signed_in(SPECIALIST), office.signed_in(COLLEAGUE)
    sheet, other = anna.get(at(way)), bram.get(at(way))
    assert "0 van 3 gedaan" in sheet.words
    assert [one.get("id") for one in sheet.all("details", data_stop=str(first.id), open="")] == [f"stop-{first.id}"]
    form = form_of(sheet, way, first)
    done = anna.send(form, result="not-at-home", note="De hond <blaft>.")
    assert "Vastgelegd: niet thuis. Volgende stap: huisbezoek, vanaf" in done.words
    assert "1 van 3 gedaan" in done.words
    assert "Niet thuis, door Sanne de Vries," in done.words
    assert done.all("details", data_stop=str(second.id), open="") != []
    made = [("home-visit", "morning", False, "De hond <blaft>.", "Sanne de Vries")]
    assert attempts(office, first) == made
    again = anna.send(form, result="not-at-home", note="De hond <blaft>.")
    assert "Vastgelegd: niet thuis. Volgende stap: huisbezoek, vanaf" in again.words
    assert attempts(office, first) == made
    logged = "SELECT count(*) FROM audit WHERE action = 'record-visit' AND subject = %s"
    assert rows(office, logged, f"visit-list {way.id}") == [(1,)]
    late = bram.send(form_of(other, way, first), result="spoken", note="Wij spraken haar.", status=409)
    assert "Sanne de Vries legde dit bezoek al vast: niet thuis. Er is niets veranderd." in late.words
    assert "Wij spraken haar." in late.words
    assert attempts(office, first) == made
    assert "legde dit bezoek al vast" in bram.send(form_of(other, way, first), note="Nog iets.", status=409).words
    assert "Niet thuis, door Sanne de Vries," in bram.get(at(way)).words


def test_nothing_is_written_down_that_is_not_complete_and_what_was_typed_stays(office: RunningOffice) -> None:
    way = released(office, 3)
    stop, day = way.stops[0], today_of(office.office.clock()) + timedelta(days=3)
    client = office.signed_in(SPECIALIST)
    form = form_of(client.get(at(way)), way, stop)
    agreed: dict[str, Any] = {"agreed_kind": "call", "agreed_on_day": day.isoformat(), "agreed_part": "afternoon"}
    for typed, said in (
        ({"note": "Belt terug."}, "Kies wat er uit het bezoek kwam."),
        ({"result": "spoken", "note": "x" * 4001}, "Maak de notitie korter: hoogstens 4.000 tekens."),
        ({"result": "refused", **agreed}, "Kies «Gesproken», of maak de afspraak leeg."),
        ({"result": "spoken", "agreed_on_day": day.isoformat()}, "Kies hoe u elkaar spreekt"),
        ({"result": "spoken", "agreed_kind": "call", "agreed_on_day": "2026-01-05"}, "Deze dag is voorbij."),
    ):
        sheet = client.send(form, status=422, **typed)
        assert said in sheet.words
        kept = dict(form_of(sheet, way, stop).filled())
        assert {name: kept[name] for name in typed} == typed
        assert kept["key"] == dict(form.fields)["key"]
    assert attempts(office, stop) == []
    sent = [*form.filled(result="spoken", note="x" * 4001), ("answer", "script")]
    answer = client._post(form.action, sent)
    assert (answer.status_code, answer.json()["taken"]) == (422, False)
    done = client.send(form_of(sheet, way, stop), result="spoken", **agreed)
    assert "Vastgelegd: gesproken. Volgende stap: telefoon, vanaf" in done.words
    step = "SELECT kind, on_day, part, why FROM next_steps WHERE household_id = %s"
    assert rows(office, step, stop.household) == [("call", day, "afternoon", "promised")]


def test_each_door_names_who_is_there_and_both_logs_know(office: RunningOffice, asked: list[str]) -> None:
    """The whole round asks the database no more often than a short one."""
    found = released(office, 12)
    assert len(found.going) > 6
    reader = Actor(SPECIALIST.id, SPECIALIST.name)
    with transaction(office.engine) as cursor:
        before = read_round(cursor, found, reader).doors
        unsure = next(door.stop for door in before if any(len(one.partners) > 1 for one in door.asked))
        dead = next(stop for stop in found.stops if stop != unsure)
        _nobody_is_sure_who_it_is(cursor, unsure)
        cursor.execute(
            "UPDATE reports SET deceased_on = current_date WHERE household_id = %s AND picked_up", (dead.household,)
        )
        read = read_round(cursor, found, reader)
    assert sum(len(door.asked) for door in read.doors) > 6
    by_stop = {door.stop.id: door for door in read.doors}
    assert any(not one.partners for one in by_stop[unsure.id].asked)
    assert (by_stop[dead.id].asked, by_stop[dead.id].unnamed) == ((), True)
    client = office.signed_in(SPECIALIST)
    asked.clear()
    sheet = client.get(at(found))
    assert 8 <= len(asked) <= 14, asked
    named = [one for door in read.doors for one in door.asked]
    assert all(one.name in sheet.words for one in named)
    places = [link for one in sheet.all("a") if (link := one.get("href", "")).startswith("geo:")]
    assert places
    assert all(one.startswith("geo:52.") and one.count(",") == 2 for one in places)
    seen = "SELECT count(DISTINCT household_id) FROM processing_log WHERE household_id = ANY(%s)"
    assert rows(office, seen, [stop.household for stop in found.stops]) == [(len(found.stops),)]
    logged = "SELECT actor FROM audit WHERE action = 'view-visits' AND subject = %s"
    assert rows(office, logged, f"visit-list {found.id}") == [(SPECIALIST.id,)]
    of_apple = client.http.get(at(found), headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1)"})
    assert of_apple.text.count('href="maps://?daddr=52.') == len(places)
    stranger = person(Role.SPECIALIST, 9, frozenset({HENGELO}))
    for path in (at(found), at(found, found.stops[0])):
        assert office.signed_in(stranger).http.get(path).status_code == 404


def _nobody_is_sure_who_it_is(cursor: Cursor, stop: ListedStop) -> None:
    """Partners wrote the same surname there and nothing else."""
    cursor.execute(
        "UPDATE persons SET initials = NULL, date_of_birth = NULL WHERE household_id = %s", (stop.household,)
    )


def test_what_stands_in_the_way_is_said_and_what_happened_can_be_told_all_the_same(office: RunningOffice) -> None:
    way = released(office, 3)
    claimed, card, unsafe = way.stops
    rows(office, "UPDATE visit_stops SET kind = 'card' WHERE id = %s RETURNING id", card.id)
    claim = "INSERT INTO claims (household_id, user_id, user_name) VALUES (%s, 'x', 'Kees Voorbeeld') RETURNING 1"
    rows(office, claim, claimed.household)
    client = office.signed_in(SPECIALIST)
    sheet = client.get(at(way))
    assert "Niet langsgaan: een collega is ermee bezig." in sheet.words
    assert sheet.all("details", data_stop=str(card.id), open="") != []
    assert "Laat alleen een kaartje achter." in sheet.words
    told = client.send(form_of(sheet, way, unsafe), result="unsafe")
    assert "Vastgelegd: onveilig." in told.words
    assert "Vastgelegd: gesproken." in client.send(form_of(sheet, way, claimed), result="spoken").words
    done = client.send(form_of(sheet, way, card), result="card-left")
    assert "U bent bij iedereen geweest." in done.words
    assert [one[0] for one in attempts(office, card)] == ["card"]
    assert {stop.state for stop in stops_of(office, way.id)} == {"visited"}


def test_who_signs_in_after_somebody_else_has_nothing_of_their_round(office: RunningOffice) -> None:
    found = released(office, 1)
    client = office.visitor()

    def signs_in(person: str) -> str | None:
        if "session" in client.http.cookies:
            del client.http.cookies["session"]  # it ended by itself
        token = dict(client.get("/aanmelden").form("/aanmelden/voorbeeld").filled())
        answer = client.http.post("/aanmelden/voorbeeld", data={**token, "persoon": person})
        assert answer.status_code == 303
        told: str | None = answer.headers.get("clear-site-data")
        return told

    assert signs_in("specialist") is None
    client.get(at(found))
    assert signs_in("specialist") is None
    assert signs_in("colleague") == '"storage"'
    assert signs_in("specialist") is None


def test_before_a_list_is_let_go_nobody_goes_and_after_its_day_it_can_still_be_told(office: RunningOffice) -> None:
    number = proposed(office, 2)
    client = office.signed_in(SPECIALIST)
    early = client.get(f"/bezoeken/{number}/onderweg", status=409)
    assert "Deze lijst is nog niet vrijgegeven." in early.words
    assert not [form for form in early.forms() if "/uitslag" in form.action]
    found = let_go(office, number)
    with transaction(office.engine) as cursor:
        cursor.execute("UPDATE visit_lists SET on_day = on_day - 1 WHERE id = %s", (number,))
        end_past(cursor, ALMELO, today_of(office.office.clock()))
        assert read_list(cursor, number).state == "done"
    sheet = client.get(at(found))
    assert "Niet bezocht, voor zover is vastgelegd" in sheet.words
    assert "Vastgelegd: wil geen hulp." in client.send(form_of(sheet, found, found.stops[1]), result="refused").words
    assert client.http.get(f"/bezoeken/{number}/onderweg/999999").status_code == 404
