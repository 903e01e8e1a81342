"""The pages that look at the work as a whole: overview and partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from signals.contract.codes import QUARANTINE_CODES
from signals.contract.partners import partner_name
from signals.reports.partner_reach import reached
from signals.reports.rhythm import Rhythm
from signals.store.database import transaction
from signals.web.office.overview import QUEUE_NAMES
from signals.web.office.partner_acts import contact_faults
from signals.web.office.partners import CODES, EXPLAINED, RHYTHMS
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
    assert CODES.keys() == EXPLAINED.keys() == set(QUARANTINE_CODES)
    assert RHYTHMS.keys() == set(Rhythm)
    assert QUEUE_NAMES == NAMES


def test_the_list_says_the_day_of_the_last_signal_beside_the_last_message(office: RunningOffice) -> None:
    page = office.signed_in(Role.PARTNER_MANAGER).get("/partners")
    listed = cells(page, LISTED)
    assert any(signal != "–" for _, _, _, signal, *_ in listed)
    # These months were read in just now, as those of `make run` are: that they are over makes nobody silent.
    assert {rhythm for _, rhythm, *_ in listed} == {"Nog te kort bekend"}
    for name, _, message, signal, *_ in listed:
        ((last,),) = rows(
            office,
            """SELECT max(signalled_on) FROM events JOIN arrears ON arrears.id = arrears_id
            WHERE type = 'reported' AND municipality = '0141'
                AND starts_with(lower(%s), replace(partner_id, '-', ' '))""",
            name,
        )
        assert signal == (day(last, "nl") if last else "–")
        assert message != signal or last is None


def test_who_needs_attention_comes_first(troubled: RunningOffice) -> None:
    page = troubled.signed_in(Role.PARTNER_MANAGER).get("/partners")
    listed = cells(page, LISTED)
    assert listed[0][0].startswith(partner_name(PAUSED))
    assert "Gepauzeerd" in listed[0][1]
    known = [one for (one,) in rows(troubled, 'SELECT id FROM partners ORDER BY id COLLATE "C"')]
    assert sorted(page.texts("a", data_open="")) == sorted(partner_name(one) for one in known)
    assert cells(page, "Berichten zonder partner") == [["arrears.water.nobody", "Geen leesbare JSON", "1"]]


def test_a_record_is_read_in_again_after_a_mend_and_one_that_is_bad_stays(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PARTNER}")
    assert len(cells(page, "Berichten in quarantaine, nieuwste eerst")) == 3
    replay = f"/partners/{PARTNER}/opnieuw"
    asked = browser.send(page.form(replay))  # the newest alone
    assert asked.heading == f"Berichten van {partner_name(PARTNER)} opnieuw inlezen?"
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


def test_a_fault_is_told_in_the_language_of_the_page_and_its_technique_below_it(troubled: RunningOffice) -> None:
    page = troubled.signed_in(Role.PARTNER_MANAGER).get(f"/partners/{PARTNER}")
    told = page.texts("p", class_="signals-message", lang="en")
    listed = cells(page, "Berichten in quarantaine, nieuwste eerst")
    assert len(listed) == 3
    for message, row in zip(told, listed, strict=True):
        (code,) = [code for code, words in CODES.items() if words == row[2]]
        assert row[3].startswith(f"{EXPLAINED[code]} Voor de techniek van de partner")
        assert row[3].endswith(message)
    english = troubled.signed_in(Role.PARTNER_MANAGER, "en").get(f"/partners/{PARTNER}")
    assert "The message is no text that we can read (JSON)." in english.words


def test_one_record_is_not_called_these_one(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PARTNER}?reden=source-mismatch")
    assert len(cells(page, "Berichten in quarantaine, nieuwste eerst")) == 1
    assert page.texts("button").count("Opnieuw inlezen") == 1
    assert not [text for text in page.texts("button") if text.endswith("opnieuw inlezen")]  # it stands in its row
    assert "Deze 3 berichten opnieuw inlezen" in browser.get(f"/partners/{PARTNER}").texts("button")


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
    assert asked.heading == f"Aanlevering van {partner_name(PAUSED)} hervatten?"
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
    assert told.heading == f"Het contactpunt van {partner_name(PARTNER)} is intussen gewijzigd"
    assert {"Balie Huur", "074 123 45 67"} <= set(told.texts("dd"))
    assert dict(told.form(path).fields)["name"] == "Team incasso"
    kept = rows(office, "SELECT municipality, name FROM partner_contacts WHERE partner_id = %s", PARTNER)
    assert kept == [("0141", "Balie Huur")]
    wrong = other.send(told.form(path), "Toch opslaan", status=422, email="geen adres")
    saved = other.send(wrong.form(path), "Opslaan", email="")
    assert "Team incasso" in saved.texts("dd")
    assert "074 123 45 67" not in saved.texts("dd")


def contacts(office: RunningOffice) -> list[tuple[Any, ...]]:
    return rows(office, "SELECT municipality, name FROM partner_contacts WHERE partner_id = %s ORDER BY 1", PARTNER)


def test_each_municipality_keeps_a_contact_of_its_own(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("UPDATE partners SET municipalities = ARRAY['0164', '0141'] WHERE id = %s", (PARTNER,))
    almelo, hengelo = (
        office.signed_in(person(Role.PARTNER_MANAGER, n, frozenset({code}))) for n, code in ((1, "0141"), (2, "0164"))
    )
    path = f"/partners/{PARTNER}/contact"
    for browser, name in ((almelo, "Balie Almelo"), (hengelo, "Balie Hengelo")):
        page = browser.get(path)
        assert f"Dit contactpunt is van {name.removeprefix('Balie ')}." in page.words
        assert {value for key, value in page.form(path).fields if key.startswith("was_")} == {""}
        assert name in browser.send(page.form(path), "Opslaan", name=name).texts("dd")
    assert contacts(office) == [("0141", "Balie Almelo"), ("0164", "Balie Hengelo")]
    lines = rows(office, "SELECT actor, municipality FROM audit WHERE action = 'partner-contact' ORDER BY id")
    assert lines == [("partner-manager-1", "0141"), ("partner-manager-2", "0164")]
    assert "Balie Hengelo" not in almelo.get(f"/partners/{PARTNER}").words


def test_nobody_writes_the_contact_of_another_municipality(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("UPDATE partners SET municipalities = ARRAY['0164', '0141'] WHERE id = %s", (PARTNER,))
    browser, path = office.signed_in(Role.PARTNER_MANAGER), f"/partners/{PARTNER}/contact"
    form = browser.get(path).form(path)
    for other in ("0164", "0150", "x", "' OR 1=1"):
        browser.send(form, "Opslaan", name="Balie", municipality=other, status=404)
        browser.get(f"{path}?gemeente={quote(other)}", status=404)
    assert contacts(office) == []


def test_who_manages_several_sees_and_writes_each(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("UPDATE partners SET municipalities = ARRAY['0164', '0141'] WHERE id = %s", (PARTNER,))
    browser, path = office.signed_in(person(Role.PARTNER_MANAGER, 2, BOTH)), f"/partners/{PARTNER}/contact"
    page = browser.get(f"/partners/{PARTNER}")
    assert [one for one in page.texts("h3") if one in {"Almelo", "Hengelo"}] == ["Almelo", "Hengelo"]
    form = browser.get(page.link("Contactpunt voor Hengelo wijzigen")).form(path)
    browser.send(form, "Opslaan", name="Balie Hengelo")
    assert contacts(office) == [("0164", "Balie Hengelo")]


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
