"""What somebody tries who means ill: hosts, paths, forms and bodies that no browser of ours sends.

Every answer is one of ours, says nothing of the inside, leads nowhere else, and the service goes on.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urljoin, urlsplit

import pytest

from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy
from signals.policies import shipped
from signals.store.database import transaction
from signals.web import arriving
from signals.web.desk import Form
from signals.web.guard import SECURITY_HEADERS
from signals.web.people import Role
from signals.web.signin.limits import Limiter, Rate
from signals.web.texts import today_of
from signals.web.work import openings, search
from signals.web.work.typed import persons_of
from tests.conftest import create_database, drop_database
from tests.web.looked_for import names_looked_for
from tests.web.office import ALMELO, HENGELO, office_on, person
from tests.web.route_table import ADDRESSES, PAGES, TABLE, token_of, town_of
from tests.web.test_asvs_answers import read_all
from tests.web.test_logs import FILLED
from tests.web.troubles import PARTNER, bring_trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.web.client import PageClient
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

ELSEWHERE: Final = "elders.example"
HOSTS: Final = (
    ELSEWHERE,
    f"{ELSEWHERE}:99999",
    "[::1",
    "127.0.0.1@elders.example",
    "elders.example/pad?vraag#deel",
    '"><script>alert(1)</script>',
    "localhost:0",
    "",
)
PATHS: Final = (
    *("//elders.example", "//elders.example/", "//elders.example/%2e%2e", "/%2f%2felders.example", "/\\elders.example"),
    *("/zoeken/", "/zaak/1/", "/%2Fzoeken", "/zoeken%00", "/zoeken%0d%0aLocation:%20https://elders.example"),
    *(
        "/partners/%00",
        "/partners/..%2f..",
        "/partners/%ff",
        "/zaak/%31",
        "/zaak/1;x",
        "/zaak/-1",
        "/zaak/1.0",
        "/zaak/0x1",
        "/zaak/" + "9" * 5000,
        "/brievenronde/verstuurd/" + "9" * 19,
    ),
    *("/./zoeken", "/zaak/../zoeken", "/ZOEKEN", "/werkvoorraad/%2e%2e", "/static/%00", "/static/%2e%2e%2fapp.py"),
    *(f"http://{ELSEWHERE}/zoeken", f"http://{ELSEWHERE}/zaak/1", "*"),
)
LOOK_FOR: Final = {"sign-in": {"naar"}, "overview": {"gemeente"}, "queue": {"route"}}
# What a number, a day, a code or a text may be in a request that no form of ours sends.
ODD: Final = (
    "\0",
    "9" * 19,
    "9" * 5000,
    "-1",
    "1e9",
    "\u0663",
    "NaN",
    "9999-12-31",
    "0000-00-00",
    "{0.__class__}",
    "a=\0&b=%00",
    "\u202e\ufeff",
)
PARAMETERS: Final = (
    "na",
    "naar",
    "reden",
    "team",
    "after",
    "postcode",
    "route",
    "sector",
    "crisis",
    "deadline",
    "gemeente",
)


@pytest.fixture(scope="module")
def attacked(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office of this module alone."""
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        bring_trouble(running.engine)
        yield running
    drop_database(postgres, url)


@pytest.fixture
def tireless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody whom no limit stops: what is behind the limits is tried."""
    for module in (openings, search):
        monkeypatch.setattr(module, "LIMITER", Limiter(Rate(burst=100_000, per_minute=1)))


def said_to(office: RunningOffice, sent: bytes) -> tuple[int, dict[str, str], str]:
    """The answer to these bytes: status, headers and body."""
    host, port = urlsplit(office.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as asking:
        asking.sendall(sent)
        head, _, body = read_all(asking, one=True).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body.decode("utf-8", "replace")


def asked(office: RunningOffice, path: str, host: str, who: Role | None = None) -> tuple[int, dict[str, str], str]:
    """The answer to somebody who asks for this path at this host, letter for letter."""
    kept = "; ".join(f"{name}={value}" for name, value in (office.session(who) if who else {}).items())
    cookie = f"Cookie: {kept}\r\n" if kept else ""
    return said_to(
        office, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{cookie}Connection: close\r\n\r\n".encode("latin-1")
    )


def require_ours(status: int, headers: dict[str, str], body: str) -> None:
    """An answer of the service with its headers, that leads nowhere else; or the server's own refusal of bad HTTP."""
    assert status < 500, body[:500]
    assert "traceback" not in body.lower()
    if status == 400 and "content-security-policy" not in headers:
        assert body in {"Invalid HTTP request received.", ""}
        return
    assert {name.lower() for name in SECURITY_HEADERS} <= headers.keys()
    location = headers.get("location", "/")
    assert location.startswith("/"), location
    assert not set(location) & set("\\\t\r\n "), location
    assert urlsplit(urljoin("https://signals.example/a/b", location)).netloc == "signals.example"


@pytest.mark.parametrize("host", HOSTS)
def test_no_answer_leads_to_the_host_that_was_asked_for(attacked: RunningOffice, host: str) -> None:
    for path in ("/", "/zoeken", "/zoeken/", "/aanmelden", "/aanmelden?naar=/zoeken", "/bestaat-niet", "/afgemeld/"):
        for who in (None, Role.SPECIALIST):
            status, headers, body = asked(attacked, path, host, who)
            require_ours(status, headers, body)
            assert "<script>alert(1)" not in body


@pytest.mark.parametrize("host", HOSTS)
def test_a_page_knows_its_path_whatever_the_host(attacked: RunningOffice, host: str) -> None:
    """A form on every page leads back to it: that address is made of the path alone."""
    status, _, body = asked(attacked, "/afgemeld?a=b", host)
    assert status == 400 or 'name="back" value="/afgemeld?a=b"' in body


def test_a_number_without_end_is_nobody() -> None:
    chosen = persons_of(Form([("persons", "9" * 5000), ("persons", "12"), ("persons", "x")]))
    assert [one.person for one in chosen] == [12]


def test_without_a_host_it_is_answered_or_refused_in_order(attacked: RunningOffice) -> None:
    for sent in (
        b"GET /aanmelden HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /zoeken/ HTTP/9.9\r\nHost: a\r\n\r\n",
    ):
        require_ours(*said_to(attacked, sent))
    assert said_to(attacked, b"GET /aanmelden HTTP/1.1\r\nConnection: close\r\n\r\n")[0] == 400


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_elsewhere_or_to_the_inside(attacked: RunningOffice, path: str) -> None:
    for who in (None, Role.SPECIALIST, Role.PARTNER_MANAGER):
        status, headers, body = asked(attacked, path, urlsplit(attacked.address).netloc, who)
        require_ours(status, headers, body)


@pytest.mark.parametrize(
    "wish",
    [
        *(
            "//elders.example",
            "/\\elders.example",
            "https://elders.example",
            "/%09/elders.example",
            "\t//elders.example",
        ),
        *(
            "/\r\nSet-Cookie: a=b",
            "/zoeken\r\n\r\n<script>",
            "javascript:alert(1)",
            "/ /elders.example",
            "///elders.example",
        ),
        *("/" + "a" * 2000, "\\\\elders.example", "/\u2028", "elders.example", "@elders.example", "/\0"),
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(attacked: RunningOffice, wish: str) -> None:
    for who in (None, Role.SPECIALIST):
        path = f"/aanmelden?naar={quote(wish)}"
        require_ours(*asked(attacked, path, urlsplit(attacked.address).netloc, who))
    browser = attacked.signed_in(Role.SPECIALIST)
    fields = {"csrf_token": token_of(browser), "back": wish, "language": "nl"}
    answer = browser.http.post("/taal", data=fields, headers={"origin": attacked.address})
    require_ours(answer.status_code, dict(answer.headers), answer.text)
    assert "a=b" not in answer.headers.get("set-cookie", "")


@pytest.mark.usefixtures("tireless")
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.method == "GET"])
def test_no_question_behind_an_address_breaks_a_page(
    attacked: RunningOffice, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    looked_for = names_looked_for(monkeypatch)
    roles = sorted(TABLE[name].roles or {Role.SPECIALIST})
    values = town_of(attacked).values(roles[0])
    path = ADDRESSES.url(name, **{key: text.format(**values) for key, text in TABLE[name].path.items()})
    browser = attacked.signed_in(roles[0])
    for odd in ODD:
        answer = browser.http.get(f"{path}?{'&'.join(f'{parameter}={quote(odd)}' for parameter in PARAMETERS)}")
        assert answer.status_code < 500, odd[:20]
    assert LOOK_FOR.get(name, set()) <= looked_for
    for parameter in sorted(looked_for):
        for odd in ODD:
            answer = browser.http.get(f"{path}?{parameter}={quote(odd)}")
            assert answer.status_code < 500, (parameter, odd[:20])


def forms_of(office: RunningOffice) -> Iterator[tuple[PageClient, str, dict[str, str]]]:
    """Every form of every page, with who sends it."""
    town = town_of(office)
    for name, page in PAGES.items():
        for role in sorted(page.roles or ())[:1] if page.method == "GET" else ():
            values, browser = {**town.values(role), "partner": PARTNER}, office.signed_in(role)
            path = ADDRESSES.url(name, **{key: text.format(**values) for key, text in TABLE[name].path.items()})
            answer = browser.http.get(path)
            if answer.status_code == 200 and answer.headers.get("content-type", "").startswith("text/html"):
                seen = {form.action: dict(form.fields) for form in browser.get(path).forms() if form.method == "post"}
                yield from ((browser, action, fields) for action, fields in seen.items() if action != "/afmelden")


def begin_work(office: RunningOffice) -> None:
    """So that the page of the case has the forms that take something back, too."""
    browser, case = office.signed_in(Role.SPECIALIST), town_of(office).values(Role.SPECIALIST)["case"]
    token = token_of(browser)
    for act, path in (("attempt", "contact"), ("note", "notitie"), ("refer", "doorverwijzen")):
        today = today_of(office.office.clock()).isoformat()
        fields = {key: text.format(today=today) for key, text in FILLED[act].items()}
        answer = sent(browser, f"/zaak/{case}/{path}", {"csrf_token": token, "seen": str(2**40), **fields})
        assert answer.status_code == 303, act


@pytest.mark.usefixtures("tireless")
def test_no_field_of_any_form_breaks_a_page(attacked: RunningOffice) -> None:
    begin_work(attacked)
    found = list(forms_of(attacked))
    assert len({action for _, action, _ in found}) > 15
    tried = 0
    for browser, action, fields in found:
        for field in fields.keys() - {"csrf_token"}:
            for odd in ODD:
                answer = sent(browser, action, {**fields, field: odd})
                assert answer.status_code < 500, (action, field, odd[:20])
                tried += 1
    assert tried > 500


def sent(browser: PageClient, path: str, fields: dict[str, str]) -> httpx.Response:
    full = {name: value or "" for name, value in fields.items()}
    return browser.http.post(path, data=full, headers={"origin": str(browser.http.base_url).rstrip("/")})


@pytest.mark.parametrize(
    ("name", "path", "fields", "role"),
    [
        ("queue-claim", "/werkvoorraad/letters/oppakken", {"case": "{case}"}, Role.SPECIALIST),
        ("queue-let-go", "/werkvoorraad/letters/teruggeven", {"case": "{case}"}, Role.TEAM_LEAD),
        ("run-release", "/brievenronde", {"case": "{case}", "sure": "yes", "number": "1"}, Role.SPECIALIST),
        ("processing-asked", "/verwerkingen", {"kind": "case", "number": "{case}"}, Role.AUDITOR),
        ("processing-asked", "/verwerkingen", {"kind": "household", "number": "{household}"}, Role.AUDITOR),
        ("search-found", "/zoeken", {"postcode": "{postcode}"}, Role.SPECIALIST),
    ],
)
def test_a_case_of_another_municipality_is_not_reached_by_a_form(
    attacked: RunningOffice, name: str, path: str, fields: dict[str, str], role: Role
) -> None:
    values = town_of(attacked).values(role)
    stranger = attacked.signed_in(person(role, 30, frozenset({HENGELO})))
    assert PAGES[name].path.partition("{")[0] in path
    before = state_of(attacked, values["case"])
    token = token_of(stranger)
    answer = sent(stranger, path, {"csrf_token": token, **{key: text.format(**values) for key, text in fields.items()}})
    if answer.status_code == 303:  # to the list of a search
        answer = stranger.http.get(answer.headers["location"])
    assert answer.status_code in {200, 404, 409, 422}
    assert "signals-work__item" not in answer.text
    sent_back = (f'value="{values["postcode"]}"', f"Uzochtop:{values['postcode']}")
    shown = answer.text.replace(" ", "")
    assert values["postcode"] not in shown.replace(sent_back[0], "").replace(sent_back[1], "")
    assert state_of(attacked, values["case"]) == before


def state_of(office: RunningOffice, case: str) -> list[tuple[object, ...]]:
    with transaction(office.engine) as cursor:
        cursor.execute(
            """SELECT cases.waiting, released_at, claims.user_id FROM cases
            LEFT JOIN claims ON claims.household_id = cases.household_id WHERE cases.id = %s""",
            (int(case),),
        )
        return cursor.fetchall()


def test_a_form_that_is_sent_again_does_it_once(attacked: RunningOffice) -> None:
    case, household, _ = town_of(attacked).cases[3]
    browser = attacked.signed_in(person(Role.SPECIALIST, 31))
    form = browser.get(f"/zaak/{case}").form(f"/zaak/{case}/contact")
    fields = {**{name: value or "" for name, value in form.fields}, "kind": "call", "part": "evening", "reached": "no"}
    statuses = [sent(browser, form.action, fields).status_code for _ in range(3)]
    assert statuses == [303, 409, 409]
    with transaction(attacked.engine) as cursor:
        cursor.execute("SELECT count(*) FROM contact_attempts WHERE household_id = %s", (household,))
        assert cursor.fetchall() == [(1,)]


def test_a_form_that_does_not_arrive_is_not_waited_for(
    attacked: RunningOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "FORM_SECONDS", 0.3)
    head = b"POST /taal HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nlanguage="
    status, headers, body = said_to(attacked, head)
    require_ours(status, headers, body)
    assert status == 408
    assert "Het formulier kwam niet helemaal aan" in body
    assert attacked.visitor().http.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Many: 1\r\n" * 20_000 + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /taal HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999\r\n\r\n" + b"a" * 300_000,
        b"POST /taal HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\na",
    ],
)
def test_what_is_no_request_is_refused_and_the_service_goes_on(
    attacked: RunningOffice, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(arriving, "FORM_SECONDS", 2.0)
    try:
        status, headers, body = said_to(attacked, sent + b"\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):  # it was closed before all of it was sent
        status, headers, body = 400, {}, ""
    require_ours(status, headers, body)
    assert 400 <= status < 500
    assert attacked.visitor().http.get("/health/live").status_code == 200


HOSTILE: Final = "<b>Alm\"e'lo</b>&{{ 7 * 7 }}"


def test_names_of_a_policy_are_text_on_every_page(postgres: str, months_template: str) -> None:
    url = create_database(postgres, months_template)
    try:
        with office_on(url) as office:
            _name_all(office)
            shown = {path: text for role in Role for path, text in _pages_of(office, role)}
    finally:
        drop_database(postgres, url)
    assert [path for path, text in shown.items() if "<b>" in text or "49" in text.partition("Alm&#34;")[2][:30]] == []
    assert len([path for path, text in shown.items() if "&lt;b&gt;Alm&#34;e&#39;lo&lt;/b&gt;" in text]) >= 3


def _name_all(office: RunningOffice) -> None:
    """Every policy of the town, with markup as the name of everything."""
    body = next(text for text in shipped().values() if f'"{ALMELO}"' in text)
    named = re.sub(r'^name = "[^"]*"', lambda _: f"name = '''{HOSTILE}'''", body, flags=re.MULTILINE)
    policy = parse_policy(named.replace("2020-01-01", "2020-01-02"), "almelo")
    with transaction(office.engine) as cursor:
        load_policy(cursor, policy, actor="test")


def _pages_of(office: RunningOffice, role: Role) -> Iterator[tuple[str, str]]:
    browser = office.signed_in(person(role, 3, frozenset({ALMELO, HENGELO})))
    values = {**town_of(office).values(role), "partner": PARTNER}
    for name, page in PAGES.items():
        if page.method == "GET" and role in (page.roles or ()):
            path = ADDRESSES.url(name, **{key: text.format(**values) for key, text in TABLE[name].path.items()})
            answer = browser.http.get(path, follow_redirects=False)
            if answer.headers.get("content-type", "text/").startswith("text/"):  # a PDF or a picture has no markup
                yield path, answer.text
