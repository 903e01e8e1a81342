"""In which words do the pages of letters say a code? Between `outreach.letters` and the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.outreach.letters.codes import CODES
from signals.web.texts import ENGLISH, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signals.web.desk import Desk

KINDS: Final = {
    "first": said("Eerste brief"),
    "reminder": said("Herinnering"),
    "final": said("Laatste brief"),
}
LANGUAGES: Final = {"nl": said("Nederlands"), "en": said("Engels")}
STATES: Final = {
    "released": said("Nog niet op de post"),
    "posted": said("Op de post"),
    "taken-out": said("Uit de ronde gehaald"),
}


def code_words(language: str, code: str) -> str:
    """Why a case has no letter, as a sentence begins; a code of another version stands for itself."""
    nl, en = CODES.get(code, (code, code))
    words = en if language == ENGLISH else nl
    return words[:1].upper() + words[1:]


def by_reason(desk: Desk, found: Iterable[tuple[int, str]]) -> list[tuple[str, Sequence[int]]]:
    """Each reason in words with the cases of which it is said, the most frequent reason first."""
    cases: dict[str, list[int]] = {}
    for case, code in found:
        cases.setdefault(code_words(desk.language, code), []).append(case)
    return sorted(cases.items(), key=lambda one: (-len(one[1]), one[0]))


def chosen(text: str, known: Iterable[str], default: str = "") -> str:
    """What was asked for, where it is one of these; else the default."""
    return text if text in known else default
