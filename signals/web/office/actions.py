"""In which words do the logs say what was done, and about what? Codes of both logs, in the language of the page.

A test finds the codes that are written anywhere and have no words here. The particulars of a line: `particulars`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from signals.web.texts import LANGUAGES, said, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from signals.web.desk import Desk

ACTIONS: Final = {
    "sign-in": said("Aangemeld"),
    "sign-in-refused": said("Aanmelden geweigerd"),
    "sign-out": said("Afgemeld"),
    "end-sessions": said("Sessies beëindigd"),
    "refused": said("Toegang geweigerd"),
    "view-case": said("Zaak bekeken"),
    "view-queue": said("Werkvoorraad bekeken"),
    "view-run": said("Brievenronde bekeken"),
    "view-summary": said("Overzicht van alle zaken opgevraagd"),
    "search": said("Gezocht"),
    "search-again": said("Wat gevonden was opnieuw bekeken"),
    "view-overview": said("Overzicht bekeken"),
    "view-partners": said("Partners bekeken"),
    "view-partner": said("Partner bekeken"),
    "view-audit": said("Logboek bekeken"),
    "view-households": said("Opgevraagd welke huishoudens iemand zag"),
    "export-audit": said("Logboek geëxporteerd"),
    "view-processing": said("Verwerkingen bekeken"),
    "find-person": said("Persoon opgezocht voor inzage"),
    "answer-access": said("Antwoord op een vraag om inzage gemaakt"),
    "claim": said("Zaak opgepakt"),
    "let-go": said("Zaak teruggegeven"),
    "hand-over": said("Zaak overgedragen aan een collega"),
    "take-back": said("Overdracht teruggenomen"),
    "hand-to-team": said("Zaak overgedragen aan een team"),
    "release": said("Vrijgegeven"),
    "release-letters": said("Brievenronde vrijgegeven"),
    "write-letters": said("Brieven gemaakt voor de drukker"),
    "view-letter": said("Brief bekeken"),
    "take-out-letter": said("Brief uit de ronde gehaald"),
    "letter-returned": said("Teruggekomen brief vastgelegd"),
    "letter-returned-undone": said("Teruggekomen brief doorgehaald"),
    "write-street": said("Straat en plaats met de hand geschreven"),
    "remove-street": said("Met de hand geschreven straat weggehaald"),
    "keep-visit-setting": said("Instelling voor bezoeken bewaard"),
    "remove-visit-setting": said("Instelling voor bezoeken verwijderd"),
    "plan-visits": said("Bezoeklijst gemaakt"),
    "view-visits": said("Bezoeklijst bekeken"),
    "print-visits": said("Bezoeklijst afgedrukt"),
    "print-cards": said("Kaartjes afgedrukt"),
    "release-visits": said("Bezoeklijst vrijgegeven"),
    "record-visit": said("Bezoek vastgelegd"),
    "edit-visits": said("Bezoeklijst gewijzigd"),
    "end-visits": said("Bezoeklijst beëindigd"),
    "opt-out-visit": said("Vastgelegd dat een inwoner geen bezoek wil"),
    "lift-unsafe": said("Vastgelegd dat het weer veilig is aan de deur"),
    "look": said("Dreiging of overlijden bekeken"),
    "undo-look": said("Bekeken teruggenomen"),
    "attempt": said("Contactpoging vastgelegd"),
    "undo-attempt": said("Contactpoging ongedaan gemaakt"),
    "promise": said("Afspraak vastgelegd"),
    "cancel-promise": said("Afspraak afgezegd"),
    "same-person": said("Beslist: dezelfde persoon"),
    "different-persons": said("Beslist: verschillende personen"),
    "undo-link": said("Beslissing over een persoon teruggenomen"),
    "note": said("Notitie geschreven"),
    "undo-note": said("Notitie doorgehaald"),
    "change-route": said("Route gewijzigd"),
    "mark": said("Signaal niet opgepakt"),
    "take-back-mark": said("Niet oppakken teruggenomen"),
    "refer": said("Doorverwezen"),
    "refer-result": said("Uitkomst van een doorverwijzing"),
    "close": said("Zaak afgesloten"),
    "reopen": said("Zaak heropend"),
    "partners": said("Partners aangemeld of gewijzigd"),
    "partner-contact": said("Contactpunt van een partner gewijzigd"),
    "policy": said("Beleid geladen"),
    "caseload-import": said("Lijst van bekende inwoners ingelezen"),
    "exclusion-import": said("Uitsluitingslijst ingelezen"),
    "addresses-import": said("Adressenregister ingelezen"),
    "score-train": said("Model geleerd uit de eigen historie"),
    "score-activate": said("Model in gebruik genomen"),
    "score-rollback": said("Teruggegaan naar wat ervoor in gebruik was"),
    "score-to-framework": said("Teruggegaan naar het afwegingskader"),
    "score-trial": said("Model op proef gezet"),
    "score-trial-end": said("Proef met een model beëindigd"),
    "quarantine-original": said("Bericht in quarantaine bekeken"),
    "replay": said("Bericht opnieuw ingelezen"),
    "pause-topic": said("Aanlevering gepauzeerd"),
    "resume-topic": said("Aanlevering hervat"),
}

SUBJECTS: Final = {
    "letter run": said("brievenronde"),
    "case": said("zaak"),
    "household": said("huishouden"),
    "visit-list": said("bezoeklijst"),
    "visit-setting": said("instelling voor bezoeken"),
    "person": said("persoon"),
    "audit": said("logboek"),
    "session": said("sessie"),
    "search": said("zoekvraag"),
    "queue": said("werkvoorraad"),
    "overview": said("overzicht"),
    "summary": said("samenvatting"),
    "partners": said("partners"),
    "partner": said("partner"),
    "policy": said("beleid"),
    "municipality": said("gemeente"),
    "addresses": said("adressenregister"),
    "topic": said("aanlevering"),
    "quarantine": said("bericht in quarantaine"),
    "page": said("pagina"),
    "model": said("model"),
    "framework": said("afwegingskader"),
}
"""With what the subject of a line begins."""
QUEUES: Final = {
    "visits": said("Huisbezoeken"),
    "letters": said("Brieven"),
    "follow-up": said("Vervolg"),
    "review": said("Beoordelen"),
}
# Lines of commands and of the intake name a thing without saying of what kind it is; the action says that.
BARE: Final = {
    "partners": "partner",
    "partner-contact": "partner",
    "policy": "policy",
    "caseload-import": "municipality",
    "exclusion-import": "municipality",
    "quarantine-original": "quarantine",
    "replay": "quarantine",
    "pause-topic": "topic",
    "resume-topic": "topic",
}
VISITORS: Final = {
    "nobody": said("niemand, niet aangemeld"),
    "worker": said("de inname van signalen"),
    "cli": said("op de opdrachtregel"),  # followed by who was signed in to that machine: "cli:beheer"
}
"""Who acts without being a person that signed in."""
_ROOM: Final = re.compile(r",\s*")


def action_words(desk: Desk, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Each code with its words; a code of an older version that nobody knows any more stands for itself."""
    return [(code, desk.text(ACTIONS[code]) if code in ACTIONS else code) for code in codes]


def subject_words(desk: Desk, subject: str, action: str = "") -> str:
    """What a line is about, in the language of the page: "case 12" gives "zaak 12", "17" of a replay its kind too.

    Where it names several, there is room after each comma: else the longest of them decides how wide the table is.
    """
    subject = _ROOM.sub(", ", subject)
    kind, rest = _parted(subject, {code: code for code in SUBJECTS})
    if not kind and action in BARE:
        kind, rest = BARE[action], subject
    words = desk.text(QUEUES[rest]).lower() if kind == "queue" and rest in QUEUES else rest
    return f"{desk.text(SUBJECTS[kind])} {words}".rstrip() if kind else subject


def subject_codes(words: str) -> tuple[str, ...]:
    """All subjects that somebody can mean who writes `words` as the page shows them, in either language."""
    words = _ROOM.sub(",", words)
    found = {words}
    for language in LANGUAGES:
        kind, rest = _parted(words, _said_in(language, SUBJECTS))
        if kind:
            queue = _parted(rest, _said_in(language, QUEUES))[0] if kind == "queue" else ""
            found.add(f"{kind} {queue or rest}".rstrip())
            if kind in BARE.values():
                found.add(rest)
    return tuple(sorted(found - {""}))


def _said_in(language: str, words: Mapping[str, str]) -> dict[str, str]:
    """The codes by their words in this language."""
    return {translate(language, word): code for code, word in words.items()}


def _parted(text: str, kinds: Mapping[str, str]) -> tuple[str, str]:
    """The code of the kind with whose words `text` begins, and what follows it; two empty texts when there is none."""
    for words, code in kinds.items():
        before, rest = text[: len(words)], text[len(words) :]
        if before.casefold() == words.casefold() and (not rest or rest.startswith(" ")):
            return code, rest.strip()
    return "", ""
