"""What does the truth file of a simulation say, for whoever judges a model by it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from signals.errors import WrongUseError
from signals.outreach.learning.evaluating import Beside
from signals.simulation.oracle import known_to_oracle

if TYPE_CHECKING:
    from pathlib import Path

_OF_ANOTHER = "is no line of a truth file, as `signals simulate --truth` writes it"


def read_truth(path: Path) -> Beside:
    """The groups and the hidden facts that a truth file tells, by event. Raises WrongUseError."""
    groups: dict[tuple[str, str], dict[str, str | int]] = {}
    oracle: dict[tuple[str, str], tuple[float, ...]] = {}
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                event, groups_here, facts = _read(line, path, number)
                groups[event], oracle[event] = groups_here, facts
    except OSError as fault:
        raise WrongUseError(f"{path} cannot be read ({fault.strerror})") from fault
    return Beside(groups, oracle)


def _read(line: bytes, path: Path, number: int) -> tuple[tuple[str, str], dict[str, str | int], tuple[float, ...]]:
    try:
        row: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
        return (str(row["source"]), str(row["id"])), dict(row["groups"]), known_to_oracle(row)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as fault:
        raise WrongUseError(f"{path}, line {number}: {_OF_ANOTHER}") from fault
