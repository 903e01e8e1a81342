"""What do the templates read of a letter? Its contents as one JSON document, with days and names as words.

Pure. Everything in it is text that the templates print as it is; what is drawn comes from `marks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from babel.dates import format_date

from signals.outreach.letters.block import POINTS, cleaned
from signals.outreach.letters.marks import code, mark
from signals.outreach.letters.typeface import FAMILY
from signals.outreach.letters.windows import BODY_FROM, WINDOWS
from signals.outreach.letters.wording import told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from signals.outreach.letters.letter import Announced, Letter
    from signals.outreach.letters.sender import Sender
    from signals.outreach.letters.wording import Wording

Document = dict[str, Any]  # JSON, read by the templates
_LOCALES: Final = {"nl": "nl_NL", "en": "en_GB"}
_AND: Final = {"nl": "en", "en": "and"}
_TITLES: Final = {"nl": ("Brief van {}", "Brieven van {}"), "en": ("Letter from {}", "Letters from {}")}
_PARTS: Final = {
    "nl": {
        "morning": "in de ochtend (voor 12.00 uur)",
        "afternoon": "in de middag (tussen 12.00 en 18.00 uur)",
        "evening": "in de avond (na 18.00 uur)",
    },
    "en": {
        "morning": "in the morning (before 12.00)",
        "afternoon": "in the afternoon (between 12.00 and 18.00)",
        "evening": "in the evening (after 18.00)",
    },
}
"""The parts of the day as DDAS divides it (domain.md section 5)."""
_BETWEEN: Final = {"nl": "tussen {} en {} uur", "en": "between {} and {}"}
_AT: Final = {"nl": "om {} uur", "en": "at {}"}


def contents(letters: Sequence[Letter], texts: Wording, pages: Sequence[int], *, asked: bool = False) -> Document:
    """All that the templates need for these letters.

    Args:
        letters: One or more of one sender.
        texts: Those of the sender's letter set.
        pages: On how many pages each stands, as far as one knows; its marks name them.
        asked: Whether the templates tell on how many pages each stands, which takes them longer.
    """
    first = letters[0]
    day = max(letter.date for letter in letters)
    return {
        "title": _TITLES[first.language][len(letters) > 1].format(_name(first.sender, first.language)),
        "language": first.language,
        "date": [day.year, day.month, day.day],
        "typeface": FAMILY,
        "double_sided": first.sender.double_sided,
        "sender": _sender(first.sender),
        "words": {language: found["words"] for language, found in texts.items()},
        "letters": [
            _letter(letter, texts, count) | {"place": place, "asked": asked}
            for place, (letter, count) in enumerate(zip(letters, pages, strict=True))
        ],
    }


def named(partners: Sequence[str], language: str) -> str:
    """Names as a sentence says them: "Welbions, Menzis en Vitens"."""
    *others, last = partners or [""]
    return f"{', '.join(others)} {_AND[language]} {last}" if others else last


def day_said(day: date, language: str) -> str:
    """A day with its weekday: "maandag 14 december 2026"."""
    return format_date(day, "EEEE d MMMM y", _LOCALES[language])


def time_said(visit: Announced, language: str) -> str:
    """When on the day one comes: between two times, at one, or in which part of the day."""
    if visit.begins is None:
        return _PARTS[language][visit.part]
    if visit.ends is None:
        return _AT[language].format(f"{visit.begins:%H.%M}")
    return _BETWEEN[language].format(f"{visit.begins:%H.%M}", f"{visit.ends:%H.%M}")


def _letter(letter: Letter, texts: Wording, pages: int) -> Document:
    window = WINDOWS[letter.sender.window]
    return {
        "number": letter.number,
        "kind": letter.kind,
        "language": letter.language,
        "lines": letter.block.lines,
        "points": POINTS,
        "window": {
            "left": window.left,
            "width": window.width,
            "middle": window.middle,
            "height": window.height,
            "body": BODY_FROM,
        },
        "salutation": cleaned(letter.salutation),
        "date": day_said(letter.date, letter.language),
        "texts": told(letter, texts, _values(letter)),
        "marks": [mark(letter.number, page, pages) for page in range(1, pages + 1)],
    }


def _values(letter: Letter) -> dict[str, str]:
    """What stands in the texts between braces (`sender.PLACES`)."""
    language, sender, visit = letter.language, letter.sender, letter.visit
    return {
        "sender": _name(sender, language),
        "partners": named([cleaned(one) for one in letter.partners], language),
        "date": day_said(letter.date, language),
        "answer_by": day_said(letter.answer_by, language),
        "visit_day": day_said(visit.day, language) if visit else "",
        "visit_time": time_said(visit, language) if visit else "",
        "self_help": sender.self_help_en if language == "en" else sender.self_help,
    }


def _sender(sender: Sender) -> Document:
    return {
        "name": sender.name,
        "name_en": sender.name_en,
        "signed": sender.signed,
        "return_address": sender.return_address,
        "phone": sender.phone,
        "email": sender.email,
        "website": sender.website,
        "hours": sender.hours,
        "hours_en": sender.hours_en,
        "logo": sender.logo,
        "link": sender.link or "",
        "code": list(code(sender.link)) if sender.link else [],
    }


def _name(sender: Sender, language: str) -> str:
    return sender.name_en if language == "en" else sender.name
