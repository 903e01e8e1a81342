"""Who looked at what, and who did what? The pages of an auditor: the audit log and its export.

The log is asked for by POST: whom one looks for is not for an address or a server's log. Looking and exporting are
written to the same log.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, TYPE_CHECKING, Any, Final

from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from signals.reports.logbook import actor_named, actor_names, known_actions
from signals.store.audit import AuditFilter, audit_export, audit_page
from signals.web.desk import Page
from signals.web.office.actions import action_words, subject_code, subject_words
from signals.web.people import Role
from signals.web.texts import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from starlette.responses import Response

    from signals.store.audit import AuditLine
    from signals.web.desk import Desk

AUDITORS: Final = frozenset({Role.AUDITOR})
ROWS: Final = 50
IN_MEMORY: Final = 4 * 1024 * 1024  # an export larger than this goes through a file that is gone afterwards
CHUNK: Final = 64 * 1024
COLUMNS: Final = ("id", "at", "municipality", "actor", "action", "subject", "detail")
_FIELDS: Final = ("person", "action", "subject", "first", "last")
_BIGGEST_DAY: Final = date(9999, 12, 30)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed above the log, the filter that follows from it, and what is wrong with it."""

    typed: Mapping[str, str]
    wanted: AuditFilter
    faults: tuple[tuple[str, str], ...]


def show_audit(desk: Desk) -> Response:
    """The newest lines, or those before a line, or those that are asked for."""
    asked = read_asked(desk)
    before = desk.form.get("before")
    after = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    lines = [] if asked.faults else audit_page(desk.cursor, asked.wanted, after, ROWS + 1)
    filters = [name for name in _FIELDS if asked.typed[name]]
    desk.did("view-audit", "audit", {"filters": filters} if filters else None)
    return desk.page(
        "office/audit.html",
        status=422 if asked.faults else 200,
        typed=asked.typed,
        faults=asked.faults,
        lines=lines[:ROWS],
        people=actor_names(desk.cursor, [line.actor for line in lines]),
        actions=[("", desk.text("Alles")), *action_words(desk, known_actions(desk.cursor))],
        words=dict(action_words(desk, [line.action for line in lines])),
        subjects={line.id: subject_words(desk, line.subject) for line in lines},
        before=lines[ROWS - 1].id if len(lines) > ROWS else None,
        later=after is not None,
    )


def export_audit(desk: Desk) -> Response:
    """The lines that are asked for as a file: CSV or JSON Lines."""
    asked = read_asked(desk)
    if asked.faults:
        return show_audit(desk)
    suffix = "jsonl" if desk.form.get("format") == "jsonl" else "csv"
    lines = audit_export(desk.cursor, asked.wanted)
    file = _written(lines, as_json_lines if suffix == "jsonl" else as_csv)
    desk.did("export-audit", "audit", {"format": suffix, "filters": [n for n in _FIELDS if asked.typed[n]]})
    return StreamingResponse(
        iter(lambda: file.read(CHUNK), b""),
        media_type={"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}[suffix],
        headers={"Content-Disposition": f'attachment; filename="audit-{desk.today.isoformat()}.{suffix}"'},
        background=BackgroundTask(file.close),
    )


def read_asked(desk: Desk) -> Asked:
    """What the form asks for; without one, everything of the user's municipalities."""
    typed = {name: desk.form.get(name) for name in _FIELDS}
    faults: list[tuple[str, str]] = []
    first, last = (_day(desk, name, typed[name], faults) for name in ("first", "last"))
    if first and last and last < first:
        faults.append(("last", desk.text("De laatste dag ligt voor de eerste.")))
    actor = actor_named(desk.cursor, typed["person"]) if typed["person"] else None
    if typed["person"] and actor is None:
        faults.append(("person", desk.text("Niemand met deze naam of gebruikersnaam staat in het logboek.")))
    wanted = AuditFilter(
        actor=actor,
        action=typed["action"] or None,
        subject=subject_code(desk, typed["subject"]) or None,
        first=_midnight(first),
        before=_midnight(last + timedelta(days=1) if last else None),
        municipalities=desk.user.municipalities,
    )
    return Asked(typed, wanted, tuple(faults))


def _day(desk: Desk, name: str, text: str, faults: list[tuple[str, str]]) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.max
    if found > _BIGGEST_DAY:
        faults.append((name, desk.text("Schrijf een dag als 2026-11-02.")))
        return None
    return found


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), AMSTERDAM) if day else None


def _written(lines: Iterable[AuditLine], shape: Callable[[Iterable[AuditLine]], Iterator[str]]) -> IO[bytes]:
    """A file with all lines, at its begin; made while the transaction lasts, so that it is one moment's log."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer closes it when it was sent
    for text in shape(lines):
        file.write(text.encode())
    file.seek(0)
    return file


def as_json_lines(lines: Iterable[AuditLine]) -> Iterator[str]:
    """One JSON document a line."""
    for line in lines:
        yield json.dumps(_document(line), ensure_ascii=False, separators=(",", ":")) + "\n"


def as_csv(lines: Iterable[AuditLine]) -> Iterator[str]:
    """CSV with a header; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    kept = io.StringIO()
    rows = csv.writer(kept, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for line in lines:
        cells = _document(line) | {"detail": json.dumps(line.detail, ensure_ascii=False)}
        rows.writerow([_plain(cells[column]) for column in COLUMNS])
        yield kept.getvalue()
        kept.seek(0)
        kept.truncate()
    yield kept.getvalue()


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _document(line: AuditLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "at": line.at.isoformat(timespec="seconds"),
        "municipality": line.municipality,
        "actor": line.actor,
        "action": line.action,
        "subject": line.subject,
        "detail": line.detail,
    }


PAGES: Final = (
    Page("audit", "/logboek", "GET", show_audit, AUDITORS),
    Page("audit-asked", "/logboek", "POST", show_audit, AUDITORS),
    Page("audit-export", "/logboek/export", "POST", export_audit, AUDITORS),
)
