"""`signals quarantine list | show | replay`: what was refused, why, and taking it in after a mend."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from signals.commands import show
from signals.commands.connection import actor, engine_here
from signals.commands.pauses import documents, tell
from signals.consumers import quarantine
from signals.errors import SignalsError
from signals.store import pauses
from signals.store.audit import note
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.settings import Settings


def print_list(settings: Settings, partner: str | None, code: str | None, *, as_json: bool) -> None:
    """What is still in quarantine, and which topics are paused because of it (in JSON only when there are any)."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        rows = quarantine.listed(cursor, partner=partner, code=code)
        paused = pauses.paused(cursor)
    if as_json:
        also = {"paused": documents(paused)} if paused else {}
        show.print_json({"quarantine": [_document(row) for row in rows], **also})
        return
    cells = [(r.id, f"{r.received_at:%d-%m-%Y %H:%M}", r.topic, r.partition, r.offset, r.code) for r in rows]
    columns = ("nr", "ontvangen", "topic", "partitie", "offset", "code")
    show.table(f"Quarantaine: {len(rows)}", columns, cells, right=("nr", "partitie", "offset"))
    tell(paused)


def _document(row: quarantine.Quarantined) -> dict[str, Any]:
    return {
        "id": row.id,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "code": row.code,
        "message": row.message,
        "received_at": row.received_at.isoformat(timespec="seconds"),
        "resolution": row.resolution,
    }


def print_one(settings: Settings, number: int, *, original: bool, as_json: bool) -> None:
    """One row with its message; with `original` also the partner's bytes, which is noted in the audit log."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        row = quarantine.shown(cursor, number)
        if row is not None and original:
            note(cursor, actor(), "quarantine-original", str(number))
    if row is None:
        raise SignalsError(f"there is no quarantine row {number}; see `signals quarantine list`")
    text = None if row.original is None else row.original.decode("utf-8", "backslashreplace")
    if as_json:
        show.print_json(_document(row) | ({"original": text} if original else {}))
        return
    for name, value in _document(row).items():
        show.line(f"{name:12} {value}")
    if original:
        show.line(text or "(no value)")


def replay(settings: Settings, numbers: Sequence[int], *, everything: bool) -> bool:
    """Take rows in anew; whether all of them left quarantine."""
    with engine_here(settings) as engine:
        if everything:
            with transaction(engine) as cursor:
                numbers = quarantine.listed_ids(cursor)
        fates: Counter[str] = Counter()
        with show.progress("opnieuw", len(numbers)) as told:
            for done, replayed in enumerate(quarantine.replay(engine, numbers, actor=actor()), 1):
                fates[replayed.fate] += 1
                told(done)
    for fate, count in sorted(fates.items()):
        show.line(f"{fate}: {count}")
    passed_over = len(set(numbers)) - fates.total()
    if passed_over:
        show.line(f"not in quarantine (any more): {passed_over}")
    return not set(fates) - {"stored", "duplicate"}
