"""`signals up --history`: a year before the simulated month, worked and closed, and a score that learned from it.

What a municipality has after a year of work, within two minutes. The year's events come in by the broker as any others;
its cases are closed, so that the queues hold the month alone. Then the same commands as anywhere: `score train`,
`score evaluate` with the known truth, `score activate`. By the policy of this demonstration the model and the decision
framework order the work together.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from signals.commands import show
from signals.commands.run import signals_command
from signals.outreach.work.decisions import close
from signals.outreach.work.people import Actor
from signals.simulation.files import wire_line
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Engine

    from signals.simulation.wire import Truth, Wire

MONTHS: Final = 12
TRUTH: Final = "truth.jsonl"
"""The file in the folder of the service with what was behind each event; for `signals score evaluate --truth`."""
_OUTCOME: Final = "no-response"
_ACTOR: Final = Actor("signals up", "signals up")
_AT_ONCE: Final = 50  # households in a transaction
_REASON: Final = "demonstratie: een gesimuleerd jaar"


class Year(NamedTuple):
    """The events of the year, and those of the month after it, as lines to publish."""

    before: list[bytes]
    month: list[bytes]


def year_before(month: date) -> str:
    """The month with which the year before this month begins: "2025-10" for October 2026."""
    return f"{month.year - 1:04}-{month.month:02}"


def parted(pairs: Iterable[tuple[Wire, Truth]], month: date, truth: Path) -> Year:
    """Part events, in the order of sending, where the month begins; their truth goes to a file."""
    year, first = Year([], []), month.isoformat()
    begun = False
    with truth.open("wb") as truths:
        for wire, behind in pairs:
            truths.write(wire_line(behind))
            begun = begun or (isinstance(wire["value"], dict) and str(wire["value"]["time"]) >= first)
            (year.month if begun else year.before).append(wire_line(wire))
    return year


def close_all(engine: Engine) -> None:
    """Close every open case, as if each had been written to and nobody answered."""
    with transaction(engine) as cursor:
        cursor.execute(
            """SELECT array_agg(id ORDER BY id) FROM cases WHERE state = 'open'
            GROUP BY household_id ORDER BY household_id"""
        )
        households: list[list[int]] = [cases for (cases,) in cursor]
    with show.progress("afsluiten", len(households)) as told:
        for start in range(0, len(households), _AT_ONCE):
            with transaction(engine) as cursor:
                for cases in households[start : start + _AT_ONCE]:
                    close(cursor, cases, _OUTCOME, _ACTOR)
            told(start)


def learn(environment: Mapping[str, str], folder: Path) -> None:
    """Train a model, evaluate it and let it score, by the commands that anybody would give; what goes wrong is told."""
    trained = _command(environment, "train")
    if trained is None:
        return
    number = str(trained["model"])
    plot = folder / "score.svg"
    judged = _command(environment, "evaluate", "--model", number, "--truth", folder / TRUTH, "--plot", plot)
    if judged is None or _command(environment, "activate", number, "--reason", _REASON) is None:
        return
    show.note(f"Model {number} learned from {trained['examples']:,} cases and scores from now on; see {plot}")


def _command(environment: Mapping[str, str], *words: object) -> dict[str, Any] | None:
    """What `signals score` with these words prints; None when it ends otherwise, with what it said."""
    show.note(f"signals score {' '.join(map(str, words))} …")
    ended = subprocess.run(  # noqa: S603 - our own command and words
        [*signals_command("score"), *map(str, words), "--json"],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    if ended.returncode:
        show.note(ended.stderr.decode(errors="replace").strip())
        return None
    document: dict[str, Any] = msgspec.json.decode(ended.stdout)
    return document
