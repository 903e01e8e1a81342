"""What must hold of every answer, whatever is asked: the items of docs/asvs.md that a request can show.

Walks all routes for everybody who may open them, so that a new page is asked too.
"""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import zipfile
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import html5lib
import pytest

from signals.store.database import transaction
from signals.web.guard import SECURITY_HEADERS
from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.office import office_on, person
from tests.web.route_table import ADDRESSES, PAGES, TABLE, ask, token_of, town_of
from tests.web.troubles import PARTNER, bring_trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.web.client import PageClient
    from tests.web.office import RunningOffice
    from tests.web.route_table import Town

pytestmark = pytest.mark.database

BESIDE: Final = ("/metrics", "/health/live", "/health/ready", "/bestaat-niet", "/static/bestaat-niet.css")
ELSEWHERE: Final = "https://elders.example"
KEPT_BY_LOOKING: Final = {"audit", "processing_log", "sessions", "colleagues"}
# Each does something where text is taken for more than text: markup, a query, a pattern, a template, a shell, a path.
HOSTILE: Final = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "' OR '1'='1",
    "'; DROP TABLE cases; --",
    "%' OR surname LIKE '%",
    "{{ 7 * 7 }}{% debug %}",
    "${7*7}{0.user}%s%n",
    "(a+)+$[",
    "$(id)`id`;|id",
    "../../../../etc/passwd",
    "javascript:alert(1)",
    "\\x00\\u0000\ufeff\u202e\ud7ff",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﬀ İ ß",
    "a" * 3000,
)


@pytest.fixture(scope="module")
def asked_office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office of this module alone, with bad records in quarantine."""
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        bring_trouble(running.engine)
        yield running
    drop_database(postgres, url)


@pytest.fixture(scope="module")
def town(asked_office: RunningOffice) -> Town:
    return town_of(asked_office)


@pytest.fixture(scope="module")
def answers(asked_office: RunningOffice, town: Town) -> list[tuple[str, httpx.Response]]:
    """The answer of every page to each role and to nobody, and what stands beside the pages; each with its name."""
    return list(_answers(asked_office, town))


def _answers(office: RunningOffice, town: Town) -> Iterator[tuple[str, httpx.Response]]:
    for role in (None, *Role):
        browser = office.signed_in(role) if role else office.visitor()
        token = token_of(browser) if role else None
        for name in [name for name in PAGES if name != "sign-out"]:
            yield f"{name} for {role or 'nobody'}", ask(browser, name, town.values(role), token)
    browser = office.visitor()
    files = {one.get("href", "") for one in browser.get("/afgemeld").all("link")} - {"data:,"}
    assert len(files) == 2
    for path in (*BESIDE, *sorted(files)):
        yield path, browser.http.get(path)


def test_every_answer_says_what_it_is_and_is_taken_for_nothing_else(answers: list[tuple[str, httpx.Response]]) -> None:
    seen = set()
    for name, answer in answers:
        kind = answer.headers.get("content-type", "")
        seen.add(kind.partition(";")[0])
        assert {key: answer.headers[key] for key in SECURITY_HEADERS} == SECURITY_HEADERS, name
        policy = answer.headers["content-security-policy"]
        assert all(one in policy for one in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")), name
        if not answer.content:
            assert answer.is_redirect or answer.status_code == 404, name
            continue
        assert is_what_it_says(kind, answer), f"{name}: {kind}"
    assert {"text/html", "application/json", "text/csv", "text/css", "text/plain"} <= seen
    assert {"application/zip", *FIRST_BYTES} <= seen


FIRST_BYTES: Final = {"image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}


def is_what_it_says(kind: str, answer: httpx.Response) -> bool:
    """Whether the body is of this type; text names its letters."""
    if kind == "text/html; charset=utf-8":
        return answer.text.startswith("<!doctype html>")
    if kind in {"application/json", "application/problem+json"}:
        return isinstance(json.loads(answer.content.decode("utf-8")), dict)
    if kind == "text/csv; charset=utf-8":
        rows = list(csv.reader(io.StringIO(answer.text), delimiter=";"))
        return len({len(row) for row in rows}) == 1 and is_a_file(answer)
    if kind == "application/zip":
        return zipfile.is_zipfile(io.BytesIO(answer.content)) and is_a_file(answer)
    if kind in FIRST_BYTES:
        return answer.content.startswith(FIRST_BYTES[kind])
    return kind.startswith("text/") and "charset=utf-8" in kind and bool(answer.content.decode("utf-8"))


def is_a_file(answer: httpx.Response) -> bool:
    """Whether it is to be kept as a file whose name is ours alone."""
    name = answer.headers["content-disposition"].removeprefix('attachment; filename="').removesuffix('"')
    return (
        name.startswith(("audit-", "brievenronde-"))
        and name.replace("-", "").replace(".", "").isalnum()
        and name.isascii()
    )


def test_no_answer_may_be_read_by_a_page_of_another_origin(asked_office: RunningOffice, town: Town) -> None:
    browser = asked_office.signed_in(Role.TEAM_LEAD)
    browser.http.headers["origin"] = ELSEWHERE
    for name, page in PAGES.items():
        path = path_of(name, town)
        wish = {"access-control-request-method": page.method, "access-control-request-headers": "content-type"}
        for answer in (browser.http.options(path, headers=wish), browser.http.request(page.method, path)):
            assert not [key for key in answer.headers if key.startswith("access-control-")], name
            assert answer.headers["cross-origin-resource-policy"] == "same-origin", name


def test_a_form_sent_as_another_type_or_from_elsewhere_does_nothing(asked_office: RunningOffice, town: Town) -> None:
    """What a page of another site can have a browser send without asking first is refused, with a token too."""
    browser = asked_office.signed_in(Role.SPECIALIST)
    token, before = token_of(browser), state_of(asked_office)
    path = path_of("case-note", town)
    typed = f"note=Van+elders&csrf_token={token}"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = browser.http.post(path, content=typed, headers={"content-type": kind, "origin": ELSEWHERE})
        assert answer.status_code == 403
    multipart = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--x--\r\n'
    ours = {"content-type": "multipart/form-data; boundary=x", "origin": asked_office.address}
    assert browser.http.post(path, content=multipart, headers=ours).status_code in {400, 403}
    assert state_of(asked_office) == before


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_only_reading_and_sending_forms_is_answered(asked_office: RunningOffice, town: Town, method: str) -> None:
    browser = asked_office.signed_in(Role.TEAM_LEAD)
    for path in (*{path_of(name, town) for name in PAGES}, *BESIDE[:3]):
        answer = browser.http.request(method, path, headers={"x-secret": "not to be told again"})
        assert answer.status_code == 405, path
        assert "not to be told again" not in answer.text


def test_asking_for_a_page_changes_nothing(asked_office: RunningOffice, town: Town) -> None:
    """A link, a picture or a browser that reads ahead can do no more than ask; that is noted in the logs."""
    before = state_of(asked_office)
    for role in Role:
        browser = asked_office.signed_in(role)
        for name in [name for name, page in PAGES.items() if page.method == "GET"]:
            ask(browser, name, town.values(role), None)
            browser.http.head(path_of(name, town))
    assert state_of(asked_office) == before


def state_of(office: RunningOffice) -> dict[str, Any]:
    """A sum over all rows of every table but those that say who looked."""
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [table for (table,) in cursor if table not in KEPT_BY_LOOKING]
        sums = {}
        for table in tables:
            cursor.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} AS t".encode())
            sums[table] = cursor.fetchone()
    assert len(sums) > 15
    return sums


def path_of(name: str, town: Town) -> str:
    """The address of a page, with the values of its line in the table."""
    values = town.values(Role.TEAM_LEAD)
    return ADDRESSES.url(name, **{key: text.format(**values) for key, text in TABLE[name].path.items()})


def test_every_address_on_a_page_leads_here(answers: list[tuple[str, httpx.Response]]) -> None:
    """Nothing is loaded from elsewhere and no link leads there; a telephone number or a place opens the telephone."""
    count = 0
    for name, answer in answers:
        if "html" not in answer.headers.get("content-type", ""):
            continue
        for element in html5lib.parse(answer.text, namespaceHTMLElements=False).iter():
            for key in ("href", "src", "action", "formaction", "data", "poster", "srcset"):
                found = element.get(key)
                if found is not None:
                    count += 1
                    opens = found == "data:," or found.startswith(("#", "tel:", "geo:"))
                    assert opens or is_ours(found), f"{name}: {found}"
        assert "<base " not in answer.text
        assert 'http-equiv="refresh"' not in answer.text
    assert count > 1000


def is_ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//") and "\\" not in address


def test_every_redirect_stays_here(asked_office: RunningOffice, answers: list[tuple[str, httpx.Response]]) -> None:
    led = [(name, answer.headers["location"]) for name, answer in answers if answer.is_redirect]
    assert len(led) > 20
    for name, place in led:
        assert is_ours(place), name
    away = asked_office.visitor().http
    for wish in ("//elders.example", "/\\elders.example", ELSEWHERE, "/%0d%0aSet-Cookie:a=b", "javascript:alert(1)"):
        for path in ("/aanmelden", "/aanmelden/begin"):
            answer = away.get(path, params={"naar": wish})
            assert "elders.example" not in urlsplit(answer.headers.get("location", "")).netloc
            assert "set-cookie:a" not in str(answer.headers).lower().replace(" ", "")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(asked_office: RunningOffice, text: str) -> None:
    """Typed anywhere it finds nobody, breaks no page and is shown as it was typed."""
    before = state_of(asked_office)
    eager = person(Role.SPECIALIST, 200 + HOSTILE.index(text))  # one person may not search so often
    worker, auditor = asked_office.signed_in(eager), asked_office.signed_in(Role.AUDITOR)
    search = worker.get("/zoeken").form("/zoeken")
    for field in ("name", "postcode", "number", "born", "reference"):
        page = sent(worker, "/zoeken", {**dict(search.fields), field: text})
        assert not html5lib.parse(page.text, namespaceHTMLElements=False).findall(".//li[@class='signals-work__item']")
    for field in ("claim", "due", "route", "sector", "crisis", "team", "municipality", "postcode", "after"):
        whole(worker.http.get("/werkvoorraad/letters", params={field: text}))
    for field in ("person", "action", "subject", "first", "last", "before"):
        sent(auditor, "/logboek", {"csrf_token": token_of(auditor), field: text})
    sent(auditor, "/verwerkingen", {"csrf_token": token_of(auditor), "kind": "case", "number": text})
    whole(asked_office.signed_in(Role.PARTNER_MANAGER).http.get(f"/partners/{PARTNER}", params={"reden": text}))
    for path in ("/overzicht", "/overzicht/cijfers.json"):
        whole(asked_office.signed_in(Role.TEAM_LEAD).http.get(path, params={"gemeente": text}))
    whole(worker.http.get("/taal", params={"back": text}))
    assert state_of(asked_office) == before


def sent(browser: PageClient, path: str, fields: dict[str, str]) -> httpx.Response:
    """The answer to a form of ours with these texts."""
    origin = str(browser.http.base_url).rstrip("/")
    return whole(browser.http.post(path, data=fields, headers={"origin": origin}))


def whole(answer: httpx.Response) -> httpx.Response:
    """An answer that is no failure of ours, without a tag or attribute that was not there."""
    assert answer.status_code in {200, 303, 404, 405, 422}, answer.text[:2000]
    if answer.headers.get("content-type", "").startswith("text/html"):
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
        assert not list(root.iter("img"))
        assert not [one for one in root.iter("script") if not one.get("src")]
        assert not [key for one in root.iter() for key in one.attrib if key.startswith("on")]
    return answer


def test_what_is_kept_is_shown_as_it_was_typed(asked_office: RunningOffice, town: Town) -> None:
    worker = asked_office.signed_in(Role.TEAM_LEAD)
    case = f"/zaak/{town.values(Role.TEAM_LEAD)['case']}"
    for text in HOSTILE[:8]:
        (form,) = [form for form in worker.get(case).forms() if form.action == f"{case}/notitie"]
        page = worker.send(form, note=text)
        assert text in page.words
        whole(worker.http.get(case))


def test_only_what_a_form_asks_for_is_read(asked_office: RunningOffice, town: Town) -> None:
    """Who did it, when, and at which household follow from the session and the address, whatever else is sent."""
    worker = asked_office.signed_in(Role.SPECIALIST)
    values = town.values(Role.SPECIALIST)
    case = f"/zaak/{values['case']}"
    (form,) = [form for form in worker.get(case).forms() if form.action == f"{case}/notitie"]
    others = {
        "by_id": "auditor-1",
        "by_name": "Anna Smit",
        "household": "1",
        "household_id": "1",
        "id": "1",
        "municipality": "0164",
        "role": "team-lead",
        "roles": "auditor",
        "at": "2020-01-01",
        "user": "auditor-1",
    }
    sent(worker, f"{case}/notitie", {**dict(form.fields), "note": "Alleen dit", **others})
    with transaction(asked_office.engine) as cursor:
        cursor.execute(
            "SELECT household_id, by_id, at > now() - interval '1 hour' FROM notes WHERE text = 'Alleen dit'"
        )
        assert cursor.fetchall() == [(int(values["household"]), "specialist-1", True)]


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/config", "/.git/HEAD", "/.env", "/pyproject.toml", "/signals/settings.py", "/docs", "/openapi.json"),
        *(
            "/redoc",
            "/admin",
            "/debug",
            "/server-status",
            "/console",
            "/static",
            "/static/",
            "/static/..",
            "/templates/",
        ),
        *("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/favicon.ico"),
    ],
)
def test_nothing_is_served_but_pages_and_their_files(asked_office: RunningOffice, path: str) -> None:
    host, port = urlsplit(asked_office.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as asking:  # as written: a client would tidy it up
        asking.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        status = read_all(asking).split(b" ", 2)[1]
    assert status in {b"404", b"307"}, status


def test_a_request_hidden_in_another_is_not_answered(asked_office: RunningOffice) -> None:
    """Two lengths that differ: the body ends where the chunks end, or the request is refused."""
    host, port = urlsplit(asked_office.address).netloc.split(":")
    hidden = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
    for lengths in (f"Content-Length: {len(hidden) + 5}\r\nTransfer-Encoding: chunked", "Content-Length: 5, 60"):
        with socket.create_connection((host, int(port)), timeout=10) as asking:
            head = f"POST /afmelden HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lengths}\r\n\r\n"
            asking.sendall(f"{head}0\r\n\r\n{hidden}".encode())
            answer = read_all(asking)
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b'"live"' not in answer


def read_all(asking: socket.socket, *, one: bool = False) -> bytes:
    """All that the other side sends until it closes, or resets because more was sent than it read; or `one` answer."""
    found = b""
    try:
        while not (one and is_whole(found)) and (part := asking.recv(65_536)):
            found += part
    except ConnectionResetError:
        assert found
    return found


def is_whole(answer: bytes) -> bool:
    """Whether all of it is there, by its own words: the connection may then be kept for another question."""
    head, ended, body = answer.partition(b"\r\n\r\n")
    said = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return bool(ended) and said is not None and len(body) >= int(said[1])
