"""What does a print room get beside the letters? The manifest of a run, as JSON and as CSV; no names in it.

Pure. Its form is a border (docs/decisions/0039): per letter its number, case, kind, language, pages, sheets, postcode
and checksum; and the cases that have no letter in it, with a code.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS: Final = ("number", "case_id", "kind", "language", "pages", "sheets", "postcode", "sha256")


class ManifestLine(msgspec.Struct, frozen=True):
    """One letter of a run; `sha256` is that of its own file."""

    number: str
    case_id: str
    kind: str
    language: str
    pages: int
    sheets: int
    postcode: str
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a run holds, in the order in which its letters lie in run.pdf; `left_out`: case and code."""

    run: str
    municipality: str
    letters: Sequence[ManifestLine]
    left_out: Sequence[tuple[int, str]]

    @property
    def document(self) -> dict[str, Any]:
        """As it is told with --json, and stands in manifest.json."""
        return {
            "run": self.run,
            "municipality": self.municipality,
            "letters": msgspec.to_builtins(self.letters),
            "left_out": left_out_document(self.left_out),
        }

    def as_json(self) -> bytes:
        """manifest.json."""
        return msgspec.json.format(msgspec.json.encode(self.document), indent=2) + b"\n"

    def as_csv(self) -> bytes:
        """manifest.csv: a header and a line for each letter, separated by commas."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")  # as RFC 4180 has it
        writer.writerow(COLUMNS)
        writer.writerows([getattr(line, column) for column in COLUMNS] for line in self.letters)
        return text.getvalue().encode()


def left_out_document(left_out: Sequence[tuple[int, str]]) -> list[dict[str, str]]:
    """Cases without a letter, each with its code."""
    return [{"case_id": str(case), "code": code} for case, code in left_out]
