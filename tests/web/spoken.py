"""Lines of the audit log as they are written, and how the auditor's page says them in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Spoken:
    """A line: its action, subject and detail; then about what it is and its particulars, in Dutch and in English."""

    action: str
    subject: str
    detail: dict[str, Any]
    nl: tuple[str, str]
    en: tuple[str, str]


SPOKEN: Final = (
    Spoken(
        "attempt",
        "case 3",
        {"attempt": 9, "kind": "home-visit", "part": "evening", "reached": False},
        nl=("zaak 3", "contactpoging: 9 soort: Huisbezoek deel van de dag: Avond bereikt: nee"),
        en=("case 3", "contact attempt: 9 kind: Home visit part of the day: Evening reached: no"),
    ),
    Spoken(
        "close",
        "case 3",
        {"cases": [3, 4], "outcome": "already-paid"},
        nl=("zaak 3", "zaken: 3, 4 eindresultaat: Inwoner heeft zelf al betaald/betalingsregeling getroffen"),
        en=("case 3", "cases: 3, 4 outcome: Resident has paid or arranged payment"),
    ),
    Spoken(
        "record-visit",
        "visit-list 5",
        {"stop": 7, "result": "not-at-home"},
        nl=("bezoeklijst 5", "adres op de lijst, nummer: 7 uitkomst: Niet thuis"),
        en=("visiting list 5", "address on the list, number: 7 what came of it: Not at home"),
    ),
    Spoken("view-queue", "queue visits", {}, nl=("werkvoorraad huisbezoeken", ""), en=("queue home visits", "")),
    Spoken("release", "case 3", {"reviewed": False}, nl=("zaak 3", ""), en=("case 3", "")),
    Spoken("release", "letter run", {"cases": 300}, nl=("brievenronde", "zaken: 300"), en=("letter run", "cases: 300")),
    Spoken(
        "release",
        "case 3",
        {"reviewed": True},
        nl=("zaak 3", "ook na een gemeld overlijden: ja"),
        en=("case 3", "also after a reported death: yes"),
    ),
    Spoken(
        "hand-over",
        "case 3",
        {"to": "u1"},
        nl=("zaak 3", "aan: Sanne de Vries (u1)"),
        en=("case 3", "to: Sanne de Vries (u1)"),
    ),
    Spoken(
        "promise",
        "case 3",
        {"kind": "call", "on": "2026-11-02"},
        nl=("zaak 3", "soort: Telefoon dag: 2 november 2026"),
        en=("case 3", "kind: Telephone day: 2 November 2026"),
    ),
    Spoken(
        "mark",
        "case 3",
        {"event": 7, "status": "wrongful"},
        nl=("zaak 3", "signaal: 7 status: Niet opgepakt: onterecht signaal"),
        en=("case 3", "signal: 7 status: Not picked up: wrongful signal"),
    ),
    Spoken(
        "refer",
        "case 3",
        {"referral": 2, "target": "werk-en-inkomen"},
        nl=("zaak 3", "doorverwijzing: 2 waarheen: Werk en inkomen"),
        en=("case 3", "referral: 2 where to: Werk en inkomen"),  # the policy's name of it
    ),
    Spoken(
        "replay",
        "17",
        {"fate": "date-invalid"},
        nl=("bericht in quarantaine 17", "wat ermee gebeurde: Datum klopt niet"),
        en=("message in quarantine 17", "what became of it: Date is wrong"),
    ),
    Spoken(
        "pause-topic",
        "arrears.housing.welbions",
        {"reason": "200 bad records in a row"},
        nl=("aanlevering arrears.housing.welbions", "reden: 200 berichten achter elkaar klopten niet"),
        en=("delivery arrears.housing.welbions", "reason: 200 bad records in a row"),
    ),
    Spoken(
        "pause-topic",
        "arrears.housing.welbions",
        {"reason": "600 of the last 1000 records were bad"},
        nl=("aanlevering arrears.housing.welbions", "reden: 600 van de laatste 1000 berichten klopten niet"),
        en=("delivery arrears.housing.welbions", "reason: 600 of the last 1000 records were bad"),
    ),
    Spoken("partner-contact", "welbions", {}, nl=("partner welbions", ""), en=("partner welbions", "")),
    Spoken("view-partner", "partner welbions", {}, nl=("partner welbions", ""), en=("partner welbions", "")),
    Spoken(
        "view-audit",
        "audit",
        {"filters": ["person", "first"]},
        nl=("logboek", "gevraagd op: wie, vanaf"),
        en=("audit log", "asked by: who, from"),
    ),
    Spoken(
        "sign-in-refused",
        "session",
        {"why": "token-nonce", "more": 4},
        nl=(
            "sessie",
            "waarom: het bewijs van wie iemand is klopt niet (nonce) ook, zonder eigen regel: 4",
        ),
        en=("session", "why: the ID token is not right (nonce) also, without a line of their own: 4"),
    ),
    Spoken(
        "refused",
        "page",
        {"page": "run-release", "code": 403},
        nl=("pagina", "pagina: /brievenronde antwoord: mag niet (403)"),
        en=("page", "page: /brievenronde answer: not allowed (403)"),
    ),
    Spoken(
        "of an older version",
        "something",
        {"colour": "red"},
        nl=("something", "colour: red"),
        en=("something", "colour: red"),
    ),
)
