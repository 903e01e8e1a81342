"""docs/dependencies.md names every direct dependency with its licence, and nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, files, metadata

import pytest

from tests.docs.pages import ROOT, table_rows

NAME = re.compile(r"[A-Za-z0-9._-]+")
# How packages that state no SPDX expression name their licence.
WORDS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# What has an environment of its own (`make bench`), and so may be absent here.
ELSEWHERE = {match[0] for line in PROJECT["optional-dependencies"]["bench"] if (match := NAME.match(line))}


def declared() -> set[str]:
    """The direct dependencies by name: to run, embedded, to develop, to measure, to build."""
    wanted = [*PROJECT["dependencies"], *(one for many in PROJECT["optional-dependencies"].values() for one in many)]
    wanted += (ROOT / "requirements-build.in").read_text("utf-8").splitlines()
    return {match[0].lower() for line in wanted if (match := NAME.match(line))}


def documented() -> dict[str, list[str]]:
    """The rows of the page by package."""
    rows = table_rows((ROOT / "docs" / "dependencies.md").read_text("utf-8"))
    return {row[0].strip("`"): row for row in rows if row[0].startswith("`")}


def stated_licence(package: str) -> str:
    """The licence that the installed package states: an expression, the family, or the head of the licence's text."""
    facts = metadata(package)
    if expressions := facts.get_all("License-Expression"):
        return str(expressions[0])
    classifiers = facts.get_all("Classifier") or []
    families = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: OSI")]
    if families:
        return WORDS[families[0]]
    stated = [words for words in facts.get_all("License") or () if words != "LICENSE"] or [headline(package)]
    return WORDS.get(str(stated[0]), str(stated[0]))


def headline(package: str) -> str:
    """The first line of the licence that the package carries."""
    [path] = [one for one in files(package) or () if one.name.startswith("LICENSE")]
    return path.read_text("utf-8").splitlines()[0]


def is_installed(package: str) -> bool:
    try:
        metadata(package)
    except PackageNotFoundError:
        return False
    return True


def test_the_page_has_every_dependency_and_no_other() -> None:
    assert set(documented()) == declared()


@pytest.mark.parametrize("package", sorted(declared()))
def test_a_row_is_complete_and_its_licence_true(package: str) -> None:
    row = documented()[package]
    assert len(row) == 4
    assert all(row)
    if package in ELSEWHERE and not is_installed(package):
        pytest.skip(f"{package} is installed by `make bench`, in an environment of its own")
    assert row[2].startswith(stated_licence(package))
