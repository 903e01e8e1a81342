"""Who writes, and what does a municipality say of itself in its letters? The table `[letter]` of a policy.

Pure. Nothing in it is needed: what is absent is left out of the letter, or has a default that is true everywhere.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from signals.outreach.letters.block import cleaned
from signals.outreach.letters.letter import KINDS, LANGUAGES
from signals.outreach.letters.typeface import printable, width
from signals.outreach.letters.windows import WINDOWS

TEXT_KEYS: Final = (
    "subject",
    "opening",
    "opening_unnamed",
    "choose",
    "help_heading",
    "help",
    "self_heading",
    "self",
    "self_unnamed",
    "source_heading",
    "source",
    "source_unnamed",
    "closing",
)
"""The texts of a letter, in their order; `…_unnamed` stands in where no partner may be named."""
PLACES: Final = ("sender", "partners", "date", "answer_by", "visit_day", "visit_time", "self_help")
"""What a text may hold between braces."""
SELF_HELP: Final = "Geldfit: www.geldfit.nl of 0800 - 8115"
SELF_HELP_EN: Final = "Geldfit: www.geldfit.nl or 0800 - 8115"
STANDARD: Final = "standaard"
_LOGO: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(svg|png)")
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_LONGEST: Final = 2000
_NAME_POINTS: Final = 15.0
_NAME_WIDTH: Final = 240.0
"""Millimetres of the name at the top, in `parts.typ`'s size: two lines; a third would push the rest into the window."""

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Sender:
    """What a letter says of who sends it; an empty text is left out. `texts`: language → kind → key → text."""

    name: str
    name_en: str
    letter_set: str = STANDARD
    window: str = "left"
    double_sided: bool = False
    signed: str = ""
    return_address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    hours: str = ""
    hours_en: str = ""
    self_help: str = SELF_HELP
    self_help_en: str = SELF_HELP_EN
    logo: str = ""
    texts: Texts = field(default_factory=dict)

    @property
    def link(self) -> str | None:
        """What the QR code opens: the website, else the telephone; None: there is no code."""
        if self.website:
            return self.website if "://" in self.website else f"https://{self.website}"
        digits = re.sub(r"[^0-9+]", "", self.phone)
        return f"tel:{digits}" if digits else None


LINES: Final = tuple(
    one.name for one in fields(Sender) if one.name not in {"letter_set", "window", "double_sided", "texts"}
)
"""The keys that are one line of text each."""
KEYS: Final = (*LINES, "window", "double_sided", "texts")


def sender_from(written: object, municipality: str, letter_set: str) -> tuple[Sender, list[str]]:
    """Read `[letter]`: the sender and every fault, each naming its key; usable only without faults.

    Args:
        written: The table, or None.
        municipality: The policy's name for it.
        letter_set: Which templates it uses.
    """
    faults: list[str] = []
    table = _table("letter", {} if written is None else written, KEYS, faults)
    said = {key: _line(key, table[key], faults) for key in LINES if key in table}
    given = {"name": f"Gemeente {municipality}", "name_en": f"Municipality of {municipality}"} | said
    sender = Sender(
        **given,
        letter_set=letter_set,
        window=_window(table, faults),
        double_sided=_double_sided(table, faults),
        texts=_texts(table.get("texts", {}), faults),
    )
    return sender, faults


def _table(where: str, written: object, known: tuple[str, ...], faults: list[str]) -> Mapping[str, object]:
    if not isinstance(written, Mapping):
        faults.append(f"{where}: must be a table: write [{where}] on a line of its own")
        return {}
    for key in (one for one in written if one not in known):
        close = difflib.get_close_matches(key, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"known here are {', '.join(known)}"
        faults.append(f"{where}.{key}: is not a key of letters; {hint}")
    return {key: value for key, value in written.items() if key in known}


def _line(key: str, value: object, faults: list[str]) -> str:
    if not isinstance(value, str) or not cleaned(value) or len(value) > 200:
        faults.append(
            f"letter.{key}: must be a text between quotes, of at most 200 characters; leave it out if there is none"
        )
        return ""
    if key == "logo" and not _LOGO.fullmatch(value):
        faults.append("letter.logo: must be the name of a file in the letter set, such as logo.svg or logo.png")
    if key in {"name", "name_en"} and width(cleaned(value), _NAME_POINTS) > _NAME_WIDTH:
        faults.append(f"letter.{key}: takes more than two lines at the top of a letter; write a shorter one")
    return _with_letters(f"letter.{key}", cleaned(value), faults)


def _with_letters(where: str, text: str, faults: list[str]) -> str:
    missing = sorted(letter for letter in set(text) - {"\n"} if not printable(letter))
    if missing:
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in missing[:5])
        faults.append(f"{where}: has characters that letters cannot be printed with: {codes}")
    return text


def _window(table: Mapping[str, object], faults: list[str]) -> str:
    value = table.get("window", "left")
    if isinstance(value, str) and value in WINDOWS:
        return value
    faults.append(f"letter.window: must be one of {', '.join(WINDOWS)}")
    return "left"


def _double_sided(table: Mapping[str, object], faults: list[str]) -> bool:
    value = table.get("double_sided", False)
    if isinstance(value, bool):
        return value
    faults.append("letter.double_sided: must be true or false, without quotes")
    return False


def _texts(written: object, faults: list[str]) -> Texts:
    languages = _table("letter.texts", written, LANGUAGES, faults)
    return {
        language: {
            kind: _of_kind(f"letter.texts.{language}.{kind}", texts, faults)
            for kind, texts in _table(f"letter.texts.{language}", kinds, KINDS, faults).items()
        }
        for language, kinds in languages.items()
    }


def _of_kind(where: str, written: object, faults: list[str]) -> dict[str, str]:
    return {
        key: _text(f"{where}.{key}", text, faults) for key, text in _table(where, written, TEXT_KEYS, faults).items()
    }


def _text(where: str, text: object, faults: list[str]) -> str:
    if not isinstance(text, str) or len(text) > _LONGEST:
        faults.append(f"{where}: must be a text between quotes, of at most {_LONGEST} characters")
        return ""
    known = f"between braces may stand {', '.join(PLACES)}"
    faults += [f"{where}: {{{place}}} is not known; {known}" for place in _PLACE.findall(text) if place not in PLACES]
    paragraphs = (cleaned(one) for one in re.split(r"\n\s*\n", text))
    return _with_letters(where, "\n\n".join(one for one in paragraphs if one), faults)
