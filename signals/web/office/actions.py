"""In which words do the logs say what was done? Codes of the audit log and the processing log, in the page's language.

A test finds the codes that are written anywhere and have no words here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.web.texts import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.web.desk import Desk

ACTIONS: Final = {
    "sign-in": said("Aangemeld"),
    "sign-in-refused": said("Aanmelden geweigerd"),
    "sign-out": said("Afgemeld"),
    "view-case": said("Zaak bekeken"),
    "view-queue": said("Werkvoorraad bekeken"),
    "view-run": said("Brievenronde bekeken"),
    "search": said("Gezocht"),
    "view-audit": said("Logboek bekeken"),
    "export-audit": said("Logboek geëxporteerd"),
    "view-processing": said("Verwerkingen bekeken"),
    "claim": said("Zaak opgepakt"),
    "let-go": said("Zaak teruggegeven"),
    "hand-over": said("Zaak overgedragen aan een collega"),
    "hand-to-team": said("Zaak overgedragen aan een team"),
    "release": said("Vrijgegeven"),
    "attempt": said("Contactpoging vastgelegd"),
    "undo-attempt": said("Contactpoging ongedaan gemaakt"),
    "promise": said("Afspraak vastgelegd"),
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
    "quarantine-original": said("Bericht in quarantaine bekeken"),
    "replay": said("Bericht opnieuw ingelezen"),
    "pause-topic": said("Aanlevering gepauzeerd"),
    "resume-topic": said("Aanlevering hervat"),
}

SUBJECTS: Final = {
    "case": said("zaak"),
    "household": said("huishouden"),
    "audit": said("logboek"),
    "session": said("sessie"),
    "search": said("zoekvraag"),
    "queue": said("werkvoorraad"),
}
"""The first word of what a line is about."""


def action_words(desk: Desk, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Each code with its words; a code of an older version that nobody knows any more stands for itself."""
    return [(code, desk.text(ACTIONS[code]) if code in ACTIONS else code) for code in codes]


def subject_words(desk: Desk, subject: str) -> str:
    """What a line is about, its first word in the language of the page: "case 12" gives "zaak 12"."""
    kind, space, rest = subject.partition(" ")
    return (desk.text(SUBJECTS[kind]) if kind in SUBJECTS else kind) + space + rest


def subject_code(desk: Desk, words: str) -> str:
    """What `subject_words` was given; other words stay as they are."""
    kind, space, rest = words.partition(" ")
    codes = {desk.text(word).casefold(): code for code, word in SUBJECTS.items()}
    return codes.get(kind.casefold(), kind) + space + rest
