"""How is a simulation written down? Events and truth as JSON lines, or both as lines that a person reads.

Besides, what a service needs to take the events in as the truth has it: a policy for every town, the caseload list of
those who are in debt help already, and where the homes lie.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from signals.errors import WrongUseError
from signals.households.listings import COLUMNS
from signals.policies import almelo_policy_text
from signals.simulation.residents import household
from signals.simulation.streets import register_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from signals.simulation.towns import Town
    from signals.simulation.wire import Truth, Wire

_encode: Final = msgspec.json.Encoder().encode
_TOLD: Final = {"reported": "report", "changed": "change", "withdrawn": "withdrawal"}


def wire_line(value: dict[str, Any]) -> bytes:
    """One line of an event or truth file."""
    return _encode(value) + b"\n"


def write_simulation(events: Path | None, truth: Path | None, pairs: Iterable[tuple[Wire, Truth]]) -> int:
    """Write what `simulate` gives as JSON lines; "-" is standard output, None is nowhere.

    Returns:
        The number of events.

    Raises:
        WrongUseError: a file cannot be written, or both are the same.
    """
    if events is not None and str(events) == str(truth):
        raise WrongUseError("events and truth go to the same place; give two different files")
    written = 0
    with ExitStack() as files:
        places = [files.enter_context(_opened(path)) if path else None for path in (events, truth)]
        for pair in pairs:
            for file, value in zip(places, pair, strict=True):
                if file is not None:
                    file.write(wire_line(value))
            written += 1
    return written


def _opened(path: Path) -> IO[bytes]:
    if str(path) == "-":
        return open(sys.stdout.fileno(), "wb", closefd=False)
    try:
        return path.open("wb")
    except OSError as fault:
        raise WrongUseError(f"{path} cannot be written ({fault.strerror}); check the folder") from fault


def require_writable(path: Path) -> None:
    """Raise WrongUseError when a file that is to be written later cannot be."""
    if str(path) != "-" and (path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK)):
        raise WrongUseError(f"{path} cannot be written; check the folder and its permissions")


def readable(wire: Wire, truth: Truth) -> str:
    """An event on one line of text: what the partner sends, and behind the bar what only the simulation knows."""
    event = wire["value"]
    when, amount = "(not readable)", ""
    if isinstance(event, dict):
        content = event["data"]
        when = str(event["time"])[:16].replace("T", " ")
        amount = content["arrears"].get("amount") or content.get("reason") or ""
    what = "duplicate" if truth["duplicate"] else _TOLD[truth["type"]]
    partner = truth["topic"].rpartition(".")[2]
    hidden = [truth["story"], truth["hidden_state"], *truth["errors"], truth["code"]]
    return (
        f"{when:<16}  {truth['municipality']}  {partner:<13} {what:<10} {amount:>11}  {truth['address']:<16}"
        f" | {truth['person']}  {', '.join(filter(None, hidden))}"
    )


def write_policies(folder: Path, towns: Sequence[Town]) -> None:
    """A policy file for every town: that of Almelo with another code and name. Raises WrongUseError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for town in towns:
            text = almelo_policy_text(town.code, town.name)
            (folder / f"{town.code}.toml").write_text(text, encoding="utf-8")
    except OSError as fault:
        raise WrongUseError(f"{folder} cannot be written ({fault.strerror}); check the folder") from fault


def write_addresses(path: Path, towns: Sequence[Town]) -> None:
    """Write where all homes of these towns lie, for `signals addresses import`. Raises WrongUseError."""
    with _opened(path) as file:
        file.writelines(line.encode() for line in register_of(towns))


class Caseload:
    """Notes who is in debt help while a simulation passes by, for `signals caseload import`."""

    def __init__(self, towns: Sequence[Town], seed: int, start: str) -> None:
        self._towns = {town.code: town for town in towns}
        self._seed = seed
        self._start = start
        self._listed: dict[str, str] = {}  # person → address

    def noting(self, pairs: Iterable[tuple[Wire, Truth]]) -> Iterator[tuple[Wire, Truth]]:
        """The same pairs."""
        for wire, truth in pairs:
            if truth["debt_help"]:
                self._listed[truth["person"]] = truth["address"]
            yield wire, truth

    def csv(self) -> str:
        """The list as CSV, in the order of the persons' ids."""
        text = io.StringIO()
        rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
        rows.writeheader()
        rows.writerows(self._row(person, self._listed[person]) for person in sorted(self._listed))
        return text.getvalue()

    def write(self, path: Path) -> None:
        """Write the list. Raises WrongUseError."""
        with _opened(path) as file:
            file.write(self.csv().encode())

    def _row(self, person_id: str, address: str) -> dict[str, object]:
        code, number, place = person_id.split("-")
        people = household(self._towns[code], int(number), seed=self._seed, year=int(self._start[:4]))
        person = people.persons[int(place) - 1]
        postcode, house_number, *suffix = address.split(" ")
        return {
            "municipality": code,
            "bsn": person.bsn,
            "surname": person.surname,
            "initials": person.initials,
            "date_of_birth": person.born,
            "postcode": postcode,
            "house_number": house_number,
            "house_number_addition": " ".join(suffix),
        }
