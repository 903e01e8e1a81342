"""How does the harness tell a running worker what is to befall it, and hear that it did?

Files in one folder, named after the member: `.order` (one blow at one step), `.clock` (how wrong its clock is),
`.passed` (the steps it ever passed), `.struck` (the blows that fell) and `.leaving` (when one told it to leave).
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.bindings import Edge

Blow = Literal["kill", "terminate", "stall"]
BLOWS = get_args(Blow)


@dataclass(frozen=True, slots=True)
class Order:
    """Strike at the `step` after it was passed `skip` times; `seconds` is how long a stall takes."""

    step: str
    edge: Edge
    blow: Blow
    skip: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Letterbox:
    """The files of one member."""

    folder: Path
    member: str

    def _file(self, kind: str) -> Path:
        return self.folder / f"{self.member}.{kind}"

    def order(self, order: Order | None) -> None:
        """Leave an order; None takes back what was not carried out."""
        if order is None:
            self._file("order").unlink(missing_ok=True)
        else:
            _write(self._file("order"), json.dumps(asdict(order)))

    def standing_order(self) -> Order | None:
        """What is to be done, for the member itself."""
        text = _read(self._file("order"))
        return Order(**json.loads(text)) if text else None

    def clock(self, seconds: float) -> None:
        """Have the member's clock go wrong by so many seconds."""
        _write(self._file("clock"), str(seconds))

    def wrong_by(self) -> float:
        """How wrong the member's clock is to be."""
        return float(_read(self._file("clock")) or 0.0)

    def note_passed(self, step: str) -> None:
        """The member passed a step for the first time."""
        _append(self._file("passed"), step)

    def passed(self) -> frozenset[str]:
        """Every step the member ever passed."""
        return frozenset(_read(self._file("passed")).splitlines())

    def note_struck(self, order: Order) -> None:
        """The blow falls now."""
        if order.blow == "terminate":
            _write(self._file("leaving"), str(time.monotonic()))
        _append(self._file("struck"), json.dumps(asdict(order)))
        self.order(None)

    def told_to_leave(self, since: float) -> float | None:
        """When a blow told it to leave, after `since`; in the machine's monotonic seconds."""
        told = float(_read(self._file("leaving")) or 0.0)
        return told if told > since else None

    def struck(self) -> list[Order]:
        """The blows that fell."""
        return [Order(**json.loads(line)) for line in _read(self._file("struck")).splitlines()]


def _write(file: Path, text: str) -> None:
    half = file.with_name(file.name + ".half")
    half.write_text(text, encoding="utf-8")
    half.replace(file)


def _append(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as open_file:
        open_file.write(line + "\n")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
