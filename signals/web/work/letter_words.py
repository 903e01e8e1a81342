"""In which words do the pages of letters say a code? Between `outreach.letters` and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.errors import WrongUseError
from signals.outreach.letters.codes import CODES
from signals.outreach.letters.letter import LetterError
from signals.web.texts import ENGLISH, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signals.errors import SignalsError
    from signals.web.desk import Desk

KINDS: Final = {
    "first": said("Eerste brief"),
    "reminder": said("Herinnering"),
    "announced-visit": said("Aankondiging van een bezoek"),
    "final": said("Laatste brief"),
}
LANGUAGES: Final = {"nl": said("Nederlands"), "en": said("Engels")}
STATES: Final = {
    "released": said("Nog niet op de post"),
    "posted": said("Op de post"),
    "taken-out": said("Uit de ronde gehaald"),
}
WRONG_SET: Final = said(
    "De brieven kunnen niet gemaakt worden: in de teksten of de opmaak van de brieven klopt iets niet. Er is niets "
    "kwijt. Geef door wat hieronder staat aan wie deze installatie beheert."
)
NO_PRINT: Final = said(
    "Een van de brieven kan niet worden gedrukt zoals hij is. Er is niets kwijt. Neem de ronde terug en maak een "
    "nieuwe."
)
NOT_WRITTEN: Final = said(
    "De brieven kunnen nu niet worden bewaard. Er is niets kwijt. Probeer het later opnieuw, of geef door wat "
    "hieronder staat aan wie deze installatie beheert."
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why letters cannot be made: in a sentence, and as it is passed on to who keeps the installation (in English)."""

    problem: str
    told: Sequence[str] = ()


def trouble_of(refusal: SignalsError) -> Trouble:
    """What stood in the way of the press. The text of a refusal names nobody (`signals.errors`)."""
    if isinstance(refusal, LetterError):
        return Trouble(NO_PRINT, [str(refusal)])
    problem = WRONG_SET if isinstance(refusal, WrongUseError) else NOT_WRITTEN
    return Trouble(problem, [line.strip(" -") for line in str(refusal).splitlines()])


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
