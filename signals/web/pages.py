"""The first pages, in Dutch, without data: what a visitor sees before the specialists' workbench is there.

Complete HTML without JavaScript. The style stands in the page; `STYLE_HASH` lets the content security policy
allow exactly this style and no other.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

_STYLE: Final = (
    "body{margin:2rem auto;max-width:40rem;padding:0 1rem;font:1.125rem/1.6 sans-serif;"
    "color:#1a1a1a;background:#fff}"
    "h1{font-size:1.75rem;line-height:1.3}"
)
STYLE_HASH: Final = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def page(heading: str, *paragraphs: str) -> str:
    """A complete page with one heading; the title begins with it."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        '<!doctype html><html lang="nl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(heading)} – Vroegsignalering</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(heading)}</h1>{body}</main></body></html>"
    )


HOME: Final = page(
    "Vroegsignalering van betalingsachterstanden",
    "Verhuurders, energiebedrijven, drinkwaterbedrijven en zorgverzekeraars melden betalingsachterstanden "
    "bij de gemeente. Deze dienst brengt de meldingen van één huishouden bij elkaar. Zo kan de gemeente op "
    "tijd hulp aanbieden, met een brief of met een huisbezoek.",
    "De werkplek voor medewerkers komt later op deze plaats. Tot die tijd laat de opdracht «signals queue» "
    "zien welke huishoudens aan de beurt zijn.",
)
NOT_FOUND: Final = page(
    "Deze pagina bestaat niet",
    "Controleer het adres, of ga terug naar de beginpagina.",
)
FAILED: Final = page(
    "Er ging iets mis",
    "De pagina kon niet worden gemaakt. Probeer het later opnieuw, of meld het bij de beheerder.",
)
