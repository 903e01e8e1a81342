"""Which words does a letter say? The texts of its set, with its names and days filled in.

What is filled in is text and is not looked at again: a name between braces stays one. The texts of a policy stand in
the place of the set's.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from signals.errors import FaultsError
from signals.outreach.letters.letter import KINDS, LANGUAGES
from signals.outreach.letters.sender import PLACES, TEXT_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from signals.outreach.letters.letter import Letter

WORDS: Final = ("back", "call", "mail", "look", "visit", "code", "addressed", "greeting")
"""The short words of the templates."""
CARD_KEYS: Final = ("subject", "opening", "closing")
_UNNAMED: Final = "_unnamed"
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_KEPT: Final = re.compile(r"(\b(?:https?://|www\.)\S*\w|\b\d{1,2} \w+ \d{4}\b|\b\d[\d -]{5,}\d\b)")
"""Addresses of pages, dates and telephone numbers."""
_BLANK_LINE: Final = re.compile(r"\n\s*\n")

Wording = dict[str, dict[str, dict[str, str]]]  # language → kind, or `words` → key → text


@lru_cache(maxsize=16)
def wording(folder: Path, name: str) -> Wording:
    """The texts of the set of this name, all that are needed.

    Raises:
        FaultsError: a file cannot be read, a text is missing, or holds a place that nothing is filled in at; all of
            them at once.
    """
    where = f"letter set {name}"  # its files lie together in a folder that nobody knows (`sets`)
    found = {language: _read(folder / f"{language}.toml", where) for language in LANGUAGES}
    faults = [fault for language, texts in found.items() for fault in _faults(language, texts)]
    if faults:
        raise FaultsError(where, faults)
    return found


def told(letter: Letter, texts: Wording, values: Mapping[str, str]) -> dict[str, str | list[list[str]]]:
    """The texts of one letter: headings as they are, all else as paragraphs, each in pieces (see `in_pieces`)."""
    own = letter.sender.texts.get(letter.language, {}).get(letter.kind, {})
    chosen = _named(texts[letter.language][letter.kind] | dict(own), bool(letter.partners))
    return {
        key: filled(text, values) if _is_heading(key) else [in_pieces(filled(one, values)) for one in paragraphs(text)]
        for key, text in chosen.items()
    }


def in_pieces(text: str) -> list[str]:
    """The text, cut so that every second piece is one that must not be broken at the end of a line."""
    return _KEPT.split(text)


def _read(path: Path, where: str) -> dict[str, dict[str, str]]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultsError(where, [f"{path.name}: cannot be read as TOML: {error}"]) from error
    return {"words": tables.get("words", {})} | {kind: tables.get("all", {}) | tables.get(kind, {}) for kind in KINDS}


def _faults(language: str, texts: dict[str, dict[str, str]]) -> list[str]:
    wanted = {"words": WORDS} | {kind: CARD_KEYS if kind == "card" else TEXT_KEYS for kind in KINDS}
    missing = [
        f"{language}.toml: [{table}] has no text {key}"
        for table, keys in wanted.items()
        for key in keys
        if not isinstance(texts[table].get(key), str)
    ]
    strange = {place for table in KINDS for text in texts[table].values() for place in _PLACE.findall(str(text))} - set(
        PLACES
    )
    return missing + [
        f"{language}.toml: {{{place}}} is not known; write one of {', '.join(PLACES)}" for place in sorted(strange)
    ]


def _named(texts: dict[str, str], named: bool) -> dict[str, str]:  # noqa: FBT001 - the one question that it answers
    """With `…_unnamed` in the place of what names a partner, where none may be named."""
    if named:
        return {key: text for key, text in texts.items() if not key.endswith(_UNNAMED)}
    return {key: texts.get(key + _UNNAMED, text) for key, text in texts.items() if not key.endswith(_UNNAMED)}


def _is_heading(key: str) -> bool:
    return key == "subject" or key.endswith("_heading")


def paragraphs(text: str) -> list[str]:
    """The parts of a text between its empty lines, each on one line."""
    lines = (" ".join(one.split()) for one in _BLANK_LINE.split(text))
    return [line for line in lines if line]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with these values in the places of their names; other places stay as they are."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
