"""How a refusal looks: one code, and a text that names every fault so that a partner can mend all at once.

Stands between the broker and quarantine: `decode` raises it, the intake writes it down (borders.md 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.contract.codes import QUARANTINE_CODES
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.contract.codes import QuarantineCode


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an event: where, what, and how to mend it; never a value, it may be personal."""

    code: QuarantineCode
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"


class RejectedError(SignalsError):
    """An event that cannot be accepted; `code` and `message` are what its partner sees in quarantine."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> RejectedError:
        """The refusal for `faults` (at least one): the first code in the order of the table, all named."""
        code = min((fault.code for fault in faults), key=QUARANTINE_CODES.index)
        lines = dict.fromkeys(str(fault) for fault in faults)
        return cls(code, "\n".join(lines))
