"""How do the letters of a run come to lie in a folder, whole and once? Files at the edge of `runs`.

`DIR/letters/<number>.pdf`, `DIR/run.pdf`, `DIR/manifest.csv` and `DIR/manifest.json`, in that order: the manifest is
written last, so a folder without it is not complete. A file is written beside its place, brought to the disk, and
renamed: whenever this is interrupted, doing it again ends with the same files. Only the owner can read them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from signals.contract.moments import AMSTERDAM
from signals.outreach.letters.age import require_timely
from signals.outreach.letters.manifest import Manifest, ManifestLine
from signals.outreach.letters.runs import (
    LetterRunError,
    left_out_of,
    letters_of_run,
    lock_run,
    sender_of,
    take_out,
    to_take_out,
)
from signals.outreach.letters.typeset import side_by_side, texts_version, typeset, typeset_one
from signals.store.audit import note_cases
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from signals.outreach.letters.letter import Letter
    from signals.outreach.letters.runs import Run, RunLetter, TakenOut
    from signals.outreach.letters.sender import Sender
    from signals.outreach.work.people import Actor

MARKER: Final = ".letter-run"
"""A file that holds the number of the run of which the folder is."""
MERGED: Final = "run.pdf"
AS_CSV: Final = "manifest.csv"
AS_JSON: Final = "manifest.json"
_PART: Final = ".part"
_WRITE: Final = """
UPDATE letters SET pages = made.pages, sheets = made.sheets, sha256 = made.sha256
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::text[]) AS made(id, pages, sheets, sha256)
WHERE letters.id = made.id
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A run in its folder: what the manifest holds, and what was taken out just now."""

    manifest: Manifest
    taken_out: tuple[TakenOut, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be written: the run's letters in their order, and those taken out of it."""

    run: Run
    sender: Sender
    letters: Sequence[RunLetter]
    removed: Sequence[RunLetter]
    left_out: Sequence[tuple[int, str]]
    taken_out: Sequence[TakenOut]


def write_run(
    engine: Engine,
    number: int,
    out: Path,
    actor: Actor,
    folder: Path | None = None,
    told: Callable[[int], None] = lambda _done: None,
) -> Written:
    """Write the letters of a run that is not posted into `out`, or what is missing or wrong of them there.

    What must not go out any more is taken out first. `folder` as in `typeset`; `told` hears how many letters are done.

    Raises:
        LetterRunError: it is posted, nothing of it is left, its texts changed since, or the folder is of another run;
            RunTooOldError: it lay so long that there is too little time left to answer.
        OSError: the folder cannot be written.
    """
    order = _ordered(engine, number, actor, folder)
    _claim(out, number)
    with _alone(out):
        lines = _write(out, order, folder, told)
        _record(engine, order, lines, actor)
    return Written(_manifest(order, lines), tuple(order.taken_out))


def _write(out: Path, order: _Order, folder: Path | None, told: Callable[[int], None]) -> list[ManifestLine]:
    _clear(out, order)
    lines = []
    written = side_by_side(lambda one: _write_letter(out, one, one.letter(order.sender), folder), order.letters)
    for line in written:
        lines.append(line)
        told(len(lines))
    _to_disk(out / "letters")
    merged = typeset([one.letter(order.sender) for one in order.letters], folder).pdf
    _place(out / MERGED, merged)
    manifest = _manifest(order, lines)
    _place(out / AS_CSV, manifest.as_csv())
    _to_disk(out)
    _place(out / AS_JSON, manifest.as_json())
    _to_disk(out)
    return lines


def _manifest(order: _Order, lines: Sequence[ManifestLine]) -> Manifest:
    return Manifest(str(order.run.id), order.run.municipality, lines, order.left_out)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Nobody else writes into the folder meanwhile; whoever is killed holds nothing. Raises LetterRunError."""
    with (out / MARKER).open("rb") as marker:
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LetterRunError(f"another process writes into {out} just now: wait until it is done") from error
        yield


def _ordered(engine: Engine, number: int, actor: Actor, folder: Path | None) -> _Order:
    with transaction(engine) as cursor:
        run = lock_run(cursor, number)
        if run.posted_at is not None:
            raise LetterRunError(f"letter run {number} is posted; its letters are not printed a second time")
        sender = sender_of(run)
        if texts_version(sender, folder) != run.texts_version:
            raise LetterRunError(
                f"the letter set changed since letter run {number} was released: put the set back as it was, "
                f"or `signals letters cancel {number}` and release it anew"
            )
        require_timely(cursor, run, datetime.now(AMSTERDAM).date())
        gone = to_take_out(cursor, number)
        take_out(cursor, run, gone, actor)
        found, left_out = letters_of_run(cursor, number), left_out_of(cursor, number)
    letters = [one for one in found if one.state == "released"]
    if not letters:
        raise LetterRunError(f"nothing is left of letter run {number}: every letter of it was taken out")
    removed = [one for one in found if one.state == "taken-out"]
    return _Order(run, sender, letters, removed, left_out, gone)


def _claim(out: Path, number: int) -> None:
    """Make the folder, or see to it that it is of this run."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    (out / "letters").mkdir(mode=0o700, exist_ok=True)
    marker = out / MARKER
    if not marker.exists():
        there = [name for name in (MERGED, AS_CSV, AS_JSON) if (out / name).exists()]
        if there or any((out / "letters").glob("*.pdf")):
            raise LetterRunError(f"{out} holds files that are not of letter run {number}: name an empty folder")
        _place(marker, f"{number}\n".encode())
    elif marker.read_text("utf-8").strip() != str(number):
        raise LetterRunError(f"{out} holds another letter run: name another folder for run {number}")


def _clear(out: Path, order: _Order) -> None:
    """Take away what is left of an interruption, and what is of a letter that was taken out.

    What names such a letter goes first: a folder that is not complete has no manifest.
    """
    for left in (*out.glob(f".*{_PART}"), *(out / "letters").glob(f".*{_PART}")):
        left.unlink()
    stale = [path for one in order.removed if (path := _path(out, one)).exists()]
    if stale:
        for name in (AS_JSON, AS_CSV, MERGED):
            with suppress(FileNotFoundError):
                (out / name).unlink()
    for path in stale:
        path.unlink()


def _path(out: Path, one: RunLetter) -> Path:
    return out / "letters" / f"{one.id}.pdf"


def _write_letter(out: Path, one: RunLetter, letter: Letter, folder: Path | None) -> ManifestLine:
    """The letter's file as it was written before, or written anew."""
    path = _path(out, one)
    if one.sha256 is None or one.pages is None or one.sheets is None or _digest_of(path) != one.sha256:
        printed = typeset_one(letter, folder)
        _place(path, printed.pdf)
        pages, sheets, digest = printed.pages[0], printed.sheets[0], hashlib.sha256(printed.pdf).hexdigest()
    else:
        pages, sheets, digest = one.pages, one.sheets, one.sha256
    return ManifestLine(str(one.id), str(one.case), one.kind, letter.language, pages, sheets, one.postcode, digest)


def _digest_of(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def _place(path: Path, content: bytes) -> None:
    """The file with this content, whole or as it was; what is right already is not written."""
    if _digest_of(path) == hashlib.sha256(content).hexdigest():
        return
    part = path.with_name(f".{path.name}{_PART}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _to_disk(folder: Path) -> None:
    """Bring the names of a folder to the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _record(engine: Engine, order: _Order, lines: Sequence[ManifestLine], actor: Actor) -> None:
    """Remember the checksums, and who took these letters out of the system."""
    pages, sheets = [line.pages for line in lines], [line.sheets for line in lines]
    with transaction(engine) as cursor:
        run = lock_run(cursor, order.run.id)
        if run.posted_at is not None:
            raise LetterRunError(f"letter run {run.id} was posted while its files were written")
        digests = [line.sha256 for line in lines]
        cursor.execute(_WRITE, ([one.id for one in order.letters], pages, sheets, digests))
        cursor.execute("UPDATE letter_runs SET written_at = now() WHERE id = %s", (run.id,))
        note_cases(cursor, actor.id, "write-letters", [one.case for one in order.letters], {"run": run.id})
