"""`signals up`: the whole service on this machine, with a simulated month at Almelo, until Ctrl-C.

Embedded PostgreSQL and broker; worker, relay and web as processes of their own, as in production.
"""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack, contextmanager
from datetime import datetime, time, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.commands import show
from signals.commands.connection import settings_of
from signals.commands.demo_policy import demo_policy
from signals.commands.eventfile import parse_event_line
from signals.commands.registers import shipped_policies
from signals.commands.run import QUICK, await_drained, prepare, signals_command, worker_command
from signals.commands.up_history import MONTHS, TRUTH, close_all, learn, parted, year_before
from signals.commands.welcome import Shown, welcome
from signals.consumers.discovery import arrears_topics
from signals.consumers.publisher import publish
from signals.consumers.topics import apply_topics, wanted_topics
from signals.contract.moments import AMSTERDAM
from signals.embedded import Ending, child, embedded_services, stop_together
from signals.embedded.broker import free_port, listens
from signals.embedded.children import await_until, last_words
from signals.errors import SignalsError, WrongUseError
from signals.households.listings import read_listing
from signals.outreach.configuration import load_partners
from signals.outreach.registers import load_policy, replace_listing
from signals.outreach.visits.extract import Findings, read_extract
from signals.outreach.visits.places import knows_places, replace_places
from signals.outreach.visits.settings import Usual, keep
from signals.outreach.work.people import Actor
from signals.settings import load_settings, variable
from signals.simulation.files import Caseload, wire_line
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate
from signals.simulation.streets import register_of
from signals.simulation.towns import ALMELO
from signals.store.database import engine_for, transaction
from signals.web.signin.kept_secret import kept_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Engine

    from signals.embedded.children import Process
    from signals.outreach.policy import Policy
    from signals.settings import Settings

SEED: Final = 6  # of the simulated town
LEAVING: Final = Ending(within=6.0)  # with the services' own seconds this stays within 10
WEB_SECONDS: Final = 30.0
DEMO_ROUND: Final = Usual(
    municipality=ALMELO.code,
    name="Dinsdagavond, Samira en Daan",
    weekday=2,
    part="evening",
    begins=time(18),
    start="7607JB 5",
    pair=(Actor("demo-specialist", "Samira de Boer"), Actor("demo-colleague", "Daan Visser")),
    minutes=180,
    minutes_per_visit=20,
    maximum=None,
    area=(),
    team=None,
    announced=False,
)
"""How two of the made-up people (`signin/demo`) usually go."""
ANSWER_SECONDS: Final = 2.0


def up(*, empty: bool, port: int | None, history: bool = False) -> None:
    """Start everything, show the queues, and stay until told to stop."""
    if empty and history:
        raise WrongUseError("--empty and --history are two things: give one of them")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    folder = load_settings().folder
    if port is not None and listens(port):
        raise WrongUseError(f"port {port} is taken: choose another with --port, or leave it out")
    show.note(f"Starting PostgreSQL and a broker in {folder} …")
    with embedded_services(folder) as services:
        settings = settings_of(services)
        prepare(settings, PARTNERS, shipped_policies())
        _make_topics(settings)
        web_port = port or free_port()
        with _children(folder, services.environment(), web_port) as processes:
            if not empty:
                _import_addresses(settings)
                month = _Month(settings, services.environment(), folder, processes["worker"], history)
                _first_month(month, stopping)
            _await_web(web_port, processes, stopping)
            welcome(settings, Shown(ALMELO.code, ALMELO.inhabitants, folder, web_port))
            _stay(processes, stopping)
            show.note("Stopping …")


def _make_topics(settings: Settings) -> None:
    engine = engine_for(settings.database)
    with transaction(engine) as cursor:
        partners = load_partners(cursor)
    engine.dispose()
    apply_topics(settings, wanted_topics(settings, partners))


@contextmanager
def _children(folder: Path, environment: dict[str, str], port: int) -> Iterator[dict[str, Process]]:
    """Worker, relay and web; they leave together."""
    commands = {
        "worker": worker_command(),
        "relay": signals_command("relay"),
        "web": signals_command("web", "--port", str(port)),
    }
    its_own = {"web": _demo(folder, port)}
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(
                child(
                    command,
                    {**QUICK, **environment, **its_own.get(name, {})},
                    log=folder / f"{name}.log",
                    ending=LEAVING,
                )
            )
            for name, command in commands.items()
        }
        stack.callback(lambda: stop_together(processes.values(), LEAVING))
        yield processes


def _demo(folder: Path, port: int) -> dict[str, str]:
    """The settings of a web page where one signs in as a made-up person, whatever the environment says of others."""
    given = {
        "demo_sign_in": "true",
        "oidc_issuer": "",
        "session_secret": kept_secret(folder),
        "web_address": f"http://127.0.0.1:{port}",
        "municipalities": ALMELO.code,
    }
    return {variable(name): value for name, value in given.items()}


def _import_addresses(settings: Settings) -> None:
    """Load where the simulated homes lie, unless this folder knows of any, so that visits can be planned.

    And how a pair usually goes, so that the first list is two clicks away.
    """
    engine = engine_for(settings.database)
    try:
        with transaction(engine) as cursor:
            if not knows_places(cursor):
                replace_places(cursor, read_extract(register_of([ALMELO]), Findings()), actor="signals up")
                keep(cursor, DEMO_ROUND, Actor("signals up", "signals up"))
    finally:
        engine.dispose()


class _Month(NamedTuple):
    """Where the simulated month is to come in, and whether there is a year before it."""

    settings: Settings
    environment: dict[str, str]
    folder: Path
    worker: Process
    history: bool


def _first_month(wanted: _Month, stopping: threading.Event) -> None:
    """Publish last month's simulated events, unless this folder has events already."""
    engine = engine_for(wanted.settings.database)
    try:
        with transaction(engine) as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM inbox)")
            known = cursor.fetchone()
        if known == (True,):
            show.note("This folder has events already: nothing new is simulated (`rm -r .signals` begins anew).")
            return
        first = _last_month(datetime.now(AMSTERDAM).date())
        (_year_and_month if wanted.history else _month)(engine, wanted, first, stopping)
    finally:
        engine.dispose()


def _month(engine: Engine, wanted: _Month, month: date, stopping: threading.Event) -> None:
    show.note(f"Simulating {month:%Y-%m} for {ALMELO.name} ({ALMELO.inhabitants:,} made-up inhabitants) …")
    caseload = Caseload((ALMELO,), SEED, f"{month:%Y-%m}")
    pairs = caseload.noting(simulate(ALMELO.code, ALMELO.inhabitants, f"{month:%Y-%m}", 1, SEED))
    lines = [wire_line(wire) for wire, _ in pairs]
    _import_caseload(engine, caseload)
    _found_team(engine, demo_policy(month))
    _take_in(engine, wanted, lines, stopping)


def _year_and_month(engine: Engine, wanted: _Month, month: date, stopping: threading.Event) -> None:
    """A year that was worked and closed, the month, and a score that learned from the year."""
    start = year_before(month)
    show.note(f"Simulating {start} to {month:%Y-%m} for {ALMELO.name} ({ALMELO.inhabitants:,} made-up inhabitants) …")
    caseload = Caseload((ALMELO,), SEED, start)
    pairs = caseload.noting(simulate(ALMELO.code, ALMELO.inhabitants, start, MONTHS + 1, SEED))
    year = parted(pairs, month, wanted.folder / TRUTH)
    _import_caseload(engine, caseload)
    _found_team(engine, demo_policy(month, by="blend"))
    _take_in(engine, wanted, year.before, stopping)
    close_all(engine)
    _take_in(engine, wanted, year.month, stopping)
    if not stopping.is_set():
        learn(wanted.environment, wanted.folder)


def _take_in(engine: Engine, wanted: _Month, wires: Sequence[bytes], stopping: threading.Event) -> None:
    """Publish these events and wait until the worker took them in."""
    lines = [parse_event_line(wire) for wire in wires]
    with show.progress("publiceren", len(lines)) as told:
        publish(wanted.settings, ((line.topic, line.key, line.value) for line in lines), told)
    topics = sorted(arrears_topics(wanted.settings) & {line.topic for line in lines})
    if not stopping.is_set():
        await_drained(engine, wanted.settings, topics, wanted.worker)


def _import_caseload(engine: Engine, caseload: Caseload) -> None:
    """Load the list of who is in debt help already, as a municipality does with its own."""
    listed = read_listing(caseload.csv(), "caseload")
    with transaction(engine) as cursor:
        replace_listing(cursor, "caseload", listed, [ALMELO.code], actor="signals up")


def _found_team(engine: Engine, policy: Policy) -> None:
    """From its first day on there is a neighbourhood team, so that its queue can be seen."""
    with transaction(engine) as cursor:
        load_policy(cursor, policy, actor="signals up")


def _last_month(today: date) -> date:
    """Its first day."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _await_web(port: int, processes: dict[str, Process], stopping: threading.Event) -> None:
    """Wait until the address that is told next answers. Raises SignalsError when a part of the service ends."""

    def answers_or_leaves() -> bool:
        _require_all(processes, stopping)
        return stopping.is_set() or _answers(port)

    await_until(answers_or_leaves, WEB_SECONDS)


def _answers(port: int) -> bool:
    """Whether pages are made: the first process listens before those that answer have begun."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _stay(processes: dict[str, Process], stopping: threading.Event) -> None:
    """Wait until told to stop. Raises SignalsError when a part of the service ends by itself."""
    while not stopping.is_set():
        _require_all(processes, stopping)
        stopping.wait(0.5)


def _require_all(processes: dict[str, Process], stopping: threading.Event) -> None:
    """Raise SignalsError when a part of the service ended by itself."""
    for name, process in processes.items():
        if process.poll() is not None and not stopping.is_set():
            said = last_words(load_settings().folder / f"{name}.log")
            raise SignalsError(f"the {name} ended with code {process.returncode}: {said}")
