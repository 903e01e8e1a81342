"""Every Dutch sentence that a page can show: those of the templates, and those that the code marks."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2.ext import babel_extract

from signals.web import templating

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE: Final = Path(templating.__file__).parent
MARKS: Final = {"said", "text", "translate"}  # texts.said("…"), desk.text("…"), texts.translate(language, "…")


def of_templates() -> dict[str, str]:
    """Each sentence with where it stands."""
    found: dict[str, str] = {}
    for path in sorted(templating.FOLDER.rglob("*.html")):
        with path.open("rb") as file:
            for line, _, arguments, _ in babel_extract(file, ("_",), (), {}):
                sentence = arguments[0] if isinstance(arguments, tuple) else arguments
                if sentence:  # None: it is no literal, so the code marks it
                    found.setdefault(sentence, f"{path.relative_to(CODE)}:{line}")
    return found


def of_code() -> dict[str, str]:
    """Each sentence with where it stands."""
    found: dict[str, str] = {}
    for path in sorted(CODE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _name(call.func) in MARKS:
                for sentence in _texts(call):
                    found.setdefault(sentence, f"{path.relative_to(CODE)}:{call.lineno}")
    return found


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _texts(call: ast.Call) -> Iterator[str]:
    """The literal sentences of the first two arguments; also both of `a if b else c`."""
    for argument in call.args[:2]:
        for part in ast.walk(argument):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
