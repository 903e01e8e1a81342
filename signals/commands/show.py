"""How does a person like to read it? Tables and lines for the terminal; never a decision.

Tables go to stdout, everything that accompanies them to stderr, so that a pipe holds only the answer.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from signals.commands import words
from signals.contract.moments import AMSTERDAM
from signals.outreach.reasons import heaviest_reason, part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from signals.outreach.queues import ListedCase

_Cell = TypeVar("_Cell")
# What others sent is shown as it is: neither [markup] nor an :emoji: of ours, and no control code reaches the terminal.
_PLAIN: Final[dict[str, Any]] = {"highlight": False, "markup": False, "emoji": False}
_CONTROLS: Final[dict[int, int]] = {  # each as its picture, such as ␛
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"},
    **dict.fromkeys(range(0x7F, 0xA0), 0x2421),
}
out = Console(**_PLAIN, width=None if sys.stdout.isatty() else 160)  # a pipe has no width of its own
notes = Console(**_PLAIN, stderr=True, soft_wrap=True)
MOST_CASES: Final = 40  # of a summary as a table
_WHOSE: Final = {"": "", "model": " (model)", "framework": " (afwegingskader)"}
_QUEUES: Final = {"letters": "Brieven", "visits": "Huisbezoeken", "review": "Beoordelen"}


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


def note(text: str) -> None:
    """A line on stderr."""
    notes.print(text.translate(_CONTROLS))


def line(text: str = "") -> None:
    """A line on stdout; never broken, so that a command in it can be copied."""
    out.print(text.translate(_CONTROLS), soft_wrap=True)


@contextmanager
def progress(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing in a pipe; the function it gives is told how far the work is."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, disable=not notes.is_terminal, transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """A table on stdout; on a narrow terminal the last column folds, the others stay whole."""
    shown = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", no_wrap=column != columns[-1])
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell).translate(_CONTROLS) for cell in row))
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
        return words.CRISES[case.crisis]
    return heaviest_reason(case.explanation, "nl")


def queue_table(name: str, cases: Sequence[ListedCase], due: dict[int, date], *, most: int | None = None) -> None:
    """A queue as its workers read it, most urgent first."""
    rows = [_queue_row(case, due[case.id]) for case in cases[:most]]
    columns: tuple[str, ...] = ("nr", "zaak", "adres", "periode", "route", "aantal", "score", "uiterlijk", "waarom")
    if name != "review":  # there the title says the route
        at = columns.index("route")
        columns, rows = _without(columns, at), [_without(row, at) for row in rows]
    table(f"{_QUEUES[name]}: {len(cases)} zaken", columns, rows, right=("nr", "zaak", "aantal", "score"))
    if most is not None and len(cases) > most:
        line(f"… en nog {len(cases) - most}: signals queue {name}")


def _without(row: tuple[_Cell, ...], at: int) -> tuple[_Cell, ...]:
    return row[:at] + row[at + 1 :]


def _queue_row(case: ListedCase, due: date) -> tuple[object, ...]:
    what = (
        case.priority,
        case.id,
        _short(case.household),
        case.period,
        words.ROUTES[case.worked_route],
        case.arrears_count,
    )
    return (*what, case.score, due.strftime("%d-%m-%y"), "; ".join([*_flags(case), reason_of(case)]))


def _short(household: str, most: int = 24) -> str:
    return household if len(household) <= most else household[: most - 1] + "…"


def _flags(case: ListedCase) -> list[str]:
    flags = {
        "overlijden gemeld": case.held,
        words.letter_fault(case.letter_fault): case.letter_fault is not None,
        "terug in de wachtrij": case.waiting and case.released_route is not None,
        "opeenvolgend": case.consecutive,
    }
    return [flag for flag, is_so in flags.items() if is_so]


def summary_tables(document: dict[str, Any]) -> None:
    """The summary of borders.md section 7 for a person."""
    counts = [("gelezen", document["published"]), ("opgeslagen", document["stored"])]
    counts += [("dubbel", document["duplicates"])]
    counts += [(f"quarantaine: {code}", n) for code, n in document["quarantined"].items()]
    table("Berichten", ("aantal", "berichten"), [(n, name) for name, n in counts], right=("aantal",))
    line()
    statuses = [(n, words.status(code)) for code, n in document["signal_status"].items()]
    table("Signalen", ("aantal", "status"), statuses, right=("aantal",))
    line()
    _cases_table(document["cases"])


def _cases_table(cases: Sequence[dict[str, Any]], most: int = MOST_CASES) -> None:
    rows = [
        (
            *(case[field] for field in ("municipality", "priority", "household", "period")),
            words.STATES[case["state"]],
            words.ROUTES[case["route"]],
            *(case[field] for field in ("arrears_count", "score")),
            words.CRISES.get(case["crisis"]),
        )
        for case in cases[:most]
    ]
    columns = ("gemeente", "nr", "adres", "periode", "stand", "route", "aantal", "score", "crisis")
    table(f"Zaken: {len(cases)}", columns, rows, right=("nr", "aantal", "score"))
    if len(cases) > most:
        line(f"… en nog {len(cases) - most}; met --json staan ze er allemaal")


def case_view(page: dict[str, Any]) -> None:
    """One case: what, why, by when, and what happened."""
    line(f"Zaak {page['case_id']}  {page['household']}  {page['period']}  gemeente {page['municipality']}")
    line(f"{words.STATES[page['state']]}, {_standing(page)}")
    if page["flags"]:
        line("Let op: " + ", ".join(words.FLAGS[flag] for flag in page["flags"]))
    arrears = [(a["partner"], a["reference"], a["amount"], words.LINES[a["status"]]) for a in page["arrears"]]
    _section("Achterstanden", ("partner", "kenmerk", "bedrag", "stand"), arrears)
    points = [(c["points"], c["nl"] + _WHOSE[part_of(c["criterion"])[0]]) for c in page["explanation"]]
    _section(f"Waarom score {page['score']} ({_score_by(page['score_by'])})", ("punten", "reden"), points)
    if page["would_change"]:
        _section("Wat de score zou veranderen", ("wat",), [(one["nl"],) for one in page["would_change"]])
    _section("Termijnen", ("uiterlijk", "wat"), [(d["due"], d["nl"]) for d in page["deadlines"]])
    columns = ("datum", "partner", "kenmerk", "soort", "bedrag", "status")
    _section("Signalen", columns, [_signal_row(signal) for signal in page["signals"]])
    _section(
        "Geschiedenis", ("wanneer", "wie", "wat", "bijzonderheden"), [_history_row(one) for one in page["history"]]
    )


def _score_by(by: str | dict[str, int]) -> str:
    if isinstance(by, str):
        return "afwegingskader"
    part = "" if by["percent"] == 100 else f" voor {by['percent']}%, afwegingskader voor de rest"
    return f"model {by['model']}{part}; van 100 zulke zaken wordt het bij ongeveer {by['chance_of_100']} erger"


def _history_row(line: dict[str, Any]) -> tuple[str, ...]:
    here = datetime.fromisoformat(line["at"]).astimezone(AMSTERDAM)  # as the pages have it
    what = words.history(line["kind"], line.get("how"))
    return f"{here:%d-%m-%Y %H:%M}", line["actor"], what, words.what_happened(line)


def _standing(page: dict[str, Any]) -> str:
    if page["state"] == "closed":
        return words.outcome(page["outcome"]) if page["outcome"] else ""
    return f"route {words.ROUTES[page['route']]}, prioriteit {page['priority']}, score {page['score']}"


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    line()
    table(title, columns, rows, right=("bedrag", "punten"))


def _signal_row(signal: dict[str, Any]) -> tuple[object, ...]:
    told = words.status(signal["status"]) if "status" in signal else words.REASONS.get(signal.get("reason", ""), "")
    kind = words.EVENTS[signal["type"]]
    return (*(signal[name] for name in ("signalled_on", "partner", "reference")), kind, signal.get("amount"), told)
