"""The pages that look at the work as a whole: overview and partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from signals.contract.codes import QUARANTINE_CODES
from signals.reports.partner_reach import reached
from signals.reports.rhythm import Rhythm
from signals.store.database import transaction
from signals.web.office.overview import QUEUE_NAMES
from signals.web.office.partner_acts import contact_faults
from signals.web.office.partners import CODES, RHYTHMS
from signals.web.people import Role
from signals.web.texts import day
from signals.web.work.queues import NAMES
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO, person
from tests.web.troubles import PARTNER, PAUSED, bring_trouble

if TYPE_CHECKING:
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

BOTH = frozenset({ALMELO, HENGELO})
LISTED = "Aanlevering per partner, signalen in vier weken"
SVG = "{http://www.w3.org/2000/svg}"


def rows(office: RunningOffice, question: str, *values: object) -> list[tuple[Any, ...]]:
    with transaction(office.engine) as cursor:
        return cursor.execute(question.encode(), values).fetchall()


def cells(page: Sheet, caption: str) -> list[list[str]]:
    """The rows of the table with this caption."""
    (table,) = [one for one in page.all("table") if [text_of(two) for two in one.iter("caption")] == [caption]]
    (body,) = table.iter("tbody")
    return [[text_of(cell) for cell in row if cell.tag in {"td", "th"}] for row in body.iter("tr")]


@pytest.fixture
def troubled(office: RunningOffice) -> RunningOffice:
    """An office whose partners have bad records, and one of them is paused."""
    bring_trouble(office.engine)
    return office


def test_all_words_are_there() -> None:
    assert CODES.keys() == set(QUARANTINE_CODES)
    assert RHYTHMS.keys() == set(Rhythm)
    assert QUEUE_NAMES == NAMES


def test_the_list_says_the_day_of_the_last_signal_beside_the_last_message(office: RunningOffice) -> None:
    page = office.signed_in(Role.PARTNER_MANAGER).get("/partners")
    for name, _, message, signal, *_ in cells(page, LISTED):
        ((last,),) = rows(
            office,
            """SELECT max(signalled_on) FROM events JOIN arrears ON arrears.id = arrears_id
            WHERE type = 'reported' AND municipality = '0141' AND starts_with(%s, partner_id)""",
            name,
        )
        assert signal == (day(last, "nl") if last else "–")
        assert message != signal or last is None


def test_who_needs_attention_comes_first(troubled: RunningOffice) -> None:
    page = troubled.signed_in(Role.PARTNER_MANAGER).get("/partners")
    listed = cells(page, LISTED)
    assert listed[0][0].startswith(PAUSED)
    assert "Gepauzeerd" in listed[0][1]
    known = [one for (one,) in rows(troubled, 'SELECT id FROM partners ORDER BY id COLLATE "C"')]
    assert sorted(page.texts("a", data_open="")) == known
    assert cells(page, "Berichten zonder partner") == [["arrears.water.nobody", "Geen leesbare JSON", "1"]]


def test_a_record_is_read_in_again_after_a_mend_and_one_that_is_bad_stays(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PARTNER}")
    assert len(cells(page, "Berichten in quarantaine, nieuwste eerst")) == 3
    replay = f"/partners/{PARTNER}/opnieuw"
    asked = browser.send(page.form(replay))  # the newest alone
    assert asked.heading == f"Berichten van {PARTNER} opnieuw inlezen?"
    assert "één bericht in quarantaine" in asked.words
    assert rows(troubled, "SELECT count(*) FROM audit WHERE action = 'replay'") == [(0,)]
    after = browser.send(asked.form(replay), "Ja, opnieuw inlezen")
    assert "0 opnieuw ingelezen, 1 nog steeds in quarantaine." in after.words
    with transaction(troubled.engine) as cursor:  # the mend: this source is the partner's too
        cursor.execute(
            "UPDATE partners SET sources = array_append(sources, 'urn:nld:oin:new') WHERE id = %s", (PARTNER,)
        )
        cursor.execute("INSERT INTO revisions (name, version) VALUES ('mend', 1)")
    asked = browser.send(after.form(replay, 3))  # all of the page
    assert "3 berichten in quarantaine" in asked.words
    after = browser.send(asked.form(replay), "Ja, opnieuw inlezen")
    assert "1 opnieuw ingelezen, 2 nog steeds in quarantaine." in after.words
    assert [row[2] for row in cells(after, "Berichten in quarantaine, nieuwste eerst")] == ["Geen leesbare JSON"] * 2
    assert rows(troubled, "SELECT actor, detail ->> 'fate' FROM audit WHERE action = 'replay' ORDER BY id") == [
        ("partner-manager-1", "not-json"),
        *[("partner-manager-1", fate) for fate in ("not-json", "not-json", "stored")],
    ]


def test_only_this_partners_records_are_read_in_again(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    form = browser.get(f"/partners/{PARTNER}").form(f"/partners/{PARTNER}/opnieuw")
    ((other,),) = rows(troubled, "SELECT min(id) FROM quarantine WHERE topic = 'arrears.water.nobody'")
    for number in (other, "x", "-1", "9" * 30):
        assert "0 opnieuw ingelezen, 0 nog steeds" in browser.send(form, number=number).words


def test_reasons_narrow_the_list_and_the_list_comes_in_pages(troubled: RunningOffice) -> None:
    bring_trouble(troubled.engine, more=30)
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PARTNER}")
    assert len(cells(page, "Berichten in quarantaine, nieuwste eerst")) == 25
    seen = {row[0] for row in cells(page, "Berichten in quarantaine, nieuwste eerst")}
    last = browser.get(page.link("Volgende"))
    rest = {row[0] for row in cells(last, "Berichten in quarantaine, nieuwste eerst")}
    assert not seen & rest
    ((open_ones,),) = rows(troubled, "SELECT count(*) FROM quarantine WHERE split_part(topic, '.', 3) = %s", PARTNER)
    assert len(seen | rest) == open_ones
    narrow = browser.get(page.link("Afzender hoort niet bij deze partner"))
    assert len(cells(narrow, "Berichten in quarantaine, nieuwste eerst")) == 2
    assert browser.get(f"/partners/{PARTNER}?reden=nonsense", status=404).heading == "Deze pagina bestaat niet"


def test_a_paused_delivery_is_resumed_once(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PAUSED}")
    assert "De aanlevering is gepauzeerd" in page.texts("h2")
    asked = browser.send(page.form(f"/partners/{PAUSED}/hervatten"))
    assert asked.heading == f"Aanlevering van {PAUSED} hervatten?"
    assert "Dit geldt voor: Almelo." in asked.texts("p")
    assert "De aanlevering is gepauzeerd" in browser.get(f"/partners/{PAUSED}").texts("h2")
    form = asked.form(f"/partners/{PAUSED}/hervatten")
    after = browser.send(form)
    assert "De aanlevering wordt weer gelezen." in after.words
    assert "De aanlevering is gepauzeerd" not in after.texts("h2")
    assert "Deze aanlevering was niet gepauzeerd." in browser.send(form).words


def test_a_contact_is_saved_and_what_is_wrong_with_it_is_said(office: RunningOffice) -> None:
    browser = office.signed_in(Role.PARTNER_MANAGER)
    path = f"/partners/{PARTNER}/contact"
    page = browser.get(path)
    form, typed = page.form(path), {"name": "Team  incasso", "email": "geen adres", "phone": "bel ons"}
    wrong = browser.send(form, "Opslaan", status=422, **typed)
    assert dict(wrong.form(path).fields)["email"] == "geen adres"
    assert {"#email", "#phone"} <= {one.get("href") for one in wrong.all("a")}
    assert "#name" not in {one.get("href") for one in wrong.all("a")}
    saved = browser.send(wrong.form(path), "Opslaan", email="incasso@partner.example", phone="074 123 45 67")
    assert {"Team incasso", "incasso@partner.example", "074 123 45 67"} <= set(saved.texts("dd"))
    emptied = browser.send(browser.get(path).form(path), "Opslaan", name="", email="", phone="")
    assert "Er is nog geen contactpunt bekend." in emptied.texts("p")


def test_two_who_change_a_contact_see_both_and_lose_nothing(office: RunningOffice) -> None:
    one, other = (office.signed_in(person(Role.PARTNER_MANAGER, number)) for number in (1, 2))
    path = f"/partners/{PARTNER}/contact"
    first, second = one.get(path).form(path), other.get(path).form(path)
    one.send(first, "Opslaan", name="Balie Huur", phone="074 123 45 67")
    told = other.send(second, "Opslaan", status=409, name="Team incasso")
    assert told.heading == f"Het contactpunt van {PARTNER} is intussen gewijzigd"
    assert {"Balie Huur", "074 123 45 67"} <= set(told.texts("dd"))
    assert dict(told.form(path).fields)["name"] == "Team incasso"
    assert rows(office, "SELECT contact_name FROM partners WHERE id = %s", PARTNER) == [("Balie Huur",)]
    wrong = other.send(told.form(path), "Toch opslaan", status=422, email="geen adres")
    saved = other.send(wrong.form(path), "Opslaan", email="")
    assert "Team incasso" in saved.texts("dd")
    assert "074 123 45 67" not in saved.texts("dd")


def test_a_contact_is_of_all_municipalities_and_each_of_them_reads_that_it_changed(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("UPDATE partners SET municipalities = ARRAY['0164', '0141'] WHERE id = %s", (PARTNER,))
    browser, path = office.signed_in(Role.PARTNER_MANAGER), f"/partners/{PARTNER}/contact"
    page = browser.get(path)
    told = "Het contactpunt geldt voor alle gemeenten waaraan deze partner signaleert: Almelo, Hengelo."
    assert told in page.texts("p")
    browser.send(page.form(path), "Opslaan", name="Balie Huur")
    lines = rows(office, "SELECT actor, municipality FROM audit WHERE action = 'partner-contact' ORDER BY municipality")
    assert lines == [("partner-manager-1", "0141"), ("partner-manager-1", "0164")]


@pytest.mark.parametrize(("partner", "act"), [(PARTNER, "opnieuw"), (PAUSED, "hervatten")])
def test_what_concerns_others_is_theirs_too(troubled: RunningOffice, partner: str, act: str) -> None:
    with transaction(troubled.engine) as cursor:
        cursor.execute("UPDATE partners SET municipalities = ARRAY['0164', '0141'] WHERE id = %s", (partner,))
    own, both = troubled.signed_in(Role.PARTNER_MANAGER), person(Role.PARTNER_MANAGER, 2, BOTH)
    page, path = own.get(f"/partners/{partner}"), f"/partners/{partner}/{act}"
    assert not [one for one in page.forms() if one.action == path]
    assert any("raakt ook andere gemeenten: Almelo, Hengelo." in one for one in page.texts("p"))
    form = troubled.signed_in(both).get(f"/partners/{partner}").form(path)
    token = dict(page.form("/taal").fields)["csrf_token"]
    for sure in ({}, {"sure": "yes"}):
        number = dict(form.fields).get("number", "1")
        own.post(path, status=403, csrf_token=token, number=number, **sure)
    assert rows(troubled, "SELECT count(*) FROM audit WHERE action IN ('replay', 'resume-topic')") == [(0,)]
    asked = troubled.signed_in(both)
    sure_form = asked.send(asked.get(f"/partners/{partner}").form(path)).form(path)
    asked.send(sure_form)
    assert rows(troubled, "SELECT count(*) FROM audit WHERE action IN ('replay', 'resume-topic')") == [(1,)]


@pytest.mark.parametrize(
    ("named", "signalled", "concerned"),
    [
        (["0141"], True, {"0141"}),
        (["0164", "0150"], True, {"0164"}),  # there is no policy for 0150
        (["0141", "0164"], False, {"0141", "0164"}),
        (None, True, {"0141"}),
        (None, False, {"0141", "0164"}),
    ],
)
def test_whom_a_partner_concerns(
    office: RunningOffice, named: list[str] | None, concerned: set[str], *, signalled: bool
) -> None:
    partner = PARTNER if signalled else "new-partner"
    with transaction(office.engine) as cursor:
        cursor.execute(
            """INSERT INTO partners (id, sector, sources) VALUES (%s, 'housing', '{}')
            ON CONFLICT (id) DO NOTHING""",
            (partner,),
        )
        cursor.execute("UPDATE partners SET municipalities = %s WHERE id = %s", (named, partner))
        assert reached(cursor, partner) == concerned
        assert reached(cursor, "nobody") == set()


@pytest.mark.parametrize(
    ("name", "email", "phone", "wrong"),
    [
        ("", "", "", []),
        ("Balie", "a@b.example", "+31 74 123 45 67", []),
        ("Balie", "a@b.example", "(074) 123-4567", ["phone"]),
        ("x" * 121, "a@b@c", "12", ["name", "email", "phone"]),
        ("Balie", f"{'a' * 120}@b.example", "0741234567", ["email"]),
    ],
)
def test_contact_faults(name: str, email: str, phone: str, wrong: list[str]) -> None:
    assert [field for field, _ in contact_faults(name, email, phone)] == wrong


def test_a_partner_of_others_is_not_there(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("UPDATE partners SET municipalities = ARRAY['0164'] WHERE id = %s", (PARTNER,))
    browser = office.signed_in(Role.PARTNER_MANAGER)
    assert PARTNER not in browser.get("/partners").texts("a")
    assert browser.http.get(f"/partners/{PARTNER}").status_code == 404
    assert browser.http.get("/partners/nobody").status_code == 404
