"""From the bytes of a record to an accepted event, or to the refusal that its partner reads.

The door of the house (design.md section 1): nothing behind it sees unchecked content, and whatever the
bytes, nothing but `RejectedError` comes out. The ways accept exactly the same: the quick ones for the many,
the slow one that finds every fault for the few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.contract.accept import accepted, exactly_accepted
from signals.contract.judge import faults_of
from signals.contract.reading import MAX_BYTES, read_json
from signals.contract.rejection import Fault, RejectedError

if TYPE_CHECKING:
    from signals.contract.events import AnyEvent
    from signals.contract.partners import ArrearsTopic, Directory

__all__ = ["Fault", "RejectedError", "decode"]


def decode(value: bytes | None, topic: ArrearsTopic, directory: Directory) -> AnyEvent:
    """The event in `value`, a record of `topic`, judged by the partners and municipalities of `directory`.

    The result is a function of the arguments alone: no clock, no setting, no earlier event.

    Raises:
        RejectedError: with the first code that applies in the order of borders.md section 3, and a message
        that
            names every fault (where, what, how to mend it) and holds nothing that the partner sent.
    """
    # A raw U+0000 is no JSON, so without its escape there is none; with it, one must look where it stands.
    has_no_nul = value is not None and (b"\\" not in value or b"\\u0000" not in value)
    if value is not None and has_no_nul and len(value) <= MAX_BYTES:
        event = exactly_accepted(value, topic, directory)
        if event is not None:
            return event
    envelope = read_json(value)
    event = accepted(envelope, topic, directory)
    if event is not None and has_no_nul:
        return event
    faults = faults_of(envelope, topic, directory)
    if faults:
        raise RejectedError.of(faults)
    if event is None:
        text = "was refused without a fault being found; the fault is ours, nothing needs to be sent again"
        raise RejectedError.of([Fault("internal-error", "value", text)])
    return event
