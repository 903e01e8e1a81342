"""Every line of a history reads as a sentence, in Dutch and in English."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

import signals.outreach
from signals.outreach.work.words import KINDS, told

WELBIONS: Final = {"partner": "welbions", "reference": "R1"}
_WRITTEN: Final = re.compile(
    r"""(?:writing\.line\([\w.]+|tell\(\s*cursor,\s*[^,]+,\s*actor|HistoryRow\([\w.]+,\s\w+|yield\s[\w.]+)
    ,\s*"([a-z-]+)\"""",
    re.VERBOSE,
)
LINES: Final[list[tuple[str, dict[str, Any], str, str]]] = [
    ("opened", {"route": "home-visit", "policy": 1}, "Zaak geopend, route huisbezoek", "Case opened, route home visit"),
    (
        "amount",
        {**WELBIONS, "before": {"amount": 61250, "crisis": None}, "after": {"amount": 70005, "crisis": "eviction"}},
        "Achterstand bij Welbions (R1) van € 612,50 naar € 700,05 (dreigende huisuitzetting)",
        "Arrears at Welbions (R1) from € 612.50 to € 700.05 (eviction)",
    ),
    (
        "amount",
        {**WELBIONS, "before": {"amount": 109004, "crisis": None}, "after": {"amount": 9004, "crisis": None}},
        "Achterstand bij Welbions (R1) van € 1.090,04 naar € 90,04",
        "Arrears at Welbions (R1) from € 1,090.04 to € 90.04",
    ),
    (
        "amount",
        {**WELBIONS, "before": {"amount": 61250, "crisis": None}, "after": {"amount": 61250, "crisis": "eviction"}},
        "Welbions (R1) meldt: dreigende huisuitzetting",
        "Welbions (R1) reports: eviction",
    ),
    (
        "amount",
        {**WELBIONS, "before": {"amount": 61250, "crisis": "eviction"}, "after": {"amount": 61250, "crisis": None}},
        "Welbions (R1) meldt: wat dreigde is voorbij",
        "Welbions (R1) reports: the threat is over",
    ),
    (
        "withdrawn",
        {**WELBIONS, "reason": "arrangement"},
        "Ingetrokken door Welbions (R1): betalingsregeling",
        "Withdrawn by Welbions (R1): payment arrangement",
    ),
    (
        "report",
        {**WELBIONS, "signalledOn": "2026-11-02", "status": "repeat"},
        "Signaal van Welbions (R1), 2 november 2026",
        "Signal of Welbions (R1), 2 November 2026",
    ),
    (
        "attempt",
        {"attempt": 1, "kind": "home-visit", "onDay": "2026-11-21", "part": "evening", "reached": False},
        "Contactpoging: Huisbezoek, 21 november 2026, avond: niet bereikt",
        "Contact attempt: home visit, 21 November 2026, evening: not reached",
    ),
    (
        "attempt",
        {"attempt": 1, "kind": "letter", "onDay": "2026-11-21", "part": None, "reached": True},
        "Contactpoging: Brief, 21 november 2026: bereikt",
        "Contact attempt: letter, 21 November 2026: reached",
    ),
    (
        "route-changed",
        {"before": "home-visit", "after": "letter", "reason": "paid"},
        "Route veranderd van huisbezoek naar brief: paid",  # a person's own words are not translated
        "Route changed from home visit to letter: paid",
    ),
    (
        "closed-by-person",
        {"outcome": "no-response"},
        "Gesloten: Geen reactie na eerder contact",
        "Closed: No response after earlier contact",
    ),
    (
        "not-picked-up",
        {**WELBIONS, "status": "known-to-debt-help", "reason": "x"},
        "Signaal van Welbions (R1) niet in behandeling: inwoner al bekend bij schuldhulpverlening. x",
        "Signal of Welbions (R1) not picked up: resident already known to debt help. x",
    ),
    (
        "step",
        {"kind": "call", "onDay": "2026-11-23", "part": "morning"},
        "Afgesproken: Telefoon, 23 november 2026, ochtend",
        "Agreed: telephone, 23 November 2026, morning",
    ),
    (
        "team",
        {"team": None, "reason": "x"},
        "Naar de gezamenlijke werkvoorraad: x",
        "To the common queue: x",
    ),
    (
        "team",
        {"team": "Wijkteam Noord", "reason": "x"},
        "Naar de werkvoorraad van Wijkteam Noord: x",
        "To the queue of Wijkteam Noord: x",
    ),
    ("let-go", {}, "Losgelaten", "Let go"),
    ("from-another-version", {"x": 1}, "from-another-version", "from-another-version"),
]


@pytest.mark.parametrize(("kind", "detail", "nl", "en"), LINES)
def test_a_line_reads(kind: str, detail: dict[str, Any], nl: str, en: str) -> None:
    assert told(kind, detail) == (nl, en)


def test_every_kind_that_is_written_has_words() -> None:
    """Those that the sources name where they write a line."""
    sources = [path.read_text("utf-8") for path in Path(signals.outreach.__path__[0]).rglob("*.py")]
    written = {kind for source in sources for kind in _WRITTEN.findall(source)}
    assert {"attempt", "opened", "released", "amount", "moved", "closed-by-person"} <= written
    assert written <= KINDS
