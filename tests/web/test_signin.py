"""Signing in and out, with a real provider beside a real office: the whole way, and every way round it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from signals.embedded.broker import free_port
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy
from signals.policies import shipped
from signals.store.database import transaction
from signals.web import cookies
from signals.web.people import Role
from signals.web.signin.demo import DEMO_PEOPLE
from signals.web.signin.journey import COOKIE, SECONDS
from tests.web.client import checked
from tests.web.office import person, signed_cookie
from tests.web.signin_office import SUBJECT, TARGET, RealProvider, SignInOffice, real_provider, sign_in_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from signals.web.signin.demo import DemoPerson
    from tests.web.client import PageClient

pytestmark = pytest.mark.database
FLAGS = {"httponly", "samesite=lax", "path=/"}


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    with real_provider(tmp_path_factory.mktemp("provider") / "log") as provider:
        yield provider


@pytest.fixture
def provider(provider_process: RealProvider) -> RealProvider:
    provider_process.knows()
    return provider_process


@pytest.fixture
def office(database: str, provider: RealProvider) -> Iterator[SignInOffice]:
    with sign_in_office(database, provider) as office:
        yield office


@pytest.fixture
def demo(database: str) -> Iterator[SignInOffice]:
    with sign_in_office(database, None) as office:
        yield office


@pytest.fixture
def browser(office: SignInOffice) -> PageClient:
    return office.running.visitor()


def heading(answer: httpx.Response) -> str:
    return checked(answer.status_code, str(answer.url), answer.text, answer.headers).heading


def cookie_flags(answer: httpx.Response, name: str) -> set[str]:
    [line] = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")]
    return {part.strip().lower() for part in line.split(";")[1:]}


def token_of(client: PageClient) -> str:
    return str(client.http.cookies[cookies.SESSION])


def test_who_comes_for_a_page_signs_in_and_gets_it(office: SignInOffice, browser: PageClient) -> None:
    page = browser.get(TARGET)
    assert page.heading == "Aanmelden"
    begin = browser.http.get(page.link("Aanmelden"))
    back = browser.http.get(office.provider.sign_in(begin.headers["location"]))
    assert (back.status_code, back.headers["location"]) == (303, TARGET)
    assert browser.get(TARGET).texts("strong") == ["Sanne de Vries"]
    assert office.audit() == [(SUBJECT, "sign-in")]


def test_a_user_has_what_the_claims_and_the_settings_say(office: SignInOffice, browser: PageClient) -> None:
    office.provider.knows(gemeenten=["0164", "0141"], roles=["vs-audit", "vs-specialist", "other"])
    office.signed_in(browser)
    [row] = office.rows("SELECT user_id, user_name, roles, municipalities, teams FROM sessions")
    assert row == (SUBJECT, "Sanne de Vries", ["auditor", "specialist"], ["0141", "0164"], [])


def test_the_cookies_are_of_this_host_and_out_of_reach_of_scripts(office: SignInOffice, browser: PageClient) -> None:
    begin = browser.http.get("/aanmelden/begin")
    assert cookie_flags(begin, COOKIE) == FLAGS | {f"max-age={SECONDS}"}
    back = browser.http.get(office.provider.sign_in(begin.headers["location"]))
    assert cookie_flags(back, cookies.SESSION) == FLAGS
    assert "max-age=0" in cookie_flags(back, COOKIE)
    assert COOKIE not in browser.http.cookies


def test_the_database_does_not_know_what_the_browser_holds(office: SignInOffice, browser: PageClient) -> None:
    office.signed_in(browser)
    [(kept,)] = office.rows("SELECT sessions::text FROM sessions")
    jar = cookies.Jar(office.running.office.secret, secure=False)
    token = jar.read(browser.http.cookies, cookies.SESSION)
    assert token is not None
    assert len(token) >= 43
    assert token not in kept


@pytest.mark.parametrize(
    "wish",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\r\nSet-Cookie: x=1",
        "/" + "a" * 2000,
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(office: SignInOffice, browser: PageClient, wish: str) -> None:
    assert office.signed_in(browser, wish).headers["location"] == "/"
    again = browser.http.get("/aanmelden", params={"naar": wish})
    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_a_changed_journey_leads_nowhere(office: SignInOffice, browser: PageClient) -> None:
    way_back = office.provider.sign_in(office.begun(browser))
    kept = browser.http.cookies[COOKIE]
    other = office.running.visitor()
    other.http.cookies.set(COOKIE, kept[:20] + ("A" if kept[20] != "A" else "B") + kept[21:])
    assert other.http.get(way_back).status_code == 403
    assert browser.http.get(way_back).status_code == 303


def test_every_sign_in_gives_a_new_session_and_ends_the_one_that_was(office: SignInOffice, browser: PageClient) -> None:
    attacker = office.running.signed_in(person(Role.AUDITOR))
    prepared = token_of(attacker)
    browser.http.cookies.set(cookies.SESSION, prepared, "127.0.0.1", "/")
    office.signed_in(browser)
    assert token_of(browser) != prepared
    assert office.is_in(browser)
    assert not office.is_in(attacker)


def test_the_cookie_of_before_signing_in_is_no_session(office: SignInOffice, browser: PageClient) -> None:
    browser.get("/aanmelden")
    before = browser.http.cookies[cookies.BEFORE]
    office.signed_in(browser)
    assert token_of(browser) != before
    other = office.running.visitor()
    other.http.cookies.set(cookies.SESSION, before)
    assert not office.is_in(other)


@pytest.mark.parametrize("place", [0, 10, -1])
def test_a_tampered_cookie_is_no_session(office: SignInOffice, browser: PageClient, place: int) -> None:
    office.signed_in(browser)
    letters = list(token_of(browser))
    letters[place] = (
        "z" if letters[place] in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef" else "A"
    )  # another first bit: it counts
    other = office.running.visitor()
    other.http.cookies.set(cookies.SESSION, "".join(letters))
    assert not office.is_in(other)
    assert office.is_in(browser)


def test_a_cookie_that_is_signed_but_of_no_session_lets_nobody_in(office: SignInOffice) -> None:
    other = office.running.visitor()
    other.http.cookies.update(signed_cookie(office.running.office, cookies.SESSION, "a token that never was"))
    assert not office.is_in(other)


def test_idle_too_long_is_signed_out(office: SignInOffice, browser: PageClient) -> None:
    office.signed_in(browser)
    for minutes in (29, 58):
        office.clock.shift = timedelta(minutes=minutes)
        assert office.is_in(browser)
    office.clock.shift = timedelta(minutes=58 + 31)
    assert not office.is_in(browser)
    assert browser.get(TARGET).heading == "Aanmelden"


def test_after_ten_hours_is_signed_out_also_when_busy(office: SignInOffice, browser: PageClient) -> None:
    office.signed_in(browser)
    for minutes in range(25, 600, 25):
        office.clock.shift = timedelta(minutes=minutes)
        assert office.is_in(browser)
    office.clock.shift = timedelta(hours=10, seconds=1)
    assert not office.is_in(browser)


def test_a_role_that_is_taken_away_counts_from_the_next_sign_in(office: SignInOffice, browser: PageClient) -> None:
    office.signed_in(browser)
    office.provider.knows(roles=["vs-audit"])
    assert office.rows("SELECT roles FROM sessions") == [(["specialist"],)]
    office.signed_in(browser)
    assert office.rows("SELECT roles FROM sessions") == [(["auditor"],)]
    office.provider.knows(roles=[])
    refused = office.signed_in(browser)
    assert refused.status_code == 403


@pytest.mark.parametrize("claims", [{"roles": ["another"]}, {"roles": None}, {"roles": [], "gemeenten": []}])
def test_nobody_without_a_role_gets_in_and_reads_whom_to_ask(
    office: SignInOffice, browser: PageClient, claims: dict[str, object]
) -> None:
    office.provider.knows(SUBJECT, **claims)
    refused = office.signed_in(browser)
    assert (refused.status_code, heading(refused)) == (403, "U hebt hier nog geen toegang")
    assert "functioneel beheerder" in refused.text
    assert not office.is_in(browser)
    assert office.rows("SELECT actor, action, detail FROM audit") == [("nobody", "sign-in-refused", {"why": "no-role"})]


@pytest.mark.parametrize(
    ("municipalities", "why", "said"),
    [
        ([], "no-municipality", "zegt niet voor welke gemeente u werkt"),
        (["0164"], "unknown-municipality", "de gemeente die erbij staat, werkt hier niet mee"),
    ],
)
def test_nobody_without_a_municipality_of_this_service_gets_in(
    office: SignInOffice, browser: PageClient, municipalities: list[str], why: str, said: str
) -> None:
    with transaction(office.running.engine) as cursor:
        load_policy(cursor, parse_policy(shipped()["almelo.toml"], "almelo.toml"), actor="test")
    office.provider.knows(gemeenten=municipalities)
    refused = office.signed_in(browser)
    assert (refused.status_code, heading(refused)) == (403, "U hebt hier nog geen toegang")
    assert said in refused.text
    assert office.rows("SELECT detail FROM audit WHERE actor = 'nobody'") == [({"why": why},)]
    assert not office.is_in(browser)
    office.provider.knows(gemeenten=["0141", *municipalities])
    assert office.signed_in(browser).status_code == 303


def test_one_person_has_at_most_five_sessions(office: SignInOffice) -> None:
    browsers = [office.running.visitor() for _ in range(6)]
    for one in browsers:
        office.signed_in(one)
    assert [office.is_in(one) for one in browsers] == [False, True, True, True, True, True]


def test_an_answer_with_another_state_is_refused(office: SignInOffice, browser: PageClient) -> None:
    parts = urlsplit(office.provider.sign_in(office.begun(browser)))
    query = {**dict(parse_qsl(parts.query)), "state": "another"}
    refused = browser.http.get(f"{parts.path}?{urlencode(query)}")
    assert (refused.status_code, heading(refused)) == (403, "Aanmelden is niet gelukt")
    assert office.audit() == [("nobody", "sign-in-refused")]
    assert browser.http.get(parts.path + "?" + parts.query).status_code == 403  # the journey is over


def test_two_tabs_of_one_browser_sign_in_at_once(office: SignInOffice, browser: PageClient) -> None:
    first = office.provider.sign_in(office.begun(browser, "/beleid"))
    second = office.provider.sign_in(office.begun(browser))
    assert browser.http.get(first).headers["location"] == "/beleid"
    assert browser.http.get(second).headers["location"] == TARGET
    assert office.is_in(browser)
    assert COOKIE not in browser.http.cookies


def test_many_tabs_keep_what_a_cookie_holds_and_the_last_one_signs_in(
    office: SignInOffice, browser: PageClient
) -> None:
    ways = [office.begun(browser, "/" + "a" * 999) for _ in range(6)]
    assert len(browser.http.cookies[COOKIE]) < 4000
    assert browser.http.get(office.provider.sign_in(ways[-1])).status_code == 303


def test_who_goes_back_to_an_answer_reads_that_one_is_in(office: SignInOffice, browser: PageClient) -> None:
    way_back = office.provider.sign_in(office.begun(browser))
    browser.http.get(way_back)
    again = browser.http.get(way_back)
    assert (again.status_code, heading(again)) == (403, "U bent al aangemeld")
    assert office.is_in(browser)


def test_an_answer_serves_once_also_for_who_kept_the_cookie(office: SignInOffice, browser: PageClient) -> None:
    way_back = office.provider.sign_in(office.begun(browser))
    kept = dict(browser.http.cookies)
    assert browser.http.get(way_back).status_code == 303
    assert browser.http.get(way_back).status_code == 403
    other = office.running.visitor()
    other.http.cookies.update(kept)
    assert other.http.get(way_back).status_code == 403
    assert not office.is_in(other)


def test_the_answer_of_another_browser_signs_nobody_in(office: SignInOffice, browser: PageClient) -> None:
    attacker = office.running.visitor()
    of_attacker = office.provider.sign_in(office.begun(attacker), "attacker")
    assert browser.http.get(of_attacker).status_code == 403
    office.begun(browser)
    assert browser.http.get(of_attacker).status_code == 403
    assert not office.is_in(browser)


def test_a_journey_lasts_ten_minutes(office: SignInOffice, browser: PageClient) -> None:
    way_back = office.provider.sign_in(office.begun(browser))
    office.clock.shift = timedelta(seconds=SECONDS + 5)
    assert browser.http.get(way_back).status_code == 403


def test_who_says_no_at_the_provider_is_told_so(office: SignInOffice, browser: PageClient) -> None:
    address = office.begun(browser)
    refused = browser.http.get(office.provider.sign_in(address, action="deny"))
    assert refused.status_code == 403


def test_the_way_back_is_made_from_the_settings_not_from_the_host_header(
    office: SignInOffice, browser: PageClient
) -> None:
    answer = browser.http.get("/aanmelden/begin", headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    [way_back] = parse_qs(urlsplit(answer.headers["location"]).query)["redirect_uri"]
    assert way_back == f"{office.running.address}/aanmelden/terug"


def test_signing_out_ends_it_here_and_at_the_provider(office: SignInOffice, browser: PageClient) -> None:
    office.signed_in(browser)
    held = token_of(browser)
    page = browser.get(TARGET)
    answer = browser.http.post("/afmelden", data=dict(page.form("/afmelden").filled()))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{office.provider.issuer}/oauth2/end_session?client_id=signals&")
    assert cookies.SESSION not in browser.http.cookies
    assert office.rows("SELECT count(*) FROM sessions") == [(0,)]
    assert office.audit() == [(SUBJECT, "sign-in"), (SUBJECT, "sign-out")]
    browser.http.cookies.set(cookies.SESSION, held)
    assert not office.is_in(browser)
    assert f"form-action 'self' {office.provider.issuer};" in answer.headers["content-security-policy"]


def test_signing_out_needs_our_own_form(office: SignInOffice, browser: PageClient) -> None:
    office.signed_in(browser)
    of_another = office.running.signed_in(person(Role.AUDITOR)).get(TARGET).form("/afmelden").filled()
    for sent in ({}, {"csrf_token": "made up"}, dict(of_another)):
        assert browser.http.post("/afmelden", data=sent).status_code == 403
    ours = dict(browser.get(TARGET).form("/afmelden").filled())
    assert browser.http.post("/afmelden", data=ours, headers={"origin": "https://evil.example"}).status_code == 403
    assert browser.http.get("/afmelden").status_code == 405
    assert office.is_in(browser)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_can_begin_no_sign_in(office: SignInOffice, browser: PageClient, site: str) -> None:
    led = browser.http.get("/aanmelden/begin", params={"naar": TARGET}, headers={"sec-fetch-site": site})
    assert (led.status_code, led.headers["location"]) == (303, f"/aanmelden?{urlencode({'naar': TARGET})}")
    assert COOKIE not in browser.http.cookies
    assert browser.get(led.headers["location"]).heading == "Aanmelden"
    for ours in ("same-origin", "none"):
        begun = browser.http.get("/aanmelden/begin", headers={"sec-fetch-site": ours})
        assert begun.headers["location"].startswith(office.provider.issuer)


def test_a_provider_that_is_away_is_told_in_words(database: str) -> None:
    nobody = RealProvider(f"http://127.0.0.1:{free_port()}")
    with sign_in_office(database, nobody) as office:
        browser = office.running.visitor()
        answer = browser.http.get("/aanmelden/begin")
        assert (answer.status_code, heading(answer)) == (503, "Aanmelden kan nu even niet")
        assert office.audit() == []


def test_too_many_sign_ins_must_wait(browser: PageClient) -> None:
    answers = (browser.http.get("/aanmelden/terug", headers={"x-forwarded-for": f"1.1.1.{n}"}) for n in range(200))
    refused = next((answer for answer in answers if answer.status_code == 429), None)
    assert refused is not None
    assert heading(refused) == "Te vaak geprobeerd"
    assert int(refused.headers["retry-after"]) >= 1
    assert browser.http.get("/aanmelden/begin").status_code == 429


@pytest.mark.parametrize("who", DEMO_PEOPLE, ids=lambda person: person.key)
def test_in_a_demo_one_chooses_who_to_be(demo: SignInOffice, who: DemoPerson) -> None:
    browser = demo.running.visitor()
    page = browser.get(f"/aanmelden?naar={TARGET}")
    arrived = browser.send(page.form("/aanmelden/voorbeeld", DEMO_PEOPLE.index(who)))
    assert urlsplit(arrived.url).path == TARGET
    [row] = demo.rows("SELECT user_name, roles, municipalities FROM sessions")
    assert row == (who.name, [who.role.value], ["0141"])
    assert browser.send(arrived.form("/afmelden")).heading == "U bent afgemeld"
    assert demo.audit() == [(f"demo-{who.key}", "sign-in"), (f"demo-{who.key}", "sign-out")]


def test_a_demo_has_no_provider_and_a_provider_no_demo(demo: SignInOffice, office: SignInOffice) -> None:
    visitor = demo.running.visitor()
    assert visitor.http.get("/aanmelden/begin").status_code == 404
    assert visitor.http.get("/aanmelden/terug?code=x&state=y").status_code == 404
    token = dict(visitor.get("/aanmelden").form("/aanmelden/voorbeeld").filled())
    assert visitor.http.post("/aanmelden/voorbeeld", data={**token, "persoon": "mayor"}).status_code == 404
    browser = office.running.visitor()
    language = dict(browser.get("/aanmelden").form("/taal").filled("English"))
    sent = {"csrf_token": language["csrf_token"], "persoon": "auditor"}
    assert browser.http.post("/aanmelden/voorbeeld", data=sent).status_code == 404
    assert not office.is_in(browser)


def test_a_demo_needs_our_own_form_too(demo: SignInOffice) -> None:
    browser = demo.running.visitor()
    assert browser.http.post("/aanmelden/voorbeeld", data={"persoon": "auditor"}).status_code == 403


@pytest.mark.parametrize(
    ("path", "dutch", "english"),
    [("/aanmelden", "Aanmelden", "Sign in"), ("/afgemeld", "U bent afgemeld", "You are signed out")],
)
def test_the_door_speaks_dutch_and_english(office: SignInOffice, path: str, dutch: str, english: str) -> None:
    assert office.running.visitor("nl").get(path).heading == dutch
    assert office.running.visitor("en").get(path).heading == english
