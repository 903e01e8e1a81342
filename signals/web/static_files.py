"""Which files does a page bring with it? The styles and the one script, each at an address made from its content.

Because the address changes with the content, a browser may keep a file for ever.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

FOLDER: Final = Path(__file__).parent / "static"
TOKENS: Final = "tokens.css"
KEPT: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, also compressed."""

    name: str  # with the mark of its content: "signals.1a2b3c4d.css"
    type: str
    content: bytes
    compressed: bytes


class StaticFiles:
    """All files of the folder; a municipality's own tokens take the place of ours."""

    def __init__(self, tokens: Path | None = None) -> None:
        found = {path.name: path for path in sorted(FOLDER.iterdir()) if path.suffix in _TYPES}
        if tokens is not None:
            found[TOKENS] = tokens
        self._marked = {name: _read(name, path) for name, path in found.items()}
        self._served: Mapping[str, StaticFile] = {file.name: file for file in self._marked.values()}

    def address(self, name: str) -> str:
        """Where the file of this name is."""
        return f"/static/{self._marked[name].name}"

    async def answer(self, request: Request) -> Response:
        """The file that is asked for."""
        file = self._served.get(request.path_params["name"])
        if file is None:
            return Response(status_code=404)
        headers = {"Cache-Control": KEPT, "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(file.content, media_type=file.type, headers=headers)
        return Response(file.compressed, media_type=file.type, headers={**headers, "Content-Encoding": "gzip"})


def _read(name: str, path: Path) -> StaticFile:
    content = path.read_bytes()
    stem, _, ending = name.rpartition(".")
    mark = hashlib.sha256(content).hexdigest()[:12]
    return StaticFile(f"{stem}.{mark}.{ending}", _TYPES[f".{ending}"], content, gzip.compress(content, 9, mtime=0))
