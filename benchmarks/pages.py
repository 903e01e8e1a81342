"""How quick are the pages when a million signals are stored? For eight users at once, beside what bounds them.

`signals web` runs as a process of its own, on a database with 600,000 cases, 100,000 of them open, and a million
signals, all of one municipality. Eight users ask without a pause, each for other places of the queues, other cases and
other people; then the same eight as people at work, who read each page for a second. Beside it stand a page of the same
frame that shows nothing of anyone, and one SELECT of the same rows by their numbers, asked by as many at once over
connections of their own. What a page costs the processor is told too: that hardly depends on how busy the machine is.
"""

from __future__ import annotations

import gzip
import os
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import psycopg

from benchmarks.filled import MUNICIPALITY, fill
from benchmarks.services import make_installation
from benchmarks.tables import Table
from signals.embedded.children import await_until, last_words
from signals.outreach.work_items import Key
from signals.simulation.towns import PROVINCE
from signals.store.database import engine_for, transaction
from signals.store.urgency import FOLLOW_UP, URGENCY
from signals.web import cookies
from signals.web.people import Role, User
from signals.web.signin.sessions import StoredSessions, session_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.services import Place

DATABASE: Final = "pages"
FULL: Final = 600_000
CASES: Final = int(os.environ.get("SIGNALS_BENCH_CASES", FULL))
USERS: Final = 8
ASKED: Final = 15
"""So often each user asks for one kind of page; a person may search 20 times before having to wait."""
ROUNDS: Final = 4
READING_SECONDS: Final = 1.0
"""So long a person looks at a page before asking for the next; few people are as quick."""
SECRET: Final = "only for the benchmark, and of some length"  # noqa: S105 - of a service that ends with the run
START_SECONDS: Final = 30.0
AIM_MILLISECONDS: Final = 50
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
# The rows of a page, by their numbers: what the page itself has to find, choose and put in order.
_ROWS: Final = {
    "queue": """SELECT * FROM cases JOIN households ON households.id = household_id
        JOIN addresses ON addresses.id = address_id WHERE cases.id = ANY(%s)""",
    "case": """SELECT * FROM cases JOIN households ON households.id = household_id
        JOIN addresses ON addresses.id = address_id JOIN persons ON persons.household_id = households.id
        JOIN reports ON reports.case_id = cases.id JOIN events ON events.id = reports.event_id
        JOIN arrears ON arrears.id = reports.arrears_id WHERE cases.id = ANY(%s)""",
    "search": """SELECT * FROM households JOIN addresses ON addresses.id = address_id
        JOIN persons ON persons.household_id = households.id JOIN cases ON cases.household_id = households.id
        WHERE households.id = ANY(%s)""",
}
_KINDS: Final = ("bare", "queue", "case", "search")
_WORKED: Final = ("queue", "case")  # what people at work go through, page by page


@dataclass
class Times:
    """What each question took, in seconds; and what all of them cost the processor, in the processes that answered."""

    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0

    def shown(self) -> tuple[float, float]:
        """p50 and p95 in milliseconds."""
        cuts = quantiles(self.seconds, n=20)
        return 1e3 * cuts[9], 1e3 * cuts[18]

    @property
    def cost(self) -> float:
        """Milliseconds of the processor for one answer."""
        return 1e3 * self.processor / len(self.seconds)


@dataclass(frozen=True)
class Questions:
    """What is asked for: paths of queues and cases, forms of searches, and the numbers of the same rows."""

    queues: Sequence[str]
    cases: Sequence[int]
    searches: Sequence[dict[str, str]]
    households: Sequence[int]


class Browser:
    """One user: a connection that stays open, and a session."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {
            "Cookie": f"{cookies.SESSION}={session}",
            "Accept-Encoding": "gzip",
            "Origin": f"http://127.0.0.1:{port}",
        }
        self._token = _found(_TOKEN, gzip.decompress(self.get("/zoeken")))

    def get(self, path: str) -> bytes:
        """The page at `path`, as it comes: compressed."""
        self._connection.request("GET", path, headers=self._headers)
        return self._read(path)

    def search(self, typed: dict[str, str]) -> bytes:
        """The page of what is found, compressed."""
        body = urlencode({"csrf_token": self._token, **typed})
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", "/zoeken", body=body, headers=headers)
        response = self._connection.getresponse()
        response.read()
        if response.status != 303:
            raise RuntimeError(f"/zoeken answers {response.status}")
        return self.get(response.headers["Location"])

    def _read(self, path: str) -> bytes:
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200 or response.headers["Content-Encoding"] != "gzip":
            raise RuntimeError(f"{path} answers {response.status}, {response.headers['Content-Encoding']}")
        return body

    def weight(self, path: str) -> int:
        """How many bytes the page at `path` is on the line, with the styles and scripts that it asks for."""
        page = gzip.decompress(self.get(path))
        names = re.findall(rb'(?:href|src)="(/[^"]+\.(?:css|js))"', page)
        return sum(self._on_the_line(name) for name in [path, *(name.decode() for name in names)])

    def _on_the_line(self, path: str) -> int:
        self._connection.request("GET", path, headers=self._headers)
        return len(self._connection.getresponse().read())


def measured(place: Place, say: Callable[[str], None]) -> Table:
    """Every kind of page beside the bare one and the SELECT."""
    started = time.monotonic()
    make_installation(place, DATABASE, [town for town in PROVINCE if town.code == MUNICIPALITY])
    fill(place.database(DATABASE), CASES)
    say(f"{CASES:,} cases are stored ({time.monotonic() - started:.0f} s)")
    questions = _questions(place)
    with ExitStack() as stack:
        port, first = stack.enter_context(_served(place))
        sessions = _sessions(place, USERS * (ROUNDS + 1))
        weight = Browser(port, sessions[0]).weight("/werkvoorraad/visits")
        pages = _ask_pages(port, sessions, questions, lambda: _processor_seconds(first))
        reading = _ask_reading(port, sessions[:USERS], questions)
    return _table(pages, reading, _ask_rows(place, questions), weight)


def _questions(place: Place) -> Questions:
    with psycopg.connect(place.database(DATABASE)) as connection:
        connection.execute("SELECT setseed(0.5)")
        queues = [
            f"/werkvoorraad/{queue}?after={Key(MUNICIPALITY, *row).text}"
            for queue, order, which in (
                ("letters", URGENCY, "waiting AND route = 'letter'"),
                ("visits", URGENCY, "waiting AND route = 'home-visit'"),
                ("follow-up", FOLLOW_UP, "state = 'open' AND NOT waiting AND route = 'home-visit'"),
            )
            for row in connection.execute(
                f"SELECT {order}, earliest_on, id FROM cases WHERE {which} ORDER BY random() LIMIT 100".encode()  # noqa: S608 - our own texts
            )
        ]
        cases = connection.execute(
            "SELECT id, household_id FROM cases WHERE state = 'open' ORDER BY random() LIMIT 2000"
        )
        numbers = cases.fetchall()
        people = connection.execute(
            """SELECT surname, left(postcode, 4) FROM persons JOIN households ON households.id = household_id
            JOIN addresses ON addresses.id = address_id ORDER BY random() LIMIT 300"""
        ).fetchall()
    searches = [{"name": name, "postcode": area if n % 2 else ""} for n, (name, area) in enumerate(people)]
    queues.sort(key=lambda path: path[::-1])  # so that the queues take turns
    return Questions(queues, [n for n, _ in numbers], searches, [household for _, household in numbers])


@contextmanager
def _served(place: Place) -> Iterator[tuple[int, int]]:
    """`signals web` on the database; its port, and the number of its first process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    more = {"session_secret": SECRET, "demo_sign_in": "true", "municipalities": MUNICIPALITY}
    environment = place.environment(DATABASE, **more)
    with place.running("signals.cli", "web", "--port", str(port), environment=environment, name="web") as process:
        await_until(lambda: process.poll() is not None or _answers(port), START_SECONDS)
        if process.poll() is not None or not _answers(port):
            raise RuntimeError(f"the pages did not come up:\n{last_words(place.log('web'))}")
        yield port, process.pid


def _processor_seconds(process: int) -> float:
    """What a process and those beneath it have computed so far."""
    words = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    own = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    beneath = Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()
    return own + sum(_processor_seconds(int(child)) for child in beneath)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _sessions(place: Place, number: int) -> list[str]:
    """The cookies of so many people, each signed in."""
    jar = cookies.Jar(SECRET, secure=False)
    store = StoredSessions(session_limits(place.settings(DATABASE)))
    users = [
        User(f"bench-{n}", f"Sanne {n}", frozenset({Role.SPECIALIST}), frozenset({MUNICIPALITY})) for n in range(number)
    ]
    engine = engine_for(place.database(DATABASE))
    try:
        with transaction(engine) as cursor:
            return [jar.sealed(cookies.SESSION, store.begin(cursor, user, datetime.now(UTC))) for user in users]
    finally:
        engine.dispose()


def _ask_pages(
    port: int, sessions: Sequence[str], questions: Questions, processor: Callable[[], float]
) -> dict[str, Times]:
    """Each kind of page by all users at once, in rounds; the first round warms up, and every round has new users."""
    times = {kind: Times() for kind in _KINDS}
    for nth in range(ROUNDS + 1):
        users = [Browser(port, session) for session in sessions[nth * USERS : (nth + 1) * USERS]]
        for kind in _KINDS:
            asking = [_page_asking(kind, user, questions, nth * USERS + n) for n, user in enumerate(users)]
            before = processor()
            found = _at_once(asking)
            if nth:
                times[kind].seconds += found
                times[kind].processor += processor() - before
    return times


def _ask_reading(port: int, sessions: Sequence[str], questions: Questions) -> dict[str, Times]:
    """The same by users who read; they begin one after the other, so that they do not keep asking all at once."""
    users = [Browser(port, session) for session in sessions]
    times = {}
    for nth, kind in enumerate(_WORKED):
        first = (ROUNDS + 1 + nth) * USERS  # other places than those that were asked for before
        asking = [_page_asking(kind, user, questions, first + n) for n, user in enumerate(users)]
        times[kind] = Times(_at_once(asking, READING_SECONDS))
    return times


def _page_asking(kind: str, user: Browser, questions: Questions, who: int) -> Callable[[int], object]:
    def ask(n: int) -> object:
        place = who * ASKED + n
        if kind == "queue":
            return user.get(questions.queues[place % len(questions.queues)])
        if kind == "case":
            return user.get(f"/zaak/{questions.cases[place % len(questions.cases)]}")
        if kind == "search":
            return user.search(questions.searches[place % len(questions.searches)])
        return user.get("/toetsen")

    return ask


def _ask_rows(place: Place, questions: Questions) -> dict[str, Times]:
    """The same rows by one SELECT each."""
    numbers = {"queue": (questions.cases, 25), "case": (questions.cases, 1), "search": (questions.households, 50)}
    times = {kind: Times() for kind in numbers}
    with ExitStack() as stack:
        connections = [
            stack.enter_context(psycopg.connect(place.database(DATABASE), autocommit=True, options="-c jit=off"))
            for _ in range(USERS)
        ]
        for nth in range(ROUNDS + 1):
            for kind, (rows, size) in numbers.items():
                asking = [_row_asking(kind, one, rows, size, nth * USERS + n) for n, one in enumerate(connections)]
                found = _at_once(asking)
                if nth:
                    times[kind].seconds += found
    return times


def _row_asking(
    kind: str, connection: psycopg.Connection[Any], rows: Sequence[int], size: int, who: int
) -> Callable[[int], object]:
    def ask(n: int) -> object:
        first = (who * ASKED + n) * size % (len(rows) - size)
        return connection.execute(_ROWS[kind].encode(), (list(rows[first : first + size]),)).fetchall()

    return ask


def _at_once(asking: Sequence[Callable[[int], object]], pause: float = 0.0) -> list[float]:
    """What each question took, when all ask at the same time; with a pause after each answer, or without one."""
    late = [pause * n / len(asking) for n in range(len(asking))]
    with ThreadPoolExecutor(len(asking)) as pool:
        return [seconds for one in pool.map(_timed, asking, late, repeat(pause)) for seconds in one]


def _timed(ask: Callable[[int], object], late: float, pause: float) -> list[float]:
    found = []
    for n in range(ASKED):
        time.sleep(pause if n else late)
        begun = time.perf_counter()
        ask(n)
        found.append(time.perf_counter() - begun)
    return found


def _found(pattern: re.Pattern[str], page: bytes) -> str:
    found = pattern.search(page.decode())
    if found is None:
        raise RuntimeError(f"the page has no {pattern.pattern}")
    return found[1]


def _table(pages: dict[str, Times], reading: dict[str, Times], rows: dict[str, Times], weight: int) -> Table:
    bare50, bare95 = pages["bare"].shown()
    shown = [("a page that shows nobody", f"{bare50:.1f}", f"{bare95:.1f}", "", f"{pages['bare'].cost:.1f}", "", "")]
    figures = {"first load": weight / 1024}
    for kind in _KINDS[1:]:
        p50, p95 = pages[kind].shown()
        row50, row95 = rows[kind].shown()
        allowed = min(3 * row95 + bare95, AIM_MILLISECONDS)
        cost, select = f"{pages[kind].cost:.1f}", f"{row50:.1f} / {row95:.1f}"
        at_work = "{:.1f} / {:.1f}".format(*reading[kind].shown()) if kind in reading else ""
        shown.append((kind, f"{p50:.1f}", f"{p95:.1f}", at_work, cost, select, f"{allowed:.1f}"))
        figures |= {f"{kind} p95": p95, f"{kind} ÷ allowed": p95 / allowed, f"{kind} processor": pages[kind].cost}
    figures |= {f"{kind} read p95": reading[kind].shown()[1] for kind in _WORKED}
    said = (
        f"Milliseconds, {USERS} users at once without a pause, {USERS * ASKED * ROUNDS} questions of each kind, "
        f"{CASES:,} cases. While reading: the same users look at each page for {READING_SECONDS:.0f} s before they ask "
        f"for the next, {USERS * ASKED} questions; the aim is for those without a pause. "
        f"Allowed: three times the SELECT's p95 and the bare page's, at most {AIM_MILLISECONDS} ms. "
        "The processor's time is that of the web processes for one answer, without the database's. "
        f"The first load of a queue with its styles and script is {weight / 1024:.0f} KiB on the line."
    )
    select = "one SELECT of the rows, p50 / p95"
    header = ("page", "p50", "p95", "while reading, p50 / p95", "processor", select, "allowed p95")
    return Table("pages", header, shown, said, figures)
