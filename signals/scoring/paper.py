"""How is a paper about the score made up, so that a page, a file and a program say the same? Sections in two languages.

Pure. `card` writes one; a page shows it with its own components, the command line as Markdown, HTML or JSON.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

Language = str
LANGUAGES: Final = ("nl", "en")
_STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}"
    "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "caption{font-weight:bold;padding:.5rem 0;text-align:left}"
)


class Words(msgspec.Struct, frozen=True):
    """The same in Dutch and in English."""

    nl: str
    en: str

    def of(self, language: Language) -> str:
        """In this language."""
        return self.en if language == "en" else self.nl


def same(text: object) -> Words:
    """What needs no translation."""
    return Words(str(text), str(text))


_MONTHS: Final = (
    Words("januari", "January"),
    Words("februari", "February"),
    Words("maart", "March"),
    Words("april", "April"),
    Words("mei", "May"),
    Words("juni", "June"),
    Words("juli", "July"),
    Words("augustus", "August"),
    Words("september", "September"),
    Words("oktober", "October"),
    Words("november", "November"),
    Words("december", "December"),
)


def day(value: date) -> Words:
    """2 november 2026."""
    month = _MONTHS[value.month - 1]
    return Words(f"{value.day} {month.nl} {value.year}", f"{value.day} {month.en} {value.year}")


def percent(share: float) -> str:
    """44% of 0.44."""
    return f"{100 * share:.0f}%"


def figure(value: float, decimals: int = 3) -> Words:
    """0,812, or 0.812 in English."""
    text = f"{value:.{decimals}f}"
    return Words(text.replace(".", ","), text)


class PaperTable(msgspec.Struct, frozen=True):
    """A table; the columns in `numbers` (from 0) hold figures."""

    caption: Words
    columns: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    numbers: tuple[int, ...] = ()


class Section(msgspec.Struct, frozen=True):
    """One heading with what stands below it; `key` is what a link leads to."""

    key: str
    heading: Words
    paragraphs: tuple[Words, ...] = ()
    points: tuple[Words, ...] = ()
    tables: tuple[PaperTable, ...] = ()


class Paper(msgspec.Struct, frozen=True):
    """A whole paper."""

    title: Words
    sections: tuple[Section, ...]


def markdown(paper: Paper, language: Language) -> str:
    """As Markdown."""
    return "\n\n".join([f"# {paper.title.of(language)}", *_markdown_parts(paper, language)]) + "\n"


def _markdown_parts(paper: Paper, language: Language) -> Iterator[str]:
    for section in paper.sections:
        yield f"## {section.heading.of(language)}"
        yield from (one.of(language) for one in section.paragraphs)
        if section.points:
            yield "\n".join(f"* {one.of(language)}" for one in section.points)
        for table in section.tables:
            yield f"**{table.caption.of(language)}**"
            yield "\n".join(_markdown_rows(table, language))


def _markdown_rows(table: PaperTable, language: Language) -> Iterator[str]:
    yield _row(column.of(language) for column in table.columns)
    yield _row("---:" if place in table.numbers else "---" for place in range(len(table.columns)))
    for row in table.rows:
        yield _row(cell.of(language).replace("|", "\\|") for cell in row)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def html(paper: Paper, language: Language) -> str:
    """As a page of its own, which needs nothing beside it."""
    title = escape(paper.title.of(language))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        + "\n".join(_html_parts(paper, language))
        + "\n</main>\n</body>\n</html>\n"
    )


def _html_parts(paper: Paper, language: Language) -> Iterator[str]:
    for section in paper.sections:
        yield f"<h2>{escape(section.heading.of(language))}</h2>"
        yield from (f"<p>{escape(one.of(language))}</p>" for one in section.paragraphs)
        if section.points:
            yield "<ul>" + "".join(f"<li>{escape(one.of(language))}</li>" for one in section.points) + "</ul>"
        for table in section.tables:
            yield f"<table><caption>{escape(table.caption.of(language))}</caption>"
            heads = _cells('th scope="col"', "th", table.columns, language)
            yield f"<thead><tr>{heads}</tr></thead><tbody>"
            yield from (f"<tr>{_cells('td', 'td', row, language)}</tr>" for row in table.rows)
            yield "</tbody></table>"


def _cells(start: str, end: str, cells: tuple[Words, ...], language: Language) -> str:
    return "".join(f"<{start}>{escape(cell.of(language))}</{end}>" for cell in cells)
