"""What does a newcomer see once everything runs? The queues, the month's figures, and what one can do now.

The screen of `signals up`; reads only, but that `welcome` puts two files with a first event to publish in the folder,
and that the logs say who was shown.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from signals.commands import show, words
from signals.commands.first_event import AMOUNTS, HOUSEHOLD, write_first_events
from signals.commands.looks import note_queue
from signals.outreach.configuration import load_policies
from signals.outreach.queues import first_due, policy_book, queue
from signals.reports.month import CLASSES, LOOK_BACK, last_month, read_month
from signals.reports.national import ALMELO_A_MONTH, LATEST, latest
from signals.settings import variable
from signals.simulation.towns import ALMELO
from signals.store.database import engine_for, transaction
from signals.store.inbox import totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Engine

    from signals.commands.first_event import ReadyFile
    from signals.outreach.queues import ListedCase
    from signals.reports.month import Month
    from signals.settings import Settings

_SHOWN: Final = {"visits": 10, "letters": 5}  # so many of each queue
_COLUMNS: Final = ("", "aantal", "deel", f"landelijk {LATEST}")
_ROUTES: Final = {"letter": "brief", "home-visit": "huisbezoek", "none": "gesloten, bijv. al betaald"}

_Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose month is shown, and where the service is to be found."""

    municipality: str
    inhabitants: int
    folder: Path
    port: int


def welcome(settings: Settings, shown: Shown) -> None:
    """Everything a newcomer needs, on one screen; ends with the line that says how to stop."""
    engine = engine_for(settings.database)
    try:
        waiting = _queues(engine)
        _figures(engine, shown)
    finally:
        engine.dispose()
    ready = write_first_events(shown.folder, shown.municipality, datetime.now(UTC))
    for text in (*_address(shown.port), *_words(shown, waiting), *first_event_lines(shown, ready)):
        show.line(text)
    show.line()
    show.line("Ctrl-C stops everything; what came in stays in this folder.")


def _queues(engine: Engine) -> list[ListedCase]:
    """Show the visits and letters that wait, and return them."""
    with transaction(engine) as cursor:
        visits, letters = queue(cursor, "visits"), queue(cursor, "letters")
        due = first_due(visits + letters, policy_book(cursor))
        for name, cases in (("visits", visits), ("letters", letters)):
            note_queue(cursor, name, [case.household_id for case in cases[: _SHOWN[name]]])
    show.line()
    show.queue_table("visits", visits, due, most=_SHOWN["visits"])
    show.line()
    show.queue_table("letters", letters, due, most=_SHOWN["letters"])
    return visits + letters


def _figures(engine: Engine, shown: Shown) -> None:
    with transaction(engine) as cursor:
        first = last_month(cursor, shown.municipality, datetime.now(UTC).date())
        month = read_month(cursor, shown.municipality, first) if first else None
        names = {policy.municipality: policy.name for policy in load_policies(cursor)}
        records = totals(cursor)
    if month is None:
        return
    show.line()
    name = names.get(month.municipality, month.municipality)
    show.table(
        f"{name}, {words.month(month.first)}", _COLUMNS, list(month_rows(month, shown.inhabitants)), right=_COLUMNS[1:]
    )
    show.line()
    columns = ("sector", "signalen", "deel", "landelijk", "in een zaak")
    show.table("Signalen per sector", columns, list(sector_rows(month)), right=columns[1:])
    show.line()
    for text in (*remarks(month), _taken_in(records)):
        show.line(text)


def month_rows(month: Month, inhabitants: int) -> Iterator[_Row]:
    """The month beside the national figures: signals, those not picked up and why, cases by route and class."""
    refused = sum(month.refused.values())
    yield ("signalen", str(month.signals), "", "")
    yield _per_1000(month.signals, inhabitants, "signals_per_1000")
    yield _part("  in een zaak", month.signals - refused, month.signals, "in_case")
    for reason, count in month.withdrawn.items():
        yield _part(f"    daarna ingetrokken: {words.REASONS[reason]}", count, month.signals)
    yield _part("  niet opgepakt", refused, month.signals, "not_picked_up")
    for status, count in {**month.refused, "not-a-resident": month.refused.get("not-a-resident", 0)}.items():
        yield _part(f"    {words.status(status)}", count, month.signals, status)
    yield ("zaken", str(month.cases), "", "")
    yield _per_1000(month.cases, inhabitants, "cases_per_1000")
    for route in (route for route in _ROUTES if route in month.routes):
        label, cases, share, _ = _part(f"  {_ROUTES[route]}", month.routes[route], month.cases)
        yield label, cases, share, _own(month.municipality, route)
    for kind in CLASSES:
        yield _part(f"  {words.CLASSES[kind]}", month.classes.get(kind, 0), month.cases, kind)


def sector_rows(month: Month) -> Iterator[tuple[str, int, str, str, str]]:
    """Each sector's signals, their share beside the national one, and how many became part of a case."""
    for sector, count in month.sectors.items():
        inside = month.in_case.get(sector, 0)
        share = words.percent(count / month.signals)
        yield words.SECTORS[sector], count, share, _national(sector), f"{inside} ({words.percent(inside / count)})"


def remarks(month: Month) -> Iterator[str]:
    """Why figures differ from the national ones although nothing is wrong."""
    if month.looked_back < LOOK_BACK:
        had = month.looked_back or "geen"
        yield f"Opeenvolgend kijkt {LOOK_BACK} maanden terug; daarvan zijn hier {had} bekend."
    if "not-a-resident" not in month.refused:
        yield "Geen inwoner (meer): dat zegt de BRP, en die is hier niet aangesloten."


def _taken_in(records: Mapping[str, Any]) -> str:
    """What never became a signal; counted over everything that came in, so not beside the month's own figures."""
    codes = ", ".join(f"{code} {count}" for code, count in records["quarantined"].items())
    return (
        f"In deze map, alle maanden: in quarantaine {codes or 'niets'}; dubbel, zonder gevolg {records['duplicates']}."
    )


def _per_1000(count: int, inhabitants: int, figure: str) -> _Row:
    return "  per 1.000 inwoners", words.decimal(1000 * count / inhabitants), "", _national(figure)


def _part(label: str, count: int, whole: int, figure: str = "") -> _Row:
    return label, str(count), words.percent(count / whole) if whole else "", _national(figure)


def _national(figure: str) -> str:
    """The national figure of that name as text; its year where it is not the latest."""
    usual = latest(figure)
    if usual is None:
        return ""
    text = words.decimal(usual.value) if figure.endswith("per_1000") else words.percent(usual.value)
    return text if usual.year == LATEST else f"{text} ({usual.year})"


def _own(municipality: str, route: str) -> str:
    """What Almelo counted itself on that route, as text; no other municipality's count is known."""
    usual = ALMELO_A_MONTH.get(route)
    if municipality != ALMELO.code or usual is None:
        return ""
    return f"{usual.value:.0f} ({ALMELO.name} {usual.year})"


def _address(port: int) -> Iterator[str]:
    yield ""
    yield f"Address   http://127.0.0.1:{port}/   (health: /health/ready, figures: /metrics)"
    yield "Sign-in   choose one of six made-up people there: specialists, a team lead, a partner manager, an auditor"


def _words(shown: Shown, waiting: Sequence[ListedCase]) -> Iterator[str]:
    signals = _command(shown.folder)
    number = waiting[0].id if waiting else 1
    yield ""
    yield "In a second terminal, in this folder:"
    yield f"  {signals} queue visits        # who is to be visited, most urgent first"
    yield f"  {signals} case {number:<14} # the case with this number (zaak): signals, score with its reasons, history"
    yield f"  {signals} release {number:<11} # let it go out; only a person does this"
    yield f"  {signals} quarantine list     # what was refused, and why"


def first_event_lines(shown: Shown, ready: Sequence[ReadyFile]) -> Iterator[str]:
    """How to publish the two ready files, step by step, with what each does."""
    signals = _command(shown.folder)
    rent, health = ready
    postcode = HOUSEHOLD.split()[0]
    yield ""
    yield f"Your first event: a landlord reports € {AMOUNTS['housing']} of rent at {HOUSEHOLD}, an eviction threatens."
    yield f"  {signals} publish {rent.path} --partner {rent.partner}"
    yield f"  {signals} queue letters | grep {postcode}      # it waits for a letter: one arrears"
    yield f"A health insurer reports € {AMOUNTS['health']} of the same household: two arrears, so a home visit."
    yield f"  {signals} publish {health.path} --partner {health.partner}"
    yield f"  {signals} queue visits | grep {postcode}       # it moved here, and stands near the top"
    yield "Publish a file again and nothing changes: it is a duplicate. For an event of your own, copy a file and give"
    yield "it another id, reference and address. All people and addresses in it are made up."


def _command(folder: Path) -> str:
    """How `signals` is typed in this folder, so that it finds the services of `folder`."""
    beside, this = Path(".venv/bin/signals"), Path(sys.argv[0])
    typed = str(beside) if beside.exists() else "signals"
    if not beside.exists() and this.name == "signals" and shutil.which("signals") is None:
        typed = shlex.quote(str(this.absolute()))
    name = variable("folder")
    return f"{name}={shlex.quote(str(folder))} {typed}" if os.environ.get(name) else typed
