"""The errors this project raises: what was wrong, where, and what to do next.

Every error that a person can meet is a `SignalsError`; its text is the user's message and never holds personal
data. The exit code is the one of borders.md section 7.
"""

from __future__ import annotations


class SignalsError(Exception):
    """Something a person must know about; `exit_code` is what the command line ends with."""

    exit_code = 1


class WrongUseError(SignalsError):
    """The command, a file or a setting is not as it should be; nothing was changed."""

    exit_code = 2


class FaultsError(WrongUseError):
    """One or more faults in a file or in the settings, all of them at once."""

    def __init__(self, where: str, faults: list[str]) -> None:
        self.where = where
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{where}: {count}\n" + "\n".join(f"  - {fault}" for fault in faults))
