"""Who looked at what, and who did what? The pages of an auditor: the audit log, both ways round, and its export.

The log is asked for by POST: whom one looks for is not for an address or a server's log. Looking and exporting are
written to the same log.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final

from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from signals.reports.logbook import actor_names, cases_at, known_actions
from signals.store.audit import audit_acts, audit_export, households_seen
from signals.web.desk import Page
from signals.web.office.actions import action_words, subject_words
from signals.web.office.overview import municipality_names
from signals.web.office.particulars import actor_words, detail_words
from signals.web.office.question import read_asked
from signals.web.people import Role
from signals.web.texts import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from starlette.responses import Response

    from signals.store.audit import AuditAct, AuditLine
    from signals.web.desk import Desk
    from signals.web.office.question import Asked

AUDITORS: Final = frozenset({Role.AUDITOR})
ROWS: Final = 50
IN_MEMORY: Final = 4 * 1024 * 1024  # an export larger than this goes through a file that is gone afterwards
CHUNK: Final = 64 * 1024
# Where a spreadsheet begins to reckon: at the begin of a cell, also of one that it makes itself at a comma, which parts
# the columns of another country's; with the wide forms of the signs, which some take for the same.
_FORMULA: Final = re.compile(r"(?:^|(?<=[;,\t\r\n]))(?=\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
_JSON_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
COLUMNS: Final = ("id", "at", "municipality", "actor", "action", "subject", "households", "detail")


def show_audit(desk: Desk, asked: Asked | None = None) -> Response:
    """The newest lines, or those before a line, or those that are asked for; an act on many cases is one of them."""
    asked = asked or read_asked(desk)
    after = _after(desk)
    acts = [] if asked.faults else audit_acts(desk.cursor, asked.wanted, after, ROWS + 1)
    desk.did("view-audit", "audit", _filters(asked))
    return desk.page(
        "office/audit.html",
        status=422 if asked.faults else 200,
        asked=asked,
        errors=dict(asked.faults),
        rows=_rows(desk, acts[:ROWS], asked.wanted.household),
        actions=[("", desk.text("Alles")), *_by_words(action_words(desk, known_actions(desk.cursor)))],
        municipalities=municipality_names(desk) if len(desk.user.municipalities) > 1 else {},
        before=acts[ROWS - 1].line.id if len(acts) > ROWS else None,
        later=after is not None,
    )


def show_households(desk: Desk) -> Response:
    """Which households the person stands in lines with, in these days: the other way round."""
    asked = read_asked(desk, of_somebody=True)
    if asked.faults:
        return show_audit(desk, asked)
    after = _after(desk)
    seen = households_seen(desk.cursor, asked.wanted, after, ROWS + 1)
    desk.did("view-households", "audit", _filters(asked))
    return desk.page(
        "office/audit_households.html",
        asked=asked,
        who=[actor_words(desk, one, _names(desk, asked.wanted.actors)) for one in asked.wanted.actors],
        seen=seen[:ROWS],
        cases=cases_at(desk.cursor, [one.household for one in seen[:ROWS]]),
        next=seen[ROWS - 1].household if len(seen) > ROWS else None,
        later=after is not None,
    )


def _after(desk: Desk) -> int | None:
    return number_of(desk.form.get("before"))


def _filters(asked: Asked) -> dict[str, object]:
    return {"filters": asked.filled} if asked.filled else {}


def _by_words(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda one: one[1].casefold())


def _rows(desk: Desk, acts: Sequence[AuditAct], household: int | None) -> list[dict[str, Any]]:
    """The lines in words; `among`: that the household that is asked for was one of several."""
    lines = [act.line for act in acts]
    names = _names(desk, {line.actor for line in lines} | {str(line.detail.get("to")) for line in lines})
    words = dict(action_words(desk, [line.action for line in lines]))
    return [
        {
            "at": line.at,
            "who": actor_words(desk, line.actor, names),
            "what": words[line.action],
            "municipality": line.municipality,
            "about": subject_words(desk, line.subject, line.action),
            "act": line.id,
            "lines": act.lines,
            "households": act.households,
            "among": household in line.households and len(line.households) > 1,
            "particulars": detail_words(desk, line.detail, names),
        }
        for act in acts
        for line in (act.line,)
    ]


def _names(desk: Desk, actors: Iterable[str]) -> dict[str, str]:
    return {actor: one.name for actor, one in actor_names(desk.cursor, set(actors)).items()}


def export_audit(desk: Desk) -> Response:
    """The lines that are asked for as a file: CSV or JSON Lines."""
    asked = read_asked(desk)
    if asked.faults:
        return show_audit(desk, asked)
    suffix = "jsonl" if desk.form.get("format") == "jsonl" else "csv"
    lines = audit_export(desk.cursor, asked.wanted)
    file = _written(lines, as_json_lines if suffix == "jsonl" else as_csv)
    desk.did("export-audit", "audit", {"format": suffix, **_filters(asked)})
    return StreamingResponse(
        iter(lambda: file.read(CHUNK), b""),
        media_type={"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}[suffix],
        headers={"Content-Disposition": f'attachment; filename="audit-{desk.today.isoformat()}.{suffix}"'},
        background=BackgroundTask(file.close),
    )


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
    """CSV with a header, as a Dutch spreadsheet opens it: semicolons, and a mark by which it knows UTF-8.

    A cell that it would take for a formula begins with an apostrophe.
    """
    kept = io.StringIO()
    kept.write("\N{BYTE ORDER MARK}")
    rows = csv.writer(kept, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for line in lines:
        cells = _document(line) | {
            "detail": _JSON_TEXT.sub(_in_one_cell, json.dumps(line.detail, ensure_ascii=False)),
            "households": " ".join(map(str, line.households)),
        }
        rows.writerow([_plain(cells[column]) for column in COLUMNS])
        yield kept.getvalue()
        kept.seek(0)
        kept.truncate()
    yield kept.getvalue()


def _in_one_cell(text: re.Match[str]) -> str:
    """A text of JSON in which no spreadsheet begins a cell."""
    return text[0].replace(";", "\\u003b").replace(",", "\\u002c")


def _plain(cell: object) -> object:
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def _document(line: AuditLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "at": line.at.isoformat(timespec="seconds"),
        "municipality": line.municipality,
        "actor": line.actor,
        "action": line.action,
        "subject": line.subject,
        "households": line.households,
        "detail": line.detail,
    }


PAGES: Final = (
    Page("audit", "/logboek", "GET", show_audit, AUDITORS),
    Page("audit-asked", "/logboek", "POST", show_audit, AUDITORS),
    Page("audit-households", "/logboek/huishoudens", "POST", show_households, AUDITORS),
    Page("audit-export", "/logboek/export", "POST", export_audit, AUDITORS),
)
