"""From letters that were let go to a run for the print room, and from there to the post, as a specialist meets it."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from signals.web.errands import Errands, NobodyFreeError
from signals.web.people import Role
from signals.web.press import Press
from signals.web.texts import day, today_of, utc_now
from tests.web import doors
from tests.web.case_office import opened, rows, sent
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO, person
from tests.web.test_runs import cases_of, ticked

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    import httpx

    from tests.web.client import FormOnPage, PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
MAKE = "Brieven maken voor de drukker"
NEW = "/brievenronde/drukwerk/nieuw"


def let_go(client: PageClient, number: int = 6) -> Sheet:
    """Let some letters go; the page of the run after it."""
    sheet = client.get("/brievenronde")
    chosen = ticked(sheet)[:number]
    return client.send(sheet.form("/brievenronde"), case=chosen, number=len(chosen), sure="yes")


def made(client: PageClient, number: int = 6) -> Sheet:
    """The page of a run for the print room, of letters that were let go."""
    preview = client.get(let_go(client, number).link(MAKE))
    return client.send(making(preview), sure="yes")


def making(sheet: Sheet) -> FormOnPage:
    """The form that makes a run of what the page shows."""
    (form,) = (one for one in sheet.forms() if (one.method, one.action) == ("post", NEW))
    return form


def path_of(sheet: Sheet) -> str:
    """Where the run is whose page this is."""
    found = re.search(r"/brievenronde/drukwerk/\d+", sheet.url)
    assert found
    return found[0]


def fetched(client: PageClient, sheet: Sheet) -> httpx.Response:
    """What the button for the print room answers."""
    form = sheet.form(f"{path_of(sheet)}/bestanden")
    return client.http.post(
        form.action, data=dict(form.filled()), headers={"origin": str(client.http.base_url).rstrip("/")}
    )


def files_of(answer: httpx.Response) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(answer.content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def posted(
    client: PageClient, sheet: Sheet, *, status: int = 200, sure: str | None = "yes", on_day: str | None = None
) -> Sheet:
    form = sheet.form(f"{path_of(sheet)}/op-de-post")
    day_of_form = dict(form.fields)["on_day"]
    return client.send(form, status=status, sure=sure, on_day=day_of_form if on_day is None else on_day)


def letters_of(office: RunningOffice, state: str = "released") -> list[tuple[Any, ...]]:
    return rows(office, "SELECT id, case_id FROM letters WHERE state = %s ORDER BY id", state)


def test_letters_are_looked_at_made_fetched_and_posted(office: RunningOffice, tmp_path: Path) -> None:
    client, today = office.signed_in(Role.SPECIALIST), today_of(utc_now())
    after = let_go(client)
    assert "Vrijgegeven brieven: 6. De volgende stap: «Brieven maken voor de drukker»." in after.words
    preview = client.get(after.link(MAKE))
    assert ["Eerste brief", "Nederlands", "6"] in [[text_of(cell) for cell in one] for one in preview.all("tr")]
    assert "Huishoudens die nog op vrijgave van een brief wachten:" in preview.words
    pictures = [client.http.get(one.get("src", "")) for one in preview.all("img")]
    assert [one.headers["content-type"] for one in pictures] == ["image/png"] * 3
    assert all(one.content.startswith(b"\x89PNG") and one.headers["cache-control"] == "no-store" for one in pictures)
    unsure = client.send(making(preview), status=422)
    assert "Zet een vinkje als u de brieven hebt bekeken." in unsure.words
    assert letters_of(office) == []
    run = client.send(making(unsure), sure="yes")
    assert run.heading.startswith("Brievenronde ")
    assert "Brieven in deze ronde: 6. Haal ze op voor de drukker." in run.words
    one = client.http.get(run.all("a", href=f"{path_of(run)}/brief/{letters_of(office)[0][0]}")[0].get("href", ""))
    assert (one.headers["content-type"], one.content[:5]) == ("application/pdf", b"%PDF-")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        files = files_of(answer := fetched(client, run))
    assert list(tmp_path.iterdir()) == []  # names and addresses do not stay behind
    number = path_of(run).rpartition("/")[2]
    assert answer.headers["content-disposition"] == f'attachment; filename="brievenronde-{number}.zip"'
    names = [f"letters/{letter}.pdf" for letter, _ in letters_of(office)]
    assert sorted(files) == sorted(["run.pdf", "manifest.csv", "manifest.json", *names])
    assert [line["number"] for line in json.loads(files["manifest.json"])["letters"]] == [
        line["number"] for line in csv.DictReader(io.StringIO(files["manifest.csv"].decode()))
    ]
    assert one.content in files.values()  # what one looked at is what is printed
    assert files_of(fetched(client, run)) == files

    run = client.get(path_of(run))
    for wrong, sentence in (
        ("", "Vul een datum in"),
        ((today + timedelta(days=1)).isoformat(), "Deze dag moet nog komen."),
        ((today - timedelta(days=1)).isoformat(), "Op deze dag waren de brieven nog niet vrijgegeven."),
    ):
        assert sentence in posted(client, run, status=422, on_day=wrong).words
    assert "Zet een vinkje als dit klopt." in posted(client, run, status=422, sure=None).words
    assert rows(office, "SELECT count(*) FROM contact_attempts") == [(0,)]
    done = posted(client, run)
    assert "Op de post: 6." in done.words
    assert rows(office, "SELECT count(*), min(kind) FROM contact_attempts") == [(6, "letter")]
    assert "Alles wat is vrijgegeven, is verstuurd." in client.get("/brievenronde/verstuurd").words
    assert client.get("/werkvoorraad/letters").link("Brieven voor de drukker") == "/brievenronde/drukwerk"
    listed = client.get(done.link("Terug naar de brieven voor de drukker"))
    assert day(today) in listed.words
    assert "Er ligt geen ronde klaar." in listed.words


def test_where_the_run_would_be_another_nothing_is_made(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    preview = client.get(let_go(client).link(MAKE))
    case = letters_due(preview)[0]
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", int(case))
    changed = client.send(making(preview), status=409, sure="yes")
    assert f"Er is een overlijden gemeld: {case}" in changed.words
    assert rows(office, "SELECT count(*) FROM letter_runs") == [(0,)]
    other = making(client.get(f"{NEW}?letters=en")).filled(sure="yes")
    assert ("letters", "en") in other
    client.send(making(changed), sure="yes")
    assert int(case) not in [one for _, one in letters_of(office)]
    assert len(letters_of(office)) == 5
    again = client.send(making(preview), status=409, sure="yes")  # a colleague was first
    assert "De brief zit in een andere ronde" in again.words
    assert "Er zijn geen brieven te maken" in again.words


def letters_due(preview: Sheet) -> list[str]:
    """The cases whose letters a preview is about."""
    return dict(making(preview).fields)["cases"].split(",")


def test_what_fell_out_after_it_was_fetched_is_taken_out_of_the_pile(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    run = made(client)
    (first, case), *_ = letters_of(office)
    early = posted(client, run, status=409)
    assert "De brieven van deze ronde zijn nog niet opgehaald." in early.words
    assert fetched(client, run).status_code == 200
    seen = client.get(path_of(run))
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", case)
    refused = posted(client, seen, status=409)
    assert "intussen vielen er brieven uit. Haal ze uit de stapel en meld het opnieuw." in refused.words
    (pile,) = [one for one in refused.all("table") if "Brieven die niet op de post gaan" in text_of(one)]
    assert f"{first}.pdf" in text_of(pile)
    assert "Er is een overlijden gemeld" in text_of(pile)
    assert rows(office, "SELECT count(*) FROM contact_attempts") == [(0,)]
    assert f"letters/{first}.pdf" not in files_of(fetched(client, refused))
    done = posted(client, refused)
    assert "Op de post: 5." in done.words
    assert f"{first}.pdf" in text_of(next(one for one in done.all("table") if "zijn gehaald" in text_of(one)))


def test_letters_that_come_back_stand_in_review(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    run = made(client)
    fetched(client, run)
    done = posted(client, run)
    (one, case), (two, _), *_ = letters_of(office, "posted")
    form = done.form(f"{path_of(run)}/teruggekomen")
    asked = client.send(form, status=422, letter=[one, two])
    assert "Kies waarom de brief terugkwam." in asked.words
    assert "Zet een vinkje als dit klopt." in asked.words
    assert len([box for box in asked.all("input", name="letter") if box.get("checked") is not None]) == 2
    assert "Kies ten minste één brief." in client.send(form, status=422, certain="yes", reason="moved").words
    back = client.send(form, letter=[one, two], reason="moved", certain="yes")
    assert "Teruggekomen, en nu bij Beoordelen: 2." in back.words
    assert back.words.count("Kwam terug: verhuisd") == 4  # in the list, and where it is taken back
    assert f"/zaak/{case}" in [link.get("href") for link in client.get("/werkvoorraad/review").all("a")]
    twice = client.send(form, status=409, letter=[one], reason="moved", certain="yes")
    assert "Intussen is er iets veranderd." in twice.words
    mend = back.form(f"{path_of(run)}/toch-niet-terug")
    unsure = client.send(mend, status=422)
    assert "Kies ten minste één brief." in unsure.words
    assert "Zet een vinkje als dit klopt." in unsure.words
    rows(office, "UPDATE letters SET returned_at = now() - interval '2 days' WHERE id = %s RETURNING id", two)
    late = client.send(mend, status=409, not_returned=[one, two], mistaken="yes")
    assert f"{two}.pdf" not in text_of(
        next(one for one in late.all("table") if "Brieven die terugkwamen" in text_of(one))
    )
    mended = client.send(mend, not_returned=[one], mistaken="yes")
    assert "Toch niet terug: 1." in mended.words
    assert f"/zaak/{case}" not in [link.get("href") for link in client.get("/werkvoorraad/review").all("a")]
    lead = office.signed_in(Role.TEAM_LEAD)
    of_lead = lead.get(path_of(run)).form(f"{path_of(run)}/toch-niet-terug")
    assert "Toch niet terug: 1." in lead.send(of_lead, not_returned=[two], mistaken="yes").words


def test_a_run_is_taken_back_until_it_is_posted(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    run = made(client)
    form = run.form(f"{path_of(run)}/terugnemen")
    assert "Zet een vinkje als dit klopt." in client.send(form, status=422).words
    back = client.send(form, back="yes")
    assert "Ronde teruggenomen. Brieven eruit gehaald: 6." in back.words
    assert "alle zijn eruit gehaald" in client.get(path_of(run)).words
    assert "alle zijn eruit gehaald" in client.send(form, status=409, back="yes").words
    assert fetched(client, run).status_code == 409
    again = client.send(making(client.get(NEW)), sure="yes")
    fetched(client, again)
    done = posted(client, again)
    assert "Deze ronde is al op de post." in client.send(again.form(f"{path_of(again)}/terugnemen"), status=409).words
    assert "Deze ronde is al op de post." in posted(client, again, status=409).words
    assert not [one for one in done.forms() if one.action.endswith(("/bestanden", "/op-de-post", "/terugnemen"))]


def test_what_lies_in_a_run_is_not_marked_by_hand(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    let_go(client)
    preview = client.get(NEW)
    some = letters_due(preview)
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", int(some[0]))
    run = client.send(making(client.get(NEW)), sure="yes")
    rows(office, "UPDATE cases SET held = false WHERE id = %s RETURNING id", int(some[0]))
    listed = client.get("/brievenronde/verstuurd")
    assert listed.link(f"Ronde {path_of(run).rpartition('/')[2]}") == path_of(run)
    (link,) = (one for one in listed.all("a") if "/verstuurd/" in one.get("href", ""))
    sending = client.get(link.get("href", ""))
    assert cases_of(sending) == some[:1]  # the others are marked in their run
    assert "Deze brieven meldt u daar als zij op de post zijn, niet hier." in sending.words
    assert "5 brieven" in sending.words


def test_a_letter_that_cannot_be_made_is_put_into_review(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    let_go(client, 1)
    (case,) = letters_due(client.get(NEW))
    ((home,),) = rows(office, "SELECT household_id FROM cases WHERE id = %s", int(case))
    name = "UPDATE persons SET surname = %s, partner_surname = NULL WHERE household_id = %s RETURNING id"
    rows(office, name, "\N{SLIGHTLY SMILING FACE}", home)
    preview = client.get(NEW)
    cannot = "e naam of het adres heeft tekens die niet te drukken zijn"
    assert f"D{cannot}" in preview.words
    assert "Er zijn geen brieven te maken" in preview.words
    done = client.send(making(preview), sure="yes")
    assert "Er gaat geen brief uit. Zaken die nu bij Beoordelen staan:" in done.words
    assert f"Brief kan niet weg: d{cannot}" in client.get("/werkvoorraad/review").words
    client.get(f"/brievenronde/drukwerk/voorbeeld/{case}", status=404)


def test_the_letters_of_another_municipality_are_not_there(office: RunningOffice) -> None:
    mine = office.signed_in(Role.SPECIALIST)
    run = made(mine)
    (letter, case), *_ = letters_of(office)
    stranger = office.signed_in(person(Role.SPECIALIST, 9, frozenset({HENGELO})))
    at = path_of(run)
    for path in (at, f"{at}/brief/{letter}", f"/brievenronde/drukwerk/voorbeeld/{case}"):
        stranger.get(path, status=404)
    mine.get(f"{at}/brief/{letter + 1000}", status=404)
    mine.get("/brievenronde/drukwerk/99999999999999999999999", status=404)
    token = dict(stranger.get("/zoeken").form("/zoeken").fields)["csrf_token"]
    for act in ("bestanden", "op-de-post", "teruggekomen", "terugnemen"):
        stranger.post(f"{at}/{act}", status=404, csrf_token=token, sure="yes", back="yes")
    assert "Er ligt geen ronde klaar." in stranger.get("/brievenronde/drukwerk").words
    assert "Er zijn geen brieven te maken" in stranger.get(NEW).words
    both = office.signed_in(person(Role.SPECIALIST, 8, frozenset({ALMELO, HENGELO})))
    listed = both.get("/brievenronde").link(MAKE)
    of_hengelo = both.get(both.get(listed).link("Brieven maken voor Hengelo"))
    assert dict(of_hengelo.form(NEW).fields)["municipality"] == HENGELO
    assert f"municipality={ALMELO}" in both.get(f"/brievenronde?municipality={ALMELO}").link(MAKE)


def test_whoever_looks_at_a_letter_is_in_both_logs(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    run = made(client, 1)
    (letter, case), *_ = letters_of(office)
    client.http.get(f"{path_of(run)}/brief/{letter}")
    who = "SELECT persons[1] FROM processing_log WHERE activity = 'view-letter' ORDER BY id DESC LIMIT 1"
    assert rows(office, who) == rows(office, "SELECT person_id FROM letters")
    assert rows(office, "SELECT subject FROM audit WHERE action = 'view-letter'")[-1] == (f"case {case}",)
    fetched(client, run)
    assert rows(office, "SELECT actor FROM audit WHERE action = 'write-letters'") == [("specialist-1",)]


def test_who_finds_the_press_busy_is_asked_to_wait(office: RunningOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    client = office.signed_in(Role.SPECIALIST)
    run = made(client, 1)

    def busy(_: Errands) -> AbstractAsyncContextManager[None]:
        raise NobodyFreeError("too many wait")

    monkeypatch.setattr(Errands, "turn", busy)
    answer = fetched(client, run)
    assert answer.status_code == 503
    assert "Er worden nu al brieven gemaakt." in answer.text


def test_texts_that_changed_since_are_said(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    let_go(client, 1)
    run = client.send(making(client.get(f"{NEW}?letters=en")), sure="yes")
    assert ("Taal", "Engels") in zip(run.texts("dt"), run.texts("dd"), strict=True)
    assert rows(office, "SELECT contents ->> 'language' FROM letters") == [("en",)]
    rows(office, "UPDATE letter_runs SET texts_version = 'of before' RETURNING id")
    answer = fetched(client, run)
    assert answer.status_code == 409
    assert "De teksten van de brieven zijn veranderd" in answer.text


def test_a_letter_set_that_is_not_right_is_said_and_nothing_is_lost(
    office: RunningOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = office.signed_in(Role.SPECIALIST)
    run = made(client, 2)
    let_go(client, 2)
    preview = client.get(NEW)
    case = letters_due(preview)[0]
    monkeypatch.setattr(type(office.office), "press", property(lambda one: Press(one.engine, tmp_path)))
    broken = tmp_path / "standaard"
    broken.mkdir()
    (broken / "letter.typ").write_text("#let letter(one, texts, words, sender, mark) = undefined-name", "utf-8")
    wrong = "in de teksten of de opmaak van de brieven klopt iets niet"
    for answer in (
        client.http.get(f"{path_of(run)}/brief/{letters_of(office)[0][0]}"),
        client.http.get(f"/brievenronde/drukwerk/voorbeeld/{case}"),
    ):
        assert answer.status_code == 409
        assert wrong in answer.text
        assert "unknown variable" in answer.text  # what to pass on
    assert fetched(client, run).status_code == 409  # the run was released with other texts
    shown = client.get(NEW)
    assert wrong in shown.words
    assert not shown.all("img")
    assert wrong in client.send(making(preview), status=409, sure="yes").words
    assert len(letters_of(office)) == 2
    (broken / "letter.typ").unlink()
    assert len(json.loads(files_of(fetched(client, run))["manifest.json"])["letters"]) == 2

    rows(office, 'UPDATE letter_runs SET sender = sender || \'{"letter_set": "none"}\' RETURNING id')
    answer = fetched(client, run)
    assert (answer.status_code, "there is no letter set none" in answer.text) == (409, True)
    assert rows(office, "SELECT actor FROM audit WHERE action = 'view-letter'") == []


def test_letters_that_were_posted_before_it_was_written_down(office: RunningOffice) -> None:
    """What fell out later is in the letterbox; what lay too long is not posted any more."""
    client, today = office.signed_in(Role.SPECIALIST), today_of(utc_now())
    run = made(client)
    fetched(client, run)
    (_, case), *_ = letters_of(office)
    rows(
        office,
        "UPDATE letter_runs SET on_day = %s, at = at - interval '3 days' RETURNING id",
        today - timedelta(days=3),
    )
    seen = client.get(path_of(run))
    sent(client, opened(client, case), "contact", kind="call", part=None, reached="yes")
    assert "Haal ze uit de stapel en meld het opnieuw." in posted(client, seen, status=409).words
    rows(
        office,
        "UPDATE letters SET contents = contents || jsonb_build_object('answer_by', %s::text) RETURNING id",
        today.isoformat(),
    )
    old = posted(client, client.get(path_of(run)), status=409)
    assert "Deze ronde is te lang blijven liggen" in old.words
    assert fetched(client, run).status_code == 409
    assert rows(office, "SELECT count(*) FROM letters WHERE state = 'posted'") == [(0,)]
    done = posted(client, seen, on_day=(today - timedelta(days=3)).isoformat())
    assert "Op de post: 6." in done.words


def test_an_announced_visit_is_shown_with_its_day(office: RunningOffice) -> None:
    client, on_day = office.signed_in(Role.SPECIALIST), today_of(utc_now()) + timedelta(days=7)
    number = doors.proposed(office, 2)
    rows(office, "UPDATE visit_lists SET on_day = %s, announced = true RETURNING id", on_day)
    doors.let_go(office, number)
    let_go(client, 1)
    preview = client.get(NEW)
    what = f"Aankondiging van een bezoek: {day(on_day)}, ochtend"
    assert [[text_of(cell) for cell in one] for one in preview.all("table")[0].iter("tr")][1:] == [
        ["Eerste brief", "Nederlands", "1"],
        [what, "Nederlands", "2"],
        ["Alle brieven", "", "3"],
    ]
    assert {client.http.get(one.get("src", "")).headers["content-type"] for one in preview.all("img")} == {"image/png"}
    run = client.send(making(preview), sure="yes")
    assert run.words.count(what) == 2
    assert "Aankondigingen uiterlijk op de post" in run.words
    manifest = json.loads(files_of(fetched(client, run))["manifest.json"])
    assert sorted(line["kind"] for line in manifest["letters"]) == ["announced-visit", "announced-visit", "first"]
    assert "Op de post: 3." in posted(client, run).words


def test_a_street_that_no_partner_wrote_is_written_by_hand(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    let_go(client, 1)
    (case,) = letters_due(client.get(NEW))
    ((household,),) = rows(office, "SELECT household_id FROM cases WHERE id = %s", int(case))
    page = f"/zaak/{case}/adres"
    assert "Hier hoeft u niets in te vullen" in client.get(page).words
    rows(office, "UPDATE reports SET street = NULL WHERE household_id = %s RETURNING event_id", household)
    rows(office, "UPDATE cases SET letter_fault = 'no-street' WHERE id = %s RETURNING id", case)
    sheet = client.get(client.get(f"/zaak/{case}").link("Straat en plaats invullen"))
    wrong = client.send(sheet.form(page), status=422, street="z.w.o.v.", city="Almelo")
    assert "Hier staat dat er geen vast adres is." in wrong.words
    done = client.send(wrong.form(page), street="Voorbeeldstraat", city="Almelo")
    assert "Straat en plaats zijn bewaard." in done.words
    assert "Voorbeeldstraat, Almelo, met de hand geschreven door" in done.words
    assert letters_due(client.get(NEW)) == [case]
    client.send(making(client.get(NEW)), sure="yes")
    change = client.get(done.link("Straat en plaats veranderen"))
    assert "nog niet op de post" in client.send(change.form(f"{page}/weghalen"), status=409).words
    rows(office, "UPDATE letters SET state = 'taken-out', code = 'cancelled' RETURNING id")
    assert "Straat en plaats zijn weggehaald." in client.send(change.form(f"{page}/weghalen")).words
    assert rows(office, "SELECT action FROM audit WHERE action LIKE '%%-street' ORDER BY id") == [
        ("write-street",),
        ("remove-street",),
    ]


def test_one_case_after_another_is_a_case_like_any(office: RunningOffice) -> None:
    """A case whose letter lies in a run can be worked; the run follows."""
    client = office.signed_in(Role.SPECIALIST)
    run = made(client)
    (_, case), *_ = letters_of(office)
    sent(client, opened(client, case), "contact", kind="call", part=None, reached="yes")
    words = client.get(path_of(run)).words
    assert "Er is al contact geweest" in words
    assert len(json.loads(files_of(fetched(client, run))["manifest.json"])["letters"]) == 5
