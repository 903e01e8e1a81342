"""The real system on a real database, without a broker: what the laws of the issue are shown on."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record, StoreAwayError
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy, register_partners
from signals.reports.summary import summary
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

    from signals.contract.partners import Partner
    from signals.store.database import Cursor

LOG = "test-log"
TABLES = [
    "visit_results",
    "letters_left_out",
    "letters",
    "letter_runs",
    "visit_stops",
    "visit_lists",
    "unsafe_homes",
    "visit_plans",
    "streets_by_hand",
    "partner_contacts",
    "person_links",
    "person_pairs",
    "claims",
    "contact_attempts",
    "next_steps",
    "notes",
    "referrals",
    "assignments",
    "sessions",
    "ended_sessions",
    "colleagues",
    "processing_log",
    "outbox",
    "case_history",
    "reports",
    "cases",
    "score_activations",
    "score_reviews",
    "score_models",
    "events",
    "arrears",
    "persons",
    "households",
    "addresses",
    "address_places",
    "inbox",
    "quarantine",
    "paused_topics",
    "progress",
    "partners",
    "policy_versions",
    "listings",
    "audit",
    "revisions",
]


def empty(cursor: Cursor) -> None:
    """Take all rows away (DELETE: of a few rows it is fifty times quicker than TRUNCATE, which makes files anew)."""
    cursor.execute("SET LOCAL signals.erasing = 'on'")
    for table in TABLES:
        cursor.execute(f"DELETE FROM {table}")


@dataclass(slots=True)
class System:
    """One database, and as many intakes on it as a test wants."""

    engine: Engine

    def begin(self, policies: Iterable[str], partners: Iterable[Partner]) -> None:
        """Empty the database, then load policies and partners."""
        with transaction(self.engine) as cursor:
            empty(cursor)
            cursor.execute("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence")  # equal numbers again
            for body in policies:
                load_policy(cursor, parse_policy(body, "policy"), actor="test")
            register_partners(cursor, partners, actor="test")

    def store(self, records: Sequence[Record], *, batch: int = 500, threads: int = 1) -> None:
        """Take the records in, each topic's partitions by one of `threads` workers, `batch` records at a time."""
        shares: list[list[Record]] = [[] for _ in range(threads)]
        places = {place: n for n, place in enumerate(sorted({(r.topic, r.partition) for r in records}))}
        for record in records:
            shares[places[record.topic, record.partition] % threads].append(record)
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(self._work, share, batch) for share in shares]:
                done.result(timeout=120)

    def _work(self, records: Sequence[Record], batch: int) -> None:
        intake = BatchIntake(self.engine, LOG)
        for start in range(0, len(records), batch):
            store_for_sure(intake, records[start : start + batch])

    def summary(self) -> dict[str, Any]:
        """What `signals summary` says."""
        with transaction(self.engine) as cursor:
            return summary(cursor)

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with transaction(self.engine) as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else []


def store_for_sure(intake: BatchIntake, records: Sequence[Record]) -> None:
    """As the worker does: the same batch again, while the database says "later"."""
    for _ in range(20):
        try:
            intake.store(records)
        except StoreAwayError:
            continue
        return
    raise AssertionError("the database never took the batch")


def records_of(lines: Iterable[str], *, partitions: int = 1) -> list[Record]:
    """Lines of borders.md section 7 as broker records, each topic spread over `partitions`."""
    offsets: dict[tuple[str, int], int] = {}
    records = []
    for position, text in enumerate(lines):
        line = json.loads(text)
        place = (line["topic"], position % partitions)
        offset = offsets.get(place, 0)
        offsets[place] = offset + 1
        records.append(Record(*place, offset, _value(line), 0))
    return records


def _value(line: dict[str, Any]) -> bytes | None:
    if "value_base64" in line:
        return base64.b64decode(line["value_base64"])
    value = line["value"]
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return None if value is None else str(value).encode()
