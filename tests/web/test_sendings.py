"""From the letters that were let go to those in the post, as a specialist meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role
from signals.web.texts import day, today_of, utc_now
from tests.web.case_office import opened, sent
from tests.web.client import text_of
from tests.web.office import HENGELO, person
from tests.web.test_queues import rows
from tests.web.test_runs import cases_of, ticked

if TYPE_CHECKING:
    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
WAITS = "Vrijgegeven, nog niet verstuurd"


def let_go(client: PageClient) -> int:
    """Release a run; how many letters that were."""
    sheet = client.get("/brievenronde")
    done = client.send(sheet.form("/brievenronde"), sure="yes")
    assert WAITS in done.words
    return len(ticked(sheet))


def the_run(client: PageClient) -> Sheet:
    """Its letters, by the way that the page of the run shows."""
    listed = client.get(client.get("/brievenronde").link(WAITS))
    (link,) = (one for one in listed.all("a") if "/brievenronde/verstuurd/" in one.get("href", ""))
    return client.get(link.get("href", ""))


def test_the_letters_of_a_run_are_sent_and_taken_back_together(office: RunningOffice) -> None:
    client, today = office.signed_in(Role.SPECIALIST), today_of(utc_now())
    count = let_go(client)
    sheet = the_run(client)
    cases = cases_of(sheet)
    assert len(cases) == len(ticked(sheet)) == count
    case = client.get(f"/zaak/{cases[0]}")
    sent = client.send(sheet.form("/brievenronde/verstuurd/"))
    assert f"Als verstuurd bewaard: {count}." in sent.words
    assert "Alles wat is vrijgegeven, is verstuurd." in sent.words
    assert f"Brief, {day(today, 'nl')}" in client.get(f"/zaak/{cases[0]}").words
    assert f"Brief, {day(today, 'nl')}" not in case.words
    assert rows(office, "SELECT count(*), min(kind), bool_or(reached) FROM contact_attempts") == [
        (count, "letter", False)
    ]
    logged = rows(office, "SELECT subject, detail FROM audit WHERE action = 'attempt' AND subject NOT LIKE 'case%'")
    assert logged == [("letter run", {"cases": count})]
    back = client.send(sent.form("/brievenronde/verstuurd/terug"))
    assert f"Teruggenomen: {count}." in back.words
    twice = client.send(sent.form("/brievenronde/verstuurd/terug"))
    assert "Dit was al teruggenomen." in twice.words
    assert len(cases_of(the_run(client))) == count


def test_what_cannot_be_sent_any_more_is_named_with_its_street(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    count = let_go(client)
    sheet = the_run(client)
    case, dead = (int(one) for one in cases_of(sheet)[:2])
    (label,) = sheet.texts("label", **{"for": f"case-{case}"})
    rows(office, "UPDATE cases SET route = 'home-visit' WHERE id = %s RETURNING id", case)
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", dead)
    before = the_run(client).words
    assert "Een overlijden is gemeld: houd deze brief tegen" in before
    assert before.index("Haal deze brieven uit de stapel") < before.index("Deze brieven zijn verstuurd")
    done = client.send(sheet.form("/brievenronde/verstuurd/"))
    assert f"Als verstuurd bewaard: {count - 2}. Deze niet:" in done.words
    assert f"{label}: Er wacht of loopt een huisbezoek" in done.texts("li")
    assert rows(office, "SELECT count(*) FROM contact_attempts") == [(count - 2,)]
    claimed = cases_of(sheet)[2]
    client.send(client.get(f"/zaak/{claimed}").form(f"/zaak/{claimed}/contact"), kind="call", reached="no", part=None)
    back = client.send(client.get("/brievenronde/verstuurd").form("/brievenronde/verstuurd/terug"))
    assert f"Teruggenomen: {count - 3}. Deze blijven als verstuurd staan:" in back.words
    assert "haal de contactpoging door bij de zaak zelf" in back.words


def test_the_day_is_asked_for_and_what_was_typed_stays(office: RunningOffice) -> None:
    client, today = office.signed_in(Role.SPECIALIST), today_of(utc_now())
    let_go(client)
    sheet = the_run(client)
    form, some = sheet.form("/brievenronde/verstuurd/"), cases_of(sheet)[1:]
    for wrong, sentence in (
        ("", "Vul een datum in"),
        ((today + timedelta(days=1)).isoformat(), "Deze dag moet nog komen."),
        ((today - timedelta(days=1)).isoformat(), "Op deze dag waren de brieven nog niet vrijgegeven."),
    ):
        asked = client.send(form, status=422, on_day=wrong, case=some)
        assert sentence in asked.words
        assert ticked(asked) == some
    assert "Kies ten minste één brief." in client.send(form, status=422, case=None).words
    assert rows(office, "SELECT count(*) FROM contact_attempts") == [(0,)]
    fewer = client.send(form, case=some)
    assert f"Als verstuurd bewaard: {len(some)}." in fewer.words
    assert cases_of(the_run(client)) == cases_of(sheet)[:1]


def test_the_letters_of_another_municipality_are_not_there(office: RunningOffice) -> None:
    mine = office.signed_in(Role.SPECIALIST)
    let_go(mine)
    sheet = the_run(mine)
    stranger = office.signed_in(person(Role.SPECIALIST, 9, frozenset({HENGELO})))
    assert "Alles wat is vrijgegeven, is verstuurd." in stranger.get("/brievenronde/verstuurd").words
    path = sheet.url.partition("/brievenronde")[2]
    stranger.get(f"/brievenronde{path}", status=404)
    token = dict(stranger.get("/zoeken").form("/zoeken").fields)["csrf_token"]
    sent_on, case = today_of(utc_now()).isoformat(), cases_of(sheet)[0]
    stranger.post(f"/brievenronde{path}", status=404, csrf_token=token, case=case, on_day=sent_on)
    assert rows(office, "SELECT count(*) FROM contact_attempts") == [(0,)]
    mine.get("/brievenronde/verstuurd/99999999999999999999999", status=404)


def test_a_letter_that_nobody_sent_is_not_said_to_have_no_answer(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    let_go(client)
    waits = "De brief is vrijgegeven, maar nog niet als verstuurd bewaard."
    assert waits in client.get("/werkvoorraad/follow-up").words
    rows(office, "UPDATE cases SET follow_up_on = %s WHERE released_how = 'release' RETURNING id", today_of(utc_now()))
    words = client.get("/werkvoorraad/follow-up").words
    assert "Er staat geen contactpoging bij: verstuur de brief, of kies hoe het verder gaat." in words
    assert "Geen antwoord op de brief" not in words


def test_of_more_letters_than_fit_it_is_said_that_the_rest_follows(
    office: RunningOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = office.signed_in(Role.SPECIALIST)
    count = let_go(client)
    assert "de rest staat hier als u deze hebt bewaard" not in the_run(client).words
    monkeypatch.setattr("signals.web.work.sendings.SHOWN", 2)
    sheet = the_run(client)
    assert len(cases_of(sheet)) == 2
    assert "Er zijn er meer dan hier passen: de rest staat hier als u deze hebt bewaard." in sheet.words
    rest = client.send(sheet.form("/brievenronde/verstuurd/"))
    assert "Als verstuurd bewaard: 2." in rest.words
    assert len(cases_of(the_run(client))) == min(2, count - 2)


def test_the_letter_of_who_died_since_is_taken_out_of_the_pile(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    let_go(client)
    case = cases_of(the_run(client))[0]
    marked = "SELECT max(event_id) FROM reports WHERE case_id = %s AND withdrawn IS NULL"
    for _ in rows(office, "SELECT FROM reports WHERE case_id = %s AND withdrawn IS NULL AND picked_up", int(case)):
        ((event,),) = rows(office, marked + " AND picked_up", int(case))
        page, why = opened(client, int(case)), "Aan de deur."
        sent(client, page, "niet-oppakken", event=event, verdict="deceased", reason=why, certain="yes")
    assert rows(office, "SELECT state FROM cases WHERE id = %s", int(case)) == [("closed",)]
    sheet = the_run(client)
    assert case not in cases_of(sheet)
    (out,) = [one for one in sheet.all("table") if "De zaak is intussen gesloten" in text_of(one)]
    assert f"/zaak/{case}" in [one.get("href") for one in out.iter("a")]
