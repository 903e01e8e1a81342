"""What is installed from a wheel is whole: every template, style, script and translation is in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The files of a wheel that is built with what is installed already, from nowhere else."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    built = subprocess.run(
        [*command, "--wheel-dir", str(folder), str(ROOT)], check=False, capture_output=True, text=True, timeout=120
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        return frozenset(opened.namelist())


def kept(folder: Path) -> Iterator[str]:
    """The files of the source under this folder, by their path in the repository."""
    for file in folder.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    ("folder", "at_least"),
    [
        ("signals/web/templates", {"signals/web/templates/layout.html", "signals/web/templates/work/case.html"}),
        ("signals/web/static", {"signals/web/static/desk.js", "signals/web/static/tokens.css"}),
        ("signals/web/locale", {"signals/web/locale/en/frame.po", "signals/web/locale/en/case.po"}),
    ],
)
def test_what_the_pages_are_made_of_is_in_the_wheel(packed: frozenset[str], folder: str, at_least: set[str]) -> None:
    source = set(kept(ROOT / folder))
    assert at_least <= source
    assert source - packed == set()


def test_everything_of_the_program_is_in_the_wheel(packed: frozenset[str]) -> None:
    assert set(kept(ROOT / "signals")) - packed == set()


def test_nothing_else_is_in_the_wheel(packed: frozenset[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in packed} == {"signals"}
