"""In which words do the pages speak of a round of visits: its day, who go, and why something cannot be?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from babel.dates import format_date

from signals.outreach.visits.words import VISIT_ERRORS
from signals.web.texts import ENGLISH
from signals.web.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from signals.outreach.visits.lists import VisitError
    from signals.outreach.work.people import Actor

LOCALES: Final = {"nl": "nl_NL", "en": "en_GB"}


def long_day(on_day: date, language: str) -> str:
    """A day with its weekday: "dinsdag 24 november 2026"."""
    return format_date(on_day, "EEEE d MMMM y", locale=LOCALES[language])


def weekday(number: int, language: str) -> str:
    """The day of the week: 2 is "dinsdag"."""
    return format_date(date(2024, 1, number), "EEEE", locale=LOCALES[language])


def when(on_day: date, part: str, language: str) -> str:
    """A part of a day: "dinsdag 24 november 2026, avond"."""
    return f"{long_day(on_day, language)}, {word('part', part, language).lower()}"


def names_of(pair: Sequence[Actor], language: str) -> str:
    """Who go: "Bram de Wit en Chantal Oost"."""
    return (" and " if language == ENGLISH else " en ").join(one.name for one in pair)


def of(words: Mapping[str, tuple[str, str]], code: str, language: str) -> str:
    """The words of a code of `outreach.visits.words`; a code that nobody knows any more stands for itself."""
    return words.get(code, (code, code))[language == ENGLISH]


def refusal(error: VisitError, language: str) -> str:
    """Why an act on a list was refused, and what to do."""
    return of(VISIT_ERRORS, error.code, language)
