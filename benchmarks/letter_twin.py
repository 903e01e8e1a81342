"""The same letter in HTML, made by WeasyPrint: the peer of the letters' benchmark.

It says the same words, has the same typeface, code and mark, and is PDF/UA-1 too. What WeasyPrint can keep from one
letter to the next (typefaces, style sheet, images) it keeps.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.letters import typeface
from signals.outreach.letters.contents import contents
from signals.outreach.letters.sets import STANDARD, set_folder
from signals.outreach.letters.wording import wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from signals.outreach.letters.letter import Letter

_STYLE: Final = """
@font-face { font-family: letters; src: url("%(folder)s/SourceSansPro-Regular.otf") }
@font-face { font-family: letters; font-weight: bold; src: url("%(folder)s/SourceSansPro-Bold.otf") }
@page { size: A4; margin: 18mm 25mm 16mm }
body { font: 11pt/1.35 letters; margin: 0 }
article { break-before: page; position: relative; height: 262mm }
header { height: 22mm; font-size: 15pt; font-weight: bold }
header p { font-size: 8pt; font-weight: normal }
address { position: absolute; left: 10mm; top: 38mm; width: 70mm; font-style: normal }
main { padding-top: 58mm }
h1 { font-size: 15pt; margin: 2mm 0 }
h2 { font-size: 12pt; margin: 4mm 0 1mm }
p { margin: 0 0 2mm }
.code { float: right; width: 24mm }
.mark { position: absolute; left: -20mm; bottom: 0; width: 8mm }
"""


class Twin:
    """WeasyPrint, ready to make letters.

    Raises:
        RuntimeError: it is not installed; `make bench` makes an environment that has it.
    """

    def __init__(self) -> None:
        try:
            import weasyprint  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - only with `make bench`
            from weasyprint.text.fonts import (  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - as above
                FontConfiguration,
            )
        except ImportError as error:
            raise RuntimeError("WeasyPrint is not installed; measure with `make bench BENCH_ARGS=letters`") from error
        self._html: Any = weasyprint.HTML
        self._fonts: Any = FontConfiguration()
        style = _STYLE % {"folder": typeface.folder().as_uri()}
        self._style: Any = weasyprint.CSS(string=style, font_config=self._fonts)
        self._texts = wording(set_folder(STANDARD, None), STANDARD)
        self._images: dict[str, Any] = {}

    def single(self, letters: Sequence[Letter], folder: Path) -> None:
        """A file for each letter."""
        for letter in letters:
            (folder / f"{letter.number}.pdf").write_bytes(self._made([letter]))

    def merged(self, letters: Sequence[Letter], folder: Path) -> None:
        """All letters in one file."""
        (folder / "run.pdf").write_bytes(self._made(letters))

    def _made(self, letters: Sequence[Letter]) -> bytes:
        document = contents(letters, self._texts, (1,) * len(letters))
        pages = "".join(_page(one, document["sender"], document["words"]["nl"]) for one in document["letters"])
        head = f"<title>{escape(document['title'])}</title>"
        made: bytes = self._html(string=f'<html lang="nl"><head>{head}</head><body>{pages}</body></html>').write_pdf(
            stylesheets=[self._style], font_config=self._fonts, pdf_variant="pdf/ua-1", cache=self._images
        )
        return made


def _page(letter: dict[str, Any], sender: dict[str, Any], words: dict[str, str]) -> str:
    texts = letter["texts"]
    ways = f"<li>{words['call']}<b>{sender['phone']}</b> ({sender['hours']})</li>"
    ways += "".join(
        f"<li>{words[one]}<b>{sender[key]}</b></li>" for one, key in (("mail", "email"), ("look", "website"))
    )
    code = f'<img class="code" alt="{words["code"]}{sender["link"]}" src="{_png(bytes(sender["code"]))}">'
    parts = [
        f"<header>{sender['name']}<p>{words['back']}{sender['return_address']}</p></header>",
        f"<address>{'<br>'.join(map(escape, letter['lines']))}</address>",
        f"<main><p>{letter['date']}</p><h1>{texts['subject']}</h1><p>{escape(letter['salutation'])}</p>",
        f"{_paragraphs(texts['opening'])}<b>{_paragraphs(texts['choose'])}</b>{code}",
        f"<h2>{texts['help_heading']}</h2>{_paragraphs(texts['help'])}<ul>{ways}</ul>",
        f"<h2>{texts['self_heading']}</h2>{_paragraphs(texts['self'])}",
        f"<h2>{texts['source_heading']}</h2>{_paragraphs(texts['source'])}",
        f"<p>{words['greeting']}<br>{sender['name']}<br>{sender['signed']}</p></main>",
        f'<img class="mark" alt="" src="{_svg(letter["marks"][0])}">',
    ]
    return f"<article>{''.join(parts)}</article>"


def _paragraphs(texts: Sequence[Sequence[str]]) -> str:
    return "".join(f"<p>{escape(''.join(one))}</p>" for one in texts)


def _png(drawn: bytes) -> str:
    return f"data:image/png;base64,{b64encode(drawn).decode()}"


def _svg(drawn: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
