"""With which key does `signals up` sign its cookies? One that it makes once and keeps in its folder, mode 600.

An installation gets its key from `SIGNALS_SESSION_SECRET` instead.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "session-secret"


def kept_secret(folder: Path) -> str:
    """The key that is kept in `folder`, made when there is none; the file has mode 600."""
    file = folder / NAME
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as writing:
        writing.write(secrets.token_urlsafe(48) + "\n")
    return file.read_text("ascii").strip()
