"""The documents as the tests read them: their code, their links, their headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    """Every Markdown file that belongs to the project."""
    places = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")]
    return sorted(places)


def name_of(path: Path) -> str:
    """A document as it is named in a test's id."""
    return str(path.relative_to(ROOT))


def blocks(text: str, language: str | None = None) -> list[str]:
    """The fenced code blocks, of one language or of any."""
    return [body for kind, body in _FENCE.findall(text) if language in {None, kind}]


def prose(text: str) -> str:
    """The text without its fenced code blocks."""
    return _FENCE.sub("", text)


def code_lines(text: str) -> list[str]:
    """Every line of code without its comment, and every code span on a line of its own."""
    lines = [line.partition(" # ")[0].rstrip() for block in blocks(text) for line in block.splitlines()]
    return lines + [" ".join(span.split()) for span in _SPAN.findall(prose(text))]


def links(text: str) -> list[str]:
    """The targets of all links outside code."""
    return _LINK.findall(_SPAN.sub("", prose(text)))


def anchors(text: str) -> set[str]:
    """What a link into this document may name: its headings, in the form that code hosts give them."""
    headings = [line.lstrip("#").strip() for line in prose(text).splitlines() if re.match(r"#{1,6} ", line)]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table_rows(text: str) -> list[list[str]]:
    """The cells of all table rows, headers included, rules left out."""
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [row for row in cells if not set(row[0]) <= set("-: ")]
