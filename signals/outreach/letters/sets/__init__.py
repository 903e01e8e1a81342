"""Which templates and texts does a letter set consist of, and which of them did a municipality replace?

`standaard` ships. A folder of that name, or of any other, in the folder of `SIGNALS_LETTER_SETS` holds only the files
that differ; all others are those of `standaard`.
"""

from __future__ import annotations

import atexit
import hashlib
import re
import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from signals.errors import WrongUseError

STANDARD: Final = "standaard"
MAIN: Final = "letters.typ"
# The files of the visiting list on paper lie beside: no letter is another one by them.
_OF_LIST: Final = re.compile(r"list(\.typ|-.*\.toml)")
_SHIPPED: Final = Path(__file__).parent / STANDARD


def set_folder(name: str, own: Path | None) -> Path:
    """Where all files of the set lie together.

    Args:
        name: The set, as the policy names it.
        own: The folder of the municipalities' own sets, or None.

    Raises:
        WrongUseError: there is no such set, or it cannot be read.
    """
    differing = None if own is None else own / name
    if differing is None or not differing.is_dir():
        if name == STANDARD:
            return _SHIPPED
        place = "SIGNALS_LETTER_SETS names no folder" if own is None else f"{own} holds no folder {name}"
        raise WrongUseError(f"there is no letter set {name}: {place}; make it, or write {STANDARD} in the policy")
    try:
        return _together(differing, _stamp(differing))
    except OSError as fault:
        raise WrongUseError(f"the letter set in {differing} cannot be read: {fault.strerror}") from fault


def version_of(folder: Path) -> str:
    """The SHA-256 of all files of a set that letters are made of, with their names."""
    found = hashlib.sha256()
    for path in (one for one in _files(folder) if _OF_LIST.fullmatch(one.name) is None):
        found.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if path.is_file() and path.suffix in {".typ", ".toml", ".svg", ".png"}
    )


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when a file of the folder does."""
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in _files(folder))


@lru_cache(maxsize=16)
def _together(differing: Path, _stamped: tuple[tuple[str, int, int], ...]) -> Path:
    """A folder with the files that ship and, in their places, those that differ; it goes when the process ends."""
    kept = Path(mkdtemp(prefix="signals-letters-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    for path in (*_files(_SHIPPED), *_files(differing)):
        shutil.copyfile(path, kept / path.name)
    return kept
