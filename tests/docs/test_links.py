"""No document sends its reader to a place that is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.docs.pages import ROOT, anchors, documents, links, name_of

if TYPE_CHECKING:
    from pathlib import Path

PARTS: Final = ["## Context", "## Decision", "## Consequences"]


def broken(page: Path) -> list[str]:
    """The relative links of `page` that lead nowhere."""
    return [link for link in links(page.read_text("utf-8")) if "://" not in link and not _leads(page, link)]


def _leads(page: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    place = page if not target else (page.parent / target).resolve()
    if not place.exists():
        return False
    return not anchor or anchor in anchors(place.read_text("utf-8"))


@pytest.mark.parametrize("page", documents(), ids=name_of)
def test_relative_links_lead_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Two words\n\n[a](#two-words) [b](#three) [c](gone.md) [d](page.md)\n", "utf-8")
    assert broken(page) == ["#three", "gone.md"]


def test_the_documents_are_found() -> None:
    assert {"README.md", "docs/operations.md", "deploy/README.md"} <= {name_of(page) for page in documents()}


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    named = {link for link in links((folder / "README.md").read_text("utf-8")) if link.startswith("0")}
    assert named == {page.name for page in folder.glob("0*.md")}


@pytest.mark.parametrize(
    "page", [page for page in documents() if page.name.startswith("00")], ids=lambda page: str(page.name)
)
def test_a_decision_has_its_parts(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = text.splitlines()
    assert len(lines) <= 60
    assert lines[0].startswith(f"# {page.name[:4]}. ")
    assert [line for line in lines if line.startswith("## ")] == PARTS
    assert re.search(r"Status: (proposed|accepted|replaced)", text)
    assert re.search(r"20\d\d-\d\d-\d\d", text)
