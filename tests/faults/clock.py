"""How does a process see a clock that jumped, while the machine's own stays right?

`time.time` and `datetime.now` as the service and its Kafka client see them; what measures durations (`monotonic`) never
jumps, as on a real machine.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

_right_time: Final = time.time
_wrong_by: list[float] = [0.0]


def jump(seconds: float) -> None:
    """From now on the clock is wrong by `seconds`."""
    _wrong_by[0] = seconds


def install() -> None:
    """Show the shifted clock to all modules of the service that are loaded, and to whoever asks `time.time`."""
    time.time = _shifted_time
    for name, loaded in list(sys.modules.items()):
        if name.startswith("signals."):
            for word, value in list(vars(loaded).items()):
                if value is datetime:
                    setattr(loaded, word, _Shifted)


def _shifted_time() -> float:
    return _right_time() + _wrong_by[0]


class _Alike(type):
    """Every real datetime is an instance: only the class that is asked for "now" differs."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _Shifted(datetime, metaclass=_Alike):
    def __new__(cls, *words: Any, **named: Any) -> Any:  # noqa: ANN401 - a plain datetime, not one of ours
        return datetime(*words, **named)  # noqa: DTZ001 - with the time zone it is given, as ever

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:  # noqa: ANN401 - a plain datetime
        return datetime.now(tz) + timedelta(seconds=_wrong_by[0])
