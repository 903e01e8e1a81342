"""Where do the tests keep what is thrown away afterwards? In memory, where there is plenty: a disk makes files slowly.

A PostgreSQL makes some 400 files for each database, and a thousand tests want a database of their own. A run has one
folder, named by its process; what failed is left to look at until the next run, which clears it away.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
PREFIX: Final = "signals-tests-"
NEEDED: Final = 6 * 2**30  # bytes, of the folder: a run of four workers fills a good part of it
SPARE: Final = 10 * 2**30  # bytes, of memory: what is in the folder is taken from what programs have


def folder_in_memory(memory: Path = MEMORY, needed: int = NEEDED, spare: int = SPARE) -> Path | None:
    """A new folder in memory for this run; None where there is no room, or nothing may be run there."""
    if not memory.is_dir() or not os.access(memory, os.W_OK | os.X_OK):
        return None
    clear(memory)
    about = os.statvfs(memory)
    if about.f_bavail * about.f_frsize < needed or about.f_flag & os.ST_NOEXEC or available() < spare:
        return None
    made = memory / f"{PREFIX}{os.getpid()}"
    made.mkdir(mode=0o755)  # PostgreSQL runs as somebody else when we are root
    return made


def clear(memory: Path) -> None:
    """Remove the folders of runs that have ended."""
    for folder in memory.glob(PREFIX + "*"):
        pid = folder.name.removeprefix(PREFIX)
        if pid.isdecimal() and not Path("/proc", pid).exists():
            shutil.rmtree(folder, ignore_errors=True)


def available() -> int:
    """The bytes of memory that programs can still have."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
