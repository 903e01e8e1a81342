"""A simulated town of which a year of signals is in a database, for whoever learns from a history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from signals.simulation.dice import Dice
from signals.simulation.reactions import Contact, react_to
from signals.store.database import transaction
from tests.laws.system import System

if TYPE_CHECKING:
    from pathlib import Path

    from signals.simulation.wire import Truth
    from signals.store.database import Cursor
    from tests.laws.system import System

INHABITANTS: Final = 20_000
SEED: Final = 3


@dataclass(frozen=True)
class Town:
    """The database, the truth behind it by (source, id), and the file with that truth."""

    system: System
    url: str
    truth: dict[tuple[str, str], Truth]
    truth_file: Path


def approach(cursor: Cursor, town: Town) -> int:
    """Approach every case anew, up to three times, as its household reacts; how many attempts that took."""
    cursor.execute("DELETE FROM contact_attempts")
    cursor.execute(
        """SELECT DISTINCT ON (cases.id) cases.id, cases.household_id, cases.period, earliest_on, source,
            events.event_id
        FROM cases JOIN reports ON case_id = cases.id JOIN events ON events.id = reports.event_id
        ORDER BY cases.id, signalled_on, events.id"""
    )
    rows = []
    for case, household, period, day, *event in cursor.fetchall():
        dice = Dice(SEED, "approach", period, household)
        before: list[Contact] = []
        for number in range(1, 4):
            channel = dice.pick(("home-visit", "call", "letter"))
            part = None if channel == "letter" else dice.pick(("morning", "afternoon", "evening"))
            contact = Contact(channel, part, attempt=number, period=period)
            reached = react_to(town.truth[event[0], event[1]], contact, seed=SEED, before=before).reached
            before.append(contact)
            rows.append((household, case, channel, day + timedelta(days=3 * number), part, reached, "anna", "Anna"))
            if reached:
                break
    cursor.executemany(
        """INSERT INTO contact_attempts (household_id, case_id, kind, on_day, part, reached, by_id, by_name)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        rows,
    )
    return len(rows)


def without_models(town: Town) -> None:
    """Take away all that was learned there, and all attempts."""
    with transaction(town.system.engine) as cursor:
        cursor.execute("SET LOCAL signals.erasing = 'on'")
        for table in ("score_activations", "score_reviews", "score_models", "contact_attempts"):
            cursor.execute(f"DELETE FROM {table}")
