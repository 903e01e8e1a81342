"""Typing `signals …`: in this process where many commands are typed, or as a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from signals import cli

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECONDS = 60.0


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON; fails when stdout holds anything but one document
        return json.loads(self.out)


def surroundings(settings: Mapping[str, str]) -> dict[str, str]:
    """Our environment with these settings of `signals` and no others."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SIGNALS_")}
    return {**ours, **settings}


def typed(*words: object, settings: Mapping[str, str] | None = None) -> Said:
    """What `signals words…` says; run in this process, so an error that is not told in words fails the test."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, surroundings(settings or {}), clear=True),
        mock.patch.object(sys, "argv", ["signals", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code
    return Said(int(str(code or 0)), out.getvalue(), err.getvalue())


def command(*words: object) -> list[str]:
    """The words that start `signals words…` of this installation as a process."""
    return [sys.executable, "-m", "signals.cli", *map(str, words)]


def run_alone(
    *words: object, settings: Mapping[str, str] | None = None, stdin: bytes = b"", cwd: Path | None = None
) -> Said:
    """What `signals words…` says, run as a process of its own."""
    ended = subprocess.run(
        command(*words),
        input=stdin,
        capture_output=True,
        env=surroundings(settings or {}),
        cwd=cwd,
        timeout=SECONDS,
        check=False,
    )
    return Said(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
