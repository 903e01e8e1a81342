"""How do the letters of a run leave by the pages? As one file, made without a desk and gone from here afterwards.

To typeset hundreds of letters takes seconds. The press has the database for itself, in transactions as short as those
of `letters.writing`; who runs it does so as an errand (`errands`), so that no desk waits for it.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from signals.errors import SignalsError
from signals.outreach.letters.writing import AS_CSV, AS_JSON, MERGED, write_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from signals.outreach.work.people import Actor

IN_MEMORY: Final = 16 * 1024 * 1024  # so much of a file before it goes to the disk, where it has no name
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)
"""The moment of every file: it says nothing, and the same letters give the same bytes."""


@dataclass(frozen=True, slots=True)
class Press:
    """Makes the letters of a run; `sets` is where the municipalities' own letter sets lie, or None."""

    engine: Engine
    sets: Path | None = None

    def packed(self, run: int, actor: Actor) -> IO[bytes] | SignalsError:
        """All files of a run in one ZIP, at its begin; or why they cannot be made. The caller closes it.

        Nothing is lost by a refusal: the letters stand in the database, and are made again by the next one who asks.
        """
        with tempfile.TemporaryDirectory(prefix="signals-letters-") as folder:
            out = Path(folder) / str(run)
            try:
                write_run(self.engine, run, out, actor, self.sets)
                return _zipped(out)
            except SignalsError as refusal:
                return refusal
            except OSError as fault:
                return SignalsError(f"the files of the letters cannot be written: {fault.strerror}")


def _zipped(out: Path) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer closes it when it was sent
    with ZipFile(file, "w", ZIP_STORED) as packed:  # a PDF is compressed as it is
        for path in _in_order(out):
            inside = ZipInfo(str(path.relative_to(out)), _OLDEST)
            inside.external_attr = 0o600 << 16
            with path.open("rb") as written, packed.open(inside, "w") as place:
                shutil.copyfileobj(written, place)
    file.seek(0)
    return file


def _in_order(out: Path) -> Iterator[Path]:
    """What a print room looks for first comes first."""
    yield from (out / name for name in (MERGED, AS_CSV, AS_JSON))
    yield from sorted((out / "letters").glob("*.pdf"))
