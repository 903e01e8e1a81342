"""How does a person like to read it? Tables and lines for the terminal; never a decision.

Tables go to stdout, everything that accompanies them to stderr, so that a pipe holds only the answer.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from signals.outreach.queues import ListedCase

out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
notes = Console(stderr=True, highlight=False, soft_wrap=True)
_ROUTES: Final = {"letter": "brief", "home-visit": "huisbezoek", "none": "–"}
_CRISES: Final = {
    "eviction": "ontruiming",
    "disconnection": "afsluiting",
    "end-of-insurance": "einde zorgverzekering",
    "end-of-delivery": "einde levering",
}
_QUEUES: Final = {"letters": "Brieven", "visits": "Huisbezoeken", "review": "Beoordelen"}


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


def note(text: str) -> None:
    """A line on stderr."""
    notes.print(text, markup=False)


def line(text: str = "") -> None:
    """A line on stdout."""
    out.print(text, markup=False)


@contextmanager
def progress(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing in a pipe; the function it gives is told how far the work is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, disable=not notes.is_terminal, transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """A table on stdout."""
    shown = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(shown)


def listing(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, as_json: bool) -> None:
    """Rows as a table, or as one JSON document `{name: [...]}`."""
    if as_json:
        print_json({name: [dict(zip(columns, row, strict=True)) for row in rows]})
        return
    table(f"{name}: {len(rows)}", columns, [[_cell(cell) for cell in row] for row in rows])


def _cell(cell: object) -> object:
    return ", ".join(map(str, cell)) if isinstance(cell, list) else cell


def reason_of(case: ListedCase) -> str:
    """Why the case stands where it stands, in a few words: its crisis, or what weighs most in its score."""
    if case.crisis:
        return _CRISES[case.crisis]
    weighing = sorted(case.explanation, key=lambda one: -int(one["points"]))
    return str(weighing[0]["nl"]) if weighing else ""


def queue_table(name: str, cases: Sequence[ListedCase], due: dict[int, date], *, most: int | None = None) -> None:
    """A queue as its workers read it, most urgent first."""
    rows = [_queue_row(case, due[case.id]) for case in cases[:most]]
    columns = ("nr", "zaak", "adres", "periode", "route", "aantal", "score", "let op", "uiterlijk", "waarom")
    table(f"{_QUEUES[name]}: {len(cases)} zaken", columns, rows, right=("nr", "zaak", "aantal", "score"))
    if most is not None and len(cases) > most:
        line(f"… en nog {len(cases) - most}: signals queue {name}")


def _queue_row(case: ListedCase, due: date) -> tuple[object, ...]:
    what = (case.priority, case.id, case.household, case.period, _ROUTES[case.worked_route], case.arrears_count)
    return (*what, case.score, _flags(case), due.strftime("%d-%m-%Y"), reason_of(case))


def _flags(case: ListedCase) -> str:
    words = {"opeenvolgend": case.consecutive, "heropend": case.released_route is not None, "overleden": case.held}
    return ", ".join(word for word, is_so in words.items() if is_so)


def summary_tables(document: dict[str, Any]) -> None:
    """The summary of borders.md section 7 for a person."""
    counts = [("gelezen", document["published"]), ("opgeslagen", document["stored"])]
    counts += [("dubbel", document["duplicates"])]
    counts += [(f"quarantaine: {code}", n) for code, n in document["quarantined"].items()]
    table("Berichten", ("", "aantal"), counts, right=("aantal",))
    line()
    table("Signalen", ("status", "aantal"), list(document["signal_status"].items()), right=("aantal",))
    line()
    shown = document["cases"][:40]
    fields = ("municipality", "priority", "household", "period", "state", "route", "arrears_count", "score", "crisis")
    rows = [[case[field] for field in fields] for case in shown]
    columns = ("gemeente", "nr", "adres", "periode", "stand", "route", "aantal", "score", "crisis")
    table(f"Zaken: {len(document['cases'])}", columns, rows, right=("nr", "aantal", "score"))
    if len(document["cases"]) > len(shown):
        line(f"… en nog {len(document['cases']) - len(shown)}; met --json staan ze er allemaal")


def case_view(page: dict[str, Any]) -> None:
    """One case: what, why, by when, and what happened."""
    line(f"Zaak {page['case_id']}  {page['household']}  {page['period']}  gemeente {page['municipality']}")
    line(f"{page['state']}, route {page['route']}, prioriteit {page['priority']}, score {page['score']}")
    if page["flags"]:
        line("Let op: " + ", ".join(page["flags"]))
    line()
    arrears = [(a["partner"], a["reference"], a["amount"], a["status"]) for a in page["arrears"]]
    table("Achterstanden", ("partner", "kenmerk", "bedrag", "stand"), arrears, right=("bedrag",))
    line()
    points = [(c["points"], c["nl"]) for c in page["explanation"]]
    table(f"Waarom score {page['score']}", ("punten", "reden"), points, right=("punten",))
    line()
    table("Termijnen", ("uiterlijk", "wat"), [(d["due"], d["nl"]) for d in page["deadlines"]])
    line()
    signals = [
        (
            s["signalled_on"],
            s["partner"],
            s["reference"],
            s["type"],
            s.get("amount"),
            s.get("status") or s.get("reason"),
        )
        for s in page["signals"]
    ]
    table("Signalen", ("datum", "partner", "kenmerk", "soort", "bedrag", "status"), signals, right=("bedrag",))
    line()
    history = [(h["at"], h["actor"], h["kind"], _detail(h)) for h in page["history"]]
    table("Geschiedenis", ("wanneer", "wie", "wat", "bijzonderheden"), history)


def _detail(row: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in row.items() if key not in {"at", "actor", "kind"})
