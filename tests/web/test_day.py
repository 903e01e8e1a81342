"""A specialist's whole day, without JavaScript: by the checking client, in Chromium, and on a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from signals.outreach.clocks import is_working_day
from signals.web.people import Role
from signals.web.texts import day, today_of, utc_now
from tests.conftest import create_database, drop_database
from tests.web.chromium import PHONE, WIDE, window
from tests.web.client import text_of
from tests.web.office import RunningOffice, office_on, person, this_evening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from playwright.sync_api import Browser, Page

    from tests.web.client import PageClient, Sheet

pytestmark = pytest.mark.database
COLLEAGUE = person(Role.SPECIALIST, 2)


@dataclass
class Watch:
    """The clock of an office; it goes on when a test says so."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return this_evening() + self.ahead

    def to_next_working_day(self) -> None:
        self.ahead += timedelta(days=1)
        while not is_working_day(today_of(self())):
            self.ahead += timedelta(days=1)


@dataclass(frozen=True)
class Ward:
    """An office and its clock."""

    office: RunningOffice
    watch: Watch


@pytest.fixture
def ward(postgres: str, months_template: str) -> Iterator[Ward]:
    url, watch = create_database(postgres, months_template), Watch()
    with office_on(url, clock=watch) as office:
        yield Ward(office, watch)
    drop_database(postgres, url)


def first_in(sheet: Sheet) -> str:
    """The address of the page of the first household in a queue."""
    return sheet.all("a", data_open="")[0].get("href", "")


def take_first_visit(browser: PageClient) -> Sheet:
    queue = browser.get("/werkvoorraad/visits")
    case = first_in(queue)
    queue = browser.send(queue.form("/werkvoorraad/visits/oppakken"))
    assert "U hebt dit opgepakt." in queue.words
    return browser.get(case)


def not_at_home_in_the_evening(browser: PageClient, sheet: Sheet) -> Sheet:
    form = sheet.form(f"{sheet_path(sheet)}/contact")
    return browser.send(form, kind="home-visit", part="evening", reached="no", note="Gordijnen dicht.")


def sheet_path(sheet: Sheet) -> str:
    return "/zaak/" + sheet.url.partition("/zaak/")[2].partition("/")[0]


def test_a_specialists_day(ward: Ward) -> None:
    browser = ward.office.signed_in(Role.SPECIALIST)
    sheet = take_first_visit(browser)
    case = sheet_path(sheet)
    assert sheet.heading == f"Zaak {case.rpartition('/')[2]}"
    assert "U hebt deze zaak opgepakt." in sheet.words
    assert any(caption.startswith("Score van zaak") for caption in sheet.texts("caption"))

    sheet = not_at_home_in_the_evening(browser, sheet)
    assert "De contactpoging is bewaard." in sheet.words
    step = next(text for text in sheet.texts("p") if text.startswith("Volgende stap:"))
    assert "huisbezoek" in step
    assert "avond" not in step
    assert case not in {one.get("href") for one in browser.get("/werkvoorraad/visits").all("a", data_open="")}

    ward.watch.to_next_working_day()
    browser = ward.office.signed_in(Role.SPECIALIST)
    follow_up = browser.get("/werkvoorraad/follow-up")
    assert case in {one.get("href") for one in follow_up.all("a", data_open="")}
    finish(browser, case)
    release_letters(browser)
    what_the_auditor_finds(ward.office, case)


def finish(browser: PageClient, case: str) -> None:
    """Reached by telephone: a note, an appointment, a referral with what came of it, and the end."""
    sheet = browser.send(browser.get(case).form(f"{case}/contact"), kind="call", part=None, reached="yes")
    sheet = browser.send(sheet.form(f"{case}/notitie"), note="Belt liever na zes uur.\nHeeft een nieuwe baan.")
    assert "Belt liever na zes uur. Heeft een nieuwe baan." in sheet.words
    later = today_of(utc_now()) + timedelta(days=60)
    sheet = browser.send(sheet.form(f"{case}/afspraak"), kind="appointment", on_day=later.isoformat(), part="morning")
    promised = f"afspraak op locatie, op {day(later, language='nl')}, ochtend (afgesproken met de inwoner)"
    assert promised in sheet.words
    sheet = browser.send(sheet.form(f"{case}/doorverwijzen"), target="nsr", certain="yes")
    sheet = browser.send(
        sheet.form(f"{case}/doorverwezen"),
        referral=sheet.all("input", name="referral")[0].get("value"),
        result="started",
    )
    assert "De hulp is daar begonnen" in sheet.words
    persons = [one.get("value") for one in sheet.all("input", name="persons")]  # where several live there
    whose: dict[str, object] = {"persons": persons[0]} if persons else {}
    form = sheet.form(f"{case}/afsluiten")
    sheet = browser.send(form, outcome="follow-up-help-financial", certain="yes", **whose)  # type: ignore[arg-type]  # no field is named as one of its own arguments
    assert "Vervolghulp en/of verwijzing financieel (Sanne de Vries" in sheet.words
    assert f"{case}/heropenen" in {form.action for form in sheet.forms()}


def release_letters(browser: PageClient) -> None:
    """What will go out is shown first; then it goes out, but for the households that somebody looks at first."""
    preview = browser.get("/brievenronde").all("input", name="case")
    ticked = [one for one in preview if "checked" in one.attrib]
    assert ticked
    browser.send(browser.get("/brievenronde").form("/brievenronde"), sure="yes")
    left = browser.get("/brievenronde").all("input", name="case")
    assert {one.get("value") for one in left} == {one.get("value") for one in preview} - {
        one.get("value") for one in ticked
    }


def what_the_auditor_finds(office: RunningOffice, case: str) -> None:
    """All of it is in the log, of the case and of the letters, though hundreds of lines came behind it."""
    auditor, number = office.signed_in(Role.AUDITOR), case.rpartition("/")[2]
    log = auditor.get("/logboek")
    found = lines_of(auditor.send(log.form("/logboek"), subject=f"zaak {number}"))
    for what in (
        *("Werkvoorraad bekeken", "Zaak opgepakt", "Zaak bekeken", "Contactpoging vastgelegd", "Notitie geschreven"),
        *("Afspraak vastgelegd", "Doorverwezen", "Uitkomst van een doorverwijzing", "Zaak afgesloten"),
    ):
        assert [line for line in found if line[1] == what], what
    assert {line[0].partition(" (")[0] for line in found} >= {"specialist-1"}
    run = lines_of(auditor.send(log.form("/logboek"), action="release", subject="brievenronde"))
    assert [line[1:3] for line in run] == [["Vrijgegeven", "brievenronde"]]
    letters = int(run[0][4].rpartition(" ")[2])
    released = auditor.send(log.form("/logboek"), action="release")
    assert lines_of(released)[1][2] == f"{letters} zaken Elke zaak tonen"  # one act is one line
    (each,) = [form for form in released.forms() if form.buttons[0][0] == "Elke zaak tonen"]
    one = lines_of(auditor.send(each))[0]
    assert one[2].startswith("zaak ")
    assert [line for line in lines_of(auditor.send(log.form("/logboek"), subject=one[2])) if line[1] == "Vrijgegeven"]
    assert letters > 50  # more than one page of the log


def lines_of(sheet: Sheet) -> list[list[str]]:
    """Who, what, about what, how many households and the particulars of each line."""
    return [[text_of(cell) for cell in row.iter("td")][1:] for row in sheet.all("tr") if list(row.iter("td"))]


@dataclass(frozen=True)
class Hands:
    """What one does in a browser without scripts: press, choose and write; nothing falls off the screen meanwhile."""

    page: Page

    def sees(self, text: str) -> None:
        """This is said on the page, and the page fits."""
        expect(self.page.get_by_text(text).first).to_be_visible()
        assert not self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), text

    def opens(self, selector: str) -> None:
        """Open what the element stands in."""
        self.page.locator(f"details:not([open]):has({selector}) > summary").first.click()

    def sends(self, act: str, said: str, **typed: str) -> None:
        """Fill in the form of a case's act (nothing: the first of a choice) and send it."""
        self.opens(f"#form-{act}")
        for name, value in typed.items():
            self._fills(f"#form-{act} [name={name}]", value)
        self.page.locator(f"#form-{act} button:not([name=language])").click()
        self.sees(said)

    def _fills(self, field: str, value: str) -> None:
        kind = self.page.locator(field).first.get_attribute("type")
        if kind in {"radio", "checkbox"}:
            self.page.locator(f"{field}[value='{value}']" if value else field).first.check()
        elif self.page.locator(f"select{field.partition(' ')[2]}").count():
            self.page.locator(field).select_option(value)
        else:
            self.page.locator(field).fill(value)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_day_in_chromium_with_javascript_off(ward: Ward, browser: Browser, size: tuple[int, int]) -> None:
    ward.office.session(COLLEAGUE)  # so that the day can end with handing over
    with window(browser, ward.office, Role.SPECIALIST, size=size, scripts=False) as opened:
        hands = Hands(opened.page)
        opened.open("/werkvoorraad/visits")
        case = the_first_unclaimed_visit(hands)
        what_is_decided(hands)
        at_the_door(hands)
        what_was_agreed(hands, next_working_day(today_of(ward.watch())))
        hands.sends("hand-over", "De zaak is overgedragen.", to=COLLEAGUE.id, reason="Ik ben morgen vrij.")
        opened.open("/werkvoorraad/letters")
        the_letters_go_out(hands)
        opened.open("/zoeken")
        looked_up(hands, case)
    ward.watch.to_next_working_day()
    with window(browser, ward.office, COLLEAGUE, size=size, scripts=False) as opened:
        opened.open("/werkvoorraad/follow-up")
        the_next_day(Hands(opened.page))


def next_working_day(today: date) -> date:
    day_after = today + timedelta(days=1)
    while not is_working_day(day_after):
        day_after += timedelta(days=1)
    return day_after


def the_first_unclaimed_visit(hands: Hands) -> str:
    """Narrowed to what nobody has: claim the first and open it; its address."""
    page = hands.page
    hands.opens("select[name=claim]")
    page.locator("select[name=claim]").select_option("unclaimed")
    page.get_by_role("button", name="Toon", exact=True).click()
    assert "claim=unclaimed" in page.url
    first = page.locator("[data-open]").first.get_attribute("href")
    page.locator("form[action$='/oppakken'] button").first.click()
    hands.sees("U hebt het huishouden opgepakt.")
    page.goto(page.url.partition("/werkvoorraad")[0] + "/werkvoorraad/visits?claim=mine")
    page.locator("[data-open]").first.click()
    hands.sees("U hebt deze zaak opgepakt.")
    assert first is not None
    assert page.url.endswith(first)
    return first


def at_the_door(hands: Hands) -> None:
    """Written down for the wrong part of the day, struck out, and written down as it was."""
    typed = {"kind": "home-visit", "reached": "no", "note": "Niemand deed open."}
    hands.sends("attempt", "De contactpoging is bewaard.", part="morning", **typed)
    hands.sends("undo-attempt", "De contactpoging is doorgehaald", attempt="", certain="yes")
    hands.sends("attempt", "De contactpoging is bewaard.", part="evening", **typed)
    hands.sends("note", "De notitie is bewaard.", note="Belt liever na zes uur.")


def what_was_agreed(hands: Hands, tomorrow: date) -> None:
    hands.sends("promise", "De afspraak is bewaard.", kind="call", on_day=tomorrow.isoformat(), part="evening")
    hands.sends("refer", "De doorverwijzing is bewaard.", target="nsr", certain="yes")
    hands.sends("refer-result", "Wat eruit kwam is bewaard.", referral="", result="started")


def what_is_decided(hands: Hands) -> None:
    hands.sends("change-route", "De route is veranderd.", route="letter", reason="Er woont een gevaarlijke hond.")
    marked = {"verdict": "other-reason", "reason": "Dubbel gemeld.", "certain": "yes"}
    hands.sends("mark", "Het signaal wordt niet opgepakt.", event="", **marked)
    hands.sends("take-back-mark", "Het signaal telt weer mee.", event="", reason="Toch niet dubbel.")


def the_letters_go_out(hands: Hands) -> None:
    """A look at the next page, and then all that may go as one run."""
    page = hands.page
    page.locator("a[rel=next]").click()
    assert "after=" in page.url
    assert page.locator("[data-open]").count()
    page.goto(page.url.partition("?")[0])
    page.get_by_role("link", name="Brieven samen vrijgeven").click()
    page.locator("#sure").check()
    page.get_by_role("button", name="Geef deze brieven vrij").click()
    hands.sees("Vrijgegeven brieven:")


def looked_up(hands: Hands, case: str) -> None:
    hands.page.locator("#case").fill(case.rpartition("/")[2])
    hands.page.get_by_role("button", name="Zoek", exact=True).click()
    hands.page.locator(f"a[href='{case}']").first.click()
    assert hands.page.url.endswith(case)
    hands.sees(f"{COLLEAGUE.name} heeft deze zaak sinds")


def the_next_day(hands: Hands) -> None:
    """What was agreed for today stands in follow-up; it is closed, and opened again."""
    row = hands.page.locator("[data-row]", has_text="Aan u overgedragen door")
    expect(row.get_by_text("Vandaag", exact=True).first).to_be_visible()
    row.locator("[data-open]").click()
    hands.sees("heeft deze zaak aan u overgedragen.")
    hands.sees("Belt liever na zes uur.")
    hands.sends("close", "De zaak is afgesloten.", outcome="no-contact", certain="yes")
    hands.sends("reopen", "De zaak is weer open.", reason="Zij belde terug.")


def test_two_browsers_cannot_take_the_same_case(ward: Ward, browser: Browser) -> None:
    with (
        window(browser, ward.office, Role.SPECIALIST) as mine,
        window(browser, ward.office, COLLEAGUE) as theirs,
    ):
        path = first_in(ward.office.signed_in(Role.SPECIALIST).get("/werkvoorraad/visits"))
        mine.open(path)
        theirs.open(path)
        mine.page.get_by_role("button", name="Oppakken").click()
        assert mine.page.get_by_text("U hebt deze zaak opgepakt.").is_visible()
        theirs.page.get_by_role("button", name="Oppakken").click()
        assert theirs.page.get_by_role("alert").inner_text().startswith("Sanne de Vries heeft deze zaak al opgepakt.")
        assert theirs.page.get_by_role("button", name="Oppakken").count() == 0
        theirs.check("case-taken")
