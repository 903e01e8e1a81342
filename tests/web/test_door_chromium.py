"""At a door without a connection: what is written down there is kept, sent by itself, and counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from tests.web.case_office import rows
from tests.web.chromium import PHONE, window
from tests.web.doors import COLLEAGUE, SPECIALIST, released

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from signals.outreach.visits.lists import ListedStop, VisitList
    from tests.web.chromium import Window
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
KEPT: Final = "Object.keys(localStorage).filter((name) => name.startsWith('signals.door/')).length"
SENT: Final = "**/uitslag"
SOON: Final = 10_000  # the page tries again after five seconds


def write_down(page: Page, stop: ListedStop, result: str, note: str) -> None:
    place = page.locator(f"#stop-{stop.id}")
    place.evaluate("(one) => { one.open = true; }")
    place.get_by_text(result, exact=True).click()
    place.get_by_label("Notitie").fill(note)
    place.get_by_role("button", name="Vastleggen").click()


def made(office: RunningOffice, stop: ListedStop) -> list[tuple[str, str]]:
    return [
        (result, note)
        for result, note in rows(
            office,
            """SELECT result, contact_attempts.note FROM visit_results
            JOIN contact_attempts ON contact_attempts.id = attempt_id WHERE stop_id = %s""",
            stop.id,
        )
    ]


def no_connection(opened: Window) -> None:
    """That the browser could not reach us is what these tests bring about."""
    opened.complaints[:] = [one for one in opened.complaints if "net::ERR_" not in one]


def test_what_is_written_down_without_a_connection_is_sent_later_and_once(
    office: RunningOffice, browser: Browser
) -> None:
    found = released(office, 5)
    with window(browser, office, SPECIALIST, size=PHONE) as opened:
        page = opened.open(f"/bezoeken/{found.id}/onderweg")
        there_is_no_connection(opened, office, found)
        the_answer_is_lost(page, office, found.stops[1])
        the_answer_is_slow_and_one_changes_it_meanwhile(page, office, found.stops[4])
        a_colleague_was_first(page, office, found)
        the_session_ended(page, office, found.stops[3])
        no_connection(opened)
        assert opened.complaints == []


def there_is_no_connection(opened: Window, office: RunningOffice, found: VisitList) -> None:
    """It is kept and says so, the next stop opens, and it is sent by itself once there is one."""
    page, (stop, following, *_) = opened.page, found.stops
    page.context.set_offline(True)
    write_down(page, stop, "Niet thuis", "Geen bel.")
    expect(page.locator(f"#stop-{stop.id}")).to_contain_text("Nog niet verstuurd")
    expect(page.locator("[data-outbox]")).to_contain_text("Nog niet verstuurd: 1.")
    expect(page.locator("[data-shown]")).to_have_text("1 van 5 gedaan")
    expect(page.locator(f"#stop-{following.id}")).to_have_attribute("open", "")
    assert made(office, stop) == []
    opened.complaints.clear()
    opened.check("door-unsent")
    page.context.set_offline(False)
    expect(page.locator(f"#stop-{stop.id} [data-state]")).to_have_text("Vastgelegd", timeout=SOON)
    expect(page.locator("[data-outbox]")).to_be_hidden()
    assert made(office, stop) == [("not-at-home", "Geen bel.")]
    assert page.evaluate(KEPT) == 0


def the_answer_is_lost(page: Page, office: RunningOffice, stop: ListedStop) -> None:
    """It arrived, and nobody here knows: it is sent again by the page that is fetched anew."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(SENT, lose, times=1)
    with page.expect_event("requestfailed"):
        write_down(page, stop, "Gesproken", "Belt zelf.")
    assert made(office, stop) == [("spoken", "Belt zelf.")]
    expect(page.locator(f"#stop-{stop.id}")).to_contain_text("Nog niet verstuurd")
    expect(page.locator("[data-outbox]")).to_be_visible()
    assert page.evaluate(KEPT) == 1
    page.reload()
    expect(page.locator("[data-outbox]")).to_have_attribute("data-waiting", "0")
    assert made(office, stop) == [("spoken", "Belt zelf.")]
    expect(page.locator("[data-shown]")).to_have_text("2 van 5 gedaan")


def the_answer_is_slow_and_one_changes_it_meanwhile(page: Page, office: RunningOffice, stop: ListedStop) -> None:
    """What was sent first counts; what it was changed into is refused in words, and not lost."""
    under_way: list[Route] = []
    page.route(SENT, lambda route: under_way.append(route), times=1)  # noqa: PLW0108 - what is built in takes no mark
    with page.expect_request(SENT):
        write_down(page, stop, "Niet thuis", "Eerst.")
    place = page.locator(f"#stop-{stop.id}")
    place.evaluate("(one) => { one.open = true; }")
    place.get_by_role("button", name="Wijzigen").click()
    write_down(page, stop, "Gesproken", "Toch.")
    expect(page.locator("[data-nobody]")).to_be_hidden()  # one went in another order
    with page.expect_response(SENT):
        under_way[0].continue_()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(place).to_contain_text(f"{SPECIALIST.name} legde dit bezoek al vast: niet thuis.", timeout=SOON)
    expect(place.get_by_label("Notitie")).to_have_value("Toch.")
    assert made(office, stop) == [("not-at-home", "Eerst.")]
    place.get_by_role("button", name="Weggooien").click()


def a_colleague_was_first(page: Page, office: RunningOffice, found: VisitList) -> None:
    """It is said, and what was typed stays until one throws it away."""
    stop, path = found.stops[2], f"/bezoeken/{found.id}/onderweg"
    colleague = office.signed_in(COLLEAGUE)
    colleague.send(colleague.get(path).form(f"{path}/{stop.id}/uitslag"), result="refused")
    write_down(page, stop, "Niet thuis", "Ik belde drie keer.")
    place = page.locator(f"#stop-{stop.id}")
    expect(place).to_contain_text(f"{COLLEAGUE.name} legde dit bezoek al vast: wil geen hulp.")
    expect(place.get_by_label("Notitie")).to_have_value("Ik belde drie keer.")
    expect(place.get_by_role("button", name="Wijzigen")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-lost]")).to_contain_text("Ik belde drie keer.")
    page.locator("[data-lost]").get_by_role("button", name="Weggooien").click()
    expect(page.locator("[data-lost]")).to_be_empty()
    assert page.evaluate(KEPT) == 0


def the_session_ended(page: Page, office: RunningOffice, stop: ListedStop) -> None:
    """It says so, and whoever signs in again in this browser sends it."""
    page.context.clear_cookies()
    write_down(page, stop, "Niet thuis", "Hond.")
    expect(page.locator("[data-outbox]")).to_contain_text("U bent niet meer aangemeld")
    for name, value in office.session(SPECIALIST).items():
        page.context.add_cookies([{"name": name, "value": value, "url": office.address}])
    page.get_by_role("link", name="Haal de pagina opnieuw op").click()
    expect(page.locator("[data-outbox]")).to_have_attribute("data-waiting", "0")
    assert made(office, stop) == [("not-at-home", "Hond.")]


def test_what_was_not_sent_is_of_one_person_and_gone_after_signing_out(office: RunningOffice, browser: Browser) -> None:
    found = released(office, 3)
    path = f"/bezoeken/{found.id}/onderweg"
    with window(browser, office, SPECIALIST, size=PHONE) as opened:
        page = opened.open(path)
        page.route(SENT, lambda route: route.abort())
        write_down(page, found.stops[0], "Niet thuis", "Geen bel.")
        expect(page.locator("[data-outbox]")).to_be_visible()
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("button", name="Afmelden").click()
        opened.open("/bezoeken")
        expect(page.get_by_role("link", name="is nog niet verstuurd")).to_have_attribute("href", path)
        no_connection(opened)
        opened.check("unsent", picture=False)
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Afmelden").click()
        page.wait_for_url("**/afgemeld")
        assert page.evaluate(KEPT) == 0
        for who in (SPECIALIST, COLLEAGUE):
            page.context.add_cookies(
                [{"name": "session", "value": office.session(who)["session"], "url": office.address}]
            )
            opened.open(path)
            expect(page.locator("[data-outbox]")).to_have_attribute("data-waiting", "0")
            assert page.evaluate(KEPT) == 0, who
            write_down(page, found.stops[1], "Niet thuis", "Van mij.")
            expect(page.locator("[data-outbox]")).to_be_visible()
        assert made(office, found.stops[1]) == []
